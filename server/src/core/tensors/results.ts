/** What torch's functions, tensor methods and modules give back: tensors or not, of which type, with how many dimensions. */
import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMadeOnCpu } from './devices.ts';

/** What is known of a tensor; what is absent is not known. */
export interface Tensor {
  /** Booleans count as integers: their sums are exact. */
  readonly dtype?: 'floating' | 'integer';
  readonly rank?: number;
  /** It is on the CPU, in so many words. */
  readonly cpu?: true;
  /** No gradient flows back through it. */
  readonly detached?: true;
  /** Its values are whole numbers, whatever its type. */
  readonly whole?: true;
  /** It may be something else, as what is kept beside the weights in a file. */
  readonly maybe?: true;
}

/** What an expression stands for: a tensor, or something that unpacks into tensors, or (`unique`) either. */
export interface TensorValue {
  readonly self: Tensor | null;
  readonly items?: readonly (TensorValue | null)[];
  /** What every item is where they are not told apart. */
  readonly each?: TensorValue | null;
}

/** Where the tensors among the arguments are looked up. */
export interface Operands {
  readonly file: PythonFile;
  tensor(expression: Node): Tensor | null;
  value(expression: Node): TensorValue;
}

export const UNKNOWN: TensorValue = { self: null };

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const NO_TENSOR = words(
  `device load save compile numel typename finfo iinfo result_type promote_types can_cast allclose equal no_grad enable_grad
inference_mode broadcast_shapes vmap seed initial_seed manual_seed size dim ndimension nelement tolist item numpy backward
register_hook stride storage storage_offset element_size data_ptr get_device retain_grad pin_memory_ is_contiguous
untyped_storage cond autocast`,
);
const NOT_A_TENSOR = /^(is_|are_|set_|get_|use_|_)/;
/** With a `dim` they give values and indices. */
const WITH_INDICES = words('max min sort topk kthvalue median nanmedian mode cummax cummin');
const SEVERAL = words(
  `split chunk unbind tensor_split hsplit vsplit dsplit meshgrid broadcast_tensors svd qr eig eigh slogdet frexp aminmax
var_mean std_mean histogram triangular_solve unsafe_chunk unsafe_split`,
);
const INTEGER = words(
  `randint randint_like randperm argmax argmin argsort nonzero searchsorted bucketize count_nonzero eq ne lt le gt ge isnan
isinf isfinite logical_and logical_or logical_not logical_xor isin greater less greater_equal less_equal not_equal one_hot
tril_indices triu_indices multinomial LongTensor IntTensor ShortTensor ByteTensor BoolTensor long int short bool byte char
all any`,
);
const FLOATING = words(
  `zeros ones empty rand randn linspace logspace eye normal hann_window hamming_window sigmoid softmax log_softmax exp log
log2 log1p sqrt rsqrt tanh sin cos erf float double half bfloat16 mean std var norm dropout gelu silu conv1d conv2d conv3d
conv_transpose1d conv_transpose2d conv_transpose3d interpolate grid_sample avg_pool2d adaptive_avg_pool2d layer_norm
batch_norm linear FloatTensor DoubleTensor HalfTensor softplus cross_entropy mse_loss nll_loss`,
);
/** They leave the type as it is, and the gradient: their other arguments are no tensors. */
const SAME = words(
  `clone detach flip roll abs neg clamp clamp_ clamp_min clamp_max relu contiguous view reshape flatten ravel unsqueeze
squeeze expand expand_as view_as reshape_as repeat permute transpose t movedim swapaxes narrow select tril triu cpu cuda to
sum prod amax amin cumsum cumprod diff masked_select repeat_interleave index_select gather take requires_grad_ pin_memory
unfold diagonal diag squeeze_ unsqueeze_ t_ max min median zeros_like ones_like empty_like rand_like full_like new_zeros
new_ones new_full new_tensor new_empty masked_fill masked_fill_ share_memory_ type_as nan_to_num round floor ceil where pad
max_pool2d max_unpool2d fill_ zero_ copy_ dropout upsample`,
);
/** Only the type changes. */
const CAST = /^(float|double|half|bfloat16|long|int|short|bool|type|type_as)$/;
const KEEPS_RANK = words(
  `clone detach flip roll abs neg clamp clamp_ clamp_min clamp_max relu contiguous tril triu cpu cuda to transpose t movedim
swapaxes float double half bfloat16 long int short bool byte cumsum cumprod masked_fill masked_fill_ nan_to_num round floor
ceil sigmoid softmax log_softmax exp log sqrt tanh gelu silu dropout requires_grad_ type_as zeros_like ones_like empty_like
rand_like randn_like full_like interpolate upsample pad max_pool2d avg_pool2d linear relu_ pin_memory fill_ zero_ copy_
detach_ share_memory_ expand_as isnan eq ne lt le gt ge`,
);
const RANKS: Readonly<Record<string, number>> = {
  arange: 1,
  randperm: 1,
  linspace: 1,
  logspace: 1,
  bincount: 1,
  histc: 1,
  masked_select: 1,
  ravel: 1,
  conv1d: 3,
  conv2d: 4,
  conv3d: 5,
  conv_transpose1d: 3,
  conv_transpose2d: 4,
  conv_transpose3d: 5,
  Conv1d: 3,
  Conv2d: 4,
  Conv3d: 5,
  ConvTranspose1d: 3,
  ConvTranspose2d: 4,
  ConvTranspose3d: 5,
  BatchNorm2d: 4,
  BatchNorm3d: 5,
  UpsamplingBilinear2d: 4,
  UpsamplingNearest2d: 4,
};
const FROM_SIZES = words('zeros ones empty rand randn');
const RESIZED = words('view reshape permute expand repeat new_zeros new_ones new_empty');
const RECURRENT = namesFor('gives-several');
const CONTAINER = namesFor('containers');
const ANNOTATIONS = namesFor('tensor-annotations');
const FUNCTIONS = namesFor('tensor-functions');
const PARAMETER = nameFor('parameter');
const MODULES = namesFor('torch-modules');
const INTEGER_TYPES = namesFor('integer-types');
const FLOATING_TYPES = namesFor('floating-types');
const WHOLE = namesFor('whole-numbers');

