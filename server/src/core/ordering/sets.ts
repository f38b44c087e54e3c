/** Sets: where a file makes them, what they hold, where they become sequences, and how they are sorted there. */

import { insertAt, replace } from '../edits/edit-text.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { bindingOf, reachingDefinitions } from '../python/reaching.ts';
import { isSortedInPlace, type Reads } from '../python/reads.ts';
import type { Definition } from '../python/scope.ts';
import type { Edit } from '../text/edit.ts';
import { SAVES } from './order.ts';

const SET_METHODS = new Set(['union', 'intersection', 'difference', 'symmetric_difference', 'copy']);
/** They make whole numbers, whose hashes are not random. */
const NUMBERS = /^(builtins\.(int|range|len|hash|id|round|ord)|numpy\.(arange|unique)|torch\.(arange|unique))$/;
/** What positions in a sequence are called. */
const INDICES = /(^|[._])(ind(ex(es)?|ices)|idxs?)$/i;
/** Methods that put nothing into a set. */
const LEAVES = new Set([...SET_METHODS, 'clear', 'discard', 'isdisjoint', 'issubset', 'issuperset', 'pop', 'remove']);
const MAX_NAMES = 3;

export function setsOf(file: PythonFile): Node[] {
  const made = [...file.calls('builtins.set'), ...file.calls('builtins.frozenset')].map((call) => call.node);
  return [...made, ...file.scopes.sets];
}

/** Whatever the set holds is a number, by the code that makes it or fills it, or because it is called indices. */
export function holdsNumbers(set: Node, file: PythonFile, reads: Reads): boolean {
  const name = set.parent?.type === 'assignment' && set.field === 'right' ? set.parent.get('left') : undefined;
  if (name && INDICES.test(file.read(name))) return true;
  if (set.type === 'set') return set.children.every((each) => isNumber(each, file));
  if (set.type === 'set_comprehension') return isNumber(set.get('body'), file);
  const list = set.get('arguments');
  const passed = list?.type === 'generator_expression' ? list : list?.children[0];
  if (!passed) return isFilledWithNumbers(set, file, reads);
  if (/^(generator_expression|list_comprehension)$/.test(passed.type)) return isNumber(passed.get('body'), file);
  if (/^(list|tuple)$/.test(passed.type)) return passed.children.every((each) => isNumber(each, file));
  return isNumber(passed, file);
}

/** Every number is known to be one by the code that makes it. */
function isNumber(node: Node | undefined, file: PythonFile, depth = 0): boolean {
  if (!node) return false;
  if (/^(integer|float|true|false|unary_operator)$/.test(node.type)) return true;
  if (typeof file.constant(node) === 'number') return true;
  if (node.type === 'identifier') {
    const definitions = reachingDefinitions(node, file);
    const isOne = (each: Definition): boolean => isNumber(boundValue(each, file), file, depth + 1);
    return depth < MAX_NAMES && definitions.length > 0 && definitions.every(isOne);
  }
  if (node.type !== 'call') return false;
  const { name, method } = file.call(node);
  const first = node.get('arguments')?.children[0];
  if (name === 'builtins.map') return first !== undefined && NUMBERS.test(file.qualify(first) ?? '');
  return (name !== null && NUMBERS.test(name)) || method === 'tolist' || method === 'numpy' || method === 'unique';
}

/** What `a = value` or `a, b = value, other` gives a name; of `a, b = map(int, texts)` the whole stands for each. */
function boundValue(definition: Definition, file: PythonFile): Node | undefined {
  const { holder, path } = bindingOf(definition.node);
  const value = holder?.type === 'assignment' ? holder.get('right') : undefined;
  const [item, ...deeper] = path;
  if (!value || item === undefined) return value;
  if (deeper.length > 0) return undefined;
  if (/^(tuple|list|expression_list)$/.test(value.type)) return value.children[item];
  if (value.type === 'list_comprehension') return value.get('body');
  return value.type === 'call' && file.call(value).name === 'builtins.map' ? value : undefined;
}

/** `seen = set()` that only ever gets numbers. */
function isFilledWithNumbers(set: Node, file: PythonFile, reads: Reads): boolean {
  const target = set.parent?.type === 'assignment' && set.field === 'right' ? set.parent.get('left') : undefined;
  if (target?.type !== 'identifier') return false;
  const definitions = file.definitions(target);
  if (definitions.length !== 1) return false;
  const uses = reads.of(file.read(target)).filter((each) => file.definitions(each) === definitions);
  const filled = uses.flatMap((each) => {
    const call = each.parent?.type === 'attribute' && each.parent.parent?.type === 'call' ? each.parent.parent : null;
    const method = call ? file.call(call).method : null;
    return call && method !== null && !LEAVES.has(method)
      ? [method === 'add' && call.get('arguments')?.children[0]]
      : [];
  });
  return filled.length > 0 && filled.every((value) => value && isNumber(value, file));
}

