/** *Insert seed block*: a helper made for one file, called first in its program in the place of what seeds there. */

import type { Project } from '../contract/project.ts';
import {
  eolOf,
  indentAt,
  indentUnit,
  insertAfter,
  insertBefore,
  quoted,
  removeStatement,
  replace,
} from '../edits/edit-text.ts';
import { freeName, helperOffset, insertHelper, insertStatement, spellAll } from '../edits/imports.ts';
import type { Reached, Site } from '../effects/summary.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC, OLD_ALGORITHMS } from '../knowledge/calls.ts';
import { nameFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { compareVersions, STREAMS, type Stream } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Edit } from '../text/edit.ts';
import { listed } from '../text/language.ts';
import { contradicting, earlierSeeds, isSeed, seedGiven } from './absorbed.ts';
import { childrenOf } from './children.ts';
import { compiledHelper } from './compiled-seeds.ts';
import { behindDefinition, behindGroup, type Entry, earliestSeed, entryPoint } from './entry-points.ts';
import { isOptional, isUnset } from './optional-seeds.ts';
import { type OwnHelper, ownHelper } from './own-helpers.ts';
import { startOf, targetSeed } from './processes.ts';
import { isPlain } from './quotable.ts';
import { guarded, type SeedValue, seedFor, seedValueAt } from './seed-values.ts';

export interface SeedBlock {
  /** `seed_everything(42)`, as it is called. */
  readonly call: string;
  edits(): Edit[];
}

/** What a block is made of. */
interface Plan {
  readonly entry: Entry;
  readonly value: SeedValue;
  readonly streams: readonly Stream[];
  readonly own: OwnHelper | null;
  /** The helper that is called. */
  readonly name: string;
  /** It is the project's own, as it is or with more streams. */
  readonly isOwn: boolean;
  readonly deterministic: boolean;
  /** False where the program seeds all that it draws, and only the switches are missing. */
  readonly takesSeed: boolean;
}

/**
 * A helper made for this file, or the project's own, called first in the program; null where a seed there would make
 * processes draw the same that differed before. It takes the place of earlier seeds and of switches that say otherwise.
 */
export function seedBlock(file: PythonFile, project: Project, deterministic: boolean): SeedBlock | null {
  const plan = planOf(file, project, deterministic);
  // In twins that no number tells apart no block can be called, and their switches stay off.
  const isOut = deterministic && startedOff(project).some((each) => !seedInTarget(each, file, project));
  if (!plan || isOut) return null;
  return { call: callOf(plan, plan.value), edits: () => editsOf(plan, file, project) };
}

/** A process begins in a function of another file, where no block of this one can set its switches. */
export const startsElsewhere = (file: PythonFile, project: Project): boolean =>
  startedOff(project).some(({ site }) => !startOf(file, site, project));

/** Processes that begin with all switches off, and set none. */
const startedOff = (project: Project) => (project.summary?.anew ?? []).filter(({ own }) => !own.has(ALGORITHMS));

/** Whether a program does all that a block would do, and the modules that it seeds. */
export function alreadyDone(
  file: PythonFile,
  project: Project,
  deterministic: boolean,
): { readonly seeded: string; readonly isDone: boolean } {
  const { must = {}, late = {}, flags = {}, children = {} } = project.summary ?? {};
  const streams = streamsToSeed(file, project);
  const isSeeded = streams.every((each) => each in must && !(each in late)) && Object.keys(children).length === 0;
  const flag = flags[ALGORITHMS];
  const isSwitched = flag?.must === true && flag.settings.every(({ value }) => value === true);
  const isFree = startedOff(project).length > 0;
  return {
    seeded: listed(streams.map((each) => `\`${streamRow(each).module}\``)),
    isDone: isSeeded && (!deterministic || (isSwitched && !isFree && contradicting(file).length === 0)),
  };
}

const callOf = ({ name, takesSeed }: Plan, { text }: SeedValue): string => `${name}(${takesSeed ? text : ''})`;

function planOf(file: PythonFile, project: Project, deterministic: boolean): Plan | null {
  const must = project.summary?.must ?? {};
  // What all ranks seed alike they have to draw alike.
  const isPartial = project.hasRanks && childrenOf(file).length === 0 && Object.keys(must).length > 0;
  const all = streamsToSeed(file, project);
  const streams = isPartial ? all.filter((each) => !(each in must)) : all;
  const usual = entryOf(file, project, isPartial);
  const found = ownHelper(file, project, streams);
  const own = found && (!isPartial || [...found.streams].every((each) => streams.includes(each))) ? found : null;
  const entry = own?.node ? behindDefinition(usual, own.node, file, project) : usual;
  const isOwn = own !== null && entry !== null && isEnough(own, streams, deterministic);
  const place = entry ?? usual;
  const value = valueAt(place, file, project);
  if (!value) return null;
  const isReplaced = place.kind === 'instead' && isSeed(place.statement, file, project, { streams, value });
  const names = deterministic ? ['make_deterministic', 'set_up_determinism'] : ['seed_everything', 'seed_all'];
  const name = isOwn ? own.name : freeName(file, names);
  return {
    entry: place.kind === 'instead' && !isReplaced ? { ...place, kind: 'before' } : place,
    value,
    streams,
    own: entry ? own : null,
    name,
    isOwn,
    deterministic,
    takesSeed: own !== null || streams.length > 0,
  };
}

