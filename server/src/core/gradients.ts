/** Code that no backward pass follows. */
import type { Node, PythonFile } from './model.ts';
import type { FunctionInfo } from './scope.ts';

const OFF = new Set([
  'torch.no_grad',
  'torch.inference_mode',
  'torch.autograd.no_grad',
  'torch.autograd.inference_mode',
]);
const DATASET = /^(torch\.utils\.data\.\w*Dataset|torchvision\.datasets\.\w+|torch_geometric\.data\.\w*Dataset)$/;
const MAX_CALLERS = 3;
/** Parameters that hold the weights of a checkpoint: plain tensors, which nothing is trained through. */
const WEIGHTS = /^(state_?dict|checkpoint|ckpt)$/;
const EXPORTS = /(^|_)onnx(_|$)/;
/** What a network is to find: nobody trains through it. */
const TRUTH = /^(gt|ground_?truths?|targets?|labels?)(_\w+)?$/;

/**
 * True where no gradient is taken through what runs at a node: under `no_grad` or `inference_mode`, in a dataset, or in
 * a function that is only called from such places. `isWhole` says that no other file calls the functions of this one.
 */
export function runsWithoutGradient(node: Node, file: PythonFile, isWhole: boolean, depth = 0): boolean {
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
    if (info?.class && isDataset(info, file)) return true;
    if (info && (EXPORTS.test(info.name) || info.parameters.some(({ name }) => WEIGHTS.test(name)))) return true;
    const calls = info && depth < MAX_CALLERS ? file.calls(info.id) : [];
    // What is only called to convert weights was written for that, whoever else may call it.
    return (
      calls.length > 0 &&
      calls.every(
        (call) =>
          (isWhole || convertsWeights(call.node, file)) && runsWithoutGradient(call.node, file, isWhole, depth + 1),
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

const isDataset = (info: FunctionInfo, file: PythonFile): boolean =>
  (info.class?.bases ?? []).some((base) => DATASET.test(file.qualify(base) ?? ''));
