/** Whether an operation can meet one place twice by its index along a dimension. */

import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo } from '../python/names.ts';
import { holdsSomeTime } from '../tensors/choices.ts';
import { isDistinct } from '../tensors/distinct-indices.ts';
import { sizesOf } from '../tensors/sizes.ts';
import type { OpCall } from './calls.ts';

const MAX_NAMES = 3;
/** They leave a tensor's sizes as they are. */
const SAME_SIZE = new Set('long int to type cuda cpu detach clone contiguous'.split(' '));

const REDUCES = /^arg(max|min)$/;
/** Their index has one dimension, whichever they index along. */
const HAS_ONE_DIMENSION = /\.(index_\w+|put_)$/;

/**
 * True for `x.index_add_(0, torch.randperm(n)[:k], y)`: all entries differ. True for `q.gather(1, actions.unsqueeze(1))` and `q.gather(1, actions).squeeze(1)`: along the dimension the index has
 * one entry, so no two of them meet. False where the code does not show it.
 */
export function picksOne(use: OpCall, index: string, file: PythonFile): boolean {
  const given = use.argument('dim');
  const dim = typeof given === 'string' ? undefined : file.constant(given);
  const indices = use.operands(index);
  const along = HAS_ONE_DIMENSION.test(use.op.api) || typeof dim !== 'number' ? undefined : dim;
  if (indices.length > 0 && indices.every((node) => node !== null && isDistinct(node, along, file))) return true;
  if (typeof dim !== 'number' || HAS_ONE_DIMENSION.test(use.op.api)) return false;
  if (use.op.pass === 'backward' && isSqueezed(use.call.node, dim, file)) return true;
  const isOne = (node: Node): boolean => hasOneEntry(node, dim, file) || hasOneSize(node, dim, file);
  return indices.length > 0 && indices.every((node) => node !== null && isOne(node));
}

/** Along the dimension it is written to be of size 1, whoever calls. */
const hasOneSize = (node: Node, dim: number, file: PythonFile): boolean =>
  !holdsSomeTime((choices) => sizesOf(node, file, choices)?.at(dim) !== 1);

/** Its result loses the dimension at once, by `.squeeze(dim)`, or `[:, 0]`. */
function isSqueezed(node: Node, dim: number, file: PythonFile): boolean {
  const parent = node.parent;
  if (parent?.type === 'subscript' && node.field === 'value') {
    const keys = parent.children.filter((child) => child.field === 'subscript');
    const key = keys.at(dim);
    return key !== undefined && keys.length > 1 && file.constant(key) === 0;
  }
  if (parent?.type !== 'attribute' || parent.parent?.type !== 'call') return false;
  const call = file.call(parent.parent);
  if (call.method !== 'squeeze') return false;
  const squeezed = file.argument(call, 'dim', 0);
  return squeezed === 'absent' || (typeof squeezed !== 'string' && isSame(file.constant(squeezed), dim));
}

function hasOneEntry(node: Node, dim: number, file: PythonFile, depth = 0): boolean {
  if (node.type === 'identifier' && depth < MAX_NAMES) {
    const value = assignedTo(node, file);
    return value !== null && hasOneEntry(value, dim, file, depth + 1);
  }
  if (node.type === 'subscript') {
    const keys = node.children.filter((child) => child.field === 'subscript');
    return keys.length > 1 && keys.at(dim)?.type === 'none';
  }
  if (node.type !== 'call') return false;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (call.method === null || !object) return false;
  if (REDUCES.test(call.method) && keepsOne(call, dim, file)) return true;
  if (SAME_SIZE.has(call.method)) return hasOneEntry(object, dim, file, depth);
  if (call.method === 'unsqueeze') {
    const given = file.argument(call, 'dim', 0);
    const added = typeof given === 'string' ? undefined : file.constant(given);
    // An index has as many dimensions as what it leads into, so the last one of it may be any but the first.
    return isSame(added, dim) || (added === -1 && dim > 0);
  }
  const sizes = writtenSizes(node);
  const size = sizes?.at(dim);
  if (/^(view|reshape)$/.test(call.method)) return size !== undefined && file.constant(size) === 1;
  // Expanding another dimension leaves this one alone.
  if (call.method !== 'expand' || !size) return false;
  return [1, -1].includes(file.constant(size) as number) && hasOneEntry(object, dim, file, depth);
}

/** `scores.argmax(1, keepdim=True)`: one index a row. */
function keepsOne(call: Call, dim: number, file: PythonFile): boolean {
  const [along, keeps] = [file.argument(call, 'dim', 0), file.argument(call, 'keepdim', 1)];
  if (typeof along === 'string' || typeof keeps === 'string' || file.constant(keeps) !== true) return false;
  return isSame(file.constant(along), dim) || (file.constant(along) === -1 && dim > 0);
}

/** `view(-1, 1)` or `view((-1, 1))`; undefined where a size is not written down. */
function writtenSizes(call: Node): readonly Node[] | undefined {
  const list = call.get('arguments')?.children ?? [];
  const sizes = list.length === 1 && /^(tuple|list)$/.test(list[0]?.type ?? '') ? list[0]?.children : list;
  return sizes?.some((each) => /splat|keyword/.test(each.type)) ? undefined : sizes;
}

/** The last dimension of an index is mostly its second. */
function isSame(dim: unknown, other: number): boolean {
  return dim === other || (typeof dim === 'number' && Math.abs(dim) === 1 && Math.abs(other) === 1 && dim !== other);
}
