/** What annotations say of a value: `names: list[tuple[str, int]]` makes the second item of an element an `int`. */

import type { Node } from '../syntax/parse.ts';
import type { PythonFile } from './file.ts';
import { ANY, EACH, isElement, keyIn, type Step, type Value } from './value.ts';

const WRAPS = /^(Optional|Annotated|Final|ClassVar|Union|Required|NotRequired)$/;
const SEQUENCES =
  /^(list|tuple|set|frozenset|deque|sequence|iterable|iterator|collection|generator|abstractset|mutablesequence)$/i;
const MAPPINGS = /^(dict|mapping|mutablemapping|defaultdict|ordereddict)$/i;

/** The name of the type that the annotation of a name, or of the parameter it stands for, gives the value. */
export function annotatedType({ file, node, access, ended }: Value): string | null {
  if (node.type !== 'identifier') return null;
  const [only, ...others] = ended
    ? [node]
    : file
        .definitions(node)
        .slice(0, 2)
        .map((each) => each.node);
  const type = only && others.length === 0 ? typeOf(only) : undefined;
  return type ? typeAt(type, access, file) : null;
}

/** The qualified name of the class that the annotation of a parameter says; null for any other name, and for other types. */
export function annotatedClass(name: Node, file: PythonFile): string | null {
  const [type] = typeOf(name)?.children ?? [];
  return type && /^(identifier|attribute)$/.test(type.type) ? file.qualify(type) : null;
}

/** The annotation beside a parameter or the target of an assignment. */
function typeOf(name: Node): Node | undefined {
  const { parent } = name;
  return parent && /^(typed_parameter|typed_default_parameter|assignment)$/.test(parent.type)
    ? parent.get('type')
    : undefined;
}

function typeAt(type: Node | undefined, access: readonly Step[], file: PythonFile): string | null {
  switch (type?.type) {
    case 'type':
      return typeAt(type.children[0], access, file);
    case 'string':
      return access.length === 0 ? lastName(file.quoted(type)) : null;
    case 'binary_operator': {
      const sides = type.children.filter(({ type: kind, field }) => field !== 'operator' && kind !== 'none');
      return sides.length === 1 ? typeAt(sides[0], access, file) : null;
    }
    case 'generic_type':
      return genericAt(type, access, file);
    case 'identifier':
    case 'attribute':
      return access.length === 0 ? lastName(file.read(type)) : null;
    default:
      return null;
  }
}

function genericAt(type: Node, access: readonly Step[], file: PythonFile): string | null {
  const [base, list] = type.children;
  const name = base ? lastName(file.read(base)) : '';
  const inner = (list?.children ?? []).filter((each) => file.read(each) !== 'None');
  const [step, ...rest] = access;
  if (WRAPS.test(name)) return inner.length === 1 || name === 'Annotated' ? typeAt(inner[0], access, file) : null;
  if (!isElement(step)) return step === undefined ? name : null;
  if (MAPPINGS.test(name)) return typeAt(inner[step === EACH ? 0 : 1], rest, file);
  if (!SEQUENCES.test(name)) return null;
  const key = keyIn(step);
  const isFixed = name.toLowerCase() === 'tuple' && file.read(inner.at(-1) ?? type) !== '...';
  if (isFixed && typeof key === 'number') return typeAt(inner.at(key), rest, file);
  return isFixed && inner.length > 1 && (step === EACH || step === ANY) ? null : typeAt(inner[0], rest, file);
}

const lastName = (name: string): string => name.slice(name.lastIndexOf('.') + 1).trim();
