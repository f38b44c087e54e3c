/** What repairs of data and runs write, letter by letter: epochs of samplers, states of generators, seeds of loaders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { act, actElsewhere, type Beside, titles } from '../act.ts';

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
    act(program('', '', ''), 'self.model.load_state_dict', title),
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

test('every function that goes on from a checkpoint restores the states, once for all its optimizers', () => {
  const program = (restored: string, saved: string): string => `import torch


def resume(path, model, first, second):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    first.optimizer.load_state_dict(state["first"])
    second.optimizer.load_state_dict(state["second"])
    epoch = state["epoch"]
${restored}    print("resumed")
    return epoch


def resume_best(folder, model, first):
    state = torch.load(folder / "best.pt")
    model.load_state_dict(state["model"])
    first.optimizer.load_state_dict(state["first"])
${restored}    return state["epoch"]


def save(path, model, first, second, epoch):
    state = {${saved}}
    torch.save(state, path)


if __name__ == "__main__":
    torch.manual_seed(0)
    print(torch.rand(1))
`;
  const entries = ['"model": model.state_dict()', '"first": first.optimizer.state_dict()', '"epoch": epoch'];
  assert.equal(
    act(
      program('', entries.join(', ')),
      'model.load_state_dict',
      'Save and restore the states of the random generators',
    ),
    program(
      '    if "rng_state" in state:\n        torch.set_rng_state(state["rng_state"])\n',
      `${[...entries, '"rng_state": torch.get_rng_state()'].map((each) => `\n        ${each},`).join('')}\n    `,
    ),
  );
});

const STATES = 'Save and restore the states of the random generators';

/** A helper that loads a checkpoint, and its callers. */
const helper = (loads: string, callers: string, parameters = 'model, optimizer'): string => `import sys

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def load_checkpoint(${parameters}):
    checkpoint = torch.load('last.pt')
    model.load_state_dict(checkpoint['model'])
${loads}

def train(start):
    for epoch in range(start, 10):
        model(torch.rand(2, 4)).sum().backward()
        optimizer.step()
        torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch}, 'last.pt')


def evaluate():
    return model(torch.rand(2, 4))


${callers}`;

const ALWAYS = `    optimizer.load_state_dict(checkpoint['optimizer'])
    return model, checkpoint['epoch'] + 1
`;
const ASKED = `    if optimizer is not None:
        optimizer.load_state_dict(checkpoint['optimizer'])
    return model, checkpoint['epoch'] + 1
`;

test('the states come back where training goes on, and nowhere else', () => {
  const isOffered = (loads: string, callers: string, parameters?: string): boolean =>
    titles(helper(loads, callers, parameters), 'model.load_state_dict').includes(STATES);
  const resumed = 'model, start = load_checkpoint(model, optimizer)\ntrain(start)\n';
  const evaluated = 'model, _ = load_checkpoint(model, optimizer)\nevaluate()\n';
  const tuned = 'model, _ = load_checkpoint(model, optimizer)\ntrain(0)\n';
  assert.ok(isOffered(ALWAYS, resumed));
  assert.ok(!isOffered(ALWAYS, tuned), 'fine-tuning begins at the first epoch');
  const either = (one: string, other: string): string =>
    `def one(model):\n    ${one.trim().replaceAll('\n', '\n    ')}\n\n\ndef other(model):\n    ${other.trim().replaceAll('\n', '\n    ')}\n\n\none(model)\nother(model)\n`;
  assert.ok(isOffered(ALWAYS, either(resumed, resumed)));
  assert.ok(!isOffered(ALWAYS, either(resumed, tuned)));
  assert.ok(!isOffered(ALWAYS, either(resumed, evaluated)));
  assert.ok(!isOffered(ALWAYS, `${resumed}hand(load_checkpoint)\n`), 'whoever is handed it may do anything');
  const lazy = either(resumed, 'load_checkpoint(model)\nevaluate()');
  assert.ok(isOffered(ASKED, lazy, 'model, optimizer=None'), 'without an optimizer nothing comes back');
  assert.ok(!isOffered(ASKED, either(resumed, evaluated), 'model, optimizer=None'));
});

