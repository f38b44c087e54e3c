/** The seed that a program has, as a repair may write it at a place: where, by whom and how often the place is run counts. */

import type { Project } from '../contract/project.ts';
import { spell } from '../edits/imports.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { INITIAL_SEED } from '../knowledge/streams.ts';
import { looksLikeSeeder, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSameVariable, parameterSeen } from '../python/names.ts';
import { contains, type Edit } from '../text/edit.ts';
import { conditionOf, isOptional, renamed } from './optional-seeds.ts';
import { isPlain, isVisible } from './quotable.ts';
import { differsByRank, offsetBy, rankAt } from './ranks.ts';
import { differsByRound, roundsOf } from './rounds.ts';
import { varyingPart } from './varying-seeds.ts';

/** Written only where a program has no seed of its own. */
export const FALLBACK_SEED = '42';

export interface SeedValue {
  readonly text: string;
  /** Where the program has it; null for a number of ours. */
  readonly node: Node | null;
  /** What holds where the program has a seed: `args.seed is not None`; null where it always has one. */
  readonly guard: string | null;
  /** The imports that the text needs. */
  readonly edits: readonly Edit[];
}

/** A seed without conditions, as it is written. */
export const plainSeed = (text: string): SeedValue => ({ text, node: null, guard: null, edits: [] });

/** The expression a seed call gets its seed from. */
export function seedArgument(call: Call, file: PythonFile): Node | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (!seeder?.argument || seeder.varying) return null;
  const given = file.argument(call, seeder.argument.name, seeder.argument.position);
  return typeof given === 'string' || given.type === 'none' ? null : given;
}

interface Candidate {
  readonly node: Node;
  /** Under which condition a helper seeds with it. */
  readonly guard: string | null;
}

/** The seed the program already has, as it can be written at a node; a constant if there is none. */
export function seedValueAt(file: PythonFile, place: Node): SeedValue {
  const candidates = file.allCalls.flatMap((call): Candidate[] => {
    const direct = seedArgument(call, file);
    if (direct) return [{ node: direct, guard: null }];
    const passed = passedToHelper(call, file) ?? passedElsewhere(call, file);
    return passed ? [passed] : [];
  });
  for (const { node, guard } of candidates) {
    // A seed that is new in every run is none to write once more.
    if (varyingPart(node, file)) continue;
    const isKnown = isVisible(node, file, place) || isHandedOn(node, file, place);
    if (isKnown && isPlain(node)) {
      const constant = file.constant(node);
      const condition = typeof constant === 'number' ? null : (guard ?? conditionAt(node, file, place));
      return { text: file.read(node), node, guard: condition, edits: [] };
    }
    const constant = file.constant(node);
    if (typeof constant === 'number') return plainSeed(String(constant));
  }
  return plainSeed(namedSeed(file, place) ?? FALLBACK_SEED);
}

/** The condition, where it does not hold at the place anyway. */
function conditionAt(node: Node, file: PythonFile, place: Node): string | null {
  const condition = conditionOf(node, file);
  if (!condition) return isOptional(node, file) ? `${file.read(node)} is not None` : null;
  return condition.arm && contains(condition.arm, place) ? null : condition.text;
}

/**
 * The seed for what is drawn at a place: another one in each round and, unless all processes have to draw the same there,
 * in each process. Null where no such seed can be written.
 */
export function seedFor(
  file: PythonFile,
  project: Project,
  place: Node,
  { isShared = false, anywhere = false, offset = place.start, value = seedValueAt(file, place) }: SeedPlace = {},
): SeedValue | null {
  if (isWorkerStart(place, file)) return workerSeed(file, place);
  const { node } = value;
  let { text } = value;
  const rounds = roundsOf(place, file, project.values);
  if (rounds !== 'once' && !(node && differsByRound(node, place, file, project.values))) {
    if (rounds === 'again') return null;
    text = offsetBy(text, rounds.counter);
  }
  if (isShared) return node && differsByRank(node, file) ? null : { ...value, text };
  if (node && differsByRank(node, file)) return { ...value, text };
  const rank = rankAt({ node: place, offset }, file, project, anywhere);
  if (rank === null) return null;
  return rank === 'one'
    ? { ...value, text }
    : { ...value, text: offsetBy(text, rank.text), edits: [...value.edits, ...rank.edits] };
}

