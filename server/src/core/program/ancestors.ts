/** What a class is by its bases, through the project's files. */
import type { Workspace } from './workspace.ts';

const DATASET =
  /^torch\.utils\.data\.(Iterable|Map|Iter)?(Dataset|DataPipe)$|^torchvision\.datasets\.([a-z]\w*\.)*[A-Z]\w*$|^[A-Za-z_]\w*\.([A-Za-z_]\w*\.)*\w*Dataset$/;

/** True for a class of such a name, or with a base of one, by the name a file has for it. */
export function descendsFrom(
  ancestor: RegExp,
  name: string,
  path: string,
  workspace: Workspace,
  seen = new Set<string>(),
): boolean {
  if (ancestor.test(name)) return true;
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
