/** What the operations of a file do in this project: free to differ between runs, raising, or neither. */
import type { Project } from '../contract/project.ts';
import { type Behaviour, behavioursAt } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { switchedOffHere } from '../switches/switches.ts';
import { isCount, isOffset } from '../tensors/counts.ts';
import { tensorOf } from '../tensors/tensors.ts';
import type { Span } from '../text/edit.ts';
import { type OpCall, opCalls } from './calls.ts';
import { picksOne } from './collisions.ts';
import { holds } from './conditions.ts';
import { isGivenTruth, isMadeWithoutGradient, isNotTrainedThrough, losesGradient, mentionsOf } from './gradients.ts';
import { isForInference, isPlaceApart, isWhereNoCuda } from './purposes.ts';

/** An operation as this project runs it. */
export interface OpUse extends OpCall {
  /** As the user wrote it, for messages. */
  readonly written: string;
  readonly span: Span;
  /** The version of the operation's package; null is the newest. */
  readonly version: string | null;
  /** What it may do in that version; several where the code does not show enough. */
  readonly behaviours: readonly Behaviour[];
  /** The code shows that its result is the same in any order: sums of ones, one index a row, values without their indices. */
  readonly isExact: boolean;
}

/** What it does under the program's switches: raise, differ between runs, or nothing worth a word. */
export type Verdict = 'raises' | 'differs' | null;

/** The operations of the file whose conditions hold in this project's versions; several for one place. */
export function opUses(file: PythonFile, project: Project): OpUse[] {
  const uses: OpUse[] = [];
  for (const call of opCalls(file)) {
    const { op, token } = call;
    const isMeant = (it: OpCall): boolean => op.when.every((condition) => holds(condition, it, file));
    if (!isMeant(call) || (call.partial && isMeant(call.partial))) continue;
    const version = project.versionOf(op.package.replaceAll('_', '-'));
    const possible = behavioursAt(op, version);
    const behaviours = possible.filter(({ when }) => (when ?? []).every((condition) => holds(condition, call, file)));
    if (behaviours.length === 0 || isOnCpu(call, file) || isOnlyWeights(call, file)) continue;
    if (op.pass === 'backward' && hasNoBackward(call, file, project)) continue;
    const span = { start: token.start, end: token.end };
    uses.push({ ...call, written: file.read(token), span, version, behaviours, isExact: isExact(call, file, project) });
  }
  return uses;
}

/** What the operation does under the switches of the programs that reach it. */
export function verdictOf(use: OpUse, file: PythonFile, project: Project): Verdict {
  const { op, behaviours } = use;
  if (op.report === 'with-intent' && project.promise !== 'deterministic') return null;
  const flag = project.deterministicAlgorithms;
  const isFree = behaviours.some((each) => each.nondeterministic ?? op.nondeterministic);
  if (flag !== 'off' && op.pass === 'forward' && switchedOffHere(use.call.node, file)) return null;
  if (flag === 'strict' && behaviours.every((each) => each.flag === 'error')) return 'raises';
  if (!isFree || use.isExact) return null;
  if (flag === 'off') return op.cudnn && project.deterministicCudnn ? null : 'differs';
  const staysFree = (each: Behaviour): boolean =>
    each.flag === 'uncovered' || (flag === 'warn' && (each.flag === 'error' || each.warn === 'uncovered'));
  return behaviours.every(staysFree) ? 'differs' : null;
}

/** One place gets one finding: an operation that surely is at fault before one that data decides. */
export function onePerPlace(uses: readonly OpUse[]): OpUse[] {
  const places = new Map<number, OpUse>();
  for (const use of uses) {
    const other = places.get(use.span.start);
    if (other?.op.report !== 'always' || use.op.report === 'always') places.set(use.span.start, use);
  }
  return [...places.values()];
}

/** `torch 1.8.1`, or the newest where nothing says. */
export function release(use: OpUse): string {
  return use.version === null ? `the newest ${use.op.package}` : `${use.op.package} ${use.version}`;
}

/** True where another version of the package does something else. */
export function dependsOnVersion({ op }: OpUse): boolean {
  const kinds = op.behaviour.map((each) => `${each.flag} ${each.nondeterministic ?? op.nondeterministic}`);
  return new Set(kinds).size > 1;
}

