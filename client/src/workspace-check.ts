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
import {
  type BaseLanguageClient,
  WorkDoneProgress,
  type WorkspaceDiagnosticParams,
  WorkspaceDiagnosticRequest,
} from 'vscode-languageclient';

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
        found.set(uri, diagnostics);
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

type Files = readonly { readonly uri: Uri; readonly diagnostics: readonly Diagnostic[] }[];

let checks = 0;

/** The findings by their files; undefined as soon as the user has cancelled. */
function ask(client: BaseLanguageClient): Thenable<Files | undefined> {
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Seedwise: checking the workspace'),
    cancellable: true,
  };
  const params: WorkspaceDiagnosticParams = {
    identifier: 'seedwise',
    previousResultIds: [],
    workDoneToken: `seedwise-check-${++checks}`,
  };
  return window.withProgress(options, async (progress, token) => {
    let before = 0;
    const told = client.onProgress(WorkDoneProgress.type, params.workDoneToken ?? '', (news) => {
      if (news.kind === 'end') return;
      const now = news.percentage ?? before;
      progress.report({ increment: now - before, message: news.message ?? '' });
      before = now;
    });
    const cancelled = new Promise<undefined>((resolve) => token.onCancellationRequested(() => resolve(undefined)));
    const answered = async (): Promise<Files | undefined> => {
      const { items } = await client.sendRequest(WorkspaceDiagnosticRequest.type, params, token);
      const files = items.flatMap((item) => (item.kind === 'full' && item.items.length > 0 ? [item] : []));
      return await Promise.all(
        files.map(async ({ uri, items }) => ({
          uri: Uri.parse(uri),
          diagnostics: await client.protocol2CodeConverter.asDiagnostics(items, token),
        })),
      );
    };
    try {
      // A server that is busy answers later than the user wants it to.
      return await Promise.race([answered(), cancelled]);
    } catch (error) {
      if (token.isCancellationRequested || error instanceof CancellationError) return undefined;
      throw error;
    } finally {
      told.dispose();
    }
  });
}
