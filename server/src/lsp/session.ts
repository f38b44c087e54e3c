/** What the server keeps while it runs: one parsed file per open document, its settings, and no result of a stale version. */
import {
  type Connection,
  type Diagnostic,
  type InitializeParams,
  MessageType,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, analyze } from '../core/analysis/analyze.ts';
import { configProblems, unknownRules } from '../core/analysis/config-problems.ts';
import { asReleased } from '../core/analysis/new-rules.ts';
import type { Project } from '../core/contract/project.ts';
import type { Finding } from '../core/contract/rule.ts';
import { projectOf } from '../core/program/project.ts';
import { closeFile, openFile, type PythonFile, updateFile } from '../core/python/file.ts';
import { markedFindings } from '../core/report/marks.ts';
import { type PairOfRuns, runOf } from '../core/report/run.ts';
import { parseSettings, type SettingProblem, type Settings } from '../core/settings/settings.ts';
import { loadSyntax, type WasmBytes } from '../core/syntax/parse.ts';
import { asIs, type Message, sentences, t } from '../core/text/language.ts';
import { at } from '../core/text/tables.ts';
import { type FileAccess, NO_FILES } from '../host/folders.ts';
import { reasonToSkip } from '../host/limits.ts';
import { COMMANDS, OPEN_SETTINGS, type ReportOptions, type RunOf, STATUS } from '../protocol.ts';
import { clientOf, isEdited, isInWorkspace, isLinted, listOf } from './client.ts';
import { configDiagnostics, isOfSettings } from './config-diagnostics.ts';
import { debugText, settingsLine, torchIn, torchLine } from './debug-info.ts';
import { CLOSED, translator } from './edits.ts';
import { clientFiles, followWorkspace } from './files.ts';
import { speaker } from './log.ts';
import { followNotebooks, isNotebook, placeOf, sourceOf } from './notebooks.ts';
import { answerReport } from './report.ts';
import { type IndexState, pathOf, WorkspaceIndex } from './workspace-index.ts';

const PUSH_DELAY_MS = 100;
/** A document that takes longer than this is named in the log, in milliseconds. */
const SLOW_MS = 500;
/** How many of them a report of a fault names. */
const MAX_SLOW = 20;
/** How often an answer is worked out again because texts of other files were missing. */
const MAX_ROUNDS = 3;

/** An open document or notebook as last analysed; `python` is missing where the text is not fit for analysis. */
export interface Checked {
  readonly document: TextDocument;
  readonly version: number;
  readonly settings: Settings;
  /** The state of the other files it was judged with, and of what runs have shown. */
  readonly state: IndexState;
  readonly news: number;
  readonly python: Python | undefined;
  /** By the address of the document, or of the notebook's cell. */
  readonly diagnostics: ReadonlyMap<string, Diagnostic[]>;
  readonly resultId: string;
  /** Whether the texts of all other files that were asked for were at hand. */
  readonly complete: boolean;
}

export interface Python {
  readonly file: PythonFile;
  readonly project: Project;
  readonly analysis: Analysis;
}

/** What the platform gives the server. */
export interface Host {
  readonly version: string;
  /** What it runs on, for the log. */
  readonly platform?: string;
  readonly wasm: WasmBytes;
  /** For clients that read no files themselves; without it, each document is then judged alone. */
  readonly files?: FileAccess;
  /** Called when many files have been read; without it, memory is given back some time later. */
  readonly collectGarbage?: () => void;
  /** Addresses of documents that an earlier server did not get through: they are not analysed before they change. */
  readonly leftAlone?: readonly string[];
  /** Told which document is about to be worked on, and that it is done. */
  readonly working?: (uri: string | undefined) => void;
  /** Whether a folder holds more than a project: somebody's home, which some clients name for want of a better one. */
  readonly isTooWide?: (uri: string) => boolean;
  /** The folder whose modules a file may import, for clients that open no folder; loose, where it is no project. */
  readonly projectAround?: (uri: string) => { readonly folder: string; readonly isLoose: boolean } | undefined;
}

