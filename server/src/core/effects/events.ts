/**
 * The small language every function body is reduced to: what it does to randomness, in execution order.
 * Plain JSON without positions, so that two versions of a file can be compared; `site` is a key of the spans kept beside it, counted within its function.
 */

import type { Stream } from '../knowledge/tables.ts';
import type { TransformKind } from '../knowledge/transforms.ts';
import type { Constant } from '../python/call.ts';
import type { Span } from '../text/edit.ts';

/** Begins the name of a parameter that the object of a method was made with, and keeps in an attribute. */
export const OF_SELF = 'self.';

/** Stands for the method of a generator where a function is passed one and draws from it. */
export const DRAWS_FROM = 'generator=';

/** What is known of a value where it is passed on; null when nothing is. `home` is the file whose names these are, once the value has left it. */
export type EffectValue =
  | { readonly const: Constant }
  | { readonly parameter: string }
  /** How many elements it has. */
  | { readonly length: EffectValue }
  | FunctionValue
  | InstanceValue
  /** What a call of this function returns, or one item of it; of a dictionary what it has under a key. */
  | { readonly result: string; readonly item?: number; readonly key?: string; readonly home?: string }
  /** A dictionary, of which only what can be called or iterated is known. */
  | { readonly table: Environment }
  | { readonly tuple: readonly EffectValue[] }
  | { readonly oneOf: readonly EffectValue[] }
  | null;

/** The values of parameters at one call. */
export type Environment = Readonly<Record<string, EffectValue>>;

/** The arguments of a call. */
export interface Arguments {
  readonly positional: readonly EffectValue[];
  readonly keywords: Environment;
  /** Arguments were passed by `*` or `**` that cannot be seen. */
  readonly open: boolean;
  /** Whose body the call runs, if it does not run every one: a generator's only once it is iterated. */
  readonly runsOnly?: 'functions' | 'generators';
  /** What is called starts its process anew, if it starts one. */
  readonly startsAnew?: true;
}

/** Something to call, by its name: a function, a class, or what an import brings in. */
export interface FunctionValue {
  readonly function: string;
  /** What `functools.partial` gave it already. */
  readonly given?: Arguments;
  /** Defined in a function, whose parameters it sees. */
  readonly nested?: true;
  readonly closure?: Environment;
  /** What a decorator got: the function itself. */
  readonly bare?: true;
  readonly home?: string;
}

export interface InstanceValue {
  readonly instance: string;
  readonly loader?: Loader;
  /** What it calls when it is called: `Compose([...])`, `nn.Sequential(...)`. */
  readonly parts?: readonly EffectValue[];
  /** What it was made of, as far as that can be called later. */
  readonly made?: Arguments;
  /** Of a generator of random numbers: the function that makes it, empty for the module's body. */
  readonly madeIn?: string;
  /** Of a sampler that shuffles alike in every epoch until it is told which one: the number it has among those of its file. */
  readonly sampler?: number;
  readonly home?: string;
}

/** What iterating a DataLoader does. */
export interface Loader {
  /** The streams that its order comes from. */
  readonly order: readonly Stream[];
  /** A sampler that gives the order, iterated in this process whatever the workers do. */
  readonly sampler: EffectValue;
  /** Its `__getitem__` runs in this process only without workers. */
  readonly dataset: EffectValue;
  readonly workers: 'none' | 'some' | 'unknown';
}

/** How transformed code runs. */
export interface Transformation {
  readonly kind: TransformKind;
  /** Torch's own streams are not put back. */
  readonly preserves?: false;
}

/** A condition that a call can decide. `null` is a condition nobody can. */
export type Guard =
  | { readonly test: 'main' }
  | { readonly test: 'truth'; readonly value: EffectValue }
  | { readonly test: 'none'; readonly value: EffectValue }
  | { readonly test: 'compare'; readonly operator: string; readonly left: EffectValue; readonly right: EffectValue }
  /** An object is known to have been made with one of these for an argument. */
  | { readonly test: 'made'; readonly value: EffectValue; readonly argument: string; readonly in: readonly unknown[] }
  | { readonly test: 'not'; readonly guard: Guard }
  | { readonly test: 'and' | 'or'; readonly guards: readonly Guard[] }
  | null;

