/** Parameters over memory that nobody has written to: where they are made, and what of the code may fill them. */

import { namesFor } from '../knowledge/names.ts';
import { saysItLoadsSomeWeights } from '../knowledge/words.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSameVariable, onlyAssignment } from '../python/names.ts';
import { type ClassInfo, enclosingClass } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { Choices } from '../tensors/choices.ts';
import { writtenValue } from '../tensors/written-values.ts';
import { contains } from '../text/edit.ts';

/** A parameter, and the call that made its memory. */
export interface Unfilled {
  readonly made: Call;
  /** How it is called where it is kept: `self.weight`, `scale`. */
  readonly target: Node;
  /** How many sizes it has; null where the code does not show it. */
  readonly rank: number | null;
}

const PARAMETER = namesFor('parameters');
const EMPTY = namesFor('empty');
const EMPTY_METHOD = /^new_empty(_strided)?$/;
/** With sizes it makes a tensor of that size, with data one of the data. */
const SIZED = namesFor('sized-tensors');
const MOVES = /^(to|cuda|cpu|float|half|double|bfloat16|contiguous|view|reshape|unsqueeze|t|requires_grad_)$/;
/** In-place methods that write no values. */
const WRITES_NOTHING =
  /^(requires_grad_|share_memory_|retain_grad_|detach_|unsqueeze_|squeeze_|t_|transpose_|_\w+_|__\w+__)$/;
const INIT = namesFor('fills');
const NETWORK = namesFor('bare-bases');
const TORCH = namesFor('torch');
const TORCH_NN = namesFor('torch-nn');
const FILLS_ALL = namesFor('fills-parameters');
const TELLS = namesFor('tells-of');
const NO_TENSORS = namesFor('tables-and-arrays');
/** Methods of a module that write to no parameter. */
const OF_MODULES =
  /^(register_(buffer|parameter|module|forward_hook|forward_pre_hook|full_backward_hook)|add_module|parameters|named_parameters|modules|children|train|eval|to|cuda|cpu|float|half|extra_repr|save_hyperparameters|log|log_dict|zero_grad|state_dict|__init__)$/;

/** The parameters of a file that are over uninitialised memory, and that nothing in the file fills. */
export function unfilledParameters(file: PythonFile): readonly Unfilled[] {
  const calls = [...file.callsByName].flatMap(([name, each]) => (PARAMETER.has(name) ? each : []));
  return calls.flatMap((call) => {
    const data = file.argument(call, 'data', 0);
    const made = typeof data === 'string' ? null : emptyIn(data, file);
    const target = targetOf(call.node, file);
    if (!made || !target) return [];
    const owner = enclosingClass(file.scope(call.node));
    if (isKept(target) ? !owner || mayBeFilled(target, owner, file) : isFilledByName(target, file)) return [];
    return [{ made, target, rank: rankOf(made, file) }];
  });
}

/** The call that makes uninitialised memory, seen through what only moves it; null for anything else. */
function emptyIn(node: Node, file: PythonFile): Call | null {
  if (node.type === 'parenthesized_expression' && node.children[0]) return emptyIn(node.children[0], file);
  if (node.type === 'identifier') {
    const only = onlyAssignment(node, file);
    return only && !isFilledByName(only.target, file) ? emptyIn(only.value, file) : null;
  }
  if (node.type !== 'call') return null;
  const call = file.call(node);
  const object = call.callee.get('object');
  if (call.method !== null && MOVES.test(call.method) && object && !TORCH_NN.has(call.name))
    return emptyIn(object, file);
  const isEmpty = EMPTY.has(call.name) || EMPTY_METHOD.test(call.method ?? '') || isSized(call, file);
  return isEmpty && !hasNoValues(call, file) ? call : null;
}

/** `torch.Tensor(n, m)`: several sizes, or one that is a number. */
function isSized(call: Call, file: PythonFile): boolean {
  if (call.name === null || !SIZED.has(call.name)) return false;
  const passed = call.node.get('arguments')?.children ?? [];
  const [first] = passed;
  if (!first || passed.some((each) => /splat|keyword/.test(each.type))) return false;
  if (/^(list|tuple|list_comprehension)$/.test(first.type)) return false;
  return passed.length > 1 || typeof writtenValue(first, file, new Choices(new Map())) === 'number';
}

/** A size of 0, or memory that is none yet. */
function hasNoValues(call: Call, file: PythonFile): boolean {
  const device = file.argument(call, 'device');
  if (device !== 'absent' && (typeof device === 'string' || /meta/.test(file.read(device)))) return true;
  const passed = call.node.get('arguments')?.children ?? [];
  return passed.some((each) => [each, ...each.children].some((size) => file.constant(size) === 0));
}

