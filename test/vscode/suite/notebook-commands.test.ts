/** The commands of the palette in a notebook, by VS Code's own serializer of `.ipynb`: with no cursor in a cell, and what is stored then. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../server/src/protocol.ts';
import { closeAll, findings, inWorkspace, ruleOf, until, write } from './editor.ts';

const IMPORTS = 'import torch\nfrom torch.utils.data import DataLoader';
const LOADER = 'DataLoader(torch.ones(8), shuffle=True, num_workers=2)';
const SELECT = 'torch.index_select(torch.ones(3), 0, torch.arange(2))';
const SEED = 'torch.manual_seed(3)';
const RESULT = 'loss = torch.rand(1)\nloss';

let copies = 0;

suite('commands in a notebook', () => {
  teardown(async () => {
    await closeAll();
    for (const name of ['compare_runs.py']) {
      await Promise.resolve(vscode.workspace.fs.delete(inWorkspace(name))).catch(() => {});
    }
  });

  /** A notebook with these cells of code, as a person opens it: one cell is chosen, and no cursor is in it. */
  async function open(cells: readonly string[], chosen = 0): Promise<vscode.NotebookDocument> {
    const json = {
      cells: cells.map((text) => ({
        ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
        source: text.split(/(?<=\n)/),
      })),
      metadata: { language_info: { name: 'python' } },
      nbformat: 4,
      nbformat_minor: 4,
    };
    const uri = await write(`commands-${++copies}.ipynb`, JSON.stringify(json));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'jupyter-notebook');
    await until(() => vscode.window.activeNotebookEditor?.notebook.uri.path === uri.path);
    const editor = vscode.window.activeNotebookEditor;
    assert.ok(editor);
    editor.selection = new vscode.NotebookRange(chosen, chosen + 1);
    await until(() => editor.selection.start === chosen);
    // The server knows all cells by then: the draw in the loader, or the missing seed, is one of theirs.
    await until(() => editor.notebook.getCells().some(({ document }) => findings(document).length > 0));
    return editor.notebook;
  }

  const textsOf = (notebook: vscode.NotebookDocument): string[] =>
    notebook.getCells().map(({ document }) => document.getText());

  /** What the serializer has written. */
  async function stored(notebook: vscode.NotebookDocument): Promise<string[]> {
    assert.ok(await notebook.save());
    const bytes = await vscode.workspace.fs.readFile(notebook.uri);
    const { cells } = JSON.parse(new TextDecoder().decode(bytes)) as { cells: { source: string | string[] }[] };
    return cells.map(({ source }) => (typeof source === 'string' ? source : source.join('')));
  }

  test('Make This DataLoader Deterministic changes the cell that is chosen; a worker function has no place there', async () => {
    const notebook = await open([IMPORTS, SEED, LOADER, 'torch.backends.cudnn.benchmark = True'], 2);
    await vscode.commands.executeCommand(COMMANDS.insertSeedWorker);
    await vscode.commands.executeCommand(COMMANDS.makeDeterministic);
    const expected = [
      IMPORTS,
      SEED,
      `generator = torch.Generator().manual_seed(3)\n${LOADER.slice(0, -1)}, generator=generator)`,
      'torch.backends.cudnn.benchmark = True',
    ];
    await until(() => textsOf(notebook).join() === expected.join());
    assert.deepEqual(textsOf(notebook), expected);
    assert.deepEqual(await stored(notebook), expected);
  });

  test('Replace index_select by Indexing changes the cell that is chosen', async () => {
    const notebook = await open([IMPORTS, 'torch.rand(2)', SELECT], 2);
    await vscode.commands.executeCommand(COMMANDS.replaceIndexSelect);
    const expected = [IMPORTS, 'torch.rand(2)', 'torch.ones(3)[torch.arange(2)]'];
    await until(() => textsOf(notebook).join() === expected.join());
    assert.deepEqual(await stored(notebook), expected);
  });

  test('Insert Seed Block seeds the notebook', async () => {
    const notebook = await open([IMPORTS, 'print(torch.rand(2))']);
    const unseeded = () =>
      notebook
        .getCells()
        .flatMap(({ document }) => findings(document).filter((each) => ruleOf(each) === 'incomplete-seeding'));
    assert.equal(unseeded().length, 1);
    const done = vscode.commands.executeCommand(COMMANDS.insertSeedBlock);
    // The command asks which block; the first choice is taken as soon as the picker is up.
    await until(() => {
      void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return textsOf(notebook).some((text) => text.includes('manual_seed'));
    });
    await done;
    await until(() => unseeded().length === 0);
    assert.deepEqual(unseeded(), []);
    assert.match((await stored(notebook)).join('\n'), /torch\.manual_seed\(/);
  });

  test('Insert Run Comparison writes a program beside it, and lets the cell take the seed', async () => {
    const notebook = await open([`import os\n${IMPORTS}`, SEED, LOADER, RESULT]);
    await vscode.commands.executeCommand(COMMANDS.insertRunComparison);
    const made = () => vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith('/compare_runs.py'));
    await until(() => made() !== undefined && textsOf(notebook)[1] !== SEED);
    assert.match(made()?.getText() ?? '', /RESULTS = \["loss"\]/);
    assert.equal(textsOf(notebook)[1], 'torch.manual_seed(int(os.environ.get("RUN_SEED", 3)))');
    assert.equal((await stored(notebook))[1], textsOf(notebook)[1]);
  });

  test('Show Reproducibility Report opens the page of the notebook', async () => {
    const notebook = await open([IMPORTS, 'print(torch.rand(2))']);
    await vscode.commands.executeCommand(COMMANDS.report);
    const name = notebook.uri.path.split('/').at(-1) ?? '';
    const labels = (): string[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    await until(() => labels().some((label) => label.startsWith('Report') && label.includes(name)));
    assert.ok(
      labels().some((label) => label.startsWith('Report') && label.includes(name)),
      String(labels()),
    );
  });
});
