/** Keeps reading and writing inside some folders, wherever links lead. */
import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** The folders a run may read and write in, and what it was kept from. */
export class Fence {
  readonly #tops: readonly string[];
  readonly #verdicts = new Map<string, boolean>();
  /** Paths outside that something inside led to. */
  readonly outside = new Set<string>();

  constructor(tops: readonly string[]) {
    this.#tops = tops.map(realPath);
  }

  /** True for what lies inside once links are followed; what does not is remembered. */
  holds(path: string): boolean {
    const known = this.#verdicts.get(path);
    if (known !== undefined) return known;
    const verdict = isBelow(realPath(path), this.#tops);
    this.#verdicts.set(path, verdict);
    if (!verdict) this.outside.add(path);
    return verdict;
  }
}

/** True for a path that is one of the folders, or lies in one; links are not looked at. */
export const isBelow = (path: string, tops: readonly string[]): boolean =>
  tops.some((top) => path === top || path.startsWith(top.endsWith(sep) ? top : top + sep));

/** Where a path leads; of one that is not there, where its folder leads. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), path.slice(folder.length).replace(/^[\\/]/, ''));
  }
}
