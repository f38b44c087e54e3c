/** The law of use: no finding changes where lines become a helper or a helper lines, where one moves into another file, or where arms are swapped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isProgram } from '../../server/src/core/program/project.ts';
import { closeFile, openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { compileErrors, fixtures, isPython, understand, workspaceOf } from '../corpus.ts';
import type { MarkedFile } from '../marks.ts';
import { type Rewrite, rewritesOf } from '../rewrites.ts';
import { sampleOf } from '../sample.ts';

type Files = readonly Pick<MarkedFile, 'path' | 'text' | 'notebook'>[];

interface Found {
  readonly path: string;
  readonly rule: string;
  readonly subject: string;
  readonly start: number;
}

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly path: string;
  readonly rewrite: Rewrite;
}

function findingsOf(files: Files): Found[] {
  const workspace = workspaceOf(files);
  return files
    .filter(isPython)
    .flatMap(({ path, text, notebook }) =>
      understand(
        path,
        notebook ?? text,
        ({ analysis }) =>
          analysis.findings.map(({ rule, subject, start }) => ({ path, rule, subject: subject ?? '', start })),
        DEFAULT_SETTINGS,
        workspace,
      ),
    );
}

const known = new Map<Files, readonly Found[]>();

/** The findings of a fixture, worked out once for all its rewrites. */
function foundIn(files: Files): readonly Found[] {
  const found = known.get(files) ?? findingsOf(files);
  known.set(files, found);
  return found;
}

function* cases(): Generator<Case> {
  for (const { name, files } of fixtures()) {
    const workspace = workspaceOf(files);
    for (const { path, text } of files.filter((file) => file.path.endsWith('.py'))) {
      if (!isProgram(workspace, path)) continue;
      const opened = openFile(path, text);
      const others = files.filter((each) => each.path !== path).map((each) => each.text);
      const rewrites = [...rewritesOf(opened, others)];
      closeFile(opened);
      for (const rewrite of rewrites)
        yield { name: `${name} ${path}: ${rewrite.kind} ${rewrite.what}`, files, path, rewrite };
    }
  }
}

/** Rules about where text stands: what a rewrite takes apart is no longer what they speak of. */
const OF_PLACE: Readonly<Record<string, { readonly kinds: readonly Rewrite['kind'][]; readonly why: string }>> = {
  'redundant-cuda-seed': {
    kinds: ['extract', 'inline', 'move'],
    why: 'It speaks of two seeds beside each other: only there nothing can come between them.',
  },
};

/** Where the law is not kept yet, by fixture, and why. A fixture that keeps it must not stand here. */
const NOT_YET: readonly {
  readonly kind: Rewrite['kind'];
  readonly why: string;
  readonly fixtures: readonly string[];
}[] = [
  {
    kind: 'extract',
    why: 'What ran before, a seed by rank, a switch or a mode, is looked for in the function itself and its callers in sight.',
    fixtures: ['recomputed-draw/never-nothing-drawn.py'],
  },
  {
    kind: 'extract',
    why: 'The rule speaks of the seed where a helper hands it on, and the helper is another one now.',
    fixtures: ['cuda-only-seed/with-other-seeds.py', 'mutants/late-helpers.py'],
  },
  {
    kind: 'extract',
    why: 'A parameter that nobody annotates has no type, no sizes and no length.',
    fixtures: [
      'incomplete-seeding/never-list-of-one-that-is-rebuilt.py',
      'nondeterministic-op/old-torch.py',
      'unseeded-shuffle/kwargs-dict-filled-by-keyword.py',
      'values/workers-only-with-cuda.py',
    ],
  },
  {
    kind: 'extract',
    why: 'What the rule compares, the two ends of a loop, of a checkpoint or of an import, it looks for in one function.',
    fixtures: [
      'completion-order/threads-and-processes.py',
      'cudnn-benchmark/never-function-that-times.py',
      'missing-set-epoch/loop-elsewhere.py',
      'resume-without-rng-state/distributed.py',
      'resume-without-rng-state/handed-over.py',
      'resume-without-rng-state/never-unseeded.py',
      'unsorted-listing/by-number.py',
    ],
  },
  {
    kind: 'move',
    why: 'That a program seeds CUDA alone is read off the text of its own file: no event says it.',
    fixtures: [
      'cuda-only-seed/behind-a-test-for-cuda.py',
      'cuda-only-seed/one-of-two-helpers.py',
      'cuda-only-seed/with-other-seeds.py',
    ],
  },
  {
    kind: 'move',
    why: 'What ran before the function is called, a seed by rank or the loading of weights, is looked for in its own file.',
    fixtures: ['inference-without-eval/spellings.py', 'rank-dependent-split/seeds.py'],
  },
  {
    kind: 'move',
    why: 'What a helper does with what it is passed, replaces, counts or writes it down, is read off its body in the same file.',
    fixtures: [
      'late-seed/never-probed-by-helpers.py',
      'unseeded-shuffle/kwargs-dict-filled-by-keyword.py',
      'varying-seed/never-recorded-by-helpers.py',
    ],
  },
  {
    kind: 'move',
    why: 'Whether something is a tensor, with which sizes, or an object of a library is not followed into what another file passes.',
    fixtures: [
      'incomplete-seeding/draws-of-datasets.py',
      'missing-random-state/pandas.py',
      'nondeterministic-op/gather.py',
      'nondeterministic-op/partial-kept.py',
      'nondeterministic-op/sizes-from-elsewhere.py',
      'nondeterministic-op/tensor-methods.py',
    ],
  },
  {
    kind: 'move',
    why: 'What the workers of a library run is looked for in the file that hands it over.',
    fixtures: ['unseeded-child-process/workers-of-libraries.py'],
  },
];

