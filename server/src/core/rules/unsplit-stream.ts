/** An iterable dataset that never asks for its worker: each worker hands out all of it. */

import type { Rule } from '../contract/rule.ts';
import { loaderCalls } from '../loading/worker-seeds.ts';
import { isLeftOut, loaderArgument } from '../lowering/loader-arguments.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { t } from '../text/language.ts';

export const unsplitStream: Rule = {
  name: 'unsplit-stream',
  severity: { none: 'information', seeded: 'information', deterministic: 'information' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'An iterable dataset that never asks for its worker gives each item once for each worker.',
  why: `A DataLoader copies an \`IterableDataset\` into each of its workers, and each copy hands out all of it unless \`__iter__\` asks
\`torch.utils.data.get_worker_info()\` which share is its own, or a \`worker_init_fn\` gives each copy its share. With
\`num_workers=4\` every item comes four times in an epoch, and an epoch has another length than with \`num_workers=0\`.`,
  never: [
    '`__iter__` asks `get_worker_info`, itself, in a method, or in a function it calls.',
    'A `worker_init_fn`, which may give each worker its share.',
    'No workers, or one.',
    'A number of workers that only the run knows.',
    'A Dataset with `__getitem__`.',
    'Items that are drawn, as in an endless loop: each worker draws others.',
    'An `__iter__` that is inherited from a library’s class.',
    'A helper of another file that asks.',
    'A loader of another library, or of another dataset.',
    'An iterable dataset that no loader takes.',
    'A base class of the project’s that asks.',
    'A dataset that `__iter__` hands to one that asks.',
  ],
  references: ['https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset'],
  examples: [
    {
      title: 'Each line four times',
      bad: `from torch.utils.data import DataLoader, IterableDataset


class Lines(IterableDataset):
    def __init__(self, path):
        self.path = path

    def __iter__(self):
        with open(self.path) as lines:
            yield from lines


loader = DataLoader(Lines("train.txt"), batch_size=8, num_workers=4)
#                                                     ^^^^^^^^^^^^^ unsplit-stream information: each item comes once
`,
    },
  ],
  *check(file, project) {
    for (const loader of loaderCalls(file)) {
      const workers = loaderArgument(file, loader, 'num_workers');
      const dataset = file.argument(loader, 'dataset', 0);
      if (typeof workers === 'string' || typeof dataset === 'string') continue;
      if (!isLeftOut(loaderArgument(file, loader, 'worker_init_fn')) || !isSeveral(workers, file)) continue;
      const made = classOf(dataset, file);
      if (made === null || !project.classes.isUnsplit(made)) continue;
      const { start, end } = workers.parent?.type === 'keyword_argument' ? workers.parent : workers;
      yield {
        start,
        end,
        message: t`\`${made.slice(made.lastIndexOf('.') + 1).replace('#', '')}\` never asks for its worker, so each item comes once for each worker.`,
      };
    }
  },
};

/** More than one worker, whatever the name stands for. */
function isSeveral(workers: Node, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  return evaluator.always(({ node, file: home, access }) => {
    const count = access.length === 0 ? home.constant(node) : undefined;
    return typeof count === 'number' ? count > 1 : undefined;
  }, evaluator.value(workers));
}

/** The class that the dataset is made of, where the code shows one. */
function classOf(dataset: Node, file: PythonFile): string | null {
  const evaluator = evaluatorOf(file);
  const [only, ...others] = evaluator.origins(evaluator.value(dataset)).values;
  const isMade = only?.file === file && only.access.length === 0 && others.length === 0 && only.node.type === 'call';
  return isMade ? file.call(only.node).name : (file.constructionOf(dataset)?.name ?? null);
}
