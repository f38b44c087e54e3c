/** The bundled command line as a shell sees it: what it prints where, and its exit code. */
import assert from 'node:assert/strict';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell } from '../shell.ts';

const BAD = `import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
print(torch.rand(3))
`;

test('findings are printed one a line and counted', (t) => {
  const { run } = shell(t, { 'train.py': BAD, 'pkg/model.py': 'import torch\n' });
  const { status, stdout, stderr } = run('check', '--format', 'concise');
  const [line, ...rest] = stdout.split('\n');
  assert.match(line!, /^train\.py:5:34: warning cudnn-benchmark \S/);
  assert.deepEqual(rest, ['Found 1 problem (1 warning) in 2 files.', '1 fixable with --fix --unsafe-fixes.', '']);
  assert.equal(run('check', '--format', 'text').stdout, stdout, 'the name of 0.3');
  assert.equal(stderr, '');
  assert.equal(status, 1);
});

test('clean code is said to be clean', (t) => {
  const { run } = shell(t, { 'train.py': 'import torch\n' });
  assert.deepEqual(run('check'), { status: 0, stdout: 'No problems in 1 file.\n', stderr: '' });
});

test('JSON has a row for each finding', (t) => {
  const { cwd, run } = shell(t, { 'src/train.py': BAD.replace('torch.b', '"🎲"; torch.b') });
  const { status, stdout } = run('check', 'src', '--format', 'json');
  const [row, ...others] = JSON.parse(stdout);
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...row, message: typeof row.message },
    {
      filename: join(cwd, 'src/train.py'),
      cell: null,
      code: 'cudnn-benchmark',
      subject: row.subject,
      severity: 'warning',
      message: 'string',
      location: { row: 5, column: 40 },
      end_location: { row: 5, column: 44 },
    },
  );
  assert.equal(status, 1);
  assert.deepEqual(JSON.parse(shell(t, {}).run('check', '--format', 'json').stdout), []);
});

test('every line end counts as one', (t) => {
  const { run } = shell(t, { 'crlf.py': BAD.replaceAll('\n', '\r\n'), 'bom.py': `\uFEFF${BAD}` });
  const places = run('check').stdout.matchAll(/^\S+:(\d+:\d+):/gm);
  assert.deepEqual(
    [...places].map(([, place]) => place),
    ['5:34', '5:34'],
  );
});

test('--fail-on decides which findings fail', (t) => {
  const { run } = shell(t, { 'train.py': BAD });
  const statusOf = (severity: string) => run('check', '--fail-on', severity).status;
  assert.deepEqual(['error', 'warning', 'information', 'hint'].map(statusOf), [0, 1, 1, 1]);
});

test('folders of others are left out, unless a file in them is named', (t) => {
  const skipped = ['.git', '.venv', 'node_modules', '__pycache__', 'build', 'lib/site-packages', 'my-env/lib'];
  const { names } = shell(t, {
    ...Object.fromEntries(skipped.map((folder) => [`${folder}/a.py`, BAD])),
    'my-env/pyvenv.cfg': '',
    'b.py': BAD,
    'a/z.py': BAD,
    'B.py': BAD,
    script: BAD,
    'notes.txt': BAD,
  });
  assert.deepEqual(names(), ['B.py', 'a/z.py', 'b.py']);
  assert.deepEqual(names('build/a.py', 'script', 'a', 'a/z.py'), ['build/a.py', 'script', 'a/z.py']);
});

test('of a file in no project only so much is looked at as may belong to it', (t) => {
  const program = 'import torch\nfrom helper import seed\n\nseed(0)\nprint(torch.rand(2))\n';
  const helper = 'import torch\n\n\ndef seed(value):\n    print(value)\n';
  const few = { 'train.py': program, 'src/helper.py': helper };
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`other/${i}.txt`, '']));
  const rules = (files: Record<string, string>): string[] =>
    [
      ...shell(t, files)
        .run('check', 'train.py')
        .stdout.matchAll(/^\S+:\d+: \w+ (\S+)/gm),
    ].map(([, rule]) => rule!);
  assert.deepEqual(rules(few), ['incomplete-seeding']);
  assert.deepEqual(rules({ ...few, ...many }), []); // A helper nobody can read may seed.
  assert.deepEqual(rules({ ...few, ...many, 'helper.py': helper }), ['incomplete-seeding']);
});

