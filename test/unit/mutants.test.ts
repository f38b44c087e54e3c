/** Programs that seed, with one seed spoilt: the stream that is lost must be reported, and nothing before. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { indexFile } from '../../server/src/core/program/indexed-file.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { Workspace } from '../../server/src/core/program/workspace.ts';
import { closeFile, openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { fixtures } from '../corpus.ts';
import { mutantsOf, type SourceFile } from '../mutants.ts';

const ENOUGH = 100;
const LEAST_SHARE = 0.95;
/** The rules that say that a stream is left to chance. */
const SEEDING = new Set([
  'incomplete-seeding',
  'late-seed',
  'varying-seed',
  'unseeded-child-process',
  'missing-random-state',
  'cuda-only-seed',
]);

const programs = fixtures().filter(({ name }) => name.startsWith('mutants/'));
const understood = new Map<string, { file: ReturnType<typeof openFile>; indexed: ReturnType<typeof indexFile> }>();
after(() => {
  for (const { file } of understood.values()) closeFile(file);
});

test('programs that seed are not told to', () => {
  const told = programs.flatMap(({ name, files }) => [...streamsLeft(files)].map((stream) => `${name}: ${stream}`));
  assert.deepEqual(told, []);
});

test(`of at least ${ENOUGH} spoilt seeds, ${LEAST_SHARE * 100} % are found`, (t) => {
  const mutants = programs.flatMap(({ name, files }) =>
    mutantsOf(files).map((mutant) => ({ ...mutant, name: `${name}: ${mutant.name}` })),
  );
  const missed = mutants.flatMap(({ name, files, lost }) => {
    const found = streamsLeft(files);
    const left = lost.filter((stream) => !found.has(stream));
    return left.length > 0 ? [`${name} loses ${lost.join(', ')}; not found: ${left.join(', ')}`] : [];
  });
  for (const each of missed) t.diagnostic(each);
  t.diagnostic(`${mutants.length - missed.length} of ${mutants.length} found`);
  assert.ok(mutants.length >= ENOUGH, `${mutants.length} spoilt seeds`);
  assert.ok(missed.length <= mutants.length * (1 - LEAST_SHARE), missed.join('\n'));
});

/** The streams that the seeding rules report anywhere in the project. */
function streamsLeft(files: readonly SourceFile[]): Set<string | undefined> {
  const workspace = new Workspace();
  const opened = files.map(({ path, text }) => {
    const key = `${path}\0${text}`;
    const known = understood.get(key) ?? understand(path, text);
    understood.set(key, known);
    workspace.set(path, known.indexed);
    return known.file;
  });
  const findings = opened.flatMap((file): readonly Finding[] => {
    const { findings, problems } = analyze(projectOf(file, DEFAULT_SETTINGS, workspace), DEFAULT_SETTINGS);
    assert.deepEqual(problems, [], `${file.path}: a rule threw`);
    return findings;
  });
  const seeding = findings.filter(({ rule }) => SEEDING.has(rule));
  return new Set(seeding.map(({ rule, subject }) => (rule === 'cuda-only-seed' ? 'torch' : subject)));
}

function understand(path: string, text: string) {
  const file = openFile(path, text);
  return { file, indexed: indexFile(file) };
}
