/** What a seed block makes needless or contradicts: earlier seeds, and switches that say the opposite. */

import type { Project } from '../contract/project.ts';
import { ownsItsLines, statementOf } from '../edits/edit-text.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC } from '../knowledge/calls.ts';
import { STREAMS, type Stream, seederOf } from '../knowledge/tables.ts';
import { findDraw } from '../lowering/draws.ts';
import { isHarmlessDraw } from '../lowering/harmless-draws.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';
import { switchSettings } from '../switches/switches.ts';
import { type SeedValue, seedArgument } from './seed-values.ts';
import { nodeAt } from './seeds.ts';

/** What a block seeds, and with what. */
export interface Block {
  readonly streams: readonly Stream[];
  readonly value: SeedValue;
}

/** Statements of this file that seed what a block seeds, behind it and in front of the first draw. */
export function earlierSeeds(file: PythonFile, project: Project, behind: Node | null, block: Block): Node[] {
  const late = Object.values(project.summary?.late ?? {}).flatMap(({ seed }) => {
    const { start, end } = project.places.anchor(seed);
    return statementOf(nodeAt(file, { start, end }));
  });
  const following = behind ? quietAfter(behind, file, project) : quietFrom(file.syntax.root.children, file, project);
  const all = [...following, ...late].filter((each) => isSeed(each, file, project, block));
  return [...new Set(all)];
}

/** The statement and those behind it in its block, up to the first that may draw. */
const quietAfter = (statement: Node, file: PythonFile, project: Project): Node[] => {
  const block = statement.parent?.children ?? [];
  return quietFrom(block.slice(block.indexOf(statement)), file, project);
};

function quietFrom(statements: readonly Node[], file: PythonFile, project: Project): Node[] {
  const end = statements.findIndex((each) => mayDraw(each, file, project));
  return statements.slice(0, end < 0 ? statements.length : end);
}

/** Something in the statement draws, as far as can be read. */
export function mayDraw(statement: Node, file: PythonFile, project: Project): boolean {
  if (/definition$|import\w*_statement$/.test(statement.type)) return false;
  return file.allCalls.some((call) => {
    if (call.node.start < statement.start || call.node.end > statement.end) return false;
    if (findDraw(call, file)) return !isHarmlessDraw(call, file);
    if (call.name === null || seederOf(call.name)) return false;
    return Object.keys(project.callOf(call.name)?.exposed ?? {}).length > 0;
  });
}

/** A statement that only seeds, with the same value or with another number; in its own lines, under no other condition. */
export function isSeed(statement: Node, file: PythonFile, project: Project, block: Block): boolean {
  if (!ownsItsLines(file, statement) || !isUnconditional(statement, file)) return false;
  if (statement.type !== 'if_statement') return seedsAlone(statement, file, project, block);
  const [condition, body, ...others] = statement.children;
  const isSame = condition && file.read(condition) === block.value.guard;
  return (
    others.length === 0 &&
    isSame === true &&
    body?.children.every((each) => seedsAlone(each, file, project, block)) === true
  );
}

function seedsAlone(statement: Node, file: PythonFile, project: Project, { streams, value }: Block): boolean {
  const node = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  if (node?.type !== 'call') return false;
  const call = file.call(node);
  const seeded = seededOnly(call, file, project);
  if (!seeded?.every((each) => streams.includes(each))) return false;
  const given = seedGiven(call, file);
  return given !== null && (typeof file.constant(given) === 'number' || file.read(given) === value.text);
}

/** What a call seeds with: itself, or as a helper of this file that seeds with its only argument as it is. */
export function seedGiven(call: Call, file: PythonFile): Node | null {
  const own = seedArgument(call, file);
  const helper = own ? undefined : file.functionOf(call.name);
  const [first, ...others] = call.node.get('arguments')?.children ?? [];
  if (!helper || helper.class || !first || others.length > 0 || first.type === 'keyword_argument') return own;
  const inside = file.callsWithin(helper.node);
  const seeds = inside.flatMap((each) => seedArgument(each, file) ?? []);
  const isPlain = seeds.length > 0 && seeds.every((each) => file.read(each) === helper.parameters[0]?.name);
  return isPlain ? first : null;
}

/** What a call seeds that does nothing else; null for one that does. */
export function seededOnly(call: Call, file: PythonFile, project: Project): readonly Stream[] | null {
  const row = call.name === null ? undefined : seederOf(call.name);
  if (row) {
    const isPlain = !row.state && !row.restores && !row.flags && !row.flagsWhen && !row.varying && !row.implicit;
    const seeded = row.device ? ['torch' as const] : [...row.streams, ...(row.may ?? [])];
    return isPlain && seeded.length > 0 ? seeded : null;
  }
  const helper = file.functionOf(call.name);
  if (!helper || call.node.get('arguments')?.children.length !== 1) return null;
  const inside = file.callsWithin(helper.node);
  const { exposed = {}, may = {}, flags = {} } = project.callOf(helper.id) ?? {};
  const onlySeeds =
    seedGiven(call, file) !== null && inside.every((each) => !findDraw(each, file) && !each.name?.startsWith('#'));
  const isNothingElse = Object.keys({ ...exposed, ...flags }).length === 0;
  const seeded = STREAMS.filter((each) => each in may);
  return onlySeeds && isNothingElse && seeded.length > 0 ? seeded : null;
}

/** Nothing decides whether the statement runs but who calls its function. */
export function isUnconditional(statement: Node, file: PythonFile): boolean {
  for (let at = statement.parent; at && !/^(module|function_definition)$/.test(at.type); at = at.parent) {
    const isGuard = at.type === 'if_statement' && at.parent?.type === 'module' && isMainGuard(at, file);
    if (
      /^(if_statement|for_statement|while_statement|try_statement|with_statement|match_statement)$/.test(at.type) &&
      !isGuard
    )
      return false;
    if (/_clause$/.test(at.type)) return false;
  }
  return true;
}

/** Statements of this file that switch what a block switches the other way, whatever happens. */
export function contradicting(file: PythonFile): Node[] {
  const assigned = [
    ...[...switchSettings(file, CUDNN_BENCHMARK)].filter(({ value }) => value.type === 'true'),
    ...[...switchSettings(file, CUDNN_DETERMINISTIC)].filter(({ value }) => value.type === 'false'),
  ];
  const plain = assigned.filter(
    ({ node, target }) => node.get('left') === target && node.get('right')?.type !== 'assignment',
  );
  const calls = file.calls(ALGORITHMS).filter((call) => {
    const mode = file.argument(call, 'mode', 0);
    return typeof mode !== 'string' && file.constant(mode) === false && !isSwitchedBack(call, file);
  });
  const statements = [...plain.map(({ node }) => node), ...calls.map(({ node }) => node)].map(statementOf);
  return statements.filter(
    (each) => each.type === 'expression_statement' && ownsItsLines(file, each) && isUnconditional(each, file),
  );
}

/** It is off for a while only, around something. */
function isSwitchedBack({ node }: Call, file: PythonFile): boolean {
  const statement = statementOf(node);
  return file.calls(ALGORITHMS).some((each) => {
    const other = statementOf(each.node);
    return other.parent === statement.parent && other.start > statement.start;
  });
}
