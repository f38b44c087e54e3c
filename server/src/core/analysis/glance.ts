/** What an editor shows above a program: in a few words, whether its random numbers repeat, and what is missing. */
import type { Project } from '../contract/project.ts';
import { isMainGuard } from '../program/demos.ts';
import type { PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import type { Analysis } from './analyze.ts';

export interface Glance {
  /** Where the program starts: its main guard, else its first statement. */
  readonly place: Span;
  readonly text: string;
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
  const text =
    unseeded.length > 0
      ? `${listed(unseeded)} ${unseeded.length === 1 ? 'is' : 'are'} never seeded`
      : late.length > 0
        ? `${listed(late)} ${late.length === 1 ? 'is' : 'are'} drawn before the seed`
        : others > 0
          ? `${others} ${others === 1 ? 'finding needs' : 'findings need'} a look`
          : seeds
            ? 'random numbers repeat, as far as the code shows'
            : null;
  return text === null ? null : { place, text, unseeded };
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
