/** The findings a project has agreed to live with: a file that is compared with, so that only new findings fail. */
import { writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { t } from '../core/text/language.ts';
import { readRegular } from './disk.ts';
import type { Found } from './findings.ts';
import { reasonOf, UsageError } from './say.ts';

/** File to print to how often it is there. */
type Known = Readonly<Record<string, readonly string[]>>;

interface Baseline {
  readonly version: 1;
  readonly findings: Known;
}

/** The known prints by file; null where there is no such file. Throws a `UsageError` for a file that is no baseline. */
export function readBaseline(path: string): Known | null {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UsageError(t`the baseline '${path}' cannot be read: ${reasonOf(error)}`);
  }
  try {
    const { version, findings }: Baseline = JSON.parse(text);
    const isKnown = (each: unknown): boolean => Array.isArray(each) && each.every((print) => typeof print === 'string');
    if (version === 1 && typeof findings === 'object' && findings !== null && Object.values(findings).every(isKnown))
      return findings;
  } catch {}
  throw new UsageError(t`'${path}' is no baseline of Seedwise; remove it, or write it anew by '--update-baseline'.`);
}

/** Paths are from the baseline's folder, so that it holds wherever it is asked from. */
const nameIn = (path: string, found: Found): string =>
  relative(dirname(resolve(path)), found.path)
    .split(sep)
    .join('/');

const printOf = ({ rule, fingerprint }: Found): string => `${rule}:${fingerprint}`;

/** Writes the findings as a baseline: sorted, one a line, so that a change of it reads well. */
export function writeBaseline(path: string, all: readonly Found[]): void {
  const byFile = new Map<string, string[]>();
  for (const found of all) {
    const name = nameIn(path, found);
    byFile.set(name, [...(byFile.get(name) ?? []), printOf(found)]);
  }
  const findings = Object.fromEntries([...byFile].sort().map(([name, prints]) => [name, prints.sort()]));
  writeFileSync(path, `${JSON.stringify({ version: 1, findings } satisfies Baseline, null, 2)}\n`);
}

/** The findings that a baseline does not know. */
export function newOnes(path: string, known: Known, all: readonly Found[]): Found[] {
  const sets = new Map(Object.entries(known).map(([name, prints]) => [name, new Set(prints)]));
  return all.filter((found) => !sets.get(nameIn(path, found))?.has(printOf(found)));
}
