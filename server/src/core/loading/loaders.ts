/** Generators for loaders: those a file has, where one is made once, and how it is passed. */

import { addArguments, replace, statementOf } from '../edits/edit-text.ts';
import { nameFor } from '../knowledge/names.ts';
import { loaderArgument } from '../lowering/loader-arguments.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import { isBoundOnce, isSameVariable, meansAlike } from '../python/names.ts';
import { roundsOf } from '../seeding/rounds.ts';
import type { Node } from '../syntax/parse.ts';
import type { Edit } from '../text/edit.ts';

const GENERATOR = nameFor('generator');

/** True where the code runs once: what is made there is not made anew for each epoch. */
export const madeOnce = (file: PythonFile, node: Node, values: Evaluator): boolean =>
  outsideLoops(node) === statementOf(node) && roundsOf(node, file, values) === 'once';

/**
 * A `torch.Generator` with a seed that is bound before the place, in a scope the place sees; of the module's own where the
 * function around the place runs again and again, which would make its own one anew.
 */
export function seededGenerator(file: PythonFile, place: Node, isAgain = false): string | null {
  for (const call of file.calls(GENERATOR)) {
    let value: Node = call.node;
    let isSeeded = false;
    while (value.parent?.type === 'attribute' && value.parent.parent?.type === 'call') {
      isSeeded ||= file.read(value.parent.get('attribute') ?? value) === 'manual_seed';
      value = value.parent.parent;
    }
    const target = value.parent?.type === 'assignment' ? value.parent.get('left') : undefined;
    if (target?.type !== 'identifier' || target.start > place.start) continue;
    if (isAgain && file.scope(target).kind !== 'module') continue;
    // What one branch binds is not there in the other.
    const block = statementOf(target).parent;
    if (!block || place.start < block.start || block.end < place.end) continue;
    if (!meansAlike(target, place, file) || !isBoundOnce(target, file)) continue;
    const later = file.methodCalls('manual_seed').some((each) => {
      const object = each.callee.get('object');
      return object && isSameVariable(object, target, file) && each.node.end < place.start;
    });
    if (isSeeded || later) return file.read(target);
  }
  return null;
}

/** The statement in front of which something is made once: the loader's own, or the outermost loop around it. */
export function outsideLoops(node: Node): Node | null {
  let statement = statementOf(node);
  for (let at: Node | null = node; at && at.type !== 'function_definition' && at.type !== 'lambda'; at = at.parent) {
    if (at.type === 'for_statement' || at.type === 'while_statement') statement = at;
    if (at.type === 'class_definition') return null;
    // One generator for all items of a comprehension would have to be made outside of it, which the statement is.
    if (at.type === 'elif_clause' || at.type === 'decorator') return null;
  }
  return node.enclosing('lambda') ? null : statement;
}

/** An argument that a repair passes, and what has to stand in front of the call for it. */
export interface PassedArgument {
  readonly name: 'worker_init_fn' | 'generator';
  readonly value: string;
  before(): readonly Edit[];
}

/** Passes a loader several arguments in one edit. */
export const passing = (file: PythonFile, call: Call, parts: readonly PassedArgument[]) => (): Edit[] => {
  const before: Edit[] = [];
  for (const edit of parts.flatMap((each) => each.before())) {
    if (!before.some((other) => other.start === edit.start && other.text === edit.text)) before.push(edit);
  }
  const replaced = parts.flatMap(
    ({ name, value }) => inPlaceOfNone(call, loaderArgument(file, call, name), value) ?? [],
  );
  const added = parts.filter(({ name }) => !inPlaceOfNone(call, loaderArgument(file, call, name), ''));
  const keywords = added.map(({ name, value }) => `${name}=${value}`);
  return [...before, ...addArguments(file, call, keywords, replaced)];
};

/** Passes a value for a parameter: in the place of a `None` that is written there, else as a keyword. */
export function passArgument(file: PythonFile, call: Call, name: string, value: string, given: Argument): Edit[] {
  const edit = inPlaceOfNone(call, given, value);
  return edit ? [edit] : addArguments(file, call, [`${name}=${value}`]);
}

function inPlaceOfNone(call: Call, given: Argument, value: string): Edit | null {
  const list = call.node.get('arguments');
  const isWritten = typeof given !== 'string' && (given.parent === list || given.parent?.parent === list);
  return isWritten ? replace(given, value) : null;
}
