/** Code that measures how fast other code is: it wants the fastest algorithm, whichever that is. */

import { TAKES_NO_GRADIENT } from '../knowledge/calls.ts';
import { type Names, namesFor } from '../knowledge/names.ts';
import { modulesNamed } from '../lowering/modules.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { walk } from '../syntax/parse.ts';

const BENCHMARKING = namesFor('benchmarking');
const TIMES = namesFor('times-code');
/** Who waits for the GPU and reads the clock measures what it does. */
const SYNCHRONIZES = namesFor('synchronize');
const CLOCK = namesFor('reads-clock');
const OPTIMIZERS = namesFor('optimizers');
const COUNTS = namesFor('counts-up');
const SAVES = namesFor('saves');
/** Methods of collections that keep what they are given. */
const PUTS = /^(append(left)?|extend|insert|add|put)$/;
/** Methods that write what a round has made. */
const KEEPS = /^(save\w*|imsave|imwrite|write\w*|to_(csv|json|pickle|file))$/;

/** A file says by what it imports that it measures speed, whatever else it does. */
export const isBenchmark = (file: PythonFile): boolean =>
  file.scopes.imports.some((each) => modulesNamed(each, file).some(BENCHMARKING.has));

const callsAny = (names: Names, file: PythonFile): boolean =>
  [...file.callsByName.keys()].some((name) => names.has(name));

/** A file has a library time its code, or waits for the GPU to read the clock. */
export const timesCode = (file: PythonFile): boolean =>
  callsAny(TIMES, file) || (callsAny(CLOCK, file) && callsAny(SYNCHRONIZES, file));

/** The clock is read in front of and behind a loop that counts its rounds, or in each of them, and none keeps what it made. */
export const timesRounds = (file: PythonFile): boolean =>
  callsAny(CLOCK, file) && loopsThatCount(file).some((loop) => isTimed(loop, file));

/** A network is switched to evaluation, or code takes no gradient: without either a round may train out of sight. */
export const evaluates = (file: PythonFile): boolean =>
  callsAny(TAKES_NO_GRADIENT, file) || file.methodCalls('eval').length > 0;

/** A value is written down, as the weights are when a program has trained. */
export const saves = (file: PythonFile): boolean => callsAny(SAVES, file);

/**
 * The function that a place stands in measures speed, whatever else its file does: it times code that takes no gradient,
 * and goes back through nothing.
 */
export function isForTiming(place: Node, file: PythonFile): boolean {
  const home = place.enclosing('function_definition');
  const calls = home ? file.callsWithin(home) : [];
  const has = (names: Names): boolean => calls.some(({ name }) => names.has(name));
  const goesBack = calls.some(({ name, method }) => method === 'backward' || OPTIMIZERS.has(name));
  return !goesBack && has(TAKES_NO_GRADIENT) && (has(TIMES) || (has(SYNCHRONIZES) && has(CLOCK)));
}

function loopsThatCount(file: PythonFile): readonly Node[] {
  return file.allCalls.flatMap(({ name, node }) => {
    const loop = node.parent;
    // `for _ in tqdm(range(100))` counts as well.
    const outer = loop?.type === 'argument_list' ? loop.parent?.parent : loop;
    return COUNTS.has(name) && outer?.type === 'for_statement' ? [outer] : [];
  });
}

function isTimed(loop: Node, file: PythonFile): boolean {
  const body = loop.get('body');
  const inside = body ? file.callsWithin(body) : [];
  const others = inside.filter((call) => !readsClock(call, file));
  // A round that only counts, or that keeps what it makes, is not there for the clock.
  if (!body || others.length === 0 || keepsResult(inside, body, file)) return false;
  if (inside.length - others.length > 1) return true;
  const block = loop.parent?.children ?? [];
  const at = block.indexOf(loop);
  const isRead = (statements: readonly Node[]): boolean =>
    statements.some((each) => PLAIN.test(each.type) && file.callsWithin(each).some((call) => readsClock(call, file)));
  return (isRead(block.slice(0, at)) && isRead(block.slice(at + 1))) || isInTimer(loop, file);
}

/** Statements that hold no block. */
const PLAIN = /^(expression|return|print|assert)_statement$/;

/** The call reads the clock, or is of a function of the file that does nothing else of weight. */
function readsClock({ name }: Call, file: PythonFile): boolean {
  if (CLOCK.has(name)) return true;
  const body = file.functionOf(name)?.node.get('body');
  const [only, ...others] = body?.children.filter(({ type }) => type === 'return_statement') ?? [];
  return only !== undefined && others.length === 0 && file.callsWithin(only).some((call) => CLOCK.has(call.name));
}

/** `with Timer():` of a class, or a function, of the file that reads the clock. */
function isInTimer(loop: Node, file: PythonFile): boolean {
  const clause = loop.enclosing('with_statement')?.children.find(({ type }) => type === 'with_clause');
  return (
    clause !== undefined &&
    file.callsWithin(clause).some(({ name }) => {
      const made = file.classOf(name)?.node ?? file.functionOf(name)?.node;
      return made !== undefined && file.callsWithin(made).some((call) => CLOCK.has(call.name));
    })
  );
}

/** A round writes what it made to a file, or puts anything but the time it took into a collection. */
function keepsResult(calls: readonly Call[], round: Node, file: PythonFile): boolean {
  if (calls.some(({ name, method }) => SAVES.has(name) || KEEPS.test(method ?? ''))) return true;
  const times = timesIn(round, file);
  return calls.some(
    ({ node, method }) =>
      PUTS.test(method ?? '') && (node.get('arguments')?.children ?? []).some((given) => !isTime(given, times, file)),
  );
}

/** Variables of a round that come from the clock, such as `end` and then `end - start`. */
function timesIn(round: Node, file: PythonFile): ReadonlySet<string> {
  const times = new Set<string>();
  walk(round, (node) => {
    const [left, right] = node.type === 'assignment' ? [node.get('left'), node.get('right')] : [];
    if (left && right && isOfClock(right, times, file)) times.add(file.read(left));
    return undefined;
  });
  return times;
}

/** A reading of the clock, or a constant; of several each must be. */
const isTime = (given: Node, times: ReadonlySet<string>, file: PythonFile): boolean =>
  given.type === 'tuple' || given.type === 'list'
    ? given.children.every((each) => isTime(each, times, file))
    : file.constant(given) !== undefined || isOfClock(given, times, file);

function isOfClock(expression: Node, times: ReadonlySet<string>, file: PythonFile): boolean {
  let isRead = false;
  walk(expression, (node) => {
    isRead ||= node.type === 'call' ? readsClock(file.call(node), file) : times.has(file.read(node));
    return isRead ? false : undefined;
  });
  return isRead;
}
