/** Whether an assigned value is a number or a switch, or may be a function that replaces another one on purpose. */

import { namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';

/** Calls that make a plain value of whatever they get. */
const MAKES_PLAIN = namesFor('makes-plain');

/** The last word where the flow says nothing: what is called a seed is a number. */
const SEED = /seed/i;

/** `plain` for what is known to be a number, text or truth value; `unknown` where it may be a function. */
export type Plainness = 'plain' | 'unknown';

/** What kind of value an expression has; a name is followed to its assignments, its default and its annotation. */
export function plainnessOf(value: Node, file: PythonFile, depth = 0): Plainness {
  const constant = file.constant(value);
  if (constant !== undefined) return constant === null ? 'unknown' : 'plain';
  if (depth > 5) return 'unknown';
  const either = (nodes: readonly (Node | undefined)[]): Plainness =>
    nodes.some((node) => node && plainnessOf(node, file, depth + 1) === 'plain') ? 'plain' : 'unknown';
  switch (value.type) {
    case 'binary_operator':
    case 'unary_operator':
    case 'not_operator':
    case 'comparison_operator':
      return 'plain';
    case 'parenthesized_expression':
    case 'conditional_expression':
    case 'boolean_operator':
      return either(value.children);
    case 'call': {
      const { name } = file.call(value);
      return name !== null && MAKES_PLAIN.has(name) ? 'plain' : 'unknown';
    }
    case 'identifier':
      return kindOfName(value, file, depth);
    case 'attribute':
      // A function of a module is no number, whatever it is called.
      return file.qualify(value) === null && SEED.test(file.read(value.get('attribute') ?? value))
        ? 'plain'
        : 'unknown';
    case 'subscript':
      return SEED.test(file.read(value.get('subscript') ?? value)) ? 'plain' : 'unknown';
    default:
      return 'unknown';
  }
}

function kindOfName(name: Node, file: PythonFile, depth: number): Plainness {
  const definitions = file.definitions(name);
  const kinds = definitions.map((each): Plainness => {
    if (each.kind === 'assignment') return plainnessOf(each.value, file, depth + 1);
    if (each.kind === 'import') return /[a-z]/.test(file.read(name)) ? 'unknown' : 'plain';
    if (each.kind === 'function' || each.kind === 'class') return 'unknown';
    const isCalled = file.allCalls.some(
      ({ callee }) =>
        callee.type === 'identifier' &&
        file.read(callee) === file.read(name) &&
        file.definitions(callee) === definitions,
    );
    if (isCalled) return 'unknown';
    if (SEED.test(file.read(name))) return 'plain';
    if (each.kind !== 'parameter') return 'unknown';
    const standard = each.parameter.default;
    if (standard && plainnessOf(standard, file, depth + 1) === 'plain') return 'plain';
    const annotation = each.node.parent?.get('type') ?? each.node.get('type');
    return annotation && /\b(int|float|bool|str)\b/.test(file.read(annotation)) ? 'plain' : 'unknown';
  });
  return kinds.length > 0 && kinds.every((kind) => kind === 'plain') ? 'plain' : 'unknown';
}
