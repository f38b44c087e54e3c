/** Which value each target of an assignment gets, one by one. */

import { lastValue, type Node } from '../syntax/parse.ts';

/** A target and what is assigned to it. */
export interface Assigned {
  readonly target: Node;
  readonly value: Node;
}

/** The same with its assignment; null where the value is not written out. */
interface Target {
  readonly node: Node;
  readonly target: Node;
  readonly value: Node | null;
}

const SEVERAL = /^(pattern_list|tuple_pattern|list_pattern|expression_list|tuple|list)$/;

/** `a = 1`, and `a, b = 1, 2` as two; what is unpacked from a value that is not written out is left out. */
export const assignedBy = (assignment: Node): Assigned[] =>
  everyTarget(assignment).flatMap(({ target, value }) => (value ? { target, value } : []));

/** The same with the targets whose values are not written out. */
function everyTarget(assignment: Node): Omit<Target, 'node'>[] {
  const left = assignment.get('left');
  const right = lastValue(assignment);
  return left && right ? pairs(left, right) : [];
}

/** By all assignments of a file, the targets of each: several rules ask for all of them. */
const ofAll = new WeakMap<readonly Node[], readonly Target[]>();

/** Every target of all assignments of a file, in source order. */
export function targetsOfAll(assignments: readonly Node[]): readonly Target[] {
  const known =
    ofAll.get(assignments) ?? assignments.flatMap((node) => everyTarget(node).map((each) => ({ node, ...each })));
  ofAll.set(assignments, known);
  return known;
}

function pairs(target: Node, value: Node | null): ReturnType<typeof everyTarget> {
  if (!SEVERAL.test(target.type)) return [{ target, value }];
  const isOneByOne = value && SEVERAL.test(value.type) && value.children.length === target.children.length;
  return target.children.flatMap((each, i) => pairs(each, isOneByOne ? (value.children[i] ?? null) : null));
}
