/**
 * Reads a tree of tree-sitter's into nodes, from the memory it lies in: asking a cursor for each node crosses into
 * WebAssembly several times, which costs more than parsing and all that is done with the answers.
 */

import type { NodeKind } from './grammar.ts';
import { move, Node } from './node.ts';
import type { FieldName } from './node-types.ts';
import { DATA, FLAGS, type Language, PACKED, type Production, WORDS_OF_SUBTREE } from './tree-layout.ts';

/** A statement of the former tree that lies outside the edit, by its new start. */
export type Reusable = Map<number, { node: Node; shift: number }>;

const F = 0x66;
const T = 0x74;

/** A subtree whose children are being read. */
class Level {
  /** The node that takes what is found: the subtree's own, or the one around a subtree that is no node. */
  node!: Node;
  holdsStatements!: boolean;
  isHidden!: boolean;
  /** What a hidden subtree fills, its children fill. */
  field!: FieldName | null;
  production!: Production;
  /** Where the next child's subtree and the end of the last one lie, in words. */
  next!: number;
  last!: number;
  /** Where the blanks before the next child begin, in bytes. */
  at!: number;
  /** How many children there were that are no extras. */
  position!: number;
  /** Where the node's children begin on the stack. */
  first!: number;
}

export class TreeReader {
  readonly #words: Uint32Array;
  readonly #text: string;
  readonly #language: Language;
  readonly #reusable: Reusable;
  /** The children of the nodes that are being read; a list that grows by pushing keeps room for many more. */
  readonly #stack: Node[] = [];
  #top = 0;
  /** The subtrees that are being read, from the root on: a list, since code may be nested deeper than calls can be. */
  readonly #levels: Level[] = [];
  #depth = -1;

  constructor(words: Uint32Array, text: string, language: Language, reusable: Reusable) {
    this.#words = words;
    this.#text = text;
    this.#language = language;
    this.#reusable = reusable;
  }

  /** The tree whose root's subtree is at the address, which is never packed. */
  read(root: number): Node {
    const data = this.#words[root / 4]! / 4;
    const kind = this.#kindOf(this.#words[data + DATA.symbol]! & 0xffff);
    const start = this.#words[data + DATA.padding]!;
    const node = open(kind, start, start + this.#words[data + DATA.size]!, null, null, false);
    this.#enter(data, 0, node, kind.holdsStatements, false, null);
    while (this.#depth >= 0) {
      const level = this.#levels[this.#depth]!;
      if (level.next < level.last) this.#readChild(level);
      else this.#leave(level);
    }
    return node;
  }

  #enter(
    data: number,
    at: number,
    node: Node,
    holdsStatements: boolean,
    isHidden: boolean,
    field: FieldName | null,
  ): void {
    this.#depth++;
    this.#levels[this.#depth] ??= new Level();
    const level = this.#levels[this.#depth]!;
    level.node = node;
    level.holdsStatements = holdsStatements;
    level.isHidden = isHidden;
    level.field = field;
    level.production = this.#language.productions[this.#words[data + DATA.production]! >>> 16]!;
    level.next = data - this.#words[data + DATA.childCount]! * WORDS_OF_SUBTREE;
    level.last = data;
    level.at = at;
    level.position = 0;
    level.first = this.#top;
  }

  #leave(level: Level): void {
    this.#depth--;
    if (level.isHidden) return;
    if (this.#top > level.first) level.node.children = this.#stack.slice(level.first, this.#top);
    this.#top = level.first;
    if (level.node.parent) this.#take(level.node, level.node.parent);
  }

