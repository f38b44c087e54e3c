/** Diagnostics over the real protocol: what is reported, where, and that it is never about an older text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiagnosticSeverity, type DocumentDiagnosticReport } from 'vscode-languageserver/node';
import { BAD, faultRange, GOOD, URI } from './samples.ts';
import { CAPABLE, COMMAND_LINE, type Server, startServer, until, withServer } from './server.ts';

const PUSH_ONLY = { workspace: CAPABLE.workspace!, textDocument: { publishDiagnostics: {} } };

function itemsOf(report: DocumentDiagnosticReport) {
  assert.equal(report.kind, 'full');
  return report.items;
}

const rangesAt = async (server: Server, uri: string) => itemsOf(await server.pull(uri)).map(({ range }) => range);

test('the server says what it can do', () =>
  withServer({}, async ({ capabilities, serverInfo }) => {
    assert.equal(serverInfo?.name, 'Seedwise');
    assert.match(serverInfo?.version ?? '', /^\d+\.\d+\.\d+$/);
    assert.deepEqual(capabilities, {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: 2 },
      codeActionProvider: {
        codeActionKinds: ['quickfix', 'refactor.rewrite', 'source.fixAll.seedwise', 'notebook.source.fixAll.seedwise'],
        resolveProvider: true,
      },
      hoverProvider: true,
      executeCommandProvider: {
        commands: [
          'seedwise.insertSeedBlock',
          'seedwise.insertSeedWorker',
          'seedwise.makeDeterministic',
          'seedwise.replaceIndexSelect',
          'seedwise.fixInWorkspace',
          'seedwise.insertRunComparison',
          'seedwise.report',
        ],
      },
      diagnosticProvider: { identifier: 'seedwise', interFileDependencies: true, workspaceDiagnostics: false },
    });
  }));

test('a pull reports the exact token', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD);
    const [diagnostic, ...others] = itemsOf(await server.pull(URI));
    assert.deepEqual(others, []);
    assert.deepEqual(diagnostic?.range, faultRange());
    assert.equal(diagnostic?.severity, DiagnosticSeverity.Warning);
    assert.equal(diagnostic?.code, 'cudnn-benchmark');
    assert.match(diagnostic?.codeDescription?.href ?? '', /^https:.*\/cudnn-benchmark/);
    assert.equal(diagnostic?.source, 'Seedwise');
    assert.notEqual(diagnostic?.message, '');
  }));

test('columns count UTF-16 units', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD.replace('torch.backends', '"🎲"; torch.backends'));
    const [range] = await rangesAt(server, URI);
    assert.deepEqual([range?.start.character, range?.end.character], [39, 43]);
  }));

test('an unchanged result is not sent again', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD);
    const first = await server.pull(URI);
    const again = await server.pull(URI, first.resultId);
    assert.deepEqual(again, { kind: 'unchanged', resultId: first.resultId });

    await server.change(URI, 2, {
      range: { start: { line: 6, character: 0 }, end: { line: 6, character: 0 } },
      text: '\n',
    });
    assert.equal((await server.pull(URI, first.resultId)).kind, 'unchanged');

    await server.change(URI, 3, { range: faultRange(), text: 'False' });
    assert.deepEqual(itemsOf(await server.pull(URI, first.resultId)), []);
  }));

test('a result id of an earlier server means nothing to the next', async () => {
  let old: DocumentDiagnosticReport | undefined;
  await withServer({}, async (server) => {
    await server.open(URI, BAD);
    old = await server.pull(URI);
  });
  await withServer({}, async (server) => {
    await server.open(URI, BAD);
    assert.deepEqual(itemsOf(await server.pull(URI, old?.resultId)), itemsOf(old!));
  });
});

test('a document that is not open, or no longer, has an empty report', () =>
  withServer({}, async (server) => {
    assert.deepEqual(await server.pull(URI), { kind: 'full', items: [] });
    await server.open(URI, BAD);
    await server.close(URI);
    assert.deepEqual(await server.pull(URI), { kind: 'full', items: [] });
    assert.deepEqual(server.said.logs, []);
  }));

test('documents are linted wherever they live, but not old versions, output or other languages', () =>
  withServer({}, async (server) => {
    const linted = ['untitled:Untitled-1', 'vscode-remote://ssh/project/train.py', 'vscode-vfs://github/a/b/train.py'];
    const ignored = [
      'git:/project/train.py?%7B%7D',
      'output:tasks',
      'vscode-local-history:/project/train.py',
      'pr:/train.py',
    ];
    for (const uri of [...linted, ...ignored]) await server.open(uri, BAD);
    await server.open('file:///project/notes.md', BAD, 'markdown');
    for (const uri of linted) assert.deepEqual(await rangesAt(server, uri), [faultRange()], uri);
    for (const uri of [...ignored, 'file:///project/notes.md']) assert.deepEqual(await rangesAt(server, uri), [], uri);
  }));

test('a file that is too long or not text is named in the log once and has no diagnostics', () =>
  withServer({}, async (server) => {
    const huge = BAD + '# padding\n'.repeat(500_000);
    for (const [uri, text] of [
      ['file:///huge.py', huge],
      ['file:///binary.py', `${BAD}\0`],
    ] as const) {
      server.said.logs.length = 0;
      await server.open(uri, text);
      assert.deepEqual(await rangesAt(server, uri), []);
      await server.change(uri, 2, { text: `${text}#` });
      assert.deepEqual(await rangesAt(server, uri), []);
      assert.equal(server.said.logs.length, 1);
      assert.ok(server.said.logs[0]?.includes(uri));
      await server.change(uri, 3, { text: BAD });
      assert.deepEqual(await rangesAt(server, uri), [faultRange()]);
    }
  }));

test('broken and empty Python are no errors', () =>
  withServer({}, async (server) => {
    await server.open(URI, `${BAD}def broken(:\n    (\n`);
    assert.deepEqual(await rangesAt(server, URI), [faultRange()]);
    await server.change(URI, 2, { text: '' });
    assert.deepEqual(await rangesAt(server, URI), []);
    await server.change(URI, 3, { text: BAD });
    assert.deepEqual(await rangesAt(server, URI), [faultRange()]);
    assert.deepEqual(server.said.logs, []);
  }));

test('a client that cannot pull is sent diagnostics, and none once the document is closed', () =>
  withServer({ capabilities: PUSH_ONLY }, async (server) => {
    const { published } = server.said;
    assert.equal(server.capabilities.diagnosticProvider, undefined);
    await server.open(URI, BAD);
    await until(() => published.length === 1);
    assert.equal(published[0]?.version, 1);
    assert.deepEqual(
      published[0]?.diagnostics.map(({ range }) => range),
      [faultRange()],
    );

    await server.change(URI, 2, { text: GOOD });
    await until(() => published.length === 2);
    assert.deepEqual(published[1], { uri: URI, version: 2, diagnostics: [] });

    await server.change(URI, 3, { text: BAD });
    await server.close(URI);
    await until(() => published.length === 3);
    assert.deepEqual(published[2], { uri: URI, diagnostics: [] });
  }));

test('while someone types, whatever is sent fits the version it names', () =>
  withServer({ capabilities: PUSH_ONLY }, async (server) => {
    const { published } = server.said;
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    await server.open(URI, BAD);
    for (let version = 2; version <= 40; version++) {
      await server.change(URI, version, { range: top, text: '\n' });
      // Between pauses nothing is waited for, so that no machine is too slow to type.
      if (version % 10 === 0) await until(() => published.at(-1)?.version === version);
    }
    assert.ok(published.length < 20, 'a pause is waited for');
    for (const { version, diagnostics } of published) {
      assert.deepEqual(
        diagnostics.map(({ range }) => range),
        [faultRange(version! - 1)],
        `version ${version}`,
      );
    }
  }));

test('the exit code tells whether the client said goodbye', async () => {
  const polite = await startServer();
  await polite.shutDown();
  assert.equal(await polite.exit(), 0);
  const abrupt = await startServer();
  assert.equal(await abrupt.exit(), 1);
});

test('the command line starts the same server', () =>
  withServer({ program: COMMAND_LINE }, async (server) => {
    await server.open(URI, BAD);
    assert.deepEqual(await rangesAt(server, URI), [faultRange()]);
  }));
