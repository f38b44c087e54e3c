/** What can be said, without running anything, about a value that is passed on or tested. */
import type { ClassEffects, Guard, Loader, Value } from './events.ts';
import { drawOf } from './knowledge.ts';
import type { Call, PythonFile } from './model.ts';
import type { ClassInfo, FunctionInfo } from './scope.ts';
import { nearestFunction } from './scope.ts';
import type { Node } from './syntax.ts';

/** Classes whose objects yield batches, in an order of their own. */
export const DATA_LOADERS: ReadonlySet<string> = new Set([
  'torch.utils.data.DataLoader',
  'torch_geometric.loader.DataLoader',
]);

export function knownValue(expression: Node, file: PythonFile): Value {
  const constant = file.constant(expression);
  if (constant !== undefined) return { const: constant };
  if (expression.type === 'lambda') return { function: functionId(expression, file) };
  const name = file.qualify(expression);
  if (name !== null && file.functionOf(name)) return { function: name };
  if (expression.type === 'call' && file.call(expression).name === 'functools.partial') {
    const inner = file.argument(file.call(expression), '', 0);
    return typeof inner === 'string' ? null : knownValue(inner, file);
  }
  const made = file.constructionOf(expression);
  if (made?.name)
    return DATA_LOADERS.has(made.name)
      ? { instance: made.name, loader: loaderOf(made, file) }
      : { instance: made.name };
  const self = file.instanceOf(expression);
  if (self !== null) return { instance: self };
  if (expression.type === 'identifier') {
    const [only, ...others] = file.definitions(expression);
    // A parameter is only what the caller passed as long as nobody assigns to it.
    const isOwn =
      only?.kind === 'parameter' && nearestFunction(file.scope(expression)) === nearestFunction(file.scope(only.node));
    if (only?.kind === 'parameter' && isOwn && others.length === 0) return { parameter: only.parameter.name };
  }
  return null;
}

export function functionId(node: Node, file: PythonFile): string {
  return (file.scopes.byNode.get(node)?.owner as FunctionInfo | undefined)?.id ?? '';
}

/** How a `DataLoader(...)` uses the global generators. */
export function loaderOf(call: Call, file: PythonFile): Loader {
  const own = file.argument(call, 'generator', 12);
  const hasGenerator = own !== 'absent' && (typeof own === 'string' || file.constant(own) !== null);
  const shuffle = file.argument(call, 'shuffle', 2);
  const sampler = file.argument(call, 'sampler', 3);
  const samplers = [sampler, file.argument(call, 'batch_sampler', 4)];
  const dataset = file.argument(call, 'dataset', 0);
  const workers = file.argument(call, 'num_workers', 5);
  const workerCount = workers === 'absent' ? 0 : typeof workers === 'string' ? undefined : file.constant(workers);
  return {
    shuffles:
      !hasGenerator &&
      ((typeof shuffle !== 'string' && file.constant(shuffle) === true) || isRandomSampler(sampler, file)),
    sampler: samplers.reduce<string | null>(
      (name, each) => name ?? (typeof each === 'string' ? null : file.instanceOf(each)),
      null,
    ),
    dataset: typeof dataset === 'string' ? null : file.instanceOf(dataset),
    workers: typeof workerCount !== 'number' ? 'unknown' : workerCount > 0 ? 'some' : 'none',
  };
}

function isRandomSampler(sampler: Node | string, file: PythonFile): boolean {
  const made = typeof sampler === 'string' ? null : file.constructionOf(sampler);
  const draw = made?.name ? drawOf(made.name) : undefined;
  return made !== null && draw?.kind === 'sampler' && file.argument(made, 'generator') === 'absent';
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
    default:
      return { test: 'truth', value: knownValue(condition, file) };
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
    const guard: Guard = { test: 'none', value: knownValue(left, file) };
    return operator === 'is' ? guard : { test: 'not', guard };
  }
  if (!['==', '!=', '<', '<=', '>', '>='].includes(operator)) return null;
  return { test: 'compare', operator, left: knownValue(left, file), right: knownValue(right, file) };
}

/** What a class hands on to who uses it. */
export function classEffects(info: ClassInfo, file: PythonFile): ClassEffects {
  const attributes: Record<string, Value> = {};
  for (const [name, values] of info.attributes) {
    const known = values.map((value) => knownValue(value, file)).filter((value) => value !== null);
    if (known.length === 1 && known[0]) attributes[name] = known[0];
  }
  return {
    bases: info.bases.map((base) => file.qualify(base)),
    methods: Object.fromEntries([...info.methods].map(([name, method]) => [name, method.id])),
    attributes,
  };
}
