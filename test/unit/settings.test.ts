/** Settings cannot break anything: what cannot be taken falls back, and one sentence says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../server/src/core/settings/pyproject.ts';
import {
  DEFAULT_SETTINGS,
  mergeSettings,
  parseSettings,
  ruleLevel,
  SETTINGS,
} from '../../server/src/core/settings/settings.ts';

const RULES_PROBLEM =
  '`seedwise.rules` must be an object whose values are "error", "warning", "information", "hint", "default", "off".';
const LEVEL_PROBLEM = '`seedwise.level` must be "auto", "seeded" or "deterministic".';

test('the defaults are those of the table, and acceptable', () => {
  assert.deepEqual(DEFAULT_SETTINGS, {
    rules: {},
    level: 'auto',
    torchVersion: '',
    seedFunctions: {},
    randomFunctions: {},
  });
  for (const setting of SETTINGS) assert.ok(setting.accepts(setting.default), setting.name);
});

test('nothing given is the defaults', () => {
  for (const value of [undefined, null, {}]) {
    assert.deepEqual(parseSettings(value), { settings: DEFAULT_SETTINGS, problems: [] });
  }
});

test('what can be taken is taken', () => {
  const value = {
    rules: { 'late-seed': 'off', '*': 'hint' },
    level: 'deterministic',
    torchVersion: '2.3',
    seedFunctions: { 'mylib.repro.init': ['torch', 'numpy'], 'seed_*': 'all' },
    randomFunctions: { 'mylib.*.jitter': ['python'] },
  };
  assert.deepEqual(parseSettings(value), { settings: value, problems: [] });
});

test('a null field is as one not given, and unknown fields are for others', () => {
  const value = { rules: null, level: null, trace: { server: 'verbose' } };
  assert.deepEqual(parseSettings(value), { settings: DEFAULT_SETTINGS, problems: [] });
});

test('only the field that cannot be taken falls back', () => {
  assert.deepEqual(parseSettings({ rules: { 'late-seed': 'loud' }, level: 'seeded' }), {
    settings: { ...DEFAULT_SETTINGS, level: 'seeded' },
    problems: [RULES_PROBLEM],
  });
  assert.deepEqual(parseSettings({ rules: { 'late-seed': 'off' }, level: 3 }), {
    settings: { ...DEFAULT_SETTINGS, rules: { 'late-seed': 'off' } },
    problems: [LEVEL_PROBLEM],
  });
  assert.deepEqual(parseSettings({ rules: ['late-seed'], level: 'Seeded' }), {
    settings: DEFAULT_SETTINGS,
    problems: [RULES_PROBLEM, LEVEL_PROBLEM],
  });
});

test('settings that are no object at all', () => {
  for (const value of ['off', 1, true, [], [{}]]) {
    assert.deepEqual(parseSettings(value), {
      settings: DEFAULT_SETTINGS,
      problems: ['`seedwise` must be an object.'],
    });
  }
});

test('the longest matching pattern gives the level', () => {
  const settings = parseSettings({
    rules: { '*': 'hint', '*-seed': 'warning', 'late-seed': 'off', 'unseeded-*': 'error' },
  }).settings;
  assert.equal(ruleLevel(settings, 'late-seed'), 'off');
  assert.equal(ruleLevel(settings, 'varying-seed'), 'warning');
  assert.equal(ruleLevel(settings, 'unseeded-shuffle'), 'error');
  assert.equal(ruleLevel(settings, 'cudnn-benchmark'), 'hint');
});

test('a rule nobody names has its own severity', () => {
  assert.equal(ruleLevel(DEFAULT_SETTINGS, 'late-seed'), 'default');
  const settings = parseSettings({ rules: { late: 'off', 'late.seed': 'off' } }).settings;
  assert.equal(ruleLevel(settings, 'late-seed'), 'default');
});

test('an empty name names no rule', () => {
  assert.equal(ruleLevel({ ...DEFAULT_SETTINGS, rules: { '': 'off' } }, 'late-seed'), 'default');
});

test('functions are named with their streams', () => {
  const problem =
    '`seedwise.seedFunctions` must be names of functions with "all" or a list of "python", "numpy", "torch".';
  const wrong = [
    'init',
    ['init'],
    { init: true },
    { init: 'torch' },
    { init: [] },
    { init: ['cuda'] },
    { 'my lib.init': 'all' },
    { 'lib..init': 'all' },
    { '': 'all' },
  ];
  for (const seedFunctions of wrong) {
    assert.deepEqual(parseSettings({ seedFunctions }), { settings: DEFAULT_SETTINGS, problems: [problem] });
  }
});

test('a project has its settings in words joined by hyphens', () => {
  const text = `[project]
name = "thing"

[tool.seedwise]
torch-version = "2.3"
level = "seeded"
rules = { late-seed = "off" }
random-functions."mylib.augment.*" = ["numpy"]

[tool.seedwise.seed-functions]
init = "all"
`;
  assert.deepEqual(JSON.parse(JSON.stringify(readConfig('pyproject.toml', text))), {
    path: 'pyproject.toml',
    settings: {
      torchVersion: '2.3',
      level: 'seeded',
      rules: { 'late-seed': 'off' },
      randomFunctions: { 'mylib.augment.*': ['numpy'] },
      seedFunctions: { init: 'all' },
    },
    problems: [],
  });
});

test('a project without a table of ours has no settings', () => {
  for (const text of [
    '',
    '[tool.ruff]\n',
    '# seedwise\n[tool]\n',
    '[project]\nname = "seedwise"\n',
    'broken = seedwise',
  ]) {
    assert.equal(readConfig('pyproject.toml', text), null, text);
  }
});

test('what is wrong with the settings of a project is said, and the rest holds', () => {
  const cases: [string, object, string[]][] = [
    [
      'level = "loud"\ntorch-version = "2.1"',
      { torchVersion: '2.1' },
      ['`tool.seedwise.level` must be "auto", "seeded" or "deterministic".'],
    ],
    ['torch-version = 2.1', {}, ['`tool.seedwise.torch-version` must be a version such as "2.3".']],
    ['torchVersion = "2.1"', {}, ['`tool.seedwise.torchVersion` must be spelled `torch-version`.']],
    ['seed_functions = {}', {}, ['`tool.seedwise.seed_functions` must be spelled `seed-functions`.']],
    ['colour = "red"', {}, ['`tool.seedwise.colour` is not a setting.']],
    [
      'rules = ["late-seed"]',
      {},
      [
        '`tool.seedwise.rules` must be a table whose values are "error", "warning", "information", "hint", "default", "off".',
      ],
    ],
    ['level = "seeded"\nlevel = "seeded"', {}, ['It is not valid TOML (line 3).']],
  ];
  for (const [lines, settings, problems] of cases) {
    const path = 'pyproject.toml';
    assert.deepEqual(readConfig(path, `[tool.seedwise]\n${lines}\n`), { path, settings, problems }, lines);
  }
  const table = { path: 'pyproject.toml', settings: {}, problems: ['`tool.seedwise` must be a table.'] };
  assert.deepEqual(readConfig('pyproject.toml', '[tool]\nseedwise = 1\n'), table);
});

test('what the user set goes before what the project says', () => {
  const project = { level: 'seeded', torchVersion: '2.1', rules: { 'late-seed': 'off', '*': 'hint' } } as const;
  assert.deepEqual(mergeSettings(project, DEFAULT_SETTINGS), { ...DEFAULT_SETTINGS, ...project });
  const user = parseSettings({ level: 'deterministic', rules: { 'late-seed': 'error' } }).settings;
  assert.deepEqual(mergeSettings(project, user), {
    ...DEFAULT_SETTINGS,
    level: 'deterministic',
    torchVersion: '2.1',
    rules: { '*': 'hint', 'late-seed': 'error' },
  });
  assert.deepEqual(mergeSettings({}, user), user);
});
