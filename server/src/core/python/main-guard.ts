/** `if __name__ == '__main__':`, behind which stands what a file does only where it is the program. */

import type { Node, PythonFile } from './file.ts';
import { askedOfAll } from './holds.ts';

/** True for an `if` that asks for the name of the module. */
export const isMainGuard = (node: Node, file: PythonFile): boolean =>
  node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__');

/** The `if` of that kind in the module's body that a node stands in, or in a condition of; null for what runs on import. */
export function mainGuardAround(node: Node, file: PythonFile): Node | null {
  for (let at: Node = node; at.parent; at = at.parent) {
    if (at.parent === file.syntax.root) return isMainGuard(at, file) ? at : null;
  }
  return null;
}

/** True for what stands in such an `if` of the module's body, or in a condition of it. */
export const inMainGuard = (node: Node, file: PythonFile): boolean => mainGuardAround(node, file) !== null;

/**
 * True for a file that is a program by its looks: a notebook, one with a main guard, or one whose body calls a function,
 * a method or an object of its own. What other files do to the rest, when they import it, cannot be read in it.
 */
export const isProgramByItself = askedOfAll(
  'is-program-by-itself',
  (file) =>
    file.notebook !== null ||
    file.syntax.root.children.some((node) => isMainGuard(node, file)) ||
    file.allCalls.some(
      ({ node, name, callee }) =>
        (file.functionOf(name) ?? file.classOf(file.instanceOf(callee))) !== undefined &&
        node.enclosing('function_definition', 'lambda', 'class_definition', 'decorator') === null,
    ),
);
