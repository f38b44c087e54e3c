/**
 * What is kept of a closed file, packed: most files of a workspace are never part of a program that is looked at, and
 * their events as objects would take many times the room of their text. Of its functions nothing but their names is kept
 * until one is asked for: working out what they do costs more than reading the file.
 */

import {
  type FileEffects,
  type FunctionEffects,
  type FunctionTable,
  type LoweredFunctions,
  type LoweredModule,
  type Places,
  partsOfSite,
} from '../effects/events.ts';
import type { Span } from '../text/edit.ts';

export interface PackedFile {
  readonly effects: FileEffects;
  readonly sites: Pick<ReadonlyMap<string, Span>, 'get'>;
}

/** What stands outside of the file's functions; these are lowered, from the text, when one is asked for. */
export function pack(
  { effects, places }: LoweredModule,
  ids: Iterable<string>,
  lower: () => LoweredFunctions,
): PackedFile {
  const functions = new PackedFunctions(ids, lower);
  const own = new PackedSites(places);
  let others: PackedSites | undefined;
  const get = (site: string): Span | undefined => {
    if (partsOfSite(site).unit === '') return own.get(site);
    others ??= new PackedSites(functions.places);
    return others.get(site);
  };
  return { effects: new PackedEffects(effects, functions), sites: { get } };
}

/** A value of its own, no string of which is a piece of a text. */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** What is asked of every file stands open, the rest is JSON until somebody asks for it. */
class PackedEffects implements FileEffects {
  readonly imports: FileEffects['imports'];
  readonly functions: FunctionTable;
  #packed: string | Omit<FileEffects, 'imports' | 'functions'>;

  constructor({ imports, ...others }: Omit<FileEffects, 'functions'>, functions: FunctionTable) {
    this.imports = copyOf(imports);
    this.functions = functions;
    this.#packed = JSON.stringify(others);
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
  #lower: (() => LoweredFunctions) | undefined;
  #functions: ReadonlyMap<string, FunctionEffects> = new Map();
  #places: Places = new Map();

  constructor(ids: Iterable<string>, lower: () => LoweredFunctions) {
    this.#ids = new Set(copyOf([...ids]));
    this.#lower = lower;
  }

  get places(): Places {
    this.#unpack();
    return this.#places;
  }

  get(id: string): FunctionEffects | undefined {
    if (!this.#ids.has(id)) return undefined;
    this.#unpack();
    return this.#functions.get(id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  keys(): IterableIterator<string> {
    return this.#ids.keys();
  }

  /** The same without a node of the tree it is read from: a piece cut out of a text keeps all of it alive. */
  #unpack(): void {
    if (!this.#lower) return;
    const { functions, places } = this.#lower();
    this.#functions = new Map(copyOf([...functions]));
    this.#places = new Map([...places].map(([id, spans]) => [id, spans.map(({ start, end }) => ({ start, end }))]));
    this.#lower = undefined;
  }
}

/** A line for each unit: its name, and where its places start and end. */
class PackedSites {
  readonly #lines: string;

  constructor(places: Places) {
    const lines: (string | number)[] = [];
    for (const [unit, spans] of places) {
      if (spans.length === 0) continue;
      lines.push('\n', unit);
      for (const { start, end } of spans) lines.push('\t', start, '-', end);
    }
    this.#lines = lines.join('');
  }

  get(site: string): Span | undefined {
    const { unit, index } = partsOfSite(site);
    const at = this.#lines.indexOf(`\n${unit}\t`);
    if (at < 0) return undefined;
    const [line] = this.#lines.slice(at + unit.length + 2).split('\n', 1);
    const [start, end] = line!.split('\t')[index]?.split('-').map(Number) ?? [];
    return start === undefined || end === undefined ? undefined : { start, end };
  }
}
