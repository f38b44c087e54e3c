/** A generator object that is made without a seed takes fresh entropy from the system. */

import type { Project } from '../contract/project.ts';
import type { Report, Rule } from '../contract/rule.ts';
import { addArguments, replace } from '../edits/edit-text.ts';
import { GENERATORS } from '../knowledge/generators.ts';
import { unseededPipelines } from '../loading/unseeded-pipelines.ts';
import { isHarmlessDraw } from '../lowering/harmless-draws.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { freshMethods, systemDraws, unseededEnvironments, unseededObjects } from '../seeding/own-generators.ts';
import { isSharedByCalls } from '../seeding/rounds.ts';
import { orNone, seedFor } from '../seeding/seed-values.ts';
import type { Fix } from '../text/edit.ts';
import { groupBy } from '../text/groups.ts';
import { t } from '../text/language.ts';

export const unseededGenerator: Rule = {
  name: 'unseeded-generator',
  severity: { none: 'information', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.2.0',
  shows: ['unseeded-stream', 'worker-stream', 'entropy'],
  summary: 'A generator, or an object that keeps one of its own, is made without a seed.',
  why: `\`numpy.random.default_rng()\`, \`RandomState()\`, \`SeedSequence()\`, a bit generator such as \`PCG64()\` and
\`random.Random()\` take fresh entropy from the system when they are made without a seed, or with \`None\`. The global seeds,
\`numpy.random.seed\` and \`random.seed\`, do not reach them.

So do objects of libraries that draw from a generator of their own: albumentations since 1.4.21, MONAI’s \`Compose\` without
\`set_determinism\`, Optuna’s samplers, a Gymnasium environment and each of its spaces, a streamed shuffle of Hugging Face’s
datasets, SciPy’s \`qmc\` and the start vector of \`eigsh\` and \`svds\`. \`random.SystemRandom\` takes no seed at all.

\`torch.Generator()\` is another matter: a new one starts from a constant.`,
  never: [
    '`torch.Generator()`, which starts from a constant.',
    'A class or function of the file’s own, or of another library, that has the name.',
    'A generator with a seed, also one that only the run decides, and one that is seeded or given a state later.',
    'A generator made where the caller passed none, as in `rng if rng is not None else np.random.default_rng()`.',
    'A `SeedSequence()` whose `entropy` is read, to be kept.',
    'A generator that only makes a seed, a name, a token, a port or a delay.',
    'Augmentations that do the same to every sample, that are seeded later, or whose loader seeds them, as MONAI’s does.',
    'An environment in a file that passes a seed to anything that may seed it.',
    'Files that do not reach a machine-learning library.',
  ],
  references: [
    'https://numpy.org/doc/stable/reference/random/generator.html#numpy.random.default_rng',
    'https://docs.python.org/3/library/random.html#random.Random',
  ],
  examples: [
    {
      title: 'The global seed does not reach it',
      bad: `import numpy as np
import torch

torch.manual_seed(7)
np.random.seed(7)
rng = np.random.default_rng()
#     ^^^^^^^^^^^^^^^^^^^^^ unseeded-generator warning: entropy
order = rng.permutation(100)
`,
      good: `import numpy as np
import torch

torch.manual_seed(7)
np.random.seed(7)
rng = np.random.default_rng(7)
order = rng.permutation(100)
`,
    },
  ],
  *check(file, project) {
    if (!project.reachesMl) return;
    yield* unseededGenerators(file, project);
    if (project.isTest) return;
    const own = [
      ...unseededObjects(file, project),
      ...systemDraws(file, project),
      ...freshMethods(file, project),
      ...unseededEnvironments(file, project),
      ...unseededPipelines(file, project),
    ];
    for (const { call, ...report } of own) if (!isFallback(call.node, file)) yield report;
  },
};

const FROM_ENTROPY = GENERATORS.filter(({ kind, unseeded }) => kind === 'generator' && unseeded === 'entropy');

function* unseededGenerators(file: PythonFile, project: Project): Iterable<Report> {
  for (const { name, seed } of FROM_ENTROPY) {
    for (const call of seed ? file.calls(name) : []) {
      const given = seed ? file.argument(call, seed.argument, seed.position) : 'unknown';
      const isNone = typeof given !== 'string' && given.type === 'none';
      if ((given !== 'absent' && !isNone) || isHarmlessDraw(call, file)) continue;
      if (isFallback(call.node, file) || isSeededLater(call.node, file) || keepsEntropy(call.node, file)) continue;
      const { start, end } = isNone ? given : call.callee;
      yield {
        start,
        end,
        subject: call.name ?? '',
        message: t`\`${file.read(call.callee)}\` has no seed, so it starts from fresh entropy in every run.`,
        fixes: () => repairs(file, project, call, given),
      };
    }
  }
}

/** Made only where something else was not given: the caller decides. */
function isFallback(node: Node, file: PythonFile): boolean {
  for (let at: Node = node; at.parent && at.parent.type !== 'module'; at = at.parent) {
    const { parent } = at;
    if (/^(function_definition|lambda|class_definition)$/.test(parent.type)) return false;
    if (parent.type === 'boolean_operator' || parent.type === 'conditional_expression') return true;
    const condition = parent.type === 'if_statement' || parent.type === 'elif_clause' ? parent.get('condition') : null;
    if (condition && /\bNone\b|\bnot\b/.test(file.read(condition))) return true;
    if (at.type === 'else_clause' && /\b(seed|rng|state|generator)/i.test(file.read(parent.get('condition') ?? at)))
      return true;
  }
  return false;
}

/** `rng.seed(...)`, `rng.setstate(...)`, `rng.bit_generator.state = ...`, or another generator for `self.rng`. */
function isSeededLater(node: Node, file: PythonFile): boolean {
  const target = node.parent?.type === 'assignment' ? node.parent.get('left') : undefined;
  if (!target) return false;
  const name = file.read(target);
  const seeds = ['seed', 'setstate', 'set_state'].flatMap((method) => file.methodCalls(method));
  if (seeds.some((call) => file.read(call.callee.get('object') ?? call.node) === name)) return true;
  return assignmentsAbout(name, file).some((each) => {
    const isReplaced = file.read(each.get('left') ?? each) === name;
    return !isReplaced || (target.type === 'attribute' && each !== node.parent);
  });
}

const assignments = new WeakMap<PythonFile, ReadonlyMap<string, readonly Node[]>>();

/** The assignments to what is written so, and to its `bit_generator`; each generator of the file asks. */
function assignmentsAbout(name: string, file: PythonFile): readonly Node[] {
  const all = file.scopes.assignments;
  const about = (each: Node): string => file.read(each.get('left') ?? each).replace(/\.bit_generator.*/s, '');
  const known = assignments.get(file) ?? groupBy(all, about);
  assignments.set(file, known);
  return known.get(name) ?? [];
}

/** `SeedSequence().entropy` is numpy's own way to a seed that is written down. */
function keepsEntropy(node: Node, file: PythonFile): boolean {
  const attribute = node.parent?.type === 'attribute' ? node.parent.get('attribute') : undefined;
  if (attribute && file.read(attribute) === 'entropy') return true;
  const target = node.parent?.type === 'assignment' ? node.parent.get('left') : undefined;
  return target !== undefined && file.text.includes(`${file.read(target)}.entropy`);
}

/** A seed, unless it would make each call, round or process draw the same. */
function repairs(file: PythonFile, project: Project, call: Call, given: Argument): Fix[] {
  const value = isSharedByCalls(call.node, file, project.values) ? null : seedFor(file, project, call.node);
  if (!value) return [];
  const seed = orNone(value, file);
  return [
    {
      title: t`Pass \`${value.text}\` as its seed`,
      safe: false,
      edits: () => [
        ...value.edits,
        ...(typeof given === 'string' ? addArguments(file, call, [seed]) : [replace(given, seed)]),
      ],
    },
  ];
}
