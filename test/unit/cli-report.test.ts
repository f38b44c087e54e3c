/** `seedwise report` as a shell sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shell } from '../shell.ts';

const FILES = {
  'train.py': 'import torch\nfrom lib.seeds import fix\n\nfix(1)\nprint(torch.rand(1))\n',
  'eval.py': 'import torch\n\nprint(torch.rand(1))\n',
  'lib/seeds.py': 'import torch\n\n\ndef fix(seed):\n    torch.manual_seed(seed)\n',
  'setup.py': 'print("no torch here")\n',
};

test('a program is reported with the files it imports', (t) => {
  const { status, stdout, stderr } = shell(t, FILES).run('report', 'train.py');
  assert.deepEqual(stdout.split('\n').slice(0, 10), [
    'train.py',
    'The random numbers repeat, as far as the code shows; on CUDA the bits may differ: deterministic algorithms are off.',
    'It seeds, so it promises the same random numbers. Judged for the newest torch, since no file names a version. It runs 2',
    'files of the workspace.',
    '',
    'Random streams',
    '  Stream  State         Seeded                                     First drawn',
    '  random  no draw seen  –                                          –',
    '  numpy   no draw seen  –                                          –',
    '  torch   seeded        torch.manual_seed(seed)  lib/seeds.py:5:5  torch.rand  train.py:5:7',
  ]);
  assert.deepEqual([status, stderr], [0, '']);
});

test('a folder, and no path at all, means every program in it', (t) => {
  const { run } = shell(t, FILES);
  const { stdout } = run('report', '--format', 'markdown');
  assert.deepEqual(stdout.match(/^# .*$/gm), ['# Reproducibility of `eval.py`', '# Reproducibility of `train.py`']);
  assert.equal(run('report', '--format', 'markdown', '.').stdout, stdout);
  assert.equal(run('report', 'lib').stdout, 'There is no training program here.\n');
});

test('a file that is no program gets one sentence', (t) => {
  const { run } = shell(t, FILES);
  assert.equal(
    run('report', 'lib/seeds.py').stdout,
    'lib/seeds.py\n`lib/seeds.py` is a library: `train.py` reaches it.\n',
  );
  assert.equal(
    run('report', 'setup.py').stdout,
    'setup.py\n`setup.py` is no training program: it reaches no machine-learning library.\n',
  );
});

test('JSON is the report itself', (t) => {
  const { run } = shell(t, FILES);
  const [report, ...others] = JSON.parse(run('report', '--format', 'json', 'train.py').stdout);
  assert.deepEqual(others, []);
  assert.equal(report.kind, 'program');
  const torch = report.streams.find(({ stream }: { stream: string }) => stream === 'torch');
  assert.equal(torch.state, 'seeded');
  assert.deepEqual([torch.seeds[0].seed, torch.seeds[0].value, torch.seeds[0].by[0].code], ['seed', 1, 'fix(1)']);
  assert.deepEqual([torch.drawn.place.line, torch.drawn.place.column], [5, 7]);
  assert.deepEqual(JSON.parse(run('report', '--format', 'json', 'lib').stdout), []);
});

test('formats belong to their commands', (t) => {
  const { run } = shell(t, FILES);
  assert.deepEqual(
    [run('check', '--format', 'xml'), run('report', '--format', 'sarif')].map(({ status, stderr }) => [
      status,
      /there is no format '\w+'/.test(stderr),
    ]),
    [
      [2, true],
      [2, true],
    ],
  );
});

const NOTEBOOK = JSON.stringify({
  cells: [
    { cell_type: 'markdown', source: ['# Noise'] },
    { cell_type: 'code', source: ['%matplotlib inline\n', 'import torch'] },
    { cell_type: 'code', source: ['torch.manual_seed(3)\n', 'x = torch.rand(1)'] },
    { cell_type: 'code', source: ['import numpy as np\n', '\n', 'np.random.rand()'] },
  ],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

test('a notebook is a program, whose places are lines of its cells', (t) => {
  const { run } = shell(t, { ...FILES, 'demo.ipynb': NOTEBOOK });
  const text = run('report', 'demo.ipynb').stdout.split('\n');
  assert.equal(text[6]?.slice(0, 46), '  demo.ipynb:cell 4:3:1  incomplete-seeding  `');
  const streams = text.indexOf('Random streams');
  assert.deepEqual(text.slice(streams, streams + 5), [
    'Random streams',
    '  Stream  State         Seeded                                       First drawn',
    '  random  no draw seen  –                                            –',
    '  numpy   never seeded  –                                            np.random.rand  demo.ipynb:cell 4:3:1',
    '  torch   seeded        torch.manual_seed(3)  demo.ipynb:cell 3:1:1  torch.rand  demo.ipynb:cell 3:2:5',
  ]);
  const markdown = run('report', '--format', 'markdown', '.').stdout;
  assert.deepEqual(markdown.match(/^# .*$/gm), [
    '# Reproducibility of `demo.ipynb`',
    '# Reproducibility of `eval.py`',
    '# Reproducibility of `train.py`',
  ]);
  assert.match(markdown, /\| \[demo\.ipynb:cell 4:3\]\(demo\.ipynb\) \| \[incomplete-seeding\]/);
  const [report] = JSON.parse(run('report', '--format', 'json', 'demo.ipynb').stdout);
  const { path: _, ...place } = report.findings[0].place;
  assert.deepEqual(place, { cell: 3, line: 3, column: 1 });
});
