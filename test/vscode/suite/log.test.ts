/** The log in VS Code: what runs where, on which torch, what was read, which settings differ, and which files were slow. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../expectations.ts';
import { closeAll, inWorkspace, show, until, write } from './editor.ts';

/** The text of the log, which is a document while it is shown. */
const log = (): string =>
  vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'output' && /Seedwise/.test(uri.path))?.getText() ??
  '';

/** Waits for a line of the log. */
async function waitFor(line: RegExp): Promise<void> {
  await until(() => line.test(log()));
  assert.match(log(), line);
}

const SLOW = 'slow_one.py';

suite('the log', () => {
  teardown(async () => {
    for (const key of ['rules', 'torchVersion'])
      await vscode.workspace.getConfiguration('seedwise').update(key, undefined, vscode.ConfigurationTarget.Workspace);
    // As long as the log is shown, it is the editor that would be closed.
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await closeAll();
    await Promise.resolve(vscode.workspace.fs.delete(inWorkspace(SLOW))).catch(() => {});
  });

  test('says what runs where, and how much was read', async () => {
    await show(inWorkspace('train.py'));
    await vscode.commands.executeCommand(COMMANDS.showLog);
    await waitFor(/Seedwise \d+\.\d+\.\d+ on Node \d+/);
    await waitFor(new RegExp(`Client: .*${vscode.version.replaceAll('.', '\\.')}`));
    await waitFor(/Folder: file:\/\/\//);
    await waitFor(/\d+ files of Python read in \d+ ms\./);
    await waitFor(/torch 2\.3\.1, from requirements\.txt\./);
  });

  test('says which settings differ, and another version of torch', async () => {
    await show(inWorkspace('train.py'));
    await vscode.commands.executeCommand(COMMANDS.showLog);
    const settings = vscode.workspace.getConfiguration('seedwise');
    await settings.update('torchVersion', '2.5', vscode.ConfigurationTarget.Workspace);
    await waitFor(/Settings that differ: .*torchVersion = "2\.5"/);
    await waitFor(/torch 2\.5, from the settings\./);
  });

  test('names a file that took long', async () => {
    const text = `import torch\n${Array.from({ length: 35_000 }, (_, i) => `x${i} = torch.rand(${i})\n`).join('')}`;
    await show(await write(SLOW, text));
    await vscode.commands.executeCommand(COMMANDS.showLog);
    await waitFor(/slow_one\.py took \d+ ms/);
  });
});
