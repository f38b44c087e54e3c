/** Where a batch of data comes from, which nobody has computed from weights: a loader, or a step of Lightning. */
import { nameFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { TensorValue } from './results.ts';

const LOADER = nameFor('data-loader');
const LIGHTNING = nameFor('lightning-module');
const STEP = /^(training|validation|test|predict)_step$/;

/** A batch, which may be a tensor, and what is in it by position or by name. */
export const BATCH: TensorValue = { self: { detached: true, maybe: true }, each: { self: { detached: true } } };

/** A DataLoader that collates by default. */
export function isLoader(expression: Node, file: PythonFile): boolean {
  const construction = file.constructionOf(expression);
  return construction?.name === LOADER && file.argument(construction, 'collate_fn') === 'absent';
}

/** The parameter of `training_step` and its like that is the batch. */
export function isBatch(parameter: Node, file: PythonFile): boolean {
  const info = file.functionAround(parameter);
  if (!info?.class || !STEP.test(info.name) || info.parameters[1]?.name !== file.read(parameter)) return false;
  return info.class.bases.some((base) => file.qualify(base) === LIGHTNING);
}
