/** Drives the bundled language server as an editor does: a process of its own, the real protocol over stdio. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  ApplyWorkspaceEditRequest,
  type CancellationToken,
  type ClientCapabilities,
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DiagnosticRefreshRequest,
  DidChangeConfigurationNotification,
  DidChangeNotebookDocumentNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  DidCloseNotebookDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenNotebookDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExecuteCommandRequest,
  FileChangeType,
  type FileEvent,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  InlayHintRequest,
  LogMessageNotification,
  MessageType,
  type NotebookCell,
  NotebookCellKind,
  type NotebookDocumentChangeEvent,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  type Range,
  RegistrationRequest,
  ShowDocumentRequest,
  ShowMessageNotification,
  ShowMessageRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
  type TextDocumentItem,
  WorkDoneProgress,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  FILES,
  type FolderEntry,
  INSTALLED_COMMANDS,
  type ListFolders,
  OPEN_SETTINGS,
  type ReadFiles,
  RUN,
  type RunOf,
  STATUS,
  type Status,
} from '../../server/src/protocol.ts';
import { NODE } from '../shell.ts';

const bundle = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

/** The ways to start the server. */
export const SERVER = [bundle('server.cjs'), '--stdio'];
export const COMMAND_LINE = [bundle('cli.js'), 'server'];

/** A document that no test opens. */
const NOT_OPEN = 'file:///not-open.py';

/** A cell of a notebook, of Python unless it says otherwise. */
export interface Cell {
  readonly uri: string;
  readonly text: string;
  readonly languageId?: string;
}

export const notebookCell = ({ uri, languageId = 'python' }: Cell): NotebookCell => ({
  kind: languageId === 'markdown' ? NotebookCellKind.Markup : NotebookCellKind.Code,
  document: uri,
});

export const textDocument = ({ uri, text, languageId = 'python' }: Cell): TextDocumentItem => ({
  uri,
  languageId,
  version: 1,
  text,
});

