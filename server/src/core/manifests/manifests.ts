/**
 * Which versions of torch and its neighbours a file runs with, read as text from the manifests of its project.
 * Nothing is executed; where no file says, the newest version known is assumed.
 *
 * For a file and a package, the manifests of its folder and of the folders above are asked, the nearest folder first,
 * and within a folder by authority: lock files, requirements, `pyproject.toml`, setup files, environments, and last what
 * is installed in a virtual environment. The first that names one version decides, if all that were asked before it and
 * named a range allow that version; one that contradicts a nearer range belongs to another project, and ends the
 * search. Where nobody names one version, the newest release that all those ranges allow is assumed, and where they
 * allow the newest known, or allow nothing together, there is no answer: that is the newest.
 *
 * Conditions are not judged: of what one file says twice, under different markers or in different groups, the newer
 * counts. A manifest in `requirements/`, `conda/` and the like speaks for the folder above.
 */

import type { NamedVersion } from '../contract/project.ts';
import { type ProjectConfig, readConfig } from '../settings/pyproject.ts';
import { mergeSettings, type Settings, settingsIn } from '../settings/settings.ts';
import { folderOf } from '../text/paths.ts';
import { readCondaLock, readPipfileLock, readTomlLock } from './locks.ts';
import { ANY_VERSION, both, newestIn, type Range } from './ranges.ts';
import {
  type Manifest,
  NO_REQUIREMENTS,
  normalName,
  type Requirement,
  readRequirements,
  wheelOf,
} from './requirements.ts';
import { readScripts } from './scripts.ts';
import { readEnvironment, readPipfile, readPixiToml, readPyproject, readSetupCfg, readSetupPy } from './tables.ts';

/** A function that a manifest makes a command, and the manifest. */
export interface Script {
  /** `pkg.cli:main` */
  readonly target: string;
  readonly path: string;
}

interface Kind {
  readonly name: RegExp;
  read(text: string, path: string): Manifest;
}

const readInstalled = (_text: string, path: string): Manifest => {
  const [, folder = ''] = INSTALLED.exec(path) ?? [];
  const wheel = wheelOf(`${folder}.whl`);
  return wheel ? { requirements: [{ ...wheel, start: 0 }], includes: [] } : NO_REQUIREMENTS;
};

const INSTALLED = /(?:^|\/)[^/]+\/(?:lib\/python[^/]*|Lib)\/site-packages\/([^/]+)\.dist-info(?:\/METADATA)?$/;

/** By authority. */
const KINDS: readonly Kind[] = [
  { name: /(^|\/)(uv|poetry|pdm)\.lock$/, read: readTomlLock },
  { name: /(^|\/)pylock(\.[\w.-]+)?\.toml$/, read: readTomlLock },
  { name: /(^|\/)Pipfile\.lock$/, read: readPipfileLock },
  { name: /(^|\/)pixi\.lock$/, read: readCondaLock },
  { name: /(^|\/)(conda-lock\.ya?ml|conda-[\w.-]+\.lock)$/, read: readCondaLock },
  { name: /(^|\/)(requirements|reqs?)\.txt$/, read: readRequirements },
  { name: /(^|\/)([^/]*requirements[^/]*|reqs?[-_][^/]*)\.(txt|in)$/, read: readRequirements },
  { name: /(^|\/)requirements\/[^/]+\.(txt|in)$/, read: readRequirements },
  { name: /(^|\/)constraints[^/]*\.txt$/, read: readRequirements },
  { name: /(^|\/)pyproject\.toml$/, read: readPyproject },
  { name: /(^|\/)setup\.cfg$/, read: readSetupCfg },
  { name: /(^|\/)setup\.py$/, read: readSetupPy },
  { name: /(^|\/)Pipfile$/, read: readPipfile },
  { name: /(^|\/)pixi\.toml$/, read: readPixiToml },
  { name: /(^|\/)[^/]*(environment|conda)[^/]*\.ya?ml$/, read: readEnvironment },
  { name: INSTALLED, read: readInstalled },
];

