/** What takes an expression as its seed: the call it stands in, or what a function hands it on to, in this file or another. */

import { seederOf } from '../knowledge/tables.ts';
import { callTaking } from '../python/arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';

type Seeder = NonNullable<ReturnType<typeof seederOf>>;

/** A call that seeds global generators by what it is passed. */
export interface SeedTaker {
  readonly call: Call;
  readonly seeder: Seeder;
}

/** The call that the expression is passed to, if it is a seed there. */
function takerAt(node: Node, file: PythonFile): SeedTaker | null {
  const call = callTaking(node, file);
  const seeder = call?.name ? seederOf(call.name) : undefined;
  if (!call || !seeder?.argument) return null;
  const { name, position } = seeder.argument;
  return file.argument(call, name, position) === node ? { call, seeder } : null;
}

/** Every call that seeds by the value of the expression, wherever it is handed on to. */
export const takersOf = (given: Node, values: Evaluator): readonly SeedTaker[] =>
  values
    .uses(values.value(given))
    .values.flatMap(({ file, node, access }) => (access.length > 0 ? [] : (takerAt(node, file) ?? [])));
