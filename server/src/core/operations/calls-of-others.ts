/** Which functions and networks of other files a file calls, and whether a gradient may be taken through what it passes. */
import { isOfLibrary } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { readsOf } from '../python/reads.ts';
import { modulesOf } from '../tensors/modules.ts';
import { tensorOf } from '../tensors/tensors.ts';
import { type Around, carriesGradient, isModuleHere } from '../tensors/trained.ts';
import { isUnreadable, runsWithoutGradient } from './gradients.ts';

/** How a file calls a function of another one. */
export interface CallsOfOther {
  /** Every mention is a call that no backward pass follows. */
  readonly isQuiet: boolean;
  /** The arguments through which a gradient can flow, by position or name. */
  readonly gradients: readonly (number | string)[];
}

/** By the name the file has for a function, or for a class and its `forward`; of an object that nobody knows, `?3.step`. */
export type CallsOfOthers = Readonly<Record<string, CallsOfOther>>;

/** The last parts of all names that such calls may have: what is not among them needs no closer look. */
export function wordsOfOthers(file: PythonFile): Set<string> {
  const named = [...file.callsByName.keys()].filter(isForeign).map((name) => name.slice(name.lastIndexOf('.') + 1));
  const unknown = file.allCalls.flatMap((call) => (isOfUnknown(call, file) ? (call.method ?? []) : []));
  return new Set([...named, ...unknown, ...handedOnOf(file).keys()]);
}

/** Begins what a method of an object is called of which nobody can tell the class, before the number of its arguments. */
const UNKNOWN = '?';

/** How many arguments such a method is passed, by the name of its calls; null for another name, NaN where nobody can tell. */
export function argumentsOfUnknown(name: string): number | null {
  return name.startsWith(UNKNOWN) ? Number.parseInt(name.slice(UNKNOWN.length), 10) : null;
}

/** A method that is passed something; what other methods of that name do with nothing is another matter. */
const isOfUnknown = (call: Call, file: PythonFile): boolean =>
  call.method !== null && isUnreadable(call.name, file) && (call.node.get('arguments')?.children.length ?? 0) > 0;

/** `?3.step`: what three arguments are passed. */
function nameOfUnknown({ method, node }: Call): string {
  const given = node.get('arguments')?.children ?? [];
  const isOpen = given.some(({ type }) => /_splat$/.test(type));
  return `${UNKNOWN}${isOpen ? '' : given.length}.${method}`;
}

/** Those whose name ends so: `.helper`, `.Net.forward`; of their arguments only the wanted ones are looked at. */
export function callsOfOthers(file: PythonFile, ending: string, wanted: readonly (number | string)[]): CallsOfOthers {
  const found: Record<string, CallsOfOther> = {};
  const isOff = (node: Node): boolean => runsWithoutGradient(node, file, { isWhole: false });
  const around: Around = { isNetwork: (id) => isModuleHere(id, file), passesElsewhere: () => null, isOff };
  for (const [name, calls] of callsByName(file)) {
    if (!name.endsWith(ending)) continue;
    const last = name.slice(name.lastIndexOf('.') + 1);
    const gradients = new Set(
      calls.filter(({ node }) => !isOff(node)).flatMap((call) => passed(call, wanted, file, around)),
    );
    // Whoever hands a function on may have it run anywhere.
    const isQuiet =
      last !== 'forward' &&
      calls.every(({ node }) => isOff(node)) &&
      (name.startsWith(UNKNOWN) || isOnlyCalled(last, calls.length, file));
    found[name] = { isQuiet, gradients: [...gradients] };
  }
  // What is handed on is passed arguments that nobody sees.
  if (wanted.length > 0) return found;
  for (const [method, nodes] of handedOnOf(file)) {
    if (!ending.endsWith(`.${method}`)) continue;
    for (const node of nodes) {
      const name = nameOfHandedOn(node, method, file);
      if (!name.endsWith(ending)) continue;
      found[name] = { isQuiet: found[name]?.isQuiet !== false && isOff(node), gradients: found[name]?.gradients ?? [] };
    }
  }
  return found;
}

const memory = new WeakMap<PythonFile, ReadonlyMap<string, readonly Call[]>>();

function callsByName(file: PythonFile): ReadonlyMap<string, readonly Call[]> {
  const known = memory.get(file);
  if (known) return known;
  const found = new Map<string, Call[]>();
  const add = (name: string, call: Call): void => {
    const before = found.get(name);
    if (before) before.push(call);
    else found.set(name, [call]);
  };
  for (const call of file.allCalls) {
    const { name } = call;
    if (isOfUnknown(call, file)) add(nameOfUnknown(call), call);
    if (name === null || name.startsWith('#')) {
      for (const made of modulesOf(call.callee, file))
        if (made.name !== null && isForeign(made.name)) add(`${made.name}.forward`, call);
    } else if (isForeign(name) && /(^|\.)[a-z_]\w*$/.test(name)) add(name, call);
  }
  memory.set(file, found);
  return found;
}

const handedOn = new WeakMap<PythonFile, ReadonlyMap<string, readonly Node[]>>();

/** `run(loss.score, x)`: what a file hands on of objects that are not its own, by the name of the method. */
function handedOnOf(file: PythonFile): ReadonlyMap<string, readonly Node[]> {
  const known = handedOn.get(file);
  if (known) return known;
  const reads = readsOf(file);
  const found = new Map<string, readonly Node[]>();
  for (const method of reads.names) {
    const nodes = reads.handedOn(method).filter((node) => isMethodOfOthers(node, file));
    if (nodes.length > 0) found.set(method, nodes);
  }
  handedOn.set(file, found);
  return found;
}

/** A member of a module is a function, which is asked about by its calls. */
function isMethodOfOthers(attribute: Node, file: PythonFile): boolean {
  const object = attribute.get('object');
  if (!object || file.qualify(object) !== null) return false;
  const name = file.qualify(attribute);
  return isUnreadable(name, file) || isForeign(name ?? '');
}

/** By its class where that is known, else `?.score`. */
function nameOfHandedOn(attribute: Node, method: string, file: PythonFile): string {
  const name = file.qualify(attribute);
  return name === null || name.startsWith('#') ? `${UNKNOWN}.${method}` : name;
}

const isForeign = (name: string): boolean => !name.startsWith('#') && !isOfLibrary(name);

function passed(
  call: Call,
  wanted: readonly (number | string)[],
  file: PythonFile,
  around: Around,
): (number | string)[] {
  const isCarried = (node: Node): boolean =>
    tensorOf(node, file)?.detached !== true && carriesGradient(node, file, around);
  return (call.node.get('arguments')?.children ?? []).flatMap((node, position) => {
    const key = node.type === 'keyword_argument' ? node.get('name') : undefined;
    const value = node.type === 'keyword_argument' ? node.get('value') : node;
    const name = key ? file.read(key) : position;
    return value && wanted.includes(name) && isCarried(value) ? [name] : [];
  });
}

/** Besides the calls the file names it at most where it imports it. */
function isOnlyCalled(name: string, calls: number, file: PythonFile): boolean {
  return (file.text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length <= calls + 1;
}
