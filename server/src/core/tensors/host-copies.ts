/** Copies from a GPU that the processor does not wait for, and the first place that reads what has perhaps not arrived. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo, assignmentsTo } from '../python/names.ts';
import type { Value } from '../python/value.ts';
import { contains } from '../text/edit.ts';
import { isCpuDevice } from './devices.ts';
import { tensorOf } from './tensors.ts';

/** A copy, and what reads it before anything waits. */
export interface HostCopy {
  readonly call: Call;
  /** The argument `non_blocking=True`, or its value where it is passed by position. */
  readonly argument: Node;
  readonly read: Node;
}

const MOST_READS = 200;
/** They are views of the same memory. */
const VIEWS =
  /^(detach|view|view_as|reshape|squeeze|unsqueeze|flatten|permute|transpose|t|narrow|select|expand|T|mT|data|unbind|chunk|split|values|items|get|pop)$/;
/** They look at what a tensor is, not at its values, or send it back in the order of the stream. */
const NO_READS =
  /^(size|dim|ndimension|numel|nelement|stride|storage|untyped_storage|data_ptr|element_size|is_\w+|record_stream|share_memory_|to|cuda|copy_|zero_|fill_|append|extend|update|keys|shape|dtype|device|ndim|requires_grad|requires_grad_|nbytes|layout|backward|__class__)$/;
const READERS = namesFor('reads-on-host');
const WAITS = /sync|wait|barrier|query|elapsed_time/i;
/** On a tensor of the GPU they wait for all that was asked for before. */
const BLOCKS = /^(item|tolist|cpu|numpy|nonzero)$/;
const FACTORIES = namesFor('makes-tensor');
const KNOWN = namesFor('known-to-copies');
const DEFAULT_DEVICE = nameFor('default-device');

/** The copies of a file whose values are read before anything waits for them. */
export function unawaitedCopies(file: PythonFile): readonly HostCopy[] {
  const copies = [...file.methodCalls('to'), ...file.methodCalls('copy_')].flatMap((call) => {
    const argument = nonBlocking(call, file);
    const made = argument && toHost(call, file);
    return argument && made ? [{ call, argument, ...readsOf(made, call, file) }] : [];
  });
  // What reads a copy is on the CPU, and waits for nothing.
  const own = new Set(copies.flatMap(({ seen }) => [...seen]));
  return copies.flatMap(({ call, argument, reads }) => {
    const first = reads.find((read) => !isAwaited(call.node, read, own, file));
    return first ? [{ call, argument, read: first }] : [];
  });
}

/** The argument where it is passed as true. */
function nonBlocking(call: Call, file: PythonFile): Node | null {
  const given = file.argument(call, 'non_blocking', call.method === 'copy_' ? 1 : 2);
  if (typeof given === 'string' || file.constant(given) !== true) return null;
  return given.parent?.type === 'keyword_argument' ? given.parent : given;
}

/** What holds the values on the CPU: what `to` gives, or what `copy_` writes into; null where they go elsewhere. */
function toHost(call: Call, file: PythonFile): Node | null {
  const object = call.callee.get('object');
  if (!object) return null;
  if (call.method === 'to') {
    const device = file.argument(call, 'device', 0);
    const isThere = isMadeHere(object, file) || file.constructionOf(object) !== null;
    return typeof device !== 'string' && isCpuDevice(device, file) && !isThere ? call.node : null;
  }
  const source = file.argument(call, 'src', 0);
  const isFromCpu = typeof source === 'string' || isMadeHere(source, file);
  return !isFromCpu && isOnHost(object, file) ? object : null;
}

/** Made where nobody asks for a device, or for the CPU. */
function isMadeHere(node: Node, file: PythonFile): boolean {
  if (tensorOf(node, file)?.cpu) return true;
  const made = assignedTo(node, file) ?? node;
  if (made.type !== 'call' || file.calls(DEFAULT_DEVICE).length > 0) return false;
  const call = file.call(made);
  return FACTORIES.has(call.name) && file.argument(call, 'device') === 'absent';
}

/** Made on the CPU, or in pinned memory, which is nowhere else. */
function isOnHost(node: Node, file: PythonFile): boolean {
  if (tensorOf(node, file)?.cpu) return true;
  const values = assignmentsTo(node, file).map(({ value }) => value);
  return (
    values.length > 0 &&
    values.every((value) => {
      if (value.type !== 'call') return false;
      const made = file.call(value);
      const pinned = file.argument(made, 'pin_memory');
      return made.method === 'pin_memory' || (typeof pinned !== 'string' && file.constant(pinned) === true);
    })
  );
}

