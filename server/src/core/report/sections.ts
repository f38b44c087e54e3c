/** A report in words: sections of rows that every renderer shows alike. */

import { nameOfSeverity } from '../contract/rule-texts.ts';
import type { ProgramPromise } from '../contract/severity.ts';
import { namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { asIs, listed, type Message, type Phrase, phrase, t, translate } from '../text/language.ts';
import { MARKS } from './marks.ts';
import type {
  FindingReport,
  LoaderReport,
  NoProgram,
  OperationReport,
  ProgramReport,
  RepeatabilityReport,
} from './model.ts';
import { type Mention, type OpenCondition, type Place, placeName } from './source.ts';
import type { Drawing, Seeding, StreamReport, StreamState } from './streams.ts';
import type { SwitchReport, SwitchSetting } from './switches.ts';

const TORCH = namesFor('torch');

/** A string is prose, in which code stands in backticks. */
export type Inline =
  | Message
  | { readonly code: string }
  | { readonly place: Place }
  | { readonly rule: string }
  | { readonly repair: Repair };

/** The first repair of a finding, by what it is called. */
export interface Repair {
  readonly title: Message;
  readonly place: Place;
}
/** A detail says more about the line above it. */
export interface Line {
  readonly parts: readonly Inline[];
  readonly isDetail: boolean;
}
export type TableCell = readonly Line[];

/** How a row is marked where there are colours. */
export type Tone = 'bad' | 'open' | 'good' | 'plain';

export interface Row {
  readonly tone: Tone;
  readonly cells: readonly TableCell[];
}

export interface Section {
  readonly title: Message;
  readonly columns: readonly Message[];
  readonly rows: readonly Row[];
  /** Said below the table, or in place of one without rows; empty where there is nothing to say. */
  readonly note: Message | '';
}

export interface Page {
  /** The file's path; hosts know what to call it. */
  readonly path: string;
  readonly tone: Tone;
  /** Whether the program repeats, in one sentence. */
  readonly verdict: Message;
  readonly facts: readonly Message[];
  readonly sections: readonly Section[];
}

const TONES = { differs: 'bad', open: 'open', repeats: 'good' } as const;

/** `nameOf` says what a host calls a path. */
export function pageOf(report: RepeatabilityReport, nameOf: (path: string) => string): Page {
  if (report.kind === 'none') {
    const { path } = report;
    return { path, tone: 'plain', verdict: whyNone(report, nameOf), facts: [], sections: [] };
  }
  return {
    path: report.path,
    tone: TONES[report.verdict.level],
    verdict: report.verdict.sentence,
    facts: [...factsOf(report, nameOf), ...runFacts(report, nameOf)],
    sections: [
      ...missingSection(report.findings),
      streamSection(report.streams),
      switchSection(report.switches),
      operationSection(report),
      loaderSection(report.loaders),
      findingSection(report.findings),
    ],
  };
}

/** Why there is no report, in one sentence. */
function whyNone({ path, reason, programs }: NoProgram, nameOf: (path: string) => string): Message {
  const name = `\`${nameOf(path)}\``;
  if (reason === 'unreadable') return t`${name} cannot be read.`;
  if (reason === 'test') return t`${name} is a test, not a program.`;
  if (reason === 'unrelated') return t`${name} is no training program: it reaches no machine-learning library.`;
  if (reason === 'idle') return t`${name} is no program: it neither seeds nor draws, and has no main guard.`;
  const reached = programs.map((program) => `\`${nameOf(program)}\``);
  if (reached.length === 0) return t`${name} is a library that no training program reaches.`;
  return reached.length === 1
    ? t`${name} is a library: ${listed(reached)} reaches it.`
    : t`${name} is a library: ${listed(reached)} reach it.`;
}

const PROMISES: Readonly<Record<ProgramPromise, Phrase>> = {
  none: phrase`It never seeds, so it promises nothing.`,
  seeded: phrase`It seeds, so it promises the same random numbers.`,
  deterministic: phrase`It shows determinism intent, so it promises the same bits.`,
};

function factsOf(
  { promise, torch, files, compiled, isCut }: ProgramReport,
  nameOf: (path: string) => string,
): Message[] {
  const { version, manifest } = torch;
  const judged =
    version === null
      ? t`Judged for the newest torch, since no file names a version.`
      : manifest === null
        ? t`Judged for torch ${version}.`
        : t`Judged for torch ${version}, as \`${nameOf(manifest)}\` says.`;
  const [first] = compiled;
  return [
    translate(PROMISES[promise]),
    judged,
    ...(files.length === 1 ? [] : [t`It runs ${files.length} files of the workspace.`]),
    ...(isCut ? [t`More ways lead through it than are followed; it is judged by what is certain.`] : []),
    ...(first
      ? [
          t`It is partly compiled, as by \`${first.code}\`: dropout and the like draw other numbers there than uncompiled under the same seed.`,
        ]
      : []),
  ];
}

/** What the last pair of runs has shown. */
function runFacts({ run }: ProgramReport, nameOf: (path: string) => string): Message[] {
  if (!run) return [];
  const { result, operations, draws, batches, place, cause } = run;
  if (result === 'identical')
    return [t`Its last two runs were identical over ${operations} operations, ${draws} draws and ${batches} batches.`];
  const where = place ? placeName({ ...place, column: 1 }, nameOf(place.path)) : null;
  return [
    where === null
      ? t`Its last two runs part: \`${cause ?? '?'}\`.`
      : t`Its last two runs part at \`${where}\`: \`${cause ?? '?'}\`.`,
  ];
}

const code = (text: string): Inline => ({ code: text });
const line = (...parts: Inline[]): Line => ({ parts, isDetail: false });
const detail = (...parts: Inline[]): Line => ({ parts, isDetail: true });
const at = ({ code: text, place }: Mention): Inline[] => [code(text), asIs('  '), { place }];
/** Where code goes in a message, whatever the order of its words. */
const SLOT = '\u0000';

/** A message with other parts in its slot. */
function around(message: Message, ...parts: readonly Inline[]): Inline[] {
  const [before = '', after = ''] = message.split(SLOT);
  return [...(before === '' ? [] : [asIs(before)]), ...parts, ...(after === '' ? [] : [asIs(after)])];
}

const words = (text: Message): TableCell => [line(text)];
const orDash = (lines: readonly Line[]): TableCell => (lines.length > 0 ? lines : words(asIs('–')));

const underConditions = (conditions: readonly OpenCondition[]): Line[] =>
  conditions.map((each) => detail(...around(each.holds ? t`if ${SLOT}` : t`unless ${SLOT}`, code(each.code))));

const reachedBy = (calls: readonly Mention[]): Line[] =>
  calls.map((call) => detail(...around(t`by ${SLOT}`, ...at(call))));

const STATES: Readonly<Record<StreamState, readonly [words: Phrase, tone: Tone]>> = {
  seeded: [phrase`seeded`, 'good'],
  conditional: [phrase`seeded on some paths`, 'open'],
  late: [phrase`seeded too late`, 'bad'],
  varying: [phrase`another seed in every run`, 'bad'],
  child: [phrase`not seeded in a process`, 'bad'],
  unseeded: [phrase`never seeded`, 'bad'],
  workers: [phrase`drawn in workers only`, 'plain'],
  unused: [phrase`no draw seen`, 'plain'],
};
/** More seeds than these are counted. */
const MOST_SEEDS = 4;

function streamSection(streams: readonly StreamReport[]): Section {
  return {
    title: t`Random streams`,
    columns: [t`Stream`, t`State`, t`Seeded`, t`First drawn`],
    note: '',
    rows: streams.map(({ stream, state, seeds, drawn, inWorkers }) => {
      const [label, tone] = STATES[state];
      const more = seeds.length > MOST_SEEDS ? words(t`and ${seeds.length - MOST_SEEDS} more`) : [];
      const seeded = [...seeds.slice(0, MOST_SEEDS).flatMap(seedLines), ...more];
      const first = [...(drawn ? drawLines(drawn, state) : []), ...(inWorkers ? drawLines(inWorkers, 'workers') : [])];
      return {
        tone,
        cells: [[line(code(streamRow(stream).module))], words(translate(label)), orDash(seeded), orDash(first)],
      };
    }),
  };
}

function seedLines(seeding: Seeding): Line[] {
  const { seed, value } = seeding;
  return [
    line(...at(seeding)),
    ...(value === undefined || seed === null ? [] : [detail(code(seed), t` is `, code(literal(value)))]),
    ...reachedBy(seeding.by),
    ...underConditions(seeding.conditions),
    ...(seeding.unsure ? [detail(t`may seed`)] : []),
    ...(seeding.within === 'block' ? [detail(t`until its \`with\` block ends`)] : []),
    ...(seeding.within === 'process' ? [detail(t`in a process of its own`)] : []),
    ...(seeding.varies ? [detail(t`another seed in every run`)] : []),
  ];
}

const drawLines = (drawn: Drawing, state: StreamState): Line[] => [
  line(...at(drawn)),
  ...reachedBy(drawn.by),
  ...underConditions(drawn.conditions),
  ...(state === 'workers' ? [detail(t`in workers of a DataLoader`)] : []),
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
    title: t`Determinism switches`,
    columns: [t`Switch`, t`Set to`, t`Where`],
    note: others.length > 0 ? t`Not set: ${listed(others.map(({ name }) => `\`${shortName(name)}\``))}.` : '',
    rows: set.flatMap(({ name, settings }) =>
      settings.map((each, i): Row => {
        const shown = i === 0 ? [line(code(shortName(name)))] : [];
        return { tone: 'plain', cells: [shown, settingValue(name, each), settingPlace(name, each)] };
      }),
    ),
  };
}

function settingValue(name: string, { value }: SwitchSetting): TableCell {
  if (value !== '') return [line(code(value))];
  return words(TORCH.has(name) ? t`nothing: the call raises` : t`a value that is not shown`);
}

const settingPlace = (name: string, { place, by, conditions }: SwitchSetting): TableCell => [
  line({ place }),
  ...reachedBy(by),
  ...underConditions(conditions),
  ...(name === 'PYTHONHASHSEED' ? [detail(t`too late for this process, which has chosen its hashes`)] : []),
];

/** What the flag does to an operation, and what it would do if it were on. */
const FLAG = {
  error: [phrase`makes it raise`, phrase`make it raise`],
  deterministic: [phrase`makes it deterministic`, phrase`make it deterministic`],
  uncovered: [phrase`does not touch it`, phrase`not touch it`],
} as const;

const PASSES: Readonly<Record<OperationReport['pass'], Phrase>> = {
  forward: phrase`forward`,
  backward: phrase`backward`,
  both: phrase`forward and backward`,
};

function operationSection({ operations, determinism }: ProgramReport): Section {
  const isOn = determinism !== 'off';
  const flag = t`The flag is \`torch.use_deterministic_algorithms(True)\`.`;
  return {
    title: t`Nondeterministic operations on CUDA`,
    columns: [t`Operation`, t`Where`, t`Pass`, isOn ? t`The flag` : t`The flag would`, t`Why`],
    note: operations.length > 0 ? flag : t`None that Seedwise knows.`,
    rows: operations.map((each) => ({
      tone: 'plain',
      cells: [
        [line(code(each.code))],
        [line({ place: each.place })],
        words(translate(PASSES[each.pass])),
        words(each.flag === null ? t`not in this version` : translate(FLAG[each.flag][isOn ? 0 : 1])),
        words(each.reason),
      ],
    })),
  };
}

