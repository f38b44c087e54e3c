/** What a class is by its bases, through the project's files. */
import { loaderRow } from '../knowledge/loaders.ts';
import { type Names, namesFor } from '../knowledge/names.ts';
import type { Workspace } from './workspace.ts';

const DATASET = namesFor('datasets');
/** Classes of classes are followed so far. */
const DEEPEST = 5;

/** True for a class of such a name, or with a base of one, by the name a file has for it. */
export function descendsFrom(
  ancestor: Names,
  name: string,
  path: string,
  workspace: Workspace,
  seen = new Set<string>(),
): boolean {
  if (ancestor.has(name)) return true;
  const found = name.startsWith('#') ? { path, name } : workspace.locate(name, path);
  const key = found && `${found.path}${found.name}`;
  if (!found || !key || seen.has(key)) return false;
  seen.add(key);
  const bases = workspace.effects(found.path)?.classes[found.name]?.bases ?? [];
  return bases.some((base) => base !== null && descendsFrom(ancestor, base, found.path, workspace, seen));
}

/** True for a class whose objects a DataLoader can take: a Dataset of torch, of a library, or of the project. */
export const isDataset = (name: string, path: string, workspace: Workspace): boolean =>
  descendsFrom(DATASET, name, path, workspace);

const ITERABLE = namesFor('iterable-datasets');

/** True for a class that is an iterable dataset of torch's, itself or by a base. */
export const isIterable = (name: string, path: string, workspace: Workspace): boolean =>
  descendsFrom(ITERABLE, name, path, workspace);

/** True where the `__iter__` of a class, its own or inherited, hands out what it holds and nothing in it asks for its worker. */
export function isUnsplit(name: string, path: string, workspace: Workspace, depth = 0): boolean {
  const found = name.startsWith('#') ? { path, name } : workspace.locate(name, path);
  const effects = found && workspace.effects(found.path)?.classes[found.name];
  if (!found || !effects || depth > DEEPEST) return false;
  const handedTo = workspace.facts(found.path)?.unasked[found.name];
  if (effects.methods.__iter__ === undefined)
    return effects.bases.some((base) => base !== null && isUnsplit(base, found.path, workspace, depth + 1));
  if (!handedTo) return false;
  // What stands in another file may ask there.
  return handedTo.every((each) => {
    const other = workspace.locate(each, found.path);
    return other === null || other.path === found.path || workspace.facts(other.path)?.asksForWorker === false;
  });
}

/** True for a class of the project that is made like the DataLoader it descends from: what it is passed it hands on as it is. */
export function isPlainLoader(name: string, path: string, workspace: Workspace, depth = 0): boolean {
  if (loaderRow(name) !== undefined) return depth > 0;
  const found = name.startsWith('#') ? { path, name } : workspace.locate(name, path);
  const effects = found && workspace.effects(found.path);
  const info = found && effects?.classes[found.name];
  if (!found || !info || depth > DEEPEST) return false;
  const init = info.methods.__init__ === undefined ? undefined : effects?.functions.get(info.methods.__init__);
  if (info.methods.__init__ !== undefined && init?.parameters.map(({ star }) => star || '.').join('') !== '.***')
    return false;
  return info.bases.some((base) => base !== null && isPlainLoader(base, found.path, workspace, depth + 1));
}
