/**
 * Reads what a project says about itself, for the command line: the manifests in its folders, those of the folders above
 * as far as they belong to the same repository, and what is installed in its virtual environments.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { isInstalledPackage, isManifest, type Manifests } from './core/manifests.ts';
import { findFiles } from './files.ts';

/** Takes in all manifests that may speak for files below the folders; what cannot be read is left out. */
export function readManifests(folders: readonly string[], manifests: Manifests): void {
  const tops = folders.map(repositoryOf);
  const above = new Set(folders.flatMap((folder, i) => foldersBetween(folder, tops[i]!)));
  const found = new Set([
    ...findFiles(
      folders,
      (path) => isManifest(withSlashes(path)),
      () => {},
    ),
    ...[...above].flatMap((folder) => namesIn(folder).map((name) => join(folder, name))),
    ...[...folders, ...above].flatMap(installedPackages),
  ]);
  for (const path of found) if (isManifest(withSlashes(path))) take(path, manifests);
  // Files that others include may include more.
  for (let missing = manifests.missing; missing.length > 0; missing = manifests.missing) {
    for (const path of new Set(missing)) {
      if (tops.some((top) => path.startsWith(`${withSlashes(top)}/`))) take(path, manifests);
      else manifests.set(path, '');
    }
  }
}

function take(path: string, manifests: Manifests): void {
  const name = withSlashes(path);
  manifests.set(name, isInstalledPackage(name) ? '' : readText(path));
}

/** Empty for what cannot be read. */
function readText(path: string): string {
  try {
    return new TextDecoder().decode(readFileSync(path));
  } catch {
    return '';
  }
}

/** The top of the repository a folder is in; the folder itself where it is in none. */
function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return folder;
  }
}

/** The folders above one, up to a top that is among them. */
function foldersBetween(folder: string, top: string): string[] {
  const between: string[] = [];
  for (let at = folder; at !== top; ) {
    at = dirname(at);
    between.push(at);
  }
  return between;
}

/** The places in a virtual environment right below the folder that tell which packages it holds. */
export function installedPackages(folder: string): string[] {
  return ['.venv', 'venv', 'env'].flatMap((name) => {
    const lib = join(folder, name, 'lib');
    const sites = [
      ...namesIn(lib).flatMap((each) => (each.startsWith('python') ? join(lib, each, 'site-packages') : [])),
      join(folder, name, 'Lib', 'site-packages'),
    ];
    return sites.flatMap((site) =>
      namesIn(site).flatMap((each) => (each.endsWith('.dist-info') ? join(site, each, 'METADATA') : [])),
    );
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const withSlashes = (path: string): string => path.split(sep).join('/');
