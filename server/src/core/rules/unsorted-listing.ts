/** A directory listing comes in no fixed order, and what is built from it inherits that. */

import type { Rule } from '../contract/rule.ts';
import { nameFor } from '../knowledge/names.ts';
import {
  findsOne,
  isListing,
  listingSpan,
  listingStart,
  listsAnew,
  sortListing,
  walkIsSorted,
} from '../ordering/listings.ts';
import { Order, placeOfUse, quoteOf } from '../ordering/order.ts';
import { t } from '../text/language.ts';

export const unsortedListing: Rule = {
  name: 'unsorted-listing',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  shows: ['order'],
  summary: 'Something depends on the order of a directory listing.',
  why: `\`os.listdir\`, \`os.scandir\`, \`os.walk\`, \`glob.glob\` and the listings of \`pathlib.Path\` give entries in the order of the
file system, which Python documents as arbitrary: it differs between machines, and after files were copied or unpacked
again. A dataset that is indexed, split or shuffled in that order is another one there, with the same seed.

\`sorted(...)\` fixes the order. \`os.scandir\` needs a \`key\`, since its entries cannot be compared; \`os.walk\` needs
\`dirs.sort()\` in place for the order of the folders, and sorted files.`,
  never: [
    'A listing that is sorted, at once or later, also by `natsorted` or a function whose name says that it sorts.',
    'A listing that is only counted, tested for membership or put in a set.',
    'A loop that treats each file by itself, to convert or to delete it.',
    'Entries that are picked only to be deleted.',
    'The one match of a pattern that begins with a name, such as `glob(stem + ".*")`.',
    'An element of a listing whose length is compared with one, or of which only the shape or size is asked for.',
    'Elements that are only printed, or shown at the end of a cell.',
    'A dictionary by file name, and positions in lists that one loop filled together.',
    'A listing that goes where nobody can follow it, and `glob` of an unknown object.',
    'Files that never reach a machine-learning library.',
  ],
  references: [
    'https://docs.python.org/3/library/os.html#os.listdir',
    'https://docs.python.org/3/library/glob.html#glob.glob',
    'https://docs.python.org/3/library/pathlib.html#pathlib.Path.iterdir',
  ],
  examples: [
    {
      title: 'A dataset in the order of the file system',
      bad: `import os

from torch.utils.data import Dataset


class Images(Dataset):
    def __init__(self, root):
        self.files = [os.path.join(root, name) for name in os.listdir(root) if name.endswith('.png')]
        #                                                  ^^^^^^^^^^ unsorted-listing information: no fixed order

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.files[index]
`,
      good: `import os

from torch.utils.data import Dataset


class Images(Dataset):
    def __init__(self, root):
        self.files = [os.path.join(root, name) for name in sorted(os.listdir(root)) if name.endswith('.png')]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        return self.files[index]
`,
    },
    {
      title: 'Both orders of `os.walk`',
      bad: `import os

import torch


def split(root):
    paths = []
    for folder, dirs, names in os.walk(root):
        #                      ^^^^^^^ unsorted-listing information: \`paths[:100]\`
        for name in names:
            paths.append(os.path.join(folder, name))
    return paths[:100], paths[100:]
`,
      good: `import os

import torch


def split(root):
    paths = []
    for folder, dirs, names in os.walk(root):
        dirs.sort()
        for name in sorted(names):
            paths.append(os.path.join(folder, name))
    return paths[:100], paths[100:]
`,
    },
  ],
  *check(file, project) {
    if (!project.reachesMl) return;
    for (const call of file.allCalls) {
      if (!isListing(call, project.values) || (call.name === nameFor('walks') && walkIsSorted(call, file))) continue;
      const order = new Order(file, project, {
        hasOneElement: findsOne(call, file),
        isDistinct: false,
        isIndependent: (value) => listsAnew(value, call, file, project.values),
      });
      const use = order.use(listingStart(call, file));
      if (!use) continue;
      const span = listingSpan(call, file);
      const what = quoteOf(use.file.read(use.node), t`the program`);
      yield {
        ...span,
        message: t`\`${file.read(span)}\` lists in no fixed order, and ${what} depends on it.`,
        related: [placeOfUse(use, file)],
        fixes: [{ title: t`Sort the listing`, safe: false, edits: () => sortListing(call, file) }],
      };
    }
  },
};
