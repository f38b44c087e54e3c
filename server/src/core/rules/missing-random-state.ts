/** scikit-learn and pandas fall back on numpy's global generator where they get no `random_state`. */
import type { Project } from '../contract/project.ts';
import type { Rule } from '../contract/rule.ts';
import { addArguments, replace } from '../edits/edit-text.ts';
import { fallsBackOnNumpy, findDraw } from '../lowering/draws.ts';
import { isHarmlessDraw } from '../lowering/harmless-draws.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { orNone, seedFor } from '../seeding/seed-values.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

export const missingRandomState: Rule = {
  name: 'missing-random-state',
  severity: { none: 'information', seeded: null, deterministic: null },
  inLibraries: false,
  since: '0.2.0',
  supersedes: ['incomplete-seeding'],
  summary: 'A shuffle, split or estimator without `random_state`, in a program that never seeds.',
  why: `Where \`random_state\` is absent or \`None\`, scikit-learn and pandas draw from numpy’s global generator. In a program
that never calls \`numpy.random.seed\` the split, the sample or the fitted model is another one in every run.

Some only draw on a condition: \`KFold\` with \`shuffle=True\`, \`SVC\` with \`probability=True\`, \`SGDClassifier\` unless
\`shuffle=False\`, \`LogisticRegression\` with the solvers \`sag\` and \`saga\`. A program that seeds something is judged by incomplete-seeding instead.`,
  never: [
    'A `random_state` with a value, also one that only the run decides, or a `**kwargs` that may hold it.',
    'A program that seeds numpy, itself or by a framework’s helper, or that may.',
    '`KFold` without `shuffle=True`, `SVC` without `probability=True`, `LogisticRegression` with a solver that does not draw.',
    '`sample` of what is no pandas object.',
    'A program that also draws from numpy directly, which incomplete-seeding reports.',
    'Library modules, and tests.',
  ],
  references: [
    'https://scikit-learn.org/stable/common_pitfalls.html#controlling-randomness',
    'https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.sample.html',
  ],
  examples: [
    {
      title: 'A split that moves from run to run',
      bad: `import pandas as pd
import torch
from sklearn.model_selection import train_test_split

frame = pd.read_csv('ratings.csv')
train, test = train_test_split(frame, test_size=0.2)
#             ^^^^^^^^^^^^^^^^ missing-random-state information: \`random_state\`
`,
      good: `import pandas as pd
import torch
from sklearn.model_selection import train_test_split

frame = pd.read_csv('ratings.csv')
train, test = train_test_split(frame, test_size=0.2, random_state=42)
`,
    },
  ],
  *check(file, project) {
    const calls = file.allCalls.filter((call) => fallsBackOnNumpy(call, file) && !isHarmlessDraw(call, file));
    if (calls.length === 0 || seedsNumpy(project) || drawsDirectly(file, project)) return;
    for (const call of calls) {
      const given = file.argument(call, 'random_state');
      const { start, end } = typeof given === 'string' ? call.callee : given;
      yield {
        start,
        end,
        subject: 'numpy',
        message: t`\`${file.read(call.callee)}\` has no \`random_state\`, and this program never seeds numpy.`,
        fixes: () => repairs(file, call, project),
      };
    }
  },
};

const seedsNumpy = (project: Project): boolean => project.summary === null || 'numpy' in project.summary.may;

/** The program draws from numpy itself too: seeding numpy helps all of them, so another rule speaks. */
function drawsDirectly(file: PythonFile, project: Project): boolean {
  if (!project.summary?.exposed.numpy) return false;
  return file.allCalls.some((call) => {
    const draw = findDraw(call, file);
    return draw?.stream === 'numpy' && draw.kind === 'function' && !draw.via && !isHarmlessDraw(call, file);
  });
}

/** All processes split and sample the same data, as they did not before: they need the same parts of it. */
function repairs(file: PythonFile, call: Call, project: Project): Fix[] {
  const value = seedFor(file, project, call.node, { isShared: true });
  if (!value) return [];
  const seed = orNone(value, file);
  const given = file.argument(call, 'random_state');
  return [
    {
      title: t`Pass \`random_state=${value.text}\``,
      safe: false,
      edits: () => [
        ...value.edits,
        ...(typeof given === 'string' ? addArguments(file, call, [`random_state=${seed}`]) : [replace(given, seed)]),
      ],
    },
  ];
}
