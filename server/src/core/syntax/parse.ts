/**
 * Python text to a plain syntax tree, and back again after an edit.
 * Only this file drives tree-sitter: everything else works on `Node`s, which live in the JS heap and cost nothing to
 * visit.
 */

import { Language, Parser, type Tree } from 'web-tree-sitter';
import { withoutLongRuns } from './comment-runs.ts';
import { holdsStatements, kindOf } from './grammar.ts';
import { collectComments, type Node } from './node.ts';
import type { FieldName, NodeType } from './node-types.ts';
import { numberNodes, unpackTree } from './packed-tree.ts';
import { readLanguage, type Language as TreeLanguage } from './tree-layout.ts';
import { type Reusable, TreeReader } from './tree-reader.ts';

export { lastValue, Node, topInScope, walk, wholeOperation } from './node.ts';

/** The two WebAssembly binaries, as their packages ship them. */
export interface WasmBytes {
  readonly runtime: Uint8Array;
  readonly python: Uint8Array;
}

/** A parsed text. It owns memory outside the JS heap until `free` is called. */
export interface Syntax {
  readonly root: Node;
  /** In source order; collected when asked for. Of thousands in a row, those that say nothing to Seedwise are left out. */
  readonly comments: readonly Node[];
  readonly hasErrors: boolean;
  /** Parses the new text, reusing what the edit left alone. This syntax and its nodes must not be used afterwards. */
  update(newText: string): Syntax;
  free(): void;
}

/** The memory that trees lie in, as the runtime keeps it up to date: it is another one whenever it grows. */
interface Memory {
  readonly HEAPU32: Uint32Array;
}

interface Loaded {
  readonly parser: Parser;
  readonly memory: Memory;
  readonly language: TreeLanguage;
}

let loaded: Loaded | undefined;

/** Prepares the parser; once per process, before anything else. Rejects when the binaries do not fit each other. */
export async function loadSyntax(wasm: WasmBytes): Promise<void> {
  if (loaded) return;
  // The runtime asks for its own address even when it is handed the bytes, and puts its memory among its options.
  const options = { wasmBinary: wasm.runtime, locateFile: (name: string) => name };
  await Parser.init(options);
  const memory = options as typeof options & Memory;
  const python = await Language.load(wasm.python);
  const parser = new Parser().setLanguage(python);
  const kinds = python.types.map((type, id) => kindOf((type ?? 'ERROR') as NodeType, python.nodeTypeIsNamed(id)));
  const fields = python.fields as (FieldName | null)[];
  const tree = parser.parse('');
  if (!tree) throw new Error('The parser gives no tree.');
  const error = kindOf('ERROR', true);
  // The list has holes, which `flatMap` leaves out.
  numberNodes([...kinds.flatMap(({ type }) => type), error.type], [null, ...fields]);
  loaded = { parser, memory, language: readLanguage(memory.HEAPU32, tree.rootNode.id, kinds, fields, error) };
  tree.delete();
}

export function parse(text: string): Syntax {
  const fed = withoutLongRuns(text);
  return read(parseTree(fed, null), fed, new Map());
}

/** A tree that was parsed before: it owns no memory, and an edit parses all of the text. */
export function unpacked(bytes: Uint8Array): Syntax {
  const root = unpackTree(bytes);
  return {
    root,
    get comments() {
      return collectComments(root);
    },
    hasErrors: root.broken,
    update: parse,
    free: () => {},
  };
}

function tools(): Loaded {
  if (!loaded) throw new Error('loadSyntax must have finished before Python can be parsed.');
  return loaded;
}

function parseTree(text: string, old: Tree | null): Tree {
  const tree = tools().parser.parse(text, old);
  if (!tree) throw new Error('The parser was cancelled.');
  return tree;
}

/** Reads a tree of a text as it was fed. */
function read(tree: Tree, text: string, reusable: Reusable): Syntax {
  const { memory, language } = tools();
  const root = new TreeReader(memory.HEAPU32, text, language, reusable).read(tree.rootNode.id);
  return {
    root,
    get comments() {
      return collectComments(root);
    },
    hasErrors: root.broken,
    update(newText) {
      const fed = withoutLongRuns(newText);
      const edit = editBetween(text, fed);
      tree.edit({
        ...edit,
        startPosition: pointAt(text, edit.startIndex),
        oldEndPosition: pointAt(text, edit.oldEndIndex),
        newEndPosition: pointAt(fed, edit.newEndIndex),
      } as Parameters<Tree['edit']>[0]);
      const next = parseTree(fed, tree);
      tree.delete();
      const keep: Reusable = new Map();
      collectReusable(root, edit, keep);
      return read(next, fed, keep);
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
