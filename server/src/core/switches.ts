/** What rules about determinism switches share: code that has a reason to leave them as they are. */
import type { Node, PythonFile } from './model.ts';

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
