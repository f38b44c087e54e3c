/** Which of many nodes in source order stand in another one, without looking at the others. */

import type { Node } from './parse.ts';

/** Those of the nodes, which are in source order, that stand in another one. */
export const nodesWithin = (node: Node, nodes: readonly Node[]): readonly Node[] =>
  itemsWithin(node, nodes, (each) => each);

/** The same for what has a node. */
export function itemsWithin<Item>(
  { start, end }: Node,
  items: readonly Item[],
  nodeOf: (item: Item) => Node,
): readonly Item[] {
  const startOf = (item: Item): number => nodeOf(item).start;
  const from = countBefore(start, items, startOf);
  return items.slice(from, countBefore(end, items, startOf)).filter((each) => nodeOf(each).end <= end);
}

/** How many of the items, which are in source order, begin before an offset. */
export function countBefore<Item>(offset: number, items: readonly Item[], startOf: (item: Item) => number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle]!) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
