/** Directory listings: which calls make one, in which form it comes, and how that form is sorted. */

import { insertAfter, insertAt, insertBefore, replace, statementOf } from '../edits/edit-text.ts';
import { freeName } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { makesKind } from '../knowledge/values.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isPath } from '../python/kinds.ts';
import { startBehindStar } from '../python/links.ts';
import { assignmentsTo } from '../python/names.ts';
import { isSortedInPlace, sorts } from '../python/reads.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit, Span } from '../text/edit.ts';

const PATH_METHODS = namesFor('path-methods');
const GLOBS = namesFor('globs');
const PATH_GLOB = nameFor('path-glob');
const JOINS = namesFor('joins-path-parts');
const TEXT = nameFor('text-type');
const WALK = nameFor('walks');
const SCAN = nameFor('scans');
const LIST = nameFor('list');
const NEXT = nameFor('next');

export function isListing(call: Call, values: Evaluator): boolean {
  if (makesKind(call.name, 'listing')) return true;
  const receiver = call.callee.get('object');
  if (call.method === null || !receiver) return false;
  const isOfObject = call.name?.startsWith('#') === true;
  if (call.name !== null && !isOfObject && !PATH_METHODS.has(call.name)) return false;
  // No other class that is usual in training code has the others; an object of the file's own may have all of them.
  if (call.method !== 'glob' && !makesKind(call.method, 'listing')) return false;
  return (call.method !== 'glob' && !isOfObject) || values.always(isPath, values.value(receiver));
}

const UNKNOWN = '\0';

/** The listing looks for one entry: what nobody can see stands in front of the pattern's star, as in `stem + '.*'`. */
export function findsOne(call: Call, file: PythonFile): boolean {
  const isGlob = GLOBS.has(call.name);
  if (!isGlob && call.method !== 'glob' && call.method !== 'rglob') return false;
  const pattern = file.argument(call, isGlob && call.name !== PATH_GLOB ? 'pathname' : 'pattern', 0);
  if (typeof pattern === 'string') return true;
  const last = shapeOf(pattern, file).split('/').at(-1) ?? '';
  return (last.split('*')[0] ?? '').includes(UNKNOWN);
}

/** A pattern with a mark where a value is unknown. */
function shapeOf(pattern: Node, file: PythonFile): string {
  const constant = file.constant(pattern);
  if (typeof constant === 'string') return constant;
  if (pattern.type === 'string') {
    return file.quoted(pattern).replace(/\{[^{}]*\}/g, UNKNOWN);
  }
  const [left, right] = [pattern.get('left'), pattern.get('right')];
  if (pattern.type === 'binary_operator' && left && right) {
    const between = pattern.get('operator')?.type === '/' ? '/' : '';
    return shapeOf(left, file) + between + shapeOf(right, file);
  }
  if (pattern.type === 'call') {
    const { name } = file.call(pattern);
    const parts = (pattern.get('arguments')?.children ?? []).map((each) => shapeOf(each, file));
    if (JOINS.has(name)) return parts.join('/');
    if (name === TEXT && parts[0]) return parts[0];
  }
  return UNKNOWN;
}

/** The token to look at: a function as it is written, or a method's name. */
export function listingSpan(call: Call, file: PythonFile): Span {
  const isFunction = makesKind(call.name, 'listing');
  const method = isFunction ? undefined : call.callee.get('attribute');
  const token = method ?? call.callee;
  return { start: startBehindStar(token, file), end: token.end };
}

/** Puts the listing in order, in the form that its use needs. */
export function sortListing(call: Call, file: PythonFile): Edit[] {
  const { node } = call;
  if (call.name === WALK) return sortWalk(call, file);
  const key = call.name === SCAN ? ', key=lambda entry: entry.name' : '';
  const parent = node.parent;
  if (parent?.type === 'as_pattern') {
    const target = parent.get('alias')?.children[0];
    const loops = target ? readsOf(target, parent.enclosing('with_statement') ?? parent, file) : [];
    return loops.flatMap((each) => wrap(each, file, key));
  }
  const outer = parent?.type === 'argument_list' && parent.parent ? file.call(parent.parent) : null;
  if (outer?.name === LIST && parent?.children.length === 1) {
    return [replace(outer.callee, 'sorted'), ...(key ? [insertAt(node.end, key)] : [])];
  }
  if (outer?.name === NEXT) return [insertAt(node.start, 'iter(sorted('), insertAt(node.end, `${key}))`)];
  return wrap(node, file, key);
}

const wrap = (node: Node, file: PythonFile, key = ''): Edit[] => [
  insertAt(startBehindStar(node, file), 'sorted('),
  insertAt(node.end, `${key})`),
];

/** The two orders of `os.walk`: of the folders, and of the files in each. */
function walkTargets(call: Call): { loop: Node; folders: Node; files: Node } | null {
  let at = call.node;
  while (at.parent && /^(argument_list|call|parenthesized_expression)$/.test(at.parent.type)) at = at.parent;
  const loop = at.parent;
  if (at.field !== 'right' || !loop || !/^(for_statement|for_in_clause)$/.test(loop.type)) return null;
  const [, folders, files] = loop.get('left')?.children ?? [];
  return folders && files ? { loop, folders, files } : null;
}

