/** Which calls take random numbers from a global generator, decided from the table of draws and the call's arguments. */

import { DRAWS_FROM, type Event, NOTHING_PASSED } from '../effects/events.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { COMPILED, type Stream } from '../knowledge/streams.ts';
import { type DrawRow, drawingMethod, drawOf, drawsOfMethod, isMaker, type MethodDraw } from '../knowledge/tables.ts';
import { arraySizeOf } from '../knowledge/transforms.ts';
import type { Call, Constant } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import { looksLikeClass, type PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import { assignmentsTo } from '../python/names.ts';
import type { Node } from '../syntax/parse.ts';
import { isHarmlessDraw } from './harmless-draws.ts';
import { makerOf } from './makers.ts';
import { modulesNamed } from './modules.ts';
import { keptValue } from './values.ts';

const TORCHVISION = namesFor('torchvision');

const LAYERS = namesFor('library-layers');
const RESET = nameFor('reset-parameters');
const SAMPLE = nameFor('pandas-sample');
const PANDAS = namesFor('pandas');

/** The events of a call that draws; null if it is none the table knows. */
export function drawEvents(call: Call, file: PythonFile, site: string): Event[] | null {
  const draw = findDraw(call, file) ?? pandasSample(call, file);
  if (!draw) return null;
  const streams = [draw.stream, ...(draw.also ?? [])].map((stream) => streamAt(call.node, stream, file));
  if (draw.when?.argument === 'training' && !isHarmlessDraw(call, file)) {
    const mode = file.argument(call, draw.when.argument, draw.when.position);
    const asModule = typeof mode !== 'string' && /^\w+\.training$/.test(file.read(mode));
    if (asModule) return streams.map((stream): Event => ({ kind: 'draw', stream, training: true, site }));
  }
  if (isHarmlessDraw(call, file)) return [];
  if (draw.settings && draw.when && file.argument(call, draw.when.argument, draw.when.position) === 'absent')
    return settingsEvents(draw, streams, call, file, site);
  if (!drawsHere(draw, call, file)) return generatorEvents(draw, call, file, site);
  const isArray = drawsArray(call, file) ? { isArray: true as const } : {};
  return streams.map((stream): Event => ({ kind: 'draw', stream, ...isArray, site }));
}

/** `torch.rand(3, generator=g)`: a draw of the object's. */
function generatorEvents(draw: DrawRow, call: Call, file: PythonFile, site: string): Event[] {
  const given = draw.kind === 'function' ? file.argument(call, 'generator') : 'absent';
  const value = typeof given === 'string' ? null : keptValue(given, file);
  if (value === null || 'const' in value) return [];
  return [{ kind: 'call', target: { of: value, method: DRAWS_FROM }, ...NOTHING_PASSED, takesSeed: false, site }];
}

/** `generate(generation_config=config)`: what the settings were made with decides, wherever that was. */
function settingsEvents(
  { settings = '', when }: DrawRow,
  streams: readonly Stream[],
  call: Call,
  file: PythonFile,
  site: string,
): Event[] {
  const given = file.argument(call, settings);
  const value = typeof given === 'string' ? null : keptValue(given, file);
  if (!when || value === null) return [];
  const guard = { test: 'made' as const, value, argument: when.argument, in: when.in };
  return [{ kind: 'branch', guard, body: streams.map((stream) => ({ kind: 'draw', stream, site })), otherwise: [] }];
}

/** A draw of numpy's with a size. */
function drawsArray(call: Call, file: PythonFile): boolean {
  const position = call.name === null ? undefined : arraySizeOf(call.name);
  const size = position === undefined ? 'absent' : file.argument(call, 'size', position);
  return size !== 'absent' && (typeof size === 'string' || size.type !== 'none');
}

/** The row of the table a call stands for, whatever its arguments say. */
export function findDraw(call: Call, file: PythonFile): DrawRow | undefined {
  const named = call.name === null ? undefined : drawOf(call.name);
  if (named) return named;
  const called = calledDraw(call, file);
  if (called || call.method === null) return called;
  const ofLibrary = methodDraw(call, file);
  if (ofLibrary) return ofLibrary;
  if (call.method === 'sample' || call.method === 'rsample') {
    const object = call.callee.get('object');
    const made = object && file.instanceOf(object);
    const distribution = made ? drawOf(made) : object && oneOfDistributions(object, file);
    return distribution?.kind === 'distribution' ? { ...distribution, kind: 'function' } : undefined;
  }
  // A layer, or a network whose class nobody can read, draws all its weights anew.
  if (call.method === 'reset_parameters' && (call.name === null || LAYERS.has(call.name))) {
    return drawOf(RESET);
  }
  // `x.normal_()` on anything but a module of the file's own making fills a tensor.
  return call.name === null ? drawingMethod(call.method) : undefined;
}

/** `Normal(...)` in one branch and `Categorical(...)` in the other: either draws alike. */
function oneOfDistributions(object: Node, file: PythonFile): DrawRow | undefined {
  if (object.type !== 'identifier') return undefined;
  const made = assignmentsTo(object, file).map(({ value }) => {
    const name = value ? file.constructionOf(value)?.name : null;
    return name ? drawOf(name) : undefined;
  });
  const [first] = made;
  return made.every((each) => each?.kind === 'distribution' && each.stream === first?.stream) ? first : undefined;
}

/** The stream that code at a place reaches under the name of another one: compiled functions have their own. */
export function streamAt(place: Node, stream: Stream, file: PythonFile): Stream {
  for (let at = place.enclosing('function_definition'); at; at = at.enclosing('function_definition')) {
    const decorators = file.functionAt(at)?.decorators ?? [];
    const names = decorators.flatMap(({ children: [each] }) =>
      each ? file.qualify(each.get('function') ?? each) : [],
    );
    const row = COMPILED.find((each) => names.some((name) => name !== null && each.decorators.includes(name)));
    if (row) return row.replaces.includes(stream) ? row.stream : stream;
  }
  return stream;
}

/** `load_dataset(...)["train"].shuffle()`: a method that draws, of an object that its library made. */
function methodDraw(call: Call, file: PythonFile): DrawRow | undefined {
  const rows = call.method === null || call.name?.startsWith('#') ? [] : drawsOfMethod(call.method);
  const object = rows.length > 0 ? call.callee.get('object') : undefined;
  const row = object && rowOfMaker(rows, object, file);
  if (row === undefined) return call.name === null ? toldDraw(rows, call, file) : undefined;
  return row ?? undefined;
}

/** The rows of objects that draw when they are called, and whether a file makes one: few do, and what is called is followed far. */
const CALLED = drawsOfMethod('__call__').map((row) => ({
  row,
  isMade: askedOfAll(`makes-${row.library}-${row.maker}`, (file) =>
    [...file.callsByName.keys()].some((name) => name.split('.')[0] === row.library && isMaker(name, row)),
  ),
}));

/** `pipeline("text-generation")(text, do_sample=True)`: an object that draws when it is called. */
function calledDraw(call: Call, file: PythonFile): DrawRow | undefined {
  // A name of the file's own that is neither a function nor a class may be an object.
  if (call.name !== null && (!call.name.startsWith('#') || file.functionOf(call.name) || file.classOf(call.name)))
    return undefined;
  const may: MethodDraw[] = [];
  for (const { row, isMade } of CALLED) {
    const { when } = row;
    if (!isMade(file) || (when && file.argument(call, when.argument, when.position) === 'absent')) continue;
    may.push(row);
  }
  return (may.length > 0 && isResult(call.callee, file) && rowOfMaker(may, call.callee, file)) || undefined;
}

/** What a call gave back, and no method or part of it. */
function isResult(expression: Node, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  const { values } = evaluator.origins(evaluator.value(expression));
  return values.length > 0 && values.every(({ node, access }) => node.type === 'call' && access.length === 0);
}

/** The row of the library that made an object; null for one that its making takes off the stream. */
function rowOfMaker(rows: readonly MethodDraw[], object: Node, file: PythonFile): DrawRow | null | undefined {
  const maker = makerOf(object, file);
  const row = rows.find((each) => each.library === maker?.library && isMaker(maker?.name ?? '', each));
  if (!maker || !row) return undefined;
  const given = row.without ? maker.file.argument(maker.call, row.without.argument) : 'absent';
  const isWithout = given === 'absent' || (typeof given !== 'string' && maker.file.constant(given) === false);
  return isWithout ? { ...row, name: `${row.library}.${row.method}` } : null;
}

/** The method of whatever library, by what only that one's takes. */
function toldDraw(rows: readonly MethodDraw[], call: Call, file: PythonFile): DrawRow | undefined {
  const row = rows.find(({ told = [] }) => told.some((name) => typeof file.argument(call, name) !== 'string'));
  return row && { ...row, name: `${row.library}.${row.method}` };
}

function drawsHere(draw: DrawRow, call: Call, file: PythonFile): boolean {
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
      if (draw.via === 'random_state' && looksLikeClass(draw.name)) return false;
      return !usesOwnGenerator(draw, call, file) && meetsCondition(draw, call, file);
  }
}

