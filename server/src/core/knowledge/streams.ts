/** Streams: the global generators that code draws from without naming them, a row of data each. */
import streamTable from '../../../data/streams.json' with { type: 'json' };
import type { Phrase } from '../text/language.ts';
import type { Stream } from './stream-names.ts';

export type { Stream };

export interface StreamRow {
  readonly stream: Stream;
  /** What messages call it. */
  readonly module: string;
  /** What messages call the generator behind it. */
  readonly generator: Phrase;
  /** Every program has it: a seeder that leaves it out is told so, and a setting's `all` means it. */
  readonly base?: true;
  /** The call that seeds it. */
  readonly seed: string;
  /** The seed only works inside of compiled code of the library, which no repair writes. */
  readonly within?: true;
  readonly getState?: string;
  readonly setState?: string;
  /** The call that tells which seed it was given. */
  readonly getSeed?: string;
  /** How many of a seed's low bits the generator takes, where it drops the others without a word. */
  readonly bits?: number;
  /** What a forked child has: a copy of the state, or fresh entropy. */
  readonly fork: 'copied' | 'reseeded';
  /** What a DataLoader's workers have: a seed of torch's, a copy or the start that all processes have, or fresh entropy. */
  readonly workers: 'seeded' | 'copied' | 'fresh';
  /** The first torch whose workers do. */
  readonly workersSince?: string;
  readonly source: string;
}

/** Decorators whose functions draw from a stream of the library's, whatever module they name. */
export interface CompiledRow {
  readonly decorators: readonly string[];
  /** The one to write. */
  readonly decorator: string;
  readonly stream: Stream;
  readonly replaces: readonly Stream[];
  readonly source: string;
}

export const COMPILED = streamTable.compiled as readonly CompiledRow[];

const ROWS = streamTable.streams as unknown as readonly StreamRow[];
const BY_NAME: ReadonlyMap<Stream, StreamRow> = new Map(ROWS.map((row) => [row.stream, row]));

/** In the order findings are reported and seeds are written. */
export const STREAMS: readonly Stream[] = ROWS.map(({ stream }) => stream);

/** The streams of every program; the others belong to libraries. */
export const BASE_STREAMS: readonly Stream[] = ROWS.filter(({ base }) => base).map(({ stream }) => stream);

/** The row of a stream; throws for a name the table does not have. */
export function streamRow(stream: Stream): StreamRow {
  const row = BY_NAME.get(stream);
  if (!row) throw new Error(`There is no stream ${stream}.`);
  return row;
}

/** The call that tells which seed torch was given: in a worker of a DataLoader, the worker's own. */
export const INITIAL_SEED: string = streamRow('torch').getSeed ?? streamRow('torch').seed;
