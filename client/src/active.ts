/** What the user is looking at: a Python file, or a cell of a notebook, also where no cell has the cursor. */
import { Selection, type TextDocument, window } from 'vscode';

export interface Active {
  readonly document: TextDocument;
  readonly selection: Selection;
}

/** Undefined where neither a file nor a notebook of Python is shown. */
export function activePython(): Active | undefined {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId === 'python') return editor;
  const notebook = window.activeNotebookEditor;
  if (!notebook) return undefined;
  const chosen = notebook.selection.isEmpty ? 0 : notebook.selection.start;
  const cells = notebook.notebook.getCells();
  const cell = [...cells.slice(chosen), ...cells].find(({ document }) => document.languageId === 'python');
  return cell && { document: cell.document, selection: new Selection(0, 0, 0, 0) };
}
