/** Which modules a call runs: through names, attributes, containers, loops over them, defaults, callers and branches. */
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { linksOf, type Put } from '../python/links.ts';
import { type Binding, givenAt, isSameVariable, putsInto, valuesAt } from '../python/names.ts';
import { type ClassInfo, enclosingClass, type FunctionInfo } from '../python/scope.ts';
import { callersOf, passedFor } from './written-values.ts';

/** A call that runs a module; what the module gets was computed by layers in front of it, or is what the call passes. */
export interface ModuleRun {
  readonly call: Call;
  readonly isBehindLayers: boolean;
}

const SEQUENCE = nameFor('sequential');
const LISTS = namesFor('module-lists');
const WRAPS = namesFor('wraps-layer');
const ENUMERATE = nameFor('enumerate');
const ZIP = nameFor('zip');
const GETATTR = nameFor('gets-attribute');
const PARAMETER = nameFor('parameter');
const GROUPS = namesFor('module-groups');
const NO_MODULES = namesFor('no-modules');
/** They give the module they are called on. */
const FLUENT = /^(to|cuda|cpu|train|eval|float|half|double|bfloat16|requires_grad_|share_memory|apply|compile)$/;
/** Modules of torch without weights: what comes out has a gradient only if what goes in has one. */
const WEIGHTLESS = namesFor('weightless');
/** Calls can be nested no deeper; what is asked of a node is worked out once, so this is no limit of the work. */
const MAX_STEPS = 60;

const memory = new WeakMap<PythonFile, ReadonlyMap<Node, readonly ModuleRun[]>>();

/** The calls, in this file, that run the module which a call constructs. */
export function runsOf(construction: Call, file: PythonFile): readonly ModuleRun[] {
  let known = memory.get(file);
  if (!known) {
    known = index(file);
    memory.set(file, known);
  }
  return known.get(construction.node) ?? [];
}

function index(file: PythonFile): ReadonlyMap<Node, readonly ModuleRun[]> {
  const found = new Map<Node, ModuleRun[]>();
  for (const call of file.allCalls) {
    // Only what is called by a name, an attribute or on the spot can be a module's instance.
    const isOwn = call.name === null || (call.name.startsWith('#') && !file.functionOf(call.name));
    if (!isOwn || file.classOf(call.name)) continue;
    for (const made of modulesOf(call.callee, file)) add(found, made, call, false, file, new Set());
  }
  return found;
}

function add(
  found: Map<Node, ModuleRun[]>,
  made: Call,
  call: Call,
  isBehindLayers: boolean,
  file: PythonFile,
  seen: Set<Node>,
): void {
  if (seen.has(made.node)) return;
  seen.add(made.node);
  const runs = found.get(made.node) ?? [];
  if (!runs.some((each) => each.call.node === call.node && each.isBehindLayers === isBehindLayers))
    found.set(made.node, [...runs, { call, isBehindLayers }]);
  let isBehind = isBehindLayers;
  for (const inner of membersOf(made, file)) {
    for (const each of modulesOf(inner, file)) add(found, each, call, isBehind, file, seen);
    isBehind ||= hasWeights(inner, file);
  }
}

/** The function that hands a module on in what it returns; where it has to stand behind layers, only if it does. */
export function handsOnModule(made: Call, isAnywhere: boolean, file: PythonFile): FunctionInfo | null {
  const home = made.node.enclosing('function_definition');
  const info = home && file.functionAt(home);
  if (!info) return null;
  const isIn = (module: Call): boolean => {
    if (module.node === made.node) return isAnywhere;
    const members = membersOf(module, file);
    const at = members.findIndex((each) => modulesOf(each, file).some(({ node }) => node === made.node));
    return at >= 0 && (isAnywhere || members.slice(0, at).some((each) => hasWeights(each, file)));
  };
  return returnedBy(info).some((value) => modulesOf(value, file).some(isIn)) ? info : null;
}

/** What a `Sequential`, or an object of a class of the file's own that is one, runs in its order. */
export function membersOf(made: Call, file: PythonFile): readonly Node[] {
  if (made.name === SEQUENCE) return [...argumentsOf(made, file), ...addedTo(made.node, file)];
  const owner = file.classOf(made.name);
  if (!owner || owner.methods.has('forward') || !owner.bases.some((base) => file.qualify(base) === SEQUENCE)) return [];
  return file.calls(`${owner.id}.super().__init__`).flatMap((call) => argumentsOf(call, file));
}