/** Where the values are read, in the order of the text, and every expression that stands for them. */
function readsOf(
  made: Node,
  call: Call,
  file: PythonFile,
): { readonly reads: readonly Node[]; readonly seen: ReadonlySet<Node> } {
  const evaluator = evaluatorOf(file);
  const seen = new Set<Node>();
  const reads = new Set<Node>();
  const queue: Value[] =
    call.method === 'to'
      ? [evaluator.value(made)]
      : mentionsBehind(made, call.node, file).map((node) => evaluator.value(node));
  for (let value = queue.pop(); value && seen.size < MOST_READS; value = queue.pop()) {
    const uses: Value[] = [];
    evaluator.findUse((each) => {
      if (isKeptFor(each.node, call.node)) return false;
      if (evaluator.next(each) === null) uses.push(each);
      return undefined;
    }, value);
    for (const use of uses) {
      if (use.file !== file || seen.has(use.node)) continue;
      seen.add(use.node);
      const next = use.node.parent && stepFrom(use.node, use.node.parent, file);
      if (next === 'read') reads.add(use.node);
      else if (next) queue.push({ ...use, node: next, access: use.access });
    }
  }
  return { reads: [...reads].sort((a, b) => a.start - b.start), seen };
}

/** What an object keeps is read by others of its methods at any time, and long after mostly. */
const isKeptFor = (use: Node, copy: Node): boolean =>
  use.type === 'attribute' && use.enclosing('function_definition') !== copy.enclosing('function_definition');

function mentionsBehind(target: Node, copy: Node, file: PythonFile): readonly Node[] {
  const name = file.read(target);
  const found: Node[] = [];
  const home = copy.enclosing('function_definition') ?? file.syntax.root;
  const visit = (node: Node): void => {
    if (node.start >= copy.end && node.type === target.type && file.read(node) === name && node.field !== 'left')
      found.push(node);
    else node.children.forEach(visit);
  };
  visit(home);
  return found;
}

/** What the parent of a use does: reads the values, or stands for them itself (a node), or neither. */
function stepFrom(at: Node, parent: Node, file: PythonFile): 'read' | Node | null {
  switch (parent.type) {
    case 'attribute': {
      if (at.field !== 'object') return null;
      const name = file.read(parent.get('attribute') ?? parent);
      const isCalled = parent.field === 'function' && parent.parent;
      if (VIEWS.test(name)) return isCalled || parent;
      return NO_READS.test(name) || !isCalled ? null : 'read';
    }
    case 'subscript':
      return at.field === 'value' && parent.field !== 'left' ? parent : null;
    case 'argument_list':
    case 'keyword_argument': {
      const call = at.enclosing('call');
      return call && READERS.has(file.call(call).name) ? 'read' : null;
    }
    case 'binary_operator':
    case 'unary_operator':
    case 'comparison_operator':
    case 'not_operator':
    case 'if_statement':
    case 'while_statement':
    case 'assert_statement':
    case 'interpolation':
      return 'read';
    default:
      return null;
  }
}

/** Where what reads the values has evaluated everything it is given: `torch.cat((copied, other.cpu()))` has waited by then. */
function readAt(read: Node): number {
  const { parent } = read;
  if (!parent) return read.start;
  const isPassed = parent.type === 'argument_list' || parent.type === 'keyword_argument';
  const reader = isPassed ? read.enclosing('call') : /operator$/.test(parent.type) ? parent : null;
  return Math.max(reader?.end ?? 0, read.start);
}

/** Something between the copy and the read waits, or may; or the read stands where nobody can tell which comes first. */
function isAwaited(copy: Node, read: Node, own: ReadonlySet<Node>, file: PythonFile): boolean {
  const homes = [copy, read].map((node) => node.enclosing('function_definition', 'lambda'));
  const isOneBody = homes[0] === homes[1];
  if (isOneBody && read.start < copy.start) return true;
  const waits = file.allCalls.filter((call) => mayWait(call, own, file));
  const end = readAt(read);
  const isAround = (node: Node): boolean => contains(node, read);
  if (isOneBody) return waits.some(({ node }) => copy.end <= node.start && node.end <= end && !isAround(node));
  return waits.some(({ node }) => homes.includes(node.enclosing('function_definition', 'lambda')));
}

function mayWait(call: Call, own: ReadonlySet<Node>, file: PythonFile, depth = 0): boolean {
  const { name, method, callee } = call;
  const last = method ?? name?.split('.').at(-1) ?? '';
  if (WAITS.test(last)) return true;
  const object = callee.get('object');
  if (method !== null && BLOCKS.test(method)) return object !== undefined && !own.has(object);
  const info = file.functionOf(name);
  if (info) {
    const inner = depth > 3 ? [] : file.callsWithin(info.node);
    return inner.some((each) => each.name !== name && mayWait(each, own, file, depth + 1));
  }
  // A function of another file may do anything.
  return name !== null && !name.startsWith('#') && method === null && !KNOWN.has(name);
}
