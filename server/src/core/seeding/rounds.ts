/** How often the code at a place runs: one seed for all rounds would make each of them draw the same. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { boundAt, mayBeParameter } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';

/** Once; in rounds that a number tells apart; or in rounds that nothing at the place tells apart. */
export type Rounds = 'once' | 'again' | { readonly counter: string };

/** Somebody else calls these again and again. */
const REPEATED = /^(__getitem__|__call__|__iter__|forward|training_step|step|sample|collate\w*)$/;
const COMPREHENSION = /^(list|set|dictionary)_comprehension$|^generator_expression$/;
const DEEPEST = 5;
const COUNTS = namesFor('counts-up');
const ENUMERATE = nameFor('enumerate');

/** In which rounds the code at a place runs, as far as its file shows. */
export function roundsOf(place: Node, file: PythonFile): Rounds {
  const { loops, home, isLambda } = around(place);
  if (isLambda || (home && isCalledAgain(home, file))) return 'again';
  const [only, ...others] = loops;
  if (!only) return 'once';
  const counter = others.length === 0 && counterOf(only, file);
  return counter ? { counter } : 'again';
}

/** True where the expression at a place is another one in each round: it is made of what the loop binds. */
export function differsByRound(value: Node, place: Node, file: PythonFile, depth = 0): boolean {
  const { loops, home } = around(place);
  const owner = (home && file.functionAt(home)) ?? null;
  let differs = false;
  walk(value, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    differs ||=
      boundAt(node, file).some((each) => loops.some((loop) => loop.start <= each.start && each.end <= loop.end)) ||
      (mayBeParameter(node, file) && differsByCall(owner, file.read(node), file, depth));
    return !differs;
  });
  return differs;
}

/** What the calls of a function pass for a parameter differs between the rounds they are made in. */
function differsByCall(owner: FunctionInfo | null, name: string, file: PythonFile, depth: number): boolean {
  if (!owner || depth > DEEPEST) return false;
  const parameters = owner.class ? owner.parameters.slice(1) : owner.parameters;
  const index = parameters.findIndex((each) => each.name === name);
  return (
    index >= 0 &&
    file.calls(owner.id).some((call) => {
      const given = file.argument(call, name, index);
      return typeof given !== 'string' && differsByRound(given, call.node, file, depth + 1);
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

function isCalledAgain(home: Node, file: PythonFile, depth = 0): boolean {
  const owner = file.functionAt(home);
  if (!owner || depth > DEEPEST) return false;
  if (REPEATED.test(owner.name)) return true;
  return file.calls(owner.id).some(({ node }) => {
    const { loops, home: outer, isLambda } = around(node);
    return loops.length > 0 || isLambda || (outer !== null && isCalledAgain(outer, file, depth + 1));
  });
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
