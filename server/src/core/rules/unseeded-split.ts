/** A split or a sampler without a generator follows the global one, which everything else advances too. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { streamRow } from '../knowledge/streams.ts';
import { rankSeedBefore } from '../loading/ranks.ts';
import { drawsOfOwnSamplers, globalSamplers, globalSplits, ownGenerator } from '../loading/splits.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { seedFor } from '../seeding/seed-values.ts';
import type { Fix } from '../text/edit.ts';
import { t, translate } from '../text/language.ts';

export const unseededSplit: Rule = {
  name: 'unseeded-split',
  severity: { none: 'information', seeded: 'hint', deterministic: 'hint' },
  inLibraries: false,
  since: '0.2.0',
  shows: ['unseeded-stream', 'late-seed'],
  summary: 'A random split or sampler has no generator of its own.',
  why: `\`random_split\`, a split by \`torch.randperm\` and the random samplers draw from torch’s global generator. In a program that
never seeds, each run trains and tests on other data. In a program that does, the split is repeatable, but it moves as soon
as anything in front of it draws a different number of times: then a model trained yesterday may be tested today on what it
was trained on. A \`torch.Generator\` of its own keeps the split.

\`DataLoader(generator=...)\` does not reach a sampler that is passed to it. A sampler of the file’s own counts as the
generator that its \`__iter__\` draws from.`,
  never: [
    'A call with `generator=`, also by position or from a `**kwargs` dict in the file.',
    'Samplers that do not draw, and `SubsetRandomSampler` and others where the seed depends on the rank.',
    'A permutation that is not cut in two, as the order of mini-batches or of a mixup.',
    'A split of other libraries, which have `random_state=` and the like.',
    'A sampler of the file’s own that draws from its own generator.',
    'Library modules.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.random_split',
    'https://github.com/pytorch/pytorch/pull/39737',
  ],
  examples: [
    {
      title: 'A split of a program that seeds',
      bad: `import torch
from torch.utils.data import TensorDataset, random_split

torch.manual_seed(7)
data = TensorDataset(torch.randn(100, 3))
train_set, test_set = random_split(data, [80, 20])
#                     ^^^^^^^^^^^^ unseeded-split hint: \`generator\`
`,
      good: `import torch
from torch.utils.data import TensorDataset, random_split

torch.manual_seed(7)
data = TensorDataset(torch.randn(100, 3))
train_set, test_set = random_split(
    data, [80, 20], generator=torch.Generator().manual_seed(7)
)
`,
    },
  ],
  *check(file, project) {
    // Ranks that draw the same samples would train on the same batches.
    const samplers = globalSamplers(file).filter((call) => !rankSeedBefore(call.node, file, project.values));
    for (const call of [...globalSplits(file), ...samplers]) {
      const { start, end } = call.callee;
      if (isUnseeded(call, project)) continue;
      yield {
        start,
        end,
        message: t`\`${file.read(call.callee)}\` draws from torch’s global generator; it has no \`generator\` of its own.`,
        fixes: () => repairs(file, project, call),
      };
    }
    for (const { call, draw, sampler } of drawsOfOwnSamplers(file)) {
      if (rankSeedBefore(call.node, file, project.values)) continue;
      const { start, end } = call.callee;
      yield {
        start,
        end,
        message: t`\`${sampler.name}\` draws its order from ${translate(streamRow(draw.stream).generator)}; it has no generator of its own.`,
      };
    }
  },
};

/** The program seeds nothing here, which is said at this very place. */
function isUnseeded({ callee }: Call, project: Project): boolean {
  const { exposed = {}, may = {} } = project.summary ?? {};
  const draw = exposed.torch;
  const shown = draw && !draw.marked && !('torch' in may) ? project.places.anchor(draw) : null;
  return shown?.start === callee.start && shown.end === callee.end;
}

function repairs(file: PythonFile, project: Project, call: Call): Fix[] {
  const seed = seedFor(file, project, call.node, { isShared: true });
  const edits = seed && ownGenerator(file, call, seed, project.values);
  return edits ? [{ title: t`Give it a seeded generator`, safe: false, edits }] : [];
}
