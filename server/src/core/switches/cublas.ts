/** The environment variable that cuBLAS wants beside `use_deterministic_algorithms`, and where a file sets it. */

import type { Project } from '../contract/project.ts';
import { eolOf, insertAfter, insertAt, insertBefore, quoted, statementOf } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { compareVersions } from '../knowledge/tables.ts';
import { modulesNamed } from '../lowering/modules.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isPlainFunction } from '../python/mentions.ts';
import type { Edit } from '../text/edit.ts';
import { lineStart } from '../text/lines.ts';
import { CUBLAS_VARIABLE } from './environment.ts';

const ENVIRONMENT = nameFor('environment');
const SETS_VARIABLE = namesFor('sets-variable');
const TORCH = namesFor('torch-package');

/** The only values that torch takes for deterministic ones, compared as text. */
export const CUBLAS_VALUES: readonly string[] = [':4096:8', ':16:8'];

/** The version of torch that a project runs with, where that one asks for the variable; null where none is known to. */
export function askingVersion(project: Project): string | null {
  const version = project.versions.versionOf('torch');
  if (version === null) return null;
  return compareVersions(version, '1.7') >= 0 && compareVersions(version, '2.10') < 0 ? version : null;
}

/** A place that sets the variable for this process: the whole expression, and the value. */
export interface CublasSetting {
  readonly node: Node;
  readonly value: Node;
}

export function cublasSettings(file: PythonFile): CublasSetting[] {
  const found: CublasSetting[] = [];
  for (const assignment of file.scopes.assignments) {
    const left = assignment.get('left');
    const value = assignment.get('right');
    const object = left?.type === 'subscript' ? left.get('value') : undefined;
    const key = left?.get('subscript');
    if (!value || !object || !key || file.constant(key) !== CUBLAS_VARIABLE) continue;
    if (file.qualify(object) === ENVIRONMENT) found.push({ node: assignment, value });
  }
  for (const name of SETS_VARIABLE.all) {
    for (const call of file.calls(name)) {
      const key = file.argument(call, 'key', 0);
      const value = file.argument(call, 'value', 1);
      if (typeof key === 'string' || typeof value === 'string') continue;
      if (file.constant(key) === CUBLAS_VARIABLE) found.push({ node: call.node, value });
    }
  }
  return found;
}

/** Sets the variable in front of the file's first import of torch. */
export function setCublas(file: PythonFile, value = CUBLAS_VALUES[0]!): Edit[] {
  const { text, edits } = spell(file, ENVIRONMENT);
  const line = `${text}[${quoted(file, CUBLAS_VARIABLE)}] = ${quoted(file, value)}`;
  const torch = file.scopes.imports.find((each) => importsTorch(each, file));
  if (!torch) return [];
  const statement = statementOf(torch);
  const bound = file.scopes.module.names.get(text.split('.')[0] ?? '')?.[0];
  const os = bound?.kind === 'import' ? bound.statement : undefined;
  // Nothing can be set before `os` is there; until the first product on CUDA it is early enough.
  if (os && os.start > statement.start && os.parent?.type === 'module') return [insertAfter(file, os, ['', line])];
  if (statement.parent?.type !== 'module') return [...edits, insertBefore(file, statement, [line])];
  const eol = eolOf(file);
  const start = lineStart(file.text, statement.start);
  const isBare =
    start > 0 && !/\n[ \t]*\r?\n$/.test(file.text.slice(0, start)) && !edits.some((edit) => edit.start === start);
  return [...edits, insertAt(start, `${isBare ? eol : ''}${line}${eol}${eol}`)];
}

function importsTorch(statement: Node, file: PythonFile): boolean {
  return modulesNamed(statement, file).some(TORCH.has);
}

/** Products that cuBLAS computes; the first of them on CUDA reads the variable, once and for all. */
const PRODUCTS = namesFor('products');

/** Calls that lead to calls are followed so far. */
const DEEPEST = 4;

/** The first matrix product that certainly comes before a node, wherever its function is called, or the call that leads to it. */
export function productBefore(node: Node, file: PythonFile, depth = 0): Node | null {
  let at = node;
  for (; at.parent && !/^(function_definition|lambda)$/.test(at.type); at = at.parent) {
    if (at.parent.type !== 'block' && at.parent.type !== 'module') continue;
    for (const earlier of at.parent.children) {
      if (earlier === at) break;
      const product = productIn(earlier, file, 0);
      if (product) return product;
    }
  }
  const home = file.functionAt(at);
  if (!home || depth > DEEPEST || !isPlainFunction(home, file)) return null;
  const products = file.calls(home.id).map((call) => productBefore(call.node, file, depth + 1));
  return products.every((each) => each !== null) ? (products[0] ?? null) : null;
}

function productIn(node: Node, file: PythonFile, depth: number): Node | null {
  if (depth > DEEPEST || /^(function_definition|class_definition|lambda|decorated_definition)$/.test(node.type))
    return null;
  if (node.type === 'binary_operator' && node.get('operator')?.type === '@') return node;
  if (node.type === 'call') {
    const call = file.call(node);
    if (call.method === 'backward' || (call.name !== null && PRODUCTS.has(call.name))) return call.callee;
    const body = file.functionOf(call.name)?.node.get('body');
    if (body?.children.some((child) => productIn(child, file, depth + 1))) return call.callee;
  }
  for (const child of node.children) {
    const product = productIn(child, file, depth);
    if (product) return product;
  }
  return null;
}
