/** Which function a DataLoader's workers run first, and whether the seeds in it tell workers and epochs apart. */

import type { PassedInitializer } from '../contract/project.ts';
import { LOADER_NAMES } from '../knowledge/loaders.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { type Stream, seederOf } from '../knowledge/tables.ts';
import { loaderArgument, startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo, boundAt, givenTo } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { takersOf } from '../seeding/seed-takers.ts';

const PARTIAL = nameFor('partial');

/** A seed of a worker that others share: all workers, or the same worker in every epoch. */
export interface RepeatedSeed {
  readonly call: Call;
  /** The expression to change: the argument, or what is assigned to the name that is passed. */
  readonly value: Node;
  readonly kind: 'constant' | 'worker';
  readonly streams: readonly Stream[];
}

/** What a `worker_init_fn` runs, and the arguments that `functools.partial` already gave it. */
export interface Initializer {
  readonly function: FunctionInfo;
  /** The values, or null for one in another file that is the same for all workers and epochs. */
  readonly bound: ReadonlyMap<string, Node | null>;
  readonly workerId: string | undefined;
}

/** A seed depends on the worker, or on something that differs between epochs or that nobody can see. */
interface Parts {
  readonly worker: boolean;
  readonly fresh: boolean;
}

const FIXED: Parts = { worker: false, fresh: false };
const WORKER: Parts = { worker: true, fresh: false };
const FRESH: Parts = { worker: false, fresh: true };

/** Functions that call functions are followed so far. */
const DEEPEST = 3;
const CHANGES = /epoch|step|iter|round|generation|time|pid/i;
const PASSES_ON = namesFor('passes-on');
/** The same for every worker and epoch of a process; numpy is seeded by an array there, and this number with it. */
const SAME_FOR_ALL = namesFor('same-for-all');
/** Whoever tells the rank, it is that of the process. */
const RANK = /(^|\.)get_(rank|world_size)$/;
const WORKER_INFO = nameFor('worker-info');

/** What a process is called among others, however it learned that. */
const PROCESS = /^((global|local)_?)?rank$|^world_?size$/;

export function loaderCalls(file: PythonFile): Call[] {
  return LOADER_NAMES.flatMap((name) => file.calls(name));
}

/** The function of this file that a loader's workers run first; null where it lies elsewhere. */
export function initializerOf(given: Node, file: PythonFile): Initializer | null {
  const [only, ...others] = branchesOf(given);
  if (only && only !== given) return others.length === 0 ? initializerOf(only, file) : null;
  const made = given.type === 'call' ? file.call(given) : null;
  if (made?.name === PARTIAL) return partialInitializer(made, file);
  const factory = made && file.functionOf(made.name);
  if (factory) {
    const inner = [...file.scopes.functions.values()].filter((each) => isReturnedBy(each, factory, file));
    return inner.length === 1 && inner[0] ? initializer(inner[0], new Map(), file) : null;
  }
  const value = assignedTo(given, file);
  if (value && /^(lambda|call)$/.test(value.type)) return initializerOf(value, file);
  const info =
    given.type === 'lambda'
      ? [...file.scopes.functions.values()].find((each) => each.node === given)
      : file.functionOf(file.qualify(given));
  return info ? initializer(info, new Map(), file) : null;
}

/** The functions of other files that loaders of this one pass to their workers, as far as their arguments are understood. */
export function passedInitializers(file: PythonFile): PassedInitializer[] {
  return loaderCalls(file).flatMap((loader) => {
    const given = loaderArgument(file, loader, 'worker_init_fn');
    if (typeof given === 'string' || !startsWorkers(file, loader)) return [];
    const persistent = isPersistent(loader, file);
    return branchesOf(given).flatMap((each) => {
      const passed = passedFrom(each, file);
      return passed ? [{ ...passed, persistent }] : [];
    });
  });
}

function passedFrom(given: Node, file: PythonFile): Omit<PassedInitializer, 'persistent'> | null {
  const partial = given.type === 'call' && file.call(given).name === PARTIAL ? given : null;
  const [target, ...values] = partial ? (partial.get('arguments')?.children ?? []) : [given];
  const name = target && file.qualify(target);
  if (!name || name.startsWith('#') || !name.includes('.')) return null;
  const isFresh = (value: Node | undefined): boolean => !value || judge(value, null, file, new Set()).fresh;
  if (values.some((each) => /splat/.test(each.type) || isFresh(each.get('value') ?? each))) return null;
  const bound = values.map((each, i) =>
    each.type === 'keyword_argument' ? file.read(each.get('name') ?? each) : `${i}`,
  );
  return { name, bound };
}

