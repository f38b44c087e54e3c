/** The command line stays inside the project, writes without loss, and lends nobody its voice. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeDrafts, replaceFile, undisturbed } from '../../server/src/cli/disk.ts';
import { decode, splice } from '../../server/src/cli/encodings.ts';
import { FORMATS } from '../../server/src/cli/formats/index.ts';
import { Fence } from '../../server/src/host/fence.ts';
import { shell } from '../shell.ts';

const isWindows = process.platform === 'win32';
const REDUNDANT = 'import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(3))\n';
const FIXED = REDUNDANT.replace('torch.cuda.manual_seed_all(0)\n', '');
const notebook = (...sources: string[]): string =>
  JSON.stringify({ cells: sources.map((source) => ({ cell_type: 'code', metadata: {}, source })), metadata: {} });

test('nothing outside the project is read, and one line says what was not followed', { skip: isWindows }, (t) => {
  const outside = shell(t, { 'seed.py': 'import torch\ntorch.manual_seed(0)\n', 'reqs.txt': 'torch==1.0\n' }).cwd;
  const { cwd, run } = shell(t, {
    '.git/HEAD': '',
    'requirements.txt': `-r ${outside}/reqs.txt\n`,
    'inside/seed.py': 'import torch\ntorch.manual_seed(0)\n',
    'a.ipynb': notebook(`%run ${outside}/seed.py`, 'import torch\ntorch.rand(1)'),
    'b/b.ipynb': notebook('%run ../inside/seed.py', 'import torch\ntorch.rand(1)'),
    'c.ipynb': notebook('%run linked.py', 'import torch\ntorch.rand(1)'),
  });
  symlinkSync(join(outside, 'seed.py'), join(cwd, 'linked.py'));
  symlinkSync(outside, join(cwd, 'folder'));
  const { status, stdout, stderr } = run('check');
  assert.equal(stdout, 'No problems in 4 files.\n', 'what is not followed may seed; what is inside is followed');
  const line = `seedwise: outside the project, and not followed: ${outside}/reqs.txt, ${outside}/seed.py, linked.py.\n`;
  assert.deepEqual([status, stderr], [0, line]);
  const named = run('check', 'linked.py');
  assert.equal(named.status, 0, 'a file that is named is meant, wherever its link leads');
});

test('--fix writes inside the project only, and what would not stay whole is named', { skip: isWindows }, (t) => {
  const outside = shell(t, { 'real.py': REDUNDANT }).cwd;
  const { cwd, run } = shell(t, {
    '.git/HEAD': '',
    'pkg/a.py': REDUNDANT,
    'hard.py': REDUNDANT,
    'readonly.py': REDUNDANT,
    'good.py': REDUNDANT,
  });
  const at = (name: string): string => join(cwd, name);
  symlinkSync(join(outside, 'real.py'), at('out.py'));
  linkSync(at('hard.py'), at('pkg/twin.txt'));
  chmodSync(at('readonly.py'), 0o444);
  const { status, stderr } = run('check', '--fix', 'out.py', '.');
  assert.deepEqual(stderr.split('\n').sort(), [
    '',
    'seedwise: hard.py is not fixed: it has several hard links, which would no longer be one file.',
    'seedwise: out.py is not fixed: it lies outside the project.',
    'seedwise: outside the project, and not followed: out.py.',
    'seedwise: readonly.py is not fixed: it is read-only.',
    'seedwise: repaired 2 files; not written: 3 files.',
  ]);
  assert.equal(status, 2);
  for (const name of ['hard.py', 'readonly.py', 'out.py'])
    assert.equal(readFileSync(at(name), 'utf8'), REDUNDANT, name);
  for (const name of ['good.py', 'pkg/a.py']) assert.equal(readFileSync(at(name), 'utf8'), FIXED, name);
  assert.ok(!readdirSync(cwd).some((name) => name.endsWith('.seedwise')));
});

test('a file is replaced whole or left whole', { skip: isWindows }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'train.py');
  const fence = new Fence([folder]);
  const [before, after] = [Buffer.from('a'), Buffer.from('b')];
  writeFileSync(path, 'changed by somebody');
  assert.throws(() => replaceFile(path, before, after, fence), /^Error: it has changed since it was read\.$/);
  assert.equal(readFileSync(path, 'utf8'), 'changed by somebody');
  writeFileSync(path, before);
  chmodSync(path, 0o751);
  if (process.getuid?.() === 0) spawnSync('chown', ['1234:1235', path]);
  const { uid, gid, mode } = statSync(path);
  replaceFile(path, before, after, fence);
  const now = statSync(path);
  assert.deepEqual([now.uid, now.gid, now.mode], [uid, gid, mode]);
  assert.equal(readFileSync(path, 'utf8'), 'b');
  assert.deepEqual(readdirSync(folder), ['train.py']);
  const other = mkdtempSync(join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(other, { recursive: true }));
  assert.throws(() => replaceFile(path, after, before, new Fence([other])), /outside the project/);
});

test('drafts of runs that were killed go with the next one', { skip: isWindows }, (t) => {
  const dead = spawnSync('true').pid;
  const { cwd, run } = shell(t, {
    'pkg/train.py': REDUNDANT,
    [`pkg/train.py.${dead}.seedwise`]: 'half',
    [`pkg/train.py.${process.pid}.seedwise`]: 'of a run that lives',
    'notes.seedwise': 'no draft',
  });
  run('check');
  assert.ok(existsSync(join(cwd, `pkg/train.py.${dead}.seedwise`)), 'a check writes nothing');
  run('check', '--fix');
  assert.deepEqual(readdirSync(join(cwd, 'pkg')).sort(), ['train.py', `train.py.${process.pid}.seedwise`]);
  assert.ok(existsSync(join(cwd, 'notes.seedwise')));
  removeDrafts([join(cwd, 'nowhere/x.py')]);
});

test('signals wait for what is being written', { skip: isWindows }, async () => {
  const order: string[] = [];
  // We hear it beside whoever waits for the work, and once more when it is sent on.
  const heard = new Promise<void>((resolve) => {
    process.on('SIGHUP', function hear() {
      order.push('signal');
      if (order.length < 3) return;
      process.off('SIGHUP', hear);
      resolve();
    });
  });
  await undisturbed(() => {
    process.kill(process.pid, 'SIGHUP');
    order.push('written');
  });
  await heard;
  assert.deepEqual(order, ['written', 'signal', 'signal']);
});

test('nothing that a stranger named or wrote speaks for itself', { skip: isWindows }, (t) => {
  const nasty = [
    '\x1b[31mred.py',
    'two\nlines.py',
    '::error::x.py',
    '##[error]y.py',
    'bidi\u202Egnp.py',
    'a\u200Bb.py',
    '\x9b1m.py',
  ];
  const line = 'torch.rand(1)  # \x1b[31m \u202E ##vso[task.complete] \u2028\n';
  const text = `import torch\n\ntorch.manual_seed(0)\ntorch.use_deterministic_algorithms(True)\ntorch.backends.cudnn.benchmark = True # \x1b]0;title\x07 ##[error]\u2066\n${line}`;
  const { run } = shell(t, {
    ...Object.fromEntries(nasty.map((name) => [name, text])),
    'broken\x1b[2J.py': 'def (:\n',
    'pyproject.toml':
      '[tool.seedwise]\n"\\u001b[31mkey\\n::error::" = 1\n[tool.seedwise.rules]\n"\\u202Erule\\n" = "off"\n',
  });
  const unseen = /(?!\n)\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|##\w*\[/u;
  for (const format of Object.keys(FORMATS)) {
    const { status, stdout, stderr } = run('check', '--format', format);
    assert.equal(status, 2);
    for (const output of [stdout, stderr]) {
      assert.equal(
        unseen.exec(output),
        null,
        `${format}: ${JSON.stringify(unseen.exec(output)?.input.slice(0, 2000))}`,
      );
      const spoken = output.split('\n').filter((each) => each.startsWith('::'));
      assert.ok(format === 'github' || spoken.length === 0, format);
      assert.ok(
        spoken.every((each) => /^::(error|warning|notice) title=Seedwise \([a-z-]+\),file=/.test(each)),
        format,
      );
    }
  }
  for (const args of [
    ['check', '--diff', '--unsafe-fixes'],
    ['check', '--show-files'],
    ['report'],
    ['report', '--format', 'json'],
    ['report', '--format', 'markdown'],
  ]) {
    const { stdout } = run(...args);
    assert.equal(unseen.exec(stdout), null, args.join(' '));
    assert.ok(!/^::/m.test(stdout), args.join(' '));
  }
  const names = JSON.parse(run('check', '--format', 'json').stdout).map(
    ({ filename }: { filename: string }) => filename,
  );
  assert.equal(new Set(names).size, nasty.length, 'JSON has the names as they are');
  assert.ok(nasty.every((name) => names.some((each: string) => each.endsWith(`/${name}`))));
});

test('a file is repaired in its own encoding and line ends, byte for byte', (t) => {
  const japanese = Buffer.concat([
    Buffer.from('# -*- coding: shift_jis -*-\nimport torch\n\nname = "'),
    Buffer.from([0x95, 0x5c, 0x83, 0x5c]), // 表ソ: each ends in the byte of a backslash.
    Buffer.from('"\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(3), name)\n'),
  ]);
  const { cwd, run } = shell(t, {
    'japanese.py': japanese,
    'returns.py': REDUNDANT.replaceAll('\n', '\r'),
    'mixed.py': REDUNDANT.replace('torch\n\n', 'torch\r\r\n').replace('(0)\n', '(0)\r'),
    'cp1252.py': Buffer.concat([
      Buffer.from('# coding: cp1252\n# '),
      Buffer.from([0x80, 0x93, 0x0a]),
      Buffer.from(REDUNDANT),
    ]),
  });
  const read = (name: string): Buffer => readFileSync(join(cwd, name));
  assert.match(run('check', '--select', 'redundant-cuda-seed').stdout, /^returns\.py:4:1: hint/m, 'returns end lines');
  const { stderr } = run('check', '--fix');
  assert.equal(stderr, 'seedwise: fixed 4 problems in 4 files.\n');
  const gone = 'torch.cuda.manual_seed_all(0)\n';
  assert.deepEqual(read('japanese.py'), Buffer.from(japanese.toString('latin1').replace(gone, ''), 'latin1'));
  assert.equal(read('returns.py').toString(), FIXED.replaceAll('\n', '\r'));
  assert.equal(read('mixed.py').toString(), FIXED.replace('torch\n\n', 'torch\r\r\n').replace('(0)\n', '(0)\r'));
  assert.deepEqual(
    read('cp1252.py').subarray(0, 22),
    Buffer.concat([Buffer.from('# coding: cp1252\n# '), Buffer.from([0x80, 0x93, 0x0a])]),
  );
  run('check', '--fix', '--unsafe-fixes', 'returns.py');
  assert.ok(!read('returns.py').includes(0x0a));
});

test('bytes that decode alike stay as they are, and what an encoding lacks is not written', () => {
  // Shift-JIS has two codes for one character; WHATWG reads both.
  const bytes = Buffer.from([0x23, ...Buffer.from(' coding: sjis\n'), 0x81, 0xca, 0xee, 0xf9, 0x0a, 0x61]);
  const decoded = decode(bytes, false);
  const { length } = decoded.text;
  const edits = [{ start: length - 1, end: length, text: 'bc' }];
  const expected = `${decoded.text.slice(0, -1)}bc`;
  assert.deepEqual(splice(decoded, edits, expected), Buffer.concat([bytes.subarray(0, -1), Buffer.from('bc')]));
  const odd = [{ start: length, end: length, text: 'ß' }];
  assert.throws(() => splice(decoded, odd, `${decoded.text}ß`), /the repair cannot be written in shift_jis/);
  const latin = decode(Buffer.from('# coding: latin-1\n\xe9', 'latin1'), false);
  assert.throws(
    () => splice(latin, [{ start: 0, end: 0, text: '\u0101' }], `\u0101${latin.text}`),
    /cannot be written in latin1/,
  );
});
