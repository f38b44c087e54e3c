/**
 * A file as part of its programs: whether it is one, what the program does to randomness, and what it promises.
 * Rules ask this; where the answers come from other files they do not have to know.
 */

import type {
  Constructor,
  Determinism,
  Location,
  LostStates,
  NamedVersion,
  PassedInitializer,
  Project,
  SetSwitch,
  SetVersion,
} from '../contract/project.ts';
import { PROMISES, type ProgramPromise } from '../contract/severity.ts';
import type { EffectValue, Event } from '../effects/events.ts';
import type { Reached, Site, Summary, TransformedDraw } from '../effects/summary.ts';
import { ALGORITHMS, CUDNN_DETERMINISTIC } from '../knowledge/calls.ts';
import { namesFor } from '../knowledge/names.ts';
import { type Stream, torchvisionFor } from '../knowledge/tables.ts';
import { vocabularyOf } from '../lowering/own-functions.ts';
import { mayDrawTransformed } from '../lowering/transforms.ts';
import { argumentsTaken } from '../operations/gradients.ts';
import type { Call } from '../python/call.ts';
import { Evaluator } from '../python/evaluator.ts';
import { type Node, openFile, type PythonFile } from '../python/file.ts';
import { inMainGuard } from '../python/main-guard.ts';
import { isPlainFunction, outermostFunction } from '../python/mentions.ts';
import { lostStates } from '../seeding/rng-states.ts';
import type { Settings } from '../settings/settings.ts';
import { isDataset, isIterable, isPlainLoader, isUnsplit } from './ancestors.ts';
import { runsItself } from './demos.ts';
import { elsewhere } from './elsewhere.ts';
import type { FileFacts } from './facts.ts';
import { indexFile } from './indexed-file.ts';
import { buildsModes, isNetwork, nameBuildsModes } from './networks.ts';
import { type Answers, OneForAll } from './one-for-all.ts';
import { positionOf } from './unseen-project.ts';
import { Workspace } from './workspace.ts';

const TORCH = namesFor('torch');

export class WorkspaceProject extends OneForAll implements Answers {
  readonly #path: string;
  readonly #settings: Settings;
  readonly #workspace: Workspace;
  readonly #open: () => PythonFile;
  #file: PythonFile | undefined;
  #values: Evaluator | undefined;
  #isProgram: boolean | undefined;
  #promise: ProgramPromise | undefined;
  #transformed: readonly TransformedDraw[] | undefined;
  #entries: readonly string[] | undefined;
  #paths: ReadonlySet<string> | undefined;

  /** The file is opened once something is asked that its text decides. */
  constructor(path: string, settings: Settings, workspace: Workspace, open: () => PythonFile) {
    super();
    this.#path = path;
    this.#settings = settings;
    this.#workspace = workspace;
    this.#open = open;
  }

  get file(): PythonFile {
    this.#file ??= this.#workspace.see(this.#open());
    return this.#file;
  }

  /** What the file's expressions may stand for, and where its values go, through the project's other files too. */
  get values(): Evaluator {
    this.#values ??= new Evaluator(this.file, elsewhere(this.#workspace));
    return this.#values;
  }

  /** True for an entry point that reaches a machine-learning library: the only files that seeding rules judge. */
  get isProgram(): boolean {
    this.#isProgram ??= isProgram(this.#workspace, this.#path);
    return this.#isProgram;
  }

  /** The functions of this file that the project installs as commands, by which it is run. */
  get commands(): readonly string[] {
    const { ids } = this.#workspace.commands(this.#path);
    const { functions, apps = {} } = this.#workspace.effects(this.#path) ?? {};
    // An app that is no function itself stands for what it runs.
    return ids.flatMap((id) => (functions?.has(id) ? id : callsIn(apps[id] ?? [])));
  }

  get isTest(): boolean {
    return this.#workspace.facts(this.#path)?.isTest === true;
  }

  /** True where another file of the project imports this one, tests left out. */
  get isImported(): boolean {
    return this.#workspace.importers(this.#path).size > 0;
  }

