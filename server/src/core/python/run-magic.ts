/** IPython's `%run`: a line of a notebook that executes a file, whose names are the notebook's from then on; and `%cd`. */
import type { Span } from '../text/edit.ts';

/** A file that a notebook runs; the span is the file as it is written there. */
export interface MagicRun extends Span {
  /** Where the magic begins. */
  readonly magic: number;
  /** A path that begins with a dot or a slash, as seen from the notebook's folder; null where only the run can tell. */
  readonly file: string | null;
  /** The file's main guard holds. */
  readonly isMain: boolean;
}

const MAGIC = /^(\s*)%run[ \t]+(?=\S)/;
/** Options that take a value, which may be the next word. */
const TAKES_VALUE = new Set('NbDlsTm');
/** What the kernel or its shell puts something else for, and what is no path of this machine's. */
const UNCERTAIN = /[{}$~*?:]/;

/** Reads a line of a notebook; null where it is no `%run` of a file. */
export function readRun(line: string): MagicRun | null {
  const [head, indent = ''] = MAGIC.exec(line) ?? [];
  if (head === undefined) return null;
  const words = [...line.slice(head.length).matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)];
  let isMain = true;
  let module: RegExpExecArray | undefined;
  let at = 0;
  for (; /^-./.test(words[at]?.[0] ?? '') && !module; at++) {
    const letters = words[at]![0].slice(1);
    if (letters === '-') {
      at++;
      break;
    }
    const valued = [...letters].findIndex((each) => TAKES_VALUE.has(each));
    if ((valued < 0 ? letters : letters.slice(0, valued)).includes('n')) isMain = false;
    if (valued < 0 || valued < letters.length - 1) {
      // The value of `-mpkg.mod` is part of the word.
      if (letters[valued] === 'm') return { ...spanOf(words[at]!, head), magic: indent.length, file: null, isMain };
      continue;
    }
    at++;
    if (letters[valued] === 'm') module = words[at];
  }
  const word = module ?? words[at];
  if (!word) return null;
  const written = word[0].replace(/["']/g, '').replaceAll('\\', '/');
  const file = module ? `${written.replaceAll('.', '/')}.py` : withEnding(written);
  return { ...spanOf(word, head), magic: indent.length, file: file && pathOf(file), isMain };
}

const CHANGES_FOLDER = /^(\s*)%(?:cd|pushd|popd)\b[ \t]*(?:-q[ \t]+)?(.*?)\s*$|^(\s*)(?:\w+\.)?chdir\((.*)\)\s*$/;

/**
 * The folder of the kernel after a line, as seen from the notebook's own, with a slash at its end; null where only the
 * run can tell, as where the line stands in a block.
 */
export function folderAfter(line: string, folder: string | null): string | null {
  const change = CHANGES_FOLDER.exec(line);
  if (!change) return /\bchdir\(/.test(line) ? null : folder;
  const [, indent, magic, other = indent, argument] = change;
  const written = magic ?? argument ?? '';
  const isWord = magic === undefined ? /^(["'])[^"']*\1$/.test(written) : !/^-|^$/.test(written);
  const to = written.replace(/["']/g, '').replaceAll('\\', '/').replace(/\/+$/, '');
  if (!isWord || (other ?? '') !== '' || /%(pushd|popd)/.test(line) || UNCERTAIN.test(to)) return null;
  if (to.startsWith('/')) return `${to}/`;
  return folder === null ? null : `${folder}${to === '.' ? '' : `${to}/`}`;
}

/** The same run where the kernel has changed its folder. */
export function inFolder(run: MagicRun, folder: string | null): MagicRun {
  if (run.file === null || folder === '' || run.file.startsWith('/')) return run;
  const file = folder && `${folder}${run.file.replace(/^\.\//, '')}`;
  return { ...run, file: file && pathOf(file) };
}

const spanOf = (word: RegExpExecArray, head: string): Span => {
  const start = head.length + word.index;
  return { start, end: start + word[0].length };
};

/** IPython adds `.py` where it is missing; an `.ipy` file holds lines that are not Python. */
const withEnding = (file: string): string | null =>
  /\.(py|ipynb)$/i.test(file) ? file : /\.ipy$/i.test(file) ? null : `${file}.py`;

const pathOf = (file: string): string | null =>
  UNCERTAIN.test(file) ? null : /^(\.\.?)?\//.test(file) ? file : `./${file}`;
