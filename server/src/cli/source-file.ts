/** Python files and notebooks on disk: read as the engine takes them, and written back in their own encoding. */
import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { applyEdits } from '../core/edits/edit-text.ts';
import { editsByCell, joinCells, partsOf, type Source } from '../core/python/notebook.ts';
import type { Edit } from '../core/text/edit.ts';
import { reasonToSkip } from '../host/limits.ts';
import { type NotebookFile, readNotebook, writeNotebook } from '../host/notebook-file.ts';

export interface SourceFile {
  /** What the engine understands; null for a notebook in another language. */
  readonly source: Source | null;
  readonly notebook: NotebookFile | null;
  /** The whole file, as its bytes decode. */
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
  readonly hasBom: boolean;
}

const BOM = '\uFEFF';

/** Reads a file; throws an error that completes "is not analysed:" where it cannot be. */
export function readSourceFile(path: string): SourceFile {
  const bytes = readFileSync(path);
  const utf8 = bytes.toString('utf8');
  // What is not UTF-8 is read byte by byte: an older encoding agrees with that on all that is code.
  const encoding = utf8.includes('\uFFFD') && !Buffer.from(utf8).equals(bytes) ? 'latin1' : 'utf8';
  const text = encoding === 'utf8' ? utf8 : bytes.toString('latin1');
  const hasBom = text.startsWith(BOM);
  return sourceFile({ text: hasBom ? text.slice(1) : text, encoding, hasBom }, path.endsWith('.ipynb'));
}

function sourceFile(
  { text, encoding, hasBom }: Pick<SourceFile, 'text' | 'encoding' | 'hasBom'>,
  isNotebook: boolean,
): SourceFile {
  const notebook = isNotebook ? readNotebook(text) : null;
  const source = notebook ? (notebook.isPython ? joinCells(notebook.cells) : null) : text;
  const reason = source && reasonToSkip(partsOf(source).text);
  if (reason) throw new Error(`it is ${reason}.`);
  return { source, notebook, text, encoding, hasBom };
}

/** The file after edits of what the engine was given. */
export function editSourceFile(file: SourceFile, edits: readonly Edit[]): SourceFile {
  const { source, notebook } = file;
  if (!notebook || !source || typeof source === 'string') {
    return sourceFile({ ...file, text: applyEdits(file.text, edits) }, false);
  }
  const texts = new Map<number, string>();
  for (const [{ index }, own] of editsByCell(source, edits)) {
    const cell = notebook.cells.find((each) => each.index === index);
    if (cell) texts.set(index, applyEdits(cell.text, own));
  }
  return sourceFile({ ...file, text: writeNotebook(notebook, texts) }, true);
}

/** Replaces the file on disk in one step, so that nobody ever reads half of it. */
export function writeSourceFile(path: string, { text, encoding, hasBom }: SourceFile): void {
  const target = realpathSync(path);
  const draft = `${target}.${process.pid}.seedwise`;
  try {
    writeFileSync(draft, Buffer.from(hasBom ? BOM + text : text, encoding), { flag: 'wx' });
    chmodSync(draft, statSync(target).mode);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
