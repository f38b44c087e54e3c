/** What is left of a piece of code by what stands around it: a loop, a scope, handlers, another process, another program. */
import type { Event, FunctionEffects } from '../effects/events.ts';
import { alone, alt, EMPTY, maybe, replaced, type Site, type Summary, seq, startsProcess } from '../effects/summary.ts';
import { close, either, falls, NOTHING, type Outcome, then } from './outcomes.ts';

/** What is left of a program that another one runs: it goes on where the first has ended or exited. */
export const ended = (outcome: Outcome): Outcome => falls(close(outcome) ?? outcome.stops);

/** A function whose body somebody else has to write goes on where it says so. */
export function written({ events }: FunctionEffects, outcome: Outcome): Outcome {
  const last = events.at(-1);
  const isAbstract = last?.kind === 'never' && last.isAbstract === true;
  return isAbstract && !outcome.falls && !outcome.returns ? falls(outcome.stops) : outcome;
}

/** A loop that runs no time at all draws nothing; one that runs is judged by its first round. */
export const looped = ({ falls: end, returns, breaks, stops }: Outcome): Outcome => ({
  falls: alt(end, breaks) ?? EMPTY,
  returns,
  breaks: null,
  stops,
});

/** One of several programs that a file is. */
export const asProgram = (run: () => Outcome) => (): Outcome => {
  const { falls: end, returns, breaks, stops } = run();
  return { falls: end && alone(end), returns: returns && alone(returns), breaks, stops: stops && alone(stops) };
};

/** What is seeded inside does not last. */
export function scoped(body: Outcome): Outcome {
  const { exposed, late, flags } = close(body) ?? EMPTY;
  return falls({ ...EMPTY, exposed, late, flags });
}

/** Draws inside do not matter, or are replaced later on. */
export function quieted(body: Outcome, isReplaced: boolean): Outcome {
  const inner = close(body);
  return falls(inner && { ...inner, exposed: isReplaced ? replaced(inner.exposed) : {}, late: {} });
}

/** It runs in a process that is started at the place: a fork of this one, or one that has started up anew. */
export function spawned(body: Outcome, site: Site, startUp: Summary | null): Outcome {
  const inner = close(body);
  return inner ? falls(startsProcess(startUp ? seeded(inner, startUp) : inner, site, startUp === null)) : NOTHING;
}

/** What it draws behind the seeds of something else, whatever that draws itself. */
const seeded = (inner: Summary, { must, may }: Summary): Summary => seq({ ...EMPTY, must, may }, inner) ?? inner;

/** The body, or a part of it and then a handler; and what comes last in any case. */
export function tried(event: Event & { kind: 'try' }, run: (events: readonly Event[]) => Outcome): Outcome {
  const body = run(event.body);
  const interrupted = falls(maybe(alt(body.falls, body.returns)));
  const handled = event.handlers.map((handler) => then(interrupted, run(handler)));
  return then([body, ...handled].reduce(either), run(event.finally));
}
