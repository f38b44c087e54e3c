/** A report in words: sections of rows that every renderer shows alike. */

import type { Pledge } from '../contract/severity.ts';
import { namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import type { FindingReport, LoaderReport, NoProgram, ProgramReport, Report } from './model.ts';
import type { Condition, Mention, Place } from './source.ts';
import type { Drawing, Seeding, StreamReport, StreamState } from './streams.ts';
import type { SwitchReport, SwitchSetting } from './switches.ts';
import { join } from './verdict.ts';

const TORCH = namesFor('torch');

/** A string is prose, in which code stands in backticks. */
export type Inline = string | { readonly code: string } | { readonly place: Place } | { readonly rule: string };
/** A detail says more about the line above it. */
export interface Line {
  readonly parts: readonly Inline[];
  readonly isDetail: boolean;
}
export type Cell = readonly Line[];

/** How a row is marked where there are colours. */
export type Tone = 'bad' | 'open' | 'good' | 'plain';

export interface Row {
  readonly tone: Tone;
  readonly cells: readonly Cell[];
}

export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Said below the table, or in place of one without rows; empty where there is nothing to say. */
  readonly note: string;
}

export interface Page {
  /** The file's path; hosts know what to call it. */
  readonly path: string;
  readonly tone: Tone;
  /** Whether the program repeats, in one sentence. */
  readonly verdict: string;
  readonly facts: readonly string[];
  readonly sections: readonly Section[];
}

const TONES = { differs: 'bad', open: 'open', repeats: 'good' } as const;

/** `nameOf` says what a host calls a path. */
export function pageOf(report: Report, nameOf: (path: string) => string): Page {
  if (report.kind === 'none') {
    const { path } = report;
    return { path, tone: 'plain', verdict: whyNone(report, nameOf), facts: [], sections: [] };
  }
  return {
    path: report.path,
    tone: TONES[report.verdict.level],
    verdict: report.verdict.sentence,
    facts: factsOf(report, nameOf),
    sections: [
      streamSection(report.streams),
      switchSection(report.switches),
      operationSection(report),
      loaderSection(report.loaders),
      findingSection(report.findings),
    ],
  };
}

/** Why there is no report, in one sentence. */
function whyNone({ path, reason, programs }: NoProgram, nameOf: (path: string) => string): string {
  const name = `\`${nameOf(path)}\``;
  if (reason === 'unreadable') return `${name} cannot be read.`;
  if (reason === 'test') return `${name} is a test, not a program.`;
  if (reason === 'unrelated') return `${name} is no training program: it reaches no machine-learning library.`;
  if (reason === 'idle') return `${name} is no program: it neither seeds nor draws, and has no main guard.`;
  const reached = programs.map((program) => `\`${nameOf(program)}\``);
  if (reached.length === 0) return `${name} is a library that no training program reaches.`;
  return `${name} is a library: ${join(reached)} ${reached.length === 1 ? 'reaches' : 'reach'} it.`;
}

const PROMISES: Readonly<Record<Pledge, string>> = {
  none: 'It never seeds, so it promises nothing.',
  seeded: 'It seeds, so it promises the same random numbers.',
  deterministic: 'It shows determinism intent, so it promises the same bits.',
};

function factsOf({ promise, torch, files, compiled }: ProgramReport, nameOf: (path: string) => string): string[] {
  const source = torch.manifest === null ? '' : `, as \`${nameOf(torch.manifest)}\` says`;
  const version =
    torch.version === null ? 'the newest torch, since no file names a version' : `torch ${torch.version}${source}`;
  const modules = files.length === 1 ? '' : `It runs ${files.length} files of the workspace.`;
  const [first] = compiled;
  const partly = first
    ? `It is partly compiled, as by \`${first.code}\`: dropout and the like draw other numbers there than uncompiled under the same seed.`
    : '';
  return [PROMISES[promise], `Judged for ${version}.`, modules, partly].filter((fact) => fact !== '');
}

const code = (text: string): Inline => ({ code: text });
const line = (...parts: Inline[]): Line => ({ parts, isDetail: false });
const detail = (...parts: Inline[]): Line => ({ parts, isDetail: true });
const at = ({ code: text, place }: Mention): Inline[] => [code(text), '  ', { place }];
const words = (text: string): Cell => [line(text)];
const orDash = (lines: readonly Line[]): Cell => (lines.length > 0 ? lines : words('–'));

const underConditions = (conditions: readonly Condition[]): Line[] =>
  conditions.map((each) => detail(each.holds ? 'if ' : 'unless ', code(each.code)));

const reachedBy = (calls: readonly Mention[]): Line[] => calls.map((call) => detail('by ', ...at(call)));

const STATES: Readonly<Record<StreamState, readonly [words: string, tone: Tone]>> = {
  seeded: ['seeded', 'good'],
  conditional: ['seeded on some paths', 'open'],
  late: ['seeded too late', 'bad'],
  varying: ['another seed in every run', 'bad'],
  child: ['not seeded in a process', 'bad'],
  unseeded: ['never seeded', 'bad'],
  workers: ['drawn in workers only', 'plain'],
  unused: ['no draw seen', 'plain'],
};
/** More seeds than these are counted. */
const MOST_SEEDS = 4;