export type Event =
  /** `training`: only a module in training mode draws. `isArray`: compiled code draws it from torch's stream. */
  | {
      readonly kind: 'draw';
      readonly stream: Stream;
      readonly training?: true;
      readonly isArray?: true;
      readonly site: string;
    }
  /** Modules are switched to training, or out of it. */
  | { readonly kind: 'mode'; readonly training: boolean }
  | {
      readonly kind: 'seed';
      readonly streams: readonly Stream[];
      readonly value: EffectValue;
      /** True where a `None` seed means fresh entropy, which is no seed. */
      readonly noneIsEntropy: boolean;
      /** It goes back to a saved state. */
      readonly restores?: true;
      readonly site: string;
    }
  /** A call that may seed everything, by its name or by what it takes. */
  | { readonly kind: 'unknown-seeder'; readonly site: string }
  | { readonly kind: 'flag'; readonly name: string; readonly value: EffectValue; readonly site: string }
  | CallEvent
  /** Runs the bodies of these modules, if they are the project's and have not run yet. */
  | { readonly kind: 'import'; readonly modules: readonly string[]; readonly site: string }
  | RunEvent
  /** Calls what a configuration says while it is loaded; null is one that the code does not name. */
  | { readonly kind: 'configure'; readonly file: string | null; readonly site: string }
  /** `maker`: the call that made the value, where it is seen; it runs if it calls a generator. */
  | { readonly kind: 'iterate'; readonly value: EffectValue; readonly maker?: CallEvent; readonly site: string }
  | {
      readonly kind: 'branch';
      readonly guard: Guard;
      /** The condition, where one is written out. */
      readonly site?: string;
      /** Each arm is a program of its own. */
      readonly isChoice?: true;
      readonly body: readonly Event[];
      readonly otherwise: readonly Event[];
    }
  | { readonly kind: 'loop'; readonly body: readonly Event[] }
  | {
      readonly kind: 'try';
      readonly body: readonly Event[];
      readonly handlers: readonly (readonly Event[])[];
      readonly finally: readonly Event[];
    }
  /** The body runs where the context manager that the call makes yields. */
  | { readonly kind: 'with'; readonly call: CallEvent; readonly body: readonly Event[] }
  | { readonly kind: 'yield' }
  /** What is seeded inside does not last: `fork_rng`. */
  | { readonly kind: 'scope'; readonly body: readonly Event[] }
  /** Runs in another process, which a seed of this one reaches only where it is forked. */
  | {
      readonly kind: 'spawn';
      readonly forked: boolean;
      /** It starts up with nothing of the program, not even with what its main file does when it is imported. */
      readonly isElsewhere?: true;
      readonly body: readonly Event[];
      readonly site: string;
    }
  /**
   * Draws inside do not matter: weights that a checkpoint overwrites; or no seed comes too late for them, as something else
   * replaces them. `by`: they do not matter if this function loads a checkpoint.
   */
  | { readonly kind: 'quiet'; readonly isReplaced?: true; readonly by?: LoadedBy; readonly body: readonly Event[] }
  /** The body is compiled, traced, batched or checkpointed; or just that is left out for it. */
  | {
      readonly kind: 'transform';
      readonly how: Transformation | 'untouched';
      /** Nothing runs here: what is called keeps the function for later. */
      readonly isKept?: true;
      readonly body: readonly Event[];
      readonly site: string;
    }
  /** `isAbstract`: it only says that somebody else has to write the body. */
  | { readonly kind: 'never'; readonly isAbstract?: true }
  | { readonly kind: 'return' | 'break' };

/** A function of another file that says it loads weights into what it is passed, by position or keyword. */
export interface LoadedBy {
  readonly function: string;
  readonly parameter: number | string;
  /** Nothing is replaced unless its body loads. */
  readonly isPerhaps?: true;
}

export interface CallEvent extends Arguments {
  readonly kind: 'call';
  /** A dotted name, or a method of a value; `__call__` for the value itself. */
  readonly target: string | { readonly of: EffectValue; readonly method: string };
  /** If the callee cannot be read, it may seed: by its name, or as one that sets a program up and is handed a seed. */
  readonly takesSeed: boolean;
  /** What it returns gets a name: the body of a generator runs when that is iterated. */
  readonly isNamed?: true;
  readonly site: string;
}

/** Runs a file of the workspace in this process, by its path, whether it has run or not; with its main guard, or without. */
export interface RunEvent {
  readonly kind: 'run';
  readonly file: string;
  readonly isMain: boolean;
  readonly site: string;
}

/** `@decorator`, or `@decorator(...)` with its arguments. */
export interface DecoratorEffects {
  readonly name: string;
  readonly given: Arguments | null;
}

