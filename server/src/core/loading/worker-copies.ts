/** Generators that an object keeps from `__init__` on, and that every worker of a DataLoader gets a copy of. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { startsWorkers } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { Remembered } from '../python/notes.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { groupBy } from '../text/groups.ts';
import { initializerOf, loaderCalls } from './worker-seeds.ts';

export interface KeptGenerator {
  readonly owner: ClassInfo;
  readonly attribute: string;
  /** `np.random.default_rng(seed)` in `__init__`, and its canonical name. */
  readonly made: Call;
  /** The places where a sample is made with it, and the methods they are in. */
  readonly uses: readonly { readonly node: Node; readonly method: FunctionInfo }[];
}

const GENERATORS = namesFor('copied-generators');
const WORKER_INFO = nameFor('worker-info');
const GENERATOR = nameFor('generator');
const NUMPY = nameFor('numpy-generator');
const NUMPY_CLASS = nameFor('numpy-generator-class');
const NUMPY_OLD = nameFor('numpy-old-generator');
const PER_SAMPLE = ['__getitem__', '__getitems__', '__iter__', '__call__', 'forward'];
/** The generators a class makes in `__init__`, never again, and uses for its samples. */
export function keptGenerators(owner: ClassInfo, file: PythonFile): KeptGenerator[] {
  const init = owner.methods.get('__init__');
  // Who asks for the worker, or decides what is copied, gives each worker its own.
  if (!init || owner.methods.has('__setstate__') || owner.methods.has('__getstate__')) return [];
  const asks = file.calls(WORKER_INFO);
  if (asks.some((call) => isInside(call.node, owner.node))) return [];
  return [...owner.attributes].flatMap(([attribute, values]) => {
    const [value, ...others] = values;
    const made = value && others.length === 0 && isInside(value, init.node) ? generatorCall(value, file) : null;
    if (!made) return [];
    const methods = reached(owner, file);
    const uses = methods.flatMap((method) => mentions(method, attribute, file).map((node) => ({ node, method })));
    return uses.length > 0 && !uses.some(({ node }) => reseeds(node, file)) ? [{ owner, attribute, made, uses }] : [];
  });
}

/** `torch.Generator().manual_seed(0)` is made by its innermost call. */
function generatorCall(value: Node, file: PythonFile): Call | null {
  if (value.type !== 'call') return null;
  const call = file.call(value);
  if (call.name !== null && GENERATORS.has(call.name)) return call;
  const object = call.method === 'manual_seed' ? call.callee.get('object') : undefined;
  return object ? generatorCall(object, file) : null;
}

/** The methods that make a sample, and those of the class that they call. */
function reached(owner: ClassInfo, file: PythonFile): FunctionInfo[] {
  const found = new Set(PER_SAMPLE.flatMap((name) => owner.methods.get(name) ?? []));
  for (const method of found) {
    for (const other of owner.methods.values()) {
      if (other.name !== '__init__' && file.calls(other.id).some((call) => isInside(call.node, method.node)))
        found.add(other);
    }
  }
  return [...found];
}

function mentions(method: FunctionInfo, attribute: string, file: PythonFile): Node[] {
  const self = method.parameters[0]?.name;
  return attributesBelow(method.node, attribute, file).filter((node) => file.read(node.get('object') ?? node) === self);
}

/** By file and by what they stand in, the attributes by their names: a class of many asks for each. */
const attributes = new WeakMap<PythonFile, Remembered<Node, ReadonlyMap<string, readonly Node[]>>>();

function attributesBelow(node: Node, attribute: string, file: PythonFile): readonly Node[] {
  const known = attributes.get(file) ?? new Remembered();
  attributes.set(file, known);
  return known.get(node, () => attributesByName(node, file)).get(attribute) ?? [];
}

function attributesByName(node: Node, file: PythonFile): ReadonlyMap<string, readonly Node[]> {
  const all: Node[] = [];
  walk(node, (each) => {
    if (each.type === 'attribute') all.push(each);
    return undefined;
  });
  return groupBy(all, (each) => file.read(each.get('attribute') ?? each));
}