function argumentsOf(call: Call, file: PythonFile, steps = 0): readonly Node[] {
  return (call.node.get('arguments')?.children ?? []).flatMap((each) => {
    if (each.type === 'list_splat') return elementsOf(each.children[0], file, steps + 1);
    if (each.type === 'keyword_argument') return each.get('value') ?? [];
    // `OrderedDict([...])` keeps them by name.
    return each.type === 'call' && LISTS.has(file.call(each).name) && file.call(each).name !== SEQUENCE
      ? elementsOf(each, file, steps + 1)
      : [each];
  });
}

/** `layers.append(x)`, where `layers` is what an expression was assigned to. */
function addedTo(made: Node, file: PythonFile): readonly Node[] {
  const target = made.parent?.type === 'assignment' ? made.parent.get('left') : undefined;
  return target ? addedToName(target, file) : [];
}

/** What code puts into a container besides what it was made of; of `layers.extend(more)` each element. */
function addedToName(target: Node, file: PythonFile): readonly Node[] {
  return rememberElements(target, ':added', file, () => [
    ...putsAt(target, file).flatMap(({ value, places, isSpread }) =>
      isSpread ? elementsOf(value, file, 2) : places.length === 1 ? [value] : [],
    ),
    ...REGISTERS.flatMap((method) => file.methodCalls(method)).flatMap(({ node, callee }) => {
      const object = callee.get('object');
      const isSame = object && (isSameVariable(object, target, file) || isSameAttribute(object, target, file));
      return isSame ? (node.get('arguments')?.children.slice(-1) ?? []) : [];
    }),
  ]);
}

/** Methods of a module that give it another one. */
const REGISTERS = ['add_module', 'register_module'];

function putsAt(target: Node, file: PythonFile): readonly Put[] {
  if (target.type !== 'attribute') return putsInto(target, file);
  return linksOf(file)
    .putsIntoAttribute(file.read(target.get('attribute') ?? target))
    .filter(({ container }) => isSameAttribute(container, target, file));
}

/** `self.layers`, in methods of one class. */
const isSameAttribute = (one: Node, other: Node, file: PythonFile): boolean =>
  one.type === 'attribute' &&
  file.read(one) === file.read(other) &&
  enclosingClass(file.scope(one)) === enclosingClass(file.scope(other));

/** What is asked of nodes of a file again and again: each answer is worked out once, and a question within itself has none. */
function remembered<T>() {
  const memory = new WeakMap<PythonFile, Map<string, readonly T[]>>();
  return (node: Node, variant: string, file: PythonFile, work: () => readonly T[]): readonly T[] => {
    let known = memory.get(file);
    if (!known) {
      known = new Map();
      memory.set(file, known);
    }
    const key = `${node.start}:${node.end}:${node.type}${variant}`;
    const before = known.get(key);
    if (before) return before;
    known.set(key, []);
    const answer = [...new Set(work())];
    known.set(key, answer);
    return answer;
  };
}

const rememberModules = remembered<Call>();
const rememberElements = remembered<Node>();

/** The constructions of modules that an expression may stand for. */
export function modulesOf(node: Node | undefined, file: PythonFile, steps = 0): readonly Call[] {
  if (!node || steps > MAX_STEPS) return [];
  return rememberModules(node, '', file, () => modulesIn(node, file, steps));
}

function modulesIn(node: Node, file: PythonFile, steps: number): readonly Call[] {
  const go = (inner: Node | undefined): readonly Call[] => modulesOf(inner, file, steps + 1);
  switch (node.type) {
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'named_expression':
      return go(node.get('value'));
    case 'conditional_expression':
      return [...go(node.children[0]), ...go(node.children[2])];
    case 'boolean_operator':
      return [...go(node.get('left')), ...go(node.get('right'))];
    case 'identifier':
      return givenAt(node, file).flatMap((each) => ofGiven(each, file, steps));
    case 'attribute':
      return attributeValues(node, file).flatMap(go);
    case 'subscript':
      return elementsOf(node.get('value'), file, steps + 1).flatMap(go);
    case 'call':
      return ofCall(file.call(node), file, steps);
    default:
      return [];
  }
}

