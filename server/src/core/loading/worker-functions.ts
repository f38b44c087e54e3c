/** Functions that the workers of a DataLoader run first: those that a file has, and those that a repair writes. */

import type { Project } from '../contract/project.ts';
import { indentUnit } from '../edits/edit-text.ts';
import { freeName, insertHelper, spellAll } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import { INITIAL_SEED, streamRow } from '../knowledge/streams.ts';
import { isLeftOut, loaderArgument, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { isSeenFrom } from '../python/names.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';
import type { PassedArgument } from './loaders.ts';
import { leavesNumpy, unseededDraw, type WorkerDraw } from './worker-draws.ts';

const [NUMPY_SEED, PYTHON_SEED] = [streamRow('numpy').seed, streamRow('python').seed];

/**
 * What a loader's workers have to run first; null where torch seeds all that they draw, where the loader has a function,
 * and in a notebook, from which processes that are spawned cannot import one.
 */
export function workerPart(file: PythonFile, call: Call, project: Project): PassedArgument | null {
  if (!isLeftOut(loaderArgument(file, call, 'worker_init_fn')) || !startsWorkers(file, call)) return null;
  const draw = unseededDraw(call, file, project);
  if (draw) return seedingPart(draw, call, file);
  return leavesNumpy(project) && !file.notebook ? initialized(file, call, null) : null;
}

/** What seeds a draw in workers; null where nobody can write it. */
export function seedingPart(draw: WorkerDraw, loader: Call, file: PythonFile): PassedArgument | null {
  if (file.notebook || (draw.from === 'pipeline' && !draw.reseed)) return null;
  return initialized(file, loader, draw.reseed);
}

function initialized(file: PythonFile, loader: Call, reseed: WorkerDraw['reseed']): PassedArgument {
  const existing = reseed ? reseedingFunction(reseed, loader, file) : workerFunction(file, loader.node, [NUMPY_SEED]);
  const value = existing ?? freeName(file, ['seed_worker', 'seed_loader_worker', 'seed_dataset_worker']);
  return {
    name: 'worker_init_fn',
    value,
    before: () => (existing ? [] : reseed ? reseedingHelper(reseed, value, file) : seedWorker(file, value)),
  };
}

/** The helper of the official notes, for the libraries whose generators a worker may use. */
export function seedWorker(file: PythonFile, name: string): Edit[] {
  const { texts, edits } = spellAll(file, [INITIAL_SEED, NUMPY_SEED, PYTHON_SEED], undefined, [
    'worker_id',
    'worker_seed',
  ]);
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
    const calls = file.callsWithin(info.node);
    const names = new Set(calls.map((call) => call.name));
    const seeds = seeders.some((name) => names.has(name));
    if (seeds && names.has(INITIAL_SEED) && isSeenFrom(info, place, file)) return info.name;
  }
  return null;
}

/** A function that seeds the same attribute of the worker's dataset. */
function reseedingFunction(
  { attribute, method }: NonNullable<WorkerDraw['reseed']>,
  loader: Call,
  file: PythonFile,
): string | null {
  for (const info of file.scopes.functions.values()) {
    if (info.class || info.parameters.length !== 1 || info.node.parent?.type === 'block') continue;
    const seeds = file.methodCalls(method).some(({ node, callee }) => {
      const object = callee.get('object')?.get('attribute');
      return object && node.start > info.node.start && node.end <= info.node.end && file.read(object) === attribute;
    });
    if (seeds && isSeenFrom(info, loader.node, file)) return info.name;
  }
  return null;
}

function reseedingHelper(reseed: NonNullable<WorkerDraw['reseed']>, name: string, file: PythonFile): Edit[] {
  const { texts, edits } = spellAll(file, [nameFor('worker-info'), INITIAL_SEED], undefined, ['worker_id', 'dataset']);
  const unit = indentUnit(file);
  return insertHelper(file, edits, [
    `def ${name}(worker_id):`,
    `${unit}dataset = ${texts[0]}().dataset`,
    `${unit}dataset.${reseed.attribute}.${reseed.method}(${texts[1]}() % 2**32)`,
  ]);
}
