/**
 * The language server: what a client may ask, and who answers it. No exception reaches the client.
 */
import {
  type Connection,
  DidChangeConfigurationNotification,
  type DocumentDiagnosticReport,
  MessageType,
  PositionEncodingKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { ruleUrl } from '../core/rules/index.ts';
import { t } from '../core/text/language.ts';
import { speakIn } from '../host/languages.ts';
import {
  COMMANDS,
  type CommandsOf,
  DEBUG_INFO,
  INSTALLED_COMMANDS,
  RUN,
  type RunOf,
  STATUS,
  type Status,
  type StatusOf,
} from '../protocol.ts';
import { isLinted } from './client.ts';
import { serveActions } from './code-actions.ts';
import { EDITING, editingCommands } from './commands.ts';
import { ACTION_KINDS } from './edits.ts';
import { fixInWorkspace } from './fix-workspace.ts';
import { serveHints } from './hints.ts';
import { serveHovers } from './hover.ts';
import { serveLenses } from './lenses.ts';
import { NOTEBOOK_SYNC } from './notebooks.ts';
import { insertRunComparison } from './run-comparison.ts';
import { type Host, Session } from './session.ts';
import { statusOf } from './status.ts';
import { serveWorkspaceChecks } from './workspace-check.ts';

/** Commands that change or make several files. */
const ON_FILES: Readonly<Record<string, (session: Session, target: string) => Promise<void>>> = {
  [COMMANDS.fixInWorkspace]: fixInWorkspace,
  [COMMANDS.insertRunComparison]: insertRunComparison,
};

/** Serves the language server protocol on a connection until its client ends it. */
export function serve(connection: Connection, host: Host): void {
  const session = new Session(connection, host);
  serveLife(session);
  serveDiagnostics(session);
  serveActions(session);
  serveCommands(session);
  serveLenses(session);
  serveHints(session);
  serveWorkspaceChecks(session);
  connection.onRequest(DEBUG_INFO, () => session.speaker.guarded('', () => session.debugInfo()));
  connection.onRequest(INSTALLED_COMMANDS, ({ uri }: CommandsOf) =>
    session.speaker.guarded<readonly string[]>([], () => session.commandsOf(uri)),
  );
  serveHovers(connection, (uri, otherwise, work) => session.withPython(uri, otherwise, work), session.speaker.guarded);
  session.documents.listen(connection);
  connection.listen();
}

/** How a session begins, and what changes its settings. */
function serveLife(session: Session): void {
  const { connection, host, speaker } = session;
  connection.onInitialize(async (params) => {
    session.meet(params);
    await speakIn(params.locale);
    return { serverInfo: { name: 'Seedwise', version: host.version }, capabilities: capabilitiesFor(session.client) };
  });

  connection.onInitialized(() => {
    session.start();
    if (session.client.registersConfiguration) {
      connection.client
        .register(DidChangeConfigurationNotification.type, { section: 'seedwise' })
        .catch(speaker.logError);
    }
  });

  connection.onDidChangeConfiguration(({ settings }) => session.configure(settings));
}

/** What the server does for a client that can do so much. */
function capabilitiesFor(client: Session['client']): ServerCapabilities {
  const offered = [
    ...EDITING,
    ...Object.keys(ON_FILES),
    COMMANDS.report,
    ...(client.showsPages ? [COMMANDS.explainRule] : []),
  ];
  return {
    positionEncoding: PositionEncodingKind.UTF16,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    ...(client.knowsNotebooks && { notebookDocumentSync: NOTEBOOK_SYNC }),
    codeActionProvider: { codeActionKinds: [...ACTION_KINDS], resolveProvider: client.resolvesEdits },
    hoverProvider: true,
    ...(client.showsHints && { inlayHintProvider: true }),
    ...(client.runsCommands && { codeLensProvider: {} }),
    executeCommandProvider: { commands: offered.filter((command) => !client.commands.has(command)) },
    ...(client.pullsDiagnostics && {
      diagnosticProvider: {
        identifier: 'seedwise',
        interFileDependencies: true,
        workspaceDiagnostics: client.asksForWorkspace,
      },
    }),
    ...(client.changesFolders && { workspace: { workspaceFolders: { supported: true, changeNotifications: true } } }),
  };
}

function serveDiagnostics(session: Session): void {
  const { connection, documents, notebooks, speaker } = session;
  documents.onDidChangeContent(({ document }) => {
    session.settingsEdited(document);
    if (!session.client.pullsDiagnostics) session.pushSoon(document.uri);
  });

  documents.onDidClose(({ document }) => {
    const { uri } = document;
    session.closed(uri);
    session.settingsEdited(document);
    if (!session.client.pullsDiagnostics && isLinted(document)) connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  connection.languages.diagnostics.on(({ textDocument, previousResultId }) =>
    speaker.guarded<DocumentDiagnosticReport>({ kind: 'full', items: [] }, async () => {
      const { uri } = textDocument;
      // Cells are told their diagnostics, and would have them twice.
      const checked = notebooks.documentOf(uri) ? undefined : await session.check(uri);
      if (!checked) return { kind: 'full', items: [] };
      const { resultId, diagnostics } = checked;
      return resultId === previousResultId
        ? { kind: 'unchanged', resultId }
        : { kind: 'full', resultId, items: diagnostics.get(uri) ?? [] };
    }),
  );

  connection.onNotification(RUN, (run: RunOf) => session.ran(run));

  connection.onRequest(STATUS.of, ({ uri }: StatusOf) =>
    speaker.guarded<Status | null>(null, async () => {
      // What says the version may not be read yet; the client shows that it waits.
      await session.workspace.complete();
      return await session.withPython(uri, null, ({ project }) =>
        statusOf(
          project,
          (path) => session.documentAt(path),
          (path) => session.index.uriOf(path),
        ),
      );
    }),
  );
}

function serveCommands(session: Session): void {
  const { connection, speaker, translator } = session;
  const commands = editingCommands(connection, {
    withPython: (uri, otherwise, work) => session.withPython(uri, otherwise, work),
    editOf: translator.editOf,
    tell: speaker.tell,
    showsDocuments: () => session.client.showsDocuments,
  });

  connection.onExecuteCommand(async ({ command, arguments: [target, options] = [] }) => {
    const done = await speaker.guarded<unknown>(undefined, async () => {
      if (command === COMMANDS.report) return await session.report(target, options);
      await ON_FILES[command]?.(session, target);
      await commands.run(command, target, options);
      if (command === COMMANDS.explainRule)
        await connection.window.showDocument({ uri: ruleUrl(target), external: true });
      return null;
    });
    if (done === undefined) speaker.tell(MessageType.Error, t`${command} failed. The log of Seedwise says why.`);
    return done ?? null;
  });
}
