/** The work for a program grows with the program: families that once took twice as much for one step more. Events are counted, so that no machine is slow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { Composer } from '../../server/src/core/composing/composer.ts';
import { SharedOutcomes } from '../../server/src/core/composing/shared.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { argumentOf } from '../../server/src/core/python/arguments.ts';
import type { Reader } from '../../server/src/core/python/call.ts';
import { closeFile, openFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { workspaceOf } from '../corpus.ts';
import { FAMILIES } from '../families.ts';

/** Twice the program may take so many times the work: an exponent of 1.2. */
const MOST = 2 ** 1.2;

/** The events that composing a program of the family runs through. */
function workOf(files: Readonly<Record<string, string>>): number {
  const workspace = workspaceOf(Object.entries(files).map(([path, text]) => ({ path, text })));
  const composer = new Composer(workspace, 'train.py', { shared: new SharedOutcomes() });
  composer.program();
  return composer.work;
}

for (const [name, { make, sizes }] of Object.entries(FAMILIES)) {
  test(`${name}: the work grows with the program`, () => {
    const [small, large] = sizes.map((size) => workOf(make(size)));
    assert.ok(small && large, 'nothing was composed');
    assert.ok(large / small <= MOST, `${sizes.join(' and ')}: ${small} and ${large} events`);
  });
}

test('a function that imports what has been imported before is composed once for all such programs', () => {
  const program = (imports: string) => `${imports}\nfrom model import build\n\nbuild()\n`;
  const files = {
    'seeds.py': 'import torch\n\ntorch.manual_seed(0)\n',
    'model.py': 'import torch\n\n\ndef build():\n    import seeds\n\n    return torch.rand(2), torch.rand(2), seeds\n',
    'first.py': program('import seeds'),
    'second.py': program('import seeds'),
    // Here the call of the function is what seeds.
    'other.py': program('import os'),
  };
  const workspace = workspaceOf(Object.entries(files).map(([path, text]) => ({ path, text })));
  const shared = new SharedOutcomes();
  const composed = ['first.py', 'second.py', 'other.py', 'second.py'].map((path) => {
    const [own, alone] = [new Composer(workspace, path, { shared }), new Composer(workspace, path)];
    assert.deepEqual(own.program(), alone.program(), path);
    return { path, shared: own.work, alone: alone.work };
  });
  const [first, second, other, again] = composed.map((each) => each.alone - each.shared);
  // What was found behind the import does not hold where nothing has run it.
  assert.ok(first === 0 && second! > other! && again! >= second!, JSON.stringify(composed));
});

test('a program with too many ways through it is silent, and named', () => {
  const files = Object.entries(FAMILIES['functions handed down']!.make(40)).map(([path, text]) => ({ path, text }));
  const [{ path, text }] = files as [{ path: string; text: string }];
  const file = openFile(path, text);
  const workspace = workspaceOf(files);
  const { findings, problems } = analyze(projectOf(file, DEFAULT_SETTINGS, workspace), DEFAULT_SETTINGS);
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    [],
  );
  assert.match(problems.map(({ text }) => text).join(), /^train\.py: more ways lead through this program/);
  closeFile(file);
});

test('a file with a value of more origins than are looked at is named', () => {
  const said = (count: number, element: string): readonly string[] => {
    const text = `import random\nimport torch\n\nnames = set()\n${`names.add(${element})\n`.repeat(count)}random.shuffle(list(names))\n`;
    const file = openFile('train.py', text);
    const project = projectOf(file, DEFAULT_SETTINGS, workspaceOf([{ path: 'train.py', text }]));
    const { findings, problems } = analyze(project, DEFAULT_SETTINGS);
    closeFile(file);
    return [...findings.map(({ rule }) => rule), ...problems.map((each) => each.text)].filter(
      (each) => each === 'set-order' || each.startsWith('train.py: '),
    );
  };
  assert.deepEqual(said(10, '"a"'), ['set-order']);
  assert.deepEqual(said(10, '1'), []);
  // What was given up may all be numbers, which have one order.
  assert.deepEqual(said(4000, '1'), [
    'train.py: more ways lead through this program than are followed; it is judged by what is certain',
  ]);
});

test('a function that many places call, each in its own way, is followed from each', () => {
  const calls = Array.from({ length: 80 }, (_, i) => `model_${i} = build(${i}, [${i}, ${i}])\n`);
  const text = `import torch\n\n\ndef build(width, kind):\n    for each in kind:\n        torch.nn.Linear(width, 1)\n\n\n${calls.join('')}torch.manual_seed(0)\n`;
  const file = openFile('train.py', text);
  const project = projectOf(file, DEFAULT_SETTINGS, workspaceOf([{ path: 'train.py', text }]));
  assert.equal(project.isCut, false);
  assert.deepEqual(
    analyze(project, DEFAULT_SETTINGS).findings.map(({ rule }) => rule),
    ['late-seed'],
  );
  closeFile(file);
});

test('dictionaries made of dictionaries are looked at once each', () => {
  const looks = (n: number): number => {
    const lines = Array.from({ length: n }, (_, i) => `k${i + 1} = {**k${i}, **k${i}}\n`);
    const file = openFile('train.py', `k0 = dict(a=1)\n${lines.join('')}f(**k${n})\n`);
    let count = 0;
    const counting = new Proxy<Reader>(file, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'definitions') count++;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const call = file.allCalls.at(-1);
    assert.ok(call);
    assert.equal(argumentOf(counting, call, 'b'), 'absent');
    assert.notEqual(argumentOf(counting, call, 'a'), 'absent');
    closeFile(file);
    return count;
  };
  const [small, large] = [looks(20), looks(40)];
  assert.ok(large / small <= MOST, `20 and 40: ${small} and ${large} names`);
});
