/** Repairs and commands that change more than one place in VS Code: all of a rule, the seed block, a loader; and what turns a rule off. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../server/src/protocol.ts';
import { FAULT, FAULTY } from '../expectations.ts';
import { actionsFor, closeAll, findings, replaceAll, ruleOf, show, showUntitled, until, write } from './editor.ts';

const LISTINGS = "import os\n\nimport torch\n\na = os.listdir('a')[0]\nb = os.listdir('b')[0]\n";
const SORTED = LISTINGS.replaceAll(/os\.listdir\('.'\)/g, 'sorted($&)');
const LISTING_RULE = 'unsorted-listing';

const ofRule = (document: vscode.TextDocument, rule: string): vscode.Diagnostic[] =>
  findings(document).filter((each) => ruleOf(each) === rule);

/** Waits for as many findings of a rule, and gives the first. */
async function firstOf(document: vscode.TextDocument, rule: string, count: number): Promise<vscode.Diagnostic> {
  await until(() => ofRule(document, rule).length === count);
  assert.equal(ofRule(document, rule).length, count, `${rule} in ${document.uri.path}`);
  return ofRule(document, rule)[0]!;
}

async function take(document: vscode.TextDocument, at: vscode.Diagnostic, title: string): Promise<void> {
  const actions = await actionsFor(document, at);
  const action = actions.find((each) => each.title === title);
  assert.ok(action, `${title} in ${actions.map((each) => each.title).join('; ')}`);
  if (action.edit) assert.ok(await vscode.workspace.applyEdit(action.edit));
  if (action.command) await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
}

/** Runs *Insert Seed Block* and takes the first choice, which is the seeds alone. */
async function insertSeedBlock(document: vscode.TextDocument): Promise<void> {
  const before = document.getText();
  let isDone = false;
  const done = vscode.commands.executeCommand(COMMANDS.insertSeedBlock).then(() => {
    isDone = true;
  });
  // The choice is taken as soon as the picker is up.
  await until(() => {
    void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return isDone || document.getText() !== before;
  });
  await done;
}

/** A notebook with these cells of code, as a person opens it; gives the cells' documents. */
async function openCells(name: string, cells: readonly string[]): Promise<readonly vscode.TextDocument[]> {
  const json = {
    cells: cells.map((text) => ({
      ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
      source: text.split(/(?<=\n)/),
    })),
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 4,
  };
  const uri = await write(name, JSON.stringify(json));
  await vscode.commands.executeCommand('vscode.openWith', uri, 'jupyter-notebook');
  await until(() => vscode.window.activeNotebookEditor?.notebook.uri.path === uri.path);
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  assert.ok(notebook);
  return notebook.getCells().map(({ document }) => document);
}

suite('all of a rule', () => {
  teardown(closeAll);

  test('in the file', async () => {
    const document = await showUntitled(LISTINGS);
    const finding = await firstOf(document, LISTING_RULE, 2);
    await take(document, finding, `Fix all of \`${LISTING_RULE}\` in this file`);
    assert.equal(document.getText(), SORTED);
    await until(() => ofRule(document, LISTING_RULE).length === 0);
    assert.deepEqual(ofRule(document, LISTING_RULE), []);
  });

  test('in the cell, and in the notebook', async () => {
    const cells = ['import os\n\nimport torch', LISTINGS.split('\n').slice(4, 6).join('\n'), "c = os.listdir('c')[0]"];
    const [, both, last] = await openCells('all-of-a-rule.ipynb', cells);
    assert.ok(both && last);
    await firstOf(last, LISTING_RULE, 1);
    await take(both, await firstOf(both, LISTING_RULE, 2), `Fix all of \`${LISTING_RULE}\` in this cell`);
    assert.equal(both.getText(), SORTED.split('\n').slice(4, 6).join('\n'));
    assert.equal(last.getText(), cells[2], 'the other cell stays');
    await until(() => ofRule(both, LISTING_RULE).length === 0);
    await replaceAll(both, cells[1] ?? '');
    await firstOf(last, LISTING_RULE, 1);
    await take(last, await firstOf(last, LISTING_RULE, 1), `Fix all of \`${LISTING_RULE}\` in this notebook`);
    await until(() => last.getText() === "c = sorted(os.listdir('c'))[0]");
    assert.equal(last.getText(), "c = sorted(os.listdir('c'))[0]");
    assert.equal(both.getText(), SORTED.split('\n').slice(4, 6).join('\n'));
  });

  test('all that is safe to fix has its own name, and is done on save where that is asked for', async () => {
    const text = 'import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(2))\n';
    const document = await show(await write('on_save.py', text));
    await firstOf(document, 'redundant-cuda-seed', 1);
    const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      'source.fixAll.seedwise',
    );
    assert.deepEqual(
      actions.map(({ title }) => title),
      ['Fix all Seedwise problems that are safe to fix'],
    );
    const settings = vscode.workspace.getConfiguration('editor');
    await settings.update('codeActionsOnSave', { 'source.fixAll.seedwise': 'explicit' }, true);
    try {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(document.lineCount - 1, 0), '# more\n');
      await vscode.workspace.applyEdit(edit);
      await firstOf(document, 'redundant-cuda-seed', 1);
      await vscode.commands.executeCommand('workbench.action.files.save');
      await until(() => !document.isDirty && !document.getText().includes('cuda'));
      assert.equal(document.getText(), `${text.replace('torch.cuda.manual_seed_all(0)\n', '')}# more\n`);
    } finally {
      await settings.update('codeActionsOnSave', undefined, true);
    }
  });

  test('all that is safe to fix, by a command, in a file and in a notebook', async () => {
    const text = 'import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(2))\n';
    const document = await showUntitled(text);
    await firstOf(document, 'redundant-cuda-seed', 1);
    await vscode.commands.executeCommand('seedwise.fixAll');
    const fixed = text.replace('torch.cuda.manual_seed_all(0)\n', '');
    await until(() => document.getText() === fixed);
    assert.equal(document.getText(), fixed);
    await vscode.commands.executeCommand('seedwise.fixAll');
    assert.equal(document.getText(), fixed, 'a second time there is nothing');
    const [, cell] = await openCells('fix-all.ipynb', ['import torch', text.slice('import torch\n\n'.length)]);
    assert.ok(cell);
    await firstOf(cell, 'redundant-cuda-seed', 1);
    await vscode.commands.executeCommand('seedwise.fixAll');
    await until(() => !cell.getText().includes('cuda'));
    assert.doesNotMatch(cell.getText(), /cuda/);
  });
});