/** All files that `Manifests` understands, as globs for watchers and searches; some match a file more than `isManifest` does. */
export const MANIFEST_GLOBS: readonly string[] = [
  '**/{uv,poetry,pdm,pixi,Pipfile,conda-*}.lock',
  '**/pylock*.toml',
  '**/conda-lock.{yml,yaml}',
  '**/*requirements*.{txt,in}',
  '**/req*.{txt,in}',
  '**/requirements/*.{txt,in}',
  '**/constraints*.txt',
  '**/{pyproject,pixi}.toml',
  '**/setup.{cfg,py}',
  '**/Pipfile',
  '**/*{environment,conda}*.{yml,yaml}',
  '**/{lib/python*,Lib}/site-packages/*.dist-info/METADATA',
];

const kindOf = (path: string): number => KINDS.findIndex((kind) => kind.name.test(path));

/** True for files that may name versions or hold settings, by their paths with forward slashes. */
export const isManifest = (path: string): boolean => kindOf(path) >= 0;

/** True where the path alone says everything, so that the text need not be read. */
export const isInstalledPackage = (path: string): boolean => INSTALLED.test(path);

/** What is longer is no file somebody wrote, nor one a tool wrote for a project of a plausible size. */
const LONGEST = 16_000_000;

interface Known extends Manifest {
  readonly path: string;
  /** Of its text, which is not kept. */
  readonly print: string;
  /** The folder whose files it speaks for. */
  readonly home: string;
  readonly authority: number;
  readonly byName: ReadonlyMap<string, Requirement>;
  /** Settings for Seedwise, in a `pyproject.toml` that has some. */
  readonly config: ProjectConfig | null;
  readonly scripts: readonly string[];
}

/** The manifests of a workspace. */
export class Manifests {
  readonly #known = new Map<string, Known>();
  readonly #answers = new Map<string, NamedVersion | null>();
  #scripts: readonly Script[] = [];
  readonly #merged = new WeakMap<ProjectConfig, WeakMap<Settings, Settings>>();

