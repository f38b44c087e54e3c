/**
 * Reads a tree of tree-sitter's into nodes. Each question to the cursor crosses into WebAssembly, which costs more than
 * all that is done with the answer, so nothing is asked that the grammar or the text itself already answers.
 */
import { type Grammar, type Kind, LONGEST_KEYWORD, typeOfWord } from './grammar.ts';
import type { LazyCursor } from './lazy-cursor.ts';
import { move, Node } from './node.ts';

/** A statement of the former tree that lies outside the edit, by its new start. */
export type Reusable = Map<number, { node: Node; shift: number }>;

/** By character code, which is NaN at the end of a text. */
const ofCodes = (pattern: RegExp): readonly boolean[] =>
  Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));
const WORD = ofCodes(/\w/);
const DIGIT = ofCodes(/\d/);
const BLANK = ofCodes(/[ \t\n\r\f]/);
/** Blank in some places and not in others: not worth a guess. */
const ODD = ofCodes(/[^ -~\t\n\r\f]|\\/);
const CLOSING = ofCodes(/[)\]}]/);
/** No expression and no statement begins with them. */
const SEPARATOR = ofCodes(/[)\]},;]/);
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const EQUALS = 0x3d;
const F = 0x66;
const T = 0x74;

/** Stands for a place that only the cursor knows. */
const UNKNOWN = -1;

/** A node whose children are being read. */
class Level {
  node!: Node;
  kind: Kind | undefined;
  isRegular!: boolean;
  /** Where its children begin on the stack. */
  first!: number;
  /** The child whose own children are being read. */
  child: Node | null = null;
  childKind: Kind | undefined;
  /** Where the next child starts and the last one ended, in UTF-16 units. */
  start = UNKNOWN;
  end = UNKNOWN;
  /** How many children there are so far that are more than tokens. */
  position = 0;

  begin(node: Node, kind: Kind | undefined, isRegular: boolean, first: number, start: number): void {
    this.node = node;
    this.kind = kind;
    this.isRegular = isRegular;
    this.first = first;
    this.child = null;
    this.start = start;
    this.end = start;
    this.position = 0;
  }
}

export class TreeReader {
  readonly #cursor: LazyCursor;
  readonly #text: string;
  readonly #grammar: Grammar;
  readonly #reusable: Reusable;
  /** A text without errors has no missing nodes, and every node in it is what the grammar says. */
  readonly #isWhole: boolean;
  /** The children of the nodes that are being read; a list that grows by pushing keeps room for many more. */
  readonly #stack: Node[] = [];
  #top = 0;
  /** The nodes that are being read, from the root on: a list, since code may be nested deeper than calls can be. */
  readonly #levels: Level[] = [];

  /** The cursor has to be at the root of the tree of the text, and is freed in the end. */
  constructor(cursor: LazyCursor, text: string, grammar: Grammar, isWhole: boolean, reusable: Reusable) {
    this.#cursor = cursor;
    this.#text = text;
    this.#grammar = grammar;
    this.#reusable = reusable;
    this.#isWhole = isWhole;
  }

  read(): Node {
    const cursor = this.#cursor;
    const kind = this.#grammar.kinds[cursor.typeId];
    const root = this.#open(kind, cursor.start, cursor.end, null, null);
    this.#readBelow(root, kind);
    cursor.delete();
    return root;
  }

  #open(kind: Kind | undefined, start: number, end: number, field: string | null, parent: Node | null): Node {
    const type = kind?.type ?? this.#cursor.type;
    const node = new Node(type, start, end, field);
    node.parent = parent;
    node.broken = type === 'ERROR' || (!this.#isWhole && this.#cursor.isMissing);
    node.active = kind?.isActive ?? false;
    return node;
  }

