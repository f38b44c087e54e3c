/** Context managers that the project writes as generators: what a `with` statement runs around its body. */
import type { FoundFunction } from './callees.ts';
import type { Arguments, Event } from './events.ts';
import { bindArguments } from './guards.ts';
import { close, either, type Frame, falls, NEVER, type Outcome } from './outcomes.ts';
import type { Site, Summary } from './summary.ts';

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
    return falls(close(ended));
  };
  const env = bindArguments(effects, call, {}, at.path);
  const whole = close(run(effects.events, { path, env, unit: id, self: null, inside }));
  // The body says how the whole ends; what the manager does stands around it.
  const as = (end: Summary | null): Summary | null => end && whole;
  return { falls: as(ended.falls), returns: as(ended.returns), breaks: as(ended.breaks), stops: ended.stops };
}
