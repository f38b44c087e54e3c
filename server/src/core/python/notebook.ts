/**
 * Notebooks: their cells as one Python text, and the way back from its offsets to the cells.
 * What is IPython's and not Python's is masked without changing a length, so that offsets map by plain addition.
 */
import type { Edit, Span } from '../text/edit.ts';
import { folderAfter, inFolder, type MagicRun, readRun } from './run-magic.ts';

/** A code cell as its host has it. */
export interface SourceCell {
  /** The host's own number of the cell; the engine only hands it back. */
  readonly index: number;
  readonly text: string;
}

/** A cell of Python and its place in the joined text. */
export interface Cell extends Span {
  readonly index: number;
  /** Behind the line of a cell magic, which has to stay the first one. */
  readonly bodyStart: number;
  /** False for a cell of magics, comments and blank lines alone. */
  readonly hasCode: boolean;
  /** Where the joined text is not what the cell says. */
  readonly masked: readonly Span[];
}

/** The cells of a notebook as one program, in the order they stand. */
export interface Notebook {
  readonly text: string;
  /** Those that hold Python; between two of them lies at least a line end that belongs to neither. */
  readonly cells: readonly Cell[];
  /** The files its cells run by `%run`, in order. */
  readonly runs: readonly MagicRun[];
}

/** What is understood as one program: the text of a file, or the cells of a notebook. */
export type Source = string | Notebook;

export const partsOf = (source: Source): { text: string; notebook: Notebook | null } =>
  typeof source === 'string' ? { text: source, notebook: null } : { text: source.text, notebook: source };

/** Cell magics whose cell is Python that this kernel runs. The cells of all others are left out. */
const PYTHON_MAGICS = new Set(
  'time timeit capture prun debug memit mprun lprun snakeviz pyinstrument scalene heat wandb ipytest'.split(' '),
);

/** Joins code cells. An open bracket or string is closed behind its cell, so that it does not swallow the next one. */
export function joinCells(sources: readonly SourceCell[]): Notebook {
  const cells: Cell[] = [];
  const runs: MagicRun[] = [];
  let joined = '';
  let folder: string | null = '';
  for (const { index, text } of sources) {
    const scan = scanCell(text, folder);
    if (!scan) continue;
    folder = scan.folder;
    const start = joined.length;
    const shift = (span: Span): Span => ({ start: span.start + start, end: span.end + start });
    cells.push({
      index,
      start,
      end: start + text.length,
      bodyStart: start + scan.bodyStart,
      hasCode: scan.hasCode,
      masked: scan.masked.map(shift),
    });
    runs.push(...scan.runs.map((run) => ({ ...run, ...shift(run), magic: run.magic + start })));
    joined += scan.text + scan.closing;
  }
  return { text: joined, cells, runs };
}

/** The cell an offset lies in; what was added behind a cell counts as its end. */
export function cellAt({ cells }: Notebook, offset: number): Cell | undefined {
  return cells.findLast((cell) => cell.start <= offset);
}

/** A span within the cell it begins in, cut off at the cell's end. */
export function withinCell(notebook: Notebook, { start, end }: Span): (Span & { readonly cell: Cell }) | undefined {
  const cell = cellAt(notebook, start);
  if (!cell) return undefined;
  const clamp = (offset: number): number => Math.min(offset, cell.end) - cell.start;
  return { cell, start: clamp(start), end: clamp(end) };
}

/** True where each edit of the notebook's own text lies in one cell that holds code, and leaves magics as they are. */
export function fitsCells(notebook: Notebook, edits: readonly Edit[], path: string): boolean {
  return edits.every((edit) => {
    if (edit.path !== undefined && edit.path !== path) return true;
    const cell = cellAt(notebook, edit.start);
    if (!cell?.hasCode || edit.end > cell.end || edit.start < cell.bodyStart) return false;
    return cell.masked.every(({ start, end }) => edit.end <= start || edit.start >= end);
  });
}

/** The edits of a notebook's own text by cell, counted from its start; what lies in no cell is left out. */
export function editsByCell(notebook: Notebook, edits: readonly Edit[]): Map<Cell, Edit[]> {
  const byCell = new Map<Cell, Edit[]>();
  for (const edit of edits) {
    const place = withinCell(notebook, edit);
    if (!place) continue;
    const { cell, start, end } = place;
    byCell.set(cell, [...(byCell.get(cell) ?? []), { start, end, text: edit.text }]);
  }
  return byCell;
}

