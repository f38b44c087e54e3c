/**
 * What is kept of a closed file, packed: most files of a workspace are never part of a program that is looked at, and
 * their events as objects would take many times the room of their text.
 */
import {
  type FileEffects,
  type FunctionEffects,
  type FunctionTable,
  type LocatedEffects,
  type Places,
  partsOfSite,
} from './events.ts';
import type { Span } from './rule.ts';

export interface PackedFile {
  readonly effects: FileEffects;
  readonly sites: Pick<ReadonlyMap<string, Span>, 'get'>;
}

/** The same without a node of the file's tree, and without its text: a piece cut out of a text keeps all of it alive. */
export function pack({ effects, places }: LocatedEffects): PackedFile {
  return { effects: new PackedEffects(effects), sites: new PackedSites(places) };
}

/** A value of its own, no string of which is a piece of a text. */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** What is asked of every file stands open, the rest is JSON until somebody asks for it. */
class PackedEffects implements FileEffects {
  readonly imports: FileEffects['imports'];
  readonly functions: FunctionTable;
  #packed: string | Omit<FileEffects, 'imports' | 'functions'>;

  constructor({ imports, functions, ...others }: FileEffects) {
    this.imports = copyOf(imports);
    this.functions = new PackedFunctions(functions);
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

/** All functions as JSON, until one is asked for. */
class PackedFunctions implements FunctionTable {
  #packed: string | ReadonlyMap<string, FunctionEffects>;
  readonly #ids: ReadonlySet<string>;

  constructor(functions: FunctionTable) {
    const ids = [...functions.keys()];
    this.#ids = new Set(copyOf(ids));
    this.#packed = JSON.stringify(ids.map((id) => [id, functions.get(id)]));
  }

  get(id: string): FunctionEffects | undefined {
    if (typeof this.#packed === 'string') this.#packed = new Map(JSON.parse(this.#packed));
    return this.#packed.get(id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  keys(): IterableIterator<string> {
    return this.#ids.keys();
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
