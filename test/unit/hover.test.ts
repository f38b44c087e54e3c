/** What hovers say about a token, and that they say nothing about all others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import opTable from '../../server/data/ops.json' with { type: 'json' };
import seederTable from '../../server/data/seeders.json' with { type: 'json' };
import { hintsIn } from '../../server/src/core/hover/hints.ts';
import { type Hover, hoverAt } from '../../server/src/core/hover/hover.ts';
import { describeOp } from '../../server/src/core/hover/operations.ts';
import { describeSeeder } from '../../server/src/core/hover/seeds.ts';
import type { Op, Seeder } from '../../server/src/core/knowledge/tables.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { fixtures, understand, workspaceOf } from '../corpus.ts';
import { sampleOf } from '../sample.ts';

const OPS = opTable.ops as unknown as readonly Op[];
const SEEDERS = seederTable.seeders as readonly Seeder[];
const MAX_LINES = 14;

const HEAD = `import os, random
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

`;

/** The hover at the place of `‸` in a program below a usual head; the mark is taken out. */
function hover(marked: string, torchVersion = ''): Hover | null {
  const text = HEAD + marked;
  const offset = text.indexOf('‸');
  assert.ok(offset >= 0, 'the text says where to hover');
  return understand('train.py', text.replace('‸', ''), ({ file, project }) => hoverAt(file, project, offset), {
    ...DEFAULT_SETTINGS,
    torchVersion,
  });
}

function says(marked: string, token: string, pieces: readonly (string | RegExp)[], torchVersion?: string): void {
  const found = hover(marked, torchVersion);
  assert.ok(found, `nothing is said about ${marked}`);
  assert.equal((HEAD + marked).replace('‸', '').slice(found.start, found.end), token);
  for (const piece of pieces) {
    const holds = typeof piece === 'string' ? found.markdown.includes(piece) : piece.test(found.markdown);
    assert.ok(holds, `${piece} is not in\n${found.markdown}`);
  }
}

test('an operation: reason, versions, remedy, links', () => {
  assert.equal(
    hover("y = F.inter‸polate(x, scale_factor=2, mode='bilinear')\n", '1.8.1')?.markdown,
    `**\`interpolate\`** in its backward pass on CUDA: the backward adds the gradients of one input pixel in whatever order the threads run.

| torch | without the flag | with the flag |
| --- | --- | --- |
| 1.8.1 (this project) | **differs** | raises |
| ≥ 2.1 | differs | repeats |

Remedy: torch.use_deterministic_algorithms(True) on torch 2.1 or newer; or mode='nearest', which changes the model.

[Reproducibility](https://docs.pytorch.org/docs/stable/notes/randomness.html) · [the flag](https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html)`,
  );
});

test('an operation: the column and the row that hold here', () => {
  const call = "F.interpolate‸(x, size=4, mode='bilinear')\n";
  says(call, 'interpolate', ['| newest (≥ 2.1) | **differs** | repeats |', '| ≥ 1.7, < 2.1 | differs | raises |']);
  says(`torch.use_deterministic_algorithms(True)\n${call}`, 'interpolate', [
    '| newest (≥ 2.1) | differs | **repeats** |',
  ]);
  says('x.index_add‸_(0, i, y)\n', 'index_add_', ['in its forward pass on CUDA', '| torch |']);
  says('loss = nn.‸CTCLoss()\n', 'CTCLoss', ['| 2.9.1 (this project) | **differs** | raises |'], '2.9.1');
  says('torch.bincount‸(x, weights=w)\n', 'bincount', ['| 1.6 (this project) | unknown | unknown |'], '1.6');
});

