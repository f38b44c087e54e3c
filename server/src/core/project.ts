/**
 * A file as part of its programs: whether it is one, what the program does to randomness, and what it promises.
 * Rules ask this; where the answers come from other files they do not have to know.
 */
import { type Determinism, factsOf } from './facts.ts';
import type { Stream } from './knowledge.ts';
import { lowerFile } from './lower.ts';
import type { Call, PythonFile } from './model.ts';
import { buildsModes, isNetwork } from './networks.ts';
import { copyOf, pack } from './packed-file.ts';
import type { Pledge, Span } from './rule.ts';
import type { Settings } from './settings.ts';
import type { Flag, Reached, Site, Summary } from './summary.ts';
import { type IndexedFile, Workspace } from './workspace.ts';

/** A place in some file of the project, ready to be shown. */
export interface Location extends Span {
  readonly path: string;
}

const DETERMINISM_FLAGS = new Set(['torch.use_deterministic_algorithms', 'torch.backends.cudnn.deterministic']);
const PLEDGES: readonly Pledge[] = ['none', 'seeded', 'deterministic'];

export class Project {
  readonly file: PythonFile;
  readonly #settings: Settings;
  readonly #workspace: Workspace;
  #isProgram: boolean | undefined;
  #promise: Pledge | undefined;

  constructor(file: PythonFile, settings: Settings, workspace: Workspace) {
    this.file = file;
    this.#settings = settings;
    this.#workspace = workspace;
  }

  /** True for an entry point that reaches a machine-learning library: the only files that seeding rules judge. */
  get isProgram(): boolean {
    this.#isProgram ??= isProgram(this.#workspace, this.file.path);
    return this.#isProgram;
  }

  get isTest(): boolean {
    return this.#workspace.facts(this.file.path)?.isTest === true;
  }

  /** True where another file of the project imports this one, tests left out. */
  get isImported(): boolean {
    return this.#workspace.importers(this.file.path).size > 0;
  }

  /** True where machine learning is near: in this file, or in a program that reaches it. */
  get reachesMl(): boolean {
    const near = (path: string): boolean => this.#workspace.facts(path)?.reachesMl === true;
    return near(this.file.path) || this.#programs.some((path) => [...this.#workspace.program(path).reached].some(near));
  }

  /** What the program does to randomness; null for a file that is no program, or one that can only raise. */
  get summary(): Summary | null {
    const { summary } = this.#workspace.program(this.file.path);
    if (!this.isProgram || !summary) return null;
    return doesItself(summary) ? summary : { ...summary, exposed: {}, late: {}, children: {} };
  }

  /** What the program promises itself; for a library module, the most that a program which reaches it promises. */
  get promise(): Pledge {
    this.#promise ??= this.#readPromise();
    return this.#promise;
  }

  #readPromise(): Pledge {
    if (this.#workspace.facts(this.file.path)?.showsIntent) return 'deterministic';
    const pledges = this.#programs.map((path) => pledgeOf(this.#workspace, path, this.#settings.level));
    return PLEDGES[Math.max(0, ...pledges.map((pledge) => PLEDGES.indexOf(pledge)))] ?? 'none';
  }

