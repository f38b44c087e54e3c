/** Which calls take random numbers from a global generator, decided from the table of draws and the call's arguments. */
import type { Event } from './events.ts';
import { isHarmlessDraw } from './harmless.ts';
import { type Draw, drawingMethod, drawOf } from './knowledge.ts';
import type { Call, Constant, PythonFile } from './model.ts';

/** The events of a call that draws; null if it is none the table knows. */
export function drawEvents(call: Call, file: PythonFile, site: number): Event[] | null {
  const draw = findDraw(call, file);
  if (!draw) return null;
  return drawsHere(draw, call, file) && !isHarmlessDraw(call, file)
    ? [{ kind: 'draw', stream: draw.stream, site }]
    : [];
}

function findDraw(call: Call, file: PythonFile): Draw | undefined {
  const named = call.name === null ? undefined : drawOf(call.name);
  if (named) return named;
  if (call.method === null) return undefined;
  if (call.method === 'sample' || call.method === 'rsample') {
    const object = call.callee.get('object');
    const made = object && file.instanceOf(object);
    const distribution = made ? drawOf(made) : undefined;
    return distribution?.kind === 'distribution' ? { ...distribution, kind: 'function' } : undefined;
  }
  // `x.normal_()` on anything but a module of the file's own making fills a tensor.
  return call.name === null ? drawingMethod(call.method) : undefined;
}

function drawsHere(draw: Draw, call: Call, file: PythonFile): boolean {
  switch (draw.kind) {
    case 'sampler':
    case 'transform':
    case 'dropout':
    case 'distribution':
      return false; // Making the object draws nothing; using it does.
    case 'model':
      return !isPretrained(call, file);
    default:
      // Estimators draw when they are fitted; what a constructor takes is another rule's business.
      if (draw.via === 'random_state' && isClass(draw.name)) return false;
      return !usesOwnGenerator(draw, call, file) && meetsCondition(draw, call, file);
  }
}

function isPretrained(call: Call, file: PythonFile): boolean {
  // torchvision took `pretrained` and takes `weights` first; elsewhere the first argument is the model's name.
  const position = call.name?.startsWith('torchvision.') ? 0 : undefined;
  return ['pretrained', 'weights'].some((name) => {
    const given = file.argument(call, name, position);
    if (given === 'absent') return false;
    if (given === 'unknown') return true;
    const value = file.constant(given);
    return !isNothing(value);
  });
}

function usesOwnGenerator(draw: Draw, call: Call, file: PythonFile): boolean {
  return (draw.unless ?? []).some(({ argument, position }) => {
    const given = file.argument(call, argument, position);
    return given === 'unknown' || (given !== 'absent' && !isNothing(file.constant(given)));
  });
}

function meetsCondition(draw: Draw, call: Call, file: PythonFile): boolean {
  if (!draw.when) return true;
  const given = file.argument(call, draw.when.argument, draw.when.position);
  const value = given === 'absent' ? draw.when.default : typeof given === 'string' ? undefined : file.constant(given);
  return value === draw.when.equals;
}

const isNothing = (value: Constant | undefined): boolean => value === null || value === false;

const isClass = (name: string): boolean => /^[A-Z]/.test(name.slice(name.lastIndexOf('.') + 1));
