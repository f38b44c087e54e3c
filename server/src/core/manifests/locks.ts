/**
 * Lock files. They are long, written by machines and always laid out alike, so they are searched rather than parsed:
 * a lock file of megabytes costs milliseconds, and a broken one still says what it says.
 */
import { exactly, parseRange } from './ranges.ts';
import { condaName, type Manifest, merged, normalName, type Requirement } from './requirements.ts';

const requirement = (name: string, version: string, start: number): Requirement => ({
  name,
  range: exactly(version),
  start,
});

const manifest = (requirements: Iterable<Requirement>): Manifest => ({
  requirements: merged([...requirements]),
  includes: [],
});

/** `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml`: tables of packages, each with a name and a version. */
export function readTomlLock(text: string): Manifest {
  const tables = text.matchAll(/^\[\[packages?\]\][^\n]*\n((?:(?!\[)[^\n]*(?:\n|$))*)/gm);
  return manifest(
    [...tables].flatMap((table) => {
      const [, name] = /^name\s*=\s*["']([^"']+)["']/m.exec(table[1]!) ?? [];
      const [, version] = /^version\s*=\s*["']([^"']+)["']/m.exec(table[1]!) ?? [];
      return name !== undefined && version !== undefined ? [requirement(normalName(name), version, table.index)] : [];
    }),
  );
}

/** `Pipfile.lock`: JSON, where each package has a version such as `==2.1.0`. */
export function readPipfileLock(text: string): Manifest {
  const found: Requirement[] = [];
  // The sections are objects themselves, so what is searched are the packages in them.
  for (const section of text.matchAll(/"(?:default|develop)":\s*\{/g)) {
    const start = section.index + section[0].length;
    const packages = text.slice(start, endOfObject(text, start - 1));
    for (const entry of packages.matchAll(/"([\w.-]+)":\s*\{([^{}]*)\}/g)) {
      const [, version] = /"version":\s*"([^"]+)"/.exec(entry[2]!) ?? [];
      const range = version === undefined ? null : parseRange(version, 'pep440');
      if (range) found.push({ name: normalName(entry[1]!), range, start: start + entry.index });
    }
  }
  return manifest(found);
}

/** Behind the brace that closes the one at `start`; the text's end where none does. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i + 1;
  }
  return text.length;
}

const CONDA_ARCHIVE = /\/([\w.-]+)-(\d[\w.!]*)-[^-/\s]+\.(?:conda|tar\.bz2)\b/g;
const NAME_AND_VERSION = /^[ \t-]*name:[ \t]*["']?([\w.-]+)["']?[ \t]*\r?\n[ \t]*version:[ \t]*["']?([\w.+!]+)["']?/gm;

/** `pixi.lock`, `conda-lock.yml`, and the lists of addresses that conda itself writes. */
export function readCondaLock(text: string): Manifest {
  const archives = [...text.matchAll(CONDA_ARCHIVE)];
  const entries = [...text.matchAll(NAME_AND_VERSION)];
  return manifest(
    [...archives, ...entries].map((found) => requirement(condaName(found[1]!), found[2]!, startOf(found))),
  );
}

/** Past the blanks and line breaks a match begins with. */
const startOf = (found: RegExpExecArray): number => found.index + (/^[\s/-]*/.exec(found[0])?.[0].length ?? 0);