/** One client's session, from its connection to its end. */
export class Session {
  readonly connection: Connection;
  readonly host: Host;
  readonly documents = new TextDocuments(TextDocument);
  readonly index: WorkspaceIndex;
  readonly speaker: ReturnType<typeof speaker>;
  readonly syntax: Promise<void>;
  readonly workspace: ReturnType<typeof followWorkspace>;
  readonly notebooks: ReturnType<typeof followNotebooks>;
  readonly translator: ReturnType<typeof translator>;
  readonly configs: ReturnType<typeof configDiagnostics>;
  files: FileAccess;
  client = clientOf(undefined, undefined);
  folders: readonly string[] = [];

  /** By path: what the client's last pair of runs of a program has shown, as long as it holds. */
  readonly runs = new Map<string, PairOfRuns>();

  readonly #checkedByUri = new Map<string, Checked>();
  readonly #settingsByUri = new Map<string, Promise<Settings>>();
  readonly #pushTimers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Documents that are not analysed, with the version they had when they were first asked for. */
  readonly #leftAlone: Map<string, number | undefined>;
  readonly name = Date.now().toString(36);
  #resultCount = 0;
  /** Milliseconds that the first reading of the workspace took; undefined while it lasts. */
  #readMs: number | undefined;
  /** Grows whenever runs have shown something, or no longer. */
  #news = 0;
  readonly #slow: string[] = [];
  /** The client's own words for itself. */
  #clientName: string | undefined;
  /** What the log says now: of the torch of each folder, and of the settings under the empty name. */
  readonly #logged = new Map<string, Message>();
  #sentSettings: unknown;
  /** The client has opened no folder, so that each file brings its own. */
  #findsProjects = false;

