/** Which value a call passes for a parameter, also where the arguments come from a dictionary. */

import { nameFor } from '../knowledge/names.ts';
import type { Node } from '../syntax/parse.ts';
import { groupBy } from '../text/groups.ts';
import type { Argument, Call, Reader } from './call.ts';
import { assignedValues, type Definition } from './scope.ts';

const DICTIONARY = nameFor('dictionary');

/** The definitions of a name. */
type Names = readonly Definition[];

/** What the names that are followed on the way hold, each looked at once; undefined while it is looked at. */
type Followed = Map<Names, Argument | undefined>;

/** The value passed for a parameter, by keyword or position, through a `**kwargs` dict of this file. */
export function argumentOf(file: Reader, call: Call, name: string, position?: number, followed?: Followed): Argument {
  const list = call.node.get('arguments');
  if (!list) return 'absent';
  let index = 0;
  let open = false;
  for (const node of list.children) {
    if (node.type === 'keyword_argument') {
      const key = node.get('name');
      if (key && file.read(key) === name) return node.get('value') ?? 'unknown';
    } else if (node.type === 'dictionary_splat') {
      const entry = dictionaryEntry(file, node.children[0], name, followed ?? new Map());
      if (typeof entry !== 'string') return entry;
      if (entry === 'unknown') open = true;
    } else if (node.type === 'list_splat') {
      open = true;
      index = Number.POSITIVE_INFINITY;
    } else if (index++ === position) return node;
  }
  if (list.type === 'generator_expression' && position === 0) return list;
  return open ? 'unknown' : 'absent';
}

function dictionaryEntry(file: Reader, expression: Node | undefined, name: string, followed: Followed): Argument {
  if (!expression) return 'unknown';
  if (expression.type === 'conditional_expression') {
    const [then, , otherwise] = expression.children;
    const entries = [dictionaryEntry(file, then, name, followed), dictionaryEntry(file, otherwise, name, followed)];
    return entries.find((entry) => typeof entry !== 'string') ?? (entries.includes('unknown') ? 'unknown' : 'absent');
  }
  if (expression.type === 'dictionary') return displayEntry(file, expression, name, followed);
  if (expression.type === 'call') {
    const call = file.call(expression);
    return call.name === DICTIONARY ? argumentOf(file, call, name, undefined, followed) : 'unknown';
  }
  if (expression.type !== 'identifier') return 'unknown';
  const names = file.definitions(expression);
  const values = assignedValues(names);
  if (!values) return 'unknown';
  // `kwargs = dict(**kwargs)` says nothing new about itself.
  if (followed.has(names)) return followed.get(names) ?? 'unknown';
  followed.set(names, undefined);
  const entries = values.map((value) => dictionaryEntry(file, value, name, followed));
  const found = entries.find((entry) => entry !== 'absent') ?? changedLater(file, expression, name, followed);
  followed.set(names, found);
  return found;
}

/** The last entry of a dictionary as it is written out, also of one that is put into it. */
function displayEntry(file: Reader, dictionary: Node, name: string, followed: Followed): Argument {
  let found: Argument = 'absent';
  for (const pair of dictionary.children) {
    const key = pair.get('key');
    if (pair.type === 'dictionary_splat') {
      const entry = dictionaryEntry(file, pair.children[0], name, followed);
      if (entry !== 'absent') found = entry;
    } else if (key && file.constant(key) === name) found = pair.get('value') ?? 'unknown';
  }
  return found;
}

/**
 * `kwargs.update(...)` and `kwargs['shuffle'] = True` add to a dictionary after it was made, also in a function that is
 * passed it.
 */
function changedLater(file: Reader, dictionary: Node, name: string, followed: Followed): Argument {
  const text = file.read(dictionary);
  const home = file.definitions(dictionary);
  const isSame = (node: Node | undefined): boolean =>
    node?.type === 'identifier' &&
    ((file.read(node) === text && file.definitions(node) === home) || isPassed(file, node, dictionary));
  for (const call of file.methodCalls('update')) {
    if (!isSame(call.callee.get('object'))) continue;
    const passed = call.node.get('arguments')?.children[0];
    const entry =
      passed?.type === 'keyword_argument'
        ? argumentOf(file, call, name, undefined, followed)
        : dictionaryEntry(file, passed, name, followed);
    if (entry !== 'absent') return entry;
  }
  for (const assignment of itemsOf(text, file)) {
    const left = assignment.get('left');
    const key = left?.get('subscript');
    if (!key || !isSame(left?.get('value'))) continue;
    const constant = file.constant(key);
    if (constant === name) return assignment.get('right') ?? 'unknown';
    if (constant === undefined) return 'unknown';
  }
  return 'absent';
}

/** The name is a parameter for which some call passes what the other name stands for. */
function isPassed(file: Reader, name: Node, other: Node): boolean {
  const [only, ...others] = file.definitions(name);
  const info = only?.kind === 'parameter' && others.length === 0 ? file.functionAround(only.node) : undefined;
  const index = info?.parameters.findIndex((each) => each.name === file.read(name)) ?? -1;
  if (!info || info.class || index < 0) return false;
  return file.calls(info.id).some((call) => {
    const list = call.node.get('arguments')?.children ?? [];
    const byKeyword = list.find((each) => {
      const key = each.type === 'keyword_argument' ? each.get('name') : undefined;
      return key !== undefined && file.read(key) === file.read(name);
    });
    const given = byKeyword ? byKeyword.get('value') : list[index];
    return given?.type === 'identifier' && file.definitions(given) === file.definitions(other);
  });
}

/** The assignments of a file to items of containers, by how these are written; and those to items of parameters. */
interface Items {
  readonly byContainer: ReadonlyMap<string, readonly Node[]>;
  readonly ofParameters: readonly Node[];
}

const items = new WeakMap<readonly Node[], Items>();

/** The assignments to items of what is written so, and to those of parameters: each call that is handed a dictionary asks. */
function itemsOf(container: string, file: Reader): readonly Node[] {
  const all = file.scopes.assignments;
  const { byContainer, ofParameters } = items.get(all) ?? readItems(file);
  // A parameter may be called as the container is.
  return [...new Set([...(byContainer.get(container) ?? []), ...ofParameters])];
}

function readItems(file: Reader): Items {
  const all = file.scopes.assignments;
  const put = all.filter((each) => each.get('left')?.type === 'subscript');
  const containerOf = (each: Node): Node => each.get('left')?.get('value') ?? each;
  const isOfParameter = (each: Node): boolean => {
    const container = containerOf(each);
    return container.type === 'identifier' && file.definitions(container)[0]?.kind === 'parameter';
  };
  const read: Items = {
    byContainer: groupBy(put, (each) => file.read(containerOf(each))),
    ofParameters: put.filter(isOfParameter),
  };
  items.set(all, read);
  return read;
}

/** The call that an expression is passed to where it stands, by position or keyword; null for one that stands elsewhere. */
export function callTaking(node: Node, file: Reader): Call | null {
  const list = node.parent?.type === 'keyword_argument' ? node.parent.parent : node.parent;
  const taker = list?.type === 'argument_list' ? list.parent : null;
  return taker?.type === 'call' ? file.call(taker) : null;
}
