/** Every fixture: a finding without a mark fails, and so does a mark without a finding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSummary, originsOf } from '../../server/src/core/report/debug.ts';
import { RULES } from '../../server/src/core/rules/index.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import type { Node } from '../../server/src/core/syntax/parse.ts';
import { fixtures, isPython, type Understood, understand, workspaceOf } from '../corpus.ts';
import { compareMarks, type MarkedFile, type Reveal } from '../marks.ts';

const names = new Set(RULES.map((rule) => rule.name));

for (const { name, files } of fixtures()) {
  test(name, { skip: RULES.length === 0 && 'no rules yet' }, () => {
    for (const file of files) {
      for (const { rule } of file.marks) assert.ok(names.has(rule), `${name}: there is no rule \`${rule}\` to mark`);
      for (const { rule } of file.later) {
        assert.ok(!names.has(rule), `${name}: \`${rule}\` exists now, so its mark must not say "later"`);
      }
      if (!isPython(file)) continue;
      const compare = ({ analysis }: Understood): void => {
        const { actual, expected } = compareMarks(file, analysis.findings);
        assert.equal(actual, expected, `${name}: the findings of ${file.path} are not those marked`);
      };
      for (const reveal of file.reveals)
        assert.equal(revealed(reveal, file, files), reveal.answer, `${name}: ${reveal.asks}`);
      understand(file.path, file.notebook ?? file.text, compare, DEFAULT_SETTINGS, workspaceOf(files));
    }
  });
}

/** What the engine says where a fixture asks. */
function revealed({ asks, start, end }: Reveal, { path, text }: MarkedFile, files: readonly MarkedFile[]): string {
  if (asks === 'summary') return describeSummary(workspaceOf(files).program(path).summary);
  return understand(path, text, ({ file }) => {
    const node = spanned(file.syntax.root, start, end);
    assert.ok(node, `${path}: no expression is just ${JSON.stringify(text.slice(start, end))}`);
    if (asks === 'name') return file.qualify(node) ?? '(none)';
    if (asks === 'origins') return originsOf(file, node).join(' | ');
    const value = file.constant(node);
    return value === undefined ? '(unknown)' : JSON.stringify(value);
  });
}

/** The outermost node that is just the span. */
function spanned(node: Node, start: number, end: number): Node | null {
  if (node.start === start && node.end === end) return node;
  for (const child of node.children) {
    const found = child.start <= start && end <= child.end ? spanned(child, start, end) : null;
    if (found) return found;
  }
  return null;
}
