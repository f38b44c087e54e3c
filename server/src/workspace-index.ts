/**
 * Keeps the workspace's effects true while files are opened, edited, saved, created and deleted, and folders come and go.
 * It reads files in batches and understands them in slices, so that a large workspace never holds up a keystroke.
 * An open document always wins, and a text that was asked for before something newer is known is thrown away.
 */
import { closeFile, openFile, type PythonFile } from './core/model.ts';
import { indexClosedFile, indexFile } from './core/project.ts';
import { isManifest, versionsIn } from './core/versions.ts';
import { type IndexedFile, Workspace } from './core/workspace.ts';
import { type FileAccess, findFiles } from './folders.ts';
import { reasonToSkip } from './limits.ts';

const SLICE_MS = 15;
/** How many files are asked for at once. */
const BATCH = 32;
/** UTF-16 units of other files' texts that are kept, for places in them and repairs of them. */
const MAX_KEPT = 2_000_000;

/** What the index needs to know of its surroundings. */
export interface Surroundings {
  readonly files: FileAccess;
  /** The text of a document that is open in an editor, by its path. */
  openText(path: string): string | undefined;
  /** Hears of a file that could not be understood; it counts as unreadable. */
  onError(error: unknown): void;
}

export class WorkspaceIndex {
  readonly workspace = new Workspace();
  /** Grows whenever programs may behave differently. */
  generation = 0;
  readonly #around: Surroundings;
  readonly #folders = new Set<string>();
  readonly #uris = new Map<string, string>();
  readonly #open = new Set<string>();
  /** The latest question for each file that is being read. */
  readonly #asked = new Map<string, object>();
  /** Texts of closed files, those last read at the end, and the paths for which there was none. */
  readonly #texts = new Map<string, string>();
  #missing = new Set<string>();

  constructor(surroundings: Surroundings) {
    this.#around = surroundings;
    this.workspace.open = (path) => this.#parse(path);
  }

  /** Reads all files of the folders in; resolves when they are known. */
  async add(folders: readonly string[]): Promise<void> {
    for (const folder of folders) this.#folders.add(folderPath(folder));
    await this.reread(await findFiles(folders, this.#around.files));
  }

  /** Forgets the files of folders that are no longer open; what is open in an editor stays. */
  remove(folders: readonly string[]): void {
    for (const folder of folders) this.#folders.delete(folderPath(folder));
    for (const path of [...this.#uris.keys()]) if (!this.#open.has(path) && !this.#isInside(path)) this.#forget(path);
  }

  /** Takes the stored texts for the truth again, of files that were made, changed, deleted or closed. */
  async reread(uris: readonly string[]): Promise<void> {
    const wanted = uris.filter((uri) => this.#isInside(pathOf(uri)));
    for (let i = 0; i < wanted.length; i += BATCH) await this.#readBatch(wanted.slice(i, i + BATCH), false);
  }

  /** A file is gone, or a folder with all that was in it. */
  deleted(uri: string): void {
    const gone = pathOf(uri);
    for (const path of [...this.#uris.keys()]) {
      if ((path === gone || path.startsWith(`${gone}/`)) && !this.#open.has(path)) this.#forget(path);
    }
  }

  /** Takes an open document's text for the truth, saved or not. */
  edited(file: PythonFile, uri: string): void {
    this.#open.add(file.path);
    this.#asked.delete(file.path);
    this.#texts.delete(file.path);
    this.#take(file.path, uri, indexFile(file));
  }

  async closed(uri: string): Promise<void> {
    const path = pathOf(uri);
    this.#open.delete(path);
    if (this.#isInside(path)) await this.reread([uri]);
    else this.#forget(path);
  }

  isOpen(uri: string): boolean {
    return this.#open.has(pathOf(uri));
  }

  uriOf(path: string): string {
    return this.#uris.get(path) ?? path;
  }

  /** The text of another file as last read; without it, `readMissing` has it read. */
  textOf(path: string): string | undefined {
    const text = this.#around.openText(path) ?? this.#texts.get(path);
    if (text === undefined && this.#isInside(path)) this.#missing.add(path);
    return text;
  }

  get lacksTexts(): boolean {
    return this.#missing.size > 0;
  }

  /** Reads the texts that were asked for in vain; true if there were any, and what asked for them should ask again. */
  async readMissing(): Promise<boolean> {
    const uris = [...this.#missing].map((path) => this.uriOf(path));
    this.#missing = new Set();
    for (let i = 0; i < uris.length; i += BATCH) await this.#readBatch(uris.slice(i, i + BATCH), true);
    return uris.length > 0;
  }

  async #readBatch(uris: readonly string[], keep: boolean): Promise<void> {
    const question = {};
    for (const uri of uris) this.#asked.set(pathOf(uri), question);
    const texts = await this.#around.files.read(uris);
    let since = performance.now();
    for (const [i, uri] of uris.entries()) {
      if (performance.now() - since > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        since = performance.now();
      }
      const path = pathOf(uri);
      if (this.#asked.get(path) !== question) continue; // Something newer is known, or will be.
      this.#asked.delete(path);
      if (this.#open.has(path) || !this.#isInside(path)) continue;
      try {
        this.#stored(path, uri, this.#around.openText(path) ?? texts[i], keep);
      } catch (error) {
        this.#forget(path);
        this.#around.onError(error);
      }
    }
  }

  #stored(path: string, uri: string, text: string | undefined, keep: boolean): void {
    if (text === undefined || reasonToSkip(text)) {
      this.#forget(path);
      return;
    }
    if (keep) this.#keep(path, text);
    else this.#texts.delete(path);
    if (isManifest(path)) {
      this.#uris.set(path, uri);
      if (this.workspace.setVersions(path, versionsIn(path, text))) this.generation++;
      return;
    }
    const file = openFile(path, text);
    try {
      this.#take(path, uri, indexClosedFile(file));
    } finally {
      closeFile(file);
    }
  }

  #take(path: string, uri: string, indexed: IndexedFile): void {
    this.#uris.set(path, uri);
    if (this.workspace.set(path, indexed)) this.generation++;
  }

  #forget(path: string): void {
    this.#asked.delete(path);
    this.#texts.delete(path);
    this.#uris.delete(path);
    const changed = isManifest(path) ? this.workspace.setVersions(path, new Map()) : this.workspace.delete(path);
    if (changed) this.generation++;
  }

  #keep(path: string, text: string): void {
    this.#texts.delete(path);
    this.#texts.set(path, text);
    let size = 0;
    for (const [each, { length }] of [...this.#texts].reverse()) {
      size += length;
      if (size > MAX_KEPT && each !== path) this.#texts.delete(each);
    }
  }

  #parse(path: string): PythonFile | null {
    const text = this.textOf(path);
    if (text === undefined) return null;
    const file = openFile(path, text);
    closeFile(file);
    return file;
  }

  #isInside(path: string): boolean {
    for (const folder of this.#folders) if (path.startsWith(folder)) return true;
    return false;
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

const folderPath = (uri: string): string => `${pathOf(uri).replace(/\/+$/, '')}/`;
