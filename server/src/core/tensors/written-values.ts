/**
 * What numbers, words and names an expression stands for, as far as code writes them down: through names, loops, tuples,
 * attributes, defaults and the arguments of callers. Where there are several, a trial's choices say which.
 */
import { namesFor } from '../knowledge/names.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { assignedTo, type Binding, givenAt, isChanged, parameterOf } from '../python/names.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import type { Choices } from './choices.ts';

const OF_PYTHON = namesFor('builtins');

const SEQUENCE_TYPES = namesFor('list-or-tuple');
const TEXT_TYPE = namesFor('text-type');
const NUMBER_TYPES = namesFor('number-types');

/** A function or class, by its qualified name. */
export interface Named {
  readonly name: string;
}
export type Written = null | boolean | number | string | Named | readonly Written[];

const MAX_DEPTH = 40;
const MOST_ITEMS = 64;

/** What hangs on no choice, and met no limit: it is the same in every trial, which asks for it again and again. */
class Settled {
  readonly values = new Map<Node, Written | undefined>();
  readonly reached = new Map<Node, boolean>();
}

const memory = new WeakMap<PythonFile, Settled>();

function settledIn(file: PythonFile): Settled {
  let settled = memory.get(file);
  if (!settled) {
    settled = new Settled();
    memory.set(file, settled);
  }
  return settled;
}

/** What an answer is while it is being worked out, and its kind of answer where it is asked for meanwhile. */
const OPEN = Symbol('open');

interface Answers<T> {
  readonly always: Map<Node, T>;
  readonly here: Map<Node, unknown>;
  /** Of what hangs on itself. */
  readonly otherwise: T;
}

/** An answer, worked out once in a trial, and once for all trials where it hangs on no choice. */
function settle<T>({ always, here, otherwise }: Answers<T>, node: Node, choices: Choices, answer: () => T): T {
  if (always.has(node)) return always.get(node)!;
  if (here.has(node)) {
    const known = here.get(node);
    choices.giveUp();
    return known === OPEN ? otherwise : (known as T);
  }
  const before = choices.dependence;
  here.set(node, OPEN);
  const found = answer();
  here.set(node, found);
  if (choices.dependence === before) always.set(node, found);
  return found;
}

/** Undefined where the code does not show it. */
export function writtenValue(
  node: Node | undefined,
  file: PythonFile,
  choices: Choices,
  depth = 0,
): Written | undefined {
  if (!node) return undefined;
  if (depth > MAX_DEPTH) return choices.giveUp();
  const answers = { always: settledIn(file).values, here: choices.values, otherwise: undefined };
  return settle(answers, node, choices, () => valueAt(node, file, choices, depth));
}

function valueAt(node: Node, file: PythonFile, choices: Choices, depth: number): Written | undefined {
  const go = (inner: Node | undefined): Written | undefined => writtenValue(inner, file, choices, depth + 1);
  switch (node.type) {
    case 'none':
    case 'true':
    case 'false':
    case 'integer':
    case 'float':
      return file.constant(node) as Written | undefined;
    case 'string':
      return stringOf(node, file, go);
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'named_expression':
      return go(node.get('value'));
    case 'tuple':
    case 'list':
    case 'expression_list':
      return sequence(node.children, go);
    case 'unary_operator':
    case 'binary_operator':
      return arithmetic(node, file, go);
    case 'not_operator':
    case 'boolean_operator':
    case 'comparison_operator':
      return logic(node, file, go);
    case 'conditional_expression':
      return conditional(node, choices, go);
    case 'subscript':
      return inTable(node, file, choices, go) ?? subscript(node, go);
    case 'call':
      return called(file.call(node), file, go);
    case 'identifier':
      return ofName(node, file, choices, depth) ?? named(node, file);
    case 'attribute':
      return ofAttribute(node, file, choices, depth) ?? named(node, file);
    default:
      return undefined;
  }
}

type Go = (node: Node | undefined) => Written | undefined;

function named(node: Node, file: PythonFile): Named | undefined {
  const name = file.qualify(node);
  return name === null ? undefined : { name };
}

