/** A generator made in a Dataset's __init__ is copied into every worker, and each copy gives the same numbers. */

import type { Rule } from '../contract/rule.ts';
import { insertBefore, removeStatement, replace, statementOf } from '../edits/edit-text.ts';
import { freeName, spellAll } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import { type KeptGenerator, keptGenerators, workersOf } from '../loading/worker-copies.ts';
import { reseedFix } from '../loading/worker-reseeds.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const sharedWorkerRng: Rule = {
  name: 'shared-worker-rng',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  supersedes: ['unseeded-generator'],
  shows: ['worker-stream'],
  summary: 'All workers of a DataLoader draw from copies of one generator.',
  why: `A DataLoader copies the dataset into each worker, and with it a generator that \`__init__\` made. Every copy gives the same
numbers, so samples of different workers get the same augmentation; and each epoch copies it again, so the numbers repeat.
The DataLoader seeds the global generators of a worker (torch and \`random\`, numpy’s since torch 1.9), not such objects.

A generator made for each sample from torch’s stream follows the program’s seed and differs between workers and epochs. Or
a \`worker_init_fn\` gives each worker’s copy of the dataset a generator of its own. Where the loader is not in the file, this is
information: without workers there is one generator only.`,
  never: [
    '`num_workers=0`.',
    'A generator that is made or seeded anew for each sample, as from the index.',
    'A `worker_init_fn` that reaches for the dataset, or a dataset that asks `get_worker_info`.',
    'A generator that only `__init__` uses, as for a split.',
    'Classes that are no datasets and are part of none.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/data.html#randomness-in-multi-process-data-loading',
    'https://github.com/pytorch/pytorch/issues/5059',
  ],
  examples: [
    {
      title: 'Noise from a generator of the dataset',
      bad: `import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __init__(self, data, seed=0):
        self.data = data
        self.rng = np.random.default_rng(seed)
        #          ^^^^^^^^^^^^^^^^^^^^^ shared-worker-rng warning: \`self.rng\`

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return self.data[index] + self.rng.normal()


def make_loader(data):
    return DataLoader(Noisy(data), batch_size=8, num_workers=4)
`,
      good: `import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __init__(self, data, seed=0):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        rng = np.random.default_rng(torch.randint(2**32, ()).item())
        return self.data[index] + rng.normal()


def make_loader(data):
    return DataLoader(Noisy(data), batch_size=8, num_workers=4)
`,
    },
  ],
  *check(file, project) {
    for (const owner of file.scopes.classes.values()) {
      for (const kept of keptGenerators(owner, file)) {
        const { state } = workersOf(kept, file);
        if (state === 'none' || (state === 'unknown' && !project.classes.isDataset(owner.id))) continue;
        const [use] = kept.uses;
        const { start, end } = kept.made.callee;
        yield {
          start,
          end,
          ...(state === 'unknown' ? { severity: 'information' as const } : {}),
          message: t`\`self.${kept.attribute}\` is copied into each DataLoader worker, and every copy gives the same numbers.`,
          related: use
            ? [{ start: use.node.start, end: use.node.end, message: t`A sample is made with it here.` }]
            : [],
          fixes: () => repairs(kept, state, file),
        };
      }
    }
  },
};

function repairs(kept: KeptGenerator, state: 'some' | 'unknown', file: PythonFile): Fix[] {
  const each: Fix = { title: t`Make a generator for each sample`, safe: false, edits: () => perSample(kept, file) };
  const reseed = state === 'some' ? reseedFix(kept, file) : null;
  if (!reseed) return [each];
  const title = reseed.name === null ? t`Reseed it in a \`worker_init_fn\`` : t`Reseed it in \`${reseed.name}\``;
  return [each, { title, safe: false, edits: () => reseed.edits() }];
}

function perSample(kept: KeptGenerator, file: PythonFile): Edit[] {
  const name = freeName(file, [kept.attribute.replace(/^_+/, ''), 'rng', 'sample_rng']);
  const maker =
    kept.made.name === nameFor('numpy-generator-class') ? nameFor('numpy-generator') : (kept.made.name ?? '');
  const { texts, edits } = spellAll(file, [maker, nameFor('integer-draw')]);
  const seed = `${texts[1]}(2**32, ()).item()`;
  const made = maker === nameFor('generator') ? `${texts[0]}().manual_seed(${seed})` : `${texts[0]}(${seed})`;
  const methods = [...new Set(kept.uses.map(({ method }) => method))];
  return [
    ...edits,
    ...withoutUnused(kept, file),
    ...methods.flatMap((method) => {
      const first = firstStatement(method.node);
      return first ? [insertBefore(file, first, [`${name} = ${made}`])] : [];
    }),
    ...kept.uses.map(({ node }) => replace(node, name)),
  ];
}

/** The attribute goes where nothing else reads it. */
function withoutUnused(kept: KeptGenerator, file: PythonFile): Edit[] {
  const statement = statementOf(kept.made.node);
  const isUsedElsewhere = file.text.match(new RegExp(`\\.${kept.attribute}\\b`, 'g'))?.length !== kept.uses.length + 1;
  const edit = isUsedElsewhere ? null : removeStatement(file, statement);
  return edit ? [edit] : [];
}

/** Behind the docstring. */
function firstStatement(method: Node): Node | undefined {
  const [first, second] = method.get('body')?.children ?? [];
  const isDocstring = first?.type === 'expression_statement' && first.children[0]?.type === 'string';
  return isDocstring ? (second ?? first) : first;
}
