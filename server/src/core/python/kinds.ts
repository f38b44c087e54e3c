/** Facts to ask the evaluator for: whether a value is a number, a text, bytes or a path, as the code that made it shows. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { makesKind } from '../knowledge/values.ts';
import { annotatedType } from './annotations.ts';
import type { Call } from './call.ts';
import type { Evaluator, Fact } from './evaluator.ts';
import type { Node } from './file.ts';
import { EACH, isElement, type Value } from './value.ts';

const ENUMERATE = nameFor('enumerate');
const MAP = nameFor('map');
const LEAST_OR_MOST = namesFor('least-or-most');

/** The same question about another expression at the same place. */
const part = (value: Value, node: Node | undefined, ...access: readonly string[]): Value[] =>
  node ? [{ ...value, node, access }] : [];

/** What a call makes, or what its elements are; a method counts where nobody knows the object's class. */
function makes(value: Value, kind: Parameters<typeof makesKind>[1]): boolean {
  const { file, node, access } = value;
  if (node.type !== 'call' || access.length > 1 || (access.length === 1 && !isElement(access[0]))) return false;
  const { name, method } = file.call(node);
  return makesKind(name ?? method, kind, access.length === 1);
}

/** A number, whose hash is the same in every process; `None` beside it changes nothing. */
export const isNumber: Fact = (value, evaluator) => {
  const { file, node, access } = value;
  const type = annotatedType(value) ?? optionType(value);
  if (type !== null) return /^(int|float|bool)$/.test(type);
  if (makes(value, 'number')) return true;
  if (node.type === 'call') return numberCall(value, file.call(node), evaluator);
  if (access.length > 0) return undefined;
  switch (node.type) {
    case 'integer':
    case 'float':
    case 'true':
    case 'false':
    case 'not_operator':
    case 'comparison_operator':
      return true;
    case 'none':
      return [];
    case 'unary_operator':
      return part(value, node.get('argument'));
    case 'augmented_assignment':
      return part(value, node.get('right'));
    case 'binary_operator':
      return ofOperator(value, node.get('operator')?.type ?? '');
    case 'string':
    case 'concatenated_string':
    case 'tuple':
    case 'list':
      return false;
    default:
      return undefined;
  }
};

/** Texts and sequences can be added and repeated, texts divided by `%`, paths by `/`, sets combined; the rest only numbers can. */
function ofOperator(value: Value, operator: string): boolean | readonly Value[] {
  const { node } = value;
  if (/^(\*\*|\/\/|<<|>>)$/.test(operator)) return true;
  if (operator === '%') return part(value, node.get('left'));
  return [...part(value, node.get('left')), ...part(value, node.get('right'))];
}

function numberCall(
  value: Value,
  { name, method, node, callee }: Call,
  evaluator: Evaluator,
): boolean | readonly Value[] | undefined {
  const { file, access } = value;
  const [step, ...rest] = access;
  const [first] = node.get('arguments')?.children ?? [];
  if (name === ENUMERATE && isElement(step) && rest[0] === '[0]') return true;
  if (LEAST_OR_MOST.has(name) && access.length === 0) {
    const passed = node.get('arguments')?.children.filter(({ type }) => type !== 'keyword_argument') ?? [];
    return passed.length === 1 ? part(value, first, EACH) : passed.flatMap((each) => part(value, each));
  }
  if (name === MAP && isElement(step) && rest.length === 0 && first)
    return makesKind(file.qualify(first), 'number') || undefined;
  // Arrays of texts are rare enough to be told by their texts.
  const object = callee.get('object');
  const isArray = name === null && /^(tolist|numpy|unique)$/.test(method ?? '') && object && isElement(step);
  return isArray ? !evaluator.may(isText, { ...value, node: object }) : undefined;
}

/** A `str`. */
export const isText: Fact = (value, evaluator) => {
  const { file, node, access } = value;
  const type = annotatedType(value) ?? optionType(value);
  if (type !== null) return type === 'str';
  if (makes(value, 'text')) return true;
  if (node.type === 'call') return textCall(value, file.call(node), evaluator);
  if (node.type === 'attribute') return pathPart(value, evaluator);
  if (access.length > 0) return undefined;
  switch (node.type) {
    case 'string':
    case 'concatenated_string':
      return !isBytesLiteral(value);
    case 'none':
      return [];
    case 'augmented_assignment':
      return part(value, node.get('right'));
    case 'binary_operator':
      return /^[+%]$/.test(node.get('operator')?.type ?? '') ? part(value, node.get('left')) : false;
    case 'integer':
    case 'float':
    case 'tuple':
    case 'list':
      return false;
    default:
      return undefined;
  }
};

