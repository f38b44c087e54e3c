/** What the protocol's two sides agree on: what the client can do, which documents are ours, and how the engine's terms translate. */
import { DiagnosticSeverity, DiagnosticTag, type Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Severity } from '../core/contract/severity.ts';
import type { Span } from '../core/text/edit.ts';
import { at } from '../core/text/tables.ts';
import { COMMANDS } from '../protocol.ts';

/** A list that a client sent; an empty one for anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What the client can do, read once from what it says of itself; a field of a wrong shape counts as not said. */
export function clientOf(capabilities: unknown, options: unknown) {
  const commands = new Set(listOf(at(options, 'commands')).filter((each) => typeof each === 'string'));
  const says = (...path: readonly string[]): boolean => at(capabilities, ...path) === true;
  const isThere = (...path: readonly string[]): boolean =>
    typeof at(capabilities, ...path) === 'object' && at(capabilities, ...path) !== null;
  const lists = (item: unknown, ...path: readonly string[]): boolean =>
    listOf(at(capabilities, ...path)).includes(item);
  /** Clients say the same of pushed and of pulled diagnostics in two places. */
  const diagnostics = ['publishDiagnostics', 'diagnostic'];
  return {
    commands: commands as ReadonlySet<string>,
    showsStatus: at(options, 'showsStatus') === true,
    readsFiles: at(options, 'readsFiles') === true,
    asksForWorkspace: at(options, 'workspaceDiagnostics') === true,
    changesFolders: says('workspace', 'workspaceFolders'),
    knowsNotebooks: isThere('notebookDocument'),
    // Who pulls and cannot be asked to pull again would show what other files no longer say.
    pullsDiagnostics: isThere('textDocument', 'diagnostic') && says('workspace', 'diagnostics', 'refreshSupport'),
    takesRelatedInformation: diagnostics.some((each) => says('textDocument', each, 'relatedInformation')),
    takesUnnecessaryTag: diagnostics.some((each) =>
      lists(DiagnosticTag.Unnecessary, 'textDocument', each, 'tagSupport', 'valueSet'),
    ),
    registersWatchers: says('workspace', 'didChangeWatchedFiles', 'dynamicRegistration'),
    answersConfiguration: says('workspace', 'configuration'),
    registersConfiguration: says('workspace', 'didChangeConfiguration', 'dynamicRegistration'),
    resolvesEdits:
      says('textDocument', 'codeAction', 'dataSupport') &&
      lists('edit', 'textDocument', 'codeAction', 'resolveSupport', 'properties'),
    confirmsEdits: isThere('workspace', 'workspaceEdit', 'changeAnnotationSupport'),
    takesVersionedEdits: says('workspace', 'workspaceEdit', 'documentChanges'),
    createsFiles:
      says('workspace', 'workspaceEdit', 'documentChanges') &&
      lists('create', 'workspace', 'workspaceEdit', 'resourceOperations'),
    showsProgress: says('window', 'workDoneProgress'),
    runsCommands: commands.has(COMMANDS.report),
    showsDocuments: says('window', 'showDocument', 'support'),
    showsHints: isThere('textDocument', 'inlayHint'),
    refreshesHints: says('workspace', 'inlayHint', 'refreshSupport'),
    appliesEdits: says('workspace', 'applyEdit'),
    asksBack: isThere('window', 'showMessage', 'messageActionItem'),
    showsPages: commands.has(COMMANDS.explainRule) || says('window', 'showDocument', 'support'),
  };
}

/**
 * Schemes of texts nobody edits: old versions, diffs, program output. Real documents come under many more names
 * (`file`, `untitled`, `vscode-remote`, `vscode-vfs`, ...), so these are the ones listed. A notebook's cell is here
 * because it means nothing without the cells before it: it is judged as a part of its notebook.
 */
const UNLINTED =
  /^(chat-editing.*|diffview|fugitive|git.*|hg|merge-conflict.*|output|pr|review|svn|vscode-(chat-code-block|local-history|notebook-cell)):/i;

/** Whether somebody may edit what is at an address. */
export const isEdited = (uri: string): boolean => !UNLINTED.test(uri);

export const isLinted = (document: TextDocument | undefined): document is TextDocument =>
  document?.languageId === 'python' && isEdited(document.uri);

/** An untitled document has no place among the files. */
export const isInWorkspace = (uri: string): boolean => !uri.startsWith('untitled:');

export const DIAGNOSTIC_SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
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
