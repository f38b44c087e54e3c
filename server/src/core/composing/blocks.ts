/** What is left of a piece of code by what stands around it: a loop, a scope, handlers, another process, another program. */
import {
  alone,
  EMPTY,
  maybe,
  type Paths,
  quieted,
  repeated,
  type Site,
  scoped,
  startsProcess,
} from '../effects/algebra.ts';
import type { Event, FunctionEffects } from '../effects/events.ts';
import { around, close, either, falls, interrupted, lastly, NOTHING, type Outcome, then, whole } from './outcomes.ts';

/** What is left of a program that another one runs: it goes on where the first has ended or exited. */
export const ended = (outcome: Outcome): Outcome => falls(close(outcome) ?? outcome.stops ?? EMPTY);

/** A function whose body somebody else has to write goes on where it says so. */
export function written({ events }: FunctionEffects, outcome: Outcome): Outcome {
  const last = events.at(-1);
  const isAbstract = last?.kind === 'never' && last.isAbstract === true;
  return isAbstract && !outcome.falls && !outcome.returns ? falls(outcome.stops) : outcome;
}

/** A loop that runs no time at all draws nothing; one that runs is judged by its first round. */
export const looped = (inner: Outcome): Outcome => {
  const body = around(inner, repeated);
  const { falls: end } = either(falls(body.falls), falls(body.breaks));
  return { ...body, falls: end ?? EMPTY, breaks: null };
};

/** One of several programs that a file is. */
export const asProgram = (run: () => Outcome) => (): Outcome => around(run(), alone);

/** What is seeded inside does not last. */
export const inScope = (body: Outcome): Outcome => around(body, scoped);

/** Draws inside do not matter, or are replaced later on. */
export const inQuiet = (body: Outcome, isReplaced: boolean): Outcome =>
  around(body, (paths) => quieted(paths, isReplaced));

/** It runs in a process that is started at the place: a fork of this one, or one that has started up anew. */
export function spawned(body: Outcome, site: Site, startUp: Paths | null): Outcome {
  const inner = whole(body);
  if (!inner) return NOTHING;
  return falls(startsProcess(inner, site, startUp));
}

/** The body, or a part of it and then a handler; and what comes last in any case. */
export function tried(event: Event & { kind: 'try' }, run: (events: readonly Event[]) => Outcome): Outcome {
  const body = run(event.body);
  const part = interrupted(body);
  const before = falls(part && maybe(part));
  const handled = event.handlers.map((handler) => then(before, run(handler)));
  return lastly([body, ...handled].reduce(either), run(event.finally));
}