function rankOf(call: Call, file: PythonFile): number | null {
  const passed = (call.node.get('arguments')?.children ?? []).filter(({ type }) => type !== 'keyword_argument');
  const [first, ...others] = passed;
  if (!first || /_like$/.test(call.name ?? '') || passed.some(({ type }) => /splat/.test(type))) return null;
  if (others.length > 0) return passed.length;
  if (/^(tuple|list)$/.test(first.type)) return first.children.length;
  return typeof file.constant(first) === 'number' ? 1 : null;
}

const isKept = (target: Node): boolean => target.type === 'attribute' || target.type === 'string';

/** What keeps it: an attribute or a name it is assigned to, or the name it is registered by. */
function targetOf(parameter: Node, file: PythonFile): Node | null {
  const holder = parameter.parent;
  if (holder?.type === 'assignment' && parameter.field === 'right') {
    const left = holder.get('left');
    const isOwn = left?.type === 'attribute' && left.get('object')?.type === 'identifier';
    return left && (left.type === 'identifier' || isOwn) ? left : null;
  }
  const call = holder?.type === 'argument_list' && holder.parent ? file.call(holder.parent) : null;
  if (call?.method !== 'register_parameter') return null;
  const name = file.argument(call, 'name', 0);
  return typeof name !== 'string' && name.type === 'string' ? name : null;
}

/** Nobody can rule out that the class, or something in the file that has its objects, writes to the parameter. */
function mayBeFilled(target: Node, owner: ClassInfo, file: PythonFile): boolean {
  const name = target.type === 'string' ? String(file.constant(target)) : file.read(target.get('attribute') ?? target);
  if (!owner.bases.every((base) => isPlainBase(base, file))) return true;
  if (callsUnknownMethods(owner, file) || fillsAll(file, owner)) return true;
  let isFilled = false;
  walk(file.syntax.root, (node) => {
    if (node === target || isFilled) return !isFilled;
    if (node.type === 'attribute' && file.read(node.get('attribute') ?? node) === name) isFilled = writes(node, file);
    // By its name it may be any of them: `getattr(self, name)`, `setattr`, `vars(self)`.
    if (node.type === 'identifier' && /^(getattr|setattr|vars)$/.test(file.read(node)) && contains(owner.node, node))
      isFilled = true;
    return !isFilled;
  });
  return isFilled;
}

function isPlainBase(base: Node, file: PythonFile, depth = 0): boolean {
  const name = file.qualify(base);
  if (name === null || depth > 5) return false;
  const own = file.classOf(name);
  if (!own) return NETWORK.has(name);
  return own.bases.every((each) => isPlainBase(each, file, depth + 1)) && !callsUnknownMethods(own, file);
}

/** The class calls a method of its own that nobody here can read. */
function callsUnknownMethods(owner: ClassInfo, file: PythonFile): boolean {
  return file.allCalls.some(({ node, name, method, callee }) => {
    if (!contains(owner.node, node) || method === null || !name?.startsWith(`${owner.id}.`)) return false;
    if (file.functionOf(name) || OF_MODULES.test(method) || callee.get('object')?.type !== 'identifier') return false;
    // What the class keeps and calls is a part of it.
    return !owner.attributes.has(method) && !name.includes('.super()');
  });
}

/** Something goes through all parameters of what may hold the class's objects, or loads them. */
function fillsAll(file: PythonFile, owner: ClassInfo): boolean {
  return fillers(file).some((node) => {
    const around = enclosingClass(file.scope(node));
    if (!around || around === owner) return true;
    // Another class fills its own parts: those that it makes.
    return file.calls(owner.id).some((made) => contains(around.node, made.node)) || file.calls(owner.id).length === 0;
  });
}

/** Places where all parameters of something are filled: a loop that writes to them, `apply`, loading. */
export function fillers(file: PythonFile): readonly Node[] {
  const found = ['apply', 'load_state_dict', 'from_pretrained', '_apply'].flatMap((method) =>
    file
      .methodCalls(method)
      .filter(({ name, node }) => (node.get('arguments')?.children.length ?? 0) > 0 && !NO_TENSORS.has(name)),
  );
  const loops = ['parameters', 'named_parameters', 'modules', 'named_modules', 'children'].flatMap((method) =>
    file.methodCalls(method).filter(({ node }) => {
      const loop = node.enclosing('for_statement', 'list_comprehension');
      return loop !== null && writesIn(loop, file);
    }),
  );
  const loaders = [...file.callsByName].flatMap(([name, calls]) =>
    FILLS_ALL.has(name) || saysItLoadsSomeWeights(name.slice(name.lastIndexOf('.') + 1)) ? calls : [],
  );
  const foreign = file.allCalls.filter((call) => writesToOthers(call, file));
  return [...found, ...loops, ...loaders, ...foreign].map(({ node }) => node);
}

/** `nn.init.zeros_(model.head.weight)`, `net.scale.data.fill_(1)`: a parameter of an object that is not this one. */
function writesToOthers(call: Call, file: PythonFile): boolean {
  const isInit = INIT.has(call.name);
  if (!isInit && !/[^_]_$/.test(call.method ?? '')) return false;
  const written = isInit ? call.node.get('arguments')?.children[0] : call.callee.get('object');
  if (written?.type !== 'attribute' || (!isInit && !/\.data$/.test(file.read(written)))) return false;
  return !/^(self|cls)\./.test(file.read(written)) && !TORCH.has(file.qualify(written));
}

