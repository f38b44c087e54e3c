/** Classes whose objects yield batches: torch's DataLoader and those that libraries make of it. */
import loaderTable from '../../../data/loaders.json' with { type: 'json' };
import type { LoadersTable } from './rows.ts';

/** A class of loaders, and where it takes what torch's takes. */
export type LoaderRow = LoadersTable['loaders'][number];

const ROWS = loaderTable.loaders as readonly LoaderRow[];
const BY_NAME: ReadonlyMap<string, LoaderRow> = new Map(
  ROWS.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const)),
);

/** The canonical names of all loaders. */
export const LOADER_NAMES: readonly string[] = [...BY_NAME.keys()];

/** The row of a loader's class; undefined for any other name. */
export const loaderRow = (name: string | null): LoaderRow | undefined =>
  name === null ? undefined : BY_NAME.get(name);
