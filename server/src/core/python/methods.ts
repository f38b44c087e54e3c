/** The method that a call runs of an object that came from elsewhere: what a function is passed, a container or an attribute holds. */

import { annotatedClass } from './annotations.ts';
import type { Call } from './call.ts';
import type { Evaluator } from './evaluator.ts';
import type { Value } from './value.ts';

/**
 * The qualified name of what is called, of a method with the class of its object: `accelerate.Accelerator.prepare`. Null
 * where nobody can tell, or where it may be one of several.
 */
export function calledName({ name, method, callee }: Call, evaluator: Evaluator): string | null {
  const object = callee.get('object');
  if (name !== null || method === null || !object) return name;
  const { values, isComplete } = evaluator.origins(evaluator.value(object));
  const [only, ...others] = new Set(values.map(classOf));
  return isComplete && only && others.length === 0 ? `${only}.${method}` : null;
}

/** The class of a library that an object is made of, or of which its annotation says it is. */
function classOf({ file, node, access }: Value): string | null {
  const made = access.length > 0 ? null : (file.constructionOf(node)?.name ?? annotatedClass(node, file));
  return made?.startsWith('#') ? null : made;
}
