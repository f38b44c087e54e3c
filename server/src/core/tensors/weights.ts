/** Which expressions hold what a file of weights held, or a network's own: tensors that no gradient flows back through. */
import { namesFor } from '../knowledge/names.ts';
import { evaluatorOf, type Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { boundAt, parameterOf } from '../python/names.ts';
import { ANY } from '../python/value.ts';
import { WEIGHTS } from './last-words.ts';

const READS = namesFor('reads-weights');
/** A copy of a dictionary, with the same tensors. */
const COPIES = namesFor('copies-dictionary');
const SEQUENCES = namesFor('sequence-of');

/** True for `torch.load(path)`, `model.state_dict()`, and what is kept in one of them, or named like one. */
export function holdsWeights(node: Node, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  return evaluator.may(isWeight, evaluator.value(node, ANY));
}

/** A part of what a file or a network gives. */
const isWeight: Fact = (value) => {
  const { file, node, access } = value;
  // What was made by something else is not told by its name.
  if (node.type === 'identifier' && WEIGHTS.test(file.read(node)))
    return boundAt(node, file).length === 0 || parameterOf(node, file) !== null || undefined;
  if (node.type !== 'call' || access.length === 0) return undefined;
  const call = file.call(node);
  if (READS.has(call.name) || call.method === 'state_dict') return true;
  const [first] = COPIES.has(call.name) ? (node.get('arguments')?.children ?? []) : [];
  return first && [{ ...value, node: first }];
};

/** What a loop over an expression gets of weights: the pairs of `.items()`, or the tensors of `.values()`. */
export function weightsIn(node: Node | undefined, file: PythonFile): 'items' | 'values' | null {
  if (node?.type !== 'call') return null;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (SEQUENCES.has(call.name)) return weightsIn(node.get('arguments')?.children[0], file);
  if (!object || (call.method !== 'items' && call.method !== 'values')) return null;
  return holdsWeights(object, file) ? call.method : null;
}
