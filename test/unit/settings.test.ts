/** Settings cannot break anything: what cannot be taken falls back, and one sentence says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS, parseSettings, ruleLevel, SETTINGS } from '../../server/src/core/settings.ts';

const RULES_PROBLEM =
  '`seedwise.rules` must be an object whose values are "error", "warning", "information", "hint", "default", "off".';
const LEVEL_PROBLEM = '`seedwise.level` must be "auto", "seeded" or "deterministic".';

test('the defaults are those of the table, and acceptable', () => {
  assert.deepEqual(DEFAULT_SETTINGS, { rules: {}, level: 'auto', torchVersion: '' });
  for (const setting of SETTINGS) assert.ok(setting.accepts(setting.default), setting.name);
});

test('nothing given is the defaults', () => {
  for (const value of [undefined, null, {}]) {
    assert.deepEqual(parseSettings(value), { settings: DEFAULT_SETTINGS, problems: [] });
  }
});

test('what can be taken is taken', () => {
  const value = { rules: { 'late-seed': 'off', '*': 'hint' }, level: 'deterministic', torchVersion: '2.3' };
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
