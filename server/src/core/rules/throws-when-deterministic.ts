/** Operations that raise because the program asks for deterministic algorithms and they have none. */
import type { Project } from '../contract/project.ts';
import type { Related, Rule } from '../contract/rule.ts';
import { namesOperations } from '../operations/calls.ts';
import { waysOut } from '../operations/remedies.ts';
import {
  dependsOnVersion,
  type OpUse,
  onePerPlace,
  opUses,
  opVerdict,
  passOf,
  release,
} from '../operations/verdicts.ts';
import { type Message, t } from '../text/language.ts';

export const throwsWhenDeterministic: Rule = {
  name: 'throws-when-deterministic',
  severity: { none: null, seeded: null, deterministic: 'warning' },
  inLibraries: true,
  since: '0.3.0',
  supersedes: ['nondeterministic-op'],
  summary: 'An operation that raises under `use_deterministic_algorithms(True)`.',
  why: `\`torch.use_deterministic_algorithms(True)\` switches operations to a deterministic kernel where PyTorch has one, and makes
the others raise a \`RuntimeError\` on CUDA: some when they are called, most in the backward pass, where the traceback does not
name the line that called them. Which operation raises depends on the version of PyTorch: \`index_add_\` did until 1.8,
bilinear \`interpolate\` until 2.0, \`cumsum\` from 1.13 to 2.5. The project’s version is read from its requirements; where
nothing says, the newest is assumed.

The alert in a backward pass looks at the switch when the backward runs, so switching it off around the forward does not help
there. With \`warn_only=True\`, since 1.11, all of them warn and run as they did without the switch.`,
  never: [
    'A program that does not switch deterministic algorithms on, or only with `warn_only=True`.',
    'Operations with a deterministic kernel in the project’s version of PyTorch, such as bilinear `interpolate` since 2.1.',
    'Adaptive average pooling to size 1, losses on (N, C), `bincount` without weights since 2.1, nearest interpolation.',
    'Operations whose backward raises, where no gradient is shown to flow: under `no_grad` or `inference_mode`, behind the only backward pass, on data.',
    'A call with `torch.use_deterministic_algorithms(False)` in front of it, where its forward is what raises.',
    'A tensor that is made on the CPU or moved there.',
    'Functions of numpy, pandas and other libraries of the same name.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html',
    'https://docs.pytorch.org/docs/stable/generated/torch.set_deterministic_debug_mode.html',
  ],
  examples: [
    {
      title: 'A forward that raises',
      bad: `import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
device = "cuda" if torch.cuda.is_available() else "cpu"
labels = torch.randint(0, 4, (32,), device=device)
weights = torch.rand(32, device=device)
counts = torch.bincount(labels, weights)
#        ^^^^^^^^^^^^^^ throws-when-deterministic warning: raises
`,
      good: `import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
device = "cuda" if torch.cuda.is_available() else "cpu"
labels = torch.randint(0, 4, (32,), device=device)
weights = torch.rand(32, device=device)
torch.use_deterministic_algorithms(False)
counts = torch.bincount(labels, weights)
torch.use_deterministic_algorithms(True)
`,
    },
    {
      title: 'A backward that raises',
      bad: `import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
encoder = nn.Conv2d(3, 8, 3).cuda()
features = encoder(torch.rand(1, 3, 32, 32).cuda())
picture = F.interpolate(features, size=7, mode="area")
#         ^^^^^^^^^^^^^ throws-when-deterministic warning: backward
picture.mean().backward()
`,
      good: `import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
encoder = nn.Conv2d(3, 8, 3).cuda()
features = encoder(torch.rand(1, 3, 32, 32).cuda())
picture = F.interpolate(features, size=7, mode="nearest")
picture.mean().backward()
`,
    },
  ],
  *check(file, project) {
    if (!namesOperations(file) || project.switches.deterministicAlgorithms !== 'strict') return;
    const raising = opUses(file, project).filter((use) => opVerdict(use, file, project) === 'raises');
    for (const use of onePerPlace(raising)) {
      yield {
        ...use.span,
        subject: use.op.api,
        message: messageOf(use),
        related: switches(project),
        fixes: () => waysOut(use, file, project),
      };
    }
  },
};

function messageOf(use: OpUse): Message {
  const which = dependsOnVersion(use) ? release(use) : use.op.package;
  return t`\`${use.written}\` raises ${passOf(use)}: ${which} has no deterministic kernel for it.`;
}

function switches(project: Project): Related[] {
  const site = project.switches.determinismSwitch;
  return site ? [{ ...site, message: t`Deterministic algorithms are switched on here.` }] : [];
}
