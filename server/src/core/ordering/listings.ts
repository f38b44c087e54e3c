/** Directory listings: which calls make one, in which form it comes, and how that form is sorted. */

import { insertAt, insertBefore, replace } from '../edits/edit-text.ts';
import { freeName } from '../edits/imports.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSortedInPlace, sorts } from '../python/reads.ts';
import { walk } from '../syntax/parse.ts';
import type { Edit, Span } from '../text/edit.ts';

const FUNCTIONS = new Set(['os.listdir', 'os.scandir', 'os.walk', 'glob.glob', 'glob.iglob']);
/** No other class that is usual in training code has these. */
const PATH_METHODS = new Set(['iterdir', 'rglob']);
const FLUENT = new Set(['resolve', 'absolute', 'expanduser', 'joinpath', 'with_suffix', 'with_name', 'relative_to']);

export function isListing(call: Call, file: PythonFile): boolean {
  if (call.name !== null && FUNCTIONS.has(call.name)) return true;
  const receiver = call.callee.get('object');
  if (call.method === null || !receiver) return false;
  if (call.name !== null && !/^pathlib\.\w*Path\.\w+$/.test(call.name)) return false;
  return PATH_METHODS.has(call.method) || (call.method === 'glob' && isPath(receiver, file, 0));
}

/** Known to be a `pathlib.Path`: made as one, annotated as one, or joined with `/`. */
function isPath(node: Node, file: PythonFile, depth: number): boolean {
  if (depth > 6) return false;
  const made = file.constructionOf(node)?.name;
  if (made) return /^pathlib\.\w*Path$/.test(made);
  if (node.type === 'parenthesized_expression') return node.children[0] ? isPath(node.children[0], file, depth) : false;
  if (node.type === 'binary_operator') {
    const [left, right] = [node.get('left'), node.get('right')];
    if (node.get('operator')?.type !== '/' || !left || !right) return false;
    return right.type === 'string' || isPath(left, file, depth + 1);
  }
  if (node.type === 'call') {
    const { name, method, callee } = file.call(node);
    if (name === 'pathlib.Path.cwd' || name === 'pathlib.Path.home') return true;
    const object = callee.get('object');
    return method !== null && FLUENT.has(method) && object !== undefined && isPath(object, file, depth + 1);
  }
  if (node.type === 'attribute') {
    const object = node.get('object');
    const name = file.read(node.get('attribute') ?? node);
    if (object && name === 'parent') return isPath(object, file, depth + 1);
    const owner = file.classOf(object ? file.instanceOf(object) : null);
    const values = owner?.attributes.get(name) ?? [];
    return values.length > 0 && values.every((value) => isPath(value, file, depth + 1));
  }
  if (node.type !== 'identifier') return false;
  const definitions = file.definitions(node);
  return (
    definitions.length > 0 &&
    definitions.some((each) => {
      if (each.kind === 'assignment') return isPath(each.value, file, depth + 1);
      if (each.kind === 'parameter')
        return /\bPath\b/.test(
          file.read(each.node.enclosing('typed_parameter', 'typed_default_parameter') ?? each.node),
        );
      const loop = each.kind === 'opaque' ? each.node.enclosing('for_statement', 'for_in_clause') : null;
      const listing = loop?.get('left') === each.node ? loop.get('right') : undefined;
      return listing?.type === 'call' && PATH_METHODS.has(file.call(listing).method ?? '');
    })
  );
}

const UNKNOWN = '\0';

/** The listing looks for one entry: what nobody can see stands in front of the pattern's star, as in `stem + '.*'`. */
export function findsOne(call: Call, file: PythonFile): boolean {
  const isGlob = call.name === 'glob.glob' || call.name === 'glob.iglob' || call.name === 'pathlib.Path.glob';
  if (!isGlob && call.method !== 'glob' && call.method !== 'rglob') return false;
  const pattern = file.argument(call, isGlob && call.name !== 'pathlib.Path.glob' ? 'pathname' : 'pattern', 0);
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
    if (name === 'os.path.join') return parts.join('/');
    if (name === 'builtins.str' && parts[0]) return parts[0];
  }
  return UNKNOWN;
}

