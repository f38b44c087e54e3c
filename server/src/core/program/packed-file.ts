/**
 * What is kept of a closed file, packed: most files of a workspace are never part of a program that is looked at, and
 * their events as objects would take many times the room of their text. Of its functions nothing but their names is kept
 * until one is asked for: working out what they do costs more than reading the file.
 */

import {
  type FileEffects,
  type FunctionEffects,
  type FunctionTable,
  type LoweredFunction,
  type LoweredModule,
  partsOfSite,
} from '../effects/events.ts';
import type { Span } from '../text/edit.ts';
import type { FileFacts } from './facts.ts';

export interface PackedFile {
  readonly effects: FileEffects;
  readonly sites: Pick<ReadonlyMap<string, Span>, 'get'>;
  /** The same as plain data. */
  readonly record: PackedRecord;
}

/** What is kept of a file but its functions, as plain data that another thread can take in. */
export interface PackedRecord {
  readonly imports: readonly string[];
  readonly functions: readonly string[];
  /** The rest of the effects, as JSON. */
  readonly others: string;
  /** Of what stands outside of functions: start and end of each place. */
  readonly spans: readonly number[];
}

/** All that is kept of a closed file, as plain data: another thread that can read the file takes it in. */
export interface FileRecord extends PackedRecord {
  readonly path: string;
  readonly facts: FileFacts;
  readonly words: readonly string[];
}

/** Works out one function, from the text. */
export type Lower = (id: string) => LoweredFunction | undefined;

/** What stands outside of the file's functions; of these each is lowered when it is asked for. */
export function pack({ effects, places }: LoweredModule, ids: Iterable<string>, lower: Lower): PackedFile {
  const { imports, ...others } = effects;
  const spans = (places.get('') ?? []).flatMap(({ start, end }) => [start, end]);
  return unpack(
    { imports: copyOf(imports), functions: copyOf([...ids]), others: JSON.stringify(others), spans },
    lower,
  );
}

/** A file by its record. */
export function unpack(record: PackedRecord, lower: Lower): PackedFile {
  const functions = new PackedFunctions(record.functions, lower);
  const get = (site: string): Span | undefined => {
    const { unit, index } = partsOfSite(site);
    if (unit !== '') return functions.placesOf(unit)[index];
    const [start, end] = [record.spans[index * 2], record.spans[index * 2 + 1]];
    return start === undefined || end === undefined ? undefined : { start, end };
  };
  return { effects: new PackedEffects(record, functions), sites: { get }, record };
}

/** A value of its own, no string of which is a piece of a text. */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** What is asked of every file stands open, the rest is JSON until somebody asks for it. */
class PackedEffects implements FileEffects {
  readonly imports: FileEffects['imports'];
  readonly functions: FunctionTable;
  #packed: string | Omit<FileEffects, 'imports' | 'functions'>;

  constructor({ imports, others }: PackedRecord, functions: FunctionTable) {
    this.imports = imports;
    this.functions = functions;
    this.#packed = others;
  }

  get #others(): Omit<FileEffects, 'imports' | 'functions'> {
    if (typeof this.#packed === 'string') this.#packed = JSON.parse(this.#packed) as FileEffects;
    return this.#packed;
  }

  get exports(): FileEffects['exports'] {
    return this.#others.exports;
  }

  get stars(): FileEffects['stars'] {
    return this.#others.stars;
  }

  get module(): FileEffects['module'] {
    return this.#others.module;
  }

  get classes(): FileEffects['classes'] {
    return this.#others.classes;
  }

  get values(): FileEffects['values'] {
    return this.#others.values;
  }

  get apps(): FileEffects['apps'] {
    return this.#others.apps;
  }
}

/** Only their ids, until one is asked for. */
class PackedFunctions implements FunctionTable {
  readonly #ids: ReadonlySet<string>;
  readonly #lower: Lower;
  readonly #known = new Map<string, LoweredFunction>();

  constructor(ids: Iterable<string>, lower: Lower) {
    this.#ids = new Set(ids);
    this.#lower = lower;
  }

  placesOf(id: string): readonly Span[] {
    return this.#get(id)?.places ?? [];
  }

  get(id: string): FunctionEffects | undefined {
    return this.#get(id)?.effects;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  keys(): IterableIterator<string> {
    return this.#ids.keys();
  }

  /** The same without a node of the tree it is read from: a piece cut out of a text keeps all of it alive. */
  #get(id: string): LoweredFunction | undefined {
    const known = this.#known.get(id);
    if (known || !this.#ids.has(id)) return known;
    const lowered = this.#lower(id);
    if (!lowered) return undefined;
    const copy = { effects: copyOf(lowered.effects), places: spansOf(lowered.places) };
    this.#known.set(id, copy);
    return copy;
  }
}

/** Places without the nodes that they are. */
const spansOf = (places: readonly Span[]): readonly Span[] => places.map(({ start, end }) => ({ start, end }));