function loaderSection(loaders: readonly LoaderReport[]): Section {
  const given = (text: string | null, otherwise: Message): TableCell =>
    text === null ? words(otherwise) : [line(code(text))];
  return {
    title: t`DataLoaders`,
    columns: [t`Where`, t`Shuffle`, t`Generator`, t`Workers`, t`Batch size`, t`Worker init`],
    note:
      loaders.length === 0
        ? t`None.`
        : loaders.some(({ workers }) => workers !== null && workers !== '0')
          ? t`What is drawn for a sample changes with the number of workers, and with workers also with the batch size.`
          : '',
    rows: loaders.map((each) => ({
      tone: 'plain',
      cells: [
        [line(...at(each))],
        each.sampler !== null && each.shuffle === null
          ? [line(...around(t`by ${SLOT}`, code(each.sampler)))]
          : given(each.shuffle, t`no`),
        given(each.generator, t`torch’s global one`),
        given(each.workers, t`none`),
        given(each.batchSize, asIs('1')),
        given(each.workerInit, t`none`),
      ],
    })),
  };
}

const SEVERITY_TONES = { error: 'bad', warning: 'bad', information: 'open', hint: 'plain' } as const;

/** The rules that the first sentence of the report speaks of. */
const MISSING = /^(incomplete-seeding|late-seed|varying-seed|unseeded-child-process)$/;

