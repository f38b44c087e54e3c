/** Finds what the engine wants to know of a workspace, on any host: Python, and what names versions or an environment. */

import { isManifest } from '../core/manifests/manifests.ts';
import { EDITOR_FOLDER, namesEnvironment } from '../core/switches/environment.ts';
import type { FolderEntry } from '../protocol.ts';

/** How a host reaches files. Addresses are URIs; answers come in the order of the questions, and nothing is thrown. */
export interface FileAccess {
  /** What folders hold; undefined for one that cannot be listed. */
  list(folders: readonly string[]): Promise<readonly (readonly FolderEntry[] | undefined)[]>;
  /** The texts of files; undefined for one that cannot be read, or is too large. */
  read(files: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** What is another text whenever a file or folder has changed; undefined for one that is not there. */
  stamp?(files: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** From now on only what lies in these folders, wherever links lead, is there. */
  stayWithin?(folders: readonly string[]): void;
}

/** Files that cannot be reached are not there. */
export const NO_FILES: FileAccess = {
  list: async (folders) => folders.map(() => undefined),
  read: async (files) => files.map(() => undefined),
};

/** Folders of other people's or generated code: those Ruff leaves out too, and Python's own caches. */
const SKIPPED = new Set([
  ...[
    '.bzr',
    '.direnv',
    '.eggs',
    '.git',
    '.git-rewrite',
    '.hg',
    '.ipynb_checkpoints',
    '.mypy_cache',
    '.nox',
    '.pants.d',
  ],
  ...['.pyenv', '.pytest_cache', '.pytype', '.ruff_cache', '.svn', '.tox', '__pycache__'],
  ...['__pypackages__', '_build', 'buck-out', 'build', 'dist', 'node_modules', 'site-packages'],
]);

/** Virtual environments by their names; others have a `pyvenv.cfg`. */
const ENVIRONMENTS = new Set(['.venv', 'venv']);

/** The way to what is installed in an environment; nothing else in there is looked at. */
const WAY = /^(lib|python[\d.]*|site-packages)$/i;

/** How many folders are asked for at once. */
const BATCH = 64;

interface Visit {
  readonly uri: string;
  readonly inEnvironment: boolean;
  /** The editor's own folder. */
  readonly isEditors: boolean;
}

/**
 * The addresses of the Python files, manifests and environments below the folders, in the order of a walk that takes
 * names as they sort; Python files are those that end so. A folder that cannot be listed is empty.
 */
export async function findFiles(
  folders: readonly string[],
  files: Pick<FileAccess, 'list'>,
  endings: readonly string[] = ['.py'],
): Promise<string[]> {
  const found: string[] = [];
  const visits: Visit[] = folders.map((folder) => ({
    uri: folder.replace(/\/+$/, ''),
    inEnvironment: false,
    isEditors: false,
  }));
  while (visits.length > 0) {
    const batch = visits.splice(0, BATCH);
    const listed = await files.list(batch.map(({ uri }) => uri));
    for (const [i, visit] of batch.entries()) {
      const inside = lookInto(visit, listed[i] ?? [], endings);
      found.push(...inside.files);
      visits.push(...inside.folders);
    }
  }
  return [...new Set(found)].sort(byWalk);
}

/** Beside a file that is in no project may lie anything; below a folder with more in it nothing belongs to the file. */
const MOST_ENTRIES = 2000;

/** The same for a folder that is no project's: what is below it, or only what is right in it where there is too much below. */
export async function findFilesNear(folder: string, files: Pick<FileAccess, 'list'>): Promise<string[]> {
  let entries = 0;
  const list: FileAccess['list'] = async (folders) => {
    if (entries > MOST_ENTRIES) return [];
    const listed = await files.list(folders);
    for (const each of listed) entries += each?.length ?? 0;
    return listed;
  };
  const found = await findFiles([folder], { list });
  const isHere = (uri: string): boolean => uri.slice(0, uri.lastIndexOf('/')) === folder.replace(/\/+$/, '');
  return entries > MOST_ENTRIES ? found.filter(isHere) : found;
}

/** What is of interest in a folder, and where to go on. */
function lookInto(
  { uri: folder, inEnvironment, isEditors }: Visit,
  entries: readonly FolderEntry[],
  endings: readonly string[],
): { readonly files: readonly string[]; readonly folders: readonly Visit[] } {
  const isEnvironment = inEnvironment || entries.some(({ name }) => name === 'pyvenv.cfg');
  // No address can be written for such a name.
  const named = entries.filter(({ name }) => !/\p{Surrogate}/u.test(name));
  const isOfInterest = (name: string): boolean => endings.some((ending) => name.endsWith(ending));
  const isFile = ({ name, isFolder }: FolderEntry): boolean => {
    if (isEditors) return !isFolder && namesEnvironment(name);
    if (isManifest(addressIn(folder, name))) return true;
    return !isFolder && !isEnvironment && (namesEnvironment(name) || isOfInterest(name));
  };
  const goesOn = ({ name, isFolder }: FolderEntry): boolean =>
    isFolder && !isEditors && (isEnvironment ? WAY.test(name) : !SKIPPED.has(name));
  const files = named.filter(isFile);
  const folders = named.filter((entry) => !files.includes(entry) && goesOn(entry));
  return {
    files: files.map(({ name }) => addressIn(folder, name)),
    folders: folders.map(({ name }) => ({
      uri: addressIn(folder, name),
      inEnvironment: isEnvironment || ENVIRONMENTS.has(name),
      isEditors: name === EDITOR_FOLDER,
    })),
  };
}

/** The address of what a folder holds under a name, or a path of names; encoded as VS Code does, so that it is the same for whoever makes it. */
export const addressIn = (folder: string, path: string): string =>
  [folder, ...path.split('/').map((name) => encodeURIComponent(name).replace(/[!'()*]/g, percent))].join('/');

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

function byWalk(one: string, other: string): number {
  const a = one.split('/');
  const b = other.split('/');
  const at = a.findIndex((part, i) => part !== b[i]);
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}
