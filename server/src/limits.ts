/** Which texts are not analysed. */
import { MAX_FILE_LENGTH } from './core/model.ts';

/** Files that are longer need not be read; a character has up to three bytes in UTF-8 for each UTF-16 unit. */
export const MAX_FILE_BYTES = 3 * MAX_FILE_LENGTH;

/** Why a text is left alone, to complete "it is ..."; null for a text that is analysed. */
export function reasonToSkip(text: string): string | null {
  if (text.length > MAX_FILE_LENGTH) return 'too long';
  return text.includes('\0') ? 'not text' : null;
}
