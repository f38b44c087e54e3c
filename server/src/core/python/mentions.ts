/** Where functions of a file are mentioned: those that only run where they are called by name, and those that nobody mentions. */

import type { Evaluator } from './evaluator.ts';
import type { Node, PythonFile } from './file.ts';
import { linksOf } from './links.ts';
import { readsOf } from './reads.ts';
import type { ClassInfo, FunctionInfo } from './scope.ts';
import type { NamedAt } from './value.ts';

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
    .every((node) => node.field === 'function' || file.qualify(node) !== qualified);

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

/**
 * Where a function is mentioned, called or not, in its own file and in those that the evaluator sees. Null where so many may
 * that nobody reads them all.
 */
export function namedAt(info: FunctionInfo, file: PythonFile, values: Evaluator): readonly NamedAt[] | null {
  const elsewhere = values.mentionsElsewhere(info, file);
  return elsewhere && [...namedIn(info, file), ...elsewhere];
}

/** The same in its own file: by its name, by that of its class for a constructor, as a method of what nobody can read. */
function namedIn(info: FunctionInfo, file: PythonFile): readonly NamedAt[] {
  const links = linksOf(file);
  const isMade = info.name === '__init__' && info.class !== null;
  const named = readsOf(file).of(isMade ? (info.class?.name ?? '') : info.name);
  const meant = named.filter((node) => {
    const name = file.qualify(node);
    const target = links.target(name);
    if (target === info) return true;
    if (!info.class || isMade || node.type !== 'attribute') return false;
    return name === null || isOfAncestor(name, target, links.ancestors(info.class));
  });
  // A class of the file that has the constructor from its base, and an object that is called.
  const calls = links.callsOf(info).map(({ callee }) => callee);
  return [...new Set([...meant, ...calls])].map((node) => ({ file, node }));
}

/** `self.load()` of a class runs what a class made from it has under that name, whether or not it has one itself. */
export function isOfAncestor(name: string, target: FunctionInfo | undefined, ancestors: readonly ClassInfo[]): boolean {
  const owner = name.slice(0, name.lastIndexOf('.'));
  return ancestors.some((each) => (target ? target.class === each : each.id === owner));
}
