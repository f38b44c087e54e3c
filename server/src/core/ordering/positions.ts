/** Positions in a sequence: which of them are drawn at random, which a Dataset is asked for, and which are only shown. */
import { drawOf } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { type FunctionInfo, nearestFunction } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';

const MAX_STEPS = 4;
/** They hand on numbers as they are, or as many of them in another form. */
const HANDS_ON = /^builtins\.(int|abs|list|tuple|set|frozenset|sorted|reversed|iter)$/;
const HANDED_BY = new Set(['tolist', 'item', 'astype', 'long', 'numpy', 'copy', 'clone', 'squeeze', 'flatten']);

/** Random numbers: `random.randrange(n)`, a name for them, one of them, or what is computed from them. */
export function isDrawn(node: Node | undefined, file: PythonFile, steps = 0): boolean {
  if (!node || steps > MAX_STEPS) return false;
  const next = (each: Node | undefined): boolean => isDrawn(each, file, steps + 1);
  switch (node.type) {
    case 'identifier':
      return file.definitions(node).some((each) => {
        if (each.kind === 'assignment') return next(each.value);
        const loop = each.kind === 'opaque' ? each.node.enclosing('for_statement', 'for_in_clause') : null;
        return loop?.get('left') === each.node && next(loop.get('right'));
      });
    case 'call': {
      const { name, method, callee } = file.call(node);
      if (name !== null && drawOf(name)?.kind === 'function') return true;
      if (name !== null && HANDS_ON.test(name)) return next(node.get('arguments')?.children[0]);
      return method !== null && HANDED_BY.has(method) && next(callee.get('object'));
    }
    case 'subscript':
      return next(node.get('value'));
    case 'binary_operator':
    case 'parenthesized_expression':
      return node.children.some(next);
    default:
      return false;
  }
}

/** The index that `__getitem__` is called with, itself or handed to another method, or what is computed from it. */
export function isItem(node: Node | undefined, file: PythonFile, steps = 0): boolean {
  if (!node || steps > MAX_STEPS) return false;
  const next = (each: Node | undefined): boolean => isItem(each, file, steps + 1);
  switch (node.type) {
    case 'identifier':
      return file.definitions(node).some((each) => {
        if (each.kind === 'assignment') return each.value.type !== 'subscript' && next(each.value);
        return each.kind === 'parameter' && isItemParameter(node, file, steps);
      });
    case 'call':
      return file.call(node).name === 'builtins.int' && next(node.get('arguments')?.children[0]);
    case 'subscript':
      return next(node.get('subscript'));
    case 'binary_operator':
    case 'parenthesized_expression':
      return node.children.some(next);
    default:
      return false;
  }
}

function isItemParameter(name: Node, file: PythonFile, steps: number): boolean {
  const owner = nearestFunction(file.scope(name))?.owner as FunctionInfo | undefined;
  if (owner?.name === '__getitem__') return true;
  const index = owner?.parameters.findIndex((each) => each.name === file.read(name)) ?? -1;
  if (!owner?.class || index < 1) return false;
  return file.calls(owner.id).some((call) => {
    const given = file.argument(call, file.read(name), index - 1);
    return typeof given !== 'string' && isItem(given, file, steps + 1);
  });
}

/** In the loop, a counter is looked for among random numbers: `if i in held_out`. */
export function isPickedByNumber(counter: string, loop: Node, file: PythonFile): boolean {
  let found = false;
  walk(loop, (node) => {
    if (found || node.type !== 'comparison_operator') return !found;
    const [left, right] = [node.children[0], node.children.at(-1)];
    const isCounter = left?.type === 'identifier' && file.read(left) === counter;
    const between = left && right ? file.text.slice(left.end, right.start).trim() : '';
    found = isCounter && /^(not\s+)?in$/.test(between) && isDrawn(right, file);
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
  return call?.name === 'builtins.dict' && isPair ? call.node : null;
}

/** `index[word] = len(index)`, `label[name] = i`, and a counter kept by hand. */
export function isCount(value: Node, target: Node, loop: Node, count: string | null, file: PythonFile): boolean {
  if (value.type === 'call') {
    const passed = file.call(value).name === 'builtins.len' ? value.get('arguments')?.children[0] : undefined;
    const container = target.get('value');
    return passed !== undefined && container !== undefined && file.read(passed) === file.read(container);
  }
  if (value.type === 'binary_operator') return count !== null && mentions(value, count, file);
  if (value.type !== 'identifier') return false;
  const name = file.read(value);
  if (name === count) return true;
  let isStepped = false;
  walk(loop, (node) => {
    const left = node.type === 'augmented_assignment' ? node.get('left') : undefined;
    if (left && file.read(left) === name) isStepped = true;
    return undefined;
  });
  return isStepped;
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

const SHOWS = /^(builtins\.(print|len|isinstance|repr|type)|IPython\.display\.display|logging\.(debug|info|warning))$/;

/** The value is only shown: printed, in a text that is, or the last line of a cell. */
export function isShown(value: Node, file: PythonFile): boolean {
  let at = value;
  for (let parent = at.parent; parent; at = parent, parent = at.parent) {
    if (parent.type === 'expression_statement') return true;
    if (parent.type === 'argument_list') {
      const call = parent.parent ? file.call(parent.parent) : null;
      if (call?.name && SHOWS.test(call.name)) return true;
      if (call?.method !== 'format' || !parent.parent) return false;
      parent = parent.parent;
    } else if (
      !/^(attribute|interpolation|string|concatenated_string|binary_operator|parenthesized_expression|tuple)$/.test(
        parent.type,
      )
    )
      return false;
  }
  return false;
}
