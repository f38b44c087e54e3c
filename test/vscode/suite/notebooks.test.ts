/** Notebooks in VS Code: which cells get squiggles, and where repairs go. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { FAULT } from '../expectations.ts';
import {
  actionsFor,
  closeAll,
  findings,
  inWorkspace,
  pause,
  replaceAll,
  until,
  waitForFaults,
  waitForServer,
  write,
} from './editor.ts';

let copies = 0;
const SWITCH = 'torch.use_deterministic_algorithms(True)';

suite('notebooks', () => {
  teardown(closeAll);

  /** The documents of the sample's cells: a title, imports with the switch, the fault, and one more. */
  async function showNotebook(): Promise<[vscode.NotebookDocument, ...vscode.TextDocument[]]> {
    // A copy for each test, since VS Code keeps what was edited; opened as a person would, since it keeps what it
    // opened for an extension for minutes.
    const uri = await write(`copy-${++copies}.ipynb`, await vscode.workspace.fs.readFile(inWorkspace('train.ipynb')));
    await vscode.commands.executeCommand('vscode.openWith', uri, 'jupyter-notebook');
    await until(() => vscode.window.activeNotebookEditor?.notebook.uri.path === uri.path);
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    assert.ok(notebook);
    const [, switches, fault, last] = notebook.getCells().map(({ document }) => document);
    assert.ok(switches && fault && last);
    await waitForFaults(fault);
    return [notebook, switches, fault, last];
  }

  test('a cell is judged with the cells before it, and its finding is shown once', async () => {
    const [notebook, , fault] = await showNotebook();
    const [diagnostic] = findings(fault!);
    assert.equal(diagnostic && fault!.getText(diagnostic.range), FAULT.token);
    await pause(1500); // The client asks for diagnostics of dependent cells half a second later.
    const counts = (): number[] => notebook.getCells().map(({ document }) => findings(document).length);
    await until(() => counts().join() === '0,0,1,0');
    assert.deepEqual(counts(), [0, 0, 1, 0]);
  });

  test('diagnostics follow the typing in another cell', async () => {
    const [, switches, fault] = await showNotebook();
    const text = switches!.getText();
    const weighs = (severity: vscode.DiagnosticSeverity) => () => findings(fault!)[0]?.severity === severity;
    // Without the switch the program promises nothing, and draws nothing.
    await replaceAll(switches!, text.replace(SWITCH, ''));
    await until(weighs(vscode.DiagnosticSeverity.Information));
    assert.ok(weighs(vscode.DiagnosticSeverity.Information)());
    await replaceAll(switches!, text);
    await until(weighs(vscode.DiagnosticSeverity.Warning));
    assert.ok(weighs(vscode.DiagnosticSeverity.Warning)());
    await waitForFaults(fault!);
  });

  test('a repair changes its cell and no other', async () => {
    const [notebook, , fault] = await showNotebook();
    const before = notebook.getCells().map(({ document }) => document.getText());
    const [first] = await actionsFor(fault!, findings(fault!)[0]!);
    assert.equal(first?.title, FAULT.fix);
    assert.ok(first.edit && (await vscode.workspace.applyEdit(first.edit)));
    await waitForFaults(fault!, 0);
    const after = notebook.getCells().map(({ document }) => document.getText());
    assert.deepEqual(
      after,
      before.map((text) => (text === FAULT.line ? FAULT.repaired : text)),
    );
  });

  test('cells that move, come and go are judged anew', async () => {
    const [notebook, , fault] = await showNotebook();
    const [, switches] = notebook.getCells();
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2))]);
    await vscode.workspace.applyEdit(edit);
    await waitForFaults(fault!, 0);
    const { kind, document } = switches!;
    const again = new vscode.WorkspaceEdit();
    const cell = new vscode.NotebookCellData(kind, document.getText(), document.languageId);
    again.set(notebook.uri, [vscode.NotebookEdit.insertCells(1, [cell])]);
    await vscode.workspace.applyEdit(again);
    await waitForFaults(fault!);
  });

  test('a cell of another language, or of text, says nothing', async () => {
    const [, , fault] = await showNotebook();
    await vscode.languages.setTextDocumentLanguage(fault!, 'shellscript');
    await until(() => findings(fault!).length === 0);
    assert.deepEqual(findings(fault!), []);
  });

  test('diagnostics go when the notebook is closed', async () => {
    const [, , fault] = await showNotebook();
    await closeAll();
    await until(() => fault!.isClosed && vscode.languages.getDiagnostics(fault!.uri).length === 0);
    await waitForServer();
    assert.deepEqual(vscode.languages.getDiagnostics(fault!.uri), []);
  });
});