test('every operation of the table has a grid without a gap', () => {
  for (const op of OPS) {
    for (const version of [null, '0.1', '1.7', '1.9.1', '1.12', '2.0.1', '2.13.0', '99']) {
      const text = describeOp(op, op.api, version, false);
      const name = `${op.api} ${op.case} ${version}:\n${text}`;
      const rows = text.split('\n').filter((line) => line.startsWith('|'));
      assert.ok(rows.length >= 3 && rows.length <= 7, name);
      for (const row of rows) assert.equal(row.split('|').length, 5, name);
      assert.match(rows[2]!, /\*\*|unknown/, name);
      assert.ok(text.split('\n').length <= MAX_LINES, name);
      assert.doesNotMatch(text, /undefined|null|\.\.(?!\.)$|`{3}/m, name);
      if (version === null) assertNoGap(rows.slice(2), name);
    }
  }
});

/** The versions of the rows, from the newest down, meet each other. */
function assertNoGap(rows: readonly string[], name: string): void {
  const eras = rows.map((row) => ({
    since: /≥ ([\d.]+)/.exec(row)?.[1] ?? '0',
    until: /< ([\d.]+)/.exec(row)?.[1] ?? null,
  }));
  assert.equal(eras[0]?.until, null, name);
  for (const [i, era] of eras.entries()) {
    const newer = eras[i - 1];
    if (newer) assert.ok(era.until === newer.since || era.until === newer.until, name);
  }
}

test('every seeder of the table is described, or has nothing to say', () => {
  const silent = SEEDERS.filter((seeder) => describeSeeder(seeder, seeder.name) === null);
  for (const seeder of silent)
    assert.ok(seeder.streams.length === 0 && !seeder.device && !seeder.restores, seeder.name);
  for (const seeder of SEEDERS) {
    const text = describeSeeder(seeder, seeder.name) ?? '';
    assert.doesNotMatch(text, /undefined|null|nothing|\.\.|, \./, `${seeder.name}: ${text}`);
    assert.ok(text.split('\n').length <= MAX_LINES, text);
    if (text !== '') assert.ok(text.startsWith(`**\`${seeder.name}\`** `), text);
  }
});

test('a seed: what it reaches, what it leaves out, what None means', () => {
  assert.equal(
    hover('np.random.se‸ed(0)\n')?.markdown,
    `**\`seed\`** seeds numpy’s global generator. It leaves out Python’s \`random\` and torch’s global generator.

It does not reach objects of \`np.random.default_rng()\`.

\`seed=None\` takes a new seed from the system in each run.`,
  );
  says('torch.cuda.manual_seed‸_all(0)\n', 'manual_seed_all', ['CUDA devices only', 'torch.manual_seed']);
  says('torch.se‸ed()\n', 'seed', ['with a new number in each run']);
  says('torch.set_rng_state‸(s)\n', 'set_rng_state', ['sets the state of torch’s global generator']);
  says('with torch.random.fork_rng‸():\n    pass\n', 'fork_rng', ['the former state back when it ends']);
  says('from lightning import seed_everything\nseed_everything‸(1)\n', 'seed_everything', [
    'Python’s `random`, numpy’s global generator and torch’s global generator.',
    '[Source](https://github.com/',
  ]);
});

const HELPER = `def set_all(seed=None):
    random.seed(seed)
    if seed is not None:
        torch.manual_seed(seed)


def main(args):
    HERE
    print(torch.rand(3), random.random(), np.random.rand())


if __name__ == '__main__':
    main(None)
`;

test('a helper of the user: what it does in this program', () => {
  says(HELPER.replace('HERE', 'set_al‸l(0)'), 'set_all', [
    /^\*\*`set_all`\*\* seeds Python’s `random` and torch’s global generator in this program\. It leaves out numpy’s global generator\.$/,
  ]);
  says(HELPER.replace('HERE', 'set_al‸l(args.seed)'), 'set_all', ['may seed torch’s global generator']);
  assert.equal(hover(HELPER.replace('HERE', 'set_all(0)').replace('main(None)', 'mai‸n(None)')), null);
});

test('a helper in another file', () => {
  const files = [
    { path: 'train.py', text: 'import torch\nfrom seeds import fix\n\nfix(1)\nprint(torch.rand(2))\n' },
    { path: 'seeds.py', text: 'import torch\n\n\ndef fix(seed):\n    torch.manual_seed(seed)\n' },
  ];
  const [train] = files;
  const found = understand(
    'train.py',
    train!.text,
    ({ file, project }) => hoverAt(file, project, train!.text.indexOf('fix(')),
    DEFAULT_SETTINGS,
    workspaceOf(files),
  );
  assert.match(found?.markdown ?? '', /^\*\*`fix`\*\* seeds torch’s global generator in this program\./);
});

test('switches, wherever they are named', () => {
  says('torch.use_deterministic‸_algorithms(True)\n', 'use_deterministic_algorithms', [
    'raise a `RuntimeError`',
    'cuDNN’s RNNs',
  ]);
  says(
    'torch.use_deterministic‸_algorithms(True)\n',
    'use_deterministic_algorithms',
    ['torch 2.9.1 also wants'],
    '2.9.1',
  );
  assert.doesNotMatch(hover('torch.use_deterministic‸_algorithms(True)\n')?.markdown ?? '', /CUBLAS/);
  says('torch.backends.cudnn.deter‸ministic = True\n', 'deterministic', ['reaches cuDNN and nothing else']);
  says('from torch.backends import cudnn\nprint(cudnn.bench‸mark)\n', 'benchmark', ['time its algorithms']);
});

