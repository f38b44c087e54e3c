/** A text as a plain syntax tree: nodes live in the JS heap and cost nothing to visit. */

import type { FieldName, NodeType } from './node-types.ts';

/** Most nodes have none, and share it. */
const NO_CHILDREN: readonly Node[] = [];

/** A named node of the grammar; anonymous tokens are kept only where a field names them (operators). */
export class Node {
  readonly type: NodeType;
  start: number;
  end: number;
  /** The field of the parent this node fills, as the grammar calls it. */
  readonly field: FieldName | null;
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

  constructor(type: NodeType, start: number, end: number, field: FieldName | null, opensScope: boolean) {
    this.type = type;
    this.start = start;
    this.end = end;
    this.field = field;
    this.opensScope = opensScope;
  }

  /** The first child that fills the field. */
  get(field: FieldName): Node | undefined {
    for (const child of this.children) if (child.field === field) return child;
    return undefined;
  }

  /** The nearest ancestor of one of the types. */
  enclosing(...types: readonly NodeType[]): Node | null {
    let node = this.parent;
    while (node && !types.includes(node.type)) node = node.parent;
    return node;
  }
}

/** What `a = b = value` gives to each of its names; undefined for `a = b: int`, where the value is still to be typed. */
export function lastValue(assignment: Node): Node | undefined {
  let value = assignment.get('right');
  while (value?.type === 'assignment') value = value.get('right');
  return value;
}

/** Moves a node and all below it to another place of the text, by UTF-16 units. */
export function move(node: Node, shift: number): void {
  node.start += shift;
  node.end += shift;
  for (const comment of node.comments ?? []) move(comment, shift);
  for (const child of node.children) move(child, shift);
}

/** All comments below a node, in source order. */
export function collectComments(node: Node, into: Node[] = []): Node[] {
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
