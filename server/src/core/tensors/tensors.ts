/**
 * Which expressions are tensors, and what the code shows of them: a small inference for methods that other libraries
 * have too, such as `x.cumsum(0)`. It looks at one file, and says nothing where it does not know.
 */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { type Binding, givenAt, valuesAt } from '../python/names.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import { contains } from '../text/edit.ts';
import { BATCH, isBatch, isLoader } from './batches.ts';
import { membersOf, modulesOf } from './modules.ts';
import {
  annotatedTensor,
  functionResult,
  item,
  methodResult,
  moduleResult,
  type Operands,
  rankBehind,
  same,
  type Tensor,
  type TensorValue,
  UNKNOWN,
} from './results.ts';
import { holdsWeights, weightsIn } from './weights.ts';

const MODULES = namesFor('module-classes');
const HAS_WEIGHTS = namesFor('module-parts');
const ENUMERATE = nameFor('enumerate');
const REARRANGE = nameFor('rearranges');
const SHOWS_PROGRESS = namesFor('gives-elements');
const ZIP = nameFor('zip');
const ONE_HOT = nameFor('one-hot-of-graphs');
const SEQUENCE = nameFor('sequential');
const TORCH = namesFor('torch');
/** Methods that nothing but tensors has, or nothing else that is computed with. */
const ONLY_TENSORS =
  /^(detach|cpu|unsqueeze|unsqueeze_|long|masked_fill_?|bincount|expand_as|view_as|type_as|new_(zeros|ones|full|empty|tensor))$/;
/** numpy's comparisons have no such method. */
const CASTS = /^(float|double|half|int|long|to|cpu|cuda)$/;
const COMPARED: Tensor = { dtype: 'integer', detached: true, whole: true };
/** One of the weights in a file, or whatever else was kept with them. */
const WEIGHT: TensorValue = { self: { detached: true, maybe: true } };
const MAX_DEPTH = 60;
const MAX_STEPS = 4;

const memory = new WeakMap<PythonFile, Tensors>();

/** What the code shows of a tensor; null for what is none, or where nobody can tell. */
export function tensorOf(expression: Node, file: PythonFile): Tensor | null {
  let tensors = memory.get(file);
  if (!tensors) {
    tensors = new Tensors(file);
    memory.set(file, tensors);
  }
  return tensors.value(expression).self;
}

/** Lives as long as one version of a file: nodes are reused by the next one, what they mean is not. */
class Tensors implements Operands {
  readonly file: PythonFile;
  readonly #known = new Map<Node, TensorValue>();
  readonly #returned = new Map<FunctionInfo, TensorValue>();
  readonly #pending = new Set<Node | FunctionInfo>();
  /** Answers that hold only on the way to the one that was asked for: something they need was being computed. */
  readonly #drafts = new Map<Node | FunctionInfo, TensorValue>();
  #cycles = 0;
  #withGradient: Set<string> | undefined;

  constructor(file: PythonFile) {
    this.file = file;
  }

  tensor(expression: Node): Tensor | null {
    return this.value(expression).self;
  }

  value(expression: Node): TensorValue {
    const known = this.#known.get(expression) ?? this.#drafts.get(expression);
    if (known) return known;
    return this.#once(expression, this.#known, () => this.#compute(expression)) ?? UNKNOWN;
  }

