/** A parameter over memory that nobody has written to: its first values are whatever was there. */

import type { Rule } from '../contract/rule.ts';
import { insertAfter, statementOf } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { type Unfilled, unfilledParameters } from '../operations/unfilled.ts';
import type { PythonFile } from '../python/file.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const TORCH = namesFor('torch');

export const uninitializedParameter: Rule = {
  name: 'uninitialized-parameter',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  shows: ['uninitialized'],
  summary: 'A parameter made of `torch.empty` that nothing fills.',
  why: `\`torch.empty\`, \`torch.empty_like\`, \`new_empty\` and \`torch.Tensor(n, m)\` hand out memory as it is. A parameter of it starts with
whatever was there: often zeros, sometimes what an earlier tensor held, now and then \`nan\`. No seed reaches that. Training hides it
until a run starts from other bits, or does not start at all.

PyTorch’s own layers make their parameters this way too, and fill them in \`reset_parameters\`. Since PyTorch 2.1
\`torch.use_deterministic_algorithms(True)\` fills new memory with \`nan\`, which shows the fault instead of hiding it.`,
  never: [
    'A parameter that an initialiser fills, in place, by assignment, or through its `data`, here or where the class is used.',
    'Loops over parameters or modules that write to them, `apply`, and `load_state_dict`, in a class that may hold this one, or in a program that uses it.',
    'A class with a base or a method that nobody here can read, or that looks attributes up by name.',
    'A parameter that is handed to a function which may fill it.',
    'Memory without values: a size of 0, or the device `meta`; tensors made of data.',
    'Tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.empty.html',
    'https://docs.pytorch.org/docs/stable/nn.init.html',
  ],
  examples: [
    {
      title: 'A layer of one’s own',
      bad: `import torch
from torch import nn


class Router(nn.Module):
    def __init__(self, width, experts):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(experts, width))
        #                          ^^^^^^^^^^^ uninitialized-parameter warning: nothing fills it

    def forward(self, x):
        return x @ self.weight.t()
`,
      good: `import torch
from torch import nn


class Router(nn.Module):
    def __init__(self, width, experts):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(experts, width))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return x @ self.weight.t()
`,
    },
  ],
  *check(file, project) {
    if (project.isTest) return;
    for (const unfilled of unfilledParameters(file)) {
      if (project.training.fillsParametersElsewhere) return;
      const { made, target } = unfilled;
      const name = target.type === 'string' ? file.quoted(target) : file.read(target);
      const token = made.callee.get('attribute') && !TORCH.has(made.name) ? made.callee.get('attribute')! : made.callee;
      yield {
        start: token.start,
        end: token.end,
        message: t`\`${name}\` starts with whatever was in its memory: nothing fills it.`,
        fixes: () => fill(unfilled, file),
      };
    }
  },
};

/** Weights are drawn as for a linear layer, a bias is zero, and what is not known is drawn close to zero. */
function fill({ target, rank }: Unfilled, file: PythonFile): Fix[] {
  const statement = statementOf(target);
  if (target.type === 'string' || statement.type !== 'expression_statement') return [];
  const [name, more] = rank === null ? ['normal_', ', std=0.02'] : rank > 1 ? ['xavier_uniform_', ''] : ['zeros_', ''];
  return [
    {
      title: t`Fill it by \`nn.init.${name}\``,
      safe: false,
      edits: () => {
        const { text, edits } = spell(file, `${nameFor('init-module')}.${name}`, statement.start);
        return [...edits, insertAfter(file, statement, [`${text}(${file.read(target)}${more})`])];
      },
    },
  ];
}