/** `f"AvgPool{dims}d"` is a word too. */
function stringOf(node: Node, file: PythonFile, go: Go): string | undefined {
  const plain = file.constant(node);
  if (typeof plain === 'string') return plain;
  if (!/^[fF]['"]/.test(file.read(node))) return undefined;
  let text = '';
  let at = node.start + /^\w*('''|"""|'|")/.exec(file.read(node))![0].length;
  for (const part of node.children.filter((child) => child.type === 'interpolation')) {
    const value = go(part.children[0]);
    if ((typeof value !== 'string' && typeof value !== 'number') || part.children.length !== 1) return undefined;
    text += file.text.slice(at, part.start) + value;
    at = part.end;
  }
  const end = /['"]+$/.exec(file.read(node))?.[0].length ?? 1;
  return text + file.text.slice(at, node.end - Math.min(end, 3));
}

function sequence(nodes: readonly Node[], go: Go): Written[] | undefined {
  const found: Written[] = [];
  for (const node of nodes) {
    const value = go(/splat/.test(node.type) ? node.children[0] : node);
    if (value === undefined) return undefined;
    if (!/splat/.test(node.type)) found.push(value);
    else if (Array.isArray(value)) found.push(...value);
    else return undefined;
  }
  return found.length > MOST_ITEMS ? undefined : found;
}

function arithmetic(node: Node, file: PythonFile, go: Go): Written | undefined {
  if (node.type === 'unary_operator') {
    const value = go(node.get('argument'));
    return typeof value === 'number' && file.text[node.start] === '-' ? -value : undefined;
  }
  const [a, b] = [go(node.get('left')), go(node.get('right'))];
  const operator = file.read(node.get('operator') ?? node);
  if (operator === '*' && Array.isArray(a) && typeof b === 'number') return repeated(a, b);
  if (operator === '*' && Array.isArray(b) && typeof a === 'number') return repeated(b, a);
  if (operator === '+' && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  const results: Readonly<Record<string, number>> = {
    '+': a + b,
    '-': a - b,
    '*': a * b,
    '/': a / b,
    '//': Math.floor(a / b),
    '%': a - b * Math.floor(a / b),
    '**': a ** b,
  };
  const result = results[operator];
  return result === undefined || Number.isNaN(result) ? undefined : result;
}

const repeated = (items: readonly Written[], times: number): Written[] | undefined =>
  items.length * times > MOST_ITEMS ? undefined : Array.from({ length: Math.max(times, 0) }, () => items).flat();

const isNamed = (value: Written): value is Named => typeof value === 'object' && value !== null && 'name' in value;

/** Whether a value counts as true; undefined where it is not known. */
function isTruthy(value: Written | undefined): boolean | undefined {
  if (value === undefined || isNamed(value)) return undefined;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function logic(node: Node, file: PythonFile, go: Go): Written | undefined {
  if (node.type === 'not_operator') {
    const value = isTruthy(go(node.get('argument') ?? node.children[0]));
    return value === undefined ? undefined : !value;
  }
  if (node.type === 'boolean_operator') {
    const left = go(node.get('left'));
    const isTrue = isTruthy(left);
    const isAnd = file.read(node.get('operator') ?? node) === 'and';
    if (isTrue !== undefined) return isTrue === isAnd ? go(node.get('right')) : left;
    const right = go(node.get('right'));
    return isTruthy(right) === !isAnd ? right : undefined;
  }
  const operators = node.children.filter((child) => child.field === 'operators');
  const [a, b, ...others] = node.children.filter((child) => child.field !== 'operators');
  if (operators.length !== 1 || !operators[0] || others.length > 0) return undefined;
  return compared(go(a), go(b), file.read(operators[0]).replace(/\s+/g, ' '));
}

function compared(a: Written | undefined, b: Written | undefined, operator: string): boolean | undefined {
  if (a === undefined || b === undefined || isNamed(a) || isNamed(b)) return undefined;
  const isEqual = JSON.stringify(a) === JSON.stringify(b);
  if (operator === '==' || operator === 'is') return isEqual;
  if (operator === '!=' || operator === 'is not') return !isEqual;
  if ((operator === 'in' || operator === 'not in') && Array.isArray(b))
    return b.some((each) => JSON.stringify(each) === JSON.stringify(a)) === (operator === 'in');
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  return { '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[operator];
}

function conditional(node: Node, choices: Choices, go: Go): Written | undefined {
  const [then, condition, otherwise] = node.children;
  const decided = isTruthy(go(condition));
  if (decided !== undefined) return go(decided ? then : otherwise);
  return go(choices.pick(node, 2, 'one') === 0 ? then : otherwise);
}

/** An entry of a dictionary that is written out; any of them where the key is not known. */
function inTable(node: Node, file: PythonFile, choices: Choices, go: Go): Written | undefined {
  const of = node.get('value');
  const table = assignedTo(of, file) ?? of;
  if (table?.type !== 'dictionary') return undefined;
  const key = go(node.get('subscript'));
  const pairs = table.children.filter((each) => each.type === 'pair');
  const known = key === undefined ? pairs : pairs.filter((pair) => go(pair.get('key')) === key);
  return go(known[choices.pick(node, known.length, 'one')]?.get('value'));
}

function subscript(node: Node, go: Go): Written | undefined {
  const value = go(node.get('value'));
  const keys = node.children.filter((child) => child.field === 'subscript');
  const key = keys.length === 1 ? go(keys[0]) : undefined;
  return Array.isArray(value) && typeof key === 'number' ? value.at(key) : undefined;
}

function called(call: Call, file: PythonFile, go: Go): Written | undefined {
  const [first, second, ...others] = call.node.get('arguments')?.children ?? [];
  const name = call.name !== null && OF_PYTHON.has(call.name) ? call.name.slice(call.name.indexOf('.') + 1) : null;
  if (name === null || !first || others.length > 1 || /splat|keyword/.test(first.type)) return undefined;
  if (name === 'getattr') {
    const [module, key] = [file.qualify(first), go(second)];
    return module !== null && !module.startsWith('#') && typeof key === 'string'
      ? { name: `${module}.${key}` }
      : undefined;
  }
  if (name === 'isinstance') return isInstance(go(first), second, file);
  const values = [first, second, ...others].filter((each) => each !== undefined).map(go);
  return values.includes(undefined) ? undefined : BUILTINS[name]?.(values as Written[]);
}

const listed = (value: Written | undefined): readonly Written[] | undefined =>
  Array.isArray(value) ? (value as readonly Written[]) : undefined;

function extreme(pick: (...numbers: number[]) => number): (values: readonly Written[]) => number | undefined {
  return (values) => (values.every((each) => typeof each === 'number') ? pick(...(values as number[])) : undefined);
}

/** What functions of Python give for values that are known. */
const BUILTINS: Readonly<Record<string, (values: readonly Written[]) => Written | undefined>> = {
  range,
  len: ([a]) => listed(a)?.length,
  int: ([a]) => (typeof a === 'number' ? Math.trunc(a) : undefined),
  tuple: ([a]) => listed(a),
  list: ([a]) => listed(a),
  reversed: ([a]) => listed(a)?.toReversed(),
  enumerate: ([a]) => listed(a)?.map((each, i) => [i, each]),
  zip: ([a, b]) =>
    listed(a)
      ?.slice(0, listed(b)?.length ?? 0)
      .map((each, i) => [each, listed(b)?.[i] ?? null]),
  max: extreme(Math.max),
  min: extreme(Math.min),
};

function range(values: readonly Written[]): number[] | undefined {
  if (!values.every((each) => typeof each === 'number')) return undefined;
  const [start, end, step] = values.length === 1 ? [0, values[0] as number, 1] : (values as readonly number[]);
  const found: number[] = [];
  const by = step ?? 1;
  if (start === undefined || end === undefined || by === 0) return undefined;
  for (let each = start; by > 0 ? each < end : each > end; each += by) {
    if (found.push(each) > MOST_ITEMS) return undefined;
  }
  return found;
}

function isInstance(value: Written | undefined, type: Node | undefined, file: PythonFile): boolean | undefined {
  if (value === undefined || !type) return undefined;
  const types = type.type === 'tuple' ? type.children : [type];
  if (value === null) return types.some((each) => file.qualify(each) === null);
  const kind = Array.isArray(value)
    ? SEQUENCE_TYPES
    : typeof value === 'string'
      ? TEXT_TYPE
      : typeof value === 'number'
        ? NUMBER_TYPES
        : null;
  return kind === null ? undefined : types.some((each) => kind.has(file.qualify(each)));
}

function ofName(node: Node, file: PythonFile, choices: Choices, depth: number): Written | undefined {
  const possible = givenAt(node, file).filter((each) => isReached(each.node, file, choices, depth + 1));
  const last = possible.at(-1);
  if (!last || possible.some(({ kind }) => /^(import|function|class)$/.test(kind))) return undefined;
  const given = possible[choices.pick(last.node, possible.length, 'one')];
  return given && ofGiven(given, file, choices, depth);
}

function ofGiven(given: Binding, file: PythonFile, choices: Choices, depth: number): Written | undefined {
  if (given.kind === 'parameter') return ofParameter(given, file, choices, depth);
  if (given.kind !== 'assignment' && given.kind !== 'item' && given.kind !== 'element') return undefined;
  let value = writtenValue(given.value, file, choices, depth + 1);
  // `sizes = []`, and later `sizes.append(3)`: what is written down is not all of it.
  if (given.kind === 'assignment') return Array.isArray(value) && isChanged(given.node, file) ? undefined : value;
  if (given.kind === 'element') {
    if (!Array.isArray(value) || value.length === 0) return undefined;
    value = value[choices.pick(given.loop, value.length, 'each')] as Written;
  }
  return given.path.reduce<Written | undefined>(
    (at, index) => (Array.isArray(at) ? (at[index] as Written) : undefined),
    value,
  );
}

type GivenParameter = Extract<Binding, { kind: 'parameter' }>;

/** What the callers pass, each in turn; what it is by default where one passes nothing. */
function ofParameter(
  { node, parameter }: GivenParameter,
  file: PythonFile,
  choices: Choices,
  depth: number,
): Written | undefined {
  const go = (inner: Node | undefined): Written | undefined => writtenValue(inner, file, choices, depth + 1);
  const info = linksOf(file).bodyAround(node);
  if (!info || parameter.star !== '') return undefined;
  const calls = callersOf(info, file);
  if (calls.length === 0) {
    // Whoever calls it elsewhere leaves it at that, or does not.
    return parameter.default && choices.pick(info.node, 2, 'each') === 0 ? go(parameter.default) : undefined;
  }
  const call = calls[choices.pick(info.node, calls.length, 'each')];
  const passed: Argument = call ? passedFor(info, parameter.name, call, file, choices) : 'absent';
  if (passed === 'unknown') return undefined;
  return passed === 'absent' ? go(parameter.default ?? undefined) : go(passed);
}

/** The calls of a function in its file; of a constructor those that make its objects, subclasses' `super().__init__` too. */
export function callersOf(info: FunctionInfo, file: PythonFile): readonly Call[] {
  if (info.class === null || info.name !== '__init__') return file.calls(info.id);
  const made = file.calls(info.class.id);
  const below = [...file.scopes.classes.values()].filter((each) =>
    each.bases.some((base) => file.qualify(base) === info.class?.id),
  );
  return [...made, ...below.flatMap((each) => file.calls(`${each.id}.super().__init__`))];
}

/** What a call passes for a parameter of the function it calls. */
export function passedFor(
  info: FunctionInfo,
  name: string,
  call: Call,
  file: PythonFile,
  choices: Choices | null,
): Argument {
  const isBound = info.class !== null && !info.decorators.some((each) => file.read(each).includes('staticmethod'));
  const index = info.parameters.findIndex((each) => each.name === name);
  const isByKeyword = info.parameters[index]?.keywordOnly === true || index < 0;
  const position = isByKeyword ? undefined : index - (isBound ? 1 : 0);
  return argumentThrough(call, name, position, file, choices);
}

/** An argument also where the call hands on what its own function got: `nn.AvgPool3d(**how)`. */
export function argumentThrough(
  call: Call,
  name: string,
  position: number | undefined,
  file: PythonFile,
  choices: Choices | null,
  depth = 0,
): Argument {
  const given = file.argument(call, name, position);
  if (given !== 'unknown' || choices === null || depth > 3) return given;
  const splats = (call.node.get('arguments')?.children ?? []).filter((each) => /splat/.test(each.type));
  const [only, ...others] = splats;
  const handed = only?.type === 'dictionary_splat' && others.length === 0 ? only.children[0] : undefined;
  const { parameter, owner } = parameterOf(handed, file) ?? {};
  if (parameter?.star !== '**' || !owner || owner.parameters.some((each) => each.name === name)) return given;
  const calls = callersOf(owner, file);
  const caller = calls[choices.pick(owner.node, calls.length, 'each')];
  return caller ? argumentThrough(caller, name, undefined, file, choices, depth + 1) : given;
}

/** `self.parts`, as the methods of the class assign it. */
function ofAttribute(node: Node, file: PythonFile, choices: Choices, depth: number): Written | undefined {
  const object = node.get('object');
  const attribute = node.get('attribute');
  const owner = object && attribute ? file.classOf(file.instanceOf(object)) : undefined;
  const values = owner && attribute ? valuesOf(owner, file.read(attribute), file) : [];
  const value = values[choices.pick(attribute ?? node, values.length, 'one')];
  return value && value.field !== 'left' ? writtenValue(value, file, choices, depth + 1) : undefined;
}

function valuesOf(owner: ClassInfo, name: string, file: PythonFile, depth = 0): readonly Node[] {
  const own = owner.attributes.get(name);
  if (own || depth > 4) return own ?? [];
  return owner.bases.flatMap((base) => {
    const above = file.classOf(file.qualify(base));
    return above && above !== owner ? valuesOf(above, name, file, depth + 1) : [];
  });
}

/** False where a branch around a place is not taken, or one in front of it leaves, as the values written down decide it. */
export function isReached(place: Node, file: PythonFile, choices: Choices, depth = 0): boolean {
  if (depth > MAX_DEPTH / 2) {
    choices.giveUp();
    return true;
  }
  const answers = { always: settledIn(file).reached, here: choices.reached, otherwise: true };
  return settle(answers, place, choices, () => isReachedAt(place, file, choices, depth));
}

function isReachedAt(place: Node, file: PythonFile, choices: Choices, depth: number): boolean {
  const says = (condition: Node | undefined): boolean | undefined =>
    isTruthy(writtenValue(condition, file, choices, depth + 1));
  for (let at = place; at.parent && !/_definition$|^lambda$/.test(at.type); at = at.parent) {
    const holder = at.parent;
    if (holder.type === 'if_statement' && at.field !== 'condition') {
      if (!isArmTaken(at, holder, says)) return false;
    } else if (holder.type === 'conditional_expression') {
      const [then, condition, otherwise] = holder.children;
      if (at === then && says(condition) === false) return false;
      if (at === otherwise && says(condition) === true) return false;
    } else if (
      /^(block|module)$/.test(holder.type) &&
      exitsOf(holder).some((each) => each.end <= at.start && says(each.get('condition')) === true)
    )
      return false;
  }
  return true;
}

function isArmTaken(arm: Node, statement: Node, says: (condition: Node | undefined) => boolean | undefined): boolean {
  const arms = statement.children.filter((child) => /^(consequence|alternative)$/.test(child.field ?? ''));
  for (const each of arms) {
    const condition = each.field === 'consequence' ? statement.get('condition') : each.get('condition');
    if (each === arm) return condition === undefined || says(condition) !== false;
    if (condition !== undefined && says(condition) === true) return false;
  }
  return true;
}

const exits = new WeakMap<Node, readonly Node[]>();

/** The statements of a block that leave it where their condition holds; each place in a long block asks for them. */
function exitsOf(block: Node): readonly Node[] {
  const known = exits.get(block) ?? block.children.filter(mayLeave);
  exits.set(block, known);
  return known;
}

function mayLeave(statement: Node): boolean {
  const last = statement.type === 'if_statement' ? statement.get('consequence')?.children.at(-1) : undefined;
  return /^(return|raise|continue)_statement$/.test(last?.type ?? '');
}
