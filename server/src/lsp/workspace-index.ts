/**
 * Keeps the workspace's effects true while files are opened, edited, saved, created and deleted, and folders come and go.
 * It reads files in batches and understands them in slices, so that a large workspace never holds up a keystroke.
 * An open document always wins, and a text that was asked for before something newer is known is thrown away.
 */

import { type Vocabulary, vocabularyOf } from '../core/lowering/own-functions.ts';
import { isInstalledPackage, isManifest } from '../core/manifests/manifests.ts';
import { indexClosedFile, indexFile } from '../core/program/indexed-file.ts';
import { type IndexedFile, Workspace } from '../core/program/workspace.ts';
import { closeFile, openFile, type PythonFile } from '../core/python/file.ts';
import { joinCells, partsOf, type Source } from '../core/python/notebook.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings/settings.ts';
import { namesEnvironment } from '../core/switches/environment.ts';
import { addressIn, type FileAccess, findFiles, findFilesNear } from '../host/folders.ts';
import { reasonToSkip } from '../host/limits.ts';
import { readNotebook } from '../host/notebook-file.ts';

const SLICE_MS = 15;
/** How many files are asked for at once. */
const BATCH = 32;
/** UTF-16 units of other files' texts that are kept, for places in them and repairs of them. */
const MAX_KEPT = 2_000_000;

/** What the index needs to know of its surroundings. */
export interface Surroundings {
  readonly files: FileAccess;
  /** What is open in an editor under a path: a text, or a notebook. */
  openSource(path: string): Source | undefined;
  /** Hears of a file that could not be understood; it counts as unreadable. */
  onError(error: unknown): void;
}

/** What to compare to see whether something has changed. */
export interface IndexState {
  readonly generation: number;
  readonly edits: number;
}

export class WorkspaceIndex {
  readonly workspace = new Workspace();
  /** Grows whenever programs may behave differently. */
  generation = 0;
  /** Grows whenever they may because of an open document. */
  #edits = 0;
  readonly #around: Surroundings;
  /** The addresses of open folders by their paths. */
  readonly #folders = new Map<string, string>();
  /** Those of them, by their addresses, that are no project: what is in there need not belong to each other. */
  readonly #loose = new Set<string>();
  readonly #uris = new Map<string, string>();
  readonly #open = new Set<string>();
  /** The latest reading of each file that is being read; ends when its answer is worked in. */
  readonly #readings = new Map<string, Promise<void>>();
  /** Texts of closed files, those last read at the end. */
  readonly #texts = new Map<string, string>();
  /** The paths for which a text was missing, and those of them whose text is kept when it is read next. */
  #missing = new Set<string>();
  readonly #wanted = new Set<string>();
  /** Notebooks that others run by `%run`, the only closed ones that are read. */
  readonly #ran = new Set<string>();
  /** What the user set for the whole workspace. */
  #user: Settings = DEFAULT_SETTINGS;
  /** Functions were named as seeding or drawing, or no longer, since files were understood. */
  #namesChanged = false;

  constructor(surroundings: Surroundings) {
    this.#around = surroundings;
    this.workspace.open = (path) => this.#parse(path);
  }

