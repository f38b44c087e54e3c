/** What the README says Seedwise never does, asked of the bundles as they are shipped, and of a run that is watched. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathOf } from '../../server/src/lsp/workspace-index.ts';
import { filesBelow, ROOT, readText } from '../corpus.ts';
import { BUNDLE, NODE, shell } from '../shell.ts';

const TRAIN = 'import torch\n\ntorch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\nprint(torch.rand(3))\n';

/** Refuses what would start a program or reach the network, and says so. */
const WATCH = `
const refuse = (what) => () => { process.stderr.write('REFUSED ' + what + '\\n'); process.exit(99); };
for (const [module, names] of Object.entries({
  child_process: ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
  net: ['connect', 'createConnection'], http: ['request', 'get'], https: ['request', 'get'],
  dns: ['lookup', 'resolve'], dgram: ['createSocket'], tls: ['connect'],
})) for (const name of names) require(module)[name] = refuse(module + '.' + name);
globalThis.fetch = refuse('fetch');
require('module').syncBuiltinESMExports();
`;

test('a check, a report and a repair start no program and open no connection; only --fix writes', (t) => {
  const { cwd } = shell(t, { 'train.py': TRAIN, 'setup.cfg': '', 'watch.cjs': WATCH });
  const watched = (...args: string[]) =>
    spawnSync(NODE, ['--require', './watch.cjs', BUNDLE, ...args], { cwd, encoding: 'utf8' });
  const stamp = (): string =>
    readdirSync(cwd)
      .map((name) => `${name} ${statSync(path.join(cwd, name)).mtimeMs} ${readFileSync(path.join(cwd, name), 'utf8')}`)
      .join('\n');
  const before = stamp();
  for (const args of [['check'], ['check', '--diff', '--unsafe-fixes'], ['report'], ['debug', 'train.py'], ['rules']]) {
    const { status, stderr } = watched(...args);
    assert.ok(status === 0 || status === 1, `${args.join(' ')}: ${stderr}`);
    assert.doesNotMatch(stderr, /REFUSED/);
    assert.equal(stamp(), before, `${args.join(' ')} wrote something`);
  }
  assert.equal(watched('check', '--fix').status, 0);
  assert.notEqual(stamp(), before);
  // The watch itself is able to refuse.
  writeFileSync(path.join(cwd, 'call.cjs'), "require('child_process').spawnSync('true')");
  assert.equal(spawnSync(NODE, ['--require', './watch.cjs', 'call.cjs'], { cwd }).status, 99);
});

test('no part but the one that verifies knows how to start a program, and none how to reach the network', () => {
  const sources = ['server/src', 'client/src'].flatMap((folder) =>
    filesBelow(folder, '.ts').map((name) => `${folder}/${name}`),
  );
  assert.ok(sources.length > 100);
  for (const name of sources) {
    const text = readText(name);
    assert.ok(!/['"](node:)?(https?|http2|dns|dgram|tls)['"]|\bfetch\(|XMLHttpRequest|WebSocket/.test(text), name);
    const verifies = /^(server\/src\/cli|client\/src)\/verify\.ts$/.test(name);
    assert.equal(/['"](node:)?child_process['"]/.test(text), verifies, name);
  }
});

test('each sentence of the README names tests that there are', () => {
  const [, section = ''] = readText('README.md').split('## What it never does\n');
  const sentences = (section.split(/^## /m)[0] ?? '').split('\n').filter((line) => line.startsWith('- '));
  assert.ok(sentences.length >= 4);
  for (const sentence of sentences) {
    const named = [...sentence.matchAll(/`(test\/[\w/.-]+)`/g)].map(([, name]) => name!);
    assert.ok(named.length > 0, sentence);
    for (const name of named) assert.ok(existsSync(new URL(name, ROOT)), name);
  }
});

test('a drive of Windows has one name', () => {
  assert.equal(pathOf('file:///C%3A/a%20b/train.py'), '/c:/a b/train.py');
  assert.equal(pathOf('file:///c:/a%20b/train.py'), pathOf('file:///C:/a%20b/train.py'));
  assert.equal(pathOf('file:///Code/train.py'), '/Code/train.py');
});
