/** cuDNN picks a convolution by timing it, so the pick may change from run to run. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { isWithoutSeed, measuresSpeed } from '../switches/switches.ts';

export const cudnnBenchmark: Rule = {
  name: 'cudnn-benchmark',
  severity: { none: null, seeded: 'information', deterministic: 'warning' },
  inLibraries: false,
  since: '0.1.0',
  summary: 'cuDNN may choose another convolution algorithm in every run.',
  why: `With \`torch.backends.cudnn.benchmark = True\` cuDNN times several convolution algorithms and keeps the fastest.
The timing is noisy, so two runs may keep different algorithms, and these round differently.

\`torch.backends.cudnn.deterministic = True\` and \`torch.use_deterministic_algorithms(True)\` restrict the candidates to
deterministic algorithms; they do not turn the benchmark off, so a run may still pick a different one of them.`,
  never: [
    'A program that never seeds: it promises nothing.',
    'The branch taken when the user asked for no seed, such as the `else:` of `if args.seed is not None:`.',
    'A benchmark, which measures speed.',
    '`benchmark = False`, and a value that only the command line decides.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/notes/randomness.html#cuda-convolution-benchmarking'],
  examples: [
    {
      title: 'A program that wants the same bits',
      bad: `import torch

torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
#                                ^^^^ cudnn-benchmark warning: by timing
`,
      good: `import torch

torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = False
`,
    },
  ],
  *check(file) {
    if (measuresSpeed(file)) return;
    for (const assignment of file.scopes.assignments) {
      const left = assignment.get('left');
      const right = assignment.get('right');
      if (left?.type !== 'attribute' || right?.type !== 'true') continue;
      if (file.qualify(left) !== 'torch.backends.cudnn.benchmark' || isWithoutSeed(assignment, file)) continue;
      yield {
        start: right.start,
        end: right.end,
        message: `\`${file.read(left)}\` has cuDNN pick its algorithm by timing, which may differ between runs.`,
        fixes: [{ title: 'Set `benchmark` to `False`', safe: false, edits: () => [replace(right, 'False')] }],
      };
    }
  },
};
