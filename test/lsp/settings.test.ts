/** Settings over the real protocol: however they come, they apply at once, and a wrong one harms only itself. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { COMMANDS } from '../../server/src/protocol.ts';
import { sampleOf } from '../sample.ts';
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

test('what is wrong with a project’s settings is shown where it stands, and goes when it is mended', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'pyproject.toml');
  const rootUri = String(pathToFileURL(folder));
  const uri = String(pathToFileURL(file));
  writeFileSync(file, '[tool.seedwise.rules]\nlate-sed = "off"\n');
  const capabilities = {
    ...CAPABLE,
    window: { showDocument: { support: true }, showMessage: { messageActionItem: {} } },
  };
  await withServer({ rootUri, capabilities }, async (server) => {
    const shown = () => server.said.published.filter((each) => each.uri === uri);
    await until(() => shown().length === 1);
    const [diagnostic] = shown()[0]!.diagnostics;
    assert.equal(diagnostic?.message, '`late-sed` is no rule; did you mean `late-seed`?');
    assert.deepEqual(diagnostic.range, { start: { line: 1, character: 0 }, end: { line: 1, character: 8 } });
    await server.open(`${rootUri}/train.py`, BAD);
    await server.pull(`${rootUri}/train.py`);
    await until(() => server.said.shown.length === 1);
    assert.deepEqual(server.said.offers, [`Seedwise: pyproject.toml: ${diagnostic.message} [Open Settings]`]);
    assert.deepEqual(server.said.shown, [uri]);
    writeFileSync(file, '[tool.seedwise.rules]\nlate-seed = "off"\n');
    await server.touched(uri);
    await until(() => shown().length === 2);
    assert.deepEqual(shown()[1]?.diagnostics, []);
    assert.equal(server.said.settingsShown, 0);
  });
});

test('what is wrong with a project’s settings is said as they are written, and counts once they are saved', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'pyproject.toml');
  const rootUri = String(pathToFileURL(folder));
  const [uri, train] = [String(pathToFileURL(file)), `${rootUri}/train.py`];
  const saved = '[tool.seedwise.rules]\ncudnn-benchmark = "error"\n';
  writeFileSync(file, saved);
  await withServer({ rootUri }, async (server) => {
    const shown = () => server.said.published.filter((each) => each.uri === uri).at(-1)?.diagnostics;
    await server.open(train, BAD);
    assert.deepEqual(await severities(server, train), [1]);
    assert.equal(shown(), undefined);
    await server.open(uri, saved, 'toml');
    const unsaved = '[tool.seedwise.rules]\n\n"*-benchmrk" = "off"\ncudnn-benchmark = "off"\n';
    await server.change(uri, 2, { text: unsaved });
    await until(() => shown()?.length === 1);
    const range = { start: { line: 2, character: 1 }, end: { line: 2, character: 11 } };
    assert.deepEqual(
      shown()?.map((each) => [each.message, each.range]),
      [['`*-benchmrk` matches no rule.', range]],
    );
    // An older version of the file, as beside a diff, is another document.
    await server.open(uri.replace('file:', 'git:'), saved, 'toml');
    await server.touched(uri);
    assert.deepEqual(await severities(server, train), [1]);
    assert.equal(shown()?.length, 1);
    // Closed without being saved, it is what it was.
    await server.close(uri);
    await until(() => shown()?.length === 0);
    writeFileSync(file, unsaved);
    await server.touched(uri);
    await until(() => shown()?.length === 1);
    assert.deepEqual(await severities(server, train), []);
  });
});

test('a pattern that matches no rule is marked in settings of VS Code that are open', () =>
  withServer({}, async (server) => {
    const shown = (uri: string) => server.said.published.filter((each) => each.uri === uri).at(-1)?.diagnostics;
    const rules = '{\n  // "no-*" is no setting\n  "late-*": "off", "lat-*": "off", "late-sed": "off",\n}';
    const files = [
      ['file:///project/.vscode/settings.json', `{ "seedwise.rules": ${rules} }`],
      ['vscode-userdata:/User/settings.json', `{ "editor.tabSize": 4, "seedwise.rules": ${rules}, }`],
      ['file:///project/all.code-workspace', `{ "folders": [], "settings": { "seedwise.rules": ${rules} } }`],
    ] as const;
    for (const [uri, text] of files) {
      await server.open(uri, text, 'jsonc');
      await until(() => shown(uri)?.length === 1);
      const range = { start: { line: 2, character: 19 }, end: { line: 2, character: 26 } };
      assert.deepEqual(
        shown(uri)?.map((each) => [each.message, each.range]),
        [['`lat-*` matches no rule.', range]],
      );
      await server.change(uri, 2, { text: text.replace('"lat-*"', '"*-seed"') });
      await until(() => shown(uri)?.length === 0);
      await server.change(uri, 3, { text: `{ "seedwise.rules": { "none-*": ` });
      await until(() => shown(uri)?.length === 1);
      await server.close(uri);
      await until(() => shown(uri)?.length === 0);
    }
  }));

test('wrong settings of the user lead to the settings, in a client that shows them', () =>
  withServer(
    {
      settings: { rules: { 'late-sed': 'off', 'set-order': 'of' } },
      capabilities: { ...CAPABLE, window: { showMessage: { messageActionItem: {} } } },
      initializationOptions: { commands: [COMMANDS.openSettings] },
    },
    async (server) => {
      await server.open(URI, BAD);
      await server.pull(URI);
      await until(() => server.said.settingsShown === 1);
      assert.equal(server.said.offers.length, 1);
      assert.match(server.said.offers[0]!, /`seedwise\.rules\.set-order` must be .*`late-sed` is no rule/);
      assert.deepEqual(server.said.messages, []);
    },
  ));

const ODD: readonly unknown[] = [null, 5, 'text', [], [null], {}, true];

const MISSHAPEN = ODD.flatMap((odd) => {
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
  return shapes.map((shape) => ({ odd, shape }));
});

const { chosen, about } = sampleOf(MISSHAPEN, 4);

test(`fields of wrong shapes in what a client says of itself count as not said (${about})`, async () => {
  for (const { odd, shape } of chosen) {
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
});

test('a client that says it shows progress and does not loses nothing', () =>
  withServer({ capabilities: { ...CAPABLE, window: { workDoneProgress: true } } }, async (server) => {
    await server.open(URI, BAD);
    const { items } = (await server.pull(URI)) as { items: readonly unknown[] };
    assert.equal(items.length, 1);
    assert.deepEqual(server.said.messages, []);
  }));
