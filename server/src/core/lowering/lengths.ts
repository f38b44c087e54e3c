/** How many elements a list has that a function was passed: what decides `if len(items) < 2:` where the call writes the list. */

import type { EffectValue } from '../effects/events.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { PythonFile } from '../python/file.ts';
import { isSplatted } from '../python/links.ts';
import {
  type Binding,
  givenTo,
  isChanged,
  isSameVariable,
  losesItems,
  onlyAssignment,
  putsInto,
} from '../python/names.ts';
import { type Node, walk } from '../syntax/parse.ts';

const ENUMERATE = nameFor('enumerate');
const KEEPS_LENGTH = namesFor('sequence-of');
/** Of longer lists nobody asks whether they have one element or several. */
const LONGEST = 5;

/** A short list or tuple that stands here, or that the name was given and nothing was added to. */
export function writtenList(value: Node, file: PythonFile): Node | null {
  if (value.type === 'identifier') {
    const only = onlyAssignment(value, file);
    // What other functions do to a list of the module is not looked for.
    const isNear =
      only?.target.enclosing('function_definition', 'lambda') === value.enclosing('function_definition', 'lambda');
    const isWhole = isNear && only?.value.type !== 'identifier' && !isChanged(value, file);
    return only && isWhole ? writtenList(only.value, file) : null;
  }
  const isList = /^(list|tuple)$/.test(value.type) && value.children.length <= LONGEST;
  const hasSplat = isList && value.children.some((each) => each.type === 'list_splat' || isSplatted(each));
  return isList && !hasSplat ? value : null;
}

/** `len(items)` of a parameter that nobody makes longer or shorter. */
export function lengthValue(items: Node | undefined, file: PythonFile): EffectValue {
  if (items?.type !== 'identifier') return null;
  const given = givenTo(items, file);
  const [parameter, ...others] = given.flatMap((each) => (each.kind === 'parameter' ? each : []));
  const isKept = (each: Binding): boolean => each.kind === 'assignment' && keepsLength(each.value, items, file);
  if (!parameter || others.length > 0 || isChanged(items, file)) return null;
  return given.every((each) => each === parameter || isKept(each))
    ? { length: { parameter: parameter.parameter.name } }
    : null;
}

/** `[f(each) for each in items]`, `list(items)`, and a list that a loop over the items adds one element to each time. */
function keepsLength(value: Node, items: Node, file: PythonFile): boolean {
  if (value.type === 'identifier') return isSameVariable(value, items, file) || growsWith(value, items, file);
  if (value.type === 'call' && KEEPS_LENGTH.has(file.call(value).name)) {
    const [given, ...others] = value.get('arguments')?.children ?? [];
    return given !== undefined && others.length === 0 && keepsLength(given, items, file);
  }
  const clauses = value.type === 'list_comprehension' ? value.children.filter(({ field }) => field !== 'body') : [];
  return clauses.length === 1 && clauses[0]?.type === 'for_in_clause' && runsOver(clauses[0], items, file);
}

/** `for each in items`, `for i, each in enumerate(items)` */
function runsOver(loop: Node, items: Node, file: PythonFile): boolean {
  const right = loop.get('right');
  const isCounted = right?.type === 'call' && file.call(right).name === ENUMERATE;
  const iterated = isCounted ? right.get('arguments')?.children[0] : right;
  return iterated !== undefined && isSameVariable(iterated, items, file);
}

/** `grown = []`, then `for each in items: ...; grown.append(f(each))`, once in each round and nowhere else. */
function growsWith(grown: Node, items: Node, file: PythonFile): boolean {
  const only = onlyAssignment(grown, file);
  if (only?.value.type !== 'list') return false;
  const [put, ...further] = putsInto(grown, file);
  if (only.value.children.length > 0 || !put || further.length > 0 || put.isSpread || losesItems(grown, file))
    return false;
  const statement = put.value.enclosing('call')?.parent;
  const block = statement?.type === 'expression_statement' ? statement.parent : statement;
  const loop = block?.type === 'block' ? block.parent : null;
  const begins = only.target.parent?.parent;
  if (loop?.type !== 'for_statement' || !runsOver(loop, items, file)) return false;
  return loop.parent === (begins?.type === 'expression_statement' ? begins.parent : begins) && !endsEarly(loop);
}

/** Some round of the loop may not come to its end. */
function endsEarly(loop: Node): boolean {
  let isEarly = false;
  walk(loop, (node) => {
    isEarly ||= /^(break|continue|return|raise)_statement$/.test(node.type);
    return !node.opensScope;
  });
  return isEarly;
}
