/** Expressions that a repair may write once more at another place. */

import type { Node, PythonFile } from '../python/file.ts';
import { lookUp } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';

/** Names, attributes and numbers can be written twice; a call might not give the same value again. */
export function isPlain(expression: Node): boolean {
  let plain = true;
  walk(expression, (node) => {
    if (
      !/^(identifier|attribute|integer|unary_operator|binary_operator|subscript|string\w*|parenthesized_expression|[-+*%])$/.test(
        node.type,
      )
    )
      plain = false;
    return plain;
  });
  return plain;
}

/** Every name in the expression means the same at the place, and is bound by then. */
export function isVisible(expression: Node, file: PythonFile, place: Node): boolean {
  const scope = file.scope(place);
  let visible = true;
  walk(expression, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    const definitions = file.definitions(node);
    const there = lookUp(file.read(node), scope);
    if (definitions.length === 0 || there !== definitions) visible = false;
    else if (!there.some((each) => each.node.start < place.start)) visible = false;
    return visible;
  });
  return visible;
}
