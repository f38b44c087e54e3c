/** `--watch`: the same check again whenever something below the named folders changes. */
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isManifest } from '../core/manifests/manifests.ts';
import { isGlob } from '../core/text/globs.ts';
import { t } from '../core/text/language.ts';
import { reasonOf, say } from './say.ts';

/** Editors write a file in several steps. */
const PAUSE_MS = 150;

const isOfInterest = (name: string): boolean =>
  /\.(py|ipynb)$/.test(name) || isManifest(name.replaceAll('\\', '/')) || name.endsWith('.gitignore');

/** Checks, and checks again after each change, until it is stopped; a check that fails is said, and the next one made. */
export async function watching(rest: readonly string[], check: () => Promise<number>): Promise<never> {
  let changed: () => void = () => {};
  const watchers = foldersOf(rest).map((folder) => follow(folder, () => changed()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const watcher of watchers) watcher?.close();
      process.exit(0);
    });
  }
  for (;;) {
    const next = new Promise<void>((done) => {
      changed = done;
    });
    if (process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
    try {
      await check();
    } catch (error) {
      say(reasonOf(error));
    }
    say(t`waiting for changes; stop by Ctrl+C.`);
    await next;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

/** The folders that were named, those of named files, and what patterns start from. */
function foldersOf(rest: readonly string[]): string[] {
  const folders = (rest.length > 0 ? rest : ['.']).map((each) => {
    const path = resolve(isGlob(each) ? '.' : each);
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
  });
  return [...new Set(folders)];
}

function follow(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { recursive: true }, (_, name) => {
      if (name === null || isOfInterest(name.toString())) changed();
    });
    watcher.on('error', (error) => say(t`changes in ${folder} are not seen: ${reasonOf(error)}`));
    return watcher;
  } catch (error) {
    say(t`changes in ${folder} are not seen: ${reasonOf(error)}`);
    return undefined;
  }
}
