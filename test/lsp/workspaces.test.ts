/** Whole projects over the real protocol: the server finds what is marked, and a seed in another file clears a squiggle. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { withinCell } from '../../server/src/core/python/notebook.ts';
import { readNotebook } from '../../server/src/host/notebook-file.ts';
import { workspaceFiles, writeFiles } from '../workspaces.ts';
import { CAPABLE, type Server, withServer } from './server.ts';

const SEVERITIES = ['', 'error', 'warning', 'information', 'hint'];
const files = workspaceFiles('vision');
const textOf = (name: string): string => files.find((file) => file.path === name)!.text;

function onDisk(t: TestContext) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'seedwise-')));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFiles(files, folder);
  return {
    folder,
    rootUri: pathToFileURL(folder).href,
    uriOf: (name: string): string => pathToFileURL(path.join(folder, name)).href,
  };
}

/** What the server shows of a document, one line a finding. */
async function found(server: Server, uri: string, text: string): Promise<string[]> {
  const report = await server.pull(uri);
  assert.equal(report.kind, 'full');
  const document = TextDocument.create(uri, 'python', 0, text);
  return report.items.map((each) => shown(each, document));
}

const shown = ({ range, severity, code }: Diagnostic, document: TextDocument): string =>
  `${document.offsetAt(range.start)}-${document.offsetAt(range.end)} ${SEVERITIES[severity ?? 0]} ${code}`;

/** A first answer may come before all files are read; a later one must not. */
async function eventually(read: () => Promise<string[]>, expected: readonly string[], name: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  let actual = await read();
  while (actual.join() !== expected.join() && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    actual = await read();
  }
  assert.deepEqual(actual, expected, name);
}

test('the server finds what is marked', (t) => {
  const { rootUri, uriOf } = onDisk(t);
  return withServer({ rootUri }, async (server) => {
    for (const file of files.filter(({ path: name }) => name.endsWith('.py'))) {
      await server.open(uriOf(file.path), file.text);
      const marked = file.marks.map(({ start, end, severity, rule }) => `${start}-${end} ${severity} ${rule}`);
      const read = async (): Promise<string[]> => (await found(server, uriOf(file.path), file.text)).sort();
      await eventually(read, marked.sort(), file.path);
      await server.close(uriOf(file.path));
    }
  });
});

test('the server finds what is marked in a notebook', (t) => {
  const { rootUri, uriOf } = onDisk(t);
  const capabilities = { ...CAPABLE, notebookDocument: { synchronization: {} } };
  return withServer({ rootUri, capabilities }, async (server) => {
    const file = files.find(({ path: name }) => name === 'notebooks/explore.ipynb')!;
    const uri = (index: number): string => `${uriOf(file.path).replace('file:', 'vscode-notebook-cell:')}#${index}`;
    const cells = readNotebook(file.stored!).cells.map(({ index, text }) => ({ uri: uri(index), text }));
    await server.openNotebook(uriOf(file.path), cells);
    const marked = file.marks.map((mark) => {
      const { cell, start, end } = withinCell(file.notebook!, mark)!;
      return `${uri(cell.index)} ${start}-${end} ${mark.severity} ${mark.rule}`;
    });
    const read = async (): Promise<string[]> => {
      const last = new Map(server.said.published.map((each) => [each.uri, each.diagnostics]));
      return cells.flatMap((cell) => {
        const document = TextDocument.create(cell.uri, 'python', 0, cell.text);
        return (last.get(cell.uri) ?? []).map((each) => `${cell.uri} ${shown(each, document)}`);
      });
    };
    assert.equal(marked.length, 1);
    await eventually(read, marked, file.path);
  });
});

test('the seed that the helper leaves out clears the squiggle of its program, unsaved', (t) => {
  const { rootUri, uriOf } = onDisk(t);
  const [train, seed] = ['train.py', 'utils/seed.py'];
  const helper = textOf(seed);
  const complete = helper
    .replace('import torch\n', 'import numpy as np\nimport torch\n')
    .replace('random.seed(seed)\n', 'random.seed(seed)\n    np.random.seed(seed)\n');
  assert.notEqual(complete, helper);
  return withServer({ rootUri }, async (server) => {
    const rules = async (): Promise<string[]> =>
      (await found(server, uriOf(train), textOf(train))).map((line) => line.split(' ').at(-1)!);
    await server.open(uriOf(train), textOf(train));
    await eventually(rules, ['incomplete-seeding', 'unseeded-split', 'unseeded-shuffle'], train);

    await server.open(uriOf(seed), helper);
    await server.change(uriOf(seed), 2, { text: complete });
    await server.pull(uriOf(seed));
    assert.deepEqual(await rules(), ['unseeded-split', 'unseeded-shuffle']);

    await server.change(uriOf(seed), 3, { text: helper });
    await server.pull(uriOf(seed));
    assert.deepEqual(await rules(), ['incomplete-seeding', 'unseeded-split', 'unseeded-shuffle']);
  });
});

test('a launch file that sets the variable of cuBLAS silences its rule, until it is gone', (t) => {
  const { folder, rootUri, uriOf } = onDisk(t);
  const [exact, launch] = ['scripts/exact.py', '.vscode/launch.json'];
  return withServer({ rootUri }, async (server) => {
    const rules = async (): Promise<string[]> =>
      (await found(server, uriOf(exact), textOf(exact))).map((line) => line.split(' ').at(-1)!);
    await server.open(uriOf(exact), textOf(exact));
    await eventually(rules, ['cublas-workspace-config'], exact);

    writeFiles([{ path: launch, text: '{"env": {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}}' }], folder);
    await server.touched(uriOf(launch));
    await eventually(rules, [], exact);

    writeFiles([{ path: launch, text: '{}' }], folder);
    await server.touched(uriOf(launch));
    await eventually(rules, ['cublas-workspace-config'], exact);
  });
});

test('a launch file that was there before counts as well', (t) => {
  const { folder, rootUri, uriOf } = onDisk(t);
  writeFiles([{ path: '.vscode/launch.json', text: '{"env": {"CUBLAS_WORKSPACE_CONFIG": ":16:8"}}' }], folder);
  return withServer({ rootUri }, async (server) => {
    const exact = 'scripts/exact.py';
    await server.open(uriOf(exact), textOf(exact));
    await eventually(() => found(server, uriOf(exact), textOf(exact)), [], exact);
  });
});
