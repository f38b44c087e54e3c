/** An ignore comment that ignores nothing hides the next fault on its line. */
import type { Rule } from '../contract/rule.ts';
import { type Message, t } from '../text/language.ts';

export const unusedIgnore: Rule & { message(name: string): Message } = {
  name: 'unused-ignore',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.1.0',
  summary: 'An ignore comment that ignores nothing.',
  why: `An ignore outlives the fault it was written for. It then says something untrue about the line, and silences the
next fault there before anybody has seen it.`,
  never: [
    'An ignore that silences a finding, on its line or on the line below.',
    'An ignore for a rule that the settings turn off.',
  ],
  references: ['https://docs.astral.sh/ruff/rules/unused-noqa/'],
  examples: [
    {
      title: 'The fault is gone',
      bad: `import torch

torch.manual_seed(0)  # seedwise: ignore[late-seed]
#                                        ^^^^^^^^^ unused-ignore warning: \`late-seed\`
model = torch.nn.Linear(2, 2)
`,
      good: `import torch

torch.manual_seed(0)
model = torch.nn.Linear(2, 2)
`,
    },
  ],
  // The engine itself knows what the other rules said, and calls `message`.
  check: () => [],
  message: (name) => (name === '' ? t`This comment ignores nothing.` : t`This comment ignores nothing of \`${name}\`.`),
};
