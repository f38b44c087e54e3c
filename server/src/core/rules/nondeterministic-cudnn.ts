/** A program that says that cuDNN need not be deterministic. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { CUDNN_DETERMINISTIC } from '../knowledge/calls.ts';
import {
  isForSpeed,
  isOverruled,
  isShared,
  measuresSpeed,
  switchSettings,
  writtenSwitch,
} from '../switches/switches.ts';
import { t } from '../text/language.ts';

export const nondeterministicCudnn: Rule = {
  name: 'nondeterministic-cudnn',
  severity: { none: null, seeded: 'information', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  summary: 'The program lets cuDNN use nondeterministic convolution algorithms.',
  why: `With \`torch.backends.cudnn.deterministic = False\`, the default, cuDNN may compute the backward of a convolution with
algorithms that add in whatever order the threads run, so two runs on the same GPU may differ in the last bits, and soon
in the first.

\`torch.use_deterministic_algorithms(True)\` overrules it: convolutions then use deterministic algorithms whatever this
attribute says. The attribute itself stays as it is.`,
  never: [
    'A program that never seeds: it promises nothing.',
    'The branch taken when the user asked for no seed, such as the `else:` of `if args.seed is not None:`.',
    'A benchmark, which measures speed.',
    'A program that calls `torch.use_deterministic_algorithms(True)`, which overrules the attribute.',
    '`cudnn.flags(deterministic=False)`, which says where it ends.',
    '`deterministic = True`, and a value that only the command line decides.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/notes/randomness.html#cuda-convolution-determinism',
    'https://docs.pytorch.org/docs/stable/backends.html#torch.backends.cudnn.deterministic',
  ],
  examples: [
    {
      title: 'Seeded, and free to differ',
      bad: `import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = False
#                                    ^^^^^ nondeterministic-cudnn information: cuDNN may use
model = torch.nn.Conv2d(3, 8, 3)
`,
      good: `import torch

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True
torch.use_deterministic_algorithms(True)
model = torch.nn.Conv2d(3, 8, 3)
`,
    },
  ],
  *check(file, project) {
    const settings = [...switchSettings(file, CUDNN_DETERMINISTIC)].filter(({ value }) => value.type === 'false');
    if (settings.length === 0 || measuresSpeed(file, project)) return;
    for (const setting of settings) {
      const { node, value } = setting;
      if (project.switches.deterministicAlgorithms !== 'off') return;
      if (isForSpeed(setting, CUDNN_DETERMINISTIC, project)) continue;
      if (isOverruled(setting, CUDNN_DETERMINISTIC, project)) continue;
      yield {
        start: value.start,
        end: value.end,
        message: t`\`${writtenSwitch(setting, file)}\` is off, so cuDNN may use algorithms whose results differ between runs.`,
        // One value for several switches would turn on the others too.
        fixes: isShared(node)
          ? []
          : [{ title: t`Set \`deterministic\` to \`True\``, safe: false, edits: () => [replace(value, 'True')] }],
      };
    }
  },
};
