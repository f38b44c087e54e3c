/** What VS Code shows in a hover: Seedwise's lines for the token, and none elsewhere. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { TRAIN } from '../expectations.ts';
import { closeAll, inWorkspace, show, showUntitled, waitForFaults, waitForServer } from './editor.ts';

/** The Markdown of all hovers at a place, and the texts they are about. */
async function hoversAt(document: vscode.TextDocument, offset: number): Promise<{ text: string; token: string }[]> {
  const position = document.positionAt(offset);
  const hovers: vscode.Hover[] = await vscode.commands.executeCommand(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers.map(({ contents, range }) => ({
    text: contents.map((content) => (typeof content === 'string' ? content : content.value)).join('\n'),
    token: document.getText(range),
  }));
}

suite('hover', () => {
  teardown(closeAll);

  test('a switch says what it covers', async () => {
    const document = await show(inWorkspace(TRAIN));
    await waitForFaults(document);
    const [hover] = await hoversAt(document, document.getText().indexOf('use_deterministic') + 3);
    assert.equal(hover?.token, 'use_deterministic_algorithms');
    assert.match(hover.text, /^\*\*Deterministic algorithms\*\*: operations that have a deterministic kernel use it/);
  });

  test('an operation comes with its versions, and its neighbours with nothing', async () => {
    const text = "import torch.nn.functional as F\n\ny = F.interpolate(x, size=4, mode='bilinear')\nz = F.relu(y)\n";
    const document = await showUntitled(text);
    await waitForServer();
    const found = await hoversAt(document, text.indexOf('interpolate') + 3);
    assert.equal(found[0]?.token, 'interpolate');
    assert.match(found[0].text, /\| torch \| without the flag \| with the flag \|/);
    assert.deepEqual(await hoversAt(document, text.indexOf('relu') + 1), []);
  });
});
