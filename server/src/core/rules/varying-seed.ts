/** A seed that is another one in every run seeds nothing. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { addArguments, replace } from '../edits/edit-text.ts';
import { spell } from '../edits/imports.ts';
import { isOfLibrary, nameFor, namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { compareVersions, looksLikeSeeder, type Seeder, type Stream, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { differsByRank } from '../seeding/ranks.ts';
import { orNone, type SeedValue, seedFor } from '../seeding/seed-values.ts';
import {
  isRecorded,
  type SeedUse,
  seedUses,
  type Varying,
  varyingPart,
  wholeExpression,
} from '../seeding/varying-seeds.ts';
import { isWithoutSeed } from '../switches/switches.ts';
import type { Edit, Fix } from '../text/edit.ts';
import { type Message, t } from '../text/language.ts';

const TORCH = namesFor('torch');

const GENERATOR_SEED = nameFor('generator-seed');

export const varyingSeed: Rule = {
  name: 'varying-seed',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: false,
  since: '0.2.0',
  supersedes: ['incomplete-seeding'],
  shows: ['time', 'entropy'],
  summary: 'The seed is another one in every run.',
  why: `A seed from the clock, the process id or the system’s entropy gives other numbers in every run, as if there were none.
So do \`random.seed()\` and \`numpy.random.seed()\` without a value or with \`None\`, and \`torch.seed()\` and the \`seed()\` of
a \`torch.Generator\`, which look like setters and take fresh entropy; and, before lightning 2.2, \`seed_everything()\`. A seed drawn from a generator that nothing seeds is
no better.

A run that *writes its seed down* can be repeated, so a seed that is printed, logged or kept is not reported.`,
  never: [
    'A seed that is printed, logged, returned or kept, also by `torch.initial_seed()` or a saved state.',
    'The clock for timing, for run names and for everything else that is no seed.',
    'A seed that the user may give: the value taken where there is none, in a branch, by `or`, or as a default.',
    'A seed drawn from a stream that the program seeds, or may seed.',
    'Library modules, and tests.',
  ],
  references: [
    'https://docs.python.org/3/library/random.html#random.seed',
    'https://docs.pytorch.org/docs/stable/generated/torch.seed.html',
  ],
  examples: [
    {
      title: 'A seed from the clock',
      bad: `import time

import torch

torch.manual_seed(int(time.time()))
#                 ^^^^^^^^^^^^^^^^ varying-seed warning: every run
print(torch.randn(2))
`,
      good: `import time

import torch

torch.manual_seed(42)
print(torch.randn(2))
`,
    },
    {
      title: 'A call that only looks like a seed',
      bad: `import random

import torch

torch.manual_seed(1234)
random.seed()
#^^^^^^^^^^ varying-seed warning: entropy
print(random.random())
`,
      good: `import random

import torch

torch.manual_seed(1234)
random.seed(1234)
print(random.random())
`,
    },
  ],
  *check(file, project) {
    for (const call of file.allCalls) {
      const report = withoutValue(call, file, project);

      if (report && !isWithoutSeed(call.node, file)) yield report;
    }
    const uses = seedUses(file);
    const seen = new Set<Node>();
    for (const use of uses) {
      const varying = typeof use.value === 'string' ? null : varyingPart(use.value, file);
      if (!varying || seen.has(varying.node) || isWithoutSeed(varying.node, file)) continue;
      if (isWithoutSeed(use.call.node, file) || (varying.stream && isSeeded(varying, varying.stream, uses, file)))
        continue;
      if (isRecorded(varying, uses, file) || isReadBack(file, use.streams)) continue;
      seen.add(varying.node);
      yield ofValue(varying, use, file, project);
    }
  },
};

/** What a seed call without a value does, by the table and for generator objects. */
function withoutValue(call: Call, file: PythonFile, project: Project): Report | null {
  const isGenerator = call.name === GENERATOR_SEED;
  const known = call.name === null ? undefined : seederOf(call.name);
  const old = known ? oldVersion(known, project) : null;
  const seeder = old !== null || isOfLibrary(call.name) ? known : undefined;
  if (!isGenerator && old === null && seeder?.none !== 'entropy') return null;
  const given = seeder?.argument ? file.argument(call, seeder.argument.name, seeder.argument.position) : 'absent';
  const isNone = typeof given !== 'string' && given.type === 'none';
  // Whoever takes what it returns keeps the seed.
  if ((given !== 'absent' && !isNone) || call.node.parent?.type !== 'expression_statement') return null;
  if (seeder && isReadBack(file, seeder.streams)) return null;
  const { start, end } = isNone ? given : call.callee;
  const [stream] = seeder?.streams ?? [];
  return {
    start,
    end,
    ...(stream ? { subject: stream } : {}),
    message: old
      ? t`\`${file.read(call.callee)}\` without a value takes fresh entropy in every run before ${old}; it seeds nothing.`
      : t`\`${file.read(call.callee)}\` without a value takes fresh entropy in every run; it seeds nothing.`,
    fixes: () => withValue(file, project, call, isNone ? given : null),
  };
}

