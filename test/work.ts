/**
 * Work that is counted, not timed: how often V8 runs each function and each block of the engine's. Import it before the
 * engine: V8 counts the blocks only of what it compiles while it is counting.
 */
import { type Profiler, Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

const ENGINE = '/server/src/core/';

// Code that V8 has optimized counts no more, and when it optimizes is a matter of time.
for (const flag of ['--no-opt', '--no-maglev', '--no-sparkplug']) setFlagsFromString(flag);

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/** The same number on every machine, for work that does the same. */
export function countedWork(work: () => void): number {
  countsSoFar();
  work();
  return countsSoFar();
}

/** What has been counted since this was asked last. A session within one thread answers before `post` returns. */
function countsSoFar(): number {
  let taken: Profiler.ScriptCoverage[] | undefined;
  let failure: Error | null = null;
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    failure = error;
    taken = result;
  });
  if (!taken) throw failure ?? new Error('V8 has counted nothing.');
  const functions = taken.filter(({ url }) => url.includes(ENGINE)).flatMap((script) => script.functions);
  return functions.flatMap(({ ranges }) => ranges).reduce((sum, { count }) => sum + count, 0);
}
