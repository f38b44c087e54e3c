/** Operations whose CUDA kernels add in whatever order the threads arrive. */
import { indexPutFix } from '../equivalents.ts';
import { helperOffset, insertStatement, spell } from '../imports.ts';
import { behaviourAt } from '../knowledge.ts';
import type { PythonFile } from '../model.ts';
import { isOnCpu, type OpCall, opCalls, runsWithoutGradient } from '../ops.ts';
import type { Project } from '../project.ts';
import type { Fix, Rule } from '../rule.ts';

const FLAG = 'torch.use_deterministic_algorithms';

export const nondeterministicOp: Rule = {
  name: 'nondeterministic-op',
  severity: { none: 'information', seeded: 'information', deterministic: 'warning' },
  inLibraries: true,
  since: '0.1.0',
  summary: 'An operation that gives other bits in every run on CUDA.',
  why: `Some CUDA kernels add floating-point numbers in whatever order their threads arrive. Addition rounds, so the sum
depends on the order, and the same program gives other bits in every run; after some training steps the difference shows.
Many of these kernels are in the backward pass only.

For most of them newer versions of PyTorch have a deterministic kernel that \`torch.use_deterministic_algorithms(True)\`
switches on; for the others that flag makes the call raise. Which operation does what in which version is in Seedwise’s
table; without a version the newest torch is assumed.`,
  never: [
    'Operations whose arguments choose a deterministic kernel: nearest interpolation, adaptive average pooling to size 1, `EmbeddingBag` by sum or mean, `F.pad` with a constant.',
    'Operations that are deterministic anyway: 2-D max pooling, average pooling in one or two dimensions, `bincount` without weights.',
    'A program that sets `torch.use_deterministic_algorithms(True)`, where the newest torch then has a deterministic kernel.',
    'Backward passes under `no_grad` or `inference_mode`.',
    'Functions of numpy, pandas and other libraries, and methods of the file’s own classes, that have the same name.',
    'A tensor made with `device="cpu"`.',
    'Arguments that only the run decides.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html',
    'https://docs.pytorch.org/docs/stable/notes/randomness.html#avoiding-nondeterministic-algorithms',
  ],
  examples: [
    {
      title: 'Colliding indices',
      bad: `import torch


def aggregate(messages, index, nodes):
    out = torch.zeros(nodes, messages.size(1), device=messages.device)
    out.index_add_(0, index, messages)
    #   ^^^^^^^^^^ nondeterministic-op information: on CUDA
    return out
`,
      good: `import torch


def aggregate(messages, index, nodes):
    out = torch.zeros(nodes, messages.size(1), device=messages.device)
    out.index_put_((index,), messages, accumulate=True)
    return out
`,
    },
    {
      title: 'A module that the flag does not help',
      bad: `import torch
from torch import nn

torch.use_deterministic_algorithms(True)
pool = nn.AdaptiveMaxPool2d(7)
#      ^^^^^^^^^^^^^^^^^^^^ nondeterministic-op warning: raises
`,
    },
  ],
  *check(file, project) {
    const flag = project.deterministicAlgorithms;
    const seen = new Set<number>();
    for (const use of opCalls(file)) {
      const { op, call, written, span } = use;
      const under = behaviourAt(op, null);
      if (op.report !== 'always' || !under || !(under.nondeterministic ?? op.nondeterministic)) continue;
      if (!op.devices.includes('cuda') || seen.has(span.start)) continue;
      if (flag !== 'off' && under.flag === 'deterministic') continue;
      if (op.pass === 'backward' && runsWithoutGradient(call.node, file)) continue;
      if (isOnCpu(call, file)) continue;
      seen.add(span.start);
      const raises = flag === 'strict' && under.flag === 'error';
      const where = op.pass === 'backward' ? 'in its backward pass on CUDA' : 'on CUDA';
      yield {
        ...span,
        subject: op.api,
        message: raises
          ? `\`${written}\` raises ${where}: it has no deterministic kernel there.`
          : `\`${written}\` is not repeatable ${where}: ${op.reason}.`,
        fixes: repairs(file, project, use),
      };
    }
  },
};

function repairs(file: PythonFile, project: Project, { call, op }: OpCall): Fix[] {
  const fixes: Fix[] = [];
  const equivalent = indexPutFix(file, call);
  if (equivalent) fixes.push(equivalent);
  const isSwitched = behaviourAt(op, null)?.flag === 'deterministic';
  if (isSwitched && project.isProgram && project.deterministicAlgorithms === 'off') fixes.unshift(switchOn(file));
  return fixes;
}

/** Switches deterministic algorithms on where the program starts. */
function switchOn(file: PythonFile): Fix {
  return {
    title: 'Add `torch.use_deterministic_algorithms(True)`',
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, FLAG, helperOffset(file));
      return [...edits, insertStatement(file, `${text}(True)`)];
    },
  };
}
