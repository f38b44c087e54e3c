/** Whether an assigned value is a number or a switch, or may be a function that replaces another one on purpose. */

import { namesFor } from '../knowledge/names.ts';
import { annotatedType } from '../python/annotations.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { importedAs, isSameVariable, parameterOf, targetOf } from '../python/names.ts';
import type { Value } from '../python/value.ts';

/** Calls that make a plain value of whatever they get. */
const MAKES_PLAIN = namesFor('makes-plain');

/** The last word where the flow says nothing: what is called a seed is a number. */
const SEED = /seed/i;

/** True for what is known to be a number, text or truth value; false also where it may be a function. */
export const isPlainValue = (value: Node, values: Evaluator): boolean => values.always(isPlain, values.value(value));

const isPlain: Fact = (value, evaluator) => {
  const { file, node, access } = value;
  const isSeed = (name: Node | undefined): true | undefined => (name && SEED.test(file.read(name))) || undefined;
  const constant = access.length === 0 ? file.constant(node) : undefined;
  if (constant !== undefined) return constant !== null;
  switch (node.type) {
    case 'binary_operator':
    case 'unary_operator':
    case 'not_operator':
    case 'comparison_operator':
    case 'augmented_assignment':
      return access.length === 0 || undefined;
    case 'conditional_expression':
    case 'boolean_operator': {
      // `None` beside a number changes nothing; what stands between the two is a condition.
      const sides = [node.children[0], node.children.at(-1)];
      return sides.some((each) => each && evaluator.always(isPlain, { ...value, node: each }));
    }
    case 'call':
      return (access.length === 0 && MAKES_PLAIN.has(file.call(node).name)) || undefined;
    case 'identifier':
      return isPlainName(value, evaluator);
    case 'attribute':
      // A function of a module is no number, whatever it is called.
      return file.qualify(node) === null ? isSeed(node.get('attribute')) : undefined;
    case 'subscript':
      return isSeed(node.get('subscript'));
    default:
      return undefined;
  }
};

/** By its annotation, its default or what it is called; undefined where that is for its values to say. */
function isPlainName(value: Value, evaluator: Evaluator): boolean | undefined {
  const { file, node } = value;
  const name = file.read(node);
  if (importedAs(node, file).length > 0) return !/[a-z]/.test(name) || undefined;
  if (isCalled(node, file)) return false;
  const own = parameterOf(node, file);
  if (SEED.test(name) && (own || targetOf(node, file))) return true;
  if (/^(int|float|bool|str)$/.test(annotatedType(value) ?? '')) return true;
  const usually = own?.parameter.default;
  return (usually && evaluator.always(isPlain, { ...value, node: usually })) || undefined;
}

const isCalled = (name: Node, file: PythonFile): boolean =>
  file.allCalls.some(({ callee }) => isSameVariable(callee, name, file));