test('a loader: what decides its order and what its workers are seeded with', () => {
  const loader = (rest: string): string => `loader = Data‸Loader(data${rest})\n`;
  says(loader(''), 'DataLoader', ['Order: that of the dataset.', 'Workers: none,']);
  says(loader(', shuffle=True'), 'DataLoader', ['a number from torch’s global generator']);
  says(loader(', shuffle=True, generator=g'), 'DataLoader', ['Order: shuffled by its own generator']);
  says(loader(', sampler=s'), 'DataLoader', ['its `sampler` decides']);
  says(loader(', batch_sampler=s'), 'DataLoader', ['its `batch_sampler` decides']);
  says(loader(', shuffle=args.shuffle'), 'DataLoader', ['if it is shuffled, then']);
  says(loader(', num_workers=2'), 'DataLoader', [
    'each has `random`, numpy and torch seeded from torch’s global generator',
  ]);
  says(loader(', num_workers=2'), 'DataLoader', ['`random` and torch, not numpy,'], '1.8');
  says(loader(', num_workers=n, worker_init_fn=seed_worker'), 'DataLoader', ['After that `seed_worker` runs']);
});

test('a loader: what comes back of its order when training goes on', () => {
  const rest = "optimizer = torch.optim.SGD([], 0.1)\noptimizer.load_state_dict(torch.load('x.pt'))\n";
  says(`loader = Data‸Loader(data)\n${rest}`, 'DataLoader', ['between two epochs, not within one']);
  assert.doesNotMatch(hover('loader = Data‸Loader(data)\n')?.markdown ?? '', /Saved states/);
  says(
    'from torchdata.stateful_dataloader import StatefulDataLoader\nloader = Stateful‸DataLoader(data, num_workers=2)\n',
    'StatefulDataLoader',
    ['numbers that workers draw are not restored', '**`StatefulDataLoader`**', 'Order: that of the dataset.'],
  );
});

test('environment variables where they are set', () => {
  says("os.environ['PYTHON‸HASHSEED'] = '0'\n", "'PYTHONHASHSEED'", ['is read when Python starts']);
  says("os.environ.setdefault('CUBLAS‸_WORKSPACE_CONFIG', ':4096:8')\n", "'CUBLAS_WORKSPACE_CONFIG'", [
    'Up to torch 2.9',
    'newer versions do without',
  ]);
  says(
    "os.environ['CUBLAS‸_WORKSPACE_CONFIG'] = ':16:8'\n",
    "'CUBLAS_WORKSPACE_CONFIG'",
    ['torch 1.12 wants exactly'],
    '1.12',
  );
});

/** All that a hover says of a program, whose paragraphs stand below each other. */
const paragraphsOf = (marked: string, torchVersion?: string): string[] =>
  hover(marked, torchVersion)?.markdown.split('\n\n') ?? [];

test('a draw: which stream, and who seeds it', () => {
  const never = ['**`rand`** draws from torch’s global generator.', 'This program never seeds it.'];
  assert.deepEqual(paragraphsOf('torch.ra‸nd(3)\n'), never);
  assert.deepEqual(paragraphsOf('torch.manual_seed(3)\nx = torch.ra‸nd(3)\n'), [
    never[0],
    'In this program `torch.manual_seed` (line 8) seeds it.',
  ]);
  assert.deepEqual(paragraphsOf('x = np.random.per‸mutation(9)\nnp.random.seed(3)\n'), [
    '**`permutation`** draws from numpy’s global generator.',
    'This program draws from it before `np.random.seed` (line 9) seeds it.',
  ]);
  assert.deepEqual(paragraphsOf('if F.x:\n    random.seed(1)\nrandom.ran‸dom()\n'), [
    '**`random`** draws from Python’s `random`.',
    'This program seeds it on some paths only.',
  ]);
  assert.deepEqual(paragraphsOf('def seed():\n    torch.manual_seed(3)\n\n\nseed()\nx = torch.ra‸nd(3)\n'), [
    never[0],
    'In this program `torch.manual_seed` (line 9) seeds it.',
  ]);
  const both = hover('torch.manual_seed(3)\nlayer = nn.Lin‸ear(2, 3)\n')?.markdown ?? '';
  assert.match(both, /^\*\*`Linear`\*\* draws from torch.*seeds it\.\n\n\*\*`Linear`\*\* in both passes on CUDA/s);
  assert.deepEqual(paragraphsOf('g = torch.Generator()\nx = torch.ra‸nd(3, generator=g)\n'), []);
});

