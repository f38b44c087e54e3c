/** A project of many files in VS Code: what is unsaved in one of them decides what is shown in another. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PROJECT } from '../expectations.ts';
import { actionsFor, closeAll, findings, inWorkspace, ruleOf, show, until, write } from './editor.ts';

suite('a project', () => {
  teardown(closeAll);

  test('the seed that a helper leaves out clears the squiggle of its program, unsaved, and undo brings it back', async () => {
    const train = await show(inWorkspace(`${PROJECT}/train.py`));
    const unseeded = (): string[] =>
      findings(train)
        .filter((diagnostic) => ruleOf(diagnostic) === 'incomplete-seeding')
        .map(({ range }) => train.getText(range));
    await until(() => unseeded().length === 1);
    assert.deepEqual(unseeded(), ['build_dataset']);

    const helper = await vscode.workspace.openTextDocument(inWorkspace(`${PROJECT}/utils/seed.py`));
    const editor = await vscode.window.showTextDocument(helper, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: false,
    });
    const text = helper.getText();
    const line = helper.positionAt(text.indexOf('    torch.manual_seed'));
    await editor.edit((edit) => {
      edit.insert(helper.positionAt(text.indexOf('import torch')), 'import numpy as np\n');
      edit.insert(line, '    np.random.seed(seed)\n');
    });
    await until(() => unseeded().length === 0);
    assert.deepEqual(unseeded(), []);
    assert.ok(helper.isDirty, 'nothing was saved');

    await vscode.commands.executeCommand('undo');
    assert.equal(helper.getText(), text);
    await until(() => unseeded().length === 1);
    assert.deepEqual(unseeded(), ['build_dataset']);
  });
});

suite('the launch configuration', () => {
  const TITLE = 'Set `PYTHONHASHSEED` in `.vscode/launch.json`';
  const launch = (): vscode.Uri => inWorkspace('.vscode/launch.json');

  teardown(async () => {
    await closeAll();
    for (const uri of [inWorkspace('.vscode'), inWorkspace('hashes.py')]) {
      await Promise.resolve(vscode.workspace.fs.delete(uri, { recursive: true })).catch(() => {});
    }
  });

  /** What the action changes in the launch configuration; VS Code would ask the user before it does. */
  async function changes(): Promise<vscode.TextEdit[]> {
    const document = await show(
      await write(
        'hashes.py',
        "import os\n\nimport torch\n\nos.environ['PYTHONHASHSEED'] = '7'\ntorch.manual_seed(7)\n",
      ),
    );
    const own = (): vscode.Diagnostic[] =>
      findings(document).filter((diagnostic) => ruleOf(diagnostic) === 'ineffective-hash-seed');
    await until(() => own().length === 1);
    const [diagnostic] = own();
    assert.ok(diagnostic);
    const action = (await actionsFor(document, diagnostic)).find(({ title }) => title === TITLE);
    assert.ok(action?.edit, 'the action has an edit');
    const [[uri, edits] = [], ...others] = action.edit.entries();
    assert.deepEqual(others, []);
    assert.equal(uri?.toString(), launch().toString());
    return edits ?? [];
  }

  test('is made where there is none', async () => {
    const [only, ...others] = await changes();
    assert.ok(only);
    assert.deepEqual(others, []);
    assert.deepEqual(JSON.parse(only.newText).configurations[0].env, { PYTHONHASHSEED: '7' });
  });

  test('keeps what its editor holds, saved or not', async () => {
    const text = '{\n  "configurations": [\n    { "type": "debugpy", "request": "launch" }, // mine\n  ],\n}\n';
    const document = await show(await write('.vscode/launch.json', text));
    const unsaved = new vscode.WorkspaceEdit();
    unsaved.insert(document.uri, new vscode.Position(0, 0), '// not saved yet\n');
    await vscode.workspace.applyEdit(unsaved);
    assert.ok(document.isDirty);
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, await changes());
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(
      document.getText(),
      `// not saved yet\n${text.replace('"launch" }', '"launch", "env": { "PYTHONHASHSEED": "7" } }')}`,
    );
  });
});
