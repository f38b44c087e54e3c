/** What is left of a piece of code by what stands around it: a loop, a scope, another process, another program. */
import { close, falls, NOTHING, type Outcome } from './outcomes.ts';
import { alt, EMPTY, type Site, startsProcess } from './summary.ts';

/** What is left of a program that another one runs: it goes on where the first has ended or exited. */
export const ended = (outcome: Outcome): Outcome => falls(close(outcome) ?? outcome.stops);

/** A loop that runs no time at all draws nothing; one that runs is judged by its first round. */
export const looped = ({ falls: end, returns, breaks, stops }: Outcome): Outcome => ({
  falls: alt(end, breaks) ?? EMPTY,
  returns,
  breaks: null,
  stops,
});

/** What is seeded inside does not last. */
export function scoped(body: Outcome): Outcome {
  const { exposed, late, flags } = close(body) ?? EMPTY;
  return falls({ ...EMPTY, exposed, late, flags });
}

/** Draws inside do not matter. */
export function quieted(body: Outcome): Outcome {
  const inner = close(body);
  return falls(inner && { ...inner, exposed: {}, late: {} });
}

/** It runs in a process that is started at the place. */
export function spawned(body: Outcome, site: Site, forked: boolean): Outcome {
  const inner = close(body);
  return inner ? falls(startsProcess(inner, site, forked)) : NOTHING;
}
