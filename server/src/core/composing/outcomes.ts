/** How a piece of code ends, and how the ends of two pieces compose. */
import type { Environment, InstanceValue } from '../effects/events.ts';
import { alt, EMPTY, led, type Site, type Summary, seq } from '../effects/summary.ts';

/** How a piece of code ends: by falling through, returning, leaving its loop, or ending the program. A null one never happens. */
export interface Outcome {
  readonly falls: Summary | null;
  readonly returns: Summary | null;
  readonly breaks: Summary | null;
  /** Kept only for programs that end no other way, as with `sys.exit(main())`. */
  readonly stops: Summary | null;
}

export const NEVER: Outcome = { falls: null, returns: null, breaks: null, stops: null };
export const NOTHING: Outcome = { ...NEVER, falls: EMPTY };

export function then(a: Outcome, b: Outcome): Outcome {
  if (!a.falls) return a;
  return {
    falls: b.falls && seq(a.falls, b.falls),
    returns: alt(a.returns, b.returns && seq(a.falls, b.returns)),
    breaks: alt(a.breaks, b.breaks && seq(a.falls, b.breaks)),
    stops: alt(a.stops, b.stops && seq(a.falls, b.stops)),
  };
}

export function either(a: Outcome, b: Outcome): Outcome {
  return {
    falls: alt(a.falls, b.falls),
    returns: alt(a.returns, b.returns),
    breaks: alt(a.breaks, b.breaks),
    stops: alt(a.stops, b.stops),
  };
}

export const falls = (summary: Summary | null): Outcome => ({ ...NEVER, falls: summary });
export const close = (outcome: Outcome): Summary | null => alt(outcome.falls, alt(outcome.returns, outcome.breaks));

export const reachedBy = (site: Site, { falls, stops }: Outcome): Outcome => ({
  ...NEVER,
  falls: falls && led(site, falls),
  stops: stops && led(site, stops),
});

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
