/** Where a program begins: the place for a statement that has to run first. */

import type { Project } from '../contract/project.ts';
import { statementOf } from '../edits/edit-text.ts';
import { headStatements } from '../edits/imports.ts';
import { partsOfSite } from '../effects/events.ts';
import type { Reached } from '../effects/summary.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import { contains } from '../text/edit.ts';
import { isUnconditional, mayDraw } from './absorbed.ts';
import { joins } from './ranks.ts';
import { nodeAt } from './seeds.ts';

/** A place for the first statement of a program. */
export type Entry =
  | { readonly kind: 'none' | 'head'; readonly statement?: undefined; readonly seed?: undefined }
  /** `instead` of a statement that seeds. */
  | { readonly kind: 'before' | 'after' | 'instead'; readonly statement: Node; readonly seed?: string };

/** Where a program's first statement goes: behind its parsed `--seed`, in its main guard, or at the top. */
export function entryPoint(file: PythonFile, project: Project): Entry {
  const command = commandEntry(file, project);
  if (command) return command;
  if (project.commands.length > 0) return { kind: 'head' };
  const head = headStatements(file);
  const guard = file.syntax.root.children.find((node) => isMainGuard(node, file));
  const firstDraw = Math.min(...drawnAtModuleLevel(file, project));
  const parsed = parsedSeed(file);
  if (parsed && parsed.statement.end < firstDraw) return parsed;
  const inGuard = guard?.get('consequence')?.children[0];
  if (guard && inGuard && guard.start < firstDraw) return { kind: 'before', statement: inGuard };
  const body = file.syntax.root.children.filter((node) => !head.includes(node));
  const isScript = project.isProgram || !body.some((node) => /definition$/.test(node.type));
  return { kind: isScript ? 'head' : 'none' };
}

/** In the function that the project installs as its only command, behind the seed it parses. */
function commandEntry(file: PythonFile, project: Project): Entry | null {
  const [only, ...others] = project.commands;
  const body = only === undefined || others.length > 0 ? undefined : file.functionOf(only)?.node.get('body');
  if (!body) return null;
  const places = Object.values(project.summary?.exposed ?? {}).map((exposure) => project.places.anchor(exposure).start);
  if (places.some((start) => start < body.start)) return null;
  const parsed = parsedSeed(file);
  const isInside = parsed && contains(body, parsed.statement);
  if (isInside && places.every((start) => start > parsed.statement.end)) return parsed;
  const [first, second] = body.children;
  const isDocumented = first?.type === 'expression_statement' && first.children[0]?.type === 'string';
  const statement = isDocumented ? second : first;
  return statement ? { kind: 'before', statement } : null;
}

/** Starts of the module-level statements that reach a draw. */
function drawnAtModuleLevel(file: PythonFile, project: Project): number[] {
  const starts = Object.values(project.summary?.exposed ?? {}).map((exposure) => {
    const first = project.places.locate(exposure.via[0] ?? exposure.site);
    let node = nodeAt(file, first);
    while (node.parent && node.parent.type !== 'module') node = node.parent;
    return isMainGuard(node, file) ? Number.POSITIVE_INFINITY : node.start;
  });
  return [...starts, Number.POSITIVE_INFINITY];
}

/** `args = parser.parse_args()` of a parser that knows `--seed`: the user's seed exists from there on. */
function parsedSeed(file: PythonFile): { kind: 'after'; statement: Node; seed: string } | null {
  const option = file.methodCalls('add_argument').find((call) => {
    const first = file.argument(call, 'name', 0);
    return typeof first !== 'string' && /^--seed$/.test(String(file.constant(first)));
  });
  if (!option) return null;
  for (const call of file.methodCalls('parse_args')) {
    const assignment = call.node.parent;
    const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
    const owner = call.node.enclosing('function_definition');
    const name = owner && file.read(owner.get('name') ?? owner);
    if (assignment && target?.type === 'identifier' && (!owner || name === 'main')) {
      return { kind: 'after', statement: statementOf(assignment), seed: `${file.read(target)}.seed` };
    }
  }
  return null;
}