  /** Reads all that is below the node that the cursor is at. */
  #readBelow(root: Node, kind: Kind | undefined): void {
    let depth = this.#enter(root, kind, 0) ? 0 : -1;
    while (depth >= 0) {
      const level = this.#levels[depth]!;
      const child = level.isRegular ? this.#nextRegular(level, level.kind!) : this.#nextAsking(level);
      if (child) {
        if (this.#enter(child, level.childKind, depth + 1)) depth++;
      } else {
        this.#cursor.leave();
        if (this.#top > level.first) level.node.children = this.#stack.slice(level.first, this.#top);
        this.#top = level.first;
        depth--;
      }
    }
  }

  /** Goes to the first child of a node; false where there is none. */
  #enter(node: Node, kind: Kind | undefined, depth: number): boolean {
    // The block of a `match` statement begins with blanks.
    const isRegular = this.#isWhole && kind?.isIrregular === false && node.parent?.type !== 'match_statement';
    if (isRegular && kind.hasChildren) this.#cursor.enter();
    else if (!this.#cursor.tryEnter()) return false;
    const start = isRegular && node.parent ? node.start : UNKNOWN;
    this.#levels[depth] ??= new Level();
    this.#levels[depth].begin(node, kind, isRegular, this.#top, start);
    return true;
  }

  /** Goes on to the next child that has children; null where there are no more. The cursor is asked about every child. */
  #nextAsking(level: Level): Node | null {
    const { node, kind } = level;
    const cursor = this.#cursor;
    for (;;) {
      if (!level.child) {
        const childKind = this.#grammar.kinds[cursor.typeId];
        if (!childKind || childKind.isNamed) {
          const start = cursor.start;
          const reused = kind?.holdsStatements ? this.#reused(start, childKind, node) : null;
          const field = childKind?.isExtra ? null : this.#field();
          level.child = reused ?? this.#open(childKind, start, cursor.end, field, node);
          level.childKind = childKind;
          if (!reused && !this.#isLeaf(level.child, childKind)) return level.child;
        } else if (!this.#isWhole && cursor.isMissing) node.broken = true;
        else if (!childKind.isPunctuation) this.#takeOperator(node, childKind);
      }
      if (level.child) this.#take(level.child, node);
      level.child = null;
      if (!cursor.tryNext()) return null;
    }
  }

  /** The same where children follow each other with nothing but blanks between, and end where their parent ends. */
  #nextRegular(level: Level, kind: Kind): Node | null {
    const { node } = level;
    for (;;) {
      let isCounted = true;
      const separator = level.child ? UNKNOWN : this.#endOfSeparator(level.start, node, kind);
      if (separator !== UNKNOWN) level.end = separator;
      else {
        const known = level.child;
        level.child = null;
        const isLast = this.#isLast(kind, level.position, level.end);
        const child = known ?? this.#toldByText(level, kind, isLast) ?? this.#asked(level, kind, isLast);
        // What is below it has to be read first.
        if (level.child) return level.child;
        if (typeof child === 'number') level.end = child;
        else {
          level.end = child.end;
          isCounted = this.#take(child, node);
          if (isCounted) level.position++;
        }
      }
      const { end } = level;
      // Behind a colon, or a comment behind it, a block may follow that is not written yet.
      if (end === node.end && isCounted && this.#text.charCodeAt(end - 1) !== COLON) return null;
      level.start = this.#skipBlanks(end);
      if (level.start + 1 === node.end && CLOSING[this.#text.charCodeAt(level.start)]) return null;
      // The text may end with blanks.
      if (end < node.end && node.parent) this.#cursor.next();
      else if (!this.#cursor.tryNext()) return null;
    }
  }

  /** True for a child that counts. Nobody who reads code wants to step over comments and line continuations. */
  #take(child: Node, parent: Node): boolean {
    if (child.type === 'line_continuation') return false;
    parent.broken ||= child.broken;
    parent.active ||= child.active;
    if (child.type === 'comment') {
      parent.comments ??= [];
      parent.comments.push(child);
      return false;
    }
    this.#stack[this.#top++] = child;
    return true;
  }

  /** The end of a token that its text tells from a node. */
  #endOfSeparator(at: number, parent: Node, kind: Kind): number {
    const code = this.#text.charCodeAt(at);
    if (SEPARATOR[code]) return at + 1;
    if (at === parent.start) {
      if (kind.isBracket) return at + 1;
      const end = at + kind.keyword.length;
      return end > at && this.#text.startsWith(kind.keyword, at) && !WORD[this.#text.charCodeAt(end)] ? end : UNKNOWN;
    }
    if (code === DOT) return kind.type === 'attribute' || kind.type === 'dotted_name' ? at + 1 : UNKNOWN;
    if ((code !== EQUALS && code !== COLON) || this.#text.charCodeAt(at + 1) === EQUALS) return UNKNOWN;
    // A subscript may hold a slice that begins with a colon.
    return code === EQUALS || kind.type !== 'subscript' ? at + 1 : UNKNOWN;
  }

  /** True where a child fills the last field of its parent, and ends with it; `before` is where the one before ends. */
  #isLast(kind: Kind, position: number, before: number): boolean {
    if (!kind.isComplete || position < kind.fields!.length - 1) return false;
    // Between the two sides of an assignment there may be a type.
    return kind.type !== 'assignment' || this.#text.charCodeAt(before - 1) === EQUALS;
  }

  /** A child that the text alone tells, because it is clear where it ends. */
  #toldByText({ node: parent, position, start }: Level, kind: Kind, isLast: boolean): Node | null {
    const field = fieldAt(kind, position);
    if (isLast) return field === 'type' ? null : this.#simple(start, parent.end, field, parent);
    if (!kind.holdsItems && !(kind.beginsWithName && position === 0)) return null;
    const end = this.#endOfChain(start);
    if (end === UNKNOWN) return null;
    const next = this.#skipBlanks(end);
    const code = this.#text.charCodeAt(next);
    const isEnd = kind.holdsItems
      ? code === COMMA || (CLOSING[code] && next + 1 === parent.end)
      : (code === EQUALS || code === COLON) && this.#text.charCodeAt(next + 1) !== EQUALS;
    return isEnd ? this.#chain(start, end, field, parent) : null;
  }

  /**
   * The child that the cursor is at; only its end for a token that nobody asks for. It becomes the level's child where it
   * has children to be read.
   */
  #asked(level: Level, kind: Kind, isLast: boolean): Node | number {
    const { node: parent, position } = level;
    const cursor = this.#cursor;
    const childKind = this.#grammar.kinds[cursor.typeId]!;
    // A block that is not written yet starts before the blanks behind its colon.
    const start = level.start === UNKNOWN || childKind.holdsStatements ? cursor.start : level.start;
    if (!childKind.isNamed) {
      const operator = kind.hasOperators ? this.#takeOperator(parent, childKind) : null;
      if (operator) return operator.end;
      return this.#text.startsWith(childKind.type, start) ? start + childKind.type.length : cursor.end;
    }
    const reused = kind.holdsStatements ? this.#reused(start, childKind, parent) : null;
    if (reused) return reused;
    const end = isLast && !childKind.isExtra ? parent.end : this.#endOf(childKind, start);
    const field = childKind.isExtra
      ? null
      : kind.type === 'assignment' && childKind.type === 'type'
        ? 'type'
        : kind.fields
          ? fieldAt(kind, position)
          : this.#field();
    const simple = childKind.type === 'attribute' ? this.#simple(start, end, field, parent) : null;
    if (simple) return simple;
    const child = this.#open(childKind, start, end, field, parent);
    if (!this.#isLeaf(child, childKind)) {
      level.child = child;
      level.childKind = childKind;
    }
    return child;
  }

  #field(): string | null {
    return this.#grammar.fields[this.#cursor.fieldId] ?? null;
  }

