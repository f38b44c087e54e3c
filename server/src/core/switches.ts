/** What rules about determinism switches share: the switches in this file, and code that has a reason to leave them. */
import type { Call, Node, PythonFile } from './model.ts';

export const FLAG = 'torch.use_deterministic_algorithms';

/** True where the nearest switch in front of a place, in the blocks around it, is `use_deterministic_algorithms(False)`. */
export function switchedOffHere(place: Node, file: PythonFile): boolean {
  const calls = [...file.calls(FLAG), ...file.calls('torch.set_deterministic')];
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

/** A benchmark wants the fastest algorithm. */
export function measuresSpeed(file: PythonFile): boolean {
  if (/bench[^/\\]*\.py$/i.test(file.path)) return true;
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
