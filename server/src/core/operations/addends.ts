/**
 * How many gradients a backward pass may add into one element, as far as sizes are written down. Two on top of a zero
 * give the same sum in both orders, so only from three on the order of threads shows.
 */
import type { Addends } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import type { Choices } from '../tensors/choices.ts';
import { sizesOf } from '../tensors/sizes.ts';
import { type Written, writtenValue } from '../tensors/written-values.ts';
import type { OpCall } from './calls.ts';
import { writtenElements } from './conditions.ts';

/** A size along each axis, the last axis last; undefined where the code does not show it. */
type Sizes = readonly (Written | undefined)[];

const LARGEST_EXACT = 2;
/** Of a stretched axis neighbours share more than two. */
const MANY = 4;

/** True where more gradients may meet in one element than add up alike in any order; false too where nothing shows that they overlap. */
export function addsInAnyOrder(by: Addends, use: OpCall, file: PythonFile, choices: Choices): boolean {
  const axes = { windows, adaptive, mirrored, repeated, resized, areas }[by.kind](by, use, file, choices);
  return axes.reduce((product, each) => product * each, 1) > LARGEST_EXACT;
}

type Count = (by: Addends, use: OpCall, file: PythonFile, choices: Choices) => readonly number[];

/** A number stands for all axes. */
function perAxis(use: OpCall, name: string, axes: number, file: PythonFile, choices: Choices): Sizes | null {
  const given = use.argument(name, choices);
  if (typeof given === 'string') return null;
  const value = writtenValue(given, file, choices);
  const parts = Array.isArray(value) ? (value as Sizes) : writtenElements(given, file, choices);
  if (!parts) return Array.from({ length: axes }, () => value);
  return parts.length === 1 ? Array.from({ length: axes }, () => parts[0]) : parts;
}

const areAll = (sizes: Sizes | null, value: number): boolean => sizes?.every((each) => each === value) === true;

/** Windows that share an element: as many as begin within the reach of one. */
const windows: Count = (by, use, file, choices) => {
  const read = (name: string): Sizes | null => perAxis(use, name, by.axes, file, choices);
  const [kernel, stride] = [read('kernel_size'), read('stride')];
  const given = [use.argument('kernel_size', choices), use.argument('stride', choices)];
  const texts = given.map((each) => (typeof each === 'string' ? each : file.read(each)));
  if (!kernel || texts[0] === texts[1] || !stride || stride.every((each) => each === null)) return [1];
  if (by.gathers && areAll(stride, 1) && (use.argument('padding', choices) === 'absent' || areAll(read('padding'), 0)))
    return [1];
  const dilation = read('dilation');
  return kernel.map((size, axis) => {
    const [step, spread = 1] = [stride[axis], dilation?.[axis]];
    if (typeof size !== 'number' || typeof step !== 'number' || typeof spread !== 'number' || step < 1) return 1;
    return Math.min(size, Math.ceil(((size - 1) * spread + 1) / step));
  });
};

/** Parts of an axis that does not divide evenly share an element with the next one. */
const adaptive: Count = (by, use, file, choices) => {
  const output = perAxis(use, by.argument ?? 'output_size', by.axes, file, choices);
  const input = inputSizes(use, by.axes, file, choices);
  // Nothing shows of a size that is not written down, whole.
  if (output?.every((size) => size === undefined)) return [1];
  return (output ?? []).map((size, axis) => shared(size, input?.[axis]));
};

function shared(output: Written | undefined, input: number | undefined): number {
  if (output === 1 || output === null) return 1;
  return typeof output === 'number' && input !== undefined && input % output === 0 ? 1 : 2;
}

/** Each mirrored element adds to one inside; where both mirrors reach it, to a third. */
const mirrored: Count = (by, use, file, choices) => {
  const input = inputSizes(use, by.axes, file, choices);
  return pads(by, use, file, choices).map(([before, after], axis) => {
    if (before === 0 && after === 0) return 1;
    const length = input?.[axis];
    const reaches = length !== undefined && typeof before === 'number' && typeof after === 'number';
    return reaches && before + after >= length - 1 ? 3 : 2;
  });
};

/** What is repeated all adds to the element at the edge. */
const repeated: Count = (by, use, file, choices) =>
  pads(by, use, file, choices).map((sides) => Math.max(...sides.map((pad) => 1 + (typeof pad === 'number' ? pad : 2))));

/** What is added before and behind on each axis. */
function pads(
  by: Addends,
  use: OpCall,
  file: PythonFile,
  choices: Choices,
): (readonly [Written | undefined, Written | undefined])[] {
  const sizes = perAxis(use, by.argument ?? 'padding', by.axes, file, choices);
  if (!sizes) return by.none ? [[0, 0]] : Array.from({ length: by.axes }, () => [undefined, undefined]);
  // One number, or one for each axis, is for both sides; pairs begin with the last axis.
  if (sizes.length === by.axes) return sizes.map((each) => [each, each]);
  return Array.from({ length: by.axes }, (_, axis) => {
    const at = 2 * (by.axes - 1 - axis);
    return [sizes[at], sizes[at + 1]];
  });
}

/** An interpolation reads `reach` neighbours; where outputs lie at least so far apart, none is read twice. */
const resized: Count = (by, use, file, choices) => {
  const reach = by.reach ?? LARGEST_EXACT;
  return steps(by, use, file, choices).map((step) =>
    step === undefined ? MANY : step === 1 || step >= reach ? 1 : step > 1 ? reach : MANY,
  );
};

/** How far apart on each axis of the input the outputs lie. */
function steps(by: Addends, use: OpCall, file: PythonFile, choices: Choices): readonly (number | undefined)[] {
  const scale = perAxis(use, 'scale_factor', by.axes, file, choices);
  if (scale?.some((each) => typeof each === 'number'))
    return scale.map((each) => (typeof each === 'number' && each > 0 ? 1 / each : undefined));
  const size = perAxis(use, 'size', by.axes, file, choices);
  const input = inputSizes(use, by.axes, file, choices);
  return Array.from({ length: by.axes }, (_, axis) => {
    const [from, to] = [input?.[axis], size?.[axis]];
    return from !== undefined && typeof to === 'number' && to > 0 ? from / to : undefined;
  });
}

/** Areas share an element unless the sizes divide. */
const areas: Count = (by, use, file, choices) =>
  steps(by, use, file, choices).map((step, axis) => {
    if (step !== undefined) return Number.isInteger(step) ? 1 : 2;
    return shared(perAxis(use, 'size', by.axes, file, choices)?.[axis], undefined);
  });

/** The last sizes of what goes in, where every call shows the same. */
function inputSizes(
  use: OpCall,
  axes: number,
  file: PythonFile,
  choices: Choices,
): readonly (number | undefined)[] | undefined {
  if (use.behindLayers.length > 0) return undefined;
  const [first, ...others] = use.operands('input').map((each) => each && sizesOf(each, file, choices));
  if (!first || others.some((each) => JSON.stringify(each) !== JSON.stringify(first))) return undefined;
  return first.length >= axes ? first.slice(-axes) : undefined;
}
