/** Generators of their own, which no global seed reaches: objects made to be drawn from, and what keeps one inside. */
import generatorTable from '../../../data/generators.json' with { type: 'json' };
import type { Stream } from './streams.ts';
import { canonical, type Where } from './tables.ts';

export interface GeneratorRow {
  readonly name: string;
  /** Made to be drawn from; an object that draws from one of its own; a call that draws from a fresh one. */
  readonly kind: 'generator' | 'object' | 'call';
  /** The global generator it stands beside. */
  readonly stream?: Stream;
  readonly seed?: Where;
  /** What it starts from without a seed; `system` takes the system's entropy whatever it is given. */
  readonly unseeded: 'entropy' | 'constant' | 'system';
  /** Its methods that seed it or set its state. */
  readonly reseed?: readonly string[];
  /** The method that seeds it, and where that takes the seed. */
  readonly seeding?: Where & { readonly method: string };
  /** Other arguments that take a seed or a generator. */
  readonly others?: readonly string[];
  /** It only draws where this argument has one of these values, or is given at all. */
  readonly when?: Where & { readonly in?: readonly unknown[]; readonly default?: unknown; readonly given?: true };
  /** What a repair writes around the seed, or in place of a generator that takes none. */
  readonly write?: string;
  /** How many of a seed's low bits it takes, where it drops the others without a word. */
  readonly bits?: number;
  readonly source: string;
}

/** A method that draws from a fresh generator, of any object that a library made. */
export interface FreshMethod {
  readonly library: string;
  readonly method: string;
  /** An argument that the call that made the object has as `True`. */
  readonly with?: { readonly argument: string };
  readonly seed?: Where;
  readonly others?: readonly string[];
  readonly source: string;
}

/** Objects whose parts keep generators of their own, each with a method that seeds it. */
export interface Environments {
  readonly libraries: readonly string[];
  /** Takes the seed of the environment. */
  readonly reset: string;
  /** The argument, and the method of a space. */
  readonly seed: string;
  readonly spaces: readonly string[];
  /** Draws from a space. */
  readonly sample: string;
  readonly source: string;
}

export const FRESH_METHODS = generatorTable.methods as readonly FreshMethod[];
export const ENVIRONMENTS = generatorTable.environments as readonly Environments[];
export const GENERATORS = generatorTable.generators as readonly GeneratorRow[];
const BY_NAME: ReadonlyMap<string, GeneratorRow> = new Map(GENERATORS.map((row) => [row.name, row]));

/** What a call of this name makes or draws from; undefined for what the table does not have. */
export const generatorOf = (qualifiedName: string): GeneratorRow | undefined => BY_NAME.get(canonical(qualifiedName));

/** Where a call takes the seed of a generator: the class itself, or its method that seeds; undefined for all others. */
export function seedOfGenerator(qualifiedName: string): Where | undefined {
  const name = canonical(qualifiedName);
  const made = BY_NAME.get(name);
  if (made) return made.kind === 'generator' ? made.seed : undefined;
  const dot = name.lastIndexOf('.');
  const seeding = BY_NAME.get(name.slice(0, dot))?.seeding;
  return seeding?.method === name.slice(dot + 1) ? seeding : undefined;
}
