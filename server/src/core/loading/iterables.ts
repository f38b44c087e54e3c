/** Iterable datasets: how their `__iter__` shares its items among the workers, and in which order it hands them out. */

import type { Project } from '../contract/project.ts';
import { type GeneratorClass, generatorMadeBy } from '../knowledge/generators.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { streamRow } from '../knowledge/streams.ts';
import { compareVersions, looksLikeSeeder, type Stream, seederOf } from '../knowledge/tables.ts';
import { shuffleNamed } from '../knowledge/transforms.ts';
import { findDraw } from '../lowering/draws.ts';
import type { Call } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';

/** Gives a worker its number and how many there are. */
const ASKS = nameFor('worker-info');
/** Streams that a worker's own seed decides. */
const WORKER_SEEDED = namesFor('worker-seeded');
const SLICES = nameFor('slices');
const COUNTS = namesFor('counts');

/** The code that hands out a class's items: `__iter__`, and what it calls in this file, by where `__iter__` leads there. */
export interface Reach {
  readonly owner: ClassInfo;
  /** Each function, and the place in `__iter__` from which it is reached; its own place for `__iter__` itself. */
  readonly functions: ReadonlyMap<FunctionInfo, Call | null>;
}

/** Null where the class hands out no items of its own. */
export function reachOf(owner: ClassInfo, file: PythonFile): Reach | null {
  const iter = owner.methods.get('__iter__');
  if (!iter) return null;
  const functions = new Map<FunctionInfo, Call | null>([[iter, null]]);
  for (const [info, from] of functions) {
    for (const call of file.callsWithin(info.node)) {
      const callee = file.functionOf(call.name);
      if (callee && !functions.has(callee)) functions.set(callee, from ?? call);
    }
  }
  return { owner, functions };
}

const reachedCalls = (reach: Reach, file: PythonFile): Call[] =>
  [...reach.functions.keys()].flatMap((info) => file.callsWithin(info.node));

/** What of `__iter__` runs a node: itself, or the call that leads to its function. */
function entryOf(node: Node, reach: Reach): Node {
  for (const [info, from] of reach.functions) if (from && contains(info.node, node)) return from.node;
  return node;
}

const placeOf = (node: Node, reach: Reach): number => entryOf(node, reach).start;

/** True where the expression depends on the number of the worker, through names too: what it shuffles is a share already. */
export const dependsOnWorker = (node: Node, file: PythonFile): boolean =>
  comesFrom(node, file, (each) => each.type === 'call' && file.call(each).name === ASKS);

/** A name or an attribute whose value is asked for. */
const isRead = (node: Node): boolean =>
  /^(identifier|attribute)$/.test(node.type) && !/^(name|attribute)$/.test(node.field ?? '');

/** Something that the expression is made of is meant. Each place is looked at once, whichever way leads there. */
function comesFrom(node: Node, file: PythonFile, isMeant: (each: Node) => boolean): boolean {
  const seen = new Set([node]);
  let found = false;
  for (const place of seen) {
    walk(place, (each) => {
      if (found || each.type === 'lambda') return false;
      found = isMeant(each);
      if (isRead(each)) for (const origin of originsOf(each, file)) seen.add(origin);
      return undefined;
    });
    if (found) return true;
  }
  return false;
}

/** A call in `__iter__` that puts items into an order of its own. */
export interface ShuffleCall {
  readonly call: Call;
  readonly stream: Stream;
  readonly inPlace: boolean;
  /** What it shuffles, or counts. */
  readonly items: Node;
}

/** The shuffles in a class's `__iter__` whose order another worker does not have. */
export function ownShuffles(reach: Reach, file: PythonFile, project: Project): ShuffleCall[] {
  const calls = reachedCalls(reach, file);
  /** A generator that is passed, or the stream, gives each worker an order of its own. */
  const differs = (call: Call, stream: Stream): boolean => {
    if (isAlikeInWorkers(stream, project)) return false;
    const own = file.argument(call, 'generator');
    const isOwn = own !== 'absent' && !(typeof own !== 'string' && own.type === 'none');
    if (isOwn) return typeof own !== 'string' && isOwnToWorker(own, reach, file);
    return !isSeededBefore(call, calls, stream, reach, file);
  };
  return calls.flatMap((call): ShuffleCall[] => {
    const [items] = call.node.get('arguments')?.children ?? [];
    if (!items || items.type === 'keyword_argument') return [];
    const named = call.name === null ? undefined : shuffleNamed(call.name);
    if (named) {
      const { stream, inPlace } = named;
      return differs(call, stream) ? [{ call, stream, inPlace, items }] : [];
    }
    const object = call.method === null ? undefined : call.callee.get('object');
    const made = object && makerOf(object, file);
    const inPlace = made?.row.shuffles.includes(call.method ?? '') === true;
    if (!object || !made || !(inPlace || made.row.permutes.includes(call.method ?? ''))) return [];
    return isOwnToWorker(object, reach, file) ? [{ call, stream: made.row.stream, inPlace, items }] : [];
  });
}

