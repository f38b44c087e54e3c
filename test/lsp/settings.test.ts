/** Settings over the real protocol: however they come, they apply at once, and a wrong one harms only itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BAD, URI } from './samples.ts';
import { CAPABLE, type Server, until, withServer } from './server.ts';

const OFF = { rules: { 'cudnn-benchmark': 'off' } };
const ERROR = { rules: { 'cudnn-benchmark': 'error' } };

async function severities(server: Server, uri = URI) {
  const report = await server.pull(uri);
  assert.equal(report.kind, 'full');
  return report.items.map(({ severity }) => severity);
}

test('the client is asked for its settings, and again when they change', () =>
  withServer({ settings: OFF }, async (server) => {
    await server.open(URI, BAD);
    assert.deepEqual(await severities(server), []);
    await server.changeSettings(ERROR);
    await until(() => server.said.refreshes === 1);
    assert.deepEqual(await severities(server), [1]);
  }));

test('a client that cannot be asked sends its settings', () =>
  withServer(
    { capabilities: { textDocument: CAPABLE.textDocument! }, initializationOptions: { settings: OFF } },
    async (server) => {
      await server.open(URI, BAD);
      assert.deepEqual(await severities(server), []);
      await server.changeSettings(ERROR);
      assert.deepEqual(await severities(server), [1]);
    },
  ));

test('pushed diagnostics follow the settings', () =>
  withServer({ capabilities: { workspace: { configuration: true } } }, async (server) => {
    const { published } = server.said;
    await server.open(URI, BAD);
    await until(() => published.length === 1);
    await server.changeSettings(OFF);
    await until(() => published.length === 2);
    assert.deepEqual(
      published.map(({ diagnostics }) => diagnostics.length),
      [1, 0],
    );
  }));

test('wrong settings are named in one message and the rest applies', () =>
  withServer({ settings: { ...ERROR, level: 'loud' } }, async (server) => {
    for (const uri of [URI, 'file:///project/other.py']) {
      await server.open(uri, BAD);
      assert.deepEqual(await severities(server, uri), [1]);
    }
    assert.equal(server.said.messages.length, 1);
    assert.match(server.said.messages[0]!, /seedwise\.level/);

    await server.changeSettings({ ...OFF, level: 'loud' });
    assert.deepEqual(await severities(server), []);
    assert.equal(server.said.messages.length, 1, 'the same text is not repeated');

    await server.changeSettings('nonsense');
    assert.deepEqual(await severities(server), [2]);
    assert.equal(server.said.messages.length, 2);
  }));

const ODD: readonly unknown[] = [null, 5, 'text', [], [null], {}, true];

test('fields of wrong shapes in what a client says of itself count as not said', async () => {
  for (const odd of ODD) {
    const fields = (...names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, odd]));
    const shapes: readonly unknown[] = [
      fields('window', 'workspace', 'textDocument', 'notebookDocument', 'general'),
      {
        workspace: fields('workspaceEdit', 'configuration', 'didChangeWatchedFiles', 'diagnostics', 'workspaceFolders'),
        textDocument: fields('publishDiagnostics', 'diagnostic', 'codeAction', 'hover'),
      },
      {
        textDocument: { publishDiagnostics: fields('tagSupport'), codeAction: fields('resolveSupport', 'dataSupport') },
        workspace: { workspaceEdit: fields('resourceOperations', 'documentChanges', 'changeAnnotationSupport') },
      },
    ];
    for (const shape of shapes) {
      await withServer(
        {
          capabilities: shape as never,
          initializationOptions: { commands: odd, settings: odd, readsFiles: odd === true ? 1 : odd },
        },
        async (server) => {
          await server.open(URI, BAD);
          const { items } = (await server.pull(URI)) as { items: readonly unknown[] };
          assert.equal(items.length, 1, JSON.stringify(shape));
        },
      );
    }
  }
});

test('a client that says it shows progress and does not loses nothing', () =>
  withServer({ capabilities: { ...CAPABLE, window: { workDoneProgress: true } } }, async (server) => {
    await server.open(URI, BAD);
    const { items } = (await server.pull(URI)) as { items: readonly unknown[] };
    assert.equal(items.length, 1);
    assert.deepEqual(server.said.messages, []);
  }));
