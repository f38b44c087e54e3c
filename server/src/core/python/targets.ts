/** Which value each target of an assignment gets, one by one. */

import { lastValue, type Node } from '../syntax/parse.ts';

/** A target and what is assigned to it. */
export interface Assigned {
  readonly target: Node;
  readonly value: Node;
}

const SEVERAL = /^(pattern_list|tuple_pattern|list_pattern|expression_list|tuple|list)$/;

/** `a = 1`, and `a, b = 1, 2` as two; what is unpacked from a value that is not written out is left out. */
export function assignedBy(assignment: Node): Assigned[] {
  const left = assignment.get('left');
  const right = lastValue(assignment);
  return left && right ? pairs(left, right) : [];
}

function pairs(target: Node, value: Node): Assigned[] {
  if (!SEVERAL.test(target.type)) return [{ target, value }];
  const isOneByOne = SEVERAL.test(value.type) && value.children.length === target.children.length;
  return isOneByOne ? target.children.flatMap((each, i) => pairs(each, value.children[i]!)) : [];
}
