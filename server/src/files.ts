/** Finds the Python files the command line checks. */
import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

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
  ...['.pyenv', '.pytest_cache', '.pytype', '.ruff_cache', '.svn', '.tox', '.venv', '.vscode', '__pycache__'],
  ...['__pypackages__', '_build', 'buck-out', 'build', 'dist', 'node_modules', 'site-packages', 'venv'],
]);

/**
 * The files among the paths and those under the folders among them whose names end so, as absolute paths, each once, in
 * a stable order. Links to folders are not followed, so no loop can catch us. `onError` hears of folders that cannot be read.
 */
export function findPythonFiles(
  paths: readonly string[],
  onError: (path: string, error: unknown) => void,
  endings: readonly string[] = ['.py'],
): string[] {
  const found = new Set<string>();
  const walk = (folder: string): void => {
    for (const entry of readFolder(folder, onError)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !existsSync(join(path, 'pyvenv.cfg'))) walk(path);
      } else if (endings.some((ending) => entry.name.endsWith(ending)) && isFile(path)) {
        found.add(path);
      }
    }
  };
  for (const path of paths.map((given) => resolve(given))) {
    if (isFile(path)) found.add(path);
    else walk(path);
  }
  return [...found];
}

function readFolder(folder: string, onError: (path: string, error: unknown) => void): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    onError(folder, error);
    return [];
  }
}

// A link to nowhere or to itself does not exist, whereas asking what it is would throw.
const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
