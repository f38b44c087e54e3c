/** Draws that cannot change a result: they make a name, a port, a delay, colours, the next seed, or only probe a shape. */

import { isOfLibrary, nameFor, namesFor } from '../knowledge/names.ts';
import { looksLikeSeeder } from '../knowledge/tables.ts';
import { handsOn } from '../knowledge/values.ts';
import { wordsFor } from '../knowledge/words.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { isProgramByItself } from '../python/main-guard.ts';
import { isBoundOnce, readsFrom } from '../python/names.ts';
import { scopeWith } from '../python/scope.ts';
import { type Node, wholeOperation } from '../syntax/parse.ts';
import { nodesWithin } from '../syntax/within.ts';
import { HARMLESS_CONSUMERS, isOnlyProbed, isShown } from './probes.ts';

/** Words of a variable or keyword whose value no result depends on. */
const HARMLESS_WORDS = new Set(
  'seed port suffix uuid uid delay wait salt nonce dummy probe fname filename dirname tmpdir'.split(' '),
);
const HARMLESS_NAMES =
  /(^|_)(run|exp|tmp|temp|experiment|job|trial|session|project|save|log|ckpt|checkpoint|file|dir|folder)_?(id|name|dir|path|tag)$|^(example|sample)_inputs?$|(^|_)(colou?rs|palette)$/i;

/** Functions that return a name, a port or a seed. */
const MAKES_NAME = new RegExp(`${HARMLESS_NAMES.source}|(^|_)(port|uuid|suffix|seed)$`, 'i');
/** Names that go into names, and calls that lead to calls, are followed so far. */
const DEEPEST = 3;
const LETTERS = namesFor('letters');
const PICKS = namesFor('picks-element');
const RANGE = nameFor('range');
const TELLS = namesFor('tells-of');
const ASKS = wordsFor('asks-object');

export function isHarmlessDraw(call: Call, file: PythonFile): boolean {
  // Letters and digits make names.
  const given = call.node.get('arguments')?.children ?? [];
  if (given.some((each) => LETTERS.has(file.qualify(each)))) return true;
  return isOnlyProbed(call.node, file) || goesAstray(call.node, file, 0) || picksForShow(call.node, file);
}

/** `dataset[randrange(len(dataset))]`, `random.choice(results)`, where somebody only looks at what was picked. */
function picksForShow(draw: Node, file: PythonFile): boolean {
  if (PICKS.has(file.call(draw).name)) return !drawsNumbers(draw, file) && isOnlyShown(draw, file, 0);
  const picked = draw.field === 'subscript' ? [draw.parent] : [];
  for (const { field, parent } of boundReads(draw, file)) {
    if (field !== 'subscript') return false;
    picked.push(parent);
  }
  return picked.length > 0 && picked.every((each) => each?.type === 'subscript' && isOnlyShown(each, file, 0));
}

/** `random.sample(range(9), 2)`: numbers are what was drawn, and no elements of something else. */
function drawsNumbers(draw: Node, file: PythonFile): boolean {
  const from = draw.get('arguments')?.children[0];
  return from?.type === 'call' && file.call(from).name === RANGE;
}

/** What holds a value, or makes another one of it, without doing anything with it. */
const HOLDS =
  /^(subscript|attribute|interpolation|string|concatenated_string|binary_operator|parenthesized_expression|tuple|list|expression_list)$/;

/**
 * An element, a part of it or what was made of it is printed, stands at the end of a cell, or is never read. What is drawn
 * and printed at once is what the program is there for.
 */
function isOnlyShown(element: Node, file: PythonFile, depth: number): boolean {
  let at = element;
  while (at.parent) {
    const { parent } = at;
    if (/^(assignment|for_statement|for_in_clause)$/.test(parent.type)) {
      const reads = depth < DEEPEST && at.field === 'right' ? readsOfTargets(parent.get('left'), file) : null;
      return reads?.every((each) => isOnlyShown(each, file, depth + 1)) === true;
    }
    // What is called for its own sake may do anything.
    const isCalled = at.type === 'call' && parent.type === 'expression_statement';
    if (!isCalled && (depth > 0 || at.type !== 'call') && isShown(at, file)) return true;
    const next = outOf(at, parent, file);
    if (!next) return false;
    at = next;
  }
  return false;
}

/** What holds a value, or is made of it by a call that leaves it as it is; null where more is done with it. */
function outOf(at: Node, parent: Node, file: PythonFile): Node | null {
  if (parent.type === 'call') return at.field === 'function' && ASKS.has(file.call(parent).method) ? parent : null;
  const call = parent.type === 'argument_list' ? parent.parent : null;
  if (call?.type === 'call') return leavesAlone(call, at, file) ? call : null;
  return HOLDS.test(parent.type) ? parent : null;
}

/** `sorted`, `list`, `len`: what such a call is passed stays what it was, unless it is called or goes through what does more. */
function leavesAlone(node: Node, passed: Node, file: PythonFile): boolean {
  const { name } = file.call(node);
  if (TELLS.has(name)) return true;
  const first = handsOn(name)?.of;
  const given = node.get('arguments')?.children ?? [];
  if (first === undefined || given.indexOf(passed) < first) return false;
  return given.every((each, at) => {
    if (each.type === 'keyword_argument') return onlyAsks(each.get('value') ?? each, file);
    return at >= first || (onlyAsks(each, file) && !(isName(each) && file.qualify(each) === null));
  });
}

