/** A DataLoader without a generator shuffles by the global one, which everything else advances too. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { bothFix, generatorFix } from '../loading/deterministic-loader.ts';
import { baseLoaderCalls, ownLoaderCalls, shuffleOf } from '../loading/shuffles.ts';
import { loaderCalls } from '../loading/worker-seeds.ts';
import { startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const unseededShuffle: Rule = {
  name: 'unseeded-shuffle',
  severity: { none: 'information', seeded: 'hint', deterministic: 'hint' },
  inLibraries: false,
  since: '0.1.0',
  shows: ['unseeded-stream', 'late-seed'],
  summary: 'A DataLoader shuffles without a generator of its own.',
  why: `\`DataLoader(shuffle=True)\` draws each epoch’s order from torch’s global generator. In a program that never seeds the
order differs in every run. In a program that does, the order is repeatable, but it changes as soon as anything else draws
a different number of times: one more layer, another evaluation. A \`torch.Generator\` of its own keeps it.

The generator is not seeded again for each epoch, so the epochs still differ from each other. Make it once: a generator
made anew in each epoch gives the same order every time.`,
  never: [
    '`shuffle=False`, or a `shuffle` that only the run decides.',
    'A loader with `generator=`, also by position or from a `**kwargs` dict in the file.',
    'A loader with `sampler=` or `batch_sampler=`, which DataLoader does not pass its generator to.',
    'Other libraries’ `shuffle=`, and classes of the file’s own called `DataLoader`.',
    'Library modules.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html#dataloader',
    'https://github.com/pytorch/pytorch/pull/39737',
  ],
  examples: [
    {
      title: 'A program that seeds',
      bad: `import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
data = TensorDataset(torch.randn(100, 3))
loader = DataLoader(data, batch_size=10, shuffle=True)
#                                        ^^^^^^^^^^^^ unseeded-shuffle hint: \`generator\`
`,
      good: `import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
data = TensorDataset(torch.randn(100, 3))
generator = torch.Generator().manual_seed(7)
loader = DataLoader(data, batch_size=10, shuffle=True, generator=generator)
`,
    },
  ],
  *check(file, project) {
    for (const call of [...loaderCalls(file), ...ownLoaderCalls(file, project), ...baseLoaderCalls(file, project)]) {
      const shuffle = shuffleOf(call, file, project.values);
      if (!shuffle) continue;
      // A value that comes from a dictionary or a caller elsewhere is shown at the call.
      const { node } = shuffle;
      const isHere = shuffle.file === file && node.start > call.node.start && node.end < call.node.end;
      const argument = node.parent?.type === 'keyword_argument' ? node.parent : node;
      const { start, end } = isHere ? argument : call.callee;
      yield {
        start,
        end,
        message: t`\`${nameOf(call, file)}\` shuffles by torch’s global generator; it has no \`generator\` of its own.`,
        fixes: () => repairs(file, call, project),
      };
    }
  },
};

/** The call is `super().__init__(...)`. */
const madeBySubclass = (call: Call): boolean => call.callee.get('object')?.type === 'call';

/** What is called, or the class that makes itself a loader. */
function nameOf(call: Call, file: PythonFile): string {
  const name = madeBySubclass(call) ? call.node.enclosing('class_definition')?.get('name') : undefined;
  return file.read(name ?? call.callee);
}

function repairs(file: PythonFile, call: Call, project: Project): Fix[] {
  // Where a class makes itself a loader, its callers may have a generator for it.
  if (madeBySubclass(call)) return [];
  // Resumed without workers, a loader that keeps its order does not go on with a generator of its own.
  if (loaderRow(call.name)?.keepsOrder && !startsWorkers(file, call)) return [];
  const generator = generatorFix(file, call, project);
  const whole = bothFix(file, call, project);
  const fixes: Fix[] = [];
  if (generator) fixes.push({ title: t`Give the loader a seeded generator`, safe: false, edits: generator });
  if (whole)
    fixes.push({
      title: t`Make this DataLoader deterministic`,
      safe: false,
      rewrite: 'makeDeterministic',
      edits: whole,
    });
  return fixes;
}
