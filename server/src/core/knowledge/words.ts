/** Words in the names of users' code: a last word where nobody can read what is called, each with its source. */
import wordTable from '../../../data/words.json' with { type: 'json' };
import { compiled, type Names } from './names.ts';
import type { WordsTable } from './rows.ts';

type WordGroup = keyof typeof wordTable.groups;

const GROUPS: WordsTable['groups'] = wordTable.groups;

/** The words of a group; a misspelt one does not compile. */
export const wordsFor = (group: WordGroup): Names => compiled(GROUPS[group]!);
