/** What the tests of this folder ask VS Code: documents, Seedwise's diagnostics on them, and its code actions. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXTENSION, FAULT, FAULTY } from '../expectations.ts';

const PATIENCE = 60_000;

export const inWorkspace = (name: string): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no workspace');
  return vscode.Uri.joinPath(folder.uri, name);
};

export function installed(): vscode.Extension<unknown> {
  const extension = vscode.extensions.getExtension(EXTENSION);
  if (extension === undefined) throw new Error(`${EXTENSION} is not installed`);
  return extension;
}

/** Shows a document, since VS Code asks for the diagnostics of visible ones. */
export async function show(document: vscode.Uri | vscode.TextDocument): Promise<vscode.TextDocument> {
  const opened = 'uri' in document ? document : await vscode.workspace.openTextDocument(document);
  await vscode.window.showTextDocument(opened, { preview: false });
  return opened;
}

export const showUntitled = async (content: string): Promise<vscode.TextDocument> =>
  show(await vscode.workspace.openTextDocument({ language: 'python', content }));

/** A new file of the workspace. */
export async function write(name: string, content: string | Uint8Array): Promise<vscode.Uri> {
  const uri = inWorkspace(name);
  await vscode.workspace.fs.writeFile(uri, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  return uri;
}

export const findings = ({ uri }: vscode.TextDocument): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source?.toLowerCase() === FAULT.source);

export const ruleOf = ({ code }: vscode.Diagnostic): string => String(typeof code === 'object' ? code.value : code);

export const faults = (document: vscode.TextDocument): vscode.Diagnostic[] =>
  findings(document).filter((diagnostic) => ruleOf(diagnostic) === FAULT.rule);

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something holds; gives up in silence, for the assertion that follows to tell. */
export async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + PATIENCE; !holds() && Date.now() < end; ) await pause(50);
}

/** Waits until a document has so many findings of the sample's rule. */
export async function waitForFaults(document: vscode.TextDocument, count = 1): Promise<vscode.Diagnostic[]> {
  await until(() => faults(document).length === count);
  const found = findings(document).map((diagnostic) => `${diagnostic.range.start.line + 1}: ${ruleOf(diagnostic)}`);
  assert.equal(faults(document).length, count, `${document.uri.path.split('/').at(-1)} has [${found}]`);
  return faults(document);
}

/** Proves that the server is alive and done with what it was sent before. */
export const waitForServer = async (): Promise<void> => void (await waitForFaults(await showUntitled(FAULTY)));

/** The code actions where a diagnostic is, edits included. */
export const actionsFor = (
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
): Thenable<vscode.CodeAction[]> =>
  vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range, undefined, 20);

export async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

/** Leaves nothing of one test to the next. */
export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor !== undefined) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