/** What a capable editor can do. */
export const CAPABLE: ClientCapabilities = {
  textDocument: {
    diagnostic: { relatedInformation: true, tagSupport: { valueSet: [1] } },
    codeAction: { dataSupport: true, resolveSupport: { properties: ['edit'] } },
  },
  workspace: {
    applyEdit: true,
    configuration: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
};

export interface Options {
  readonly program?: readonly string[];
  /** What starts the program; Node unless it says otherwise. */
  readonly command?: string;
  /** Variables of its environment besides our own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** The folder that is open. */
  readonly rootUri?: string;
  /** The folders that are open; the client then also tells when that changes. */
  readonly folders?: readonly string[];
  /** What the client answers when asked for its settings. */
  readonly settings?: unknown;
  /** Where the client reads files, if it does that for the server. */
  readonly files?: Files;
}

/** The file system of a client: what it answers the server's requests with, in its own time. */
export interface Files {
  list(folder: string): Promise<FolderEntry[] | null>;
  read(file: string): Promise<string | null>;
}

const nothingSaid = () => ({
  published: [] as PublishDiagnosticsParams[],
  messages: [] as string[],
  /** Messages with something to do about them, which this client does. */
  offers: [] as string[],
  settingsShown: 0,
  /** Errors and warnings in the log, and the rest of it. */
  logs: [] as string[],
  notes: [] as string[],
  edits: [] as WorkspaceEdit[],
  shown: [] as string[],
  /** What is selected in the documents that are shown. */
  selected: [] as (Range | undefined)[],
  refreshes: 0,
  statusChanges: 0,
});

export type Server = Awaited<ReturnType<typeof startServer>>;

/** Starts a server and initializes it; whatever it says on its own is collected. */
export async function startServer({
  program = SERVER,
  command = NODE,
  env = {},
  capabilities = CAPABLE,
  initializationOptions,
  rootUri,
  folders,
  settings,
  files,
}: Options = {}) {
  const child = spawn(command, program, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const exit = once(child, 'exit');
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const said = nothingSaid();
  const open = new Set<string>();
  const notebooks = new Map<string, readonly Cell[]>();
  const closeNotebook = (uri: string, cells: readonly Cell[]) => {
    notebooks.delete(uri);
    return connection.sendNotification(DidCloseNotebookDocumentNotification.type, {
      notebookDocument: { uri },
      cellTextDocuments: cells.map(({ uri }) => ({ uri })),
    });
  };
  /** It was told what the next test does not know of. */
  let isTold = false;
  let answer = settings;
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => void said.published.push(params));
  connection.onNotification(ShowMessageNotification.type, ({ message }) => void said.messages.push(message));
  connection.onNotification(LogMessageNotification.type, ({ type, message }) => {
    (type <= MessageType.Warning ? said.logs : said.notes).push(message);
  });
  connection.onRequest(ShowMessageRequest.type, ({ message, actions = [] }) => {
    said.offers.push(`${message} [${actions.map(({ title }) => title)}]`);
    return actions[0] ?? null;
  });
  connection.onNotification(OPEN_SETTINGS, () => void said.settingsShown++);
  connection.onNotification(STATUS.changed, () => void said.statusChanges++);
  connection.onRequest(RegistrationRequest.type, () => {});
  connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => answer ?? null));
  connection.onRequest(DiagnosticRefreshRequest.type, () => {
    said.refreshes++;
  });
  connection.onRequest(ApplyWorkspaceEditRequest.type, ({ edit }) => {
    said.edits.push(edit);
    return { applied: true };
  });
  connection.onRequest(ShowDocumentRequest.type, ({ uri, selection }) => {
    said.shown.push(uri);
    said.selected.push(selection);
    return { success: true };
  });
  if (files) {
    connection.onRequest(FILES.list, ({ uris }: ListFolders) => Promise.all(uris.map((uri) => files.list(uri))));
    connection.onRequest(FILES.read, ({ uris }: ReadFiles) => Promise.all(uris.map((uri) => files.read(uri))));
  }
  connection.listen();

  const initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: rootUri ?? null,
    workspaceFolders: folders?.map(folderAt) ?? null,
    capabilities: folders
      ? { ...capabilities, workspace: { ...capabilities.workspace, workspaceFolders: true } }
      : capabilities,
    initializationOptions: files ? { readsFiles: true } : initializationOptions,
  });
  await connection.sendNotification(InitializedNotification.type, {});
  // Answers once all files are read; a first look at a document would not wait for more than a moment.
  if (!files && (rootUri || folders)) await connection.sendRequest(INSTALLED_COMMANDS, { uri: NOT_OPEN });

  return {
    ...initialized,
    said,

    open: (uri: string, text: string, languageId = 'python') => {
      open.add(uri);
      return connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId, version: 1, text },
      });
    },

    change: (uri: string, version: number, ...contentChanges: TextDocumentContentChangeEvent[]) =>
      connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version },
        contentChanges,
      }),

    /** Tells that files on disk were changed. */
    touched: (...uris: string[]) => {
      isTold = true;
      return connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: uris.map((uri): FileEvent => ({ uri, type: FileChangeType.Changed })),
      });
    },

    deleted: (...uris: string[]) => {
      isTold = true;
      return connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: uris.map((uri): FileEvent => ({ uri, type: FileChangeType.Deleted })),
      });
    },

    changeFolders: (added: readonly string[], removed: readonly string[]) => {
      isTold = true;
      return connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
        event: { added: added.map(folderAt), removed: removed.map(folderAt) },
      });
    },

    openNotebook: (uri: string, cells: readonly Cell[], notebookType = 'jupyter-notebook') => {
      notebooks.set(uri, cells);
      return connection.sendNotification(DidOpenNotebookDocumentNotification.type, {
        notebookDocument: { uri, notebookType, version: 1, cells: cells.map(notebookCell) },
        cellTextDocuments: cells.map(textDocument),
      });
    },

    changeNotebook: (uri: string, version: number, cells: NonNullable<NotebookDocumentChangeEvent['cells']>) => {
      // Which cells it has now is the test's to know.
      isTold ||= cells.structure !== undefined;
      return connection.sendNotification(DidChangeNotebookDocumentNotification.type, {
        notebookDocument: { uri, version },
        change: { cells },
      });
    },

    closeNotebook,

    close: (uri: string) => {
      open.delete(uri);
      return connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
    },

    /** Without a `seedwise` argument the client is asked again and gives the settings it has. */
    changeSettings: async (seedwise?: unknown) => {
      answer = seedwise;
      isTold = true;
      await connection.sendNotification(DidChangeConfigurationNotification.type, { settings: { seedwise } });
    },

    pull: (uri: string, previousResultId?: string) =>
      connection.sendRequest(DocumentDiagnosticRequest.type, {
        textDocument: { uri },
        ...(previousResultId && { previousResultId }),
      }),

    /** Label and place of each inlay hint of a document. */
    hints: async (uri: string) => {
      const range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
      const hints = await connection.sendRequest(InlayHintRequest.type, { textDocument: { uri }, range });
      return (hints ?? []).map(({ label, position }) => `${position.line}:${position.character} ${label}`);
    },

    installedCommands: (uri: string) => connection.sendRequest<readonly string[]>(INSTALLED_COMMANDS, { uri }),

    status: (uri: string): Promise<Status | null> => connection.sendRequest(STATUS.of, { uri }),
    hover: (uri: string, line: number, character: number) =>
      connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line, character } }),

    codeActions: async (uri: string, range: Range, only?: string[]) => {
      const context = { diagnostics: [], ...(only && { only }) };
      const params = { textDocument: { uri }, range, context };
      return ((await connection.sendRequest(CodeActionRequest.type, params)) ?? []) as CodeAction[];
    },

    resolve: (action: CodeAction): Promise<CodeAction> => connection.sendRequest('codeAction/resolve', action),

    execute: (command: string, ...args: unknown[]) =>
      connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: args }),

    codeLenses: async (uri: string): Promise<CodeLens[]> =>
      (await connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [],

    /** Tells what a pair of runs has shown. */
    ran: (run: RunOf) => {
      isTold = true;
      return connection.sendNotification(RUN, run);
    },

    /** Any request, which a token can cancel. */
    request: <R>(method: string, params: object = {}, token?: CancellationToken): Promise<R> =>
      token ? connection.sendRequest(method, params, token) : connection.sendRequest(method, params),

    /** Hears how far a request is that was given this token. */
    onProgress: (token: string, hear: (news: unknown) => void) =>
      connection.onProgress(WorkDoneProgress.type, token, hear),

    shutDown: () => {
      isTold = true;
      return connection.sendRequest(ShutdownRequest.type);
    },

    /** Closes what is open and forgets what was said; false where more than that would have to be undone. */
    clean: async (): Promise<boolean> => {
      if (isTold) return false;
      for (const [uri, cells] of [...notebooks]) await closeNotebook(uri, cells);
      const uris = [...open];
      for (const uri of uris) {
        open.delete(uri);
        await connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
      }
      // What the server says of their being closed comes before its next answer.
      await connection.sendRequest(STATUS.of, { uri: uris[0] ?? 'untitled:none' });
      Object.assign(said, nothingSaid());
      return true;
    },

    /** Gives the exit code. */
    exit: async (): Promise<number> => {
      await connection.sendNotification('exit');
      const [code] = await exit;
      connection.dispose();
      return code;
    },
  };
}

