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
    while (node && !types.includes(node.type)) node = CHAINS.has(node.type) ? wholeOperation(node).parent : node.parent;
    return node;
  }
}

/** The expressions behind the `@` above a function or a class, in source order. */
export const decoratorsOf = (definition: Node): readonly Node[] =>
  (definition.parent?.type === 'decorated_definition' ? definition.parent.children : [])
    .filter((each) => each.type === 'decorator')
    .flatMap((each) => each.children);

/** What `a = b = value` gives to each of its names; undefined for `a = b: int`, where the value is still to be typed. */
export function lastValue(assignment: Node): Node | undefined {
  const value = assignment.get('right');
  if (value?.type !== 'assignment') return value;
  const last = endOf(value, valuesOf, (each) => (each.type === 'assignment' ? each.get('right') : undefined));
  return last.type === 'assignment' ? undefined : last;
}

/** What the grammar nests where code only has one behind the other: `a + b + c`, `a or b or c`, `a if b else c if d else e`. */
const CHAINS = new Set<NodeType>(['binary_operator', 'boolean_operator', 'conditional_expression']);

/** The outermost of the operations of one kind that the node is an operand of, each one of the next; or the node itself. */
export function wholeOperation(node: Node, kinds: ReadonlySet<NodeType> = CHAINS): Node {
  const { parent } = node;
  if (parent === null || !kinds.has(parent.type)) return node;
  return endOf(parent, wholesOf, (each) => (each.parent?.type === each.type ? each.parent : null));
}

/** The outermost node around it that is still in its statement and its scope; itself where that begins right outside. */
export function topInScope(node: Node): Node {
  let at = node;
  for (let steps = 0; steps < FEW_STEPS; steps++) {
    const outer = aroundInScope(at);
    if (outer === null) return at;
    at = outer;
  }
  return endOf(at, topsOf, aroundInScope);
}

const aroundInScope = ({ parent }: Node): Node | null =>
  parent === null || parent.opensScope || parent.type === 'block' ? null : parent;

const valuesOf = new WeakMap<Node, Node>();
const wholesOf = new WeakMap<Node, Node>();
const topsOf = new WeakMap<Node, Node>();
/** Who asks from one step further takes so many again. */
const FEW_STEPS = 8;

/** The end of a chain of nodes within one statement. Where it is long, all on the way learn it: each of them may be asked. */
function endOf(node: Node, known: WeakMap<Node, Node>, step: (node: Node) => Node | null | undefined): Node {
  const way: Node[] = [];
  let end = node;
  for (let at: Node | null | undefined = node; at; at = step(at)) {
    const last = known.get(at);
    end = last ?? at;
    if (last) break;
    way.push(at);
  }
  if (way.length > FEW_STEPS) for (const each of way) known.set(each, end);
  return end;
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