/** `partial(init, seed=seed) if seed is not None else None` */
function branchesOf(given: Node): Node[] {
  if (given.type !== 'conditional_expression') return [given];
  const [then, , otherwise] = given.children;
  return [then, otherwise].filter((each) => each !== undefined && each.type !== 'none') as Node[];
}

/** A function of this file that another file passes to its workers. */
export function initializerPassed(passed: PassedInitializer, info: FunctionInfo, file: PythonFile): Initializer {
  const names = info.parameters.map((each) => each.name);
  const bound = passed.bound.map((each): [string, null] => [names[Number(each)] ?? each, null]);
  return initializer(info, new Map(bound), file);
}

function initializer(info: FunctionInfo, bound: Initializer['bound'], file: PythonFile): Initializer {
  const isStatic = info.decorators.some((each) => file.read(each).includes('staticmethod'));
  const parameters = info.class && !isStatic ? info.parameters.slice(1) : info.parameters;
  return { function: info, bound, workerId: parameters.find((each) => !bound.has(each.name))?.name };
}

function partialInitializer(call: Call, file: PythonFile): Initializer | null {
  const [target, ...given] = call.node.get('arguments')?.children ?? [];
  const info = target && file.functionOf(file.qualify(target));
  if (!info) return null;
  const bound = new Map<string, Node>();
  for (const [i, argument] of given.entries()) {
    const name = argument.get('name');
    const value = argument.get('value');
    if (/splat/.test(argument.type)) return null;
    if (argument.type === 'keyword_argument' && name && value) bound.set(file.read(name), value);
    else if (info.parameters[i]) bound.set(info.parameters[i].name, argument);
  }
  return initializer(info, bound, file);
}

function isReturnedBy(inner: FunctionInfo, factory: FunctionInfo, file: PythonFile): boolean {
  if (inner.node.enclosing('function_definition') !== factory.node) return false;
  if (inner.node.type === 'lambda') return inner.node.parent?.type === 'return_statement';
  const last = factory.node.get('body')?.children.at(-1);
  const value = last?.type === 'return_statement' ? last.children[0] : undefined;
  return value !== undefined && file.qualify(value) === inner.id;
}

/** The seeds of an initializer that repeat, as it runs them; a seed that nobody can judge is none of them. */
export function repeatedSeeds(each: Initializer, file: PythonFile, values: Evaluator, depth = 0): RepeatedSeed[] {
  const { node } = each.function;
  return file.allCalls.flatMap((call): readonly RepeatedSeed[] => {
    if (call.node.start < node.start || call.node.end > node.end) return [];
    const seed = seedIn(call, file, values);
    if (!seed) {
      const inner = depth < DEEPEST ? called(call, each, file) : null;
      return inner ? repeatedSeeds(inner, file, values, depth + 1) : [];
    }
    const { value, streams } = seed;
    const parts = file.constant(value) === null ? FRESH : judge(value, each, file, new Set());
    if (parts.fresh) return [];
    return [
      { call, streams, kind: parts.worker ? 'worker' : 'constant', value: assignedInside(value, node, file) ?? value },
    ];
  });
}

/** A function of the file that an initializer calls, with what it is passed there; null where that cannot be told apart. */
function called(call: Call, by: Initializer, file: PythonFile): Initializer | null {
  const info = file.functionOf(call.name);
  if (!info || info.class) return null;
  const bound = new Map<string, null>();
  let workerId: string | undefined;
  for (const [i, argument] of (call.node.get('arguments')?.children ?? []).entries()) {
    const key = argument.type === 'keyword_argument' ? file.read(argument.get('name') ?? argument) : undefined;
    const parameter = key === undefined ? info.parameters[i] : info.parameters.find(({ name }) => name === key);
    if (parameter?.star !== '' || /splat/.test(argument.type)) return null;
    const { fresh, worker } = judge(argument.get('value') ?? argument, by, file, new Set());
    if (worker && workerId !== undefined) return null;
    // Without a default, what nobody passed is taken for new.
    if (fresh && parameter.default) return null;
    if (!fresh && worker) workerId = parameter.name;
    else if (!fresh) bound.set(parameter.name, null);
  }
  return { function: info, bound, workerId };
}

