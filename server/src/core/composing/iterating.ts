/** What iterating an object does: the order of a DataLoader, and the items of its dataset. */

import type { Arguments, InstanceValue, Value } from '../effects/events.ts';
import { alt, EMPTY, type Site, type Summary, seq } from '../effects/summary.ts';
import { NO_ARGUMENTS } from './callees.ts';
import { close, NOTHING, type Outcome, then } from './outcomes.ts';
import type { Recorder } from './trace.ts';

/** What the composer does on the way; null where nobody knows what is called. */
export interface Steps {
  readonly record: Recorder;
  resolved(value: Value, from: string): Value;
  method(object: InstanceValue, name: string, call: Arguments, at: Site): Outcome | null;
  apply(value: Value, call: Arguments, at: Site): Outcome | null;
}

export function iterated(value: Value, at: Site, steps: Steps): Summary | null {
  const known = steps.resolved(value, at.path);
  if (known !== null && 'oneOf' in known) {
    return known.oneOf.map((each) => iterated(each, at, steps)).reduce(alt);
  }
  if (known === null || !('instance' in known)) return EMPTY;
  if (!known.loader) {
    const turn = steps.method(known, '__iter__', NO_ARGUMENTS, at);
    return turn ? close(turn) : itemsOf(known, at, steps);
  }
  const { shuffles, sampler, dataset, workers } = known.loader;
  const own = sampler === null ? EMPTY : iterated(sampler, at, steps);
  const order = seq(shuffles ? steps.record.draws('torch', at) : EMPTY, own);
  const take = (): Summary | null => itemsOf(steps.resolved(dataset, at.path), at, steps);
  if (workers === 'none') return seq(order, take());
  const items = steps.record.inside({ kind: 'worker' }, take);
  // Workers seed all their streams from one draw of the torch generator of this process.
  const exposure = items && Object.values(items.exposed)[0];
  return exposure ? seq(order, { ...EMPTY, exposed: { torch: exposure } }) : order;
}

/** Taking the items of a dataset, one after the other. */
function itemsOf(dataset: Value, at: Site, { method, apply }: Steps): Summary | null {
  if (dataset === null || !('instance' in dataset)) return EMPTY;
  const own = method(dataset, '__getitem__', NO_ARGUMENTS, at);
  if (own) return close(own);
  // A dataset of torchvision's transforms each image.
  const given = dataset.made?.keywords ?? {};
  const steps = [given.transform, given.target_transform, given.transforms];
  return close(steps.map((each) => apply(each ?? null, NO_ARGUMENTS, at) ?? NOTHING).reduce(then, NOTHING));
}
