/**
 * Where a gradient can flow: which expressions may hold what was computed from a parameter or by a layer. Positive
 * evidence only, so an expression whose making nobody sees counts as data.
 */
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { type Binding, givenAt, isSameVariable, parameterOf, valuesAt } from '../python/names.ts';
import { enclosingClass, type FunctionInfo } from '../python/scope.ts';
import { GIVEN } from './last-words.ts';
import { attributeValues, elementsOf, isLayer, membersOf, modulesOf, returnedBy, runsOf } from './modules.ts';
import { tensorOf } from './tensors.ts';
import { callersOf, passedFor } from './written-values.ts';

const NETWORK_BASES = namesFor('network-bases');
const TORCH_NN = namesFor('torch-nn');
const ZIP = nameFor('zip');
const ENUMERATE = nameFor('enumerate');
const PLAIN_FUNCTIONS = namesFor('plain-functions');

/** What only the project around a file can say. */
export interface Around {
  /** True for a class, by its name, that is known to be an `nn.Module`. */
  isNetwork(id: string): boolean;
  /** Whether other files pass what has a gradient for a parameter of a function of this file; null if none is seen to call it. */
  passesElsewhere(id: string, parameter: string): boolean | null;
  /** No gradient is recorded for what runs at a place. */
  isOff(node: Node): boolean;
}

/** True for a class of the file that descends from a network of a library, by what the file itself shows. */
export function isModuleHere(id: string, file: PythonFile, steps = 0): boolean {
  return (file.classOf(id)?.bases ?? []).some((base) => {
    const name = file.qualify(base);
    if (name === null || name === id || steps > 8) return false;
    return name.startsWith('#') ? isModuleHere(name, file, steps + 1) : NETWORK_BASES.has(name);
  });
}

/** The call whose body is being looked at: what its parameters hold is what it passes. */
interface Frame {
  readonly info: FunctionInfo;
  readonly call: Call;
  readonly outer: Frame | null;
}

const MAX_FRAMES = 5;
const MOST_STEPS = 3000;
/** They make a tensor out of numbers; it is trained where it is asked to be. */
const FACTORIES = namesFor('untrained');
/** What comes of them is no tensor, or one without a gradient. */
const ENDS =
  /^(detach|detach_|numpy|item|tolist|size|dim|numel|stride|argmax|argmin|argsort|nonzero|searchsorted|bucketize|long|int|bool|byte|short|isnan|isinf|isfinite|(not_)?(eq|ne|lt|le|gt|ge)_?|greater|less|equal|allclose|bincount|one_hot|save|load|manual_seed|no_grad|is_\w+|get_\w+|backward|new_(zeros|ones|full|empty|tensor)|multinomial|bernoulli|keys|shape|parameters|named_parameters|state_dict|buffers)$/;
/** Their arguments only say in which shape or type, or where. */
const SHAPED =
  /^(to|type|type_as|view|view_as|reshape|reshape_as|expand|expand_as|repeat|permute|transpose|squeeze|unsqueeze)$/;
const PARAMETERS = namesFor('parameters');
/** They hand on what is in what they get. */
const HANDS_ON = namesFor('hands-on-parts');
/** Libraries whose tensors, if any, are none of torch's. */
const OTHERS = namesFor('other-tensors');
/** Only something with weights is asked for them, or told to learn. */
const OF_NETWORKS = /^(parameters|named_parameters|train|eval|state_dict|load_state_dict|zero_grad|requires_grad_)$/;
const NO_TENSOR_TYPE = /^(int|float|str|bool|list|tuple|dict|set|bytes|Tuple|List\[int\]|Sequence)\b/;

/** True where a gradient can flow back from what an expression holds, as the file and its project show. */
export function carriesGradient(node: Node, file: PythonFile, around: Around): boolean {
  return new Gradients(file, around).of(node, null);
}

/** One question at a time: an answer on the way to itself is no evidence. */
class Gradients {
  readonly #file: PythonFile;
  readonly #around: Around;
  readonly #pending = new Set<Node>();
  #steps = 0;

  constructor(file: PythonFile, around: Around) {
    this.#file = file;
    this.#around = around;
  }

  of(node: Node | undefined | null, frame: Frame | null): boolean {
    if (!node || ++this.#steps > MOST_STEPS || this.#pending.has(node)) return false;
    this.#pending.add(node);
    const carries = this.#compute(node, frame);
    this.#pending.delete(node);
    return carries;
  }

  #some(nodes: readonly (Node | undefined | null)[], frame: Frame | null): boolean {
    return nodes.some((each) => this.of(each, frame));
  }

