/**
 * Python text to a plain syntax tree, and back again after an edit.
 * The only file that drives tree-sitter: everything else works on `Node`s, which live in the JS heap and cost nothing to visit.
 */
import { Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';

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
  /** Something happens in it: a call, an assignment, a loop over something. The rest only names values. */
  active = false;
  /** Somewhere in it the text is not Python. */
  broken = false;

  constructor(type: string, start: number, end: number, field: string | null) {
    this.type = type;
    this.start = start;
    this.end = end;
    this.field = field;
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
  /** In source order. */
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
  const comments: Node[] = [];
  const root = lower(cursor, null, reusable, comments);
  cursor.delete();
  comments.sort((a, b) => a.start - b.start);
  return {
    root,
    comments,
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

function lower(cursor: TreeCursor, parent: Node | null, reusable: Reusable, comments: Node[]): Node {
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
        adopt(kept.node, kept.shift, comments);
        kept.node.parent = node;
        node.active ||= kept.node.active;
        node.children.push(kept.node);
      } else {
        const child = lower(cursor, node, reusable, comments);
        node.broken ||= child.broken;
        node.active ||= child.active;
        if (child.type === 'comment') {
          node.comments ??= [];
          node.comments.push(child);
          comments.push(child);
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

/** Moves a reused statement to its new place, and hands on the comments in it. */
function adopt(node: Node, shift: number, comments: Node[]): void {
  node.start += shift;
  node.end += shift;
  for (const comment of node.comments ?? []) {
    comment.start += shift;
    comment.end += shift;
    comments.push(comment);
  }
  for (const child of node.children) adopt(child, shift, comments);
}

/** Calls `visit` for the node and everything below it, in source order; `false` from `visit` skips what is below. */
export function walk(node: Node, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const child of node.children) walk(child, visit);
}
