/** What repairs write, letter by letter, into files as people lay them out: the text of an edit is the product. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, block, titles } from '../act.ts';

test('a loader in a loop keeps its layout, and its generator is made once, outside', () => {
  const text = `import torch
from torch.utils.data import DataLoader
import numpy as np

torch.manual_seed(3)


def loaders(data, workers):
    for fold in range(3):
        yield DataLoader(
            data,
            shuffle=True,
            num_workers=workers,  # from the command line
        )


if __name__ == '__main__':
    print(list(loaders(np.zeros(4), 2)), torch.rand(1))
`;
  assert.equal(
    act(text, 'shuffle', 'Make this DataLoader deterministic'),
    `import random

import torch
from torch.utils.data import DataLoader
import numpy as np


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


torch.manual_seed(3)


def loaders(data, workers):
    generator = torch.Generator().manual_seed(3)
    for fold in range(3):
        yield DataLoader(
            data,
            shuffle=True,
            num_workers=workers,  # from the command line
            worker_init_fn=seed_worker,
            generator=generator,
        )


if __name__ == '__main__':
    print(list(loaders(np.zeros(4), 2)), torch.rand(1))
`,
  );
});

test('hanging indentation without a trailing comma stays so', () => {
  const text = `import torch
from torch.utils.data import DataLoader

torch.manual_seed(3)
loader = DataLoader(torch.rand(3),
                    shuffle=True)
`;
  assert.equal(
    act(text, 'shuffle', 'Give the loader'),
    `import torch
from torch.utils.data import DataLoader

torch.manual_seed(3)
generator = torch.Generator().manual_seed(3)
loader = DataLoader(torch.rand(3),
                    shuffle=True,
                    generator=generator)
`,
  );
});

test('keyword arguments with spaces around their sign get more of the kind', () => {
  const program = (more: string, head = ''): string => `import torch
from torch.utils.data import DataLoader

${head}loader = DataLoader(torch.ones(3), batch_size = 8, shuffle = True, num_workers = 2${more})
`;
  const given = `
def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


generator = torch.Generator().manual_seed(42)
`;
  assert.equal(
    act(program(''), 'shuffle', 'Make this DataLoader deterministic'),
    `import random\n\nimport numpy as np\n${program(', worker_init_fn = seed_worker, generator = generator', given)}`,
  );
});

test('a seeded generator and a worker function that are there are reused', () => {
  const text = `import random
import torch
from torch.utils.data import DataLoader

SEED = 11
torch.manual_seed(SEED)
g = torch.Generator()
g.manual_seed(SEED)


def init(worker_id):
    random.seed(torch.initial_seed() % 2**32)


loader = DataLoader(torch.rand(3), shuffle=True, num_workers=2, generator=None)
`;
  assert.equal(
    act(text, 'shuffle', 'Make this DataLoader deterministic'),
    text.replace('generator=None', 'generator=g, worker_init_fn=init'),
  );
});

test('a generator takes the value of the seed there is, and lives where the default device does', () => {
  const text = `import torch
from torch.utils.data import DataLoader


def main(args):
    torch.set_default_device('cuda')
    torch.manual_seed(args.seed)
    loader = DataLoader(torch.rand(3), shuffle=True)
    print(loader)


if __name__ == '__main__':
    main(object())
`;
  assert.equal(
    act(text, 'shuffle', 'Give the loader'),
    text
      .replace('    loader', "    generator = torch.Generator(device='cuda').manual_seed(args.seed)\n    loader")
      .replace('shuffle=True', 'shuffle=True, generator=generator'),
  );
});

test('no generator is offered where it would repeat each epoch, or differ by rank', () => {
  const repeated = `import torch
from torch.utils.data import DataLoader

torch.manual_seed(0)


def epoch(data):
    for batch in DataLoader(data, shuffle=True):
        print(batch)


for _ in range(3):
    epoch(torch.rand(8))
`;
  const ranked = `import torch
from torch.utils.data import DataLoader


def main(rank):
    torch.manual_seed(10 + rank)
    return DataLoader(torch.rand(8), shuffle=True)


if __name__ == '__main__':
    main(0)
`;
  for (const text of [repeated, ranked]) {
    assert.ok(!titles(text, 'shuffle').some((title) => /generator$|deterministic$/.test(title)), text);
  }
});

test('the block respects shebang, docstring, future and type-checking imports, tabs and taken names', () => {
  const text = `#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Docs."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
\timport numpy as np
import torch.nn as nn

def make_deterministic(): pass

class A:
\tpass

if __name__ == "__main__":
\tmodel = nn.Linear(2, 2)
`;
  assert.equal(
    block(text),
    `#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Docs."""
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
\timport numpy as np
import torch.nn as nn
import torch


def seed_everything(seed):
\ttorch.manual_seed(seed)


def make_deterministic(): pass

class A:
\tpass

if __name__ == "__main__":
\tseed_everything(42)
\tmodel = nn.Linear(2, 2)
`,
  );
});

test('the block takes the parsed seed of the command line', () => {
  const text = `import argparse
import random

import torch


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--seed", type=int, default=0)
  args = parser.parse_args()
  x = [1, 2]
  random.shuffle(x)
  print(torch.rand(3), x)


main()
`;
  assert.equal(
    block(text, true),
    text
      .replace(
        'import torch\n',
        `import torch


def make_deterministic(seed):
  random.seed(seed)
  torch.manual_seed(seed)
  torch.use_deterministic_algorithms(True)
  torch.backends.cudnn.benchmark = False
`,
      )
      .replace('parse_args()\n', 'parse_args()\n  make_deterministic(args.seed)\n'),
  );
});

test('the block fits an empty file, one without imports, CRLF, and a guard on one line', () => {
  const helper = (eol: string): string => ['def make_deterministic(seed):', '    torch.manual_seed(seed)'].join(eol);
  assert.equal(block(''), `import torch\n\n\n${helper('\n')}\n\n\nmake_deterministic(42)\n`);
  assert.equal(block('x = 1'), `import torch\n\n\n${helper('\n')}\n\n\nmake_deterministic(42)\n\nx = 1`);
  assert.equal(
    block('import torch\r\n\r\nif __name__ == "__main__": print(torch.rand(3))\r\n'),
    `import torch\r\n\r\n\r\n${helper('\r\n')}\r\n\r\n\r\nif __name__ == "__main__": make_deterministic(42); print(torch.rand(3))\r\n`,
  );
});

test('the block says when there is nothing left to seed', () => {
  const text =
    'import random\nimport numpy as np\nimport torch\nrandom.seed(0)\nnp.random.seed(0)\ntorch.manual_seed(0)\n';
  assert.equal(block(text), 'This program seeds `random`, `numpy` and `torch` already.');
});

test('a helper on one line is extended on that line', () => {
  const text = `import torch, random
def seed(s): torch.manual_seed(s); return s
seed(4); random.random()
`;
  assert.equal(
    act(text, 'random.random', 'Seed `random` in `seed`'),
    text.replace('; return', '; random.seed(s); return'),
  );
});

test('a late seed moves with the comment above it, at the end of a file without a line ending too', () => {
  const text = `import torch
import torch.nn as nn

m = nn.Linear(2, 2)

# the seed of the paper
torch.manual_seed(4)`;
  assert.equal(
    act(text, 'nn.Linear', 'Move `torch.manual_seed(4)` up'),
    `import torch
import torch.nn as nn

# the seed of the paper
torch.manual_seed(4)
m = nn.Linear(2, 2)
`,
  );
});

test('a seed that needs what comes after the draw stays where it is', () => {
  const text = `import torch

model = torch.nn.Linear(2, 2)
seed = 3
torch.manual_seed(seed)
`;
  assert.deepEqual(
    titles(text, 'torch.nn').filter((title) => title.startsWith('Move')),
    [],
  );
});

test('index_add_ keeps its alpha, index_select its dimension', () => {
  const text = `import torch


def gather(x, i, s):
    x.index_add_(0, i, s, alpha=s.sum() + 1)
    return torch.index_select(x + 1, 1, i), x.index_select(0, index=i)
`;
  assert.equal(
    act(text, 'index_add_', 'Replace'),
    text.replace('x.index_add_(0, i, s, alpha=s.sum() + 1)', 'x.index_put_((i,), (s.sum() + 1) * s, accumulate=True)'),
  );
  assert.equal(
    act(text, 'torch.index_select', 'Replace'),
    text.replace('torch.index_select(x + 1, 1, i)', '(x + 1)[:, i]'),
  );
  assert.equal(act(text, 'index_select(0', 'Replace'), text.replace('x.index_select(0, index=i)', 'x[i]'));
});

test('an ignore joins the one that is there, and goes above a line that cannot take it', () => {
  const draw = 'x = torch.rand(3)';
  const program = (line: string): string => `import torch\n\n${line}\n`;
  assert.equal(
    act(program(draw), draw.slice(4), 'Ignore `incomplete-seeding` on'),
    program(`${draw}  # seedwise: ignore[incomplete-seeding]`),
  );
  assert.equal(
    act(program(`${draw}  # seedwise: ignore[late-seed]`), draw.slice(4), 'Ignore `incomplete-seeding` on'),
    program(`${draw}  # seedwise: ignore[late-seed, incomplete-seeding]`),
  );
  assert.equal(
    act(program(`${draw} + \\\n    1`), draw.slice(4), 'Ignore `incomplete-seeding` on'),
    program(`# seedwise: ignore[incomplete-seeding]\n${draw} + \\\n    1`),
  );
  assert.equal(
    act(`#!/usr/bin/env python\n${program(draw)}`, draw.slice(4), 'Ignore `incomplete-seeding` in'),
    `#!/usr/bin/env python\n# seedwise: ignore-file[incomplete-seeding]\n${program(draw)}`,
  );
});

test('a started process takes the seed from the arguments it gets', () => {
  const text = `import torch
import torch.multiprocessing as mp


def worker(rank, args):
    print(torch.nn.Linear(2, 2))


def main(args):
    torch.manual_seed(args.seed)
    mp.spawn(worker, args=(args,))


if __name__ == '__main__':
    main(object())
`;
  assert.equal(
    act(text, 'mp.spawn', 'Seed `torch.manual_seed` at the top of `worker`'),
    text.replace('    print', '    torch.manual_seed(args.seed)\n    print'),
  );
});
