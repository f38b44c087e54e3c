/** What an editor shows around the code: the line above a program, the list of programs, the check of the whole workspace. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CancellationTokenSource, type WorkspaceDiagnosticReport } from 'vscode-languageserver/node';
import { COMMANDS, type ProgramEntry, VERIFY } from '../../server/src/protocol.ts';
import { applyTo, CAPABLE, type Options, type Server, until, withServer } from './server.ts';

const UNSEEDED =
  'import torch\n\n\ndef main():\n    print(torch.rand(2))\n\n\nif __name__ == "__main__":\n    main()\n';
const SEEDED = 'import torch\n\ntorch.manual_seed(0)\nprint(torch.rand(2))\n';
const LIBRARY = 'import torch\n\n\ndef f():\n    return torch.rand(2)\n';
const CLIENT = { commands: Object.values(COMMANDS) };

const titles = async (server: Server, uri: string) =>
  (await server.codeLenses(uri)).map(({ range, command }) => [range.start.line, command?.title, command?.command]);

test('above a program stands whether it repeats, or what is missing', () =>
  withServer({ initializationOptions: CLIENT }, async (server) => {
    await server.open('file:///p/a.py', UNSEEDED);
    assert.deepEqual(await titles(server, 'file:///p/a.py'), [
      [7, 'Seedwise: torch is never seeded', COMMANDS.report],
      [7, 'seed it', COMMANDS.insertSeedBlock],
      [7, 'report', COMMANDS.report],
    ]);
    await server.open('file:///p/b.py', SEEDED);
    assert.deepEqual(await titles(server, 'file:///p/b.py'), [
      [0, 'Seedwise: random numbers repeat, as far as the code shows', COMMANDS.report],
      [0, 'report', COMMANDS.report],
    ]);
    await server.open('file:///p/c.py', LIBRARY);
    assert.deepEqual(await titles(server, 'file:///p/c.py'), [], 'nothing above a library');
  }));

test('above a program stands that it can be run twice, where the client can start it', () =>
  withServer({ initializationOptions: { commands: [...CLIENT.commands, VERIFY] } }, async (server) => {
    await server.open('file:///p/b.py', SEEDED);
    const lenses = await server.codeLenses('file:///p/b.py');
    assert.deepEqual(lenses.at(-1)?.command, { title: 'run it twice', command: VERIFY, arguments: ['file:///p/b.py'] });
  }));

test('behind each draw stands its stream, for who asks for it', () => {
  const capabilities = { ...CAPABLE, textDocument: { ...CAPABLE.textDocument, inlayHint: {} } };
  return withServer({ capabilities, settings: { inlayHints: true } }, async (server) => {
    assert.equal(server.capabilities.inlayHintProvider, true);
    await server.open('file:///p/a.py', UNSEEDED);
    assert.deepEqual(await server.hints('file:///p/a.py'), ['4:23 torch']);
    await server.changeSettings({ inlayHints: false });
    assert.deepEqual(await server.hints('file:///p/a.py'), [], 'off by default');
    await server.openNotebook('file:///p/n.ipynb', [
      { uri: 'cell:1', text: 'import torch' },
      { uri: 'cell:2', text: 'torch.rand(2)\nx = torch.randn(3)' },
    ]);
    await server.changeSettings({ inlayHints: true });
    assert.deepEqual(await server.hints('cell:1'), []);
    assert.deepEqual(await server.hints('cell:2'), ['0:13 torch', '1:18 torch']);
  });
});

test('a client that runs no commands of ours is offered no lines', () =>
  withServer({}, async (server) => assert.equal(server.capabilities.codeLensProvider, undefined)));

async function withFolder(
  files: Readonly<Record<string, string>>,
  use: (server: Server, uri: (name: string) => string) => Promise<void>,
  options: Options = { initializationOptions: CLIENT },
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'programs-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const uri = (name: string): string => pathToFileURL(path.join(folder, name)).href;
  try {
    await withServer({ folders: [pathToFileURL(folder).href], ...options }, (server) => use(server, uri));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the check of the workspace covers what is not open', () =>
  withFolder({ 'a.py': UNSEEDED, 'b.py': SEEDED, 'c.py': UNSEEDED }, async (server, uri) => {
    await server.open(uri('c.py'), SEEDED);
    await server.pull(uri('c.py'));
    const told = await server.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds: [] });
    assert.deepEqual(codesOf(told), [[uri('a.py'), ['incomplete-seeding']]]);
    // A client that asks again and again is told what is news.
    const previousResultIds = told.items.map((each) => ({ uri: each.uri, value: each.resultId ?? '' }));
    const again = await server.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });
    assert.deepEqual(
      again.items.map(({ uri, kind }) => [uri, kind]),
      [[uri('a.py'), 'unchanged']],
    );
    writeFileSync(fileURLToPath(uri('a.py')), SEEDED);
    await server.touched(uri('a.py'));
    const later = await server.request<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });
    assert.deepEqual(codesOf(later), [[uri('a.py'), []]]);
  }));

const codesOf = ({ items }: WorkspaceDiagnosticReport) =>
  items.map((file) => [file.uri, file.kind === 'full' ? file.items.map(({ code }) => code) : file.kind]);

test('a workspace in which nothing was found is checked again only when something has changed', () =>
  withFolder({ 'a.py': SEEDED }, async (server, uri) => {
    const heard: unknown[] = [];
    const check = async (workDoneToken: string) => {
      const progress = server.onProgress(workDoneToken, (news) => void heard.push(news));
      // A client has no results to name of files of which it was told nothing.
      const params = { previousResultIds: [], workDoneToken };
      const told = await server.request<WorkspaceDiagnosticReport>('workspace/diagnostic', params);
      progress.dispose();
      return codesOf(told);
    };
    assert.deepEqual(await check('first'), []);
    assert.notEqual(heard.splice(0).length, 0);
    assert.deepEqual(await check('second'), []);
    assert.deepEqual(heard, []);
    writeFileSync(fileURLToPath(uri('a.py')), UNSEEDED);
    await server.touched(uri('a.py'));
    assert.deepEqual(await check('third'), [[uri('a.py'), ['incomplete-seeding']]]);
  }));

test('the check of the workspace tells how far it is, and ends when it is cancelled', () =>
  withFolder(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`p${i}.py`, UNSEEDED])), async (server) => {
    const params = { previousResultIds: [], workDoneToken: 'a-check' };
    const told: unknown[] = [];
    const heard = server.onProgress('a-check', (news) => void told.push(news));
    const { items } = await server.request<WorkspaceDiagnosticReport>('workspace/diagnostic', params);
    assert.equal(items.length, 60);
    assert.deepEqual(told[0], {
      kind: 'begin',
      title: 'Seedwise: checking the workspace',
      percentage: 0,
      cancellable: true,
    });
    assert.deepEqual(told[1], { kind: 'report', percentage: 0, message: '0 of 60 files' });
    assert.deepEqual(told.at(-1), { kind: 'end' });
    heard.dispose();
    // The answer may overtake the word that nobody wants it, but not always.
    let ended = '';
    for (let attempt = 1; attempt <= 50 && ended === ''; attempt++) {
      const source = new CancellationTokenSource();
      const answer = server.request('workspace/diagnostic', { previousResultIds: [] }, source.token);
      source.cancel();
      ended = await answer.then(
        () => '',
        (error) => String(error),
      );
    }
    assert.match(ended, /Cancelled/);
  }));

const TIMED = 'import torch\n\ntorch.use_deterministic_algorithms(True)\ntorch.backends.cudnn.benchmark = True\n';

test('all of one rule is repaired in the workspace, open files as they are and closed ones as they are stored', async () => {
  const capabilities = { ...CAPABLE, window: { showMessage: { messageActionItem: {} } } };
  const files = { 'a.py': TIMED, 'b.py': `${TIMED}print(torch.rand(2))\n`, 'c.py': TIMED, 'd.py': SEEDED };
  await withFolder(
    files,
    async (server, uri) => {
      await server.open(uri('c.py'), `# typed\n${TIMED}`);
      const at = { line: 4, character: 33 };
      const actions = await server.codeActions(uri('c.py'), { start: at, end: at });
      const all = actions.find(({ title }) => title === 'Fix all of `cudnn-benchmark` in the workspace');
      assert.equal(all?.command?.command, COMMANDS.fixInWorkspace);
      await server.execute(all.command.command, ...(all.command.arguments ?? []));
      assert.deepEqual(server.said.offers, [
        'Repair 3 findings of `cudnn-benchmark` in 3 files? Nothing is saved. [Repair]',
      ]);
      const [edit] = server.said.edits;
      const changed = (edit?.documentChanges ?? []).map((each) =>
        'edits' in each
          ? [each.textDocument.uri, each.edits.map((one) => 'newText' in one && [one.range.start.line, one.newText])]
          : [],
      );
      assert.deepEqual(changed, [
        [uri('c.py'), [[4, 'False']]],
        [uri('a.py'), [[3, 'False']]],
        [uri('b.py'), [[3, 'False']]],
      ]);
      await server.execute(COMMANDS.fixInWorkspace, 'late-seed');
      assert.deepEqual(server.said.messages, ['No finding of `late-seed` in the workspace has a repair.']);
    },
    { capabilities, initializationOptions: {} },
  );
});

test('a comparison of runs is a new file beside the program, which takes the seed then', async () => {
  const capabilities = {
    ...CAPABLE,
    window: { showDocument: { support: true } },
    workspace: {
      ...CAPABLE.workspace,
      workspaceEdit: { documentChanges: true, resourceOperations: ['create' as const] },
    },
  };
  const program = `import torch\n\n\ndef main():\n    torch.manual_seed(7)\n    torch.rand(2)\n\n\nif __name__ == "__main__":\n    main()\n`;
  await withFolder(
    { 'train.py': program, 'compare_runs.py': '' },
    async (server, uri) => {
      await server.open(uri('train.py'), program);
      await server.execute(COMMANDS.insertRunComparison, uri('train.py'));
      const address = uri('compare_runs_2.py');
      const [create, fill, change] = server.said.edits[0]?.documentChanges ?? [];
      assert.deepEqual(create, { kind: 'create', uri: address });
      assert.ok(fill && 'edits' in fill && fill.textDocument.uri === address);
      assert.match(JSON.stringify(fill.edits), /from train import main/);
      assert.ok(change && 'edits' in change && change.textDocument.uri === uri('train.py'));
      assert.equal(
        applyTo(program, { documentChanges: [change] }),
        program.replace('main()', 'main(seed=7)').replace('manual_seed(7)', 'manual_seed(seed)'),
      );
      assert.deepEqual(server.said.shown, [address]);
      assert.deepEqual(server.said.messages, [
        '`main` returns nothing: let it return what is compared, such as its loss.',
      ]);
    },
    { capabilities, initializationOptions: {} },
  );
  await withServer({}, async (server) => {
    await server.open('file:///p/a.py', program);
    await server.execute(COMMANDS.insertRunComparison, 'file:///p/a.py');
    assert.deepEqual(server.said.messages, ['A comparison is a new file, for which there is no place here.']);
  });
});

test('a comparison for a notebook stands beside it, and changes the cell that seeds', async () => {
  const capabilities = {
    ...CAPABLE,
    workspace: {
      ...CAPABLE.workspace,
      workspaceEdit: { documentChanges: true, resourceOperations: ['create' as const] },
    },
  };
  await withFolder(
    {},
    async (server, uri) => {
      const cells = [
        { uri: `${uri('n.ipynb').replace('file:', 'vscode-notebook-cell:')}#a`, text: 'import os\nimport torch' },
        { uri: `${uri('n.ipynb').replace('file:', 'vscode-notebook-cell:')}#b`, text: 'torch.manual_seed(7)' },
        { uri: `${uri('n.ipynb').replace('file:', 'vscode-notebook-cell:')}#c`, text: 'loss = torch.rand(1)\nloss' },
      ];
      await server.openNotebook(uri('n.ipynb'), cells);
      await server.execute(COMMANDS.insertRunComparison, cells[2]!.uri);
      assert.deepEqual(server.said.messages, []);
      const [create, fill, ...changes] = server.said.edits[0]?.documentChanges ?? [];
      assert.deepEqual(create, { kind: 'create', uri: uri('compare_runs.py') });
      assert.match(JSON.stringify(fill), /with_name\(\\"n\.ipynb\\"\)/);
      assert.deepEqual(
        changes.map(
          (each) =>
            'edits' in each && [each.textDocument.uri, each.edits.map((edit) => 'newText' in edit && edit.newText)],
        ),
        [[cells[1]!.uri, ['int(os.environ.get("RUN_SEED", 7))']]],
      );
    },
    { capabilities, initializationOptions: {} },
  );
});

test('the commands that a project installs are known by the functions of a file', () => {
  const program = 'import torch\n\n\ndef main():\n    print(torch.rand(2))\n\n\ndef other():\n    pass\n';
  return withFolder(
    {
      'pyproject.toml': '[project.scripts]\ntrain = "cli:main"\nelse = "more:other"\n',
      'cli.py': program,
      'more.py': program,
      'setup.cfg': '[options.entry_points]\nconsole_scripts =\n  t = cli:missing\n',
    },
    async (server, uri) => {
      await server.open(uri('cli.py'), program);
      assert.deepEqual(await server.installedCommands(uri('cli.py')), ['cli:main']);
      await server.open(uri('more.py'), program);
      assert.deepEqual(await server.installedCommands(uri('more.py')), ['more:other']);
      assert.deepEqual(await server.installedCommands(uri('nothing.py')), []);
    },
  );
});

test('a file of no project is offered no repair of the workspace', () =>
  withServer({}, async (server) => {
    await server.open('file:///p/c.py', TIMED);
    const at = { line: 3, character: 33 };
    const titles = (await server.codeActions('file:///p/c.py', { start: at, end: at })).map(({ title }) => title);
    assert.ok(titles.length > 2 && titles.every((title) => !title.includes('workspace')), String(titles));
  }));

test('the programs of the workspace are listed with what they promise', () =>
  withFolder({ 'a.py': UNSEEDED, 'b.py': SEEDED, 'lib.py': LIBRARY }, async (server, uri) => {
    const programs = await server.request<ProgramEntry[]>('seedwise/programs');
    assert.deepEqual(
      programs.map(({ name, uri: address, promise, streams, text }) => [name, address, promise, streams, text]),
      [
        ['a.py', uri('a.py'), 'none', [], 'torch is never seeded'],
        ['b.py', uri('b.py'), 'seeded', ['torch'], 'random numbers repeat, as far as the code shows'],
      ],
    );
    assert.deepEqual(
      programs[0]?.findings.map(({ rule, line, severity }) => [rule, line, severity]),
      [['incomplete-seeding', 5, 'information']],
    );
  }));

test('the log says what runs where, on which torch and with which settings; a report of a fault says it too', () =>
  withFolder({ 'a.py': UNSEEDED, 'requirements.txt': 'numpy\ntorch==2.3.1\n' }, async (server, uri) => {
    // Each line is said when it is known, in no order.
    const said = (line: RegExp): Promise<unknown> => until(() => line.test(server.said.notes.join('\n')));
    await said(/^Seedwise \d+\.\d+\.\d+ on Node \d+/);
    await said(/Folder: file:\/\/\/.*\n[\s\S]*1 files of Python read in \d+ ms\./);
    await said(/^Settings: the usual ones\.$/m);
    await said(/^torch 2\.3\.1, from requirements\.txt\.$/m);
    const info = await server.request<string>('seedwise/debugInfo');
    assert.match(info, /^Seedwise .* on Node .*\nClient: .*\nFolders: 1; files of Python: 1; read in \d+ ms\n/);
    assert.match(
      info,
      /^torch: 2\.3\.1 \(from requirements\.txt\)\nOpen documents: 0;.*\nSettings that differ: none$/m,
    );
    assert.doesNotMatch(info, /rand|programs-/, 'no code and no folder is named');
    // What changes is said anew.
    await server.changeSettings({ rules: { 'late-seed': 'off' }, torchVersion: '2.5' });
    const differ = 'rules = {"late-seed":"off"}; torchVersion = "2.5"';
    await until(() => server.said.notes.includes('torch 2.5, from the settings.'));
    await until(() => server.said.notes.includes(`Settings that differ: ${differ}.`));
    const then = await server.request<string>('seedwise/debugInfo');
    assert.ok(
      then.includes(`torch: 2.5 (from the settings)`) && then.includes(`Settings that differ: ${differ}\n`),
      then,
    );
    await server.changeSettings({ torchVersion: '' });
    writeFileSync(fileURLToPath(uri('requirements.txt')), 'torch>=2.1,<2.3\n');
    await server.touched(uri('requirements.txt'));
    await until(() =>
      server.said.notes.some((line) => /^torch 2\.2.*, the newest that requirements\.txt allows\.$/.test(line)),
    );
  }));

test('where no file names a version of torch, the log says so', () =>
  withFolder({ 'a.py': UNSEEDED }, async (server) => {
    await until(() =>
      server.said.notes.some((line) => /^torch .*, the newest known: no file names a version\.$/.test(line)),
    );
    assert.match(await server.request<string>('seedwise/debugInfo'), /^torch: .* \(the newest known\)$/m);
  }));
