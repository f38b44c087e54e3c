/** Sets: where a file makes them, what they hold, where they become sequences, and how they are sorted there. */

import { insertAt, replace } from '../edits/edit-text.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { handsOn } from '../knowledge/values.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isNumber } from '../python/kinds.ts';
import { isSplatted, linksOf, startBehindStar } from '../python/links.ts';
import { isSortedInPlace } from '../python/reads.ts';
import { EACH, type Value } from '../python/value.ts';
import { contains, type Edit } from '../text/edit.ts';
import { SAVES } from './order.ts';
import { mentions } from './positions.ts';

const SETS = namesFor('sets');
const LIST = nameFor('list');

const SET_METHODS = new Set(['union', 'intersection', 'difference', 'symmetric_difference', 'copy']);
/** What positions in a sequence are called: a last word where nothing shows what a set holds. */
const INDICES = /(^|[._])(ind(ex(es)?|ices)|idxs?)$/i;

/** What the file makes sets of, and the calls of other files' functions that return one to where it becomes a sequence. */
function setsOf(file: PythonFile, values: Evaluator): Node[] {
  const made = SETS.all.flatMap((name) => file.calls(name)).map((call) => call.node);
  const returned = file.allCalls.filter(
    ({ name, node }) =>
      name !== null && !name.startsWith('#') && isIterated(node, file) && values.always(isSet, values.value(node)),
  );
  return [...new Set([...made, ...file.scopes.sets, ...returned.map(({ node }) => node)])];
}

/** A loop goes through it, or it is made a list and the like. */
function isIterated(node: Node, file: PythonFile): boolean {
  const call = node.parent?.type === 'argument_list' ? node.parent.parent : null;
  if (call) return handsOn(file.call(call).name) !== undefined;
  return isSequence(node, file);
}

/** The hash is the same in every process: of a number, and of a tuple of such, written out or made of what has them. */
const hashesAlike: Fact = (value, values) => {
  const { file, node, access } = value;
  if (access.length === 0 && node.type === 'tuple') return node.children.map((each) => ({ ...value, node: each }));
  if (access.length === 0 && node.type === 'call' && handsOn(file.call(node).name)?.gives === 'elements')
    return [{ ...value, access: [EACH] }];
  return isNumber(value, values);
};

/** Whatever the set holds where it stands is a number, by the code that makes it or fills it, or because it is called indices. */
export const holdsNumbers = (set: Node, file: PythonFile, values: Evaluator): boolean =>
  INDICES.test(file.read(set)) || values.alwaysOrUnknown(hashesAlike, values.value(set, EACH));

/** A set, whatever it was made of. */
const isSet: Fact = ({ file, node, access, ...rest }) => {
  if (access.length > 0) return undefined;
  if (node.type === 'set' || node.type === 'set_comprehension') return true;
  const left = node.type === 'binary_operator' && /^[-&|^]$/.test(node.get('operator')?.type ?? '') && node.get('left');
  if (left) return [{ ...rest, file, access, node: left }];
  // What it was before it was combined is asked for too.
  if (node.type === 'augmented_assignment' || node.type === 'none') return [];
  if (node.type !== 'call') return undefined;
  const { name, method } = file.call(node);
  if (SETS.has(name)) return true;
  return method !== null && SET_METHODS.has(method) && method !== 'copy' ? true : undefined;
};

/** By set, the places where it becomes a sequence. */
export function sequencesIn(file: PythonFile, values: Evaluator): Map<Node, readonly Node[]> {
  const joined = new Map<Node, readonly Node[]>();
  // What is joined first goes through all that is joined later, whose places are known then.
  const sets = setsOf(file, values).sort((a, b) => b.start - a.start);
  return new Map(sets.map((set) => [set, sequencesOf(set, file, values, joined)]));
}

/**
 * The places where the set becomes a sequence, or goes into a function that may make one of it. `joined` has those of sets
 * that were made of others.
 */