  /** True where machine learning is near: in this file, or in a program that reaches it. */
  get reachesMl(): boolean {
    const own = this.#workspace.facts(this.#path)?.reachesMl === true;
    return own || this.#programFacts.some((facts) => facts.reachesMl);
  }

  /** What the program does to randomness; null for a file that is no program, or one that can only raise. */
  get summary(): Summary | null {
    if (!this.isProgram) return null;
    const { summary } = this.#workspace.program(this.#path);
    if (!summary) return null;
    return doesItself(summary) ? summary : { ...summary, exposed: {}, late: {}, children: {} };
  }

  /**
   * True for a program with more ways through it than are followed, and, as soon as somebody has asked for one, for a file with a
   * value that goes more ways: it is judged by what is certain.
   */
  get isCut(): boolean {
    return this.#values?.isCut === true || (this.isProgram && this.#workspace.program(this.#path).isCut);
  }

  /** What the program promises itself; for a library module, the most that a program which reaches it promises. */
  get promise(): ProgramPromise {
    this.#promise ??= this.#readPromise();
    return this.#promise;
  }

  #readPromise(): ProgramPromise {
    const programs = this.#programs;
    const own = this.#workspace.facts(this.#path)?.asksDeterminism ?? 'none';
    // In a library that no program reaches, whatever is written counts.
    if (own === 'hidden' || (own === 'shown' && programs.length === 0)) return 'deterministic';
    const promises = programs.map((path) => promiseOf(this.#workspace, path, this.#settings.level));
    return PROMISES[Math.max(0, ...promises.map((promise) => PROMISES.indexOf(promise)))] ?? 'none';
  }

  /** True for a program, and for a module that one reaches. */
  get isInProgram(): boolean {
    if (this.#entries) return this.#entries.length > 0;
    return this.#workspace.programsReaching(this.#path).some((each) => isProgram(this.#workspace, each));
  }

  /** The programs that the file is part of. */
  get #programs(): readonly string[] {
    this.#entries ??= programsOf(this.#workspace, this.#path);
    return this.#entries;
  }

  /** How `use_deterministic_algorithms` stands when a program of this file has run; the most that any of them asks for. */
  get deterministicAlgorithms(): Determinism {
    const programs = this.#programs;
    const states = programs.flatMap((path) => determinismOf(this.#workspace, path));
    const own = this.#workspace.facts(this.#path);
    if (own) states.push(programs.length === 0 ? own.determinism : own.hiddenDeterminism);
    return states.includes('strict') ? 'strict' : states.includes('warn') ? 'warn' : 'off';
  }

  /** Whether `cudnn.deterministic` may be on in a program of this file. */
  get deterministicCudnn(): boolean {
    return this.#programFacts.some((facts) => facts.deterministicCudnn);
  }

  /** Where a program of this file switches deterministic algorithms on; null where that cannot be told. */
  get determinismSwitch(): Location | null {
    const summaries = this.#programs.map((path) => this.#workspace.program(path).summary);
    const settings = summaries.flatMap((summary) => summary?.flags[ALGORITHMS]?.settings ?? []);
    const on = settings.find(({ value }) => value !== false);
    if (on) return this.locate(on.site);
    for (const path of this.#programPaths) {
      // Functions of closed files are unpacked one by one, so only files with the switch are searched.
      if (this.#workspace.facts(path)?.determinism !== 'strict') continue;
      const { module = [], functions } = this.#workspace.effects(path) ?? {};
      const bodies = [module, ...[...(functions?.keys() ?? [])].map((id) => functions?.get(id)?.events ?? [])];
      const site = bodies.map(switchIn).find((each) => each !== null);
      if (site) return this.locate({ path, site });
    }
    return null;
  }

  /** Where the switches of this name stand when the programs of this file have run: the last settings on all paths. */
  settingsOf(name: string): readonly SetSwitch[] {
    const summaries = this.#programs.map((path) => this.#workspace.program(path).summary);
    return summaries.flatMap((summary) => {
      const { must = false, settings = [] } = summary?.flags[name] ?? {};
      const isSure = must && settings.length === 1;
      return settings.map(({ site, value }) => ({ ...this.locate(site), value, isSure }));
    });
  }

  /** Whether a program of this file runs a place in it; undefined where nobody can tell, as a framework may. */
  runs(place: Node): boolean | undefined {
    // What stands in the main guard of a module runs where the module is run itself.
    if (!this.#programs.includes(this.#path) && inMainGuard(place, this.file)) return false;
    const owner = outermostFunction(place, this.file);
    const programs = this.#programs.map((path) => this.#workspace.program(path));
    if (!owner) return programs.some(({ reached }) => reached.has(this.#path)) ? true : undefined;
    const name = `${this.#path}\0${owner.id}`;
    if (programs.some(({ entered }) => entered.has(name))) return true;
    // The workers of a loader run it.
    if (this.passedInitializers.some(({ id }) => id === owner.id)) return true;
    return isPlainFunction(owner, this.file) ? false : undefined;
  }

  /** Where programs of this file iterate, in a loop, what one of its samplers shuffles alike in every round. */
  roundsOf(number: number): readonly Location[] {
    const rounds = this.#programs.flatMap((path) => this.#workspace.program(path).summary?.rounds ?? []);
    const own = rounds.filter(({ sampler }) => sampler.path === this.#path && sampler.number === number);
    return own.map(({ site }) => this.locate(site));
  }

  /** True where a file of its programs tells a sampler the epoch, or has a library do it. */
  get tellsEpoch(): boolean {
    return this.#programFacts.some((facts) => facts.tellsEpoch);
  }

  /** What a call of a function or method of the project does to randomness; null where nobody can read it. */
  callOf(name: string): Summary | null {
    return this.#workspace.call(name, this.#path);
  }

  /** The parameters of a class's constructor, and the attributes that keep them as they are. */
  constructorOf(name: string): Constructor | null {
    const { path, name: id } = this.#place(name);
    const effects = this.#workspace.effects(path);
    const known = effects?.classes[id];
    const init = known && effects.functions.get(known.methods.__init__ ?? '');
    if (!init) return null;
    const keepers: Record<string, string> = {};
    for (const [attribute, value] of Object.entries(known.attributes)) {
      if (value && 'parameter' in value) keepers[value.parameter] ??= attribute;
    }
    return { parameters: init.parameters.slice(1).map((each) => each.name), keepers };
  }

  /** The library whose augmentation pipeline a function of the project returns. */
  returnedPipeline(name: string): string | null {
    const { path, name: id } = this.#place(name);
    return this.#workspace.facts(path)?.pipelines[id] ?? null;
  }

  /** The augmentation pipeline that a class of the project makes for itself. */
  keptPipeline(name: string): { readonly attribute: string; readonly library: string } | null {
    const { path, name: id } = this.#place(name);
    const kept = Object.entries(this.#workspace.facts(path)?.pipelines ?? {});
    const [found] = kept.filter(([key]) => key.startsWith(`${id}.`) && !key.slice(id.length + 1).includes('.'));
    return found ? { attribute: found[0].slice(id.length + 1), library: found[1] } : null;
  }

  /** The draws of this file that happen in transformed code, whichever file transforms it. */
  get transformedDraws(): readonly TransformedDraw[] {
    this.#transformed ??= mayDrawTransformed(this.file) ? this.#findTransformed() : [];
    return this.#transformed;
  }

  /** The files that transform code, and may lead to this one. */
  get transformers(): readonly string[] {
    return transformers(this.#workspace, this.#path, this.#programPaths);
  }

  #findTransformed(): readonly TransformedDraw[] {
    const path = this.#path;
    const transforming = this.transformers;
    if (transforming.length === 0) return [];
    const found = [
      ...this.#programs.flatMap((each) => this.#workspace.program(each).transformed),
      ...transforming.flatMap((each) => this.#workspace.visited(each)),
    ];
    const own = found.filter(({ site, by, isPutBack }) => (isPutBack ? by : site).path === path);
    const keyOf = ({ site, by, isPutBack }: TransformedDraw): string => (isPutBack ? by : site).site;
    return [...new Map(own.reverse().map((each) => [keyOf(each), each])).values()].reverse();
  }

  #place(name: string): { readonly path: string; readonly name: string } {
    const here = { path: this.#path, name };
    return name.startsWith('#') ? here : (this.#workspace.locate(name, this.#path) ?? here);
  }

  /** Facts of the files of the programs this one is part of, itself included. */
  get #programFacts(): readonly FileFacts[] {
    return [...this.#programPaths].flatMap((path) => this.#workspace.facts(path) ?? []);
  }

  get #programPaths(): ReadonlySet<string> {
    this.#paths ??= pathsWith(this.#workspace, this.#path, this.#programs);
    return this.#paths;
  }

  /** True where a program of this file runs in several processes at once, which a rank tells apart. */
  get hasRanks(): boolean {
    return this.#programFacts.some((facts) => facts.joinsGroup);
  }

  /** True where a file of the programs this one is part of names a CUDA device, or asks something of one. */
  get usesCuda(): boolean {
    return this.#programFacts.some((facts) => facts.usesCuda);
  }

  /** True where a file of the programs this one is part of measures how long code takes that runs again and again. */
  get timesCode(): boolean {
    const all = this.#programFacts;
    if (all.some((facts) => facts.timesCode)) return true;
    // Epochs are timed as well, and who trains may be a helper that nobody can read.
    const isForTheClock = all.some((facts) => facts.evaluates) && !all.some((facts) => facts.saves);
    return isForTheClock && all.some((facts) => facts.timesRounds);
  }

  /** True where one of them may set cuBLAS’s environment variable, itself or by a helper that does. */
  get setsCublas(): boolean {
    return this.#programFacts.some((facts) => facts.setsCublas);
  }

  /** True where a Dockerfile, a shell file or the like may set cuBLAS's environment variable. */
  get environmentSetsCublas(): boolean {
    return this.#workspace.setsCublas;
  }

  /** True for a class, by the name it has in this file, that is known to be an `nn.Module`. */
  isNetwork(name: string): boolean {
    return isNetwork(name, this.#path, this.#workspace);
  }

  /** True for a class, by the name it has in this file, that makes a loader and passes on what it is given. */
  isPlainLoader(name: string): boolean {
    return isPlainLoader(name, this.#path, this.#workspace);
  }

  /** True for a class, by the name it has in this file, that is known to be a Dataset. */
  isDataset(name: string): boolean {
    return isDataset(name, this.#path, this.#workspace);
  }

  /** True for a class, by the name it has in this file, that is an iterable dataset of torch's. */
  isIterable(name: string): boolean {
    return isIterable(name, this.#path, this.#workspace);
  }

  /** True for such a class whose `__iter__` hands out what it holds, and neither it nor what it calls asks for its worker. */
  isUnsplit(name: string): boolean {
    return this.isIterable(name) && isUnsplit(name, this.#path, this.#workspace);
  }

  /** For a function of this file: whether the project's other files call it only without a gradient; null if none does. */
  callsElsewhere(id: string): boolean | null {
    return this.isInProgram ? this.#workspace.callsElsewhere(this.#path, id) : null;
  }

  /** The same of a method, also where other files call one of that name on an object of which nobody can tell the class. */
  callsMethodElsewhere(id: string): boolean | null {
    const info = this.file.functionOf(id);
    if (!this.isInProgram || !info) return false;
    return this.#workspace.callsMethodElsewhere(this.#path, id, argumentsTaken(info));
  }

  /** Whether other files pass what has a gradient for a parameter of a function of this file; null if none is seen to call it. */
  passesGradient(id: string, parameter: string): boolean | null {
    const info = this.file.functionOf(id);
    if (!info) return null;
    return this.#workspace.passesGradient(this.#path, id, parameter, positionOf(info, parameter));
  }

  /** True where another file that imports this one, or is part of its programs, fills parameters that it does not name. */
  get fillsParametersElsewhere(): boolean {
    const path = this.#path;
    const others = new Set([...this.#workspace.importers(path), ...this.#programPaths]);
    for (const each of others) for (const importer of this.#workspace.importers(each)) others.add(importer);
    others.delete(path);
    return [...others].some((other) => this.#workspace.facts(other)?.fillsParameters === true);
  }

  /** False for a program, or a module of programs only, of which no file takes gradients in a way anybody sees. */
  get takesGradients(): boolean {
    const paths = this.#programPaths;
    // What draws nothing is no program to us; it runs all the same where its own body runs its functions.
    const isRun = this.isInProgram || (!this.isImported && runsItself(this.file));
    if (!isRun || (this.isInProgram && paths.size === 0)) return true;
    return [this.#path, ...paths].some((path) => this.#workspace.facts(path)?.takesGradients !== false);
  }

  /** True for a call that is known to build dropout, batch norm or anything else that `eval()` changes. */
  buildsModes(call: Call): boolean {
    return buildsModes(call, this.file, (name) => nameBuildsModes(name, this.#path, this.#workspace));
  }

  /** The functions of this file, by their names in it, that loaders of other files pass to their workers. */
  get passedInitializers(): readonly (PassedInitializer & { readonly id: string })[] {
    return passedInitializers(this.#workspace, this.#path, this.#programPaths);
  }

  /** What this file and its programs leave out of the states of random generators that they save and restore. */
  get lostStates(): LostStates {
    const files = [...this.#programPaths].flatMap((path) => {
      const states = this.#workspace.facts(path)?.randomStates;
      return states ? [{ path, states }] : [];
    });
    return lostStates(files, (name, path) => name === '' || this.#workspace.locate(name, path) === null);
  }

  /** True where this file and its programs go on with the states of the global generators, and seed no epoch or step anew. */
  get goesOnWithStates(): boolean {
    const all = this.#programFacts.map((facts) => facts.randomStates);
    return all.some(({ ofGlobals }) => ofGlobals) && !all.some(({ seedsAnew }) => seedsAnew);
  }

  /** True where this file or one of its programs makes a checkpoint that training can go on from. */
  get makesCheckpoint(): boolean {
    return this.#programFacts.some((facts) => facts.makesCheckpoint);
  }

  /** True where the training of this file or one of its programs goes on from a checkpoint. */
  get resumes(): boolean {
    return this.#programFacts.some((facts) => facts.resumes);
  }

  /** True where another file of a program of this one trains, or switches the mode of something. */
  get isModeSetElsewhere(): boolean {
    return [...this.#programPaths].some(
      (path) => path !== this.#path && this.#workspace.facts(path)?.setsMode === true,
    );
  }

  /** The streams that a program of this file draws from or seeds. */
  get streams(): ReadonlySet<Stream> {
    const summaries = this.#programs.map((path) => this.#workspace.program(path).summary);
    return new Set(
      summaries.flatMap(
        (summary) => Object.keys({ ...summary?.exposed, ...summary?.may, ...summary?.late }) as Stream[],
      ),
    );
  }

  /** The version of a package the program runs with, by its name on PyPI; null where nothing says, which is the newest. */
  versionOf(packageName: string): string | null {
    const version = this.versionSource(packageName)?.version ?? null;
    if (version !== null || packageName !== 'torchvision') return version;
    const torch = this.versionOf('torch');
    return torch === null ? null : torchvisionFor(torch);
  }

  /** The same with what says so: a manifest, or the setting; null where nothing does. */
  versionSource(packageName: string): NamedVersion | SetVersion | null {
    const { torchVersion } = this.#settings;
    if (packageName === 'torch' && torchVersion !== '') return { version: torchVersion, setting: 'torchVersion' };
    return this.#workspace.manifests.versionOf(packageName, this.#path);
  }

  /** Where a site of the effects is, in today's text. */
  locate(site: Site): Location {
    const span = this.#workspace.site(site.path, site.site) ?? { start: 0, end: 0 };
    return { path: site.path, start: span.start, end: span.end };
  }

  /** The place in this file from which something is reached: the thing itself if it is here. */
  anchor(reached: Reached): Location {
    const here = [...reached.via, reached.site].filter((site) => site.path === this.#path);
    return this.locate(here.at(-1) ?? reached.site);
  }

  /** Another file of the workspace, parsed; null where nobody can read it now. */
  fileAt(path: string): PythonFile | null {
    if (path === this.#path) return this.file;
    const other = this.#workspace.open(path);
    return other && this.#workspace.see(other);
  }
}

/** A file as part of a workspace that knows its latest text; alone if there is none. */
export function projectOf(file: PythonFile, settings: Settings, workspace?: Workspace): Project {
  return projectAround(file, settings, workspace ?? aloneOf(file, settings));
}

/** The same with all that only a workspace can tell. */
export const projectAround = (file: PythonFile, settings: Settings, workspace: Workspace): WorkspaceProject =>
  new WorkspaceProject(file.path, settings, workspace, () => file);

/** A workspace of a single file. */
export function aloneOf(file: PythonFile, settings: Settings): Workspace {
  const alone = new Workspace();
  alone.set(file.path, indexFile(file, vocabularyOf(settings)));
  alone.open = (path) => (path === file.path ? openFile(path, file.notebook ?? file.text) : null);
  return alone;
}

/** True for an entry point that reaches a machine-learning library. What only its composed paths tell is asked last. */
export function isProgram(workspace: Workspace, path: string): boolean {
  const facts = workspace.facts(path);
  const isCommand = workspace.commands(path).ids.length > 0;
  if (!facts || facts.isTest || (isForOthers(workspace, path) && !isCommand)) return false;
  // Without a guard the body itself has to do something to randomness, or to torch's switches.
  const isMeant = facts.hasMainGuard || facts.fitsAtTop || isCommand;
  const does = isMeant ? null : workspace.doesItself(path);
  if (does && does.streams.length === 0 && does.switches.length === 0) return false;
  if (!facts.reachesMl && !someReachesMl(workspace.program(path).reached, workspace)) return false;
  // Where it draws and does nothing itself, what it imports has seeded all that it draws.
  const isKnown = isMeant || does?.switches.some(TORCH.has) === true || (does?.draws.length ?? 0) > 0;
  return isKnown || doesItself(workspace.program(path).summary);
}

/** One of the first mostly does: each of many files asks for each of many programs. */
function someReachesMl(paths: Iterable<string>, workspace: Workspace): boolean {
  for (const path of paths) if (workspace.facts(path)?.reachesMl) return true;
  return false;
}

/** The programs that a file is part of; the notebooks among them where it is part of no other. */
function programsOf(workspace: Workspace, path: string): readonly string[] {
  const programs = workspace.programsReaching(path).filter((each) => isProgram(workspace, each));
  const files = programs.filter((each) => each === path || workspace.facts(each)?.isNotebook !== true);
  return files.length > 0 ? files : programs;
}

/** What several programs run, by what the first of them runs: the files of a package ask for the same programs, one after the other. */
const unions = new WeakMap<
  ReadonlySet<string>,
  { readonly of: readonly ReadonlySet<string>[]; readonly all: ReadonlySet<string> }
>();

/** The file, and all that its programs run. */
function pathsWith(workspace: Workspace, path: string, programs: readonly string[]): ReadonlySet<string> {
  const of = programs.map((each) => workspace.program(each).reached);
  const [first] = of;
  if (!first) return new Set([path]);
  let known = unions.get(first);
  if (known?.of.length !== of.length || !of.every((each, i) => each === known?.of[i])) {
    const all = new Set<string>();
    for (const each of of) for (const reached of each) all.add(reached);
    known = { of, all };
    unions.set(first, known);
  }
  return known.all.has(path) ? known.all : new Set([path, ...known.all]);
}

/** Files that transform code, and may lead to this one. */
function transformers(workspace: Workspace, path: string, programPaths: ReadonlySet<string>): string[] {
  const importers = new Set([path]);
  for (const each of importers) for (const other of workspace.importers(each)) importers.add(other);
  return [...new Set([...importers, ...programPaths])].filter(
    (each) => (workspace.facts(each)?.transforming.length ?? 0) > 0,
  );
}

/** The functions of a file that loaders of others pass to their workers. */
function passedInitializers(workspace: Workspace, path: string, programPaths: ReadonlySet<string>) {
  const others = new Set([...workspace.importers(path), ...programPaths]);
  others.delete(path);
  return [...others].flatMap((other) =>
    (workspace.facts(other)?.passedInitializers ?? []).flatMap((passed) => {
      const found = workspace.locate(passed.name, other);
      return found?.path === path ? [{ ...passed, id: found.name }] : [];
    }),
  );
}

/** The file is imported, or shows in a demo what it has for others; those may find it by a name in a configuration. */
function isForOthers(workspace: Workspace, path: string): boolean {
  const facts = workspace.facts(path);
  if (workspace.importers(path).size > 0) return facts?.hasCommandLine !== true;
  if (facts?.isDemo !== true) return false;
  return [...workspace.paths].some((each) => {
    const other = workspace.facts(each);
    return other?.reachesMl === true && !other.isDemo && !other.isTest;
  });
}

/** What happens while modules are imported is not the program's own doing. */
function doesItself(summary: Summary | null): boolean {
  const own = [...Object.values(summary?.exposed ?? {}), ...Object.values(summary?.may ?? {})];
  return own.some((each) => !each.imported);
}

function promiseOf(workspace: Workspace, path: string, level: Settings['level']): ProgramPromise {
  const facts = workspace.facts(path);
  const { summary } = workspace.program(path);
  const isShown = summary ? asksForDeterminism(summary) : facts?.asksDeterminism === 'shown';
  if (facts?.asksDeterminism === 'hidden' || isShown) return 'deterministic';
  if (level !== 'auto') return level;
  return facts?.seeds || Object.keys(summary?.may ?? {}).length > 0 ? 'seeded' : 'none';
}

/** Somewhere the program turns a switch on; that it is off again at the end takes back no promise. */
const asksForDeterminism = ({ flags }: Summary): boolean =>
  flags[ALGORITHMS]?.asked === true || flags[CUDNN_DETERMINISTIC]?.asked === true;

/** The site of the first event that switches deterministic algorithms on. */
function switchIn(events: readonly Event[]): string | null {
  for (const event of events) {
    if (event.kind === 'flag' && event.name === ALGORITHMS && !isOff(event.value)) return event.site;
    const inner = [
      ...('body' in event ? event.body : []),
      ...('otherwise' in event ? event.otherwise : []),
      ...('handlers' in event ? [...event.handlers.flat(), ...event.finally] : []),
    ];
    const site = switchIn(inner);
    if (site) return site;
  }
  return null;
}

/** The names of all that is called, on whichever branch. */
const callsIn = (events: readonly Event[]): string[] =>
  events.flatMap((event) => {
    if (event.kind === 'branch') return callsIn([...event.body, ...event.otherwise]);
    return event.kind === 'call' && typeof event.target === 'string' ? event.target : [];
  });

const isOff = (value: EffectValue): boolean => value !== null && 'const' in value && value.const === false;

function determinismOf(workspace: Workspace, path: string): Determinism[] {
  const { summary } = workspace.program(path);
  const facts = workspace.facts(path);
  if (!summary) return facts ? [facts.determinism] : [];
  const settings = summary.flags[ALGORITHMS]?.settings ?? [];
  return settings.map(({ value }): Determinism => (value === false ? 'off' : value === 'warn' ? 'warn' : 'strict'));
}
