/** *Insert run comparison*: has the client make the new file, and shows it. */
import { type CreateFile, MessageType, type TextDocumentEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { type RunComparison, runComparison } from '../core/seeding/run-comparison.ts';
import { type Message, t } from '../core/text/language.ts';
import { isInWorkspace } from './client.ts';
import type { Session } from './session.ts';

/** Says so where there is none to write, or the client makes no files. */
export async function insertRunComparison(session: Session, uri: string): Promise<void> {
  const { client, connection, speaker, index, translator, workspace } = session;
  const noPlace = t`A comparison is a new file, for which there is no place here.`;
  if (!client.createsFiles) return speaker.tell(MessageType.Info, noPlace);
  await workspace.complete();
  type Answer =
    | { readonly message: Message }
    | (RunComparison & { readonly edit: WorkspaceEdit; readonly address: string });
  const label = t`Insert run comparison`;
  const answer = await session.withPython<Answer | undefined>(uri, undefined, ({ file, project }, { document }) => {
    if (!isInWorkspace(document.uri)) return { message: noPlace };
    const isTaken = (path: string): boolean => index.workspace.facts(path) !== undefined;
    const made = runComparison(file, project, isTaken);
    if ('message' in made) return made;
    // Beside the notebook, where a cell was meant.
    const folder = document.uri.slice(0, document.uri.lastIndexOf('/') + 1);
    const address = folder + made.path.slice(made.path.lastIndexOf('/') + 1);
    return { ...made, edit: translator.editOf(made.edits, document, label), address };
  });
  if (!answer) return speaker.tell(MessageType.Warning, t`This command needs an open Python file.`);
  if ('message' in answer) return speaker.tell(MessageType.Info, answer.message);
  const { address } = answer;
  const create: CreateFile = { kind: 'create', uri: address };
  const start = { line: 0, character: 0 };
  const fill: TextDocumentEdit = {
    textDocument: { uri: address, version: null },
    edits: [{ range: { start, end: start }, newText: answer.text }],
  };
  const edit: WorkspaceEdit = { documentChanges: [create, fill, ...(answer.edit.documentChanges ?? [])] };
  const { applied } = await connection.workspace.applyEdit({ edit, label });
  if (!applied) return speaker.tell(MessageType.Warning, t`${label}: not done.`);
  if (client.showsDocuments) await connection.window.showDocument({ uri: address, takeFocus: true });
  if (answer.note !== '') speaker.tell(MessageType.Info, answer.note);
}