const writesIn = (outer: Node, file: PythonFile): boolean =>
  file.allCalls.some(
    ({ node, name, method }) =>
      contains(outer, node) &&
      (INIT.has(name) ||
        (method !== null && /[^_]_$/.test(method) && !WRITES_NOTHING.test(method)) ||
        method === 'reset_parameters'),
  ) ||
  file.scopes.assignments.some(
    (each) => contains(outer, each) && /\.data\b|\[/.test(file.read(each.get('left') ?? each)),
  );

/** Unlike a read, a mention that may write to what it stands for, or hand it to what does. */
function writes(mention: Node, file: PythonFile): boolean {
  const parent = mention.parent;
  if (!parent) return false;
  if (mention.field === 'left' && /^(augmented_)?assignment$/.test(parent.type))
    return parent.type !== 'assignment' || !isEmptyAgain(parent, file);
  switch (parent.type) {
    case 'attribute': {
      if (mention.field !== 'object') return false;
      const name = file.read(parent.get('attribute') ?? parent);
      if (/^(shape|dtype|device|requires_grad|grad|is_cuda|ndim|T|mT)$/.test(name)) return false;
      const isCalled = parent.field === 'function';
      if (isCalled && /[^_]_$/.test(name)) return !WRITES_NOTHING.test(name);
      if (!isCalled) return writes(parent, file);
      return ALIASES.test(name) && parent.parent !== null && writes(parent.parent, file);
    }
    case 'subscript':
      return mention.field === 'value' && writes(parent, file);
    case 'argument_list':
    case 'keyword_argument':
      return isHandedOn(mention, file);
    case 'binary_operator':
    case 'unary_operator':
    case 'comparison_operator':
    case 'not_operator':
    case 'expression_statement':
    case 'if_statement':
    case 'interpolation':
      return false;
    case 'parenthesized_expression':
    case 'conditional_expression':
      return writes(parent, file);
    default:
      // Iterated, returned, kept under another name: whoever has it may write.
      return !isReturnedByForward(mention);
  }
}

const ALIASES =
  /^(view|reshape|t|transpose|permute|squeeze|unsqueeze|flatten|narrow|select|detach|chunk|split|unbind|diagonal)$/;

/** The same attribute over other memory that nobody has written to. */
function isEmptyAgain(assignment: Node, file: PythonFile): boolean {
  const right = assignment.get('right');
  if (right?.type === 'none') return true;
  if (right?.type !== 'call' || !PARAMETER.has(file.call(right).name)) return false;
  const data = file.argument(file.call(right), 'data', 0);
  return typeof data !== 'string' && emptyIn(data, file) !== null;
}

const isReturnedByForward = (mention: Node): boolean => {
  const home = mention.enclosing('function_definition');
  const name = home?.get('name');
  return (
    name !== undefined &&
    name !== null &&
    name.end - name.start === 'forward'.length &&
    mention.enclosing('return_statement') !== null
  );
};

/** To an initialiser, or to a function that nobody here can read; torch's own and a network's parts only read. */
function isHandedOn(mention: Node, file: PythonFile): boolean {
  const node = mention.enclosing('call');
  if (!node) return true;
  const call = file.call(node);
  if (INIT.has(call.name)) return true;
  if (call.name !== null && TORCH.has(call.name)) return /[^_]_$/.test(call.name) || isOutput(mention, file);
  if (TELLS.has(call.name)) return false;
  const home = node.enclosing('function_definition');
  const isForward = home?.get('name') !== undefined && file.read(home.get('name') ?? home) === 'forward';
  return !isForward;
}

function isOutput(mention: Node, file: PythonFile): boolean {
  const name = mention.parent?.type === 'keyword_argument' ? mention.parent.get('name') : undefined;
  return name !== undefined && file.read(name) === 'out';
}

/** For a parameter under a plain name: something in the file writes to it, or has it under another name. */
function isFilledByName(target: Node, file: PythonFile): boolean {
  let isFilled = false;
  walk(file.syntax.root, (node) => {
    if (node.type !== 'identifier' || node === target || isFilled || node.field === 'attribute') return !isFilled;
    if (!isSameVariable(node, target, file) || isDataOfParameter(node, file)) return !isFilled;
    isFilled = writes(node, file);
    return !isFilled;
  });
  return isFilled;
}

/** `nn.Parameter(memory)`, which goes on to be looked at itself. */
function isDataOfParameter(mention: Node, file: PythonFile): boolean {
  const call = mention.parent?.type === 'argument_list' ? mention.parent.parent : null;
  return call !== null && call !== undefined && PARAMETER.has(file.call(call).name);
}
