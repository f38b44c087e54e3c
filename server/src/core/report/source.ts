/** The program's files as a report reads them: which text is at a place, and on which line. */

import { isWay, type TraceFrame, type TraceStep, type Way } from '../composing/trace.ts';
import { statementOf } from '../edits/edit-text.ts';
import type { Site } from '../effects/summary.ts';
import type { Workspace } from '../program/workspace.ts';
import { closeFile, type Node, type PythonFile } from '../python/file.ts';
import { cellAt } from '../python/notebook.ts';
import { nodeAt } from '../seeding/seeds.ts';
import type { Span } from '../text/edit.ts';
import { onOneLine } from '../text/excerpts.ts';
import { t } from '../text/language.ts';

/** Where something is written. Line and column count from 1, columns in UTF-16 units. */
export interface Place {
  readonly path: string;
  /** In a notebook the index of the cell among all its cells, from 0; the line is then the cell's. */
  readonly cell?: number;
  readonly line: number;
  readonly column: number;
}

/** The lines of a statement, in a file or in a cell of a notebook. */
export interface Lines {
  readonly path: string;
  readonly cell?: number;
  readonly first: number;
  readonly last: number;
}

/** `train.py:3`, `demo.ipynb:cell 2:3`; people count cells from 1. */
export const placeName = ({ cell, line }: Place, name: string): string =>
  cell === undefined ? `${name}:${line}` : t`${name}:cell ${cell + 1}:${line}`;

/** A piece of code, on one line and not too long, and where it is. */
export interface Mention {
  readonly code: string;
  readonly place: Place;
}

/** A condition that a report cannot decide. */
export interface OpenCondition extends Mention {
  readonly holds: boolean;
}

const LONGEST_CALLER = 44;

export class SourceFiles {
  readonly #workspace: Workspace;
  readonly #files = new Map<string, PythonFile | null>();
  readonly #lines = new Map<PythonFile, readonly number[]>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** The file as it is now; null where nobody can read it. Its tree is freed at once: the nodes are enough. */
  file(path: string): PythonFile | null {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = this.#workspace.open(path);
      if (file) closeFile(file);
      this.#files.set(path, file);
    }
    return file;
  }

  place(file: PythonFile, offset: number): Place {
    const cell = file.notebook ? cellAt(file.notebook, offset) : undefined;
    if (!cell) return { path: file.path, ...this.#position(file, offset) };
    const { line, column } = this.#position(file, Math.min(offset, cell.end));
    return { path: file.path, cell: cell.index, line: line - this.#position(file, cell.start).line + 1, column };
  }

  /** The lines of the statement that a span is a part of; of one with a body, those before it. */
  lines(file: PythonFile, span: Span): Lines {
    const statement = statementOf(nodeAt(file, span));
    const first = this.place(file, Math.min(statement.start, span.start));
    const end = statement.get('body')?.start ?? statement.end;
    const last = this.place(file, Math.max(statement.start, end - 1)).line;
    const { path, cell, line } = first;
    return { path, ...(cell === undefined ? {} : { cell }), first: line, last: Math.max(line, last) };
  }

  /** In the whole text. */
  #position(file: PythonFile, offset: number): { readonly line: number; readonly column: number } {
    let starts = this.#lines.get(file);
    if (!starts) {
      starts = [0, ...[...file.text.matchAll(/\r\n|\r|\n/g)].map((end) => end.index + end[0].length)];
      this.#lines.set(file, starts);
    }
    let low = 0;
    for (let high = starts.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  mention(file: PythonFile, span: Span): Mention {
    return { code: onOneLine(file.read(span)), place: this.place(file, span.start) };
  }

  /** The node of a site, its own place, which for what `%run` runs is no node, and the file. */
  at(site: Site): { readonly file: PythonFile; readonly node: Node; readonly span: Span } | null {
    const file = this.file(site.path);
    const span = this.#workspace.site(site.path, site.site);
    return file && span ? { file, node: nodeAt(file, span), span } : null;
  }

  /** The token of a site, such as the callee. */
  token(site: Site): Mention | null {
    const found = this.at(site);
    return found && this.mention(found.file, found.span);
  }

  /** The whole call whose callee is at the site; the expression itself where it is none. */
  call(site: Site): Mention | null {
    const found = this.at(site);
    if (found?.file.notebook?.runs.some(({ start }) => start === found.span.start))
      return this.#statement({ kind: 'run', site });
    return found && this.mention(found.file, callOf(found.node) ?? found.span);
  }

  /**
   * The calls that lead to a step: the outermost and the innermost one. The call that only starts the program, as
   * `main()`, says nothing.
   */
  callers(step: TraceStep): Mention[] {
    const calls = step.frames.filter(isWay);
    const [first, second] = calls;
    const entry = first?.kind === 'call' ? this.at(first.site) : null;
    const staysHere = first !== undefined && (second ?? step).site.path === first.site.path;
    const telling = entry && staysHere && startsProgram(entry.node, entry.file) ? calls.slice(1) : calls;
    const ends = telling.length > 2 ? [telling[0], telling.at(-1)] : telling;
    return ends.flatMap((way) => (way && (way.kind === 'call' ? this.#caller(way.site) : this.#statement(way))) ?? []);
  }

  /** A call whose arguments are left out where they are long. */
  #caller(site: Site): Mention | null {
    const found = this.at(site);
    const call = found && callOf(found.node);
    if (!found || !call) return this.token(site);
    const { code, place } = this.mention(found.file, call);
    return { code: code.length <= LONGEST_CALLER ? code : `${onOneLine(found.file.read(found.node))}(…)`, place };
  }

  #statement({ kind, site }: Way): Mention | null {
    const token = this.token(site);
    return token && { ...token, code: `${kind === 'run' ? '%run' : 'import'} ${token.code}` };
  }

  /** The conditions around a step that nobody can decide, outermost first. */
  conditions(frames: readonly TraceFrame[]): OpenCondition[] {
    return frames.flatMap((frame) => {
      const token = frame.kind === 'condition' && frame.site ? this.token(frame.site) : null;
      return token && frame.kind === 'condition' ? [{ ...token, holds: frame.holds }] : [];
    });
  }
}

/** The call a callee belongs to. */
export function callOf(node: Node): Node | null {
  if (node.type === 'call') return node;
  return node.parent?.type === 'call' && node.parent.get('function') === node ? node.parent : null;
}

/** `main()` or `sys.exit(main())`, a statement outside any function. */
function startsProgram(callee: Node, file: PythonFile): boolean {
  const call = callOf(callee);
  if (!call || call.enclosing('function_definition', 'class_definition')) return false;
  if ((call.get('arguments')?.children.length ?? 0) > 0) return false;
  const outer = call.parent?.type === 'argument_list' ? call.parent.parent : null;
  const exits = outer?.type === 'call' && /exit$/i.test(file.read(outer.get('function') ?? outer));
  return (exits ? outer.parent : call.parent)?.type === 'expression_statement';
}
