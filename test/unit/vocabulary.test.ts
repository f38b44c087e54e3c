/** Functions of a project's own: what the settings say they do counts as if it were read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowerFile } from '../../server/src/core/lowering/file.ts';
import { NO_VOCABULARY, vocabularyOf } from '../../server/src/core/lowering/own-functions.ts';
import { indexClosedFile } from '../../server/src/core/program/indexed-file.ts';
import { Workspace } from '../../server/src/core/program/workspace.ts';
import { closeFile, openFile, updateFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/core/settings/settings.ts';
import { understand } from '../corpus.ts';

type Names = Pick<Partial<Settings>, 'seedFunctions' | 'randomFunctions'>;

const findings = (text: string, names: Names, path = 'train.py'): string[] =>
  understand(
    path,
    text,
    ({ analysis }) =>
      analysis.findings.map(({ rule, subject, start, end }) => `${rule} ${subject} ${text.slice(start, end)}`),
    { ...DEFAULT_SETTINGS, ...names },
  );

const TRAIN = `import torch
from mylib import augment
from mylib.repro import init

init(0)
x = torch.rand(3)
augment.jitter(x)
`;
const UNSEEDED = 'incomplete-seeding torch torch.rand';

test('a function that nobody can see into seeds what the settings say', () => {
  assert.deepEqual(findings(TRAIN, {}), [UNSEEDED]);
  assert.deepEqual(findings(TRAIN, { seedFunctions: { 'mylib.repro.init': ['torch'] } }), []);
  assert.deepEqual(findings(TRAIN, { seedFunctions: { 'mylib.repro.init': 'all' } }), []);
  assert.deepEqual(findings(TRAIN, { seedFunctions: { 'mylib.repro.init': ['numpy'] } }), [UNSEEDED]);
});

test('names are qualified, bare, or with a star', () => {
  const seeds = (name: string): boolean => findings(TRAIN, { seedFunctions: { [name]: 'all' } }).length === 0;
  for (const name of ['init', 'in*', '*', 'mylib.repro.init', 'mylib.*.init', '*.repro.*'])
    assert.ok(seeds(name), name);
  for (const name of ['ini', 'repro.init', 'mylib.init', 'mylib.*', 'other.*.init', 'mylib.repro.initialise'])
    assert.ok(!seeds(name), name);
});

test('and draws what the settings say', () => {
  const randomFunctions = { 'mylib.augment.jitter': ['numpy', 'python'] } as const;
  assert.deepEqual(findings(TRAIN, { seedFunctions: { init: ['torch'] }, randomFunctions }), [
    'incomplete-seeding python augment.jitter',
    'incomplete-seeding numpy augment.jitter',
  ]);
  assert.deepEqual(findings(TRAIN, { seedFunctions: { init: 'all' }, randomFunctions }), []);
});

test('a draw before the seed is late', () => {
  const text = `import torch
from mylib import init, jitter

jitter()
init(0)
`;
  const names: Names = { seedFunctions: { init: ['torch'] }, randomFunctions: { jitter: ['torch'] } };
  assert.deepEqual(findings(text, names), ['late-seed torch jitter']);
});

test('methods and functions of the file itself are named too', () => {
  const text = `import torch


class Repro:
    def fix(self):
        self.library.call()


def init():
    ctypes_call()


PLACE
print(torch.rand(2))
`;
  const seeds = (call: string, name: string): boolean =>
    findings(text.replace('PLACE', call), { seedFunctions: { [name]: 'all' } }, 'lib/repro.py').length === 0;
  assert.ok(seeds('init()', 'init'));
  assert.ok(seeds('init()', 'lib.repro.init'));
  assert.ok(seeds('init()', 'repro.init'));
  assert.ok(!seeds('init()', 'other.init'));
  assert.ok(seeds('Repro().fix()', 'lib.repro.Repro.fix'));
  assert.ok(seeds('Repro().fix()', 'fix'));
  assert.ok(seeds('anything.fix()', 'fix'));
});

test('a relative import is a name below the package', () => {
  const text = 'import torch\nfrom .repro import init\n\ninit()\nprint(torch.rand(2))\n';
  assert.deepEqual(findings(text, { seedFunctions: { 'lib.repro.init': 'all' } }, 'project/lib/train.py'), []);
  assert.deepEqual(findings(text, { seedFunctions: { 'lib.repro.init': 'all' } }, 'project/lib/__init__.py'), []);
  assert.deepEqual(findings(text, { seedFunctions: { 'lib.repro.init': 'all' } }, 'project/other/train.py'), [
    UNSEEDED,
  ]);
});

test('other names make other effects, also of functions that did not change', () => {
  const text = 'import mylib\n\n\ndef start():\n    mylib.init()\n';
  const vocabulary = vocabularyOf({ ...DEFAULT_SETTINGS, seedFunctions: { init: ['torch'] } });
  const first = openFile('a.py', text);
  const plain = JSON.stringify(lowerFile(first, NO_VOCABULARY).effects);
  const second = updateFile(first, `${text}\n`);
  const named = lowerFile(second, vocabulary).effects;
  assert.equal(named.functions.get('#start')?.events[0]?.kind, 'seed');
  const third = updateFile(second, text);
  assert.equal(JSON.stringify(lowerFile(third, NO_VOCABULARY).effects), plain);
  const workspace = new Workspace();
  workspace.set('a.py', indexClosedFile(third));
  assert.equal(workspace.set('a.py', indexClosedFile(third, vocabulary)), true, 'programs may behave differently');
  closeFile(third);
});
