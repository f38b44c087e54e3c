/** A draw in checkpointed code that the backward pass makes again, with other numbers. */

import type { Rule } from '../contract/rule.ts';
import { removeArgument } from '../edits/edit-text.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { drawOutside } from '../seeding/draw-outside.ts';
import { nodeAt } from '../seeding/seeds.ts';
import { callAt } from '../seeding/transformed-draws.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const recomputedDraw: Rule = {
  name: 'recomputed-draw',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'A checkpoint recomputes a draw with other numbers, and the gradient belongs to another output.',
  why: `A checkpoint throws away what its function computes and runs it again in the backward pass. By default it puts back the
state of torch’s own generators first, so dropout gives the same mask. It knows nothing of a \`torch.Generator\` of yours, of
NumPy and of \`random\`: they go on, the second run draws other numbers, and the gradient belongs to another mask than the
output (torch 2.13, both values of \`use_reentrant\`). Nothing warns. With \`preserve_rng_state=False\` the same happens to every
draw of torch.

Draw before, and hand the numbers to the function; or draw from torch’s own stream, and leave the argument out.`,
  never: [
    'Draws from torch’s own stream, dropout too, with the default.',
    '`preserve_rng_state=False` where the code draws nothing, as without dropout or in evaluation.',
    'A generator that the checkpointed function makes with a seed, or seeds.',
    'A stream that the checkpointed function seeds before it draws.',
    'A draw before the checkpoint, whose numbers the function is handed.',
    'A generator that only code outside of the checkpoint uses.',
    '`torch.default_generator`, which is put back.',
    'The last segment of `checkpoint_sequential`, which is not recomputed.',
    'A function that is called without a checkpoint.',
    'A checkpoint under `no_grad`, which no backward pass follows.',
    'Arrays of NumPy in compiled code, which draws them from torch’s stream.',
    'A function or module of the user’s, or of another library, called `checkpoint`, as one that saves a file.',
    '`generator=None`.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/checkpoint.html'],
  examples: [
    {
      title: 'A mask from a generator of its own',
      bad: `import torch
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
masks = torch.Generator().manual_seed(1)


def block(x):
    return x * torch.bernoulli(torch.full_like(x, 0.5), generator=masks)
    #          ^^^^^^^^^^^^^^^ recomputed-draw warning: other numbers


x = torch.ones(8, requires_grad=True)
checkpoint(block, x, use_reentrant=False).sum().backward()
`,
      good: `import torch
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
masks = torch.Generator().manual_seed(1)


def block(x, drawn):
    return x * drawn


x = torch.ones(8, requires_grad=True)
checkpoint(block, x, torch.bernoulli(torch.full_like(x, 0.5), generator=masks), use_reentrant=False).sum().backward()
`,
    },
    {
      title: 'Dropout, and no state put back',
      bad: `import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
block = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
x = torch.ones(2, 4, requires_grad=True)
checkpoint(block, x, use_reentrant=False, preserve_rng_state=False).sum().backward()
#                                                            ^^^^^ recomputed-draw warning: other numbers
`,
      good: `import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
block = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
x = torch.ones(2, 4, requires_grad=True)
checkpoint(block, x, use_reentrant=False).sum().backward()
`,
    },
  ],
  *check(file, project) {
    for (const found of project.transformedDraws) {
      if (found.effect !== 'recomputed') continue;
      const by = project.places.locate(found.by);
      const site = project.places.locate(found.site);
      if (found.isPutBack) {
        const argument = nodeAt(file, by);
        yield {
          start: by.start,
          end: by.end,
          subject: 'torch',
          message: t`Without the states put back, the backward pass draws other numbers than the output has.`,
          related: [{ path: site.path, start: site.start, end: site.end, message: t`This is drawn again.` }],
          fixes: [
            {
              title: t`Leave it out: the states are put back`,
              safe: false,
              edits: () => [
                removeArgument(file, argument.parent?.type === 'keyword_argument' ? argument.parent : argument),
              ],
            },
          ],
        };
        continue;
      }
      const draw = callAt(found.site, file, project);
      if (!draw) continue;
      yield {
        start: draw.callee.start,
        end: draw.callee.end,
        subject: found.stream,
        message: t`When the backward pass recomputes this, \`${file.read(draw.callee)}\` draws other numbers than the output has.`,
        related: [{ path: by.path, start: by.start, end: by.end, message: t`This is checkpointed here.` }],
        fixes: [drawOutside(draw, file), withoutGenerator(draw, file)].filter((fix) => fix !== null),
      };
    }
  },
};

/** `generator=masks` goes. */
function withoutGenerator(draw: Call, file: PythonFile): Fix | null {
  const given = file.argument(draw, 'generator');
  const argument = typeof given === 'string' ? null : given.parent;
  if (argument?.type !== 'keyword_argument' || argument.parent !== draw.node.get('arguments')) return null;
  return {
    title: t`Draw from torch’s own stream, which is put back`,
    safe: false,
    edits: () => [removeArgument(file, argument)],
  };
}
