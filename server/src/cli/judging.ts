/** The findings of a session: file by file, and put together. */
import { analyze } from '../core/analysis/analyze.ts';
import { asReleased } from '../core/analysis/new-rules.ts';
import { projectOf } from '../core/program/project.ts';
import { phrase, t } from '../core/text/language.ts';
import { type Found, foundIn } from './findings.ts';
import { progress } from './progress.ts';
import { nameOf, reasonOf } from './say.ts';
import type { CheckSession, SaidProblem } from './session.ts';

/** What was found in a file, and what went wrong there. */
export interface Judged {
  readonly path: string;
  readonly found: readonly Found[];
  readonly isAnalysed: boolean;
  readonly problems: readonly SaidProblem[];
}

/** What a whole run has found. */
export interface Findings {
  readonly found: readonly Found[];
  /** The files that could be analysed. */
  readonly analysed: readonly string[];
}

/** Looks at one file of a session that knows all its files; says nothing itself. */
export function judgeOne(session: CheckSession, path: string, wantsReplacements: boolean): Judged {
  const { workspace, version } = session;
  const problems: SaidProblem[] = [];
  try {
    if (session.staysSilent(path)) return { path, found: [], isAnalysed: true, problems };
    const file = session.open(path);
    if (!file) return { path, found: [], isAnalysed: false, problems };
    const settings = session.settingsOf(path);
    const analysis = analyze(projectOf(file, settings, workspace), settings);
    const around = { fileAt: (other: string) => workspace.open(other), wantsReplacements };
    const found = foundIn(file, asReleased(analysis.findings, settings, version), around);
    // What repairs fail at is known once they have been asked for.
    for (const { text, isFault } of analysis.problems)
      problems.push({ path, text: isFault ? t`${text} This is a fault of Seedwise; please report it.` : t`${text}.` });
    return { path, found, isAnalysed: true, problems };
  } catch (error) {
    problems.push({ path, text: t`${nameOf(path)} is not analysed: ${reasonOf(error)}` });
    return { path, found: [], isAnalysed: false, problems };
  }
}

/** Puts together what was found, in the order of the files, and says what went wrong. */
export function gather(session: CheckSession, judged: Iterable<Judged>): Findings {
  const found: Found[] = [];
  const analysed: string[] = [];
  for (const each of judged) {
    // What cannot be read was named when it was first read; what fails now is a fault of ours.
    const isNamed = !each.isAnalysed && session.problems.some(({ path }) => path === each.path);
    if (!isNamed) for (const { text, path } of each.problems) session.problem(text, path);
    found.push(...each.found);
    if (each.isAnalysed) analysed.push(each.path);
  }
  return { found, analysed };
}

/** The findings of a session whose files have been taken in. */
export function findAll(session: CheckSession, wantsReplacements: boolean): Findings {
  const { files } = session;
  const tick = progress(phrase`checked {0} of {1} files`, () => files.length, session.isQuiet);
  const judged = files.map((path) => {
    tick();
    return judgeOne(session, path, wantsReplacements);
  });
  tick.done();
  return gather(session, judged);
}
