/** The user's settings: one table that the manifest, the documentation and the parser are made from. */

import type { Severity } from '../contract/severity.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import { wildcard } from '../text/patterns.ts';

export type RuleLevel = Severity | 'default' | 'off';

export interface Settings {
  /** Rule name or wildcard pattern (`*`, `*-seed`) to severity; the longest matching pattern wins. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** What every program is taken to promise; `auto` reads it from its code. */
  readonly level: 'auto' | 'seeded' | 'deterministic';
  /** The torch version programs run with, as `2.3` or `2.3.1`; empty where the project's files say it. */
  readonly torchVersion: string;
  /** Functions of the project's own that seed, by qualified or bare name; see `vocabulary.ts`. */
  readonly seedFunctions: StreamsByName;
  /** The same for functions that draw random numbers. */
  readonly randomFunctions: StreamsByName;
}

export interface Setting {
  readonly name: keyof Settings;
  readonly default: unknown;
  /** Shown in the settings editor; Markdown. */
  readonly text: string;
  /** The JSON schema of the value, as the manifest has it. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** True if the value can be taken as it is. */
  accepts(value: unknown): boolean;
  /** What the value must be, to complete "must be ...". */
  readonly expected: string;
  /** `window` for what holds for all files of a workspace together. */
  readonly scope: 'resource' | 'window';
}

const LEVELS: readonly RuleLevel[] = ['error', 'warning', 'information', 'hint', 'default', 'off'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STREAMS_SCHEMA = {
  type: 'object',
  additionalProperties: {
    oneOf: [
      { type: 'string', const: 'all' },
      { type: 'array', items: { type: 'string', enum: STREAMS }, minItems: 1, uniqueItems: true },
    ],
  },
};

const namesStreams = (value: unknown): boolean =>
  isRecord(value) &&
  Object.entries(value).every(
    ([name, streams]) =>
      /^[\w*]+(\.[\w*]+)*$/.test(name) &&
      (streams === 'all' ||
        (Array.isArray(streams) && streams.length > 0 && streams.every((each) => STREAMS.includes(each as Stream)))),
  );

const STREAMS_EXPECTED = `names of functions with "all" or a list of ${STREAMS.map((stream) => `"${stream}"`).join(', ')}`;

export const SETTINGS: readonly Setting[] = [
  {
    name: 'rules',
    default: {},
    text: 'The severity of a rule by its name, `off` to silence it. A `*` in the name stands for any text; the longest matching name wins.',
    schema: { type: 'object', additionalProperties: { type: 'string', enum: LEVELS } },
    accepts: (value) => isRecord(value) && Object.values(value).every((level) => LEVELS.includes(level as RuleLevel)),
    expected: `an object whose values are ${LEVELS.map((level) => `"${level}"`).join(', ')}`,
    scope: 'resource',
  },
  {
    name: 'level',
    default: 'auto',
    text: 'What your programs promise: the same random numbers (`seeded`), or the same bits on a GPU too (`deterministic`). `auto` reads it from the code.',
    schema: { type: 'string', enum: ['auto', 'seeded', 'deterministic'] },
    accepts: (value) => value === 'auto' || value === 'seeded' || value === 'deterministic',
    expected: '"auto", "seeded" or "deterministic"',
    scope: 'resource',
  },
  {
    name: 'torchVersion',
    default: '',
    text: 'The version of PyTorch your programs run with, such as `2.3`. Left empty, it is read from the files of the project; where they do not say, the newest version is assumed.',
    schema: { type: 'string', pattern: '^(\\d+(\\.\\d+)*)?$' },
    accepts: (value) => typeof value === 'string' && /^(\d+(\.\d+)*)?$/.test(value),
    expected: 'a version such as "2.3"',
    scope: 'resource',
  },
  {
    name: 'seedFunctions',
    default: {},
    text: 'Functions of your own that seed, which Seedwise cannot see into: each name with the streams it seeds, such as `{ "mylib.repro.init": ["torch", "numpy"], "seed_*": "all" }`. A bare name means every function and method of that name; a `*` stands for any text.',
    schema: STREAMS_SCHEMA,
    accepts: namesStreams,
    expected: STREAMS_EXPECTED,
    scope: 'window',
  },
  {
    name: 'randomFunctions',
    default: {},
    text: 'Functions of your own that draw random numbers from global generators, which Seedwise cannot see into: each name with the streams it draws from, such as `{ "mylib.augment.jitter": ["numpy"] }`.',
    schema: STREAMS_SCHEMA,
    accepts: namesStreams,
    expected: STREAMS_EXPECTED,
    scope: 'window',
  },
];

export const DEFAULT_SETTINGS: Settings = Object.fromEntries(
  SETTINGS.map((setting) => [setting.name, setting.default]),
) as unknown as Settings;

/**
 * Reads settings from whatever a client or a configuration file sent.
 * A value that cannot be taken falls back to its default; `problems` has one sentence for each, empty when all is well.
 */
export function parseSettings(value: unknown): { settings: Settings; problems: string[] } {
  if (value === undefined || value === null) return { settings: DEFAULT_SETTINGS, problems: [] };
  if (!isRecord(value)) return { settings: DEFAULT_SETTINGS, problems: ['`seedwise` must be an object.'] };
  const problems: string[] = [];
  const parsed: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const given = value[setting.name] ?? setting.default;
    if (!setting.accepts(given)) problems.push(`\`seedwise.${setting.name}\` must be ${setting.expected}.`);
    parsed[setting.name] = setting.accepts(given) ? given : setting.default;
  }
  return { settings: parsed as unknown as Settings, problems };
}

/**
 * The settings of a file whose project has some of its own. What the user of an editor or of the command line set comes
 * first; a value that is the default counts as not set, since clients send the defaults along. Of names to values,
 * such as those of `rules`, both have theirs, and for the same name the user's.
 */
export function mergeSettings(project: Partial<Settings>, user: Settings): Settings {
  const merged: Record<string, unknown> = {};
  for (const { name, default: usual } of SETTINGS) {
    const [theirs, own] = [project[name], user[name]];
    if (isRecord(own)) merged[name] = { ...(theirs as object | undefined), ...own };
    else merged[name] = own === usual ? (theirs ?? usual) : own;
  }
  return merged as unknown as Settings;
}

/** The level the settings give a rule: that of the longest matching pattern, else `default`. */
export function ruleLevel(settings: Settings, rule: string): RuleLevel {
  let best: string | undefined;
  for (const pattern of Object.keys(settings.rules)) {
    const matches = new RegExp(`^${wildcard(pattern, '.*')}$`).test(rule);
    if (matches && (best === undefined || pattern.length > best.length)) best = pattern;
  }
  return best === undefined ? 'default' : (settings.rules[best] ?? 'default');
}

/**
 * Names of functions with the streams they touch. A dotted name is a qualified one, a bare name that of any function or
 * method; `*` stands for any text without a dot, in a dotted name too.
 */
export type StreamsByName = Readonly<Record<string, readonly Stream[] | 'all'>>;
