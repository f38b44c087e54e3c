/** What repairs write, letter by letter, into files as people lay them out: the text of an edit is the product. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, block, titles } from '../act.ts';

/** The project runs with a torch whose workers leave numpy unseeded. */
const OLD_TORCH = [{ path: 'requirements.txt', text: 'torch==1.8.1\n' }];

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
    act(text, 'shuffle', 'Make this DataLoader deterministic', OLD_TORCH),
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

test('a loader gets a `worker_init_fn` only where torch or its dataset needs one', () => {
  const text = `import torch
from torch.utils.data import DataLoader

torch.manual_seed(3)
loader = DataLoader(torch.rand(8), shuffle=True, num_workers=2)
`;
  const made = `generator = torch.Generator().manual_seed(3)
loader = DataLoader(torch.rand(8), shuffle=True, num_workers=2, generator=generator)
`;
  assert.equal(act(text, 'DataLoader(', 'Make this DataLoader deterministic'), text.replace(/loader = .*\n/, made));
  assert.match(act(text, 'DataLoader(', 'Make this DataLoader deterministic', OLD_TORCH), /\n {4}worker_init_fn=/);
});

test('a line that would become too long is broken behind its bracket, and then between all arguments', () => {
  const text = (call: string): string => `import torch
from torch.utils.data import DataLoader

torch.manual_seed(3)
generator = torch.Generator().manual_seed(3)
${call}
`;
  const repaired = (call: string): string => act(text(call), 'shuffle', 'Give the loader a seeded generator');
  assert.equal(
    repaired('loader = DataLoader(torch.rand(8, 3, 32, 32), batch_size=4, shuffle=True)'),
    text(`loader = DataLoader(
    torch.rand(8, 3, 32, 32), batch_size=4, shuffle=True, generator=generator
)`),
  );
  assert.equal(
    repaired('loader = DataLoader(torch.rand(8, 3, 32, 32), batch_size=4, shuffle=True, drop_last=True)'),
    text(`loader = DataLoader(
    torch.rand(8, 3, 32, 32),
    batch_size=4,
    shuffle=True,
    drop_last=True,
    generator=generator,
)`),
  );
  const long = `loader = DataLoader(torch.rand(${'8, '.repeat(30)}8), shuffle=True)`;
  assert.equal(repaired(long), text(long.replace(/\)$/, ', generator=generator)')), 'it was too long before');
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
  assert.equal(
    act(program(''), 'shuffle', 'Make this DataLoader deterministic'),
    program('', 'generator = torch.Generator().manual_seed(42)\n').replace(
      /DataLoader\(torch.*\)\n/,
      'DataLoader(\n    torch.ones(3),\n    batch_size = 8,\n    shuffle = True,\n    num_workers = 2,\n    generator = generator,\n)\n',
    ),
  );
});

test('a seeded generator and a worker function that are there are reused', () => {
  const text = `import numpy as np
import torch
from torch.utils.data import DataLoader

SEED = 11
torch.manual_seed(SEED)
g = torch.Generator()
g.manual_seed(SEED)


def init(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


loader = DataLoader(torch.rand(3), shuffle=True, num_workers=2, generator=None)
`;
  assert.equal(
    act(text, 'shuffle', 'Make this DataLoader deterministic', OLD_TORCH),
    text.replace(
      /DataLoader\(.*\)/,
      `DataLoader(
    torch.rand(3), shuffle=True, num_workers=2, generator=g, worker_init_fn=init
)`,
    ),
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

def seed_everything(): pass

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


def seed_all(seed):
\ttorch.manual_seed(seed)


def seed_everything(): pass

class A:
\tpass

if __name__ == "__main__":
\tseed_all(42)
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

test('the block fits CRLF, and a guard on one line', () => {
  const helper = 'def seed_everything(seed):\r\n    torch.manual_seed(seed)';
  assert.equal(
    block('import torch\r\n\r\nif __name__ == "__main__": print(torch.rand(3))\r\n'),
    `import torch\r\n\r\n\r\n${helper}\r\n\r\n\r\nif __name__ == "__main__": seed_everything(42); print(torch.rand(3))\r\n`,
  );
});

test('nothing is written where nothing draws', () => {
  for (const text of [
    '',
    'x = 1',
    'import torch\n\nprint(torch.zeros(3))\n',
    'import numpy as np\n\nprint(np.ones(3))\n',
  ]) {
    for (const deterministic of [false, true])
      assert.equal(block(text, deterministic), 'Nothing here draws random numbers: there is nothing to seed.');
    assert.ok(!titles(text, 'import').includes('Insert seed block'));
  }
});

test('the block says when there is nothing left to seed', () => {
  const text =
    'import random\nimport numpy as np\nimport torch\nrandom.seed(0)\nnp.random.seed(0)\ntorch.manual_seed(0)\n';
  assert.equal(block(text), 'This program seeds `random`, `numpy` and `torch` already.');
  assert.equal(
    block('import torch\ntorch.manual_seed(0)\nprint(torch.rand(1))\n'),
    'This program seeds `torch` already.',
  );
  assert.equal(
    block(`${text}torch.use_deterministic_algorithms(True)\n`, true),
    'This program is deterministic and seeds `random`, `numpy` and `torch` already.',
  );
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

test('the files of a walk that are not looped over are sorted in place, with the folders', () => {
  const program = (names: string, body: string): string => `import os

import torch


def first(root):
    paths = []
    for folder, ${names} in os.walk(root):
${body}    return [torch.load(path) for path in paths[:100]]
`;
  const fix = (body: string): string => act(program('_, names', body), 'os.walk(root)', 'Sort the listing');
  const added = '        paths += names\n';
  assert.equal(fix(added), program('dirs, names', `        dirs.sort()\n        names.sort()\n${added}`));
  const looped = (names: string): string => `        for name in ${names}:\n            paths.append(name)\n`;
  assert.equal(fix(looped('names')), program('dirs, names', `        dirs.sort()\n${looped('sorted(names)')}`));
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
    text.replace('    print', '    torch.manual_seed(args.seed + rank)\n    print'),
  );
});
