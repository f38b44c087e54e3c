/** What a main guard is there for: to run a program with its arguments, or only to show what the file has for others. */

import { namesFor } from '../knowledge/names.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isMainGuard } from '../python/main-guard.ts';

/** Makes a tensor, or tells how large or fast something is. */
const SHOWS = namesFor('shows');
/** Reads or writes what outlives the program, asks somebody, or trains. */
const ACTS = namesFor('acts');
const ACTING_METHODS =
  /^(step|fit|learn|train_\w+|run|main|save\w*|dump\w*|write\w*|to_(csv|json|pickle)|imsave|imwrite|export|add_(scalar|image)\w*|(from|load)_\w+|parse_\w+|next|map)$/;
/** A function called so does what the program is there for. */
const WORKS = /^#(main|run|train|fit|learn|cli|evaluate|benchmark)\w*$/;
const COMMAND_LINE = namesFor('reads-command-line');
const OPTIMIZERS = namesFor('optimizers');
const DEEPEST = 3;

/** True where the main guard makes a network of this file, or has a function make one, and does nothing but look at it. */
export function isDemo(file: PythonFile): boolean {
  const guards = file.syntax.root.children.filter((node) => isMainGuard(node, file));
  const body = guards.length === 1 ? guards[0]?.get('consequence') : undefined;
  const networks = [...file.scopes.classes.values()].filter((each) => each.methods.has('forward'));
  return body !== undefined && networks.length > 0 && makesOwn(body, file) && onlyShows(body, file, 0);
}

/** True where the main guard runs what the file is there for: with the arguments of a command line, or by training. */
export function hasCommandLine(file: PythonFile): boolean {
  const reads = (body: Node | undefined, depth: number): boolean =>
    body !== undefined &&
    depth <= DEEPEST &&
    file.callsWithin(body).some(({ name }) => {
      if (name === null || !name.startsWith('#')) return COMMAND_LINE.has(name);
      return reads(file.functionOf(name)?.node.get('body'), depth + 1);
    });
  const guards = file.syntax.root.children.filter((node) => isMainGuard(node, file));
  const bodies = guards.flatMap((guard) => guard.get('consequence') ?? []);
  // Whatever it is called: a function of the file that runs with these arguments is what the file is there for.
  const works = (body: Node): boolean =>
    file.callsWithin(body).some(({ name, method }) => {
      const isSeed = name !== null && (seederOf(name)?.streams.length ?? 0) > 0;
      return isSeed || method === 'backward' || file.functionOf(name) !== undefined;
    });
  return bodies.some((body) => (works(body) && reads(body, 0)) || trains(body, file, 0));
}

/** True where the body of the module, or its main guard, calls a function of the file. */
export const runsItself = (file: PythonFile): boolean =>
  file.allCalls.some(
    ({ name, node }) =>
      file.functionOf(name)?.class === null &&
      node.enclosing('function_definition', 'lambda', 'class_definition') === null,
  );

/** A module that only shows what it has for others takes no step with it. */
const trains = (body: Node | undefined, file: PythonFile, depth: number): boolean =>
  body !== undefined &&
  depth <= DEEPEST &&
  file.callsWithin(body).some(({ name, method }) => {
    if (method === 'backward' || OPTIMIZERS.has(name)) return true;
    return trains(file.functionOf(name)?.node.get('body'), file, depth + 1);
  });

const makesOwn = (body: Node, file: PythonFile): boolean => file.callsWithin(body).some(({ name }) => isOwn(name));

const isOwn = (name: string | null): boolean => name?.startsWith('#') === true;

function onlyShows(body: Node, file: PythonFile, depth: number): boolean {
  return depth < DEEPEST && file.callsWithin(body).every((call) => shows(call, file, depth));
}

function shows(call: Call, file: PythonFile, depth: number): boolean {
  const { name, method } = call;
  // A function that is handed over may do anything.
  const given = call.node.get('arguments')?.children ?? [];
  if (given.some((each) => file.functionOf(file.qualify(each.get('value') ?? each)))) return false;
  if (name === null) return method === null || !ACTING_METHODS.test(method);
  if (!name.startsWith('#')) return SHOWS.has(name) && !ACTS.has(name);
  if (file.classOf(name)) return true;
  const body = file.functionOf(name)?.node.get('body');
  return !WORKS.test(name) && (body === undefined || onlyShows(body, file, depth + 1));
}
