/** Which of those that load a checkpoint go on with the training it was saved in: evaluating and fine-tuning begin anew. */

import { namesFor } from '../knowledge/names.ts';
import { startMethod } from '../lowering/starts.ts';
import { callTaking } from '../python/arguments.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { passedTo } from '../python/links.ts';
import { namedAt } from '../python/mentions.ts';
import { readsFrom } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { PROGRESS } from './checkpoints.ts';

const TAKES_GRADIENTS = namesFor('takes-gradients');
const CALLS_ONCE = namesFor('calls-once');
/** Methods of objects that nobody can read, which train whatever they are made of. */
const TRAINING_METHODS = /^(backward|manual_backward|fit|learn|fit_one_cycle|train_batch)$/;
const DEEPEST = 5;

/**
 * True where all that run the statement which brings a training back go on with it: the function around it trains from there
 * on, or whoever calls that does and begins where the checkpoint says. `needed` is a parameter without which the statement is
 * left out.
 */
export function goesOn(place: Node, needed: string | null, file: PythonFile, values: Evaluator, depth = 0): boolean {
  const owner = file.functionAround(place);
  if (!owner) return true;
  if (trainsBehind(place, owner.node, file, values)) return true;
  const mentions = depth > DEEPEST ? null : namedAt(owner, file, values);
  if (mentions === null) return false;
  return mentions.every(({ file: home, node }) => {
    const call = node.field === 'function' && node.parent?.type === 'call' ? node.parent : null;
    if (!call) return isHandedToStarter(node, home);
    if (needed !== null && leavesOut(call, needed, owner, home, file)) return true;
    if (!takesProgress(call, owner, home, file)) return false;
    return home.functionAround(call)
      ? goesOn(call, null, home, values, depth + 1)
      : trainsBehind(call, home.syntax.root, home, values);
  });
}

/** `mp.spawn(main, nprocs=2)` and `app.run(main)` run what trains by itself. */
function isHandedToStarter(node: Node, file: PythonFile): boolean {
  const call = callTaking(node, file);
  return call !== null && (startMethod(call, file) !== null || CALLS_ONCE.has(call.name));
}

/** The call passes nothing for a parameter, or `None`. */
function leavesOut(node: Node, name: string, owner: FunctionInfo, file: PythonFile, home: PythonFile): boolean {
  const given = file.argument(
    file.call(node),
    name,
    passedTo(owner, home).findIndex((each) => each.name === name),
  );
  return given === 'absent' || (typeof given !== 'string' && given.type === 'none');
}

/** A function that gives back how far training has come is asked for it; one that keeps it, or gives nothing, need not be. */
function takesProgress(call: Node, owner: FunctionInfo, file: PythonFile, home: PythonFile): boolean {
  const index = progressOf(owner, home);
  if (index === null) return true;
  const target = call.parent?.type === 'assignment' && call.field === 'right' ? call.parent.get('left') : undefined;
  if (!target) return !/^expression_statement$/.test(call.parent?.type ?? '');
  const isUnpacked = /^(pattern_list|tuple_pattern|list_pattern|tuple|list)$/.test(target.type);
  const own = isUnpacked && index >= 0 ? target.children[index] : target;
  return own?.type !== 'identifier' || readsFrom(own, file).some((read) => read !== own);
}

/** Which of the values that a function gives back says how far training has come: -1 for the only one, null for none. */
function progressOf({ node }: FunctionInfo, file: PythonFile): number | null {
  let found: number | null = null;
  walk(node.get('body') ?? node, (each) => {
    if (/^(function_definition|class_definition|lambda)$/.test(each.type)) return false;
    const [value] = each.type === 'return_statement' ? each.children : [];
    if (!value) return true;
    const parts = /^(expression_list|tuple)$/.test(value.type) ? value.children : [];
    const index = parts.findIndex((part) => PROGRESS.test(file.read(part)));
    if (index >= 0) found ??= index;
    else if (value.type !== 'none' && parts.length === 0) found ??= -1;
    return true;
  });
  return found;
}

/** Something behind a place in the same body takes gradients, itself or by what it calls. */
const trainsBehind = (place: Node, body: Node, file: PythonFile, values: Evaluator): boolean =>
  callsFrom(body, place.end).some((call) => trains(call, file, values, new Set()));

function trains(node: Node, file: PythonFile, values: Evaluator, seen: Set<Node>): boolean {
  const call = file.call(node);
  if (TRAINING_METHODS.test(call.method ?? '') || TAKES_GRADIENTS.has(call.name)) return !isOptimizerMade(call.name);
  const run = values.runBy(call, file);
  if (!run || seen.has(run.info.node) || seen.size > MOST_FOLLOWED) return false;
  seen.add(run.info.node);
  return callsFrom(run.info.node, 0).some((each) => trains(each, run.file, values, seen));
}

/** Functions that are looked into on the way to what trains. */
const MOST_FOLLOWED = 64;

/** Who makes an optimizer need not take a step with it. */
const isOptimizerMade = (name: string | null): boolean => name !== null && /\.[A-Z]\w*$/.test(name);

function callsFrom(body: Node, offset: number): readonly Node[] {
  const found: Node[] = [];
  walk(body, (node) => {
    if (node !== body && /^(function_definition|class_definition)$/.test(node.type)) return false;
    if (node.type === 'call' && node.start >= offset) found.push(node);
    return true;
  });
  return found;
}
