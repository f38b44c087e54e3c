/** How a piece of code ends, and how the ends of two pieces compose. */

import { alt, EMPTY, led, type Paths, type Site, seq, withStopped } from '../effects/algebra.ts';
import type { Environment, InstanceValue } from '../effects/events.ts';

/** The paths that lead to each end of a piece of code: falling through, returning, leaving its loop, ending the program. A null end is never reached. */
export interface Outcome {
  readonly falls: Paths | null;
  readonly returns: Paths | null;
  readonly breaks: Paths | null;
  /** By an exit, or an exception that nobody is seen to catch: nothing follows, but what ran has run. */
  readonly stops: Paths | null;
}

export const NEVER: Outcome = { falls: null, returns: null, breaks: null, stops: null };
export const NOTHING: Outcome = { ...NEVER, falls: EMPTY };

/** Of paths, where there are any. */
const oneOf = (a: Paths | null, b: Paths | null): Paths | null => (a && b ? alt(a, b) : (a ?? b));

/** First a, then b where a falls through. */
export function then(a: Outcome, b: Outcome): Outcome {
  const before = a.falls;
  if (!before || b === NOTHING) return a;
  if (a === NOTHING) return b;
  return {
    falls: b.falls && seq(before, b.falls),
    returns: oneOf(a.returns, b.returns && seq(before, b.returns)),
    breaks: oneOf(a.breaks, b.breaks && seq(before, b.breaks)),
    stops: oneOf(a.stops, b.stops && seq(before, b.stops)),
  };
}

export function either(a: Outcome, b: Outcome): Outcome {
  if (a === b) return a;
  return {
    falls: oneOf(a.falls, b.falls),
    returns: oneOf(a.returns, b.returns),
    breaks: oneOf(a.breaks, b.breaks),
    stops: oneOf(a.stops, b.stops),
  };
}

/** What stands around a piece of code, whichever way it ends. It makes nothing of nothing. */
export function around(outcome: Outcome, change: (paths: Paths) => Paths): Outcome {
  if (outcome === NOTHING) return NOTHING;
  const { falls, returns, breaks, stops } = outcome;
  return {
    falls: falls && change(falls),
    returns: returns && change(returns),
    breaks: breaks && change(breaks),
    stops: stops && change(stops),
  };
}

/** What runs last, whichever way the body ends; it goes on to that end, unless what runs last has its own. */
export function lastly(body: Outcome, last: Outcome): Outcome {
  const each = (end: keyof Outcome): Outcome => {
    const done = then({ ...NEVER, falls: body[end] }, last);
    return { ...done, falls: null, [end]: oneOf(done[end], done.falls) };
  };
  const [falls, returns, breaks, stops] = [
    then({ ...NEVER, falls: body.falls }, last),
    each('returns'),
    each('breaks'),
    each('stops'),
  ];
  return [falls, returns, breaks, stops].reduce(either);
}

export const falls = (paths: Paths | null): Outcome => (paths === EMPTY ? NOTHING : { ...NEVER, falls: paths });
/** The paths on which what comes behind a call goes on. */
export const close = ({ falls, returns, breaks }: Outcome): Paths | null => oneOf(falls, oneOf(returns, breaks));
/** A call: what it returned from goes on, what stopped in it stops. */
export const called = (outcome: Outcome): Outcome =>
  outcome.stops ? { ...NEVER, falls: close(outcome), stops: outcome.stops } : falls(close(outcome));
/** The paths of a piece of code that may have been interrupted anywhere. */
export const interrupted = (outcome: Outcome): Paths | null => oneOf(close(outcome), outcome.stops);

/** What is left of a program when it has ended. */
export function whole(outcome: Outcome): Paths | null {
  const ended = close(outcome);
  return ended && outcome.stops ? withStopped(ended, outcome.stops) : (ended ?? outcome.stops);
}

export const reachedBy = (site: Site, outcome: Outcome): Outcome =>
  around(called(outcome), (paths) => led(site, paths));

/** Of events that only end something. */
export const ENDS: Readonly<Record<'return' | 'break' | 'never', Outcome>> = {
  return: { ...NEVER, returns: EMPTY },
  break: { ...NEVER, breaks: EMPTY },
  never: { ...NEVER, stops: EMPTY },
};

/** Where events run: the file, the values of parameters, and the object whose method this is. */
export interface Frame {
  readonly path: string;
  readonly env: Environment;
  /** The function's id; empty for the module's body. */
  readonly unit: string;
  readonly self: InstanceValue | null;
  /** What runs where a context manager yields. */
  readonly inside?: () => Outcome;
}
