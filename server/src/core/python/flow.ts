/** Where an object goes within its file, until it is used or out of sight: what rules ask who judge by all that becomes of it. */

import { ITERATES } from '../knowledge/calls.ts';
import { namesFor } from '../knowledge/names.ts';
import { evaluatorOf } from './evaluator.ts';
import type { Node, PythonFile } from './file.ts';

export interface Uses {
  /** The `for` statements and comprehensions that iterate it. */
  readonly loops: Set<Node>;
  /** The expressions that stand for it. */
  readonly seen: Set<Node>;
  /** The calls of it: `model(x)`. */
  readonly calls: Set<Node>;
  /** It went where nobody can follow. */
  escapes: boolean;
}

const READS_ONLY = namesFor('reads-only');
/** They look at a value, and keep nothing of it. */
const LOOKS =
  /^(if_statement|elif_clause|while_statement|not_operator|conditional_expression|comparison_operator|expression_statement|assert_statement|interpolation)$/;

/** Follows an object from the expression that makes it. `carries` names calls that hand on what they get, or are methods of. */
export function usesOf(made: Node, file: PythonFile, carries: (call: Node, argument: Node) => boolean): Uses {
  const evaluator = evaluatorOf(file);
  const uses: Uses = { loops: new Set(), seen: new Set(), calls: new Set(), escapes: false };
  const isComplete = evaluator.followUses(evaluator.value(made), (value, isUsed) => {
    const { node, access } = value;
    if (access.length === 0) {
      uses.seen.add(node);
      const call = callWith(node);
      if (call && (carries(call, node) || ITERATES.has(file.call(call).name))) return [{ ...value, node: call }];
      if (isUsed && isKnownUse(node, file, uses)) return undefined;
    }
    uses.escapes ||= isUsed;
    return !uses.escapes && undefined;
  });
  uses.escapes ||= !isComplete;
  return uses;
}

/** The call that an expression is passed to, or is called on a method of. */
function callWith({ parent, field }: Node): Node | null {
  if (parent?.type === 'attribute') return field === 'object' && parent.field === 'function' ? parent.parent : null;
  return parent && /^(argument_list|keyword_argument)$/.test(parent.type) ? parent.enclosing('call') : null;
}

/** What the code around the object does with it keeps nothing of it. */
function isKnownUse(node: Node, file: PythonFile, uses: Uses): boolean {
  const { parent, field } = node;
  if (!parent) return false;
  if (/^for_(statement|in_clause)$/.test(parent.type) && field === 'right') uses.loops.add(parent);
  else if (parent.type === 'call' && field === 'function') uses.calls.add(parent);
  else if (parent.type === 'attribute') return field === 'object';
  else {
    const call = callWith(node);
    return call ? READS_ONLY.has(file.call(call).name) : LOOKS.test(parent.type);
  }
  return true;
}