test('a file outside the current folder has its whole path', (t) => {
  const { cwd } = shell(t, { 'train.py': BAD });
  const { names } = shell(t, {});
  assert.deepEqual(names(cwd), [join(cwd, 'train.py')]);
});

test('links are safe to meet', { skip: process.platform === 'win32' }, (t) => {
  const { cwd, run } = shell(t, { 'a/train.py': BAD });
  symlinkSync('..', join(cwd, 'a/loop'));
  symlinkSync('self.py', join(cwd, 'self.py'));
  symlinkSync('nowhere', join(cwd, 'broken.py'));
  symlinkSync('a/train.py', join(cwd, 'linked.py'));
  assert.match(run('check').stdout, /\nFound 2 problems \(2 warnings\) in 2 files\.\n/);
});

test('what cannot be analysed is named on standard error, and the rest is checked', (t) => {
  const { run } = shell(t, {
    'binary.py': Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff),
    'broken.py': 'def broken(:\n',
    'empty.py': '',
    'huge.py': BAD + '# padding\n'.repeat(500_000),
    'train.py': BAD,
  });
  const { status, stdout, stderr } = run('check', '--format', 'concise');
  assert.match(stdout, /^train\.py:5:34: .*\nFound 1 problem \(1 warning\) in 3 files\.\n/);
  assert.deepEqual(stderr.split('\n'), [
    'seedwise: binary.py is not analysed: it is not text.',
    'seedwise: broken.py:1 is not valid Python; what can be parsed is checked.',
    'seedwise: huge.py is not analysed: it is too long.',
    '',
  ]);
  assert.equal(status, 1);
});

test('a file or folder that was named and cannot be read fails the check', (t) => {
  const { cwd, run } = shell(t, { 'train.py': BAD, 'closed/train.py': BAD, 'secret.py': BAD });
  // Modes do not stop root, but nobody at all can read this one from its start.
  if (process.platform === 'linux') symlinkSync('/proc/self/mem', join(cwd, 'memory.py'));
  chmodSync(join(cwd, 'secret.py'), 0);
  chmodSync(join(cwd, 'closed'), 0);
  const unreadable = process.getuid?.() === 0 ? ['memory.py'] : ['secret.py', 'closed'];
  const statuses = [['train.py'], ['.'], ...unreadable.map((name) => ['train.py', name])].map(
    (names) => run('check', ...names).status,
  );
  chmodSync(join(cwd, 'closed'), 0o700); // So that the folder can go.
  assert.deepEqual(statuses, [1, 1, ...unreadable.map(() => 2)]);
});

const DRAWS = 'import torch\nfrom mylib.repro import init\n\ninit(0)\nprint(torch.rand(2))\n';

test('the nearest pyproject.toml with a table of ours gives the settings', (t) => {
  const { run } = shell(t, {
    '.git/HEAD': '',
    'pyproject.toml': '[tool.seedwise.rules]\nincomplete-seeding = "error"\n',
    'train.py': DRAWS,
    'sub/setup.py': '',
    'sub/pyproject.toml': '[project]\nname = "sub"\n',
    'sub/train.py': DRAWS,
    'own/pyproject.toml': '[tool.seedwise.seed-functions]\n"mylib.repro.init" = ["torch"]\n',
    'own/src/train.py': DRAWS,
  });
  const lines = (...args: string[]) => run('check', ...args).stdout.match(/^\S+: \w+ [\w-]+/gm);
  assert.deepEqual(lines(), ['sub/train.py:5:7: error incomplete-seeding', 'train.py:5:7: error incomplete-seeding']);
  assert.deepEqual(lines('sub'), ['sub/train.py:5:7: error incomplete-seeding'], 'the repository is looked through');
});

