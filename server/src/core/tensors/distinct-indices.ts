/** Whether the entries of an index are all different, as the code shows: then nothing that they lead to can collide. */
import type { Node, PythonFile } from '../python/file.ts';
import { bindingOf, reachingDefinitions } from '../python/reaching.ts';
import { PERMUTATION } from './last-words.ts';

const MAX_STEPS = 8;
const DISTINCT = /^torch\.(arange|randperm)$/;
const LITERAL = /^torch\.(cuda\.)?(tensor|as_tensor|LongTensor|IntTensor)$/;
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
  if (call.name !== null && DISTINCT.test(call.name)) return true;
  if (call.name !== null && LITERAL.test(call.name)) return first !== undefined && areDistinctNumbers(first, file);
  const last = call.name?.startsWith('torch.') ? call.name.slice('torch.'.length) : call.method;
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
    const isAlone = path.length === 1 && targets === 1;
    return isAlone && right.type === 'call' && /^torch\.(where|nonzero)$/.test(file.call(right).name ?? '');
  });
}

/** `scores.topk(k)`, `torch.sort(scores, dim=1)`: values and positions. */
function isSorted(node: Node, dim: number | undefined, file: PythonFile, steps: number): boolean {
  if (node.type === 'identifier' && steps < MAX_STEPS) {
    const definitions = reachingDefinitions(node, file);
    const isGiven = (each: Node): boolean => isSorted(each, dim, file, steps + 1);
    return definitions.length > 0 && definitions.every((each) => each.kind === 'assignment' && isGiven(each.value));
  }
  if (node.type !== 'call') return false;
  const call = file.call(node);
  const last = call.name?.startsWith('torch.') ? call.name.slice('torch.'.length) : call.method;
  return last !== null && last !== undefined && SORTS.test(last) && sortsAlong(node, dim, file);
}

/** It sorts along the dimension that is indexed; the last one is mostly the second. */
function sortsAlong(node: Node, dim: number | undefined, file: PythonFile): boolean {
  const call = file.call(node);
  const shift = call.name?.startsWith('torch.') ? 1 : 0;
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
  return /^builtins\.(int|len|min|max)$/.test(call.name ?? '') || /^(index|item)$/.test(call.method ?? '');
}
