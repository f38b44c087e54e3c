/** Which expressions hold what a file of weights held, or a network's own: tensors that no gradient flows back through. */
import { namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { WEIGHTS } from './last-words.ts';

const READS = namesFor('reads-weights');
/** A copy of a dictionary, with the same tensors. */
const COPIES = namesFor('copies-dictionary');
const SEQUENCES = namesFor('sequence-of');
const MAX_STEPS = 6;

/** True for `torch.load(path)`, `model.state_dict()`, and what is kept in one of them, or named like one. */
export function holdsWeights(node: Node, file: PythonFile, steps = 0): boolean {
  if (steps > MAX_STEPS) return false;
  const go = (inner: Node | undefined): boolean => inner !== undefined && holdsWeights(inner, file, steps + 1);
  switch (node.type) {
    case 'identifier': {
      const definitions = file.definitions(node);
      // What was made by something else is not told by its name.
      if (WEIGHTS.test(file.read(node)) && definitions.every((each) => each.kind === 'parameter')) return true;
      return definitions.some((each) => each.kind === 'assignment' && go(each.value));
    }
    case 'subscript':
      return go(node.get('value'));
    case 'boolean_operator':
    case 'conditional_expression':
    case 'parenthesized_expression':
      return node.children.some(go);
    case 'dictionary_comprehension':
      return node.children.some(
        (child) => child.type === 'for_in_clause' && weightsIn(child.get('right'), file, steps),
      );
    case 'call': {
      const call = file.call(node);
      if (READS.has(call.name)) return true;
      if (COPIES.has(call.name)) return go(node.get('arguments')?.children[0]);
      if (call.method === 'state_dict') return true;
      return call.method !== null && /^(get|pop|copy)$/.test(call.method) && go(call.callee.get('object'));
    }
    default:
      return false;
  }
}

/** What a loop over an expression gets of weights: the pairs of `.items()`, or the tensors of `.values()`. */
export function weightsIn(node: Node | undefined, file: PythonFile, steps = 0): 'items' | 'values' | null {
  if (node?.type !== 'call') return null;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (SEQUENCES.has(call.name)) return weightsIn(node.get('arguments')?.children[0], file, steps);
  if (!object || (call.method !== 'items' && call.method !== 'values')) return null;
  return holdsWeights(object, file, steps + 1) ? call.method : null;
}
