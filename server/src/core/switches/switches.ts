/** What rules about determinism switches share: the switches in this file, and code that has a reason to leave them. */

import type { Project } from '../contract/project.ts';
import { ALGORITHMS, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { canonical } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { type Assigned, targetsOfAll } from '../python/targets.ts';
import { contains } from '../text/edit.ts';
import { isBenchmark } from './speed.ts';

const ENVIRONMENT = nameFor('environment');
const SETS_VARIABLE = namesFor('sets-variable');
const SETATTR = nameFor('sets-attribute');

/**
 * True where the nearest switch in front of a place, in the blocks around it, is `use_deterministic_algorithms(False)`, or
 * a call of the file's own function that leaves it so.
 */
export function switchedOffHere(place: Node, file: PythonFile, project: Project): boolean {
  if (file.calls(ALGORITHMS).length + file.calls(OLD_ALGORITHMS).length === 0) return false;
  for (let at: Node | null = place; at?.parent && at.type !== 'function_definition'; at = at.parent) {
    if (at.parent.type !== 'block' && at.parent.type !== 'module') continue;
    const { start } = at;
    const before = at.parent.children.filter((statement) => statement.start < start).reverse();
    const last = before.map((statement) => switchedBy(statement, file, project)).find((mode) => mode !== null);
    if (last) return last.mode === false;
  }
  return false;
}

/** What a statement sets the switch to; null for one that does not surely set it. */
function switchedBy({ children: [node] }: Node, file: PythonFile, project: Project): { readonly mode: unknown } | null {
  const call = node?.type === 'call' ? file.call(node) : null;
  if (!call?.name) return null;
  if (call.name === ALGORITHMS || call.name === OLD_ALGORITHMS) return { mode: modeOf(call, file) };
  const flag = file.functionOf(call.name) ? project.callOf(call.name)?.flags[ALGORITHMS] : undefined;
  if (!flag?.must) return null;
  return { mode: flag.settings.length === 1 ? flag.settings[0]?.value : undefined };
}

/** The value of the switch's argument, if the code shows it. */
function modeOf(call: Call, file: PythonFile): unknown {
  const mode = file.argument(call, 'mode', 0);
  return typeof mode === 'string' ? undefined : file.constant(mode);
}

/** A place that sets an attribute of a module: the target, and the value. */
export interface SwitchAssignment extends Assigned {
  /** The assignment, or the call of `setattr`. */
  readonly node: Node;
}

/** Where a file sets a switch that is an attribute, alone or as one of several. */
export function* switchSettings(file: PythonFile, name: string): Iterable<SwitchAssignment> {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (!file.text.includes(last)) return;
  for (const { node, target, value } of targetsOfAll(file.scopes.assignments)) {
    if (value && target.type === 'attribute' && file.qualify(target) === name) yield { node, target, value };
  }
  for (const { node, callee } of file.calls(SETATTR)) {
    const [object, key, value] = node.get('arguments')?.children ?? [];
    const owner = object && file.qualify(object);
    if (value && key && owner && canonical(`${owner}.${file.constant(key)}`) === name)
      yield { node, target: callee, value };
  }
}

/** True for one value that several targets get: `a = b = True`. */
export const isShared = (node: Node): boolean =>
  node.parent?.type === 'assignment' || node.get('right')?.type === 'assignment';

/** The switch as it is written; by its own name where `setattr` sets it. */
export function writtenSwitch({ node, target }: SwitchAssignment, file: PythonFile): string {
  const [object, key] = node.type === 'call' ? (node.get('arguments')?.children ?? []) : [];
  return object && key ? `${file.read(object)}.${file.constant(key)}` : file.read(target);
}

/** True where the programs that run the place end with another value, or where nothing that runs leads to it. */
export function isOverruled({ target, value }: SwitchAssignment, name: string, project: Project): boolean {
  const runs = project.isInProgram ? project.runs(target) : undefined;
  if (runs !== true) return runs === false;
  const given = project.file.constant(value);
  const last = project.switches.settingsOf(name);
  return last.length > 0 && last.every((each) => each.value !== undefined && each.value !== given);
}

/** The branch of users who asked for speed instead of a seed, unless the program surely takes it. */
export function isForSpeed({ node, target }: SwitchAssignment, name: string, project: Project): boolean {
  if (!isWithoutSeed(node, project.file) && !isOtherArm(node, project.file)) return false;
  const { path } = project.file;
  return !project.switches
    .settingsOf(name)
    .some((each) => each.isSure && each.path === path && each.start === target.start);
}

/** Where a file sets a variable of its own process's environment; `span` is what to show, `value` what it is set to. */
export function* environmentSettings(
  file: PythonFile,
  variable: string,
): Iterable<{ readonly node: Node; readonly span: Node; readonly value: Node | null }> {
  for (const assignment of file.scopes.assignments) {
    const left = assignment.get('left');
    const object = left?.type === 'subscript' ? left.get('value') : undefined;
    const key = left?.get('subscript');
    if (!left || !object || !key || file.constant(key) !== variable) continue;
    if (file.qualify(object) !== ENVIRONMENT) continue;
    yield { node: assignment, span: left, value: assignment.get('right') ?? null };
  }
  for (const name of SETS_VARIABLE.all) {
    for (const call of file.calls(name)) {
      const key = file.argument(call, 'key', 0);
      if (typeof key === 'string' || file.constant(key) !== variable) continue;
      const value = file.argument(call, 'value', 1);
      yield { node: call.node, span: call.callee, value: typeof value === 'string' ? null : value };
    }
  }
  for (const call of file.calls(`${ENVIRONMENT}.update`)) yield* updatesIn(call, variable, file);
}

/** `os.environ.update(NAME='0')`, or by a dictionary; with other variables beside it the call stays. */
function* updatesIn(
  call: Call,
  variable: string,
  file: PythonFile,
): Iterable<{ readonly node: Node; readonly span: Node; readonly value: Node | null }> {
  const given = call.node.get('arguments')?.children ?? [];
  const pairs = given.flatMap((each) => (each.type === 'dictionary' ? each.children : each));
  const pair = pairs.find((each) => {
    const key = each.get('key');
    const name = each.get('name');
    return (key ? file.constant(key) : name && file.read(name)) === variable;
  });
  const isOnly = pairs.length === 1;
  if (pair)
    yield { node: isOnly ? call.node : pair, span: isOnly ? call.callee : pair, value: pair.get('value') ?? null };
}

/** A benchmark wants the fastest algorithm: it times what runs, and trains nothing. */
export const measuresSpeed = (file: PythonFile, project: Project): boolean =>
  isBenchmark(file) || (project.switches.timesCode && !project.training.takesGradients);

/** The other arm of a branch that asks for determinism where it is wanted. */
function isOtherArm(node: Node, file: PythonFile): boolean {
  const asked = [...turnedOn(file)];
  if (asked.length === 0) return false;
  for (let at: Node | null = node.enclosing('if_statement'); at; at = at.enclosing('if_statement')) {
    const arms = at.children.filter(({ field }) => field === 'consequence' || field === 'alternative');
    const [own] = arms.filter((arm) => contains(arm, node));
    if (!own || asked.some((each) => contains(own, each))) continue;
    if (arms.some((arm) => arm !== own && asked.some((each) => contains(arm, each)))) return true;
  }
  return false;
}

/** Where a file turns a switch of determinism on. */
function* turnedOn(file: PythonFile): Iterable<Node> {
  for (const call of file.calls(ALGORITHMS)) if (modeOf(call, file) === true) yield call.node;
  for (const { node, value } of switchSettings(file, CUDNN_DETERMINISTIC)) if (value.type === 'true') yield node;
}

const ASKS = /seed|determin|reproduc/i;
const ASKS_NOT = /\bnot\b.*(seed|determin|reproduc)|(seed|determin|reproduc)\w*\s*(is|==)\s*(None|False)/i;

/** The branch of users who asked for speed instead of a seed. */
export function isWithoutSeed(node: Node, file: PythonFile): boolean {
  for (let at: Node = node; at.parent; at = at.parent) {
    const holder = at.parent;
    if (holder.type === 'else_clause' && holder.parent?.type === 'if_statement') {
      const conditions = holder.parent.children.filter((child) => child.field === 'condition');
      if (conditions.some((condition) => ASKS.test(file.read(condition)))) return true;
    }
    const condition = at.field === 'consequence' ? holder.get('condition') : undefined;
    if (condition && ASKS_NOT.test(file.read(condition).replace(/is\s+not/g, 'isnt'))) return true;
  }
  return false;
}