  #readChild(level: Level): void {
    const words = this.#words;
    const word = words[level.next]!;
    const [data, isPacked] = [word >>> 2, (word & PACKED.isPacked) !== 0];
    let symbol: number;
    let padding: number;
    let size: number;
    let isVisible: boolean;
    let isExtra: boolean;
    let isMissing: boolean;
    let hasChildren = false;
    if (isPacked) {
      const places = words[level.next + 1]!;
      symbol = (word >>> 8) & 0xff;
      padding = (places >>> 16) & 0xff;
      size = places >>> 24;
      isVisible = (word & PACKED.visible) !== 0;
      isExtra = (word & PACKED.extra) !== 0;
      isMissing = (word & PACKED.missing) !== 0;
    } else {
      const flags = words[data + DATA.flags]!;
      symbol = words[data + DATA.symbol]! & 0xffff;
      padding = words[data + DATA.padding]!;
      size = words[data + DATA.size]!;
      isVisible = (flags & FLAGS.visible) !== 0;
      isExtra = (flags & FLAGS.extra) !== 0;
      isMissing = (flags & FLAGS.missing) !== 0;
      hasChildren = words[data + DATA.childCount]! > 0;
    }
    const { at, node: parent } = level;
    const start = at + padding;
    level.next += WORDS_OF_SUBTREE;
    level.at = start + size;

    let field: FieldName | null = null;
    if (!isExtra) {
      const { aliases, fields } = level.production;
      const alias = aliases[level.position];
      field = fields[level.position] ?? (level.isHidden ? level.field : null);
      level.position++;
      if (alias) {
        symbol = alias;
        isVisible = true;
      }
    }
    if (!isVisible) {
      if (hasChildren) this.#enter(data, at, parent, level.holdsStatements, true, field);
      return;
    }
    const kind = this.#kindOf(symbol);
    if (!kind.isNamed) {
      if (isMissing) parent.broken = true;
      // Anonymous tokens are only kept where a field names them, as it does operators.
      else if (field !== null && !kind.isPunctuation) {
        this.#stack[this.#top++] = open(kind, start, start + size, field, parent, false);
      }
      return;
    }
    const reused = level.holdsStatements ? this.#reused(kind, start, start + size, parent) : null;
    const node = reused ?? open(kind, start, start + size, field, parent, isMissing);
    if (reused || !hasChildren || (kind.type === 'string' && !this.#isFormatted(node))) this.#take(node, parent);
    else this.#enter(data, at, node, kind.holdsStatements, false, null);
  }

  #kindOf(symbol: number): NodeKind {
    return this.#language.kinds[symbol]!;
  }

  /** Nobody who reads code wants to step over comments and line continuations. */
  #take(child: Node, parent: Node): void {
    if (child.type === 'line_continuation') return;
    parent.broken ||= child.broken;
    parent.active ||= child.active;
    if (child.type !== 'comment') this.#stack[this.#top++] = child;
    else if (parent.comments) parent.comments.push(child);
    else parent.comments = [child];
  }

  /** The former statement that stands here unchanged, moved to its new place; places in bytes. */
  #reused(kind: NodeKind, start: number, end: number, parent: Node): Node | null {
    const kept = this.#reusable.get(start / 2);
    if (!kept || kept.node.type !== kind.type || kept.node.end + kept.shift !== end / 2) return null;
    if (kept.shift !== 0) move(kept.node, kept.shift);
    kept.node.parent = parent;
    return kept.node;
  }

  /** Only a string whose prefix asks for it has expressions inside. */
  #isFormatted(node: Node): boolean {
    for (let at = node.start; at < node.end; at++) {
      const letter = this.#text.charCodeAt(at) | 0x20;
      if (letter === F || letter === T) return true;
      if (letter < 0x61 || letter > 0x7a) return false;
    }
    return false;
  }
}

/** A node without children; places in bytes, of which a UTF-16 unit has two. */
function open(
  kind: NodeKind,
  start: number,
  end: number,
  field: FieldName | null,
  parent: Node | null,
  isMissing: boolean,
): Node {
  const node = new Node(kind.type, start >>> 1, end >>> 1, field, kind.opensScope);
  node.parent = parent;
  node.active = kind.isActive;
  node.broken = isMissing || kind.type === 'ERROR';
  return node;
}