const folderAt = (uri: string) => ({ uri, name: uri });

/** Servers that wait for the next test, by what they were started with. */
const idle = new Map<string, Server>();

after(async () => {
  for (const server of idle.values()) await server.exit();
});

/**
 * Gives a test a server that has nothing open and has said nothing. One without folders and files goes on to the next test
 * of the file that asks for the same, as an editor closes one document and opens another; the others end with their test.
 */
export async function withServer(options: Options, use: (server: Server) => Promise<void>): Promise<void> {
  const { rootUri, folders, files, env, ...rest } = options;
  const key = rootUri || folders || files || env ? null : JSON.stringify(rest);
  const waiting = key === null ? undefined : idle.get(key);
  if (key !== null) idle.delete(key);
  const server = waiting ?? (await startServer(options));
  let isClean = false;
  try {
    await use(server);
    isClean = key !== null && !idle.has(key) && (await server.clean());
  } finally {
    if (isClean && key !== null) idle.set(key, server);
    else await server.exit();
  }
}

/** Waits until something has arrived. */
export async function until(arrived: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!arrived()) {
    if (Date.now() > deadline) throw new Error('Nothing arrived within a minute.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The text after an edit of one document. */
export function applyTo(text: string, edit: WorkspaceEdit | undefined): string {
  const document = TextDocument.create('', 'python', 0, text);
  const versioned = edit?.documentChanges?.flatMap((change) => ('edits' in change ? change.edits : []));
  const edits = versioned ?? Object.values(edit?.changes ?? {}).flat();
  return TextDocument.applyEdits(
    document,
    edits.map((one) => ({ range: one.range, newText: 'newText' in one ? one.newText : one.snippet.value })),
  );
}