function entryOf(file: PythonFile, project: Project, isPartial: boolean): Entry {
  const seed = isPartial ? null : earliestSeed(file, project);
  if (seed) return { kind: 'instead', statement: seed };
  return (project.hasRanks && behindGroup(file, project)) || entryPoint(file, project);
}

/** The helper does all that is wanted, or can be made to. */
function isEnough(own: OwnHelper, streams: readonly Stream[], deterministic: boolean): boolean {
  if (deterministic && !own.switches) return false;
  const missing = streams.filter((each) => !own.streams.has(each));
  return missing.length === 0 || own.extended(missing) !== null;
}

/** The seed as it can be written at the place. */
function valueAt(entry: Entry, file: PythonFile, project: Project): SeedValue | null {
  const place = entry.statement ?? file.syntax.root;
  if (entry.kind === 'none') return seedValueAt(file, place);
  const offset = entry.kind === 'after' ? place.end : entry.kind === 'head' ? helperOffset(file) : place.start;
  if (entry.seed === undefined) {
    const value = entry.kind === 'instead' ? ownSeed(entry.statement, file) : null;
    return seedFor(file, project, place, { anywhere: true, offset, ...(value ? { value } : {}) });
  }
  const guard = isUnset('seed', file) ? `${entry.seed} is not None` : null;
  const value = { text: entry.seed, node: null, guard, edits: [] };
  return seedFor(file, project, place, { anywhere: true, offset, value });
}

/** What a statement seeds with. */
function ownSeed(statement: Node, file: PythonFile): SeedValue | null {
  const node = statement.children[0];
  if (node?.type !== 'call') return null;
  const given = seedGiven(file.call(node), file);
  if (!given || !isPlain(given)) return null;
  const text = file.read(given);
  return { text, node: given, guard: isOptional(given, file) ? `${text} is not None` : null, edits: [] };
}

function editsOf(plan: Plan, file: PythonFile, project: Project): Edit[] {
  const { entry, own, isOwn, streams, deterministic, value, name } = plan;
  const missing = own ? streams.filter((each) => !own.streams.has(each)) : streams;
  const { lines, edits } = isOwn
    ? { lines: [], edits: [...(own?.extended(missing) ?? [])] }
    : helperOf(plan, file, project);
  const unit = indentUnit(file);
  const call = plan.takesSeed ? guarded(value, [callOf(plan, value)], unit) : [callOf(plan, value)];
  const imports = [...edits, ...value.edits];
  const targets = seedTargets(plan, file, project);
  if (entry.kind === 'none') return lines.length > 0 ? insertHelper(file, imports, lines) : imports;
  const absorbed = [
    ...earlierSeeds(file, project, entry.statement ?? null, plan),
    ...(deterministic ? contradicting(file) : []),
  ];
  const isThere = entry.kind === 'instead' && isOwn && calls(entry.statement, name, file);
  const gone = absorbed.filter((each) => each !== entry.statement && !(isOwn && calls(each, name, file) && isThere));
  const removals = [...new Set(gone)].flatMap((each) => removeStatement(file, each) ?? []);
  const helper = lines.length > 0 ? insertHelper(file, imports, lines) : imports;
  if (entry.kind === 'head')
    return [
      ...(lines.length > 0
        ? insertHelper(file, imports, [...lines, '', '', ...call])
        : [...imports, ...call.map((line) => insertStatement(file, line))]),
      ...targets,
      ...removals,
    ];
  return [...helper, ...(isThere ? [] : callEdits(entry, call, file)), ...targets, ...removals];
}

function callEdits(entry: Entry, call: readonly string[], file: PythonFile): Edit[] {
  if (!entry.statement) return [];
  if (entry.kind === 'instead') {
    const indent = indentAt(file.text, entry.statement.start);
    return [replace(entry.statement, call.join(eolOf(file) + indent))];
  }
  return [(entry.kind === 'after' ? insertAfter : insertBefore)(file, entry.statement, call)];
}

const calls = (statement: Node, name: string, file: PythonFile): boolean => {
  const node = statement.children[0];
  return node?.type === 'call' && file.read(node.get('function') ?? node) === name;
};

