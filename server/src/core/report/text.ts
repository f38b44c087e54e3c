/** A report as plain text for terminals: aligned tables, or one block a row where the terminal is too narrow for them. */
import type { Inline, Line, Page, Section, Tone } from './sections.ts';

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly nameOf: (path: string) => string;
  /** Colours a piece of text; its length on the screen stays the same. */
  readonly paint?: (tone: Tone | 'title' | 'faint', text: string) => string;
}

const GAP = '  ';
const INDENT = '  ';

/** Ends with a line end. */
export function renderText(page: Page, { width, nameOf, paint = (_, text) => text }: TextOptions): string {
  const read = (line: Line): string => line.map((each) => inline(each, nameOf)).join('');
  const section = ({ title, columns, rows, nothing }: Section): string[] => {
    if (rows.length === 0) return ['', paint('title', title), `${INDENT}${nothing}`];
    const texts = rows.map(({ cells }) => cells.map((cell) => cell.map(read)));
    const widths = columns.map((column, i) => widest([column, ...texts.flatMap((cells) => cells[i] ?? [])]));
    const total = INDENT.length + widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length);
    const body =
      total <= width
        ? [
            paint('faint', `${INDENT}${columns.map((column, i) => column.padEnd(widths[i] ?? 0)).join(GAP)}`.trimEnd()),
            ...texts.flatMap((cells, i) => aligned(cells, widths, (text) => paint(rows[i]?.tone ?? 'plain', text))),
          ]
        : texts.flatMap((cells, i) => block(cells, columns, width, (text) => paint(rows[i]?.tone ?? 'plain', text)));
    return ['', paint('title', title), ...body];
  };
  const facts = page.facts.length > 0 ? wrap(page.facts.join(' '), width).map((line) => paint('faint', line)) : [];
  const lines = [
    paint('title', nameOf(page.path)),
    ...wrap(page.verdict, width).map((line) => paint(page.tone, line)),
    ...facts,
    ...page.sections.flatMap(section),
  ];
  return `${lines.join('\n')}\n`;
}

function inline(part: Inline, nameOf: (path: string) => string): string {
  if (typeof part === 'string') return part;
  if ('code' in part) return part.code;
  if ('rule' in part) return part.rule;
  return `${GAP}${nameOf(part.place.path)}:${part.place.line}:${part.place.column}`;
}

type Texts = readonly (readonly string[])[];

/** The lines of one row; the second column carries the row's mark, or the first where there are only two. */
function aligned(cells: Texts, widths: readonly number[], mark: (text: string) => string): string[] {
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, row) => {
    const parts = cells.map((cell, i) => {
      const padded = (cell[row]?.replace(/^ {2}/, '') ?? '').padEnd(widths[i] ?? 0);
      return i === 1 ? mark(padded) : padded;
    });
    return `${INDENT}${parts.join(GAP)}`.trimEnd();
  });
}

/** A row as a block: its first cell, and below it each other cell behind the name of its column. */
function block(cells: Texts, columns: readonly string[], width: number, mark: (text: string) => string): string[] {
  const label = Math.min(widest(columns.slice(1)), 12);
  const [first = [], ...rest] = cells;
  const head = first.map((line) => `${INDENT}${line.trim()}`.trimEnd()).filter((line) => line !== '');
  const body = rest.flatMap((cell, i) =>
    cell.flatMap((line, row) => {
      const name = row === 0 ? (columns[i + 1] ?? '') : '';
      const prefix = `${INDENT}${INDENT}${name.padEnd(label)}${GAP}`;
      const [head = '', ...more] = wrap(line.trim(), width - prefix.length);
      return [prefix + (i === 0 ? mark(head) : head), ...more.map((text) => ' '.repeat(4 + label + GAP.length) + text)];
    }),
  );
  return [...head, ...body];
}

/** Breaks between words; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(width, 20)) {
      lines.push(line.trimEnd());
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line.trimEnd()];
}

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map((text) => text.replace(/^ {2}/, '').length));
