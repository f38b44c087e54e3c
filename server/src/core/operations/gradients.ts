/** Code that no backward pass follows. */
import { TAKES_NO_GRADIENT } from '../knowledge/calls.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { bindingOf, reachingDefinitions } from '../python/reaching.ts';
import type { Definition, FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { isApart, isClassApart, isInEvaluation } from './purposes.ts';

/** By its name it is the same, whoever made it: `utils.no_grad`. */
const NAMED_OFF = /^(?!.*(maybe|conditional|optional)).*(^|[._])(no_grad|inference_mode)$/;
/** Whose methods run without a gradient: datasets, metrics unless they are told otherwise, and what has its own backward. */
const QUIET_BASE =
  /^(torch\.autograd\.(function\.)?(Inplace)?Function|torch\.utils\.data\.\w*Dataset|torchvision\.datasets\.\w+|torch_geometric\.data\.\w*Dataset|torchmetrics\.([a-z]\w*\.)*Metric)$/;
const GRAD_SWITCH = 'torch.set_grad_enabled';
const MAX_CALLERS = 3;
/** Parameters that hold the weights of a checkpoint: plain tensors, which nothing is trained through. */
const WEIGHTS =
  /^((model|net|ema|old|new|src|loaded|orig(inal)?|pre_?trained|encoder|backbone|pos_?embed)_)?(state_?dict|checkpoint|ckpt)(_model)?$|^((pre_?trained|loaded)_(dict|weights|state|params)|model_state)$/;
const EXPORTS = /(^|_)onnx(_|$)/;
/** What a network is to find: nobody trains through it. */
const TRUTH = /^((gt|ground_?truths?|targets?|labels?)(_\w+)?|tgt_(masks?|labels?|ids?|box(es)?|bbox(es)?))$/;

/** What other files say of a file's code: who calls its functions, and what its classes are. */
export interface Callers {
  /** No other file does. */
  readonly isWhole: boolean;
  /** By a function's id: true where other files call it only without a gradient, null where none is seen to. */
  readonly elsewhere?: (id: string) => boolean | null;
  /** True for a class, by its name, that is known to be a Dataset. */
  readonly isDataset?: (name: string) => boolean;
}

/** How a place is known to be without a gradient: by switches and what code cannot be otherwise, or by what it is for too. */
type Reason = (node: Node, info: FunctionInfo | undefined) => boolean;

/**
 * True where no gradient is taken through what runs at a node: under `no_grad` or `inference_mode`, in a dataset, or in
 * a function that is only called from such places.
 */
export const runsWithoutGradient = (node: Node, file: PythonFile, callers: Callers): boolean =>
  isQuiet(node, file, callers, () => false);

/** The same, also in code that is for a network's input or its results, and in branches for evaluation. */
export const isNotTrainedThrough = (node: Node, file: PythonFile, callers: Callers): boolean =>
  isQuiet(
    node,
    file,
    callers,
    (at, info) =>
      isInEvaluation(at, file) ||
      (info !== undefined && (isApart(info) || (info.class && isClassApart(info.class, file)))) === true,
  );

function isQuiet(node: Node, file: PythonFile, callers: Callers, isFor: Reason, depth = 0): boolean {
  if (isUnderOff(node, file)) return true;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== 'function_definition') continue;
    const around = at.parent?.type === 'decorated_definition' ? at.parent.children : [];
    const decorators = around.filter((each) => each.type === 'decorator').flatMap((each) => each.children);
    if (decorators.some((each) => turnsOff(each, file) || wrapsOff(each, file))) return true;
    const info = file.scopes.byNode.get(at)?.owner as FunctionInfo | undefined;
    if (info?.class && callers.isDataset?.(info.class.id)) return true;
    if (info?.class && hasQuietBase(info, file) && !isUnderWith(node, file, turnsOn)) return true;
    if (info && (EXPORTS.test(info.name) || info.parameters.some(({ name }) => WEIGHTS.test(name)))) return true;
    if (isFor(node, info)) return true;
    const calls = info && depth < MAX_CALLERS ? file.calls(info.id) : [];
    const elsewhere = info && !info.class ? (callers.elsewhere?.(info.id) ?? null) : null;
    if (elsewhere === false || (calls.length === 0 && elsewhere === null)) return false;
    // What is only called to convert weights was written for that, whoever else may call it; a private function is not.
    const isOwn = callers.isWhole || elsewhere === true || info?.name.startsWith('_') === true;
    return calls.every(
      (call) => (isOwn || convertsWeights(call.node, file)) && isQuiet(call.node, file, callers, isFor, depth + 1),
    );
  }
  return false;
}

/** In a function that gets the weights of a checkpoint. */
function convertsWeights(node: Node, file: PythonFile): boolean {
  const definition = node.enclosing('function_definition');
  const info = definition && (file.scopes.byNode.get(definition)?.owner as FunctionInfo | undefined);
  return info?.parameters.some(({ name }) => WEIGHTS.test(name)) ?? false;
}

/** A name for what was computed under `no_grad`, and is used behind it; not where a gradient is asked for later. */
export function isMadeWithoutGradient(node: Node, file: PythonFile): boolean {
  if (node.type !== 'identifier') return false;
  const asks = file.methodCalls('requires_grad_').map((call) => call.callee.get('object'));
  if (asks.some((object) => object && file.read(object) === file.read(node))) return false;
  const definitions = reachingDefinitions(node, file);
  return definitions.length > 0 && definitions.every((each) => isComputedQuietly(each, file));
}

