/** What a file says about the programs it is part of, besides its effects: small, plain, and kept for closed files. */

import { setsCublas, usesCuda } from './environment.ts';
import { type Flags, isMlPackage, looksLikeSeeder, seederOf } from './knowledge.ts';
import { LIBRARY } from './known-calls.ts';
import type { Call, PythonFile } from './model.ts';
import { keptPipelines } from './pipelines.ts';
import { NO_VOCABULARY, streamsOf, type Vocabulary } from './vocabulary.ts';

/** How `use_deterministic_algorithms` is set: `strict` raises where an operation cannot comply. */
export type Determinism = 'off' | 'warn' | 'strict';

export interface FileFacts {
  readonly isTest: boolean;
  readonly hasMainGuard: boolean;
  /** It imports a machine-learning library. */
  readonly reachesMl: boolean;
  /** It shows that somebody wants the same bits. */
  readonly showsIntent: boolean;
  readonly seeds: boolean;
  readonly determinism: Determinism;
  /** It may make cuDNN deterministic, itself or by a framework, or tries to: the bare call raises. */
  readonly deterministicCudnn: boolean;
  /** Functions that return an augmentation pipeline, attributes that keep one, and the library: `#Cars.transform`. */
  readonly pipelines: Readonly<Record<string, string>>;
  /** It names a CUDA device, or asks something of one. */
  readonly usesCuda: boolean;
  /** It may set cuBLAS's environment variable, itself or by a helper that does. */
  readonly setsCublas: boolean;
}

/** Assignments and calls by which a program says that it wants the same bits. */
const CUDNN_DETERMINISTIC = 'torch.backends.cudnn.deterministic';

export function factsOf(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): FileFacts {
  return {
    isTest: isTest(file.path),
    hasMainGuard: hasMainGuard(file),
    reachesMl: reachesMl(file),
    showsIntent: showsDeterminismIntent(file),
    seeds: file.allCalls.some((call) => streamsOf(call, vocabulary.seeds, file) !== null || seedsSomething(call)),
    determinism: determinismOf(file),
    deterministicCudnn: mayMakeCudnnDeterministic(file),
    pipelines: keptPipelines(file),
    usesCuda: usesCuda(file),
    setsCublas: setsCublas(file),
  };
}

function determinismOf(file: PythonFile): Determinism {
  let state: Determinism = 'off';
  for (const call of file.calls('torch.use_deterministic_algorithms')) {
    if (!switchesOn(call, file)) continue;
    const warnOnly = file.argument(call, 'warn_only');
    const isStrict = warnOnly === 'absent' || (typeof warnOnly !== 'string' && file.constant(warnOnly) === false);
    state = isStrict ? 'strict' : state === 'off' ? 'warn' : state;
  }
  return state;
}

function isTest(path: string): boolean {
  return /(^|[\\/])(tests?[\\/]|test_[^\\/]*\.py$|[^\\/]*_test\.py$|conftest\.py$)/.test(path);
}

function reachesMl(file: PythonFile): boolean {
  return file.scopes.imports.some((statement) => {
    const module = statement.get('module_name');
    const names = module ? [module] : statement.children.filter((child) => child.field === 'name');
    return names.some((name) => isMlPackage(file.read(name).split(/[\s.]/)[0] ?? ''));
  });
}

function hasMainGuard(file: PythonFile): boolean {
  return file.syntax.root.children.some(
    (node) => node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__'),
  );
}

function seedsSomething(call: Call): boolean {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (seeder) return !seeder.implicit && (seeder.streams.length > 0 || seeder.device === 'cuda') && !seeder.restores;
  return (
    call.name !== null &&
    !LIBRARY.test(call.name) &&
    looksLikeSeeder(call.name.slice(call.name.lastIndexOf('.') + 1).replace('#', ''))
  );
}

function switchesOn(call: Call, file: PythonFile): boolean {
  const mode = file.argument(call, 'mode', 0);
  return typeof mode !== 'string' && file.constant(mode) !== false;
}

function showsDeterminismIntent(file: PythonFile): boolean {
  if (file.calls('torch.set_deterministic_debug_mode').length > 0 || file.calls('torch.set_deterministic').length > 0)
    return true;
  return mayMakeCudnnDeterministic(file);
}

function mayMakeCudnnDeterministic(file: PythonFile): boolean {
  // The bare call raises, but whoever wrote it wants determinism.
  const asks = file.calls('torch.use_deterministic_algorithms');
  if (asks.some((call) => file.argument(call, 'mode', 0) === 'absent' || switchesOn(call, file))) return true;
  if (file.allCalls.some((call) => turnsOnDeterminism(call, file))) return true;
  return file.scopes.assignments.some((assignment) => {
    const left = assignment.get('left');
    const right = assignment.get('right');
    if (left?.type !== 'attribute' || !right || !file.read(left).endsWith('deterministic')) return false;
    return file.qualify(left) === CUDNN_DETERMINISTIC && file.constant(right) !== false;
  });
}

/** A framework's helper or flag that sets a determinism switch, as the table of seeders knows it. */
function turnsOnDeterminism(call: Call, file: PythonFile): boolean {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  const asks = (flags: Flags | undefined): boolean =>
    Boolean(flags?.use_deterministic_algorithms) || flags?.cudnn_deterministic === true;
  if (!seeder) return false;
  if (asks(seeder.flags)) return true;
  return (seeder.flagsWhen ?? []).some((when) => {
    const given = file.argument(call, when.argument, when.position);
    const value = given === 'absent' ? when.default : typeof given === 'string' ? undefined : file.constant(given);
    return value === when.equals && asks(when.flags);
  });
}
