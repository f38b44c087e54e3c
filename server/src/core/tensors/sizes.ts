/** The sizes of tensors along each dimension, where the code shows them: from a factory on, through layers and callers. */
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { givenAt } from '../python/names.ts';
import type { Choices } from './choices.ts';
import { membersOf, modulesOf, returnedBy, runsOf } from './modules.ts';
import { argumentThrough, callersOf, passedFor, type Written, writtenValue } from './written-values.ts';

/** The last dimension last; undefined for one that the code does not show. */
export type TensorSizes = readonly (number | undefined)[];

const MAX_STEPS = 14;
const FROM_SIZES = namesFor('tensor-of-sizes');
/** The sizes are an argument of their own. */
const SIZED = new Map([
  [nameFor('tensor-of-size-first'), 0],
  [nameFor('tensor-of-size-third'), 2],
]);
const SAME =
  /^(to|cuda|cpu|float|half|double|bfloat16|long|int|detach|clone|contiguous|requires_grad_|relu|sigmoid|tanh|gelu|silu|exp|log|sqrt|abs|clamp|softmax|log_softmax|dropout|normalize)$/;
const SAME_LAYER = namesFor('keeps-sizes');
const CONV = namesFor('convolutions');
const POOL = namesFor('pools');
const TORCH = namesFor('torch');

/** Undefined where not even the number of dimensions shows. */
export function sizesOf(
  node: Node | undefined,
  file: PythonFile,
  choices: Choices,
  depth = 0,
): TensorSizes | undefined {
  if (!node || depth > MAX_STEPS) return undefined;
  const go = (inner: Node | undefined): TensorSizes | undefined => sizesOf(inner, file, choices, depth + 1);
  switch (node.type) {
    case 'parenthesized_expression':
      return go(node.children[0]);
    case 'identifier': {
      const [only, ...others] = givenAt(node, file);
      if (!only || others.length > 0) return undefined;
      if (only.kind === 'assignment') return go(only.value);
      return only.kind === 'parameter' ? ofParameter(only.node, only.parameter.name, file, choices, depth) : undefined;
    }
    case 'call':
      return ofCall(file.call(node), file, choices, depth);
    default:
      return undefined;
  }
}

/** What the only caller passes. */
function ofParameter(
  node: Node,
  name: string,
  file: PythonFile,
  choices: Choices,
  depth: number,
): TensorSizes | undefined {
  const info = linksOf(file).bodyAround(node);
  if (!info) return undefined;
  const made = info.class && info.name === 'forward' ? file.calls(info.class.id) : [];
  const runs = made.flatMap((each) => runsOf(each, file).map((run) => run.call));
  const [only, ...others] = [...callersOf(info, file), ...runs];
  const passed = only && others.length === 0 ? passedFor(info, name, only, file, choices) : 'absent';
  return typeof passed === 'string' ? undefined : sizesOf(passed, file, choices, depth + 1);
}

function ofCall(call: Call, file: PythonFile, choices: Choices, depth: number): TensorSizes | undefined {
  const go = (inner: Node | undefined): TensorSizes | undefined => sizesOf(inner, file, choices, depth + 1);
  const passed = (call.node.get('arguments')?.children ?? []).filter((each) => each.type !== 'keyword_argument');
  const { name, method } = call;
  if (FROM_SIZES.has(name)) return fromSizes(passed, file, choices);
  const position = SIZED.get(name ?? '');
  if (position !== undefined) {
    const given = file.argument(call, 'size', position);
    return typeof given === 'string' ? undefined : fromSizes([given], file, choices);
  }
  const isFunction = TORCH.has(name);
  const last = isFunction ? name?.slice(name.lastIndexOf('.') + 1) : method;
  const input = isFunction ? passed[0] : call.callee.get('object');
  if (last && SAME.test(last)) return go(input);
  if (last === 'unsqueeze') return unsqueezed(go(input), passed[isFunction ? 1 : 0], file);
  const [made, ...others] = name === null || name.startsWith('#') ? modulesOf(call.callee, file) : [];
  return made && others.length === 0 ? through(made, go(passed[0]), file, choices, depth) : undefined;
}

function fromSizes(passed: readonly Node[], file: PythonFile, choices: Choices): TensorSizes | undefined {
  const values = passed.map((each) => writtenValue(each, file, choices));
  const sizes = Array.isArray(values[0]) ? (values[0] as readonly Written[]) : values;
  return sizes.length > 0 ? sizes.map((each) => (typeof each === 'number' ? each : undefined)) : undefined;
}

function unsqueezed(sizes: TensorSizes | undefined, dim: Node | undefined, file: PythonFile): TensorSizes | undefined {
  const at = dim && file.constant(dim);
  if (!sizes || typeof at !== 'number') return undefined;
  const index = at < 0 ? sizes.length + 1 + at : at;
  return [...sizes.slice(0, index), 1, ...sizes.slice(index)];
}

/** What a module makes of the sizes of what it gets. */
function through(
  made: Call,
  input: TensorSizes | undefined,
  file: PythonFile,
  choices: Choices,
  depth: number,
): TensorSizes | undefined {
  const name = made.name ?? '';
  const members = membersOf(made, file);
  if (members.length > 0) {
    return members.reduce<TensorSizes | undefined>((sizes, member) => {
      const [only, ...others] = modulesOf(member, file);
      return only && others.length === 0 ? through(only, sizes, file, choices, depth + 1) : undefined;
    }, input);
  }
  const forward = file.classOf(name)?.methods.get('forward');
  if (forward) {
    const [only, ...others] = returnedBy(forward);
    return others.length === 0 ? sizesOf(only, file, choices, depth + 1) : undefined;
  }
  if (SAME_LAYER.has(name)) return input;
  const isConv = CONV.has(name);
  if (!input || !(isConv || POOL.has(name))) return undefined;
  return slid(made, input, Number(/\d/.exec(name)?.[0]), isConv, file, choices);
}

/** A kernel that slides over the last dimensions. */
function slid(
  made: Call,
  input: TensorSizes,
  axes: number,
  isConv: boolean,
  file: PythonFile,
  choices: Choices,
): TensorSizes | undefined {
  const shift = isConv ? 2 : 0;
  const read = (name: string, position: number, usual: Written | undefined): (Written | undefined)[] => {
    const given = argumentThrough(made, name, position + shift, file, choices);
    const value =
      given === 'absent' ? usual : typeof given === 'string' ? undefined : writtenValue(given, file, choices);
    return Array.isArray(value) ? [...value] : Array.from({ length: axes }, () => value);
  };
  const kernel = read('kernel_size', 0, undefined);
  const [stride, padding] = [read('stride', 1, isConv ? 1 : null), read('padding', 2, 0)];
  const dilation = isConv ? read('dilation', 3, 1) : [];
  const ceil = isConv ? 'absent' : argumentThrough(made, 'ceil_mode', 99, file, choices);
  if (input.length < axes || ceil !== 'absent') return undefined;
  const before: TensorSizes = isConv ? [...input.slice(0, -axes - 1), undefined] : input.slice(0, -axes);
  const slides = input.slice(-axes).map((size, axis) => {
    const [k, s, p, d] = [kernel[axis], stride[axis] ?? kernel[axis], padding[axis], dilation[axis] ?? 1];
    if (typeof size !== 'number' || typeof k !== 'number' || typeof s !== 'number') return undefined;
    if (typeof p !== 'number' || typeof d !== 'number' || s < 1) return undefined;
    return Math.floor((size + 2 * p - d * (k - 1) - 1) / s) + 1;
  });
  return [...before, ...slides];
}
