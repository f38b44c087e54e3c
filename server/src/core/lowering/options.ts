/** Options of a command line that a program does not run without. */

import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';

/** True for `args.checkpoint` where the parser of the file demands it: by `required=True`, or by its place. */
export function isRequiredOption(expression: Node, file: PythonFile): boolean {
  const name = expression.type === 'attribute' ? expression.get('attribute') : undefined;
  if (!name) return false;
  const dest = file.read(name);
  return file.methodCalls('add_argument').some((call) => {
    const flags = (call.node.get('arguments')?.children ?? []).filter((each) => each.type === 'string');
    const names = flags.map((each) => file.quoted(each));
    if (!names.some((each) => each.replace(/^-+/, '').replaceAll('-', '_') === dest)) return false;
    const required = file.argument(call, 'required');
    const many = file.argument(call, 'nargs');
    const isPositional = names.every((each) => !each.startsWith('-'));
    const mayLack = typeof many !== 'string' && /^[?*]$/.test(String(file.constant(many)));
    return isPositional ? !mayLack : typeof required !== 'string' && file.constant(required) === true;
  });
}
