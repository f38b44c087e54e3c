/** The user's settings: one table that the manifest, the documentation and the parser are made from. */

import type { Severity } from '../contract/severity.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import { onOneLine } from '../text/excerpts.ts';
import { matchesGlob } from '../text/globs.ts';
import { alternatives, type Message, t } from '../text/language.ts';
import { matchesPattern } from '../text/patterns.ts';

export type RuleLevel = Severity | 'default' | 'off';

export interface Settings {
  /** Rule name or wildcard pattern (`*`, `*-seed`) to severity; the longest matching pattern wins. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** What every program is taken to promise; `auto` reads it from its code. */
  readonly level: 'auto' | 'seeded' | 'deterministic';
  /** The torch version programs run with, as `2.3` or `2.3.1`; empty where the project's files say it. */
  readonly torchVersion: string;
  /** Functions of the project's own that seed, by qualified or bare name; see `own-functions.ts`. */
  readonly seedFunctions: StreamsByName;
  /** The same for functions that draw random numbers. */
  readonly randomFunctions: StreamsByName;
  /** Names or patterns of the only rules that speak; empty for all. */
  readonly select: readonly string[];
  /** Names or patterns of rules that are silent, whatever `rules` says. */
  readonly ignore: readonly string[];
  /** A pattern for paths to the rules that are silent there. */
  readonly perFileIgnores: Readonly<Record<string, readonly string[]>>;
  /** Patterns for files and folders that are not checked unless they are named. */
  readonly exclude: readonly string[];
  /** More of them. */
  readonly extendExclude: readonly string[];
  /** Whether the rules of this minor version weigh what they will in the next one. */
  readonly preview: boolean;
  /** The versions of Seedwise that may check the project, such as `>=0.4`; empty for any. */
  readonly requiredVersion: string;
}

export interface Setting {
  readonly name: keyof Settings;
  readonly default: unknown;
  /** Shown in the settings editor; Markdown. */
  readonly text: string;
  /** The JSON schema of the value, as the manifest has it. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** True if the value can be taken as it is; of names to values, if it is such a table. */
  accepts(value: unknown): boolean;
  /** What the value must be, to complete "must be ...". */
  readonly expected: (table: Message) => Message;
  /** Of names to values each is taken or left by itself. */
  readonly entry?: {
    accepts(name: string, value: unknown): boolean;
    readonly expected: (table: Message) => Message;
  };
  /** `window` for what holds for all files of a workspace together, `project` for what only a project's file says. */
  readonly scope: 'resource' | 'window' | 'project';
}

/** `"a", "b" or "c"`. */
const oneOf = (values: readonly string[]): Message => alternatives(values.map((value) => `"${value}"`));

const LEVELS: readonly RuleLevel[] = ['error', 'warning', 'information', 'hint', 'default', 'off'];

/** Nobody writes longer names or more of them; what a stranger wrote costs no more than this. */
const LONGEST = 300;
const MOST = 1000;
/** So many problems are named, and the others counted. */
const MOST_PROBLEMS = 20;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTable = (value: unknown): boolean => isRecord(value) && Object.keys(value).length <= MOST;

const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST;

const areTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST && value.every((each) => isShort(each) && each !== '');

const STREAMS_SCHEMA = {
  type: 'object',
  additionalProperties: {
    oneOf: [
      { type: 'string', const: 'all' },
      { type: 'array', items: { type: 'string', enum: STREAMS }, minItems: 1, uniqueItems: true },
    ],
  },
};

const TEXTS_SCHEMA = { type: 'array', items: { type: 'string', minLength: 1 } };

const areStreams = (streams: unknown): boolean =>
  streams === 'all' ||
  (Array.isArray(streams) &&
    streams.length > 0 &&
    streams.length <= MOST &&
    streams.every((each) => STREAMS.includes(each as Stream)));

const STREAMS_ENTRY: Setting['entry'] = {
  accepts: (name, streams) => isShort(name) && /^[\w*]+(\.[\w*]+)*$/.test(name) && areStreams(streams),
  expected: () =>
    t`the name of a function with "all" or a list of ${STREAMS.map((stream) => `"${stream}"`).join(', ')}`,
};

const STREAMS_EXPECTED = (table: Message): Message => t`${table} of names of functions`;

