/** What `seedwise verify` has found of each program, in the user's cache, for the reports that come after it. */
import { join, resolve } from 'node:path';
import type { PairOfRuns } from '../core/report/run.ts';
import { runOf } from '../core/report/run.ts';
import { keepEntry, recallEntry, sha, usualFolder } from './cache.ts';
import { readRegular } from './disk.ts';

/** Where a run was started, and what came of it. */
interface KeptRun {
  readonly folder: string;
  readonly verdict: { readonly files?: Readonly<Record<string, string>> };
}

/** Keeps the verdict on a program that was run in a folder, in place of the last one. */
export function keepRun(folder: string, verdict: { readonly program?: string | null }): void {
  const path = verdict.program && entryOf(resolve(folder, verdict.program));
  if (path) keepEntry(path, { folder, verdict });
}

/** The last pair of runs of a program; undefined where there is none, or a file of it is another one since. */
export function lastRun(program: string): PairOfRuns | undefined {
  const path = entryOf(program);
  const kept = path === null ? undefined : recallEntry<KeptRun>(path);
  if (!kept) return undefined;
  const { folder, verdict } = kept;
  const prints = Object.entries(verdict.files ?? {});
  if (prints.length === 0 || !prints.every(([file, print]) => printOfText(resolve(folder, file)) === print))
    return undefined;
  return runOf(verdict, (file) => resolve(folder, file).replaceAll('\\', '/'));
}

function entryOf(program: string): string | null {
  const folder = usualFolder();
  return folder === null ? null : join(folder, 'runs', `${sha(resolve(program))}.json`);
}

/** As the tracer has it: without a byte order mark, with line ends of one kind. */
function printOfText(path: string): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readRegular(path));
    return sha(text.replace(/\r\n?/g, '\n'));
  } catch {
    return null;
  }
}