/** `self.rng.seed(index)`, `self.rng.manual_seed(...)`, `self.rng.bit_generator.state = ...` */
function reseeds(node: Node, file: PythonFile): boolean {
  const next = node.parent?.type === 'attribute' ? file.read(node.parent.get('attribute') ?? node) : '';
  return /^(seed|manual_seed|set_state|setstate|bit_generator)$/.test(next);
}

const isInside = (node: Node, outer: Node): boolean => node.start > outer.start && node.end <= outer.end;

/** Whether workers get copies: a loader of this file starts some, or none does; unknown where no loader is in sight. */
export function workersOf(
  kept: KeptGenerator,
  file: PythonFile,
): { state: 'some' | 'none' | 'unknown'; loader?: Call } {
  const { own, seen, started } = loadersOf(kept, file);
  if (started.some((loader) => givesOwn(loader, kept, file))) return { state: 'none' };
  const [first] = started;
  if (first && own.length > 0) return { state: 'some', loader: first };
  return { state: seen.length > 0 && started.length === 0 ? 'none' : 'unknown' };
}

/** The loaders of the file whose dataset has the generator, or else may have it; and those of them that start workers. */
export function loadersOf(kept: KeptGenerator, file: PythonFile): Record<'own' | 'seen' | 'started', Call[]> {
  const loaders = loaderCalls(file).map((loader) => {
    const dataset = file.argument(loader, 'dataset', 0);
    return { loader, made: typeof dataset === 'string' ? null : file.constructionOf(dataset) };
  });
  const own = loaders.filter(({ made }) => made && holds(made, kept.owner, file)).map(({ loader }) => loader);
  const unknown = loaders.filter(({ made }) => made === null).map(({ loader }) => loader);
  const seen = own.length > 0 ? own : unknown;
  return { own, seen, started: seen.filter((loader) => startsWorkers(file, loader)) };
}

/** How a generator of the same kind is made with a seed: what makes it, and what follows; null where a device is asked for. */
export function freshGenerator(
  { made }: KeptGenerator,
  seed: string,
  file: PythonFile,
): { readonly maker: string; readonly rest: string } | null {
  const maker = made.name === NUMPY_CLASS ? NUMPY : (made.name ?? '');
  if (maker === NUMPY_OLD && !seed.includes('2**32')) return { maker, rest: `(${seed} % 2**32)` };
  if (maker !== GENERATOR) return { maker, rest: `(${seed})` };
  return file.argument(made, 'device', 0) === 'absent' ? { maker, rest: `().manual_seed(${seed})` } : null;
}

/** The dataset is of the class, or was given an object of it, or makes one. */
function holds(made: Call, owner: ClassInfo, file: PythonFile): boolean {
  const home = file.classOf(made.name);
  if (home === owner) return true;
  const constructions = file.calls(owner.id).map((call) => call.node);
  const passed = made.node.get('arguments')?.children ?? [];
  const isPassed = passed.some((argument) => {
    const value = argument.get('value') ?? argument;
    return file.constructionOf(value)?.name === owner.id || constructions.some((node) => isInside(node, made.node));
  });
  return isPassed || (home !== undefined && constructions.some((node) => isInside(node, home.node)));
}

/** A `worker_init_fn` that reaches for the dataset or its generator, or that nobody can read. */
function givesOwn(loader: Call, kept: KeptGenerator, file: PythonFile): boolean {
  const given = file.argument(loader, 'worker_init_fn', 10);
  if (given === 'absent' || (typeof given !== 'string' && given.type === 'none')) return false;
  const body = typeof given === 'string' ? undefined : initializerOf(given, file)?.function.node;
  if (!body) return true;
  return attributesBelow(body, kept.attribute, file).length + attributesBelow(body, 'dataset', file).length > 0;
}
