/** Which files a call of the command line is about: those that are named, those a pattern means, those in folders. */
import { statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isGlob, matchesGlob } from '../core/text/globs.ts';
import { t } from '../core/text/language.ts';
import { type Fence, realPath } from '../host/fence.ts';
import { findPythonFiles } from '../host/files.ts';
import { Gitignores } from './gitignore.ts';
import { topOf } from './projects.ts';
import { UsageError } from './say.ts';

const ENDINGS = ['.py', '.ipynb'];

/** What was given for a path, and what it is. */
export interface Target {
  readonly given: string;
  /** The file, the folder, or the folder below which a pattern means files. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'glob' | 'stdin';
  /** The pattern from the folder. */
  readonly glob?: string;
}

/** Takes paths apart; throws a `UsageError` for one that is not there. `-` is standard input, judged as a file. */
export function targetsOf(given: readonly string[], stdinName: string | undefined): Target[] {
  if (given.includes('-') && given.length > 1) throw new UsageError(t`'-' stands for itself alone.`);
  if (stdinName !== undefined && given[0] !== '-') throw new UsageError(t`'--stdin-filename' needs '-'.`);
  return given.map((each): Target => {
    if (each === '-') return { given: each, path: spelled(resolve(stdinName ?? 'stdin.py')), kind: 'stdin' };
    const stat = statSync(each, { throwIfNoEntry: false });
    if (stat) return { given: each, path: spelled(resolve(each)), kind: stat.isDirectory() ? 'folder' : 'file' };
    if (!isGlob(each)) throw new UsageError(t`there is no file or folder '${each}'.`);
    const parts = each.split(/[\\/]/);
    const fixed = parts.slice(0, parts.findIndex(isGlob));
    const folder = spelled(resolve(fixed.join('/') || (each.startsWith('/') ? '/' : '.')));
    return { given: each, path: folder, kind: 'glob', glob: `/${parts.slice(fixed.length).join('/')}` };
  });
}

/** The path as the disk spells it, where upper and lower case are the same there; links are left as they are. */
function spelled(path: string): string {
  const real = realPath(path);
  return real.toLowerCase() === path.toLowerCase() ? real : path;
}

export interface Selection {
  readonly fence: Fence;
  readonly honoursGitignore: boolean;
  /** Whether named files may be excluded too. */
  readonly excludesNamed: boolean;
  excludes(path: string): boolean;
  /** Hears of folders that cannot be read. */
  onError(path: string, error: unknown): void;
}

export interface Inputs {
  /** Absolute, each once, in a stable order. */
  readonly files: readonly string[];
  /** Those that were given one by one. */
  readonly named: ReadonlySet<string>;
  /** What was given and led to no file. */
  readonly empty: readonly Target[];
}

/** The files that targets mean. */
export async function findInputs(targets: readonly Target[], selection: Selection): Promise<Inputs> {
  const files = new Set<string>();
  const named = new Set<string>();
  const empty: Target[] = [];
  for (const target of targets) {
    if (target.kind === 'file' || target.kind === 'stdin') {
      if (selection.excludesNamed && selection.excludes(target.path)) continue;
      files.add(target.path);
      named.add(target.path);
      continue;
    }
    const found = await filesBelow(target, selection);
    if (found.length === 0) empty.push(target);
    for (const path of found) files.add(path);
  }
  return { files: [...files], named, empty };
}

async function filesBelow({ path: folder, glob }: Target, selection: Selection): Promise<string[]> {
  const { fence, honoursGitignore, excludes, onError } = selection;
  const found = await findPythonFiles([folder], onError, ENDINGS, (path) => fence.holds(path));
  const ignores = honoursGitignore ? new Gitignores(topOf(folder), folder) : null;
  return found.filter(
    (path) =>
      (glob === undefined || matchesGlob(glob, relative(folder, path).split(sep).join('/'))) &&
      !ignores?.ignores(path) &&
      !excludes(path),
  );
}

/** True where one of the patterns, meant from a folder, is about a path. */
export function isExcluded(path: string, folder: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false;
  const name = relative(folder, path).split(sep).join('/');
  // A pattern for paths says nothing about what lies elsewhere; a name does.
  return patterns.some(
    (pattern) => (name.startsWith('../') ? !pattern.includes('/') : true) && matchesGlob(pattern, name),
  );
}

/** The folder a relative path of the settings is meant from. */
export const homeOf = (config: { readonly path: string }): string => resolve(join(dirname(config.path)));
