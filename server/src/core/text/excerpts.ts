/** Code as a part of a sentence. */

const LONGEST = 60;

/** Code, or a sentence with code in it, on one line. */
export const inOneLine = (text: string): string =>
  text.includes('\n') || text.includes('\r')
    ? text
        .replace(/,\s*[\r\n]\s*(?=[)\]}])/g, '')
        .replace(/\s*[\r\n]\s*(?=\.\w)/g, '')
        .replace(/\s+/g, ' ')
        .replace(/([([{]) | (?=[)\]}])/g, '$1')
        .trim()
    : text;

/** Code on one line; what is too long ends in dots. */
export function onOneLine(code: string): string {
  const line = inOneLine(code);
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