/** Workers have copies of the stream as this process has it, as of numpy's before torch 1.9. */
function isAlikeInWorkers(stream: Stream, project: Project): boolean {
  const { workers, workersSince } = streamRow(stream);
  const torch = project.versions.versionOf('torch');
  const isOlder = workersSince !== undefined && torch !== null && compareVersions(torch, workersSince) < 0;
  return workers === 'copied' || isOlder;
}

/** The call that makes a generator, where the code shows only one. */
function makerOf(object: Node, file: PythonFile): { readonly call: Call; readonly row: GeneratorClass } | null {
  const evaluator = evaluatorOf(file);
  const { values } = evaluator.origins(evaluator.value(object));
  const [only, ...others] = values;
  let node = only?.file === file && only.access.length === 0 && others.length === 0 ? only.node : undefined;
  // `torch.Generator().manual_seed(3)` is made by the innermost call.
  while (node?.type === 'call' && !generatorMadeBy(file.call(node).name ?? ''))
    node = node.get('function')?.get('object');
  const call = node?.type === 'call' ? file.call(node) : null;
  const row = call?.name ? generatorMadeBy(call.name) : undefined;
  return call && row ? { call, row } : null;
}

/** True where the generator is made in each worker, from what others do not have. Copies of one give one order. */
function isOwnToWorker(object: Node, reach: Reach, file: PythonFile): boolean {
  const made = makerOf(object, file);
  if (!made || ![...reach.functions.keys()].some((info) => contains(info.node, made.call.node))) return false;
  const seeds = [made.call, ...reseedsOf(object, file)].flatMap((call) => call.node.get('arguments')?.children ?? []);
  if (seeds.length === 0) return made.row.stream !== 'torch';
  return seeds.some((seed) => isWorkersOwn(seed, file));
}

/** `g.manual_seed(...)`, whatever stands for the generator. */
function reseedsOf(object: Node, file: PythonFile): Call[] {
  const name = file.read(object);
  const methods = makerOf(object, file)?.row.reseeds ?? [];
  const chained = methods.flatMap((method) => file.methodCalls(method));
  return chained.filter(({ callee }) => {
    const on = callee.get('object');
    return on !== undefined && (file.read(on) === name || makerOf(on, file)?.call === makerOf(object, file)?.call);
  });
}

/** Of a seed: it has the worker's number in it, or comes from the worker's own stream. */
function isWorkersOwn(seed: Node, file: PythonFile): boolean {
  if ([seed, ...originsOf(seed, file)].some((each) => isShared(each, file))) return false;
  return isOfWorker(seed, file);
}

const isOfWorker = (seed: Node, file: PythonFile): boolean =>
  dependsOnWorker(seed, file) ||
  comesFrom(seed, file, (each) => each.type === 'call' && WORKER_SEEDED.has(file.call(each).name ?? ''));

/** `info.seed - info.id`: what all workers of an epoch have in common. */
function isShared(seed: Node, file: PythonFile): boolean {
  let found = false;
  walk(seed, (each) => {
    const [left, right] = [each.get('left'), each.get('right')];
    if (each.type !== 'binary_operator' || each.get('operator')?.type !== '-' || !left || !right) return undefined;
    found ||= dependsOnWorker(right, file) && isOfWorker(left, file);
    return undefined;
  });
  return found;
}

/** The code seeds the stream before, and not by the worker; whoever may seed is taken to do so. */
function isSeededBefore(draw: Call, calls: readonly Call[], stream: Stream, reach: Reach, file: PythonFile): boolean {
  const place = placeOf(draw.node, reach);
  return calls.some((call) => {
    const seeder = call.name === null ? undefined : seederOf(call.name);
    const mayBe = seeder
      ? seeder.streams.includes(stream) && !seeder.restores
      : looksLikeSeeder(call.name ?? call.method ?? '');
    if (!mayBe || placeOf(call.node, reach) >= place) return false;
    const given = call.node.get('arguments')?.children ?? [];
    return given.length > 0 && !given.some((each) => isWorkersOwn(each, file));
  });
}

