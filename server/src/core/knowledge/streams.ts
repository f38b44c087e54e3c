/** Streams: the global generators that code draws from without naming them, a row of data each. */
import streamTable from '../../../data/streams.json' with { type: 'json' };
import type { StreamsTable } from './rows.ts';
import type { Stream } from './stream-names.ts';

export type { Stream };

/** A stream, and what its library has for it. */
export type StreamRow = StreamsTable['streams'][number];

/** Decorators whose functions draw from a stream of the library's, whatever module they name. */
export type CompiledRow = StreamsTable['compiled'][number];

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
