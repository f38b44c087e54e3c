/** Augmentation pipelines that draw from generators of their own, which no seed of the program and no worker reaches. */

import { type Pipelines, pipelinesOf } from '../knowledge/tables.ts';
import { evaluatorOf, type Fact } from '../python/evaluator.ts';
import { looksLikeClass, type Node, type PythonFile } from '../python/file.ts';
import { mayBeParameter } from '../python/names.ts';
import type { Value } from '../python/value.ts';

/** The library whose pipeline an expression stands for, where it does not do the same to every sample. */
export function randomPipeline(expression: Node, file: PythonFile): Pipelines | null {
  const evaluator = evaluatorOf(file);
  const found = evaluator.find(isRandom, evaluator.value(expression));
  return (found && madeBy(found)) ?? null;
}

/** The library whose pipeline, or part of one, a call makes. */
function madeBy({ file, node, access }: Value): Pipelines | undefined {
  const name = node.type === 'call' && access.length === 0 ? file.call(node).name : null;
  return name !== null && looksLikeClass(name) ? pipelinesOf(name) : undefined;
}

/** It draws, or something of what it holds does. */
const isRandom: Fact = (value) => {
  const { file, node, access } = value;
  if (/^(list|tuple)$/.test(node.type) && access.length === 0)
    return node.children.map((each) => ({ ...value, node: each }));
  const library = madeBy(value);
  // What a function is passed is the pipeline of whoever passes it.
  if (!library) return node.type === 'identifier' && mayBeParameter(node, file) ? false : undefined;
  const call = file.call(node);
  const name = call.name?.slice(call.name.lastIndexOf('.') + 1) ?? '';
  if (library.draws !== undefined && !(name in library.containers)) return name.startsWith(library.draws);
  const usual = library.containers[name] ?? library.steady[name];
  const given = file.argument(call, 'p');
  const probability = typeof given === 'string' ? usual : file.constant(given);
  if (probability === 0) return false;
  if (usual === undefined || probability !== 1) return true;
  const held = name in library.containers ? file.argument(call, 'transforms', 0) : 'absent';
  return typeof held !== 'string' && [{ ...value, node: held }];
};

/** The functions of a file that return a pipeline, the attributes of its classes that keep one, and the library. */
export function keptPipelines(file: PythonFile): Record<string, string> {
  const kept: Record<string, string> = {};
  const keep = (key: string, values: readonly (Node | undefined)[]): void => {
    const [library] = values.flatMap((value) => (value && randomPipeline(value, file)) ?? []);
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