/** Everything that a program draws unseeded. */
const exposures = (project: Project): Reached[] => Object.values(project.summary?.exposed ?? {});

/**
 * The statement of this file that joins a group of processes, where all that is drawn unseeded comes behind it: from there
 * on the rank is known.
 */
export function behindGroup(file: PythonFile, project: Project): Entry | null {
  for (const { call } of joins(file)) {
    const statement = statementOf(call.node);
    const isOwn = /^(expression_statement|assignment)$/.test(statement.type) && isUnconditional(statement, file);
    if (isOwn && exposures(project).every((each) => comesBehind(each, statement, file, project))) {
      return { kind: 'after', statement };
    }
  }
  return null;
}

/** The place, if a function of the module is there by then; behind it where the program begins in front of it. */
export function behindDefinition(entry: Entry, definition: Node, file: PythonFile, project: Project): Entry | null {
  const decorated = definition.parent?.type === 'decorated_definition' ? definition.parent : definition;
  if (entry.kind === 'none') return entry;
  let at = entry.statement;
  while (at?.parent && at.parent.type !== 'module') at = at.parent;
  // A function runs when it is called, which is behind all definitions as a rule.
  if (at && (at.start >= decorated.end || /definition$/.test(at.type))) return entry;
  const isFirst = Math.min(...drawnAtModuleLevel(file, project)) > decorated.end;
  return isFirst ? { kind: 'after', statement: decorated } : null;
}

/** The first seed of this file that runs in front of all that is drawn: a block can stand in its place. */
export function earliestSeed(file: PythonFile, project: Project): Node | null {
  const seeds = Object.values(project.summary?.must ?? {}).flatMap((seed) => {
    const isHere = [...seed.via, seed.site].some(({ path }) => path === file.path);
    return isHere ? [statementOf(outerCall(seed, file, project))] : [];
  });
  const [first] = seeds.filter((each) => runsFirst(each, file, project)).sort((a, b) => a.start - b.start);
  if (!first || !exposures(project).every((each) => comesBehind(each, first, file, project))) return null;
  return first;
}

/** Nothing draws in front of the statement: in its block, nor in front of the one call of its function. */
function runsFirst(statement: Node, file: PythonFile, project: Project): boolean {
  if (statement.type !== 'expression_statement' || !isUnconditional(statement, file)) return false;
  const block = statement.parent?.children ?? [];
  const before = block.slice(0, block.indexOf(statement));
  if (before.some((each) => mayDraw(each, file, project))) return false;
  const owner = file.functionAround(statement);
  if (!owner) return true;
  const [only, ...others] = file.calls(owner.id);
  const caller = only?.node.parent?.type === 'expression_statement' && others.length === 0 ? only.node.parent : null;
  return caller !== null && caller.enclosing('function_definition') === null && runsFirst(caller, file, project);
}

/** The call of this file by which a seed is reached that stands in a helper: the helper's own seed stays where it is. */
function outerCall(seed: Reached, file: PythonFile, project: Project): Node {
  const here = [...seed.via, seed.site].filter((site) => site.path === file.path);
  const nodes = here.map((site) => nodeAt(file, project.places.locate(site)));
  const isSeedOnly = (node: Node): boolean => node.enclosing('call')?.parent?.type === 'expression_statement';
  const last = nodes.at(-1);
  const helper = last && file.functionAround(last);
  const takesSeed = (helper?.parameters.length ?? 0) > 0 && nodes.length > 1;
  const node = takesSeed ? nodes.at(-2) : nodes.at(-1);
  return node && isSeedOnly(node) ? node : file.syntax.root;
}

/** On the way to what is reached, the program passes the function of a statement, behind it. */
function comesBehind(reached: Reached, statement: Node, file: PythonFile, project: Project): boolean {
  const unit = file.functionAround(statement)?.id ?? '';
  const step = [...reached.via, reached.site].find(
    ({ path, site }) => path === file.path && partsOfSite(site).unit === unit,
  );
  return step !== undefined && project.places.locate(step).start >= statement.end;
}
