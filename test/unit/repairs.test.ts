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

test('`set_epoch` is called on a sampler only where there is one', () => {
  const program = (sampler: string, before: string): string => `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def prepare(dataset, distributed):
${sampler}    return DataLoader(dataset, batch_size=8, sampler=train_sampler)


def train(dataset, model, distributed):
    loader = prepare(dataset, distributed)
    for epoch in range(10):
${before}        for batch in loader:
            model(batch).backward()


if __name__ == '__main__':
    train([], None, False)
`;
  const fix = (sampler: string): string => act(program(sampler, ''), 'DistributedSampler(', 'Call `set_epoch(epoch)`');
  const always = '    train_sampler = DistributedSampler(dataset)\n';
  assert.equal(fix(always), program(always, '        loader.sampler.set_epoch(epoch)\n'));
  const guarded = `        if isinstance(loader.sampler, DistributedSampler):
            loader.sampler.set_epoch(epoch)
`;
  const branch = `    if distributed:
        train_sampler = DistributedSampler(dataset)
    else:
        train_sampler = None
`;
  assert.equal(fix(branch), program(branch, guarded));
  const conditional = '    train_sampler = DistributedSampler(dataset) if distributed else None\n';
  assert.equal(fix(conditional), program(conditional, guarded));
});

test('a sampler made in one branch is asked for by its own name where that is bound', () => {
  const program = (otherwise: string, before: string): string => `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def train(dataset, model, distributed):
    if distributed:
        sampler = DistributedSampler(dataset)
        loader = DataLoader(dataset, sampler=sampler)
    else:
${otherwise}        loader = DataLoader(dataset, shuffle=True)
    for epoch in range(10):
${before}        for batch in loader:
            model(batch).backward()


if __name__ == '__main__':
    train([], None, False)
`;
  const bound = '        sampler = None\n';
  const fix = (otherwise: string): string =>
    act(program(otherwise, ''), 'DistributedSampler(', 'Call `set_epoch(epoch)`');
  assert.equal(fix(bound), program(bound, '        if sampler is not None:\n            sampler.set_epoch(epoch)\n'));
  assert.equal(
    fix(''),
    program(
      '',
      '        if isinstance(loader.sampler, DistributedSampler):\n            loader.sampler.set_epoch(epoch)\n',
    ),
  );
});

test('an epoch that has no name gets one for `set_epoch`', () => {
  const program = (head: string): string => `from torch.utils.data import DataLoader, DistributedSampler


def train(dataset, model):
    sampler = DistributedSampler(dataset)
    loader = DataLoader(dataset, sampler=sampler)
    ${head}
        for batch in loader:
            model(batch).backward()


if __name__ == '__main__':
    train([], None)
`;
  assert.equal(
    act(program('for _ in range(10):'), 'DistributedSampler(', 'Call `set_epoch(epoch)`'),
    program('for epoch in range(10):\n        sampler.set_epoch(epoch)'),
  );
});

test('the states are restored in front of a return that reads the checkpoint', () => {
  const program = (head: string, restored: string, saved: string): string => `${head}import torch


class Trainer:
    def resume(self, path):
        checkpoint = torch.load(path)
        self.model.load_state_dict(checkpoint['model'])
        self.optimizer.load_state_dict(checkpoint['optimizer'])
${restored}        return checkpoint['epoch']

    def save(self, path, epoch):
        state = {
            'model': self.model.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'epoch': epoch,
${saved}        }
        torch.save(state, path)


if __name__ == '__main__':
    torch.manual_seed(0)
    print(torch.rand(1))
`;
  const title = 'Save and restore the states of the random generators';
  assert.equal(
    act(program('', '', ''), 'self.optimizer.load_state_dict', title),
    program(
      '',
      `        if 'rng_state' in checkpoint:
            torch.set_rng_state(checkpoint['rng_state'])
`,
      "            'rng_state': torch.get_rng_state(),\n",
    ),
  );
});

/** A program that loads its data in `run`, seeded as it says at the end. */
const seeded = (head: string, made: string, argument: string, tail: string): string => `import random

import torch
from torch.utils.data import DataLoader
${head}

def run(options, data):
${made}    return DataLoader(data, shuffle=True${argument})


if __name__ == '__main__':
${tail}`;
const GENERATOR = 'Give the loader a seeded generator';

test('a generator takes the seed that a caller hands on, under the name it has there', () => {
  const tail = '    options = parse()\n    torch.manual_seed(options.seed)\n    run(options, torch.ones(3))\n';
  const made = '    generator = torch.Generator().manual_seed(options.seed)\n';
  const head = 'from cli import parse\n';
  assert.equal(
    act(seeded(head, '', '', tail), 'shuffle', GENERATOR),
    seeded(head, made, ', generator=generator', tail),
  );
  const other = tail.replace('run(options', 'run(None');
  const fallback = '    generator = torch.Generator().manual_seed(42)\n';
  assert.equal(
    act(seeded(head, '', '', other), 'shuffle', GENERATOR),
    seeded(head, fallback, ', generator=generator', other),
  );
});

test('a generator takes the seed that a helper of another file gets', () => {
  const head = 'from cli import arguments\nfrom tools import set_random_seed\n';
  const tail = '    set_random_seed(arguments.seed)\n    run(None, torch.rand(3))\n';
  const made = '    generator = torch.Generator().manual_seed(arguments.seed)\n';
  assert.equal(
    act(seeded(head, '', '', tail), 'shuffle', GENERATOR),
    seeded(head, made, ', generator=generator', tail),
  );
});

test('of what a helper gets only its seed is one', () => {
  const head = `

def show(images, count, seed=7):
    random.seed(seed)
    print(random.sample(images, count))

`;
  const tail = '    show([1, 2, 3], 2)\n    show([1, 2, 3], 2, seed=5)\n    run(None, torch.rand(3))\n';
  const made = '    generator = torch.Generator().manual_seed(5)\n';
  assert.equal(
    act(seeded(head, '', '', tail), 'shuffle', GENERATOR),
    seeded(head, made, ', generator=generator', tail),
  );
});