export interface SeedPlace {
  /** All processes have to draw the same there: they split one dataset. */
  readonly isShared?: boolean;
  /** The variable that tells the rank may be read there. */
  readonly anywhere?: boolean;
  /** Where the seed will stand, if that is behind the beginning of the place. */
  readonly offset?: number;
  readonly value?: SeedValue;
}

/** In each worker torch has derived a seed from the loader's. */
function workerSeed(file: PythonFile, place: Node): SeedValue {
  const { text, edits } = spell(file, INITIAL_SEED, place.start);
  return { text: `${text}() % 2**32`, node: null, guard: null, edits };
}

/** The place is in a function that the workers of a loader run first. */
function isWorkerStart(place: Node, file: PythonFile): boolean {
  const owner = file.functionAround(place);
  if (!owner) return false;
  return file.allCalls.some((call) => {
    const given = file.argument(call, 'worker_init_fn', loaderRow(call.name)?.positions.worker_init_fn);
    return typeof given !== 'string' && file.qualify(given) === owner.id;
  });
}

/** Statements that seed, under the condition that the program has a seed. */
export const guarded = ({ guard }: SeedValue, lines: readonly string[], unit: string): string[] =>
  guard === null ? [...lines] : [`if ${guard}:`, ...lines.map((line) => unit + line)];

/** The seed as an argument that may be `None` where the program has no seed. */
export function orNone({ text, node, guard }: SeedValue, file: PythonFile): string {
  const own = node && file.read(node);
  return guard === null || (text === own && guard === `${own} is not None`) ? text : `${text} if ${guard} else None`;
}

/** `set_seed(args.seed)`: what a call gives the parameter that a helper of this file seeds with. */
function passedToHelper(call: Call, file: PythonFile): Candidate | null {
  const helper = file.functionOf(call.name);
  if (!helper) return null;
  for (const inner of file.allCalls) {
    if (inner.node.start < helper.node.start || inner.node.end > helper.node.end) continue;
    const seed = seedArgument(inner, file);
    const index = helper.parameters.findIndex((each) => seed !== null && each.name === file.read(seed));
    const position = helper.class ? index - 1 : index;
    const given = index < 0 ? 'absent' : file.argument(call, helper.parameters[index]?.name ?? '', position);
    if (typeof given === 'string' || given.type === 'none') continue;
    const condition = seed && conditionOf(seed, file);
    return { node: given, guard: condition ? renamed(condition, file.read(seed), file.read(given), file) : null };
  }
  return null;
}

/** `seed_everything(args.seed)` of another file: what a function with such a name gets, if that is called a seed. */
function passedElsewhere({ name, node }: Call, file: PythonFile): Candidate | null {
  if (name === null || file.functionOf(name) || !looksLikeSeeder(name.slice(name.lastIndexOf('.') + 1))) return null;
  const passed = node.get('arguments')?.children[0];
  const value = passed?.type === 'keyword_argument' ? passed.get('value') : passed;
  return value && /seed/i.test(file.read(value)) ? { node: value, guard: null } : null;
}

/** The expression's first name is a parameter at the place, and every call in the file passes what it means at the seed. */
function isHandedOn(expression: Node, file: PythonFile, place: Node): boolean {
  let root: Node | undefined = expression;
  while (root?.type === 'attribute' || root?.type === 'subscript') root = root.get('object') ?? root.get('value');
  const info = file.functionAround(place);
  if (root?.type !== 'identifier' || !info || info.class) return false;
  const name = file.read(root);
  const index = info.parameters.findIndex((each) => each.name === name && each.star === '');
  if (index < 0 || !parameterSeen(name, place, file)) return false;
  const calls = file.calls(info.id);
  const meant = root;
  return (
    calls.length > 0 &&
    calls.every((call) => {
      const given = file.argument(call, name, index);
      return typeof given !== 'string' && isSameVariable(given, meant, file);
    })
  );
}

/** `SEED = 1234` at module level, that nobody seeds with yet. */
function namedSeed(file: PythonFile, place: Node): string | null {
  for (const [name, definitions] of file.scopes.module.names) {
    const [only, ...others] = definitions;
    if (!/^(\w+_)?seed$/i.test(name) || only?.kind !== 'assignment' || others.length > 0) continue;
    if (typeof file.constant(only.value) === 'number' && only.node.start < place.start) return name;
  }
  return null;
}
