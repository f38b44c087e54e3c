/** Repairs in a marimo notebook: each stays in its cell, names stay bound in one cell only, and no cell runs earlier for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, titles } from '../act.ts';

const notebook = (...cells: readonly string[]): string =>
  [
    'import marimo\n\napp = marimo.App()\n',
    ...cells.map((cell) => `@app.cell\ndef _():\n${cell.replace(/^(?=.)/gm, '    ')}\n    return\n`),
    'if __name__ == "__main__":\n    app.run()\n',
  ].join('\n\n');

const imports = 'import random\nimport numpy as np\nimport torch';
const draws = 'print(np.random.rand(3), torch.rand(3))';

test('a seed goes where the others are, by a name of a cell that has run', () => {
  assert.equal(
    act(notebook(imports, 'torch.manual_seed(3)', draws), 'np.random.rand', 'Add `np.random.seed(3)`'),
    notebook(imports, 'torch.manual_seed(3)\nnp.random.seed(3)', draws),
  );
});

test('a name that a later cell binds is not needed, nor bound a second time', () => {
  const late = `import numpy as np\n${draws}`;
  assert.equal(
    act(notebook('import torch', 'torch.manual_seed(3)', late), 'np.random.rand', 'Add `numpy.random.seed(3)`'),
    notebook('import torch', 'import numpy\ntorch.manual_seed(3)\nnumpy.random.seed(3)', late),
  );
});

test('what would have to stand outside of the cells is not offered', () => {
  const offered = titles(notebook(imports, 'print(torch.rand(3))'), 'torch.rand');
  assert.ok(offered.length > 0 && !offered.some((title) => title.startsWith('Insert')), offered.join('; '));
});

test('a seed is not moved into another cell, but within its own', () => {
  const across = titles(notebook(imports, 'x = torch.rand(3)', 'torch.manual_seed(3)'), 'torch.rand');
  assert.ok(!across.some((title) => title.startsWith('Move')), across.join('; '));
  const within = 'x = torch.rand(3)\ntorch.manual_seed(3)\nprint(x)';
  const [move = ''] = titles(notebook(imports, within), 'torch.rand').filter((title) => title.startsWith('Move'));
  assert.equal(
    act(notebook(imports, within), 'torch.rand', move),
    notebook(imports, 'torch.manual_seed(3)\nx = torch.rand(3)\nprint(x)'),
  );
});
