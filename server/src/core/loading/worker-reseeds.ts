/** Repairs of generators that workers get copies of: a `worker_init_fn` that gives each copy of a dataset its own. */

import { indentUnit, insertAfter, insertBefore } from '../edits/edit-text.ts';
import { freeName, insertHelper, spellAll } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import { INITIAL_SEED } from '../knowledge/streams.ts';
import { isLeftOut, loaderArgument } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import type { Edit } from '../text/edit.ts';
import { passArgument } from './loaders.ts';
import { freshGenerator, type KeptGenerator, keptGenerators, loadersOf } from './worker-copies.ts';
import { workerFunction } from './worker-functions.ts';
import { initializerOf, loaderCalls } from './worker-seeds.ts';

/**
 * Reseeds all generators that the dataset keeps, in the function its loaders have, or in a new one; the function's name,
 * which is null for a new one. Null in a notebook, from which processes that are spawned cannot import it, and where a
 * worker's dataset is another object, or its function cannot be changed without harm to other loaders.
 */
export function reseedFix(
  kept: KeptGenerator,
  file: PythonFile,
): { readonly name: string | null; edits(): Edit[] } | null {
  const { owner } = kept;
  const { own, started } = loadersOf(kept, file);
  if (file.notebook || started.length === 0) return null;
  if (!own.every((loader) => isOf(owner, loader, file))) return null;
  const all = keptGenerators(owner, file);
  if (all.some((each) => freshGenerator(each, '', file) === null)) return null;
  const bare = started.filter((loader) => isLeftOut(loaderArgument(file, loader, 'worker_init_fn')));
  const given = started.filter((loader) => !bare.includes(loader)).map((loader) => functionOf(loader, file));
  const [first = null, ...others] = [...new Set(given)];
  if (others.length > 0 || (given.length > 0 && !first)) return null;
  const found = first ?? existing(bare[0], file);
  const reused = found && isUsedElsewhere(found, owner, file) ? null : found;
  if (first && !reused) return null;
  return { name: reused?.name ?? null, edits: () => reseed(all, bare, reused, file) };
}

/** Something besides the loaders of this class's datasets names the function: where there is no worker, it would fail. */
function isUsedElsewhere(found: FunctionInfo, owner: ClassInfo, file: PythonFile): boolean {
  const ours = loaderCalls(file).filter((each) => isOf(owner, each, file) && functionOf(each, file) === found);
  return file.text.match(new RegExp(`\\b${found.name}\\b`, 'g'))?.length !== 1 + ours.length;
}

/** The loader's dataset is an object of this very class. */
function isOf(owner: ClassInfo, loader: Call, file: PythonFile): boolean {
  const dataset = file.argument(loader, 'dataset', 0);
  const made = typeof dataset === 'string' ? null : file.constructionOf(dataset);
  return made !== null && file.classOf(made.name) === owner;
}

/** What a loader's workers run first, if it is a function at the top of this file that can be added to. */
function functionOf(loader: Call, file: PythonFile): FunctionInfo | null {
  const given = loaderArgument(file, loader, 'worker_init_fn');
  const found = typeof given === 'string' ? null : initializerOf(given, file);
  const isPlain = found && found.bound.size === 0 && found.function.node.type === 'function_definition';
  return isPlain && !found.function.class ? found.function : null;
}

function existing(loader: Call | undefined, file: PythonFile): FunctionInfo | null {
  const name = loader ? workerFunction(file, loader.node) : null;
  return (name !== null && file.functionOf(`#${name}`)) || null;
}

function reseed(
  all: readonly KeptGenerator[],
  bare: readonly Call[],
  reused: FunctionInfo | null,
  file: PythonFile,
): Edit[] {
  // Of two generators with one seed, the second would repeat the first.
  const seeder = all.length > 1 ? nameFor('integer-draw') : INITIAL_SEED;
  const made = all.map((each) => freshGenerator(each, '', file)?.maker ?? '');
  const { texts, edits } = spellAll(file, [nameFor('worker-info'), seeder, ...new Set(made)], undefined, ['worker_id']);
  const [info = '', seed = '', ...makers] = texts;
  const value = all.length > 1 ? `${seed}(2**32, ()).item()` : `${seed}()`;
  const dataset = freeName(file, ['dataset', 'worker_dataset']);
  const lines = [
    `${dataset} = ${info}().dataset`,
    ...all.map((each, i) => {
      const fresh = freshGenerator(each, value, file);
      const maker = makers[[...new Set(made)].indexOf(made[i] ?? '')] ?? '';
      return `${dataset}.${each.attribute} = ${maker}${fresh?.rest ?? ''}`;
    }),
  ];
  const name = reused?.name ?? freeName(file, ['seed_worker', 'seed_dataset']);
  const passed = bare.flatMap((loader) =>
    passArgument(file, loader, 'worker_init_fn', name, loaderArgument(file, loader, 'worker_init_fn')),
  );
  if (!reused) {
    const unit = indentUnit(file);
    return [...insertHelper(file, edits, [`def ${name}(worker_id):`, ...lines.map((line) => unit + line)]), ...passed];
  }
  const last = reused.node.get('body')?.children.at(-1);
  if (!last) return [];
  const insert = last.type === 'return_statement' ? insertBefore : insertAfter;
  return [...edits, insert(file, last, lines), ...passed];
}
