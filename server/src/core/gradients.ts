/** Code that no backward pass follows. */
import type { Node, PythonFile } from './model.ts';
import type { Project } from './project.ts';
import { isApart, isClassApart, isInEvaluation } from './purposes.ts';
import { reachingDefinitions } from './reaching.ts';
import type { FunctionInfo } from './scope.ts';
import { walk } from './syntax.ts';

const OFF = new Set([
  'torch.no_grad',
  'torch.inference_mode',
  'torch.autograd.no_grad',
  'torch.autograd.inference_mode',
]);
const MAX_CALLERS = 3;
/** Parameters that hold the weights of a checkpoint: plain tensors, which nothing is trained through. */
const WEIGHTS = /^(state_?dict|checkpoint|ckpt)$/;
const EXPORTS = /(^|_)onnx(_|$)/;
/** What a network is to find: nobody trains through it. */
const TRUTH = /^(gt|ground_?truths?|targets?|labels?)(_\w+)?$/;

/** How a place is known to be without a gradient: by switches and what code cannot be otherwise, or by what it is for too. */
type Reason = (node: Node, info: FunctionInfo | undefined) => boolean;

/**
 * True where no gradient is taken through what runs at a node: under `no_grad` or `inference_mode`, in a dataset, or in
 * a function that is only called from such places. `isWhole` says that no other file calls the functions of this one.
 */
export const runsWithoutGradient = (node: Node, file: PythonFile, project: Project, isWhole: boolean): boolean =>
  isQuiet(node, file, project, isWhole, () => false);

/** The same, also in code that is for a network's input or its results, and in branches for evaluation. */
export const isNotTrainedThrough = (node: Node, file: PythonFile, project: Project): boolean =>
  isQuiet(
    node,
    file,
    project,
    project.isProgram,
    (at, info) =>
      isInEvaluation(at, file) ||
      (info !== undefined && (isApart(info) || (info.class && isClassApart(info.class, file)))) === true,
  );

function isQuiet(node: Node, file: PythonFile, project: Project, isWhole: boolean, isFor: Reason, depth = 0): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'with_statement') {
      const items = at.children.find((child) => child.type === 'with_clause')?.children ?? [];
      if (items.some((item) => item.children.some((each) => turnsOff(each, file)))) return true;
    }
    if (at.type !== 'function_definition') continue;
    const decorators = at.parent?.type === 'decorated_definition' ? at.parent.children : [];
    if (decorators.some((each) => each.type === 'decorator' && each.children.some((it) => turnsOff(it, file))))
      return true;
    const info = file.scopes.byNode.get(at)?.owner as FunctionInfo | undefined;
    if (info?.class && project.isDataset(info.class.id)) return true;
    if (info && (EXPORTS.test(info.name) || info.parameters.some(({ name }) => WEIGHTS.test(name)))) return true;
    if (isFor(node, info)) return true;
    const calls = info && depth < MAX_CALLERS ? file.calls(info.id) : [];
    // What is only called to convert weights was written for that, whoever else may call it; a private function is not.
    const isOwn = isWhole || info?.name.startsWith('_') === true;
    return (
      calls.length > 0 &&
      calls.every(
        (call) =>
          (isOwn || convertsWeights(call.node, file)) && isQuiet(call.node, file, project, isWhole, isFor, depth + 1),
      )
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
  if (name === 'torch.set_grad_enabled' && isCall) {
    const mode = file.argument(file.call(expression), 'mode', 0);
    return typeof mode !== 'string' && file.constant(mode) === false;
  }
  return name !== null && OFF.has(name);
}

/** They give what no gradient flows back from. */
const ENDS = /^(detach|argmax|argmin|argsort|long|int|bool|byte|short|numpy|tolist|item|gt|lt|ge|le|eq|ne|nonzero)$/;
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
