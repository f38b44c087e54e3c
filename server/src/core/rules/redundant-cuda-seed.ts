/** `torch.manual_seed` has seeded every CUDA device already. */

import type { Rule } from '../contract/rule.ts';
import { removeStatement, statementOf } from '../edits/edit-text.ts';
import { namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isPlain } from '../seeding/quotable.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const redundantCudaSeed: Rule = {
  name: 'redundant-cuda-seed',
  severity: { none: null, seeded: 'hint', deterministic: 'hint' },
  inLibraries: false,
  since: '0.2.0',
  summary: 'CUDA is seeded a second time with the same value.',
  why: `\`torch.manual_seed\` seeds the CPU and every CUDA device, and has done so since 0.2. \`torch.cuda.manual_seed\` and
\`torch.cuda.manual_seed_all\` beside it, with the same value, change nothing.`,
  never: [
    'Another value, such as one that depends on the rank.',
    'A call without `torch.manual_seed` beside it.',
    'A call with something in between that may draw.',
    'A value that is computed anew in each call.',
    'A helper that is defined and never called, in a program that seeds nothing else.',
    'Library modules that no program reaches.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html',
    'https://github.com/pytorch/pytorch/commit/5f1a16a018',
  ],
  examples: [
    {
      title: 'The same value twice',
      bad: `import torch
from torch import nn

torch.manual_seed(0)
torch.cuda.manual_seed_all(0)
#^^^^^^^^^^^^^^^^^^^^^^^^^ redundant-cuda-seed hint: \`torch.manual_seed\`
model = nn.Linear(8, 2).cuda()
`,
      good: `import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(8, 2).cuda()
`,
    },
    {
      title: 'A test that is left without a reason',
      bad: `import torch
from torch import nn

torch.manual_seed(0)
if torch.cuda.is_available():
    torch.cuda.manual_seed(0)
    #^^^^^^^^^^^^^^^^^^^^^ redundant-cuda-seed hint
model = nn.Linear(8, 2)
`,
      good: `import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(8, 2)
`,
    },
  ],
  *check(file) {
    const redundant = file.allCalls.flatMap((call) => {
      const seed = TWIN.has(call.name) ? seedBeside(file, call) : undefined;
      return seed ? [{ call, seed }] : [];
    });
    const statements = new Set(redundant.map(({ call }) => statementOf(call.node)));
    for (const { call, seed } of redundant) {
      yield {
        start: call.callee.start,
        end: call.callee.end,
        unnecessary: true,
        message: t`\`${file.read(seed.callee)}\` has seeded CUDA with this value already.`,
        related: [{ start: seed.callee.start, end: seed.callee.end, message: t`This seeds every device.` }],
        fixes: () => repairs(file, call, statements),
      };
    }
  },
};

const TWIN = namesFor('seeds-cuda-by-value');

/** The `torch.manual_seed` of the same value in the same block, with nothing in between that matters. */
function seedBeside(file: PythonFile, twin: Call): Call | undefined {
  const value = file.argument(twin, 'seed', 0);
  if (typeof value === 'string' || !isPlain(value)) return undefined;
  return file.calls(streamRow('torch').seed).find((seed) => {
    const given = file.argument(seed, 'seed', 0);
    if (typeof given === 'string' || file.read(given) !== file.read(value)) return false;
    const [first, last] = seed.node.start < twin.node.start ? [seed.node, twin.node] : [twin.node, seed.node];
    return sharesBlock(statementOf(twin.node), statementOf(seed.node).parent) && isQuiet(file, first, last, value);
  });
}

/** The statement stands in the block, or in an arm of an `if` of it. */
function sharesBlock(statement: Node, block: Node | null): boolean {
  if (statement.parent === block) return true;
  const arm = statement.parent?.type === 'block' ? statement.parent.parent : null;
  const holder = arm && /^(elif|else)_clause$/.test(arm.type) ? arm.parent : arm;
  return holder?.type === 'if_statement' && sharesBlock(holder, block);
}

const QUIET = namesFor('between-seeds');

/** Between the two nothing draws, and nothing gives the value's names another meaning. */
function isQuiet(file: PythonFile, first: Node, last: Node, value: Node): boolean {
  const isBetween = (node: Node): boolean => node.start > first.end && node.end < last.start;
  const text = file.read(value);
  const isKept = file.scopes.assignments.every((assignment) => {
    const left = assignment.get('left');
    return !left || !isBetween(assignment) || !mayChange(file.read(left), text);
  });
  const calls = file.allCalls.filter((call) => isBetween(call.node));
  return isKept && calls.every(({ name }) => name !== null && (QUIET.has(name) || seederOf(name) !== undefined));
}

/** `args = f()` changes `args.seed`; `args.gpu = 0` does not. */
function mayChange(target: string, value: string): boolean {
  if (/^\w+(\.\w+)+$/.test(target) && /^\w+(\.\w+)*$/.test(value)) return `${value}.`.startsWith(`${target}.`);
  return new RegExp(`\\b${target.split(/\W/)[0]}\\b`).test(value);
}

function repairs(file: PythonFile, call: Call, redundant: ReadonlySet<Node>): Fix[] {
  const statement = statementOf(call.node);
  if (statement.type !== 'expression_statement' || statement.children[0] !== call.node) return [];
  const guard = statement.parent?.parent;
  const siblings = statement.parent?.children ?? [];
  // All of a block's statements taken out one by one would leave nothing.
  const isWholeBlock = siblings.length > 1 && siblings.every((each) => redundant.has(each));
  const isPlainIf = guard?.type === 'if_statement' && guard.children.every((child) => child.field !== 'alternative');
  if (isWholeBlock && !(isPlainIf && statement.parent?.type === 'block')) return [];
  const edit = removeStatement(file, isWholeBlock && guard ? guard : statement);
  return edit ? [{ title: t`Remove it`, safe: true, edits: () => [edit] }] : [];
}
