/** Positions in a sequence: which of them are drawn at random, which a Dataset is asked for, and which are only shown. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { drawOf } from '../knowledge/tables.ts';
import { deletes, handsOn, makesKind } from '../knowledge/values.ts';
import { isShown } from '../lowering/probes.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { linksOf, putsSomething } from '../python/links.ts';
import { mayBeParameter } from '../python/names.ts';
import { EACH, type Value } from '../python/value.ts';
import { walk } from '../syntax/parse.ts';

/** They hand on a number as it is, or numbers in another form. */
const HANDS_ON = namesFor('hands-on-number');
const INT = nameFor('int');
const DICTIONARY = nameFor('dictionary');
const LEN = nameFor('len');
const HANDED_BY = new Set(['tolist', 'item', 'astype', 'long', 'numpy', 'copy', 'clone', 'squeeze', 'flatten']);

/** Random numbers: `random.randrange(n)`, one of several, or what is computed from them. */
const isRandom: Fact = (value) => {
  const { file, node } = value;
  const parts = (nodes: readonly (Node | undefined)[]): Value[] =>
    nodes.flatMap((each) => (each ? [{ ...value, node: each }] : []));
  if (node.type === 'binary_operator') return parts([node.get('left'), node.get('right')]);
  if (node.type !== 'call') return undefined;
  const { name, method, callee } = file.call(node);
  if (name !== null && drawOf(name)?.kind === 'function') return true;
  const hands = handsOn(name);
  const passed = node.get('arguments')?.children[hands?.of ?? 0];
  if (value.access.length === 0 && (hands || HANDS_ON.has(name))) return parts([passed]);
  return method !== null && HANDED_BY.has(method) ? parts([callee.get('object')]) : undefined;
};

export const isDrawn = (node: Node | undefined, values: Evaluator): boolean =>
  node !== undefined && values.may(isRandom, values.value(node));

/** The index that `__getitem__` is called with, or what is computed from it; what it finds in a list is another thing. */
const isIndex: Fact = (value) => {
  const { file, node } = value;
  if (value.access.length > 0 || node.type === 'subscript') return false;
  if (node.type === 'binary_operator')
    return [node.get('left'), node.get('right')].flatMap((each) => (each ? [{ ...value, node: each }] : []));
  if (node.type === 'call' && file.call(node).name === INT) {
    const [passed] = node.get('arguments')?.children ?? [];
    return passed ? [{ ...value, node: passed }] : false;
  }
  if (node.type !== 'identifier') return undefined;
  return mayBeParameter(node, file) && linksOf(file).bodyAround(node)?.name === '__getitem__' ? true : undefined;
};

/** True for the index of a Dataset's sample, and for what stands at that index in an order of its own. */
export function isItem(node: Node | undefined, values: Evaluator): boolean {
  if (!node) return false;
  if (node.type === 'subscript') return isItem(node.get('subscript'), values);
  if (node.type === 'call' && !node.get('function')?.get('object')) {
    const [passed, ...others] = node.get('arguments')?.children ?? [];
    return others.length === 0 && passed?.type === 'subscript'
      ? isItem(passed, values)
      : values.may(isIndex, values.value(node));
  }
  return values.may(isIndex, values.value(node));
}

/** In the loop, a counter is looked for among random numbers: `if i in held_out`. */
export function isPickedByNumber(counter: string, loop: Node, file: PythonFile, values: Evaluator): boolean {
  let found = false;
  walk(loop, (node) => {
    if (found || node.type !== 'comparison_operator') return !found;
    const [left, right] = [node.children[0], node.children.at(-1)];
    const isCounter = left?.type === 'identifier' && file.read(left) === counter;
    const between = left && right ? file.text.slice(left.end, right.start).trim() : '';
    found = isCounter && /^(not\s+)?in$/.test(between) && isDrawn(right, values);
    return !found;
  });
  return found;
}

/** A comprehension that maps each element to its position, or picks elements by theirs: `dict((x, i) for i, x in ...)`. */
export function numberedIn(clause: Node, comprehension: Node, file: PythonFile): Node | null {
  if (comprehension.type === 'dictionary_comprehension') return comprehension;
  const counter = clause.get('left')?.children[0];
  if (counter?.type !== 'identifier') return null;
  const counts = (node: Node): boolean => mentions(node, file.read(counter), file);
  if (comprehension.children.some((each) => each.type === 'if_clause' && counts(each))) return comprehension;
  const list = comprehension.parent?.type === 'call' ? comprehension : comprehension.parent;
  const call = list?.parent?.type === 'call' ? file.call(list.parent) : null;
  const isPair = comprehension.get('body')?.children.some(counts) === true;
  return call?.name === DICTIONARY && isPair ? call.node : null;
}

