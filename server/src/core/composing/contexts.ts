/** Context managers of the project's: what a `with` statement runs around its body. */

import type { Paths, Site } from '../effects/algebra.ts';
import type { Arguments, Event, InstanceValue } from '../effects/events.ts';
import { type FoundFunction, NO_ARGUMENTS } from './callees.ts';
import { bindArguments } from './guards.ts';
import type { Steps } from './iterating.ts';
import { called, either, type Frame, NEVER, NOTHING, type Outcome, then } from './outcomes.ts';

/** Runs a generator of the project's whose `yield` is the body. */
export function inContext(
  { path, id, effects }: FoundFunction,
  call: Arguments,
  body: () => Outcome,
  at: Site,
  run: (events: readonly Event[], frame: Frame) => Outcome,
): Outcome {
  let ended: Outcome = NEVER;
  const inside = (): Outcome => {
    ended = either(ended, body());
    return called(ended);
  };
  const env = bindArguments(effects, call, {}, at.path);
  const managed = called(run(effects.events, { path, env, unit: id, self: null, inside }));
  // The body says how the whole ends; what the manager does stands around it.
  const as = (end: Paths | null): Paths | null => end && managed.falls;
  return { falls: as(ended.falls), returns: as(ended.returns), breaks: as(ended.breaks), stops: managed.stops };
}

/** What a `with` statement runs around its body where an object of the project's is made for it. */
export function between(
  instance: InstanceValue,
  given: Arguments,
  made: Outcome,
  body: () => Outcome,
  at: Site,
  { method }: Steps,
): Outcome {
  const object: InstanceValue = { ...instance, made: given };
  const step = (name: string): Outcome => method(object, name, NO_ARGUMENTS, at) ?? NOTHING;
  return then(then(then(made, step('__enter__')), body()), step('__exit__'));
}