suite('a rule is turned off', () => {
  teardown(async () => {
    await vscode.workspace
      .getConfiguration('seedwise')
      .update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    await closeAll();
  });

  test('in this folder', async () => {
    const document = await show(await write('off.py', FAULTY));
    const finding = await firstOf(document, FAULT.rule, 1);
    await take(document, finding, `Turn \`${FAULT.rule}\` off in this folder`);
    await until(() => ofRule(document, FAULT.rule).length === 0);
    assert.deepEqual(ofRule(document, FAULT.rule), []);
    const settings = vscode.workspace.getConfiguration('seedwise', document.uri).inspect<object>('rules');
    assert.deepEqual(settings?.workspaceFolderValue ?? settings?.workspaceValue, { [FAULT.rule]: 'off' });
  });
});

suite('the seed block', () => {
  teardown(closeAll);

  test('takes the place of earlier seeds, seeds only what is used, and is shown where it is called', async () => {
    const text = 'import random\n\nimport torch\n\ntorch.manual_seed(7)\n\nprint(random.random(), torch.rand(2))\n';
    const document = await showUntitled(text);
    await insertSeedBlock(document);
    const after = document.getText();
    assert.match(after, /^def seed_everything\(seed\):$/m);
    assert.equal((after.match(/random\.seed\(/g) ?? []).length, 1, after);
    assert.equal((after.match(/torch\.manual_seed\(/g) ?? []).length, 1, after);
    assert.doesNotMatch(after, /numpy|np\./);
    assert.match(after, /^seed_everything\(7\)$/m, 'its seed stays');
    const selected = (): string => {
      const editor = vscode.window.activeTextEditor;
      return editor ? editor.document.getText(editor.selection) : '';
    };
    await until(() => selected() === 'seed_everything(7)');
    assert.equal(selected(), 'seed_everything(7)');
    await until(() => findings(document).length === 0);
    assert.deepEqual(findings(document), []);
  });

  test('writes nothing where there is nothing to seed', async () => {
    const text = 'import torch\n\nprint(torch.ones(2))\n';
    const document = await showUntitled(text);
    await insertSeedBlock(document);
    assert.equal(document.getText(), text);
  });
});

suite('a loader', () => {
  teardown(closeAll);

  const LOADER =
    'import torch\nfrom torch.utils.data import DataLoader\n\ntorch.manual_seed(3)\nloader = DataLoader(torch.ones(9), batch_size=4, shuffle=True, num_workers=2)\n';

  test('gets a generator, and a worker function only where it needs one', async () => {
    const document = await showUntitled(LOADER);
    assert.ok(vscode.window.activeTextEditor);
    vscode.window.activeTextEditor.selection = new vscode.Selection(4, 12, 4, 12);
    await vscode.commands.executeCommand(COMMANDS.makeDeterministic);
    await until(() => document.getText() !== LOADER);
    const after = document.getText();
    assert.match(after, /generator = torch\.Generator\(\)\.manual_seed\(3\)/);
    assert.match(after, /generator=generator/);
    assert.doesNotMatch(after, /worker_init_fn/, 'torch seeds the workers itself');
    for (const line of after.split('\n')) assert.ok(line.length <= 88, line);
  });

  test('of a dataset with a generator of its own, on an old torch, gets a worker function', async () => {
    const settings = vscode.workspace.getConfiguration('seedwise');
    await settings.update('torchVersion', '1.8', vscode.ConfigurationTarget.Workspace);
    try {
      const text = LOADER.replace('import torch\n', 'import numpy as np\nimport torch\n').replace(
        'torch.ones(9)',
        'Noise()',
      );
      const dataset =
        'class Noise(torch.utils.data.Dataset):\n    def __len__(self):\n        return 9\n\n    def __getitem__(self, index):\n        return np.random.normal()\n\n\n';
      const whole = text.replace('torch.manual_seed(3)', `${dataset}torch.manual_seed(3)`);
      const document = await showUntitled(whole);
      const at = document.positionAt(whole.indexOf('DataLoader(Noise') + 3);
      assert.ok(vscode.window.activeTextEditor);
      vscode.window.activeTextEditor.selection = new vscode.Selection(at, at);
      // The new version is known when its finding is there.
      await until(() => ofRule(document, 'unseeded-workers').length === 1);
      await vscode.commands.executeCommand(COMMANDS.makeDeterministic);
      await until(() => document.getText() !== whole);
      assert.match(document.getText(), /worker_init_fn=seed_worker/);
      assert.match(document.getText(), /^def seed_worker\(worker_id\):$/m);
    } finally {
      await settings.update('torchVersion', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
