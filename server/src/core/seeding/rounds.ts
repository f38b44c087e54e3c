/** How often the code at a place runs: one seed for all rounds would make each of them draw the same. */

import { SPAWNS_MANY } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { startedBy, startMethod } from '../lowering/starts.ts';
import { callTaking } from '../python/arguments.ts';
import type { Call } from '../python/call.ts';
import { type Evaluator, evaluatorOf } from '../python/evaluator.ts';
import { looksLikeClass, type Node, type PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { namedAt } from '../python/mentions.ts';
import { boundAt, mayBeParameter } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { NamedAt } from '../python/value.ts';
import { walk } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';

/** Once; in rounds that a number tells apart; or in rounds that nothing at the place tells apart. */
export type Rounds = 'once' | 'again' | { readonly counter: string };

/** Somebody else calls these again and again. */
const REPEATED = /^(__getitem__|__call__|__iter__|forward|training_step|step|sample|collate\w*)$/;
const COMPREHENSION = /^(list|set|dictionary)_comprehension$|^generator_expression$/;
const DEEPEST = 5;
const COUNTS = namesFor('counts-up');
const ENUMERATE = nameFor('enumerate');
const CALLS_ONCE = namesFor('calls-once');
const CALLED_ONCE = namesFor('called-once');
const CALLS_METHODS = namesFor('calls-methods');
const READS_ONLY = namesFor('reads-only');
const ASKS_KIND = namesFor('asks-kind');

/** In which rounds the code at a place runs, as far as its file shows, and the others that `values` sees. */
export function roundsOf(place: Node, file: PythonFile, values: Evaluator = evaluatorOf(file)): Rounds {
  const { loops, home, isLambda } = around(place);
  if (isLambda || (home && isRunAgain(home, file, values, new Set()))) return 'again';
  const [only, ...others] = loops;
  if (!only) return 'once';
  const counter = others.length === 0 && counterOf(only, file);
  return counter ? { counter } : 'again';
}

/** True where several places call the function around a place: what begins anew in each call is the same in all of them. */
export function isSharedByCalls(place: Node, file: PythonFile, values: Evaluator): boolean {
  const { home } = around(place);
  const owner = (home && file.functionAt(home)) ?? null;
  // Objects of a class are mostly there for different data.
  if (!owner || owner.name === '__init__') return false;
  const calls = (namedAt(owner, file, values) ?? []).filter(({ node }) => node.field === 'function');
  return calls.length > 1;
}

/** True where the expression at a place is another one in each round: it is made of what the loop binds. */
export function differsByRound(
  value: Node,
  place: Node,
  file: PythonFile,
  values: Evaluator = evaluatorOf(file),
  depth = 0,
): boolean {
  const { loops, home } = around(place);
  const owner = (home && file.functionAt(home)) ?? null;
  let differs = false;
  walk(value, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    differs ||=
      boundAt(node, file).some((each) => loops.some((loop) => contains(loop, each))) ||
      (mayBeParameter(node, file) && differsByCall(owner, file.read(node), file, values, depth));
    return !differs;
  });
  return differs;
}

/** What the calls of a function pass for a parameter differs between the rounds they are made in. */
function differsByCall(
  owner: FunctionInfo | null,
  name: string,
  file: PythonFile,
  values: Evaluator,
  depth: number,
): boolean {
  if (!owner || depth > DEEPEST) return false;
  const parameters = owner.class ? owner.parameters.slice(1) : owner.parameters;
  const index = parameters.findIndex((each) => each.name === name);
  return (
    index >= 0 &&
    (namedAt(owner, file, values) ?? []).some(({ file: home, node }) => {
      const call = node.field === 'function' && node.parent?.type === 'call' ? home.call(node.parent) : null;
      const given = call && home.argument(call, name, index);
      if (!call || !given || typeof given === 'string') return false;
      return differsByRound(given, call.node, home, values, depth + 1);
    })
  );
}

interface Around {
  /** The loops and comprehensions around a place, innermost first. */
  readonly loops: readonly Node[];
  /** The function it is in. */
  readonly home: Node | null;
  readonly isLambda: boolean;
}

function around(place: Node): Around {
  const loops: Node[] = [];
  let at = place;
  for (; at.parent; at = at.parent) {
    const { parent, field } = at;
    if (parent.type === 'for_statement' && field === 'body') loops.push(parent);
    if (parent.type === 'while_statement' && field !== 'alternative') loops.push(parent);
    if (COMPREHENSION.test(parent.type) && at.type !== 'for_in_clause') loops.push(parent);
    if (parent.type === 'lambda' && field === 'body') return { loops, home: parent, isLambda: true };
    if (parent.type === 'function_definition' && field === 'body') return { loops, home: parent, isLambda: false };
  }
  return { loops, home: null, isLambda: false };
}

