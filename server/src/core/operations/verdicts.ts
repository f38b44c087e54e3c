/** What the operations of a file do in this project: free to differ between runs, raising, or neither. */

import type { Project } from '../contract/project.ts';
import { nameFor } from '../knowledge/names.ts';
import { type Behaviour, behavioursAt } from '../knowledge/tables.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { mayBeFrom } from '../python/names.ts';
import { switchedOffHere } from '../switches/switches.ts';
import { walk } from '../syntax/parse.ts';
import { Choices, holdsSomeTime } from '../tensors/choices.ts';
import { isCount, isOffset } from '../tensors/counts.ts';
import { handsOnModule, isLayer } from '../tensors/modules.ts';
import { tensorOf } from '../tensors/tensors.ts';
import { type Around, carriesGradient } from '../tensors/trained.ts';
import { isReached } from '../tensors/written-values.ts';
import type { Span } from '../text/edit.ts';
import { asIs, type Message, t } from '../text/language.ts';
import { addsInAnyOrder } from './addends.ts';
import { isInEvaluation, isWhereNoCuda } from './branches.ts';
import { isChosen, namesIntent, type OpCall, opCalls } from './calls.ts';
import { picksOne } from './collisions.ts';
import { holds } from './conditions.ts';
import { feedsLoss, isBehindBackward, losesGradient, mentionsOf, runsWithoutGradient } from './gradients.ts';

const EMBEDDING = nameFor('embedding');

/** An operation as this project runs it. */
export interface OpUse extends Pick<OpCall, 'op' | 'spelling' | 'call' | 'token'> {
  /** As the user wrote it, for messages. */
  readonly written: string;
  readonly span: Span;
  /** The version of the operation's package; null is the newest. */
  readonly version: string | null;
  /** What it may do in that version; several where the code does not show enough. */
  readonly behaviours: readonly Behaviour[];
  /** All that it gets is on the CPU, where threads of the processor run in any order. */
  readonly isOnCpu: boolean;
  /** The code shows that its result is the same in any order: sums of ones, one index a row, values without their indices. */
  readonly isExact: boolean;
}

/** What it does under the program's switches: raise, differ between runs, or nothing worth a word. */
export type OpVerdict = 'raises' | 'differs' | null;

const meantIn = new WeakMap<readonly OpCall[], readonly OpCall[]>();
const usesIn = new WeakMap<Project, readonly OpUse[]>();

/** The calls that are at fault in some version, as the file alone shows. */
function meantCalls(calls: readonly OpCall[], file: PythonFile): readonly OpCall[] {
  let meant = meantIn.get(calls);
  if (!meant) {
    meant = calls.filter(
      (call) => isAtFault(call, file, isMeant) && !(call.partial && isAtFault(call.partial, file, isMeant)),
    );
    meantIn.set(calls, meant);
  }
  return meant;
}

/** The operations of the project's file that its promise makes count and whose conditions hold in its versions; several for one place. */
export function opUses(file: PythonFile, project: Project): readonly OpUse[] {
  let uses = usesIn.get(project);
  if (!uses) {
    const isIntended = namesIntent(file) && project.promise === 'deterministic';
    uses = usesOf(meantCalls(opCalls(file, isIntended ? 'with-intent' : 'always'), file), file, project);
    usesIn.set(project, uses);
  }
  return uses;
}

function usesOf(calls: readonly OpCall[], file: PythonFile, project: Project): OpUse[] {
  const uses: OpUse[] = [];
  const flow = flowAround(file, project);
  for (const call of calls) {
    const { op, spelling, token } = call;
    const version = project.versions.versionOf(op.package.replaceAll('_', '-'));
    const behaviours = behavioursAt(op, version).filter(({ when }) =>
      holdsSomeTime((choices) => (when ?? []).every((condition) => holds(condition, call, file, choices))),
    );
    const isHere = isOnCpu(call, file);
    if (behaviours.length === 0 || (isHere && !op.devices.includes('cpu')) || isOnlyWeights(call, file)) continue;
    if (op.pass === 'backward' && !hasBackward(call, file, project, flow)) continue;
    const span = { start: token.start, end: token.end };
    uses.push({
      op,
      spelling,
      call: call.call,
      token,
      written: file.read(token),
      span,
      version,
      behaviours,
      isOnCpu: isHere,
      isExact: isExact(call, file, project, flow),
    });
  }
  return uses;
}