/** The version from which on it is a seed without a value, where the project has an older one; null where it has not. */
function oldVersion({ entropyBefore }: Seeder, project: Project): string | null {
  const isOlder = entropyBefore?.packages.some((name) => {
    const version = project.versions.versionOf(name);
    return version !== null && compareVersions(version, entropyBefore.version) < 0;
  });
  return entropyBefore && isOlder ? `${entropyBefore.packages[0]} ${entropyBefore.version}` : null;
}

function withValue(file: PythonFile, project: Project, call: Call, none: Node | null): Fix[] {
  const value = seedFor(file, project, call.node);
  if (!value || !takes(call, value)) return [];
  const text = orNone(value, file);
  const fix = (title: Message, edits: () => readonly Edit[]): Fix[] => [
    { title, safe: false, edits: () => [...value.edits, ...edits()] },
  ];
  if (none) return fix(t`Pass \`${value.text}\``, () => [replace(none, text)]);
  if (call.name === GENERATOR_SEED) {
    const method = call.callee.get('attribute') ?? call.callee;
    const edit = { start: method.start, end: call.node.end, text: `manual_seed(${text})` };
    return fix(t`Call \`${edit.text}\``, () => [edit]);
  }
  if (!TORCH.has(call.name)) return fix(t`Pass \`${value.text}\``, () => addArguments(file, call, [text]));
  return fix(t`Call \`torch.manual_seed(${value.text})\``, () => {
    const { text: name, edits } = spell(file, streamRow('torch').seed, call.node.start);
    return [...edits, replace(call.node, `${name}(${text})`)];
  });
}

/** Where the program may run without a seed, only what takes `None` for one can get it. */
const takes = (call: Call, { guard }: SeedValue): boolean =>
  guard === null || (!TORCH.has(call.name) && seederOf(call.name ?? '')?.none === 'entropy');

/** The program reads the seed or the state back, to keep it. */
const isReadBack = (file: PythonFile, streams: readonly Stream[]): boolean =>
  streams.some((stream) => {
    const { getState, getSeed } = streamRow(stream);
    return [getState, getSeed].some((name) => name !== undefined && file.calls(name).length > 0);
  });

/** Something else seeds, or may seed, the stream that the seed is drawn from. */
function isSeeded(varying: Varying, stream: Stream, uses: readonly SeedUse[], file: PythonFile): boolean {
  if (/worker/i.test(file.read(varying.node.enclosing('function_definition')?.get('name') ?? { start: 0, end: 0 })))
    return true;
  const own = new Set<Call>();
  const takes = ({ value }: SeedUse): boolean =>
    value === 'absent' || (value !== 'unknown' && varyingPart(value, file)?.node === varying.node);
  for (const use of uses) if (takes(use)) own.add(use.call);
  // A helper that is passed this value everywhere seeds with it, and with nothing else.
  const isInHelper = ({ call: { node } }: SeedUse): boolean => {
    const helper = file.functionAround(node);
    const calls = helper ? file.calls(helper.id) : [];
    return calls.length > 0 && calls.every((each) => own.has(each));
  };
  for (let count = -1; count !== own.size; ) {
    count = own.size;
    for (const use of uses) if (isInHelper(use)) own.add(use.call);
  }
  if (uses.some((use) => !own.has(use.call) && use.streams.includes(stream))) return true;
  return file.allCalls.some((call) => {
    const isKnown = own.has(call) || (call.name !== null && isOfLibrary(call.name) && !seederOf(call.name)?.state);
    return !isKnown && call.method !== 'manual_seed' && looksLikeSeeder(call.method ?? file.read(call.callee));
  });
}

/** Where a value is new in every run; a draw is none, so there it is the one call of a helper that seeds with it. */
function placeOf(varying: Varying, { call, value }: SeedUse, file: PythonFile): Node {
  const isHelper = varying.stream !== undefined && file.functionOf(call.name) !== undefined;
  return isHelper && typeof value !== 'string' ? value : wholeExpression(varying, file);
}

function ofValue(varying: Varying, use: SeedUse, file: PythonFile, project: Project): Report {
  const node = placeOf(varying, use, file);
  const { start, end } = node;
  // Whoever adds the rank to it needs it without.
  const isShared = typeof use.value !== 'string' && differsByRank(use.value, file);
  const fixes = (): Fix[] => {
    const value = seedFor(file, project, node, { isShared });
    return value && takes(use.call, value) ? [seedWith(value, node, file)] : [];
  };
  const related = { start: use.call.callee.start, end: use.call.callee.end, message: t`This seeds with it.` };
  return {
    start,
    end,
    message: varying.stream
      ? t`\`${file.read(varying.node)}\` draws the seed from a generator that nothing seeds, so it differs in every run.`
      : t`The seed \`${file.read(node)}\` is another one in every run.`,
    related: [related],
    fixes,
  };
}

function seedWith(value: SeedValue, node: Node, file: PythonFile): Fix {
  const isPart = node.parent !== null && /^(binary|unary)_operator$/.test(node.parent.type);
  const text = isPart && / /.test(value.text) ? `(${value.text})` : value.text;
  return {
    title: t`Seed with \`${value.text}\``,
    safe: false,
    edits: () => [...value.edits, replace(node, orNone({ ...value, text }, file))],
  };
}