function streamSection(streams: readonly StreamReport[]): Section {
  return {
    title: 'Random streams',
    columns: ['Stream', 'State', 'Seeded', 'First drawn'],
    note: '',
    rows: streams.map(({ stream, state, seeds, drawn }) => {
      const [label, tone] = STATES[state];
      const more = seeds.length > MOST_SEEDS ? words(`and ${seeds.length - MOST_SEEDS} more`) : [];
      const seeded = [...seeds.slice(0, MOST_SEEDS).flatMap(seedLines), ...more];
      const first = drawn ? drawLines(drawn, state) : [];
      return { tone, cells: [[line(code(streamRow(stream).module))], words(label), orDash(seeded), orDash(first)] };
    }),
  };
}

function seedLines(seeding: Seeding): Line[] {
  const { seed, value } = seeding;
  return [
    line(...at(seeding)),
    ...(value === undefined || seed === null ? [] : [detail(code(seed), ' is ', code(literal(value)))]),
    ...reachedBy(seeding.by),
    ...underConditions(seeding.conditions),
    ...(seeding.unsure ? [detail('may seed')] : []),
    ...(seeding.within === 'block' ? [detail('until its `with` block ends')] : []),
    ...(seeding.within === 'process' ? [detail('in a process of its own')] : []),
    ...(seeding.varies ? [detail('another seed in every run')] : []),
  ];
}

const drawLines = (drawn: Drawing, state: StreamState): Line[] => [
  line(...at(drawn)),
  ...reachedBy(drawn.by),
  ...underConditions(drawn.conditions),
  ...(state === 'workers' ? [detail('in workers of a DataLoader')] : []),
];

/** A value as Python writes it. */
function literal(value: unknown): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  return Array.isArray(value) ? `(${value.map(literal).join(', ')})` : JSON.stringify(value);
}

const MODULES = namesFor('switch-modules').all;

function shortName(name: string): string {
  const module = MODULES.find((each) => name.startsWith(`${each}.`));
  return module === undefined ? name : name.slice(module.length + 1);
}

function switchSection(switches: readonly SwitchReport[]): Section {
  const set = switches.filter(({ settings }) => settings.length > 0);
  const others = switches.filter(({ settings }) => settings.length === 0);
  return {
    title: 'Determinism switches',
    columns: ['Switch', 'Set to', 'Where'],
    note: others.length > 0 ? `Not set: ${join(others.map(({ name }) => `\`${shortName(name)}\``))}.` : '',
    rows: set.flatMap(({ name, settings }) =>
      settings.map((each, i): Row => {
        const shown = i === 0 ? [line(code(shortName(name)))] : [];
        return { tone: 'plain', cells: [shown, settingValue(name, each), settingPlace(name, each)] };
      }),
    ),
  };
}

function settingValue(name: string, { value }: SwitchSetting): Cell {
  if (value !== '') return [line(code(value))];
  return words(TORCH.has(name) ? 'nothing: the call raises' : 'a value that is not shown');
}

const settingPlace = (name: string, { place, by, conditions }: SwitchSetting): Cell => [
  line({ place }),
  ...reachedBy(by),
  ...underConditions(conditions),
  ...(name === 'PYTHONHASHSEED' ? [detail('too late for this process, which has chosen its hashes')] : []),
];

/** What the flag does to an operation, and what it would do if it were on. */
const FLAG = {
  error: ['makes it raise', 'make it raise'],
  deterministic: ['makes it deterministic', 'make it deterministic'],
  uncovered: ['does not touch it', 'not touch it'],
} as const;

function operationSection({ operations, determinism }: ProgramReport): Section {
  const isOn = determinism !== 'off';
  const flag = 'The flag is `torch.use_deterministic_algorithms(True)`.';
  return {
    title: 'Nondeterministic operations on CUDA',
    columns: ['Operation', 'Where', 'Pass', isOn ? 'The flag' : 'The flag would', 'Why'],
    note: operations.length > 0 ? flag : 'None that Seedwise knows.',
    rows: operations.map((each) => ({
      tone: 'plain',
      cells: [
        [line(code(each.code))],
        [line({ place: each.place })],
        words(each.pass === 'both' ? 'forward and backward' : each.pass),
        words(each.flag === null ? 'not in this version' : FLAG[each.flag][isOn ? 0 : 1]),
        words(each.reason),
      ],
    })),
  };
}

function loaderSection(loaders: readonly LoaderReport[]): Section {
  const given = (text: string | null, otherwise: string): Cell =>
    text === null ? words(otherwise) : [line(code(text))];
  return {
    title: 'DataLoaders',
    columns: ['Where', 'Shuffle', 'Generator', 'Workers', 'Worker init'],
    note: loaders.length > 0 ? '' : 'None.',
    rows: loaders.map((each) => ({
      tone: 'plain',
      cells: [
        [line(...at(each))],
        each.sampler !== null && each.shuffle === null ? [line('by ', code(each.sampler))] : given(each.shuffle, 'no'),
        given(each.generator, 'torch’s global one'),
        given(each.workers, 'none'),
        given(each.workerInit, 'none'),
      ],
    })),
  };
}

const SEVERITY_TONES = { error: 'bad', warning: 'bad', information: 'open', hint: 'plain' } as const;

function findingSection(findings: readonly FindingReport[]): Section {
  return {
    title: 'Findings',
    columns: ['Where', 'Severity', 'Rule', 'Message'],
    note: findings.length > 0 ? '' : 'None.',
    rows: findings.map(({ rule, severity, message, place }) => ({
      tone: SEVERITY_TONES[severity],
      cells: [[line({ place })], words(severity), [line({ rule })], words(message)],
    })),
  };
}
