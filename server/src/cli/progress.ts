/** A line on a terminal that says how far a long run has come. */

import { type Phrase, translate } from '../core/text/language.ts';

const PATIENCE_MS = 1000;
const PACE_MS = 100;

export interface Tick {
  (): void;
  /** Takes the line away. */
  done(): void;
}

/** Counts what is done; where it takes longer than a second and somebody looks on, it is shown. */
export function progress(what: Phrase, total: () => number, isQuiet: boolean): Tick {
  const { stderr } = process;
  const isSeen = stderr.isTTY && !isQuiet;
  let next = performance.now() + PATIENCE_MS;
  let count = 0;
  let isShown = false;
  const tick = (): void => {
    count++;
    if (!isSeen || performance.now() < next) return;
    next = performance.now() + PACE_MS;
    isShown = true;
    stderr.write(`\r\x1b[Kseedwise: ${translate(what, count, total())}`);
  };
  return Object.assign(tick, {
    done: (): void => {
      if (isShown) stderr.write('\r\x1b[K');
    },
  });
}
