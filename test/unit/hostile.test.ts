/** Texts nobody wrote on purpose: the engine says what it can and never fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { understand, workspaceOf } from '../corpus.ts';

const DRAW = 'model = torch.nn.Linear(1, 1)\n';

const TEXTS: Readonly<Record<string, { text: string; finds: readonly string[] }>> = {
  'an empty file': { text: '', finds: [] },
  'white space': { text: ' \n\t\n\r\n', finds: [] },
  'a byte order mark': { text: `\uFEFFimport torch\n${DRAW}`, finds: ['incomplete-seeding'] },
  'lone carriage returns': { text: 'import torch\rtorch.rand(3)\r', finds: ['incomplete-seeding'] },
  'Python 2': { text: `import torch\nprint 'x'\nexec 'y'\n${DRAW}`, finds: ['incomplete-seeding'] },
  'a string that never ends': { text: `import torch\n${DRAW}x = """`, finds: ['incomplete-seeding'] },
  'brackets that never close': { text: `import torch\n${DRAW}x = ((([`, finds: ['incomplete-seeding'] },
  'nothing but brackets': { text: `import torch\nx = ${'['.repeat(3000)}${']'.repeat(3000)}\n`, finds: [] },
  'deep blocks': {
    text: `import torch\n${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}if x:\n`).join('')}${' '.repeat(300)}torch.rand(1)\n`,
    finds: ['incomplete-seeding'],
  },
  'thousands of elif': {
    text: `import torch\nif a:\n    pass\n${Array.from({ length: 3000 }, (_, i) => `elif a == ${i}:\n    torch.rand(1)\n`).join('')}`,
    finds: [],
  },
  'names that are bound thousands of times': {
    text: `import torch\ndef table(a, start):\n${'    a, start = point(a, start, torch)\n'.repeat(3000)}    torch.rand(1)\ntable(0, 0)\n`,
    finds: ['incomplete-seeding'],
  },
  'a switch whose value is being typed': {
    text: 'import torch\ntorch.backends.cudnn.benchmark = x: int\ntorch.backends.cudnn.deterministic = y = z: bool\ntorch.rand(1)\n',
    finds: ['incomplete-seeding'],
  },
  'an environment variable whose value is being typed': {
    text: "import os\nimport torch\nos.environ['CUBLAS_WORKSPACE_CONFIG'] = x: str\ntorch.rand(1)\n",
    finds: ['incomplete-seeding'],
  },
  'a configuration whose stream is made of itself': {
    text: 'import torch\nfrom hyperpyyaml import load_hyperpyyaml\nstream = \\\nhparams = load_hyperpyyaml(stream)\nopened = open(opened)\nload_hyperpyyaml(opened)\ntorch.rand(1)\n',
    finds: [],
  },
  'a function that is handed on thousands of times': {
    text: `import torch\nf0 = torch.rand\n${Array.from({ length: 2500 }, (_, i) => `f${i + 1} = f${i}\n`).join('')}f2500(1)\n`,
    finds: ['incomplete-seeding'],
  },
  'a layer that is handed on thousands of times': {
    text: `import torch\nx0 = torch.nn.Linear(1, 1)\n${Array.from({ length: 2500 }, (_, i) => `x${i + 1} = x${i}\n`).join('')}x2500(1)\n`,
    finds: ['incomplete-seeding'],
  },
  'a set that grows thousands of times': {
    text: `import random\nimport torch\ns = set(["a"])\n${'s = s | set(["b"])\n'.repeat(600)}random.seed(0)\norder = list(s)\nrandom.shuffle(order)\ntorch.manual_seed(0)\n`,
    finds: ['set-order'],
  },
  'a set that is put into itself': {
    text: 'import random\nimport torch\nusers = "ann", "bob", "eve"] * 3\n = list(set(users))\nrandom.shuffle(users)\ntorch.rand(1)\n',
    finds: ['incomplete-seeding'],
  },
  'things made of themselves': {
    text: `import torch
class A(A): pass
x = x
y = z
z = y
A().foo()
options = dict(**options)
torch.utils.data.DataLoader(1, **options)
def f(n): return f(n - 1)
f(f)
`,
    finds: [],
  },
};

for (const [name, { text, finds }] of Object.entries(TEXTS)) {
  test(name, () => {
    understand('train.py', text, ({ analysis }) => {
      assert.deepEqual(
        analysis.findings.map((finding) => finding.rule),
        finds,
      );
    });
  });
}

test('modules that import each other by star', () => {
  const files = [
    { path: 'a.py', text: 'from b import *\nimport torch\ndef f(): return g()\nf()\n' },
    { path: 'b.py', text: 'from a import *\nfrom c import *\ndef g(): return f()\n' },
    { path: 'c.py', text: 'from b import *\nfrom a import *\n' },
  ];
  const workspace = workspaceOf(files);
  for (const { path, text } of files) {
    understand(path, text, ({ analysis }) => assert.deepEqual(analysis.findings, []), DEFAULT_SETTINGS, workspace);
  }
});