/** A call that draws from numpy's global generator because its `random_state` is left out; an estimator does when fitted. */
export function fallsBackOnNumpy(call: Call, file: PythonFile): boolean {
  const draw = findDraw(call, file) ?? pandasSample(call, file);
  return draw?.via === 'random_state' && !usesOwnGenerator(draw, call, file) && meetsCondition(draw, call, file);
}

/** `df.sample(frac=1)` of an object nobody saw made: nobody but pandas calls the argument so. */
function pandasSample(call: Call, file: PythonFile): DrawRow | undefined {
  if (call.method !== 'sample' || call.name !== null || file.argument(call, 'random_state') === 'unknown')
    return undefined;
  const importsPandas = file.scopes.imports.some((each) => modulesNamed(each, file).some(PANDAS.has));
  return importsPandas && file.argument(call, 'frac') !== 'absent' ? drawOf(SAMPLE) : undefined;
}

/** A call that makes a model is asked for weights, or for what only the run says. */
export function isPretrained(call: Call, file: PythonFile): boolean {
  // torchvision took `pretrained` and takes `weights` first; elsewhere the first argument is the model's name.
  const position = TORCHVISION.has(call.name) ? 0 : undefined;
  return ['pretrained', 'weights'].some((name) => {
    const given = file.argument(call, name, position);
    if (given === 'absent') return false;
    if (given === 'unknown') return true;
    const value = file.constant(given);
    return !isNothing(value);
  });
}

