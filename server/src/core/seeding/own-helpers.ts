/** The function that a project has for seeding: known by what it does, in this file, another one, or a library. */

import type { Project } from '../contract/project.ts';
import { insertAfter, statementOf } from '../edits/edit-text.ts';
import { spellAll } from '../edits/imports.ts';
import { ALGORITHMS } from '../knowledge/calls.ts';
import { streamRow } from '../knowledge/streams.ts';
import { STREAMS, type Stream, seederOf } from '../knowledge/tables.ts';
import { findDraw } from '../lowering/draws.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isOnlyCalled } from '../python/mentions.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Edit } from '../text/edit.ts';
import { isPlain } from './quotable.ts';
import { seedArgument } from './seed-values.ts';

export interface OwnHelper {
  /** As the file calls it. */
  readonly name: string;
  /** Its definition in this file; null where it is imported. */
  readonly node: Node | null;
  readonly streams: ReadonlySet<Stream>;
  /** It switches deterministic algorithms on. */
  readonly switches: boolean;
  /** Makes it seed these streams too; null where it stands elsewhere. */
  extended(streams: readonly Stream[]): readonly Edit[] | null;
}

/** What stands elsewhere is not changed from here. */
const outOfReach = (streams: readonly Stream[]): readonly Edit[] | null => (streams.length === 0 ? [] : null);

/** The helper that seeds most of the streams; null where there is none that can be called with a seed alone. */
export function ownHelper(file: PythonFile, project: Project, streams: readonly Stream[]): OwnHelper | null {
  const found = [...ownFunctions(file, project), ...imported(file, project)];
  const count = ({ streams: seeded }: OwnHelper): number => streams.filter((each) => seeded.has(each)).length;
  const [best] = found.filter((each) => count(each) > 0).sort((a, b) => count(b) - count(a));
  return best ?? null;
}

function ownFunctions(file: PythonFile, project: Project): OwnHelper[] {
  return [...file.scopes.functions.values()].flatMap((info) => {
    // What is handed on, as to the workers of a loader, is called by others, with numbers of their own.
    const isHelper = info.node.parent?.type === 'module' && isOnlyCalled(info.name, info.id, file);
    const seed = isHelper ? seedOf(info, file) : null;
    const seeded = seed && seededBy(info.id, project);
    if (!seed || !seeded) return [];
    const inside = file.callsWithin(info.node);
    const extended = (streams: readonly Stream[]): readonly Edit[] | null => {
      if (streams.length === 0) return [];
      // A seed of the devices alone would stand beside one that includes them.
      if (streams.includes('torch') && inside.some(({ name }) => name !== null && seederOf(name)?.device)) return null;
      const statement = statementOf(seed.call.node);
      const names = streams.map((each) => streamRow(each).seed);
      const { texts, edits } = spellAll(file, names, statement.start);
      const lines = texts.map((text) => `${text}(${file.read(seed.value)})`);
      return [...edits, insertAfter(file, statement, lines)];
    };
    return [{ name: info.name, node: info.node, ...seeded, extended }];
  });
}

/** Functions of other files, and of libraries, that the file has imported. */
function imported(file: PythonFile, project: Project): OwnHelper[] {
  return [...file.scopes.module.names].flatMap(([name, [only, ...others]]): OwnHelper[] => {
    if (only?.kind !== 'import' || others.length > 0 || only.statement.parent?.type !== 'module') return [];
    const row = seederOf(only.qualified);
    if (row) {
      const isHelper = row.argument?.position === 0 && row.streams.length > 1 && !row.implicit && !row.restores;
      const switches = row.flags?.use_deterministic_algorithms === true;
      return isHelper ? [{ name, node: null, streams: new Set(row.streams), switches, extended: outOfReach }] : [];
    }
    const seeded = seededBy(only.qualified, project);
    const site = seeded && firstSeed(only.qualified, project);
    const home = site && project.places.fileAt(site.path);
    const info =
      home && [...home.scopes.functions.values()].find(({ node }) => node.start < site.start && site.end <= node.end);
    const isHelper =
      info && isOnlyCalled(name, only.qualified, file) && isOnlyCalled(info.name, info.id, home) && seedOf(info, home);
    return seeded && isHelper && only.qualified.endsWith(`.${info.name}`)
      ? [{ name, node: null, ...seeded, extended: outOfReach }]
      : [];
  });
}

const firstSeed = (name: string, project: Project) => {
  const { may = {} } = project.callOf(name) ?? {};
  const [seed] = Object.values(may);
  return seed && project.places.locate(seed.site);
};

/** What a call of a function seeds and switches; null for one that also draws, or that seeds nothing. */
function seededBy(name: string, project: Project): Pick<OwnHelper, 'streams' | 'switches'> | null {
  const summary = project.callOf(name);
  if (!summary || Object.keys(summary.exposed).length > 0) return null;
  const streams = new Set(STREAMS.filter((stream) => stream in summary.may || stream in summary.must));
  const flag = summary.flags[ALGORITHMS];
  return streams.size > 0 ? { streams, switches: flag?.must === true && flag.asked } : null;
}

/** The last seed that a function hands its first parameter to; null for one that needs more, or does more than set up. */
function seedOf(info: FunctionInfo, file: PythonFile): { readonly call: Call; readonly value: Node } | null {
  const [first, ...others] = info.parameters;
  if (
    first?.star !== '' ||
    info.class ||
    info.decorators.length > 0 ||
    others.some(({ default: standard, star }) => !standard && star === '')
  )
    return null;
  const inside = file.callsWithin(info.node);
  if (inside.some((call) => findDraw(call, file) || call.name?.startsWith('#'))) return null;
  const seeds = inside.flatMap((call) => {
    const value = seedArgument(call, file);
    const isOwn = value && file.read(value) === first.name && isPlain(value);
    return isOwn && statementOf(call.node).type === 'expression_statement' ? [{ call, value }] : [];
  });
  return seeds.at(-1) ?? null;
}
