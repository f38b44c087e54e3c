/** What rules about determinism switches share: the switches in this file, and code that has a reason to leave them. */

import { ALGORITHMS } from '../knowledge/calls.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';

/** True where the nearest switch in front of a place, in the blocks around it, is `use_deterministic_algorithms(False)`. */
export function switchedOffHere(place: Node, file: PythonFile): boolean {
  const calls = [...file.calls(ALGORITHMS), ...file.calls('torch.set_deterministic')];
  if (calls.length === 0) return false;
  for (let at: Node | null = place; at?.parent && at.type !== 'function_definition'; at = at.parent) {
    if (at.parent.type !== 'block' && at.parent.type !== 'module') continue;
    const before = at.parent.children.filter((statement) => statement.start < at!.start);
    const switches = calls.filter(({ node }) => before.some((statement) => statement.children[0] === node));
    const last = switches.at(-1);
    if (last) return modeOf(last, file) === false;
  }
  return false;
}

/** The value of the switch's argument, if the code shows it. */
function modeOf(call: Call, file: PythonFile): unknown {
  const mode = file.argument(call, 'mode', 0);
  return typeof mode === 'string' ? undefined : file.constant(mode);
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
    if (file.qualify(object) !== 'os.environ') continue;
    yield { node: assignment, span: left, value: assignment.get('right') ?? null };
  }
  for (const name of ['os.environ.setdefault', 'os.putenv']) {
    for (const call of file.calls(name)) {
      const key = file.argument(call, 'key', 0);
      if (typeof key === 'string' || file.constant(key) !== variable) continue;
      const value = file.argument(call, 'value', 1);
      yield { node: call.node, span: call.callee, value: typeof value === 'string' ? null : value };
    }
  }
}

/** A benchmark wants the fastest algorithm. */
export function measuresSpeed(file: PythonFile): boolean {
  if (/bench[^/\\]*\.(py|ipynb)$/i.test(file.path)) return true;
  return file.scopes.imports.some((each) => /\btorch\.utils(\.| import .*\b)benchmark\b/.test(file.read(each)));
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
