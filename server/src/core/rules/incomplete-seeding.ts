/** A program that draws from a generator nothing seeds gives other numbers in every run. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { allOf, type Exposure } from '../effects/summary.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import { seedTarget } from '../seeding/processes.ts';
import { seedBlock } from '../seeding/seed-block.ts';
import { explain, seedBeside } from '../seeding/seeds.ts';
import type { Fix } from '../text/edit.ts';
import { onOneLine } from '../text/excerpts.ts';
import { phrase, t, translate } from '../text/language.ts';

export const incompleteSeeding: Rule = {
  name: 'incomplete-seeding',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.1.0',
  shows: ['unseeded-stream', 'worker-stream', 'late-seed'],
  summary: 'The program draws from a stream of random numbers that nothing seeds.',
  why: `Python’s \`random\`, numpy and torch each have a global generator of their own; seeding one leaves the others alone.
\`torch.manual_seed\` seeds torch on every device, CUDA included, and neither \`random\` nor numpy. Some libraries keep a global generator of their own beside these: Polars, Dask,
DGL, CuPy, TensorFlow, and what Numba compiles, where a seed works inside of compiled code only. OpenCV’s starts from a
constant in every process.

Seedwise follows the program from its entry point, in execution order, through its functions and classes, and reports
the first draw from each stream that nothing seeds.`,
  never: [
    'Library modules: seeding is the program’s business. Beside other files, a main guard that only shows a network is no program.',
    'Files that never reach torch or another machine-learning library, and tests.',
    'A stream that is imported and never drawn from; numpy used for arrays only.',
    'A stream seeded in `main()`, in `__init__`, by a helper, by a framework’s helper, or by something that cannot be read but is named like a seeder.',
    'A stream seeded by a file that a notebook runs by `%run`, which may also be one that is not found.',
    'A seed that is conditional, such as `if args.seed is not None:`.',
    '`torch.manual_seed` without its CUDA twins: it seeds every device.',
    'Draws in DataLoader workers, which are seeded from torch’s generator.',
    'Draws that only make a seed, a name, a port, a delay or colours, or probe a shape.',
    'Initial weights that a checkpoint overwrites before anything is trained.',
    'What a library draws from a generator that starts from a constant, as OpenCV’s does.',
    'A command whose group seeds before it; each command is judged as a program of its own.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/notes/randomness.html'],
  examples: [
    {
      title: 'A helper that leaves numpy out',
      bad: `import random

import numpy as np
import torch
from torch import nn


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)


def main():
    set_seed(0)
    model = nn.Linear(8, 2)
    noise = np.random.randn(8)
    #       ^^^^^^^^^^^^^^^ incomplete-seeding warning: never seeds


if __name__ == '__main__':
    main()
`,
      good: `import random

import numpy as np
import torch
from torch import nn


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)
    np.random.seed(seed)


def main():
    set_seed(0)
    model = nn.Linear(8, 2)
    noise = np.random.randn(8)


if __name__ == '__main__':
    main()
`,
    },
    {
      title: 'Nothing is seeded',
      bad: `import torch
from torch import nn

model = nn.Linear(8, 2)
#       ^^^^^^^^^ incomplete-seeding information: \`nn.Linear\`
`,
      good: `import torch
from torch import nn


def seed_everything(seed):
    torch.manual_seed(seed)


seed_everything(42)

model = nn.Linear(8, 2)
`,
    },
  ],
  *check(file, project) {
    const { exposed = {}, may = {} } = project.summary ?? {};
    const all = STREAMS.flatMap((stream) => allOf(exposed[stream]).map((found) => ({ stream, found })));
    for (const { stream, found } of all) {
      if (found.marked || (stream in may && !found.alone)) continue;
      const exposure = found.first ?? found;
      const { start, end } = project.places.anchor(exposure);
      yield {
        start,
        end,
        subject: stream,
        message: translate(
          stream in may
            ? phrase`\`{0}\` draws from {1}, which this command never seeds.`
            : phrase`\`{0}\` draws from {1}, which this program never seeds.`,
          onOneLine(file.read({ start, end })),
          translate(streamRow(stream).generator),
        ),
        // A command that seeds nothing has promised nothing, whatever its neighbours do.
        ...(found.alone === 'none' ? { severity: 'information' as const } : {}),
        related: explain(exposure, project),
        fixes: () => repairs(file, project, exposure, stream),
      };
    }
  },
};

function repairs(file: PythonFile, project: Project, exposure: Exposure, stream: Stream): Fix[] {
  // A draw in a process of its own is out of reach of any seed here.
  const child = project.summary?.children[stream];
  if (child && child.draw.site.site === exposure.site.site && child.draw.site.path === exposure.site.path) {
    return seedTarget(file, project, child, stream);
  }
  const beside = seedBeside(project, exposure, stream);
  if (beside) return [beside];
  return [false, true].flatMap((deterministic): Fix[] => {
    const block = seedBlock(file, project, deterministic);
    if (!block) return [];
    const title = deterministic
      ? t`Insert \`${block.call}\` with deterministic algorithms`
      : t`Insert \`${block.call}\``;
    return [{ title, safe: false, edits: () => block.edits() }];
  });
}
