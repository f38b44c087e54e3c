/** What is known about calls that run a function in another way than it is written: compiled, traced, recomputed. */
import table from '../../../data/transforms.json' with { type: 'json' };
import type { TransformsTable } from './rows.ts';
import { canonical } from './tables.ts';

/** A call or decorator that transforms a function; without a place for the function, a method does it to its object. */
export type Transform = Partial<Omit<TransformsTable['transforms'][number], 'kind' | keyof Named | 'source'>> & {
  readonly kind: TransformKind;
};

/**
 * How: `compile` traces tensors and keeps Python's objects; `trace` runs the body once for all calls; `rows` once for
 * all rows of a batch, `steps` once for all rounds of a loop; `checkpoint` runs it again in the backward pass.
 */
export type TransformKind = TransformsTable['transforms'][number]['kind'];

/** A function that puts what it is passed into another order, or returns it so. */
export type Shuffle = TransformsTable['shuffles'][number];

type Named = { readonly name: string; readonly aliases?: readonly string[] };

const byName = <T extends Named>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [canonical(name), row] as const)));

const TRANSFORMS = byName(table.transforms as unknown as readonly (Transform & Named)[]);
const METHODS = new Map(
  (table.methods as unknown as readonly (Transform & { method: string })[]).map((row) => [row.method, row]),
);
const BASES = byName(table.bases as readonly (Named & { readonly kind: string })[]);
const UNTOUCHED = byName(table.untouched);
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

/** Where a function of numpy takes the size whose presence makes compiled code draw it from torch's stream. */
export const arraySizeOf = (name: string): number | undefined => ARRAYS.get(name);

/** The shuffle that a function of this name is. */
export const shuffleNamed = (name: string): Shuffle | undefined => SHUFFLES.get(name);

/** A sentence or two of Markdown, and where to read more. */
export type TransformNote = TransformsTable['notes'][number];

const NOTES: ReadonlyMap<string, TransformNote> = new Map(
  (table.notes as unknown as readonly TransformNote[]).flatMap((row) =>
    row.names.map((name) => [canonical(name), row] as const),
  ),
);

/** What is worth saying of a call or decorator of this name that changes what a draw means. */
export const noteOn = (name: string): TransformNote | undefined => NOTES.get(name);
