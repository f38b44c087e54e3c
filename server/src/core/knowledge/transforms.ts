/** What is known about calls that run a function in another way than it is written: compiled, traced, recomputed. */
import table from '../../../data/transforms.json' with { type: 'json' };
import type { Phrase } from '../text/language.ts';
import { canonical, type Stream, type Where } from './tables.ts';

/**
 * How: `compile` traces tensors and keeps Python's objects; `trace` runs the body once for all calls; `rows` once for
 * all rows of a batch, `steps` once for all rounds of a loop; `checkpoint` runs it again in the backward pass.
 */
export type TransformKind = 'compile' | 'trace' | 'rows' | 'steps' | 'checkpoint';

/** A call or decorator that transforms a function. */
export interface Transform {
  readonly kind: TransformKind;
  /** What it transforms; a method without it transforms what it is called on. */
  readonly function?: Where;
  /** It does nothing where this argument has one of these values. */
  readonly off?: Where & { readonly in: readonly unknown[] };
  /** It runs the function itself, with the arguments behind it or with what nobody sees; without this it returns a function. */
  readonly passes?: 'arguments' | 'nothing';
  /** How many parts a sequence of functions is cut into; the last part is not recomputed. */
  readonly segments?: Where;
  /** Torch's own streams are put back unless this is false. */
  readonly preserves?: Where;
}

/** A class whose objects are generators of random numbers. */
export interface GeneratorClass {
  readonly name: string;
  readonly stream: Stream;
  /** Methods after which it gives known numbers. */
  readonly reseeds: readonly string[];
  /** Draws whose number compiled code keeps from its trace. */
  readonly frozen: readonly string[];
  /** Methods that draw; a `torch.Generator` is drawn from by functions that are passed it. */
  readonly draws: readonly string[];
  /** Methods that put what they are passed into another order, and methods that return it so. */
  readonly shuffles: readonly string[];
  readonly permutes: readonly string[];
}

/** A function that puts what it is passed into another order, or returns it so. */
export interface Shuffle {
  readonly name: string;
  readonly stream: Stream;
  readonly inPlace: boolean;
}

type Named = { readonly name: string; readonly aliases?: readonly string[] };

const byName = <T extends Named>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [canonical(name), row] as const)));

const TRANSFORMS = byName(table.transforms as unknown as readonly (Transform & Named)[]);
const METHODS = new Map(
  (table.methods as unknown as readonly (Transform & { method: string })[]).map((row) => [row.method, row]),
);
const BASES = byName(table.bases as readonly (Named & { readonly kind: string })[]);
const UNTOUCHED = byName(table.untouched);
const GENERATORS = byName(table.generators as readonly (GeneratorClass & Named)[]);
const SHUFFLES = byName(table.shuffles as readonly Shuffle[]);
const ARRAYS = new Map(table.arrays.map(({ name, size }) => [name, size]));

/** The transform that a function of this name is. */
export const transformNamed = (name: string): Transform | undefined => TRANSFORMS.get(name);

/** The transform that a method of this name is, whatever object it belongs to. */
export const transformingMethod = (method: string): Transform | undefined => METHODS.get(method);

/** True for a class whose subclasses checkpoint their own `forward`. */
export const checkpointsItself = (base: string): boolean => BASES.has(base);

/** True for what keeps a function as it is within transformed code. */
export const leavesUntouched = (name: string): boolean => UNTOUCHED.has(name);

/** The class of the generator that a call of this name makes. */
export const generatorMadeBy = (name: string): GeneratorClass | undefined => GENERATORS.get(name);

/** The methods of any generator that draw from it. */
export const DRAWING_METHODS: ReadonlySet<string> = new Set([...GENERATORS.values()].flatMap(({ draws }) => draws));

/** Where a function of numpy takes the size whose presence makes compiled code draw it from torch's stream. */
export const arraySizeOf = (name: string): number | undefined => ARRAYS.get(name);

/** The shuffle that a function of this name is. */
export const shuffleNamed = (name: string): Shuffle | undefined => SHUFFLES.get(name);

/** A sentence or two of Markdown, and where to read more. */
export interface Note {
  readonly note: Phrase;
  readonly source: string;
}

const NOTES: ReadonlyMap<string, Note> = new Map(
  (table.notes as unknown as readonly (Note & { readonly names: readonly string[] })[]).flatMap((row) =>
    row.names.map((name) => [canonical(name), row] as const),
  ),
);

/** What is worth saying of a call or decorator of this name that changes what a draw means. */
export const noteOn = (name: string): Note | undefined => NOTES.get(name);