  /** Null where the value is asked for on the way to itself. */
  #once<Key extends Node | FunctionInfo>(
    key: Key,
    kept: Map<Key, TensorValue>,
    compute: () => TensorValue,
  ): TensorValue | null {
    if (this.#pending.has(key) || this.#pending.size > MAX_DEPTH) {
      this.#cycles++;
      return null;
    }
    this.#pending.add(key);
    const before = this.#cycles;
    const value = compute();
    this.#pending.delete(key);
    if (this.#cycles === before || this.#pending.size === 0) kept.set(key, value);
    else this.#drafts.set(key, value);
    if (this.#pending.size === 0) this.#drafts.clear();
    return value;
  }

  #compute(node: Node): TensorValue {
    switch (node.type) {
      case 'identifier':
        return this.#name(node);
      case 'attribute':
        return this.#attribute(node);
      case 'call':
        return this.#call(this.file.call(node));
      case 'parenthesized_expression':
      case 'named_expression': {
        const inner = node.get('value') ?? node.children[0];
        return inner ? this.value(inner) : UNKNOWN;
      }
      case 'unary_operator': {
        const operand = node.get('argument');
        return operand ? { self: this.tensor(operand) } : UNKNOWN;
      }
      case 'binary_operator':
        return { self: this.#arithmetic(node) };
      case 'comparison_operator':
        return this.#comparison(node);
      case 'conditional_expression': {
        const [then, , otherwise] = node.children;
        return then && otherwise ? same([this.value(then), this.value(otherwise)]) : UNKNOWN;
      }
      case 'expression_list':
      case 'tuple':
      case 'list':
        return { self: null, items: node.children.map((child) => this.value(child)) };
      case 'subscript':
        return this.#subscript(node);
      default:
        return UNKNOWN;
    }
  }

  #name(identifier: Node): TensorValue {
    const values: TensorValue[] = [];
    for (const each of givenAt(identifier, this.file)) {
      // What is None is asked for before it is used.
      if (each.kind === 'assignment' && each.value.type === 'none') continue;
      const value = this.#given(each);
      if (value) values.push(value);
    }
    const value = values.length > 0 ? same(values) : UNKNOWN;
    if (!value.self?.detached || !this.#requiresGradient(this.file.read(identifier))) return value;
    const { detached: _, ...rest } = value.self;
    return { ...value, self: rest };
  }

  /** Null for what leads back to itself, and says nothing. */
  #given(given: Binding): TensorValue | null {
    switch (given.kind) {
      case 'parameter':
        return this.#parameter(given.node);
      case 'update':
        return this.#again();
      case 'assignment':
      case 'item':
      case 'element': {
        if (this.#pending.has(given.value)) return this.#again();
        const whole = given.kind === 'element' ? this.#iterated(given.value) : this.value(given.value);
        return given.kind === 'assignment' ? whole : given.path.reduce<TensorValue>(item, whole);
      }
      default:
        return UNKNOWN;
    }
  }

  #again(): null {
    this.#cycles++;
    return null;
  }

  /** What a loop over an expression gets each time. */
  #iterated(expression: Node, depth = 0): TensorValue {
    if (expression.type === 'call') {
      const weights = weightsIn(expression, this.file);
      if (weights) return weights === 'values' ? WEIGHT : { self: null, items: [null, WEIGHT] };
      const call = this.file.call(expression);
      const passed = expression.get('arguments')?.children.filter((child) => child.type !== 'keyword_argument') ?? [];
      const first = passed[0];
      if (call.name === ENUMERATE && first) return { self: null, items: [null, this.#iterated(first, depth)] };
      if (call.name === ZIP) return { self: null, items: passed.map((each) => this.#iterated(each, depth)) };
      if (first && SHOWS_PROGRESS.has(call.name)) return this.#iterated(first, depth);
    }
    if (isLoader(expression, this.file)) return BATCH;
    // `bar = tqdm(loader)`, and the loop over it.
    const calls = valuesAt(expression, this.file).filter(({ type }) => type === 'call');
    if (calls.length > 0 && calls.length === givenAt(expression, this.file).length && depth < MAX_STEPS)
      return same(calls.map((each) => this.#iterated(each, depth + 1)));
    return item(this.value(expression), 0);
  }

  #parameter(identifier: Node): TensorValue {
    const { file } = this;
    const holder = identifier.parent;
    const type = holder?.get('type');
    if (isBatch(identifier, file)) return BATCH;
    if (type) return { self: annotatedTensor(file.read(type), file) };
    if (holder?.type === 'list_splat_pattern' || holder?.type === 'dictionary_splat_pattern') return UNKNOWN;
    const fallback = holder?.type === 'default_parameter' ? holder.get('value') : undefined;
    if (fallback && fallback.type !== 'none') return UNKNOWN;
    const info = file.functionAround(identifier);
    const isSelf = info?.parameters[0]?.name === file.read(identifier);
    return info?.class && info.name === 'forward' && !isSelf && this.isModule(info.class) ? { self: {} } : UNKNOWN;
  }

  isModule(info: ClassInfo, depth = 0): boolean {
    return info.bases.some((base) => {
      const name = this.file.qualify(base);
      if (name === null || depth > 8) return false;
      const own = this.file.classOf(name);
      return own ? own !== info && this.isModule(own, depth + 1) : MODULES.has(name);
    });
  }

  #attribute(node: Node): TensorValue {
    const object = node.get('object');
    const attribute = node.get('attribute');
    if (!object || !attribute) return UNKNOWN;
    const name = this.file.read(attribute);
    const of = this.tensor(object);
    if (of) {
      if (/^(T|H|mT|mH|grad|real|imag)$/.test(name)) return { self: of };
      return name === 'data' ? { self: { ...of, detached: true } } : UNKNOWN;
    }
    const instance = this.file.instanceOf(object);
    const owner = this.file.classOf(instance);
    if (owner) {
      const values = (owner.attributes.get(name) ?? []).filter((value) => value.type !== 'none');
      if (values.length > 0) return same(values.map((value) => this.#stored(value)));
      return this.#buffer(name, owner);
    }
    const isWeight = /^(weight|bias)$/.test(name) && HAS_WEIGHTS.has(instance);
    return isWeight ? { self: { dtype: 'floating' } } : UNKNOWN;
  }

  /** The value kept for an attribute; the target itself where several are unpacked. */
  #stored(value: Node): TensorValue {
    return value.field === 'left' || value.type === 'attribute' || this.#pending.has(value)
      ? UNKNOWN
      : this.value(value);
  }

  #buffer(name: string, owner: ClassInfo): TensorValue {
    for (const method of ['register_buffer', 'register_parameter']) {
      for (const call of this.file.methodCalls(method)) {
        const key = this.file.argument(call, 'name', 0);
        const isOwn = contains(owner.node, call.node);
        if (!isOwn || typeof key === 'string' || this.file.constant(key) !== name) continue;
        const kept = this.file.argument(call, 'tensor', 1);
        const known = typeof kept === 'string' ? null : this.tensor(kept);
        return { self: method === 'register_buffer' ? { ...known, detached: true } : { dtype: 'floating' } };
      }
    }
    return UNKNOWN;
  }

  #call(call: Call): TensorValue {
    const { file } = this;
    const { name } = call;
    if (name === ONE_HOT) return { self: { detached: true, whole: true } };
    if (name !== null && TORCH.has(name)) {
      const known = functionResult(name, call, this);
      if (known) return known;
    }
    const object = call.callee.get('object');
    const receiver = call.method !== null && object ? this.#receiver(object, call.method, call) : null;
    if (receiver && call.method !== null) return methodResult(call.method, receiver, call, this);
    if (/^(get|pop)$/.test(call.method ?? '') && object && holdsWeights(object, file)) return WEIGHT;
    const first = call.node.get('arguments')?.children[0];
    if (name === REARRANGE && first) return { self: ranked(this.tensor(first)) };
    const own = file.functionOf(name);
    if (own) return this.#result(own);
    const construction = file.constructionOf(call.callee);
    if (construction === null || construction.name === null) return UNKNOWN;
    const forward = file.classOf(construction.name)?.methods.get('forward');
    if (forward) return this.#result(forward);
    if (construction.name === SEQUENCE) return this.#sequence(construction, first);
    return moduleResult(construction.name, call, this);
  }

  /** What comes out of the modules of a `Sequential`, one behind the other. */
  #sequence(made: Call, first: Node | undefined): TensorValue {
    let rank = first && this.tensor(first)?.rank;
    for (const member of membersOf(made, this.file)) {
      const [only, ...others] = modulesOf(member, this.file);
      const forward = this.file.classOf(only?.name ?? null)?.methods.get('forward');
      if (!only?.name || others.length > 0) rank = undefined;
      else rank = forward ? this.#result(forward).self?.rank : rankBehind(only.name, rank);
    }
    return { self: { dtype: 'floating', ...(rank === undefined ? {} : { rank }) } };
  }

  /** The tensor that a method is called on, which the method itself may tell. */
  #receiver(object: Node, method: string, call: Call): Tensor | null {
    const known = this.tensor(object);
    if (known) return known;
    const inner = object.type === 'parenthesized_expression' ? object.children[0] : object;
    if (inner?.type === 'comparison_operator' && CASTS.test(method)) return COMPARED;
    const isUnknown = call.name === null || call.name.startsWith('#');
    return isUnknown && ONLY_TENSORS.test(method) && !this.file.functionOf(call.name) ? {} : null;
  }

  /** What a function of the file returns. */
  #result(info: FunctionInfo): TensorValue {
    const known = this.#returned.get(info) ?? this.#drafts.get(info);
    if (known) return known;
    return this.#once(info, this.#returned, () => this.#computeResult(info)) ?? UNKNOWN;
  }

  #computeResult(info: FunctionInfo): TensorValue {
    const type = info.node.get('return_type');
    const annotated = type && annotatedTensor(this.file.read(type), this.file);
    const body = info.node.get('body');
    if (info.node.type === 'lambda') return body ? this.value(body) : UNKNOWN;
    const returned = body ? returnedValues(body) : [];
    const values = returned.filter((value) => !this.#pending.has(value)).map((value) => this.value(value));
    const value = values.length > 0 ? same(values) : UNKNOWN;
    return annotated && !value.self ? { self: annotated } : value;
  }

  #arithmetic(node: Node): Tensor | null {
    const left = node.get('left');
    const right = node.get('right');
    if (!left || !right) return null;
    const [a, b] = [this.tensor(left), this.tensor(right)];
    if (!a && !b) return null;
    const numbers = [left, right].map((side) => typeof this.file.constant(side) === 'number');
    const operator = this.file.read(node.get('operator') ?? node);
    const isExact = (side: Node, tensor: Tensor | null): boolean =>
      tensor ? tensor.dtype === 'integer' : /^-?\d+$/.test(this.file.read(side));
    const isFloating = [a, b].some((each) => each?.dtype === 'floating') || operator === '/';
    const isInteger = isExact(left, a) && isExact(right, b);
    const rank =
      a && b ? (a.rank === b.rank ? a.rank : undefined) : numbers.includes(true) ? (a ?? b)?.rank : undefined;
    const all = (holds: (tensor: Tensor) => boolean): boolean =>
      [a, b].every((each, i) => (each ? holds(each) : numbers[i] === true));
    return {
      ...(isFloating ? { dtype: 'floating' as const } : isInteger ? { dtype: 'integer' as const } : {}),
      ...(rank === undefined ? {} : { rank }),
      ...(all((each) => each.cpu === true) ? { cpu: true as const } : {}),
      ...(all((each) => each.detached === true) ? { detached: true as const } : {}),
      ...(this.#isWhole(node, operator) ? { whole: true as const } : {}),
    };
  }

  /** Whole numbers added, subtracted or multiplied. */
  #isWhole(node: Node, operator: string): boolean {
    return (
      /^[-+*]$/.test(operator) &&
      [node.get('left'), node.get('right')].every((side) => {
        if (!side) return false;
        const tensor = this.tensor(side);
        return tensor ? tensor.whole === true : Number.isInteger(this.file.constant(side));
      })
    );
  }

  #comparison(node: Node): TensorValue {
    const operators = node.children.filter((child) => child.field === 'operators').map((each) => this.file.read(each));
    const [left, right] = node.children.filter((child) => child.field !== 'operators');
    if (operators.length !== 1 || !/^([<>]=?|[!=]=)$/.test(operators[0] ?? '') || !left || !right) return UNKNOWN;
    const tensor = this.tensor(left) ?? this.tensor(right);
    const { dtype: _, ...rest } = tensor ?? {};
    return tensor ? { self: { ...rest, ...COMPARED } } : UNKNOWN;
  }

  #subscript(node: Node): TensorValue {
    const of = node.get('value');
    if (!of) return UNKNOWN;
    const value = this.value(of);
    const keys = node.children.filter((child) => child.field === 'subscript');
    if (value === BATCH && keys.length === 1) return BATCH.each ?? UNKNOWN;
    if (!value.self && holdsWeights(of, this.file)) return WEIGHT;
    if (!value.self) {
      const index = keys.length === 1 && keys[0] ? this.file.constant(keys[0]) : undefined;
      return typeof index === 'number' && index >= 0 ? item(value, index) : UNKNOWN;
    }
    const { rank: old, ...rest } = value.self;
    const changes = keys.map((key) =>
      key.type === 'integer' ? -1 : key.type === 'slice' ? 0 : key.type === 'none' ? 1 : null,
    );
    const isPlain = old !== undefined && !changes.includes(null);
    const rank = isPlain ? changes.reduce<number>((sum, each) => sum + (each ?? 0), old) : undefined;
    return { self: rank === undefined || rank < 0 ? rest : { ...rest, rank } };
  }

  /** Somebody asks for the gradient of what this name stands for. */
  #requiresGradient(name: string): boolean {
    if (!this.#withGradient) {
      const objects = this.file.methodCalls('requires_grad_').map((call) => call.callee.get('object'));
      const targets = this.file.scopes.assignments.map((assignment) => assignment.get('left'));
      const set = targets.filter(
        (left) => left?.type === 'attribute' && this.file.read(left).endsWith('.requires_grad'),
      );
      objects.push(...set.map((left) => left?.get('object')));
      this.#withGradient = new Set(objects.flatMap((node) => (node ? [this.file.read(node)] : [])));
    }
    return this.#withGradient.has(name);
  }
}

/** The same tensor in another shape. */
function ranked(tensor: Tensor | null): Tensor | null {
  const { rank: _, ...rest } = tensor ?? {};
  return tensor && rest;
}

/** The returned expressions of a body, inner functions left out. */
function returnedValues(node: Node): Node[] {
  if (/^(function_definition|class_definition|lambda)$/.test(node.type)) return [];
  if (node.type === 'return_statement') return node.children.slice(0, 1).filter((value) => value.type !== 'none');
  return node.children.flatMap(returnedValues);
}
