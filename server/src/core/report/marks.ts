/** What the last pairs of runs say of the findings of a file, beside the code as in a report. */

import type { Finding } from '../contract/rule.ts';
import type { Workspace } from '../program/workspace.ts';
import type { PythonFile } from '../python/file.ts';
import { ruleNamed } from '../rules/index.ts';
import { type Message, type Phrase, phrase, sentences, translate } from '../text/language.ts';
import { markOf, type PairOfRuns, type RunMark } from './run.ts';
import { type Lines, SourceFiles } from './source.ts';

/** What is said of a finding that a run has a mark for. */
export const MARKS: Readonly<Record<NonNullable<RunMark>, Phrase>> = {
  confirmed: phrase`A run confirmed it: two runs part for this.`,
  refuted: phrase`A run refuted it under its conditions: nothing differed here.`,
};

/** Where a finding and what explains it stand. */
export function linesOf(finding: Finding, file: PythonFile, source: SourceFiles): Lines[] {
  return [finding, ...(finding.related ?? [])].flatMap((each): Lines[] => {
    const path = 'path' in each ? each.path : undefined;
    const at = path === undefined ? file : source.file(path);
    return at ? [source.lines(at, each)] : [];
  });
}

/** The findings with what runs of any program say of them: where one parted for it, that counts before what another came by. */
export function markedFindings(
  findings: readonly Finding[],
  file: PythonFile,
  workspace: Workspace,
  runs: readonly PairOfRuns[],
): readonly Finding[] {
  if (runs.length === 0) return findings;
  const source = new SourceFiles(workspace);
  return findings.map((finding) => {
    const marks = marksOf(finding, file, source, runs);
    const mark = marks.includes('confirmed') ? 'confirmed' : marks.find((each) => each !== null);
    return mark ? { ...finding, message: said(finding.message, mark) } : finding;
  });
}

/** The findings of a file for which one of the runs parted. */
export function confirmedFindings(
  findings: readonly Finding[],
  file: PythonFile,
  workspace: Workspace,
  runs: readonly PairOfRuns[],
): readonly Finding[] {
  const source = new SourceFiles(workspace);
  return findings.filter((finding) => marksOf(finding, file, source, runs).includes('confirmed'));
}

function marksOf(
  finding: Finding,
  file: PythonFile,
  source: SourceFiles,
  runs: readonly PairOfRuns[],
): readonly RunMark[] {
  const rule = ruleNamed(finding.rule);
  const lines = rule?.shows ? linesOf(finding, file, source) : [];
  return runs.map((run) => markOf(run, rule, finding, lines));
}

const said = (message: Message, mark: NonNullable<RunMark>): Message => sentences([message, translate(MARKS[mark])]);
