/** Neural networks: which classes are, and what they hold that acts in training in another way than in evaluation. */

import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { descendsFrom } from './ancestors.ts';
import { hasModes, MODES, OWN_MODE } from './modes.ts';
import type { Workspace } from './workspace.ts';

const NETWORK = namesFor('networks');
const CONTAINERS = namesFor('module-containers');

/** True where a class or function, as a file calls it, is known to build dropout, batch norm or the like, by itself or by its name. */
export function buildsModes(call: Call, file: PythonFile, byName: (name: string) => boolean): boolean {
  if (hasModes(call, file)) return true;
  if (CONTAINERS.has(call.name)) {
    const inside = (call.node.get('arguments')?.children ?? []).flatMap((each) => file.callsWithin(each));
    return inside.some((each) => buildsModes(each, file, byName));
  }
  return call.name !== null && byName(call.name);
}

/** The same of a class or function by the name that a file has for it. */
export function nameBuildsModes(name: string, path: string, workspace: Workspace, seen = new Set<string>()): boolean {
  const found = name.startsWith('#') ? { path, name } : workspace.locate(name, path);
  const key = found && `${found.path}${found.name}`;
  if (!found || !key || seen.has(key)) return false;
  seen.add(key);
  const parts = workspace.facts(found.path)?.parts[found.name] ?? [];
  if (parts.includes(OWN_MODE)) return false;
  return parts.some((part) => part === MODES || nameBuildsModes(part, found.path, workspace, seen));
}

/** True for a class that is an `nn.Module`, through the project's files, by the name a file has for it. */
export const isNetwork = (name: string, path: string, workspace: Workspace): boolean =>
  descendsFrom(NETWORK, name, path, workspace);
