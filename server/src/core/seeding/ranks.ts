/** Which of several processes runs the code at a place: a seed written there has to be another one in each of them. */

import type { Project } from '../contract/project.ts';
import { quoted } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { GROUP_NAMES, GROUPS, type GroupRow, RANK_FUNCTIONS } from '../knowledge/ranks.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import {
  assignedTo,
  everyValue,
  meansAlike,
  type OwnedParameter,
  parameterOf,
  parameterSeen,
} from '../python/names.ts';
import type { Scope } from '../python/scope.ts';
import { contains, type Edit } from '../text/edit.ts';
import { childrenOf, type TwinProcess } from './children.ts';
import { isVisible } from './quotable.ts';

const RANK = /^((local|global|node|world)?_?rank(_id)?|proc(ess)?_?(id|index|idx|rank)|(get_)?(global_|local_)?rank)$/i;
/** Some name or word of a text may match, or be that of a variable of the environment. */
const MAY_BE_RANK = /rank|proc(ess)?_?(id|index|idx)/i;
const ENVIRONMENT = new Set(GROUPS.flatMap((row) => row.environment ?? []));
const ENVIRON = nameFor('environment');
const READS_VARIABLE = namesFor('reads-variable');
const INT = nameFor('int');
const DEEPEST = 5;

/** False where no expression of the file can depend on the rank, since nothing in it is called so. */
export const mentionsRank = askedOfAll('mentions a rank', (file) => MAY_BE_RANK.test(file.text));

/** True where the expression depends on the rank, also through the variables it is made of. */
export function dependsOnRank(node: Node, file: PythonFile, seen = new Set<Node>()): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  if (node.type === 'string') return /^(LOCAL_|GLOBAL_)?RANK$/.test(String(file.constant(node)));
  if (node.type === 'attribute') {
    const name = node.get('attribute');
    return name !== undefined && RANK.test(file.read(name));
  }
  if (node.type === 'identifier') {
    if (RANK.test(file.read(node))) return true;
    const values = everyValue(node, file);
    return values.length === 1 && values.some((value) => dependsOnRank(value, file, seen));
  }
  return node.children.some((child) => dependsOnRank(child, file, seen));
}

/** The same of a parameter, where every call of its function passes what depends on the rank. */
export function differsByRank(node: Node, file: PythonFile): boolean {
  if (dependsOnRank(node, file)) return true;
  const own = parameterOf(node, file);
  const calls = own ? passedFor(own, file) : [];
  return calls.length > 0 && calls.every((given) => given !== null && dependsOnRank(given, file));
}

/** What the calls of its function pass for a parameter; null for a call that does not show it. */
function passedFor({ parameter, owner }: OwnedParameter, file: PythonFile): (Node | null)[] {
  if (!owner || owner.class) return [];
  return file.calls(owner.id).map((call) => {
    const given = file.argument(call, parameter.name, owner.parameters.indexOf(parameter));
    return typeof given === 'string' ? null : given;
  });
}

/** A file starts a group of processes that run the same program, or joins one. */
export const joinsGroup = (file: PythonFile): boolean =>
  [...GROUP_NAMES.keys()].some((name) => file.calls(name).length > 0);

/** What tells the process apart at a place, and the imports that it needs. */
export interface Rank {
  readonly text: string;
  readonly edits: readonly Edit[];
}

/** Where a rank is asked for: what is bound and started in front of the offset is there. */
export interface RankPlace {
  readonly node: Node;
  readonly offset: number;
}

/**
 * The rank of the process at a place: `one` where no other process runs the same code, null where the rank cannot be
 * written there. `anywhere`: the launcher's variable may be read.
 */
export function rankAt(place: RankPlace, file: PythonFile, project: Project, anywhere = false): Rank | 'one' | null {
  const children = childrenOf(file);
  const child = children.find(({ target }) => contains(target.node, place.node));
  if (child?.isOnly) return 'one';
  if (child?.rank) return parameterSeen(child.rank, place.node, file) ? { text: child.rank, edits: [] } : null;
  const isReached = child !== undefined || isReachedFrom(place.node, children, file);
  // The process that starts the others is none of them.
  if (!isReached && (children.length > 0 || !project.hasRanks)) return 'one';
  return (
    namedRank(place, file) ?? askedRank(place, file) ?? (anywhere && !isReached ? launchersRank(place, file) : null)
  );
}

/** The place is in a function that a started process calls. */
function isReachedFrom(place: Node, children: readonly TwinProcess[], file: PythonFile, depth = 0): boolean {
  const id = file.functionAround(place)?.id;
  if (id === undefined || depth > DEEPEST) return false;
  return file
    .calls(id)
    .some(
      ({ node }) =>
        children.some(({ target }) => contains(target.node, node)) || isReachedFrom(node, children, file, depth + 1),
    );
}

