/** Every option of the command line shows its effect, and help and documentation come from the one table of them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { CLI_COMMANDS, OPTIONS } from '../../server/src/cli/options.ts';
import { BUNDLE, CACHE, NODE, shell } from '../shell.ts';

const BENCHMARK = `import torch

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
print(torch.rand(3))
`;
const NUMPY = 'import torch\nimport numpy as np\n\ntorch.manual_seed(0)\nprint(torch.rand(1), np.random.rand(3))\n';
const BOTH = `import numpy as np\n${BENCHMARK}np.random.rand(1)\n`;
const REDUNDANT = 'import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(3))\n';

/** The options that a test below is about, so that none is forgotten. */
const shown = new Set<string>();
const about = (options: readonly string[], name: string, body: (t: TestContext) => void | Promise<void>): void => {
  for (const option of options) shown.add(option);
  test(`${options.map((option) => `--${option}`).join(', ')}: ${name}`, { timeout: 300_000 }, body);
};

const rulesIn = (json: string): string[] => JSON.parse(json).map(({ code }: { code: string }) => code);

about(['select', 'ignore'], 'only these rules speak, or all but these', (t) => {
  const { run } = shell(t, { 'train.py': BOTH });
  const rules = (...args: string[]) => rulesIn(run('check', '--format', 'json', ...args).stdout);
  assert.deepEqual(rules(), ['cudnn-benchmark', 'incomplete-seeding']);
  assert.deepEqual(rules('--select', 'incomplete-*,late-seed'), ['incomplete-seeding']);
  assert.deepEqual(rules('--ignore', 'incomplete-seeding', '--ignore', 'late-seed'), ['cudnn-benchmark']);
  assert.deepEqual(rules('--select', '*', '--ignore', '*-seeding'), ['cudnn-benchmark']);
});

about(['fail-on', 'exit-zero'], 'what the exit code says', (t) => {
  const { run } = shell(t, { 'train.py': BENCHMARK });
  assert.equal(run('check').status, 1);
  assert.equal(run('check', '--fail-on', 'error').status, 0);
  assert.equal(run('check', '--exit-zero').status, 0);
});

about(['output'], 'what would be printed goes to a file', (t) => {
  const { cwd, run } = shell(t, { 'train.py': BENCHMARK });
  const { stdout } = run('check', '--format', 'json');
  const written = run('check', '--format', 'json', '-o', 'found.json');
  assert.deepEqual([written.status, written.stdout], [1, '']);
  assert.equal(readFileSync(join(cwd, 'found.json'), 'utf8'), stdout);
});

about(['threads'], 'as many threads find the same, in the same order, and say the same', (t) => {
  const programs = Array.from({ length: 130 }, (_, i): [string, string] => [
    `p${i % 7}/file${i}.py`,
    i % 3 === 0 ? BOTH : i % 3 === 1 ? `from file${i - 1} import nothing\nimport torch\n` : 'import torch\ndef f(:\n',
  ]);
  // Places in one thread's file, letters of one, two and four bytes before them, that another thread's program leads to.
  const letters = ['é', '随机', '🎲'];
  const helpers = letters.map((each, i): [string, string] => [
    `q/helper${i}.py`,
    `"""${each}"""\nimport torch\n\n\ndef draw():\n    return "${each}", torch.rand(3)\n`,
  ]);
  const users = letters.map((_, i): [string, string] => [
    `q/user${i}.py`,
    `import torch\nfrom helper${i} import draw\n\nprint(draw())\ntorch.manual_seed(0)\n`,
  ]);
  const { run } = shell(t, Object.fromEntries([...helpers, ...programs, ...users]));
  const [one, two, many] = ['1', '2', '3'].map((count) => run('check', '--no-cache', '--threads', count, '.'));
  assert.match(one!.stdout, /p3\/file3\.py/);
  for (const i of letters.keys()) assert.match(one!.stdout, new RegExp(`q/helper${i}\\.py:6:`));
  assert.match(one!.stderr, /p2\/file2\.py:2 is not valid Python/);
  assert.deepEqual(two, one);
  assert.deepEqual(many, one);
  assert.match(run('check', '--threads', '0').stderr, /needs a number/);
});