  constructor(connection: Connection, host: Host) {
    this.connection = connection;
    this.host = host;
    this.#leftAlone = new Map(host.leftAlone?.map((uri) => [uri, undefined]));
    this.files = host.files ?? NO_FILES;
    this.speaker = speaker(connection);
    const { logError } = this.speaker;
    this.index = new WorkspaceIndex({
      files: {
        list: (folders) => this.files.list(folders),
        read: (uris) => this.files.read(uris),
        stayWithin: (folders) => this.files.stayWithin?.(folders),
      },
      openSource: (path) => sourceOf(this.#openAt(path)),
      onError: logError,
    });
    this.syntax = loadSyntax(host.wasm);
    this.syntax.catch(() => {}); // Every request waits for it and reports its failure.
    const ear = { ready: this.syntax, changed: () => this.lookAgain(), onError: logError };
    this.workspace = followWorkspace(connection, this.index, ear, host.files?.stamp);
    this.notebooks = followNotebooks(connection, {
      changed: (uri) => this.pushSoon(uri),
      closed: ({ uri }) => this.closed(uri),
    });
    this.configs = configDiagnostics(connection, this.index, () => this.documents.all(), host.version);
    this.translator = translator(
      () => this.client,
      (path) => this.documentAt(path),
    );
  }

  /** What the client says of itself when it starts. */
  meet({ capabilities, clientInfo, initializationOptions, workspaceFolders, rootUri }: InitializeParams): void {
    this.client = clientOf(capabilities, initializationOptions);
    this.#clientName = [clientInfo?.name, clientInfo?.version].filter((each) => typeof each === 'string').join(' ');
    this.#sentSettings = at(initializationOptions, 'settings');
    if (this.client.readsFiles) this.files = clientFiles(this.connection, this.speaker.logError);
    const folders = listOf(workspaceFolders).map((folder) => at(folder, 'uri'));
    this.folders = (folders.length > 0 ? folders : [rootUri]).filter(
      (uri): uri is string => typeof uri === 'string' && uri !== '' && !this.host.isTooWide?.(uri),
    );
    this.#findsProjects = this.folders.length === 0 && !this.client.readsFiles;
  }

  /** Reads the workspace, and the settings that hold for all of it. */
  start(): void {
    const { host, speaker, connection } = this;
    this.#takeUserSettings();
    speaker.log(
      host.platform === undefined ? asIs(`Seedwise ${host.version}`) : t`Seedwise ${host.version} on ${host.platform}.`,
    );
    if (this.#clientName) speaker.log(t`Client: ${this.#clientName}`);
    for (const folder of this.folders) speaker.log(t`Folder: ${folder}`);
    const start = performance.now();
    const progress = this.client.showsProgress ? connection.window.createWorkDoneProgress() : undefined;
    // A client that says it shows progress and does not is no reason to fail.
    const begun = progress?.then(
      (shown) => {
        shown.begin(t`Seedwise: reading the workspace`, 0);
        return shown;
      },
      (error: unknown) => {
        speaker.logError(error);
        return undefined;
      },
    );
    this.workspace.start(this.client, this.folders, (done, total) => {
      begun?.then((shown) => shown?.report(Math.floor((100 * done) / total), t`${done} of ${total} files`));
    });
    const finish = (): Promise<void> => {
      begun?.then((shown) => shown?.done());
      this.#readMs = Math.round(performance.now() - start);
      speaker.log(t`${this.#count()} files of Python read in ${this.#readMs} ms.`);
      this.#logTorch().catch(speaker.logError);
      host.collectGarbage?.();
      return this.configs.refresh();
    };
    this.workspace.complete().then(finish).catch(speaker.logError);
    this.syntax.catch(() =>
      this.speaker.tell(MessageType.Error, t`The parser did not start, so nothing is checked. The log says why.`),
    );
  }

  /** Reads the project around a file where the client has opened no folder. */
  #joinProject(uri: string): void {
    if (!this.#findsProjects || this.index.folderOf(pathOf(uri)) !== undefined) return;
    const project = this.host.projectAround?.(uri);
    if (!project || this.folders.includes(project.folder)) return;
    const { folder, isLoose } = project;
    this.folders = [...this.folders, folder];
    this.speaker.log(isLoose ? t`Folder: ${folder} (of ${uri})` : t`Folder: ${folder} (the project of ${uri})`);
    this.workspace.learn(this.syntax.then(() => (isLoose ? this.index.addLoose(folder) : this.index.add([folder]))));
  }

  #count(): number {
    return [...this.index.workspace.paths].filter((path) => path.endsWith('.py')).length;
  }

  /** What a report of a fault should say. */
  async debugInfo(): Promise<string> {
    return debugText({
      version: this.host.version,
      platform: this.host.platform,
      client: this.#clientName || undefined,
      torch: await Promise.all(this.folders.map((folder) => this.#torchOf(folder))),
      files: this.#count(),
      readMs: this.#readMs ?? null,
      documents: this.documents.all().length,
      notebooks: this.notebooks.all().length,
      settings: await this.settingsOf(this.folders[0] ?? ''),
      slow: this.#slow,
    });
  }

  async #torchOf(folder: string) {
    return torchIn(folder, this.index.workspace.manifests, await this.settingsOf(folder));
  }

  /** Says by which torch the files of each folder are judged, once all is read and whenever that is another one. */
  async #logTorch(): Promise<void> {
    if (this.#readMs === undefined) return;
    for (const folder of this.folders) {
      const line = torchLine(await this.#torchOf(folder));
      const name = folder.slice(folder.replace(/\/$/, '').lastIndexOf('/') + 1);
      this.#logNews(folder, this.folders.length === 1 ? line : asIs(`${name}: ${line}`));
    }
  }

  #logNews(about: string, line: Message): void {
    if (this.#logged.get(about) === line) return;
    this.#logged.set(about, line);
    this.speaker.log(line);
  }

  /** Settings have changed; what clients send with the news counts where they cannot be asked. */
  configure(settings: unknown): void {
    this.#sentSettings = at(settings, 'seedwise') ?? settings;
    this.#settingsByUri.clear();
    this.#takeUserSettings();
    if (this.client.refreshesHints) this.connection.languages.inlayHint.refresh().catch(this.speaker.logError);
    this.lookAgain();
  }

  /** What holds for all files together is asked for without a file. */
  #takeUserSettings(): void {
    const take = async () => {
      const settings = await this.#readSettings();
      this.#logNews('', settingsLine(settings));
      return this.index.use(settings);
    };
    this.workspace.learn(this.syntax.then(take));
  }

  /** Has the client ask for all diagnostics once more, or sends them. */
  lookAgain(): void {
    this.configs.refresh().catch(this.speaker.logError);
    this.#logTorch().catch(this.speaker.logError);
    for (const { uri } of this.notebooks.all()) this.pushSoon(uri);
    if (this.client.showsStatus) this.connection.sendNotification(STATUS.changed).catch(this.speaker.logError);
    if (!this.client.pullsDiagnostics) for (const { uri } of this.documents.all()) this.pushSoon(uri);
    else this.connection.languages.diagnostics.refresh().catch(this.speaker.logError);
  }

  /** Says what is wrong with settings that are written, where the document holds some. */
  settingsEdited(document: TextDocument): void {
    if (isOfSettings(document)) this.configs.refresh().catch(this.speaker.logError);
  }

  /** A document or a notebook is closed: its file is freed, and what is stored counts again. */
  closed(uri: string): void {
    const python = this.#checkedByUri.get(uri)?.python;
    if (python) closeFile(python.file);
    this.#checkedByUri.delete(uri);
    this.#settingsByUri.delete(uri);
    if (python && isInWorkspace(uri)) this.workspace.learn(this.index.closed(uri));
    clearTimeout(this.#pushTimers.get(uri));
  }

  /** Takes note of what a pair of runs has shown, or that it no longer holds. */
  ran({ uri, folder, verdict }: RunOf): void {
    const root = pathOf(folder).replace(/\/$/, '');
    const run = runOf(verdict, (file) => (/^(\/|[A-Za-z]:)/.test(file) ? file : `${root}/${file}`));
    const isNews = run ? this.runs.set(pathOf(uri), run) : this.runs.delete(pathOf(uri));
    if (!isNews) return;
    this.#news++;
    this.lookAgain();
  }

  /** The functions of a document that its project installs as commands, as manifests write them: `pkg.cli:main`. */
  async commandsOf(uri: string): Promise<readonly string[]> {
    await this.workspace.complete();
    return await this.withPython<readonly string[]>(uri, [], ({ project }, { document }) =>
      this.index.workspace.manifests.scripts.flatMap(({ target }) => {
        const [module = '', name = ''] = target.split(':');
        const file = module.replaceAll('.', '/');
        const isHere = [`/${file}.py`, `/${file}/__init__.py`].some((end) => pathOf(document.uri).endsWith(end));
        return isHere && project.commands.includes(`#${name}`) ? [target] : [];
      }),
    );
  }

  /** The reproducibility report of a document, or of the whole workspace. */
  async report(uri?: string, options?: ReportOptions): Promise<unknown> {
    if (uri) this.#joinProject(uri);
    await this.workspace.complete();
    const settings = await this.settingsOf(uri ?? this.folders[0] ?? '');
    for (let round = 1; ; round++) {
      const checked = uri ? await this.check(uri) : undefined; // The workspace then knows the document as it is now.
      const answer = answerReport(checked?.document.uri ?? uri, options, {
        index: this.index,
        settings,
        folders: this.folders,
        file: checked?.python?.file,
        runs: this.runs,
      });
      if (!(await this.index.readMissing()) || round === MAX_ROUNDS) return answer;
    }
  }

  /** Works something out from an open document; once more when texts of other files were missing and have been read. */
  async withPython<R>(uri: string, otherwise: R, work: (python: Python, checked: Checked) => R): Promise<R> {
    for (let round = 1; ; round++) {
      const checked = await this.check(uri);
      if (!checked?.python) return otherwise;
      const { python } = checked;
      const result = this.#watched(uri, () => work(python, checked));
      if (!(await this.index.readMissing()) || round === MAX_ROUNDS) return result;
    }
  }

  /** Analyses what the document holds now; nothing if it is not open, or not ours to judge. */
  async check(uri: string): Promise<Checked | undefined> {
    for (let round = 1; ; round++) {
      const before = this.#openDocument(uri);
      if (!isLinted(before)) return undefined;
      this.#joinProject(before.uri);
      await this.syntax;
      await this.workspace.settled();
      const user = await this.settingsOf(before.uri);
      const settings = isInWorkspace(before.uri)
        ? this.index.workspace.manifests.settingsOf(pathOf(before.uri), user)
        : user;
      const document = this.#openDocument(uri);
      if (!isLinted(document)) return undefined;
      const checked = this.#watched(document.uri, () => this.#checkNow(document, settings));
      if (checked.complete || round === MAX_ROUNDS) return checked;
      await this.index.readMissing();
    }
  }

  #checkNow(document: TextDocument, settings: Settings): Checked {
    const { uri, version } = document;
    const before = this.#checkedByUri.get(uri);
    const sameText = before?.document === document && before.version === version;
    const sameWorld = before?.settings === settings && before.news === this.#news && this.workspace.holds(before.state);
    if (before?.complete && sameText && sameWorld) return before;

    const config = isInWorkspace(uri) ? this.index.workspace.manifests.configOf(pathOf(uri)) : null;
    if (config) this.#complain(messagesOf(configProblems(config, this.host.version)), config.path);
    this.#checkedByUri.delete(uri); // An update that throws leaves no file to go on with.
    const python = this.#understand(document, settings, before?.python?.file);
    const diagnostics = new Map<string, Diagnostic[]>();
    for (const finding of this.#marked(document, python)) {
      const { uri: home } = placeOf(finding, document);
      diagnostics.set(home, [...(diagnostics.get(home) ?? []), this.translator.diagnosticOf(finding, document)]);
    }
    const unchanged = before && JSON.stringify([...before.diagnostics]) === JSON.stringify([...diagnostics]);
    const resultId = unchanged ? before.resultId : `${this.name}-${++this.#resultCount}`;
    const { state, lacksTexts } = this.index;
    const checked: Checked = {
      ...{ document, version, settings, state, news: this.#news, python, diagnostics, resultId },
      complete: !lacksTexts,
    };
    this.#checkedByUri.set(uri, checked);
    return checked;
  }

  /** The findings, with what runs have shown of them. */
  #marked(document: TextDocument, python: Python | undefined): readonly Finding[] {
    if (!python) return [];
    const runs = isInWorkspace(document.uri) ? [...this.runs.values()] : [];
    return markedFindings(python.analysis.findings, python.file, this.index.workspace, runs);
  }

  #understand(document: TextDocument, settings: Settings, before?: PythonFile): Python | undefined {
    const text = document.getText();
    const reason = this.#isLeftAlone(document) ? t`what another server got stuck over` : reasonToSkip(text);
    if (reason) {
      if (before) closeFile(before);
      this.speaker.once(t`${document.uri} is not analysed: it is ${reason}.`, this.speaker.logWarning);
      return undefined;
    }
    const start = performance.now();
    const source = sourceOf(document);
    const file = before ? updateFile(before, source) : openFile(pathOf(document.uri), source);
    const generation = this.index.generation;
    if (isInWorkspace(document.uri)) this.index.edited(file, document.uri);
    // What this document does has changed, so what the others were told may be wrong.
    if (this.index.generation !== generation && this.#checkedByUri.size > 0) this.lookAgain();
    const project = projectOf(file, settings, isInWorkspace(document.uri) ? this.index.workspace : undefined);
    const { findings, problems } = analyze(project, settings);
    const analysis: Analysis = { findings: asReleased(findings, settings, this.host.version), problems };
    for (const { text } of analysis.problems) this.speaker.once(text, this.speaker.logWarning);
    this.#logIfSlow(document.uri, performance.now() - start);
    return { file, project, analysis };
  }

  /** Lets the host know what is worked on, in case it never ends. */
  #watched<R>(uri: string, work: () => R): R {
    this.host.working?.(uri);
    try {
      return work();
    } finally {
      this.host.working?.(undefined);
    }
  }

  #logIfSlow(uri: string, took: number): void {
    if (took < SLOW_MS) return;
    const line = t`${uri.slice(uri.lastIndexOf('/') + 1)} took ${Math.round(took)} ms`;
    if (this.#slow.length < MAX_SLOW) this.#slow.push(line);
    this.speaker.log(line);
  }

  #isLeftAlone({ uri, version }: TextDocument): boolean {
    if (!this.#leftAlone.has(uri)) return false;
    const first = this.#leftAlone.get(uri) ?? version;
    if (first === version) this.#leftAlone.set(uri, first);
    else this.#leftAlone.delete(uri);
    return first === version;
  }

  /** The settings that hold at an address; they are asked for once. */
  settingsOf(uri: string): Promise<Settings> {
    const settings = this.#settingsByUri.get(uri) ?? this.#readSettings(uri);
    this.#settingsByUri.set(uri, settings);
    return settings;
  }

  /** Whether the user wants the streams of draws to be shown there, which is a matter of the editor and not of the engine. */
  async wantsHints(uri: string): Promise<boolean> {
    return at(await this.#given(uri), 'inlayHints') === true;
  }

  /** What the client has under our name. */
  async #given(uri?: string): Promise<unknown> {
    const item = { ...(uri !== undefined && { scopeUri: uri }), section: 'seedwise' };
    return this.client.answersConfiguration
      ? await this.connection.workspace.getConfiguration(item).catch(this.speaker.logError)
      : this.#sentSettings;
  }

  async #readSettings(uri?: string): Promise<Settings> {
    const { settings, problems } = parseSettings(await this.#given(uri));
    this.#complain([...problems, ...messagesOf(unknownRules(settings))]);
    return settings;
  }

  /** With the way to where it stands, if the client can go there: the settings of the user, or a project's file. */
  #complain(problems: readonly Message[], path?: string): void {
    if (problems.length === 0) return;
    const all = sentences(problems);
    const text =
      path === undefined ? t`Seedwise: ${all}` : t`Seedwise: ${path.slice(path.lastIndexOf('/') + 1)}: ${all}`;
    const { client, connection, speaker } = this;
    const open = async (): Promise<void> => {
      if (path === undefined) await connection.sendNotification(OPEN_SETTINGS);
      else await connection.window.showDocument({ uri: this.index.uriOf(path), takeFocus: true });
    };
    const canOpen = path === undefined ? client.commands.has(COMMANDS.openSettings) : client.showsDocuments;
    speaker.once(text, () => {
      if (!client.asksBack || !canOpen) speaker.tell(MessageType.Warning, text);
      else speaker.offer(text, t`Open Settings`, open);
    });
  }