/** What has changed, as lines; findings are told apart by rule and subject, and by where they stand modulo the rewrite. */
function changes({ files, path, rewrite }: Case): string[] {
  const others = files.filter((each) => each.path !== path);
  const isMeant = ({ rule }: Found): boolean => !OF_PLACE[rule]?.kinds.includes(rewrite.kind);
  const before = foundIn(files).filter(isMeant);
  const after = findingsOf([...others, ...rewrite.files]).filter(isMeant);
  const problems: string[] = [];
  const isRewritten = (each: Found): boolean => rewrite.files.some((file) => file.path === each.path);
  for (const found of before) {
    const isMoved = found.path === path;
    const places = isMoved
      ? rewrite.files.flatMap((file) => {
          const start = file.place(found.start);
          return start === undefined ? [] : [{ path: file.path, start }];
        })
      : [{ path: found.path, start: found.start }];
    const isOne = (each: Found): boolean => each.rule === found.rule && each.subject === found.subject;
    let index = after.findIndex(
      (each) => isOne(each) && places.some((place) => place.path === each.path && place.start === each.start),
    );
    const mayChoose = isMoved && rewrite.choice.some((span) => found.start >= span.start && found.start < span.end);
    // What leads out of this file is shown where this file leads there.
    const isOut = rewrite.kind === 'move';
    if (index < 0 && mayChoose)
      index = after.findIndex((each) => isOne(each) && (isOut ? isRewritten(each) : isChosen(each, rewrite)));
    if (index < 0) problems.push(`- ${found.rule} ${found.subject} at ${found.path}:${found.start}`);
    else after.splice(index, 1);
  }
  return [...problems, ...after.map((each) => `+ ${each.rule} ${each.subject} at ${each.path}:${each.start}`)];
}

/** A finding may stand at any of the places that the rewrite gives it the choice of. */
function isChosen(found: Found, rewrite: Rewrite): boolean {
  return rewrite.files.some(
    (file) =>
      file.path === found.path &&
      rewrite.choice.some((span) => {
        for (let at = span.start; at < span.end; at++) if (file.place(at) === found.start) return true;
        return false;
      }),
  );
}

const KINDS = ['extract', 'inline', 'move', 'swap'] as const;
const all = [...cases()];
// There are thirty extractions for each inlining.
const samples = KINDS.map((kind) => ({
  kind,
  ...sampleOf(
    all.filter(({ rewrite }) => rewrite.kind === kind),
    35,
  ),
}));

const fixtureOf = ({ name }: Case): string => name.split(' ', 1)[0]!;

test(`rewritten programs are Python (${samples.map(({ kind, about }) => `${kind}: ${about}`).join('; ')})`, () => {
  const texts = samples.flatMap(({ chosen }) => chosen).flatMap(({ rewrite }) => rewrite.files.map(({ text }) => text));
  const errors = compileErrors(texts);
  for (const [index, error] of errors.entries()) assert.equal(error, null, `${error} in:\n${texts[index]}`);
});

for (const { kind, chosen, about, isWhole } of samples) {
  test(`findings stay as they are: ${kind} (${about})`, () => {
    const notYet = new Set(NOT_YET.flatMap((each) => (each.kind === kind ? each.fixtures : [])));
    const keepers = new Set(notYet);
    const broken: string[] = [];
    for (const each of chosen) {
      const fixture = fixtureOf(each);
      const changed = !notYet.has(fixture) || keepers.has(fixture) ? changes(each) : [];
      if (changed.length > 0 && !keepers.delete(fixture)) broken.push(`${each.name}\n  ${changed.join('\n  ')}`);
    }
    assert.equal(broken.length, 0, `${broken.length} of ${chosen.length}:\n${broken.join('\n')}`);
    // A sample may have none of the cases in which such a fixture fails.
    if (isWhole) assert.deepEqual([...keepers], [], 'they keep the law: take them off the list');
  });
}
