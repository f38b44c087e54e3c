/** Repairs of a DataLoader: a seeded generator of its own, and a `worker_init_fn`, reusing what the file has. */

import { addArguments, indentUnit, insertBefore, replace, statementOf } from '../edits/edit-text.ts';
import { freeName, insertHelper, spellAll } from '../edits/imports.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { nameFor } from '../knowledge/names.ts';
import { INITIAL_SEED, streamRow } from '../knowledge/streams.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { lookUp } from '../python/scope.ts';
import { seedValueAt } from '../seeding/seeds.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';

export const DATA_LOADER = nameFor('data-loader');
const GENERATOR = nameFor('generator');
const DEFAULT_DEVICE = nameFor('default-device');
const [NUMPY_SEED, PYTHON_SEED] = [streamRow('numpy').seed, streamRow('python').seed];

export function loaderArgument(
  file: PythonFile,
  call: Call,
  name: 'shuffle' | 'sampler' | 'batch_sampler' | 'num_workers' | 'worker_init_fn' | 'generator',
): Argument {
  return file.argument(call, name, (loaderRow(call.name) ?? loaderRow(DATA_LOADER))?.positions[name]);
}

/** True where the call is known to leave the argument out, or passes `None`. */
export function isLeftOut(argument: Argument): boolean {
  return argument === 'absent' || (typeof argument !== 'string' && argument.type === 'none');
}

/** Gives the loader a generator made once; null where that would repeat or split the order. */
export function generatorFix(file: PythonFile, call: Call): (() => Edit[]) | null {
  const given = loaderArgument(file, call, 'generator');
  const place = outsideLoops(call.node);
  if (!isLeftOut(given) || !place || isCalledInLoop(file, call.node)) return null;
  const seed = seedValueAt(file, place);
  if (/rank/i.test(seed)) return null;
  return () => {
    const existing = seededGenerator(file, call.node);
    const { texts, edits } = spellAll(file, [GENERATOR], place.start);
    const name = existing ?? freeName(file, ['generator', 'loader_generator']);
    const made = `${name} = ${texts[0]}(${defaultDevice(file)}).manual_seed(${seed})`;
    const before = existing ? [] : [...edits, insertBefore(file, place, [made])];
    return [...before, ...passArgument(file, call, 'generator', name, given)];
  };
}

/**
 * Gives the loader a `worker_init_fn`; null where it has one or starts no workers, and in a notebook, from which
 * processes that are spawned cannot import it.
 */
export function workerFix(file: PythonFile, call: Call): (() => Edit[]) | null {
  if (file.notebook) return null;
  const given = loaderArgument(file, call, 'worker_init_fn');
  if (!isLeftOut(given) || !startsWorkers(file, call)) return null;
  return () => {
    const existing = workerFunction(file, call.node);
    const name = existing ?? freeName(file, ['seed_worker', 'seed_loader_worker']);
    return [...(existing ? [] : seedWorker(file, name)), ...passArgument(file, call, 'worker_init_fn', name, given)];
  };
}

/** *Make this DataLoader deterministic*: both, in one edit; null when there is nothing to add. */
export function makeDeterministic(file: PythonFile, call: Call): (() => Edit[]) | null {
  const generator = generatorFix(file, call);
  const worker = workerFix(file, call);
  if (!generator && !worker) return null;
  return () => mergeInsertions([...(worker?.() ?? []), ...(generator?.() ?? [])], file, call);
}

export function startsWorkers(file: PythonFile, call: Call): boolean {
  const workers = loaderArgument(file, call, 'num_workers');
  if (workers === 'absent') return false;
  return typeof workers === 'string' || file.constant(workers) !== 0;
}

/** The helper of the official notes, for the libraries whose generators a worker may use. */
export function seedWorker(file: PythonFile, name: string): Edit[] {
  const { texts, edits } = spellAll(file, [INITIAL_SEED, NUMPY_SEED, PYTHON_SEED]);
  const unit = indentUnit(file);
  return insertHelper(file, edits, [
    `def ${name}(worker_id):`,
    `${unit}worker_seed = ${texts[0]}() % 2**32`,
    `${unit}${texts[1]}(worker_seed)`,
    `${unit}${texts[2]}(worker_seed)`,
  ]);
}