type Fault = (use: OpCall, file: PythonFile, choices: Choices) => boolean;

const isMeant: Fault = (use, file, choices) => use.op.when.every((condition) => holds(condition, use, file, choices));

/** True where it is reached and at fault some time, whichever of its operations a call then writes. */
function isAtFault(use: OpCall, file: PythonFile, fault: Fault): boolean {
  const alternatives = use.group.length > 0 ? use.group : [use];
  const isFault = (choices: Choices): boolean =>
    alternatives.some(
      (each) => (alternatives.length < 2 || isChosen(each, file, choices)) && fault(each, file, choices),
    );
  // Most are at fault under no choice: then nobody has to try the ways that lead there.
  const none = new Choices();
  if (!isFault(none) && none.open === null) return false;
  return holdsSomeTime((choices) => isReached(use.call.node, file, choices) && isFault(choices));
}

/** What the operation does under the switches of the programs that reach it. */
export function opVerdict(use: OpUse, file: PythonFile, project: Project): OpVerdict {
  const { op, behaviours } = use;
  const flag = project.switches.deterministicAlgorithms;
  const isFree = behaviours.some((each) => each.nondeterministic ?? op.nondeterministic);
  if (flag !== 'off' && op.pass === 'forward' && switchedOffHere(use.call.node, file, project)) return null;
  if (flag === 'strict' && behaviours.every((each) => each.flag === 'error')) return 'raises';
  if (!isFree || use.isExact) return null;
  if (flag === 'off') return op.cudnn && project.switches.deterministicCudnn ? null : 'differs';
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
export function release(use: OpUse): Message {
  return use.version === null ? t`the newest ${use.op.package}` : asIs(`${use.op.package} ${use.version}`);
}

/** Where it is not repeatable: `in its backward pass on CUDA`. */
export function passOf({ isOnCpu, op }: OpUse): Message {
  if (op.pass !== 'backward') return isOnCpu ? t`on a CPU with several threads` : t`on CUDA`;
  return isOnCpu ? t`in its backward pass on a CPU with several threads` : t`in its backward pass on CUDA`;
}

/** True where another version of the package does something else. */
export function dependsOnVersion({ op }: OpUse): boolean {
  const kinds = op.behaviour.map((each) => `${each.flag} ${each.nondeterministic ?? op.nondeterministic}`);
  return new Set(kinds).size > 1;
}

/** One of its tensors was made on the CPU, or moved there, in so many words: then all of them are there. */
function isOnCpu(call: OpCall, file: PythonFile): boolean {
  const { runs } = call;
  if (runs.length > 0 && runs.every((node) => isWhereNoCuda(node, file))) return true;
  return ['input', 'index', 'src', 'source'].some((name) => {
    const operands = call.operands(name);
    return operands.length > 0 && operands.every((node) => node !== null && tensorOf(node, file)?.cpu === true);
  });
}

/** `self.queries = nn.Embedding(10, 64)`, of which the file only ever takes `self.queries.weight`: nothing is looked up. */
function isOnlyWeights(use: OpCall, file: PythonFile): boolean {
  if (use.op.api !== EMBEDDING || use.runs.length > 0) return false;
  const { call } = use;
  const target = call.node.parent?.type === 'assignment' ? call.node.parent.get('left') : undefined;
  return target?.type === 'attribute' && file.text.includes(`${file.read(target)}.weight`);
}

function isExact(call: OpCall, file: PythonFile, project: Project, flow: Around): boolean {
  const { op } = call;
  if (op.counts) return true;
  if (op.accumulates && !call.operands(op.accumulates).some((node) => node && carriesGradient(node, file, flow)))
    return call.behindLayers.length === 0;
  if (op.rows && !call.operands(op.rows).some((node) => node && tensorOf(node, file)?.rank === 1)) return true;
  if (op.sums === 'input' && (isIndex(call.call.node, file) || isOffset(call.call.node, file))) return true;
  const sources = op.sums ? call.operands(op.sums) : [];
  const isWhole = (node: Node): boolean => tensorOf(node, file)?.whole === true || isCount(node, file);
  if (sources.length > 0 && sources.every((node) => node !== null && isWhole(node))) return true;
  if (op.addends && !isAtFault(call, file, overlaps)) return true;
  if (op.collides && picksOne(call, op.collides, file)) return true;
  if (op.indices !== true || !givesValues(call.call.node, file)) return false;
  return !hasBackward(call, file, project, flow);
}

const overlaps: Fault = (use, file, choices) =>
  isMeant(use, file, choices) && (!use.op.addends || addsInAnyOrder(use.op.addends, use, file, choices));

/** `offsets = lengths.cumsum(0)[:-1]`, and later `x[offsets]`: an index is of whole numbers. */
function isIndex(result: Node, file: PythonFile): boolean {
  let at = result;
  while (at.parent?.type === 'subscript' && at.field === 'value') at = at.parent;
  if (at.field === 'subscript') return true;
  const target = at.parent?.type === 'assignment' && at.field === 'right' ? at.parent.get('left') : undefined;
  return target?.type === 'identifier' && mentionsOf(target, at, file).some((each) => each.field === 'subscript');
}

/** `x.median(0)[0]`, `x.median(0).values`, `values, _ = x.median(0)`: the indices are not looked at. */
function givesValues(node: Node, file: PythonFile): boolean {
  const parent = node.parent;
  const key = parent?.get('subscript') ?? parent?.get('attribute');
  if (key !== undefined && key !== node) return /^(0|values)$/.test(file.read(key));
  const targets = parent?.type === 'assignment' && node.field === 'right' ? parent.get('left') : undefined;
  const [, indices, ...others] = /^(pattern_list|tuple_pattern)$/.test(targets?.type ?? '') ? targets!.children : [];
  return indices?.type === 'identifier' && others.length === 0 && isNeverRead(indices, file);
}

function isNeverRead(target: Node, file: PythonFile): boolean {
  const name = file.read(target);
  let isRead = false;
  walk(target.enclosing('function_definition', 'lambda') ?? file.syntax.root, (node) => {
    if (node.type !== 'identifier' || node === target || file.read(node) !== name || node.field === 'attribute')
      return !isRead;
    isRead ||= mayBeFrom(node, target, file);
    return !isRead;
  });
  return !isRead;
}

/** What the project shows of gradients in a file. */
function flowAround(file: PythonFile, project: Project): Around {
  const callers = {
    isWhole: project.isProgram,
    elsewhere: (id: string) => project.training.callsElsewhere(id),
    methodElsewhere: (id: string) => project.training.callsMethodElsewhere(id),
    isDataset: (name: string) => project.classes.isDataset(name),
  };
  return {
    isNetwork: (id) => project.classes.isNetwork(id),
    passesElsewhere: (id, parameter) => project.training.passesGradient(id, parameter),
    isOff: (node) => isInEvaluation(node, file) || runsWithoutGradient(node, file, callers),
  };
}

/** Shown positively: it runs where gradients are recorded, on something that one flows back into, in code that takes gradients. */
function hasBackward(call: OpCall, file: PythonFile, project: Project, flow: Around): boolean {
  const { op, runs } = call;
  // Nobody trains in tests, unless they do.
  if (project.isTest && file.methodCalls('backward').length === 0) return false;
  if (!project.training.takesGradients) return false;
  const hasOwnWeights = op.gradient === undefined && call.spelling.kind === 'module' && isLayer(call.call, file);
  if (runs.length === 0) {
    const maker = handsOnModule(call.call, hasOwnWeights, file);
    return maker !== null && project.training.callsElsewhere(maker.id) === false;
  }
  // What layers of its own compute is behind their weights.
  const operands = call.operands(op.gradient ?? 'input');
  return runs.some((run, i) => {
    if (flow.isOff(run) || isBehindBackward(run, file)) return false;
    if (op.indices !== true && losesGradient(run, file)) return false;
    if (hasOwnWeights || call.behindLayers.includes(run) || feedsLoss(run, file)) return true;
    const operand = operands[i];
    if (op.gradient) return operand !== null && operand !== undefined && carriesGradient(operand, file, flow);
    const passed = run.get('arguments')?.children ?? [];
    const object = run.get('function')?.get('object');
    return [...passed, ...(object ? [object] : [])].some((each) => carriesGradient(each, file, flow));
  });
}