export function walkIsSorted(call: Call, file: PythonFile): boolean {
  const targets = walkTargets(call);
  return targets !== null && foldersAreSorted(call, targets, file) && filesAreSorted(targets, file);
}

type Targets = NonNullable<ReturnType<typeof walkTargets>>;

function foldersAreSorted(call: Call, { loop, folders }: Targets, file: PythonFile): boolean {
  for (let at = call.node.parent; at && at !== loop; at = at.parent) {
    if (at.type === 'call' && sorts(file.call(at))) return true;
  }
  return readsOf(folders, loop.parent ?? loop, file, true).some((each) => isSortedInPlace(each, file));
}

/** What a loop or a clause runs for each of its values; what a clause does stands beside it. */
const roundOf = (loop: Node): Node => (loop.type === 'for_statement' ? loop : (loop.parent ?? loop));

function filesAreSorted({ loop, files }: Targets, file: PythonFile): boolean {
  const reads = readsOf(files, roundOf(loop), file, true);
  if (reads.some((each) => isSortedInPlace(each, file))) return true;
  return reads.every((each) => {
    for (let at = each.parent; at && at !== loop; at = at.parent) {
      if (at.type === 'call' && sorts(file.call(at))) return true;
    }
    return false;
  });
}

/** `next(os.walk(root))[1]`, and `root, folders, files = next(os.walk(root))`; null for a walk that is not asked for its first. */
function sortFirst(call: Call, file: PythonFile): Edit[] | null {
  const outer = call.node.parent?.type === 'argument_list' ? call.node.parent.parent : null;
  if (outer?.type !== 'call' || file.call(outer).name !== NEXT) return null;
  if (outer.parent?.type === 'subscript') return wrap(outer.parent, file);
  const names = outer.parent?.type === 'assignment' ? (outer.parent.get('left')?.children.slice(1) ?? []) : [];
  const lists = names.map((each) => file.read(each)).filter((name) => /^(?!_+$)\w+$/.test(name));
  return lists.length > 0
    ? [
        insertAfter(
          file,
          statementOf(outer),
          lists.map((name) => `${name}.sort()`),
        ),
      ]
    : [];
}

function sortWalk(call: Call, file: PythonFile): Edit[] {
  const ofFirst = sortFirst(call, file);
  if (ofFirst) return ofFirst;
  const targets = walkTargets(call);
  if (!targets) return wrap(call.node, file);
  const { loop, folders, files } = targets;
  const first = loop.get('body')?.children[0];
  const edits: Edit[] = [];
  /** The lists that are sorted in place as a round of the loop begins. */
  const inPlace: string[] = [];
  if (!foldersAreSorted(call, targets, file)) {
    const topDown = file.argument(call, 'topdown', 1);
    const isTopDown = topDown === 'absent' || (typeof topDown !== 'string' && file.constant(topDown) === true);
    if (!first || !isTopDown || folders.type !== 'identifier') edits.push(...wrap(call.node, file));
    else {
      const isUnnamed = /^_+$/.test(file.read(folders));
      const name = isUnnamed ? freeName(file, ['dirs', 'folders']) : file.read(folders);
      if (isUnnamed) edits.push(replace(folders, name));
      inPlace.push(name);
    }
  }
  if (!filesAreSorted(targets, file)) {
    const below = roundOf(loop);
    const [looped, read] = [readsOf(files, below, file), readsOf(files, below, file, true)];
    // What is not only looped over, as in `paths += files`, keeps the order that it is given here.
    if (first && looped.length < read.length && files.type === 'identifier') inPlace.push(file.read(files));
    else edits.push(...looped.flatMap((each) => wrap(each, file)));
  }
  const statements = inPlace.map((name) => `${name}.sort()`);
  return first && statements.length > 0 ? [...edits, insertBefore(file, first, statements)] : edits;
}

/** Where the name is looped over, or read in any way, below a node. */
function readsOf(target: Node, below: Node, file: PythonFile, all = false): Node[] {
  const name = file.read(target);
  const found: Node[] = [];
  walk(below, (node) => {
    if (node.type !== 'identifier' || node === target || file.read(node) !== name) return undefined;
    const isLooped = node.field === 'right' && /^(for_statement|for_in_clause)$/.test(node.parent?.type ?? '');
    if (isLooped || (all && node.field !== 'attribute' && node.field !== 'name')) found.push(node);
    return undefined;
  });
  return found;
}

/** `sorted(os.walk(root))` puts the folders in order, and the files in them not. */
export function listingStart(call: Call, file: PythonFile): Node {
  let at = call.node;
  if (call.name !== WALK || !walkTargets(call)) return at;
  for (let up = at.parent; up && /^(argument_list|call)$/.test(up.type); up = up.parent) {
    if (up.type === 'call' && sorts(file.call(up))) at = up;
  }
  return at;
}

/** The value is, or is made of, another listing. */
export function listsAnew(value: Node, listing: Call, file: PythonFile, values: Evaluator): boolean {
  const sources = assignmentsTo(value, file).map((each) => each.value);
  let found = false;
  for (const source of sources.length > 0 ? sources : [value]) {
    walk(source, (node) => {
      if (node.type === 'call' && node !== listing.node && isListing(file.call(node), values)) found = true;
      return undefined;
    });
  }
  return found;
}
