/** The samples' README says what Seedwise finds in them; this holds it to that. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import '../engine.ts';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';

const folder = new URL('../../examples/', import.meta.url);
const sections = readFileSync(new URL('README.md', folder), 'utf8').split(/^## /m).slice(1);
const samples = readdirSync(folder).filter((name) => name.endsWith('.py'));

test('the README has a section for each sample', () => {
  assert.deepEqual(sections.map((section) => section.split('\n', 1)[0]).sort(), samples.sort());
});

for (const section of sections) {
  const name = section.split('\n', 1)[0] ?? '';
  test(`the table of ${name} is what is found`, () => {
    const rows = [...section.matchAll(/^\| (\d+) \| ([\w-]+) \| (\w+) \| `(.+?)` \|/gm)].map((row) => row.slice(1));
    const text = readFileSync(new URL(name, folder), 'utf8');
    const file = openFile(name, text);
    const { findings } = analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
    closeFile(file);
    const found = findings.map(({ start, end, rule, severity }) => {
      const line = text.slice(0, start).split('\n').length;
      return [String(line), rule, severity, text.slice(start, end)];
    });
    assert.deepEqual(found, rows);
  });
}
