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

/** Most nodes have none, and share it. */
const NO_CHILDREN: readonly Node[] = [];

/** A named node of the grammar; anonymous tokens are kept only where a field names them (operators). */
export class Node {
  readonly type: string;
  start: number;
  end: number;
  /** The field of the parent this node fills, as the grammar calls it. */
  readonly field: string | null;
  children: readonly Node[] = NO_CHILDREN;
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
let kinds: readonly Kind[] = [];

/** Prepares the parser; once per process, before anything else. Rejects when the binaries do not fit each other. */
export async function loadSyntax(wasm: WasmBytes): Promise<void> {
  if (parser) return;
  // The runtime asks for its own address even when it is handed the bytes.
  await Parser.init({ wasmBinary: wasm.runtime, locateFile: (name: string) => name });
  const python = await Language.load(wasm.python);
  fieldNames = python.fields;
  kinds = python.types.map((type, id) => kindOf(type ?? 'ERROR', python.nodeTypeIsNamed(id)));
  parser = new Parser().setLanguage(python);
}

export function parse(text: string): Syntax {
  return read(parseTree(text, null), text, new Map());
}

function parseTree(text: string, old: Tree | null): Tree {
  if (!parser) throw new Error('loadSyntax must have finished before Python can be parsed.');
  const tree = parser.parse(text, old);
  if (!tree) throw new Error('The parser was cancelled.');
  return tree;
}

/** A statement of the former tree that lies outside the edit, by its new start. */
type Reusable = Map<number, { node: Node; shift: number }>;

function read(tree: Tree, text: string, reusable: Reusable): Syntax {
  const root = new Reader(tree, text, reusable).read();
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
      return read(next, newText, keep);
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
  'case_pattern',
  'lambda',
  'function_definition',
  'class_definition',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'global_statement',
  'nonlocal_statement',
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

/** What is known of all nodes of a type. */
interface Kind {
  readonly type: string;
  readonly isNamed: boolean;
  readonly isActive: boolean;
  readonly isLeaf: boolean;
  readonly hasFields: boolean;
  readonly startsWithChild: boolean;
  readonly isPunctuation: boolean;
  readonly holdsStatements: boolean;
}

const LEAVES = new Set(['identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis', 'comment']);
/** Their children fill no field. */
const WITHOUT_FIELDS = new Set([
  ...['module', 'block', 'expression_statement', 'argument_list', 'parameters', 'list', 'tuple', 'dictionary'],
  ...['set', 'expression_list', 'pattern_list', 'tuple_pattern', 'dotted_name', 'parenthesized_expression', 'type'],
]);

/** They begin with a child, with no token before it. */
const STARTS_WITH_CHILD = new Set([
  ...['attribute', 'call', 'expression_statement', 'assignment', 'keyword_argument', 'dotted_name', 'type', 'pair'],
  ...['comparison_operator', 'binary_operator', 'boolean_operator', 'subscript', 'typed_parameter', 'generic_type'],
]);

/** By character code, which is NaN at the end of a text. */
const WORD = Array.from({ length: 128 }, (_, code) => /\w/.test(String.fromCharCode(code)));

function kindOf(type: string, isNamed: boolean): Kind {
  return {
    type,
    isNamed,
    isActive: ACTIVE.has(type),
    isLeaf: LEAVES.has(type),
    hasFields: !WITHOUT_FIELDS.has(type),
    startsWithChild: STARTS_WITH_CHILD.has(type),
    isPunctuation: /^[()[\]{},.:;=]$/.test(type),
    holdsStatements: holdsStatements(type),
  };
}

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

/**
 * Reads the tree through a cursor. Each question to the cursor crosses into WebAssembly, which costs more than all that
 * is done with the answer, so nothing is asked that the kind of node already answers.
 */
class Reader {
  readonly #cursor: TreeCursor;
  readonly #text: string;
  readonly #reusable: Reusable;
  /** A text without errors has no missing nodes. */
  readonly #isWhole: boolean;
  /** The children of the nodes that are being read; a list that grows by pushing keeps room for many more. */
  readonly #stack: Node[] = [];
  #top = 0;

  constructor(tree: Tree, text: string, reusable: Reusable) {
    this.#cursor = tree.walk();
    this.#text = text;
    this.#reusable = reusable;
    this.#isWhole = !tree.rootNode.hasError;
  }

  read(): Node {
    const cursor = this.#cursor;
    const root = this.#node(cursor.nodeTypeId, cursor.startIndex, 0, null);
    const kind = kinds[cursor.nodeTypeId];
    if (cursor.gotoFirstChild()) this.#fill(root, kind);
    cursor.delete();
    return root;
  }

  #node(typeId: number, start: number, field: number, parent: Node | null): Node {
    const cursor = this.#cursor;
    const kind = kinds[typeId];
    const type = kind?.type ?? cursor.nodeType;
    const end = (type === 'identifier' && this.#endOfWord(start)) || cursor.endIndex;
    const node = new Node(type, start, end, fieldNames[field] ?? null);
    node.parent = parent;
    node.broken = type === 'ERROR' || (!this.#isWhole && cursor.nodeIsMissing);
    node.active = kind?.isActive ?? false;
    return node;
  }

  /** Reads the children, beginning with the one the cursor is at. It calls itself, so it has to stay a small frame. */
  #fill(node: Node, kind: Kind | undefined): void {
    const cursor = this.#cursor;
    const first = this.#top;
    let knownStart = kind?.startsWithChild ? node.start : -1;
    do {
      const typeId = cursor.nodeTypeId;
      const childKind = kinds[typeId];
      if (childKind && !childKind.isNamed) this.#token(node, childKind, kind);
      else {
        const start = knownStart >= 0 ? knownStart : cursor.startIndex;
        let child = kind?.holdsStatements ? this.#reused(start, childKind) : undefined;
        if (child) child.parent = node;
        else {
          child = this.#node(typeId, start, kind?.hasFields === false ? 0 : cursor.currentFieldId, node);
          if (!this.#isLeaf(child, childKind) && cursor.gotoFirstChild()) {
            this.#fill(child, childKind);
            cursor.gotoParent();
          }
        }
        node.broken ||= child.broken;
        node.active ||= child.active;
        if (child.type === 'comment') {
          node.comments ??= [];
          node.comments.push(child);
        } else this.#stack[this.#top++] = child;
      }
      knownStart = -1;
    } while (cursor.gotoNextSibling());
    if (this.#top > first) node.children = this.#stack.slice(first, this.#top);
    this.#top = first;
  }

  /** The former statement that stands here unchanged, moved to its new place. */
  #reused(start: number, kind: Kind | undefined): Node | undefined {
    const kept = this.#reusable.get(start);
    if (!kept || kept.node.end + kept.shift !== this.#cursor.endIndex || kept.node.type !== kind?.type)
      return undefined;
    if (kept.shift !== 0) move(kept.node, kept.shift);
    return kept.node;
  }

  #isLeaf(node: Node, kind: Kind | undefined): boolean {
    return kind?.isLeaf === true || (node.type === 'string' && !this.#isFormatted(node));
  }

  /** Anonymous tokens are only kept where a field names them, as it does operators. */
  #token(parent: Node, own: Kind, kind: Kind | undefined): void {
    const cursor = this.#cursor;
    if (!this.#isWhole && cursor.nodeIsMissing) parent.broken = true;
    else if (kind?.hasFields !== false && !own.isPunctuation) {
      const field = cursor.currentFieldId;
      if (field === 0) return;
      const token = new Node(cursor.nodeType, cursor.startIndex, cursor.endIndex, fieldNames[field] ?? null);
      token.parent = parent;
      this.#stack[this.#top++] = token;
    }
  }

  /** Where an ASCII word ends; 0 where the cursor has to be asked. */
  #endOfWord(start: number): number {
    for (let at = start; ; at++) {
      const code = this.#text.charCodeAt(at);
      if (code > 0x7f) return 0;
      if (!WORD[code]) return at > start ? at : 0;
    }
  }

  /** Only a string whose prefix asks for it has expressions inside. */
  #isFormatted(node: Node): boolean {
    for (let at = node.start; at < node.end; at++) {
      const letter = this.#text.charCodeAt(at) | 0x20;
      if (letter === 0x66 || letter === 0x74) return true; // f, t
      if (letter < 0x61 || letter > 0x7a) return false;
    }
    return false;
  }
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