/** What a call seeds, itself or as a helper that passes its argument on. */
function seedIn(call: Call, file: PythonFile, values: Evaluator): { value: Node; streams: readonly Stream[] } | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (seeder?.argument && !seeder.varying && !seeder.state && seeder.streams.length > 0) {
    const value = file.argument(call, seeder.argument.name, seeder.argument.position);
    return typeof value === 'string' ? null : { value, streams: seeder.streams };
  }
  if (seeder) return null;
  for (const each of call.node.get('arguments')?.children ?? []) {
    const value = each.get('value') ?? each;
    const streams = takersOf(value, values).flatMap((taker) => taker.seeder.streams);
    if (streams.length > 0) return { value, streams: [...new Set(streams)] };
  }
  return null;
}

function assignedInside(value: Node, home: Node, file: PythonFile): Node | null {
  const only = assignedTo(value, file);
  return only && only.start > home.start && only.end <= home.end ? only : null;
}

function judge(node: Node, each: Initializer | null, file: PythonFile, seen: Set<Node>): Parts {
  if (seen.has(node)) return FIXED;
  seen.add(node);
  const all = (nodes: readonly Node[]): Parts =>
    nodes.map((child) => judge(child, each, file, seen)).reduce(join, FIXED);
  switch (node.type) {
    case 'integer':
    case 'float':
    case 'string':
    case 'true':
    case 'false':
      return FIXED;
    case 'none':
      return FRESH;
    case 'identifier':
      return judgeName(node, each, file, seen);
    case 'attribute':
      return judgeAttribute(node, each, file, seen);
    case 'call': {
      const { name } = file.call(node);
      if (name !== null && (SAME_FOR_ALL.has(name) || RANK.test(name))) return FIXED;
      return PASSES_ON.has(name) ? all(node.get('arguments')?.children ?? []) : FRESH;
    }
    case 'binary_operator':
    case 'unary_operator':
    case 'parenthesized_expression':
    case 'conditional_expression':
    case 'boolean_operator':
    case 'comparison_operator':
    case 'subscript':
    case 'list':
    case 'tuple':
      return all(node.children);
    default:
      return /^\W+$/.test(node.type) ? FIXED : FRESH;
  }
}

function judgeName(node: Node, each: Initializer | null, file: PythonFile, seen: Set<Node>): Parts {
  const name = file.read(node);
  const given = givenTo(node, file);
  if (given.length === 0) return FRESH;
  if (PROCESS.test(name) && name !== each?.workerId) return FIXED;
  return given
    .map((by): Parts => {
      if (by.kind === 'import') return CHANGES.test(name) ? FRESH : FIXED;
      if (by.kind === 'assignment') return judge(by.value, each, file, seen);
      if (by.kind !== 'parameter') return FRESH;
      if (!each || by.node.enclosing('function_definition', 'lambda') !== each.function.node)
        return CHANGES.test(name) ? FRESH : FIXED;
      if (name === each.workerId) return WORKER;
      const bound = each.bound.get(name);
      if (bound === null) return FIXED;
      const value = bound ?? by.parameter.default;
      return value ? judge(value, each, file, seen) : FRESH;
    })
    .reduce(join, FIXED);
}

function judgeAttribute(node: Node, each: Initializer | null, file: PythonFile, seen: Set<Node>): Parts {
  const object = node.get('object');
  const attribute = node.get('attribute');
  if (!object || !attribute || CHANGES.test(file.read(node))) return FRESH;
  const made = assignedTo(object, file) ?? object;
  if (made.type === 'call') {
    if (file.call(made).name === WORKER_INFO) return file.read(attribute) === 'id' ? WORKER : FRESH;
    // `args = parse_args()` outside is one object for all; what a worker makes for itself is its own.
    return each && made.start > each.function.node.start && made.end <= each.function.node.end ? FRESH : FIXED;
  }
  if (object.type === 'attribute') return judgeAttribute(object, each, file, seen);
  if (object.type !== 'identifier') return FRESH;
  if (!each) return FIXED;
  const isOwn = boundAt(object, file).some(
    (place) => place.enclosing('function_definition', 'lambda') === each.function.node,
  );
  const isSelf = each.function.class !== null && file.read(object) === each.function.parameters[0]?.name;
  return isOwn && !isSelf ? FRESH : FIXED;
}

const join = (a: Parts, b: Parts): Parts => ({ worker: a.worker || b.worker, fresh: a.fresh || b.fresh });

/** Persistent, or perhaps so. */
export function isPersistent(loader: Call, file: PythonFile): boolean {
  const persistent = file.argument(loader, 'persistent_workers');
  return persistent !== 'absent' && (typeof persistent === 'string' || file.constant(persistent) !== false);
}
