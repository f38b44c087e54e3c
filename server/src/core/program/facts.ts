/** What a file says about the programs it is part of, besides its effects: small, plain, and kept for closed files. */

import type { Determinism, PassedInitializer } from '../contract/project.ts';
import { ALGORITHMS, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { isOfLibrary, nameFor, namesFor } from '../knowledge/names.ts';
import { isMlPackage, looksLikeSeeder, type Seeder, type SwitchValues, seederOf } from '../knowledge/tables.ts';
import { unaskedIterables } from '../loading/iterables.ts';
import { passedInitializers } from '../loading/worker-seeds.ts';
import { keptPipelines } from '../lowering/augmentation.ts';
import { fallsBackOnNumpy } from '../lowering/draws.ts';
import { modulesNamed } from '../lowering/modules.ts';
import { NO_VOCABULARY, streamsNamed, type Vocabulary } from '../lowering/own-functions.ts';
import { transformingFunctions } from '../lowering/transforms.ts';
import { handsOnAll } from '../lowering/values.ts';
import { fillers } from '../operations/unfilled.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import { isNeverMentioned, outermostFunction } from '../python/mentions.ts';
import { addedFolders } from '../python/search-path.ts';
import { checkpoints, resumesTraining } from '../seeding/checkpoints.ts';
import { joinsGroup } from '../seeding/ranks.ts';
import { type KeptStates, keptStates } from '../seeding/rng-states.ts';
import { setsCublas, usesCuda } from '../switches/environment.ts';
import { evaluates, saves, timesCode, timesRounds } from '../switches/speed.ts';
import { switchSettings } from '../switches/switches.ts';
import { hasCommandLine, isDemo } from './demos.ts';
import { modulePartsOf, type Parts } from './modes.ts';
import { testsItself } from './self-tests.ts';

export interface FileFacts {
  readonly isTest: boolean;
  readonly isNotebook: boolean;
  readonly hasMainGuard: boolean;
  /** Its main guard runs it with a command line: it is a program, whoever else imports it. A package's only tries out what it has. */
  readonly hasCommandLine: boolean;
  /** Its main guard only shows a network that the file is there to hand on, and nothing in it seeds. */
  readonly isDemo: boolean;
  /** It imports a machine-learning library. */
  readonly reachesMl: boolean;
  /** It shows that somebody wants the same bits; hidden where following the program would not show it. */
  readonly asksDeterminism: 'none' | 'shown' | 'hidden';
  readonly seeds: boolean;
  readonly determinism: Determinism;
  /** The same, only of methods, which a framework may call. */
  readonly hiddenDeterminism: Determinism;
  /** It may make cuDNN deterministic, itself or by a framework, or tries to: the bare call raises. */
  readonly deterministicCudnn: boolean;
  /** Functions that return an augmentation pipeline, attributes that keep one, and the library: `#Cars.transform`. */
  readonly pipelines: Readonly<Record<string, string>>;
  /** It names a CUDA device, or asks something of one. */
  readonly usesCuda: boolean;
  /** It measures how long code takes that runs again and again. */
  readonly timesCode: boolean;
  /** It reads the clock around rounds of the same, which measures speed where nothing is trained or saved. */
  readonly timesRounds: boolean;
  /** It switches a network to evaluation, or takes no gradient somewhere. */
  readonly evaluates: boolean;
  /** It writes a value down. */
  readonly saves: boolean;
  /** It may set cuBLAS's environment variable, itself or by a helper that does. */
  readonly setsCublas: boolean;
  readonly randomStates: KeptStates;
  /** It starts or joins a group of processes that run the same program. */
  readonly joinsGroup: boolean;
  /** It makes a checkpoint that training can go on from. */
  readonly makesCheckpoint: boolean;
  /** Its training goes on from a checkpoint. */
  readonly resumes: boolean;
  /** It trains, or switches the mode of something. */
  readonly setsMode: boolean;
  /** It writes to all parameters of some network, or loads them. */
  readonly fillsParameters: boolean;
  /** It goes back from a loss, makes an optimizer, or hands a network to something that trains. */
  readonly takesGradients: boolean;
  /** Its module's body, or a function that this calls, makes an estimator, or calls a splitter, that takes numpy's state for want of another. */
  readonly fitsAtTop: boolean;
  /** Functions of other files that its loaders' workers run first. */
  readonly passedInitializers: readonly PassedInitializer[];
  /** What its classes and functions build that `eval()` changes. */
  readonly parts: Parts;
  /** Folders that it adds to the path of modules. */
  readonly addedFolders: readonly string[];
  /** Its functions in which, or by whose decorators, code is compiled, traced, batched or checkpointed; the module's body is empty. */
  readonly transforming: readonly string[];
  /** Its classes whose `__iter__` hands out what it holds without asking for its worker, and what of other files that calls. */
  readonly unasked: Readonly<Record<string, readonly string[]>>;
  /** It tells a sampler the epoch, or hands loaders to a library that does. */
  readonly tellsEpoch: boolean;
  /** It asks for the number of a DataLoader's worker. */
  readonly asksForWorker: boolean;
  /** What it reaches through names that are no library's: `lib.common.nn` where it calls `lib.common.nn.Linear`. */
  readonly reachedThrough: readonly string[];
}

/** What a package runs when it is imported; whoever runs the package itself runs its `__main__.py`. */
const PACKAGE = /(^|[\\/])__init__\.py$/;
const DEBUG_SWITCHES = [nameFor('algorithms-debug-mode'), OLD_ALGORITHMS];
const WORKER_INFO = nameFor('worker-info');
const TEST_FRAMEWORKS = namesFor('test-frameworks');
const COMMAND_LINE = namesFor('reads-command-line');
const TRAINS = namesFor('trains');
const TAKES_GRADIENTS = namesFor('takes-gradients');
/** Calls that lead to calls are followed so far. */
const DEEPEST = 4;
const TRAINER = /(^|\.)\w*Trainer$/;

export function factsOf(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): FileFacts {
  const usesMl = reachesMl(file);
  const cudnn = cudnnPlaces(file);
  const seeds = seedsInMain(file, vocabulary);
  const hasMainGuard = file.syntax.root.children.some((node) => isMainGuard(node, file));
  return {
    isTest: isTest(file, hasMainGuard),
    isNotebook: file.notebook !== null,
    hasMainGuard,
    hasCommandLine: hasMainGuard && !PACKAGE.test(file.path) && hasCommandLine(file),
    // What a method of a class seeds, as its weights are fixed by, is the object's and not the program's.
    isDemo: hasMainGuard && !(seeds && seedsInMain(file, vocabulary, true)) && isDemo(file),
    reachesMl: usesMl,
    asksDeterminism: asksDeterminismIn(file, cudnn),
    seeds,
    determinism: determinismOf(file, () => true),
    hiddenDeterminism: determinismOf(file, (node) => isInMethod(node, file)),
    deterministicCudnn: asksBare(file) || cudnn.length > 0,
    pipelines: keptPipelines(file),
    usesCuda: usesCuda(file),
    timesCode: timesCode(file),
    timesRounds: timesRounds(file),
    evaluates: evaluates(file),
    saves: saves(file),
    setsCublas: setsCublas(file),
    randomStates: keptStates(file),
    joinsGroup: usesMl && joinsGroup(file),
    makesCheckpoint: checkpoints(file).length > 0,
    resumes: resumesTraining(file),
    setsMode: setsMode(file),
    fillsParameters: fillers(file).length > 0,
    takesGradients: takesGradients(file),
    fitsAtTop: usesMl && fitsAtTop(file),
    passedInitializers: usesMl ? passedInitializers(file) : [],
    parts: usesMl ? modulePartsOf(file) : {},
    addedFolders: addedFolders(file),
    transforming: usesMl ? transformingFunctions(file) : [],
    unasked: usesMl ? unaskedIterables(file) : {},
    tellsEpoch: file.methodCalls('set_epoch').length > 0 || file.allCalls.some((call) => handsOnAll(call, file)),
    asksForWorker: file.methodCalls('get_worker_info').length + file.calls(WORKER_INFO).length > 0,
    reachedThrough: reachedThrough(file),
  };
}

/** A module of the project may have a library under a name of its own, or have a class of one in it. */
function reachedThrough(file: PythonFile): string[] {
  const bases = [...file.scopes.classes.values()].flatMap((each) =>
    each.bases.flatMap((base) => file.qualify(base) ?? []),
  );
  const reached = new Set<string>();
  for (const name of [...file.callsByName.keys(), ...bases]) {
    const parts = name.split('.');
    if (name.startsWith('#') || parts.includes('super()') || isOfLibrary(name)) continue;
    if (parts.length > 2) reached.add(parts.slice(0, -1).join('.'));
    if (parts.length > 1) reached.add(name);
  }
  return [...reached];
}

/** Something in the file seeds, and not only a function that it never mentions. */
function seedsInMain(file: PythonFile, vocabulary: Vocabulary, outsideOfClasses = false): boolean {
  const named = [...file.callsByName].flatMap(([name, calls]) => (seedsSomething(name) ? calls : []));
  const own = file.allCalls.filter((call) => streamsNamed(call, vocabulary.seeds, file) !== null);
  return [...named, ...own].some(({ node }) => {
    const owner = outermostFunction(node, file);
    if (owner === null) return true;
    return !(outsideOfClasses && owner.class !== null) && !isNeverMentioned(owner, file);
  });
}

const fitsAtTop = (file: PythonFile): boolean =>
  file.allCalls.some((call) => fallsBackOnNumpy(call, file) && isRunAtTop(call.node, file));

/** It stands in the module's body, or in a function that this calls. */
function isRunAtTop(node: Node, file: PythonFile, depth = 0): boolean {
  const home = node.enclosing('function_definition', 'lambda', 'class_definition');
  const info = home?.type === 'function_definition' ? file.functionAt(home) : undefined;
  if (!info || depth > DEEPEST) return home === null;
  return file.calls(info.id).some((call) => isRunAtTop(call.node, file, depth + 1));
}

function determinismOf(file: PythonFile, counts: (node: Node) => boolean): Determinism {
  let state: Determinism = 'off';
  for (const call of file.calls(ALGORITHMS)) {
    if (!switchesOn(call, file) || !counts(call.node)) continue;
    const warnOnly = file.argument(call, 'warn_only');
    const isStrict = warnOnly === 'absent' || (typeof warnOnly !== 'string' && file.constant(warnOnly) === false);
    state = isStrict ? 'strict' : state === 'off' ? 'warn' : state;
  }
  return state;
}

function setsMode(file: PythonFile): boolean {
  if (['eval', 'train', 'backward'].some((name) => file.methodCalls(name).length > 0)) return true;
  return [...file.callsByName.keys()].some((name) => TRAINS.has(name));
}

/** A name for the method that trains is as good as a call of it: trainers have their own. */
function takesGradients(file: PythonFile): boolean {
  const methods = ['backward', 'manual_backward', 'fit', 'train_batch', 'fit_one_cycle', 'learn'];
  if (methods.some((name) => file.methodCalls(name).length > 0)) return true;
  if (file.methodCalls('train').some((call) => (call.node.get('arguments')?.children.length ?? 0) > 0)) return true;
  if ([...file.scopes.classes.values()].some(({ methods: own }) => own.has('training_step'))) return true;
  return [...file.callsByName.keys()].some((name) => TAKES_GRADIENTS.has(name) || TRAINER.test(name));
}

/**
 * In a folder of tests, or called a test. What evaluates or trains a network is called `test_net.py` and `copy_test.py` too:
 * it has a main guard or a command line, and neither a framework for tests nor functions that are tests.
 */
function isTest(file: PythonFile, hasMainGuard: boolean): boolean {
  const { path, scopes } = file;
  if (/(^|[\\/])(tests?[\\/]|conftest\.py$)/.test(path)) return true;
  const [, name] = /(?:^|[\\/])(tests?|test_[^\\/]*|[^\\/]*_tests?)\.py$/.exec(path) ?? [];
  if (name === undefined) return false;
  if (scopes.imports.some((each) => modulesNamed(each, file).some(TEST_FRAMEWORKS.has))) return true;
  const isProgram = hasMainGuard || COMMAND_LINE.all.some((each) => file.calls(each).length > 0);
  return (!isProgram && !/^tests?$/.test(name)) || testsItself(file);
}

function reachesMl(file: PythonFile): boolean {
  return file.scopes.imports.some((statement) => {
    const module = statement.get('module_name');
    const names = module ? [module] : statement.children.filter((child) => child.field === 'name');
    return names.some((name) => isMlPackage(file.read(name).split(/[\s.]/)[0] ?? ''));
  });
}

function seedsSomething(name: string): boolean {
  const seeder = seederOf(name);
  if (seeder) return !seeder.implicit && (seeder.streams.length > 0 || seeder.device === 'cuda') && !seeder.restores;
  return !isOfLibrary(name) && looksLikeSeeder(name.slice(name.lastIndexOf('.') + 1).replace('#', ''));
}

function switchesOn(call: Call, file: PythonFile): boolean {
  const mode = file.argument(call, 'mode', 0);
  return typeof mode !== 'string' && file.constant(mode) !== false;
}

function asksDeterminismIn(file: PythonFile, cudnn: readonly Node[]): FileFacts['asksDeterminism'] {
  const debugged = DEBUG_SWITCHES.flatMap((name) => file.calls(name));
  const places = [...debugged.map((call) => call.node), ...cudnn];
  if (asksBare(file) || places.some((node) => isInMethod(node, file))) return 'hidden';
  return places.length > 0 ? 'shown' : 'none';
}

/** The bare call raises, but whoever wrote it wants determinism. */
const asksBare = (file: PythonFile): boolean =>
  file.calls(ALGORITHMS).some((call) => file.argument(call, 'mode', 0) === 'absent');

/** Methods, and what they call in the file, may be called by a framework that nobody follows. */
function isInMethod(node: Node, file: PythonFile, depth = 0): boolean {
  const owner = file.functionAround(node);
  if (!owner || depth > DEEPEST) return false;
  return owner.class !== null || file.calls(owner.id).some((call) => isInMethod(call.node, file, depth + 1));
}

/** Where cuDNN is made deterministic, by itself or with all else. */
function cudnnPlaces(file: PythonFile): Node[] {
  const calls = [...file.callsByName].flatMap(([name, named]) => {
    if (name === ALGORITHMS) return named.filter((call) => switchesOn(call, file));
    const seeder = seederOf(name);
    return seeder ? named.filter((call) => turnsOnDeterminism(call, seeder, file)) : [];
  });
  const settings = [...switchSettings(file, CUDNN_DETERMINISTIC)].filter(({ value }) => file.constant(value) !== false);
  return [...calls.map((call) => call.node), ...settings.map(({ node }) => node)];
}

/** A framework's helper or flag that sets a determinism switch, as the table of seeders knows it. */
function turnsOnDeterminism(call: Call, seeder: Seeder, file: PythonFile): boolean {
  const asks = (flags: SwitchValues | undefined): boolean =>
    Boolean(flags?.use_deterministic_algorithms) || flags?.cudnn_deterministic === true;
  if (asks(seeder.flags)) return true;
  return (seeder.flagsWhen ?? []).some((when) => {
    const given = file.argument(call, when.argument, when.position);
    const value = given === 'absent' ? when.default : typeof given === 'string' ? undefined : file.constant(given);
    return value === when.equals && asks(when.flags);
  });
}
