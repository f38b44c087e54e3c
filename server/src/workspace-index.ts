/**
 * Keeps the workspace's effects true while files are opened, edited, saved, created and deleted.
 * It reads files in slices, so that a large workspace never holds up a keystroke.
 */
import { closeFile, openFile, type PythonFile } from './core/model.ts';
import { indexClosedFile, indexFile } from './core/project.ts';
import { type IndexedFile, Workspace } from './core/workspace.ts';
import { reasonToSkip } from './limits.ts';

/** How the host reaches files; addresses are URIs. */
export interface FileAccess {
  /** The Python files below a folder. */
  list(folder: string): readonly string[];
  /** The text of a file; undefined where it cannot be read. */
  read(uri: string): string | undefined;
}

const SLICE_MS = 15;

export class WorkspaceIndex {
  readonly workspace = new Workspace();
  /** Grows whenever programs may behave differently. */
  generation = 0;
  readonly #files: FileAccess | undefined;
  readonly #uris = new Map<string, string>();
  readonly #open = new Set<string>();

  constructor(files: FileAccess | undefined) {
    this.#files = files;
    this.workspace.open = (path) => {
      const text = this.#files?.read(this.uriOf(path));
      return text === undefined ? null : openFile(path, text);
    };
  }

  /** Reads all files of the folders in; resolves when they are known. */
  async add(folders: readonly string[]): Promise<void> {
    let since = performance.now();
    for (const uri of folders.flatMap((folder) => this.#files?.list(folder) ?? [])) {
      if (!this.#open.has(pathOf(uri))) this.reread(uri);
      if (performance.now() - since < SLICE_MS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      since = performance.now();
    }
  }

  /** Takes the text on disk for the truth again, for a file that was changed, deleted or closed. */
  reread(uri: string): void {
    const path = pathOf(uri);
    const text = this.#files?.read(uri);
    if (text === undefined || reasonToSkip(text)) {
      if (this.workspace.delete(path)) this.generation++;
      return;
    }
    const file = openFile(path, text);
    this.#take(file.path, uri, indexClosedFile(file));
    closeFile(file);
  }

  /** Takes an open document's text for the truth, saved or not. */
  edited(file: PythonFile, uri: string): void {
    this.#open.add(file.path);
    this.#take(file.path, uri, indexFile(file));
  }

  closed(uri: string): void {
    this.#open.delete(pathOf(uri));
    this.reread(uri);
  }

  isOpen(uri: string): boolean {
    return this.#open.has(pathOf(uri));
  }

  uriOf(path: string): string {
    return this.#uris.get(path) ?? path;
  }

  #take(path: string, uri: string, indexed: IndexedFile): void {
    this.#uris.set(path, uri);
    if (this.workspace.set(path, indexed)) this.generation++;
  }
}

/** The path of a document wherever it lives; the engine only ever compares such paths. */
export function pathOf(uri: string): string {
  try {
    return decodeURIComponent(new URL(uri).pathname);
  } catch {
    return uri;
  }
}
