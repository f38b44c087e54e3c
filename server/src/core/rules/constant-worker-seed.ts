/** A worker_init_fn whose seed is a constant makes all workers, or all epochs, alike. */

import type { Report, Rule } from '../contract/rule.ts';
import { removeStatement, replace } from '../edits/edit-text.ts';
import { freeName, spell } from '../edits/imports.ts';
import { INITIAL_SEED } from '../knowledge/streams.ts';
import { drawOf, seederOf } from '../knowledge/tables.ts';
import { seedWorker, workerFunction } from '../loading/worker-functions.ts';
import {
  type Initializer,
  initializerOf,
  initializerPassed,
  isPersistent,
  loaderCalls,
  type RepeatedSeed,
  repeatedSeeds,
} from '../loading/worker-seeds.ts';
import { loaderArgument, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { contains, type Edit, type Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const constantWorkerSeed: Rule = {
  name: 'constant-worker-seed',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  summary: 'A `worker_init_fn` gives all workers, or all epochs, the same random numbers.',
  why: `A DataLoader seeds each worker anew in each epoch: torch and Python’s \`random\` in every version, numpy’s global
generator since torch 1.9. A \`worker_init_fn\` runs after that and replaces those seeds. With a constant, every worker draws
the same augmentations. With a number that depends on \`worker_id\` alone, the workers differ, but each epoch repeats the
augmentations of the one before; that is reported as information.

\`np.random.get_state()[1][0] + worker_id\` looks as if it depended on the seed. Since torch 1.9 it does not: numpy is seeded
by an array there, and the first word of its state is always the same number.

\`torch.initial_seed()\` is the worker’s own seed: it follows the program’s seed and differs between workers and epochs.
A transform or \`__getitem__\` that seeds with a constant goes further still: every sample gets the same augmentation.
Persistent workers are seeded once, and go on drawing in the next epoch, so \`worker_id\` is enough for them.`,
  never: [
    '`torch.initial_seed()` or `get_worker_info().seed`, also through a variable.',
    'A seed that depends on `worker_id` alone, where the loaders have `persistent_workers=True`.',
    'A seed with the epoch in it.',
    '`num_workers=0`, where the function never runs.',
    'A seed that is drawn, or that comes from where nobody can see it.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html#dataloader',
    'https://github.com/pytorch/pytorch/pull/56488',
  ],
  examples: [
    {
      title: 'All workers alike',
      bad: `import numpy as np
import torch
from torch.utils.data import DataLoader


def worker_init_fn(worker_id):
    np.random.seed(0)
    #              ^ constant-worker-seed warning: every worker


def make_loader(dataset):
    return DataLoader(dataset, num_workers=4, worker_init_fn=worker_init_fn)
`,
      good: `import numpy as np
import torch
from torch.utils.data import DataLoader


def worker_init_fn(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)


def make_loader(dataset):
    return DataLoader(dataset, num_workers=4, worker_init_fn=worker_init_fn)
`,
    },
    {
      title: 'All epochs alike',
      bad: `import random

import numpy as np
import torch
from torch.utils.data import DataLoader

SEED = 7


def seed_worker(worker_id):
    worker_seed = SEED + worker_id
    #             ^^^^^^^^^^^^^^^^ constant-worker-seed information: in every epoch
    random.seed(worker_seed)
    np.random.seed(worker_seed)


def make_loader(dataset):
    return DataLoader(dataset, num_workers=4, worker_init_fn=seed_worker)
`,
      good: `import random

import numpy as np
import torch
from torch.utils.data import DataLoader

SEED = 7


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    random.seed(worker_seed)
    np.random.seed(worker_seed)


def make_loader(dataset):
    return DataLoader(dataset, num_workers=4, worker_init_fn=seed_worker)
`,
    },
  ],
  *check(file, project) {
    const done = new Map<Node, Use>();
    for (const loader of loaderCalls(file)) {
      const given = loaderArgument(file, loader, 'worker_init_fn');
      if (typeof given === 'string' || !startsWorkers(file, loader)) continue;
      const seeder = seederOf(file.qualify(given) ?? '');
      if (seeder && seeder.streams.length > 0 && !isPersistent(loader, file)) yield byItself(given, file);
      const initializer = initializerOf(given, file);
      if (!initializer) continue;
      const known = done.get(initializer.function.node);
      const persistent = isPersistent(loader, file) || known?.persistent === true;
      done.set(initializer.function.node, { initializer, loaders: [...(known?.loaders ?? []), loader], persistent });
    }
    const seeds = [...file.callsByName.keys()].some((name) => seederOf(name) !== undefined);
    for (const passed of seeds ? project.loaders.passedInitializers : []) {
      const info = file.scopes.functions.get(passed.id);
      if (!info || done.get(info.node)?.loaders.length) continue;
      const persistent = passed.persistent || done.get(info.node)?.persistent === true;
      done.set(info.node, { initializer: initializerPassed(passed, info, file), loaders: [], persistent });
    }
    for (const use of done.values()) yield* judge(use, file, project.values);
  },
};

interface Use {
  readonly initializer: Initializer;
  /** Those of this file. */
  readonly loaders: readonly Call[];
  /** Some of its loaders may keep their workers, which then draw on in the next epoch. */
  readonly persistent: boolean;
}

function* judge({ initializer, loaders, persistent }: Use, file: PythonFile, values: Evaluator): Iterable<Report> {
  const seeds = repeatedSeeds(initializer, file, values);
  const drawn = new Set(loaders.flatMap((loader) => drawnStreams(loader, file)));
  const isDrawn = (seed: RepeatedSeed): boolean => seed.streams.some((stream) => drawn.has(stream));
  const constants = seeds.filter((seed) => seed.kind === 'constant');
  const worst = constants.length > 0 ? constants : seeds;
  const worse = worst.find(isDrawn) ?? worst[0];
  if (!worse) return;
  if (worse.kind === 'worker' && persistent) return;
  const { start, end } = worse.value;
  const others = seeds.filter((seed) => seed.value !== worse.value);
  const name = initializer.workerId ?? 'worker_id';
  yield {
    start,
    end,
    ...(worse.kind === 'worker' ? { severity: 'information' as const } : {}),
    message:
      worse.kind === 'constant'
        ? t`\`${file.read(worse.value)}\` seeds every worker with the same number.`
        : t`\`${file.read(worse.value)}\` seeds a worker with the same number in every epoch: it depends on \`${name}\` alone.`,
    related: others.map(({ value }) => ({ start: value.start, end: value.end, message: t`This seed repeats, too.` })),
    // A helper may seed others than the workers too.
    fixes: () => (seeds.every(({ call }) => contains(initializer.function.node, call.node)) ? repair(seeds, file) : []),
  };
}

/** `worker_init_fn=np.random.seed` seeds with the worker's id. */
function byItself(given: Node, file: PythonFile): Report {
  return {
    start: given.start,
    end: given.end,
    severity: 'information',
    message: t`\`${file.read(given)}\` seeds a worker with its id, which is the same number in every epoch.`,
    fixes: [
      {
        title: t`Seed the workers with \`torch.initial_seed()\``,
        safe: false,
        edits() {
          const existing = workerFunction(file, given);
          const name = existing ?? freeName(file, ['seed_worker', 'seed_loader_worker']);
          return [...(existing ? [] : seedWorker(file, name)), replace(given, name)];
        },
      },
    ],
  };
}

/** Every repeated seed becomes the worker's own; torch has that one already, so its line goes where others stay. */
function repair(seeds: readonly RepeatedSeed[], file: PythonFile): Fix[] {
  const isTorchOnly = (seed: RepeatedSeed): boolean => seed.streams.every((stream) => stream === 'torch');
  const targets = [...new Set(seeds.filter((seed) => !isTorchOnly(seed)).map((seed) => seed.value))];
  if (targets.length === 0) return [];
  return [
    {
      title: t`Seed the workers with \`torch.initial_seed()\``,
      safe: false,
      edits() {
        const { text, edits } = spell(file, INITIAL_SEED);
        const torch = seeds.filter((seed) => isTorchOnly(seed) && !targets.includes(seed.value));
        return [
          ...edits,
          ...targets.map((value) => replace(value, `${text}() % 2**32`)),
          ...torch.map((seed) => withoutStatement(seed, file) ?? replace(seed.value, `${text}()`)),
        ];
      },
    },
  ];
}

function withoutStatement({ call }: RepeatedSeed, file: PythonFile): Edit | null {
  const statement = call.node.parent;
  return statement?.type === 'expression_statement' ? removeStatement(file, statement) : null;
}

/** What the loader's dataset draws from, as far as it is a class of this file. */
function drawnStreams(loader: Call, file: PythonFile): string[] {
  const dataset = file.argument(loader, 'dataset', 0);
  const known = typeof dataset === 'string' ? undefined : file.classOf(file.instanceOf(dataset));
  const methods = ['__getitem__', '__iter__'].flatMap((name) => known?.methods.get(name)?.node ?? []);
  return file.allCalls.flatMap((call) => {
    const isInside = methods.some((node) => call.node.start > node.start && call.node.end <= node.end);
    const draw = isInside && call.name !== null ? drawOf(call.name) : undefined;
    return draw ? [draw.stream] : [];
  });
}
