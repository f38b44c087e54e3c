/** Repairs that give each worker generators of its own, letter by letter; one of them is run on real PyTorch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinCells } from '../../server/src/core/python/notebook.ts';
import { act, titles } from '../act.ts';
import { readText, understand } from '../corpus.ts';

const NEW = 'Reseed it in a `worker_init_fn`';

/** A program with one dataset whose generator is made by an expression, and its loaders. */
const program = (made: string, rest: string, head = ''): string => `import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
${head}

class Noisy(Dataset):
    def __init__(self, data, seed=0):
        self.data = data
        self.rng = ${made}

    def __getitem__(self, index):
        return self.data[index], self.rng


${rest}`;

const MADE = 'np.random.default_rng(seed)';
const LOADER = 'loader = DataLoader(Noisy([]), num_workers=2)\n';
const PASSED = LOADER.replace('2)', '2, worker_init_fn=seed_worker)');
const WORKER =
  '\n\ndef seed_worker(worker_id):\n    dataset = torch.utils.data.get_worker_info().dataset\n    dataset.rng = ';

test('the program that is run on PyTorch is what the repair makes of it', () => {
  const [, good = ''] = readText('evidence/experiments/shared-worker-rng/reseeded-copies.py').split('#- good\n');
  const helper = /def seed_worker[\s\S]*?\n\n\n/.exec(good)?.[0] ?? '';
  assert.match(helper, /dataset\.rng = .*\n {4}dataset\.coin = /);
  const bad = good.replace(helper, '').replace(/\(\n {8}(Noisy.*), worker_init_fn=seed_worker\n {4}\)/, '($1)');
  assert.deepEqual(titles(bad, 'default_rng').slice(0, 2), ['Make a generator for each sample', NEW]);
  assert.equal(act(bad, 'default_rng', NEW), good);
  assert.equal(act(bad, 'Random(', NEW), good, 'all generators of a dataset are reseeded together');
});

test('each kind of generator is made anew as it is', () => {
  const kinds = [
    ['np.random.default_rng(seed)', 'np.random.default_rng(torch.initial_seed())'],
    ['np.random.Generator(np.random.PCG64(seed))', 'np.random.default_rng(torch.initial_seed())'],
    ['np.random.RandomState(seed)', 'np.random.RandomState(torch.initial_seed() % 2**32)'],
    ['random.Random(seed)', 'random.Random(torch.initial_seed())'],
    ['torch.Generator()', 'torch.Generator().manual_seed(torch.initial_seed())'],
    ['torch.Generator().manual_seed(seed)', 'torch.Generator().manual_seed(torch.initial_seed())'],
  ];
  for (const [made = '', fresh] of kinds) {
    const text = program(made, LOADER);
    assert.equal(act(text, made, NEW), program(made, PASSED, `${WORKER}${fresh}\n`), made);
  }
  const device = "torch.Generator(device='cuda')";
  assert.deepEqual(titles(program(device, LOADER), device).filter(isReseed), []);
});

const isReseed = (title: string): boolean => title.startsWith('Reseed');

test('a function that the loader has, or that seeds workers, is extended', () => {
  const lines = [
    '    dataset = torch.utils.data.get_worker_info().dataset\n',
    '    dataset.rng = np.random.default_rng(torch.initial_seed())\n',
  ].join('');
  const seeds = 'def seed_worker(worker_id):\n    np.random.seed(torch.initial_seed() % 2**32)\n';
  const given = program(MADE, `${seeds}\n\n${PASSED}`);
  assert.deepEqual(titles(given, MADE).filter(isReseed), ['Reseed it in `seed_worker`']);
  const extended = program(MADE, `${seeds}${lines}\n\n${PASSED}`);
  assert.equal(act(given, MADE, 'Reseed it'), extended);
  assert.equal(act(program(MADE, `${seeds}\n\n${LOADER}`), MADE, 'Reseed it in `seed_worker`'), extended);

  const returning = 'def start(worker_id):\n    print(worker_id)\n    return None\n';
  const started = (body: string): string => program(MADE, `${body}\n\n${PASSED.replace('seed_worker', 'start')}`);
  assert.equal(
    act(started(returning), MADE, 'Reseed it in `start`'),
    started(returning.replace('    return', `${lines}    return`)),
  );
});

test('a function that other datasets have too is left alone', () => {
  const seeds = 'def seed_worker(worker_id):\n    np.random.seed(torch.initial_seed() % 2**32)\n\n\n';
  const other = 'def other(data):\n    return DataLoader(data, num_workers=2, worker_init_fn=seed_worker)\n\n\n';
  assert.deepEqual(titles(program(MADE, seeds + other + PASSED), MADE).filter(isReseed), []);
  const text = act(program(MADE, seeds + other + LOADER), MADE, NEW);
  assert.match(text, /^def seed_dataset\(worker_id\):$/m);
  assert.ok(text.endsWith(other + LOADER.replace('2)', '2, worker_init_fn=seed_dataset)')));
});

test('a function that is also called is left alone', () => {
  const seeds = 'def seed_worker(worker_id):\n    np.random.seed(torch.initial_seed() % 2**32)\n\n\nseed_worker(0)\n';
  assert.deepEqual(titles(program(MADE, seeds + PASSED), MADE).filter(isReseed), []);
  assert.deepEqual(titles(program(MADE, seeds + LOADER), MADE).filter(isReseed), [NEW]);
});

test('all loaders of the dataset get the function', () => {
  const two = `${LOADER}${LOADER.replace('loader', 'other').replace('2)', '4, worker_init_fn=None)')}`;
  const text = act(program(MADE, two), MADE, NEW);
  assert.ok(text.endsWith(two.replace('2)', '2, worker_init_fn=seed_worker)').replace('None', 'seed_worker')));
});

test('it is not offered where a worker has another object, or cannot import the function', () => {
  const subset = LOADER.replace('Noisy([])', 'torch.utils.data.Subset(Noisy([]), [0])');
  for (const rest of [subset, '', PASSED.replace('seed_worker', 'lambda worker_id: print(worker_id)')])
    assert.deepEqual(titles(program(MADE, rest), MADE).filter(isReseed), [], rest);
  const cells = joinCells([{ index: 0, text: program(MADE, LOADER) }]);
  const offered = understand('a.ipynb', cells, ({ analysis }) =>
    analysis.findings.flatMap(({ fixes = [] }) => fixes.map(({ title }) => title)),
  );
  assert.deepEqual(offered, ['Make a generator for each sample']);
});

test('a loader that keeps its order gets a generator of its own only with workers', () => {
  const made = (rest: string): string =>
    `import torch\nfrom torchdata.stateful_dataloader import StatefulDataLoader\n\ntorch.manual_seed(0)\nloader = StatefulDataLoader(range(4), shuffle=True${rest})\n`;
  assert.deepEqual(titles(made(', num_workers=2'), 'shuffle=True').slice(0, 1), ['Give the loader a seeded generator']);
  assert.ok(!titles(made(''), 'shuffle=True').includes('Give the loader a seeded generator'));
});
