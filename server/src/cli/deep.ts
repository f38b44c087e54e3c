/** What is nested too deep for the main thread's stack is looked at again, as a whole, by a thread with a larger one. */
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { metTooDeep } from '../core/text/depth.ts';

/** Megabytes of stack, of which a thread takes what it needs; the main thread has one. */
export const DEEP_STACK = { stackSizeMb: 256 };

/** What the thread is given: the lines that were said before it, which are not said again. */
interface Start {
  readonly said: readonly string[];
}

/** Ends the run of the main thread, so that `lookDeeper` begins another one. */
export class TooDeep extends Error {}

const said: string[] = [];
const before = isMainThread ? [] : [...((workerData as Partial<Start> | null)?.said ?? [])];

/** True for a line that has not been said by the run that this one repeats. */
export function isNew(line: string): boolean {
  said.push(line);
  const at = before.indexOf(line);
  if (at >= 0) before.splice(at, 1);
  return at < 0;
}

/** Called before anything is said, printed or written that a larger stack could change; throws `TooDeep` where it would. */
export function mindDepth(): void {
  if (isMainThread && metTooDeep() && !process.argv.includes('-')) throw new TooDeep();
}

/** Whether this thread repeats a run of the main one. */
export const isDeeper = (): boolean => (workerData as Partial<Start> | null)?.said !== undefined;

/** Repeats the run in a thread with a larger stack; its exit code. */
export function lookDeeper(argv: readonly string[]): Promise<number> {
  const start: Start = { said };
  return new Promise((resolve, reject) => {
    new Worker(fileURLToPath(import.meta.url), { argv: [...argv], workerData: start, resourceLimits: DEEP_STACK })
      .on('error', reject)
      .on('exit', resolve);
  });
}
