/** `if __name__ == '__main__':`, behind which stands what a file does only where it is the program. */

import type { Node, PythonFile } from './file.ts';

/** True for an `if` that asks for the name of the module. */
export const isMainGuard = (node: Node, file: PythonFile): boolean =>
  node.type === 'if_statement' && file.read(node.get('condition') ?? node).includes('__name__');

/** True for what stands in such an `if` of the module's body, or in a condition of it. */
export function inMainGuard(node: Node, file: PythonFile): boolean {
  for (let at: Node = node; at.parent; at = at.parent) {
    if (at.parent === file.syntax.root) return isMainGuard(at, file);
  }
  return false;
}
