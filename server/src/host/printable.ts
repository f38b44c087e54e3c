/**
 * What strangers wrote, as names of files, keys and code, made fit to be printed: it cannot colour a terminal, turn its
 * text around, begin another line, or speak to the runner of a build.
 */

/** Controls, marks that are not seen or turn text around, ends of lines, halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** How GitHub, Azure and TeamCity are spoken to from anywhere in a line. */
const COMMAND = /##(?=\w*\[)/g;

/** The text on one line, with escapes as Python has them. */
export const printable = (text: string): string => text.replace(UNSEEN, escaped).replace(COMMAND, '#\\x23');

/** The same for a name that may begin a line, where `::` speaks to GitHub. */
export const printableName = (name: string): string => printable(name).replace(/^(?=\s*::)/, './');

/** The same for lines of code: tabs and both kinds of line ends stay. */
export const printableCode = (text: string): string => text.replace(/[^\t\r\n]+|\r(?!\n)/g, printable);

/** JSON that says the same, without what a terminal or a runner would take for its own. */
export const printableJson = (json: string): string =>
  json
    .replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (each) =>
      Array.from({ length: each.length }, (_, i) => `\\u${hex(each.charCodeAt(i), 4)}`).join(''),
    )
    .replace(COMMAND, '#\\u0023');

function escaped(each: string): string {
  const code = each.codePointAt(0)!;
  if (each === '\n') return '\\n';
  if (each === '\r') return '\\r';
  if (each === '\t') return '\\t';
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