/** A place where a worker takes its share, and the expressions it takes it from. */
export interface Share {
  readonly node: Node;
  readonly from: readonly Node[];
}

/** Slices, strides and tests by the worker's number. */
export function sharesOf(reach: Reach, file: PythonFile): Share[] {
  const shares: Share[] = [];
  for (const info of reach.functions.keys()) {
    walk(info.node, (node) => {
      const share = shareAt(node, file);
      if (share) shares.push(share);
      return undefined;
    });
  }
  return shares;
}

function shareAt(node: Node, file: PythonFile): Share | null {
  if (node.type === 'subscript') {
    const from = node.get('value');
    const keys = node.children.filter((child) => child.field === 'subscript');
    return from && keys.some((key) => dependsOnWorker(key, file)) ? { node, from: [from] } : null;
  }
  if (node.type === 'call' && file.call(node).name === SLICES) {
    const [from, ...bounds] = node.get('arguments')?.children ?? [];
    return from && bounds.some((bound) => dependsOnWorker(bound, file)) ? { node, from: [from] } : null;
  }
  if (node.type !== 'comparison_operator' || !file.read(node).includes('%') || !dependsOnWorker(node, file))
    return null;
  const loop = node.enclosing('for_statement');
  const clauses = node.enclosing('list_comprehension', 'generator_expression')?.children ?? [];
  const comprehension = clauses.find(({ type }) => type === 'for_in_clause');
  const iterated = (comprehension ?? loop)?.get('right');
  return iterated ? { node, from: [iterated] } : null;
}

/** True where a share is taken from what the call has shuffled. */
export function isTakenFrom(share: Share, shuffle: ShuffleCall, reach: Reach, file: PythonFile): boolean {
  const entry = entryOf(shuffle.call.node, reach);
  if (contains(share.node, entry)) return share.from.some((each) => contains(each, entry));
  if (placeOf(shuffle.call.node, reach) >= placeOf(share.node, reach)) return false;
  const keysOf = (node: Node): Set<string> => new Set(originsOf(node, file).map(({ start, end }) => `${start}-${end}`));
  const shuffled = shuffle.inPlace ? keysOf(shuffle.items) : new Set<string>();
  const isShuffled = ({ start, end }: Node): boolean => shuffled.has(`${start}-${end}`);
  return share.from.some((from) =>
    comesFrom(from, file, (each) => {
      if (each === shuffle.call.node && !shuffle.inPlace) return true;
      return isRead(each) && originsOf(each, file).some(isShuffled);
    }),
  );
}

function originsOf(node: Node, file: PythonFile): Node[] {
  const evaluator = evaluatorOf(file);
  return evaluator.origins(evaluator.value(node)).values.flatMap((each) => (each.file === file ? each.node : []));
}

/**
 * For each class with an `__iter__` that hands out what it holds without asking for its worker: the functions of other
 * files that it calls, who may ask.
 */
export function unaskedIterables(file: PythonFile): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const owner of file.scopes.classes.values()) {
    const reach = reachOf(owner, file);
    if (!reach || asks(owner, reach, file) || generates(reach, file)) continue;
    // What a base hands out, it may have shared.
    if (reachedCalls(reach, file).some(({ name }) => name?.includes('.super().'))) continue;
    const names = reachedCalls(reach, file).flatMap(({ name }) => (name === null || name.startsWith('#') ? [] : name));
    found[owner.id] = [...new Set(names)];
  }
  return found;
}

/** Somewhere in the class or in what it calls. */
const asks = (owner: ClassInfo, reach: Reach, file: PythonFile): boolean =>
  [...file.callsWithin(owner.node), ...reachedCalls(reach, file)].some(
    ({ name, method }) => name === ASKS || method === 'get_worker_info',
  );

/** Items that are drawn in an endless or a counting loop repeat nothing. */
function generates(reach: Reach, file: PythonFile): boolean {
  return reachedCalls(reach, file).some((call) => {
    const loop = call.node.enclosing('for_statement', 'while_statement');
    if (!loop) return false;
    const object = call.method === null ? undefined : call.callee.get('object');
    const isDraw = findDraw(call, file) !== undefined || (object !== undefined && makerOf(object, file) !== null);
    if (!isDraw) return false;
    const iterated = loop.get('right');
    if (!iterated) return true;
    return (
      iterated.type === 'call' && COUNTS.has(file.call(iterated).name ?? '') && !file.read(iterated).includes('len(')
    );
  });
}
