/** What can be said, without running anything, about a value that is passed on or tested. */

import {
  type Arguments,
  type ClassEffects,
  type EffectValue,
  type Guard,
  type InstanceValue,
  type Loader,
  OF_SELF,
} from '../effects/events.ts';
import { CALLS_ITS_PARTS, DRAW_SETTINGS, HANDS_ON, HOLDS_PARTS, RANK_SAMPLER } from '../knowledge/calls.ts';
import { LOADER_NAMES, loaderRow } from '../knowledge/loaders.ts';
import { endsOf, isLibrary, isOfLibrary, nameFor, namesFor } from '../knowledge/names.ts';
import { drawOf, type Stream, seederOf } from '../knowledge/tables.ts';
import type { Call, Constant } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import { FLUENT, isSelfUpdate, type PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { calledName } from '../python/methods.ts';
import { assignedTo, type Binding, givenAt, givenTo } from '../python/names.ts';
import { Remembered } from '../python/notes.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import { ANY } from '../python/value.ts';
import type { Node } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';
import { lengthValue, writtenList } from './lengths.ts';
import { isRequiredOption } from './options.ts';
import { recordedConstant } from './records.ts';
import { madeIn, wrappedBy } from './transforms.ts';

const PARTIAL = nameFor('partial');
const HAND_ON = endsOf('hands-on');
const LENGTH = nameFor('len');
const DICTIONARY = nameFor('dictionary');

/** Classes whose objects yield batches, in an order of their own. */
export const DATA_LOADERS: ReadonlySet<string> = new Set(LOADER_NAMES);
/** Names that lead to names that lead to names are followed so far. */
const DEEPEST = 6;
/** A table that holds more than these is none of functions. */
const MOST_STORED = 40;
/** A name that more branches than these have bound is nothing. */
const MOST_BRANCHES = 5;

export function knownValue(expression: Node, file: PythonFile, depth = 0): EffectValue {
  const constant = file.constant(expression);
  if (constant !== undefined) return { const: constant };
  if (depth > DEEPEST) return null;
  const inner = (node: Node | undefined): EffectValue => (node ? knownValue(node, file, depth + 1) : null);
  switch (expression.type) {
    case 'lambda':
      return functionValue(functionId(expression, file));
    case 'parenthesized_expression':
    case 'await':
      return inner(expression.children[0]);
    case 'conditional_expression':
      return oneOf([inner(expression.children[0]), inner(expression.children[2])]);
    case 'tuple':
    case 'list':
    case 'expression_list': {
      const items = expression.children.map(inner);
      return items.some((item) => item !== null && !('const' in item)) ? { tuple: items } : null;
    }
    case 'generator_expression':
    case 'list_comprehension': {
      // As many as the run makes, each made the same way.
      const item = inner(expression.get('body'));
      return item !== null && !('const' in item) && !('parameter' in item) ? { tuple: [item] } : null;
    }
    case 'dictionary':
      return tableValue(expression, file, depth);
    case 'subscript': {
      const value = expression.get('value');
      const held = inner(value);
      const key = expression.get('subscript');
      return entryOf(held, key, file) ?? itemOf(held, key, file) ?? storedValue(value, expression, file, depth);
    }
    case 'boolean_operator': {
      // `given or usual()` is one of the two.
      const isOr = expression.get('operator')?.type === 'or';
      return isOr ? either([inner(expression.get('left')), inner(expression.get('right'))]) : null;
    }
    case 'call':
      return callValue(expression, file, depth);
    case 'identifier':
    case 'attribute':
      return namedValue(expression, file, depth);
    default:
      return null;
  }
}

/** By file, what tables are known to hold; by their places, and by how far they were looked into. */
const tables = new WeakMap<PythonFile, Remembered<string, EffectValue>>();

/** One of what a dictionary holds; worked out once, since many calls may look into a large one. */
function tableValue(table: Node, file: PythonFile, depth: number): EffectValue {
  const known = tables.get(file) ?? new Remembered();
  tables.set(file, known);
  return known.get(`${table.start} ${depth}`, () =>
    oneOf(
      table.children.map((pair) => {
        const value = pair.get('value');
        return value ? knownValue(value, file, depth + 1) : null;
      }),
    ),
  );
}

const functionValue = (id: string): EffectValue =>
  /^#.*\./.test(id) ? { function: id, nested: true } : { function: id };

/** What of several values is known, and that another one may be meant. */
function either(values: readonly EffectValue[]): EffectValue {
  const isTelling = values.some((value) => value !== null && !('const' in value) && !('parameter' in value));
  return isTelling ? { oneOf: values } : null;
}

/** `TABLE[name]`, of a table that functions or objects are put into one by one; `place` is what the item stands for. */
function storedValue(table: Node | undefined, place: Node, file: PythonFile, depth: number): EffectValue {
  if (table?.type !== 'identifier' || depth > 1) return null;
  const evaluator = evaluatorOf(file);
  const asked = place.type === 'subscript' ? evaluator.value(place) : evaluator.value(table, ANY);
  const { values, isComplete } = evaluator.origins(asked);
  const stored = values.filter(({ node, access }) => node !== place && access.length === 0);
  if (!isComplete || stored.length === 0 || stored.length > MOST_STORED) return null;
  const known = stored.map(({ node }) => knownValue(node, file, depth + 1));
  // What another function was passed is nothing here.
  return either(known.map((each) => (each !== null && 'parameter' in each ? null : each)));
}

function namedValue(expression: Node, file: PythonFile, depth: number): EffectValue {
  const object = expression.get('object');
  // `layer.__call__` is called as the layer is.
  if (object && file.read(expression).endsWith('.__call__')) return knownValue(object, file, depth + 1);
  const name = file.qualify(expression);
  if (name !== null && file.functionOf(name))
    return propertyOf(expression, file) ? { result: name } : functionValue(name);
  const made = file.constructionOf(expression);
  if (made?.name) return instanceValue(made, file, depth);
  const self = file.instanceOf(expression);
  if (self !== null) return { instance: self };
  const attribute = name === null ? null : attributeValue(name, file, depth);
  if (attribute !== null) return attribute;
  // A class, a module, or whatever another file has under this name.
  if (name !== null) return file.classOf(name) || !name.startsWith('#') ? outside(name) : null;
  if (expression.type !== 'identifier') return null;
  const reaching = changing(givenAt(expression, file), file);
  // Behind `x = f(x)` a name means what it meant before.
  const given = reaching.length > 0 ? reaching : changing(givenTo(expression, file), file);
  const [only] = given;
  if (!only) return null;
  return given.length === 1 ? givenValue(only, file, depth) : anyOf(given, file, depth);
}

const changes = new WeakMap<readonly Binding[], readonly Binding[]>();

/** What may have given a name something new; worked out once for each list, which mentions share. */
function changing(given: readonly Binding[], file: PythonFile): readonly Binding[] {
  const known = changes.get(given) ?? given.filter((each) => !updatesItself(each, file));
  changes.set(given, known);
  return known;
}

const PROPERTY = namesFor('own-property');
const PART_OF_PROPERTY = /\.(setter|getter|deleter)$/;
const LIBRARY_DATASETS = namesFor('library-datasets');
const ENUMERATE = nameFor('enumerate');

/** True for a function that is read, set or deleted like an attribute. */
export const isProperty = (info: FunctionInfo, file: PythonFile): boolean =>
  info.decorators.some(({ children: [inner] }) => {
    const name = inner === undefined ? null : file.qualify(inner);
    return PROPERTY.has(name) || PART_OF_PROPERTY.test(name ?? '');
  });

/** The function that reading an attribute runs. */
function propertyOf(expression: Node, file: PythonFile): FunctionInfo | null {
  const info = expression.type === 'attribute' ? file.functionOf(file.qualify(expression)) : undefined;
  return info?.class && isProperty(info, file) ? info : null;
}

function givenValue(given: Binding, file: PythonFile, depth: number): EffectValue {
  switch (given.kind) {
    // A parameter is only what the caller passed as long as nobody assigns to it.
    case 'parameter':
      return { parameter: given.parameter.name };
    case 'assignment':
      return knownValue(given.value, file, depth + 1);
    case 'class':
      return { function: given.class.id };
    case 'function':
      return functionValue(given.function.id);
    case 'import':
      return outside(given.qualified);
    case 'item':
      return unpackedValue(given.value, given.path, file, depth);
    case 'element':
      return elementValue(given, file, depth);
    default:
      return null;
  }
}

/** What branches have bound to a name; what one of them did, nobody may know. */
function anyOf(given: readonly Binding[], file: PythonFile, depth: number): EffectValue {
  if (given.length > MOST_BRANCHES) return null;
  const values = given.map((each) => givenValue(each, file, depth + 1));
  const any = either(values);
  return any && (oneOf(values) ?? any);
}

/** `self.loader`, where the object makes it itself. */
function attributeValue(name: string, file: PythonFile, depth: number): EffectValue {
  const dot = name.lastIndexOf('.');
  const values = name.startsWith('#')
    ? file.classOf(name.slice(0, dot))?.attributes.get(name.slice(dot + 1))
    : undefined;
  const [only, ...others] = values?.filter((value) => value.type !== 'none' && !isSelfUpdate(value, file)) ?? [];
  const value = only && others.length === 0 ? knownValue(only, file, depth + 1) : null;
  if (value === null) return null;
  // What a method was passed is not known in another one.
  return JSON.stringify(value).includes('"parameter":') ? null : value;
}

/** What another file has, or a function of a library that seeds wherever it is called. */
const outside = (name: string): EffectValue =>
  isLibrary(name) && seederOf(name) === undefined ? null : { function: name };

const updatesItself = (given: Binding, file: PythonFile): boolean =>
  (given.kind === 'assignment' && isSelfUpdate(given.value, file)) ||
  (given.kind === 'item' && isHandedBack(given.node, given.value, given.path, file));

/** `model, loader = prepare(model, loader)`: each of them stays what it was. */
function isHandedBack(name: Node, right: Node, [item, ...deeper]: readonly number[], file: PythonFile): boolean {
  const given = right.type === 'call' && deeper.length === 0 ? right.get('arguments')?.children[item ?? -1] : undefined;
  return given?.type === 'identifier' && file.read(given) === file.read(name);
}

/** `a, b = f()`: the item that stands at the name's place. */
function unpackedValue(right: Node, path: readonly number[], file: PythonFile, depth: number): EffectValue {
  const [item, ...deeper] = path;
  if (item === undefined || deeper.length > 0) return null;
  if (right.type === 'call' && handsOnAll(file.call(right), file)) return handedOn(right, item, file, depth);
  const whole = knownValue(right, file, depth + 1);
  if (whole === null) return null;
  if ('tuple' in whole) return whole.tuple[item] ?? null;
  return 'result' in whole && whole.item === undefined ? { ...whole, item } : null;
}

/** `for layer in self.layers`, `for i, layer in enumerate(layers)`: any of what is iterated. */
function elementValue(
  { node: name, value: iterated, path }: Extract<Binding, { kind: 'element' }>,
  file: PythonFile,
  depth: number,
): EffectValue {
  const counted = iterated.type === 'call' && file.call(iterated).name === ENUMERATE;
  const [first] = iterated.get('arguments')?.children ?? [];
  if (path.join() !== (counted ? '1' : '')) return null;
  const list = counted && first ? first : iterated;
  const whole = knownValue(list, file, depth + 1);
  // What a function was passed may have been filled since: the calls that pass it show what it was made of.
  if (whole === null || 'const' in whole || 'parameter' in whole) return storedValue(list, name, file, depth);
  if ('tuple' in whole) return oneOf(whole.tuple);
  return 'instance' in whole && whole.parts ? oneOf(whole.parts) : null;
}

/** `accelerator.prepare(...)`, of an object that its function may have been passed. */
export const handsOnAll = (call: Call, file: PythonFile): boolean =>
  HANDS_ON.has(call.name) ||
  (call.name === null && HAND_ON.has(call.method ?? '') && HANDS_ON.has(calledName(call, evaluatorOf(file))));

/** `loader, model = accelerator.prepare(data, net)`: the argument at the same place. */
function handedOn(right: Node, item: number, file: PythonFile, depth: number): EffectValue {
  const given = right.get('arguments')?.children[item];
  return given ? knownValue(given, file, depth + 1) : null;
}

function callValue(expression: Node, file: PythonFile, depth: number): EffectValue {
  const call = file.call(expression);
  if (call.name === LENGTH) return lengthValue(expression.get('arguments')?.children[0], file);
  if (call.name === PARTIAL) {
    const inner = file.argument(call, '', 0);
    const value = typeof inner === 'string' ? null : knownValue(inner, file, depth + 1);
    if (value === null || !('function' in value)) return value;
    const { positional, keywords, open } = argumentValues(call, file, depth + 1);
    return { ...value, given: { positional: positional.slice(1), keywords, open } };
  }
  const wrapped = wrappedBy(call, file);
  if (wrapped) return knownValue(wrapped, file, depth + 1);
  const made = file.constructionOf(expression);
  if (made?.name) return instanceValue(made, file, depth);
  const home = madeIn(call, file);
  if (home !== null) return { instance: call.name ?? '', madeIn: home };
  const object = call.callee.get('object');
  // `build().to(device)` is what `build` returned.
  if (call.method !== null && FLUENT.has(call.method) && object && call.name === null) {
    return knownValue(object, file, depth + 1);
  }
  if (call.name === null && call.method === 'get' && object) {
    const [key] = expression.get('arguments')?.children ?? [];
    return entryOf(knownValue(object, file, depth + 1), key, file) ?? storedValue(object, expression, file, depth);
  }
  const name = call.name;
  if (handsOnAll(call, file)) return handedOn(expression, 0, file, depth);
  return name !== null && (name.startsWith('#') || !isOfLibrary(name)) ? { result: name } : null;
}

function instanceValue(call: Call, file: PythonFile, depth: number): InstanceValue {
  const instance = call.name ?? '';
  const home = madeIn(call, file);
  if (home !== null) return { instance, madeIn: home };
  if (instance === RANK_SAMPLER) return { instance, ...shufflesAlike(call, file) };
  if (DATA_LOADERS.has(instance)) return { instance, loader: loaderOf(call, file, depth) };
  if (CALLS_ITS_PARTS.has(instance) || HOLDS_PARTS.has(instance)) {
    const passed = argumentValues(call, file, depth + 1).positional;
    return { instance, parts: passed.flatMap((each) => (each !== null && 'tuple' in each ? each.tuple : [each])) };
  }
  if (DRAW_SETTINGS.has(instance)) return { instance, made: modesOf(argumentValues(call, file, depth + 1)) };
  if (isOfLibrary(instance) && !LIBRARY_DATASETS.has(instance)) return { instance };
  const made = argumentValues(call, file, depth + 1);
  const all = [...made.positional, ...Object.values(made.keywords)];
  const isPlain = all.every((each) => each === null || 'const' in each);
  return { instance, made: isPlain ? modesOf(made) : made };
}

/** A sampler that shuffles, by the number that it has among those of its file. */
function shufflesAlike(call: Call, file: PythonFile): { readonly sampler?: number } {
  const shuffle = file.argument(call, 'shuffle', 3);
  const isShuffled = shuffle === 'absent' || (typeof shuffle !== 'string' && file.constant(shuffle) === true);
  return isShuffled ? { sampler: file.calls(RANK_SAMPLER).indexOf(call) } : {};
}

/** `train=True`, `split='test'`: what conditions on `self` ask for. Sizes are left out, so that equal objects stay equal. */
const choosesMode = (value: EffectValue): boolean =>
  value !== null && 'const' in value && (typeof value.const === 'boolean' || typeof value.const === 'string');

function modesOf(made: Arguments): Arguments {
  const only = (value: EffectValue): EffectValue => (choosesMode(value) ? value : null);
  const keywords = Object.entries(made.keywords).map(([name, value]) => [name, only(value)]);
  return { positional: made.positional.map(only), keywords: Object.fromEntries(keywords), open: made.open };
}

/** What a call passes. */
export function argumentValues(call: Call, file: PythonFile, depth = 0): Arguments {
  const positional: EffectValue[] = [];
  const keywords: Record<string, EffectValue> = {};
  let open = false;
  const list = call.node.get('arguments');
  // `nn.ModuleList(Block() for _ in range(3))` passes the one thing, without brackets of its own.
  for (const argument of list?.type === 'generator_expression' ? [list] : (list?.children ?? [])) {
    const key = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    const value = key ? argument.get('value') : argument;
    if (argument.type === 'list_splat' || argument.type === 'dictionary_splat') open = true;
    else if (key && value) keywords[file.read(key)] = passedValue(value, file, depth);
    else if (value) positional.push(passedValue(value, file, depth));
  }
  return { positional, keywords, open };
}

/** Of a list that is written out the number of its elements is known, whatever they are. */
function passedValue(value: Node, file: PythonFile, depth: number): EffectValue {
  const known = knownValue(value, file, depth);
  const list = known === null ? writtenList(value, file) : null;
  return list ? { tuple: list.children.map(() => null) } : known;
}

/** `load()["train"]`: what the dictionary that a function returns has under a key. */
function entryOf(whole: EffectValue, key: Node | undefined, file: PythonFile): EffectValue {
  const name = whole !== null && 'result' in whole && key ? file.constant(key) : undefined;
  const isWhole = whole !== null && 'result' in whole && whole.item === undefined && whole.key === undefined;
  return isWhole && typeof name === 'string' ? { ...whole, key: name } : null;
}

function itemOf(whole: EffectValue, key: Node | undefined, file: PythonFile): EffectValue {
  if (whole === null) return null;
  if ('oneOf' in whole) return whole;
  if ('const' in whole) return constantItem(whole.const, key, file);
  if (!('tuple' in whole)) return 'function' in whole && !whole.function.startsWith('#') ? whole : null;
  const index = key && file.constant(key);
  return typeof index === 'number' ? (whole.tuple.at(index) ?? null) : oneOf(whole.tuple);
}

/** One of the constants of a list; any of them where the index is not known. */
function constantItem(list: Constant, key: Node | undefined, file: PythonFile): EffectValue {
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_STORED) return null;
  const index = key && file.constant(key);
  const item = typeof index === 'number' ? list.at(index) : undefined;
  return item !== undefined ? { const: item } : { oneOf: list.map((each) => ({ const: each as Constant })) };
}

