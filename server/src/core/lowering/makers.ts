/** Which library made an object: its methods may draw, whatever class nobody can see it has. */

import type { Call } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';

/** A call of a library from which an object comes, also through methods of what it returned. */
export interface Maker {
  readonly call: Call;
  /** The call's canonical name. */
  readonly name: string;
  readonly file: PythonFile;
}

/** A chain of methods that is longer than this is nobody's. */
const LONGEST = 12;

/** The calls of libraries that the object may come from: `load_dataset` for `load_dataset("imdb")["train"].map(f)`. */
function makersOf(object: Node, file: PythonFile, depth = 0): readonly Maker[] {
  if (depth > LONGEST) return [];
  const evaluator = evaluatorOf(file);
  return evaluator.origins(evaluator.value(object)).values.flatMap(({ file: home, node }): readonly Maker[] => {
    const inner = node.type === 'call' ? null : /^(attribute|subscript)$/.test(node.type) ? node : undefined;
    if (inner === undefined) return [];
    if (inner) return ofPart(inner, home, object, depth);
    const call = home.call(node);
    if (call.name !== null) return /^[#.]/.test(call.name) ? [] : [{ call, name: call.name, file: home }];
    return ofPart(call.callee, home, object, depth);
  });
}

/** The object of an attribute or of a subscript; nothing for what would ask the same question again. */
function ofPart(part: Node, file: PythonFile, asked: Node, depth: number): readonly Maker[] {
  const object = part.get('object') ?? part.get('value');
  return object && object !== asked ? makersOf(object, file, depth + 1) : [];
}

/** The package that made the object, and the call that did; null where nobody can tell, or several did. */
export function makerOf(object: Node, file: PythonFile): (Maker & { readonly library: string }) | null {
  const makers = makersOf(object, file);
  const [first, ...others] = makers.map((maker) => ({ ...maker, library: maker.name.split('.')[0] ?? maker.name }));
  return first && others.every(({ library }) => library === first.library) ? first : null;
}
