/** `--fix` and notebooks on the command line: what is printed, and every byte of what is written. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell } from '../shell.ts';

const REDUNDANT = `import torch

torch.manual_seed(0)
torch.cuda.manual_seed_all(0)
# seedwise: ignore[late-seed]
torch.backends.cudnn.benchmark = True
print(torch.rand(3))
`;
const SAFE = REDUNDANT.replace('torch.cuda.manual_seed_all(0)\n', '').replace('# seedwise: ignore[late-seed]\n', '');
const UNSAFE = SAFE.replace('benchmark = True', 'benchmark = False');

const cell = (lines: string[], type = 'code') => ({ cell_type: type, metadata: {}, source: lines });
const notebook = (...cells: unknown[]): string =>
  `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
const TRAIN = notebook(
  cell(['# Title'], 'markdown'),
  cell(['%matplotlib inline\n', 'import torch\n', 'torch.manual_seed(0)']),
  cell(['torch.backends.cudnn.benchmark = True\n', 'torch.cuda.manual_seed_all(0)']),
  cell(['torch.rand(3)']),
);

test('a notebook has its findings by cell', (t) => {
  const { cwd, run } = shell(t, { 'a/train.ipynb': TRAIN, 'a/.ipynb_checkpoints/train-checkpoint.ipynb': TRAIN });
  const { stdout, stderr, status } = run('check', '--format', 'json', '--fail-on', 'information');
  const rows = JSON.parse(stdout).map(({ message, subject, ...row }: Record<string, unknown>) => row);
  const place = { filename: join(cwd, 'a/train.ipynb'), cell: 2 };
  assert.deepEqual(rows, [
    {
      ...place,
      code: 'cudnn-benchmark',
      severity: 'information',
      location: { row: 1, column: 34 },
      end_location: { row: 1, column: 38 },
    },
    {
      ...place,
      code: 'redundant-cuda-seed',
      severity: 'hint',
      location: { row: 2, column: 1 },
      end_location: { row: 2, column: 27 },
    },
  ]);
  assert.equal(stderr, '');
  assert.equal(status, 1);
  assert.match(run('check', 'a/train.ipynb').stdout, /^a\/train\.ipynb:cell 3:1:34: information cudnn-benchmark /);
});

test('a notebook imports the modules of its project, and what is no Python notebook is left out', (t) => {
  const { run } = shell(t, {
    '.git/HEAD': '',
    'seeds.py': 'import torch\n\n\ndef seed():\n    torch.manual_seed(0)\n',
    'notebooks/a.ipynb': notebook(cell(['import torch\n', 'from seeds import seed\n', 'seed()\n', 'torch.rand(1)'])),
    'notebooks/b.ipynb': '{',
    'notebooks/c.ipynb': '{}',
    'notebooks/r.ipynb': '{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
  });
  const { stdout, stderr, status } = run('check', 'notebooks');
  assert.equal(stdout, 'No problems in 1 file.\n');
  assert.deepEqual(stderr.split('\n'), [
    'seedwise: notebooks/b.ipynb is not analysed: it is not JSON.',
    'seedwise: notebooks/c.ipynb is not analysed: it is not a notebook.',
    '',
  ]);
  assert.equal(status, 0);
});

test('--fix makes the safe repairs, and --unsafe-fixes the others too', (t) => {
  const { cwd, run } = shell(t, { 'train.py': REDUNDANT, 'clean.py': 'import torch\n' });
  const read = (): string => readFileSync(join(cwd, 'train.py'), 'utf8');
  const safe = run('check', '--fix', '--format', 'concise');
  assert.equal(read(), SAFE);
  assert.match(
    safe.stdout,
    /^train\.py:4:34: information cudnn-benchmark .*\nFound 1 problem \(1 information\) in 2 files\.\n1 fixable with --fix --unsafe-fixes\.\n$/,
  );
  assert.equal(safe.stderr, 'seedwise: fixed 2 problems in 1 file.\n');
  assert.equal(safe.status, 0);
  assert.equal(run('check', '--fix').stderr, 'seedwise: nothing to fix.\n');
  const { stdout, stderr } = run('check', '--fix', '--unsafe-fixes');
  assert.equal(read(), UNSAFE);
  assert.equal(stdout, 'No problems in 2 files.\n');
  assert.equal(stderr, 'seedwise: fixed 1 problem in 1 file.\n');
  const alone = run('check', '--unsafe-fixes');
  assert.match(alone.stderr, /'--unsafe-fixes' needs '--fix' or '--diff'/);
  assert.equal(alone.status, 2);
  assert.deepEqual(readdirSync(cwd).sort(), ['clean.py', 'train.py'], 'no draft is left behind');
});

test('a repaired file keeps its encoding, mark, line ends, mode and links', {
  skip: process.platform === 'win32',
}, (t) => {
  const latin = '# -*- coding: latin-1 -*-\n# caf\xe9\n';
  const { cwd, run } = shell(t, {
    'bom.py': `\uFEFF${REDUNDANT.replaceAll('\n', '\r\n')}`,
    'latin.py': Buffer.from(latin + REDUNDANT, 'latin1'),
    'end.py': `${REDUNDANT.trimEnd()}  # \u{1F3B2}`,
    'real/train.py': REDUNDANT,
    'clean.py': 'import torch\n',
  });
  const at = (name: string): string => join(cwd, name);
  symlinkSync('real/train.py', at('linked.py'));
  chmodSync(at('real/train.py'), 0o755);
  const { mtimeMs } = statSync(at('clean.py'));
  run('check', '--fix');
  assert.equal(readFileSync(at('bom.py'), 'utf8'), `\uFEFF${SAFE.replaceAll('\n', '\r\n')}`);
  assert.deepEqual(readFileSync(at('latin.py')), Buffer.from(latin + SAFE, 'latin1'));
  assert.equal(readFileSync(at('end.py'), 'utf8'), `${SAFE.trimEnd()}  # \u{1F3B2}`);
  assert.equal(readFileSync(at('linked.py'), 'utf8'), SAFE);
  assert.equal(statSync(at('real/train.py')).mode & 0o777, 0o755);
  assert.equal(readdirSync(at('real')).length, 1);
  assert.equal(statSync(at('clean.py')).mtimeMs, mtimeMs, 'a file without a repair is not written');
});

test('a repair in another file is made there', (t) => {
  const { cwd, run } = shell(t, {
    'seeds.py': 'import torch\n\n\ndef seed_all(seed):\n    torch.manual_seed(seed)\n',
    'train.py': 'import numpy as np\nfrom seeds import seed_all\n\nseed_all(0)\nprint(np.random.rand(3))\n',
  });
  run('check', '--fix', '--unsafe-fixes', 'train.py');
  assert.equal(
    readFileSync(join(cwd, 'seeds.py'), 'utf8'),
    'import numpy as np\nimport torch\n\n\ndef seed_all(seed):\n    torch.manual_seed(seed)\n    np.random.seed(seed)\n',
  );
});

test('a repaired notebook changes in nothing but the repaired lines', (t) => {
  const odd = TRAIN.replace('"metadata": {}', '"metadata":   {"x": 1.0, "y": 12345678901234567890, "\\u00e9": "\\/"}');
  const { cwd, run } = shell(t, { 'train.ipynb': odd, 'crlf.ipynb': odd.replaceAll('\n', '\r\n') });
  const { stderr } = run('check', '--fix', '--unsafe-fixes');
  assert.equal(stderr, 'seedwise: fixed 4 problems in 2 files.\n');
  const expected = odd
    .replace(/\\n",\s+"torch\.cuda\.manual_seed_all\(0\)/, '')
    .replace('benchmark = True', 'benchmark = False');
  assert.equal(readFileSync(join(cwd, 'train.ipynb'), 'utf8'), expected);
  assert.equal(readFileSync(join(cwd, 'crlf.ipynb'), 'utf8'), expected.replaceAll('\n', '\r\n'));
});