  #compute(node: Node, frame: Frame | null): boolean {
    const file = this.#file;
    switch (node.type) {
      case 'identifier':
        return this.#name(node, frame);
      case 'attribute':
        return this.#attribute(node, frame);
      case 'call':
        return this.#call(file.call(node), frame);
      case 'subscript':
        return this.of(node.get('value'), frame);
      case 'named_expression':
        return this.of(node.get('value'), frame);
      case 'conditional_expression':
        return this.#some([node.children[0], node.children[2]], frame);
      case 'list_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        return this.of(node.get('body'), frame);
      case 'pair':
      case 'keyword_argument':
        return this.of(node.get('value'), frame);
      case 'binary_operator':
      case 'unary_operator':
      case 'boolean_operator':
      case 'parenthesized_expression':
      case 'tuple':
      case 'list':
      case 'set':
      case 'dictionary':
      case 'expression_list':
      case 'list_splat':
      case 'dictionary_splat':
      case 'await':
      case 'yield':
        return this.#some(node.children, frame);
      default:
        return false;
    }
  }

  #name(node: Node, frame: Frame | null): boolean {
    const file = this.#file;
    if (asksForGradient(node, file)) return true;
    if (givenAt(node, file).some((each) => this.#given(each, frame))) return true;
    const holds = valuesAt(node, file).some(({ type }) => /^(list|dictionary|call)$/.test(type));
    return holds && this.#some(elementsOf(node, file), frame);
  }

  #given(given: Binding, frame: Frame | null): boolean {
    switch (given.kind) {
      case 'parameter':
        return this.#parameter(given, frame);
      case 'assignment':
      case 'update':
        return given.value.type !== 'none' && this.#made(given.node, given.value, frame);
      case 'item':
      case 'element':
        return this.#made(given.node, part(given.value, given.path, this.#file), frame);
      default:
        return false;
    }
  }

  /** What was computed where gradients are off has none, whatever it was computed from. */
  #made(place: Node, value: Node, frame: Frame | null): boolean {
    if (value.type === 'call' && asks(this.#file.call(value), this.#file)) return true;
    return this.of(value, frame) && !this.#around.isOff(place);
  }

  #parameter({ node, parameter }: Extract<Binding, { kind: 'parameter' }>, frame: Frame | null): boolean {
    const file = this.#file;
    const info = linksOf(file).bodyAround(node);
    if (!info || tensorOf(node, file)?.detached) return false;
    for (let at = frame; at; at = at.outer) {
      if (at.info !== info) continue;
      const passed = passedFor(info, parameter.name, at.call, file, null);
      return typeof passed !== 'string' && this.of(passed, at.outer);
    }
    if (info.class && info.parameters[0]?.name === parameter.name) return false;
    const calls = callsOf(info, file);
    if (calls.some((call) => this.#passes(info, parameter.name, call))) return true;
    const elsewhere = this.#around.passesElsewhere(
      info.class ? `${info.class.id}.${info.name}` : info.id,
      parameter.name,
    );
    if (elsewhere !== null || calls.length > 0) return elsewhere === true;
    return this.#isOpen(info, node, parameter.name);
  }

  #passes(info: FunctionInfo, name: string, call: Call): boolean {
    const passed = passedFor(info, name, call, this.#file, null);
    return typeof passed !== 'string' && this.of(passed, null);
  }

  /** The input of a network that nobody in sight calls: what an earlier layer made, as far as anybody can tell. */
  #isOpen(info: FunctionInfo, node: Node, name: string): boolean {
    if (!info.class || info.name !== 'forward' || GIVEN.test(name)) return false;
    const type = node.parent?.get('type');
    if (type && NO_TENSOR_TYPE.test(this.#file.read(type))) return false;
    // What may be left out is given beside what flows through, and nobody shows that a layer made it.
    return !node.parent?.get('value') && this.#around.isNetwork(info.class.id);
  }

  #attribute(node: Node, frame: Frame | null): boolean {
    const file = this.#file;
    const object = node.get('object');
    const name = file.read(node.get('attribute') ?? node);
    if (/^(data|grad|shape|dtype|device|ndim|indices|is_cuda|training)$/.test(name) || !object) return false;
    if (file.classOf(file.instanceOf(object))) {
      const values = attributeValues(node, file);
      return values.some((value) => this.#made(value, value, frame)) || this.#some(elementsOf(node, file), frame);
    }
    if (/^(weight|bias|in_proj_weight)$/.test(name) && modulesOf(object, file).some((each) => isLayer(each, file)))
      return true;
    return this.of(object, frame);
  }

  #call(call: Call, frame: Frame | null): boolean {
    const { name, method } = call;
    const file = this.#file;
    const passed = call.node.get('arguments')?.children ?? [];
    if (PARAMETERS.has(name)) return !says(call, 'requires_grad', false, file);
    if (FACTORIES.has(name)) return says(call, 'requires_grad', true, file);
    const last = method ?? name?.split('.').at(-1) ?? '';
    if (ENDS.test(last)) return false;
    if (TORCH_NN.has(name) && /\.[A-Z]\w*$/.test(name ?? '')) return false;
    if (HANDS_ON.has(name)) return this.#some(passed, frame);
    if (OTHERS.has(name)) return false;
    if (last === 'requires_grad_') return asks(call, file);
    const own = file.functionOf(name);
    if (own) return this.#result(own, call, frame);
    const isModule = name === null || name.startsWith('#') || file.classOf(name);
    const ran = isModule ? this.#ran(call, frame) : null;
    if (ran !== null) return ran;
    const object = method === null ? undefined : call.callee.get('object');
    const isData = object !== undefined && file.qualify(object)?.startsWith('#') === false;
    const isShaped = object !== undefined && SHAPED.test(last);
    return (!isShaped && this.#some(passed, frame)) || (!isData && this.of(object, frame));
  }

  /** What a call of a module gives; null for what is no module, as far as anybody sees. */
  #ran(call: Call, frame: Frame | null): boolean | null {
    const file = this.#file;
    const { callee } = call;
    if (/\.super\(\)\.forward$/.test(call.name ?? '')) return true;
    const own = callee.type === 'identifier' ? file.classOf(file.instanceOf(callee)) : undefined;
    const forwards = own?.methods.get('forward');
    if (forwards) return this.#result(forwards, call, frame);
    const made = file.classOf(call.name) ? [] : modulesOf(callee, file);
    const outputs = made.map((each) => this.#output(each, call, frame));
    if (outputs.includes(true)) return true;
    if (outputs.length > 0) return outputs.includes(null) ? null : false;
    if (isNetworkOfClass(callee, file, this.#around) || isToldToLearn(callee, file)) return true;
    return isHandedToTraining(callee, file) ? true : null;
  }

  /** What a module gives that a call constructs; null where that has a gradient if what it gets has one. */
  #output(made: Call, call: Call, frame: Frame | null): boolean | null {
    const file = this.#file;
    const forward = file.classOf(made.name)?.methods.get('forward');
    if (forward) return this.#result(forward, call, frame);
    const { name } = made;
    if (name === null || isFrozen(call.callee, file)) return null;
    const isKnown = TORCH_NN.has(name) || file.classOf(name) || this.#around.isNetwork(name);
    if (isKnown || membersOf(made, file).length > 0) return isLayer(made, file) || null;
    const isPart = isToldToLearn(call.callee, file) || isNetworkOfClass(call.callee, file, this.#around);
    return (isPart && isLayer(made, file)) || null;
  }

  /** What a function of the file returns for the arguments of a call. */
  #result(info: FunctionInfo, call: Call, frame: Frame | null): boolean {
    let depth = 0;
    for (let at = frame; at; at = at.outer) {
      depth++;
      if (at.info === info) return false;
    }
    if (depth >= MAX_FRAMES) return false;
    const inner: Frame = { info, call, outer: frame };
    const isOff = (value: Node): boolean => this.#around.isOff(value);
    return returnedBy(info).some((value) => this.of(value, inner) && !isOff(value));
  }
}

/** The calls of a function in its file; of a `forward` those of the objects of its class. */
function callsOf(info: FunctionInfo, file: PythonFile): readonly Call[] {
  const direct = callersOf(info, file);
  if (!info.class || !/^(forward|__call__)$/.test(info.name)) return direct;
  const { id } = info.class;
  const runs = file.calls(id).flatMap((made) => runsOf(made, file).map((each) => each.call));
  const onItself = file.allCalls.filter(
    ({ callee }) => callee.type === 'identifier' && file.instanceOf(callee) === id && file.read(callee) === 'self',
  );
  return [...direct, ...runs, ...onItself];
}

/** The part of what is unpacked that a target gets, where it is written out; else the whole. */
function part(right: Node, path: readonly number[], file: PythonFile): Node {
  const [index, ...rest] = path;
  if (index === undefined) return right;
  if (/^(tuple|list|expression_list)$/.test(right.type)) return part(right.children[index] ?? right, rest, file);
  if (right.type !== 'call') return right;
  const { name } = file.call(right);
  const passed = right.get('arguments')?.children ?? [];
  if (name === ZIP && passed[index]) return part(passed[index], rest, file);
  if (name === ENUMERATE && passed[0]) return index === 1 ? part(passed[0], rest, file) : right;
  return right;
}

/** `x.detach().requires_grad_()`, `torch.zeros(3, requires_grad=True)`: a gradient is asked for in so many words. */
function asks(call: Call, file: PythonFile): boolean {
  if (call.method !== 'requires_grad_') return says(call, 'requires_grad', true, file);
  const [mode] = call.node.get('arguments')?.children ?? [];
  return mode === undefined || file.constant(mode.get('value') ?? mode) !== false;
}

function says(call: Call, argument: string, value: boolean, file: PythonFile): boolean {
  const given = file.argument(call, argument);
  return typeof given !== 'string' && file.constant(given) === value;
}

const asking = new WeakMap<PythonFile, ReadonlySet<string>>();

/** `x.requires_grad_()` and `x.requires_grad = True`, somewhere in the file. */
function asksForGradient(node: Node, file: PythonFile): boolean {
  let names = asking.get(file);
  if (!names) {
    const asked = file
      .methodCalls('requires_grad_')
      .filter((call) => asks(call, file))
      .map((call) => call.callee.get('object'));
    const set = file.scopes.assignments.flatMap((each) => {
      const left = each.get('left');
      const right = each.get('right');
      const isOn = left?.type === 'attribute' && /\.requires_grad$/.test(file.read(left)) && right?.type === 'true';
      return isOn ? (left.get('object') ?? []) : [];
    });
    names = new Set([...asked, ...set].flatMap((each) => (each ? [file.read(each)] : [])));
    asking.set(file, names);
  }
  return names.has(file.read(node));
}

/** `self.backbone(x)` in a network: what it keeps and calls, and nobody sees made, is a part of it. */
function isNetworkOfClass(callee: Node, file: PythonFile, around: Around): boolean {
  const object =
    callee.type === 'attribute'
      ? callee.get('object')
      : callee.type === 'subscript'
        ? callee.get('value')?.get('object')
        : undefined;
  if (object?.type !== 'identifier') return false;
  const owner = file.classOf(file.instanceOf(object));
  if (!owner || !around.isNetwork(owner.id)) return false;
  const target = callee.type === 'attribute' ? callee : callee.get('value');
  const values = target ? attributeValues(target, file) : [];
  const isPlain = (value: Node): boolean =>
    value.type === 'lambda' ||
    file.functionOf(file.qualify(value)) !== undefined ||
    PLAIN_FUNCTIONS.has(file.qualify(value));
  return values.length > 0 && !values.every(isPlain) && enclosingClass(file.scope(callee)) !== null;
}

/** The object that is called is asked for its parameters, or switched to training or evaluation, in the same file. */
function isToldToLearn(callee: Node, file: PythonFile): boolean {
  if (callee.type !== 'identifier' && callee.type !== 'attribute') return false;
  const same = networksByText(file).get(file.read(callee)) ?? [];
  return same.some((object) => callee.type === 'attribute' || isSameVariable(object, callee, file));
}

const networks = new WeakMap<PythonFile, ReadonlyMap<string, readonly Node[]>>();

/** What a method of networks is called on, by how it is written. */
function networksByText(file: PythonFile): ReadonlyMap<string, readonly Node[]> {
  const known = networks.get(file);
  if (known) return known;
  const found = new Map<string, Node[]>();
  for (const { method, callee } of file.allCalls) {
    const object = method !== null && OF_NETWORKS.test(method) ? callee.get('object') : undefined;
    if (!object) continue;
    const text = file.read(object);
    const same = found.get(text);
    if (same) same.push(object);
    else found.set(text, [object]);
  }
  networks.set(file, found);
  return found;
}

/** `def step(net, x)`, which goes back from what it computes: what such a function is handed and calls is what it trains. */
function isHandedToTraining(callee: Node, file: PythonFile): boolean {
  const home = parameterOf(callee, file) ? callee.enclosing('function_definition') : null;
  if (!home) return false;
  return file.methodCalls('backward').some(({ node }) => node.enclosing('function_definition') === home);
}

/** `teacher.requires_grad_(False)`: what it computes has a gradient only if what it gets has one. */
function isFrozen(callee: Node, file: PythonFile): boolean {
  return file.methodCalls('requires_grad_').some((call) => {
    const object = call.callee.get('object');
    const [mode] = call.node.get('arguments')?.children ?? [];
    return (
      object !== undefined &&
      file.read(object) === file.read(callee) &&
      mode !== undefined &&
      file.constant(mode) === false
    );
  });
}