about(
  ['cache', 'no-cache'],
  'what has not changed is remembered, and what is no entry of ours is written anew',
  (t) => {
    const { cwd, run } = shell(t, { 'train.py': BOTH, 'broken.py': 'import torch\ndef f(:\n' });
    const entries = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
    const usual = join(CACHE, 'seedwise');
    const before = entries(usual).length;
    const first = run('check', '--no-cache');
    assert.equal(entries(usual).length, before);
    for (let time = 0; time < 2; time++) assert.deepEqual(run('check', '--cache', 'kept'), first);
    const [entry = '', ...others] = entries(join(cwd, 'kept'));
    assert.deepEqual(others, []);
    const path = join(cwd, 'kept', entry);
    const whole = readFileSync(path, 'utf8');
    for (const text of ['', whole.slice(0, -20), whole.replace('incomplete-seeding', 'incomplete-sowing!'), '{}\n{}']) {
      writeFileSync(path, text);
      assert.deepEqual(run('check', '--cache', 'kept'), first, text.slice(0, 80));
      assert.equal(readFileSync(path, 'utf8'), whole);
    }
    // An entry is used: one that is sound in itself is believed.
    const other = whole.slice(whole.indexOf('\n') + 1).replaceAll('incomplete-seeding', 'incomplete-sowing!');
    writeFileSync(path, `${createHash('sha256').update(other).digest('hex')}\n${other}`);
    assert.match(run('check', '--cache', 'kept').stdout, /incomplete-sowing!/);
    // Another text, another setting, another version of torch: another key.
    writeFileSync(join(cwd, 'train.py'), BENCHMARK);
    assert.doesNotMatch(run('check', '--cache', 'kept').stdout, /incomplete-s/);
    writeFileSync(join(cwd, 'pyproject.toml'), '[tool.seedwise.rules]\ncudnn-benchmark = "off"\n');
    assert.doesNotMatch(run('check', '--cache', 'kept').stdout, /cudnn-benchmark/);
    assert.equal(entries(join(cwd, 'kept')).length, 3);
    run('check');
    assert.equal(entries(usual).length, before + (process.platform === 'linux' ? 1 : 0));
    assert.equal(run('check', '--cache', 'train.py/nowhere').status, 0);
  },
);

about(['cache'], 'two runs at once write one whole entry', async (t) => {
  const { cwd } = shell(t, { 'train.py': BOTH });
  const args = [BUNDLE, 'check', '--cache', 'kept'];
  const runs = Array.from({ length: 4 }, () => once(spawn(NODE, args, { cwd, stdio: 'ignore' }), 'exit'));
  assert.deepEqual(
    (await Promise.all(runs)).map(([code]) => code),
    [1, 1, 1, 1],
  );
  assert.match(readdirSync(join(cwd, 'kept')).join(), /^[0-9a-f]{64}\.json$/);
});

about(['fix', 'unsafe-fixes', 'diff'], 'a diff is what a repair would change, and changes nothing', (t) => {
  const { cwd, run } = shell(t, { 'pkg/train.py': REDUNDANT, 'clean.py': 'import torch\n' });
  const { status, stdout, stderr } = run('check', '--diff');
  assert.equal(
    stdout,
    `--- a/pkg/train.py
+++ b/pkg/train.py
@@ -1,5 +1,4 @@
 import torch
${' '}
 torch.manual_seed(0)
-torch.cuda.manual_seed_all(0)
 print(torch.rand(3))
`,
  );
  assert.equal(stderr, 'seedwise: would fix 1 problem in 1 file.\n');
  assert.equal(status, 1);
  assert.equal(readFileSync(join(cwd, 'pkg/train.py'), 'utf8'), REDUNDANT);
  assert.equal(run('check', '--diff', '--exit-zero').status, 0);
  run('check', '--fix');
  assert.deepEqual(run('check', '--diff'), { status: 0, stdout: '', stderr: 'seedwise: nothing to fix.\n' });
  writeFileSync(join(cwd, 'pkg/train.py'), BENCHMARK);
  assert.equal(run('check', '--diff').stdout, '');
  assert.match(
    run('check', '--diff', '--unsafe-fixes').stdout,
    /^-torch\.backends.* = True\n\+torch\.backends.* = False$/m,
  );
});

