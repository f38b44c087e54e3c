/** Checks the whole workspace into the Problems view: asked for, with progress, and cancelled at once. */
import {
  CancellationError,
  commands,
  type Diagnostic,
  type Disposable,
  l10n,
  languages,
  ProgressLocation,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { BaseLanguageClient, Diagnostic as LspDiagnostic } from 'vscode-languageclient';
import { type FileFindings, WORKSPACE_CHECK, type WorkspaceProgress } from '../../server/src/protocol.ts';

/** Registers the command. What it finds in a file stays until the file is opened, which then has its own, or changes. */
export function registerWorkspaceCheck(client: BaseLanguageClient): Disposable[] {
  const found = languages.createDiagnosticCollection('Seedwise (workspace)');
  const forget = (uri: Uri): void => found.delete(uri);
  const watcher = workspace.createFileSystemWatcher('**/*.py', true);
  return [
    found,
    watcher,
    watcher.onDidChange(forget),
    watcher.onDidDelete(forget),
    workspace.onDidOpenTextDocument(({ uri }) => forget(uri)),
    commands.registerCommand('seedwise.checkWorkspace', async () => {
      const files = await ask(client);
      if (!files) return;
      found.clear();
      let count = 0;
      for (const { uri, diagnostics } of files) {
        count += diagnostics.length;
        found.set(Uri.parse(uri), await converted(client, diagnostics));
      }
      if (count > 0) await commands.executeCommand('workbench.actions.view.problems');
      window.showInformationMessage(
        count === 0
          ? l10n.t('Seedwise found nothing in the files that are not open.')
          : files.length === 1
            ? l10n.t('Seedwise found {0} in 1 file.', count)
            : l10n.t('Seedwise found {0} in {1} files.', count, files.length),
      );
    }),
  ];
}

/** The findings; undefined where the user has cancelled. */
function ask(client: BaseLanguageClient): Thenable<readonly FileFindings[] | undefined> {
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Seedwise: checking the workspace'),
    cancellable: true,
  };
  return window.withProgress(options, async (progress, token) => {
    let before = 0;
    const listener = client.onNotification(WORKSPACE_CHECK.progress, ({ done, total }: WorkspaceProgress) => {
      const now = (100 * done) / total;
      progress.report({ increment: now - before, message: l10n.t('{0} of {1} files', done, total) });
      before = now;
    });
    try {
      return await client.sendRequest<FileFindings[]>(WORKSPACE_CHECK.run, {}, token);
    } catch (error) {
      if (token.isCancellationRequested || error instanceof CancellationError) return undefined;
      throw error;
    } finally {
      listener.dispose();
    }
  });
}

const converted = (client: BaseLanguageClient, diagnostics: readonly unknown[]): Promise<Diagnostic[]> =>
  client.protocol2CodeConverter.asDiagnostics(diagnostics as LspDiagnostic[]);
