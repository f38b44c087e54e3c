/** *Fix all of a rule in the workspace*: the first repair of each of its findings, in open files and in closed ones, after a question. */
import { CancellationToken, MessageType, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Analysis } from '../core/analysis/analyze.ts';
import { compatibleEdits } from '../core/edits/edit-text.ts';
import type { PythonFile } from '../core/python/file.ts';
import type { Edit, Fix } from '../core/text/edit.ts';
import { t } from '../core/text/language.ts';
import { CLOSED } from './edits.ts';
import { placeOf } from './notebooks.ts';
import type { Session } from './session.ts';
import { visitClosed } from './workspace-check.ts';

/** Asks, and has the client apply it; says so where there is nothing to repair, or it was not done. */
export async function fixInWorkspace(session: Session, rule: string): Promise<void> {
  const { client, connection, speaker } = session;
  const { edit, count, files } = await repairs(session, rule);
  if (count === 0) return speaker.tell(MessageType.Info, t`No finding of \`${rule}\` in the workspace has a repair.`);
  if (client.asksBack) {
    const question =
      count === 1
        ? t`Repair 1 finding of \`${rule}\`? Nothing is saved.`
        : t`Repair ${count} findings of \`${rule}\` in ${files} files? Nothing is saved.`;
    if (!(await connection.window.showInformationMessage(question, { title: t`Repair` }))) return;
  }
  const label = t`Fix all of \`${rule}\` in the workspace`;
  const { applied } = await connection.workspace.applyEdit({ edit, label });
  if (!applied) speaker.tell(MessageType.Warning, t`${label}: not done.`);
}

async function repairs(session: Session, rule: string) {
  const documents = new Map<string, TextDocument>();
  const fixes: Fix[] = [];
  const take = (document: TextDocument, { path }: PythonFile, { findings }: Analysis): void => {
    documents.set(path, document);
    for (const finding of findings) {
      const fix = finding.rule === rule ? finding.fixes?.[0] : undefined;
      // It is worked out at once, while the file is at hand, and says which file it is about.
      const edits = fix && !fix.byHand ? fix.edits().map((each): Edit => ({ path, ...each })) : [];
      if (fix && edits.length > 0) fixes.push({ ...fix, edits: () => edits });
    }
  };
  for (const { uri } of [...session.documents.all(), ...session.notebooks.all()]) {
    const checked = await session.check(uri);
    if (checked?.python) take(checked.document, checked.python.file, checked.python.analysis);
  }
  await session.workspace.complete();
  for await (const { path, file, analysis } of visitClosed(session, CancellationToken.None))
    take(TextDocument.create(session.index.uriOf(path), 'python', CLOSED, file.text), file, analysis);
  const { edits, count } = compatibleEdits(fixes);
  const changes = new Map<string, { readonly version: number; readonly edits: TextEdit[] }>();
  for (const edit of edits) {
    const document = documents.get(edit.path ?? '') ?? session.documentAt(edit.path ?? '');
    if (!document) continue; // Its file has gone meanwhile.
    const { uri, range } = placeOf(edit, document);
    const known = changes.get(uri) ?? { version: document.version, edits: [] };
    known.edits.push({ range, newText: edit.text });
    changes.set(uri, known);
  }
  return { edit: editOf(changes, session), count, files: changes.size };
}

function editOf(
  changes: ReadonlyMap<string, { readonly version: number; readonly edits: TextEdit[] }>,
  { client }: Session,
): WorkspaceEdit {
  if (!client.takesVersionedEdits)
    return { changes: Object.fromEntries([...changes].map(([uri, { edits }]) => [uri, edits])) };
  return {
    documentChanges: [...changes].map(([uri, { version, edits }]) => ({
      textDocument: { uri, version: version === CLOSED ? null : version },
      edits,
    })),
  };
}