function isComputedQuietly(definition: Definition, file: PythonFile): boolean {
  const { holder } = bindingOf(definition.node);
  const value = holder?.type === 'assignment' ? holder.get('right') : undefined;
  return value?.type === 'call' && isUnderOff(definition.node, file);
}

/** `gt_masks`, `targets.float()`, `labels[:, None]`: by its name it is what the network is to find. */
export function isGivenTruth(node: Node, file: PythonFile): boolean {
  if (node.type === 'identifier') return TRUTH.test(file.read(node));
  const inner =
    node.type === 'subscript'
      ? node.get('value')
      : node.type === 'call'
        ? node.get('function')?.get('object')
        : node.type === 'parenthesized_expression'
          ? node.children[0]
          : undefined;
  return inner !== undefined && isGivenTruth(inner, file);
}

function turnsOff(expression: Node, file: PythonFile): boolean {
  const isCall = expression.type === 'call';
  const name = file.qualify(isCall ? (expression.get('function') ?? expression) : expression);
  if (name === GRAD_SWITCH && isCall) {
    const mode = file.argument(file.call(expression), 'mode', 0);
    return typeof mode !== 'string' && file.constant(mode) === false;
  }
  if (name === null) return false;
  return TAKES_NO_GRADIENT.has(name) || NAMED_OFF.test(name);
}

/** A decorator of the file's own that calls what it decorates under `no_grad`. */
function wrapsOff(decorator: Node, file: PythonFile): boolean {
  const name = file.qualify(decorator);
  const info = name === null ? undefined : file.functionOf(name);
  const [decorated] = info?.parameters ?? [];
  if (!info || !decorated || info.class) return false;
  const { start, end } = info.node;
  const inner = file.allCalls.filter(
    ({ node, callee }) =>
      start <= node.start && node.end <= end && callee.type === 'identifier' && file.read(callee) === decorated.name,
  );
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

const turnsOn = (item: Node, file: PythonFile): boolean =>
  item.type === 'call' && file.call(item).name === 'torch.enable_grad';

/** Behind `torch.set_grad_enabled(False)` in the same body, in a file that never switches gradients on again. */
function isBehindOff(node: Node, file: PythonFile): boolean {
  const switches = file.calls(GRAD_SWITCH).filter(({ node: call }) => call.parent?.type === 'expression_statement');
  if (switches.length === 0 || !switches.every(({ node: call }) => turnsOff(call, file))) return false;
  if (file.calls('torch.enable_grad').length > 0 || file.methodCalls('backward').length > 0) return false;
  return switches.some(({ node: call }) => {
    const block = call.parent?.parent;
    if (!block || !/^(block|module)$/.test(block.type)) return false;
    return block.type === 'module' || (block.start <= node.start && node.end <= block.end && call.end <= node.start);
  });
}

/** They give what no gradient flows back from. */
const ENDS =
  /^(detach|argmax|argmin|argsort|long|int|bool|byte|short|numpy|tolist|item|(gt|lt|ge|le|eq|ne)_?|nonzero)$/;
/** They hand on the gradient of what they are called on, and of nothing else. */
const HANDS_ON =
  /^(sigmoid|softmax|log_softmax|tanh|exp|float|double|half|cpu|cuda|to|contiguous|clone|flatten|unflatten|view|reshape|permute|transpose|squeeze|unsqueeze|expand|repeat|repeat_interleave|round|clamp|flip|data)$/;
const MAX_NAMES = 3;

/** `F.interpolate(scores).argmax(1)`, `mask = F.interpolate(mask) > 0.5`: whatever is made of the result has no gradient. */
export function losesGradient(result: Node, file: PythonFile, names = 0): boolean {
  let at = result;
  for (let parent = at.parent; parent; at = parent, parent = at.parent) {
    if (parent.type === 'parenthesized_expression') continue;
    if (parent.type === 'subscript' && at.field === 'value') continue;
    if (parent.type === 'comparison_operator') return true;
    if (parent.type === 'argument_list' && parent.children[0] === at && parent.parent) {
      const name = file.call(parent.parent).name;
      if (name !== null && /^torch\.(argmax|argmin|argsort|gt|lt|ge|le|eq|ne|nonzero)$/.test(name)) return true;
    }
    if (parent.type === 'attribute' && at.field === 'object') {
      const method = file.read(parent.get('attribute') ?? parent);
      if (ENDS.test(method) || method === 'data') return true;
      if (parent.field !== 'function' || !parent.parent || !HANDS_ON.test(method)) return false;
      parent = parent.parent;
      continue;
    }
    if (parent.type !== 'assignment' || at.field !== 'right' || names >= MAX_NAMES) return false;
    const target = parent.get('left');
    if (target?.type !== 'identifier') return false;
    const uses = mentionsOf(target, at, file);
    return uses.length > 0 && uses.every((use) => losesGradient(use, file, names + 1));
  }
  return false;
}

/** Where a name may stand for the value that an assignment gives it. */
export function mentionsOf(target: Node, value: Node, file: PythonFile): Node[] {
  const found: Node[] = [];
  const name = file.read(target);
  walk(target.enclosing('function_definition', 'lambda') ?? file.syntax.root, (node) => {
    if (node.type !== 'identifier' || node.field === 'attribute' || node.field === 'left' || node.field === 'name')
      return true;
    if (file.read(node) !== name) return true;
    const reaching = reachingDefinitions(node, file);
    if (reaching.some((each) => each.kind === 'assignment' && each.value === value)) found.push(node);
    return true;
  });
  return found;
}

const hasQuietBase = (info: FunctionInfo, file: PythonFile): boolean =>
  (info.class?.bases ?? []).some((base) => QUIET_BASE.test(file.qualify(base) ?? ''));