/** A function of this file that seeds one of the generators from the worker's own seed, by what it does. */
export function workerFunction(
  file: PythonFile,
  place: Node,
  seeders: readonly string[] = [NUMPY_SEED, PYTHON_SEED],
): string | null {
  for (const info of file.scopes.functions.values()) {
    if (info.class || info.parameters.length !== 1 || info.node.parent?.type === 'block') continue;
    const calls = file.allCalls.filter((call) => call.node.start > info.node.start && call.node.end <= info.node.end);
    const names = new Set(calls.map((call) => call.name));
    const seeds = seeders.some((name) => names.has(name));
    const reachable = lookUp(info.name, file.scope(place)).some(
      (each) => each.kind === 'function' && each.function === info,
    );
    if (seeds && names.has(INITIAL_SEED) && reachable) return info.name;
  }
  return null;
}

/** True where the code runs once: what is made there is not made anew for each epoch. */
export function madeOnce(file: PythonFile, node: Node): boolean {
  if (node.enclosing('list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression'))
    return false;
  return outsideLoops(node) === statementOf(node) && !isCalledInLoop(file, node);
}

/** A `torch.Generator` with a seed that is bound before the place, in a scope the place sees. */
export function seededGenerator(file: PythonFile, place: Node): string | null {
  for (const call of file.calls(GENERATOR)) {
    let value: Node = call.node;
    let isSeeded = false;
    while (value.parent?.type === 'attribute' && value.parent.parent?.type === 'call') {
      isSeeded ||= file.read(value.parent.get('attribute') ?? value) === 'manual_seed';
      value = value.parent.parent;
    }
    const target = value.parent?.type === 'assignment' ? value.parent.get('left') : undefined;
    if (target?.type !== 'identifier' || target.start > place.start) continue;
    const definitions = file.definitions(target);
    if (lookUp(file.read(target), file.scope(place)) !== definitions || definitions.length !== 1) continue;
    const later = file.methodCalls('manual_seed').some((each) => {
      const object = each.callee.get('object');
      return object?.type === 'identifier' && file.definitions(object) === definitions && each.node.end < place.start;
    });
    if (isSeeded || later) return file.read(target);
  }
  return null;
}

/** The generator must live where the default device does. */
function defaultDevice(file: PythonFile): string {
  const call = file.calls(DEFAULT_DEVICE)[0];
  const device = call ? file.argument(call, 'device', 0) : 'absent';
  return typeof device === 'string' ? '' : `device=${file.read(device)}`;
}

/** The statement in front of which something is made once: the loader's own, or the outermost loop around it. */
function outsideLoops(node: Node): Node | null {
  let statement = statementOf(node);
  for (let at: Node | null = node; at && at.type !== 'function_definition' && at.type !== 'lambda'; at = at.parent) {
    if (at.type === 'for_statement' || at.type === 'while_statement') statement = at;
    if (at.type === 'class_definition') return null;
    // One generator for all items of a comprehension would have to be made outside of it, which the statement is.
    if (at.type === 'elif_clause' || at.type === 'decorator') return null;
  }
  return node.enclosing('lambda') ? null : statement;
}

/** A function called once per epoch would make the same generator, and so the same order, every time. */
function isCalledInLoop(file: PythonFile, node: Node, depth = 0): boolean {
  const definition = node.enclosing('function_definition');
  const id = definition ? file.scopes.byNode.get(definition)?.owner?.id : undefined;
  if (!id || depth > 5) return false;
  return file.calls(id).some((call) => {
    const loop = call.node.enclosing('for_statement', 'while_statement', 'function_definition', 'list_comprehension');
    if (loop && loop.type !== 'function_definition') return true;
    return isCalledInLoop(file, call.node, depth + 1);
  });
}

/** Passes a value for a parameter: in the place of a `None` that is written there, else as a keyword. */
export function passArgument(file: PythonFile, call: Call, name: string, value: string, given: Argument): Edit[] {
  const list = call.node.get('arguments');
  return typeof given !== 'string' && (given.parent === list || given.parent?.parent === list)
    ? [replace(given, value)]
    : addArguments(file, call, [`${name}=${value}`]);
}

/** Two arguments added at one place are written as one list. */
function mergeInsertions(edits: readonly Edit[], file: PythonFile, call: Call): Edit[] {
  const list = call.node.get('arguments');
  const added = (edit: Edit) =>
    list !== undefined && edit.start === edit.end && edit.start > list.start && edit.end < list.end;
  const names = edits
    .filter(added)
    .flatMap((edit) => /\b(worker_init_fn|generator) ?= ?[\w.]+/.exec(edit.text)?.[0].replaceAll(' ', '') ?? []);
  const imports: Edit[] = [];
  for (const edit of edits.filter((each) => !added(each))) {
    if (!imports.some((other) => other.start === edit.start && other.text === edit.text)) imports.push(edit);
  }
  return [...imports, ...addArguments(file, call, names)];
}
