/** Which expressions hold whole numbers because they count something, by their names: their sums are exact. */
import { namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { COUNT, OFFSET } from './last-words.ts';
import { tensorOf } from './tensors.ts';

/** They give the numbers of neighbours or parts in a graph. */
const COUNTS = /^(in_degrees|out_degrees|bincount|batch_num_(nodes|edges))$/;
/** They leave the numbers whole. */
const KEEPS =
  /^(long|int|float|double|half|to|cpu|cuda|detach|clone|contiguous|view|reshape|flatten|squeeze|unsqueeze|expand|repeat|sum|cumsum)$/;
const JOINS = namesFor('joins-tensors');
const MAKES = namesFor('tensor-of');
const CASTS = /^(long|int)$/;

/** True for `counts[mask].float()`, `batch["num_nodes"]`, `-graph.num_edges`: by its name a number of things. */
export function isCount(node: Node, file: PythonFile): boolean {
  const go = (inner: Node | undefined): boolean => inner !== undefined && isCount(inner, file);
  switch (node.type) {
    case 'identifier':
      return COUNT.test(file.read(node)) && !isOfFractions(node, file);
    case 'attribute':
      return COUNT.test(file.read(node.get('attribute') ?? node));
    case 'string':
      return COUNT.test(String(file.constant(node) ?? ''));
    case 'integer':
      return true;
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'unary_operator':
      return go(node.get('argument'));
    case 'list':
    case 'tuple':
      return node.children.length > 0 && node.children.every((each) => go(each) || isWhole(each, file));
    case 'subscript': {
      const [key] = node.children.filter((child) => child.field === 'subscript');
      return key?.type === 'string' ? go(key) : go(node.get('value'));
    }
    case 'binary_operator': {
      const sides = [node.get('left'), node.get('right')];
      return /^[-+*]$/.test(file.read(node.get('operator') ?? node)) && sides.every(go);
    }
    case 'call': {
      const call = file.call(node);
      const first = node.get('arguments')?.children[0];
      if (JOINS.has(call.name) || MAKES.has(call.name)) return go(first);
      if (call.method === null) return false;
      return COUNTS.test(call.method) || (KEEPS.test(call.method) && go(call.callee.get('object')));
    }
    default:
      return false;
  }
}

/** `offsets = torch.cat([zero, x.cumsum(0)])`, `x.cumsum(0).long()`: what comes of the result is whole. */
export function isOffset(result: Node, file: PythonFile): boolean {
  let at = result;
  for (let parent = at.parent; parent; at = parent, parent = at.parent) {
    if (/^(list|tuple|parenthesized_expression|conditional_expression)$/.test(parent.type)) continue;
    if (parent.type === 'subscript' && at.field === 'value') continue;
    if (parent.type === 'argument_list' && parent.parent && JOINS.has(file.call(parent.parent).name)) continue;
    if (parent.type === 'call' && at.type === 'argument_list') continue;
    if (parent.type === 'attribute' && at.field === 'object') {
      if (CASTS.test(file.read(parent.get('attribute') ?? parent))) return true;
      return false;
    }
    if (parent.type !== 'assignment' || at.field !== 'right') return false;
    return isNamedOffset(parent.get('left'), file);
  }
  return false;
}

function isNamedOffset(target: Node | undefined, file: PythonFile): boolean {
  if (target?.type === 'identifier') return OFFSET.test(file.read(target));
  if (target?.type === 'attribute') return OFFSET.test(file.read(target.get('attribute') ?? target));
  const key = target?.type === 'subscript' ? target.get('subscript') : undefined;
  return key?.type === 'string' && OFFSET.test(String(file.constant(key) ?? ''));
}

const isWhole = (node: Node, file: PythonFile): boolean => tensorOf(node, file)?.whole === true;

/** The code shows that it is made of fractions, whatever its name says. */
function isOfFractions(node: Node, file: PythonFile): boolean {
  const tensor = tensorOf(node, file);
  return tensor?.dtype === 'floating' && tensor.whole !== true;
}
