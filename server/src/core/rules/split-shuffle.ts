/** An iterable dataset that shuffles by a worker's own stream and then takes the worker's share: items come twice, and others never. */

import type { Rule } from '../contract/rule.ts';
import { nameFor } from '../knowledge/names.ts';
import { dependsOnWorker, isTakenFrom, ownShuffles, reachOf, sharesOf } from '../loading/iterables.ts';
import { sharedShuffle } from '../loading/shared-shuffle.ts';
import { t } from '../text/language.ts';

export const splitShuffle: Rule = {
  name: 'split-shuffle',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'Workers shuffle each in its own way, and then each takes its share: items come twice, and others never.',
  why: `Each worker of a DataLoader has its own seed, so that \`random.shuffle\`, NumPy’s and \`torch.randperm\` give every worker
another order. An \`IterableDataset\` that shuffles so and then keeps every n-th item by the worker’s number takes its shares
from different orders: of eight items in two workers one run gave \`[0, 0, 2, 3, 4, 5, 6, 7]\`. No seed mends that: the same
items come twice in every run, and others never.

Shuffle by a generator that all workers seed alike, from the epoch and a seed of the dataset; or by what they have in
common, \`torch.initial_seed()\` less the worker’s number, which is new in each epoch unless the workers are persistent. Or
share first, and shuffle the share.`,
  never: [
    'The share is taken first, and shuffled then.',
    'A generator seeded by what all workers have: the epoch, an attribute, a constant.',
    '`info.seed - info.id`, or `torch.initial_seed() - info.id`, as the seed.',
    'A generator that `__init__` made: every worker has the same copy.',
    'A stream that `__iter__` seeds before, by the epoch.',
    'Shuffled, and not shared.',
    'Shared, and not shuffled.',
    'The shares of one list, and the order of another.',
    'A Dataset with `__getitem__`, or a class that is no dataset.',
    'A shuffle in `__init__`, which runs once, before the workers are started.',
    'A generator passed to `torch.randperm` that is seeded by the epoch.',
    'A slice by something else than the worker, as a limit.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset'],
  examples: [
    {
      title: 'Shuffled, then every n-th',
      bad: `import random

from torch.utils.data import IterableDataset, get_worker_info


class Lines(IterableDataset):
    def __init__(self, lines, seed=0):
        self.lines = lines
        self.seed = seed
        self.epoch = 0

    def __iter__(self):
        info = get_worker_info()
        lines = list(self.lines)
        random.shuffle(lines)
        #^^^^^^^^^^^^^ split-shuffle warning: another order in each worker
        return iter(lines[info.id :: info.num_workers])
`,
      good: `import random

from torch.utils.data import IterableDataset, get_worker_info


class Lines(IterableDataset):
    def __init__(self, lines, seed=0):
        self.lines = lines
        self.seed = seed
        self.epoch = 0

    def __iter__(self):
        info = get_worker_info()
        lines = list(self.lines)
        random.Random(self.seed + self.epoch).shuffle(lines)
        return iter(lines[info.id :: info.num_workers])
`,
    },
  ],
  *check(file, project) {
    if (file.methodCalls('get_worker_info').length + file.calls(nameFor('worker-info')).length === 0) return;
    for (const owner of file.scopes.classes.values()) {
      const reach = project.classes.isIterable(owner.id) ? reachOf(owner, file) : null;
      const shares = reach ? sharesOf(reach, file) : [];
      if (!reach || shares.length === 0) continue;
      for (const shuffle of ownShuffles(reach, file, project)) {
        const share = shares.find((each) => isTakenFrom(each, shuffle, reach, file));
        if (!share || dependsOnWorker(shuffle.items, file)) continue;
        const { callee } = shuffle.call;
        yield {
          start: callee.start,
          end: callee.end,
          message: t`\`${file.read(callee)}\` gives another order in each worker: of the shares that workers take, some overlap, and items are left out.`,
          related: [{ start: share.node.start, end: share.node.end, message: t`Each worker takes its share here.` }],
          fixes: () => sharedShuffle(shuffle, owner, file),
        };
      }
    }
  },
};
