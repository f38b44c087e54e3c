/** Settings cannot break anything: what cannot be taken falls back, and one sentence says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configProblems, unknownRules, unmetVersion } from '../../server/src/core/analysis/config-problems.ts';
import { asReleased } from '../../server/src/core/analysis/new-rules.ts';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { STREAMS } from '../../server/src/core/knowledge/streams.ts';
import { RULES } from '../../server/src/core/rules/index.ts';
import { spanOfProblem } from '../../server/src/core/settings/places.ts';
import { readConfig } from '../../server/src/core/settings/pyproject.ts';
import {
  DEFAULT_SETTINGS,
  mergeSettings,
  parseSettings,
  ruleLevel,
  SETTINGS,
  settingsIn,
} from '../../server/src/core/settings/settings.ts';
import { matchesGlob } from '../../server/src/core/text/globs.ts';
import { asIs } from '../../server/src/core/text/language.ts';

const RULES_PROBLEM = '`seedwise.rules` must be an object of names of rules.';
const ENTRY_PROBLEM =
  '`seedwise.rules.late-seed` must be "error", "warning", "information", "hint", "default" or "off".';
const LEVEL_PROBLEM = '`seedwise.level` must be "auto", "seeded" or "deterministic".';

test('the defaults are those of the table, and acceptable', () => {
  assert.deepEqual(DEFAULT_SETTINGS, {
    rules: {},
    level: 'auto',
    torchVersion: '',
    seedFunctions: {},
    randomFunctions: {},
    select: [],
    ignore: [],
    perFileIgnores: {},
    exclude: [],
    extendExclude: [],
    preview: false,
    requiredVersion: '',
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
    select: ['*-seed'],
    ignore: ['late-seed'],
    perFileIgnores: { 'tests/**': ['unseeded-*'] },
    exclude: ['vendor'],
    extendExclude: ['*_pb2.py'],
    preview: true,
    requiredVersion: '>=0.4',
  };
  assert.deepEqual(parseSettings(value), { settings: value, problems: [] });
});

test('a null field is as one not given, and unknown fields are for others', () => {
  const value = { rules: null, level: null, trace: { server: 'verbose' } };
  assert.deepEqual(parseSettings(value), { settings: DEFAULT_SETTINGS, problems: [] });
});

test('only what cannot be taken falls back: a field, or one of several names', () => {
  const rules = { 'late-seed': 'loud', 'set-order': 'off' };
  assert.deepEqual(parseSettings({ rules, level: 'seeded' }), {
    settings: { ...DEFAULT_SETTINGS, level: 'seeded', rules: { 'set-order': 'off' } },
    problems: [ENTRY_PROBLEM],
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
  for (const seedFunctions of ['init', ['init']]) {
    const problems = ['`seedwise.seedFunctions` must be an object of names of functions.'];
    assert.deepEqual(parseSettings({ seedFunctions }), { settings: DEFAULT_SETTINGS, problems });
  }
  const names = STREAMS.map((stream) => `"${stream}"`).join(', ');
  const expected = `must be the name of a function with "all" or a list of ${names}.`;
  const wrong = [
    { init: true },
    { init: 'torch' },
    { init: [] },
    { init: ['cuda'] },
    { 'my lib.init': 'all' },
    { 'lib..init': 'all' },
    { '': 'all' },
  ];
  for (const seedFunctions of wrong) {
    const problems = [`\`seedwise.seedFunctions.${Object.keys(seedFunctions)[0]}\` ${expected}`];
    assert.deepEqual(parseSettings({ seedFunctions }), { settings: DEFAULT_SETTINGS, problems });
    const both = { ...seedFunctions, good: 'all' };
    assert.deepEqual(parseSettings({ seedFunctions: both }).settings.seedFunctions, { good: 'all' });
  }
});

test('what a stranger wrote costs little, and reaches nothing', () => {
  const stars = '*a'.repeat(6) + '*b'.repeat(60);
  const start = process.cpuUsage().user;
  const { settings } = parseSettings(
    JSON.parse(`{"rules": {"${stars}": "off", "__proto__": "hint", "constructor": "off"}}`),
  );
  assert.equal(ruleLevel(settings, 'a'.repeat(20_000)), 'default');
  assert.ok(!matchesGlob(`${'**/*a*/'.repeat(40)}x`, `${'aaaa/'.repeat(200)}y`));
  assert.ok(process.cpuUsage().user - start < 2_000_000, 'microseconds');
  assert.equal(ruleLevel(settings, '__proto__'), 'hint');
  assert.equal(ruleLevel(settings, 'toString'), 'default');
  assert.equal(({} as Record<string, unknown>).hint, undefined);
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`rule-${i}`, 'off']));
  assert.deepEqual(parseSettings({ rules: many }).problems, [RULES_PROBLEM]);
  const long = 'x'.repeat(100_000);
  const { problems } = parseSettings({ rules: { [long]: 'off' } });
  assert.ok(problems.length === 1 && problems[0]!.length < 200, 'it is named, in short');
  const bad = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`rule-${i}`, 'loud']));
  assert.equal(parseSettings({ rules: bad }).problems.length, 21);
  const toml = readConfig(
    'pyproject.toml',
    '[tool.seedwise]\n__proto__ = { level = "seeded" }\nrules = { __proto__ = "off" }\n',
  );
  assert.equal(mergeSettings(toml?.settings ?? {}, DEFAULT_SETTINGS).level, 'auto');
});