/** What the verdict says is missing, each with its repair; nothing where nothing is. */
function missingSection(findings: readonly FindingReport[]): Section[] {
  const missing = findings.filter(({ rule }) => MISSING.test(rule));
  if (missing.length === 0) return [];
  const rows = missing.map((each): Row => {
    const cells = [[line({ place: each.place })], [line({ rule: each.rule })], messageOf(each)];
    return { tone: SEVERITY_TONES[each.severity], cells };
  });
  return [{ title: t`What is missing`, columns: [t`Where`, t`Rule`, t`Message`], rows, note: '' }];
}

/** With what a run said of it, and its repair. */
const messageOf = ({ message, run, repair, place }: FindingReport): TableCell => [
  ...words(message),
  ...(run ? [detail(translate(MARKS[run]))] : []),
  ...(repair === null ? [] : [detail(...around(t`Repair: ${SLOT}`, { repair: { title: repair, place } }))]),
];

const SEVERITY_ORDER = ['error', 'warning', 'information', 'hint'] as const;

/** The other findings by their rules, those that weigh most first; a rule is named once. */
function findingSection(all: readonly FindingReport[]): Section {
  const findings = all.filter(({ rule }) => !MISSING.test(rule));
  const weightOf = ({ severity }: FindingReport): number => SEVERITY_ORDER.indexOf(severity);
  const groups = new Map<string, FindingReport[]>();
  for (const each of findings) groups.set(each.rule, [...(groups.get(each.rule) ?? []), each]);
  const heaviest = (group: readonly FindingReport[]): number => Math.min(...group.map(weightOf));
  const sorted = [...groups.values()].sort((a, b) => heaviest(a) - heaviest(b));
  return {
    title: findings.length < all.length ? t`Other findings` : t`Findings`,
    columns: [t`Rule`, t`Severity`, t`Where`, t`Message`],
    note: findings.length > 0 ? '' : t`None.`,
    rows: sorted.flatMap((group) =>
      group.map((each, i): Row => {
        const { rule, severity, place } = each;
        const name = i === 0 ? [line({ rule })] : [];
        const cells = [name, words(nameOfSeverity(severity)), [line({ place })], messageOf(each)];
        return { tone: SEVERITY_TONES[severity], cells };
      }),
    ),
  };
}