  /** Takes a manifest in, or its new text; true when it may say something else now. */
  set(path: string, text: string): boolean {
    const before = this.#known.get(path);
    const print = fingerprint(text);
    if (before?.print === print) return false;
    const index = kindOf(path);
    // A file that others include is a list of requirements, whatever it is called.
    const read = KINDS[index]?.read ?? readRequirements;
    const { requirements, includes } = text.length > LONGEST ? NO_REQUIREMENTS : read(text, path);
    const config = /(^|\/)pyproject\.toml$/.test(path) ? readConfig(path, text) : null;
    const scripts = text.length > LONGEST ? [] : readScripts(path, text);
    this.#known.set(path, {
      path,
      print,
      home: homeOf(path),
      authority: index < 0 ? KINDS.length : index,
      requirements,
      includes,
      byName: new Map(requirements.map((each) => [each.name, each])),
      config,
      scripts,
    });
    this.#answers.clear();
    this.#collectScripts();
    const saysSomething = (each: Pick<Known, 'requirements' | 'includes' | 'config' | 'scripts'>): boolean =>
      each.requirements.length + each.includes.length + each.scripts.length > 0 || each.config !== null;
    return (
      saysSomething({ requirements, includes, config, scripts }) || (before !== undefined && saysSomething(before))
    );
  }

  /** True when it was known. */
  delete(path: string): boolean {
    this.#answers.clear();
    const wasKnown = this.#known.delete(path);
    this.#collectScripts();
    return wasKnown;
  }

  /** The commands that projects install. The same list as long as they are the same. */
  get scripts(): readonly Script[] {
    return this.#scripts;
  }

  #collectScripts(): void {
    const scripts = [...this.#known.values()].flatMap(({ path, scripts }) =>
      scripts.map((target) => ({ target, path })),
    );
    if (JSON.stringify(scripts) !== JSON.stringify(this.#scripts)) this.#scripts = scripts;
  }

  has(path: string): boolean {
    return this.#known.has(path);
  }

  /** Files that known ones include and that nobody has read yet. */
  get missing(): readonly string[] {
    return [...this.#known.values()].flatMap((each) =>
      each.includes.map((name) => resolve(each.path, name)).filter((path) => !this.#known.has(path)),
    );
  }

  /** The version of a package that a file runs with; null is the newest. */
  versionOf(packageName: string, path: string): NamedVersion | null {
    const folder = folderOf(path);
    const name = normalName(packageName);
    const key = `${name}\0${folder}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#decide(name, folder);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** Settings that hold instead of those of all projects; null for none at all, undefined for those of the projects. */
  override: ProjectConfig | null | undefined;

  /** The settings of the project a file is in: those of the nearest `pyproject.toml` above it that has some. */
  configOf(path: string): ProjectConfig | null {
    if (this.override !== undefined) return this.override;
    const above = [...this.#known.values()].filter(({ config, home }) => config && isBelow(path, home));
    return above.sort((a, b) => b.home.length - a.home.length)[0]?.config ?? null;
  }

  /** The settings of a file, of those the user set and those of its project. The same object for the same settings. */
  settingsOf(path: string, user: Settings): Settings {
    const config = this.configOf(path);
    if (!config) return user;
    const known = this.#merged.get(config) ?? new WeakMap<Settings, Settings>();
    const settings = known.get(user) ?? mergeSettings(config.settings, user);
    this.#merged.set(config, known.set(user, settings));
    const home = folderOf(config.path);
    return settingsIn(settings, isBelow(path, home) ? path.slice(home === '' ? 0 : home.length + 1) : path);
  }

  /** The settings in one `pyproject.toml`. */
  configAt(path: string): ProjectConfig | null {
    return this.#known.get(path)?.config ?? null;
  }

  /** All settings that projects of the workspace have. */
  get configs(): readonly ProjectConfig[] {
    return [...this.#known.values()].flatMap(({ config }) => config ?? []);
  }

  #decide(name: string, folder: string): NamedVersion | null {
    let allowed: Range = ANY_VERSION;
    let first: { path: string; start: number } | undefined;
    for (const { path, requirement } of this.#asked(name, folder)) {
      const { range, start } = requirement;
      if (range === ANY_VERSION) continue;
      if (range.exact === null) {
        allowed = both(allowed, range);
        if (newestIn(range, name) !== null) first ??= { path, start };
        continue;
      }
      if (!allowed.allows(range.exact)) break;
      return { version: range.exact, path, start, isExact: true };
    }
    const version = newestIn(allowed, name);
    return version !== null && first ? { version, ...first, isExact: false } : null;
  }

  /** What is said about a package, in the order in which it counts. */
  *#asked(name: string, folder: string): Generator<{ path: string; requirement: Requirement }> {
    const above = [...this.#known.values()].filter(
      ({ home, byName, includes, authority }) =>
        // What is no manifest by its name speaks through those that include it.
        authority < KINDS.length && (byName.has(name) || includes.length > 0) && isBelow(`${folder}/`, home),
    );
    above.sort(
      (a, b) =>
        b.home.length - a.home.length ||
        a.authority - b.authority ||
        a.path.length - b.path.length ||
        (a.path < b.path ? -1 : 1),
    );
    const seen = new Set<string>();
    for (const each of above) yield* this.#said(each, name, seen);
  }

  *#said(manifest: Known, name: string, seen: Set<string>): Generator<{ path: string; requirement: Requirement }> {
    if (seen.has(manifest.path)) return;
    seen.add(manifest.path);
    const requirement = manifest.byName.get(name);
    if (requirement) yield { path: manifest.path, requirement };
    for (const include of manifest.includes) {
      const included = this.#known.get(resolve(manifest.path, include));
      if (included) yield* this.#said(included, name, seen);
    }
  }
}

function fingerprint(text: string): string {
  let hash = 5381;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 33) + text.charCodeAt(i)) | 0;
  return `${text.length} ${hash}`;
}

const isBelow = (path: string, folder: string): boolean => folder === '' || path.startsWith(`${folder}/`);

/** Folders that hold a project's manifests and none of its code. */
const MANIFEST_FOLDER = /(?:^|\/)(?:requirements|reqs|conda|envs?|environments?)$/;

function homeOf(path: string): string {
  if (INSTALLED.test(path)) return path.replace(INSTALLED, '');
  const folder = folderOf(path);
  return MANIFEST_FOLDER.test(folder) ? folderOf(folder) : folder;
}

/** The path a name relative to a file leads to. */
function resolve(from: string, name: string): string {
  const parts = name.startsWith('/') ? [] : folderOf(from).split('/');
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts
    .join('/')
    .replace(/^\/?(?=.)/, (slash) => (name.startsWith('/') || from.startsWith('/') ? slash || '/' : ''));
}
