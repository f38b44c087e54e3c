/** Code that no backward pass follows. */

import { TAKES_NO_GRADIENT } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { valuesAt } from '../python/names.ts';
import { readsOf } from '../python/reads.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { decoratorsOf } from '../syntax/node.ts';
import { walk } from '../syntax/parse.ts';
import { NO_GRAD } from '../tensors/last-words.ts';
import { contains } from '../text/edit.ts';

const TORCH = namesFor('torch');

/** Whose methods run without a gradient: datasets, metrics unless they are told otherwise, and what has its own backward. */
const QUIET_BASE = namesFor('runs-without-gradient');
const GRAD_SWITCH = nameFor('sets-gradient');
const GRAD_ON = nameFor('takes-gradient');
const MAX_CALLERS = 3;
/** What other files say of a file's code: who calls its functions, and what its classes are. */
export interface Callers {
  /** No other file does. */
  readonly isWhole: boolean;
  /** By a function's id: true where other files call it only without a gradient, null where none is seen to. */
  readonly elsewhere?: (id: string) => boolean | null;
  /** The same of a method, on whatever object; false too where nobody knows who uses the file. */
  readonly methodElsewhere?: (id: string) => boolean | null;
  /** True for a class, by its name, that is known to be a Dataset. */
  readonly isDataset?: (name: string) => boolean;
}

/**
 * True where no gradient is taken through what runs at a node: under `no_grad` or `inference_mode`, in a dataset, or in
 * a function that is only called from such places.
 */
export function runsWithoutGradient(node: Node, file: PythonFile, callers: Callers, depth = 0): boolean {
  if (isUnderOff(node, file)) return true;
  const at = node.enclosing('function_definition');
  if (!at) return false;
  if (decoratorsOf(at).some((each) => turnsOff(each, file) || wrapsOff(each, file))) return true;
  const info = file.functionAt(at);
  if (!info) return false;
  if (info.class && callers.isDataset?.(info.class.id)) return true;
  if (info.class && hasQuietBase(info, file) && !isUnderWith(node, file, turnsOn)) return true;
  const calls = depth < MAX_CALLERS ? file.calls(info.id) : [];
  const elsewhere = info.class ? null : (callers.elsewhere?.(info.id) ?? null);
  if (elsewhere === false || (calls.length === 0 && elsewhere === null)) return false;
  // A private function is nobody else's.
  const isOwn = callers.isWhole || elsewhere === true || info.name.startsWith('_');
  const isQuiet = isOwn || (info.class !== null && isQuietMethod(info, file, callers, depth));
  return isQuiet && calls.every((call) => runsWithoutGradient(call.node, file, callers, depth + 1));
}

/** A method that other files, and this one on objects nobody knows, call and hand on only where no gradient is taken. */
function isQuietMethod(info: FunctionInfo, file: PythonFile, callers: Callers, depth: number): boolean {
  if (MODULE_METHODS.has(info.name) || depth > 0 || !callers.methodElsewhere) return false;
  const unknown = file.methodCalls(info.name).filter(({ name }) => isUnreadable(name, file));
  const [least, most] = argumentsTaken(info);
  const fitting = unknown.filter(({ node }) => {
    const given = node.get('arguments')?.children.length ?? 0;
    return least <= given && given <= most;
  });
  const handedOn = readsOf(file)
    .handedOn(info.name)
    .filter((node) => isUnreadable(file.qualify(node), file) || file.functionOf(file.qualify(node)) === info);
  return (
    [...fitting.map(({ node }) => node), ...handedOn].every((node) =>
      runsWithoutGradient(node, file, callers, depth + 1),
    ) && callers.methodElsewhere(info.id) !== false
  );
}

/** Nobody can tell which function is called, of this file or of a library. */
export const isUnreadable = (name: string | null, file: PythonFile): boolean =>
  name === null || (name.startsWith('#') && file.functionOf(name) === undefined);

/** Methods by which a module is run without being named. */
const MODULE_METHODS = new Set(['forward', '__call__']);

/** How many arguments a method takes behind its object: at least, and at most. */
export function argumentsTaken({ parameters }: FunctionInfo): readonly [least: number, most: number] {
  const [, ...others] = parameters;
  const least = others.filter(({ default: usual, star }) => usual === null && star === '').length;
  return [least, others.some(({ star }) => star !== '') ? Number.POSITIVE_INFINITY : others.length];
}

