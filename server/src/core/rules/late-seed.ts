/** A seed that runs after the first draw leaves that draw to chance. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { allOf, type Late } from '../effects/summary.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import { seedMove } from '../seeding/moves.ts';
import { seedBlock } from '../seeding/seed-block.ts';
import { explain } from '../seeding/seeds.ts';
import type { Fix } from '../text/edit.ts';
import { onOneLine } from '../text/excerpts.ts';
import { t, translate } from '../text/language.ts';

export const lateSeed: Rule = {
  name: 'late-seed',
  severity: { none: null, seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.1.0',
  shows: ['late-seed'],
  summary: 'A stream is drawn before the program seeds it.',
  why: `A seed does nothing for what was drawn before it. Most often these are the initial weights: a layer draws them when it
is constructed, so a model made before \`torch.manual_seed\` starts elsewhere in every run, however well the rest is seeded.

Seedwise follows execution, not source order: a \`set_seed\` defined at the top of the file and called at its end is late.`,
  never: [
    'Weights that a checkpoint overwrites before anything is trained, or that are drawn anew after the seed.',
    'A generator that is made before the seed and iterated after it.',
    'A draw that is only compared with itself, or looked at for its shape; a restored state, which is no seed that comes late.',
    'The construction of a DataLoader: only iterating it draws.',
    'A second seed, as in an evaluation function, and a seed after a conditional one.',
    'A seed at the end of the file in a function that runs first.',
    'A draw that only makes a name, a port, a delay or the seed.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/notes/randomness.html'],
  examples: [
    {
      title: 'The weights are drawn first',
      bad: `import torch
from torch import nn

model = nn.Linear(8, 2)
#       ^^^^^^^^^ late-seed warning: before
torch.manual_seed(0)
print(model(torch.randn(1, 8)))
`,
      good: `import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(8, 2)
print(model(torch.randn(1, 8)))
`,
    },
    {
      title: 'Execution order, not source order',
      bad: `import torch
from torch import nn


def set_seed(seed):
    torch.manual_seed(seed)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)
        #         ^^^^^^^^^ late-seed warning: before


def main(seed=0):
    net = Net()
    set_seed(seed)
    return net


if __name__ == '__main__':
    main()
`,
      good: `import torch
from torch import nn


def set_seed(seed):
    torch.manual_seed(seed)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)


def main(seed=0):
    set_seed(seed)
    net = Net()
    return net


if __name__ == '__main__':
    main()
`,
    },
  ],
  *check(file, project) {
    const late = project.summary?.late ?? {};
    const all = STREAMS.flatMap((stream) => allOf(late[stream]).map((found) => ({ stream, found })));
    for (const { stream, found } of all) {
      const { start, end } = project.places.anchor(found.exposure);
      const seed = project.places.anchor(found.seed);
      yield {
        start,
        end,
        subject: stream,
        message: t`\`${onOneLine(file.read({ start, end }))}\` draws from ${translate(streamRow(stream).generator)} before \`${onOneLine(file.read(seed))}\` seeds it.`,
        related: [{ ...seed, message: t`The seed comes too late for the draw.` }, ...explain(found.exposure, project)],
        fixes: () => repairs(file, project, found),
      };
    }
  },
};

function repairs(file: PythonFile, project: Project, late: Late): Fix[] {
  const move = seedMove(file, project, late.seed, late.exposure);
  if (move) return [{ title: t`Move \`${onOneLine(file.read(move.statement))}\` up`, safe: false, edits: move.edits }];
  const block = seedBlock(file, project, false);
  return block ? [{ title: t`Insert \`${block.call}\``, safe: false, edits: () => block.edits() }] : [];
}
