/** Work that is counted, not timed: how often V8 runs each function and each block of the engine's. */
import { type Profiler, Session } from 'node:inspector';

const ENGINE = '/server/src/core/';

/** The same number on every machine, for work that does the same. */
export function countedWork(work: () => void): number {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  try {
    work();
    return countsOf(session);
  } finally {
    session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}

/** A session within one thread answers before `post` returns. */
function countsOf(session: Session): number {
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
