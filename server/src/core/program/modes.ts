/** What acts in training in another way than in evaluation: layers, and the classes and functions of a file that build them. */

import { innerDropout, isOfLibrary, namesFor } from '../knowledge/names.ts';
import type { Argument, Call } from '../python/call.ts';
import { looksLikeClass, type Node, type PythonFile } from '../python/file.ts';
import { parameterOf } from '../python/names.ts';

/** Layers that always act differently, unless their probability is 0. */
const LAYER = namesFor('mode-layers');
const NORM = namesFor('norm-layers');
const FUNCTION = namesFor('mode-functions');
const TORCHVISION = namesFor('torchvision-models');

/** A function of torchvision that builds a model with dropout or batch norm. */
export const isTorchvisionModel = (name: string): boolean => TORCHVISION.has(name);

/** What stands for a layer with two modes among the parts of a network. */
export const MODES = '*';

/** What stands for a class that sets the mode of its objects itself. */
export const OWN_MODE = '!';

/** True where the layer or function a call makes is known to act differently in training. */
export function hasModes(call: Call, file: PythonFile): boolean {
  const name = call.name ?? '';
  if (NORM.has(name) || FUNCTION.has(name) || isTorchvisionModel(name)) return true;
  if (LAYER.has(name)) return !mayBeZero(file.argument(call, 'p', 0), file, 0.5);
  const inner = innerDropout(name);
  return inner !== undefined && !mayBeZero(file.argument(call, 'dropout', inner.position), file, inner.usual);
}

/** Also where the probability is a parameter that is 0 unless somebody passes another one. */
function mayBeZero(given: Argument, file: PythonFile, usual: number): boolean {
  if (given === 'absent') return usual === 0;
  if (given === 'unknown') return true;
  const constant = file.constant(given);
  if (constant !== undefined) return constant === 0 || constant === null;
  const usually = parameterOf(given, file)?.parameter.default;
  return usually ? file.constant(usually) === 0 : false;
}

/** What each class and function of a file builds, as far as it matters to evaluation: plain, and kept for closed files. */
export type Parts = Readonly<Record<string, readonly string[]>>;

export function modulePartsOf(file: PythonFile): Parts {
  const parts: Record<string, Set<string>> = {};
  const add = (owner: string, part: string | null): void => {
    if (part === null || part === owner) return;
    parts[owner] ??= new Set();
    parts[owner].add(part);
  };
  for (const call of file.allCalls) {
    const part = partOf(call, file);
    if (part === null) continue;
    for (let at = call.node.parent; at; at = at.parent) {
      const owner = /^(class|function)_definition$/.test(at.type) ? ownerId(at, file) : null;
      if (owner !== null) add(owner, part);
    }
  }
  for (const info of file.scopes.classes.values()) {
    for (const base of info.bases) {
      const name = file.qualify(base);
      if (name !== null && (isLocal(name, file) || isForeign(name))) add(info.id, name);
    }
    if (info.methods.has('train') || info.methods.has('eval') || /\bself\.(train|eval)\(/.test(file.read(info.node)))
      add(info.id, OWN_MODE);
    // Whoever asks for the mode acts on it.
    if (/\bself\.training\b/.test(file.read(info.node))) add(info.id, MODES);
  }
  return Object.fromEntries(Object.entries(parts).map(([id, names]) => [id, [...names].sort()]));
}

/** A class or a function of the module; what stands inside one of them is a part of that. */
function ownerId(definition: Node, file: PythonFile): string | null {
  const id = file.scopes.byNode.get(definition)?.owner?.id;
  return id === undefined || id.includes('.') ? null : id;
}

function partOf(call: Call, file: PythonFile): string | null {
  if (call.name === null) return null;
  if (hasModes(call, file)) return MODES;
  return isLocal(call.name, file) || isForeign(call.name) ? call.name : null;
}

const isLocal = (name: string, file: PythonFile): boolean =>
  file.scopes.classes.has(name) || (file.scopes.functions.has(name) && !name.includes('.'));

/** A class of another file, which may be the project's. */
const isForeign = (name: string): boolean => looksLikeClass(name) && !isOfLibrary(name) && !name.startsWith('#');