  get state(): IndexState {
    return { generation: this.generation, edits: this.#edits };
  }

  /** Reads all files of the folders in; resolves when they are known. */
  async add(folders: readonly string[], onProgress?: (done: number, total: number) => void): Promise<void> {
    for (const folder of folders) this.#folders.set(folderPath(folder), folder);
    this.#around.files.stayWithin?.([...this.#folders.values()]);
    await this.reread(await this.#filesOf(folders), onProgress);
  }

  /** The same for a folder that is no project: only so much of it is read as may belong to a file in it. */
  addLoose(folder: string): Promise<void> {
    this.#loose.add(folder);
    return this.add([folder]);
  }

  /** The addresses of all files there are now in the folders, also those that nobody has told us of. */
  list(): Promise<readonly string[]> {
    return this.#filesOf([...this.#folders.values()]);
  }

  async #filesOf(folders: readonly string[]): Promise<readonly string[]> {
    const { files } = this.#around;
    const loose = folders.filter((folder) => this.#loose.has(folder));
    const whole = await findFiles(
      folders.filter((folder) => !this.#loose.has(folder)),
      files,
    );
    return [...whole, ...(await Promise.all(loose.map((folder) => findFilesNear(folder, files)))).flat()];
  }

  /** Takes what the user set for the whole workspace; files are understood anew where it names other functions, which is then true. */
  async use(settings: Settings): Promise<boolean> {
    const names = (given: Settings): string => JSON.stringify(vocabularyOf(given));
    const isSame = names(settings) === names(this.#user);
    this.#user = settings;
    if (!isSame) await this.#readAll(this.#closedPython());
    return !isSame;
  }

  /** Forgets the files of folders that are no longer open; what is open in an editor stays. */
  remove(folders: readonly string[]): void {
    for (const folder of folders) this.#folders.delete(folderPath(folder));
    this.#around.files.stayWithin?.([...this.#folders.values()]);
    for (const path of [...this.#uris.keys()]) if (!this.#open.has(path) && !this.#isInside(path)) this.#forget(path);
  }

  /** Takes the stored texts for the truth again, of files that were made, changed, deleted or closed. */
  async reread(uris: readonly string[], onProgress?: (done: number, total: number) => void): Promise<void> {
    const isOfInterest = (path: string): boolean => this.#isInside(path) && (!isNotebook(path) || this.#ran.has(path));
    const wanted = uris.filter((uri) => isOfInterest(pathOf(uri)));
    const installed = wanted.filter((uri) => isInstalledPackage(pathOf(uri)));
    for (const uri of installed) this.#stored(pathOf(uri), uri, ''); // The name says everything.
    // What a project says about its functions has to be known before they are met.
    const manifests = wanted.filter((uri) => isManifest(pathOf(uri)) && !installed.includes(uri));
    await this.#readAll(manifests);
    if (manifests.length > 0) await this.#readIncluded();
    const others = wanted.filter((uri) => !isManifest(pathOf(uri)));
    await this.#readAll(this.#namesChanged ? [...new Set([...this.#closedPython(), ...others])] : others, onProgress);
  }

  async #readAll(uris: readonly string[], onProgress?: (done: number, total: number) => void): Promise<void> {
    for (let i = 0; i < uris.length; i += BATCH) {
      onProgress?.(i, uris.length);
      await this.#read(uris.slice(i, i + BATCH));
    }
  }

  /** Manifests may include files that no name tells from others. */
  async #readIncluded(): Promise<void> {
    const { manifests } = this.workspace;
    for (let missing = manifests.missing; missing.length > 0; missing = manifests.missing) {
      const paths = [...new Set(missing)];
      const inside = paths.filter((path) => this.#isInside(path));
      for (const path of inside) this.#uris.set(path, this.#addressOf(path));
      const texts = await this.#around.files.read(inside.map((path) => this.uriOf(path)));
      const textOf = new Map(inside.map((path, i) => [path, texts[i]]));
      for (const path of paths) if (manifests.set(path, textOf.get(path) ?? '')) this.generation++;
    }
  }

  /** All closed files, since functions in them are named otherwise now. */
  #closedPython(): string[] {
    this.#namesChanged = false;
    this.generation++; // Open ones are understood anew when they are asked about.
    return [...this.#uris].flatMap(([path, uri]) => (path.endsWith('.py') && !this.#open.has(path) ? [uri] : []));
  }

  /** A file is gone, or a folder with all that was in it. */
  deleted(uri: string): void {
    const gone = pathOf(uri);
    for (const path of new Set([...this.#uris.keys(), ...this.#readings.keys()])) {
      if ((path === gone || path.startsWith(`${gone}/`)) && !this.#open.has(path)) this.#forget(path);
    }
  }

  /** Takes an open document's text for the truth, saved or not. */
  edited(file: PythonFile, uri: string): void {
    this.#open.add(file.path);
    this.#readings.delete(file.path);
    this.#texts.delete(file.path);
    const { generation } = this;
    this.#take(file.path, uri, indexFile(file, this.#vocabularyOf(file.path)));
    if (this.generation !== generation) this.#edits++;
  }

  async closed(uri: string): Promise<void> {
    const path = pathOf(uri);
    this.#open.delete(path);
    const isRead = !this.workspace.facts(path)?.isNotebook || this.#ran.has(path);
    if (isRead && this.#isInside(path)) await this.reread([uri]);
    else this.#forget(path);
  }

  isOpen(uri: string): boolean {
    return this.#open.has(pathOf(uri));
  }

  /** Whether the file has been read, and was fit for it. */
  knows(uri: string): boolean {
    return this.#uris.has(pathOf(uri));
  }

  uriOf(path: string): string {
    return this.#uris.get(path) ?? path;
  }

  /** The address of the open folder that a path is in; the innermost one. */
  folderOf(path: string): string | undefined {
    const around = [...this.#folders.keys()].filter((folder) => path.startsWith(folder));
    return this.#folders.get(around.sort((a, b) => b.length - a.length)[0] ?? '');
  }

  /** Whether a path is in a folder that is a project, or that the client has opened as one. */
  isInProject(path: string): boolean {
    const folder = this.folderOf(path);
    return folder !== undefined && !this.#loose.has(folder);
  }

  /** The text of another file as last read; without it, `readMissing` has it read. */
  textOf(path: string): string | undefined {
    const text = this.#openText(path) ?? this.#texts.get(path);
    // No place in a closed notebook can be told to a client: its cells have no addresses.
    if (text === undefined && this.#isInside(path) && !isNotebook(path)) this.#missing.add(path);
    return text;
  }

  get lacksTexts(): boolean {
    return this.#missing.size > 0;
  }

  /** Reads the texts that were asked for in vain; true if there were any, and what asked for them should ask again. */
  async readMissing(): Promise<boolean> {
    const paths = [...this.#missing];
    this.#missing = new Set();
    for (const path of paths) this.#wanted.add(path);
    const idle = paths.filter((path) => !this.#readings.has(path)).map((path) => this.uriOf(path));
    for (let i = 0; i < idle.length; i += BATCH) await this.#read(idle.slice(i, i + BATCH));
    for (const path of paths) {
      for (let reading = this.#readings.get(path); reading; reading = this.#readings.get(path)) await reading;
      this.#wanted.delete(path);
    }
    return paths.length > 0;
  }

  #read(uris: readonly string[]): Promise<void> {
    const reading: Promise<void> = this.#around.files.read(uris).then((texts) => this.#work(uris, texts, reading));
    for (const uri of uris) this.#readings.set(pathOf(uri), reading);
    return reading;
  }

  async #work(uris: readonly string[], texts: readonly (string | undefined)[], reading: Promise<void>): Promise<void> {
    let since = performance.now();
    for (const [i, uri] of uris.entries()) {
      if (performance.now() - since > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        since = performance.now();
      }
      const path = pathOf(uri);
      if (this.#readings.get(path) !== reading) continue; // Something newer is known, or will be.
      this.#readings.delete(path);
      if (this.#open.has(path) || !this.#isInside(path)) continue;
      try {
        // What a project says of itself counts once it is saved.
        this.#stored(path, uri, (isManifest(path) ? undefined : this.#openText(path)) ?? texts[i]);
      } catch (error) {
        this.#forget(path);
        this.#around.onError(error);
      }
    }
  }

  #stored(path: string, uri: string, text: string | undefined): void {
    // Lock files may be longer than what is analysed.
    const saysVersions = isManifest(path) || this.workspace.manifests.has(path);
    const isRead = text !== undefined && (saysVersions || isNotebook(path) || !reasonToSkip(text));
    if (!isRead) {
      this.#forget(path);
      return;
    }
    if (this.#wanted.has(path)) this.#keep(path, text);
    else this.#texts.delete(path);
    if (saysVersions) {
      this.#uris.set(path, uri);
      this.#learn(path, text);
    }
    if (namesEnvironment(path)) {
      this.#uris.set(path, uri);
      if (this.workspace.setEnvironment(path, text)) this.generation++;
    }
    if (isNotebook(path)) this.#storedNotebook(path, uri, text);
    if (path.endsWith('.py') && !reasonToSkip(text)) this.#understand(path, uri, text);
  }

  #storedNotebook(path: string, uri: string, json: string): void {
    const { isPython, cells } = readNotebook(json);
    const notebook = joinCells(cells);
    if (isPython && !reasonToSkip(notebook.text)) this.#understand(path, uri, notebook);
    else this.#forget(path);
  }

  #understand(path: string, uri: string, source: Source): void {
    const file = openFile(path, source);
    try {
      this.#take(path, uri, indexClosedFile(file, this.#vocabularyOf(path)));
    } finally {
      closeFile(file);
    }
  }

  #take(path: string, uri: string, indexed: IndexedFile): void {
    this.#uris.set(path, uri);
    const { isNotebook: isOfCells } = indexed.facts;
    // Nobody imports a notebook, but another one may run it.
    if (this.workspace.set(path, indexed) && (!isOfCells || this.#ran.has(path))) this.generation++;
    if (isOfCells) for (const each of this.workspace.unreadRuns(path)) this.#askForNotebook(each);
  }

  /** Python files are known by the walk; a notebook that another one runs is read when that is known, once. */
  #askForNotebook(path: string): void {
    if (!isNotebook(path) || this.#ran.has(path) || !this.#isInside(path)) return;
    this.#ran.add(path);
    this.#uris.set(path, this.#addressOf(path));
    this.#missing.add(path);
  }

  #forget(path: string): void {
    this.#readings.delete(path);
    this.#texts.delete(path);
    this.#uris.delete(path);
    if (this.workspace.delete(path)) this.generation++;
    if (this.workspace.setEnvironment(path, null)) this.generation++;
    if (this.workspace.manifests.has(path)) this.#learn(path, '');
    if (this.workspace.manifests.delete(path)) this.generation++;
  }

  #learn(path: string, text: string): void {
    const { manifests } = this.workspace;
    const names = (): string => JSON.stringify(namesIn(manifests.configAt(path)?.settings ?? {}));
    const before = names();
    if (manifests.set(path, text)) this.generation++;
    if (names() !== before) this.#namesChanged = true;
  }

  #vocabularyOf(path: string): Vocabulary {
    return vocabularyOf(this.workspace.manifests.settingsOf(path, this.#user));
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

  #openText(path: string): string | undefined {
    const source = this.#around.openSource(path);
    return source === undefined ? undefined : partsOf(source).text;
  }

  #parse(path: string): PythonFile | null {
    const source = this.#around.openSource(path) ?? this.textOf(path);
    if (source === undefined) return null;
    const file = openFile(path, source);
    closeFile(file);
    return file;
  }

  /** The address of a file that nobody has told us of. */
  #addressOf(path: string): string {
    const [folder, uri] = [...this.#folders].find(([each]) => path.startsWith(each)) ?? ['', ''];
    return addressIn(uri.replace(/\/+$/, ''), path.slice(folder.length));
  }

  #isInside(path: string): boolean {
    for (const folder of this.#folders.keys()) if (path.startsWith(folder)) return true;
    return false;
  }
}

/**
 * The path of a document wherever it lives; the engine only ever compares such paths. Clients write the letter of a drive
 * of Windows in either case.
 */
export function pathOf(uri: string): string {
  try {
    return decodeURIComponent(new URL(uri).pathname).replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
  } catch {
    return uri;
  }
}

const isNotebook = (path: string): boolean => path.endsWith('.ipynb');

const namesIn = ({ seedFunctions, randomFunctions }: Partial<Settings>) => [seedFunctions, randomFunctions];

const folderPath = (uri: string): string => `${pathOf(uri).replace(/\/+$/, '')}/`;