test('a name that no rule has is named, with the one that may be meant', () => {
  assert.deepEqual(unknownRules({ rules: { 'late-sed': 'off', '*-seed': 'hint' }, select: ['fast-*'] }), [
    { message: '`late-sed` is no rule; did you mean `late-seed`?', keys: ['rules', 'late-sed'] },
    { message: '`fast-*` matches no rule.', keys: ['select', 'fast-*'] },
  ]);
  assert.deepEqual(unknownRules({ ignore: ['late-seed'], perFileIgnores: { x: ['quite-another-thing'] } }), [
    { message: '`quite-another-thing` is no rule.', keys: ['per-file-ignores', 'x', 'quite-another-thing'] },
  ]);
});

test('a project may want some versions only', () => {
  assert.equal(unmetVersion({ requiredVersion: '>=0.4,<0.5' }, '0.4.2'), null);
  assert.equal(unmetVersion({ requiredVersion: '0.4.2' }, '0.4.2'), null);
  assert.equal(unmetVersion({ requiredVersion: '>=0.5' }, '0.4.2'), 'It wants Seedwise >=0.5, and this is 0.4.2.');
  assert.match(unmetVersion({ requiredVersion: 'new' }, '0.4.2') ?? '', /must be a range/);
});

test('patterns for paths: a name anywhere, or a way from the folder; what matches a folder is about all in it', () => {
  const matches: [string, string[], string[]][] = [
    ['tests', ['tests/a.py', 'pkg/tests/b/c.py', 'tests'], ['test/a.py', 'mytests/a.py']],
    ['test_?.py', ['test_1.py', 'a/test_2.py'], ['test_12.py']],
    ['src/*.py', ['src/a.py'], ['src/b/a.py', 'a/src/a.py']],
    ['src/**/old/', ['src/old/a.py', 'src/a/b/old/c.py'], ['old/a.py', 'src/older/a.py']],
    ['/a', ['a/b.py'], ['b/a/c.py']],
    ['./a/b', ['a/b/c.py'], ['b']],
    ['**/x.py', ['x.py', 'a/b/x.py'], ['x.pyi']],
  ];
  for (const [pattern, right, wrong] of matches) {
    for (const path of right) assert.ok(matchesGlob(pattern, path), `${pattern} ${path}`);
    for (const path of wrong) assert.ok(!matchesGlob(pattern, path), `${pattern} ${path}`);
  }
});

test('rules are silent where the settings select others, ignore them, or ignore them in a file', () => {
  const { settings } = parseSettings({
    select: ['*-seed', 'set-order'],
    ignore: ['varying-seed'],
    perFileIgnores: { 'tests/**': ['late-*'], old: ['set-order'] },
    rules: { 'late-seed': 'error', 'varying-seed': 'error' },
  });
  const levels = (path: string): string[] =>
    ['late-seed', 'varying-seed', 'set-order', 'randomized-hash'].map((rule) =>
      ruleLevel(settingsIn(settings, path), rule),
    );
  assert.deepEqual(levels('train.py'), ['error', 'off', 'default', 'off']);
  assert.deepEqual(levels('tests/a/b.py'), ['off', 'off', 'default', 'off']);
  assert.deepEqual(levels('pkg/old/b.py'), ['error', 'off', 'off', 'off']);
  assert.equal(settingsIn(settings, 'train.py'), settings);
  assert.equal(settingsIn(settings, 'tests/a.py'), settingsIn(settings, 'tests/b.py'), 'one object for the same rules');
});

