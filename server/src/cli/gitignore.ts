/** Which files git is told to leave out, by the `.gitignore` files of their folders and of those above. */
import { dirname, join, relative, sep } from 'node:path';
import makeIgnore, { type Ignore } from 'ignore';
import { readRegular } from './disk.ts';

/** Stars in one name of a pattern; the package matches by regular expressions, which more of them could keep for ever. */
const MOST_STARS = 3;

/** The verdicts of the `.gitignore` files from a folder down. */
export class Gitignores {
  readonly #top: string;
  readonly #rules = new Map<string, Ignore | null>();
  readonly #folders = new Map<string, boolean>();

  /** `top` is the top of a repository; a folder below it that is ignored itself is one of its own. */
  constructor(top: string, folder: string) {
    this.#top = top;
    if (folder !== top && this.#isFolderIgnored(folder)) {
      this.#top = folder;
      this.#folders.clear();
    }
  }

  ignores(path: string): boolean {
    return this.#isFolderIgnored(dirname(path)) || this.#verdict(path, '');
  }

  #isFolderIgnored(folder: string): boolean {
    if (folder === this.#top || !folder.startsWith(this.#top)) return false;
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    // What lies in an ignored folder cannot be taken back.
    const verdict = this.#isFolderIgnored(dirname(folder)) || this.#verdict(folder, '/');
    this.#folders.set(folder, verdict);
    return verdict;
  }

  /** The nearest file that says something decides. */
  #verdict(path: string, suffix: '' | '/'): boolean {
    for (let folder = dirname(path); folder.startsWith(this.#top); folder = dirname(folder)) {
      const found = this.#rulesOf(folder)?.test(relative(folder, path).split(sep).join('/') + suffix);
      if (found?.ignored || found?.unignored) return found.ignored;
      if (folder === this.#top || folder === dirname(folder)) break;
    }
    return false;
  }

  #rulesOf(folder: string): Ignore | null {
    let rules = this.#rules.get(folder);
    if (rules === undefined) {
      rules = readRules(join(folder, '.gitignore'));
      this.#rules.set(folder, rules);
    }
    return rules;
  }
}

function readRules(path: string): Ignore | null {
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch {
    return null;
  }
  const lines = text.split(/\r?\n/).filter((line) => line.length < 1000 && line.split('/').every(isTame));
  return makeIgnore().add(lines);
}

const isTame = (name: string): boolean => (name.match(/\*+/g)?.length ?? 0) <= MOST_STARS;
