/** Whether the entries of an index are all different, as the code shows: then nothing that they lead to can collide. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import { type Evaluator, evaluatorOf, type Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { valuesAt } from '../python/names.ts';
import { keyIn, type Value } from '../python/value.ts';
import { PERMUTATION } from './last-words.ts';

const TORCH = namesFor('torch');

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

/**
 * False also where the code does not show it; true where following it was cut short. `dim` is the dimension that is indexed,
 * where it is a number.
 */
export function isDistinct(node: Node, dim: number | undefined, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  return evaluator.alwaysOrUnknown(distinctAlong(dim), evaluator.value(node));
}

const facts = new Map<number | undefined, Fact>();

/** One fact for each dimension, under which its answers are kept. */
function distinctAlong(dim: number | undefined): Fact {
  const fact = facts.get(dim) ?? ((value, evaluator) => isDistinctValue(value, dim, evaluator));
  facts.set(dim, fact);
  return fact;
}

function isDistinctValue(value: Value, dim: number | undefined, evaluator: Evaluator): ReturnType<Fact> {
  const { file, node, access } = value;
  if (node.type === 'call') return isDistinctCall(value, dim, evaluator);
  if (access.length > 0) return undefined;
  switch (node.type) {
    case 'identifier':
      return (valuesAt(node, file).length === 0 && PERMUTATION.test(file.read(node))) || undefined;
    case 'attribute':
      return PERMUTATION.test(file.read(node.get('attribute') ?? node)) || undefined;
    case 'list':
    case 'tuple':
      return areDistinctNumbers(node, file);
    case 'subscript': {
      const [key, ...others] = node.children.filter((child) => child.field === 'subscript');
      const of = node.get('value');
      // A part of them; one of several rows where the key is a number.
      return key && others.length === 0 && key.type !== 'integer' && of ? [{ ...value, node: of }] : undefined;
    }
    default:
      return undefined;
  }
}

function isDistinctCall(value: Value, dim: number | undefined, evaluator: Evaluator): ReturnType<Fact> {
  const { file, node, access } = value;
  if (givesSorted(value, [dim])) return true;
  const mask = maskOf(node, file);
  if (mask && access.length === 1) return isDistinctPlace(value, mask, evaluator);
  if (access.length > 0) return undefined;
  const call = file.call(node);
  const first = node.get('arguments')?.children[0];
  if (DISTINCT.has(call.name)) return true;
  if (LITERAL.has(call.name)) return first !== undefined && areDistinctNumbers(first, file);
  const returnsMore = ['return_inverse', 'return_counts'].some((name) => file.argument(call, name) !== 'absent');
  if (lastOf(call) === 'unique') return !returnsMore;
  const object = call.callee.get('object');
  return call.method !== null && KEEPS.test(call.method) && object ? [{ ...value, node: object }] : undefined;
}

/** The function of torch, or the method, that is called. */
const lastOf = ({ name, method }: Call): string =>
  (TORCH.has(name) ? name?.slice(name.indexOf('.') + 1) : method) ?? '';

/** `scores.topk(k)[1]`, `torch.sort(scores, dim=1).indices`, `scores.argsort()`: positions, sorted along one of the dimensions. */
function givesSorted({ file, node, access }: Value, dims: readonly (number | undefined)[]): boolean {
  const last = lastOf(file.call(node));
  const gives =
    last === 'argsort' ? access.length === 0 : access.length === 1 && /^(\[1\]|\.indices)$/.test(access[0] ?? '');
  return SORTS.test(last) && gives && dims.some((dim) => sortsAlong(node, dim, file));
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
 * `(rows,) = torch.where(mask)`: of one dimension, or it would not unpack. `row, place = torch.where(chosen == expert)`: a
 * row that holds the best k experts holds each of them once, so the rows differ. So do the tokens of
 * `one_hot(chosen).permute(2, 1, 0)[expert]`, whose dimensions are place and token.
 */
function isDistinctPlace(value: Value, mask: Node, evaluator: Evaluator): boolean {
  const { node, access } = value;
  const position = keyIn(access[0]);
  const targets = node.parent?.type === 'assignment' ? node.parent.get('left')?.children.length : undefined;
  if (targets !== 2 || typeof position !== 'number') return targets === 1;
  return evaluator.alwaysOrUnknown(position === 0 ? hasDistinctRows : hasDistinctColumns, {
    ...value,
    node: mask,
    access: [],
  });
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
const holdsEachOnce: Fact = (value) => {
  const { file, node, ended } = value;
  if (node.type !== 'call' || ended) return undefined;
  const { method, callee } = file.call(node);
  const object = callee.get('object');
  if (method !== null && KEEPS.test(method) && object) return [{ ...value, node: object }];
  return givesSorted(value, [-1, 1]) || undefined;
};

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