export const SETTINGS: readonly Setting[] = [
  {
    name: 'rules',
    default: {},
    text: 'The severity of a rule by its name, `off` to silence it. A `*` in the name stands for any text; the longest matching name wins.',
    schema: { type: 'object', additionalProperties: { type: 'string', enum: LEVELS } },
    accepts: isTable,
    expected: (table) => t`${table} of names of rules`,
    entry: {
      accepts: (name, level) => isShort(name) && LEVELS.includes(level as RuleLevel),
      expected: () => oneOf(LEVELS),
    },
    scope: 'resource',
  },
  {
    name: 'level',
    default: 'auto',
    text: 'What your programs promise: the same random numbers (`seeded`), or the same bits on a GPU too (`deterministic`). `auto` reads it from the code.',
    schema: { type: 'string', enum: ['auto', 'seeded', 'deterministic'] },
    accepts: (value) => value === 'auto' || value === 'seeded' || value === 'deterministic',
    expected: () => oneOf(['auto', 'seeded', 'deterministic']),
    scope: 'resource',
  },
  {
    name: 'torchVersion',
    default: '',
    text: 'The version of PyTorch your programs run with, such as `2.3`. Left empty, it is read from the files of the project; where they do not say, the newest version is assumed.',
    schema: { type: 'string', pattern: '^(\\d+(\\.\\d+)*)?$' },
    accepts: (value) => isShort(value) && /^(\d+(\.\d+)*)?$/.test(value),
    expected: () => t`a version such as "2.3"`,
    scope: 'resource',
  },
  {
    name: 'seedFunctions',
    default: {},
    text: 'Functions of your own that seed, which Seedwise cannot see into: each name with the streams it seeds, such as `{ "mylib.repro.init": ["torch", "numpy"], "seed_*": "all" }`. A bare name means every function and method of that name; a `*` stands for any text.',
    schema: STREAMS_SCHEMA,
    accepts: isTable,
    expected: STREAMS_EXPECTED,
    entry: STREAMS_ENTRY,
    scope: 'window',
  },
  {
    name: 'randomFunctions',
    default: {},
    text: 'Functions of your own that draw random numbers from global generators, which Seedwise cannot see into: each name with the streams it draws from, such as `{ "mylib.augment.jitter": ["numpy"] }`.',
    schema: STREAMS_SCHEMA,
    accepts: isTable,
    expected: STREAMS_EXPECTED,
    entry: STREAMS_ENTRY,
    scope: 'window',
  },
  {
    name: 'select',
    default: [],
    text: 'The only rules that speak, by name; a `*` stands for any text. Empty for all rules.',
    schema: TEXTS_SCHEMA,
    accepts: areTexts,
    expected: () => t`a list of names of rules`,
    scope: 'project',
  },
  {
    name: 'ignore',
    default: [],
    text: 'Rules that are silent, by name; a `*` stands for any text. It goes before `rules` and `select`.',
    schema: TEXTS_SCHEMA,
    accepts: areTexts,
    expected: () => t`a list of names of rules`,
    scope: 'project',
  },
  {
    name: 'perFileIgnores',
    default: {},
    text: 'Rules that are silent in some files: a pattern for paths, from the folder of this file, with a list of names of rules, such as `{ "tests/**" = ["unseeded-*"] }`. A pattern without a slash is the name of a file or folder anywhere.',
    schema: { type: 'object', additionalProperties: TEXTS_SCHEMA },
    accepts: isTable,
    expected: (table) => t`${table} of patterns for paths`,
    entry: {
      accepts: (name, rules) => isShort(name) && name !== '' && areTexts(rules),
      expected: () => t`a list of names of rules`,
    },
    scope: 'project',
  },
  {
    name: 'exclude',
    default: [],
    text: 'Files and folders that the command line does not check unless they are named: names, or patterns for paths from the folder of this file.',
    schema: TEXTS_SCHEMA,
    accepts: areTexts,
    expected: () => t`a list of names or patterns`,
    scope: 'project',
  },
  {
    name: 'extendExclude',
    default: [],
    text: 'More of them; `--exclude` replaces `exclude`, and leaves these.',
    schema: TEXTS_SCHEMA,
    accepts: areTexts,
    expected: () => t`a list of names or patterns`,
    scope: 'project',
  },
  {
    name: 'preview',
    default: false,
    text: 'Whether rules that are new in this minor version weigh what they will in the next one; without it they are information at most.',
    schema: { type: 'boolean' },
    accepts: (value) => typeof value === 'boolean',
    expected: () => t`true or false`,
    scope: 'project',
  },
  {
    name: 'requiredVersion',
    default: '',
    text: 'The versions of Seedwise that may check this project, such as `>=0.4,<0.5`. The command line of another version fails, and an editor says so.',
    schema: { type: 'string' },
    accepts: isShort,
    expected: () => t`a version, or a range such as ">=0.4,<0.5"`,
    scope: 'project',
  },
];

