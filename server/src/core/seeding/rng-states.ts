/** The states of the random generators: who keeps them, and the two helpers that put them into a checkpoint and back. */

import type { LostStates } from '../contract/project.ts';
import { freeName, insertHelper, spellAll } from '../edits/imports.ts';
import { generatorMadeBy } from '../knowledge/generators.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { drawOf, looksLikeSeeder, type Stream, seederOf } from '../knowledge/tables.ts';
import { usesOwnGenerator } from '../lowering/draws.ts';
import { isLeftOut, loaderArgument, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import { evaluatorOf, type Fact } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import type { Edit } from '../text/edit.ts';
import { isOptimizer } from './checkpoints.ts';

/** The calls that take the state of a stream and set it again. */
const callsOf = (stream: Stream) => {
  const { getState = '', setState = '' } = streamRow(stream);
  return { get: getState, set: setState };
};
const [PYTHON, NUMPY, TORCH] = [callsOf('python'), callsOf('numpy'), callsOf('torch')];
const CUDA = { get: nameFor('cuda-states-taken'), set: nameFor('cuda-states-set') };
const CUDA_DEVICES = nameFor('cuda-devices');

const STATE_METHOD =
  /^([gs]et_?state|load_state|save_state|((?!fork).*_)?rng_?state.*|.*(save|load|restore|[gs]et)_?rngs?(_.*)?)$/i;
/** All names that the next one, or a seeder's, can be: quick to tell from the many that are neither. */
const STATE_OR_SEED = /state|rng|seed|determinis|reproducib|worker_init/i;
/** A key under which a state is kept. */
const STATE_KEY = /(['"])[\w. -]*(\brng|_rng|rng_|random_?state)[\w. -]*\1/i;
/** Functions that keep the states of the global generators, and no others. */
const OF_ALL = namesFor('keeps-global-states');
const GENERATOR = nameFor('generator');
const PROGRESS = /epoch|step|(\b|_)iter/i;

/** The states of random generators that a file saves or restores. */
export interface KeptStates {
  /**
   * It saves or restores some, or seeds anew for each epoch or step, which needs no state. Also where only a name says
   * so: whoever keeps states by another's helper keeps them.
   */
  readonly any: boolean;
  /** It takes or sets the states of global generators by their libraries' own functions. */
  readonly ofGlobals: boolean;
  /** It seeds anew for each epoch or step. */
  readonly seedsAnew: boolean;
  /** It seeds a generator of its own anew for each epoch or step, as samplers do: that is no seed of what else is drawn. */
  readonly seedsOwnAnew: boolean;
  /**
   * What may keep the states of generators of their own, too: the names of functions that stand elsewhere, and an empty
   * one for a method of some object.
   */
  readonly keepers: readonly string[];
  /** The file has a loader whose order comes from a generator of its own, which goes on from epoch to epoch. */
  readonly needsOwn: boolean;
  /** Loaders with a state of their own that it makes; `own` ones take a generator and have no workers. */
  readonly statefulLoaders: 'none' | 'some' | 'own';
  /** Whether it puts the state of such a loader back; `perhaps` that of something nobody can tell. */
  readonly restoresLoader: 'no' | 'perhaps' | 'yes';
  /** It draws while it trains: dropout, transforms, and what stands in loops and methods. */
  readonly drawsInSteps: boolean;
}

export function keptStates(file: PythonFile): KeptStates {
  const keepers = new Set<string>();
  let any = /rng|random_?state/i.test(file.text) && STATE_KEY.test(file.text);
  let [ofGlobals, seedsAnew, seedsOwnAnew] = [false, false, false];
  for (const call of file.allCalls) {
    const last = call.method ?? call.name?.slice(call.name.lastIndexOf('.') + 1).replace('#', '');
    const how = last === undefined ? null : keepsState(call, last, file);
    if (how === null) continue;
    if (how === 'seeds' && isOfGenerator(call, file)) {
      seedsOwnAnew = true;
      continue;
    }
    any = true;
    ofGlobals ||= OF_ALL.has(call.name);
    seedsAnew ||= how === 'seeds';
    // What a function of this file keeps, it keeps by calls that stand here.
    if (!OF_ALL.has(call.name) && !call.name?.startsWith('#')) keepers.add(call.name ?? '');
  }
  return {
    any,
    ofGlobals,
    seedsAnew,
    seedsOwnAnew,
    keepers: [...keepers],
    needsOwn: ordersByOwn(file),
    statefulLoaders: statefulLoaders(file),
    restoresLoader: restoresLoader(file),
    drawsInSteps: drawsInSteps(file),
  };
}

/** A method of a generator that the code makes. */
function isOfGenerator({ method, callee }: Call, file: PythonFile): boolean {
  const object = method === null ? undefined : callee.get('object');
  const made = object && file.constructionOf(object)?.name;
  return made != null && generatorMadeBy(made) !== undefined;
}

const isStateful: Fact = ({ node, access, file }) =>
  (access.length === 0 && node.type === 'call' && loaderRow(file.call(node).name)?.keepsOrder) || undefined;

function statefulLoaders(file: PythonFile): KeptStates['statefulLoaders'] {
  const made = [...file.callsByName].flatMap(([name, calls]) => (loaderRow(name)?.keepsOrder ? calls : []));
  if (made.length === 0) return 'none';
  const isOwn = (call: Call): boolean => {
    const generator = loaderArgument(file, call, 'generator');
    return typeof generator !== 'string' && !isLeftOut(generator) && !startsWorkers(file, call);
  };
  return made.some(isOwn) ? 'own' : 'some';
}

function restoresLoader(file: PythonFile): KeptStates['restoresLoader'] {
  const evaluator = evaluatorOf(file);
  const restored = file
    .methodCalls('load_state_dict')
    .flatMap(({ callee }) => callee.get('object') ?? [])
    .filter((each) => !isOptimizer(each, file));
  if (restored.some((each) => evaluator.find(isStateful, evaluator.value(each)) !== null)) return 'yes';
  return restored.some((each) => file.constructionOf(each) === null) ? 'perhaps' : 'no';
}

function drawsInSteps(file: PythonFile): boolean {
  return [...file.callsByName].some(([name, calls]) => {
    const draw = drawOf(name);
    if (draw?.kind === 'dropout' || draw?.kind === 'transform') return true;
    const isAgain = ({ node }: Call): boolean =>
      node.enclosing('for_statement', 'while_statement', 'class_definition') !== null;
    return draw?.kind === 'function' && calls.some((call) => isAgain(call) && !usesOwnGenerator(draw, call, file));
  });
}

/**
 * What the saved states of a program leave out, by its files. `isElsewhere` tells whether a function of that name stands in
 * no file of the program, as seen from a path.
 */
export function lostStates(
  files: readonly { readonly path: string; readonly states: KeptStates }[],
  isElsewhere: (name: string, path: string) => boolean,
): LostStates {
  const all = files.map(({ states }) => states);
  const hasStateful = all.some(({ statefulLoaders }) => statefulLoaders !== 'none');
  const restored = all.some(({ restoresLoader }) => restoresLoader === 'yes');
  if (!all.some(({ any }) => any)) {
    if (all.some((each) => each.seedsOwnAnew) && !all.some((each) => each.drawsInSteps)) return 'nothing';
    const mayBeRestored = hasStateful && all.some(({ restoresLoader }) => restoresLoader !== 'no');
    if (!mayBeRestored) return 'everything';
    if (!all.some(({ drawsInSteps }) => drawsInSteps)) return 'nothing';
    return restored ? 'draws' : 'everything';
  }
  if (hasStateful && restored) return all.some((each) => each.statefulLoaders === 'own') ? 'epochs' : 'nothing';
  const mayKeep = files.some(({ path, states }) => states.keepers.some((name) => isElsewhere(name, path)));
  const isKept = mayKeep || all.some(({ seedsOwnAnew }) => seedsOwnAnew);
  return all.some(({ needsOwn }) => needsOwn) && !isKept ? 'order' : 'nothing';
}

function keepsState(call: Call, last: string, file: PythonFile): 'keeps' | 'seeds' | null {
  const isSeeder = call.name !== null && seederOf(call.name) !== undefined;
  if (!isSeeder && !STATE_OR_SEED.test(last)) return null;
  if (STATE_METHOD.test(last)) return 'keeps';
  const isSeed = isSeeder || (call.name !== null && looksLikeSeeder(call.name));
  const given = isSeed || looksLikeSeeder(last) ? call.node.get('arguments') : undefined;
  return given !== undefined && PROGRESS.test(file.read(given)) ? 'seeds' : null;
}

/** A loader or a sampler that shuffles by a generator which is made once, outside of loops. */
function ordersByOwn(file: PythonFile): boolean {
  if (!file.text.includes('generator')) return false;
  const isOwn: Fact = ({ node, file: home }) =>
    (node.type === 'call' && home.constructionOf(node)?.name === GENERATOR) || undefined;
  return file.allCalls.some((call) => {
    const row = loaderRow(call.name);
    if (call.name === null || (!row && drawOf(call.name)?.kind !== 'sampler')) return false;
    const shuffle = row ? loaderArgument(file, call, 'shuffle') : 'unknown';
    const isShuffled = !row || (typeof shuffle !== 'string' && file.constant(shuffle) !== false);
    const given = row ? loaderArgument(file, call, 'generator') : file.argument(call, 'generator');
    if (!isShuffled || typeof given === 'string' || call.node.enclosing('for_statement', 'while_statement'))
      return false;
    const evaluator = evaluatorOf(file);
    return evaluator.find(isOwn, evaluator.value(given)) !== null;
  });
}

export interface RngStates {
  /** Without `torch`, which is always there. */
  readonly streams: ReadonlySet<Stream>;
  readonly cuda: boolean;
  /** The checkpoint may have been moved to another device, where no state works. */
  readonly moved: boolean;
  /** `torch.load` takes tensors and plain values only, and no arrays. */
  readonly weightsOnly: boolean;
}

/** The expression that takes all states, the statement that sets them again, and the edits both need. */
export interface RngHelpers {
  readonly taken: string;
  restore(state: string): string;
  readonly edits: readonly Edit[];
}

/** One generator needs no helper, more of them get a pair at module level. */
export function rngHelpers(file: PythonFile, states: RngStates, unit: string): RngHelpers {
  const { streams, cuda, moved } = states;
  const cpu = moved ? '.cpu()' : '';
  if (!cuda && !streams.has('python') && !streams.has('numpy')) {
    const { texts, edits } = spellAll(file, [TORCH.get, TORCH.set]);
    return { taken: `${texts[0]}()`, restore: (state) => `${texts[1]}(${state}${cpu})`, edits };
  }
  const names = [
    ...(streams.has('python') ? [PYTHON.get, PYTHON.set] : []),
    ...(streams.has('numpy') ? [NUMPY.get, NUMPY.set] : []),
    ...[TORCH.get, TORCH.set],
    ...(cuda ? [CUDA.get, CUDA.set, CUDA_DEVICES] : []),
  ];
  const { texts, edits } = spellAll(file, names, undefined, ['states', 'state', 'name', 'keys', 'rest']);
  const spelled = new Map(names.map((name, i) => [name, texts[i]!]));
  const getter = freeName(file, ['get_rng_states', 'get_all_rng_states']);
  const setter = freeName(file, ['set_rng_states', 'set_all_rng_states']);
  const before: string[] = [];
  const entries: string[] = [];
  const sets: string[] = [];
  if (streams.has('python')) {
    entries.push(`'python': ${spelled.get(PYTHON.get)}(),`);
    sets.push(`${spelled.get(PYTHON.set)}(states['python'])`);
  }
  if (streams.has('numpy')) {
    const taken = `${spelled.get(NUMPY.get)}()`;
    if (states.weightsOnly) before.push(`name, keys, *rest = ${taken}`);
    entries.push(`'numpy': ${states.weightsOnly ? '(name, keys.tolist(), *rest)' : taken},`);
    sets.push(`${spelled.get(NUMPY.set)}(states['numpy'])`);
  }
  entries.push(`'torch': ${spelled.get(TORCH.get)}(),`);
  sets.push(`${spelled.get(TORCH.set)}(states['torch']${cpu})`);
  if (cuda) {
    entries.push(`'cuda': ${spelled.get(CUDA.get)}(),`);
    const value = moved ? `[state.cpu() for state in states['cuda']]` : `states['cuda']`;
    // Another machine may have other devices, or none.
    sets.push(`if len(states['cuda']) == ${spelled.get(CUDA_DEVICES)}():`, `${unit}${spelled.get(CUDA.set)}(${value})`);
  }
  const lines = [
    `def ${getter}():`,
    ...before.map((line) => unit + line),
    `${unit}return {`,
    ...entries.map((line) => unit + unit + line),
    `${unit}}`,
    '',
    '',
    `def ${setter}(states):`,
    ...sets.map((line) => unit + line),
  ];
  return {
    taken: `${getter}()`,
    restore: (state) => `${setter}(${state})`,
    edits: insertHelper(file, edits, lines),
  };
}