function oneOf(values: readonly EffectValue[]): EffectValue {
  const [first] = values;
  if (first === undefined || values.includes(null) || values.length > 40) return null;
  if (values.length === 1) return first;
  if (values.every((value) => JSON.stringify(value) === JSON.stringify(first))) return first;
  return values.some((value) => value !== null && !('const' in value)) ? { oneOf: values } : null;
}

function functionId(node: Node, file: PythonFile): string {
  return file.functionAt(node)?.id ?? '';
}

/** What a function returns, where all its `return` statements agree or are all known. */
export function returnedValue(info: FunctionInfo, file: PythonFile): EffectValue {
  const body = info.node.get('body');
  if (!body) return null;
  if (body.type !== 'block') return knownValue(body, file);
  const returned: EffectValue[] = [];
  const visit = (node: Node): void => {
    if (node.opensScope || !node.active) return;
    if (node.type !== 'return_statement') node.children.forEach(visit);
    else if (node.children[0])
      returned.push(returnedTable(node.children[0], file) ?? knownValue(node.children[0], file));
  };
  body.children.forEach(visit);
  return oneOf(returned);
}

/** A dictionary that a function writes out or fills by keys, as far as what it holds can be called or iterated. */
function returnedTable(returned: Node, file: PythonFile): EffectValue {
  const made = returned.type === 'identifier' ? assignedTo(returned, file) : returned;
  const pairs = made ? writtenPairs(made, file) : null;
  if (!pairs) return null;
  const table: Record<string, EffectValue> = {};
  for (const [key, node] of [...pairs, ...(made === returned ? [] : putInto(returned, file))]) {
    const name = typeof key === 'string' ? key : file.constant(key);
    const value = typeof name === 'string' ? knownValue(node, file, 1) : null;
    if (typeof name === 'string' && value !== null && ('instance' in value || 'function' in value || 'result' in value))
      table[name] = value;
  }
  const count = Object.keys(table).length;
  return count > 0 && count <= MOST_STORED ? { table } : null;
}

