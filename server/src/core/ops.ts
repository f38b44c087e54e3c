/** Which rows of the table of operations a call falls under, as its spelling and arguments decide. */
import { type Condition, type Op, opsOf, opsOfMethod, type Spelling } from './knowledge.ts';
import type { Call, PythonFile } from './model.ts';
import type { Span } from './rule.ts';
import type { Node } from './syntax.ts';

export interface OpCall {
  readonly call: Call;
  readonly op: Op;
  /** As the user wrote it, for messages. */
  readonly written: string;
  /** The token to look at: the method's name, or the whole dotted callee. */
  readonly span: Span;
}

/** The calls of the file that are operations of the table, with the rows whose visible conditions hold. */
export function* opCalls(file: PythonFile): Generator<OpCall> {
  for (const call of file.allCalls) {
    for (const { op, spelling } of candidates(call)) {
      if (!op.when.every((condition) => holds(condition, call, spelling, file))) continue;
      const attribute = spelling.kind === 'method' ? call.callee.get('attribute') : undefined;
      const token = attribute ?? call.callee;
      yield { call, op, written: file.read(token), span: { start: token.start, end: token.end } };
    }
  }
}

function candidates(call: Call): readonly { op: Op; spelling: Spelling }[] {
  if (call.name !== null && !call.name.startsWith('torch.Tensor.')) return opsOf(call.name);
  if (call.method === null) return [];
  // A method's name alone decides only where no other library has it.
  return opsOfMethod(call.method).filter(({ spelling }) => !spelling.ambiguous);
}

/** False also where nobody can tell: what is not known is not reported. */
export function holds(condition: Condition, call: Call, spelling: Spelling, file: PythonFile): boolean {
  if ('data' in condition) return true;
  const fixed = spelling.fixed?.[condition.argument];
  const given = file.argument(call, condition.argument, spelling.positions?.[condition.argument]);
  if ('present' in condition) {
    if (given === 'unknown') return false;
    const isPresent = given !== 'absent' && given.type !== 'none';
    return isPresent === condition.present;
  }
  if ('literal' in condition)
    return typeof given !== 'string' && (file.constant(given) !== undefined) === condition.literal;
  const absent = 'default' in condition ? condition.default : undefined;
  const value =
    fixed !== undefined
      ? fixed
      : given === 'absent'
        ? absent
        : typeof given === 'string'
          ? undefined
          : file.constant(given);
  if ('length' in condition) {
    const count = typeof given === 'string' ? undefined : lengthOf(given, file);
    return count === condition.length;
  }
  if (value === undefined) return false;
  if ('allOnes' in condition) {
    const sizes = Array.isArray(value) ? value : [value];
    return sizes.every((size) => size === 1) === condition.allOnes;
  }
  return 'in' in condition ? condition.in.includes(value) : !condition.notIn.includes(value);
}

function lengthOf(node: Node, file: PythonFile): number | undefined {
  if (node.type === 'tuple' || node.type === 'list') {
    return node.children.some((child) => child.type === 'list_splat') ? undefined : node.children.length;
  }
  const value = file.constant(node);
  return Array.isArray(value) ? value.length : undefined;
}

/** True where the tensor a method is called on was made on the CPU, in so many words. */
export function isOnCpu(call: Call, file: PythonFile): boolean {
  const object = call.callee.get('object');
  const [only, ...others] = object?.type === 'identifier' ? file.definitions(object) : [];
  if (only?.kind !== 'assignment' || others.length > 0 || only.value.type !== 'call') return false;
  const device = file.argument(file.call(only.value), 'device');
  return typeof device !== 'string' && namesCpu(device, file);
}

function namesCpu(device: Node, file: PythonFile): boolean {
  if (file.constant(device) === 'cpu') return true;
  const [only, ...others] = device.type === 'identifier' ? file.definitions(device) : [];
  const made = only?.kind === 'assignment' && others.length === 0 ? only.value : device;
  if (made.type !== 'call' || file.call(made).name !== 'torch.device') return false;
  const name = file.argument(file.call(made), 'device', 0);
  return typeof name !== 'string' && file.constant(name) === 'cpu';
}

/** True where no backward pass can follow: the call runs under `no_grad` or `inference_mode` in its own function. */
export function runsWithoutGradient(node: Node, file: PythonFile): boolean {
  const turnsOff = (expression: Node): boolean => {
    const target = expression.type === 'call' ? (expression.get('function') ?? expression) : expression;
    const name = file.qualify(target);
    return name === 'torch.no_grad' || name === 'torch.inference_mode' || name === 'torch.autograd.no_grad';
  };
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'with_statement') {
      const items = at.children.find((child) => child.type === 'with_clause')?.children ?? [];
      if (items.some((item) => item.children.some(turnsOff))) return true;
    }
    if (at.type === 'function_definition') {
      const decorators = at.parent?.type === 'decorated_definition' ? at.parent.children : [];
      return decorators.some((each) => each.type === 'decorator' && each.children.some(turnsOff));
    }
  }
  return false;
}
