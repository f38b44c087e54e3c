/** Which texts are not analysed. */
import { MAX_FILE_LENGTH } from './core/model.ts';

/** Why a text is left alone, to complete "it is ..."; null for a text that is analysed. */
export function reasonToSkip(text: string): string | null {
  if (text.length > MAX_FILE_LENGTH) return 'too long';
  return text.includes('\0') ? 'not text' : null;
}