interface Scan {
  readonly text: string;
  readonly closing: string;
  readonly bodyStart: number;
  readonly hasCode: boolean;
  readonly masked: readonly Span[];
  readonly runs: readonly MagicRun[];
  /** Where the kernel is afterwards. */
  readonly folder: string | null;
}

const MAGIC_LINE = /^\s*(?:[%!?]|[%!]?[\w.*[\]]+\s*\?\??\s*$)/;
const TIMED_LINE = /^(\s*)%time[ \t]+(?!-)(?=\S)/;
const ASSIGNED_MAGIC = /^[^=!%#'"()]+=[ \t]*(?=[!%])/;
const PARTNER: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Masks what is not Python; null for a cell that holds another language. */
function scanCell(source: string, before: string | null): Scan | null {
  const head = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*%%/.exec(source)?.[0];
  const scan = new CellScan(head === undefined ? null : head.length - 2, before);
  for (const line of source.match(/[^\n]*\n|[^\n]+$/g) ?? []) if (!scan.takes(line)) return null;
  return scan.result();
}

/** One cell, line by line. */
class CellScan {
  readonly #magicAt: number | null;
  readonly #masked: Span[] = [];
  readonly #runs: MagicRun[] = [];
  readonly #lexer = new LineLexer();
  #folder: string | null;
  #text = '';
  #bodyStart = 0;
  #hasCode = false;
  /** The last line of code opens a block or stands in one. */
  #inBlock = false;
  #magicGoesOn = false;

  /** Where the magic of the whole cell stands, if it has one, and the folder that the kernel is in. */
  constructor(magicAt: number | null, folder: string | null) {
    this.#magicAt = magicAt;
    this.#folder = folder;
  }

  /** False for the magic of a cell that holds another language. */
  takes(line: string): boolean {
    const start = this.#text.length;
    const code = line.trimEnd();
    const indent = code.length - code.trimStart().length;
    if (this.#magicAt !== null && start <= this.#magicAt && this.#magicAt < start + line.length) {
      if (!PYTHON_MAGICS.has(/^%%(\w+)/.exec(code.trimStart())?.[1] ?? '')) return false;
      this.#mask(line, indent, code.length, '#');
      this.#bodyStart = start + line.length;
      return true;
    }
    const { isFresh } = this.#lexer;
    const assigned = isFresh ? ASSIGNED_MAGIC.exec(code)?.[0] : undefined;
    const isTimed = isFresh && TIMED_LINE.test(code);
    if (this.#magicGoesOn || (isFresh && !isTimed && MAGIC_LINE.test(code))) this.#magic(line, code, indent);
    else if (assigned !== undefined) this.#assignedMagic(line, code, assigned.length, indent);
    else this.#code(line, code, indent, isTimed);
    return true;
  }

  result(): Scan {
    return {
      text: this.#text,
      closing: this.#lexer.closing(),
      bodyStart: this.#bodyStart,
      hasCode: this.#hasCode,
      masked: this.#masked,
      runs: this.#runs,
      folder: this.#folder,
    };
  }

  /** Takes a line in, a part of it covered without changing its length. */
  #mask(line: string, from: number, to: number, by: string): void {
    const start = this.#text.length;
    this.#masked.push({ start: start + from, end: start + to });
    this.#text += line.slice(0, from) + by + line.slice(from + by.length);
  }

  #magic(line: string, code: string, indent: number): void {
    const start = this.#text.length;
    const goesOn = this.#magicGoesOn;
    // A block needs a statement; at the margin a comment does not stand in the way of imports around it.
    const run = goesOn ? null : readRun(code);
    const by = (this.#inBlock && indent > 0 && !goesOn) || run ? '_#' : '#';
    if (code === '') this.#text += line;
    else this.#mask(line, indent, code.length, by.slice(0, code.length - indent));
    if (run) {
      const at = { start: start + run.start, end: start + run.end, magic: start + run.magic };
      this.#runs.push(inFolder({ ...run, ...at }, this.#folder));
    }
    if (!goesOn) this.#folder = folderAfter(code, this.#folder);
    this.#hasCode ||= run !== null;
    this.#magicGoesOn = code.endsWith('\\');
  }

  /** The name is bound to something nobody knows. */
  #assignedMagic(line: string, code: string, from: number, indent: number): void {
    this.#mask(line, from, code.length, '_#'.slice(0, code.length - from));
    this.#magicGoesOn = code.endsWith('\\');
    this.#hasCode = true;
    this.#inBlock = indent > 0;
  }

  #code(line: string, code: string, indent: number, isTimed: boolean): void {
    const start = this.#text.length;
    if (isTimed) this.#mask(line, indent, indent + '%time'.length, '_   ;');
    else this.#text += line;
    this.#folder = folderAfter(code, this.#folder);
    const wasFresh = this.#lexer.isFresh;
    const { isCode, opensBlock } = this.#lexer.read(this.#text.slice(start).trimEnd());
    this.#hasCode ||= isCode;
    if (isCode && wasFresh) this.#inBlock = indent > 0;
    if (isCode && opensBlock) this.#inBlock = true;
  }
}

