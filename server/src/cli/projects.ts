/**
 * Reads projects from the disk, for the command line: their Python files, their manifests, and the manifests of the
 * folders above as far as they belong to the same repository.
 */
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isInstalledPackage, isManifest } from '../core/manifests/manifests.ts';
import type { Workspace } from '../core/program/workspace.ts';
import { namesEnvironment } from '../core/switches/environment.ts';
import { Fence } from '../host/fence.ts';
import { diskFiles } from '../host/files.ts';
import { type FileAccess, findFiles, findFilesNear } from '../host/folders.ts';
import { folderAt, isProject, projectRoot, repositoryOf } from '../host/project-root.ts';

/**
 * The Python files of the projects that the paths are in. All manifests that may speak for them are taken in, and what
 * may set the environment of programs; what cannot be read is left out. `note` hears what was read.
 */
export async function readProjects(
  given: readonly string[],
  workspace: Workspace,
  fence: Fence,
  note: (read: ReadBeside) => void,
): Promise<string[]> {
  const takeNote = (read: ReadBeside): void => {
    note(read);
    heed(read, workspace);
  };
  const disk = diskFiles(() => {}, { holds: (path) => fence.holds(path) });
  const folders = [...new Set(given.map(projectRoot))];
  const tops = folders.map(repositoryOf);
  const above = [...new Set(folders.flatMap((folder, i) => foldersAbove(folder, tops[i]!)))];
  const isWhole = (folder: string): boolean => isProject(folder) || given.some((path) => resolve(path) === folder);
  const loose = await Promise.all(
    folders.filter((folder) => !isWhole(folder)).map((folder) => findFilesNear(uriOf(folder), disk)),
  );
  const uris = new Set([...(await findFiles(folders.filter(isWhole).map(uriOf), disk)), ...loose.flat()]);
  const paths = [...uris].map((uri) => fileURLToPath(uri));
  const listed = await disk.list(above.map(uriOf));
  const namesAbove = above.flatMap((folder, i) => (listed[i] ?? []).map(({ name }) => join(folder, name)));
  await take([...paths, ...namesAbove], takeNote, disk);
  const environments = [...paths, ...namesAbove].filter((path) => namesEnvironment(withSlashes(path)));
  for (const [i, text] of (await disk.read(environments.map(uriOf))).entries()) {
    takeNote({ kind: 'environment', path: withSlashes(environments[i]!), text: text ?? null });
  }
  // Files that others include may include more.
  const missingOnes = (): readonly string[] => workspace.manifests.missing;
  for (let missing = missingOnes(); missing.length > 0; missing = missingOnes()) {
    await take(missing, takeNote, disk, (path) => fence.holds(path));
  }
  return paths.filter((path) => path.endsWith('.py'));
}

/** A file that was read beside the Python files, and its text; null where it could not be read. */
export interface ReadBeside {
  readonly kind: 'manifest' | 'environment';
  readonly path: string;
  readonly text: string | null;
}

/** Takes in what a file beside the Python files says. */
export function heed({ kind, path, text }: ReadBeside, workspace: Workspace): void {
  if (kind === 'manifest') workspace.manifests.set(path, text ?? '');
  else workspace.setEnvironment(path, text);
}

/** What the projects of some paths may read and write: the repository each is in, or the project, or its own folder. */
export const fenceOf = (given: readonly string[]): Fence =>
  new Fence([...new Set(given.map((path) => repositoryOf(projectRoot(path))))]);

/** The top of the repository that a path is in; the path's own folder where it is in none. */
export const topOf = (path: string): string => repositoryOf(folderAt(path));

/** What cannot be read says nothing. */
async function take(
  paths: readonly string[],
  takeNote: (read: ReadBeside) => void,
  disk: FileAccess,
  isReadable?: (path: string) => boolean,
) {
  const wanted = [...new Set(paths)].filter((path) => isReadable !== undefined || isManifest(withSlashes(path)));
  const readable = wanted.filter((path) => !isInstalledPackage(withSlashes(path)) && isReadable?.(path) !== false);
  const texts = await disk.read(readable.map(uriOf));
  const textOf = new Map(readable.map((path, i) => [path, texts[i]]));
  for (const path of wanted) takeNote({ kind: 'manifest', path: withSlashes(path), text: textOf.get(path) ?? '' });
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
