/** Names that mean the same in every file that does not say otherwise. */

import { namesFor, USUAL_NAMES } from './names.ts';

const MODULES = new Map(USUAL_NAMES.map(({ name, module }) => [name, module]));
const OWN_NAMES = namesFor('own-star-names');

/** The module that a name means which only one of these `*` can have brought; undefined where it may be anything. */
export const usualModule = (name: string, stars: readonly string[]): string | undefined =>
  bringOwnNames(stars) ? undefined : MODULES.get(name);

const answers = new WeakMap<readonly string[], boolean>();

/** Asked once for each list of stars, which many names may come out of. */
function bringOwnNames(stars: readonly string[]): boolean {
  const known = answers.get(stars) ?? stars.some((each) => OWN_NAMES.has(each));
  answers.set(stars, known);
  return known;
}

const BUILTINS = new Map(namesFor('builtin-names').all.map((name) => [name.slice(name.lastIndexOf('.') + 1), name]));

/** The qualified name of what Python has without an import; undefined for any other name. */
export const builtinNamed = (name: string): string | undefined => BUILTINS.get(name);
