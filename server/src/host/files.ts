/** The files of this machine's disk. */
import { constants, type Dirent, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { t } from '../core/text/language.ts';
import type { FolderEntry } from '../protocol.ts';
import { isBelow, realPath } from './fence.ts';
import { type FileAccess, findFiles } from './folders.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** Where what is read has to lie, if anywhere. */
interface Bounds {
  /** Files that it refuses are not there: it is asked about links, and about all that is read. */
  readonly holds?: (path: string) => boolean;
  /** Hears of what leads out of the folders to stay within. */
  readonly onOutside?: (path: string) => void;
}

/** Access to the disk; `onError` hears of folders that cannot be listed. */
export function diskFiles(
  onError: (path: string, error: unknown) => void,
  { holds = () => true, onOutside }: Bounds = {},
): FileAccess {
  let tops: readonly string[] | undefined;
  const isInside = (path: string): boolean => {
    if (!holds(path)) return false;
    if (tops === undefined || isBelow(realPath(path), tops)) return true;
    onOutside?.(path);
    return false;
  };
  const each = <T>(uris: readonly string[], access: (path: string) => Promise<T>, hear = onError) =>
    Promise.all(uris.map((uri) => onDisk(uri, access, hear)));
  const nobody = (): void => {};
  return {
    list: (folders) => each(folders, (path) => listFolder(path, isInside)),
    read: (files) => each(files, async (path) => (isInside(path) ? readText(path) : undefined), nobody),
    stamp: (files) => each(files, stampOf, nobody),
    stayWithin: (folders) => {
      tops = folders.flatMap((uri) => (uri.startsWith('file:') ? [realPath(fileURLToPath(uri))] : []));
    },
  };
}

async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}

/** What is not on this machine's disk is not there. */
async function onDisk<T>(
  uri: string,
  access: (path: string) => Promise<T>,
  onError: (path: string, error: unknown) => void,
): Promise<T | undefined> {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return await access(fileURLToPath(uri));
  } catch (error) {
    onError(uri, error);
    return undefined;
  }
}

async function listFolder(path: string, holds: (path: string) => boolean): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const kinds = await Promise.all(entries.map((entry) => kindOf(join(path, entry.name), entry, holds)));
  return entries.flatMap(({ name }, i) => (kinds[i] ? [{ name, isFolder: kinds[i] === 'folder' }] : []));
}

/** Links to folders are not followed, so no loop can catch us. */
async function kindOf(
  path: string,
  entry: Dirent,
  holds: (path: string) => boolean,
): Promise<'file' | 'folder' | undefined> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  // A link to nowhere or to itself does not exist.
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
  return target?.isFile() && holds(path) ? 'file' : undefined;
}

/** Nobody waits for the writer of a pipe. */
async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_FILE_BYTES) throw new Error(t`too large, or no file`);
    return new TextDecoder().decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * The files among the paths and those under the folders among them whose names end so, as absolute paths, each once, in
 * a stable order. `onError` hears of folders that cannot be read.
 */
export async function findPythonFiles(
  paths: readonly string[],
  onError: (path: string, error: unknown) => void,
  endings: readonly string[] = ['.py'],
  holds?: (path: string) => boolean,
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths.map((given) => resolve(given))) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
      found.add(path);
      continue;
    }
    const files = await findFiles(
      [pathToFileURL(path).href],
      diskFiles((uri, error) => onError(fileURLToPath(uri), error), holds && { holds }),
      endings,
    );
    for (const uri of files) if (endings.some((ending) => uri.endsWith(ending))) found.add(fileURLToPath(uri));
  }
  return [...found];
}
