/** Whether a loader shuffles by the global generator, on some way in which the program makes it. */

import type { Project } from '../contract/project.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { isLibrary } from '../knowledge/names.ts';
import { DATA_LOADER, loaderArgument } from '../lowering/loader-arguments.ts';
import { isOn } from '../lowering/values.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Evaluator, Fact } from '../python/evaluator.ts';
import { looksLikeClass, type Node, type PythonFile } from '../python/file.ts';
import type { Entered, Value } from '../python/value.ts';

/** Calls with a `shuffle` that make an object of a class of the project's own which is made as a DataLoader is. */
export function ownLoaderCalls(file: PythonFile, project: Project): Call[] {
  return file.allCalls.filter((call) => {
    const name = call.name;
    if (name === null || isLibrary(name) || !looksLikeClass(name.replace('#', ''))) return false;
    return typeof file.argument(call, 'shuffle') !== 'string' && project.classes.isPlainLoader(name);
  });
}

/** `super().__init__(...)` of a class of the file's own that is a DataLoader: the object is one from there on. */
export function baseLoaderCalls(file: PythonFile, project: Project): Call[] {
  return [...file.scopes.classes.values()].flatMap(({ id, bases }) => {
    // Other files are asked last: most classes pass on nothing that could shuffle.
    const calls = file.calls(`${id}.super().__init__`).filter((call) => mayAskToShuffle(call, file));
    const isLoader = (): boolean => bases.some((base) => isLoaderClass(file.qualify(base), project));
    // What is made as a DataLoader is, is told so where it is made.
    return calls.length > 0 && isLoader() && !project.classes.isPlainLoader(id) ? calls : [];
  });
}

const mayAskToShuffle = (call: Call, file: PythonFile): boolean => loaderArgument(file, call, 'shuffle') !== 'absent';

/** A DataLoader that shuffles by torch's stream, or a class that is made as one is. */
const isLoaderClass = (name: string | null, project: Project): boolean =>
  name !== null && (DATA_LOADER === name || (!isLibrary(name) && project.classes.isPlainLoader(name)));

type Parameter = Parameters<typeof loaderArgument>[2];

/** What asks a loader to shuffle where it has neither a generator nor a sampler; null for one that does not, or that nobody can tell. */
export function shuffleOf(
  call: Call,
  file: PythonFile,
  values: Evaluator,
): { readonly file: PythonFile; readonly node: Node } | null {
  // Where a library shuffles by another stream, its loader takes no generator.
  if (loaderRow(call.name)?.stream || !mayAskToShuffle(call, file)) return null;
  for (const entered of values.entriesOf(call)) {
    const shuffle = givenBy(entered, 'shuffle');
    if (typeof shuffle === 'string' || !mayBeOn(shuffle, values)) continue;
    // `shuffle=sampler is None, sampler=sampler` shuffles where there is no sampler.
    const [asked] = shuffle.node.type === 'comparison_operator' ? shuffle.node.children : [];
    const isAsked = (given: Value): boolean =>
      asked !== undefined && given.file.read(given.node) === shuffle.file.read(asked);
    const isNothing = (given: Value | string): boolean =>
      typeof given === 'string' ? given === 'absent' : isAsked(given) || values.may(isNone, given);
    if ((['generator', 'sampler', 'batch_sampler'] as const).every((name) => isNothing(givenBy(entered, name))))
      return shuffle;
  }
  return null;
}

/** A dataset and a batch size: so many arguments are passed without a name. */
const MOST_PLACED = 2;

const placed = ({ node }: Call): readonly Node[] =>
  (node.get('arguments')?.children ?? []).filter(({ type }) => type !== 'keyword_argument');

/** The argument of the call, or of the one whose `**kwargs` it hands on. */
function givenBy(entered: Entered, name: Parameter): Value | 'absent' | 'unknown' {
  let given: Argument = 'unknown';
  let handsOnPlaces = false;
  for (let at: Entered | null = entered; at; at = at.rest) {
    const { file, call, frame } = at;
    // What stands behind a batch size without a name may be what is asked for.
    if (handsOnPlaces && placed(call).length > MOST_PLACED) return 'unknown';
    handsOnPlaces = placed(call).some(({ type }) => type === 'list_splat');
    given = at === entered ? loaderArgument(file, call, name) : file.argument(call, name);
    if (typeof given !== 'string') return { file, node: given, access: [], frame, sure: true };
    if (given === 'absent') return given;
  }
  return given;
}

const mayBeOn = (shuffle: Value, values: Evaluator): boolean =>
  isOn(shuffle.node, shuffle.file) || values.may(isTrue, shuffle);

const isNone: Fact = (value, evaluator) => {
  const { node, access, ended } = value;
  if (access.length > 0 || ended || node.type !== 'none') return undefined;
  return !isNeverTaken(value, evaluator);
};