test('rules that are new in a minor version are information, unless somebody wants them to weigh more', () => {
  const { name, since } = RULES.at(-1)!;
  const [major = 0, minor = 0] = since.split('.').map(Number);
  const finding: Finding = { start: 0, end: 1, rule: name, severity: 'warning', message: asIs('x') };
  const shown = (version: string, settings = {}, severity: Finding['severity'] = 'warning'): string =>
    asReleased([{ ...finding, severity }], { ...DEFAULT_SETTINGS, ...settings }, version)[0]!.severity;
  assert.equal(shown(`${major}.${minor}.9`), 'information');
  assert.equal(shown(`${major}.${minor}.9`, {}, 'hint'), 'hint');
  assert.equal(shown(`${major}.${minor + 1}.0`), 'warning');
  assert.equal(shown(since, { preview: true }), 'warning');
  assert.equal(shown(since, { rules: { [name]: 'warning' } }), 'warning');
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
    ['torch-versoin = "2"', {}, ['`tool.seedwise.torch-versoin` is not a setting; did you mean `torch-version`?']],
    [
      'rules = { late-seed = "of", set-order = "off" }',
      { rules: { 'set-order': 'off' } },
      [`${ENTRY_PROBLEM.replace('seedwise', 'tool.seedwise')}`],
    ],
    ['rules = ["late-seed"]', {}, ['`tool.seedwise.rules` must be a table of names of rules.']],
    ['level = "seeded"\nlevel = "seeded"', {}, ['It is not valid TOML (line 3).']],
  ];
  for (const [lines, settings, problems] of cases) {
    const path = 'pyproject.toml';
    const config = readConfig(path, `[tool.seedwise]\n${lines}\n`);
    assert.deepEqual(config?.settings, settings, lines);
    assert.deepEqual(
      config?.problems.map(({ message }) => message),
      problems,
      lines,
    );
  }
  const problem = { message: '`tool.seedwise` must be a table.', keys: ['tool', 'seedwise'] };
  const table = { path: 'pyproject.toml', settings: {}, problems: [problem] };
  assert.deepEqual(readConfig('pyproject.toml', '[tool]\nseedwise = 1\n'), table);
});

test('what is wrong with the settings of a project is found in its text', () => {
  // The place stands between two marks.
  const cases: string[] = [
    '[tool.seedwise]\n«colour» = "red"\n',
    '[tool.other]\ncolour = 1\n[tool.seedwise] # colour\n«colour» = "colour"\n',
    '[tool.seedwise.rules]\n"late-seed" = "off"\n«late-sed» = "off"\n',
    '[tool.seedwise]\nrules = { «late-sed» = "off" }\n',
    '[tool]\nseedwise.rules."«fast-*»" = "off"\n',
    '[tool.seedwise]\nselect = ["late-seed", "«late-sed»"]\n',
    '[tool.seedwise.per-file-ignores]\n"tests/**" = ["«late-sed»"] # late-sed\n',
    '[tool.seedwise]\n«level» = "loud"\n',
    '[tool.seedwise.«ruls»]\nlate-seed = "off"\n',
    '[project]\nname = "x"\n[tool.seedwise]\n«level = = »"seeded"\n'.replace('»"seeded"', '"seeded"»'),
    '[tool.seedwise]\n«required-version» = ">=99"\r\n',
    '[tool]\n«seedwise» = 3\n',
    // The same table under two headers can be spelled otherwise in none of them alone.
    '«[tool.seedwise.colours.red]»\na = 1\n[tool.seedwise.colours.blue]\nb = 1\n',
  ];
  for (const marked of cases) {
    const text = marked.replace(/[«»]/g, '');
    const config = readConfig('pyproject.toml', text);
    const problems = config ? configProblems(config, '0.6.0') : [];
    assert.equal(problems.length, 1, marked);
    const { start, end } = spanOfProblem(problems[0]!, text);
    assert.equal(`${text.slice(0, start)}«${text.slice(start, end)}»${text.slice(end)}`, marked);
  }
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
