/**
 * The small language every function body is reduced to: what it does to randomness, in execution order.
 * Plain JSON without positions, so that two versions of a file can be compared; `site` is a key of the spans kept beside it, counted within its function.
 */
import type { Stream } from './knowledge.ts';
import type { Constant } from './model.ts';
import type { Span } from './rule.ts';

/** What is known of a value where it is passed on; null when nothing is. */
export type Value =
  | { readonly const: Constant }
  | { readonly parameter: string }
  /** `home` is the file whose names these are, once the value has left it. */
  | { readonly function: string; readonly home?: string }
  | { readonly instance: string; readonly loader?: Loader; readonly home?: string }
  | null;

/** What iterating a DataLoader does. */
export interface Loader {
  /** Its order comes from the global torch generator. */
  readonly shuffles: boolean;
  /** The class of a sampler that gives the order, iterated in this process whatever the workers do. */
  readonly sampler: string | null;
  /** The dataset's class; its `__getitem__` runs in this process only without workers. */
  readonly dataset: string | null;
  readonly workers: 'none' | 'some' | 'unknown';
}

/** A condition that a call can decide. `null` is a condition nobody can. */
export type Guard =
  | { readonly test: 'main' }
  | { readonly test: 'truth'; readonly value: Value }
  | { readonly test: 'none'; readonly value: Value }
  | { readonly test: 'compare'; readonly operator: string; readonly left: Value; readonly right: Value }
  | { readonly test: 'not'; readonly guard: Guard }
  | { readonly test: 'and' | 'or'; readonly guards: readonly Guard[] }
  | null;

export type Event =
  | { readonly kind: 'draw'; readonly stream: Stream; readonly site: string }
  | {
      readonly kind: 'seed';
      readonly streams: readonly Stream[];
      readonly value: Value;
      /** True where a `None` seed means fresh entropy, which is no seed. */
      readonly noneIsEntropy: boolean;
      readonly site: string;
    }
  /** A call that may seed everything, by its name or by what it takes. */
  | { readonly kind: 'unknown-seeder'; readonly site: string }
  | { readonly kind: 'flag'; readonly name: string; readonly value: Value; readonly site: string }
  | {
      readonly kind: 'call';
      readonly target: string | { readonly parameter: string };
      readonly positional: readonly Value[];
      readonly keywords: Readonly<Record<string, Value>>;
      /** Arguments were passed by `*` or `**` that cannot be seen. */
      readonly open: boolean;
      /** Somebody named an argument after a seed: if the callee cannot be read, it may seed. */
      readonly takesSeed: boolean;
      readonly site: string;
    }
  /** Runs the bodies of these modules, if they are the project's and have not run yet. */
  | { readonly kind: 'import'; readonly modules: readonly string[]; readonly site: string }
  | { readonly kind: 'iterate'; readonly value: Value; readonly site: string }
  | {
      readonly kind: 'branch';
      readonly guard: Guard;
      /** The condition, where one is written out. */
      readonly site?: string;
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
  /** What is seeded inside does not last: `fork_rng`. */
  | { readonly kind: 'scope'; readonly body: readonly Event[] }
  /** Runs in another process, which a seed of this one reaches only where it is forked. */
  | { readonly kind: 'spawn'; readonly forked: boolean; readonly body: readonly Event[]; readonly site: string }
  /** Draws inside do not matter: weights that a checkpoint overwrites. */
  | { readonly kind: 'quiet'; readonly body: readonly Event[] }
  | { readonly kind: 'return' | 'never' | 'break' };

export interface ParameterEffects {
  readonly name: string;
  readonly default: Value;
  readonly required: boolean;
  readonly star: '' | '*' | '**';
  readonly keywordOnly: boolean;
}

export interface FunctionEffects {
  readonly parameters: readonly ParameterEffects[];
  /** A decorator may pass other arguments than the caller wrote. */
  readonly decorated: boolean;
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
  readonly attributes: Readonly<Record<string, Value>>;
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
}

/** The effects and, beside them, where each site is. */
export interface LocatedEffects {
  readonly effects: FileEffects;
  readonly sites: ReadonlyMap<string, Span>;
}

/** One of several arms runs, or none. */
export function alternatives(arms: readonly Event[][]): Event[] {
  return arms.reduceRight<Event[]>((rest, body) => [{ kind: 'branch', guard: null, body, otherwise: rest }], []);
}