export const DEFAULT_SETTINGS: Settings = Object.fromEntries(
  SETTINGS.map((setting) => [setting.name, setting.default]),
) as unknown as Settings;

/** What is wrong with settings, and where that stands. */
export interface SettingProblem {
  readonly message: Message;
  /** The keys that lead to it from the top; a text of a list comes last. */
  readonly keys: readonly string[];
  /** The line that is no TOML at all, from 1. */
  readonly line?: number;
}

/** What can be taken of a value: undefined where nothing can; and a sentence for each thing that cannot, with the keys below the setting's. */
export function takeValue(
  setting: Setting,
  given: unknown,
  spelled: string,
  table = t`an object`,
): { readonly value: unknown; readonly problems: readonly SettingProblem[] } {
  const { entry } = setting;
  if (!setting.accepts(given))
    return {
      value: undefined,
      problems: [{ message: t`\`${spelled}\` must be ${setting.expected(table)}.`, keys: [] }],
    };
  if (!entry) return { value: given, problems: [] };
  const all = Object.entries(given as Record<string, unknown>);
  const bad = all.filter(([name, value]) => !entry.accepts(name, value));
  const problems = bad.slice(0, MOST_PROBLEMS).map(([name]): SettingProblem => {
    return { message: t`\`${spelled}.${onOneLine(name)}\` must be ${entry.expected(table)}.`, keys: [name] };
  });
  if (bad.length > MOST_PROBLEMS)
    problems.push({ message: t`\`${spelled}\` has ${bad.length - MOST_PROBLEMS} more such entries.`, keys: [] });
  // Own properties all, a name like `__proto__` too.
  return { value: bad.length > 0 ? Object.fromEntries(all.filter((each) => !bad.includes(each))) : given, problems };
}

/**
 * Reads settings from whatever a client or a configuration file sent.
 * What cannot be taken falls back to its default, of names to values only the names that are wrong; `problems` has one
 * sentence for each, empty when all is well.
 */
export function parseSettings(value: unknown): { settings: Settings; problems: Message[] } {
  if (value === undefined || value === null) return { settings: DEFAULT_SETTINGS, problems: [] };
  if (!isRecord(value)) return { settings: DEFAULT_SETTINGS, problems: [t`\`seedwise\` must be an object.`] };
  const problems: Message[] = [];
  const parsed: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const taken = takeValue(setting, value[setting.name] ?? setting.default, `seedwise.${setting.name}`);
    problems.push(...taken.problems.map(({ message }) => message));
    parsed[setting.name] = taken.value ?? setting.default;
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
    else merged[name] = isUsual(own, usual) ? (theirs ?? usual) : own;
  }
  return merged as unknown as Settings;
}

const isUsual = (own: unknown, usual: unknown): boolean =>
  own === usual || (Array.isArray(own) && own.length === 0 && Array.isArray(usual) && usual.length === 0);

const byIgnored = new WeakMap<Settings, Map<string, Settings>>();

/**
 * The settings of one file, by its path from the folder its project's settings are in: with the rules that are silent in
 * it. The same object for the same rules.
 */
export function settingsIn(settings: Settings, path: string): Settings {
  const rules = Object.entries(settings.perFileIgnores).flatMap(([pattern, names]) =>
    matchesGlob(pattern, path) ? names : [],
  );
  if (rules.length === 0) return settings;
  const known = byIgnored.get(settings) ?? new Map<string, Settings>();
  byIgnored.set(settings, known);
  const key = rules.join('\n');
  const own = known.get(key) ?? { ...settings, ignore: [...settings.ignore, ...rules] };
  known.set(key, own);
  return own;
}

const isAmong = (rule: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, rule));

/** The level the settings give a rule: that of the longest matching pattern, else `default`. */
export function ruleLevel(settings: Settings, rule: string): RuleLevel {
  if (isAmong(rule, settings.ignore)) return 'off';
  if (settings.select.length > 0 && !isAmong(rule, settings.select)) return 'off';
  let best: string | undefined;
  for (const pattern of Object.keys(settings.rules)) {
    if ((best === undefined || pattern.length > best.length) && matchesPattern(pattern, rule)) best = pattern;
  }
  return best === undefined ? 'default' : (settings.rules[best] ?? 'default');
}

/**
 * Names of functions with the streams they touch. A dotted name is a qualified one, a bare name that of any function or
 * method; `*` stands for any text without a dot, in a dotted name too.
 */
export type StreamsByName = Readonly<Record<string, readonly Stream[] | 'all'>>;