/** One of its tensors was made on the CPU, or moved there, in so many words: then all of them are there. */
function isOnCpu(call: OpCall, file: PythonFile): boolean {
  if (call.runs.length > 0 && call.runs.every((node) => isWhereNoCuda(node, file))) return true;
  return ['input', 'index', 'src', 'source'].some((name) => {
    const operands = call.operands(name);
    return operands.length > 0 && operands.every((node) => node !== null && tensorOf(node, file)?.cpu === true);
  });
}

/** `self.queries = nn.Embedding(10, 64)`, of which the file only ever takes `self.queries.weight`: nothing is looked up. */
function isOnlyWeights({ op, call, runs }: OpCall, file: PythonFile): boolean {
  if (op.api !== 'torch.nn.Embedding' || runs.length > 0) return false;
  const target = call.node.parent?.type === 'assignment' ? call.node.parent.get('left') : undefined;
  return target?.type === 'attribute' && file.text.includes(`${file.read(target)}.weight`);
}

function isExact(call: OpCall, file: PythonFile, project: Project): boolean {
  const { op } = call;
  if (op.counts) return true;
  if (op.accumulates && takesNoGradient(call, op.accumulates, file)) return true;
  if (op.sums === 'input' && (isIndex(call.call.node, file) || isOffset(call.call.node, file))) return true;
  const sources = op.sums ? call.operands(op.sums) : [];
  const isWhole = (node: Node): boolean => tensorOf(node, file)?.whole === true || isCount(node, file);
  if (sources.length > 0 && sources.every((node) => node !== null && isWhole(node))) return true;
  if (op.alone && holds({ argument: op.alone, allOnes: true }, call, file)) return true;
  if (op.collides && picksOne(call, op.collides, file)) return true;
  return op.indices === true && givesValues(call.call.node, file) && hasNoBackward(call, file, project);
}

/** `offsets = lengths.cumsum(0)[:-1]`, and later `x[offsets]`: an index is of whole numbers. */
function isIndex(result: Node, file: PythonFile): boolean {
  let at = result;
  while (at.parent?.type === 'subscript' && at.field === 'value') at = at.parent;
  if (at.field === 'subscript') return true;
  const target = at.parent?.type === 'assignment' && at.field === 'right' ? at.parent.get('left') : undefined;
  return target?.type === 'identifier' && mentionsOf(target, at, file).some((each) => each.field === 'subscript');
}

/** `x.median(0)[0]`, `x.median(0).values`: the indices are not looked at. */
function givesValues(node: Node, file: PythonFile): boolean {
  const parent = node.parent;
  const key = parent?.get('subscript') ?? parent?.get('attribute');
  return key !== undefined && key !== node && /^(0|values)$/.test(file.read(key));
}

function hasNoBackward(call: OpCall, file: PythonFile, project: Project): boolean {
  const { runs, op } = call;
  // Nobody trains in tests, unless they do, and nobody trains through the pictures that a file loads or shows.
  if (project.isTest && file.methodCalls('backward').length === 0) return true;
  if (isPlaceApart(file) && !isInNetwork(call, file, project)) return true;
  // Nobody sees who calls a module that this file only makes.
  if (runs.length === 0) return isMadeForInference(call.call.node, file);
  const callers = {
    isWhole: project.isProgram,
    elsewhere: (id: string) => project.callsElsewhere(id),
    isDataset: (name: string) => project.isDataset(name),
  };
  const isOff = (node: Node): boolean =>
    isNotTrainedThrough(node, file, callers) || (op.indices !== true && losesGradient(node, file));
  if (runs.every(isOff)) return true;
  return op.gradient !== undefined && takesNoGradient(call, op.gradient, file);
}

/** What it gets there is detached, or what the network is to find. */
function takesNoGradient(call: OpCall, input: string, file: PythonFile): boolean {
  const inputs = call.operands(input);
  const takesNone = (node: Node): boolean =>
    isGivenTruth(node, file) || tensorOf(node, file)?.detached === true || isMadeWithoutGradient(node, file);
  return inputs.length > 0 && inputs.every((node) => node !== null && takesNone(node));
}

/** A module that a function like `test` or `validate` makes for itself. */
function isMadeForInference(node: Node, file: PythonFile): boolean {
  const home = node.enclosing('function_definition');
  const info = home && (file.scopes.byNode.get(home)?.owner as FunctionInfo | undefined);
  return info !== null && info !== undefined && info.class === null && isForInference(info);
}

function isInNetwork(call: OpCall, file: PythonFile, project: Project): boolean {
  const owner = call.call.node.enclosing('class_definition');
  const info = owner ? file.scopes.byNode.get(owner)?.owner : null;
  return info !== null && info !== undefined && project.isNetwork(info.id);
}
