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
    const calls = info && isWhole && depth < MAX_CALLERS ? file.calls(info.id) : [];
    return calls.length > 0 && calls.every((call) => runsWithoutGradient(call.node, file, isWhole, depth + 1));
  }
  return false;
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