/** A key, or the name of a keyword, and what stands under it. */
type Pair = readonly [Node | string, Node];

/** What `{...}` and `dict(...)` are written with; null for anything else. */
function writtenPairs(made: Node, file: PythonFile): readonly Pair[] | null {
  const isCall = made.type === 'call' && file.call(made).name === DICTIONARY;
  if (made.type !== 'dictionary' && !isCall) return null;
  const parts = isCall ? (made.get('arguments')?.children ?? []) : made.children;
  return parts.flatMap((each): Pair[] => {
    const [key, name, value] = [each.get('key'), each.get('name'), each.get('value')];
    const under = key ?? (name && file.read(name));
    return under !== undefined && value ? [[under, value]] : [];
  });
}

/** `loaders["train"] = DataLoader(...)`, of the variable that is returned. */
function putInto(returned: Node, file: PythonFile): readonly Pair[] {
  const home = returned.enclosing('function_definition') ?? file.syntax.root;
  const mentions = linksOf(file).reads.within(file.read(returned), file.scopes.byNode.get(home));
  return mentions.flatMap(({ field, parent }): Pair[] => {
    const assignment =
      parent?.type === 'subscript' && field === 'value' && parent.field === 'left' ? parent.parent : null;
    const [key, value] = [parent?.get('subscript'), assignment?.get('right')];
    return assignment?.type === 'assignment' && key && value ? [[key, value]] : [];
  });
}