/** A name, or an attribute of one, that holds the rank at the place. */
function namedRank({ node, offset }: RankPlace, file: PythonFile): Rank | null {
  for (let scope: Scope | null = file.scope(node); scope; scope = scope.parent) {
    for (const [name, definitions] of scope.names) {
      const [only, ...others] = definitions;
      if (!only || others.length > 0 || only.node.start >= offset) continue;
      if (meansAlike(only.node, node, file) && holdsRank(only.node, file)) return { text: name, edits: [] };
      const attribute = attributeOf(only.node, file);
      if (attribute) return { text: `${name}.${attribute}`, edits: [] };
    }
  }
  for (const assignment of file.scopes.assignments) {
    const [left, right] = [assignment.get('left'), assignment.get('right')];
    if (left?.type !== 'attribute' || !right || assignment.end > offset || !isRank(right, file)) continue;
    if (isVisible(left, file, node)) return { text: file.read(left), edits: [] };
  }
  return null;
}

function holdsRank(name: Node, file: PythonFile, depth = 0): boolean {
  const value = assignedTo(name, file);
  if (value) return isRank(value, file, depth);
  const own = parameterOf(name, file);
  if (!own || depth > DEEPEST) return false;
  const child = childrenOf(file).find(({ target }) => target.parameters.includes(own.parameter));
  if (child) return child.rank === own.parameter.name;
  const calls = passedFor(own, file);
  return calls.length > 0 && calls.every((given) => given !== null && isRank(given, file, depth + 1));
}

/** The expression is the rank, whatever the names around it say. */
function isRank(value: Node, file: PythonFile, depth = 0): boolean {
  if (depth > DEEPEST) return false;
  if (value.type === 'call') {
    const call = file.call(value);
    if (call.name !== null && RANK_FUNCTIONS.has(call.name)) return true;
    const given = value.get('arguments')?.children ?? [];
    const [first] = given;
    if (call.name === INT) return given.length === 1 && first !== undefined && readsEnvironment(first, file);
    return false;
  }
  if (value.type === 'conditional_expression') {
    const [then, , otherwise] = value.children;
    return [then, otherwise].some((each) => each !== undefined && isRank(each, file, depth + 1));
  }
  if (value.type === 'attribute') {
    const object = value.get('object');
    const name = value.get('attribute');
    return object !== undefined && name !== undefined && rowOf(object, file)?.attribute === file.read(name);
  }
  return value.type === 'identifier' && holdsRank(value, file, depth + 1);
}

/** `os.environ['RANK']`, `os.environ.get('RANK', 0)`, `os.getenv('RANK')` */
function readsEnvironment(value: Node, file: PythonFile): boolean {
  const isVariable = (key: Node | undefined): boolean =>
    key !== undefined && ENVIRONMENT.has(String(file.constant(key)));
  if (value.type === 'subscript') {
    const object = value.get('value');
    return object !== undefined && file.qualify(object) === ENVIRON && isVariable(value.get('subscript'));
  }
  if (value.type !== 'call' || !READS_VARIABLE.has(file.call(value).name)) return false;
  return isVariable(value.get('arguments')?.children[0]);
}

/** The row of what made an object. */
function rowOf(object: Node, file: PythonFile): GroupRow | undefined {
  const name = file.constructionOf(object)?.name;
  return name ? GROUP_NAMES.get(name) : undefined;
}

/** The attribute of an object that is its process's rank. */
function attributeOf(name: Node, file: PythonFile): string | undefined {
  const value = assignedTo(name, file);
  const made = value?.type === 'call' ? file.call(value) : null;
  return made?.name ? GROUP_NAMES.get(made.name)?.attribute : undefined;
}

/** `dist.get_rank()`, behind what joins the group in a block around the place. */
function askedRank({ node, offset }: RankPlace, file: PythonFile): Rank | null {
  for (const { call, row } of joins(file)) {
    if (!row.function || call.node.end > offset) continue;
    const statement = call.node.parent;
    const block = statement?.type === 'expression_statement' ? statement.parent : null;
    for (let at: Node | null = node; at && at.type !== 'function_definition'; at = at.parent) {
      if (at.parent !== block && at !== block) continue;
      const { text, edits } = spell(file, row.function, offset);
      return { text: `${text}()`, edits };
    }
  }
  return null;
}

/** Where a file joins a group of processes, by the rows of the table. */
export const joins = (file: PythonFile): { readonly call: Call; readonly row: GroupRow }[] =>
  [...GROUP_NAMES].flatMap(([name, row]) => file.calls(name).map((call) => ({ call, row })));

/** The variable that the launcher sets, where it is what tells the group its ranks. */
function launchersRank({ offset }: RankPlace, file: PythonFile): Rank | null {
  const all = joins(file);
  const [first] = all;
  const isTold = all.every(({ call, row }) => {
    const given = file.argument(call, 'rank');
    return row.environment !== undefined && (given === 'absent' || (typeof given !== 'string' && isRank(given, file)));
  });
  if (!first?.row.environment || !isTold) return null;
  const { text, edits } = spell(file, `${ENVIRON}.get`, offset);
  return { text: `int(${text}(${quoted(file, first.row.environment)}, 0))`, edits };
}

/** Both numbers added up: `args.seed + rank`. */
export const offsetBy = (seed: string, number: string): string => (seed === '0' ? number : `${seed} + ${number}`);
