/** Workers draw from a generator that nobody seeds for them: each has the same copy of it. */

import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { passing } from '../loading/loaders.ts';
import { unseededDraw, type WorkerDraw } from '../loading/worker-draws.ts';
import { seedingPart } from '../loading/worker-functions.ts';
import { loaderCalls } from '../loading/worker-seeds.ts';
import { isLeftOut, loaderArgument, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Fix } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';

const SEVERITY = { none: 'information', seeded: 'warning', deterministic: 'warning' } as const;

export const unseededWorkers: Rule = {
  name: 'unseeded-workers',
  severity: SEVERITY,
  inLibraries: false,
  since: '0.3.0',
  shows: ['worker-stream'],
  summary: 'The workers of a DataLoader draw from a generator that is not seeded for them.',
  why: `A DataLoader seeds torch and Python’s \`random\` anew in each worker and each epoch, and numpy’s global generator since torch
1.9. What it does not seed is copied into every worker as it is: the workers then draw the same numbers, so that samples of
different workers get the same augmentation, and each epoch draws them again.

Before torch 1.9 that is numpy’s global generator. In any version it is a library that draws from generators of its own:
albumentations does since 1.4.21, where each transform makes its generators when it is constructed, from fresh entropy if
\`A.Compose\` has no \`seed=\`. A \`seed=\` repeats runs, but the workers stay alike. Seeding numpy and \`random\` in the
\`worker_init_fn\` does not reach these generators: it has to call \`set_random_seed\` on the worker’s own copy.`,
  never: [
    '`num_workers=0`, or no `num_workers` at all.',
    'A loader with a `worker_init_fn`.',
    'Global `random` and torch, in any version, and global `np.random` since torch 1.9 or where nobody says which torch it is.',
    'A dataset that draws in `__init__` only, as for a split.',
    'Albumentations before 1.4.21, which draws from Python’s `random`.',
    'A pipeline that does the same to every sample, such as `A.Resize` and `A.Normalize`.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/data.html#randomness-in-multi-process-data-loading',
    'https://github.com/pytorch/pytorch/pull/56488',
    'https://github.com/albumentations-team/albumentations/releases/tag/1.4.21',
  ],
  examples: [
    {
      title: 'Augmentations with generators of their own',
      bad: `import albumentations as A
import torch
from torch.utils.data import DataLoader, Dataset


class Cars(Dataset):
    def __init__(self, images, transform):
        self.images = images
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(image=self.images[index])["image"]


def main(images):
    torch.manual_seed(7)
    cars = Cars(images, A.Compose([A.HorizontalFlip()]))
    return DataLoader(cars, batch_size=8, num_workers=4)
    #                                     ^^^^^^^^^^^^^ unseeded-workers warning: \`A.Compose\`


if __name__ == "__main__":
    main(torch.load("cars.pt"))
`,
      good: `import albumentations as A
import torch
from torch.utils.data import DataLoader, Dataset


def seed_worker(worker_id):
    dataset = torch.utils.data.get_worker_info().dataset
    dataset.transform.set_random_seed(torch.initial_seed() % 2**32)


class Cars(Dataset):
    def __init__(self, images, transform):
        self.images = images
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.transform(image=self.images[index])["image"]


def main(images):
    torch.manual_seed(7)
    cars = Cars(images, A.Compose([A.HorizontalFlip()]))
    return DataLoader(cars, batch_size=8, num_workers=4, worker_init_fn=seed_worker)


if __name__ == "__main__":
    main(torch.load("cars.pt"))
`,
    },
  ],
  *check(file, project) {
    if (!project.isInProgram) return;
    for (const loader of loaderCalls(file)) {
      const given = loaderArgument(file, loader, 'worker_init_fn');
      if (!startsWorkers(file, loader) || !isLeftOut(given)) continue;
      const draw = unseededDraw(loader, file, project);
      if (!draw || (draw.library !== undefined && draw.library === loaderRow(loader.name)?.reseeds)) continue;
      const workers = loaderArgument(file, loader, 'num_workers');
      const isHere = typeof workers !== 'string' && workers.start > loader.node.start && workers.end < loader.node.end;
      const { start, end } = !isHere
        ? loader.callee
        : workers.parent?.type === 'keyword_argument'
          ? workers.parent
          : workers;
      yield {
        start,
        end,
        // A module that a program reaches is judged as the program is.
        severity: SEVERITY[project.promise],
        message: messageOf(draw, project),
        related: [{ ...draw.site, message: draw.from === 'numpy' ? t`It draws here.` : t`The pipeline stands here.` }],
        fixes: () => repairs(draw, loader, file),
      };
    }
  },
};

function messageOf(draw: WorkerDraw, project: Project): Message {
  return draw.from === 'numpy'
    ? t`\`${draw.name}\` draws from numpy’s global generator, which torch ${project.versions.versionOf('torch') ?? ''} does not seed in workers.`
    : t`\`${draw.name}\` has generators of its own, which every worker gets the same copy of.`;
}

function repairs(draw: WorkerDraw, loader: Call, file: PythonFile): Fix[] {
  const part = seedingPart(draw, loader, file);
  const edits = part && passing(file, loader, [part]);
  return edits ? [{ title: t`Seed the workers in a \`worker_init_fn\``, safe: false, edits }] : [];
}
