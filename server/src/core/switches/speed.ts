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
/** Methods that keep what a round has made. */
const KEEPS = /^(save\w*|imsave|imwrite|write\w*|to_(csv|json|pickle|file))$/;

/** A file says by what it imports that it measures speed, whatever else it does. */
export const isBenchmark = (file: PythonFile): boolean =>
  file.scopes.imports.some((each) => modulesNamed(each, file).some(BENCHMARKING.has));

/** A file has a library time its code, waits for the GPU to read the clock, or reads it around rounds of the same. */
export function timesCode(file: PythonFile): boolean {
  const has = (names: Names): boolean => [...file.callsByName.keys()].some((name) => names.has(name));
  return has(TIMES) || (has(CLOCK) && (has(SYNCHRONIZES) || timesRounds(file)));
}

/**
 * The function that a place stands in measures speed, whatever else its file does: it times code that takes no gradient,
 * and goes back through nothing.
 */
export function isForTiming(place: Node, file: PythonFile): boolean {
  const home = place.enclosing('function_definition');
  const calls = home ? callsIn(home, file) : [];
  const has = (names: Names): boolean => calls.some(({ name }) => names.has(name));
  const goesBack = calls.some(({ name, method }) => method === 'backward' || OPTIMIZERS.has(name));
  return !goesBack && has(TAKES_NO_GRADIENT) && (has(TIMES) || (has(SYNCHRONIZES) && has(CLOCK)));
}

/** The clock is read in front of and behind a loop that counts its rounds, or in each of them, and none keeps what it made. */
const timesRounds = (file: PythonFile): boolean => loopsThatCount(file).some((loop) => isTimed(loop, file));

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
  const inside = body ? callsIn(body, file) : [];
  const others = inside.filter((call) => !readsClock(call, file));
  // A round that only counts, or that keeps what it makes, is not there for the clock.
  if (others.length === 0 || inside.some(keepsResult)) return false;
  if (inside.length - others.length > 1) return true;
  const block = loop.parent?.children ?? [];
  const at = block.indexOf(loop);
  const isRead = (statements: readonly Node[]): boolean =>
    statements.some((each) => PLAIN.test(each.type) && callsIn(each, file).some((call) => readsClock(call, file)));
  return (isRead(block.slice(0, at)) && isRead(block.slice(at + 1))) || isInTimer(loop, file);
}

/** Statements that hold no block. */
const PLAIN = /^(expression|return|print|assert)_statement$/;

/** The call reads the clock, or is of a function of the file that does nothing else of weight. */
function readsClock({ name }: Call, file: PythonFile): boolean {
  if (CLOCK.has(name)) return true;
  const body = file.functionOf(name)?.node.get('body');
  const [only, ...others] = body?.children.filter(({ type }) => type === 'return_statement') ?? [];
  return only !== undefined && others.length === 0 && callsIn(only, file).some((call) => CLOCK.has(call.name));
}

/** `with Timer():` of a class, or a function, of the file that reads the clock. */
function isInTimer(loop: Node, file: PythonFile): boolean {
  const clause = loop.enclosing('with_statement')?.children.find(({ type }) => type === 'with_clause');
  return (
    clause !== undefined &&
    callsIn(clause, file).some(({ name }) => {
      const made = file.classOf(name)?.node ?? file.functionOf(name)?.node;
      return made !== undefined && callsIn(made, file).some((call) => CLOCK.has(call.name));
    })
  );
}

const keepsResult = ({ name, method }: Call): boolean => SAVES.has(name) || KEEPS.test(method ?? '');

function callsIn(node: Node, file: PythonFile): readonly Call[] {
  const found: Call[] = [];
  walk(node, (each) => {
    if (each.type === 'call') found.push(file.call(each));
    return undefined;
  });
  return found;
}
