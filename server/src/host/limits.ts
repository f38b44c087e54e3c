/** Which texts are not analysed. */
import { MAX_FILE_LENGTH } from '../core/python/file.ts';
import { type Message, t } from '../core/text/language.ts';

/** Files that are longer are not read. No Python file of that size is analysed, but lock files come close to it. */
export const MAX_FILE_BYTES = 16_000_000;

/** Why a text is left alone, to complete "it is ..."; null for a text that is analysed. */
export function reasonToSkip(text: string): Message | null {
  if (text.length > MAX_FILE_LENGTH) return t`too long`;
  return text.includes('\0') ? t`not text` : null;
}
