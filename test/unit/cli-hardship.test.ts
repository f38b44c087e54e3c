/** Full disks, lost permissions and kills in the middle of `--fix`: no file is ever half of anything, and what failed is named. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
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

// Where a person waits, a part of them, in as much less memory.
const [COUNT, MEGABYTES] = process.env.CI ? [3000, 512] : [900, 128];

test(`${COUNT} files in ${MEGABYTES} megabytes`, (t) => {
  const program = readFileSync(new URL('../../examples/train_classifier.py', import.meta.url), 'utf8');
  // Programs, each over a package of its own, every module of which imports the next one.
  const files = Object.fromEntries(
    Array.from({ length: COUNT }, (_, i): [string, string] => {
      const [project, module] = [Math.floor(i / 60), i % 60];
      return module === 0
        ? [`project${project}/train.py`, `${program}\nimport m1\n`]
        : [
            `project${project}/m${module}.py`,
            `import torch\n${module < 59 ? `import m${module + 1}\n` : ''}\n\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = torch.nn.Linear(${module}, 1)\n\n    def forward(self, x):\n        return self.layer(x)\n`,
          ];
    }),
  );
  const { cwd } = shell(t, { ...files, 'setup.cfg': '' });
  const one = spawnSync(NODE, [BUNDLE, 'check', '--no-cache', '--format', 'concise', 'project0'], {
    cwd,
    encoding: 'utf8',
  });
  const args = [
    `--max-old-space-size=${MEGABYTES}`,
    BUNDLE,
    'check',
    '--no-cache',
    '--threads',
    '1',
    '--format',
    'concise',
    '-q',
  ];
  const all = spawnSync(NODE, args, { cwd, encoding: 'utf8' });
  const found = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('project0/'));
  assert.equal(all.stderr, '');
  assert.equal(all.status, one.status);
  assert.ok(found(one.stdout).length > 0);
  assert.deepEqual(found(all.stdout), found(one.stdout));
  assert.equal(all.stdout.split('\n').filter(Boolean).length, (COUNT / 60) * found(one.stdout).length);
});

const HOOK = new URL('../kill-at.mjs', import.meta.url).href;

// Before the first file is there, between two files, and with a draft whose owner and mode are not the file's yet.
for (const [place, repaired] of [
  ['renameSync:1', 0],
  ['renameSync:3', 2],
  ['chmodSync:2', 1],
] as const) {
  test(`after a kill at ${place} every file is the old or the new one, and the next run completes it`, {
    skip: isWindows,
  }, (t) => {
    const { cwd, run } = shell(t, { ...many(4), 'setup.cfg': '' });
    const env = { ...process.env, SEEDWISE_KILL_AT: place };
    const killed = spawnSync(NODE, ['--import', HOOK, BUNDLE, 'check', '--no-cache', '--fix'], { cwd, env });
    assert.equal(killed.signal, 'SIGKILL', String(killed.stderr));
    const drafts = (): string[] => readdirSync(cwd).filter((name) => name.endsWith('.seedwise'));
    assert.equal(drafts().length, 1, 'it was killed while a file was being replaced');
    assert.equal(checkWhole(cwd, [REDUNDANT, FIXED]).filter((text) => text === FIXED).length, repaired);
    run('check', '--fix');
    assert.deepEqual(new Set(checkWhole(cwd, [FIXED])).size, 1);
    assert.deepEqual(drafts(), []);
  });
}
