/** How Node's memory is used where thousands of files are read, one after the other, and little of each is kept. */
import { Session } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';

/**
 * Before the first file is read. V8 takes what is made at a place in the code for long-lived where much of it outlived
 * its start, and then keeps file after file until it looks at all memory: twice the memory, and a tenth of the time.
 */
export function expectShortLives(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** The same for a process that ends after a run of seconds: most functions never earn what optimizing them costs, and plain machine code is cheap. */
export function expectShortRun(): void {
  expectShortLives();
  setFlagsFromString('--always-sparkplug');
  // Newer ones have no such flag, and say so on standard error.
  if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--interrupt-budget=200000');
}

/** Gives back, soon, what reading many files has left behind; it stops everything for some tenths of a second at most. */
export function collectGarbage(): void {
  const session = new Session();
  session.connect();
  // It runs in a turn of its own, not at all for a session that is gone by then, and must not be left from its callback.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()));
}