/** How a `DataLoader(...)` uses the global generators. */
const instanceOnly = (value: EffectValue): EffectValue =>
  value !== null && ('instance' in value || 'result' in value || 'oneOf' in value) ? value : null;

function loaderOf(call: Call, file: PythonFile, depth = 0): Loader {
  const row = loaderRow(call.name);
  const given = (name: string): Node | 'absent' | 'unknown' => file.argument(call, name, row?.positions[name]);
  const own = given('generator');
  const hasGenerator = own !== 'absent' && (typeof own === 'string' || file.constant(own) !== null);
  const sampler = given('sampler');
  const samplers = [sampler, given('batch_sampler')];
  const dataset = given('dataset');
  const workers = given('num_workers');
  const workerCount = workers === 'absent' ? 0 : typeof workers === 'string' ? undefined : file.constant(workers);
  const shuffled: Stream[] = isOn(given('shuffle'), file) ? [row?.stream ?? 'torch'] : [];
  return {
    order: hasGenerator ? [] : [...new Set([...shuffled, ...streamsOfSampler(sampler, file)])],
    sampler: samplers.reduce<EffectValue>(
      (found, each) => found ?? (typeof each === 'string' ? null : instanceOnly(knownValue(each, file, depth + 1))),
      null,
    ),
    dataset: typeof dataset === 'string' ? null : knownValue(dataset, file, depth + 1),
    workers: isSometimesAbsent(workers, call)
      ? 'none'
      : typeof workerCount !== 'number'
        ? 'unknown'
        : workerCount > 0
          ? 'some'
          : 'none',
  };
}

