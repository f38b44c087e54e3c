/** Parameters of a layer that other values take the place of, one by one: `layer.weight = nn.Parameter(loaded)`. */

import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { type Node, walk } from '../syntax/parse.ts';

const HAS_WEIGHT = namesFor('layers-of-a-weight');
const HAS_BIAS = namesFor('layers-of-a-weight-and-a-bias');
/** Fill a tensor with what is no draw. */
const FILLS = namesFor('constant-initialisers');
/** What layers have their parameters under, and these their values. */
const PLACES = new Set(['weight', 'bias', 'data']);
const FILLING_METHODS = new Set(['copy_', 'zero_', 'fill_']);

/** The parameters that a layer draws as it is made, by their names; none of a class that is not known as one. */
export function drawnParameters(made: Call | null, file: PythonFile): readonly string[] {
  if (made === null) return [];
  if (HAS_WEIGHT.has(made.name)) return ['weight'];
  if (!HAS_BIAS.has(made.name)) return [];
  const bias = file.argument(made, 'bias');
  return typeof bias !== 'string' && file.constant(bias) === false ? ['weight'] : ['weight', 'bias'];
}

/** The call may fill a parameter of some layer. */
export const mayFill = ({ name, method }: Call): boolean => FILLS.has(name) || FILLING_METHODS.has(method ?? '');

/** The assignment may put something in the place of a parameter of some layer. */
export function mayPutParameter(assignment: Node, file: PythonFile): boolean {
  const left = assignment.get('left');
  const place = left?.type === 'subscript' ? left.get('value') : left;
  const name = place?.type === 'attribute' ? place.get('attribute') : undefined;
  return name !== undefined && PLACES.has(file.read(name));
}

/** The parameters of the layer of this name that a statement surely gives other values, which do not come from the old ones. */
export function parametersReplacedBy(statement: Node, layer: string, file: PythonFile): readonly string[] {
  if (statement.type === 'with_statement')
    return (statement.get('body')?.children ?? []).flatMap((each) => parametersReplacedBy(each, layer, file));
  const expression = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  if (expression?.type === 'call') return filledBy(expression, layer, file);
  const [left, right] = [expression?.get('left'), expression?.get('right')];
  if (expression?.type !== 'assignment' || !left || !right || comesFrom(right, layer, file)) return [];
  return parameterOf(left, layer, file);
}

/** `layer.weight.data.copy_(loaded)`, `nn.init.zeros_(layer.bias)` */
function filledBy(node: Node, layer: string, file: PythonFile): readonly string[] {
  const call = file.call(node);
  const [first, ...others] = node.get('arguments')?.children ?? [];
  if (FILLS.has(call.name)) return first ? parameterOf(first, layer, file) : [];
  const object = FILLING_METHODS.has(call.method ?? '') ? call.callee.get('object') : undefined;
  const isOld = [first, ...others].some((each) => each && comesFrom(each, layer, file));
  return object && !isOld ? parameterOf(object, layer, file) : [];
}

/** The parameter that is meant as a whole: `layer.weight`, `layer.weight.data`, `layer.weight.data[:]`. */
function parameterOf(place: Node, layer: string, file: PythonFile): readonly string[] {
  const isWhole = place.type !== 'subscript' || /\[\s*(:|\.\.\.)\s*\]$/.test(file.read(place));
  const whole = place.type === 'subscript' ? place.get('value') : place;
  const object = whole?.get('object');
  if (!isWhole || whole?.type !== 'attribute' || !object) return [];
  const name = file.read(whole.get('attribute') ?? whole);
  if (name === 'data') return object.type === 'attribute' ? parameterOf(object, layer, file) : [];
  return file.read(object) === layer ? [name] : [];
}

/** The value is made of something of the layer's. */
function comesFrom(value: Node, layer: string, file: PythonFile): boolean {
  let found = false;
  walk(value, (each) => {
    found ||= /^(identifier|attribute)$/.test(each.type) && file.read(each) === layer;
    return !found;
  });
  return found;
}
