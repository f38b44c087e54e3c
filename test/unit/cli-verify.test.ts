/** `seedwise verify` as a shell sees it, on programs that need no torch: the question, the verdicts in each format, the exit codes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell } from '../shell.ts';

const UNSEEDED = 'import random\n\nvalue = random.random()\nprint(value)\n';
const SEEDED = 'import random\n\nrandom.seed(0)\nprint(random.random())\n';

test('nothing runs where nobody can be asked', (t) => {
  const { run } = shell(t, { 'train.py': 'open("ran", "w")\n' });
  const { status, stdout, stderr } = run('verify', 'train.py');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /train\.py\n[\s\S]*python3[\s\S]*1000000 operations, 10 minutes[\s\S]*'--yes'/);
});

test('a program that repeats is identical in this pair', (t) => {
  const { run } = shell(t, { 'train.py': SEEDED });
  const { status, stdout } = run('verify', '--yes', 'train.py');
  assert.equal(stdout, 'Identical over 0 operations, 1 draws and 0 batches in this pair.\n');
  assert.equal(status, 0);
});

test('a program that does not is shown at its line', (t) => {
  const { run } = shell(t, { 'train.py': UNSEEDED });
  const { status, stdout } = run('verify', 'train.py', '--yes', '--format', 'json');
  const verdict = JSON.parse(stdout);
  assert.equal(status, 1);
  assert.deepEqual(
    { result: verdict.result, operations: verdict.operations, draws: verdict.draws, cause: verdict.cause },
    { result: 'parted', operations: 0, draws: 1, cause: 'unseeded-stream' },
  );
  assert.deepEqual(verdict.place, { file: 'train.py', line: 3, function: '<module>' });
  assert.equal(verdict.confirmed, true);
  assert.ok(verdict.evidence.length > 1);
});

const USES_TORCH = 'try:\n    import torch\nexcept ImportError:\n    torch = None\n\n';
const LISTS = `import os\nimport random\n${USES_TORCH}names = os.listdir(".")\ntable = {name: i for i, name in enumerate(names)}\n`;
const marksOf = (report: string): (string | null)[] =>
  JSON.parse(report)[0].findings.map(({ rule, run }: { rule: string; run: string | null }) => `${rule} ${run}`);

test('the report marks what the last pair of runs confirmed, until a file of the program changes', (t) => {
  const { cwd, run } = shell(t, {
    'train.py': `${LISTS}from lib import scale\nprint(len(table), scale * random.random())\n`,
    'lib.py': 'scale = 2\n',
  });
  const report = () => run('report', '--format', 'json', 'train.py').stdout;
  assert.deepEqual(marksOf(report()), ['unsorted-listing null', 'incomplete-seeding null']);
  assert.equal(run('verify', '--yes', 'train.py').status, 1);
  assert.deepEqual(marksOf(report()), ['unsorted-listing null', 'incomplete-seeding confirmed']);
  assert.equal(JSON.parse(report())[0].run.place.line, 11);
  const { stdout } = run('report', 'train.py');
  assert.match(stdout, /Its last two runs\s+part at `train\.py:11`: `unseeded-stream`\./);
  assert.match(stdout, /incomplete-seeding[\s\S]*A run confirmed it: two runs part for this\.\n/);
  writeFileSync(join(cwd, 'lib.py'), 'scale = 3\n');
  assert.deepEqual(marksOf(report()), ['unsorted-listing null', 'incomplete-seeding null']);
  assert.equal(JSON.parse(report())[0].run, null);
});

test('the report marks what a pair of runs refuted under its conditions', (t) => {
  const { run } = shell(t, {
    'counts.py': `${LISTS}random.seed(0)\nprint(len(table), random.random())\n`,
    'lists.py': `${LISTS}random.seed(0)\nprint(table, random.random())\n`,
  });
  const marksAfter = (name: string) => {
    assert.equal(run('verify', '--yes', name).status, 0);
    return marksOf(run('report', '--format', 'json', name).stdout);
  };
  assert.deepEqual(marksAfter('counts.py'), ['unsorted-listing refuted']);
  // In the order of another listing it prints something else.
  assert.deepEqual(marksAfter('lists.py'), ['unsorted-listing null']);
});

test('what a run has shown is said in the language of the session, and in English in JSON', (t) => {
  const { run } = shell(t, { 'train.py': UNSEEDED });
  const { stdout } = run('verify', '--lang', 'zh-cn', '--yes', 'train.py');
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines[0], 'train.py:3：两次运行从这里开始不同：unseeded-stream');
  assert.ok(lines.length > 3, stdout);
  for (const line of lines.slice(1)) {
    assert.match(line, /\p{Script=Han}/u);
    assert.doesNotMatch(line.replaceAll(/`[^`]*`/g, ''), /[a-z]{3}(?! )[^\p{Script=Han}]*[a-z]{3}/u);
  }
  const { evidence, said } = JSON.parse(
    run('verify', '--lang', 'zh-cn', '--yes', '--format', 'json', 'train.py').stdout,
  );
  assert.match(evidence[0], /^Numbers are drawn here /);
  assert.equal(said.evidence.length, evidence.length);
  assert.match(run('verify', '--lang', 'zh-cn', '--yes', 'nothing.py').stdout, /没有文件“nothing\.py”/);
  assert.match(run('verify', '--help', '--lang', 'zh-cn').stdout, /把程序运行两次/);
});

test('what goes wrong is said in the language of the session, too, and so is what goes on', (t) => {
  const { cwd, run } = shell(t, {
    'train.py': UNSEEDED,
    'fails.py': 'raise SystemExit(3)\n',
    'broken.ipynb': 'no JSON',
    'other.trace': 'no archive',
  });
  const chinese = (...words: readonly string[]) => run('verify', '--lang', 'zh-cn', ...words);
  const cases = [
    ['--yes', 'fails.py'],
    ['--yes', 'nothing.py'],
    ['--yes', '-m', 'nothing'],
    ['--yes', 'broken.ipynb'],
    ['--yes', '--against', 'other.trace', 'train.py'],
    ['--yes', '--against', 'nothing.trace', 'train.py'],
    ['--yes', '--record', 'nowhere/a.trace', 'train.py'],
    ['--yes', '--python', join(cwd, 'nothing'), 'train.py'],
    ['--yes', '--seeds', '1', '--', 'fails.py'],
    ['--yes', 'train.py'],
    ['train.py'],
    ['--yes', '--max-minute', '3', 'train.py'],
    ['--python'],
    ['--yes=1', 'train.py'],
    [],
  ];
  for (const words of cases) {
    const { stdout, stderr } = chinese(...words);
    // What Python or the system says stays as it is: the traceback behind an empty line, and what stands behind a colon.
    const lines = `${stdout.split('\n\n')[0]}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
    assert.ok(lines.length > 0, words.join(' '));
    for (const line of lines) {
      assert.match(line, /\p{Script=Han}/u, `${words.join(' ')}: ${line}`);
      const own = line.replaceAll(/`[^`]*`|“[^”]*”|'[^']*'|：[^：]*(Error|Errno)[^：]*$/gu, '');
      assert.doesNotMatch(own, /[a-z]{2,} [a-z]{2,}/, `${words.join(' ')}: ${line}`);
    }
  }
  assert.match(chinese('--yes', 'train.py').stderr, /^seedwise: 第 1 次运行：原样$/m);
  assert.match(run('verify', '--yes', 'train.py').stderr, /^seedwise: run 2: as it is, held against the first$/m);
});

test('a program that fails is shown with its traceback', (t) => {
  const { run } = shell(t, { 'train.py': 'print("on my way")\nraise ValueError("<lost>")\n' });
  const { status, stdout } = run('verify', '--yes', 'train.py');
  assert.match(stdout, /^train\.py could not be run\.\n {2}Run 1: .*exit code 1[\s\S]*ValueError: <lost>/);
  assert.equal(status, 2);
});

test('JUnit has one test, which fails where the runs part', (t) => {
  const { run } = shell(t, { 'good.py': SEEDED, 'bad.py': 'raise ValueError("<lost>")\n' });
  assert.match(run('verify', '--yes', '--format', 'junit', 'good.py').stdout, /tests="1" failures="0" errors="0"/);
  const { stdout } = run('verify', '--yes', '--format', 'junit', 'bad.py');
  assert.match(stdout, /failures="0" errors="1"[\s\S]*<error message=[\s\S]*ValueError: &lt;lost&gt;/);
});

test('arguments behind -- are the program’s', (t) => {
  const { run } = shell(t, { 'train.py': 'import sys\nassert sys.argv[1:] == ["--yes", "--lr", "1"], sys.argv\n' });
  assert.equal(run('verify', '--yes', 'train.py', '--', '--yes', '--lr', '1').status, 0);
});

test('a command of the project is run by its function, from the folder’s own package', (t) => {
  const { run } = shell(t, {
    'src/pkg/__init__.py': '',
    'src/pkg/cli.py':
      'import random\nimport sys\n\n\ndef main():\n    assert sys.argv[1:] == ["--lr", "1"], sys.argv\n    print(random.random())\n',
    'flat.py': 'class App:\n    @staticmethod\n    def main():\n        return 0\n',
  });
  const { stdout } = run('verify', '--yes', '--format', 'json', 'pkg.cli:main', '--', '--lr', '1');
  const { result, place, program } = JSON.parse(stdout);
  assert.deepEqual([result, place.file, place.line, program], ['parted', 'src/pkg/cli.py', 7, 'src/pkg/cli.py']);
  assert.equal(run('verify', '--yes', 'flat:App.main').status, 0);
  assert.match(run('verify', '--yes', 'nothing:main').stdout, /No module named 'nothing'/);
});

test('several seeds are compared by what is printed', (t) => {
  const { run } = shell(t, { 'train.py': 'import random\nrandom.seed(0)\nprint("loss", random.random())\n' });
  const { status, stdout } = run('verify', '--yes', '--seeds', '1', '2', '3', '--', 'train.py');
  assert.match(stdout, /loss: 0\.\d+ ± 0\.[1-9]\d* \(0\.13436, 0\.95603, 0\.23796\)/);
  assert.equal(status, 0);
});

test('what is asked for wrongly is said', (t) => {
  const { run } = shell(t, { 'train.py': SEEDED });
  for (const args of [
    [],
    ['--format', 'xml', 'train.py'],
    ['--max-minutes', 'x', 'train.py'],
    ['--seeds', 'train.py'],
  ]) {
    const { status, stderr } = run('verify', ...args);
    assert.equal(status, 2);
    assert.match(stderr, /^seedwise: \S/);
  }
  assert.match(run('verify', '--yes', 'nothing.py').stdout, /There is no file 'nothing\.py'/);
  assert.match(run('verify', '--yes', '--python', '/nothing', 'train.py').stdout, /'\/nothing' cannot be started/);
  assert.match(run('verify', '--help').stdout, /--record FILE/);
});
