/** What iterating an object does: the order of a DataLoader, and the items of its dataset. */

import { drawnFrom, passes, type Site } from '../effects/algebra.ts';
import type { Arguments, EffectValue, InstanceValue, Loader } from '../effects/events.ts';
import { NO_ARGUMENTS } from './callees.ts';
import { settledConstant } from './guards.ts';
import { called, either, falls, NOTHING, type Outcome, then, whole } from './outcomes.ts';
import type { Recorder } from './trace.ts';

/** What the composer does on the way; null where nobody knows what is called. */
export interface Steps {
  readonly record: Recorder;
  resolved(value: EffectValue, from: string): EffectValue;
  /** Whether the object is of a class of the project that descends from a DataLoader. */
  isLoader(object: InstanceValue, from: string): boolean;
  method(object: InstanceValue, name: string, call: Arguments, at: Site): Outcome | null;
  apply(value: EffectValue, call: Arguments, at: Site): Outcome | null;
}

export function iterated(value: EffectValue, at: Site, steps: Steps): Outcome {
  const known = steps.resolved(value, at.path);
  if (known !== null && 'oneOf' in known) {
    return known.oneOf.map((each) => iterated(each, at, steps)).reduce(either);
  }
  if (known === null || !('instance' in known)) return NOTHING;
  if (known.sampler !== undefined) return falls(passes({ path: known.home ?? at.path, number: known.sampler }, at));
  const turn = known.loader ? null : steps.method(known, '__iter__', NO_ARGUMENTS, at);
  const loader = known.loader ?? (steps.isLoader(known, at.path) ? loaderMadeOf(known.made) : undefined);
  // A loader's own way of iterating leads to the one of its base.
  if (turn) return loader ? then(called(turn), iterated({ ...known, instance: '', loader }, at, steps)) : called(turn);
  if (!loader) return itemsOf(known, at, steps);
  const { sampler, dataset, workers } = loader;
  const own = sampler === null ? NOTHING : iterated(sampler, at, steps);
  const shuffled = loader.order.map((stream) => falls(steps.record.draws(stream, at)));
  const order = then(shuffled.reduce(then, NOTHING), own);
  const take = (): Outcome => itemsOf(steps.resolved(dataset, at.path), at, steps);
  if (workers === 'none') return then(order, take());
  const items = whole(steps.record.inside({ kind: 'worker' }, take));
  // Workers seed all their streams from one draw of the torch generator of this process.
  return items ? then(order, falls(drawnFrom('torch', items))) : order;
}

/** A loader of the project's own class, by what it was made of as far as that is handed on. */
function loaderMadeOf({ positional, keywords }: Arguments = NO_ARGUMENTS): Loader {
  const given = (name: string, position: number): EffectValue | undefined => keywords[name] ?? positional[position];
  const shuffle = settledConstant(given('shuffle', 2) ?? null) === true && given('generator', -1) === undefined;
  const workers = given('num_workers', 5);
  return {
    order: shuffle ? ['torch'] : [],
    sampler: given('sampler', 3) ?? null,
    dataset: given('dataset', 0) ?? null,
    workers: workers === undefined || settledConstant(workers) === 0 ? 'none' : 'unknown',
  };
}

/** What a value holds, or may be. */
function partsOf(value: EffectValue): readonly EffectValue[] {
  if (value === null) return [];
  if ('oneOf' in value) return value.oneOf;
  if ('tuple' in value) return value.tuple;
  return 'table' in value ? Object.values(value.table) : [];
}

/** What code that nobody can read is handed: a sampler, or a loader with one, may be told the epoch there. */
export function handedOver(value: EffectValue, at: Site, steps: Steps): Outcome {
  const known = steps.resolved(value, at.path);
  if (known === null) return NOTHING;
  const parts = partsOf(known);
  if (parts.length > 0) return parts.map((each) => handedOver(each, at, steps)).reduce(then, NOTHING);
  if (!('instance' in known)) return NOTHING;
  if (known.sampler !== undefined)
    return falls(passes({ path: known.home ?? at.path, number: known.sampler }, at, 'unread'));
  return known.loader ? handedOver(known.loader.sampler, at, steps) : NOTHING;
}

/** Taking the items of a dataset, one after the other. */
function itemsOf(dataset: EffectValue, at: Site, { method, apply }: Steps): Outcome {
  if (dataset === null || !('instance' in dataset)) return NOTHING;
  const own = method(dataset, '__getitem__', NO_ARGUMENTS, at);
  if (own) return called(own);
  // A dataset of torchvision's transforms each image.
  const { positional = [], keywords = {} } = dataset.made ?? {};
  const steps = [...positional, keywords.transform, keywords.target_transform, keywords.transforms];
  return called(steps.map((each) => apply(each ?? null, NO_ARGUMENTS, at) ?? NOTHING).reduce(then, NOTHING));
}
