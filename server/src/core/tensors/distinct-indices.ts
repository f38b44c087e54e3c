/** Whether the entries of an index are all different, as the code shows: then nothing that they lead to can collide. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { evaluatorOf, type Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { bindingOf, reachingDefinitions } from '../python/reaching.ts';
import { PERMUTATION } from './last-words.ts';

const TORCH = namesFor('torch');

const MAX_STEPS = 8;
const DISTINCT = namesFor('distinct');
const LITERAL = namesFor('index-literals');
const WHERE = nameFor('where');
const NONZERO = nameFor('nonzero');
const ONE_HOT = nameFor('one-hot');
const ONE_NUMBER = namesFor('plain-number');
/** They give the positions of sorted values, each of them once. */
const SORTS = /^(sort|topk|argsort)$/;
/** They leave the entries as they are, or some of them, each still once. */
const KEEPS =
  /^(long|int|to|type|cuda|cpu|detach|clone|contiguous|flip|view|reshape|flatten|ravel|squeeze|unsqueeze|expand|expand_as|masked_select|split|chunk)$/;

/** False also where nobody can tell. `dim` is the dimension that is indexed, where it is a number. */
export function isDistinct(node: Node, dim: number | undefined, file: PythonFile, steps = 0): boolean {
  if (steps > MAX_STEPS) return false;
  const go = (inner: Node | undefined): boolean => inner !== undefined && isDistinct(inner, dim, file, steps + 1);
  switch (node.type) {
    case 'identifier':
      return isName(node, dim, file, steps);
    case 'attribute': {
      const name = file.read(node.get('attribute') ?? node);
      const object = node.get('object');
      if (name === 'indices') return object !== undefined && isSorted(object, dim, file, steps + 1);
      return PERMUTATION.test(name);
    }
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'list':
    case 'tuple':
      return areDistinctNumbers(node, file);
    case 'subscript': {
      const [key, ...others] = node.children.filter((child) => child.field === 'subscript');
      const value = node.get('value');
      if (key && others.length === 0 && file.constant(key) === 1 && value && isSorted(value, dim, file, steps + 1))
        return true;
      // A part of them; one of several rows where the key is a number.
      return key?.type !== 'integer' && go(value);
    }
    case 'call':
      return isCall(node, dim, file, steps);
    default:
      return false;
  }
}

function isCall(node: Node, dim: number | undefined, file: PythonFile, steps: number): boolean {
  const call = file.call(node);
  const object = call.callee.get('object');
  const first = node.get('arguments')?.children[0];
  if (DISTINCT.has(call.name)) return true;
  if (LITERAL.has(call.name)) return first !== undefined && areDistinctNumbers(first, file);
  const last = TORCH.has(call.name) ? call.name?.slice(call.name.indexOf('.') + 1) : call.method;
  if (last === 'argsort') return sortsAlong(node, dim, file);
  const returnsMore = ['return_inverse', 'return_counts'].some((name) => file.argument(call, name) !== 'absent');
  if (last === 'unique') return !returnsMore;
  if (call.method === null || !object || !KEEPS.test(call.method)) return false;
  return isDistinct(object, dim, file, steps + 1);
}

function isName(node: Node, dim: number | undefined, file: PythonFile, steps: number): boolean {
  const definitions = reachingDefinitions(node, file);
  if (definitions.length === 0) return false;
  return definitions.every((definition) => {
    if (definition.kind === 'assignment') return isDistinct(definition.value, dim, file, steps + 1);
    if (PERMUTATION.test(file.read(node))) return true;
    if (definition.kind !== 'opaque') return false;
    const { holder, path } = bindingOf(definition.node);
    const right = holder?.type === 'assignment' ? holder.get('right') : undefined;
    if (!right) return false;
    if (path.length === 1 && path[0] === 1 && isSorted(right, dim, file, steps + 1)) return true;
    // `(rows,) = torch.where(mask)`: of one dimension, or it would not unpack.
    const targets = definition.node.parent?.children.length;
    const [position, ...deeper] = path;
    const mask = maskOf(right, file);
    if (!mask || position === undefined || deeper.length > 0) return false;
    return targets === 1 || (targets === 2 && isDistinctPlace(mask, position, file));
  });
}

/** The mask whose true places a call gives, a list for each dimension; undefined for any other call. */
function maskOf(node: Node, file: PythonFile): Node | undefined {
  if (node.type !== 'call') return undefined;
  const call = file.call(node);
  const passed = node.get('arguments')?.children ?? [];
  const [first] = passed;
  if (call.name === WHERE) return passed.length === 1 ? first : undefined;
  if (call.name === NONZERO) return first;
  return call.method === 'nonzero' || call.method === 'where' ? call.callee.get('object') : undefined;
}

/**
 * `row, place = torch.where(chosen == expert)`: a row that holds the best k experts holds each of them once, so the rows
 * differ. So do the tokens of `one_hot(chosen).permute(2, 1, 0)[expert]`, whose dimensions are place and token.
 */
function isDistinctPlace(mask: Node, position: number, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  return evaluator.alwaysOrUnknown(position === 0 ? hasDistinctRows : hasDistinctColumns, evaluator.value(mask));
}