/** `shuffle=True`, and `shuffle=(sampler is None)` of a sampler that is `None`. */
export function isOn(given: Node | 'absent' | 'unknown', file: PythonFile): boolean {
  if (typeof given === 'string') return false;
  if (file.constant(given) === true) return true;
  const inner = given.type === 'parenthesized_expression' ? given.children[0] : given;
  if (inner?.type === 'not_operator') {
    const operand = inner.get('argument');
    return operand !== undefined && [null, false, 0].includes(file.constant(operand) as null);
  }
  const [left, operator, right] = inner?.type === 'comparison_operator' ? inner.children : [];
  const isNone = operator?.type === 'is' && right?.type === 'none' && left !== undefined;
  return isNone && (file.constant(left) === null || isSometimesNone(left, file));
}

/** A name that one branch leaves as `None`. */
function isSometimesNone(name: Node, file: PythonFile): boolean {
  if (name.type !== 'identifier') return false;
  const reaching = givenAt(name, file);
  const given = reaching.length > 0 ? reaching : givenTo(name, file);
  return given.some((each) => each.kind === 'assignment' && each.value.type === 'none');
}

/** `if use_cuda: options.update({'num_workers': 1})`: without CUDA there are none. */
function isSometimesAbsent(given: Node | string, call: Call): boolean {
  const condition = typeof given === 'string' ? null : given.enclosing('if_statement');
  if (condition === null || condition.get('alternative')) return false;
  return !contains(condition, call.node);
}

