/** A file that is taken to be silent, from what it shows by itself, has no finding when the rules are run on it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { silenceOf, staysSilent } from '../../server/src/core/analysis/silence.ts';
import { factsOf } from '../../server/src/core/program/facts.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { fixtures, isPython, subjects, workspaceOf } from '../corpus.ts';
import type { MarkedFile } from '../marks.ts';
import { sampleOf } from '../sample.ts';

/** Of so many files, how many were silent. */
const seen = { files: 0, silent: 0 };

function check(files: readonly Pick<MarkedFile, 'path' | 'text' | 'notebook'>[]): string[] {
  const workspace = workspaceOf(files);
  return files.filter(isPython).flatMap(({ path, text, notebook }) => {
    const file = openFile(path, notebook ?? text);
    const project = projectOf(file, DEFAULT_SETTINGS, workspace);
    const silence = silenceOf(file, factsOf(file), DEFAULT_SETTINGS, (name) => project.versions.versionOf(name));
    seen.files++;
    if (!staysSilent(silence, path, DEFAULT_SETTINGS, workspace)) return [];
    seen.silent++;
    const { findings, problems } = analyze(project, DEFAULT_SETTINGS);
    return [...findings.map(({ rule }) => `${path}: ${rule}`), ...problems.map(({ text }) => text)];
  });
}

const sampled = sampleOf(fixtures(), 120);

for (const { name, files } of sampled.chosen) {
  test(`fixtures/${name} (${sampled.about})`, () => {
    assert.deepEqual(check(files), []);
  });
}

const alone = sampleOf(subjects(), 120);

test(`each text by itself (${alone.about})`, () => {
  const wrong = alone.chosen.flatMap(({ name, path, text }) =>
    check([{ path, text }]).map((each) => `${name}: ${each}`),
  );
  assert.deepEqual(wrong, []);
});

test('many files are silent, so that these tests say something', () => {
  assert.ok(seen.silent > seen.files / 10, `${seen.silent} of ${seen.files}`);
});
