/** What a hover says about a call that seeds: which generators it reaches and which it does not. */

import type { Project } from '../contract/project.ts';
import type { Reached } from '../effects/summary.ts';
import { BASE_STREAMS, streamRow } from '../knowledge/streams.ts';
import { type Flags, type NoSeed, type Seeder, STREAMS, type Stream, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';

const NONE: Readonly<Record<NoSeed, string | null>> = {
  entropy: 'takes a new seed from the system in each run',
  default: 'takes a fixed default',
  error: 'raises',
  off: 'switches an earlier seed off',
  required: null,
};

/** Markdown about a call of a function that the table of seeders knows, or of the project's own; null for any other. */
export function describeSeed(call: Call, written: string, project: Project): string | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (seeder) return describeSeeder(seeder, written);
  return describeHelper(call, written, project);
}

/** The same for one row of the table; null where all it does is nothing a program would notice. */
export function describeSeeder(seeder: Seeder, written: string): string | null {
  const streams = seeder.restores ?? seeder.streams;
  const reached = streams.length > 0 ? list(streams) : seeder.device ? CUDA : null;
  const switches = switchesOf(seeder);
  const first = reached === null ? null : `${deed(seeder, reached)}.${isSeed(seeder) ? leftOut(seeder.streams) : ''}`;
  if (first === null && switches.length === 0) return null;
  const argument = seeder.argument && isSeed(seeder) ? NONE[seeder.none] : null;
  const address = /^https:\S+$/.exec(seeder.source)?.[0];
  const lines = [
    ...(first === null ? [] : [`**\`${written}\`** ${first}`]),
    ...(seeder.says ? [seeder.says] : []),
    ...(argument === null ? [] : [`\`${seeder.argument?.name}=None\` ${argument}.`]),
    ...switches.map((line, i) => `${first === null && i === 0 ? `**\`${written}\`**` : 'It'} sets ${line}.`),
    ...(address ? [`[Source](${address})`] : []),
  ];
  return lines.join('\n\n');
}

const CUDA = 'the generators of CUDA devices';

/** True for what gives a generator the same numbers in each run. */
const isSeed = (seeder: Seeder): boolean =>
  !seeder.restores && !seeder.state && !seeder.varying && seeder.streams.length > 0;

function deed(seeder: Seeder, reached: string): string {
  if (seeder.restores) return `gives ${reached} the former state back when it ends`;
  if (seeder.state) return `sets the state of ${reached}, which counts as a seed`;
  if (seeder.varying) return `seeds ${reached} with a new number in each run`;
  if (seeder.device)
    return `seeds ${CUDA} only. Initial weights come from the CPU’s, which \`torch.manual_seed\` seeds beside them`;
  return `${seeder.implicit ? 'seeds in passing' : 'seeds'} ${reached}`;
}

/** Who starts the program seeds it too, but is no helper. */
const STARTS = /^_*(main|run|train|fit|cli|test|eval\w*)/i;

/** A function of the user's own is known by what it does in this program. */
function describeHelper(call: Call, written: string, project: Project): string | null {
  if (STARTS.test(written)) return null;
  const { must = {}, may = {} } = project.summary ?? {};
  const isHere = (reached: Reached | undefined): boolean => {
    // The call that leads right to the seed, or out of this file.
    const places = reached ? [reached.via.at(-1), reached.via.findLast(({ path }) => path === project.file.path)] : [];
    return places.some((site) => {
      const place = site && project.locate(site);
      return place?.path === project.file.path && place.start < call.node.end && place.end > call.node.start;
    });
  };
  const sure = STREAMS.filter((stream) => isHere(must[stream]));
  const perhaps = STREAMS.filter((stream) => !sure.includes(stream) && isHere(may[stream]));
  if (sure.length + perhaps.length === 0) return null;
  const parts = [
    ...(sure.length > 0 ? [`seeds ${list(sure)}`] : []),
    ...(perhaps.length > 0 ? [`may seed ${list(perhaps)}`] : []),
  ];
  return `**\`${written}\`** ${parts.join(' and ')} in this program.${perhaps.length > 0 ? '' : leftOut(sure)}`;
}

function leftOut(streams: readonly Stream[]): string {
  const rest = BASE_STREAMS.filter((stream) => !streams.includes(stream));
  return rest.length > 0 ? ` It leaves out ${list(rest)}.` : '';
}

function list(streams: readonly Stream[]): string {
  const names = STREAMS.filter((stream) => streams.includes(stream)).map((stream) => streamRow(stream).generator);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? 'nothing');
}

const SWITCHES: Readonly<Record<string, (value: unknown) => string>> = {
  use_deterministic_algorithms: (value) =>
    `\`torch.use_deterministic_algorithms(${value === false ? 'False' : 'True'}${value === 'warn' ? ', warn_only=True' : ''})\``,
  cudnn_deterministic: (value) => `\`cudnn.deterministic = ${value ? 'True' : 'False'}\``,
  cudnn_benchmark: (value) => `\`cudnn.benchmark = ${value ? 'True' : 'False'}\``,
  cublas_workspace_config: (value) => `\`CUBLAS_WORKSPACE_CONFIG=${value}\``,
  pythonhashseed: () => '`PYTHONHASHSEED` (for processes started later)',
};

/** One line for what it always sets, and one for each argument that sets more. */
function switchesOf(seeder: Seeder): string[] {
  const words = (flags: object): string =>
    Object.entries(flags)
      .flatMap(([name, value]) => SWITCHES[name]?.(value) ?? [])
      .join(', ');
  const lines = seeder.flags ? [words(seeder.flags)] : [];
  const asked = new Map<string, string>();
  const strength = (flags: Flags): number =>
    [flags.use_deterministic_algorithms === true, flags.cudnn_deterministic === true].filter(Boolean).length;
  const strongest = [...(seeder.flagsWhen ?? [])].sort((a, b) => strength(b.flags) - strength(a.flags));
  for (const { argument, equals, flags } of strongest) {
    const value = typeof equals === 'boolean' ? (equals ? 'True' : 'False') : JSON.stringify(equals);
    if (equals !== false && equals !== null && !asked.has(argument))
      asked.set(argument, `${words(flags)} with \`${argument}=${value}\``);
  }
  return [...lines, ...asked.values()].filter((line) => line !== '').slice(0, 3);
}
