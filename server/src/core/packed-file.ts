/**
 * What is kept of a closed file, packed: most files of a workspace are never part of a program that is looked at, and
 * their events as objects would take many times the room of their text.
 */
import type { FileEffects, FunctionEffects, FunctionTable, LocatedEffects } from './events.ts';
import type { Span } from './rule.ts';

export interface PackedFile {
  readonly effects: FileEffects;
  readonly sites: Pick<ReadonlyMap<string, Span>, 'get'>;
}

/** The same without a node of the file's tree, and without its text: a piece cut out of a text keeps all of it alive. */
export function pack({ effects, sites }: LocatedEffects): PackedFile {
  const { functions, ...others } = effects;
  return { effects: { ...copyOf(others), functions: new PackedFunctions(functions) }, sites: new PackedSites(sites) };
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value));

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

/** A line each: the key, where it starts, where it ends. */
class PackedSites {
  readonly #lines: string;

  constructor(sites: ReadonlyMap<string, Span>) {
    this.#lines = [...sites].map(([key, { start, end }]) => `\n${key}\t${start}\t${end}`).join('');
  }

  get(key: string): Span | undefined {
    const at = this.#lines.indexOf(`\n${key}\t`);
    if (at < 0) return undefined;
    const [line] = this.#lines.slice(at + 1).split('\n', 1);
    const [start = 0, end = 0] = line!
      .slice(key.length + 1)
      .split('\t')
      .map(Number);
    return { start, end };
  }
}