  #endOf(kind: Kind, start: number): number {
    if (kind.type === 'identifier') {
      let end = start;
      while (WORD[this.#text.charCodeAt(end)]) end++;
      if (end > start && !(this.#text.charCodeAt(end) > 0x7f)) return end;
    }
    return this.#cursor.end;
  }

  /** Anonymous tokens are only kept where a field names them, as it does operators. */
  #takeOperator(parent: Node, kind: Kind): Node | null {
    const field = this.#field();
    if (field === null) return null;
    const token = new Node(kind.type, this.#cursor.start, this.#cursor.end, field);
    token.parent = parent;
    this.#stack[this.#top++] = token;
    return token;
  }

  /** The former statement that stands here unchanged, moved to its new place. */
  #reused(start: number, kind: Kind | undefined, parent: Node): Node | null {
    const kept = this.#reusable.get(start);
    if (!kept || kept.node.type !== kind?.type || kept.node.end + kept.shift !== this.#cursor.end) return null;
    if (kept.shift !== 0) move(kept.node, kept.shift);
    kept.node.parent = parent;
    return kept.node;
  }

  #isLeaf(node: Node, kind: Kind | undefined): boolean {
    if (kind?.isLeaf === true) return true;
    if (node.type === 'string') return !this.#isFormatted(node);
    // Empty brackets.
    return kind?.isBracket === true && this.#isWhole && this.#skipBlanks(node.start + 1) === node.end - 1;
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

  /** Where the next character stands that is no blank, which is where the next node starts. */
  #skipBlanks(from: number): number {
    let at = from;
    while (BLANK[this.#text.charCodeAt(at)]) at++;
    const code = this.#text.charCodeAt(at);
    return code > 0x7f || ODD[code] ? UNKNOWN : at;
  }

  /** Where words that are joined by dots end, or digits; unknown where there are none, or other letters follow. */
  #endOfChain(from: number): number {
    let at = from;
    while (WORD[this.#text.charCodeAt(at)] || (at > from && this.#text.charCodeAt(at) === DOT)) at++;
    return at === from || this.#text.charCodeAt(at) > 0x7f ? UNKNOWN : at;
  }

  /** A word, words joined by dots, or digits, read from the text; null where something else stands there. */
  #simple(start: number, end: number, field: string | null, parent: Node): Node | null {
    return start !== UNKNOWN && this.#endOfChain(start) === end ? this.#chain(start, end, field, parent) : null;
  }

  /** The same where nothing but letters, digits and dots stands; null for a keyword or another number. */
  #chain(start: number, end: number, field: string | null, parent: Node): Node | null {
    let dot = end - 1;
    while (dot > start && this.#text.charCodeAt(dot) !== DOT) dot--;
    const type = dot > start ? 'attribute' : this.#typeOfWord(start, end);
    if (type === null) return null;
    const node = new Node(type, start, end, field);
    node.parent = parent;
    if (dot > start) {
      const object = this.#chain(start, dot, 'object', node);
      const attribute = this.#chain(dot + 1, end, 'attribute', node);
      if (!object || object.type === 'integer' || !attribute) return null;
      node.children = [object, attribute];
    }
    return node;
  }

  /** Most words are too long for a keyword, and need not be cut out. */
  #typeOfWord(start: number, end: number): string | null {
    return end - start > LONGEST_KEYWORD && !DIGIT[this.#text.charCodeAt(start)]
      ? 'identifier'
      : typeOfWord(this.#text.slice(start, end));
  }
}

const fieldAt = ({ fields }: Kind, position: number): string | null =>
  fields ? (fields[Math.min(position, fields.length - 1)] ?? null) : null;