/** A sampler of a library's that got no generator. */
function streamsOfSampler(sampler: Node | string, file: PythonFile): readonly Stream[] {
  const made = typeof sampler === 'string' ? null : file.constructionOf(sampler);
  const draw = made?.name ? drawOf(made.name) : undefined;
  const isOwn = made === null || draw?.kind !== 'sampler' || file.argument(made, 'generator') !== 'absent';
  return isOwn ? [] : [draw.stream, ...(draw.also ?? [])];
}

/** A condition, as far as a call can decide it. */
export function guardOf(condition: Node, file: PythonFile): Guard {
  switch (condition.type) {
    case 'parenthesized_expression':
      return condition.children[0] ? guardOf(condition.children[0], file) : null;
    case 'not_operator': {
      const operand = condition.get('argument');
      return operand ? { test: 'not', guard: guardOf(operand, file) } : null;
    }
    case 'boolean_operator': {
      const left = condition.get('left');
      const right = condition.get('right');
      const operator = condition.get('operator')?.type;
      if (!left || !right || (operator !== 'and' && operator !== 'or')) return null;
      return { test: operator, guards: [guardOf(left, file), guardOf(right, file)] };
    }
    case 'comparison_operator':
      return comparison(condition, file);
    default: {
      const isThere = isOptionalImport(condition, file) || isRequiredOption(condition, file);
      return { test: 'truth', value: isThere ? { const: true } : testedValue(condition, file) };
    }
  }
}

