/** Texts as parts of regular expressions, and patterns that strangers write, matched without ever going back far. */

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * True where a pattern matches a whole text: a `*` stands for any text, and with `single` a `?` for one character. The
 * time is that of pattern times text at most, however many stars there are.
 */
export function matchesPattern(pattern: string, text: string, single = false): boolean {
  let at = 0;
  let star = -1;
  let tried = 0;
  for (let i = 0; i < text.length; ) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      tried = i;
    } else if (wanted !== undefined && (wanted === text[i] || (single && wanted === '?'))) {
      at++;
      i++;
    } else if (star >= 0) {
      // What the last star stands for grows by one; no earlier star can do better.
      at = star + 1;
      i = ++tried;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
