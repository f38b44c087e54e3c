/** What the user is looking at: a Python file, or a cell of a notebook, also where no cell has the cursor. */
import { Selection, type TextDocument, window } from 'vscode';

export interface Active {
  readonly document: TextDocument;
  readonly selection: Selection;
}

/** Undefined where neither a file nor a notebook of Python is shown. */
export function activePython(): Active | undefined {
  const editor = window.activeTextEditor;
  const notebook = window.activeNotebookEditor;
  if (!notebook) return editor?.document.languageId === 'python' ? editor : undefined;
  // Of the cells, the one that is chosen; the cursor may have been left in another.
  const chosen = notebook.selection.isEmpty ? 0 : notebook.selection.start;
  const cells = notebook.notebook.getCells();
  const cell = [...cells.slice(chosen), ...cells].find(({ document }) => document.languageId === 'python');
  if (!cell) return undefined;
  return editor?.document === cell.document
    ? editor
    : { document: cell.document, selection: new Selection(0, 0, 0, 0) };
}