/** The value is `True`, or a comparison that holds for something its sides may stand for. */
const isTrue: Fact = (value, evaluator) => {
  const { file, node } = value;
  if (value.access.length > 0 || value.ended) return undefined;
  switch (node.type) {
    case 'true':
      return !isNeverTaken(value, evaluator);
    case 'parenthesized_expression':
      return undefined;
    case 'comparison_operator':
      return mayHold(value, evaluator);
    // Whether both sides hold at once is more than either may show.
    case 'boolean_operator':
      return node.get('operator')?.type === 'or' ? undefined : false;
    case 'not_operator':
      return false;
    default:
      return file.constant(node) === false ? false : undefined;
  }
};

/** `mode == 'train'`, `split in ('train', 'all')`, `phase != 'test'`, of what somebody passes. */
function mayHold(value: Value, evaluator: Evaluator): boolean {
  const comparison = comparisonOf(value.node, value);
  if (!comparison) return false;
  return evaluator.may((each) => {
    const known = each.access.length === 0 && !each.ended && /^(string|true|false)$/.test(each.node.type);
    return known ? comparison.holds(each.file.constant(each.node)) : undefined;
  }, comparison.left);
}

/** A comparison with a literal, in the file and by the caller of a value; null for any other. */
function comparisonOf(node: Node, value: Value): { left: Value; holds(given: unknown): boolean } | null {
  if (node.type !== 'comparison_operator') return null;
  const operators = node.children.filter(({ field }) => field === 'operators');
  const [left, right] = node.children.filter(({ field }) => field !== 'operators');
  const wanted = right && value.file.constant(right);
  const compare = COMPARES.get(operators[0]?.type ?? '');
  if (!left || wanted === undefined || operators.length !== 1 || !compare) return null;
  return { left: { ...value, node: left, access: [] }, holds: (given) => compare(given, wanted) };
}

/** The value is written in an arm of a branch that no caller takes, as literals decide: `if name == 'bucket': ... else: here`. */
function isNeverTaken(value: Value, evaluator: Evaluator): boolean {
  for (let at = value.node; at.parent && !/_definition$/.test(at.type); at = at.parent) {
    if (isArmNeverTaken(at, at.parent, value, evaluator)) return true;
  }
  return false;
}

/** An arm is left out where its own condition fails, and where one before it holds. */
function isArmNeverTaken(arm: Node, holder: Node, value: Value, evaluator: Evaluator): boolean {
  const isOwn = arm.field === 'consequence';
  const own = isOwn && /^(if_statement|elif_clause)$/.test(holder.type) ? holder.get('condition') : undefined;
  if (own && decided(own, value, evaluator) === false) return true;
  if (holder.type !== 'if_statement' || isOwn || arm.field === 'condition') return false;
  const before = holder.children.filter(({ type, end }) => type === 'elif_clause' && end <= arm.start);
  return [holder, ...before].some((each) => {
    const condition = each.get('condition');
    return condition !== undefined && decided(condition, value, evaluator) === true;
  });
}

/** Whether a comparison with a literal holds for all that the other side may stand for, or for none of it; null where that is not known. */
function decided(condition: Node, value: Value, evaluator: Evaluator): boolean | null {
  if (condition.type === 'parenthesized_expression') {
    const [inner] = condition.children;
    return inner ? decided(inner, value, evaluator) : null;
  }
  const isNegated = condition.type === 'not_operator';
  const said = isNegated ? condition.children.at(-1) : condition;
  if (said && isNegated) {
    const inner = decided(said, value, evaluator);
    return inner === null ? null : !inner;
  }
  const comparison = comparisonOf(condition, value);
  if (!comparison) return null;
  const { left, holds } = comparison;
  const all = (wanted: boolean): boolean =>
    evaluator.always((each) => {
      const known = each.access.length === 0 && !each.ended ? each.file.constant(each.node) : undefined;
      return known === undefined ? undefined : holds(known) === wanted;
    }, left);
  return all(true) ? true : all(false) ? false : null;
}

const includes = (list: unknown, item: unknown): boolean => Array.isArray(list) && list.includes(item);

/** Comparisons of words and truth values, by their operators. */
const COMPARES: ReadonlyMap<string, (left: unknown, right: unknown) => boolean> = new Map([
  ['==', (left: unknown, right: unknown) => left === right],
  ['is', (left: unknown, right: unknown) => left === right],
  ['is not', (left: unknown, right: unknown) => left !== right],
  ['!=', (left: unknown, right: unknown) => left !== right],
  ['in', (left: unknown, right: unknown) => includes(right, left)],
  ['not in', (left: unknown, right: unknown) => Array.isArray(right) && !right.includes(left)],
]);
