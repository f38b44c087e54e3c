/** Python files and notebooks as bytes: read as the engine takes them, and edited in their own encoding and line ends. */
import { applyEdits } from '../core/edits/edit-text.ts';
import { editsByCell, joinCells, partsOf, type Source } from '../core/python/notebook.ts';
import type { Edit } from '../core/text/edit.ts';
import { t } from '../core/text/language.ts';
import { reasonToSkip } from '../host/limits.ts';
import { type NotebookFile, readNotebook, writeNotebook } from '../host/notebook-file.ts';
import { type Decoded, decode, splice } from './encodings.ts';

export interface SourceFile {
  /** What the engine understands; null for a notebook in another language. */
  readonly source: Source | null;
  readonly notebook: NotebookFile | null;
  /** The whole file as its bytes decode, less a mark of UTF-8. */
  readonly text: string;
  readonly decoded: Decoded;
}

const BOM = '\uFEFF';

/** Understands the bytes of a file; throws an error that completes "is not analysed:" where they cannot be. */
export function sourceFile(bytes: Buffer, isNotebook: boolean): SourceFile {
  const decoded = decode(bytes, isNotebook);
  const text = decoded.text.startsWith(BOM) ? decoded.text.slice(1) : decoded.text;
  const notebook = isNotebook ? readNotebook(text) : null;
  const source = notebook ? (notebook.isPython ? joinCells(notebook.cells) : null) : withLineFeeds(text);
  const reason = source === null ? null : reasonToSkip(partsOf(source).text);
  if (reason !== null) throw new Error(t`it is ${reason}.`);
  return { source, notebook, text, decoded };
}

/** Python ends a line at a carriage return too, which the engine does not know; all offsets stay. */
const withLineFeeds = (text: string): string => (text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text);

/** The file after edits of what the engine was given. Throws an error that completes "is not fixed:". */
export function editSourceFile(file: SourceFile, edits: readonly Edit[]): SourceFile {
  const { source, notebook, text, decoded } = file;
  const shift = decoded.text.length - text.length;
  if (!notebook || !source || typeof source === 'string') {
    const hasReturnsOnly = !text.includes('\n') && text.includes('\r');
    const own = edits.map((edit) => ({
      start: edit.start + shift,
      end: edit.end + shift,
      text: hasReturnsOnly ? edit.text.replaceAll('\n', '\r') : edit.text,
    }));
    return sourceFile(splice(decoded, own, applyEdits(decoded.text, own)), false);
  }
  const byIndex = new Map([...editsByCell(source, edits)].map(([{ index }, own]) => [index, own]));
  return sourceFile(splice(decoded, [], decoded.text.slice(0, shift) + writeNotebook(notebook, byIndex)), true);
}