const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** The tensor that a type annotation promises, also in quotes or optional; null for other types. */
export function annotatedTensor(type: string, file: PythonFile): Tensor | null {
  const text = type.replace(/["'\s]/g, '');
  const inner = /^(?:\w+\.)?Optional\[(.*)\]$/.exec(text)?.[1] ?? text.replace(/^None\||\|None$/g, '');
  const name = /^([\w.]+)$/.exec(inner)?.[1];
  if (name === undefined) return null;
  const [first = '', ...rest] = name.split('.');
  const [only] = file.scopes.module.names.get(first) ?? [];
  const qualified = [only?.kind === 'import' ? only.qualified : first, ...rest].join('.');
  if (only?.kind !== 'import') return null;
  if (!ANNOTATIONS.has(qualified)) return null;
  const kind = lastOf(qualified).slice(0, -'Tensor'.length);
  if (kind === 'Sparse') return null;
  if (/^(Long|Int|Short|Byte|Bool)$/.test(kind)) return { dtype: 'integer', detached: true };
  return /^(Float|Double|Half)$/.test(kind) ? { dtype: 'floating' } : {};
}

/** What a function of torch gives; null for one that is not known to give tensors. */
export function functionResult(name: string, call: Call, operands: Operands): TensorValue | null {
  if (!FUNCTIONS.has(name)) return name === PARAMETER ? { self: { dtype: 'floating' } } : null;
  const last = lastOf(name);
  if (/^[A-Z]/.test(last) && !/^(\w+)?Tensor$/.test(last)) return null;
  if (NO_TENSOR.has(last) || NOT_A_TENSOR.test(last)) return null;
  const first = call.node.get('arguments')?.children[0];
  const isPassed = first !== undefined && first.type !== 'keyword_argument' && !/splat/.test(first.type);
  return result(last, isPassed ? operands.tensor(first) : null, call, operands, 1);
}

/** What a method of a tensor gives. */
export function methodResult(method: string, receiver: Tensor, call: Call, operands: Operands): TensorValue {
  if (NO_TENSOR.has(method) || NOT_A_TENSOR.test(method)) return { self: null };
  if (method === 'type' && (call.node.get('arguments')?.children.length ?? 0) === 0) return { self: null };
  return result(method, receiver, call, operands, 0);
}

/** What calling a module of torch.nn gives. */
export function moduleResult(module: string, call: Call, operands: Operands): TensorValue {
  if (!MODULES.has(module) || CONTAINER.has(module)) return { self: null };
  if (RECURRENT.has(module)) return { self: null, each: { self: { dtype: 'floating' } } };
  const first = call.node.get('arguments')?.children[0];
  const rank = rankBehind(module, first && operands.tensor(first)?.rank);
  return { self: { dtype: 'floating', ...(rank === undefined ? {} : { rank }) } };
}

const KEEPS_SHAPE =
  /^(Upsample|Dropout\w*|\w*ReLU6?|[A-Z]?ELU|Hard\w+|SiLU|Mish|Tanh|(Log)?Sigmoid|Soft\w+|LogSoftmax|(Batch|Instance)Norm1d|(Group|Layer|RMS)Norm|\w+Pad\dd|(Adaptive)?(Max|Avg)Pool\dd|LPPool\dd|Identity)$/;

/** How many dimensions come out of a module of torch.nn, where so many go in. */
export function rankBehind(module: string, rank: number | undefined): number | undefined {
  const last = lastOf(module);
  return RANKS[last] ?? (KEEPS_SHAPE.test(last) ? rank : undefined);
}

/** `shift` is the number of arguments in front of those that a method has. */
function result(last: string, of: Tensor | null, call: Call, operands: Operands, shift: 0 | 1): TensorValue {
  const { file } = operands;
  if (/^unique(_consecutive)?$/.test(last)) return uniqueOf(of, call, file);
  if (SEVERAL.has(last)) return { self: null, each: { self: without(of, 'rank') } };
  const dtype = typeOf(last, of, call, operands);
  const hasDim = file.argument(call, 'dim', shift) !== 'absent';
  if (last === 'nonzero' && file.argument(call, 'as_tuple', shift) !== 'absent')
    return { self: null, each: { self: { dtype: 'integer', rank: 1 } } };
  const rank = rankOf(last, of, call, operands, shift);
  const staysOnCpu = of?.cpu === true && (SAME.has(last) || CAST.test(last));
  const onCpu = isMadeOnCpu(last, staysOnCpu, call, file);
  const self: Tensor = {
    ...(dtype ? { dtype } : {}),
    ...(rank === undefined ? {} : { rank }),
    ...(onCpu ? { cpu: true as const } : {}),
    ...(isDetached(last, of, dtype, call, operands, shift) ? { detached: true as const } : {}),
    ...(isWhole(last, of, dtype, call, operands) ? { whole: true as const } : {}),
  };
  const isPair = WITH_INDICES.has(last) && (hasDim || /^(sort|topk|kthvalue|mode|cummax|cummin)$/.test(last));
  if (!isPair) return { self };
  return { self: null, items: [{ self }, { self: { ...self, dtype: 'integer', detached: true } }] };
}

/** The values, and if it is asked for them, where they were and how many. */
function uniqueOf(of: Tensor | null, call: Call, file: PythonFile): TensorValue {
  const values = { self: without(of, 'rank') };
  const asks = ['return_inverse', 'return_counts'].some((name) => file.argument(call, name) !== 'absent');
  const numbers: TensorValue = { self: { dtype: 'integer', detached: true, whole: true } };
  return asks ? { self: null, items: [values, numbers, numbers] } : { ...values, each: { self: {} } };
}

function typeOf(last: string, of: Tensor | null, call: Call, operands: Operands): Tensor['dtype'] {
  const { file } = operands;
  const dtype = file.argument(call, 'dtype');
  const passed = call.node.get('arguments')?.children ?? [];
  const named = [dtype, ...(/^(to|type|view)$/.test(last) ? passed : [])].map((each) => namedType(each, file));
  const explicit = named.find((each) => each !== undefined);
  if (explicit) return explicit;
  if (dtype !== 'absent') return undefined;
  if (last === 'bincount')
    return file.argument(call, 'weights', call.name === null ? 0 : 1) === 'absent' ? 'integer' : undefined;
  if (last === 'arange') return passed.some((each) => each.type === 'float') ? 'floating' : 'integer';
  if (INTEGER.has(last)) return 'integer';
  if (FLOATING.has(last)) return 'floating';
  if (/^(tensor|as_tensor|full)$/.test(last)) return literalType(passed[last === 'full' ? 1 : 0], operands);
  if (JOINS.test(last)) return joinedType(passed[0], operands);
  return keptType(last, of, call, passed, file);
}

const JOINS = /^(cat|stack|concat|hstack|vstack)$/;

/** The type that all of them have. */
function joinedType(parts: Node | undefined, operands: Operands): Tensor['dtype'] {
  const types = (parts?.children ?? []).map((each) =>
    each.type === 'comparison_operator' ? 'integer' : operands.tensor(each)?.dtype,
  );
  return types.every((each) => each === types[0]) ? types[0] : undefined;
}

/** The type of what it is called on, where that stays. */
function keptType(
  last: string,
  of: Tensor | null,
  call: Call,
  passed: readonly Node[],
  file: PythonFile,
): Tensor['dtype'] {
  if (last === 'type_as' || last === 'to' || last === 'type')
    return passed[0] && maybeType(passed[0], last, file) ? undefined : of?.dtype;
  if (last === 'where' && call.name !== null) return undefined;
  return SAME.has(last) ? of?.dtype : undefined;
}

/** The argument of `.to()` may be a type that the code does not show. */
function maybeType(argument: Node, method: string, file: PythonFile): boolean {
  if (method !== 'to') return true;
  if (argument.type === 'keyword_argument') return false;
  const text = file.read(argument);
  return !/device|cuda|cpu|gpu|rank/i.test(text);
}

function namedType(type: Node | string, file: PythonFile): Tensor['dtype'] {
  if (typeof type === 'string') return undefined;
  const text = file.qualify(type) ?? (file.constant(type) as string | undefined);
  if (typeof text !== 'string') return undefined;
  if (INTEGER_TYPES.has(text)) return 'integer';
  return FLOATING_TYPES.has(text) ? 'floating' : undefined;
}

function literalType(node: Node | undefined, operands: Operands): Tensor['dtype'] {
  if (!node) return undefined;
  const texts = operands.file.read(node);
  if (/^-?\d+$/.test(texts) || /^(True|False)$/.test(texts)) return 'integer';
  if (/^-?\d*\.\d*(e-?\d+)?$/.test(texts)) return 'floating';
  if (node.type !== 'list' && node.type !== 'tuple') return undefined;
  const types = node.children.map((each) => literalType(each, operands));
  if (types.includes('floating')) return 'floating';
  return types.length > 0 && types.every((each) => each === 'integer') ? 'integer' : undefined;
}

function rankOf(last: string, of: Tensor | null, call: Call, operands: Operands, shift: 0 | 1): number | undefined {
  const { file } = operands;
  const passed = (call.node.get('arguments')?.children ?? []).filter((each) => each.type !== 'keyword_argument');
  const own = passed.slice(shift);
  if (last in RANKS) return RANKS[last];
  if (FROM_SIZES.has(last)) return countSizes(passed, operands);
  if (last === 'full' || last === 'randint') return rankOfSized(passed, operands);
  if (/^(tensor|as_tensor|FloatTensor|LongTensor)$/.test(last) && passed[0]) return nesting(passed[0]);
  if (RESIZED.has(last) && shift === 0) return countSizes(own, operands);
  if (last === 'flatten' && own.length === 0) return of?.rank === undefined && shift === 1 ? undefined : 1;
  if (of?.rank === undefined) return undefined;
  if (last === 'flatten') return own.length === 1 && file.constant(own[0]!) === 1 ? 2 : undefined;
  if (last === 'unsqueeze') return of.rank + 1;
  if (REDUCES.test(last)) return reducedRank(of.rank, call, file, shift);
  return KEEPS_RANK.has(last) ? of.rank : undefined;
}

const REDUCES = /^(sum|mean|amax|amin|argmax|argmin|prod|max|min|median|all|any|std|var)$/;

/** Of `full` and `randint` the sizes are among other numbers. */
function rankOfSized(passed: readonly Node[], operands: Operands): number | undefined {
  const counts = passed.map((each) => countSizes([each], operands));
  return counts.find((count) => count !== undefined && count > 0 && count !== 1) ?? tupleLength(passed);
}

function reducedRank(rank: number, call: Call, file: PythonFile, shift: 0 | 1): number | undefined {
  const dim = file.argument(call, 'dim', shift);
  if (dim === 'absent') return 0;
  if (typeof dim === 'string' || typeof file.constant(dim) !== 'number') return undefined;
  const keeps = file.argument(call, 'keepdim', shift + 1);
  if (keeps === 'absent') return rank - 1;
  return typeof keeps !== 'string' && file.constant(keeps) === true ? rank : undefined;
}

/** How many sizes are passed: `(2, n)`, `2, n`, or one that is surely a number. */
function countSizes(passed: readonly Node[], operands: Operands): number | undefined {
  const [first, ...others] = passed;
  if (!first || passed.some((each) => /splat/.test(each.type))) return undefined;
  if (others.length > 0) return passed.length;
  if (/^(tuple|list)$/.test(first.type))
    return first.children.some((each) => /splat/.test(each.type)) ? undefined : first.children.length;
  return isNumber(first, operands) ? 1 : undefined;
}

function tupleLength(passed: readonly Node[]): number | undefined {
  const tuple = passed.find((each) => each.type === 'tuple' || each.type === 'list');
  return tuple && !tuple.children.some((each) => /splat/.test(each.type)) ? tuple.children.length : undefined;
}

function isNumber(node: Node, operands: Operands): boolean {
  const { file } = operands;
  if (typeof file.constant(node) === 'number') return true;
  if (node.type === 'binary_operator')
    return [node.get('left'), node.get('right')].every((side) => side !== undefined && isNumber(side, operands));
  if (node.type === 'subscript')
    return /\.shape$/.test(file.read(node.get('value') ?? node)) && node.get('subscript')?.type !== 'slice';
  if (node.type !== 'call') return false;
  const call = file.call(node);
  if (WHOLE.has(call.name)) return true;
  if (call.method === 'item' || call.method === 'numel') return true;
  return call.method === 'size' && (node.get('arguments')?.children.length ?? 0) === 1;
}

/** How deep lists are nested in lists, written out. */
function nesting(node: Node): number | undefined {
  if (/^(integer|float|true|false|unary_operator)$/.test(node.type)) return 0;
  if (node.type !== 'list' && node.type !== 'tuple') return undefined;
  const inner = node.children[0] ? nesting(node.children[0]) : 0;
  return inner === undefined ? undefined : inner + 1;
}

const FACTORIES = words(
  'zeros ones empty full rand randn randint randperm arange linspace logspace eye tensor as_tensor from_numpy zeros_like ones_like empty_like full_like rand_like randn_like one_hot normal',
);

/** Of one tensor they compute another one, which has a gradient if that one has. */
const COMPUTES =
  /^(interpolate|sigmoid|softmax|log_softmax|tanh|exp|log|sqrt|square|mean|std|var|norm|normalize|rsqrt)$/;

function isDetached(
  last: string,
  of: Tensor | null,
  dtype: Tensor['dtype'],
  call: Call,
  operands: Operands,
  shift: 0 | 1,
): boolean {
  const { file } = operands;
  if (last === 'detach' || dtype === 'integer') return true;
  if (FACTORIES.has(last) && shift === 1) {
    const asked = file.argument(call, 'requires_grad');
    return asked === 'absent' || (typeof asked !== 'string' && file.constant(asked) === false);
  }
  if (/^(cat|stack|concat|hstack|vstack)$/.test(last)) {
    const parts = call.node.get('arguments')?.children[0];
    const all = parts && /^(list|tuple)$/.test(parts.type) ? parts.children : [];
    return all.length > 0 && all.every((each) => operands.tensor(each)?.detached === true);
  }
  const plain = SAME.has(last) || CAST.test(last) || COMPUTES.test(last);
  return plain && last !== 'requires_grad_' && of?.detached === true && !/^(where|copy_|masked_fill_)$/.test(last);
}

function isWhole(last: string, of: Tensor | null, dtype: Tensor['dtype'], call: Call, operands: Operands): boolean {
  if (dtype === 'integer' || /^((new_)?(ones|zeros)(_like)?|sign|round|floor|ceil|trunc)$/.test(last)) return true;
  if (last === 'full') return literalType(call.node.get('arguments')?.children[1], operands) === 'integer';
  const keeps = SAME.has(last) || CAST.test(last);
  return keeps && of?.whole === true && !/^(where|copy_|fill_|masked_fill_?|new_\w+|\w+_like)$/.test(last);
}

function without(tensor: Tensor | null, _: 'rank'): Tensor {
  const { rank: _rank, ...rest } = tensor ?? {};
  return rest;
}

/** What all of the values are. */
export function same(values: readonly TensorValue[]): TensorValue {
  const [first, ...others] = values;
  if (!first) return UNKNOWN;
  return others.reduce(common, first);
}

function common(a: TensorValue, b: TensorValue): TensorValue {
  const self = a.self && b.self ? commonTensor(a.self, b.self) : null;
  const count = a.items && b.items && a.items.length === b.items.length ? a.items.length : 0;
  const items = Array.from({ length: count }, (_, i) => common(a.items?.[i] ?? UNKNOWN, b.items?.[i] ?? UNKNOWN));
  return { self, ...(count > 0 ? { items } : {}), each: a.each && b.each ? common(a.each, b.each) : null };
}

function commonTensor(a: Tensor, b: Tensor): Tensor {
  return {
    ...(a.dtype !== undefined && a.dtype === b.dtype ? { dtype: a.dtype } : {}),
    ...(a.rank !== undefined && a.rank === b.rank ? { rank: a.rank } : {}),
    ...(a.cpu && b.cpu ? { cpu: true as const } : {}),
    ...(a.detached && b.detached ? { detached: true as const } : {}),
    ...(a.whole && b.whole ? { whole: true as const } : {}),
    ...(a.maybe || b.maybe ? { maybe: true as const } : {}),
  };
}

/** What one gets by unpacking or iterating. */
export function item(value: TensorValue, index: number): TensorValue {
  const found = value.items?.[index] ?? value.each;
  if (found || value.items) return found ?? UNKNOWN;
  if (!value.self) return UNKNOWN;
  const { rank, ...rest } = value.self;
  return { self: rank !== undefined && rank > 0 ? { ...rest, rank: rank - 1 } : rest };
}
