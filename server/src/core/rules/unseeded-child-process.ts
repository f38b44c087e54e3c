/** A process that is started anew knows nothing of the seeds of the one that starts it. */

import type { Rule } from '../contract/rule.ts';
import { allOf } from '../effects/summary.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS } from '../knowledge/tables.ts';
import { seedTarget } from '../seeding/processes.ts';
import { t, translate } from '../text/language.ts';

export const unseededChildProcess: Rule = {
  name: 'unseeded-child-process',
  severity: { none: null, seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  supersedes: ['incomplete-determinism'],
  since: '0.2.0',
  shows: ['unseeded-stream', 'worker-stream'],
  summary: 'A started process draws random numbers that the program’s seeds do not reach.',
  why: `\`torch.multiprocessing.spawn\` and a \`Process\` under the start method \`spawn\` start a fresh interpreter: no
generator of the parent comes along, and what the target draws first, mostly the initial weights, differs in every run.

Under \`fork\` the states of numpy and torch are inherited, but Python reseeds its \`random\` from entropy in the child. The
workers of joblib, Ray, Flower’s simulation and Dask know nothing of the program that asks them: not even what its main file
does when it is imported.`,
  never: [
    'A target that seeds what it draws itself.',
    'A program whose main file seeds outside of its guard, itself or by what it imports: a process that is started anew imports it once more.',
    'A program that never seeds: it is told so as a whole.',
    'A forked process that draws from numpy or torch only.',
    'A target that draws nothing.',
    'A group of joblib that is asked for one job, or for threads.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/multiprocessing.html#spawning-subprocesses',
    'https://github.com/python/cpython/blob/main/Lib/multiprocessing/popen_fork.py',
  ],
  examples: [
    {
      title: 'The weights are made in the child',
      bad: `import torch
import torch.multiprocessing as mp


def worker(rank):
    model = torch.nn.Linear(4, 2)
    print(rank, model)


if __name__ == '__main__':
    torch.manual_seed(0)
    mp.spawn(worker, nprocs=2)
    #^^^^^^^ unseeded-child-process warning: \`mp.spawn\`
`,
      good: `import torch
import torch.multiprocessing as mp


def worker(rank):
    torch.manual_seed(rank)
    model = torch.nn.Linear(4, 2)
    print(rank, model)


if __name__ == '__main__':
    torch.manual_seed(0)
    mp.spawn(worker, nprocs=2)
`,
    },
  ],
  *check(file, project) {
    const children = project.summary?.children ?? {};
    const all = STREAMS.flatMap((stream) => allOf(children[stream]).map((child) => ({ stream, child })));
    for (const { stream, child } of all) {
      if (!child.seed) continue;
      const { start, end } = project.places.anchor(child);
      yield {
        start,
        end,
        subject: stream,
        message: t`The process that \`${file.read({ start, end })}\` starts draws from ${translate(streamRow(stream).generator)}, which it does not seed.`,
        related: [
          { ...project.places.locate(child.draw.site), message: t`It draws here.` },
          { ...project.places.locate(child.seed.site), message: t`This seed does not reach it.` },
        ],
        fixes: () => seedTarget(file, project, child, stream),
      };
    }
  },
};
