/** Operations whose CUDA kernels add in whatever order the threads arrive. */
import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { remediesOf } from '../operations/remedies.ts';
import {
  dependsOnVersion,
  type OpUse,
  onePerPlace,
  opUses,
  opVerdict,
  passOf,
  release,
} from '../operations/verdicts.ts';
import { type Message, t, translate } from '../text/language.ts';

export const nondeterministicOp: Rule = {
  name: 'nondeterministic-op',
  severity: { none: 'information', seeded: 'information', deterministic: 'warning' },
  inLibraries: true,
  since: '0.1.0',
  shows: ['kernel'],
  summary: 'An operation that gives other bits in every run on CUDA.',
  why: `Some CUDA kernels add floating-point numbers in whatever order their threads arrive. Addition rounds, so the sum
depends on the order, and the same program gives other bits in every run; after some training steps the difference shows.
Many of these kernels are in the backward pass only.

For most of them newer versions of PyTorch have a deterministic kernel that \`torch.use_deterministic_algorithms(True)\`
switches on; for the others that flag makes the call raise. Which operation does what in which version is in Seedwise’s
table. The project’s version is read from its requirements; where nothing says, the newest is assumed.`,
  never: [
    'Operations whose arguments choose a deterministic kernel: nearest interpolation, adaptive pooling to size 1, `EmbeddingBag` by sum or mean, `F.pad` with a constant.',
    'Operations that are deterministic anyway: 2-D max pooling, average pooling in one or two dimensions, `bincount` without weights, `cumsum` of integers or of several rows.',
    'Sizes that let at most two gradients meet in one element, which add up alike in both orders: windows that do not overlap, or `AvgPool3d` with stride 1 and no padding; parts that divide evenly, or on one axis; mirrored pads on one axis, and pads of 0; interpolation to half the size or less.',
    'Sums of whole numbers, such as counts, also by their names: they are exact in any order.',
    'Indices whose entries all differ, or that have one entry along the dimension: `randperm`, `arange`, the positions of sorted values, numbers written out, `unsqueeze`.',
    'A program that switches deterministic algorithms on, where its PyTorch then has a deterministic kernel; where it has none, `throws-when-deterministic` speaks.',
    'Convolutions, embeddings, attention, and operations that differ only where indices repeat, in programs that do not ask for the same bits.',
    'Losses, unless the code shows that they see pixels.',
    'Backward passes where no gradient is shown to flow: of data from loaders, pictures, targets, arrays, weights read from files, and what is detached; of functions and modules that nobody calls.',
    'Backward passes under `no_grad` or `inference_mode`, also where only other files call the function so; in a dataset, a metric, tests, a branch for evaluation, or a function with a backward of its own; behind the only backward pass; in programs that take none.',
    'Results that are only compared, detached, printed or shown; indices that are not looked at.',
    'Functions of numpy, pandas and other libraries, and methods of the file’s own classes, that have the same name; methods that others have too, unless the code shows a tensor.',
    'A tensor made with `device="cpu"`, or moved there; branches where nothing is on CUDA.',
    'Arguments that only the run decides, unless each value is at fault; of a loop and of callers one is enough.',
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
  ],
  *check(file, project) {
    const differing = opUses(file, project).filter((use) => opVerdict(use, file, project) === 'differs');
    for (const use of onePerPlace(differing)) {
      yield {
        ...use.span,
        subject: use.op.api,
        message: t`\`${use.written}\` is not repeatable ${placeOf(use, project)}: ${translate(use.op.reason)}.`,
        fixes: () => remediesOf(use, file, project),
      };
    }
  },
};

function placeOf(use: OpUse, project: Project): Message {
  const pass = passOf(use);
  const isOlder = use.version !== null && dependsOnVersion(use);
  const where = isOlder ? t`${pass} with ${release(use)}` : pass;
  return project.switches.deterministicAlgorithms === 'strict' ? t`${where}, even under the flag` : where;
}
