/** Findings that a comment ignores, and comments that ignore nothing, which are findings themselves. */

import type { Finding } from '../contract/rule.ts';
import { eolOf, indentAt, insertAt, lineEnd, removeLines } from '../edits/edit-text.ts';
import { headOffset } from '../edits/imports.ts';
import type { PythonFile } from '../python/file.ts';
import { type Suppression, suppressionsOf } from '../python/ignores.ts';
import type { Edit, Fix, Span } from '../text/edit.ts';
import { t } from '../text/language.ts';
import { lineStart } from '../text/lines.ts';

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

function endsInsideString(file: PythonFile, offset: number): boolean {
  let node = file.syntax.root;
  for (;;) {
    const inner = node.children.find((child) => child.start < offset && child.end > offset);
    if (!inner) return false;
    if (inner.type === 'string') return true;
    node = inner;
  }
}
