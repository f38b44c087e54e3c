/**
 * Open notebooks: the cells of each as one document, which is judged like any other. Their diagnostics are published
 * cell by cell; a client that pulls would ask for one cell after the other, and for all of them after each keystroke.
 */
import {
  type Connection,
  type Diagnostic,
  type NotebookCell,
  NotebookCellKind,
  type NotebookDocumentChangeEvent,
  type NotebookDocumentSyncOptions,
  type Range,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { joinCells, type Notebook, type Source, withinCell } from '../core/python/notebook.ts';
import type { Span } from '../core/text/edit.ts';
import { rangeOf } from './client.ts';

/** What the server asks of clients that know notebooks. Of other kinds of notebooks nobody knows how their cells run. */
export const NOTEBOOK_SYNC: NotebookDocumentSyncOptions = {
  notebookSelector: [{ notebook: 'jupyter-notebook', cells: [{ language: 'python' }] }],
};

/** A notebook at one version; every change makes a new one. */
export interface NotebookDocument extends TextDocument {
  readonly notebook: Notebook;
  /** The documents of the cells of Python, by the index that the notebook has for them. */
  readonly cells: readonly (TextDocument | undefined)[];
}

/** A place in the terms of the protocol. */
export interface DocumentPlace {
  readonly uri: string;
  readonly range: Range;
  readonly version: number;
}

/** The cells of a notebook as its client has them, and the documents of those that have one. */
export interface Cells {
  readonly cells: { readonly kind: NotebookCellKind; readonly uri: string }[];
  readonly documents: Map<string, TextDocument>;
}

interface State extends Cells {
  document: NotebookDocument;
  /** What each cell was last told, as JSON. */
  readonly published: Map<string, string>;
}

interface Ear {
  changed(uri: string): void;
  /** Called with the last version. */
  closed(document: NotebookDocument): void;
}

/** Follows the notebooks that are open in the client. */
export function followNotebooks(connection: Connection, ear: Ear) {
  const states = new Map<string, State>();
  const { synchronization } = connection.notebooks;

  synchronization.onDidOpenNotebookDocument(({ notebookDocument: { uri, cells }, cellTextDocuments }) => {
    const published = states.get(uri)?.published ?? new Map();
    const state: State = { ...cellsOf(cells, cellTextDocuments), document: joined(uri, 0, []), published };
    states.set(uri, state);
    renew(uri, state);
  });

  synchronization.onDidChangeNotebookDocument(({ notebookDocument: { uri }, change }) => {
    const state = states.get(uri);
    if (!state) return;
    if (change.cells) applyToCells(state, change.cells);
    renew(uri, state);
  });

  synchronization.onDidCloseNotebookDocument(({ notebookDocument: { uri } }) => {
    const state = states.get(uri);
    if (!state) return;
    states.delete(uri);
    for (const [cell, told] of state.published) if (told !== NOTHING) publish({ uri: cell, diagnostics: [] });
    ear.closed(state.document);
  });

  function renew(uri: string, state: State): void {
    const cells = state.cells.map(({ kind, uri: cell }) => {
      const document = kind === NotebookCellKind.Code ? state.documents.get(cell) : undefined;
      return document?.languageId === 'python' ? document : undefined;
    });
    state.document = joined(uri, state.document.version + 1, cells);
    ear.changed(uri);
  }

  const publish = (params: { uri: string; version?: number; diagnostics: Diagnostic[] }): void => {
    void connection.sendDiagnostics(params);
  };

  /** The notebook at an address, or the one that a cell belongs to. */
  function documentOf(uri: string): NotebookDocument | undefined {
    const state = states.get(uri) ?? [...states.values()].find(({ documents }) => documents.has(uri));
    return state?.document;
  }

  return {
    documentOf,

    all: (): NotebookDocument[] => [...states.values()].map(({ document }) => document),

    /** Tells the client what is new: cells with other diagnostics than before, and those that are gone. */
    publish(document: NotebookDocument, diagnostics: ReadonlyMap<string, Diagnostic[]>): void {
      const state = states.get(document.uri);
      if (state?.document !== document) return; // Something newer will be told.
      const isCell = new Map(document.cells.flatMap((cell) => (cell ? [[cell.uri, cell]] : [])));
      for (const uri of new Set([...isCell.keys(), ...state.published.keys()])) {
        const cell = isCell.get(uri);
        const own = (cell && diagnostics.get(uri)) ?? [];
        const told = JSON.stringify(own);
        if (told !== (state.published.get(uri) ?? NOTHING)) {
          publish({ uri, ...(cell && { version: cell.version }), diagnostics: own });
        }
        if (cell) state.published.set(uri, told);
        else state.published.delete(uri);
      }
    },
  };
}

const NOTHING = '[]';

/** What a client opens. */
export function cellsOf(cells: readonly NotebookCell[], documents: readonly OpenedCell[]): Cells {
  const opened: Cells = { cells: cells.map(({ kind, document }) => ({ kind, uri: document })), documents: new Map() };
  for (const document of documents) open(opened, document);
  return opened;
}

function open({ documents }: Cells, { uri, languageId, version, text }: OpenedCell): void {
  documents.set(uri, TextDocument.create(uri, languageId, version, text));
}

interface OpenedCell {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  readonly text: string;
}

/** Takes over what a client says has changed. */
export function applyToCells(
  state: Cells,
  { structure, data, textContent }: NonNullable<NotebookDocumentChangeEvent['cells']>,
): void {
  if (structure) {
    const { start, deleteCount, cells = [] } = structure.array;
    state.cells.splice(start, deleteCount, ...cells.map(({ kind, document }) => ({ kind, uri: document })));
    for (const { uri } of structure.didClose ?? []) state.documents.delete(uri);
    for (const cell of structure.didOpen ?? []) open(state, cell);
  }
  for (const { kind, document } of data ?? []) {
    const at = state.cells.findIndex(({ uri }) => uri === document);
    if (at >= 0) state.cells[at] = { kind, uri: document };
  }
  for (const { document, changes } of textContent ?? []) {
    const cell = state.documents.get(document.uri);
    if (cell) state.documents.set(document.uri, TextDocument.update(cell, changes, document.version));
  }
}

function joined(uri: string, version: number, cells: NotebookDocument['cells']): NotebookDocument {
  const notebook = joinCells(cells.flatMap((cell, index) => (cell ? [{ index, text: cell.getText() }] : [])));
  // Cells are changed in place when they are edited, so what they are now is kept.
  const kept = cells.map(
    (cell) => cell && TextDocument.create(cell.uri, cell.languageId, cell.version, cell.getText()),
  );
  return Object.assign(TextDocument.create(uri, 'python', version, notebook.text), { notebook, cells: kept });
}

/** What is understood of a document. */
export function sourceOf(document: TextDocument): Source;
export function sourceOf(document: TextDocument | undefined): Source | undefined;
export function sourceOf(document: TextDocument | undefined): Source | undefined {
  return document && (isNotebook(document) ? document.notebook : document.getText());
}

export const isNotebook = (document: TextDocument): document is NotebookDocument => 'notebook' in document;

/** Where a span of the document's text is: in the document itself, or in a cell. */
export function placeOf(span: Span, document: TextDocument): DocumentPlace {
  const within = isNotebook(document) ? withinCell(document.notebook, span) : undefined;
  const cell = within && isNotebook(document) ? document.cells[within.cell.index] : undefined;
  const home = cell ?? document;
  return { uri: home.uri, range: rangeOf(within ?? span, home), version: home.version };
}

/** The span of a range in the document, or in the notebook's cell at the address; undefined for a cell without Python. */
export function spanOf(uri: string, range: Range, document: TextDocument): Span | undefined {
  if (!isNotebook(document)) return { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const index = document.cells.findIndex((cell) => cell?.uri === uri);
  const cell = document.notebook.cells.find((each) => each.index === index);
  const own = document.cells[index];
  if (!cell || !own) return undefined;
  return { start: cell.start + own.offsetAt(range.start), end: cell.start + own.offsetAt(range.end) };
}
