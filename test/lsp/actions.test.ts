/** Code actions and commands over the real protocol: what is offered, and the text that comes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver/node';
import { BAD, FIX, faultRange, GOOD, URI } from './samples.ts';
import { applyTo, CAPABLE, type Server, withServer } from './server.ts';

const EDITING = [
  'seedwise.insertSeedBlock',
  'seedwise.insertSeedWorker',
  'seedwise.makeDeterministic',
  'seedwise.replaceIndexSelect',
];
const COMMANDS = [
  ...EDITING,
  'seedwise.fixInWorkspace',
  'seedwise.insertRunComparison',
  'seedwise.report',
  'seedwise.explainRule',
  'seedwise.turnOffRule',
];

const commandsOf = (actions: CodeAction[]) => actions.flatMap(({ command }) => command?.command ?? []);

async function fixAt(server: Server): Promise<CodeAction> {
  const actions = await server.codeActions(URI, faultRange());
  const fix = actions.find(({ title }) => title === FIX);
  assert.ok(fix, `${FIX} is not among ${actions.map(({ title }) => title).join(', ')}`);
  return fix;
}

test('a fix is offered without its edit, which resolves to the repaired text', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD);
    const fix = await fixAt(server);
    assert.equal(fix.kind, 'quickfix');
    assert.equal(fix.isPreferred, true);
    assert.deepEqual(
      fix.diagnostics?.map(({ code }) => code),
      ['cudnn-benchmark'],
    );
    assert.equal(fix.edit, undefined);

    const { edit } = await server.resolve(fix);
    assert.deepEqual(edit, {
      documentChanges: [{ textDocument: { uri: URI, version: 1 }, edits: [{ range: faultRange(), newText: 'False' }] }],
    });
    assert.equal(applyTo(BAD, edit), GOOD);
  }));

test('a fix of an older version resolves to nothing', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD);
    const fix = await fixAt(server);
    await server.change(URI, 2, { text: `\n${BAD}` });
    assert.equal((await server.resolve(fix)).edit, undefined);
    await server.close(URI);
    assert.equal((await server.resolve(fix)).edit, undefined);
    assert.deepEqual(server.said.logs, []);
  }));

test('a client that cannot resolve is given the edit at once, without versions if it knows none', () =>
  withServer({ capabilities: { textDocument: { diagnostic: {} } } }, async (server) => {
    await server.open(URI, BAD);
    const { edit } = await fixAt(server);
    assert.deepEqual(edit, { changes: { [URI]: [{ range: faultRange(), newText: 'False' }] } });
  }));

test('nothing is offered where nothing is found, nor of a kind that was not asked for', () =>
  withServer({}, async (server) => {
    await server.open(URI, BAD);
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const atTop = await server.codeActions(URI, top, ['quickfix']);
    assert.deepEqual(atTop, []);
    assert.deepEqual(await server.codeActions(URI, faultRange(), ['source.organizeImports']), []);
    assert.deepEqual(await server.codeActions('file:///closed.py', faultRange()), []);
  }));

test('all safe fixes of a file are one action, for editors to run on save', () =>
  withServer({}, async (server) => {
    const text = `${BAD}x = 1  # seedwise: ignore[late-seed]\n`;
    await server.open(URI, text);
    const [all, ...others] = await server.codeActions(URI, faultRange(), ['source.fixAll']);
    assert.equal(all?.kind, 'source.fixAll.seedwise');
    assert.deepEqual(others, []);
    assert.equal(applyTo(text, (await server.resolve(all)).edit), `${BAD}x = 1\n`);

    await server.change(URI, 2, { text: BAD });
    assert.deepEqual(await server.codeActions(URI, faultRange(), ['source.fixAll']), []);
  }));

test('a client has the commands it says it runs itself, and no others', async () => {
  await withServer({ initializationOptions: { commands: COMMANDS } }, async (server) => {
    assert.deepEqual(server.capabilities.executeCommandProvider, { commands: [] });
    await server.open(URI, BAD);
    const actions = await server.codeActions(URI, faultRange());
    assert.deepEqual(new Set(commandsOf(actions)), new Set(['seedwise.explainRule', 'seedwise.turnOffRule']));
    const explain = actions.find(({ command }) => command?.command === 'seedwise.explainRule');
    assert.equal(explain?.command?.arguments?.[0], 'cudnn-benchmark');
  });
  await withServer({}, async (server) => {
    await server.open(URI, BAD);
    assert.deepEqual(commandsOf(await server.codeActions(URI, faultRange())), []);
  });
});

test('other editors are shown the page of a rule', () =>
  withServer({ capabilities: { ...CAPABLE, window: { showDocument: { support: true } } } }, async (server) => {
    assert.deepEqual(server.capabilities.executeCommandProvider?.commands, COMMANDS.slice(0, -1));
    await server.open(URI, BAD);
    const [explain] = (await server.codeActions(URI, faultRange())).flatMap(({ command }) => command ?? []);
    await server.execute(explain!.command, ...explain!.arguments!);
    assert.match(server.said.shown.join(), /^https:.*\/cudnn-benchmark/);
  }));

test('the seed block is inserted through the client, and leaves nothing to find', () =>
  withServer({ initializationOptions: { commands: COMMANDS } }, async (server) => {
    const text = 'import torch\n\nprint(torch.rand(3))\n';
    await server.open(URI, text);
    await server.execute('seedwise.insertSeedBlock', URI, { deterministic: false });
    const [edit, ...others] = server.said.edits;
    assert.deepEqual(others, []);
    const seeded = applyTo(text, edit);
    assert.match(seeded, /torch\.manual_seed\(/);
    assert.deepEqual(server.said.messages, []);

    await server.change(URI, 2, { text: seeded });
    const report = await server.pull(URI);
    assert.deepEqual(report.kind === 'full' && report.items, []);
  }));

test('the call of an inserted block is shown, in the text as it is then', () =>
  withServer({ capabilities: { ...CAPABLE, window: { showDocument: { support: true } } } }, async (server) => {
    const text = 'import torch\n\nif __name__ == "__main__":\n    print(torch.rand(3))\n';
    await server.open(URI, text);
    await server.execute('seedwise.insertSeedBlock', URI, { deterministic: false });
    assert.deepEqual(server.said.shown, [URI]);
    const lines = applyTo(text, server.said.edits[0]).split('\n');
    const [selection] = server.said.selected;
    const { start, end } = selection!;
    assert.equal(start.line, end.line);
    assert.equal(lines[start.line], '    seed_everything(42)');
    assert.equal(lines[start.line]?.slice(start.character, end.character), 'seed_everything(42)');
  }));

test('a seed block that cannot be inserted is explained', () =>
  withServer({}, async (server) => {
    await server.execute('seedwise.insertSeedBlock', 'file:///closed.py', { deterministic: true });
    assert.deepEqual(server.said.edits, []);
    assert.equal(server.said.messages.length, 1);
  }));

test('the rewrites of the lightbulb are commands too, about what is at the cursor', () =>
  withServer({}, async (server) => {
    const text = `import torch
from torch.utils.data import DataLoader

torch.manual_seed(3)
loader = DataLoader(range(9), num_workers=2)
row = torch.index_select(torch.rand(9), 0, torch.arange(3))
`;
    await server.open(URI, text);
    const after = async (command: string, line: number) => {
      await server.execute(command, URI, { line, character: 12 });
      return applyTo(text, server.said.edits.pop());
    };
    assert.match(await after('seedwise.insertSeedWorker', 4), /^def seed_worker\(worker_id\):$/m);
    assert.match(await after('seedwise.makeDeterministic', 4), /generator=/);
    assert.match(await after('seedwise.replaceIndexSelect', 5), /row = torch\.rand\(9\)\[torch\.arange\(3\)\]/);
    assert.deepEqual(server.said.messages, []);
    assert.equal(await after('seedwise.replaceIndexSelect', 4), text);
    assert.deepEqual(server.said.messages, ['Put the cursor on a call of `index_select`.']);
  }));

test('nonsense is answered, not fatal', () =>
  withServer({}, async (server) => {
    assert.equal(await server.execute('seedwise.insertSeedBlock'), null);
    assert.equal(await server.execute('seedwise.noSuchCommand'), null);
    assert.deepEqual(await server.resolve({ title: 'Nonsense' }), { title: 'Nonsense' });
    await server.open(URI, BAD);
    assert.equal((await fixAt(server)).title, FIX);
  }));
