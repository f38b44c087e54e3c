/** The engine's findings, edits and actions in the protocol's terms: positions instead of offsets, addresses instead of paths. */
import {
  type AnnotatedTextEdit,
  type CodeAction,
  type Diagnostic,
  DiagnosticTag,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Action } from '../core/analysis/actions.ts';
import type { Finding, Related } from '../core/contract/rule.ts';
import { ruleUrl } from '../core/rules/index.ts';
import type { Edit, Span } from '../core/text/edit.ts';
import type { Message } from '../core/text/language.ts';
import { COMMANDS } from '../protocol.ts';
import { type ActionSource, type clientOf, DIAGNOSTIC_SEVERITIES } from './client.ts';
import { type DocumentPlace, placeOf } from './notebooks.ts';
import { pathOf } from './workspace-index.ts';

export const ACTION_KINDS: readonly Action['kind'][] = [
  'quickfix',
  'refactor.rewrite',
  'source.fixAll.seedwise',
  'notebook.source.fixAll.seedwise',
];

/** The version of a file that no editor holds. */
export const CLOSED = -1;

/** Commands that write settings, which only a client can do. */
const SETTING_COMMANDS = {
  turnOff: COMMANDS.turnOffRule,
  turnOffInFolder: COMMANDS.turnOffInFolder,
  changeSeverity: COMMANDS.changeSeverity,
} as const;

/** The annotation of edits in files other than the one that was asked about. */
const OTHER_FILE = 'other-file';

const isHere = ({ path }: { readonly path?: string }, document: TextDocument): boolean =>
  path === undefined || path === pathOf(document.uri);

/** Translates for a client. `documentAt` gives another file by its path, open or not. */
export function translator(
  theClient: () => ReturnType<typeof clientOf>,
  documentAt: (path: string) => TextDocument | undefined,
) {
  function diagnosticOf(finding: Finding, document: TextDocument): Diagnostic {
    const client = theClient();
    const related = client.takesRelatedInformation ? finding.related?.flatMap((each) => relatedOf(each, document)) : [];
    return {
      range: placeOf(finding, document).range,
      severity: DIAGNOSTIC_SEVERITIES[finding.severity],
      code: finding.rule,
      codeDescription: { href: ruleUrl(finding.rule) },
      source: 'Seedwise',
      message: finding.message,
      ...(client.takesUnnecessaryTag && finding.unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
      ...(related && related.length > 0 && { relatedInformation: related }),
    };
  }

  /** Nothing for a place in a file that cannot be read now. */
  function relatedOf(related: Related, document: TextDocument) {
    const place = locationOf(related, document);
    return place ? [{ location: { uri: place.uri, range: place.range }, message: related.message }] : [];
  }

  function offers({ command }: Action): boolean {
    if (command?.name === 'explain') return theClient().showsPages;
    if (command?.name === 'fixInWorkspace') return theClient().appliesEdits;
    return command === undefined || theClient().commands.has(SETTING_COMMANDS[command.name]);
  }

  function codeActionOf(action: Action, document: TextDocument, source: ActionSource): CodeAction {
    const { title, kind, preferred, finding, command } = action;
    const codeAction: CodeAction = { title, kind };
    if (preferred) codeAction.isPreferred = true;
    if (finding) codeAction.diagnostics = [diagnosticOf(finding, document)];
    if (command?.name === 'explain') {
      codeAction.command = { title, command: COMMANDS.explainRule, arguments: [command.rule, ruleUrl(command.rule)] };
    } else if (command?.name === 'fixInWorkspace') {
      codeAction.command = { title, command: COMMANDS.fixInWorkspace, arguments: [command.rule] };
    } else if (command) {
      codeAction.command = { title, command: SETTING_COMMANDS[command.name], arguments: [command.rule, source.uri] };
    } else if (theClient().resolvesEdits) {
      codeAction.data = source;
    } else {
      codeAction.edit = editOf(action.edits(), document, title);
    }
    return codeAction;
  }

  /**
   * Edits of the document and of other files; nothing at all if one of those cannot be read now. What changes in a file
   * that the user does not look at is confirmed first, under the label, where the client can ask.
   */
  function editOf(edits: readonly Edit[], document: TextDocument, label: Message): WorkspaceEdit {
    const client = theClient();
    const changes: Record<string, (TextEdit | AnnotatedTextEdit)[]> = {};
    let confirms = false;
    const versions = new Map<string, number>();
    for (const edit of edits) {
      const location = locationOf(edit, document);
      if (!location) return {};
      const { uri, range, version } = location;
      if (version !== CLOSED) versions.set(uri, version);
      const isConfirmed = client.confirmsEdits && client.takesVersionedEdits && !isHere(edit, document);
      confirms ||= isConfirmed;
      const change = { range, newText: edit.text, ...(isConfirmed && { annotationId: OTHER_FILE }) };
      changes[uri] = [...(changes[uri] ?? []), change];
    }
    if (!client.takesVersionedEdits) return { changes };
    const documentChanges = Object.entries(changes).map(([uri, textEdits]) => ({
      textDocument: { uri, version: versions.get(uri) ?? null },
      edits: textEdits,
    }));
    const changeAnnotations = { [OTHER_FILE]: { label, needsConfirmation: true } };
    return { documentChanges, ...(confirms && { changeAnnotations }) };
  }

  /** A place in the document, or in another file that the engine names by its path. */
  function locationOf(place: Span & { readonly path?: string }, document: TextDocument): DocumentPlace | undefined {
    const text = isHere(place, document) ? document : documentAt(place.path ?? '');
    return text && placeOf(place, text);
  }

  return { diagnosticOf, offers, codeActionOf, editOf };
}