function ofCall(call: Call, file: PythonFile, steps: number): readonly Call[] {
  const go = (inner: Node | undefined): readonly Call[] => modulesOf(inner, file, steps + 1);
  if (WRAPS.has(call.name)) return go(call.node.get('arguments')?.children[0]);
  const object = call.callee.get('object');
  if (call.method !== null && FLUENT.test(call.method) && object) {
    const inner = go(object);
    if (inner.length > 0) return inner;
  }
  const own = file.functionOf(call.name);
  if (own) return returnedBy(own).flatMap(go);
  const isClass = call.name !== null && (file.classOf(call.name) || /(^|[.])[A-Z]\w*$/.test(call.name));
  if (isClass) return [call];
  // `pool_op = nn.MaxPool3d if ... else nn.AvgPool3d`, then `pool_op(3, 2)`: which it is stands elsewhere.
  return call.name === null && mayBeClass(call.callee, file) ? [call] : [];
}

function mayBeClass(callee: Node, file: PythonFile): boolean {
  const values = callee.type === 'identifier' ? valuesAt(callee, file) : [callee];
  const isClass = (value: Node | undefined): boolean =>
    value !== undefined &&
    (value.type === 'conditional_expression'
      ? isClass(value.children[0]) && isClass(value.children[2])
      : value.type === 'subscript'
        ? value.get('value')?.type === 'dictionary' || value.get('value')?.type === 'identifier'
        : value.type === 'call'
          ? file.call(value).name === GETATTR || file.read(value.get('function') ?? value) === 'getattr'
          : /\.[A-Z]\w*$/.test(file.qualify(value) ?? ''));
  return values.length > 0 && values.every(isClass);
}

function ofGiven(given: Binding, file: PythonFile, steps: number): readonly Call[] {
  const go = (inner: Node | undefined): readonly Call[] => modulesOf(inner, file, steps + 1);
  switch (given.kind) {
    case 'assignment':
      return go(given.value);
    case 'parameter': {
      const info = linksOf(file).bodyAround(given.node);
      if (!info) return [];
      const passed = callersOf(info, file).map((call) => passedFor(info, given.parameter.name, call, file, null));
      const nodes = passed.filter((each) => typeof each !== 'string');
      return [...nodes, ...(given.parameter.default ? [given.parameter.default] : [])].flatMap(go);
    }
    case 'item': {
      const items = /^(tuple|list|expression_list)$/.test(given.value.type) ? given.value.children : [];
      return given.path.length === 1 ? go(items[given.path[0] ?? 0]) : [];
    }
    case 'element':
      return elementsOf(given.value, file, steps + 1, given.path.at(0)).flatMap(go);
    default:
      return [];
  }
}

/** What an attribute may hold, as its class and the file's classes above it assign it. */
export function attributeValues(attribute: Node, file: PythonFile): readonly Node[] {
  const object = attribute.get('object');
  const name = attribute.get('attribute');
  const owner = object && file.classOf(file.instanceOf(object));
  if (!owner || !name) return [];
  const find = (info: ClassInfo, depth: number): readonly Node[] => {
    const own = info.attributes.get(file.read(name));
    if (own) return own.filter((each) => each.field !== 'left' && each.type !== 'none');
    const above = depth > 4 ? [] : info.bases.flatMap((base) => file.classOf(file.qualify(base)) ?? []);
    return above.flatMap((each) => (each === info ? [] : find(each, depth + 1)));
  };
  return find(owner, 0);
}

/** What is in a container of modules: written out, added to it, or made by a comprehension. `index` is that of a pair. */
export function elementsOf(node: Node | undefined, file: PythonFile, steps = 0, index?: number): readonly Node[] {
  if (!node || steps > MAX_STEPS) return [];
  return rememberElements(node, `:${index ?? ''}`, file, () => elementsIn(node, file, steps, index));
}

function elementsIn(node: Node, file: PythonFile, steps: number, index: number | undefined): readonly Node[] {
  const go = (inner: Node | undefined): readonly Node[] => elementsOf(inner, file, steps + 1);
  switch (node.type) {
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'list':
    case 'tuple':
      return node.children.flatMap((each) =>
        each.type === 'list_splat'
          ? go(each.children[0])
          : each.type === 'tuple' && each.children[0]?.type === 'string'
            ? (each.children[1] ?? [])
            : [each],
      );
    case 'dictionary':
      return node.children.flatMap((each) => each.get('value') ?? []);
    case 'list_comprehension':
    case 'generator_expression':
      return node.get('body') ? [node.get('body') as Node] : [];
    case 'dictionary_comprehension':
      return node.get('body')?.get('value') ? [node.get('body')?.get('value') as Node] : [];
    case 'binary_operator':
      return [...go(node.get('left')), ...go(node.get('right'))];
    case 'conditional_expression':
      return [...go(node.children[0]), ...go(node.children[2])];
    case 'subscript':
      return go(node.get('value'));
    case 'identifier': {
      const made = givenAt(node, file).flatMap((each) => heldBy(each, file, go));
      return [...made, ...addedToName(node, file)];
    }
    case 'attribute': {
      const values = attributeValues(node, file);
      const added = addedToName(node, file);
      return [...values.flatMap(go), ...added];
    }
    case 'call':
      return inCall(file.call(node), file, steps, index);
    default:
      return [];
  }
}

