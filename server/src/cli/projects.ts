/**
 * Reads projects from the disk, for the command line: their Python files, their manifests, and the manifests of the
 * folders above as far as they belong to the same repository.
 */
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isInstalledPackage, isManifest, type Manifests } from '../core/manifests/manifests.ts';
import type { Workspace } from '../core/program/workspace.ts';
import { namesEnvironment } from '../core/switches/environment.ts';
import { diskFiles } from '../host/files.ts';
import { type FileAccess, findFiles } from '../host/folders.ts';
import { Fence } from './disk.ts';

/** Files and folders that stand where a project begins. */
const MARKERS = ['.git', 'pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'];

/** Beside a file that is in no project may lie anything; below a folder with more in it nothing belongs to the file. */
const MOST_ENTRIES = 2000;

/**
 * The Python files of the projects that the paths are in. All manifests that may speak for them are taken in, and what
 * may set the environment of programs; what cannot be read is left out.
 */
export async function readProjects(given: readonly string[], workspace: Workspace, fence: Fence): Promise<string[]> {
  const { manifests } = workspace;
  const disk = diskFiles(
    () => {},
    (path) => fence.holds(path),
  );
  const folders = [...new Set(given.map(projectRoot))];
  const tops = folders.map(repositoryOf);
  const above = [...new Set(folders.flatMap((folder, i) => foldersAbove(folder, tops[i]!)))];
  const isWhole = (folder: string): boolean => isMarked(folder) || given.some((path) => resolve(path) === folder);
  const loose = await Promise.all(
    folders.filter((folder) => !isWhole(folder)).map((folder) => filesNear(folder, disk)),
  );
  const uris = new Set([...(await findFiles(folders.filter(isWhole).map(uriOf), disk)), ...loose.flat()]);
  const paths = [...uris].map((uri) => fileURLToPath(uri));
  const listed = await disk.list(above.map(uriOf));
  const namesAbove = above.flatMap((folder, i) => (listed[i] ?? []).map(({ name }) => join(folder, name)));
  await take([...paths, ...namesAbove], manifests, disk);
  const environments = [...paths, ...namesAbove].filter((path) => namesEnvironment(withSlashes(path)));
  for (const [i, text] of (await disk.read(environments.map(uriOf))).entries()) {
    workspace.setEnvironment(withSlashes(environments[i]!), text ?? null);
  }
  // Files that others include may include more.
  for (let missing = manifests.missing; missing.length > 0; missing = manifests.missing) {
    await take(missing, manifests, disk, (path) => fence.holds(path));
  }
  return paths.filter((path) => path.endsWith('.py'));
}

/** What the projects of some paths may read and write: the repository each is in, or the project, or its own folder. */
export const fenceOf = (given: readonly string[]): Fence =>
  new Fence([...new Set(given.map((path) => repositoryOf(projectRoot(path))))]);

/** The top of the repository that a path is in; the path's own folder where it is in none. */
export const topOf = (path: string): string => repositoryOf(folderAt(path));

const isMarked = (folder: string): boolean => MARKERS.some((marker) => existsSync(join(folder, marker)));

/** The folder whose modules a file may import: the nearest one that looks like a project's, else its own. */
function projectRoot(path: string): string {
  const start = folderAt(path);
  for (let folder = start; ; folder = dirname(folder)) {
    if (isMarked(folder)) return folder;
    if (folder === dirname(folder) || folder === homedir()) return start;
  }
}

/** The path itself where it is a folder, else the one it is in. */
const folderAt = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ? resolve(path) : dirname(resolve(path));

/** The files below a folder, or only those right in it where there is too much below. */
async function filesNear(folder: string, disk: FileAccess): Promise<string[]> {
  let entries = 0;
  const list: FileAccess['list'] = async (folders) => {
    if (entries > MOST_ENTRIES) return [];
    const listed = await disk.list(folders);
    for (const each of listed) entries += each?.length ?? 0;
    return listed;
  };
  const uris = await findFiles([uriOf(folder)], { list });
  return entries > MOST_ENTRIES ? uris.filter((uri) => dirname(fileURLToPath(uri)) === folder) : uris;
}

/** What cannot be read says nothing. */
async function take(
  paths: readonly string[],
  manifests: Manifests,
  disk: FileAccess,
  isReadable?: (path: string) => boolean,
) {
  const wanted = [...new Set(paths)].filter((path) => isReadable !== undefined || isManifest(withSlashes(path)));
  const readable = wanted.filter((path) => !isInstalledPackage(withSlashes(path)) && isReadable?.(path) !== false);
  const texts = await disk.read(readable.map(uriOf));
  const textOf = new Map(readable.map((path, i) => [path, texts[i]]));
  for (const path of wanted) manifests.set(withSlashes(path), textOf.get(path) ?? '');
}

/** The top of the repository a folder is in; the folder itself where it is in none. */
function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return folder;
  }
}

/** The folders above one, up to a top that is among them. */
function foldersAbove(folder: string, top: string): string[] {
  const above: string[] = [];
  for (let at = folder; at !== top; ) {
    at = dirname(at);
    above.push(at);
  }
  return above;
}

const uriOf = (path: string): string => pathToFileURL(path).href;

const withSlashes = (path: string): string => path.split(sep).join('/');
