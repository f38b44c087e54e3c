/** The processes that a file starts of its own functions, and what tells them apart. */

import { SPAWNS, SPAWNS_MANY } from '../knowledge/calls.ts';
import { PASSES_RANK } from '../knowledge/ranks.ts';
import { remoteOf, startedBy, startMethod } from '../lowering/starts.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { passedTo } from '../python/links.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { roundsOf } from './rounds.ts';

/** How a process that the file starts is told apart from its twins. */
export interface TwinProcess {
  readonly call: Call;
  readonly target: FunctionInfo;
  /** The parameter of the target that is another number in each process; null where there is none. */
  readonly rank: string | null;
  /** What starts the process passes the number itself. */
  readonly passesRank: boolean;
  /** There is one process of the kind. */
  readonly isOnly: boolean;
}

/** The processes that a file starts of its own functions. */
export function childrenOf(file: PythonFile): TwinProcess[] {
  const starts = file.allCalls.flatMap((call) => {
    const target = startMethod(call, file) === null ? undefined : targetOfCall(call, file);
    return target ? [{ call, target }] : [];
  });
  return starts.map(({ call, target }) => {
    const twins = starts.filter((each) => each.target === target);
    if (PASSES_RANK.has(call.name)) {
      return { call, target, rank: passedTo(target, file)[0]?.name ?? null, passesRank: true, isOnly: false };
    }
    if (SPAWNS_MANY.has(startedBy(call, file))) return { call, target, rank: null, passesRank: false, isOnly: false };
    const isOnly = twins.length === 1 && roundsOf(call.node, file) === 'once';
    return {
      call,
      target,
      rank: isOnly
        ? null
        : numberPassed(
            twins.map((each) => each.call),
            target,
            file,
          ),
      passesRank: false,
      isOnly,
    };
  });
}

/** The function of this file that a call hands to the process it starts. */
export function targetOfCall(call: Call, file: PythonFile): FunctionInfo | undefined {
  const remote = remoteOf(call, file);
  if (remote !== null) return file.functionOf(remote) ?? file.classOf(remote)?.methods.get('__init__');
  for (const argument of call.node.get('arguments')?.children ?? []) {
    const target = file.functionOf(file.qualify(argument.get('value') ?? argument));
    if (target) return target;
  }
  return undefined;
}

/** `Process(target=work, args=(i, data))` in a loop over `i`, or once with 0 and once with 1. */
function numberPassed(calls: readonly Call[], target: FunctionInfo, file: PythonFile): string | null {
  const parameters = passedTo(target, file);
  const passed = calls.map((call) => passedBy(call, file));
  const [call] = calls;
  const rounds = call && roundsOf(call.node, file);
  const index = parameters.findIndex((_, i) => {
    const given = passed.map((each) => each[i]);
    if (given.length === 1 && typeof rounds === 'object') return given[0] && file.read(given[0]) === rounds.counter;
    const numbers = given.map((each) => each && file.constant(each));
    return (
      given.length > 1 && numbers.every((each) => typeof each === 'number') && new Set(numbers).size === numbers.length
    );
  });
  return parameters[index]?.name ?? null;
}

/** What a call hands to the function that it runs in another process, by position. */
function passedBy(call: Call, file: PythonFile): readonly Node[] {
  const given = file.argument(call, 'args', 3);
  if (typeof given !== 'string' && /^(tuple|list)$/.test(given.type)) return given.children;
  const placed = (node: Node | undefined): readonly Node[] =>
    node?.get('arguments')?.children.filter(({ type }) => type !== 'keyword_argument') ?? [];
  if (remoteOf(call, file) !== null) return placed(call.node);
  // `delayed(f)(i)` hands on what its own result is called with, `submit(f, i)` what stands behind the function.
  const { parent } = call.node;
  if (call.node.field === 'function' && parent?.type === 'call') return placed(parent);
  return SPAWNS.has(call.name) ? [] : placed(call.node).slice(1);
}
