/** Augmentation pipelines that draw from generators of their own, which no seed of the program and no worker reaches. */

import { type Pipelines, pipelinesOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import { looksLikeClass, type Node, type PythonFile } from '../python/file.ts';
import { everyValue } from '../python/names.ts';

/** The library whose pipeline an expression makes, where it does not do the same to every sample. */
export function randomPipeline(expression: Node, file: PythonFile, depth = 0): Pipelines | null {
  if (depth > 5) return null;
  if (expression.type === 'list' || expression.type === 'tuple') {
    return firstOf(expression.children, (child) => randomPipeline(child, file, depth + 1));
  }
  if (expression.type === 'conditional_expression') {
    const [then, , otherwise] = expression.children;
    return firstOf([then, otherwise], (each) => each && randomPipeline(each, file, depth + 1));
  }
  if (expression.type === 'identifier') {
    return firstOf(everyValue(expression, file), (value) => randomPipeline(value, file, depth + 1));
  }
  const call = expression.type === 'call' ? file.call(expression) : null;
  const library = call?.name && looksLikeClass(call.name) ? pipelinesOf(call.name) : undefined;
  return call && library ? ofLibrary(call, library, file, depth) : null;
}

function ofLibrary(call: Call, library: Pipelines, file: PythonFile, depth: number): Pipelines | null {
  const name = call.name?.slice(call.name.lastIndexOf('.') + 1) ?? '';
  if (library.draws !== undefined && !(name in library.containers))
    return name.startsWith(library.draws) ? library : null;
  const usual = library.containers[name] ?? library.steady[name];
  const given = file.argument(call, 'p');
  const probability = typeof given === 'string' ? usual : file.constant(given);
  if (probability === 0) return null;
  if (usual === undefined || probability !== 1) return library;
  const held = name in library.containers ? file.argument(call, 'transforms', 0) : 'absent';
  return typeof held === 'string' ? null : randomPipeline(held, file, depth + 1);
}

/** The functions of a file that return a pipeline, the attributes of its classes that keep one, and the library. */
export function keptPipelines(file: PythonFile): Record<string, string> {
  const kept: Record<string, string> = {};
  const keep = (key: string, values: readonly (Node | undefined)[]): void => {
    const library = firstOf(values, (value) => value && randomPipeline(value, file));
    if (library) kept[key] = `${library.package}.`;
  };
  const isImported = file.scopes.imports.some((each) => importsPipelines(each, file));
  if (!isImported) return kept;
  for (const { id, node } of file.scopes.functions.values()) {
    const body = node.get('body');
    keep(id, node.type === 'lambda' || !body ? [body] : returned(body));
  }
  for (const { id, attributes } of file.scopes.classes.values()) {
    for (const [attribute, values] of attributes) keep(`${id}.${attribute}`, values);
  }
  return kept;
}

function importsPipelines(statement: Node, file: PythonFile): boolean {
  const from = statement.get('module_name');
  const modules = from ? [from] : statement.children;
  return modules.some((each) => pipelinesOf(`${file.read(each).split(/\s/)[0]}.`) !== undefined);
}

/** What the return statements of a body give, functions inside it left out. */
function returned(node: Node, found: Node[] = []): Node[] {
  for (const child of node.children) {
    if (child.type === 'return_statement') found.push(...child.children);
    else if (!/^(function_definition|class_definition|lambda)$/.test(child.type)) returned(child, found);
  }
  return found;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null | undefined): R | null {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return null;
}