about(['add-ignores'], 'each finding gets a comment, and is silent from then on', (t) => {
  const { cwd, run } = shell(t, { 'train.py': BOTH });
  const { status, stderr } = run('check', '--add-ignores');
  assert.deepEqual([status, stderr], [0, 'seedwise: added 2 ignores in 1 file.\n']);
  const text = readFileSync(join(cwd, 'train.py'), 'utf8');
  assert.match(text, /benchmark = True {2}# seedwise: ignore\[cudnn-benchmark\]\n/);
  assert.match(text, /np\.random\.rand\(1\) {2}# seedwise: ignore\[incomplete-seeding\]\n/);
  assert.equal(run('check', '--add-ignores').stderr, 'seedwise: added 0 ignores in 0 files.\n');
});

about(['baseline', 'update-baseline'], 'what is known is not shown, wherever its line moves', (t) => {
  const { cwd, run } = shell(t, { 'src/train.py': BENCHMARK });
  const first = run('check', '--baseline', 'known.json');
  assert.deepEqual([first.status, first.stdout], [0, 'No problems in 1 file.\n']);
  assert.match(first.stderr, /wrote the baseline known\.json with 1 finding/);
  const path = join(cwd, 'src/train.py');
  writeFileSync(path, BENCHMARK.replace('import torch\n', 'import os\nimport torch\n\n\nprint(os.name)\n'));
  assert.equal(run('check', '--baseline', 'known.json').status, 0);
  writeFileSync(
    path,
    `import torch\n\nif torch.cuda.is_available():\n    torch.backends.cudnn.benchmark = True\n${BENCHMARK}`,
  );
  const second = run('check', '--baseline', 'known.json', '--format', 'json');
  assert.equal(second.status, 1);
  assert.deepEqual(
    JSON.parse(second.stdout).map(({ location }: { location: object }) => location),
    [{ row: 9, column: 34 }],
    'the second of two equal ones is new',
  );
  assert.equal(run('check', '--baseline', 'known.json', '--update-baseline').status, 0);
  assert.equal(run('check', '--baseline', 'known.json').status, 0);
  assert.equal(run('check', '--baseline', 'src/../known.json', 'src').status, 0);
});

about(['statistics'], 'rules are counted', (t) => {
  const { run } = shell(t, { 'a.py': BOTH, 'b.py': BENCHMARK });
  assert.match(
    run('check', '--statistics').stdout,
    /^2 {2}cudnn-benchmark .*\n1 {2}incomplete-seeding .*\nFound 3 problems \(3 warnings\)\.\n$/,
  );
  const rows = JSON.parse(run('check', '--statistics', '--format', 'json').stdout);
  assert.deepEqual(
    rows.map(({ code, count }: { code: string; count: number }) => [code, count]),
    [
      ['cudnn-benchmark', 2],
      ['incomplete-seeding', 1],
    ],
  );
  assert.equal(run('check', '--statistics', '--select', 'late-seed').stdout, 'No problems.\n');
});

const PYTHON = 'import torch\n';

about(['show-files', 'no-gitignore'], 'git leaves out what it is told to, in nested folders too', (t) => {
  const { run } = shell(t, {
    '.git/HEAD': '',
    '.gitignore': '/data\n*_gen.py\n!keep_gen.py\nlogs/\n# a comment\n*a*a*a*a*a*b\n',
    'train.py': PYTHON,
    'data/a.py': PYTHON,
    'pkg/data/b.py': PYTHON,
    'pkg/x_gen.py': PYTHON,
    'pkg/keep_gen.py': PYTHON,
    'pkg/.gitignore': 'old.py\n!x_gen.py\n',
    'pkg/old.py': PYTHON,
    'old.py': PYTHON,
    'logs/.gitignore': '!a.py\n',
    'logs/a.py': PYTHON,
  });
  const files = (...args: string[]) =>
    run('check', '--show-files', ...args)
      .stdout.trim()
      .split('\n');
  assert.deepEqual(files(), ['old.py', 'pkg/data/b.py', 'pkg/keep_gen.py', 'pkg/x_gen.py', 'train.py']);
  assert.deepEqual(files('pkg'), ['pkg/data/b.py', 'pkg/keep_gen.py', 'pkg/x_gen.py']);
  assert.deepEqual(files('data', 'logs/a.py'), ['data/a.py', 'logs/a.py'], 'what is named is meant');
  assert.equal(files('--no-gitignore').length, 8);
});

about(['exclude', 'extend-exclude', 'force-exclude'], 'files are left out by pattern', (t) => {
  const { run } = shell(t, {
    'pyproject.toml': '[tool.seedwise]\nexclude = ["old", "/pkg/gen*.py"]\nextend-exclude = ["*_pb2.py"]\n',
    'train.py': PYTHON,
    'old/a.py': PYTHON,
    'pkg/old/b.py': PYTHON,
    'pkg/generated.py': PYTHON,
    'generated.py': PYTHON,
    'pkg/x_pb2.py': PYTHON,
  });
  const files = (...args: string[]) =>
    run('check', '--show-files', ...args)
      .stdout.trim()
      .split('\n');
  assert.deepEqual(files(), ['generated.py', 'train.py']);
  assert.deepEqual(files('--exclude', 'train.py'), ['generated.py', 'old/a.py', 'pkg/generated.py', 'pkg/old/b.py']);
  assert.deepEqual(files('--extend-exclude', 'gen*,./nothing'), ['train.py']);
  assert.deepEqual(files('--isolated', 'old'), ['old/a.py']);
  assert.deepEqual(files('old/a.py', 'train.py'), ['old/a.py', 'train.py']);
  const forced = run('check', '--force-exclude', 'old/a.py');
  assert.deepEqual([forced.status, forced.stdout], [0, 'No file is checked.\n']);
});

about(['config', 'isolated'], 'other settings than the project’s, or none', (t) => {
  const { run } = shell(t, {
    'pyproject.toml': '[tool.seedwise.rules]\ncudnn-benchmark = "hint"\n',
    'strict.toml':
      '[tool.seedwise.rules]\ncudnn-benchmark = "error"\n\n[tool.seedwise.per-file-ignores]\n"b/*" = ["cudnn-*"]\n',
    'a/train.py': BENCHMARK,
    'b/train.py': BENCHMARK,
  });
  const lines = (...args: string[]) => run('check', ...args).stdout.match(/^\S+: \w+/gm);
  assert.deepEqual(lines(), ['a/train.py:5:34: hint', 'b/train.py:5:34: hint']);
  assert.deepEqual(lines('--isolated'), ['a/train.py:5:34: warning', 'b/train.py:5:34: warning']);
  assert.deepEqual(lines('--config', 'strict.toml'), ['a/train.py:5:34: error']);
});

about(['level', 'torch-version'], 'what programs promise, and run with', (t) => {
  const { run } = shell(t, {
    'train.py': REDUNDANT.replace('torch.cuda.manual_seed_all(0)', 'torch.set_deterministic(True)'),
  });
  const found = (...args: string[]) => rulesIn(run('check', '--format', 'json', ...args).stdout);
  assert.deepEqual(found('--torch-version', '1.7'), []);
  assert.ok(found('--torch-version', '2.1').includes('invalid-determinism-call'));
  assert.equal(run('check', '--level', 'seeded').status, 1);
});

about(['stdin-filename'], 'standard input is judged as a file of its project', (t) => {
  const { cwd, given } = shell(t, {
    'pyproject.toml': '[tool.seedwise.rules]\nlate-seed = "off"\n',
    'seeds.py': 'import numpy as np\n\n\ndef seed():\n    np.random.seed(0)\n',
    'train.py': 'print(1)\n',
  });
  const text = NUMPY.replace('import torch\n', 'import torch\nfrom seeds import seed\n').replace(
    'torch.manual',
    'seed()\ntorch.manual',
  );
  assert.deepEqual(given(text, 'check', '-', '--stdin-filename', 'train.py'), {
    status: 0,
    stdout: 'No problems in 1 file.\n',
    stderr: '',
  });
  const alone = given(NUMPY, 'check', '-', '--format', 'json');
  assert.equal(alone.status, 1);
  assert.equal(JSON.parse(alone.stdout)[0].filename, join(cwd, 'stdin.py'));
  const fixed = given(REDUNDANT, 'check', '--fix', '-', '--stdin-filename', 'new/train.py');
  assert.equal(fixed.stdout, REDUNDANT.replace('torch.cuda.manual_seed_all(0)\n', ''));
  assert.equal(fixed.stderr, 'No problems in 1 file.\nseedwise: fixed 1 problem in 1 file.\n');
  assert.equal(readFileSync(join(cwd, 'train.py'), 'utf8'), 'print(1)\n');
  assert.ok(!existsSync(join(cwd, 'new')));
});

about(['quiet'], 'findings and errors only', (t) => {
  const { run } = shell(t, { 'train.py': BENCHMARK, 'clean.py': PYTHON });
  assert.deepEqual(run('check', '-q', 'clean.py'), { status: 0, stdout: '', stderr: '' });
  assert.match(run('check', '-q', '--format', 'concise').stdout, /^train\.py:5:34: .*\n$/);
  assert.equal(run('check', '-q', '--fix').stderr, '');
});

about(['color'], 'colours where they are wanted', (t) => {
  const { run } = shell(t, { 'train.py': BENCHMARK });
  const coloured = run('check', '--color', 'always').stdout;
  assert.ok(coloured.startsWith('\x1b[1mtrain.py:5:34:\x1b[0m \x1b[33mwarning\x1b[0m '));
  assert.equal(run('check').stdout, run('check', '--color', 'never').stdout);
  assert.equal(stripVTControlCharacters(coloured), run('check').stdout);
});

about(['preview'], 'new rules weigh what they will', (t) => {
  const { run } = shell(t, { 'train.py': BENCHMARK });
  assert.equal(run('check', '--preview').status, 1);
});

about(['format'], 'a full finding shows its code, places, repairs and page', (t) => {
  const tabs = BENCHMARK.replace('torch.backends', 'if True:\n\ttorch.backends');
  const { run } = shell(t, { 'train.py': tabs, 'set.py': REDUNDANT });
  const { stdout } = run('check');
  assert.match(
    stdout,
    /^train\.py:6:35: warning cudnn-benchmark .*\n {2}6 \| {5}torch\.backends\.cudnn\.benchmark = True\n {4}\| {38}\^{4}\n {4}= fix: .*\(--fix --unsafe-fixes\)\n {4}= help: https:\S+\n$/m,
  );
  assert.match(stdout, /^ {4}= see: set\.py:3:1: .*$/m);
  assert.match(stdout, /\n1 fixable with --fix, 1 more with --unsafe-fixes\.\n$/);
});

about(['help', 'version'], 'help is made from the table', (t) => {
  const { run } = shell(t, {});
  const { stdout } = run('--help');
  for (const { name } of OPTIONS) assert.ok(stdout.includes(`--${name}`), name);
  for (const { name, usage } of CLI_COMMANDS) assert.ok(stdout.includes(`seedwise ${name} ${usage}`), name);
  assert.ok(!run('report', '--help').stdout.includes('--baseline'));
  assert.match(run('-V').stdout, /^seedwise \d/);
});

about(['watch'], 'a change is checked', async (t) => {
  const { cwd } = shell(t, { 'train.py': PYTHON });
  const child = spawn(NODE, [BUNDLE, 'check', '--watch'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  let heard = (): void => {};
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (data) => {
      output += data;
      heard();
    });
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      heard = () => pattern.test(output) && resolve();
      heard();
    });
  await until(/No problems in 1 file\.[\s\S]*waiting for changes/);
  output = '';
  // A watcher may need a moment before it sees.
  const timer = setInterval(() => appendFileSync(join(cwd, 'train.py'), 'torch.rand(1)\n'), 500);
  await until(/incomplete-seeding/);
  clearInterval(timer);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
});

test('globs mean the files they match', (t) => {
  const { run } = shell(t, {
    'src/a.py': PYTHON,
    'src/b/c.py': PYTHON,
    'src/d.ipynb': '{"cells": [], "metadata": {}}',
    'e.py': PYTHON,
    'x[1].py': PYTHON,
  });
  const files = (...args: string[]) =>
    run('check', '--show-files', ...args)
      .stdout.trim()
      .split('\n');
  assert.deepEqual(files('src/*.py'), ['src/a.py']);
  assert.deepEqual(files('**/*.py'), ['e.py', 'src/a.py', 'src/b/c.py', 'x[1].py']);
  assert.deepEqual(files('src/*/?.py', 'e*'), ['src/b/c.py', 'e.py']);
  assert.deepEqual(files('x[1].py'), ['x[1].py']);
});

test('a rule is explained, and all are listed', (t) => {
  const { run } = shell(t, {});
  const { status, stdout } = run('rule', 'late-seed');
  assert.equal(status, 0);
  assert.match(stdout, /^late-seed \(since \d+\.\d+\.\d+\)\n.*\n\n {2}a program that never seeds: silent\n/);
  assert.match(run('rules').stdout, /^late-seed +\S/m);
  const rules = JSON.parse(run('rules', '--format', 'json').stdout);
  assert.equal(rules.length, run('rules').stdout.trim().split('\n').length);
  assert.equal(JSON.parse(run('rule', 'late-seed', '--format', 'json').stdout).name, 'late-seed');
});

about(['lang'], 'says what it says in a language', (t) => {
  const { run } = shell(t, {});
  assert.equal(run('rules', '--lang', 'en').stdout, run('rules').stdout);
  assert.match(run('rules', '--lang=xx').stderr, /^seedwise: there is no language 'xx'; there are en/);
  assert.match(run('rules', '--lang').stderr, /^seedwise: '--lang' needs a value\./);
});

test('no option is without its test', () => {
  assert.deepEqual(
    OPTIONS.map(({ name }) => name).filter((name) => !shown.has(name)),
    [],
  );
});