/** It is handed what takes it off the stream: a generator, or a state. */
export function usesOwnGenerator(draw: DrawRow, call: Call, file: PythonFile): boolean {
  return (draw.unless ?? []).some(({ argument, position }) => {
    const given = file.argument(call, argument, position);
    return given === 'unknown' || (given !== 'absent' && !isNothing(file.constant(given)));
  });
}

/** A published checkpoint, by the name under which it is downloaded: it has no head of the asker's. */
const PUBLISHED = /^[\w-]+(\/[\w.-]+)?$/;

function meetsCondition(draw: DrawRow, call: Call, file: PythonFile): boolean {
  if (draw.given) {
    const first = call.node.get('arguments')?.children[0];
    const checkpoint = first && file.constant(first.get('value') ?? first);
    if (typeof checkpoint !== 'string' || !PUBLISHED.test(checkpoint)) return false;
    if (draw.given.every((name) => file.argument(call, name) === 'absent')) return false;
  }
  if (!draw.when) return true;
  const given = file.argument(call, draw.when.argument, draw.when.position);
  const value = given === 'absent' ? draw.when.default : typeof given === 'string' ? undefined : file.constant(given);
  return draw.when.in.includes(value);
}

const isNothing = (value: Constant | undefined): boolean => value === null || value === false;