  /** Publishes after a pause in typing; the first result of a document does not wait. */
  pushSoon(uri: string): void {
    clearTimeout(this.#pushTimers.get(uri));
    const delay = this.#checkedByUri.has(uri) ? PUSH_DELAY_MS : 0;
    this.#pushTimers.set(
      uri,
      setTimeout(() => this.speaker.guarded(undefined, () => this.#push(uri)), delay),
    );
  }

  async #push(uri: string): Promise<void> {
    const checked = await this.check(uri);
    if (!checked) return;
    const { document, version, diagnostics } = checked;
    if (isNotebook(document)) this.notebooks.publish(document, diagnostics);
    else await this.connection.sendDiagnostics({ uri, version, diagnostics: diagnostics.get(uri) ?? [] });
  }

  /** What is open at an address; for a cell, its notebook. */
  #openDocument(uri: string): TextDocument | undefined {
    return this.notebooks.documentOf(uri) ?? this.documents.get(uri);
  }

  #openAt(path: string): TextDocument | undefined {
    // An old version of a file, as a diff shows it, has the same path.
    return [...this.notebooks.all(), ...this.documents.all()].find(({ uri }) => pathOf(uri) === path && isEdited(uri));
  }

  /** A file as a document, open or not, to make positions of offsets. */
  documentAt(path: string): TextDocument | undefined {
    const open = this.#openAt(path);
    const text = open ? undefined : this.index.textOf(path);
    return (
      open ?? (text === undefined ? undefined : TextDocument.create(this.index.uriOf(path), 'python', CLOSED, text))
    );
  }
}

const messagesOf = (problems: readonly SettingProblem[]): Message[] => problems.map(({ message }) => message);
