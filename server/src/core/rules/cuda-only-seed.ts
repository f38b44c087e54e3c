/** A seed for CUDA alone leaves the CPU's generator, which makes the initial weights, to chance. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { isNeverMentioned, outermostFunction } from '../python/mentions.ts';
import { explain } from '../seeding/seeds.ts';
import type { Fix, Span } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const cudaOnlySeed: Rule = {
  name: 'cuda-only-seed',
  severity: { none: null, seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  supersedes: ['incomplete-seeding'],
  summary: 'Only the generators of CUDA are seeded; initial weights come from the CPU’s.',
  why: `\`torch.cuda.manual_seed\` and \`torch.cuda.manual_seed_all\` seed the generators of CUDA devices and leave the CPU’s
alone. Layers draw their initial weights on the CPU before \`.to("cuda")\` moves them, and shuffling draws there too.

\`torch.manual_seed\` seeds the CPU and every CUDA device.`,
  never: [
    'A program that calls `torch.manual_seed` too, on any path.',
    'A function that nobody calls.',
    'A helper that cannot be read and is named like a seeder.',
    'A program that draws nothing from torch that Seedwise can see.',
    'A first draw that names its device, which the seed of CUDA may reach.',
    'Library modules, and tests.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.cuda.manual_seed.html',
    'https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html',
  ],
  examples: [
    {
      title: 'The weights are not seeded',
      bad: `import torch
from torch import nn

torch.cuda.manual_seed_all(0)
#^^^^^^^^^^^^^^^^^^^^^^^^^ cuda-only-seed warning: \`nn.Linear\`
model = nn.Linear(8, 2).cuda()
`,
      good: `import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(8, 2).cuda()
`,
    },
  ],
  *check(file, project) {
    const call = file.allCalls.find((each) => TWIN.has(each.name) && isRun(each, file));
    const { exposed = {}, may = {} } = project.summary ?? {};
    const draw = exposed.torch;
    if (!call || !draw || draw.marked || 'torch' in may) return;
    const drawn = project.places.locate(draw.site);
    if (drawn.path === file.path && drawsElsewhere(file, drawn)) return;
    const shown = project.places.anchor(draw);
    const { start, end } = call.callee;
    yield {
      start,
      end,
      subject: 'torch',
      message: t`\`${file.read(call.callee)}\` seeds CUDA only; \`${file.read(shown)}\` draws from the CPU’s generator.`,
      related: [{ ...drawn, message: t`This draws what is not seeded.` }, ...explain(draw, project)],
      fixes: [repair(file, call)],
    };
  },
};

const TWIN = namesFor('seeds-cuda-by-value');

/** Not in a function of this file that is never mentioned again. */
function isRun(call: Call, file: PythonFile): boolean {
  const owner = outermostFunction(call.node, file);
  return owner === null || !isNeverMentioned(owner, file);
}

/** A draw that names its device, or takes a default that was changed, may well come from CUDA. */
function drawsElsewhere(file: PythonFile, drawn: Span): boolean {
  if (DEFAULTS.some((name) => file.calls(name).length > 0)) return true;
  const call = file.allCalls.find(({ callee }) => callee.start === drawn.start && callee.end === drawn.end);
  const device = call ? file.argument(call, 'device') : 'absent';
  return device !== 'absent' && (typeof device === 'string' || file.constant(device) !== 'cpu');
}

const DEFAULTS = [nameFor('default-device'), nameFor('default-tensor-type')];

function repair(file: PythonFile, call: Call): Fix {
  return {
    title: t`Call \`torch.manual_seed\` instead`,
    safe: false,
    edits: () => {
      const { text, edits } = spell(file, streamRow('torch').seed, call.node.start);
      const guard = guardOnly(file, call);
      const list = call.node.get('arguments');
      // Behind a test for CUDA the seed would be missing where there is none.
      return [...edits, guard && list ? replace(guard, text + file.read(list)) : replace(call.callee, text)];
    },
  };
}

/** The `if torch.cuda.is_available():` around the call that holds nothing else. */
function guardOnly(file: PythonFile, call: Call) {
  const statement = call.node.parent;
  const block = statement?.parent;
  const guard = block?.parent;
  const condition = guard?.get('condition');
  if (statement?.type !== 'expression_statement' || block?.type !== 'block' || guard?.type !== 'if_statement')
    return null;
  if (block.children.length > 1 || guard.children.some((child) => child.field === 'alternative')) return null;
  return condition && /cuda|gpu/i.test(file.read(condition)) ? guard : null;
}
