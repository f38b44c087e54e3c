/** Full disks, lost permissions and kills in the middle of `--fix`: no file is ever half of anything, and what failed is named. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BUNDLE, NODE, shell } from '../shell.ts';

const REDUNDANT = `import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(3))\n# ${'-'.repeat(6000)}
`;
const FIXED = REDUNDANT.replace('torch.cuda.manual_seed_all(0)\n', '');
const isWindows = process.platform === 'win32';

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`train${i}.py`, REDUNDANT]));

function checkWhole(folder: string, states: readonly string[]): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      assert.ok(states.includes(text), `${name} is neither as it was nor repaired`);
      return text;
    });
}

test('a full disk leaves every file as it was, and no draft', { skip: isWindows }, (t) => {
  const { cwd } = shell(t, { ...many(3), 'setup.cfg': '' });
  // No file may grow beyond four blocks of this shell's: writing then fails as it does where nothing is left.
  const fix = spawnSync('bash', ['-c', `ulimit -f 4; '${NODE}' '${BUNDLE}' check --fix`], { cwd, encoding: 'utf8' });
  assert.equal(fix.status, 2, fix.stderr);
  const lines = fix.stderr.trim().split('\n');
  assert.equal(lines.filter((line) => /^seedwise: train\d\.py is not fixed: /.test(line)).length, 3, fix.stderr);
  assert.doesNotMatch(fix.stderr, /\n\s+at /, 'no stack');
  assert.match(fix.stderr, /^seedwise: repaired 0 files; not written: 3 files\.$/m);
  assert.deepEqual(new Set(checkWhole(cwd, [REDUNDANT])).size, 1);
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.endsWith('.seedwise')),
    [],
  );
});

test('a folder that may no longer be written to: the file stays, and is named', { skip: isWindows }, (t) => {
  const { cwd } = shell(t, { 'pkg/train.py': REDUNDANT, 'setup.cfg': '' });
  chmodSync(path.join(cwd, 'pkg/train.py'), 0o666);
  for (const folder of [cwd, path.join(cwd, 'pkg')]) chmodSync(folder, 0o555);
  // Who may do everything is somebody else for this.
  const who = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const run: SpawnSyncReturns<string> = spawnSync(NODE, [BUNDLE, 'check', '--fix'], { cwd, encoding: 'utf8', ...who });
  for (const folder of [cwd, path.join(cwd, 'pkg')]) chmodSync(folder, 0o755);
  assert.equal(run.status, 2, run.stderr);
  assert.match(run.stderr, /^seedwise: pkg\/train\.py is not fixed: permission denied\.$/m);
  checkWhole(path.join(cwd, 'pkg'), [REDUNDANT]);
});

test('after a kill in the middle every file is the old or the new one, and the next run completes it', {
  skip: isWindows,
  timeout: 120_000,
}, async (t) => {
  const { cwd, run } = shell(t, { ...many(200), 'setup.cfg': '' });
  let between = 0;
  for (let round = 0; round < 20 && between < 1; round++) {
    for (const [name, text] of Object.entries(many(200))) writeFileSync(path.join(cwd, name), text);
    const child = spawn(NODE, [BUNDLE, 'check', '--fix'], { cwd, stdio: 'ignore' });
    // As soon as the first file is repaired.
    const isBegun = (): boolean =>
      readdirSync(cwd).some((name) => name.endsWith('.seedwise')) ||
      readFileSync(path.join(cwd, 'train0.py'), 'utf8') !== REDUNDANT;
    while (child.exitCode === null && !isBegun()) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const texts = checkWhole(cwd, [REDUNDANT, FIXED]);
    const repaired = texts.filter((text) => text === FIXED).length;
    if (0 < repaired && repaired < texts.length) between++;
  }
  assert.ok(between > 0, 'no kill came between two files');
  run('check', '--fix');
  assert.deepEqual(new Set(checkWhole(cwd, [FIXED])).size, 1);
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.endsWith('.seedwise')),
    [],
  );
});