/** Statements as they look while they are typed. */
const HEADER_ALONE = /^(?:async|class|def|elif|else|except|finally|for|if|try|while|with)\b[^:]*$/;
const UNFINISHED = [
  HEADER_ALONE,
  /^@|[-+*/%&|^<>=.,@~!]$/,
  /\b(?:and|as|assert|await|del|from|global|if|else|import|in|is|lambda|not|or|raise|yield)$/,
  /^from\s+[\w.]+$/,
];
/** The parser looks for the end of what is unfinished, and takes this for it instead of the next cell's first line. */
const SACRIFICE = 'pass\npass\n';

/** Follows brackets and strings from line to line, no further than it takes to tell where a statement begins. */
class LineLexer {
  /** The last statement that was begun, without what its strings say. */
  #statement = '';
  /** A statement before it was left unfinished. */
  #isBroken = false;
  #open: string[] = [];
  /** The quotes of a string over several lines. */
  #quotes = '';
  #goesOn = false;

  /** True where the next line begins a statement. */
  get isFresh(): boolean {
    return this.#open.length === 0 && this.#quotes === '' && !this.#goesOn;
  }

  read(line: string): { readonly isCode: boolean; readonly opensBlock: boolean } {
    let isCode = this.#quotes !== '';
    let last = '';
    if (this.isFresh && !/^\s*(#|$)/.test(line)) {
      this.#isBroken ||= HEADER_ALONE.test(this.#statement.trim());
      this.#statement = '';
    }
    let at = 0;
    while (at < line.length) {
      if (this.#quotes !== '') {
        const end = endOfString(line, at, this.#quotes);
        if (end === -1) break;
        this.#quotes = '';
        at = end;
        last = '"';
        continue;
      }
      const character = line[at] ?? '';
      if (character === '#') break;
      at = this.#take(character, line, at);
      if (character.trim() !== '') last = character;
      isCode ||= character.trim() !== '';
    }
    this.#goesOn = last === '\\' && this.#quotes === '';
    return { isCode, opensBlock: last === ':' && this.isFresh };
  }

  /** Takes a bracket, a string or any other character in; gives the offset behind it. */
  #take(character: string, line: string, at: number): number {
    this.#statement += character;
    if (character === '"' || character === "'") {
      const triple = character.repeat(3);
      const quotes = line.startsWith(triple, at) ? triple : character;
      const end = endOfString(line, at + quotes.length, quotes);
      if (end === -1 && quotes === triple) this.#quotes = triple;
      return end === -1 ? line.length : end;
    }
    const partner = PARTNER[character];
    if (partner) this.#open.push(partner);
    else if (character === this.#open.at(-1)) this.#open.pop();
    return at + 1;
  }

  /** What has to stand between this cell and the next one. */
  closing(): string {
    const brackets = this.#open.length > 0 ? `\n${[...this.#open].reverse().join('')}` : '';
    const isBroken = this.#isBroken || this.#isUnfinished || !this.isFresh;
    return `${this.#goesOn ? '\n' : ''}${this.#quotes}${brackets}\n${isBroken ? SACRIFICE : ''}`;
  }

  get #isUnfinished(): boolean {
    return UNFINISHED.some((pattern) => pattern.test(this.#statement.trim()));
  }
}

/** The offset behind the closing quotes; -1 where the line does not have them. */
function endOfString(line: string, from: number, quotes: string): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line.startsWith(quotes, at)) return at + quotes.length;
  }
  return -1;
}