/** Collects the places where the set, or a name that holds it, becomes a sequence. */
export function iterated(set: Node, file: PythonFile, reads: Reads, points: Set<Node>, seen: Set<Node>): void {
  const parent = set.parent;
  if (!parent || seen.has(set)) return;
  seen.add(set);
  const next = (node: Node): void => iterated(node, file, reads, points, seen);
  if (parent.type === 'binary_operator' && takesAway(set, file)) return;
  if (/^(parenthesized_expression|binary_operator|conditional_expression|boolean_operator)$/.test(parent.type)) {
    next(parent);
  } else if (parent.type === 'attribute' && set.field === 'object') {
    const method = file.read(parent.get('attribute') ?? parent);
    if (parent.parent?.type === 'call' && SET_METHODS.has(method)) next(parent.parent);
  } else if (parent.type === 'assignment' && set.field === 'right') {
    for (const read of readsOf(parent.get('left'), file, reads)) next(read);
  } else if (/^(argument_list|list_splat|for_statement|for_in_clause)$/.test(parent.type)) {
    const isValue = !parent.type.startsWith('for_') || set.field === 'right';
    const call = parent.type === 'argument_list' && parent.parent ? file.call(parent.parent) : null;
    // `a.union(b)` is a set again, and its own expression is followed.
    if (isValue && !(call?.method && SET_METHODS.has(call.method)) && !(call && SAVES.test(call.name ?? '')))
      points.add(set);
  }
}

/** The right side of `a - b` leaves none of its elements behind. */
function takesAway(set: Node, file: PythonFile): boolean {
  const left = set.parent?.get('left');
  return set.field === 'right' && left !== undefined && file.text.slice(left.end, set.start).trim() === '-';
}

/** Where a name is read that holds nothing but sets; nowhere if it may hold something else or is sorted. */
function readsOf(target: Node | undefined, file: PythonFile, reads: Reads): Node[] {
  if (target?.type === 'identifier') {
    const definitions = file.definitions(target);
    const others = definitions.filter(
      (each) => each.kind !== 'assignment' && each.node.parent?.type !== 'augmented_assignment',
    );
    const values = definitions.flatMap((each) => (each.kind === 'assignment' ? [each.value] : []));
    if (others.length > 0 || !values.every((value) => isSet(value, file))) return [];
    return reads
      .of(file.read(target))
      .filter((each) => each.type === 'identifier' && file.definitions(each) === definitions);
  }
  const object = target?.get('object');
  const attribute = target?.type === 'attribute' ? target.get('attribute') : undefined;
  const owner = file.classOf(object ? file.instanceOf(object) : null);
  if (!owner || !attribute) return [];
  const name = file.read(attribute);
  if (!(owner.attributes.get(name) ?? []).every((value) => isSet(value, file))) return [];
  const found = reads.of(name).filter((each) => {
    const of = each.type === 'attribute' ? each.get('object') : undefined;
    return of !== undefined && file.instanceOf(of) === owner.id;
  });
  return found.some((each) => isSortedInPlace(each, file)) ? [] : found;
}

function isSet(value: Node, file: PythonFile): boolean {
  if (value.type === 'set' || value.type === 'set_comprehension') return true;
  if (value.type === 'parenthesized_expression') return value.children.every((each) => isSet(each, file));
  if (value.type === 'binary_operator')
    return [value.get('left')].every((each) => each !== undefined && (isSet(each, file) || each.type === 'identifier'));
  if (value.type !== 'call') return false;
  const { name, method } = file.call(value);
  return (
    name === 'builtins.set' ||
    name === 'builtins.frozenset' ||
    (method !== null && SET_METHODS.has(method) && method !== 'copy')
  );
}

/** `list(names)` becomes `sorted(names)`, anything else is wrapped. */
export function sortSet(point: Node, file: PythonFile): Edit[] {
  const list = point.parent;
  const outer = list?.type === 'argument_list' && list.parent ? file.call(list.parent) : null;
  if (outer?.name === 'builtins.list' && list?.children.length === 1) return [replace(outer.callee, 'sorted')];
  return [insertAt(point.start, 'sorted('), insertAt(point.end, ')')];
}
