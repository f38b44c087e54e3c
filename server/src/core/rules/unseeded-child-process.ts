/** A process that is started anew knows nothing of the seeds of the one that starts it. */
import { insertBefore } from '../fix.ts';
import { spellAll } from '../imports.ts';
import type { Stream } from '../knowledge.ts';
import type { Node, PythonFile } from '../model.ts';
import type { Project } from '../project.ts';
import type { Fix, Rule } from '../rule.ts';
import { ALL_STREAMS, GENERATOR, nodeAt, SEED_FUNCTION, seedValueAt } from '../seeding.ts';
import type { Child } from '../summary.ts';

export const unseededChildProcess: Rule = {
  name: 'unseeded-child-process',
  severity: { none: null, seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  summary: 'A started process draws random numbers that the program’s seeds do not reach.',
  why: `\`torch.multiprocessing.spawn\` and a \`Process\` under the start method \`spawn\` start a fresh interpreter: no
generator of the parent comes along, and what the target draws first, mostly the initial weights, differs in every run.

Under \`fork\` the states of numpy and torch are inherited, but Python reseeds its \`random\` from entropy in the child.`,
  never: [
    'A target that seeds what it draws itself.',
    'A program that never seeds: it is told so as a whole.',
    'A forked process that draws from numpy or torch only.',
    'A target that draws nothing.',
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
    torch.manual_seed(0)
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
    for (const stream of ALL_STREAMS) {
      const child = children[stream];
      if (!child?.seed) continue;
      const { start, end } = project.anchor(child);
      yield {
        start,
        end,
        subject: stream,
        message: `The process that \`${file.read({ start, end })}\` starts draws from ${GENERATOR[stream]}, which it does not seed.`,
        related: [
          { ...project.locate(child.draw.site), message: 'It draws here.' },
          { ...project.locate(child.seed.site), message: 'This seed does not reach it.' },
        ],
        fixes: repair(file, project, child, stream),
      };
    }
  },
};

/** Seeds at the top of the target, where it is a function of this file and the seed can be written in it. */
function repair(file: PythonFile, project: Project, child: Child, stream: Stream): Fix[] {
  const target = targetOf(file, child, project);
  const statement = target?.get('body')?.children[0];
  if (!target || !statement) return [];
  const value = handedOn(file, project, child, target) ?? seedValueAt(file, statement);
  const name = file.read(target.get('name') ?? target);
  return [
    {
      title: `Seed \`${SEED_FUNCTION[stream]}\` at the top of \`${name}\``,
      safe: false,
      edits: () => {
        const { texts, edits } = spellAll(file, [SEED_FUNCTION[stream]]);
        return [...edits, insertBefore(file, statement, [`${texts[0]}(${value})`])];
      },
    },
  ];
}

/** `args.seed` means the same in a target that gets `args`. */
function handedOn(file: PythonFile, project: Project, child: Child, target: Node): string | null {
  const seed = child.seed && project.locate(child.seed.site);
  const call = seed?.path === file.path ? nodeAt(file, seed).enclosing('call') : null;
  const value = call?.get('arguments')?.children[0];
  const text = value && file.read(value);
  const root = text ? /^(\w+)(\.\w+)*$/.exec(text)?.[1] : undefined;
  const owner = file.scopes.byNode.get(target)?.owner;
  const names = owner && 'parameters' in owner ? owner.parameters.map((parameter) => parameter.name) : [];
  return text && root && names.includes(root) ? text : null;
}

function targetOf(file: PythonFile, child: Child, project: Project): Node | undefined {
  const callee = nodeAt(file, project.locate(child.site));
  const node = callee.type === 'call' ? callee : callee.enclosing('call');
  const passed = node?.get('arguments')?.children ?? [];
  for (const argument of passed) {
    const target = file.functionOf(file.qualify(argument.get('value') ?? argument));
    if (target) return target.node;
  }
  return undefined;
}
