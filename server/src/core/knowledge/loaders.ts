/** Classes whose objects yield batches: torch's DataLoader and those that libraries make of it. */
import loaderTable from '../../../data/loaders.json' with { type: 'json' };
import type { Stream } from './streams.ts';

export interface LoaderRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Positions of torch's arguments, by torch's names; the others are keywords. */
  readonly positions: Readonly<Record<string, number>>;
  /** The stream it shuffles by, where it is not torch's; it takes no generator then. */
  readonly stream?: Stream;
  /** The library whose transforms it seeds from torch's generator. */
  readonly reseeds?: string;
  readonly source: string;
}

const ROWS = loaderTable.loaders as readonly LoaderRow[];
const BY_NAME: ReadonlyMap<string, LoaderRow> = new Map(
  ROWS.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const)),
);

/** The canonical names of all loaders. */
export const LOADER_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The row of a loader's class; undefined for any other name. */
export const loaderRow = (name: string | null): LoaderRow | undefined =>
  name === null ? undefined : BY_NAME.get(name);
