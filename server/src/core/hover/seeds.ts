/** What a hover says about a call that seeds: which generators it reaches and which it does not. */

import type { Project } from '../contract/project.ts';
import type { Reached } from '../effects/summary.ts';
import { BASE_STREAMS, streamRow } from '../knowledge/streams.ts';
import { type NoSeed, type Seeder, STREAMS, type Stream, type SwitchValues, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import { listed, type Message, type Phrase, phrase, series, t, translate } from '../text/language.ts';
import { link, paragraphs } from './markdown.ts';

const NONE: Readonly<Record<NoSeed, Phrase | null>> = {
  entropy: phrase`\`{0}=None\` takes a new seed from the system in each run.`,
  default: phrase`\`{0}=None\` takes a fixed default.`,
  error: phrase`\`{0}=None\` raises.`,
  off: phrase`\`{0}=None\` switches an earlier seed off.`,
  required: null,
};

/** Markdown about a call of a function that the table of seeders knows, or of the project's own; null for any other. */
export function describeSeed(call: Call, written: string, project: Project): Message | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (seeder) return describeSeeder(seeder, written);
  return describeHelper(call, written, project);
}

/** The same for one row of the table; null where all it does is nothing a program would notice. */
export function describeSeeder(seeder: Seeder, written: string): Message | null {
  const streams = seeder.restores ?? seeder.streams;
  const reached = streams.length > 0 ? list(streams) : seeder.device ? t`the generators of CUDA devices` : null;
  const switches = switchesOf(seeder);
  const claim = reached === null ? null : translate(deedOf(seeder), written, reached);
  const none = seeder.argument && isSeed(seeder) ? NONE[seeder.none] : null;
  const address = /^https:\S+$/.exec(seeder.source)?.[0];
  if (claim === null && switches.length === 0) return null;
  return paragraphs(
    claim && isSeed(seeder) ? withRest(claim, seeder.streams) : claim,
    seeder.says ? translate(seeder.says) : null,
    none && seeder.argument ? translate(none, seeder.argument.name) : null,
    ...switches.map((line, i) =>
      claim === null && i === 0 ? t`**\`${written}\`** sets ${line}.` : t`It sets ${line}.`,
    ),
    address ? link(t`Source`, address) : null,
  );
}

/** True for what gives a generator the same numbers in each run. */
const isSeed = (seeder: Seeder): boolean =>
  !seeder.restores && !seeder.state && !seeder.varying && seeder.streams.length > 0;

function deedOf(seeder: Seeder): Phrase {
  if (seeder.restores) return phrase`**\`{0}\`** gives {1} the former state back when it ends.`;
  if (seeder.state) return phrase`**\`{0}\`** sets the state of {1}, which counts as a seed.`;
  if (seeder.varying) return phrase`**\`{0}\`** seeds {1} with a new number in each run.`;
  if (seeder.device)
    return phrase`**\`{0}\`** seeds the generators of CUDA devices only. Initial weights come from the CPU’s, which \`torch.manual_seed\` seeds beside them.`;
  return seeder.implicit ? phrase`**\`{0}\`** seeds in passing {1}.` : phrase`**\`{0}\`** seeds {1}.`;
}

/** Who starts the program seeds it too, but is no helper. */
const STARTS = /^_*(main|run|train|fit|cli|test|eval\w*)/i;

/** A function of the user's own is known by what it does in this program. */
function describeHelper(call: Call, written: string, project: Project): Message | null {
  if (STARTS.test(written)) return null;
  const { must = {}, may = {} } = project.summary ?? {};
  const isHere = (reached: Reached | undefined): boolean => {
    // The call that leads right to the seed, or out of this file.
    const places = reached ? [reached.via.at(-1), reached.via.findLast(({ path }) => path === project.file.path)] : [];
    return places.some((site) => {
      const place = site && project.places.locate(site);
      return place?.path === project.file.path && place.start < call.node.end && place.end > call.node.start;
    });
  };
  const sure = STREAMS.filter((stream) => isHere(must[stream]));
  const perhaps = STREAMS.filter((stream) => !sure.includes(stream) && isHere(may[stream]));
  if (sure.length + perhaps.length === 0) return null;
  if (perhaps.length === 0) return withRest(t`**\`${written}\`** seeds ${list(sure)} in this program.`, sure);
  return sure.length === 0
    ? t`**\`${written}\`** may seed ${list(perhaps)} in this program.`
    : t`**\`${written}\`** seeds ${list(sure)} and may seed ${list(perhaps)} in this program.`;
}

/** And which of the streams that every program has are left out. */
function withRest(claim: Message, streams: readonly Stream[]): Message {
  const rest = BASE_STREAMS.filter((stream) => !streams.includes(stream));
  return rest.length > 0 ? t`${claim} It leaves out ${list(rest)}.` : claim;
}

const list = (streams: readonly Stream[]): Message =>
  listed(STREAMS.filter((stream) => streams.includes(stream)).map((stream) => translate(streamRow(stream).generator)));

const SWITCHES: Readonly<Record<string, (value: unknown) => string>> = {
  use_deterministic_algorithms: (value) =>
    `\`torch.use_deterministic_algorithms(${value === false ? 'False' : 'True'}${value === 'warn' ? ', warn_only=True' : ''})\``,
  cudnn_deterministic: (value) => `\`cudnn.deterministic = ${value ? 'True' : 'False'}\``,
  cudnn_benchmark: (value) => `\`cudnn.benchmark = ${value ? 'True' : 'False'}\``,
  cublas_workspace_config: (value) => `\`CUBLAS_WORKSPACE_CONFIG=${value}\``,
  pythonhashseed: () => t`\`PYTHONHASHSEED\` (for processes started later)`,
};

/** One line for what it always sets, and one for each argument that sets more. */
function switchesOf(seeder: Seeder): string[] {
  const words = (flags: object): string =>
    series(Object.entries(flags).flatMap(([name, value]) => SWITCHES[name]?.(value) ?? []));
  const lines = seeder.flags ? [words(seeder.flags)] : [];
  const asked = new Map<string, string>();
  const strength = (flags: SwitchValues): number =>
    [flags.use_deterministic_algorithms === true, flags.cudnn_deterministic === true].filter(Boolean).length;
  const strongest = [...(seeder.flagsWhen ?? [])].sort((a, b) => strength(b.flags) - strength(a.flags));
  for (const { argument, equals, flags } of strongest) {
    const value = typeof equals === 'boolean' ? (equals ? 'True' : 'False') : JSON.stringify(equals);
    if (equals !== false && equals !== null && !asked.has(argument))
      asked.set(argument, t`${words(flags)} with \`${argument}=${value}\``);
  }
  return [...lines, ...asked.values()].filter((line) => line !== '').slice(0, 3);
}