const isName = ({ type }: Node): boolean => type === 'identifier' || type === 'attribute';

/** `lambda item: item[1]`, `len`, `itemgetter(1)`, `True`: no function of the project, and none that calls what may do more. */
function onlyAsks(applied: Node, file: PythonFile): boolean {
  const name = isName(applied) ? file.qualify(applied) : null;
  if (name !== null) return isOfLibrary(name) || TELLS.has(name);
  const calls = file.callsWithin(applied);
  return calls.every((each) => TELLS.has(each.name) || handsOn(each.name) !== undefined || ASKS.has(each.method));
}

/** What is unpacked into names. */
const PATTERN = /_pattern$|^pattern_list$/;

/** Where the names of a target are read; null where it is no name, or somebody else may read it. */
function readsOfTargets(target: Node | undefined, file: PythonFile): readonly Node[] | null {
  const names = target?.type === 'identifier' ? [target] : PATTERN.test(target?.type ?? '') ? target!.children : [];
  if (names.length === 0 || names.some(({ type }) => type !== 'identifier')) return null;
  const reads = names.flatMap((each) => readsFrom(each, file));
  const homes = names.map((each) => scopeWith(file.read(each), file.scope(each))?.kind);
  // `Config.size` is no read of `size`, and what a module has and never reads is there for other files.
  if (homes.includes('class') || (reads.length === 0 && homes.includes('module') && !isProgramByItself(file)))
    return null;
  return reads.filter((each) => !PATTERN.test(each.parent?.type ?? ''));
}

/** Where the name is read that a value is bound to; none for a value that has no name. */
function boundReads(value: Node, file: PythonFile): readonly Node[] {
  const assignment = value.parent?.type === 'assignment' && value.field === 'right' ? value.parent : null;
  const target = assignment?.get('left');
  if (target?.type !== 'identifier') return [];
  return readsFrom(target, file);
}

/** What becomes of a value in its statement is a name, a delay or the like, and so is what its own name is used for. */
function goesAstray(value: Node, file: PythonFile, depth: number): boolean {
  for (let node = wholeOperation(value); node.parent; node = wholeOperation(node.parent)) {
    const ends = endsAt(node, node.parent, file, depth);
    if (ends !== undefined) return ends;
  }
  return false;
}

/** Whether a value that stands in a node is harmless by what is around that; undefined where more has to be seen. */
function endsAt(node: Node, parent: Node, file: PythonFile, depth: number): boolean | undefined {
  // What has a name of its own may be a result that is written down, or an object that is asked for something.
  const isDirect = depth === 0;
  switch (parent.type) {
    case 'interpolation':
      return isDirect || undefined;
    case 'attribute':
      return isDirect ? undefined : false;
    case 'keyword_argument':
      return namesHarmless(file.read(parent.get('name') ?? parent)) || undefined;
    case 'assignment': {
      const left = parent.get('left');
      const target = left?.get('attribute') ?? left;
      if (target === undefined || node.field !== 'right') return false;
      return isCalledHarmless(target, file) || isUsedHarmlessly(target, file, depth);
    }
    case 'call':
      return (parent.get('function') !== node && isTakenHarmlessly(parent, file, isDirect)) || undefined;
    case 'return_statement': {
      const name = parent.enclosing('function_definition', 'lambda')?.get('name');
      return isDirect && name !== undefined && MAKES_NAME.test(file.read(name));
    }
    case 'block':
    case 'module':
      return false;
    default:
      return undefined;
  }
}

/** The call waits, probes or seeds with what it is passed, or puts it into a text. */
function isTakenHarmlessly(call: Node, file: PythonFile, isDirect: boolean): boolean {
  const callee = call.get('function');
  const last = callee ? file.read(callee.get('attribute') ?? callee) : '';
  if (isDirect && last === 'format' && callee?.get('object')?.type === 'string') return true;
  return HARMLESS_CONSUMERS.has(last) || looksLikeSeeder(last);
}

/** Wherever a local name is read, it goes into something harmless. */
function isUsedHarmlessly(target: Node, file: PythonFile, depth: number): boolean {
  if (target.type !== 'identifier' || depth > DEEPEST || !isBoundOnce(target, file)) return false;
  const scope = target.enclosing('function_definition');
  if (!scope) return false;
  const reads = linksOf(file).reads.of(file.read(target));
  const uses = nodesWithin(scope, reads).filter((each) => each.type === 'identifier');
  return uses.length > 0 && uses.every((use) => goesAstray(use, file, depth + 1));
}

const targets = new WeakMap<Node, boolean>();

/** What a target is called, or one of many that are unpacked at once: each of their values asks. */
function isCalledHarmless(target: Node, file: PythonFile): boolean {
  const known = targets.get(target) ?? namesHarmless(file.read(target));
  targets.set(target, known);
  return known;
}

function namesHarmless(name: string): boolean {
  if (HARMLESS_NAMES.test(name)) return true;
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => HARMLESS_WORDS.has(word));
}
