/** Finds where on this machine's disk the project of a file begins. */
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Files and folders that stand where a project begins. */
const MARKERS = ['.git', 'pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];

/** Whether a project begins here. Somebody's home is none, although what they keep there may be under git. */
export const isProject = (folder: string): boolean =>
  folder !== homedir() && MARKERS.some((marker) => existsSync(join(folder, marker)));

/** Whether a folder is somebody's home, or all there is: nobody's project. */
export const isTooWide = (folder: string): boolean => resolve(folder) === homedir() || dirname(folder) === folder;

/** The folder whose modules a file may import: the nearest one that looks like a project's, else its own. */
export function projectRoot(path: string): string {
  const start = folderAt(path);
  for (let folder = start; ; folder = dirname(folder)) {
    if (isProject(folder)) return folder;
    if (folder === dirname(folder) || folder === homedir()) return start;
  }
}

/** The path itself where it is a folder, else the one it is in. */
export const folderAt = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ? resolve(path) : dirname(resolve(path));

/** The top of the repository a folder is in; the folder itself where it is in none. */
export function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (at === dirname(at) || at === homedir()) return folder;
    if (existsSync(join(at, '.git'))) return at;
  }
}
