/** `--fix`, `--diff` and `--add-ignores`: edits files in memory until there is nothing left to edit, and writes them whole. */

import { firstFixes } from '../core/analysis/actions.ts';
import { type Analysis, analyze } from '../core/analysis/analyze.ts';
import { ignoreLine } from '../core/analysis/suppress.ts';
import { compatibleEdits } from '../core/edits/edit-text.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import { indexClosedFile } from '../core/program/indexed-file.ts';
import { projectOf } from '../core/program/project.ts';
import { closeFile, openFile, type PythonFile } from '../core/python/file.ts';
import { fitsCells } from '../core/python/notebook.ts';
import type { Edit } from '../core/text/edit.ts';
import { asIs, t } from '../core/text/language.ts';
import { mindDepth } from './deep.ts';
import { removeDrafts, replaceFile, undisturbed } from './disk.ts';
import { nameOf, reasonOf } from './say.ts';
import type { CheckSession } from './session.ts';
import { editSourceFile, type SourceFile } from './source-file.ts';

/** Repairs that bring each other's findings back end here; so many ignores fit on one line. */
const MOST_ROUNDS = 10;

/** What is done to a file, by what was found in it. */
export type Treatment = (analysis: Analysis, file: PythonFile) => { edits: readonly Edit[]; count: number };

/** The first repair of each finding, as far as they fit together; with `unsafe` also those that may change results. */
export const repairing =
  (unsafe: boolean): Treatment =>
  (analysis) =>
    firstFixes(analysis, unsafe);

/** A comment that ignores each finding. */
export const ignoring: Treatment = ({ findings }, file) => {
  const fixes = findings.flatMap((finding) => {
    if (finding.rule === 'unused-ignore') return [];
    const edits = ignoreLine(file, finding);
    return file.notebook && !fitsCells(file.notebook, edits, file.path)
      ? []
      : [{ title: asIs(''), safe: true, edits: () => edits }];
  });
  return compatibleEdits(fixes);
};

export interface Change {
  readonly path: string;
  readonly before: SourceFile;
  readonly after: SourceFile;
}

export interface Changes {
  readonly problems: number;
  readonly files: readonly Change[];
}

/** The files of the session after a treatment, and those of the workspace that the edits lie in; nothing is written. */
export function change(session: CheckSession, treat: Treatment): Changes {
  const { workspace } = session;
  const before = new Map<string, SourceFile>();
  const now = new Map<string, SourceFile>();
  const load = (path: string): SourceFile => {
    const known = now.get(path);
    if (known) return known;
    const read = session.read(path);
    before.set(path, read);
    now.set(path, read);
    return read;
  };
  const open = (path: string): PythonFile | null => {
    const { source } = load(path);
    return source === null ? null : openFile(path, source);
  };
  const openBefore = workspace.open;
  workspace.open = (path) => {
    try {
      return open(path);
    } catch {
      return null;
    }
  };

  /** Takes edits over; false where they would break what was whole, as no repair should. */
  const take = (path: string, edits: readonly Edit[]): boolean => {
    const after = editSourceFile(load(path), edits);
    const [old, edited] = [open(path), after.source === null ? null : openFile(path, after.source)];
    const isSound = old !== null && edited !== null && (old.hasSyntaxErrors || !edited.hasSyntaxErrors);
    if (isSound) {
      now.set(path, after);
      workspace.set(path, indexClosedFile(edited, vocabularyOf(session.settingsOf(path))));
    }
    if (old) closeFile(old);
    if (edited) closeFile(edited);
    return isSound;
  };

  const treatOnce = (path: string): number => {
    const file = open(path);
    if (!file) return 0;
    const settings = session.settingsOf(path);
    const { edits, count } = treat(analyze(projectOf(file, settings, workspace), settings), file);
    closeFile(file);
    const targets = [...new Set(edits.map((edit) => edit.path ?? path))];
    const taken = targets.map((target) =>
      take(
        target,
        edits.filter((edit) => (edit.path ?? path) === target),
      ),
    );
    return taken.includes(true) ? count : 0;
  };

  let problems = 0;
  let left = [...session.files];
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
    let treated = 0;
    left = left.filter((path) => {
      try {
        treated += treatOnce(path);
        return true;
      } catch (error) {
        // One that cannot be analysed has been named.
        if (now.has(path)) notFixed(session, path, error);
        return false;
      }
    });
    problems += treated;
    if (treated === 0) break;
  }
  workspace.open = openBefore;
  session.forget();
  mindDepth();
  const files = [...now].flatMap(([path, after]): Change[] => {
    const first = before.get(path)!;
    return after.decoded.bytes.equals(first.decoded.bytes) ? [] : [{ path, before: first, after }];
  });
  return { problems, files };
}

function notFixed(session: CheckSession, path: string, error: unknown): void {
  session.problem(t`${nameOf(path)} is not fixed: ${reasonOf(error)}`, path, true);
}

/** Writes the files that changed, each in one step; gives those that were written. */
export async function writeChanges(session: CheckSession, changes: Changes): Promise<Change[]> {
  const written: Change[] = [];
  await undisturbed(() => {
    removeDrafts(session.files);
    for (const change of changes.files) {
      try {
        replaceFile(change.path, change.before.decoded.bytes, change.after.decoded.bytes, session.fence);
        written.push(change);
      } catch (error) {
        notFixed(session, change.path, error);
        session.reread(change.path);
      }
    }
  });
  return written;
}
