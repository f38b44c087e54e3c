/** How the parts of one file hang together: which function a call runs, which calls run a function, what fills a container. */

import { walk } from '../syntax/parse.ts';
import { addTo } from '../text/groups.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import { noteOf, Remembered, unnoted } from './notes.ts';
import { type Reads, readsOf } from './reads.ts';
import type { ClassInfo, Definition, FunctionInfo, Parameter } from './scope.ts';

/** Something that code puts into a container that has been made before. */
export interface Put {
  readonly value: Node;
  /** Where in the container it comes to lie, from the outside in; `*` is anywhere, `[3]` and `["k"]` known places. */
  readonly places: readonly string[];
  /** `extend` and `update` put in the elements of the value. */
  readonly isSpread: boolean;
  /** The container, by its name or as an attribute of an object. */
  readonly container: Node;
}

/** What a function gives back: by `return`, and by `yield`. */
export interface FunctionResults {
  readonly returned: readonly Node[];
  readonly yielded: readonly Node[];
  /** What `yield from` iterates. */
  readonly delegated: readonly Node[];
}

/** Methods that put their argument at this position into the object; the others put in what the argument holds. */
const ADDS: ReadonlyMap<string | null, number> = new Map([
  ['append', 0],
  ['appendleft', 0],
  ['add', 0],
  ['insert', 1],
  ['setdefault', 1],
]);
const SPREADS: ReadonlySet<string | null> = new Set(['extend', 'extendleft', 'update']);
const IN_ORDER: ReadonlySet<string | null> = new Set(['append', 'appendleft', 'extend', 'extendleft', 'insert']);

/** A method of containers that puts something into its object. */
export const putsSomething = (method: string | null): boolean => ADDS.has(method) || SPREADS.has(method);

/** One that gives what it puts in a place among the others. */
export const putsInOrder = (method: string | null): boolean => IN_ORDER.has(method);

/** Methods that take something out. */
export const TAKES_OUT: readonly string[] = ['pop', 'popleft', 'popitem', 'remove', 'discard', 'clear'];

const memory = new WeakMap<PythonFile, Links>();

/** The links of a file's version, worked out once. */
export function linksOf(file: PythonFile): Links {
  let links = memory.get(file);
  if (!links) {
    links = new Links(file);
    memory.set(file, links);
  }
  return links;
}

export class Links {
  readonly #file: PythonFile;
  readonly #results = new Remembered<FunctionInfo, FunctionResults>();
  #callers: Map<FunctionInfo, Call[]> | undefined;
  #decorated: Map<FunctionInfo, FunctionInfo[]> | undefined;
  #puts: { readonly byName: Map<readonly Definition[], Put[]>; readonly byAttribute: Map<string, Put[]> } | undefined;
  #children: Map<ClassInfo, ClassInfo[]> | undefined;

  /** Where names and attributes are read. */
  readonly reads: Reads;

  constructor(file: PythonFile) {
    this.#file = file;
    this.reads = readsOf(file);
  }

  /** The function or lambda whose body the node stands in, or whose parameter it is. */
  bodyAround(node: Node): FunctionInfo | undefined {
    const home = node.enclosing('function_definition', 'lambda');
    return home ? this.#file.functionAt(home) : undefined;
  }

  results(info: FunctionInfo): FunctionResults {
    return this.#results.get(info, () => resultsOf(info.node, this.#file));
  }

