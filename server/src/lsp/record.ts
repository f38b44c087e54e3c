/** What a client has told its server, as short as it can be said again: to one that takes the place of the first. */
import type {
  DidChangeNotebookDocumentParams,
  DidChangeTextDocumentParams,
  DidChangeWorkspaceFoldersParams,
  DidCloseNotebookDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenNotebookDocumentParams,
  DidOpenTextDocumentParams,
  NotebookDocument,
  WorkspaceFolder,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { RUN, type RunOf } from '../protocol.ts';
import { applyToCells, type Cells, cellsOf } from './notebooks.ts';

/** A message of the protocol, as far as it matters here. */
export interface ProtocolMessage {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface OpenNotebook extends Cells {
  readonly head: Omit<NotebookDocument, 'cells' | 'version'>;
  version: number;
}

type Listener = (record: SessionRecord, params: never) => void;

/** Keeps what the client has told. */
export class SessionRecord {
  #initialize: ProtocolMessage | undefined;
  #initialized: ProtocolMessage | undefined;
  #configuration: ProtocolMessage | undefined;
  readonly #texts = new Map<string, TextDocument>();
  readonly #notebooks = new Map<string, OpenNotebook>();
  /** What runs have shown, by the program they are of. */
  readonly #runs = new Map<string, RunOf>();

  /** Hears a message of the client to the server; what changes nothing that lasts is passed over. */
  hear(message: ProtocolMessage): void {
    if (message.method === 'initialize') this.#initialize = structuredClone(message);
    else if (message.method === 'initialized') this.#initialized = message;
    else if (message.method === 'workspace/didChangeConfiguration') this.#configuration = message;
    else if (message.method !== undefined) LISTENERS.get(message.method)?.(this, message.params as never);
  }

  /** The version of what is open at an address, for a cell that of its notebook; undefined where nothing is. */
  versionOf(uri: string): number | undefined {
    return this.#texts.get(uri)?.version ?? this.#notebooks.get(uri)?.version;
  }

  /** The messages that bring a new server to where the old one was. The first one is a request, if there is any. */
  replay(): readonly ProtocolMessage[] {
    if (!this.#initialize) return [];
    const opened = [...this.#texts.values()].map((document) => ({
      method: 'textDocument/didOpen',
      params: { textDocument: itemOf(document) },
    }));
    const notebooks = [...this.#notebooks.values()].map(({ head, version, cells, documents }) => ({
      method: 'notebookDocument/didOpen',
      params: {
        notebookDocument: { ...head, version, cells: cells.map(({ kind, uri }) => ({ kind, document: uri })) },
        cellTextDocuments: [...documents.values()].map(itemOf),
      },
    }));
    const runs = [...this.#runs.values()].map((params) => ({ method: RUN, params }));
    const later = [this.#initialized, this.#configuration].filter((message) => message !== undefined);
    const told = [...opened, ...notebooks, ...runs].map((each) => ({ jsonrpc: '2.0', ...each }));
    return [this.#initialize, ...later, ...told];
  }

  openText({ textDocument: { uri, languageId, version, text } }: DidOpenTextDocumentParams): void {
    this.#texts.set(uri, TextDocument.create(uri, languageId, version, text));
  }

  changeText({ textDocument: { uri, version }, contentChanges }: DidChangeTextDocumentParams): void {
    const document = this.#texts.get(uri);
    if (document) this.#texts.set(uri, TextDocument.update(document, [...contentChanges], version));
  }

  closeText({ textDocument: { uri } }: DidCloseTextDocumentParams): void {
    this.#texts.delete(uri);
  }

  openNotebook({
    notebookDocument: { cells, version, ...head },
    cellTextDocuments,
  }: DidOpenNotebookDocumentParams): void {
    this.#notebooks.set(head.uri, { ...cellsOf(cells, cellTextDocuments), head, version });
  }

  changeNotebook({ notebookDocument: { uri, version }, change }: DidChangeNotebookDocumentParams): void {
    const notebook = this.#notebooks.get(uri);
    if (!notebook) return;
    notebook.version = version;
    if (change.cells) applyToCells(notebook, change.cells);
  }

  closeNotebook({ notebookDocument: { uri } }: DidCloseNotebookDocumentParams): void {
    this.#notebooks.delete(uri);
  }

  /** What no longer holds is nothing to say again. */
  ran(run: RunOf): void {
    this.#runs.delete(run.uri);
    if (run.verdict !== null) this.#runs.set(run.uri, run);
  }

  changeFolders({ event: { added, removed } }: DidChangeWorkspaceFoldersParams): void {
    const params = this.#initialize?.params as { workspaceFolders?: WorkspaceFolder[] | null } | undefined;
    if (!params) return;
    const gone = new Set(removed.map(({ uri }) => uri));
    params.workspaceFolders = [...(params.workspaceFolders ?? []).filter(({ uri }) => !gone.has(uri)), ...added];
  }
}

const LISTENERS: ReadonlyMap<string, Listener> = new Map(
  Object.entries<Listener>({
    'textDocument/didOpen': (record, params) => record.openText(params),
    'textDocument/didChange': (record, params) => record.changeText(params),
    'textDocument/didClose': (record, params) => record.closeText(params),
    'notebookDocument/didOpen': (record, params) => record.openNotebook(params),
    'notebookDocument/didChange': (record, params) => record.changeNotebook(params),
    'notebookDocument/didClose': (record, params) => record.closeNotebook(params),
    'workspace/didChangeWorkspaceFolders': (record, params) => record.changeFolders(params),
    [RUN]: (record, params) => record.ran(params),
  }),
);

const itemOf = (document: TextDocument) => ({
  uri: document.uri,
  languageId: document.languageId,
  version: document.version,
  text: document.getText(),
});
