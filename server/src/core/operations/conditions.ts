/** Whether the conditions under which an operation is nondeterministic hold for a call, as its code shows. */

import { nameFor } from '../knowledge/names.ts';
import type { Condition, DataCondition } from '../knowledge/tables.ts';
import type { Argument } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSameVariable } from '../python/names.ts';
import type { Choices } from '../tensors/choices.ts';
import type { Tensor } from '../tensors/results.ts';
import { tensorOf } from '../tensors/tensors.ts';
import { type Written, writtenValue } from '../tensors/written-values.ts';
import type { OpCall } from './calls.ts';

const ONE_HOT = nameFor('one-hot');

/**
 * False also where nobody can tell what an argument is: what is not known is not reported. The choices of a trial decide
 * what loops, callers and branches leave open.
 */
export function holds(condition: Condition, use: OpCall, file: PythonFile, choices: Choices): boolean {
  if ('data' in condition) return holdsForData(condition, use, file);
  if ('anyUnknown' in condition) {
    return condition.anyUnknown.some((name) => {
      const each = use.spelling.fixed?.[name] === undefined ? use.argument(name, choices) : 'absent';
      return each !== 'absent' && (each === 'unknown' || writtenValue(each, file, choices) === undefined);
    });
  }
  const given = use.argument(condition.argument, choices);
  if ('present' in condition) {
    if (given === 'unknown') return false;
    const isPresent = given !== 'absent' && writtenValue(given, file, choices) !== null;
    return isPresent === condition.present;
  }
  if ('literal' in condition)
    return typeof given !== 'string' && (file.constant(given) !== undefined) === condition.literal;
  if ('length' in condition)
    return typeof given !== 'string' && (lengthOf(given, file, choices) ?? null) === condition.length;
  const absent = 'default' in condition ? (condition.default as Written) : undefined;
  const value = readValue(
    use.spelling.fixed?.[condition.argument] as Written | undefined,
    given,
    absent,
    file,
    choices,
  );
  if (value === undefined) return false;
  if ('allOnes' in condition) return isAllOnes(value) === condition.allOnes;
  return 'in' in condition ? condition.in.includes(value) : !condition.notIn.includes(value);
}

/** What the argument is; undefined where only the run decides. */
function readValue(
  fixed: Written | undefined,
  given: Argument,
  absent: Written | undefined,
  file: PythonFile,
  choices: Choices,
): Written | undefined {
  if (fixed !== undefined) return fixed;
  if (given === 'unknown') return undefined;
  if (given === 'absent') return absent;
  const value = writtenValue(given, file, choices);
  if (value !== undefined) return value;
  // (None, 7): what is unknown in a size is not 1 where something else is not.
  const known = writtenElements(given, file, choices)?.filter((each) => each !== undefined);
  return known?.some((each) => each !== 1) ? (known as Written[]) : undefined;
}

/** The elements of a tuple or list that is written out, as far as they are known. */
export function writtenElements(node: Node, file: PythonFile, choices: Choices): (Written | undefined)[] | undefined {
  if (!/^(tuple|list)$/.test(node.type) || node.children.some((child) => /splat/.test(child.type))) return undefined;
  return node.children.map((child) => writtenValue(child, file, choices));
}

function isAllOnes(value: Written): boolean {
  const sizes = Array.isArray(value) ? value : [value];
  return sizes.every((size) => size === 1);
}

function lengthOf(node: Node, file: PythonFile, choices: Choices): number | undefined {
  const value = writtenValue(node, file, choices);
  if (Array.isArray(value)) return value.length;
  return writtenElements(node, file, choices)?.length;
}

function holdsForData(condition: DataCondition, use: OpCall, file: PythonFile): boolean {
  if (condition.tensor === undefined) return true;
  const operands = use.operands(condition.tensor);
  const targets = condition.tensor === 'input' && condition.known ? use.operands('target') : [];
  const verdicts = operands.map((node, i) => {
    const tensor = node && tensorOf(node, file);
    const rank = tensor?.rank ?? rankByTarget(targets[i], file);
    return agrees(condition, rank === undefined ? tensor : { ...tensor, rank }, use, file);
  });
  return condition.known ? verdicts.includes(true) : verdicts.length === 0 || verdicts.some((each) => each !== false);
}

/** `F.one_hot(target, n).permute(0, 3, 1, 2)` says how many dimensions scores have that are compared with this target. */
function rankByTarget(target: Node | null | undefined, file: PythonFile): number | undefined {
  if (target?.type !== 'identifier') return undefined;
  for (const { node } of file.calls(ONE_HOT)) {
    const first = node.get('arguments')?.children[0];
    if (!first || !isSameVariable(first, target, file)) continue;
    const moved = node.parent?.type === 'attribute' && node.field === 'object' ? node.parent.parent : undefined;
    const order = moved?.type === 'call' ? moved.get('arguments')?.children : undefined;
    if (moved && order && file.call(moved).method === 'permute' && order.length > 1) return order.length;
  }
  return undefined;
}

/** Undefined where the code does not show it. */
function agrees(condition: DataCondition, tensor: Tensor | null, use: OpCall, file: PythonFile): boolean | undefined {
  const { dtype, rank } = condition;
  if (!dtype && !rank) return tensor ? true : undefined;
  const answers: (boolean | undefined)[] = [];
  if (dtype) answers.push(tensor?.dtype === undefined ? undefined : tensor.dtype === dtype);
  if (rank) answers.push(hasRank(rank, tensor?.rank, use, file));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function hasRank(
  [least, most]: readonly [number, number | null],
  rank: number | undefined,
  use: OpCall,
  file: PythonFile,
): boolean | undefined {
  if (rank !== undefined) return least <= rank && (most === null || rank <= most);
  // A dimension other than the first or the last says that there are several.
  const dim = use.spelling.positions?.dim === undefined ? 'absent' : use.argument('dim');
  const number = typeof dim === 'string' ? undefined : file.constant(dim);
  if (typeof number !== 'number' || (number >= -1 && number <= 0)) return undefined;
  if (most !== null && most < 2) return false;
  return least <= 2 && most === null ? true : undefined;
}