function comparison(condition: Node, file: PythonFile): Guard {
  const operators = condition.children.filter((child) => child.field === 'operators');
  const [left, right] = condition.children.filter((child) => child.field !== 'operators');
  const operator = operators[0]?.type;
  if (!left || !right || operators.length !== 1 || operator === undefined) return null;
  if (operator === '==' && [left, right].some((side) => file.read(side) === '__name__')) return { test: 'main' };
  if (operator === 'is' || operator === 'is not') {
    if (right.type !== 'none') return null;
    const guard: Guard = {
      test: 'none',
      value: isOptionalImport(left, file) || isRequiredOption(left, file) ? { const: true } : testedValue(left, file),
    };
    return operator === 'is' ? guard : { test: 'not', guard };
  }
  if (!['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'].includes(operator)) return null;
  return { test: 'compare', operator, left: testedValue(left, file), right: testedValue(right, file) };
}

/** A value, also where `self` keeps what the constructor was passed. */
export const keptValue = (expression: Node, file: PythonFile): EffectValue => testedValue(expression, file);

/** A value in a condition: `self.train` may be what this very object was made with. */
function testedValue(expression: Node, file: PythonFile): EffectValue {
  const recorded = recordedConstant(expression, file);
  if (recorded !== undefined) return { const: recorded };
  const known = knownValue(expression, file);
  const object = expression.type === 'attribute' && known === null ? expression.get('object') : undefined;
  const owner = object?.type === 'identifier' ? file.instanceOf(object) : null;
  const attribute = expression.get('attribute');
  if (owner === null || !attribute || file.constructionOf(expression.get('object') ?? expression)) return known;
  const name = file.read(attribute);
  // What other methods may set later is not what they find when the object is made.
  const values = file.classOf(owner)?.attributes.get(name) ?? [];
  const made = values.filter((value) => /^__(init|post_init)__$/.test(methodOf(value, file)));
  const [only, ...others] = values.length === 1 ? values : made;
  const kept = only && others.length === 0 ? knownValue(only, file) : null;
  if (kept === null || !('parameter' in kept)) return known;
  // `self.train = train`, further up in the very method.
  const isHere = only?.enclosing('function_definition') === expression.enclosing('function_definition');
  return isHere && (only?.end ?? 0) < expression.start ? kept : { parameter: `${OF_SELF}${name}` };
}