test('a draw in a Dataset: what the workers have', () => {
  const dataset = `from torch.utils.data import Dataset


class Noise(Dataset):
    def __getitem__(self, index):
        return np.random.nor‸mal()


`;
  const workers = (text: string, version?: string): string | undefined => paragraphsOf(text, version).at(-1);
  assert.equal(
    workers(`${dataset}DataLoader(Noise())\n`),
    'In workers of a DataLoader torch seeds it, for each worker and epoch anew.',
  );
  assert.equal(
    workers(`${dataset}DataLoader(Noise())\n`, '1.8'),
    'Workers of a DataLoader all have the same copy of it, and draw the same numbers.',
  );
  assert.match(workers(dataset.replace('(Dataset)', '(Other)')) ?? '', /^\*\*`normal`\*\* draws|never seeds it/);
});

test('generators of their own, listings, hashes', () => {
  assert.deepEqual(paragraphsOf('rng = np.random.default‸_rng(7)\n'), [
    '**`default_rng`** makes a generator of its own, which no global seed reaches.',
    'Its seed is `7`.',
  ]);
  assert.match(paragraphsOf('rng = np.random.default‸_rng()\n')[1] ?? '', /the system’s entropy/);
  assert.match(paragraphsOf('g = torch.Gen‸erator()\n')[1] ?? '', /the same number in every run/);
  assert.match(
    hover('rng = np.random.default_rng(7)\nx = rng.nor‸mal()\n')?.markdown ?? '',
    /^\*\*`normal`\*\* is asked of `rng`/,
  );
  says('names = os.list‸dir(root)\n', 'listdir', ['in the order of the file system', '`sorted(...)`']);
  says('bucket = ha‸sh(name) % 10\n', 'hash', ['`PYTHONHASHSEED` is set before']);
});

test('hints name the stream behind each draw, and nothing else', () => {
  const shown = (text: string): string =>
    understand('train.py', text, ({ file, project }) => {
      const all = hintsIn(file, project, { start: 0, end: text.length });
      return all.reduceRight(
        (shown, { offset, label }) => `${shown.slice(0, offset)}<${label}>${shown.slice(offset)}`,
        text,
      );
    });
  const text = `import random
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
rng = np.random.default_rng(0)
x = torch.rand(3)<torch> + torch.rand(2, generator=g) + rng.normal()
model = nn.Sequential(nn.Linear(2, 2)<torch>, nn.ReLU(), nn.Dropout(0.5))
random.shuffle(
    items,
)<random>
y = np.random.rand(random.randint(1, 3)<random>)<numpy>
`;
  assert.equal(shown(text.replace(/<\w+>/g, '')), text);
  assert.equal(shown('import random\nprint(random.random())\n'), 'import random\nprint(random.random())\n');
});

for (const silent of [
  'import tor‸ch\n',
  'tor‸ch.manual_seed(0)\n',
  'torch.manual_seed(0‸)\n',
  '‸\n',
  'x = F.re‸lu(x)\n',
  "F.interpolate‸(x, size=4, mode='nearest')\n",
  'seed = torch.manual_se‸ed\n',
  'def manual_se‸ed(x):\n    return x\n',
  'x.se‸ed(0)\n',
  "print(os.environ['PYTHON‸HASHSEED'])\n",
  "settings['PYTHON‸HASHSEED'] = '0'\n",
  "name = 'PYTHON‸HASHSEED'\n",
  'Data‸Loader\n',
  'f(Data‸Loader=1)\n',
  '# manual_se‸ed\n',
  '"torch.manual_se‸ed(0)"\n',
  'del‸ete(x)\n',
  'deter‸ministic = True\n',
  'torch.manual_seed(‸\n',
]) {
  test(`silent: ${silent.trim()}`, () => assert.equal(hover(silent), null));
}

const sampled = sampleOf(fixtures(), 100);

test(`no offset of a fixture makes a hover throw, and each range is a token that holds the offset (${sampled.about})`, () => {
  for (const { name, files } of sampled.chosen) {
    for (const { path, text } of files.filter((file) => file.path.endsWith('.py'))) {
      understand(path, text, ({ file, project }) => {
        for (const { index, 0: word } of text.matchAll(/\w+/g)) {
          const found = hoverAt(file, project, index + 1);
          if (!found) continue;
          assert.ok(found.start <= index + 1 && index + 1 <= found.end, `${name} ${word}`);
          assert.match(text.slice(found.start, found.end), /^(\w+|["'].*["'])$/, name);
        }
      });
    }
  }
});
