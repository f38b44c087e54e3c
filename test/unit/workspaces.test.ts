/** Whole projects through the engine and through the bundled command line: what is marked is found, and nothing else. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { withinCell } from '../../server/src/core/python/notebook.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { isPython, understand, workspaceOf } from '../corpus.ts';
import { compareMarks } from '../marks.ts';
import { shell } from '../shell.ts';
import { workspaceFiles, writeFiles } from '../workspaces.ts';

const files = workspaceFiles('vision');
const python = files.filter(isPython);

test('the project is one that people could have written', () => {
  assert.ok(python.length >= 30, `${python.length} files`);
  const rules = new Set(python.flatMap(({ marks }) => marks.map(({ rule }) => rule)));
  assert.ok(rules.size >= 15, `${rules.size} rules`);
  const silent = python.filter(({ marks }) => marks.length === 0);
  assert.ok(silent.length >= 15, `${silent.length} files without a finding`);
});

test('the engine finds what is marked', () => {
  const workspace = workspaceOf(files);
  for (const file of python) {
    understand(
      file.path,
      file.notebook ?? file.text,
      ({ analysis }) => {
        const { actual, expected } = compareMarks(file, analysis.findings);
        assert.equal(actual, expected, `the findings of ${file.path} are not those marked`);
      },
      DEFAULT_SETTINGS,
      workspace,
    );
  }
});

interface Place {
  readonly row: number;
  readonly column: number;
}

interface Row {
  readonly filename: string;
  readonly cell: number | null;
  readonly code: string;
  readonly severity: string;
  readonly location: Place;
  readonly end_location: Place;
}

/** What the command line finds in the files, written to a folder of their own. */
function check(t: TestContext, all: readonly { readonly path: string; readonly text: string }[]) {
  const { cwd, run } = shell(t, {});
  writeFiles(all, cwd);
  return { folder: cwd, rows: JSON.parse(run('check', '--no-cache', '--format', 'json').stdout) as Row[] };
}

test('a container that sets the variable of cuBLAS silences its rule', (t) => {
  const codes = (all: typeof files): string[] =>
    check(t, all)
      .rows.map(({ code }) => code)
      .filter((code) => code === 'cublas-workspace-config');
  assert.equal(codes(files).length, 1);
  for (const path of [
    'docker/Dockerfile',
    '.env',
    '.vscode/launch.json',
    'run.sh',
    'jobs/train.slurm',
    'conf/a.yaml',
  ]) {
    const setting = { path, text: 'CUBLAS_WORKSPACE_CONFIG=:4096:8\n', marks: [], later: [], reveals: [] };
    assert.deepEqual(codes([...files, setting]), [], path);
  }
});

test('the command line finds the same', (t) => {
  const { folder, rows: all } = check(t, files);
  const rows = all.filter(({ filename }) => isPython({ path: filename }));
  const found = rows.map(({ filename, cell, code, severity, location, end_location }) => {
    const name = path.relative(folder, filename).split(path.sep).join('/');
    return `${name}:${cell ?? ''}:${location.row}:${location.column}-${end_location.row}:${end_location.column} ${severity} ${code}`;
  });
  const marked = python.flatMap(({ path: name, text, marks, notebook }) =>
    marks.map((mark) => {
      const within = notebook && withinCell(notebook, mark);
      const [own, { start, end }] = within ? [text.slice(within.cell.start), within] : [text, mark];
      const place = (offset: number): string => {
        const lines = own.slice(0, offset).split('\n');
        return `${lines.length}:${lines.at(-1)!.length + 1}`;
      };
      return `${name}:${within?.cell.index ?? ''}:${place(start)}-${place(end)} ${mark.severity} ${mark.rule}`;
    }),
  );
  assert.deepEqual(found.sort(), marked.sort());
});