  /** The class and those of its bases that stand in this file, in the order in which Python looks into them, nearly. */
  ancestors(info: ClassInfo): ClassInfo[] {
    const found = new Set<ClassInfo>();
    const queue = [info];
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(...next.bases.flatMap((base) => this.#file.classOf(this.#file.qualify(base)) ?? []));
    }
    return [...found];
  }

  /** The classes of this file that are made from this one, itself left out. */
  descendants(info: ClassInfo): readonly ClassInfo[] {
    noteOf('classes');
    this.#children ??= unnoted(() => this.#readChildren());
    return this.#children.get(info) ?? [];
  }

  #readChildren(): Map<ClassInfo, ClassInfo[]> {
    const children = new Map<ClassInfo, ClassInfo[]>();
    for (const each of new Set(this.#file.scopes.classes.values())) {
      for (const base of this.ancestors(each).slice(1)) addTo(children, base, each);
    }
    return children;
  }

  method(info: ClassInfo, name: string): FunctionInfo | undefined {
    for (const each of this.ancestors(info)) {
      const method = each.methods.get(name);
      if (method) return method;
    }
    return undefined;
  }

  /** The function of this file that a name leads to: itself, a class's constructor, a method that may be inherited. */
  target(name: string | null): FunctionInfo | undefined {
    if (!name?.startsWith('#')) return undefined;
    const own = this.#file.functionOf(name);
    if (own) return own;
    const made = this.#file.classOf(name);
    if (made) return this.method(made, '__init__');
    const dot = name.lastIndexOf('.');
    const [holder, method] = [name.slice(0, dot), name.slice(dot + 1)];
    const isSuper = holder.endsWith('.super()');
    const info = this.#file.classOf(isSuper ? holder.slice(0, -'.super()'.length) : holder);
    if (!info) return undefined;
    if (!isSuper) return this.method(info, method);
    for (const base of this.ancestors(info).slice(1)) {
      const found = base.methods.get(method);
      if (found) return found;
    }
    return undefined;
  }

  /** The function of this file that a call runs: the one it names, or what calling an object of a class runs. */
  runBy(call: Call): FunctionInfo | undefined {
    return this.target(call.name) ?? this.calledObject(this.#file.instanceOf(call.callee));
  }

  /** What calling an object of the class runs: its `__call__`, or the `forward` that the one of a network's base runs. */
  calledObject(id: string | null): FunctionInfo | undefined {
    const info = this.#file.classOf(id);
    return info && (this.method(info, '__call__') ?? this.method(info, 'forward'));
  }

  /** The calls of this file that are known to run the function; those of a class for its constructor. */
  callsOf(info: FunctionInfo): readonly Call[] {
    noteOf('callers', info.id);
    this.#callers ??= unnoted(() => this.#readCallers());
    return this.#callers.get(info) ?? [];
  }

  #readCallers(): Map<FunctionInfo, Call[]> {
    const callers = new Map<FunctionInfo, Call[]>();
    for (const call of this.#file.allCalls) {
      const target = this.runBy(call);
      if (target) addTo(callers, target, call);
    }
    return callers;
  }

  /** The functions that stand below `@decorator`, or `@decorator(...)` whose result is the decorator. */
  decoratedBy(decorator: FunctionInfo): readonly FunctionInfo[] {
    noteOf('decorates', decorator.id);
    this.#decorated ??= unnoted(() => this.#readDecorated());
    return this.#decorated.get(decorator) ?? [];
  }

  #readDecorated(): Map<FunctionInfo, FunctionInfo[]> {
    const decorated = new Map<FunctionInfo, FunctionInfo[]>();
    for (const info of this.#file.scopes.functions.values()) {
      for (const each of info.decorators) {
        const expression = each.children[0];
        const made = expression?.type === 'call' ? this.target(this.#file.call(expression).name) : undefined;
        const target = made
          ? this.#returnedFunction(made)
          : this.target(expression ? this.#file.qualify(expression) : null);
        if (target) addTo(decorated, target, info);
      }
    }
    return decorated;
  }

  #returnedFunction(info: FunctionInfo): FunctionInfo | undefined {
    const [returned] = this.results(info).returned;
    return returned && this.#file.functionOf(this.#file.qualify(returned));
  }

  /** What is put into the containers that a name stands for. */
  putsIntoName(definitions: readonly Definition[]): readonly Put[] {
    const [first] = definitions;
    if (first) noteOf('puts', this.#file.read(first.node));
    return this.#allPuts().byName.get(definitions) ?? [];
  }

  /** What is put into containers of this name, whichever of them. */
  putsIntoNamed(name: string): readonly Put[] {
    const all = [...this.#allPuts().byName];
    return all.flatMap(([[first], puts]) => (first && this.#file.read(first.node) === name ? puts : []));
  }

  /** What is put into attributes of this name, whoever's. */
  putsIntoAttribute(name: string): readonly Put[] {
    noteOf('kept', name);
    return this.#allPuts().byAttribute.get(name) ?? [];
  }

  /** Where in its object a method puts the argument at a position; null for methods that do no such thing. */
  placesOf(call: Call, position: number): Pick<Put, 'places' | 'isSpread'> | null {
    if (SPREADS.has(call.method)) return position === 0 ? { places: [], isSpread: true } : null;
    if (ADDS.get(call.method) !== position) return null;
    const key = call.method === 'setdefault' ? call.node.get('arguments')?.children[0] : undefined;
    return { places: [key ? keyOf(key, this.#file) : '*'], isSpread: false };
  }

  #allPuts() {
    this.#puts ??= unnoted(() => this.#readPuts());
    return this.#puts;
  }

  #readPuts() {
    const puts = { byName: new Map<readonly Definition[], Put[]>(), byAttribute: new Map<string, Put[]>() };
    const keep = (container: Node | undefined, places: readonly string[], value: Node, isSpread: boolean): void => {
      const inner = container?.type === 'subscript' ? container.get('value') : undefined;
      if (container && inner) keep(inner, [placeOf(container, this.#file), ...places], value, isSpread);
      else if (container?.type === 'identifier')
        addTo(puts.byName, this.#file.definitions(container), { value, places, isSpread, container });
      else if (container?.type === 'attribute')
        addTo(puts.byAttribute, this.#file.read(container.get('attribute') ?? container), {
          value,
          places,
          isSpread,
          container,
        });
    };
    for (const call of this.#file.allCalls) {
      if (!putsSomething(call.method)) continue;
      call.node.get('arguments')?.children.forEach((value, position) => {
        const put = this.placesOf(call, position);
        if (put) keep(call.callee.get('object'), put.places, value, put.isSpread);
      });
    }
    for (const assignment of this.#file.scopes.assignments) {
      const [left, right] = [assignment.get('left'), assignment.get('right')];
      if (left?.type === 'subscript' && right) keep(left, [], right, left.get('subscript')?.type === 'slice');
    }
    // Arguments that come from a dictionary ask what has been put into that.
    this.#puts = puts;
    this.#handPutsOn(puts.byName, keep);
    return puts;
  }

  /** What a function puts into its parameter goes into what its calls pass for it. */
  #handPutsOn(
    byName: ReadonlyMap<readonly Definition[], readonly Put[]>,
    keep: (container: Node, places: readonly string[], value: Node, isSpread: boolean) => void,
  ): void {
    // What is handed on to a name that is seen later is met there; each function hands a put on once.
    const done = new Set<Put>();
    for (let count = -1; count !== done.size; ) {
      count = done.size;
      for (const [[only, ...others], puts] of byName) {
        const info = only?.kind === 'parameter' && others.length === 0 ? this.bodyAround(only.node) : undefined;
        const open = info ? firstOfEach(puts).filter((each) => !done.has(each)) : [];
        for (const each of open) done.add(each);
        if (only?.kind !== 'parameter' || !info || open.length === 0) continue;
        for (const container of this.#passedFor(only.parameter.name, info))
          for (const { places, value, isSpread } of open) keep(container, places, value, isSpread);
      }
    }
  }

  /** What the calls of a function by its name pass for a parameter. */
  #passedFor(name: string, info: FunctionInfo): readonly Node[] {
    const parameters = passedTo(info, this.#file).filter(({ star }) => star === '');
    const position = parameters.findIndex((each) => each.name === name);
    const calls = position < 0 ? [] : this.#file.calls(info.id);
    const given = calls.map((call) => this.#file.argument(call, name, position));
    return given.filter((each) => typeof each !== 'string');
  }
}

/** The parameters that calls pass something for: a method has its object before. */
export const passedTo = (info: FunctionInfo, file: PythonFile): readonly Parameter[] =>
  isBound(info, file) ? info.parameters.slice(1) : info.parameters;

/** Of puts of one value the first: it comes to the same places by other ways where functions call each other. */
function firstOfEach(puts: readonly Put[]): readonly Put[] {
  const seen = new Set<Node>();
  return puts.filter(({ value }) => !seen.has(value) && seen.add(value));
}

/** `["k"]`, `[3]`, or `[]` where nobody knows which. */
export function keyOf(key: Node, file: PythonFile): string {
  const constant = file.constant(key);
  return typeof constant === 'string' || typeof constant === 'number' ? `[${JSON.stringify(constant)}]` : '[]';
}

function placeOf(subscript: Node, file: PythonFile): string {
  const [key, ...others] = subscript.children.filter(({ field }) => field === 'subscript');
  return key && others.length === 0 ? keyOf(key, file) : '[]';
}

function resultsOf(definition: Node, file: PythonFile): FunctionResults {
  const results = { returned: [] as Node[], yielded: [] as Node[], delegated: [] as Node[] };
  const body = definition.get('body');
  if (!body) return results;
  if (definition.type === 'lambda') return { ...results, returned: [body] };
  walk(body, (node) => {
    if (/^(function_definition|class_definition|lambda)$/.test(node.type)) return false;
    const value = node.children[0];
    if (node.type === 'return_statement' && value) results.returned.push(value);
    if (node.type === 'yield' && value) {
      const isDelegating = /^yield\s+from\b/.test(file.read(node));
      results[isDelegating ? 'delegated' : 'yielded'].push(value);
    }
    return undefined;
  });
  return results;
}

/** True for a method whose first parameter no call passes. */
export const isBound = (info: FunctionInfo, file: PythonFile): boolean =>
  info.class !== null && !info.decorators.some((decorator) => file.read(decorator).includes('staticmethod'));

/** The parameter that is the object itself, in a method. */
export const isSelf = (info: FunctionInfo, name: string, file: PythonFile): boolean =>
  isBound(info, file) && info.parameters[0]?.name === name;

/** `*f(x)` in a list, whose elements are put there: the grammar reads it as a call of `*f`. */
export function isSplatted(node: Node): boolean {
  let at: Node | undefined = node;
  while (at && /^(call|attribute|subscript)$/.test(at.type))
    at = at.get('function') ?? at.get('object') ?? at.get('value');
  return at?.type === 'list_splat';
}

/** Where the expression begins, the star left out that the grammar reads as a part of it. */
export const startBehindStar = (node: Node, file: PythonFile): number =>
  node.start + (/^\*\s*/.exec(file.read(node))?.[0].length ?? 0);