/** The token to look at: a function as it is written, or a method's name. */
export function listingSpan(call: Call): Span {
  const isFunction = call.name !== null && FUNCTIONS.has(call.name);
  const method = isFunction ? undefined : call.callee.get('attribute');
  const { start, end } = method ?? call.callee;
  return { start, end };
}

/** Puts the listing in order, in the form that its use needs. */
export function sortListing(call: Call, file: PythonFile): Edit[] {
  const { node } = call;
  if (call.name === 'os.walk') return sortWalk(call, file);
  const key = call.name === 'os.scandir' ? ', key=lambda entry: entry.name' : '';
  const parent = node.parent;
  if (parent?.type === 'as_pattern') {
    const target = parent.get('alias')?.children[0];
    const loops = target ? readsOf(target, parent.enclosing('with_statement') ?? parent, file) : [];
    return loops.flatMap((each) => wrap(each, key));
  }
  const outer = parent?.type === 'argument_list' && parent.parent ? file.call(parent.parent) : null;
  if (outer?.name === 'builtins.list' && parent?.children.length === 1) {
    return [replace(outer.callee, 'sorted'), ...(key ? [insertAt(node.end, key)] : [])];
  }
  if (outer?.name === 'builtins.next') return [insertAt(node.start, 'iter(sorted('), insertAt(node.end, `${key}))`)];
  return wrap(node, key);
}

const wrap = (node: Node, key = ''): Edit[] => [insertAt(node.start, 'sorted('), insertAt(node.end, `${key})`)];

/** The two orders of `os.walk`: of the folders, and of the files in each. */
export function walkTargets(call: Call): { loop: Node; folders: Node; files: Node } | null {
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

function filesAreSorted({ loop, files }: Targets, file: PythonFile): boolean {
  const reads = readsOf(files, loop.type === 'for_statement' ? loop : (loop.parent ?? loop), file, true);
  if (reads.some((each) => isSortedInPlace(each, file))) return true;
  return reads.every((each) => {
    for (let at = each.parent; at && at !== loop; at = at.parent) {
      if (at.type === 'call' && sorts(file.call(at))) return true;
    }
    return false;
  });
}

function sortWalk(call: Call, file: PythonFile): Edit[] {
  const targets = walkTargets(call);
  if (!targets) return wrap(call.node);
  const { loop, folders, files } = targets;
  const edits: Edit[] = [];
  if (!foldersAreSorted(call, targets, file)) {
    const first = loop.get('body')?.children[0];
    const topDown = file.argument(call, 'topdown', 1);
    const isTopDown = topDown === 'absent' || (typeof topDown !== 'string' && file.constant(topDown) === true);
    if (!first || !isTopDown || folders.type !== 'identifier') edits.push(...wrap(call.node));
    else {
      const isUnnamed = /^_+$/.test(file.read(folders));
      const name = isUnnamed ? freeName(file, ['dirs', 'folders']) : file.read(folders);
      if (isUnnamed) edits.push(replace(folders, name));
      edits.push(insertBefore(file, first, [`${name}.sort()`]));
    }
  }
  if (filesAreSorted(targets, file)) return edits;
  return [
    ...edits,
    ...readsOf(files, loop.type === 'for_statement' ? loop : (loop.parent ?? loop), file).flatMap((each) => wrap(each)),
  ];
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
export function startOf(call: Call, file: PythonFile): Node {
  let at = call.node;
  if (call.name !== 'os.walk' || !walkTargets(call)) return at;
  for (let up = at.parent; up && /^(argument_list|call)$/.test(up.type); up = up.parent) {
    if (up.type === 'call' && sorts(file.call(up))) at = up;
  }
  return at;
}

/** The value is, or is made of, another listing. */
export function listsAnew(value: Node, listing: Call, file: PythonFile): boolean {
  const definitions = value.type === 'identifier' ? file.definitions(value) : [];
  const sources = definitions.flatMap((each) => (each.kind === 'assignment' ? [each.value] : []));
  let found = false;
  for (const source of sources.length > 0 ? sources : [value]) {
    walk(source, (node) => {
      if (node.type === 'call' && node !== listing.node && isListing(file.call(node), file)) found = true;
      return undefined;
    });
  }
  return found;
}
