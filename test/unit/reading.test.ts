/** The work for a long text grows with the text: families of which some part of the engine once took the square. Work is counted, so that no machine is slow. */
// First of all: only what V8 compiles from here on is counted.
import '../work.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { workspaceOf } from '../corpus.ts';
import { type Files, LONG } from '../families.ts';
import { countedWork } from '../work.ts';

/** Twice the text may take so many times the work: an exponent of 1.2. */
const MOST = 2 ** 1.2;
/** Long enough for what is looked up once and for all. */
const FEW = 3;

/** How often some piece of the engine runs while a program is read, lowered, composed and judged. */
function readingOf(files: Files): number {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return countedWork(() => {
    const file = openFile('train.py', files['train.py']!);
    analyze(projectOf(file, DEFAULT_SETTINGS, workspaceOf(texts)), DEFAULT_SETTINGS);
    closeFile(file);
  });
}

for (const [name, { make, sizes }] of Object.entries(LONG)) {
  test(`${name}: reading grows with the text`, () => {
    readingOf(make(FEW));
    const [small, large] = sizes.map((size) => readingOf(make(size)));
    assert.ok(small && large && large > small, 'nothing was read');
    assert.ok(large / small <= MOST, `${sizes.join(' and ')}: ${small} and ${large} steps`);
  });
}

test('the same work counts the same', () => {
  const { make } = LONG['draws in a row']!;
  readingOf(make(FEW));
  const counts = [1, 2, 3].map(() => readingOf(make(FEW)));
  assert.equal(new Set(counts).size, 1, counts.join());
});
