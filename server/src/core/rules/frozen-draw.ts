/** A draw that compiled, traced or batched code makes once, so that all its calls or rows get one number. */

import type { Rule } from '../contract/rule.ts';
import { generatorMadeBy } from '../knowledge/generators.ts';
import type { TransformKind } from '../knowledge/transforms.ts';
import { drawOutside } from '../seeding/draw-outside.ts';
import { callAt, drawFromTorch } from '../seeding/transformed-draws.ts';
import { type Phrase, phrase, translate } from '../text/language.ts';

export const frozenDraw: Rule = {
  name: 'frozen-draw',
  severity: { none: 'warning', seeded: 'warning', deterministic: 'warning' },
  inLibraries: true,
  since: '0.4.0',
  summary: 'Compiled, traced or batched code draws a number once, and all calls or rows get it.',
  why: `\`torch.compile\` follows \`random\`, \`uniform\`, \`randint\` and \`randrange\` of a \`random.Random\` object while it traces, and keeps
the number: every call gives the same one, \`seed()\` on the object changes nothing, and a branch on it is decided once
(torch 2.13). \`jax.jit\` runs the Python of a function once, so every draw of NumPy and of \`random\` in it is a constant from
then on. Under \`vmap\` the Python runs once for the whole batch: all rows get one number, whatever \`randomness=\` says.

The global functions of \`random\`, the other methods of such an object, NumPy and a \`torch.Generator\` leave the graph of
\`torch.compile\`, and go on drawing. Draw outside of the function and hand the number in, or draw by torch.`,
  never: [
    'Functions of the module `random`, as `random.random()`, in compiled code: they go on drawing.',
    'Other methods of a `random.Random`, as `choice`, `shuffle` and `gauss`, in compiled code.',
    'A `default_rng` or `RandomState`, or a `torch.Generator`, in compiled code: they break the graph, and work.',
    'A function that is not compiled, or compiled with `disable=True`.',
    'A helper under `torch.compiler.disable`, or handed to `jax.pure_callback`.',
    'A generator that the compiled function makes for itself, with a seed.',
    'A subclass of `random.Random`, and `random.SystemRandom`.',
    'Draws of torch under `vmap`.',
    'Draws of JAX under `jit`, by a key.',
    'A draw outside, whose number the compiled function is handed.',
    '`re.compile`, and other things that are called so.',
    'A draw that a checkpoint in compiled code makes: it is drawn anew, which is another rule’s business.',
    'A class of the user’s with a method `random`.',
  ],
  references: [
    'https://docs.pytorch.org/docs/stable/torch.compiler_faq.html',
    'https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html',
    'https://docs.jax.dev/en/latest/notebooks/Common_Gotchas_in_JAX.html#pure-functions',
  ],
  examples: [
    {
      title: 'A generator of its own in a compiled step',
      bad: `import random

import torch

torch.manual_seed(0)
dice = random.Random(0)


@torch.compile
def step(x):
    return x * dice.random()
    #          ^^^^^^^^^^^ frozen-draw warning: every call


for _ in range(3):
    print(step(torch.ones(2)))
`,
      good: `import random

import torch

torch.manual_seed(0)
dice = random.Random(0)


@torch.compile
def step(x, drawn):
    return x * drawn


for _ in range(3):
    print(step(torch.ones(2), dice.random()))
`,
    },
  ],
  *check(file, project) {
    for (const found of project.transformedDraws) {
      const draw = found.effect === 'frozen' ? callAt(found.site, file, project) : null;
      if (!draw) continue;
      const by = project.places.locate(found.by);
      const isOneCall = found.kind === 'compile' || found.kind === 'trace';
      const outside = isOneCall ? drawOutside(draw, file) : null;
      const byTorch =
        found.kind === 'compile' ? drawFromTorch(draw, generatorMadeBy(found.generator ?? ''), file) : null;
      yield {
        start: draw.callee.start,
        end: draw.callee.end,
        subject: found.stream,
        message: translate(CLAIM[found.kind], file.read(draw.callee)),
        related: [{ path: by.path, start: by.start, end: by.end, message: translate(REASON[found.kind]) }],
        fixes: [outside, byTorch].filter((fix) => fix !== null),
      };
    }
  },
};

const CLAIM: Readonly<Record<TransformKind, Phrase>> = {
  compile: phrase`\`{0}\` gives every call of the compiled code the number of its trace.`,
  trace: phrase`\`{0}\` runs once, while the function is traced, and every call gets that number.`,
  rows: phrase`\`{0}\` runs once for the whole batch, and all rows get its number.`,
  steps: phrase`\`{0}\` runs once, and all rounds of the loop get its number.`,
  checkpoint: phrase`\`{0}\` is drawn anew.`,
};

const REASON: Readonly<Record<TransformKind, Phrase>> = {
  compile: phrase`This is compiled here.`,
  trace: phrase`This is traced here.`,
  rows: phrase`This runs for all rows at once.`,
  steps: phrase`This is traced here, once for all rounds.`,
  checkpoint: phrase`This is checkpointed here.`,
};