/** Behind the only backward passes of the file, in the same body and in no loop with one: nothing goes back through it. */
export function isBehindBackward(node: Node, file: PythonFile): boolean {
  const home = node.enclosing('function_definition', 'lambda');
  const passes = ['backward', 'manual_backward']
    .flatMap((method) => file.methodCalls(method))
    .flatMap((call): readonly (Node | null)[] => placesIn(home, call.node, file) ?? [null]);
  const loops = loopsAround(node);
  return (
    passes.length > 0 &&
    passes.every((pass) => pass !== null && pass.end <= node.start && !loops.some((loop) => contains(loop, pass)))
  );
}

/** Where a body runs a call that stands in it, or in functions that only it calls; null where others run it too, or nobody. */
function placesIn(home: Node | null, node: Node, file: PythonFile, depth = 0): readonly Node[] | null {
  const around = node.enclosing('function_definition', 'lambda');
  if (around === home) return [node];
  const id = around ? file.functionAt(around)?.id : undefined;
  const calls = id === undefined || depth >= MAX_CALLERS ? [] : file.calls(id);
  const places = calls.map((call) => placesIn(home, call.node, file, depth + 1));
  return places.length > 0 && !places.includes(null) ? places.flatMap((each) => each ?? []) : null;
}

function loopsAround(node: Node): readonly Node[] {
  const loops: Node[] = [];
  for (let at = node.parent; at; at = at.parent) if (/^(for|while)_statement$/.test(at.type)) loops.push(at);
  return loops;
}

function turnsOff(expression: Node, file: PythonFile): boolean {
  const isCall = expression.type === 'call';
  const name = file.qualify(isCall ? (expression.get('function') ?? expression) : expression);
  if (name === GRAD_SWITCH && isCall) {
    const mode = file.argument(file.call(expression), 'mode', 0);
    return typeof mode !== 'string' && file.constant(mode) === false;
  }
  if (name === null) return false;
  return TAKES_NO_GRADIENT.has(name) || NO_GRAD.test(name);
}

/** A decorator of the file's own that calls what it decorates under `no_grad`. */
function wrapsOff(decorator: Node, file: PythonFile): boolean {
  const name = file.qualify(decorator);
  const info = name === null ? undefined : file.functionOf(name);
  const [decorated] = info?.parameters ?? [];
  if (!info || !decorated || info.class) return false;
  const inner = file
    .callsWithin(info.node)
    .filter(({ callee }) => callee.type === 'identifier' && file.read(callee) === decorated.name);
  return inner.length > 0 && inner.every(({ node }) => isUnderOff(node, file));
}

/** In a `with` that switches gradients off, or behind a statement that does, up to the function around it. */
const isUnderOff = (node: Node, file: PythonFile): boolean =>
  isUnderWith(node, file, turnsOff) || isBehindOff(node, file);

function isUnderWith(node: Node, file: PythonFile, isMeant: (item: Node, file: PythonFile) => boolean): boolean {
  for (let at = node.parent; at && at.type !== 'function_definition'; at = at.parent) {
    if (at.type !== 'with_statement') continue;
    const items = at.children.find((child) => child.type === 'with_clause')?.children ?? [];
    if (items.some((item) => item.children.some((each) => isMeant(each, file)))) return true;
  }
  return false;
}

const turnsOn = (item: Node, file: PythonFile): boolean => item.type === 'call' && file.call(item).name === GRAD_ON;

/** Behind `torch.set_grad_enabled(False)` in the same body, in a file that never switches gradients on again. */
function isBehindOff(node: Node, file: PythonFile): boolean {
  const switches = file.calls(GRAD_SWITCH).filter(({ node: call }) => call.parent?.type === 'expression_statement');
  if (switches.length === 0 || !switches.every(({ node: call }) => turnsOff(call, file))) return false;
  if (file.calls(GRAD_ON).length > 0 || file.methodCalls('backward').length > 0) return false;
  return switches.some(({ node: call }) => {
    const block = call.parent?.parent;
    if (!block || !/^(block|module)$/.test(block.type)) return false;
    return block.type === 'module' || (contains(block, node) && call.end <= node.start);
  });
}

/** They give what no gradient flows back from. */
const ENDS =
  /^(detach|argmax|argmin|argsort|long|int|bool|byte|short|numpy|tolist|item|(gt|lt|ge|le|eq|ne)_?|nonzero|data|shape|size|dim|ndim|dtype|device|numel)$/;
