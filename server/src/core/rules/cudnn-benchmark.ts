/** cuDNN picks a convolution by timing it, so the pick may change from run to run. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { CUDNN_BENCHMARK } from '../knowledge/calls.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isForTiming } from '../switches/speed.ts';
import {
  isForSpeed,
  isOverruled,
  isShared,
  measuresSpeed,
  switchSettings,
  writtenSwitch,
} from '../switches/switches.ts';
import { t } from '../text/language.ts';

export const cudnnBenchmark: Rule = {
  name: 'cudnn-benchmark',
  severity: { none: null, seeded: 'information', deterministic: 'warning' },
  inLibraries: false,
  since: '0.1.0',
  supersedes: ['incomplete-determinism'],
  summary: 'cuDNN may choose another convolution algorithm in every run.',
  why: `With \`torch.backends.cudnn.benchmark = True\` cuDNN times several convolution algorithms and keeps the fastest.
The timing is noisy, so two runs may keep different algorithms, and these round differently.

\`torch.backends.cudnn.deterministic = True\` and \`torch.use_deterministic_algorithms(True)\` restrict the candidates to
deterministic algorithms; they do not turn the benchmark off, so a run may still pick a different one of them.`,
  never: [
    'A program that draws random numbers and never seeds: it promises nothing.',
    'The branch taken when the user asked for no seed, such as the `else:` of `if args.seed is not None:`.',
    'A benchmark, which measures speed, or a function that does.',
    'A setting that a later one takes back, and one in a function that nothing calls.',
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
  *check(file, project) {
    const asked = askedOfLibraries(file);
    const settings = [...switchSettings(file, CUDNN_BENCHMARK)].filter(({ value }) => value.type === 'true');
    // What the program is for is asked where something is switched on: most files switch nothing.
    if (asked.length + settings.length === 0 || measuresSpeed(file, project)) return;
    for (const { value, written } of asked) {
      yield {
        start: value.start,
        end: value.end,
        message: t`\`${written}\` has cuDNN pick its algorithm by timing, which may differ between runs.`,
        fixes: [{ title: t`Set \`benchmark\` to \`False\``, safe: false, edits: () => [replace(value, 'False')] }],
      };
    }
    for (const setting of settings) {
      const { node, value } = setting;
      if (isForSpeed(setting, CUDNN_BENCHMARK, project) || isForTiming(node, file)) continue;
      if (isOverruled(setting, CUDNN_BENCHMARK, project)) continue;
      // Where nothing is drawn or trained, as in inference, the switch is what makes two runs differ.
      const isAlone =
        project.promise === 'none' &&
        project.isInProgram &&
        project.streams.size === 0 &&
        !project.training.takesGradients;
      yield {
        start: value.start,
        end: value.end,
        ...(isAlone ? { severity: 'information' as const } : {}),
        message: t`\`${writtenSwitch(setting, file)}\` has cuDNN pick its algorithm by timing, which may differ between runs.`,
        // One value for several switches would take back the others too.
        fixes: isShared(node)
          ? []
          : [{ title: t`Set \`benchmark\` to \`False\``, safe: false, edits: () => [replace(value, 'False')] }],
      };
    }
  },
};

/** `Trainer(benchmark=True)`: what is passed for the switch where a library sets it. */
function askedOfLibraries(file: PythonFile): { readonly value: Node; readonly written: string }[] {
  return [...file.callsByName].flatMap(([name, calls]) => {
    const rows = (seederOf(name)?.flagsWhen ?? []).filter(
      ({ flags, equals }) => flags.cudnn_benchmark === true && equals === true,
    );
    return rows.flatMap(({ argument, position }) =>
      calls.flatMap((call) => {
        const given = file.argument(call, argument, position);
        return typeof given !== 'string' && given.type === 'true'
          ? [{ value: given, written: `${argument}=True` }]
          : [];
      }),
    );
  });
}
