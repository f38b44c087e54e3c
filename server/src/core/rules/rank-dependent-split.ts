/** Processes that seed by rank and then split the data each make a split of their own. */

import type { Report, Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { nameFor } from '../knowledge/names.ts';
import { rankSeedBefore, sharedPart } from '../loading/ranks.ts';
import { drawsOfOwnSamplers, globalSplits, ownGenerator } from '../loading/splits.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { dependsOnRank, differsByRank } from '../seeding/ranks.ts';
import { FALLBACK_SEED, plainSeed, seedValueAt } from '../seeding/seed-values.ts';
import { t } from '../text/language.ts';

export const rankDependentSplit: Rule = {
  name: 'rank-dependent-split',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  supersedes: ['unseeded-split'],
  summary: 'Each rank splits the data in another way.',
  why: `Distributed programs often seed each process with \`seed + rank\`, so that augmentations and dropout differ between ranks.
A \`random_split\` after that differs between ranks, too: what one process holds out for validation, another one trains on,
and the averaged model has seen all of it. The split needs a generator with a seed that is equal on all ranks.

The same goes for a sampler of one’s own that permutes all indices with the global generator and keeps every n-th of them for
its rank: the ranks cut different permutations, so some samples come twice and others never. \`DistributedSampler\` does just
that with a generator of its own: its \`seed=\` must be equal on all ranks, and the rank picks the part.`,
  never: [
    'A split with a generator.',
    'A seed that is equal on all ranks, also one that is set again in front of the split or for its length.',
    'A split before the seed that depends on the rank.',
    'A split that one rank makes for all.',
    'Samplers that draw different samples on each rank on purpose.',
    '`DistributedSampler` without `seed=`, or with one that is equal on all ranks.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split',
    'https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler',
    'https://docs.pytorch.org/docs/stable/notes/randomness.html',
  ],
  examples: [
    {
      title: 'Seeded by rank',
      bad: `import torch
import torch.distributed as dist
from torch.utils.data import random_split

from data import dataset

SEED = 7
dist.init_process_group()
torch.manual_seed(SEED + dist.get_rank())
train_set, test_set = random_split(dataset, [0.8, 0.2])
#                     ^^^^^^^^^^^^ rank-dependent-split warning: on each rank
`,
      good: `import torch
import torch.distributed as dist
from torch.utils.data import random_split

from data import dataset

SEED = 7
dist.init_process_group()
torch.manual_seed(SEED + dist.get_rank())
train_set, test_set = random_split(
    dataset, [0.8, 0.2], generator=torch.Generator().manual_seed(SEED)
)
`,
    },
  ],
  *check(file, { values }) {
    for (const call of globalSplits(file)) {
      const seeded = isForOneRank(call.node, file) ? null : rankSeedBefore(call.node, file, values);
      if (!seeded) continue;
      const shared = sharedPart(seeded.rank, file, call.node);
      const own = shared ? plainSeed(shared) : seedValueAt(file, call.node);
      const seed = own.node && differsByRank(own.node, file) ? plainSeed(FALLBACK_SEED) : own;
      yield {
        ...at(call.callee),
        message: t`\`${file.read(call.callee)}\` makes another split on each rank: \`${file.read(seeded.call.node)}\` seeds torch by the rank.`,
        related: [{ ...at(seeded.call.node), message: t`This seed differs between ranks.` }],
        fixes: () => {
          const edits = ownGenerator(file, call, seed, values);
          return edits ? [{ title: t`Give it a generator that is equal on all ranks`, safe: false, edits }] : [];
        },
      };
    }
    yield* ownSamplers(file, values);
    yield* distributedSamplers(file);
  },
};

/** `DistributedSampler(data, seed=seed + rank)`: the parts of the ranks overlap. */
function* distributedSamplers(file: PythonFile): Iterable<Report> {
  for (const call of file.calls(nameFor('distributed-sampler'))) {
    const seed = file.argument(call, 'seed', 4);
    if (typeof seed === 'string' || !dependsOnRank(seed, file)) continue;
    const shuffle = file.argument(call, 'shuffle', 3);
    if (shuffle === 'unknown' || (shuffle !== 'absent' && file.constant(shuffle) === false)) continue;
    const shared = sharedPart(seed, file, call.node);
    yield {
      ...at(seed),
      message: t`\`${file.read(seed)}\` makes another order on each rank: \`${file.read(call.callee)}\` needs one seed for all.`,
      fixes: shared
        ? [{ title: t`Seed it with \`${shared}\` on all ranks`, safe: false, edits: () => [replace(seed, shared)] }]
        : [],
    };
  }
}

/** A sampler that takes every n-th index of its own permutation relies on all ranks making the same one. */
function* ownSamplers(file: PythonFile, values: Evaluator): Iterable<Report> {
  for (const { call, draw, sampler } of drawsOfOwnSamplers(file)) {
    const body = sampler.methods.get('__iter__')?.node;
    const constructions = file.calls(sampler.id);
    const seeded = constructions.map((each) => rankSeedBefore(each.node, file, values)).find((each) => each !== null);
    if (!body || !seeded || draw.stream !== 'torch' || !takesEveryNth(body, file)) continue;
    yield {
      ...at(call.callee),
      message: t`\`${sampler.name}\` makes another order on each rank: \`${file.read(seeded.call.node)}\` seeds torch by the rank.`,
      related: [{ ...at(seeded.call.node), message: t`This seed differs between ranks.` }],
    };
  }
}

const at = ({ start, end }: Node): { start: number; end: number } => ({ start, end });

/** `indices[self.rank : self.total : self.num_replicas]` */
function takesEveryNth(node: Node, file: PythonFile): boolean {
  if (node.type === 'slice' && dependsOnRank(node, file) && /:[^:]*:/.test(file.read(node))) return true;
  return node.children.some((child) => takesEveryNth(child, file));
}

/** `if rank == 0:`: one process splits, and tells the others. */
function isForOneRank(node: Node, file: PythonFile): boolean {
  for (let inner = node; inner.parent; inner = inner.parent) {
    const condition = inner.parent.type === 'if_statement' ? inner.parent.get('condition') : undefined;
    if (condition && inner !== condition && dependsOnRank(condition, file)) return true;
  }
  return false;
}
