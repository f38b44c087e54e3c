/**
 * A tiny extension that `npm start` installs beside Seedwise: once, it opens every Python file of the workspace, waits for
 * the squiggles, and writes what VS Code itself then reports to the file that SEEDWISE_REPORT names.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** One diagnostic, positions from 1 as the editor shows them. */
export interface Reported {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly message: string;
  readonly rule: string;
}

export interface Report {
  /** The file left open: the one with the most findings. */
  readonly shown: string | undefined;
  readonly findings: readonly Reported[];
}

/** The first answer includes the start of the language server. */
const FIRST_ANSWER = 20_000;
const ANSWER = 2_000;
const QUIET = 300;

export async function activate(): Promise<void> {
  const path = process.env.SEEDWISE_REPORT;
  if (path === undefined || existsSync(path)) return;
  const files = await vscode.workspace.findFiles('**/*.py');
  files.sort((a, b) => a.path.localeCompare(b.path));
  let patience = FIRST_ANSWER;
  const findings: Reported[][] = [];
  for (const file of files) {
    await vscode.window.showTextDocument(file);
    if (await diagnosticsSettle(file, patience)) patience = ANSWER;
    // Taken now: a document that is closed for the next one has no diagnostics any more.
    findings.push(vscode.languages.getDiagnostics(file).map((diagnostic) => describe(file, diagnostic)));
  }
  const [most] = findings.toSorted((a, b) => b.length - a.length);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const shown = most?.[0]?.file ?? files[0]?.fsPath;
  if (shown !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(shown), { preview: false });
  writeFileSync(`${path}.part`, JSON.stringify({ shown, findings: findings.flat() } satisfies Report));
  renameSync(`${path}.part`, path);
}

/** Resolves when a file's diagnostics have come and then stood still, or with `false` when none came. */
function diagnosticsSettle(file: vscode.Uri, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (came: boolean): void => {
      subscription.dispose();
      clearTimeout(timer);
      resolve(came);
    };
    let timer = setTimeout(() => finish(false), patience);
    const quiet = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(true), QUIET);
    };
    const subscription = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((uri) => uri.toString() === file.toString())) quiet();
    });
    if (vscode.languages.getDiagnostics(file).length > 0) quiet();
  });
}

function describe(file: vscode.Uri, { range, severity, message, code }: vscode.Diagnostic): Reported {
  return {
    file: file.fsPath,
    line: range.start.line + 1,
    column: range.start.character + 1,
    severity: vscode.DiagnosticSeverity[severity].toLowerCase(),
    message,
    rule: String(typeof code === 'object' ? code.value : code),
  };
}
