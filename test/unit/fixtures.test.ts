/** Every fixture: a finding without a mark fails, and so does a mark without a finding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '../../server/src/core/rules/index.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { fixtures, isPython, type Understood, understand, workspaceOf } from '../corpus.ts';
import { compareMarks } from '../marks.ts';

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
      understand(file.path, file.notebook ?? file.text, compare, DEFAULT_SETTINGS, workspaceOf(files));
    }
  });
}
