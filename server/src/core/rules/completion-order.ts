/** Results that are taken as they finish come in another order in every run. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { removeArgument, replace } from '../edits/edit-text.ts';
import { type Finishing, finishesIn } from '../knowledge/values.ts';
import { startsWorkers } from '../lowering/loader-arguments.ts';
import { DATA_LOADERS } from '../lowering/values.ts';
import { Order, type OrderUse, placeOfUse, quoteOf } from '../ordering/order.ts';
import type { Call } from '../python/call.ts';
import type { Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { walk } from '../syntax/parse.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const completionOrder: Rule = {
  name: 'completion-order',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  shows: ['order'],
  summary: 'Something depends on the order in which results are ready.',
  why: `\`as_completed\`, \`imap_unordered\` and the set that \`wait\` calls done give results as threads and processes finish, and
a \`DataLoader\` with \`in_order=False\` gives batches as its workers do. That order depends on the load of the machine: what is
appended, numbered, written or trained on in it is another sequence in every run, whatever the seed.

\`imap\` and a loop over the futures themselves give the same results in the order in which they were asked for, and the work is
done side by side as before.`,
  never: [
    'Results that are put into a dictionary or a list at a place of their own.',
    'Results that are sorted later, or counted.',
    'A loop that treats each result by itself.',
    'Results that go where nobody can follow them.',
    'A loader with `in_order=False` that has no workers, or whose batches nothing is trained on.',
    'Files that never reach a machine-learning library.',
  ],
  references: [
    'https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.as_completed',
    'https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool.imap_unordered',
    'https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader',
  ],
  examples: [
    {
      title: 'Samples in the order of threads',
      bad: `from concurrent.futures import ThreadPoolExecutor, as_completed

import torch
from torch.utils.data import TensorDataset


def dataset(load, names):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(load, name) for name in names]
        samples = [job.result() for job in as_completed(jobs)]
        #                                  ^^^^^^^^^^^^ completion-order information: as they finish
    return TensorDataset(torch.stack(samples))
`,
      good: `from concurrent.futures import ThreadPoolExecutor, as_completed

import torch
from torch.utils.data import TensorDataset


def dataset(load, names):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(load, name) for name in names]
        samples = [job.result() for job in jobs]
    return TensorDataset(torch.stack(samples))
`,
    },
    {
      title: 'Rows in the order of processes',
      bad: `from multiprocessing import Pool

import torch


def features(embed, paths):
    with Pool(4) as pool:
        rows = list(pool.imap_unordered(embed, paths))
        #                ^^^^^^^^^^^^^^ completion-order information: \`rows[:100]\`
    return torch.stack(rows[:100])
`,
      good: `from multiprocessing import Pool

import torch


def features(embed, paths):
    with Pool(4) as pool:
        rows = list(pool.imap(embed, paths))
    return torch.stack(rows[:100])
`,
    },
  ],
  *check(file, project) {
    if (!project.reachesMl) return;
    for (const call of file.allCalls) {
      const isOwn = call.name?.startsWith('#') === true;
      const finishing = finishesIn(call.name) ?? (isOwn ? undefined : finishesIn(call.method));
      const use = finishing ? orderUse(call, finishing, file, project) : null;
      if (finishing && use) yield reportOf(call, finishing, use, file, project);
      else if (call.name !== null && DATA_LOADERS.has(call.name)) yield* loaderReport(call, file, project);
    }
  },
};

function orderUse(call: Call, finishing: Finishing, file: PythonFile, project: Project): OrderUse | null {
  const order = new Order(file, project, { hasOneElement: true, isDistinct: true, isIndependent: () => false });
  if (finishing.in.length === 0) return order.use(call.node);
  for (const step of finishing.in) {
    const use = order.use(call.node, step);
    if (use) return use;
  }
  return null;
}

function reportOf(call: Call, finishing: Finishing, use: OrderUse, file: PythonFile, project: Project): Report {
  const token = call.callee.get('attribute') ?? call.callee;
  const what = quoteOf(use.file.read(use.node), t`the program`);
  return {
    start: token.start,
    end: token.end,
    message: t`\`${file.read(token)}\` gives results as they finish, and ${what} depends on their order.`,
    related: [placeOfUse(use, file)],
    fixes: () => repair(call, token, finishing, file, project),
  };
}

/** A list or a dictionary of futures, which is iterated in the order in which they were made. */
const keepsOrder: Fact = ({ node, access }) =>
  access.length === 0 && /^(list|tuple|list_comprehension|dictionary|dictionary_comprehension)$/.test(node.type)
    ? true
    : undefined;

function repair(call: Call, token: Node, { instead }: Finishing, file: PythonFile, project: Project): Fix[] {
  const safe = false;
  if (instead === 'imap') return [{ title: t`Use \`imap\``, safe, edits: () => [replace(token, 'imap')] }];
  const [given, ...others] = call.node.get('arguments')?.children ?? [];
  const isPlain = given?.type === 'identifier' && others.length === 0;
  if (instead !== 'argument' || !isPlain || !project.values.always(keepsOrder, project.values.value(given))) return [];
  const title = t`Take the results in the order of submission`;
  return [{ title, safe, edits: () => [replace(call.node, file.read(given))] }];
}

/** Batches come as workers finish them, and something is trained on them in that order. */
function* loaderReport(call: Call, file: PythonFile, project: Project): Generator<Report> {
  const given = file.argument(call, 'in_order');
  if (typeof given === 'string' || file.constant(given) !== false) return;
  if (!startsWorkers(file, call)) return;
  const { values } = project;
  let step: Node | null = null;
  values.findUse((value) => {
    const { node } = value;
    const { parent } = node;
    const outer = parent?.type === 'argument_list' ? parent.parent : null;
    // `enumerate(loader)` and a bar of progress go through it batch by batch.
    if (outer && /^(for_statement)$/.test(outer.parent?.type ?? '')) return [{ ...value, node: outer }];
    if (parent?.type !== 'for_statement' || node.field !== 'right') return undefined;
    step ??= trainingStep(parent, file);
    return step !== null;
  }, values.value(call.node));
  const argument = given.parent;
  if (!step || !argument) return;
  const { start, end } = step;
  yield {
    start: argument.start,
    end: argument.end,
    message: t`\`in_order=False\` gives batches as workers finish them, and the model is trained in that order.`,
    related: [{ start, end, message: t`A step is taken here.` }],
    fixes: [{ title: t`Remove \`in_order\``, safe: false, edits: () => [removeArgument(file, argument)] }],
  };
}

function trainingStep(loop: Node, file: PythonFile): Node | null {
  let found: Node | null = null;
  walk(loop.get('body') ?? loop, (node) => {
    if (!found && node.type === 'call' && file.call(node).method === 'backward') found = node;
    return !found;
  });
  return found;
}
