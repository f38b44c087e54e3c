/**
 * Python text to a plain syntax tree, and back again after an edit.
 * The only file that drives tree-sitter: everything else works on `Node`s, which live in the JS heap and cost nothing to visit.
 */
import { Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';

const SCOPES = new Set([
  'module',
  'function_definition',
  'lambda',
  'class_definition',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** A named node of the grammar; anonymous tokens are kept only where a field names them (operators). */
export class Node {
  readonly type: string;
  start: number;
  end: number;
  /** The field of the parent this node fills, as the grammar calls it. */
  readonly field: string | null;
  readonly children: Node[] = [];
  parent: Node | null = null;
  /** Comments are not children: nobody who reads code wants to step over them. */
  comments: Node[] | null = null;
  /** Something in it calls, binds or iterates. What is left only names values, and nobody has to look into it. */
  active = false;
  /** Names inside it live in a scope of their own. */
  readonly opensScope: boolean;
  /** Somewhere in it the text is not Python. */
  broken = false;

  constructor(type: string, start: number, end: number, field: string | null) {
    this.type = type;
    this.start = start;
    this.end = end;
    this.field = field;
    this.opensScope = SCOPES.has(type);
  }

  /** The first child that fills the field. */
  get(field: string): Node | undefined {
    for (const child of this.children) if (child.field === field) return child;
    return undefined;
  }

  /** The nearest ancestor of one of the types. */
  enclosing(...types: readonly string[]): Node | null {
    let node = this.parent;
    while (node && !types.includes(node.type)) node = node.parent;
    return node;
  }
}

/** The two WebAssembly binaries, as their packages ship them. */
export interface WasmBytes {
  readonly runtime: Uint8Array;
  readonly python: Uint8Array;
}

/** A parsed text. It owns memory outside the JS heap until `free` is called. */
export interface Syntax {
  readonly root: Node;
  /** In source order; collected when asked for. */
  readonly comments: readonly Node[];
  readonly hasErrors: boolean;
  /** Parses the new text, reusing what the edit left alone. This syntax and its nodes must not be used afterwards. */
  update(oldText: string, newText: string): Syntax;
  free(): void;
}

let parser: Parser | undefined;
let fieldNames: readonly (string | null)[] = [];
let typeNames: readonly (string | null)[] = [];

/** Prepares the parser; once per process, before anything else. Rejects when the binaries do not fit each other. */
export async function loadSyntax(wasm: WasmBytes): Promise<void> {
  if (parser) return;
  // The runtime asks for its own address even when it is handed the bytes.
  await Parser.init({ wasmBinary: wasm.runtime, locateFile: (name: string) => name });
  const python = await Language.load(wasm.python);
  fieldNames = python.fields;
  typeNames = python.types;
  parser = new Parser().setLanguage(python);
}

export function parse(text: string): Syntax {
  return read(parseTree(text, null), new Map());
}

function parseTree(text: string, old: Tree | null): Tree {
  if (!parser) throw new Error('loadSyntax must have finished before Python can be parsed.');
  const tree = parser.parse(text, old);
  if (!tree) throw new Error('The parser was cancelled.');
  return tree;
}

/** A statement of the former tree that lies outside the edit, by its new start. */
type Reusable = Map<number, { node: Node; shift: number }>;

function read(tree: Tree, reusable: Reusable): Syntax {
  const cursor = tree.walk();
  const root = lower(cursor, null, reusable);
  cursor.delete();
  return {
    root,
    get comments() {
      return collectComments(root, []);
    },
    hasErrors: root.broken,
    update(oldText, newText) {
      const edit = editBetween(oldText, newText);
      tree.edit({
        ...edit,
        startPosition: pointAt(oldText, edit.startIndex),
        oldEndPosition: pointAt(oldText, edit.oldEndIndex),
        newEndPosition: pointAt(newText, edit.newEndIndex),
      } as Parameters<Tree['edit']>[0]);
      const next = parseTree(newText, tree);
      tree.delete();
      const keep: Reusable = new Map();
      collectReusable(root, edit, keep);
      return read(next, keep);
    },
    free: () => tree.delete(),
  };
}

/** The one edit, by common prefix and suffix, that turns the old text into the new one. */
function editBetween(oldText: string, newText: string) {
  const shorter = Math.min(oldText.length, newText.length);
  let prefix = 0;
  while (prefix < shorter && oldText.charCodeAt(prefix) === newText.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shorter - prefix &&
    oldText.charCodeAt(oldText.length - 1 - suffix) === newText.charCodeAt(newText.length - 1 - suffix)
  ) {
    suffix++;
  }
  return { startIndex: prefix, oldEndIndex: oldText.length - suffix, newEndIndex: newText.length - suffix };
}

/** Rows and columns as tree-sitter counts them: only `\n` ends a line, columns are UTF-16 units. */
function pointAt(text: string, index: number) {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', lineStart)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: index - lineStart };
}

const ACTIVE = new Set([
  'call',
  'assignment',
  'augmented_assignment',
  'named_expression',
  'as_pattern',
  'for_statement',
  'for_in_clause',
  'case_pattern',
  'lambda',
  'function_definition',
  'class_definition',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'global_statement',
  'nonlocal_statement',
  'yield',
  'return_statement',
  'raise_statement',
  'break_statement',
  'continue_statement',
  'set',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

const holdsStatements = (type: string): boolean => type === 'module' || type === 'block';

function collectReusable(node: Node, edit: ReturnType<typeof editBetween>, into: Reusable): void {
  const shift = edit.newEndIndex - edit.oldEndIndex;
  for (const child of node.children) {
    // Strictly outside: a statement that touches the edit may have grown into it.
    const moved = child.end < edit.startIndex ? 0 : child.start > edit.oldEndIndex ? shift : null;
    // A broken statement may owe its shape to another one far away; what is whole inside it may stay.
    if (moved !== null && holdsStatements(node.type) && !child.broken) {
      into.set(child.start + moved, { node: child, shift: moved });
    } else collectReusable(child, edit, into);
  }
}

function lower(cursor: TreeCursor, parent: Node | null, reusable: Reusable): Node {
  const type = typeNames[cursor.nodeTypeId] ?? cursor.nodeType;
  const node = new Node(type, cursor.startIndex, cursor.endIndex, fieldNames[cursor.currentFieldId] ?? null);
  node.parent = parent;
  node.broken = type === 'ERROR' || cursor.nodeIsMissing;
  node.active = ACTIVE.has(type);
  if (!cursor.gotoFirstChild()) return node;
  const statements = holdsStatements(type);
  do {
    if (cursor.nodeIsNamed) {
      const kept = statements ? reusable.get(cursor.startIndex) : undefined;
      if (kept && kept.node.end + kept.shift === cursor.endIndex && kept.node.type === cursor.nodeType) {
        if (kept.shift !== 0) move(kept.node, kept.shift);
        kept.node.parent = node;
        node.active ||= kept.node.active;
        node.children.push(kept.node);
      } else {
        const child = lower(cursor, node, reusable);
        node.broken ||= child.broken;
        node.active ||= child.active;
        if (child.type === 'comment') {
          node.comments ??= [];
          node.comments.push(child);
        } else node.children.push(child);
      }
    } else if (cursor.nodeIsMissing) {
      node.broken = true;
    } else if (cursor.currentFieldId !== 0) {
      const operator = new Node(
        cursor.nodeType,
        cursor.startIndex,
        cursor.endIndex,
        fieldNames[cursor.currentFieldId] ?? null,
      );
      operator.parent = node;
      node.children.push(operator);
    }
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}

/** Moves a reused statement to its new place. */
function move(node: Node, shift: number): void {
  node.start += shift;
  node.end += shift;
  for (const comment of node.comments ?? []) move(comment, shift);
  for (const child of node.children) move(child, shift);
}

function collectComments(node: Node, into: Node[]): Node[] {
  // Comments stand between the children; both lists are in source order.
  const own = node.comments ?? [];
  let next = 0;
  for (const child of node.children) {
    for (; next < own.length && own[next]!.start < child.start; next++) into.push(own[next]!);
    collectComments(child, into);
  }
  into.push(...own.slice(next));
  return into;
}

/** Calls `visit` for the node and everything below it, in source order; `false` from `visit` skips what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const child of node.children) walk(child, visit);
}
