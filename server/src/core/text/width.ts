/** How wide texts are on a terminal, where characters of Chinese, Japanese and Korean take two columns, and where their lines break. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** The columns that a text of one line takes; what marks the letter before it takes none. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /\p{Mn}|\u200d/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** A text that takes at least so many columns. */
export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** A word with the punctuation around it, or one wide character with that behind it: nothing of these is broken. */
const UNBREAKABLE =
  /[（“‘《【「]*(?:[\u2e80-\u2fff\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff]|[^\s\u2e80-\u2fff\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff（“‘《【「、。，；：？！）”’》】」]+)?[、。，；：？！）”’》】」]*/gu;

/** Breaks a text into lines and keeps its indentation; a word that is longer than a line stays whole. */
export function wrapTo(text: string, width: number): string[] {
  const [indent = ''] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = '';
  const put = (piece: string, gap: string): void => {
    if (line.trim() !== '' && widthOf(indent + line + gap + piece) > width) {
      lines.push(indent + line.trimEnd());
      line = piece;
    } else line += line === '' ? piece : gap + piece;
  };
  for (const word of text.slice(indent.length).split(' ')) {
    const [first = '', ...rest] = (word.match(UNBREAKABLE) ?? []).filter((piece) => piece !== '');
    put(first, ' ');
    for (const piece of rest) put(piece, '');
  }
  return [...lines, indent + line.trimEnd()];
}
