/** What the command line says when it cannot do what was asked, and the exit code: never a stack, never a wrong zero. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUNDLE, NODE, shell } from '../shell.ts';

const BAD =
  'import torch\n\ntorch.manual_seed(0)\ntorch.backends.cudnn.benchmark = True\ntorch.use_deterministic_algorithms(True)\nprint(torch.rand(3))\n';

test('a wrong call is explained, with what may have been meant', (t) => {
  const { run } = shell(t, { 'train.py': BAD, 'broken.json': '{}', 'bare.toml': '[tool]\n' });
  const attempts: [string[], string][] = [
    [[], 'a command is missing.'],
    [['chekc'], "there is no command 'chekc'; did you mean 'check'?"],
    [['train.py'], "there is no command 'train.py'."],
    [['check', '--formt', 'json'], "there is no option '--formt'; did you mean '--format'?"],
    [['check', '-x'], "there is no option '-x'."],
    [['report', '--fix'], "'report' has no option '--fix'."],
    [['check', '--format'], "'--format' needs a value."],
    [['check', '--format', '--fix'], "'--format' needs a value."],
    [['check', '--fix=yes'], "'--fix' takes no value."],
    [['check', '--format', 'sariff'], "there is no format 'sariff'; did you mean 'sarif'?"],
    [['check', '--format', 'toString'], "there is no format 'toString'."],
    [['report', '--format', 'jsno'], "there is no format 'jsno'; did you mean 'json'?"],
    [['rules', '--format', 'sarif'], "there is no format 'sarif'; rules are shown as 'text' or 'json'."],
    [['check', '--fail-on', 'warnings'], "there is no severity 'warnings'; did you mean 'warning'?"],
    [['check', '--color', 'blue'], "'--color' must be auto, always or never, not 'blue'."],
    [['check', '--select', 'late-sed'], '`late-sed` is no rule; did you mean `late-seed`?'],
    [['check', '--ignore', 'x-*'], '`x-*` matches no rule.'],
    [['check', '--select', ','], "--select must be a list of names of rules, not ''"],
    [['check', '--diff', '--fix'], "'--fix' and '--diff' exclude each other."],
    [['check', '--add-ignores', '--statistics'], "'--add-ignores' and '--statistics' exclude each other."],
    [['check', '--statistics', '--format', 'sarif'], "'--statistics' has no format 'sarif'."],
    [['check', '--update-baseline'], "'--update-baseline' needs '--baseline'."],
    [['check', '--isolated', '--config', 'bare.toml'], "'--isolated' and '--config' exclude each other."],
    [['check', '--config', 'no.toml'], "'--config' no.toml cannot be read: there is no such file."],
    [['check', '--config', 'bare.toml'], "'--config' bare.toml has no table [tool.seedwise]."],
    [['check', '-', 'train.py'], "'-' stands for itself alone."],
    [['check', '--stdin-filename', 'a.py', 'train.py'], "'--stdin-filename' needs '-'."],
    [['check', '--add-ignores', '-'], "'--add-ignores' writes files, and '-' is none."],
    [['check', 'nowhere.py'], "there is no file or folder 'nowhere.py'."],
    [
      ['check', '--baseline', 'broken.json'],
      "'broken.json' is no baseline of Seedwise; remove it, or write it anew by '--update-baseline'.",
    ],
    [['rule'], "'rule' needs the name of one rule."],
    [['rule', 'late-sed'], "there is no rule 'late-sed'; did you mean 'late-seed'?"],
    [['rules', 'late-seed'], "'rules' takes no names; 'seedwise rule late-seed' explains one."],
  ];
  for (const [args, expected] of attempts) {
    const { status, stdout, stderr } = run(...args);
    assert.equal(stderr, `seedwise: ${expected}\nRun 'seedwise --help' for help.\n`, args.join(' '));
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
  }
});

test('what is nested deeper than the stack reaches is looked at with a larger one, and nothing is said twice', (t) => {
  const { run } = shell(t, {
    'chain.py': `import torch\nx = torch.rand(1)${'.abs()'.repeat(3000)}\n`,
    'brackets.py': `import torch\nx = ${'('.repeat(20_000)}torch.rand(1)${')'.repeat(20_000)}\n`,
    'broken.py': 'import torch\ntorch.rand(1)\nx = (\n',
  });
  const { status, stdout, stderr } = run('check', '--no-cache', '--format', 'concise', '.');
  assert.deepEqual(
    [...stdout.matchAll(/^(\w+)\.py:2:\d+: \w+ incomplete-seeding/gm)].map(([, name]) => name),
    ['brackets', 'broken', 'chain'],
  );
  assert.equal(stderr, 'seedwise: broken.py:3 is not valid Python; what can be parsed is checked.\n');
  assert.equal(status, 0);
  const report = run('report', 'chain.py');
  assert.match(report.stdout, /`torch` is never seeded/);
  assert.equal(report.stderr, '');
});

test('nothing to check is no success', (t) => {
  const { run } = shell(t, { 'docs/a.txt': '', 'train.py': 'import torch\n' });
  const attempts: [string[], string][] = [
    [['docs'], "no Python file or notebook is in 'docs'; nothing is checked there."],
    [['train.py', 'docs'], "no Python file or notebook is in 'docs'; nothing is checked there."],
    [['docs/*.py'], "no Python file or notebook matches 'docs/*.py'; nothing is checked there."],
  ];
  for (const command of ['check', 'report']) {
    for (const [paths, expected] of attempts) {
      const { status, stderr } = run(command, ...paths);
      assert.deepEqual([status, stderr], [2, `seedwise: ${expected}\n`]);
    }
  }
});

const NOTEBOOK = (source: string): string =>
  JSON.stringify({
    cells: [
      { cell_type: 'code', source: 'x = 1' },
      { cell_type: 'code', source },
    ],
    metadata: {},
  });

test('a named file that is not analysed in full is an error with its reason, in a report too', (t) => {
  const files: Record<string, [string | Uint8Array, string]> = {
    'syntax.py': [
      `${BAD}\ndef broken(:\n    pass\n`,
      'syntax.py:8 is not valid Python; what can be parsed is checked.',
    ],
    'cell.ipynb': [
      NOTEBOOK('y = 1\ndef broken(:\n'),
      'cell.ipynb:cell 2:2 is not valid Python; what can be parsed is checked.',
    ],
    'nul.py': [Uint8Array.of(0x78, 0, 0x0a), 'nul.py is not analysed: it is not text.'],
    'utf16.py': [
      Buffer.from(`\uFEFF${BAD}`, 'utf16le'),
      'utf16.py is not analysed: it is UTF-16, which Python does not read; save it as UTF-8.',
    ],
    'latin.py': [
      Buffer.from('x = 1\n# caf\xe9\n', 'latin1'),
      'latin.py is not analysed: line 2 is not UTF-8; save it as UTF-8, or name its encoding in the first line.',
    ],
    'wrong.py': [
      Buffer.from('# coding: utf-8\n# caf\xe9\n', 'latin1'),
      'wrong.py is not analysed: line 2 is not UTF-8.',
    ],
    'ascii.py': [
      Buffer.from('# coding: ascii\n# caf\xe9\n', 'latin1'),
      'ascii.py is not analysed: line 2 is not ASCII, which the file says it is.',
    ],
    'odd.py': ['# coding: klingon\n', 'odd.py is not analysed: its encoding is not known here: klingon.'],
    'sjis.py': [
      Buffer.from('# coding: shift_jis\n# \x81\n', 'latin1'),
      'sjis.py is not analysed: its bytes are not what its encoding has: shift_jis.',
    ],
    'json.ipynb': ['{', 'json.ipynb is not analysed: it is not JSON.'],
    'none.ipynb': ['{}', 'none.ipynb is not analysed: it is not a notebook.'],
    'long.py': ['# padding\n'.repeat(150_000), 'long.py is not analysed: it is too long.'],
    'large.py': ['# padding of a file\n'.repeat(900_000), 'large.py is not analysed: it is too large.'],
  };
  const { cwd, run } = shell(t, {
    ...Object.fromEntries(Object.entries(files).map(([name, [text]]) => [name, text])),
    'r.ipynb': '{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
    'clean.py': 'import torch\n',
  });
  const expected = new Map(Object.entries(files).map(([name, [, text]]) => [name, text]));
  if (process.platform !== 'win32') {
    spawnSync('mkfifo', [join(cwd, 'pipe.py')]);
    expected.set('pipe.py', 'pipe.py is not analysed: it is no regular file.');
    symlinkSync('pipe.py', join(cwd, 'to-pipe.py'));
    expected.set('to-pipe.py', 'to-pipe.py is not analysed: it is no regular file.');
  }
  for (const [name, text] of expected) {
    for (const command of ['check', 'report']) {
      const { status, stderr } = run(command, name);
      assert.deepEqual([status, stderr], [2, `seedwise: ${text}\n`], `${command} ${name}`);
    }
  }
  assert.match(run('check', 'syntax.py').stdout, /cudnn-benchmark/, 'what parses is judged');
  const all = run('check', '.');
  assert.equal(all.status, 1, 'what was only found is said, and fails nothing');
  assert.equal(all.stderr.split('\n').length, Object.keys(files).length + 1);
  const other = run('check', 'r.ipynb', 'clean.py');
  assert.deepEqual(
    [other.status, other.stderr],
    [0, 'seedwise: r.ipynb is not analysed: it is a notebook in another language.\n'],
  );
});

test('settings that cannot be taken are named, with their file, and fail the check', (t) => {
  const { run } = shell(t, {
    'pyproject.toml':
      '[tool.seedwise]\nfail = 1\n[tool.seedwise.rules]\nlate-sed = "off"\nset-order = "of"\ncudnn-benchmark = "error"\n',
    'train.py': BAD,
    'other/pyproject.toml': '[tool.seedwise]\nlevel = 3\n',
    'old/pyproject.toml': '[tool.seedwise]\nrequired-version = ">=99"\n',
    'old/train.py': BAD,
  });
  const { status, stdout, stderr } = run('check', 'train.py');
  assert.equal(status, 2);
  assert.match(stdout, /error cudnn-benchmark/, 'the others hold');
  assert.deepEqual(stderr.trim().split('\n'), [
    'seedwise: pyproject.toml: `tool.seedwise.fail` is not a setting.',
    'seedwise: pyproject.toml: `tool.seedwise.rules.set-order` must be "error", "warning", "information", "hint", "default" or "off".',
    'seedwise: pyproject.toml: `late-sed` is no rule; did you mean `late-seed`?',
  ]);
  const old = run('check', 'old');
  assert.deepEqual([old.status, old.stdout], [2, '']);
  assert.match(old.stderr, /^seedwise: old\/pyproject\.toml: It wants Seedwise >=99, and this is \d+\.\d+\.\d+\.\n$/);
});

test('what cannot be written is one line and 2; a reader that leaves is no error', {
  skip: process.platform !== 'linux',
}, (t) => {
  const { cwd, run } = shell(t, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`train${i}.py`, BAD])));
  const within = (line: string) => spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
  const full = within(`'${NODE}' '${BUNDLE}' check > /dev/full`);
  assert.deepEqual([full.status, full.stderr], [2, 'seedwise: standard output cannot be written: the disk is full.\n']);
  const closed = within(`'${NODE}' '${BUNDLE}' check | head -c 1; echo "\${PIPESTATUS[0]}"`);
  assert.deepEqual([closed.stdout, closed.stderr], ['t0\n', '']);
  const gone = within(`mkdir gone && cd gone && rmdir ../gone && '${NODE}' '${BUNDLE}' check`);
  assert.equal(gone.status, 2);
  assert.match(gone.stderr, /^seedwise: [^\n]*\n(Run [^\n]*\n)?$/);
  const file = run('check', '-o', 'no/such/folder.json');
  assert.deepEqual(
    [file.status, file.stderr],
    [2, "seedwise: 'no/such/folder.json' cannot be written: there is no such file.\n"],
  );
  const disk = run('check', 'train1.py', '--baseline', '/dev/full');
  assert.equal(disk.status, 2);
  assert.match(disk.stderr, /^seedwise: the baseline '\/dev\/full' cannot be read: it is no regular file\.\n/);
});

test('what may not be read is named; root may read all', { skip: process.platform === 'win32' }, (t) => {
  const { cwd, run } = shell(t, { 'secret.py': BAD, 'train.py': BAD });
  chmodSync(join(cwd, 'secret.py'), 0);
  const { status, stderr } = run('check', 'secret.py');
  const refused = [2, 'seedwise: secret.py is not analysed: permission denied.\n'];
  assert.deepEqual([status, stderr], process.getuid?.() === 0 ? [1, ''] : refused);
});
