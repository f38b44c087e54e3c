/** Repairs know the program they are in: its processes, its rounds, its conditions, its helpers; letter by letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, block, titles } from '../act.ts';

const SEED = 'Seed `torch.manual_seed` at the top of `worker`';

test('each process of a group gets a seed of its own, behind what joins the group', () => {
  const text = `import torch
import torch.distributed as dist
from torch import nn


def main():
    dist.init_process_group("gloo")
    model = nn.Linear(4, 2)
    print(model)


if __name__ == "__main__":
    main()
`;
  assert.equal(
    block(text),
    text
      .replace('nn\n', 'nn\n\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n')
      .replace('    model', '    seed_everything(42 + dist.get_rank())\n    model'),
  );
});

test('a rank that has a name is used, and the launcher’s variable where none is known yet', () => {
  const text = (first: string, seed: string, head = ''): string => `import os
import torch
import torch.distributed as dist
${head}
${first}${seed}model = torch.nn.Linear(4, 2)
dist.init_process_group("gloo")
print(model)
`;
  const head = '\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n\n';
  assert.equal(
    block(text('', '')),
    text('', 'seed_everything(42 + int(os.environ.get("RANK", 0)))\n\n', head).replace('\n\n\n\nseed', '\n\n\nseed'),
  );
  const named = `def main():
    rank = int(os.environ["RANK"])
    dist.init_process_group("gloo", rank=rank)
    print(torch.rand(3))


main()
`;
  const all = `import os

import torch
import torch.distributed as dist

SEED = 7


${named}`;
  assert.match(block(all), /\n {4}dist\.init_process_group\(.*\)\n {4}seed_everything\(SEED \+ rank\)\n/);
});

test('the object that a library makes for a process knows its rank', () => {
  const text = `import torch
from accelerate import Accelerator


def main():
    accelerator = Accelerator()
    model = torch.nn.Linear(4, 2)
    print(accelerator.prepare(model))


main()
`;
  assert.match(block(text), /Accelerator\(\)\n {4}seed_everything\(42 \+ accelerator\.process_index\)\n/);
});

test('where the rank is not known, no seed is offered', () => {
  const text = `import torch
import torch.distributed as dist
from torch import nn


def main(index):
    model = nn.Linear(4, 2)
    dist.init_process_group("gloo", rank=index, world_size=2)
    print(model)


if __name__ == "__main__":
    main(int(input()))
`;
  assert.deepEqual(
    titles(text, 'nn.Linear').filter((title) => /^Insert/.test(title)),
    [],
  );
  assert.match(block(text), /^Each process of this program needs a seed of its own/);
});

test('what all ranks seed alike stays alike, and only what is not seeded yet gets a seed by rank', () => {
  const text = `import numpy as np
import torch
import torch.distributed as dist

dist.init_process_group("gloo")
torch.manual_seed(0)
print(torch.rand(1), np.random.rand())
`;
  assert.equal(
    act(text, 'np.random.rand', 'Add `np.random.seed'),
    text.replace('manual_seed(0)\n', 'manual_seed(0)\nnp.random.seed(dist.get_rank())\n'),
  );
});

test('processes that are started of one function are told apart by what each is passed', () => {
  const program = (start: string, seed = ''): string => `import torch
import torch.multiprocessing as mp


def worker(index, size):
${seed}    print(index, torch.nn.Linear(size, 2))


if __name__ == "__main__":
    mp.set_start_method("spawn")
    torch.manual_seed(5)
${start}`;
  const looped = '    for i in range(2):\n        mp.Process(target=worker, args=(i, 4)).start()\n';
  const listed = '    for p in [mp.Process(target=worker, args=(i, 4)) for i in range(2)]:\n        p.start()\n';
  const two =
    '    mp.Process(target=worker, args=(0, 4)).start()\n    mp.Process(target=worker, args=(1, 4)).start()\n';
  for (const start of [looped, listed, two]) {
    assert.equal(act(program(start), 'mp.Process', SEED), program(start, '    torch.manual_seed(5 + index)\n'), start);
  }
  const only = '    mp.Process(target=worker, args=(0, 4)).start()\n';
  assert.equal(act(program(only), 'mp.Process', SEED), program(only, '    torch.manual_seed(5)\n'));
  const alike = '    for size in sizes():\n        mp.Process(target=worker, args=(0, size)).start()\n';
  assert.ok(!titles(program(alike), 'mp.Process').includes(SEED));
  const again = '    for size in range(3):\n        mp.spawn(worker, args=(size,), nprocs=2)\n';
  assert.ok(!titles(program(again), 'mp.spawn').includes(SEED), 'each round would be the same');
});

test('a seed that may be missing keeps its condition', () => {
  const program = (condition: string, seed = '', option = 'default=None'): string => `import argparse
import torch
import torch.multiprocessing as mp


def worker(rank, args):
${seed}    print(rank, torch.nn.Linear(4, 2))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, ${option})
    args = parser.parse_args()
    if ${condition}:
        torch.manual_seed(args.seed)
    mp.spawn(worker, nprocs=2, args=(args,))


if __name__ == "__main__":
    main()
`;
  for (const condition of ['args.seed is not None', 'args.seed', 'args.seed >= 0']) {
    assert.equal(
      act(program(condition), 'mp.spawn', SEED),
      program(condition, `    if ${condition}:\n        torch.manual_seed(args.seed + rank)\n`),
    );
  }
});

test('the condition of a helper is that of its caller', () => {
  const text = `import numpy as np
import torch


def set_seed(seed=None):
    if seed is None:
        return
    torch.manual_seed(seed)


def main(args):
    set_seed(args.seed)
    rng = np.random.default_rng()
    split = torch.utils.data.random_split(range(8), [4, 4])
    print(rng, split)


if __name__ == "__main__":
    main(object())
`;
  assert.equal(act(text, 'np.random.default', 'Pass'), text.replace('default_rng()', 'default_rng(args.seed)'));
  assert.match(
    act(text, 'torch.utils.data.random_split', 'Give it a seeded generator'),
    /generator=torch\.Generator\(\)\.manual_seed\(args\.seed\) if args\.seed is not None else None/,
  );
});

test('an option without a default is no number for what wants one', () => {
  const text = `import argparse
import random
import torch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    args = parser.parse_args()
    random.seed(args.seed)
    print(random.random(), torch.rand(1))


main()
`;
  assert.equal(
    act(text, 'torch.rand', 'Add `torch.manual_seed'),
    text.replace(
      'seed(args.seed)\n',
      'seed(args.seed)\n    if args.seed is not None:\n        torch.manual_seed(args.seed)\n',
    ),
  );
  assert.match(block(text), /\n {4}if args\.seed is not None:\n {8}seed_everything\(args\.seed\)\n/);
});

test('in a loop each round gets a number of its own', () => {
  const program = (loop: string, value: string): string => `import time
import numpy as np
import torch

for ${loop}:
    torch.manual_seed(${value})
    print(torch.rand(1))
`;
  const repaired = (loop: string): string => act(program(loop, 'int(time.time())'), 'int(time', 'Seed with');
  assert.equal(repaired('run in range(3)'), program('run in range(3)', '42 + run'));
  assert.equal(repaired('i, name in enumerate("ab")'), program('i, name in enumerate("ab")', '42 + i'));
  const nameless = program('name in "ab"', 'int(time.time())');
  assert.ok(!titles(nameless, 'int(time').some((title) => /^Seed with/.test(title)));
});

test('a seed in a loop is not made to seed more streams alike in each round', () => {
  const text = `import numpy as np
import torch


def run():
    torch.manual_seed(3)
    print(torch.rand(1), np.random.rand())


for i in range(3):
    run()
`;
  const helper = 'def seed_everything(seed):\n    np.random.seed(seed)\n    torch.manual_seed(seed)\n';
  assert.equal(
    act(text, 'np.random.rand', 'Insert `seed_everything(3)`'),
    text.replace('\n\n\ndef run', `\n\n\n${helper}\n\nseed_everything(3)\n\n\ndef run`),
  );
  const varied = text.replace('def run():', 'def run(i):').replace('seed(3)', 'seed(i)').replace('run()\n', 'run(i)\n');
  assert.match(act(varied, 'np.random.rand', 'Seed `numpy` in `run`'), /manual_seed\(i\)\n {4}np\.random\.seed\(i\)\n/);
});

test('what a worker runs first derives its seed from the worker’s', () => {
  const text = `import time
import numpy as np
import torch
from torch.utils.data import DataLoader


def init(worker_id):
    np.random.seed(int(time.time()))


torch.manual_seed(0)
for batch in DataLoader(torch.rand(8), num_workers=2, worker_init_fn=init):
    print(batch, np.random.rand())
`;
  assert.equal(act(text, 'int(time', 'Seed with'), text.replace('int(time.time())', 'torch.initial_seed() % 2**32'));
});

test('the project’s own helper is called, and made to seed what it leaves out', () => {
  const own = `import random
import numpy as np
import torch


def fix_all(value=3):
    torch.manual_seed(value)
    random.seed(value)


print(torch.rand(1), np.random.rand())
`;
  assert.equal(
    block(own),
    own
      .replace('random.seed(value)\n', 'random.seed(value)\n    np.random.seed(value)\nfix_all(42)\n')
      .replace('\nfix_all(42)\n', '\nfix_all(42)\n'),
  );
  const beside = [
    {
      path: 'lib/setup.py',
      text: 'import random\nimport torch\n\n\ndef prepare(number):\n    torch.manual_seed(number)\n    random.seed(number)\n',
    },
  ];
  const text = 'import torch\n\nfrom lib.setup import prepare\n\nprint(torch.rand(1))\n';
  assert.equal(
    act(text, 'torch.rand', 'Insert `prepare(42)`', beside),
    text.replace('prepare\n\n', 'prepare\n\n\nprepare(42)\n\n').replace('\n\n\nprepare', '\n\nprepare'),
  );
  const framework = 'import torch\nfrom accelerate.utils import set_seed\n\nprint(torch.rand(1))\n';
  assert.equal(
    act(framework, 'torch.rand', 'Insert `set_seed(42)`'),
    framework.replace('set_seed\n', 'set_seed\n\nset_seed(42)\n'),
  );
});

test('switches join the program’s own helper in one that calls it', () => {
  const text = `import torch


def set_seed(seed):
    torch.manual_seed(seed)


set_seed(7)
print(torch.rand(1))
`;
  assert.equal(
    block(text, true),
    text
      .replace(
        'torch\n',
        `torch


def make_deterministic(seed):
    set_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
`,
      )
      .replace('set_seed(7)', 'make_deterministic(7)'),
  );
});

test('a block takes the place of earlier seeds, and of switches that say otherwise', () => {
  const text = `import numpy as np
import torch

torch.manual_seed(7)
torch.cuda.manual_seed_all(7)
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.deterministic = False
torch.use_deterministic_algorithms(False)
print(torch.rand(1), np.random.rand())
`;
  const helper = (name: string, more = ''): string =>
    `import numpy as np\nimport torch\n\n\ndef ${name}(seed):\n    np.random.seed(seed)\n    torch.manual_seed(seed)\n${more}\n\n${name}(7)\n`;
  const switches = `torch.backends.cudnn.benchmark = True
torch.backends.cudnn.deterministic = False
torch.use_deterministic_algorithms(False)
`;
  const last = 'print(torch.rand(1), np.random.rand())\n';
  assert.equal(block(text), `${helper('seed_everything')}${switches}${last}`);
  const on = '    torch.use_deterministic_algorithms(True)\n    torch.backends.cudnn.benchmark = False\n';
  assert.equal(block(text, true), `${helper('make_deterministic', on)}${last}`);
});

test('switches under a condition, and those that are switched back, stay', () => {
  const text = `import sys
import torch

if "--fast" in sys.argv:
    torch.backends.cudnn.benchmark = True
print(torch.rand(1))
torch.use_deterministic_algorithms(False)
print(torch.rand(2))
torch.use_deterministic_algorithms(True)
`;
  const after = block(text, true);
  assert.match(after, /argv:\n {4}torch\.backends\.cudnn\.benchmark = True\n/);
  assert.match(after, /algorithms\(False\)\nprint\(torch\.rand\(2\)\)/);
});

test('a seed that comes too late goes, one that an evaluation relies on stays', () => {
  const text = `import torch

model = torch.nn.Linear(2, 2)
torch.manual_seed(7)
print(model(torch.rand(2)))
torch.manual_seed(1)
print(model(torch.rand(2)))
`;
  assert.equal(
    block(text),
    text
      .replace(
        'torch\n',
        'torch\n\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n\n\nseed_everything(7)\n',
      )
      .replace('torch.manual_seed(7)\nprint', 'print'),
  );
});

test('a guard that only seeds goes with its seed', () => {
  const text = `import argparse
import numpy as np
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int)
args = parser.parse_args()
if args.seed is not None:
    torch.manual_seed(args.seed)
print(torch.rand(1), np.random.rand())
`;
  assert.equal(
    block(text),
    text
      .replace(
        'torch\n',
        'torch\n\n\ndef seed_everything(seed):\n    np.random.seed(seed)\n    torch.manual_seed(seed)\n\n',
      )
      .replace('    torch.manual_seed(args.seed)', '    seed_everything(args.seed)'),
  );
});

test('processes that are started anew switch for themselves', () => {
  const text = `import torch
import torch.multiprocessing as mp


def worker(rank):
    torch.manual_seed(rank)
    print(torch.rand(1))


if __name__ == "__main__":
    mp.spawn(worker, nprocs=2)
`;
  assert.match(block(text, true), /\ndef worker\(rank\):\n {4}make_deterministic\(rank\)\n {4}torch\.manual_seed/);
});

test('a block after another one keeps the condition, also of a seed that is a sum', () => {
  const text = `import argparse
import torch
import torch.multiprocessing as mp


def worker(rank, args):
    print(rank, torch.rand(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    mp.spawn(worker, args=(args,), nprocs=2)


if __name__ == "__main__":
    main()
`;
  const twice = block(block(text), true);
  assert.doesNotMatch(twice, /\n {4}(seed_everything|make_deterministic)\(args/);
});

test('where all ranks are seeded, only the switches are missing', () => {
  const text = `import torch
import torch.distributed as dist

dist.init_process_group("gloo")
torch.manual_seed(7 + dist.get_rank())
print(torch.rand(1))
`;
  const helper = `def make_deterministic():
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
`;
  assert.equal(
    block(text, true),
    text.replace('dist\n\n', `dist\n\n\n${helper}\n\n`).replace('"gloo")\n', '"gloo")\nmake_deterministic()\n'),
  );
});

test('a generator that one branch makes is not there in the other', () => {
  const text = `import sys
import torch
from torch.utils.data import DataLoader

torch.manual_seed(0)
if len(sys.argv) > 1:
    generator = torch.Generator().manual_seed(0)
    loader = DataLoader(range(10), shuffle=True, generator=generator)
else:
    loader = DataLoader(range(100), shuffle=True)
print(list(loader))
`;
  assert.equal(
    act(text, 'shuffle=True)', 'Give the loader a seeded generator'),
    text.replace(
      '    loader = DataLoader(range(100), shuffle=True)',
      '    loader_generator = torch.Generator().manual_seed(0)\n    loader = DataLoader(range(100), shuffle=True, generator=loader_generator)',
    ),
  );
});

test('what a helper takes its seed out of is no seed', () => {
  const text = `import numpy as np
import torch


def fix(config):
    torch.manual_seed(config.seed)


def main(config):
    fix(config)
    print(torch.rand(1), np.random.rand())


if __name__ == "__main__":
    main(load())
`;
  assert.match(block(text), /\n {4}seed_everything\(42\)\n {4}fix\(config\)\n/);
});
