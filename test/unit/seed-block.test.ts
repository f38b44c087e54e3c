/** The seed block is made for the project's version of torch, letter by letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block } from '../act.ts';

const TRAIN = `import torch

print(torch.rand(2))
`;

/** The body of the helper the block defines. */
function body(text: string, torchVersion: string): string[] {
  const lines = block(text, true, torchVersion).split('\n');
  const start = lines.findIndex((line) => line.startsWith('def '));
  return lines.slice(start + 1, lines.indexOf('', start)).map((line) => line.trim());
}

test('the newest torch needs two switches', () => {
  const switches = [
    'torch.manual_seed(seed)',
    'torch.use_deterministic_algorithms(True)',
    'torch.backends.cudnn.benchmark = False',
  ];
  for (const version of ['', '2.10', '2.14.1', '3.0']) assert.deepEqual(body(TRAIN, version), switches, version);
});

test('before 2.10 products on CUDA need an environment variable too', () => {
  assert.equal(
    block(TRAIN, true, '2.9.1'),
    `import os

import torch


def make_deterministic(seed):
    torch.manual_seed(seed)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False


make_deterministic(42)

print(torch.rand(2))
`,
  );
});

test('the quotes are those of the file, double ones where it has none', () => {
  const text = 'import os\nimport torch\n\nname = "a"\nprint(torch.rand(2), name)\n';
  assert.equal(body(text, '1.8')[1], 'os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")');
  const single = text.replaceAll('"', "'");
  assert.equal(body(single, '1.8')[1], "os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')");
});

test('torch 1.7 has the switch under its old name, and older ones have cuDNN’s', () => {
  assert.equal(body(TRAIN, '1.7.1')[2], 'torch.set_deterministic(True)');
  assert.deepEqual(body(TRAIN, '1.6'), [
    'torch.manual_seed(seed)',
    'torch.backends.cudnn.deterministic = True',
    'torch.backends.cudnn.benchmark = False',
  ]);
});