/** `index[word] = len(index)`, `label[name] = i`, and a counter kept by hand. */
export function countsUp(value: Node, target: Node, loop: Node, count: string | null, file: PythonFile): boolean {
  if (value.type === 'call') {
    const passed = file.call(value).name === LEN ? value.get('arguments')?.children[0] : undefined;
    const container = target.get('value');
    return passed !== undefined && container !== undefined && file.read(passed) === file.read(container);
  }
  if (value.type === 'binary_operator') return count !== null && mentions(value, count, file);
  if (value.type !== 'identifier') return false;
  const name = file.read(value);
  return name === count || isStepped(name, loop, file);
}

/** The condition on a counter, or on how long a list has become, under which a loop is left; null where something else decides. */
export function cutByCount(exit: Node, loop: Node, count: string | null, file: PythonFile): Node | null {
  const condition = exit.enclosing('if_statement', 'elif_clause')?.get('condition');
  if (!condition || condition.start < loop.start) return null;
  const counts = (node: Node): boolean => {
    if (node.type === 'call') {
      const [passed] = file.call(node).name === LEN ? (node.get('arguments')?.children ?? []) : [];
      return passed !== undefined && grows(passed, loop, file);
    }
    return node.type === 'identifier' && (file.read(node) === count || isStepped(file.read(node), loop, file));
  };
  let found = false;
  walk(condition, (node) => {
    const operator = node.type === 'comparison_operator' ? node : null;
    if (operator?.children.some(counts) && /[<>]|==/.test(file.read(operator))) found = true;
    return !found;
  });
  return found ? condition : null;
}

/** The list, set or dictionary that a statement or call adds to. */
export function addedTo(node: Node, file: PythonFile): Node | undefined {
  if (node.type === 'augmented_assignment') return node.get('left');
  if (node.type === 'assignment') {
    const left = node.get('left');
    return left?.type === 'subscript' ? left.get('value') : undefined;
  }
  if (node.type !== 'call') return undefined;
  const { method, callee } = file.call(node);
  return putsSomething(method) ? callee.get('object') : undefined;
}

/** The loop adds to the list. */
function grows(list: Node, loop: Node, file: PythonFile): boolean {
  const name = file.read(list);
  let found = false;
  walk(loop, (node) => {
    const filled = addedTo(node, file);
    if (filled && file.read(filled) === name) found = true;
    return !found;
  });
  return found;
}

/** The loop counts by this name: `n += 1`. */
function isStepped(name: string, loop: Node, file: PythonFile): boolean {
  let found = false;
  walk(loop, (node) => {
    const left = node.type === 'augmented_assignment' ? node.get('left') : undefined;
    if (left && file.read(left) === name) found = true;
    return undefined;
  });
  return found;
}

export function mentions(node: Node | undefined, name: string, file: PythonFile): boolean {
  let found = false;
  if (node)
    walk(node, (each) => {
      if (each.type === 'identifier' && file.read(each) === name) found = true;
      return undefined;
    });
  return found;
}

/** All that is done with the element, or with each of a slice, is that it is deleted, and shown perhaps. */
export function isOnlyDeleted(element: Node, values: Evaluator): boolean {
  const access = element.get('subscript')?.type === 'slice' ? [EACH] : [];
  let isDeleted = false;
  const other = values.findUse(
    (value) => {
      const { file, node } = value;
      const outer = node.parent?.type === 'argument_list' ? node.parent.parent : null;
      const call = outer ? file.call(outer) : null;
      const method = node.parent?.type === 'attribute' ? file.read(node.parent.get('attribute') ?? node.parent) : null;
      if (deletes(call?.name ?? method)) isDeleted = true;
      if (deletes(call?.name ?? method) || isShown(node, file)) return false;
      if (call && (makesKind(call.name, 'text') || makesKind(call.name, 'path')))
        return [{ ...value, node: call.node }];
      return values.next(value) === null || undefined;
    },
    values.value(element, ...access),
  );
  return isDeleted && other === null;
}
