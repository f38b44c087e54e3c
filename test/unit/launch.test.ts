/** Edits of `.vscode/launch.json`: the variable wherever Python is launched, and every other byte as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { launchEdits } from '../../server/src/lsp/launch.ts';
import { understand } from '../corpus.ts';

const SEED = { name: 'PYTHONHASHSEED', value: '0' };

function written(text: string): string | null {
  const edits = launchEdits(text, SEED);
  return edits && applyEdits(text, edits);
}

const ODD = '{ "configurations": [{ "type": "debugpy", "request": "launch", "env": "A=1" }] }';

const CREATED = `{
    "version": "0.2.0",
    "configurations": [
        {
            "name": "Python: Current File",
            "type": "debugpy",
            "request": "launch",
            "program": "\${file}",
            "console": "integratedTerminal",
            "env": { "PYTHONHASHSEED": "0" }
        }
    ]
}
`;

test('a file that is empty or not there gets one configuration for the open file', () => {
  assert.equal(written(''), CREATED);
  assert.equal(written('\n  \n'), CREATED);
  assert.deepEqual(launchEdits(CREATED, SEED), []);
});

test('comments, trailing commas and other configurations stay', () => {
  const text = `// Use IntelliSense.
{
  "version": "0.2.0", /* the only one */
  "configurations": [
    {
      "name": "train", // the trainer
      "type": "debugpy",
      "request": "launch",
      "justMyCode": false // Debug libraries too.
    },
    { "type": "node", "request": "launch", "name": "page" },
    {
      "type": "python",
      "request": "launch",
      "env": {
        "OMP_NUM_THREADS": "1", // one thread
      },
    },
    {"name": "one line", "type": "debugpy", "request": "launch", "env": {"A": "1"}},
    { "name": "attached", "type": "debugpy", "request": "attach" },
    { "name": "empty", "type": "debugpy", "request": "launch", "env": {} },
    { "name": "set", "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "0" } },
    { "name": "other", "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "random", "B": "2", }, },
  ],
}
`;
  const expected = `// Use IntelliSense.
{
  "version": "0.2.0", /* the only one */
  "configurations": [
    {
      "name": "train", // the trainer
      "type": "debugpy",
      "request": "launch",
      "justMyCode": false, // Debug libraries too.
      "env": {
        "PYTHONHASHSEED": "0"
      }
    },
    { "type": "node", "request": "launch", "name": "page" },
    {
      "type": "python",
      "request": "launch",
      "env": {
        "OMP_NUM_THREADS": "1", // one thread
        "PYTHONHASHSEED": "0",
      },
    },
    {"name": "one line", "type": "debugpy", "request": "launch", "env": {"A": "1", "PYTHONHASHSEED": "0"}},
    { "name": "attached", "type": "debugpy", "request": "attach" },
    { "name": "empty", "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "0" } },
    { "name": "set", "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "0" } },
    { "name": "other", "type": "debugpy", "request": "launch", "env": { "PYTHONHASHSEED": "0", "B": "2", }, },
  ],
}
`;
  assert.equal(written(text), expected);
  assert.deepEqual(launchEdits(expected, SEED), [], 'a second time there is nothing to do');
});

test('line ends, tabs and layouts are those of the file', () => {
  const tabs =
    '{\r\n\t"configurations": [\r\n\t\t{\r\n\t\t\t"type": "debugpy",\r\n\t\t\t"request": "launch"\r\n\t\t}\r\n\t]\r\n}\r\n';
  assert.equal(
    written(tabs),
    tabs.replace('"launch"', '"launch",\r\n\t\t\t"env": {\r\n\t\t\t\t"PYTHONHASHSEED": "0"\r\n\t\t\t}'),
  );
  const env =
    '{ "configurations": [{ "type": "debugpy", "request": "launch", "env": {\n      // nothing yet\n    } }] }';
  const item = '\n    "PYTHONHASHSEED": "0"';
  assert.equal(JSON.parse(written(env)!.replace(/\/\/.*/, '')).configurations[0].env.PYTHONHASHSEED, '0');
  assert.ok(written(env)!.includes(`{${item}\n      // nothing yet`));
  const block =
    '{\n  "configurations": [\n    {\n      "type": "debugpy",\n      "request": "launch" /* so\n      far */\n    }\n  ]\n}';
  assert.ok(
    written(block)!.includes(
      '"request": "launch",\n      "env": {\n        "PYTHONHASHSEED": "0"\n      } /* so\n      far */',
    ),
  );
});

test('where Python is not launched yet, a configuration is added', () => {
  const add = (text: string): unknown =>
    JSON.parse(
      written(text)!
        .replace(/\/\/.*/g, '')
        .replace(/,(\s*[\]}])/g, '$1'),
    );
  const own = JSON.parse(CREATED).configurations[0];
  const node = { type: 'node', request: 'launch' };
  assert.deepEqual(add('{}'), { configurations: [own] });
  assert.deepEqual(add('{\n  "version": "0.2.0"\n}'), { version: '0.2.0', configurations: [own] });
  assert.deepEqual(add('{ "configurations": [] }'), { configurations: [own] });
  assert.deepEqual(add('{\n  "configurations": [\n    // none\n  ],\n}'), { configurations: [own] });
  assert.deepEqual(add(JSON.stringify({ configurations: [node] }, null, 2)), { configurations: [node, own] });
  assert.equal(
    written('{\n  "configurations": [\n  ],\n}\n'),
    `{\n  "configurations": [\n    {\n      "name": "Python: Current File",\n      "type": "debugpy",\n      "request": "launch",\n      "program": "\${file}",\n      "console": "integratedTerminal",\n      "env": { "PYTHONHASHSEED": "0" }\n    }\n  ],\n}\n`,
  );
});

test('what is no launch configuration is left alone', () => {
  for (const text of ['[]', '{ "configurations": {} }', '{ "configurations": [', ODD, 'no JSON', '{ "a": 1 } trailing'])
    assert.equal(launchEdits(text, SEED), null, text);
});

test('the hash seed is the one the program sets, where Python takes it', () => {
  const valueIn = (text: string): string | undefined =>
    understand('train.py', `import os\n${text}\n`, ({ analysis }) => {
      const [finding] = analysis.findings.filter(({ rule }) => rule === 'ineffective-hash-seed');
      assert.ok(finding, text);
      return finding.startWith?.value;
    });
  const set = (value: string): string => `os.environ['PYTHONHASHSEED'] = ${value}`;
  const helper = (parameter: string): string => `def seed_all(${parameter}):\n    ${set('str(seed)')}\n`;
  const table: [text: string, value: string | undefined][] = [
    [set("'0'"), '0'],
    [set('str(3)'), '3'],
    [`SEED = 11\n${set('str(SEED)')}`, '11'],
    [helper('seed=5'), '5'],
    [`${helper('seed=5')}seed_all(9)`, '9'],
    [`${helper('seed')}seed_all(seed=8)`, '8'],
    [`${helper('seed')}seed_all(int(input()))`, '42'],
    [helper('seed'), '42'],
    [set("'4294967295'"), '4294967295'],
    [set("'4294967296'"), '42'],
    [set("'-1'"), '42'],
    [set("'random'"), undefined],
    ["os.putenv('PYTHONHASHSEED', '6')", '6'],
  ];
  for (const [text, value] of table) assert.equal(valueIn(text), value, text);
});
