/** The seed block is made for the project's version of torch, letter by letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { act, block } from '../act.ts';
import { understand, workspaceOf } from '../corpus.ts';

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

test('a command that a project installs calls the block first, behind the seed it parses', () => {
  const repaired = (text: string): string => {
    const files = [
      { path: 'pyproject.toml', text: '[project.scripts]\ntrain = "shapes.cli:main"\n' },
      { path: 'shapes/__init__.py', text: 'from .cli import main\n' },
      { path: 'shapes/cli.py', text },
    ];
    return understand(
      'shapes/cli.py',
      text,
      ({ analysis }) => {
        const [finding, ...others] = analysis.findings;
        assert.equal(finding?.rule, 'incomplete-seeding');
        assert.deepEqual(others, []);
        const after = applyEdits(text, finding.fixes?.[0]?.edits() ?? []);
        const again = workspaceOf(
          files.map((file) => (file.path.endsWith('cli.py') ? { ...file, text: after } : file)),
        );
        understand('shapes/cli.py', after, (now) => assert.deepEqual(now.analysis.findings, []), undefined, again);
        return after;
      },
      undefined,
      workspaceOf(files),
    );
  };
  const helper = 'def seed_everything(seed):\n    torch.manual_seed(seed)\n';
  assert.equal(
    repaired('import torch\n\n\ndef main():\n    """Trains."""\n    print(torch.rand(2))\n'),
    `import torch\n\n\n${helper}\n\ndef main():\n    """Trains."""\n    seed_everything(42)\n    print(torch.rand(2))\n`,
  );
  const parser = 'parser = argparse.ArgumentParser()\n    parser.add_argument("--seed", type=int, default=0)\n';
  assert.equal(
    repaired(
      `import argparse\n\nimport torch\n\n\ndef main():\n    ${parser}    args = parser.parse_args()\n    print(torch.rand(2))\n`,
    ),
    `import argparse\n\nimport torch\n\n\n${helper}\n\ndef main():\n    ${parser}    args = parser.parse_args()\n    seed_everything(args.seed)\n    print(torch.rand(2))\n`,
  );
});

test('what the workers of a loader run is no seed helper of the program', () => {
  const functions = 'def start(worker_id):\n    random.seed(worker_id)\n';
  const program = (imports: string, between: string, init: string): string => `import random

import torch
from torch.utils.data import DataLoader
${imports}
${between}
loader = DataLoader([1, 2], num_workers=2, worker_init_fn=${init})
for batch in loader:
    print(torch.rand(2), batch)
`;
  const here = block(program('', `\n${functions}\n`, 'start'), false);
  assert.match(here, /\ndef seed_everything\(seed\):\n {4}random\.seed\(seed\)\n {4}torch\.manual_seed\(seed\)\n/);
  assert.match(here, /\nseed_everything\(42\)\n/);
  assert.ok(here.includes(functions), here);
  const beside = [{ path: 'seeds.py', text: `import random\n\n\n${functions}` }];
  const imported = program('from seeds import start\n', '', 'start');
  assert.match(act(imported, 'torch.rand', 'Insert `seed_everything(42)`', beside), /torch\.manual_seed\(seed\)/);
  // What is only called is one, whatever else has its name.
  const called = program('', `\n${functions}\n\ndef show(args):\n    start(args.start)\n\n`, 'None');
  assert.match(block(called, false), /random\.seed\(worker_id\)\n {4}torch\.manual_seed\(worker_id\)\n/);
});

test('a helper calls nothing by the name of its own parameter', () => {
  const renamed =
    'import numpy as np\nimport torch\nfrom torch import manual_seed as seed\n\nseed(3)\nprint(torch.rand(2), np.random.rand())\n';
  assert.match(
    block(renamed, false),
    /def seed_everything\(seed\):\n {4}np\.random\.seed\(seed\)\n {4}torch\.manual_seed\(seed\)\n/,
  );
  const alone = 'from torch import manual_seed as seed, rand\n\nprint(rand(2))\n';
  assert.match(
    block(alone, false),
    /import torch\n[\s\S]*def seed_everything\(seed\):\n {4}torch\.manual_seed\(seed\)\n/,
  );
  const own = 'import torch\n\n\ndef seed(number):\n    torch.manual_seed(number)\n\n\nseed(3)\nprint(torch.rand(2))\n';
  assert.match(block(own, true), /def make_deterministic\(value\):\n {4}seed\(value\)\n/);
});

test('a name that a function binds itself is not the module there', () => {
  const helper = 'import numpy as np\nimport torch\nfrom torch import manual_seed as fix\n';
  const text = `${helper}\n\ndef prepare(number, fix=None):\n    np.random.seed(number)\n    return fix\n\n\nprepare(3)\nprint(torch.rand(2), np.random.rand())\n`;
  const repaired = block(text, false);
  assert.match(repaired, /np\.random\.seed\(number\)\n {4}torch\.manual_seed\(number\)\n/);
});
