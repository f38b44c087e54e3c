/** A report as plain text for terminals: aligned tables, or one block a row where the terminal is too narrow for them. */

import { sentences } from '../text/language.ts';
import { padTo, widthOf, wrapTo } from '../text/width.ts';
import type { Inline, Line, Page, Section, Tone } from './sections.ts';
import { placeName } from './source.ts';

export interface TextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly nameOf: (path: string) => string;
  /** Colours a piece of text; its length on the screen stays the same. */
  readonly paint?: (tone: Tone | 'title' | 'faint', text: string) => string;
}

const GAP = '  ';
const INDENT = '  ';
/** Below so many columns text is no longer read with pleasure. */
const NARROWEST = 36;

/** Ends with a line end. */
export function renderText(page: Page, { width, nameOf, paint = (_, text) => text }: TextOptions): string {
  const read = ({ parts, isDetail }: Line): string =>
    (isDetail ? INDENT : '') + parts.map((each) => inline(each, nameOf)).join('');
  const section = ({ title, columns, rows, note }: Section): string[] => {
    const below = note === '' ? [] : wrapTo(note, width - INDENT.length).map((line) => paint('faint', INDENT + line));
    if (rows.length === 0) return ['', paint('title', title), ...below];
    const texts = rows.map(({ cells }) => cells.map((cell) => cell.map(read)));
    const natural = columns.map((column, i) => widest([column, ...texts.flatMap((cells) => cells[i] ?? [])]));
    const widths = columnWidths(natural, width);
    const body = texts.flatMap((cells, i) => {
      const mark = (text: string): string => paint(rows[i]?.tone ?? 'plain', text);
      return widths ? aligned(cells, widths, mark) : block(cells, columns, width, mark);
    });
    const names = columns.map((column) => [column]);
    const head = widths ? aligned(names, widths, (text) => text).map((line) => paint('faint', line)) : [];
    return ['', paint('title', title), ...head, ...body, ...below];
  };
  const facts = page.facts.length > 0 ? wrapTo(sentences(page.facts), width).map((line) => paint('faint', line)) : [];
  const lines = [
    paint('title', nameOf(page.path)),
    ...wrapTo(page.verdict, width).map((line) => paint(page.tone, line)),
    ...facts,
    ...page.sections.flatMap(section),
  ];
  return `${lines.join('\n')}\n`;
}

function inline(part: Inline, nameOf: (path: string) => string): string {
  if (typeof part === 'string') return part;
  if ('code' in part) return part.code;
  if ('rule' in part) return part.rule;
  if ('repair' in part) return part.repair.title;
  return `${placeName(part.place, nameOf(part.place.path))}:${part.place.column}`;
}

type Texts = readonly (readonly string[])[];

/** The widths of a table's columns; the last one gives way, and null says that even this is not enough. */
function columnWidths(natural: readonly number[], width: number): readonly number[] | null {
  const others = natural.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, INDENT.length);
  const wanted = natural.at(-1) ?? 0;
  const last = Math.min(wanted, width - others);
  return last >= Math.min(wanted, NARROWEST) ? [...natural.slice(0, -1), last] : null;
}

/** The lines of one row; the second column carries the row's mark. */
function aligned(cells: Texts, widths: readonly number[], mark: (text: string) => string): string[] {
  const broken = cells.map((cell, i) => cell.flatMap((line) => wrapTo(line, widths[i] ?? 0)));
  const height = Math.max(...broken.map((cell) => cell.length));
  return Array.from({ length: height }, (_, row) => {
    const parts = broken.map((cell, i) => {
      const text = cell[row] ?? '';
      const gap = padTo(text, widths[i] ?? 0).slice(text.length) + GAP;
      return (i === 1 && text !== '' ? mark(text) : text) + gap;
    });
    return `${INDENT}${parts.join('')}`.trimEnd();
  });
}

/** A row as a block: its first cell, and below it each other cell behind the name of its column. */
function block(cells: Texts, columns: readonly string[], width: number, mark: (text: string) => string): string[] {
  const label = widest(columns.slice(1));
  const indent = INDENT + INDENT;
  const [first = [], ...rest] = cells;
  const body = rest.flatMap((cell, i) => {
    const lines = cell.flatMap((line) => wrapTo(line, width - indent.length - label - GAP.length));
    return lines.map((line, row) => {
      const name = row === 0 ? (columns[i + 1] ?? '') : '';
      return `${indent}${padTo(name, label)}${GAP}${i === 0 ? mark(line) : line}`;
    });
  });
  return [...first.filter((line) => line !== '').map((line) => INDENT + line), ...body];
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
