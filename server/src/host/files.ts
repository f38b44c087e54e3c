/** The files of this machine's disk. */
import { type Dirent, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FolderEntry } from '../protocol.ts';
import { type FileAccess, findFiles } from './folders.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** Access to the disk; `onError` hears of folders that cannot be listed. */
export const diskFiles = (onError: (path: string, error: unknown) => void): FileAccess => ({
  list: (folders) => Promise.all(folders.map((folder) => onDisk(folder, listFolder, onError))),
  read: (files) => Promise.all(files.map((file) => onDisk(file, readText, () => {}))),
});

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

async function listFolder(path: string): Promise<FolderEntry[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const kinds = await Promise.all(entries.map((entry) => kindOf(join(path, entry.name), entry)));
  return entries.flatMap(({ name }, i) => (kinds[i] ? [{ name, isFolder: kinds[i] === 'folder' }] : []));
}

/** Links to folders are not followed, so no loop can catch us. */
async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | undefined> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  // A link to nowhere or to itself does not exist.
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
  return target?.isFile() ? 'file' : undefined;
}

async function readText(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) throw new Error('too large');
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
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths.map((given) => resolve(given))) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
      found.add(path);
      continue;
    }
    const files = await findFiles(
      [pathToFileURL(path).href],
      diskFiles((uri, error) => onError(fileURLToPath(uri), error)),
      endings,
    );
    for (const uri of files) if (endings.some((ending) => uri.endsWith(ending))) found.add(fileURLToPath(uri));
  }
  return [...found];
}
