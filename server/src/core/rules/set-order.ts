/** A set of strings is iterated in another order in every process. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { addArguments } from '../edits/edit-text.ts';
import { Order, placeOfUse, quoteOf } from '../ordering/order.ts';
import { holdsNumbers, isMadeApart, sequencesIn, sortSet } from '../ordering/sets.ts';
import { openRows } from '../ordering/unordered-rows.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { startBehindStar } from '../python/links.ts';
import { t } from '../text/language.ts';

export const setOrder: Rule = {
  name: 'set-order',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  shows: ['order'],
  summary: 'An index, a split or a file depends on the order of a set.',
  why: `Python hashes strings with a key that it draws anew in every process, so a set of strings is iterated in another
order in every run. Seeds do not reach that key: \`PYTHONHASHSEED\` would, set before the interpreter starts. A vocabulary
numbered in that order gives every word another row of the embedding, and a checkpoint no longer fits.

\`sorted(...)\` fixes the order. Whole numbers hash to themselves, so sets of them do not change between runs.

The rows that Polars’ \`group_by\` and \`unique\` give have another order in every process, too, unless \`maintain_order=True\`.`,
  never: [
    'A set that is sorted when it becomes a sequence, or whose list is sorted later.',
    'A set that is only counted, tested for membership, or combined with other sets.',
    'A loop that treats each element by itself.',
    'A set that is saved as a set.',
    'A set of numbers, however they got there: literals, `range`, `int(...)`, `.tolist()`, through functions, fields and tuples, by their type or a name such as `indices`.',
    'Elements that are paired with what was made of them in the same order.',
    'One element of a set, such as `next(iter(names))`, and a list that goes where nobody can follow it.',
    'Rows of Polars that keep their order or are sorted, and those that are only counted or joined.',
    'Files that never reach a machine-learning library.',
  ],
  references: [
    'https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED',
    'https://docs.python.org/3/reference/datamodel.html#object.__hash__',
  ],
  examples: [
    {
      title: 'A vocabulary',
      bad: `import torch

text = open('corpus.txt').read()
index = {word: i for i, word in enumerate(set(text.split()))}
#                                         ^^^^^^^^^^^^^^^^^ set-order information: another order
tokens = torch.tensor([index[word] for word in text.split()])
`,
      good: `import torch

text = open('corpus.txt').read()
index = {word: i for i, word in enumerate(sorted(set(text.split())))}
tokens = torch.tensor([index[word] for word in text.split()])
`,
    },
    {
      title: 'Labels',
      bad: `import torch


def encode(names):
    classes = list(set(names))
    #              ^^^^^^^^^^ set-order information: \`classes.index(name)\`
    return torch.tensor([classes.index(name) for name in names])
`,
      good: `import torch


def encode(names):
    classes = sorted(set(names))
    return torch.tensor([classes.index(name) for name in names])
`,
    },
  ],
  *check(file, project) {
    if (!project.reachesMl) return;
    yield* rowsReports(file, project);
    // Each place with all others that come from the same set.
    const points = new Map<Node, Set<Node>>();
    const { values } = project;
    for (const places of sequencesIn(file, values).values()) {
      for (const each of places) points.set(each, new Set([...(points.get(each) ?? []), ...places]));
    }
    for (const [point, places] of [...points].sort(([a], [b]) => a.start - b.start)) {
      const use = new Order(file, project, {
        hasOneElement: true,
        isDistinct: true,
        isIndependent: (other, ordered) => isMadeApart(other, new Set([...places, ...ordered]), values),
      }).use(point);
      if (!use || holdsNumbers(point, file, values)) continue;
      const start = startBehindStar(point, file);
      yield {
        start,
        end: point.end,
        message: t`${quoteOf(file.read({ start, end: point.end }), t`This set`)} has another order in every run if it holds strings, and ${quoteOf(use.file.read(use.node), t`the program`)} depends on it.`,
        related: [placeOfUse(use, file)],
        fixes: [{ title: t`Sort the set`, safe: false, edits: () => sortSet(point, file) }],
      };
    }
  },
};

function* rowsReports(file: PythonFile, project: Project): Iterable<Report> {
  for (const { call, use, keptBy } of openRows(file, project)) {
    const token = call.callee.get('attribute') ?? call.callee;
    const what = quoteOf(use.file.read(use.node), t`the program`);
    yield {
      start: token.start,
      end: token.end,
      message: t`\`${file.read(token)}\` gives its rows in another order in every run, and ${what} depends on it.`,
      related: [placeOfUse(use, file)],
      fixes: [
        {
          title: t`Pass \`${keptBy}=True\``,
          safe: false,
          edits: () => addArguments(file, call, [`${keptBy}=True`]),
        },
      ],
    };
  }
}
