/** Whether the conditions under which an operation is nondeterministic hold for a call, as its code shows. */

import type { Condition, DataCondition } from '../knowledge/tables.ts';
import type { Constant } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Tensor } from '../tensors/results.ts';
import { tensorOf } from '../tensors/tensors.ts';
import type { OpCall } from './calls.ts';

/** False also where nobody can tell what an argument is: what is not known is not reported. */
export function holds(condition: Condition, use: OpCall, file: PythonFile): boolean {
  if ('data' in condition) return holdsForData(condition, use, file);
  if ('anyUnknown' in condition) {
    return condition.anyUnknown.some((name) => {
      const each = use.spelling.fixed?.[name] === undefined ? use.argument(name) : 'absent';
      return each !== 'absent' && valuesOf(undefined, each, undefined, file) === null;
    });
  }
  const given = use.argument(condition.argument);
  if ('present' in condition) {
    if (given === 'unknown') return false;
    const isPresent = given !== 'absent' && given.type !== 'none';
    return isPresent === condition.present;
  }
  if ('literal' in condition)
    return typeof given !== 'string' && (file.constant(given) !== undefined) === condition.literal;
  if ('length' in condition) return typeof given !== 'string' && lengthOf(given, file) === condition.length;
  const absent = 'default' in condition ? (condition.default as Constant) : undefined;
  const values = valuesOf(use.spelling.fixed?.[condition.argument] as Constant | undefined, given, absent, file);
  if (values === null) return false;
  return values.every((value) => {
    if ('allOnes' in condition) return isAllOnes(value) === condition.allOnes;
    return 'in' in condition ? condition.in.includes(value) : !condition.notIn.includes(value);
  });
}

/** What the argument may be; null where only the run decides. */
function valuesOf(
  fixed: Constant | undefined,
  given: Node | 'absent' | 'unknown',
  absent: Constant | undefined,
  file: PythonFile,
): readonly Constant[] | null {
  if (fixed !== undefined) return [fixed];
  if (given === 'unknown') return null;
  if (given === 'absent') return absent === undefined ? null : [absent];
  if (given.type === 'conditional_expression') {
    const [then, , otherwise] = given.children;
    const both = [then, otherwise].map((each) => each && file.constant(each));
    return both.includes(undefined) ? null : (both as Constant[]);
  }
  const value = file.constant(given);
  if (value !== undefined) return [value];
  if (given.type === 'identifier') return passedValues(given, file);
  // (None, 7): what is unknown in a size is not 1 where something else is not.
  if (given.type === 'tuple' || given.type === 'list') {
    const known = given.children.map((child) => file.constant(child)).filter((each) => each !== undefined);
    if (known.some((each) => each !== 1)) return [known as Constant[]];
  }
  return null;
}

/** What a parameter is given: by each call in the file, and by its default; null where one of them is not written out. */
function passedValues(given: Node, file: PythonFile): readonly Constant[] | null {
  const [only, ...others] = file.definitions(given);
  if (only?.kind !== 'parameter' || others.length > 0 || isDecidedHere(given, file)) return null;
  const home = only.node.enclosing('function_definition');
  const info = home && (file.scopes.byNode.get(home)?.owner as FunctionInfo | undefined);
  if (!info || (info.class && info.name !== '__init__')) return null;
  const { name } = only.parameter;
  const position = info.parameters.findIndex((each) => each.name === name) - (info.class ? 1 : 0);
  const usual = only.parameter.default ?? undefined;
  const calls = file.calls(info.class ? info.class.id : info.id);
  const passed = calls.map((call) => file.argument(call, name, position));
  const all = [...(usual ? [usual] : []), ...passed.filter((each) => each !== 'absent')];
  const values = all.map((each) => (typeof each === 'string' ? undefined : file.constant(each)));
  return values.length === 0 || values.includes(undefined) ? null : (values as Constant[]);
}

/** In a branch that asks for the parameter itself: there it may be none of what is usually passed. */
function isDecidedHere(given: Node, file: PythonFile): boolean {
  const name = new RegExp(`\\b${file.read(given)}\\b`);
  for (let at = given.parent; at && at.type !== 'function_definition'; at = at.parent) {
    const condition = at.type === 'conditional_expression' ? at.children[1] : at.get('condition');
    if (condition && name.test(file.read(condition))) return true;
  }
  return false;
}

function isAllOnes(value: Constant): boolean {
  const sizes = Array.isArray(value) ? value : [value];
  return sizes.every((size) => size === 1);
}

function lengthOf(node: Node, file: PythonFile): number | undefined {
  if (node.type === 'tuple' || node.type === 'list') {
    return node.children.some((child) => child.type === 'list_splat') ? undefined : node.children.length;
  }
  const value = file.constant(node);
  return Array.isArray(value) ? value.length : undefined;
}

function holdsForData(condition: DataCondition, use: OpCall, file: PythonFile): boolean {
  if (condition.tensor === undefined) return true;
  const operands = use.operands(condition.tensor);
  const verdicts = operands.map((node) => agrees(condition, node && tensorOf(node, file), use, file));
  return condition.known ? verdicts.includes(true) : verdicts.length === 0 || verdicts.some((each) => each !== false);
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
