/** What the protocol's two sides agree on: what the client can do, which documents are ours, and how the engine's terms translate. */
import { type ClientCapabilities, DiagnosticSeverity, DiagnosticTag, type Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Severity } from '../core/contract/severity.ts';
import type { Span } from '../core/text/edit.ts';
import { COMMANDS, type InitializationOptions } from '../protocol.ts';

/** What the client can do, read once from its capabilities. */
export function clientOf(
  { window, workspace, textDocument, notebookDocument }: ClientCapabilities,
  options: InitializationOptions,
) {
  const commands = new Set(options.commands);
  const diagnostics = { ...textDocument?.publishDiagnostics, ...textDocument?.diagnostic };
  const { dataSupport, resolveSupport } = textDocument?.codeAction ?? {};
  return {
    commands,
    showsStatus: options.showsStatus === true,
    readsFiles: options.readsFiles === true,
    changesFolders: workspace?.workspaceFolders === true,
    knowsNotebooks: notebookDocument !== undefined,
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    takesRelatedInformation: diagnostics.relatedInformation === true,
    takesUnnecessaryTag: diagnostics.tagSupport?.valueSet.includes(DiagnosticTag.Unnecessary) === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    resolvesEdits: dataSupport === true && resolveSupport?.properties.includes('edit') === true,
    confirmsEdits: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    takesVersionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    createsFiles:
      workspace?.workspaceEdit?.documentChanges === true &&
      workspace.workspaceEdit.resourceOperations?.includes('create') === true,
    showsPages: commands.has(COMMANDS.explainRule) || window?.showDocument?.support === true,
  };
}

/**
 * Schemes of texts nobody edits: old versions, diffs, program output. Real documents come under many more names
 * (`file`, `untitled`, `vscode-remote`, `vscode-vfs`, ...), so these are the ones listed. A notebook's cell is here
 * because it means nothing without the cells before it: it is judged as a part of its notebook.
 */
const UNLINTED =
  /^(chat-editing.*|diffview|fugitive|git.*|hg|merge-conflict.*|output|pr|review|svn|vscode-(chat-code-block|local-history|notebook-cell)):/i;

export const isLinted = (document: TextDocument | undefined): document is TextDocument =>
  document?.languageId === 'python' && !UNLINTED.test(document.uri);

/** An untitled document has no place among the files. */
export const isInWorkspace = (uri: string): boolean => !uri.startsWith('untitled:');

export const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Where a code action came from: the same version asked about the same span has the same actions again. */
export interface ActionSource {
  readonly uri: string;
  readonly version: number;
  readonly span: Span;
  readonly index: number;
}

export const rangeOf = ({ start, end }: Span, document: TextDocument): Range => ({
  start: document.positionAt(start),
  end: document.positionAt(end),
});
