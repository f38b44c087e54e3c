/** Marked Python: what a test expects of the engine is written as a caret comment under the code it talks about. */

import type { Finding } from '../server/src/core/contract/rule.ts';
import type { Severity } from '../server/src/core/contract/severity.ts';
import { joinCells, type Notebook } from '../server/src/core/python/notebook.ts';

export interface Mark {
  readonly start: number;
  /** Past the end of the marked line where `open`: the span goes on, its end is not given. */
  readonly end: number;
  readonly open: boolean;
  readonly rule: string;
  readonly severity?: Severity;
  /** A piece of the finding's message. */
  readonly message?: string;
}

/** A question to the middle of the engine, and its answer. */
export interface Reveal {
  /** What is asked of the expression above the carets; `summary` asks what the file comes to as a program. */
  readonly asks: 'name' | 'value' | 'origins' | 'summary';
  readonly start: number;
  readonly end: number;
  readonly answer: string;
}

export interface MarkedFile {
  readonly path: string;
  /** Without mark lines: what the engine is given. All offsets are into this text. */
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Marks of rules that are yet to come. */
  readonly later: readonly Mark[];
  readonly reveals: readonly Reveal[];
  /** The cells of an `.ipynb` file, which begin with `# %%` lines; `text` is then what they are joined to. */
  readonly notebook?: Notebook;
}

const MARK =
  /^([ \t]*)#([ \t]*)(later:[ \t]*)?(\^+)(\.\.\.)?[ \t]+(later:[ \t]*)?([a-z][a-z0-9-]*)(?:[ \t]+(error|warning|information|hint))?(?:[ \t]*:[ \t]*(.*?))?[ \t]*$/;
const REVEAL = /^([ \t]*)#([ \t]*)(\^*)[ \t]*reveal (name|value|origins|summary): (.*?)[ \t]*$/;
const ALMOST_MARK = /^[ \t]*#[ \t]*(later:|\^)/;
const CELL = /^# %%(?:[ \t]*\[(\w+)\])?[ \t]*\r?\n?$/;
const FILE = /^#- (\S+)[ \t]*\r?\n?$/;

/** Splits a text at its `#- path` lines and takes the marks out of each file. */
export function parseMarks(text: string, path = 'train.py'): MarkedFile[] {
  const files: { path: string; lines: string[] }[] = [];
  for (const line of linesOf(text)) {
    const name = FILE.exec(line)?.[1];
    if (name !== undefined) files.push({ path: name, lines: [] });
    else {
      if (files.length === 0) files.push({ path, lines: [] });
      files.at(-1)!.lines.push(line);
    }
  }
  const [first, second] = files;
  const headOnly = first && second && first.path === path && first.lines.every((line) => !line.trim());
  return (headOnly ? files.slice(1) : files).map((file) =>
    file.path.endsWith('.ipynb') ? parseNotebook(file.path, file.lines) : parseFile(file.path, file.lines),
  );
}

/** A notebook whose cells stand below lines of `# %%`; `# %% [markdown]` begins one that is no code. */
function parseNotebook(path: string, lines: readonly string[]): MarkedFile {
  const cells: { isCode: boolean; lines: string[] }[] = [];
  for (const line of lines) {
    const cell = CELL.exec(line);
    if (cell) cells.push({ isCode: cell[1] === undefined, lines: [] });
    else if (cells.length > 0) cells.at(-1)!.lines.push(line);
    else if (line.trim() !== '') throw new Error(`${path}: a line above the first cell: ${line}`);
  }
  const parsed = cells.flatMap((cell, index) => (cell.isCode ? [{ index, ...parseFile(path, cell.lines) }] : []));
  const notebook = joinCells(parsed.map(({ index, text }) => ({ index, text: text.replace(/\n+$/, '') })));
  const shifted = (kind: 'marks' | 'later'): Mark[] =>
    parsed.flatMap((cell) => {
      const start = notebook.cells.find((each) => each.index === cell.index)?.start;
      if (start === undefined && cell[kind].length > 0) throw new Error(`${path}: a mark in a cell that is not Python`);
      return cell[kind].map((mark) => ({ ...mark, start: mark.start + start!, end: mark.end + start! }));
    });
  return { path, text: notebook.text, marks: shifted('marks'), later: shifted('later'), reveals: [], notebook };
}

