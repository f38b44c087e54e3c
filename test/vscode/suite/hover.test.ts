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

  test('a draw says which stream it takes and who seeds it, in workers too; listings, hashes and generators say theirs', async () => {
    const text = `import os
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __getitem__(self, index):
        return np.random.normal()


torch.manual_seed(3)
loader = DataLoader(Noise(), num_workers=2)
x = torch.rand(3)
names = os.listdir('data')
bucket = hash('name') % 10
generator = np.random.default_rng(7)
`;
    const document = await showUntitled(text);
    await waitForServer();
    const said: readonly (readonly [token: string, piece: RegExp])[] = [
      ['rand(3)', /draws from torch’s global generator\.[\s\S]*`torch\.manual_seed` \(line 14\) seeds it/],
      ['normal', /In workers of a DataLoader torch seeds it, for each worker and epoch anew/],
      ['listdir', /in the order of the file system/],
      ["hash('name')", /`PYTHONHASHSEED` is set before/],
      ['default_rng', /a generator of its own, which no global seed reaches\.[\s\S]*Its seed is `7`/],
    ];
    for (const [token, piece] of said) {
      const hovers = await hoversAt(document, text.indexOf(token) + 2);
      const own = hovers.map((each) => each.text).join('\n\n');
      assert.match(own, piece);
      const lines = own.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('|'));
      assert.equal(new Set(lines).size, lines.length, `each thing is said once: ${own}`);
    }
  });
});