/** Somebody runs the function again and again: its callers in loops, or whoever it is handed to. */
function isRunAgain(home: Node, file: PythonFile, values: Evaluator, seen: Set<Node>): boolean {
  const owner = file.functionAt(home);
  // Functions that call each other run as often as whoever calls one of them from elsewhere.
  if (!owner || seen.has(home)) return false;
  seen.add(home);
  if (REPEATED.test(owner.name)) return true;
  const mentions = namedAt(owner, file, values);
  if (mentions === null) return true;
  if (isTaken(owner, mentions, file) || (mentions.length === 0 && isHook(owner, file))) return true;
  return mentions.some((mention) => runsAgain(mention, values, seen));
}

/** A decorator hands the function to an object that calls it when it likes, or to a function of the project's that nobody follows. */
const isTaken = (owner: FunctionInfo, mentions: readonly NamedAt[], file: PythonFile): boolean =>
  owner.decorators.some((decorator) => {
    const [expression] = decorator.children;
    const taker = expression?.type === 'call' ? expression.get('function') : expression;
    const name = taker && file.qualify(taker);
    if (!taker || CALLED_ONCE.has(name) || isFinished(file.read(taker))) return false;
    if (!name) return taker.type === 'attribute';
    const [last, object = ''] = name.split('.').reverse();
    if (name.startsWith('#')) return mentions.length === 0 && last === name;
    return taker.type === 'attribute' && looksLikeClass(object);
  });

/** `@loaders.setter`: what Python itself makes of the method that stands above. */
const isFinished = (taker: string): boolean => /\.(setter|getter|deleter|register)$/.test(taker);

/** A method that the library behind its class calls. */
function isHook({ name, class: owner }: FunctionInfo, file: PythonFile): boolean {
  if (!owner) return false;
  const bases = linksOf(file)
    .ancestors(owner)
    .flatMap((each) => each.bases.flatMap((base) => file.qualify(base) ?? []));
  return bases.some((base) => CALLS_METHODS.has(base) && !CALLED_ONCE.has(`${base}.${name}`));
}

/** The function runs in rounds by what is done with it at a mention. */
function runsAgain({ file, node }: NamedAt, values: Evaluator, seen: Set<Node>): boolean {
  const isCalled = node.field === 'function' && node.parent?.type === 'call';
  if (isCalled) return isInRounds(node, file, values, seen);
  if (isBase(node) || node.enclosing('decorator')) return false;
  const { values: uses, isComplete } = values.uses({ file, node, access: [], frame: null, sure: true });
  // What is kept in a table that nothing here reads is kept for others.
  return (
    !isComplete ||
    uses.length === 0 ||
    uses.some(({ file: home, node: use, access }) => {
      const { parent } = use;
      if (access.length === 0 && use.field === 'function' && parent?.type === 'call')
        return isInRounds(use, home, values, seen);
      return mayBeCalledLater(use, home) ?? isInRounds(use, home, values, seen);
    })
  );
}

/** Whoever gets the function at its last place may call it as often as he likes; null for one that calls it once. */
function mayBeCalledLater(use: Node, file: PythonFile): boolean | null {
  const call = callTaking(use, file);
  if (!call) return !LOOKS.test(use.parent?.type ?? '');
  const { name } = call;
  // Nothing in the function tells apart the processes that one call has run it.
  if (SPAWNS_MANY.has(startedBy(call, file))) return true;
  // Each process that is started has a number of its own, or is the only one.
  if (startMethod(call, file) !== null || READS_ONLY.has(name) || ASKS_KIND.has(name)) return false;
  return CALLS_ONCE.has(name) ? null : true;
}

/** They look at a function, and do not call it. */
const LOOKS =
  /^(attribute|if_statement|elif_clause|not_operator|comparison_operator|expression_statement|assert_statement|interpolation|delete_statement)$/;

/** `class Late(Early):` runs nothing. */
const isBase = ({ parent }: Node): boolean =>
  parent?.type === 'argument_list' && parent.parent?.type === 'class_definition';

function isInRounds(place: Node, file: PythonFile, values: Evaluator, seen: Set<Node>): boolean {
  const { loops, home, isLambda } = around(place);
  return loops.length > 0 || isLambda || (home !== null && isRunAgain(home, file, values, seen));
}

/** `i` of `for i in range(3)`, and of `for i, x in enumerate(xs)`. */
function counterOf(loop: Node, file: PythonFile): string | null {
  const clauses =
    loop.type === 'for_statement' ? [loop] : loop.children.filter((each) => each.type === 'for_in_clause');
  const [clause, ...others] = clauses;
  const [left, right] = [clause?.get('left'), clause?.get('right')];
  if (!left || right?.type !== 'call' || others.length > 0) return null;
  const call: Call = file.call(right);
  if (left.type === 'identifier' && COUNTS.has(call.name)) return file.read(left);
  const first = left.children[0];
  return call.name === ENUMERATE && first?.type === 'identifier' && left.type !== 'identifier'
    ? file.read(first)
    : null;
}
