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
  /** How many of a seed's low bits it takes, where it drops the others without a word. */
  readonly bits?: number;
  readonly source: string;
}

export const GENERATORS = generatorTable.generators as readonly GeneratorRow[];
const BY_NAME: ReadonlyMap<string, GeneratorRow> = new Map(GENERATORS.map((row) => [row.name, row]));

/** What a call of this name makes or draws from; undefined for what the table does not have. */
export const generatorOf = (qualifiedName: string): GeneratorRow | undefined => BY_NAME.get(canonical(qualifiedName));