/** The name of the function that a node stands in. */
function methodOf(node: Node, file: PythonFile): string {
  const name = node.enclosing('function_definition')?.get('name');
  return name ? file.read(name) : '';
}

/** `try: import a / except ImportError: a = None`: where the rest of the program is of use, it is there. */
function isOptionalImport(name: Node, file: PythonFile): boolean {
  if (name.type !== 'identifier') return false;
  const given = givenTo(name, file);
  const isModule = given.some((each) => each.kind === 'import' && each.statement.type === 'import_statement');
  const orNone = given.some((each) => each.kind === 'assignment' && each.value.type === 'none');
  return given.some((each) => each.kind === 'import') && (isModule || orNone) && file.qualify(name) !== null;
}

/** What a class hands on to who uses it. */
export function classEffects(info: ClassInfo, file: PythonFile): ClassEffects {
  const attributes: Record<string, EffectValue> = {};
  const body = file.scopes.byNode.get(info.node)?.names ?? [];
  const shared = [...body].flatMap(([name, definitions]): [string, Node[]][] => {
    const [only, ...others] = definitions;
    return only?.kind === 'assignment' && others.length === 0 ? [[name, [only.value]]] : [];
  });
  for (const [name, values] of [...shared, ...info.attributes]) {
    const all = values.filter((value) => value.type !== 'none').map((value) => knownValue(value, file));
    const known = all.filter((value) => value !== null);
    if (known.length === 1 && known[0]) attributes[name] = known[0];
  }
  return {
    // `Dataset[Sample]` has the base that it is an instance of.
    bases: info.bases.map((base) => file.qualify(base.type === 'subscript' ? (base.get('value') ?? base) : base)),
    methods: Object.fromEntries([...info.methods].map(([name, method]) => [name, method.id])),
    attributes,
  };
}

/** The call that made what a name stands for. */
export function makingCall(name: Node | undefined, file: PythonFile): Node | null {
  const value = assignedTo(name, file);
  return value?.type === 'call' ? value : null;
}
