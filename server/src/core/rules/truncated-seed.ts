/** What varies in a seed lies above the bits that its generator takes, so every seed gives the same numbers. */

import type { Rule } from '../contract/rule.ts';
import { replace } from '../edits/edit-text.ts';
import { generatorOf, RESEEDING_METHODS } from '../knowledge/generators.ts';
import { streamRow } from '../knowledge/streams.ts';
import { seederOf } from '../knowledge/tables.ts';
import { callTaking } from '../python/arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo } from '../python/names.ts';
import type { Value } from '../python/value.ts';
import { integerOf, termsOf } from '../seeding/seed-bits.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const truncatedSeed: Rule = {
  name: 'truncated-seed',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'What varies in a seed lies above the bits that its generator takes.',
  why: `\`torch.manual_seed\` takes 64 bits, and so does the \`manual_seed\` of a \`torch.Generator\`. The generator of the CPU is
started from the low 32 of them: \`torch.manual_seed(1)\` and \`torch.manual_seed(1 + 2**32)\` give the same numbers. A seed
such as \`(epoch << 32) | index\` repeats its numbers in every epoch. The same happens where a seed is cut by hand, by \`% 2**32\`
or \`& 0xffffffff\`.

The generators of CUDA devices, Python’s \`random\` and numpy’s \`default_rng\` take all bits; \`numpy.random.seed\` raises for a
seed above \`2**32 - 1\`.`,
  never: [
    'Parts that lie below the 32nd bit, also in part: `epoch << 16`, `epoch * 1000`, a hash or bytes of any length.',
    'A constant in the high bits, which is the same in every run.',
    'Seeds of `random`, `default_rng` and CUDA’s generators, which take all bits; and `numpy.random.seed`, which raises.',
    'A shift whose width only the run knows.',
    'A part that is mixed into the low bits by an odd factor or a hash.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html',
    'https://github.com/pytorch/pytorch/blob/v2.13.0/aten/src/ATen/CPUGeneratorImpl.cpp',
  ],
  examples: [
    {
      title: 'The epoch does not reach the generator',
      bad: `import torch

for epoch in range(3):
    for index in range(100):
        torch.manual_seed((epoch << 32) | index)
        #                  ^^^^^^^^^^^ truncated-seed warning: low 32 bits
        noise = torch.rand(8)
`,
      good: `import torch

for epoch in range(3):
    for index in range(100):
        torch.manual_seed((epoch * 2654435761 % 2**32) ^ index)
        noise = torch.rand(8)
`,
    },
  ],
  *check(file, project) {
    if (!project.reachesMl) return;
    const seen = new Set<Node>();
    for (const { seed, taker, bits } of seedsOf(file, project.values)) {
      for (const term of termsOf(seed, file)) {
        const takes = Math.min(bits ?? Number.POSITIVE_INFINITY, term.kept ?? Number.POSITIVE_INFINITY);
        if (term.zeros < takes || seen.has(term.node)) continue;
        seen.add(term.node);
        const { start, end } = term.node;
        yield {
          start,
          end,
          message:
            bits === takes
              ? t`\`${taker}\` takes the low ${takes} bits of a seed on the CPU, and \`${file.read(term.node)}\` has none there.`
              : t`Only the low ${takes} bits of this seed are kept, and \`${file.read(term.node)}\` has none there.`,
          fixes: () => repairs(term.node, file),
        };
      }
    }
  },
};

interface Seed {
  readonly seed: Node;
  /** What takes it, as it is written there. */
  readonly taker: string;
  /** Undefined where the generator takes all of it. */
  readonly bits: number | undefined;
}

/** The seeds of the file: of global generators, of generators of their own, and what helpers hand on to them, also others' files'. */
function* seedsOf(file: PythonFile, values: Evaluator): Iterable<Seed> {
  for (const call of file.allCalls) {
    const direct = seedOf(call, file);
    if (direct) yield direct;
    else if (isOfProject(call)) {
      for (const each of call.node.get('arguments')?.children ?? []) {
        const given = each.type === 'keyword_argument' ? each.get('value') : each;
        const seed = given && handedOn(given, file, values);
        if (seed) yield seed;
      }
    }
  }
}

