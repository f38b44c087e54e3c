/** Patterns for paths as settings have them, in linear time for each pair of folders: `*`, `?`, and `**` for folders. */
import { matchesPattern } from './patterns.ts';

/**
 * True where a pattern is about a path, relative to the folder the pattern is meant from. A pattern without a slash is
 * the name of a file or folder anywhere; one with a slash starts at the folder. What matches a folder is about all in it.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const trimmed = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  const parts = path.split('/');
  if (!trimmed.includes('/')) return parts.some((part) => matchesPattern(trimmed, part, true));
  return matchesParts(trimmed.replace(/^\//, '').split('/'), parts);
}

/** True for texts that are patterns rather than names. */
export const isGlob = (text: string): boolean => /[*?]/.test(text);

/** Which beginnings of the pattern match what has been read of the path; the whole of it then covers what is below. */
function matchesParts(pattern: readonly string[], path: readonly string[]): boolean {
  let reached = throughStars(pattern, new Set([0]));
  for (const part of path) {
    const next = new Set<number>();
    for (const at of reached) {
      const wanted = pattern[at];
      if (wanted === undefined) return true;
      if (wanted === '**') next.add(at);
      else if (matchesPattern(wanted, part, true)) next.add(at + 1);
    }
    reached = throughStars(pattern, next);
  }
  return reached.has(pattern.length);
}

/** `**` stands for no folder too. */
function throughStars(pattern: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (pattern[at] === '**') reached.add(at + 1);
  return reached;
}