test('a wrong setting of a project is named and fails the check, and the others hold', (t) => {
  const { run } = shell(t, {
    'pyproject.toml': '[tool.seedwise]\nlevel = "loud"\ntorchVersion = "2"\nrules = { "*" = "off" }\n',
    'train.py': DRAWS,
  });
  assert.deepEqual(run('check'), {
    status: 2,
    stdout: 'No problems in 1 file.\n',
    stderr: `seedwise: pyproject.toml: \`tool.seedwise.level\` must be "auto", "seeded" or "deterministic".
seedwise: pyproject.toml: \`tool.seedwise.torchVersion\` must be spelled \`torch-version\`.
`,
  });
});

test('the version of torch comes from the option, the project, or its manifests', (t) => {
  const { run } = shell(t, {
    'train.py': 'import torch\n\ntorch.manual_seed(0)\ntorch.set_deterministic(True)\nprint(torch.rand(2))\n',
    '.git/HEAD': '',
    'deps/base.list': 'torch==1.7.1\n',
    'requirements.txt': '-r deps/base.list\n',
    'new/pyproject.toml': '[tool.seedwise]\ntorch-version = "2.1"\n',
    'new/train.py': 'import torch\n\ntorch.manual_seed(0)\ntorch.set_deterministic(True)\nprint(torch.rand(2))\n',
    'env/requirements.txt': 'torch>=1.7\n',
    'env/app/train.py': 'import torch\n\ntorch.manual_seed(0)\ntorch.set_deterministic(True)\nprint(torch.rand(2))\n',
  });
  const found = (...args: string[]) => run('check', ...args).stdout.match(/^\S+: \w+/gm) ?? [];
  assert.deepEqual(found('train.py', 'new/train.py'), ['new/train.py:4:1: error']);
  assert.deepEqual(found('train.py', 'new/train.py', '--torch-version', '1.9'), [
    'train.py:4:1: hint',
    'new/train.py:4:1: hint',
  ]);
  assert.deepEqual(found('env/app'), [], 'the nearer range allows what the project above names');
});

test('bad usage is explained on standard error', (t) => {
  const { run } = shell(t, {});
  const attempts: [string[], RegExp][] = [
    [[], /a command is missing/],
    [['lint'], /no command 'lint'/],
    [['check', '--fast'], /'--fast'/],
    [['check', '--format', 'xml'], /no format 'xml'/],
    [['check', '--fail-on', 'never'], /no severity 'never'/],
    [['check', '--level', 'loud'], /^seedwise: --level must be "auto", "seeded" or "deterministic", not 'loud'\n/],
    [['check', '--torch-version', ''], /^seedwise: --torch-version must be a version such as "2\.3", not ''\n/],
    [['check', 'nowhere.py'], /no file or folder 'nowhere\.py'/],
  ];
  for (const [args, expected] of attempts) {
    const { status, stdout, stderr } = run(...args);
    assert.match(stderr, expected);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  }
});

test('help and version go to standard output', (t) => {
  const { run } = shell(t, {});
  assert.match(run('--help').stdout, /seedwise check/);
  assert.match(run('--version').stdout, /^seedwise \d+\.\d+\.\d+\n$/);
  assert.equal(run('check', '-h').status, 0);
});

test('a notebook that is checked is judged with the files it runs', (t) => {
  const stored = (...sources: string[]): string =>
    JSON.stringify({
      cells: sources.map((source) => ({ cell_type: 'code', metadata: {}, outputs: [], source })),
      metadata: {},
      nbformat: 4,
    });
  const draws = 'import torch\nimport numpy as np\ntorch.rand(1)\nnp.random.rand()';
  const { run } = shell(t, {
    'setup.ipynb': stored('import numpy as np\nnp.random.seed(0)'),
    'lib/seed.py': 'import torch\nif __name__ == "__main__":\n    torch.manual_seed(0)\n',
    'train.ipynb': stored('%run lib/seed.py\n%run setup.ipynb', draws),
    'other.ipynb': stored('!python lib/seed.py\n%run setup.ipynb', draws),
  });
  assert.deepEqual(run('check', 'train.ipynb'), { status: 0, stdout: 'No problems in 1 file.\n', stderr: '' });
  assert.match(
    run('check', 'other.ipynb').stdout,
    /^other\.ipynb:cell 2:3:1: warning incomplete-seeding `torch\.rand`/,
  );
});
