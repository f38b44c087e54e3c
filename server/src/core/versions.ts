/**
 * Which versions of torch and its neighbours a project uses, read as text from the files that name them.
 * Nothing is executed; where no file says, the newest version known is assumed.
 */

/** Versions by the names of their packages, as PyPI spells them in lower case: `torch`, `albumentations`. */
export type Versions = ReadonlyMap<string, string>;

/** All files that name versions, as globs for watchers. */
export const MANIFEST_GLOBS: readonly string[] = ['**/requirements*.txt'];

/** True for files that name versions, by their paths with forward slashes; hosts read these and Python files, and no others. */
export const isManifest = (path: string): boolean => /(^|\/)requirements[^/]*\.txt$/.test(path);

/** The versions a file pins; empty for a text that cannot be read. */
export function versionsIn(_path: string, text: string): Versions {
  const pins = text.matchAll(/^\s*([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*===?\s*([0-9][\w.+!-]*)/gm);
  return new Map([...pins].map(([, name, version]) => [name!.toLowerCase().replace(/[._]+/g, '-'), version!]));
}
