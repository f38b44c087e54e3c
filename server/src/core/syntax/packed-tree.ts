/**
 * A tree as some bytes: a node in the JS heap takes twenty times the room, and parsing its text again ten times as long
 * as reading them. Only what nodes are is kept; the tree of tree-sitter's that an edit would need is not.
 */

import { Node } from './node.ts';
import type { FieldName, NodeType } from './node-types.ts';

const ACTIVE = 1;
const OPENS_SCOPE = 2;
const BROKEN = 4;
const HAS_COMMENTS = 8;
const HAS_CHILDREN = 16;

/** So many bytes a node takes at most. */
const MOST_BYTES = 40;

/** Numbers for what nodes are, the same in every thread that has the grammar. */
class Numbers<T> {
  readonly #numbers: ReadonlyMap<T, number>;
  readonly #all: readonly T[];

  constructor(values: Iterable<T>) {
    this.#all = [...new Set(values)];
    this.#numbers = new Map(this.#all.map((value, number) => [value, number]));
  }

  of(value: T): number {
    return this.#numbers.get(value)!;
  }

  at(number: number): T {
    return this.#all[number]!;
  }
}

let types = new Numbers<NodeType>([]);
let fields = new Numbers<FieldName | null>([]);

/** Once, before the first tree: all that the grammar has, in its order. */
export function numberNodes(allTypes: Iterable<NodeType>, allFields: Iterable<FieldName | null>): void {
  types = new Numbers(allTypes);
  fields = new Numbers(allFields);
}

let buffer = new Uint8Array(1 << 16);

/** The tree below a root; for the threads of this process. */
export function packTree(root: Node): Uint8Array {
  let at = 0;
  let last = 0;
  const put = (value: number): void => {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
    buffer[at++] = rest;
  };
  const open: Node[] = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const { comments, children } = node;
    if (at + MOST_BYTES > buffer.length) buffer = grown(buffer);
    put(types.of(node.type));
    put(fields.of(node.field));
    put(flagsOf(node));
    // Comments come before the children that they stand behind.
    const gap = node.start - last;
    put(gap < 0 ? -gap * 2 - 1 : gap * 2);
    put(node.end - node.start);
    last = node.start;
    if (comments) put(comments.length);
    if (children.length > 0) put(children.length);
    for (let i = children.length - 1; i >= 0; i--) open.push(children[i]!);
    if (comments) for (let i = comments.length - 1; i >= 0; i--) open.push(comments[i]!);
  }
  return buffer.slice(0, at);
}

const flagsOf = ({ active, opensScope, broken, comments, children }: Node): number =>
  (active ? ACTIVE : 0) |
  (opensScope ? OPENS_SCOPE : 0) |
  (broken ? BROKEN : 0) |
  (comments ? HAS_COMMENTS : 0) |
  (children.length > 0 ? HAS_CHILDREN : 0);

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

/** A node whose comments and children are still to come. */
interface Level {
  readonly node: Node;
  comments: number;
  children: number;
  readonly found: Node[];
}

/** The tree again. */
export function unpackTree(bytes: Uint8Array): Node {
  let at = 0;
  let last = 0;
  const take = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const levels: Level[] = [];
  for (;;) {
    const type = types.at(take());
    const field = fields.at(take());
    const flags = take();
    const gap = take();
    const start = last + (gap & 1 ? -(gap + 1) / 2 : gap / 2);
    last = start;
    const node = new Node(type, start, start + take(), field, (flags & OPENS_SCOPE) !== 0);
    node.active = (flags & ACTIVE) !== 0;
    node.broken = (flags & BROKEN) !== 0;
    const comments = flags & HAS_COMMENTS ? take() : 0;
    const children = flags & HAS_CHILDREN ? take() : 0;
    const around = levels.at(-1);
    if (around) attach(node, around);
    if (comments + children > 0) levels.push({ node, comments, children, found: [] });
    for (let level = levels.at(-1); level && level.comments + level.children === 0; level = levels.at(-1)) {
      levels.pop();
      if (level.found.length > 0) level.node.children = level.found.slice();
      if (levels.length === 0) return level.node;
    }
    if (levels.length === 0) return node;
  }
}

function attach(node: Node, around: Level): void {
  node.parent = around.node;
  if (around.comments > 0) {
    around.comments--;
    around.node.comments ??= [];
    around.node.comments.push(node);
    return;
  }
  around.children--;
  around.found.push(node);
}
