/** Findings as they leave the command line: with rows and columns, their source, and a print that moved lines keep. */
import { createHash } from 'node:crypto';
import type { Finding } from '../core/contract/rule.ts';
import type { Severity } from '../core/contract/severity.ts';
import type { PythonFile } from '../core/python/file.ts';
import { withinCell } from '../core/python/notebook.ts';

/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** Rows and columns count from 1; columns are UTF-16 units, as in an editor. */
export interface RowColumn {
  readonly row: number;
  readonly column: number;
}

/** A span in a file, or in a cell of a notebook. */
export interface Region {
  readonly path: string;
  /** For notebooks, whose rows count within a cell: its index among all cells, from 0. */
  readonly cell: number | null;
  readonly start: RowColumn;
  readonly end: RowColumn;
}

export interface ReplacedText extends Region {
  readonly text: string;
}

export interface Found extends Region {
  readonly rule: string;
  readonly subject: string | null;
  readonly severity: Severity;
  readonly message: string;
  readonly unnecessary: boolean;
  /** The line it begins in. */
  readonly line: string;
  readonly related: readonly (Region & { readonly message: string })[];
  readonly fixes: readonly {
    readonly title: string;
    readonly safe: boolean;
    /** Left out where nobody asked for them. */
    readonly replacements?: readonly ReplacedText[];
  }[];
  /** Of the rule and the code it is about, not of where that stands; equal ones in a file are numbered. */
  readonly fingerprint: string;
}

/** Turns offsets of a file into places; each line end of Python's counts as one. */
class Places {
  readonly #file: PythonFile;
  readonly #starts = new Map<number | null, { text: string; starts: number[] }>();

  constructor(file: PythonFile) {
    this.#file = file;
  }

  region(span: { readonly start: number; readonly end: number }): Region {
    const { notebook, path } = this.#file;
    const within = notebook ? withinCell(notebook, span) : undefined;
    const cell = within ? within.cell.index : null;
    const { start, end } = within ?? span;
    return { path, cell, start: this.#place(cell, start), end: this.#place(cell, end) };
  }

  line({ cell, start }: Region): string {
    const { text, starts } = this.#lines(cell);
    return text.slice(starts[start.row - 1] ?? 0, starts[start.row] ?? text.length).replace(/[\r\n]+$/, '');
  }

  #place(cell: number | null, offset: number): RowColumn {
    const { starts } = this.#lines(cell);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { row: low + 1, column: offset - starts[low]! + 1 };
  }

  #lines(cell: number | null): { text: string; starts: number[] } {
    const known = this.#starts.get(cell);
    if (known) return known;
    const own = cell === null ? undefined : this.#file.notebook?.cells.find(({ index }) => index === cell);
    const text = own ? this.#file.read(own) : this.#file.text;
    const lines = {
      text,
      starts: [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((each) => each.index + each[0].length)],
    };
    this.#starts.set(cell, lines);
    return lines;
  }
}

export interface FindingContext {
  /** Another file, parsed; null where it cannot be read. */
  fileAt(path: string): PythonFile | null;
  /** Whether repairs are worked out. */
  readonly wantsReplacements: boolean;
}

/** The findings of one file. */
export function foundIn(file: PythonFile, findings: readonly Finding[], around: FindingContext): Found[] {
  const places = new Map<string, Places>([[file.path, new Places(file)]]);
  const placesOf = (path: string): Places | null => {
    const other = places.get(path) ?? null;
    if (other) return other;
    const parsed = around.fileAt(path);
    const made = parsed && new Places(parsed);
    if (made) places.set(path, made);
    return made;
  };
  const own = placesOf(file.path)!;
  const prints = new Map<string, number>();
  return findings.map((finding): Found => {
    const region = own.region(finding);
    const line = own.line(region);
    const print = printOf(finding, line);
    const count = (prints.get(print) ?? 0) + 1;
    prints.set(print, count);
    return {
      ...region,
      line,
      rule: finding.rule,
      subject: finding.subject ?? null,
      severity: finding.severity,
      message: finding.message,
      unnecessary: finding.unnecessary === true,
      related: (finding.related ?? []).flatMap((each) => {
        const there = placesOf(each.path ?? file.path);
        return there ? [{ ...there.region(each), message: each.message }] : [];
      }),
      fixes: (finding.fixes ?? []).map((fix) => ({
        title: fix.title,
        safe: fix.safe,
        ...(around.wantsReplacements && {
          replacements: fix.edits().flatMap((edit) => {
            const there = placesOf(edit.path ?? file.path);
            return there ? [{ ...there.region(edit), text: edit.text }] : [];
          }),
        }),
      })),
      fingerprint: count === 1 ? print : `${print}#${count}`,
    };
  });
}

function printOf({ rule, subject }: Finding, line: string): string {
  const text = [rule, subject ?? '', line.trim().replace(/\s+/g, ' ')].join('\0');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