const isOfProject = ({ name }: Call): boolean => name?.startsWith('#') === true || (name !== null && !isLibrary(name));

const isLibrary = (name: string): boolean => seederOf(name) !== undefined || generatorOf(name) !== undefined;

const MAY_OPERATE = /^(binary_operator|parenthesized_expression|call)$/;

/** What a function of the project is passed and hands on as a seed. Only an operation, or a name for one, has terms. */
function handedOn(given: Node, file: PythonFile, values: Evaluator): Seed | null {
  const written = given.type === 'identifier' ? assignedTo(given, file) : given.type === 'call' ? null : given;
  if (!written || !MAY_OPERATE.test(written.type)) return null;
  if (!termsOf(given, file).some(({ zeros }) => zeros > 0)) return null;
  const taken = values.findUse((each) => takerOf(each) !== null || undefined, values.value(given));
  const taker = taken && takerOf(taken);
  return taker && { ...taker, seed: given };
}

/** What takes the value as its seed where it stands. */
function takerOf({ file, node, access }: Value): Seed | null {
  const call = access.length === 0 ? callTaking(node, file) : null;
  const seed = call && seedOf(call, file);
  return seed?.seed === node ? seed : null;
}

function seedOf(call: Call, file: PythonFile): Seed | null {
  const name = call.name ?? '';
  const seeder = seederOf(name);
  if (seeder?.argument && !seeder.state && !seeder.varying) {
    const seed = file.argument(call, seeder.argument.name, seeder.argument.position);
    const [stream, ...others] = seeder.streams;
    const bits = stream && others.length === 0 ? streamRow(stream).bits : undefined;
    return typeof seed === 'string' ? null : { seed, taker: file.read(call.callee), bits };
  }
  const made = generatorOf(name);
  if (made?.seed) {
    const seed = file.argument(call, made.seed.argument, made.seed.position);
    return typeof seed === 'string' ? null : { seed, taker: file.read(call.callee), bits: made.bits };
  }
  return reseedOf(call, file);
}

/** `torch.Generator().manual_seed(...)`; one of a device that nobody can read may take all bits. */
function reseedOf(call: Call, file: PythonFile): Seed | null {
  const { method } = call;
  if (method === null || !RESEEDING_METHODS.has(method)) return null;
  const object = call.callee.get('object');
  const made = object ? file.constructionOf(object) : null;
  const row = made?.name ? generatorOf(made.name) : undefined;
  if (!made || !row?.reseed?.includes(method)) return null;
  const seed = file.argument(call, 'seed', 0);
  const device = file.argument(made, 'device', 0);
  const isCpu = device === 'absent' || (typeof device !== 'string' && file.constant(device) === 'cpu');
  return typeof seed === 'string' ? null : { seed, taker: file.read(call.callee), bits: isCpu ? row.bits : undefined };
}

/** An odd factor keeps apart what differs, in the low bits too. */
const ODD = '2654435761 % 2**32';

function repairs(term: Node, file: PythonFile): Fix[] {
  if (term.type !== 'binary_operator') return [];
  const [left, right] = [term.get('left'), term.get('right')];
  const varying = left && integerOf(left, file) === null ? left : right;
  if (!varying || varying.type === 'binary_operator') return [];
  let outer: Node | null = term.parent;
  while (outer?.type === 'parenthesized_expression') outer = outer.parent;
  const bar = outer?.type === 'binary_operator' ? outer.children.find((each) => each.type === '|') : undefined;
  const isAlone = term.parent?.type === 'parenthesized_expression';
  const mixed = `${file.read(varying)} * ${ODD}`;
  return [
    {
      title: t`Mix it into the low bits`,
      safe: false,
      edits: () => [replace(term, bar && !isAlone ? `(${mixed})` : mixed), ...(bar ? [replace(bar, '^')] : [])],
    },
  ];
}
