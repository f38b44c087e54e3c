/**
 * Which name means what: scopes and the definitions in them, as Python binds them.
 * Names are never compared as text by a rule; they are resolved here first.
 */
import { type Node, topInScope } from '../syntax/parse.ts';
import type { MarimoCell } from './marimo.ts';
import type { Note } from './notes.ts';

export type Definition =
  /** `qualified` is the dotted name the import brings in; relative imports keep their dots. */
  | { readonly kind: 'import'; readonly node: Node; readonly statement: Node; readonly qualified: string }
  | { readonly kind: 'function'; readonly node: Node; readonly function: FunctionInfo }
  | { readonly kind: 'class'; readonly node: Node; readonly class: ClassInfo }
  | { readonly kind: 'parameter'; readonly node: Node; readonly parameter: Parameter }
  | { readonly kind: 'assignment'; readonly node: Node; readonly value: Node }
  /** Bound to something nobody can see: a loop target, an unpacked value, `with ... as`, a pattern. */
  | { readonly kind: 'opaque'; readonly node: Node };

export interface Parameter {
  readonly name: string;
  readonly default: Node | null;
  readonly star: '' | '*' | '**';
  readonly keywordOnly: boolean;
}

export interface FunctionInfo {
  /** Unique in the file: `#train`, `#Net.forward`. */
  readonly id: string;
  readonly name: string;
  /** The `function_definition` or `lambda`; who asks for it is noted to read the function. */
  readonly node: Node;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Node[];
  readonly class: ClassInfo | null;
}

/** The name under which a class keeps the method that sets a property. */
export const setterOf = (property: string): string => `${property}=`;

export interface ClassInfo {
  readonly id: string;
  readonly name: string;
  /** Who asks for it is noted to read the class. */
  readonly node: Node;
  /** Positional superclasses. */
  readonly bases: readonly Node[];
  readonly methods: Map<string, FunctionInfo>;
  /** What methods assign to `self.<name>`, and the class body to `<name>`. */
  readonly attributes: Map<string, Node[]>;
}

export interface Scope {
  readonly kind: 'module' | 'function' | 'class' | 'comprehension';
  readonly node: Node;
  readonly parent: Scope | null;
  readonly names: Map<string, Definition[]>;
  readonly owner: FunctionInfo | ClassInfo | null;
  /** Names declared `global` or `nonlocal` here, and the scope they live in. */
  readonly elsewhere: Map<string, Scope>;
  /** What is read where a name is looked up here; null for the module, of which each name is read by itself. */
  readonly readAs: Note | null;
}

/** Everything one pass over the tree collects. */
export interface Scopes {
  readonly module: Scope;
  readonly byNode: ReadonlyMap<Node, Scope>;
  readonly functions: ReadonlyMap<string, FunctionInfo>;
  readonly classes: ReadonlyMap<string, ClassInfo>;
  readonly calls: readonly Node[];
  /** Every `assignment` node, augmented ones left out. */
  readonly assignments: readonly Node[];
  /** Modules imported with `*`, in order. */
  readonly stars: readonly string[];
  readonly imports: readonly Node[];
  /** Sets that are written out. */
  readonly sets: readonly Node[];
  /** Of a notebook of marimo's. */
  readonly cells: readonly MarimoCell[];
}

/** The scope a node's names are looked up in. */
export function scopeOf(node: Node, scopes: Scopes): Scope {
  let from = topInScope(node);
  for (let at = from.parent; at; from = at, at = at.parent) {
    const scope = at.opensScope ? scopes.byNode.get(at) : undefined;
    if (!scope) continue;
    if (scope.kind === 'function' || scope.kind === 'class') {
      // Defaults, decorators and superclasses are evaluated outside.
      const isParameter = from.field === 'parameters' && !within(node, from, 'value');
      if (from.field === 'body' || isParameter) return scope;
      continue;
    }
    return scope;
  }
  return scopes.module;
}

function within(node: Node, top: Node, field: string): boolean {
  for (let at: Node | null = node; at && at !== top; at = at.parent) if (at.field === field) return true;
  return false;
}

/** The scope that binds a name as seen from another one; null if nothing in the file does. */
export function scopeWith(name: string, from: Scope): Scope | null {
  let first = true;
  for (let scope: Scope | null = from; scope; scope = scope.parent) {
    // Names of a class body are not seen from the functions in it.
    if (scope.kind !== 'class' || first) {
      const found = scope.elsewhere.get(name) ?? scope;
      if (found.names.has(name)) return found;
    }
    if (scope.kind !== 'comprehension') first = false;
  }
  return null;
}

/** The definitions of a name as seen from a scope, empty if nothing in the file binds it. */
export const lookUp = (name: string, from: Scope): readonly Definition[] =>
  scopeWith(name, from)?.names.get(name) ?? [];

export function nearestFunction(scope: Scope): Scope | null {
  let at: Scope | null = scope;
  while (at && at.kind !== 'function') at = at.parent;
  return at;
}

/** The class whose method (or body) the scope belongs to. */
export function enclosingClass(scope: Scope): ClassInfo | null {
  for (let at: Scope | null = scope; at; at = at.parent) {
    if (at.kind === 'class') return at.owner as ClassInfo;
    if (at.kind === 'function' && (at.owner as FunctionInfo).class) return (at.owner as FunctionInfo).class;
  }
  return null;
}

/** The values of a name that is only ever assigned; null if it is bound in another way too. */
export function assignedValues(definitions: readonly Definition[]): Node[] | null {
  const values: Node[] = [];
  for (const definition of definitions) {
    if (definition.kind !== 'assignment') return null;
    values.push(definition.value);
  }
  return values.length > 0 ? values : null;
}