/** They hand on the gradient of what they are called on, and of nothing else. */
const HANDS_ON =
  /^(sigmoid|softmax|log_softmax|tanh|exp|float|double|half|cpu|cuda|to|contiguous|clone|flatten|unflatten|view|reshape|permute|transpose|squeeze|unsqueeze|expand|repeat|repeat_interleave|round|clamp|flip)$/;
const MAX_NAMES = 3;

/** They look at a tensor, and no gradient comes back from them. */
const SINKS = namesFor('looks-at-tensor');

/** `F.interpolate(scores).argmax(1)`, `mask = F.interpolate(mask) > 0.5`: whatever is made of the result has no gradient. */
export function losesGradient(result: Node, file: PythonFile, names = 0): boolean {
  let at = result;
  for (let parent = at.parent; parent; at = parent, parent = at.parent) {
    const step = stepFrom(at, parent, file);
    if (step === 'lost') return true;
    if (step === 'kept') break;
    if (step !== 'on') parent = step;
  }
  const assignment = at.parent;
  if (assignment?.type !== 'assignment' || at.field !== 'right' || names >= MAX_NAMES) return false;
  const target = assignment.get('left');
  if (target?.type !== 'identifier') return false;
  const uses = mentionsOf(target, at, file);
  return uses.length > 0 && uses.every((use) => losesGradient(use, file, names + 1));
}

/** What becomes of a gradient on the way from a value to what it stands in; a node is where the way goes on. */
function stepFrom(at: Node, parent: Node, file: PythonFile): 'lost' | 'kept' | 'on' | Node {
  if (parent.type === 'parenthesized_expression') return 'on';
  if (parent.type === 'subscript' && at.field === 'value') return 'on';
  if (parent.type === 'comparison_operator' || parent.type === 'interpolation') return 'lost';
  if (parent.type === 'argument_list' && parent.parent)
    return SINKS.has(file.call(parent.parent).name) ? 'lost' : 'kept';
  if (parent.type !== 'attribute' || at.field !== 'object') return 'kept';
  const method = file.read(parent.get('attribute') ?? parent);
  if (ENDS.test(method)) return 'lost';
  return parent.field === 'function' && parent.parent && HANDS_ON.test(method) ? parent.parent : 'kept';
}

/** Where a name may stand for the value that an assignment gives it. */
export function mentionsOf(target: Node, value: Node, file: PythonFile): Node[] {
  const found: Node[] = [];
  const name = file.read(target);
  walk(target.enclosing('function_definition', 'lambda') ?? file.syntax.root, (node) => {
    if (node.type !== 'identifier' || node.field === 'attribute' || node.field === 'left' || node.field === 'name')
      return true;
    if (file.read(node) !== name) return true;
    if (valuesAt(node, file).includes(value)) found.push(node);
    return true;
  });
  return found;
}

const hasQuietBase = (info: FunctionInfo, file: PythonFile): boolean =>
  (info.class?.bases ?? []).some((base) => QUIET_BASE.has(file.qualify(base)));

const LOSS = namesFor('losses');

/** What it gives is what a loss of torch's compares in the same function: that is what is trained, whoever calls. */
export function feedsLoss(result: Node, file: PythonFile): boolean {
  const home = result.enclosing('function_definition');
  if (!home) return false;
  return file.allCalls.some((call) => {
    if (call.name === null || !LOSS.has(call.name) || call.node.enclosing('function_definition') !== home) return false;
    const compared = file.argument(call, 'input', 0);
    return typeof compared !== 'string' && isMadeOf(compared, result, file, new Set());
  });
}

/** Through names, functions of torch and methods; what goes through a network is another matter. */
function isMadeOf(node: Node, source: Node, file: PythonFile, seen: Set<Node>): boolean {
  if (node === source) return true;
  if (seen.has(node)) return false;
  seen.add(node);
  if (node.type === 'identifier') {
    return valuesAt(node, file).some((value) => isMadeOf(value, source, file, seen));
  }
  if (node.type === 'call' && !TORCH.has(file.call(node).name)) {
    const object = node.get('function')?.get('object');
    return object !== undefined && isMadeOf(object, source, file, seen);
  }
  return node.children.some((child) => isMadeOf(child, source, file, seen));
}