function parseFile(path: string, lines: readonly string[]): MarkedFile {
  let text = '';
  let lineStart = -1;
  const marks: Mark[] = [];
  const later: Mark[] = [];
  const reveals: Reveal[] = [];
  for (const [index, line] of lines.entries()) {
    const reveal = revealIn(line, lineStart);
    if (reveal) {
      reveals.push(reveal);
      continue;
    }
    const match = MARK.exec(line.replace(/\r?\n$/, ''));
    if (!match) {
      if (ALMOST_MARK.test(line)) throw new Error(`${path}, line ${index + 1}: not a mark: ${line.trim()}`);
      lineStart = text.length;
      text += line;
      continue;
    }
    if (lineStart < 0) throw new Error(`${path}, line ${index + 1}: a mark without a line above it`);
    const [, indent, gap, laterBefore, carets, open, laterAfter, rule, severity, message] = match;
    const hashCounts = gap === '' && laterBefore === undefined;
    const column = hashCounts ? indent!.length : indent!.length + 1 + gap!.length + (laterBefore?.length ?? 0);
    const start = lineStart + column;
    const end = start + carets!.length + (hashCounts ? 1 : 0);
    const lineEnd = lineStart + text.slice(lineStart).replace(/\r?\n$/, '').length;
    if (end > lineEnd) throw new Error(`${path}, line ${index + 1}: the mark is longer than the line above it`);
    ((laterBefore ?? laterAfter) === undefined ? marks : later).push({
      start,
      end,
      open: open !== undefined,
      rule: rule!,
      ...(severity === undefined ? {} : { severity: severity as Severity }),
      ...(message === undefined ? {} : { message }),
    });
  }
  return { path, text, marks, later, reveals };
}

/** `#   ^^^ reveal name: torch.rand` asks about the carets' expression in the line that begins at the offset. */
function revealIn(line: string, lineStart: number): Reveal | null {
  const [, indent = '', gap = '', carets = '', asks, answer = ''] = REVEAL.exec(line.replace(/\r?\n$/, '')) ?? [];
  if (asks === undefined) return null;
  const hashCounts = gap === '' && carets !== '';
  const start = lineStart + indent.length + (hashCounts ? 0 : 1 + gap.length);
  return { asks: asks as Reveal['asks'], start, end: start + carets.length + (hashCounts ? 1 : 0), answer };
}

/** The text with a full mark under each finding. */
export function renderMarks(text: string, findings: readonly Finding[]): string {
  return print(
    text,
    findings.map((finding) => ({ ...finding, label: fullLabel(finding) })),
  );
}

/**
 * Two texts that are equal exactly if the findings are those marked.
 * A finding that a mark describes is printed as the mark has it, so that only real differences show.
 */
export function compareMarks(file: MarkedFile, findings: readonly Finding[]): { actual: string; expected: string } {
  const unused = [...file.marks];
  const actual = findings.map((finding) => {
    const index = unused.findIndex((mark) => describes(mark, finding, file.text));
    if (index < 0) return { ...finding, label: fullLabel(finding) };
    return labelled(unused.splice(index, 1)[0]!);
  });
  return { actual: print(file.text, actual), expected: print(file.text, file.marks.map(labelled)) };
}

function describes(mark: Mark, finding: Finding, text: string): boolean {
  const sameEnd = mark.open ? text.slice(mark.end, finding.end).includes('\n') : mark.end === finding.end;
  return (
    mark.rule === finding.rule &&
    mark.start === finding.start &&
    sameEnd &&
    (mark.severity === undefined || mark.severity === finding.severity) &&
    (mark.message === undefined || finding.message.includes(mark.message))
  );
}

interface Labelled {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

const labelled = (mark: Mark): Labelled => {
  const { start, end, open, rule, severity, message } = mark;
  const details = `${severity === undefined ? '' : ` ${severity}`}${message === undefined ? '' : `: ${message}`}`;
  return { start, end, label: `${open ? '...' : ''} ${rule}${details}` };
};

const fullLabel = (finding: Finding): string => ` ${finding.rule} ${finding.severity}: ${finding.message}`;

function print(text: string, entries: readonly Labelled[]): string {
  const sorted = [...entries].sort((a, b) => a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : 1));
  const lines = text === '' ? [''] : linesOf(text);
  let result = '';
  let start = 0;
  for (const [index, line] of lines.entries()) {
    result += line;
    const isLast = index === lines.length - 1;
    const end = start + line.length;
    const here = sorted.filter((entry) => entry.start >= start && (entry.start < end || isLast));
    if (here.length > 0 && !line.endsWith('\n')) result += '\n';
    for (const entry of here) result += `${markLine(line, entry, start)}\n`;
    start = end;
  }
  return result;
}

function markLine(line: string, entry: Labelled, lineStart: number): string {
  const code = line.replace(/\r?\n$/, '');
  const column = entry.start - lineStart;
  const width = Math.min(entry.end - lineStart, code.length) - column;
  const goesOn = entry.end - lineStart > code.length && !entry.label.startsWith('...');
  const label = `${goesOn ? '...' : ''}${entry.label}`;
  const indent = code.length - code.trimStart().length;
  const hash = column === indent || column >= indent + 2 ? Math.min(indent, column) : Math.max(0, indent - 1);
  const pad = code.slice(0, hash).replace(/[^\t]/g, ' ');
  if (width < 1) return `${pad}# ${' '.repeat(Math.max(0, column - hash - 2))}(empty span)${label}`;
  if (column === hash) return `${pad}#${'^'.repeat(width - 1)}${label}`;
  return `${pad}#${' '.repeat(Math.max(0, column - hash - 1))}${'^'.repeat(width)}${label}`;
}

/** The lines of a text with their line ends. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