/** The new helper: it calls the project's own, seeds what that leaves out, and switches. */
function helperOf(
  { own, streams, name, deterministic, takesSeed }: Plan,
  file: PythonFile,
  project: Project,
): { lines: string[]; edits: Edit[] } {
  const unit = indentUnit(file);
  const missing = own ? streams.filter((each) => !own.streams.has(each)) : streams;
  const compiled = missing.flatMap((stream) => compiledHelper(file, stream) ?? []);
  const functions = missing.flatMap((stream) => (streamRow(stream).within ? [] : [streamRow(stream).seed]));
  const switches = deterministic && !own?.switches ? switchesOf(file, project.versions.versionOf('torch')) : [];
  const parameter = own?.name === 'seed' ? 'value' : 'seed';
  const called = [...functions, ...switches.map((each) => each.name)];
  const { texts, edits } = spellAll(file, called, helperOffset(file), [parameter]);
  const lines = texts.map((text, i) => `${unit}${text}${switches[i - functions.length]?.rest ?? `(${parameter})`}`);
  const inner = compiled.map((each) => `${unit}${each.name}(${parameter})`);
  const before = compiled.flatMap((each) => [...each.lines, '', '']);
  const first = own ? [`${unit}${own.name}(${parameter})`] : [];
  edits.push(...compiled.flatMap((each) => each.edits.filter((edit) => !edits.some(({ text }) => text === edit.text))));
  return { lines: [...before, `def ${name}(${takesSeed ? parameter : ''}):`, ...first, ...lines, ...inner], edits };
}

interface Switch {
  readonly name: string;
  /** What follows the name. */
  readonly rest: string;
}

/** The switches that a version of torch has; null is the newest. */
function switchesOf(file: PythonFile, version: string | null): Switch[] {
  const isBefore = (other: string): boolean => version !== null && compareVersions(version, other) < 0;
  const benchmark = { name: CUDNN_BENCHMARK, rest: ' = False' };
  if (isBefore('1.7')) return [{ name: CUDNN_DETERMINISTIC, rest: ' = True' }, benchmark];
  const algorithms = {
    name: isBefore('1.8') ? OLD_ALGORITHMS : ALGORITHMS,
    rest: '(True)',
  };
  // Until 2.10 a matrix product on CUDA raised under the switch without this variable.
  const [variable, value] = ['CUBLAS_WORKSPACE_CONFIG', ':4096:8'].map((text) => quoted(file, text));
  const workspace = { name: nameFor('environment'), rest: `.setdefault(${variable}, ${value})` };
  return [...(isBefore('2.10') ? [workspace] : []), algorithms, benchmark];
}

/** What seeds a process at the top of its target; null where the target is not this file's or no seed is right in it. */
function seedInTarget(
  child: { readonly site: Site; readonly seed?: Reached | null },
  file: PythonFile,
  project: Project,
): { readonly statement: Node; readonly value: SeedValue } | null {
  const start = startOf(file, child.site, project);
  const statement = start?.target.node.get('body')?.children[0];
  const value = start && statement && targetSeed(file, project, child.seed ?? null, { ...start, statement });
  return value && statement ? { statement, value } : null;
}

/** Neither seed nor switch reaches a process that is started anew: its target calls the block too. */
function seedTargets(plan: Plan, file: PythonFile, project: Project): Edit[] {
  const drawing = Object.values(project.summary?.children ?? {});
  const free = plan.deterministic ? startedOff(project) : [];
  const seeds = new Map<Node, SeedValue>();
  for (const child of [...drawing, ...free]) {
    const found = seedInTarget(child, file, project);
    if (found && !seeds.has(found.statement)) seeds.set(found.statement, found.value);
  }
  return [...seeds].flatMap(([statement, value]) => [
    ...value.edits,
    insertBefore(file, statement, guarded(value, [callOf(plan, value)], indentUnit(file))),
  ]);
}

/** The streams the program draws from, and those whose module the file imports. */
function streamsToSeed(file: PythonFile, project: Project): Stream[] {
  const drawn = project.summary?.exposed ?? {};
  const isImported = (module: string): boolean =>
    [...file.scopes.byNode.values()].some((scope) =>
      [...scope.names.values()].some((definitions) =>
        definitions.some(
          (each) =>
            each.kind === 'import' &&
            (each.qualified === module || each.qualified.startsWith(`${module}.`)) &&
            !isForTypesOnly(each.statement, file),
        ),
      ),
    );
  const streams = STREAMS.filter((stream) => {
    const { base, module } = streamRow(stream);
    return stream in drawn || (base === true && isImported(module));
  });
  // A program that draws nothing we know still trains with torch.
  return streams.length > 0 && (streams.includes('torch') || Object.keys(drawn).length > 0)
    ? streams
    : [...streams, 'torch'];
}

function isForTypesOnly(statement: Node, file: PythonFile): boolean {
  const guard = statement.enclosing('if_statement')?.get('condition');
  return guard !== undefined && file.read(guard).includes('TYPE_CHECKING');
}
