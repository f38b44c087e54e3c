/** A project of many files in VS Code: what is unsaved in one of them decides what is shown in another. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PROJECT } from '../expectations.ts';
import { closeAll, findings, inWorkspace, ruleOf, show, until } from './editor.ts';

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
