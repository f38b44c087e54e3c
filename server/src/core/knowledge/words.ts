/** Words in the names of users' code: a last word where nobody can read what is called, each with its source. */
import wordTable from '../../../data/words.json' with { type: 'json' };
import { wordsOf } from '../text/words.ts';
import { compiled, type Names } from './names.ts';
import type { WordsTable } from './rows.ts';

type WordGroup = keyof typeof wordTable.groups;

const GROUPS: WordsTable['groups'] = wordTable.groups;

/** The words of a group; a misspelt one does not compile. */
export const wordsFor = (group: WordGroup): Names => compiled(GROUPS[group]!);

const PUTS_BACK = wordsFor('restores');
const KEPT_WEIGHTS = wordsFor('kept-weights');

/** `resume`, `_load_agent`: by its name it puts back what was kept. */
export const saysItRestores = (name: string): boolean => PUTS_BACK.has(wordsOf(name)[0]);

/** `load_checkpoint`, `restoreStateDict`: by its name it puts the weights of a network back. */
export function saysItLoadsWeights(name: string): boolean {
  const [verb, ...what] = wordsOf(name);
  return PUTS_BACK.has(verb) && what.length > 0 && what.every(KEPT_WEIGHTS.has);
}

/** `load_model_from_hub` too: weights are among what it puts back. */
export const saysItLoadsSomeWeights = (name: string): boolean =>
  saysItRestores(name) && wordsOf(name).some(KEPT_WEIGHTS.has);