export interface ParameterEffects {
  readonly name: string;
  readonly default: EffectValue;
  readonly required: boolean;
  readonly star: '' | '*' | '**';
  readonly keywordOnly: boolean;
}

export interface FunctionEffects {
  readonly parameters: readonly ParameterEffects[];
  /** Outermost first; the ones that nobody can tell are left out. */
  readonly decorators: readonly DecoratorEffects[];
  /** A decorator may pass other arguments than the caller wrote. */
  readonly decorated: boolean;
  /** A generator that is used in a `with` statement. */
  readonly isContext: boolean;
  /** It is read like an attribute, and runs then. */
  readonly isProperty?: true;
  /** A generator: its body runs when what it returns is iterated. */
  readonly isGenerator?: true;
  /** The parameters into which it loads weights. */
  readonly loads?: readonly string[];
  /** How it runs by its decorators or its class. */
  readonly transform?: { readonly how: Transformation | 'untouched'; readonly site: string };
  readonly returns: EffectValue;
  /** Bound to an object: the first parameter is not passed by the caller. */
  readonly method: boolean;
  readonly events: readonly Event[];
}

export interface ClassEffects {
  /** Qualified names; null where nobody can tell. */
  readonly bases: readonly (string | null)[];
  /** Method name to function id. */
  readonly methods: Readonly<Record<string, string>>;
  /** `self.<name>` to what it holds. */
  readonly attributes: Readonly<Record<string, EffectValue>>;
}

/** Functions by their id. Those of a closed file are unpacked when they are asked for. */
export type FunctionTable = Pick<ReadonlyMap<string, FunctionEffects>, 'get' | 'has'> & {
  keys(): Iterable<string>;
};

/** What one file does to randomness: all that a closed file keeps. */
export interface FileEffects {
  /** What the file's imports bind at module level: name to dotted name, relative ones with their dots. */
  readonly exports: Readonly<Record<string, string>>;
  /** Modules imported with `*`. */
  readonly stars: readonly string[];
  /** Every module that any import statement of the file may run. */
  readonly imports: readonly string[];
  readonly module: readonly Event[];
  readonly functions: FunctionTable;
  readonly classes: Readonly<Record<string, ClassEffects>>;
  /** What names of the module body hold. */
  readonly values: Environment;
  /** By the id of a command line app, what it runs when it is called; a group's own function is called before. */
  readonly apps: Readonly<Record<string, readonly Event[]>>;
}

/**
 * Where sites are, by unit (a function's id, empty for the module's body) and in the order in which they were met: the
 * site `#f:1` is the second one in `#f`. Counted so, they stay when something else changes.
 */
export type Places = ReadonlyMap<string, readonly Span[]>;

/** The unit of a site, and which of its places it is. */
export function partsOfSite(site: string): { readonly unit: string; readonly index: number } {
  const colon = site.lastIndexOf(':');
  return { unit: site.slice(0, colon), index: Number.parseInt(site.slice(colon + 1), 10) };
}

/** The rules about draws, which each speak of the first one only, by the letter that stands behind a site whose line ignores them. */
export const SITE_MARKS = { i: 'incomplete-seeding', l: 'late-seed', c: 'unseeded-child-process' } as const;
export type SiteMark = keyof typeof SITE_MARKS;

/** The site with its marks: `#f:1~il`. */
export const markedSite = (site: string, marks: string): string => (marks === '' ? site : `${site}~${marks}`);

/** The marks of a site, none for most. */
export const marksOfSite = (site: string): string => site.slice(site.lastIndexOf('~') + 1 || site.length);

/** The effects and, beside them, where each site is. */
export interface LocatedEffects {
  readonly effects: FileEffects;
  readonly places: Places;
}

/** What stands outside of a file's functions, and where. */
export interface LoweredModule {
  readonly effects: Omit<FileEffects, 'functions'>;
  readonly places: Places;
}

/** What one function does, and where. */
export interface LoweredFunction {
  readonly effects: FunctionEffects;
  /** What its sites stand for, by their numbers. */
  readonly places: readonly Span[];
}

/** One of several arms runs, or else the last one, which may be nothing. */
export function branches(arms: readonly Event[][], otherwise: Event[] = [], isChoice?: true): Event[] {
  const choice = isChoice ? { isChoice } : {};
  return arms.reduceRight<Event[]>(
    (rest, body) => [{ kind: 'branch', guard: null, ...choice, body, otherwise: rest }],
    otherwise,
  );
}

/** Of a call whose arguments nobody sees. */
export const NOTHING_PASSED: Arguments = { positional: [], keywords: {}, open: true };