function heldBy(given: Binding, file: PythonFile, go: (node: Node | undefined) => readonly Node[]): readonly Node[] {
  if (given.kind === 'assignment' || given.kind === 'update') return go(given.value);
  if (given.kind !== 'parameter' || file.read(given.node) !== 'self') return [];
  // The object itself, where a `Sequential` goes through what it holds.
  const owner = enclosingClass(file.scope(given.node.parent ?? given.node));
  return owner ? file.calls(`${owner.id}.super().__init__`).flatMap((call) => argumentsOf(call, file)) : [];
}

function inCall(call: Call, file: PythonFile, steps: number, index: number | undefined): readonly Node[] {
  const go = (inner: Node | undefined): readonly Node[] => elementsOf(inner, file, steps + 1);
  const passed = call.node.get('arguments')?.children ?? [];
  if (call.name === SEQUENCE) return argumentsOf(call, file, steps);
  if (LISTS.has(call.name)) return go(passed[0]);
  if (call.name === ENUMERATE) return index === 0 ? [] : go(passed[0]);
  if (call.name === ZIP) return index === undefined ? passed.flatMap(go) : go(passed[index]);
  const object = call.callee.get('object');
  if (/^(items|values|children|modules|named_children)$/.test(call.method ?? '')) return go(object);
  const own = file.functionOf(call.name);
  return own ? returnedBy(own).flatMap(go) : [];
}

const returned = new WeakMap<Node, readonly Node[]>();

/** The expressions that a function returns or yields, those of inner functions left out. */
export function returnedBy(info: FunctionInfo): readonly Node[] {
  const known = returned.get(info.node);
  if (known) return known;
  const body = info.node.get('body');
  const found = info.node.type === 'lambda' ? (body ? [body] : []) : body ? returnsIn(body) : [];
  returned.set(info.node, found);
  return found;
}

function returnsIn(node: Node): Node[] {
  if (/^(function_definition|class_definition|lambda)$/.test(node.type)) return [];
  const value = /^(return_statement|yield)$/.test(node.type) ? node.children.slice(0, 1) : [];
  return [...value.filter((each) => each.type !== 'none'), ...node.children.flatMap(returnsIn)];
}

/** The module that an expression stands for has weights, which get a gradient. */
function hasWeights(node: Node, file: PythonFile, steps = 0): boolean {
  if (steps > MAX_STEPS) return false;
  const made = modulesOf(node, file);
  if (made.length === 0) return node.type === 'call' && file.functionOf(file.call(node).name) === undefined;
  return made.some((each) => isLayer(each, file, steps));
}

/** A construction of something with weights: a layer, a container of one, a class of the file's own or of elsewhere. */
export function isLayer(made: Call, file: PythonFile, steps = 0): boolean {
  const { name } = made;
  if (name === null) return false;
  if (name === SEQUENCE || (file.classOf(name) && membersOf(made, file).length > 0))
    return membersOf(made, file).some((each) => hasWeights(each, file, steps + 1));
  const owner = file.classOf(name);
  if (owner) return ownsWeights(owner, file, steps);
  return !WEIGHTLESS.has(name) && !NO_MODULES.has(name);
}

/** A class of the file's own that keeps a layer or a parameter. */
function ownsWeights(owner: ClassInfo, file: PythonFile, steps: number): boolean {
  for (const values of owner.attributes.values())
    for (const value of values) {
      if (value.type !== 'call') continue;
      const call = file.call(value);
      if (call.name === PARAMETER) return true;
      if (GROUPS.has(call.name)) {
        if (elementsOf(value, file).some((each) => hasWeights(each, file, steps + 1))) return true;
      } else if (modulesOf(value, file).some((each) => isLayer(each, file, steps + 1))) return true;
    }
  return owner.bases.some((base) => {
    const above = file.classOf(file.qualify(base));
    return above !== undefined && above !== owner && steps < MAX_STEPS && ownsWeights(above, file, steps + 1);
  });
}