  /** The programs that the file is part of. */
  get #programs(): readonly string[] {
    return this.#workspace.programsReaching(this.file.path).filter((path) => isProgram(this.#workspace, path));
  }

  /** Whether `use_deterministic_algorithms(True)` is called in a program of this file. */
  get deterministicAlgorithms(): Determinism {
    const own = this.#workspace.facts(this.file.path)?.determinism ?? 'off';
    const states = [own, ...this.#programs.flatMap((path) => determinismOf(this.#workspace, path))];
    return states.includes('strict') ? 'strict' : states.includes('warn') ? 'warn' : 'off';
  }

  /** True for a class, by the name it has in this file, that is known to be an `nn.Module`. */
  isNetwork(name: string): boolean {
    return isNetwork(name, this.file.path, this.#workspace);
  }

  /** True for a call that is known to build dropout, batch norm or anything else that `eval()` changes. */
  buildsModes(call: Call): boolean {
    return buildsModes(call, this.file, this.#workspace);
  }

  /** True where this file or one of its programs saves or restores the state of a random generator. */
  get keepsRandomState(): boolean {
    const keeps = (path: string): boolean => this.#workspace.facts(path)?.keepsRandomState === true;
    return (
      keeps(this.file.path) || this.#programs.some((path) => [...this.#workspace.program(path).reached].some(keeps))
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
    if (packageName === 'torch' && this.#settings.torchVersion !== '') return this.#settings.torchVersion;
    return this.#workspace.versionOf(packageName, this.file.path);
  }

  /** Where a site of the effects is, in today's text. */
  locate(site: Site): Location {
    const span = this.#workspace.site(site.path, site.site) ?? { start: 0, end: 0 };
    return { path: site.path, start: span.start, end: span.end };
  }

  /** The place in this file from which something is reached: the thing itself if it is here. */
  anchor(reached: Reached): Location {
    const here = [...reached.via, reached.site].filter((site) => site.path === this.file.path);
    return this.locate(here.at(-1) ?? reached.site);
  }

  /** Another file of the workspace, parsed; null where nobody can read it now. */
  fileAt(path: string): PythonFile | null {
    return path === this.file.path ? this.file : this.#workspace.open(path);
  }
}

/** What the workspace keeps of an open file. Its sites move with the file's nodes. */
export function indexFile(file: PythonFile): IndexedFile {
  return { ...lowerFile(file), facts: factsOf(file) };
}

/** What it keeps of a file that is closed: the same without a node of its tree. */
export function indexClosedFile(file: PythonFile): IndexedFile {
  return { ...pack(lowerFile(file)), facts: copyOf(factsOf(file)) };
}

/** A file as part of a workspace that knows its latest text; alone if there is none. */
export function projectOf(file: PythonFile, settings: Settings, workspace?: Workspace): Project {
  if (workspace) return new Project(file, settings, workspace);
  const alone = new Workspace();
  alone.set(file.path, indexFile(file));
  return new Project(file, settings, alone);
}

function isProgram(workspace: Workspace, path: string): boolean {
  const facts = workspace.facts(path);
  if (!facts || facts.isTest || workspace.importers(path).size > 0) return false;
  const { summary, reached } = workspace.program(path);
  if (![...reached].some((each) => workspace.facts(each)?.reachesMl)) return false;
  // Without a guard the body itself has to do something to randomness.
  const switches = workspace.effects(path)?.module.some((event) => event.kind === 'flag') === true;
  return facts.hasMainGuard || switches || doesItself(summary);
}

/** What happens while modules are imported is not the program's own doing. */
function doesItself(summary: Summary | null): boolean {
  const own = [...Object.values(summary?.exposed ?? {}), ...Object.values(summary?.may ?? {})];
  return own.some((each) => !each.imported);
}

function pledgeOf(workspace: Workspace, path: string, level: Settings['level']): Pledge {
  const facts = workspace.facts(path);
  const { summary } = workspace.program(path);
  if (facts?.showsIntent || summary?.flags.some(asksForDeterminism)) return 'deterministic';
  if (level !== 'auto') return level;
  return facts?.seeds || Object.keys(summary?.may ?? {}).length > 0 ? 'seeded' : 'none';
}

const asksForDeterminism = (flag: Flag): boolean => DETERMINISM_FLAGS.has(flag.name) && flag.value !== false;

function determinismOf(workspace: Workspace, path: string): Determinism[] {
  const own = workspace.facts(path)?.determinism ?? 'off';
  const flags = workspace.program(path).summary?.flags ?? [];
  const set = flags.filter((flag) => flag.name === 'torch.use_deterministic_algorithms' && flag.value !== false);
  return [own, ...set.map((flag): Determinism => (flag.value === 'warn' ? 'warn' : 'strict'))];
}
