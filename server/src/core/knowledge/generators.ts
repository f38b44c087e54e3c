/** Generators of their own, which no global seed reaches: objects made to be drawn from, and what keeps one inside. */
import generatorTable from '../../../data/generators.json' with { type: 'json' };
import type { GeneratorsTable } from './rows.ts';
import { canonical, type Where } from './tables.ts';

/** A generator, what keeps one inside, or a call that draws from a fresh one. */
export type GeneratorRow = GeneratorsTable['generators'][number];

/** A class whose objects are generators of random numbers, and what its methods do. */
export type GeneratorClass = GeneratorsTable['classes'][number];

/** A method that draws from a fresh generator, of any object that a library made. */
export type FreshMethod = GeneratorsTable['methods'][number];

/** Objects whose parts keep generators of their own, each with a method that seeds it. */
export type Environments = GeneratorsTable['environments'][number];

export const FRESH_METHODS = generatorTable.methods as readonly FreshMethod[];
export const ENVIRONMENTS = generatorTable.environments as readonly Environments[];
export const GENERATORS = generatorTable.generators as readonly GeneratorRow[];
const BY_NAME: ReadonlyMap<string, GeneratorRow> = new Map(GENERATORS.map((row) => [row.name, row]));

/** What a call of this name makes or draws from; undefined for what the table does not have. */
export const generatorOf = (qualifiedName: string): GeneratorRow | undefined => BY_NAME.get(canonical(qualifiedName));

/** The methods by which a generator is seeded anew, whichever it is. */
export const RESEEDING_METHODS: ReadonlySet<string> = new Set(GENERATORS.flatMap(({ reseed }) => reseed ?? []));

/** Where a call takes the seed of a generator: the class itself, or its method that seeds; undefined for all others. */
export function seedOfGenerator(qualifiedName: string): Where | undefined {
  const name = canonical(qualifiedName);
  const made = BY_NAME.get(name);
  if (made) return made.kind === 'generator' ? made.seed : undefined;
  const dot = name.lastIndexOf('.');
  const seeding = BY_NAME.get(name.slice(0, dot))?.seeding;
  return seeding?.method === name.slice(dot + 1) ? seeding : undefined;
}

const CLASSES: ReadonlyMap<string, GeneratorClass> = new Map(
  (generatorTable.classes as readonly GeneratorClass[]).flatMap((row) =>
    [row.name, ...(row.aliases ?? [])].map((name) => [canonical(name), row] as const),
  ),
);

/** The class of the generator that a call of this name makes. */
export const generatorMadeBy = (name: string): GeneratorClass | undefined => CLASSES.get(name);

/** The methods of any generator that draw from it. */
export const DRAWING_METHODS: ReadonlySet<string> = new Set([...CLASSES.values()].flatMap(({ draws }) => draws));
