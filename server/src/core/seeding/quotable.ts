/** Expressions that a repair may write once more at another place. */

import type { Node, PythonFile } from '../python/file.ts';
import { boundAt, meansAlike } from '../python/names.ts';
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
  let visible = true;
  walk(expression, (node) => {
    if (node.type !== 'identifier' || (node.field === 'attribute' && node.parent?.type === 'attribute')) return true;
    visible &&= meansAlike(node, place, file) && boundAt(node, file).some((each) => each.start < place.start);
    return visible;
  });
  return visible;
}
