/** Functions of a file that only run where the file calls them by name, and those that it never mentions. */

import type { Node, PythonFile } from './file.ts';
import { readsOf } from './reads.ts';
import type { FunctionInfo } from './scope.ts';

/** Functions that call each other are followed so far. */
const DEEPEST = 4;

/** The function or method that a node stands in, not one inside another. */
export function outermostFunction(node: Node, file: PythonFile): FunctionInfo | null {
  let found: FunctionInfo | null = null;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'function_definition') found = file.functionAt(at) ?? found;
  }
  return found;
}

/** A function without decorators, no method, whose name this file only calls: nobody else can run it unseen. */
export const isPlainFunction = (info: FunctionInfo, file: PythonFile): boolean =>
  isBare(info) && mentionsOf(info, file).every((node) => node.field === 'function');

/** The file only calls what a name stands for: it hands it to nobody, and keeps it nowhere. */
export const isOnlyCalled = (name: string, qualified: string, file: PythonFile): boolean =>
  readsOf(file)
    .of(name)
    .every((node) => node.field === 'function' || isImported(node) || file.qualify(node) !== qualified);

const isImported = ({ parent }: Node): boolean =>
  /^(dotted_name|aliased_import|import_from_statement)$/.test(parent?.type ?? '');

/** A plain function that its file does not call, itself and functions of the same kind left out. */
export function isNeverMentioned(info: FunctionInfo, file: PythonFile, depth = 0): boolean {
  if (!isBare(info) || depth > DEEPEST) return false;
  return mentionsOf(info, file).every((node) => {
    const owner = outermostFunction(node, file);
    return owner !== null && isNeverMentioned(owner, file, depth + 1);
  });
}

const isBare = ({ class: owner, decorators, node }: FunctionInfo): boolean =>
  owner === null && decorators.length === 0 && node.type === 'function_definition';

function mentionsOf(info: FunctionInfo, file: PythonFile): readonly Node[] {
  const { start, end } = info.node;
  return readsOf(file)
    .of(info.name)
    .filter((node) => node.start < start || node.start >= end);
}
