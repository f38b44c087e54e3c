/** Files of settings in VS Code: what is wrong in them is marked as it is written. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, findings, inWorkspace, replaceAll, show, until, write } from './editor.ts';

/** Waits until a document has these complaints of ours, each with the text it stands under. */
async function waitFor(document: vscode.TextDocument, expected: readonly string[]): Promise<void> {
  const found = (): string[] =>
    findings(document).map(({ range, message }) => `${document.getText(range)}: ${message}`);
  await until(() => found().join() === expected.join());
  assert.deepEqual(found(), expected);
}

suite('files of settings', () => {
  teardown(async () => {
    await closeAll();
    for (const name of ['.vscode', 'pyproject.toml']) {
      await Promise.resolve(vscode.workspace.fs.delete(inWorkspace(name), { recursive: true })).catch(() => {});
    }
  });

  test('a pattern that matches no rule is marked in the settings of the workspace', async () => {
    const text = '{\n  // none of them\n  "seedwise.rules": { "lat-*": "off", "late-*": "off" },\n}\n';
    const document = await show(await write('.vscode/settings.json', text));
    await waitFor(document, ['"lat-*": `lat-*` matches no rule.']);
    await replaceAll(document, text.replace('"lat-*": "off", ', ''));
    await waitFor(document, []);
    assert.ok(document.isDirty);
  });

  test('marks in pyproject.toml follow what is not saved', async () => {
    const document = await show(await write('pyproject.toml', '[tool.seedwise.rules]\nlate-seed = "off"\n'));
    await replaceAll(document, '[tool.seedwise.rules]\n# new\nlate-sed = "off"\n');
    await waitFor(document, ['late-sed: `late-sed` is no rule; did you mean `late-seed`?']);
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await waitFor(document, []);
  });
});