test('a condition about going on is kept around the states, one about the checkpoint is not', () => {
  const resumed = 'model, start = load_checkpoint(model, optimizer)\ntrain(start)\n';
  const written = (loads: string): string => act(helper(loads, resumed), 'model.load_state_dict', STATES);
  const restored = (indent: string): string =>
    `${indent}if 'rng_state' in checkpoint:\n${indent}    torch.set_rng_state(checkpoint['rng_state'])\n`;
  assert.ok(written(ASKED).includes(`['optimizer'])\n${restored('        ')}`));
  const asked = ASKED.replace('optimizer is not None', "'--resume' in sys.argv");
  assert.ok(written(asked).includes(`['optimizer'])\n${restored('        ')}`));
  const held = ASKED.replace('optimizer is not None', "'optimizer' in checkpoint");
  assert.ok(written(held).includes(`['optimizer'])\n${restored('    ')}`));
});

test('states of CUDA come back on a machine with as many devices only', () => {
  const resumed = 'model, start = load_checkpoint(model, optimizer)\ntrain(start)\n';
  const text = helper(ALWAYS, resumed).replace('nn.Linear(4, 4)', 'nn.Linear(4, 4).cuda()');
  const after = act(text, 'model.load_state_dict', STATES);
  assert.ok(after.includes("        'cuda': torch.cuda.get_rng_state_all(),\n"));
  const guarded = `    if len(states['cuda']) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states['cuda'])
`;
  assert.ok(after.includes(guarded));
});

test('the epoch is told in the file that counts epochs', () => {
  const data = (made: string): string => `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def make_loader(dataset, distributed=True):
${made}    loader = DataLoader(dataset, sampler=sampler)
    return loader

`;
  const always = '    sampler = DistributedSampler(dataset)\n';
  const inBranch = '    sampler = None\n    if distributed:\n        sampler = DistributedSampler(dataset)\n';
  const main = (body: string, head = ''): string => `import torch
from train import make_loader
${head}

def main(model, dataset, optimizer):
    loader = make_loader(dataset)
${body}

if __name__ == '__main__':
    main(None, [], None)
`;
  const loop = (before: string, name = 'epoch'): string => `    for ${name} in range(10):
${before}        for batch in loader:
            model(batch).sum().backward()
            optimizer.step()
`;
  const told = (made: string, text: string, others: readonly Beside[] = []): string => {
    const beside = [{ path: 'main.py', text }, ...others];
    return actElsewhere(data(made), 'DistributedSampler(', 'Call `set_epoch(epoch)`', beside, 'main.py');
  };
  const line = '        loader.sampler.set_epoch(epoch)\n';
  assert.equal(told(always, main(loop(''))), main(loop(line)));
  const guarded = `        if isinstance(loader.sampler, torch.utils.data.DistributedSampler):\n    ${line}`;
  assert.equal(told(inBranch, main(loop('', '_'))), main(loop(guarded)));
  const calls = (before: string): string =>
    `    for epoch in range(10):\n${before}        one_epoch(model, loader, optimizer)\n`;
  const engine = {
    path: 'engine.py',
    text: `def one_epoch(model, batches, optimizer):
    for batch in batches:
        model(batch).sum().backward()
        optimizer.step()
`,
  };
  const head = 'from engine import one_epoch\n';
  assert.equal(told(always, main(calls(''), head), [engine]), main(calls(line), head));
});

test('the epoch is no phase', () => {
  const program = (before: string): string => `from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler


def main(model, dataset, optimizer):
    sampler = DistributedSampler(dataset)
    loaders = {'train': DataLoader(dataset, sampler=sampler), 'val': DataLoader(dataset)}
    for epoch in range(10):
${before}        for phase in ['train', 'val']:
            for batch in loaders[phase]:
                model(batch).sum().backward()
                optimizer.step()


if __name__ == '__main__':
    main(None, [], None)
`;
  const after = act(program(''), 'DistributedSampler(', 'Call `set_epoch(epoch)`');
  assert.equal(after, program('        sampler.set_epoch(epoch)\n'));
});

test('the object of an actor is no number that tells processes apart', () => {
  const program = (line: string): string => `import ray
import torch
from torch import nn


@ray.remote
class Worker:
    def __init__(self, idx):
${line}        self.net = nn.Linear(4, 1)

    def run(self):
        return self.net.weight.sum().item()


torch.manual_seed(0)
workers = [Worker.remote(i) for i in range(4)]
torch.save(ray.get([each.run.remote() for each in workers]), "sums.pt")
`;
  const [title = ''] = titles(program(''), 'Worker.remote');
  assert.match(title, /Seed `torch.manual_seed`/);
  assert.equal(act(program(''), 'Worker.remote', title), program('        torch.manual_seed(idx)\n'));
});