function textCall(
  value: Value,
  { name, method, node, callee }: Call,
  evaluator: Evaluator,
): boolean | readonly Value[] | undefined {
  const [step, ...rest] = value.access;
  const [first] = node.get('arguments')?.children ?? [];
  const object = callee.get('object');
  if (name === MAP && isElement(step) && rest.length === 0 && first)
    return makesKind(value.file.qualify(first), 'text') || undefined;
  // Tensors have a `split` too, by numbers.
  if (name === null && /^r?(split|partition)$/.test(method ?? '') && isElement(step) && rest.length === 0)
    return !first || evaluator.always(isText, { ...value, node: first, access: [] });
  if (name === null && method === 'read' && object) return part(value, object, EACH);
  return undefined;
}

/** `path.stem`, `path.name`. */
function pathPart(value: Value, evaluator: Evaluator): boolean | undefined {
  const { file, node, access } = value;
  const object = node.get('object');
  const name = file.read(node.get('attribute') ?? node);
  if (access.length > 0 || !object || !/^(name|stem|suffix)$/.test(name)) return undefined;
  return evaluator.always(isPath, { ...value, node: object, access: [] }) || undefined;
}

/** `bytes`. */
export const isBytes: Fact = (value) => {
  const type = annotatedType(value);
  if (type !== null) return type === 'bytes';
  if (makes(value, 'bytes')) return true;
  if (value.access.length > 0) return undefined;
  return /^(concatenated_)?string$/.test(value.node.type) ? isBytesLiteral(value) : undefined;
};

const isBytesLiteral = ({ file, node }: Value): boolean =>
  /^[a-z]*b/i.test(file.read(node).slice(0, 2).split(/['"]/)[0] ?? '');

/** A `pathlib.Path`: made as one, annotated as one, or joined with `/`. */
export const isPath: Fact = (value) => {
  const { file, node, access } = value;
  const type = annotatedType(value);
  if (type !== null) return /^\w*Path$/.test(type);
  if (node.type === 'call') {
    const { name, method, callee } = file.call(node);
    if (name !== null && makes(value, 'path')) return true;
    if (access.length > 0) return makesKind(method, 'path', true) && isElement(access[0]) ? true : undefined;
    return makesKind(method, 'path') ? part(value, callee.get('object')) : undefined;
  }
  if (access.length > 0) return undefined;
  if (node.type === 'attribute' && file.read(node.get('attribute') ?? node) === 'parent')
    return part(value, node.get('object'));
  if (node.type !== 'binary_operator') return node.type === 'none' ? [] : undefined;
  if (node.get('operator')?.type !== '/') return false;
  return node.get('right')?.type === 'string' || part(value, node.get('left'));
};

/** The `type=` of the option that an attribute of parsed arguments stands for, `str` where none is given. */
function optionType({ file, node, access }: Value): string | null {
  const option = node.type === 'call' && access.length === 1 ? optionOf(file.call(node), access[0] ?? '', file) : null;
  if (!option) return null;
  const type = file.argument(option, 'type');
  if (typeof type !== 'string') return file.read(type);
  if (file.argument(option, 'action') !== 'absent' || file.argument(option, 'nargs') !== 'absent') return null;
  return type === 'absent' ? 'str' : null;
}

/** The `add_argument` of the option that becomes this attribute of what `parse_args` gives. */
function optionOf({ method }: Call, attribute: string, file: Value['file']): Call | null {
  if (method !== 'parse_args') return null;
  const isNamed = (call: Call): boolean => {
    const destination = file.argument(call, 'dest');
    if (typeof destination !== 'string') return `.${file.constant(destination)}` === attribute;
    const names = (call.node.get('arguments')?.children ?? []).map((each) => file.constant(each));
    return names.some(
      (name) => typeof name === 'string' && `.${name.replace(/^--?/, '').replaceAll('-', '_')}` === attribute,
    );
  };
  return file.methodCalls('add_argument').find(isNamed) ?? null;
}
