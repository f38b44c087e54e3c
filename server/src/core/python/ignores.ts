/**
 * Comments that ignore findings: `# seedwise: ignore[rule, ...] reason` on the line or the line above, and
 * `# seedwise: ignore-file[...]` in the head.
 */

import type { Span } from '../text/edit.ts';
import { lineStart, nextLine } from '../text/lines.ts';
import type { PythonFile } from './file.ts';
import { noteOf } from './notes.ts';

export interface Suppression {
  /** The rule names it lists; empty for all rules. */
  readonly rules: readonly string[];
  readonly whole: boolean;
  /** Starts of the lines it speaks for. */
  readonly lines: readonly number[];
  readonly comment: Span;
  readonly names: readonly (Span & { readonly name: string })[];
}

const PATTERN = /#\s*seedwise:\s*(ignore-file|ignore)\b(?:\s*\[([^\]]*)\])?/;

const mentioning = new WeakMap<PythonFile, boolean>();

/** Whether a file may have comments that ignore findings; lowering asks at each draw, and the text is searched once. */
export function mentionsIgnores(file: PythonFile): boolean {
  let mentions = mentioning.get(file);
  if (mentions === undefined) {
    mentions = file.text.includes('seedwise:');
    mentioning.set(file, mentions);
  }
  return mentions;
}

/** The comments of a file that ignore findings, in order. */
export function suppressionsOf(file: PythonFile): Suppression[] {
  if (!mentionsIgnores(file)) return [];
  const firstCode = file.syntax.root.children.find((node) => !isDocstring(node))?.start ?? file.text.length;
  return file.syntax.comments.flatMap((comment): Suppression[] => {
    const match = PATTERN.exec(file.read(comment));
    if (!match) return [];
    const whole = match[1] === 'ignore-file';
    // Further down an ignore-file would silence what was written before it.
    if (whole && comment.start > firstCode) return [];
    const at = comment.start + match.index;
    const names = namesIn(match[2] ?? '', at + match[0].indexOf('[') + 1);
    const start = lineStart(file.text, comment.start);
    const isAlone = file.text.slice(start, comment.start).trim() === '';
    const next = nextLine(file.text, comment.end);
    const lines = isAlone && next <= file.bounds(comment.start).end ? [start, next] : [start];
    return [
      { rules: names.map((each) => each.name), whole, lines, comment: { start: at, end: at + match[0].length }, names },
    ];
  });
}

/** The starts of the lines that ignore findings of some rules, and their names; none listed are all. */
const ofLines = new WeakMap<PythonFile, ReadonlyMap<number, readonly string[]>>();

function ignoredLines(file: PythonFile): ReadonlyMap<number, readonly string[]> {
  const known = ofLines.get(file);
  if (known) return known;
  const lines = new Map<number, readonly string[]>();
  for (const { rules, whole, lines: starts } of suppressionsOf(file)) {
    if (whole) continue;
    for (const start of starts) {
      const others = lines.get(start);
      lines.set(start, others?.length === 0 || rules.length === 0 ? [] : [...(others ?? []), ...rules]);
    }
  }
  ofLines.set(file, lines);
  return lines;
}

/** The rules whose findings the line of an offset ignores: null for none, and an empty list for all. */
export function ignoredAt(file: PythonFile, offset: number): readonly string[] | null {
  noteOf('ignores');
  return mentionsIgnores(file) ? (ignoredLines(file).get(lineStart(file.text, offset)) ?? null) : null;
}

/** The lines that ignore something, by the function they stand in and their number in it. */
export function ignoresText(file: PythonFile): string {
  if (!mentionsIgnores(file)) return '';
  return [...ignoredLines(file)]
    .map(([start, rules]) => {
      const end = nextLine(file.text, start);
      const home = [...file.scopes.functions.values()]
        .filter(({ node }) => node.start < end && start <= node.end)
        .sort((a, b) => b.node.start - a.node.start)[0];
      const lines = file.text.slice(home?.node.start ?? 0, start).split('\n').length;
      return `${home?.id ?? ''} ${lines} ${rules.join()}`;
    })
    .join('\n');
}

function namesIn(list: string, offset: number): (Span & { name: string })[] {
  return [...list.matchAll(/[^\s,]+/g)].map((match) => ({
    name: match[0],
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }));
}

function isDocstring(node: { type: string; children: readonly { type: string }[] }): boolean {
  return node.type === 'expression_statement' && node.children[0]?.type === 'string';
}
