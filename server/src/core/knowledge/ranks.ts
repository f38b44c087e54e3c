/** Calls that make a process one of several that run the same program, and what tells which of them it is. */
import rankTable from '../../../data/ranks.json' with { type: 'json' };
import { namesFor } from './names.ts';
import type { RanksTable } from './rows.ts';

/** What joins a group of processes, and what tells the rank behind it. */
export type GroupRow = RanksTable['groups'][number];

/** Every row of the table. */
export const GROUPS: readonly GroupRow[] = rankTable.groups;

/** All names of what joins a group of processes, with their rows. */
export const GROUP_NAMES: ReadonlyMap<string, GroupRow> = new Map(
  GROUPS.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const)),
);

/** Functions that give the rank. */
export const RANK_FUNCTIONS: ReadonlySet<string> = new Set(GROUPS.flatMap((row) => row.function ?? []));

/** Starts so many processes of one function, and passes each its number first. */
export const PASSES_RANK = namesFor('passes-rank');
