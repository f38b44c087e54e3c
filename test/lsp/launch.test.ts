/** The action that writes `.vscode/launch.json`, over the protocol: where it is offered, and the edit it becomes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientCapabilities, CodeAction, WorkspaceEdit } from 'vscode-languageserver/node';
import { applyTo, CAPABLE, type Files, type Server, withServer } from './server.ts';

const ROOT = 'file:///project';
const TRAIN_URI = `${ROOT}/src/train.py`;
const LAUNCH_URI = `${ROOT}/.vscode/launch.json`;
const TRAIN = `import os

os.environ["PYTHONHASHSEED"] = str(7)
`;
const TITLE = 'Set `PYTHONHASHSEED` in `.vscode/launch.json`';
const at = { start: { line: 2, character: 3 }, end: { line: 2, character: 3 } };

const creating = (more = {}): ClientCapabilities => ({
  ...CAPABLE,
  workspace: {
    ...CAPABLE.workspace,
    workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'], ...more },
  },
});
const CONFIRMING = creating({ changeAnnotationSupport: { groupsOnLabel: true } });

/** A client's files: a folder, with a launch configuration if there is one; null is one that cannot be read. */
function filesWith(launch?: string | null): Files {
  return {
    list: async (folder) => {
      if (folder === ROOT) return launch === undefined ? [] : [{ name: '.vscode', isFolder: true }];
      return launch === undefined ? null : [{ name: 'launch.json', isFolder: false }];
    },
    read: async (file) => (file === LAUNCH_URI ? (launch ?? null) : null),
  };
}

async function offered(server: Server, text = TRAIN): Promise<CodeAction[]> {
  await server.open(TRAIN_URI, text);
  return server.codeActions(TRAIN_URI, at);
}

async function resolved(server: Server): Promise<WorkspaceEdit | undefined> {
  const action = (await offered(server)).find(({ title }) => title === TITLE);
  assert.ok(action);
  return (await server.resolve(action)).edit;
}

test('it stands behind the removal, and is not the preferred one', () =>
  withServer({ files: filesWith(), folders: [ROOT], capabilities: creating() }, async (server) => {
    const actions = await offered(server);
    assert.deepEqual(
      actions.slice(0, 3).map(({ title, isPreferred, kind }) => [title, isPreferred === true, kind]),
      [
        ['Remove it', true, 'quickfix'],
        [TITLE, false, 'quickfix'],
        ['Fix all of `ineffective-hash-seed` in the workspace', false, 'quickfix'],
      ],
    );
    assert.deepEqual(
      actions[1]?.diagnostics?.map(({ code }) => code),
      ['ineffective-hash-seed'],
    );
  }));

test('a file that is not there is created at once: the title says which', () =>
  withServer({ files: filesWith(), folders: [ROOT], capabilities: CONFIRMING }, async (server) => {
    const edit = await resolved(server);
    const [create, change] = edit?.documentChanges ?? [];
    assert.deepEqual(create, { kind: 'create', uri: LAUNCH_URI });
    assert.ok(change && 'edits' in change);
    assert.deepEqual(change.textDocument, { uri: LAUNCH_URI, version: null });
    assert.equal(edit?.changeAnnotations, undefined, 'nothing is left unticked in a preview');
    const [only, ...others] = change.edits;
    assert.deepEqual(others, []);
    assert.ok(only && 'newText' in only);
    const [configuration] = JSON.parse(only.newText).configurations;
    assert.deepEqual(configuration, {
      name: 'Python: Current File',
      type: 'debugpy',
      request: 'launch',
      program: `\${file}`,
      console: 'integratedTerminal',
      env: { PYTHONHASHSEED: '7' },
    });
    assert.deepEqual(server.said.messages, []);
  }));

test('one that is there keeps all else', () => {
  const launch =
    '{\n  // mine\n  "configurations": [\n    {\n      "type": "debugpy",\n      "request": "launch",\n    },\n  ],\n}\n';
  return withServer({ files: filesWith(launch), folders: [ROOT], capabilities: creating() }, async (server) => {
    const edit = await resolved(server);
    assert.equal(edit?.changeAnnotations, undefined);
    assert.deepEqual(
      edit?.documentChanges?.map((change) => 'textDocument' in change && change.textDocument),
      [{ uri: LAUNCH_URI, version: null }],
    );
    assert.equal(
      applyTo(launch, edit),
      launch.replace('"launch",', '"launch",\n      "env": {\n        "PYTHONHASHSEED": "7"\n      },'),
    );
  });
});

test('one that cannot be read or understood, or has it already, is left alone, and that is said', async () => {
  const table: [launch: string | null, message: string][] = [
    [null, '`.vscode/launch.json` cannot be read.'],
    ['{', '`.vscode/launch.json` is not changed: it cannot be understood.'],
    [
      '{ "configurations": [{ "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "7" } }] }',
      '`.vscode/launch.json` sets `PYTHONHASHSEED` to 7 already.',
    ],
  ];
  for (const [launch, message] of table) {
    await withServer({ files: filesWith(launch), folders: [ROOT], capabilities: creating() }, async (server) => {
      assert.equal(await resolved(server), undefined);
      assert.deepEqual(server.said.messages, [message]);
    });
  }
});

test('it is not offered where it cannot be written', async () => {
  const titles = async (server: Server, text?: string): Promise<boolean> =>
    (await offered(server, text)).some(({ title }) => title === TITLE);
  await withServer({ files: filesWith(), folders: [ROOT], capabilities: CAPABLE }, async (server) =>
    assert.equal(await titles(server), false, 'the client creates no files'),
  );
  await withServer({ files: filesWith(), folders: ['file:///other'], capabilities: creating() }, async (server) =>
    assert.equal(await titles(server), false, 'the file is in no open folder'),
  );
  await withServer({ files: filesWith(), folders: [ROOT], capabilities: creating() }, async (server) =>
    assert.equal(await titles(server, TRAIN.replace('str(7)', '"random"')), false, 'chance was asked for'),
  );
  const { codeAction: _, ...textDocument } = CAPABLE.textDocument ?? {};
  const eager = { ...creating(), textDocument };
  await withServer({ files: filesWith(), folders: [ROOT], capabilities: eager }, async (server) =>
    assert.equal(await titles(server), false, 'edits are not computed later'),
  );
});
