/**
 * `# seedwise: ignore[rule, ...] reason` on the line or the line above, `# seedwise: ignore-file[...]` in the head.
 * An ignore that ignores nothing is itself a finding.
 */

import type { Finding } from '../contract/rule.ts';
import { eolOf, indentAt, insertAt, lineEnd, lineStart, removeLines } from '../edits/edit-text.ts';
import { headOffset } from '../edits/imports.ts';
import type { PythonFile } from '../python/file.ts';
import type { Edit, Fix, Span } from '../text/edit.ts';
import { t } from '../text/language.ts';

interface Suppression {
  /** The rule names it lists; empty for all rules. */
  readonly rules: readonly string[];
  readonly whole: boolean;
  /** Starts of the lines it speaks for. */
  readonly lines: readonly number[];
  readonly comment: Span;
  readonly names: readonly (Span & { readonly name: string })[];
}

const PATTERN = /#\s*seedwise:\s*(ignore-file|ignore)\b(?:\s*\[([^\]]*)\])?/;

/** Cheap: whether a file may have comments that ignore findings. */
export const mentionsIgnores = ({ text }: PythonFile): boolean => text.includes('seedwise:');

function suppressionsOf(file: PythonFile): Suppression[] {
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
    const next = lineEndNext(file.text, comment.end);
    const lines = isAlone && next <= file.bounds(comment.start).end ? [start, next] : [start];
    return [
      { rules: names.map((each) => each.name), whole, lines, comment: { start: at, end: at + match[0].length }, names },
    ];
  });
}

/** Splits findings into those that stay and the unused names of the ignores. */
export function suppress(
  file: PythonFile,
  findings: readonly Finding[],
): { kept: Finding[]; unused: (Span & { name: string; fix: Fix })[] } {
  const suppressions = suppressionsOf(file);
  if (suppressions.length === 0) return { kept: [...findings], unused: [] };
  const used = new Set<string>();
  const kept = findings.filter((finding) => {
    const line = lineStart(file.text, finding.start);
    let silenced = false;
    suppressions.forEach((suppression, i) => {
      if (!suppression.whole && !suppression.lines.includes(line)) return;
      if (suppression.rules.length > 0 && !suppression.rules.includes(finding.rule)) return;
      used.add(`${i} ${suppression.rules.length > 0 ? finding.rule : ''}`);
      silenced = true;
    });
    return !silenced;
  });
  const unused = suppressions.flatMap((suppression, i) => {
    if (suppression.rules.length === 0) {
      return used.has(`${i} `) ? [] : [{ ...suppression.comment, name: '', fix: removal(file, suppression, null) }];
    }
    return suppression.names
      .filter((each) => !used.has(`${i} ${each.name}`))
      .map((each) => ({ ...each, fix: removal(file, suppression, each.name) }));
  });
  return { kept, unused };
}

/** Ignores the finding on its line, with the comment where black would leave it. */
export function ignoreLine(file: PythonFile, finding: Finding): Edit[] {
  const line = lineStart(file.text, finding.start);
  const own = suppressionsOf(file).find((each) => !each.whole && each.lines.includes(line) && each.names.length > 0);
  const last = own?.names.at(-1);
  if (last) return [insertAt(last.end, `, ${finding.rule}`)];
  const end = lineEnd(file.text, finding.start);
  const comment = `# seedwise: ignore[${finding.rule}]`;
  // Behind a backslash or inside a string over several lines no comment fits: it goes above the statement's line.
  const text = file.text.slice(line, end);
  const crowded = file.syntax.comments.some((each) => each.start >= line && each.end <= end);
  if (/\\\s*$/.test(text) || crowded || endsInsideString(file, end)) {
    return [insertAt(line, `${indentAt(file.text, line)}${comment}${eolOf(file)}`)];
  }
  return [insertAt(line + text.trimEnd().length, `  ${comment}`)];
}

/** Ignores the rule in the whole file, below the shebang, the encoding and what is ignored already. */
export function ignoreFile(file: PythonFile, rule: string): Edit[] {
  const own = suppressionsOf(file).find((each) => each.whole && each.names.length > 0);
  const last = own?.names.at(-1);
  if (last) return [insertAt(last.end, `, ${rule}`)];
  return [insertAt(headOffset(file), `# seedwise: ignore-file[${rule}]${eolOf(file)}`)];
}

function removal(file: PythonFile, suppression: Suppression, name: string | null): Fix {
  return {
    title: name === null ? t`Remove this ignore` : t`Remove \`${name}\` from this ignore`,
    safe: true,
    edits: () => {
      const index = suppression.names.findIndex((each) => each.name === name);
      const target = suppression.names[index];
      if (name !== null && target && suppression.names.length > 1) {
        const next = suppression.names[index + 1];
        const previous = suppression.names[index - 1];
        const span = next
          ? { start: target.start, end: next.start }
          : { start: previous?.end ?? target.start, end: target.end };
        return [{ ...span, text: '' }];
      }
      const end = lineEnd(file.text, suppression.comment.end);
      const start = lineStart(file.text, suppression.comment.start);
      const before = file.text.slice(start, suppression.comment.start).trimEnd();
      if (before !== '') return [{ start: start + before.length, end, text: '' }];
      return [removeLines(file, start, end)];
    },
  };
}

function namesIn(list: string, offset: number): (Span & { name: string })[] {
  return [...list.matchAll(/[^\s,]+/g)].map((match) => ({
    name: match[0],
    start: offset + match.index,
    end: offset + match.index + match[0].length,
  }));
}

function lineEndNext(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}

function isDocstring(node: { type: string; children: readonly { type: string }[] }): boolean {
  return node.type === 'expression_statement' && node.children[0]?.type === 'string';
}

function endsInsideString(file: PythonFile, offset: number): boolean {
  let node = file.syntax.root;
  for (;;) {
    const inner = node.children.find((child) => child.start < offset && child.end > offset);
    if (!inner) return false;
    if (inner.type === 'string') return true;
    node = inner;
  }
}