function sequencesOf(
  set: Node,
  file: PythonFile,
  values: Evaluator,
  joined: Map<Node, readonly Node[]>,
): readonly Node[] {
  const target = set.field === 'right' ? set.parent?.get('left') : undefined;
  if (target && INDICES.test(file.read(target))) return [];
  const own = inOperation(set, file) || null;
  const points: Node[] = [];
  values.findUse((value) => {
    const { node } = value;
    if (value.file !== file || value.access.length > 0) return undefined;
    const combined = inOperation(node, file);
    const known = combined && value.frame === null ? joined.get(combined) : undefined;
    if (known) points.push(...known);
    if (known) return false;
    if (combined !== undefined) return combined && [{ ...value, node: combined }];
    if (isSequence(node, file)) {
      // Sorting what may be a list besides would change its order.
      if (values.always(isSet, value)) points.push(node);
      return false;
    }
    const next = values.next(value) ?? [];
    return next.some((each) => isSortedInPlace(each.node, each.file)) ? false : next;
  }, values.value(set));
  const all = [...new Set(points)];
  if (own) joined.set(own, all);
  return all;
}

/** The set that an operator or a method makes of this one; false where it makes none, undefined outside of any. */
function inOperation(node: Node, file: PythonFile): Node | false | undefined {
  const { parent } = node;
  if (parent?.type === 'binary_operator') return !takesAway(node, file) && parent;
  if (parent?.type !== 'attribute' || node.field !== 'object') return undefined;
  const call = parent.field === 'function' ? parent.parent : null;
  return call !== null && SET_METHODS.has(file.read(parent.get('attribute') ?? parent)) && call;
}

/** It is iterated, or passed to what may iterate it. */
function isSequence(node: Node, file: PythonFile): boolean {
  const { parent } = node;
  if (/^(for_statement|for_in_clause)$/.test(parent?.type ?? '')) return node.field === 'right';
  if (parent?.type === 'list_splat' || (/^(list|tuple)$/.test(parent?.type ?? '') && isSplatted(node))) return true;
  const list = parent?.type === 'keyword_argument' ? parent.parent : parent;
  if (list?.type !== 'argument_list' || !list.parent) return false;
  const call = file.call(list.parent);
  // `a.union(b)` is a set again, and its own expression is followed.
  const isSet = call.method !== null && SET_METHODS.has(call.method);
  const isSame = handsOn(call.name)?.gives === 'same';
  return !isSet && !isSame && !SAVES.has(call.name) && linksOf(file).placesOf(call, 0)?.isSpread !== false;
}

/** The right side of `a - b` leaves none of its elements behind. */
function takesAway(set: Node, file: PythonFile): boolean {
  const left = set.parent?.get('left');
  return set.field === 'right' && left !== undefined && file.text.slice(left.end, set.start).trim() === '-';
}

/** The other value has an order that does not come from these: written out, or of things that these only count. */
export function isMadeApart(other: Node, ordered: ReadonlySet<Node>, values: Evaluator): boolean {
  const { values: made, isComplete } = values.origins(values.value(other, EACH));
  const isWritten = made.length > 1 && made.every(({ file, node }) => file.constant(node) !== undefined);
  return isComplete && (isWritten || (made.length > 0 && made.every((each) => isCounting(each, ordered))));
}

/** These stand in it, and each of them only says how often something is made. */
function isCounting({ node, file }: Value, ordered: ReadonlySet<Node>): boolean {
  const inside = [...ordered].filter((one) => contains(node, one));
  return inside.length > 0 && inside.every((one) => isOnlyCounted(one, file));
}

/** `[f() for _ in names]` has as many elements, and nothing else of them. */
function isOnlyCounted(ordered: Node, file: PythonFile): boolean {
  const clause = ordered.parent?.type === 'for_in_clause' && ordered.field === 'right' ? ordered.parent : null;
  const target = clause?.get('left');
  return target?.type === 'identifier' && !mentions(clause?.parent?.get('body'), file.read(target), file);
}

/** `list(names)` becomes `sorted(names)`, anything else is wrapped. */
export function sortSet(point: Node, file: PythonFile): Edit[] {
  const list = point.parent;
  const outer = list?.type === 'argument_list' && list.parent ? file.call(list.parent) : null;
  if (outer?.name === LIST && list?.children.length === 1) return [replace(outer.callee, 'sorted')];
  return [insertAt(startBehindStar(point, file), 'sorted('), insertAt(point.end, ')')];
}
