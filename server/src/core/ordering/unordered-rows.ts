/** Tables whose rows come in another order in every run, whatever is seeded, and where that order decides something. */

import type { Project } from '../contract/project.ts';
import { isUnorderedOf, type UnorderedRows, unorderedRows } from '../knowledge/values.ts';
import { makerOf } from '../lowering/makers.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { sorts } from '../python/reads.ts';
import type { Value } from '../python/value.ts';
import { Order, type OrderUse } from './order.ts';

/** A call that leaves the order of its rows open, and the place where it decides. */
export interface OpenRows {
  readonly call: Call;
  readonly use: OrderUse;
  /** The argument that keeps the order. */
  readonly keptBy: string;
}

const ORIGIN = { hasOneElement: true, isDistinct: true, isIndependent: () => false };

export function openRows(file: PythonFile, project: Project): OpenRows[] {
  const rows = unorderedRows();
  return rows.flatMap((row) =>
    row.methods
      .flatMap((method) => file.methodCalls(method))
      .flatMap((call) => openRow(call, row, file, project) ?? []),
  );
}

function openRow(call: Call, row: UnorderedRows, file: PythonFile, project: Project): OpenRows | null {
  const object = call.callee.get('object');
  const kept = file.argument(call, row.keptBy);
  const isKept = kept !== 'absent' && (typeof kept === 'string' || file.constant(kept) !== false);
  if (!object || isKept || makerOf(object, file)?.library !== row.library) return null;
  let use: OrderUse | null = null;
  const { values } = project;
  values.findUse((value) => {
    if (value.file !== file || value.access.length > 0) return undefined;
    const next = stepOf(value.node, row, file);
    if (next === 'decides') use = { file, node: value.node.parent?.parent ?? value.node };
    else if (next === 'sequence') use = new Order(file, project, ORIGIN).use(value.node);
    else
      return typeof next === 'object'
        ? [{ ...value, node: next } satisfies Value]
        : next === 'ends'
          ? false
          : undefined;
    return use !== null;
  }, values.value(call.node));
  return use && { call, use, keptBy: row.keptBy };
}

/** What is done with such rows where they stand: handed on in their order, made a sequence, picked by position, or nothing of these. */
function stepOf(node: Node, row: UnorderedRows, file: PythonFile): Node | 'sequence' | 'decides' | 'ends' | undefined {
  const { parent } = node;
  if (parent?.type === 'attribute' && node.field === 'object') {
    const outer = parent.field === 'function' ? parent.parent : null;
    const method = file.read(parent.get('attribute') ?? parent);
    if (outer?.type !== 'call' || sorts(file.call(outer))) return 'ends';
    if (isUnorderedOf(row, 'hands', method)) return outer;
    return isUnorderedOf(row, 'picks', method) ? 'decides' : 'ends';
  }
  if (parent?.type === 'subscript' && node.field === 'value') {
    const key = parent.get('subscript');
    return key && typeof file.constant(key) === 'string' ? parent : 'sequence';
  }
  const isIterated = /^for_(statement|in_clause)$/.test(parent?.type ?? '') && node.field === 'right';
  return isIterated || parent?.type === 'argument_list' ? 'sequence' : undefined;
}
