/**
 * What former runs have found, in a folder of the user's: a run in which nothing has changed is answered from it. An entry
 * holds hashes and findings, and counts only where every text and setting that has a say is the same, and so is Seedwise.
 */
import { createHash, type Hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRegular } from './disk.ts';
import type { Findings } from './judging.ts';
import type { Values } from './options.ts';
import type { CheckSession, Told } from './session.ts';

/** Of findings that are kept: whoever changes what is kept changes it. */
const FORMAT = 1;
/** More entries are not kept; the ones that were used last stay. */
const MOST_ENTRIES = 64;

/** What a run has found, and what went wrong. */
export interface Kept extends Findings {
  readonly problems: readonly Told[];
}

/** The folder where a user's programs keep what they can do without; null where there is none. */
export function usualFolder(): string | null {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA ? join(LOCALAPPDATA, 'seedwise', 'cache') : null;
  try {
    if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'seedwise');
    // A relative path is none, as the specification has it.
    const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache');
    return isAbsolute(base) ? join(base, 'seedwise') : null;
  } catch {
    return null;
  }
}

/** The cache that the options ask for, whose key begins with all of them; null where they want none. */
export function cacheOf(values: Values): Cache | null {
  if (values['no-cache'] === true) return null;
  const folder = typeof values.cache === 'string' ? values.cache : usualFolder();
  const program = printOfProgram();
  if (folder === null || program === null) return null;
  const cache = new Cache(folder, program);
  // Findings are kept in the language in which they were said.
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  cache.note(values.lang, LC_ALL, LC_MESSAGES, LANG);
  return cache;
}

/** Tells this build from others; null where the program is no bundle, of which one file tells all. */
function printOfProgram(): string | null {
  try {
    const path = fileURLToPath(import.meta.url);
    if (path.endsWith('.ts')) return null;
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}

export class Cache {
  readonly #folder: string;
  readonly #key: Hash;
  #path: string | undefined;
  /** Of the files as they were when the key was made. */
  readonly #prints = new Map<string, string>();

  constructor(folder: string, program: string) {
    this.#folder = folder;
    this.#key = createHash('sha256').update(JSON.stringify([FORMAT, program, process.cwd()]));
  }

  /** Something that has a say in the findings. */
  note(...parts: readonly unknown[]): void {
    // Each part with its length before it, so that no two lists are written alike.
    for (const part of parts) {
      const text = JSON.stringify(part) ?? 'undefined';
      this.#key.update(`${text.length}:${text}`);
    }
  }

  /** What a run over the same files has found; undefined where none is known. */
  recall(session: CheckSession, wantsReplacements: boolean): Kept | undefined {
    const { settings, all, files, named, version, notes } = session;
    this.note(settings, session.workspace.manifests.override, files, [...named], notes, version, wantsReplacements);
    for (const path of all) {
      const print = printOf(path);
      this.#prints.set(path, print);
      this.note(path, print);
    }
    const name = this.#key.digest('hex');
    this.#path = join(this.#folder, `${name}.json`);
    const kept = recallEntry<Kept>(this.#path);
    // The one that is used stays.
    if (kept) attempt(() => utimesSync(this.#path!, new Date(), new Date()));
    return kept;
  }

  /** Keeps what was found, unless a file has changed meanwhile. What cannot be written is not kept. */
  keep(kept: Kept): void {
    const path = this.#path;
    if (path === undefined || ![...this.#prints].every(([each, print]) => printOf(each) === print)) return;
    keepEntry(path, kept);
  }
}

/** Writes an entry of a folder of entries, whose name is a `sha` and `.json`; what cannot be written is not kept. */
export function keepEntry(path: string, kept: unknown): void {
  attempt(() => {
    const folder = dirname(path);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const text = JSON.stringify(kept);
    // Whoever reads meanwhile finds the old entry or the new one.
    const draft = `${path}.${process.pid}.draft`;
    writeFileSync(draft, `${sha(text)}\n${text}`, { flag: 'wx', mode: 0o600 });
    renameSync(draft, path);
    removeOld(folder);
  });
}

/** The SHA-256 of a content, in hexadecimal digits. */
export const sha = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** The content of a file, as far as it can be read. */
function printOf(path: string): string {
  try {
    return sha(readRegular(path));
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code ?? error);
  }
}

/** An entry that is whole; undefined for anything else. */
export function recallEntry<T>(path: string): T | undefined {
  return attempt(() => {
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    return text.slice(0, end) === sha(text.slice(end + 1)) ? (JSON.parse(text.slice(end + 1)) as T) : undefined;
  });
}

/** Removes the entries that were used longest ago, and what runs that were killed have left. */
function removeOld(folder: string): void {
  const own = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.json(\.\d+\.draft)?$/.test(name));
  const entries = own.map((name) => ({ path: join(folder, name), used: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of entries.sort((a, b) => b.used - a.used).slice(MOST_ENTRIES)) rmSync(path, { force: true });
}

/** A cache is a help and no duty: where the disk does not want, it goes without. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
