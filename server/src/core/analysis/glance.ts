/** What an editor shows above a program: in a few words, whether its random numbers repeat, and what is missing. */

import type { Project } from '../contract/project.ts';
import type { PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import type { Span } from '../text/edit.ts';
import { listed, type Message, t } from '../text/language.ts';
import type { Analysis } from './analyze.ts';

export interface Glance {
  /** Where the program starts: its main guard, else its first statement. */
  readonly place: Span;
  readonly text: Message;
  /** Streams that nothing seeds. */
  readonly unseeded: readonly string[];
}

/** Nothing for a file that is no program, or whose program draws and finds nothing. */
export function glanceOf(file: PythonFile, project: Project, { findings }: Analysis): Glance | null {
  const statements = file.syntax.root.children;
  const place = statements.find((node) => isMainGuard(node, file)) ?? statements[0];
  if (!project.isProgram || !place) return null;
  const of = (rule: string): string[] =>
    findings.flatMap((finding) => (finding.rule === rule && finding.subject !== undefined ? [finding.subject] : []));
  const unseeded = of('incomplete-seeding');
  const late = of('late-seed');
  const others = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
  const seeds = Object.keys(project.summary?.must ?? {}).length > 0;
  const text = wordsFor(unseeded, late, others, seeds);
  return text === null ? null : { place, text, unseeded };
}

/** What weighs most, in a few words; null where there is nothing to say. */
function wordsFor(
  unseeded: readonly string[],
  late: readonly string[],
  others: number,
  seeds: boolean,
): Message | null {
  if (unseeded.length > 0)
    return unseeded.length === 1 ? t`${listed(unseeded)} is never seeded` : t`${listed(unseeded)} are never seeded`;
  if (late.length > 0)
    return late.length === 1
      ? t`${listed(late)} is drawn before the seed`
      : t`${listed(late)} are drawn before the seed`;
  if (others > 0) return others === 1 ? t`1 finding needs a look` : t`${others} findings need a look`;
  return seeds ? t`random numbers repeat, as far as the code shows` : null;
}