const hasDistinctRows: Fact = (value, evaluator) => {
  const { node, access } = value;
  if (node.type === 'comparison_operator' && access.length === 0) {
    const [left, operator, right, ...others] = node.children;
    if (!left || !right || operator?.type !== '==' || others.length > 0) return false;
    const isChosen = (side: Node): boolean =>
      evaluator.alwaysOrUnknown(holdsEachOnce, { ...value, node: side, access: [], sure: true });
    return isChosen(left) || isChosen(right);
  }
  return isOneHot(value, [2, 0, 1], evaluator);
};

const hasDistinctColumns: Fact = (value, evaluator) => isOneHot(value, [2, 1, 0], evaluator);

/** A mask of one class out of `one_hot(chosen)` with its dimensions in this order; undefined for what is no such call. */
function isOneHot(value: Parameters<Fact>[0], order: readonly number[], evaluator: Parameters<Fact>[1]) {
  const { file, node, access } = value;
  if (node.type !== 'call') return undefined;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (call.method !== null && /^(squeeze|bool|to|long|int)$/.test(call.method) && object)
    return [{ ...value, node: object }];
  if (call.method !== 'permute' || !object || access.length !== 1) return undefined;
  const given = (node.get('arguments')?.children ?? []).map((each) => file.constant(each));
  if (given.join() !== order.join()) return false;
  return evaluator.alwaysOrUnknown(isOneHotOfChosen, { ...value, node: object, access: [], sure: true });
}

const isOneHotOfChosen: Fact = (value, evaluator) => {
  const { file, node } = value;
  if (node.type !== 'call') return undefined;
  const call = file.call(node);
  if (call.name !== ONE_HOT) return undefined;
  const chosen = file.argument(call, 'tensor', 0);
  if (typeof chosen === 'string') return false;
  return evaluator.alwaysOrUnknown(mayHoldEachOnce, { ...value, node: chosen, access: [], sure: true });
};

/** Who hands in the choice is out of sight; of labels nobody asks one class for its places and tokens. */
const mayHoldEachOnce: Fact = (value, evaluator) => value.ended || holdsEachOnce(value, evaluator);

/** Along its last dimension no value comes twice: positions of the best, of all in order, or of a drawn order. */
const holdsEachOnce: Fact = ({ file, node, access, frame, sure, ended }) => {
  if (node.type !== 'call' || ended) return undefined;
  const call = file.call(node);
  const last = TORCH.has(call.name) ? call.name?.slice(call.name.indexOf('.') + 1) : call.method;
  const object = call.callee.get('object');
  if (call.method !== null && KEEPS.test(call.method) && object) return [{ file, node: object, access, frame, sure }];
  if (last === null || last === undefined || !SORTS.test(last)) return undefined;
  const gives =
    last === 'argsort' ? access.length === 0 : access.length === 1 && /^(\[1\]|\.indices)$/.test(access[0] ?? '');
  return gives && (sortsAlong(node, -1, file) || sortsAlong(node, 1, file));
};

/** `scores.topk(k)`, `torch.sort(scores, dim=1)`: values and positions. */
function isSorted(node: Node, dim: number | undefined, file: PythonFile, steps: number): boolean {
  if (node.type === 'identifier' && steps < MAX_STEPS) {
    const definitions = reachingDefinitions(node, file);
    const isGiven = (each: Node): boolean => isSorted(each, dim, file, steps + 1);
    return definitions.length > 0 && definitions.every((each) => each.kind === 'assignment' && isGiven(each.value));
  }
  if (node.type !== 'call') return false;
  const call = file.call(node);
  const last = TORCH.has(call.name) ? call.name?.slice(call.name.indexOf('.') + 1) : call.method;
  return last !== null && last !== undefined && SORTS.test(last) && sortsAlong(node, dim, file);
}

/** It sorts along the dimension that is indexed; the last one is mostly the second. */
function sortsAlong(node: Node, dim: number | undefined, file: PythonFile): boolean {
  const call = file.call(node);
  const shift = TORCH.has(call.name) ? 1 : 0;
  const isTop = /topk$/.test(call.method ?? call.name ?? '');
  const given = file.argument(call, 'dim', shift + (isTop ? 1 : 0));
  const sorted = given === 'absent' ? -1 : typeof given === 'string' ? undefined : file.constant(given);
  if (typeof sorted !== 'number') return false;
  // Of an index with one dimension there is only that one.
  return dim === undefined || sorted === dim || (given === 'absent' && dim === 0) || (sorted === -1 && dim === 1);
}

function areDistinctNumbers(node: Node, file: PythonFile): boolean {
  if (node.type !== 'list' && node.type !== 'tuple') return false;
  const [only, ...others] = node.children;
  if (only && others.length === 0 && isOneNumber(only, file)) return true;
  const numbers = node.children.map((each) => file.constant(each));
  return numbers.every((each) => typeof each === 'number') && new Set(numbers).size === numbers.length;
}

/** `names.index(name)`, `len(rows)`: of an index with one entry no two meet. */
function isOneNumber(node: Node, file: PythonFile): boolean {
  if (node.type !== 'call') return false;
  const call = file.call(node);
  return ONE_NUMBER.has(call.name) || /^(index|item)$/.test(call.method ?? '');
}
