/**
 * Answers about programs: what one does to randomness, what it promises, and whether a file is one at all.
 * Today a program is one file; the questions are asked so that files can be joined behind them.
 */
import { Composer } from './effects.ts';
import type { FileEffects } from './events.ts';
import { type Flags, isMlPackage, looksLikeSeeder, type Stream, seederOf } from './knowledge.ts';
import { LIBRARY } from './known-calls.ts';
import { lowerFile } from './lower.ts';
import type { Call, PythonFile } from './model.ts';
import type { Pledge, Span } from './rule.ts';
import type { Settings } from './settings.ts';
import type { Site, Summary } from './summary.ts';

/** Assignments and calls by which a program says that it wants the same bits. */
const CUDNN_DETERMINISTIC = 'torch.backends.cudnn.deterministic';

/** A place in some file of the project, ready to be shown. */
export interface Location extends Span {
  readonly path: string;
}

export class Project {
  readonly file: PythonFile;
  readonly #settings: Settings;
  readonly #sites: ReadonlyMap<string, readonly Span[]>;
  readonly #effects: FileEffects;
  #summary: Summary | null | undefined;
  #promise: Pledge | undefined;
  #isProgram: boolean | undefined;

  constructor(file: PythonFile, settings: Settings) {
    this.file = file;
    this.#settings = settings;
    const { effects, sites } = lowerFile(file);
    this.#effects = effects;
    this.#sites = new Map([[file.path, sites]]);
  }

  /** True for an entry point that reaches a machine-learning library: the only files that seeding rules judge. */
  get isProgram(): boolean {
    this.#isProgram ??= this.#looksLikeProgram();
    return this.#isProgram;
  }

  #looksLikeProgram(): boolean {
    if (isTest(this.file.path) || !reachesMl(this.file)) return false;
    if (hasMainGuard(this.file)) return true;
    if (this.#effects.module.some((event) => event.kind === 'flag')) return true;
    const whole = this.#whole;
    return whole !== null && (Object.keys(whole.exposed).length > 0 || Object.keys(whole.may).length > 0);
  }

  /** What the program does to randomness; null for a file that is no program, or one that can only raise. */
  get summary(): Summary | null {
    return this.isProgram ? this.#whole : null;
  }

  get #whole(): Summary | null {
    if (this.#summary === undefined) {
      const composer = new Composer(new Map([[this.file.path, this.#effects]]), () => null);
      this.#summary = composer.program(this.file.path);
    }
    return this.#summary;
  }

  /** What the program promises itself, as its code or the settings say. A file that is no program promises nothing. */
  get promise(): Pledge {
    this.#promise ??= this.#readPromise();
    return this.#promise;
  }

  #readPromise(): Pledge {
    if (showsDeterminismIntent(this.file)) return 'deterministic';
    if (this.#settings.level !== 'auto' && this.isProgram) return this.#settings.level;
    return this.isProgram && this.file.allCalls.some((call) => seedsSomething(call)) ? 'seeded' : 'none';
  }

  /** Whether `use_deterministic_algorithms(True)` is called: `strict` raises where an operation cannot comply. */
  get deterministicAlgorithms(): 'off' | 'warn' | 'strict' {
    let state: 'off' | 'warn' | 'strict' = 'off';
    for (const call of this.file.calls('torch.use_deterministic_algorithms')) {
      if (!switchesOn(call, this.file)) continue;
      const warnOnly = this.file.argument(call, 'warn_only');
      const isStrict =
        warnOnly === 'absent' || (typeof warnOnly !== 'string' && this.file.constant(warnOnly) === false);
      state = isStrict ? 'strict' : state === 'off' ? 'warn' : state;
    }
    return state;
  }

  /** Where a site of the effects is, in today's text. */
  locate(site: Site): Location {
    const span = this.#sites.get(site.path)?.[site.site] ?? { start: 0, end: 0 };
    return { path: site.path, start: span.start, end: span.end };
  }
}

export function projectOf(file: PythonFile, settings: Settings): Project {
  return new Project(file, settings);
}

export const STREAM_NAMES: Readonly<Record<Stream, string>> = { python: 'random', numpy: 'np.random', torch: 'torch' };

function isTest(path: string): boolean {
  return /(^|[\\/])(tests?[\\/]|test_[^\\/]*\.py$|[^\\/]*_test\.py$|conftest\.py$)/.test(path);
}

export function reachesMl(file: PythonFile): boolean {
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
  // The bare call raises, but whoever wrote it wants determinism.
  const asks = file.calls('torch.use_deterministic_algorithms');
  if (asks.some((call) => file.argument(call, 'mode', 0) === 'absent' || switchesOn(call, file))) return true;
  if (file.calls('torch.set_deterministic_debug_mode').length > 0 || file.calls('torch.set_deterministic').length > 0)
    return true;
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
