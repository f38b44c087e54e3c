/** What somebody may have meant who misspelled a name. */

/** Longer words are not compared: the time is that of the square of their length. */
import { type Message, t } from './language.ts';

const LONGEST = 60;

/** The nearest of some names, where one is near enough to be asked for; undefined else. */
function nearest(word: string, names: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue;
    const found = distance(word, name);
    if (found < least) [best, least] = [name, found];
  }
  return best;
}

/** `; did you mean X?`, to end a sentence with; a full stop where nothing is near. */
export function didYouMean(word: string, names: Iterable<string>, quote = '`'): Message {
  const meant = nearest(word, names);
  return meant === undefined ? t`.` : t`; did you mean ${quote}${meant}${quote}?`;
}

/** The name that code misspells, at most two letters away; null where none is near, or it is one of them. */
export function nameMeant(name: string, names: readonly string[]): string | null {
  const near = names
    .map((each) => ({ each, letters: distance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ each, letters }) => each !== name && letters <= Math.min(2, Math.floor(each.length / 4)))
    .sort((a, b) => a.letters - b.letters);
  return near[0]?.each ?? null;
}

/** How many letters are put in, left out, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
