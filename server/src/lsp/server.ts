/**
 * The language server: it keeps one parsed file per open document, and lets neither an exception nor a result of a
 * stale version reach the client.
 */
import {
  type CodeAction,
  type Connection,
  type Diagnostic,
  DidChangeConfigurationNotification,
  type DocumentDiagnosticReport,
  MessageType,
  PositionEncodingKind,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { actionsOf } from '../core/analysis/actions.ts';
import { type Analysis, analyze } from '../core/analysis/analyze.ts';
import type { Project } from '../core/contract/project.ts';
import { projectOf } from '../core/program/project.ts';
import { closeFile, openFile, type PythonFile, updateFile } from '../core/python/file.ts';
import { ruleUrl } from '../core/rules/index.ts';
import { parseSettings, type Settings } from '../core/settings/settings.ts';
import { loadSyntax, type WasmBytes } from '../core/syntax/parse.ts';
import { type FileAccess, NO_FILES } from '../host/folders.ts';
import { reasonToSkip } from '../host/limits.ts';
import {
  COMMANDS,
  type InitializationOptions,
  type ReportOptions,
  STATUS,
  type Status,
  type StatusOf,
} from '../protocol.ts';
import { type ActionSource, clientOf, isInWorkspace, isLinted } from './client.ts';
import { EDITING, editingCommands } from './commands.ts';
import { ACTION_KINDS, CLOSED, translator } from './edits.ts';
import { clientFiles, followWorkspace } from './files.ts';
import { serveHovers } from './hover.ts';
import { launcher } from './launch.ts';
import { speaker } from './log.ts';
import { followNotebooks, isNotebook, NOTEBOOK_SYNC, placeOf, sourceOf, spanOf } from './notebooks.ts';
import { answerReport } from './report.ts';
import { statusOf } from './status.ts';
import { type IndexState, pathOf, WorkspaceIndex } from './workspace-index.ts';

const PUSH_DELAY_MS = 100;
/** How often an answer is worked out again because texts of other files were missing. */
const MAX_ROUNDS = 3;

/** An open document or notebook as last analysed; `python` is missing where the text is not fit for analysis. */
interface Checked {
  readonly document: TextDocument;
  readonly version: number;
  readonly settings: Settings;
  /** The state of the other files it was judged with. */
  readonly state: IndexState;
  readonly python: Python | undefined;
  /** By the address of the document, or of the notebook's cell. */
  readonly diagnostics: ReadonlyMap<string, Diagnostic[]>;
  readonly resultId: string;
  /** Whether the texts of all other files that were asked for were at hand. */
  readonly complete: boolean;
}

interface Python {
  readonly file: PythonFile;
  readonly project: Project;
  readonly analysis: Analysis;
}

/** What the platform gives the server. */
export interface Host {
  readonly version: string;
  readonly wasm: WasmBytes;
  /** For clients that read no files themselves; without it, each document is then judged alone. */
  readonly files?: FileAccess;
  /** Called when many files have been read; without it, memory is given back some time later. */
  readonly collectGarbage?: () => void;
}

/** Serves the language server protocol on a connection until its client ends it. */
export function serve(connection: Connection, host: Host): void {
  const documents = new TextDocuments(TextDocument);
  const checkedByUri = new Map<string, Checked>();
  const settingsByUri = new Map<string, Promise<Settings>>();
  const pushTimers = new Map<string, ReturnType<typeof setTimeout>>();
  const { guarded, logError, logWarning, once, tell } = speaker(connection);
  let files = host.files ?? NO_FILES;
  const index = new WorkspaceIndex({
    files: { list: (folders) => files.list(folders), read: (uris) => files.read(uris) },
    openSource: (path) => sourceOf(openAt(path)),
    onError: logError,
  });
  const session = Date.now().toString(36);
  let resultCount = 0;
  let client = clientOf({}, {});
  let sentSettings: unknown;
  let folders: readonly string[] = [];

  const syntax = loadSyntax(host.wasm);
  syntax.catch(() => {}); // Every request waits for it and reports its failure.
  const workspace = followWorkspace(connection, index, { ready: syntax, changed: lookAgain, onError: logError });
  const notebooks = followNotebooks(connection, { changed: pushSoon, closed: ({ uri }) => closed(uri) });
  const launch = launcher({ index, client: () => client, files: () => files, tell });
  const { diagnosticOf, codeActionOf, editOf, offers } = translator(() => client, documentAt);
  const commands = editingCommands(connection, { withPython, editOf, tell });

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders, rootUri }) => {
    const options: InitializationOptions = initializationOptions ?? {};
    client = clientOf(capabilities, options);
    sentSettings = options.settings;
    if (client.readsFiles) files = clientFiles(connection, logError);
    folders = workspaceFolders?.map((folder) => folder.uri) ?? (rootUri ? [rootUri] : []);
    const offered = [...EDITING, COMMANDS.report, ...(client.showsPages ? [COMMANDS.explainRule] : [])];
    return {
      serverInfo: { name: 'Seedwise', version: host.version },
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...(client.knowsNotebooks && { notebookDocumentSync: NOTEBOOK_SYNC }),
        codeActionProvider: { codeActionKinds: [...ACTION_KINDS], resolveProvider: client.resolvesEdits },
        hoverProvider: true,
        executeCommandProvider: { commands: offered.filter((command) => !client.commands.has(command)) },
        ...(client.pullsDiagnostics && {
          diagnosticProvider: { identifier: 'seedwise', interFileDependencies: true, workspaceDiagnostics: false },
        }),
        ...(client.changesFolders && {
          workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        }),
      },
    };
  });

  connection.onInitialized(() => {
    takeUserSettings();
    workspace.start(client, folders);
    workspace.complete().then(host.collectGarbage).catch(logError);
    syntax.catch(() => tell(MessageType.Error, 'The parser did not start, so nothing is checked. The log says why.'));
    if (client.registersConfiguration) {
      connection.client.register(DidChangeConfigurationNotification.type, { section: 'seedwise' }).catch(logError);
    }
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    sentSettings = settings?.seedwise ?? settings;
    settingsByUri.clear();
    takeUserSettings();
    lookAgain();
  });

  /** What holds for all files together is asked for without a file. */
  function takeUserSettings(): void {
    workspace.learn(syntax.then(async () => index.use(await readSettings())));
  }

  /** Has the client ask for all diagnostics once more, or sends them. */
  function lookAgain(): void {
    for (const { uri } of notebooks.all()) pushSoon(uri);
    if (client.showsStatus) connection.sendNotification(STATUS.changed).catch(logError);
    if (!client.pullsDiagnostics) for (const { uri } of documents.all()) pushSoon(uri);
    else if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh().catch(logError);
  }

  documents.onDidChangeContent(({ document }) => {
    if (!client.pullsDiagnostics) pushSoon(document.uri);
  });

  documents.onDidClose(({ document: { uri } }) => {
    closed(uri);
    if (!client.pullsDiagnostics) connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  function closed(uri: string): void {
    const python = checkedByUri.get(uri)?.python;
    if (python) closeFile(python.file);
    checkedByUri.delete(uri);
    settingsByUri.delete(uri);
    if (python && isInWorkspace(uri)) workspace.learn(index.closed(uri));
    clearTimeout(pushTimers.get(uri));
  }

  connection.languages.diagnostics.on(({ textDocument, previousResultId }) =>
    guarded<DocumentDiagnosticReport>({ kind: 'full', items: [] }, async () => {
      const { uri } = textDocument;
      // Cells are told their diagnostics, and would have them twice.
      const checked = notebooks.documentOf(uri) ? undefined : await check(uri);
      if (!checked) return { kind: 'full', items: [] };
      const { resultId, diagnostics } = checked;
      return resultId === previousResultId
        ? { kind: 'unchanged', resultId }
        : { kind: 'full', resultId, items: diagnostics.get(uri) ?? [] };
    }),
  );

  connection.onRequest(STATUS.of, ({ uri }: StatusOf) =>
    guarded<Status | null>(null, () =>
      withPython(uri, null, ({ project }) => statusOf(project, documentAt, (path) => index.uriOf(path))),
    ),
  );

  connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
    guarded<CodeAction[]>([], () =>
      withPython(uri, [], (python, { document, version }) => {
        const span = spanOf(uri, range, document);
        if (!span) return [];
        return actionsOf(python, span).flatMap((action, index) => {
          const wanted = !context.only || context.only.some((kind) => `${action.kind}.`.startsWith(`${kind}.`));
          const isOffered = wanted && offers(action) && launch.offers(action, uri);
          return isOffered ? [codeActionOf(action, document, { uri, version, span, index })] : [];
        });
      }),
    ),
  );

  serveHovers(connection, withPython, guarded);

  connection.onCodeActionResolve((codeAction) =>
    guarded(codeAction, async () => {
      const { uri, version, span, index }: ActionSource = codeAction.data;
      return await withPython<CodeAction | Promise<CodeAction>>(uri, codeAction, (python, checked) => {
        const action = checked.version === version ? actionsOf(python, span)[index] : undefined;
        if (action?.title !== codeAction.title) return codeAction;
        if (action.startWith) return launch.resolve(codeAction, action.startWith, uri);
        return { ...codeAction, edit: editOf(action.edits(), checked.document, action.title) };
      });
    }),
  );

  connection.onExecuteCommand(async ({ command, arguments: [target, options] = [] }) => {
    const done = await guarded<unknown>(undefined, async () => {
      if (command === COMMANDS.report) return await runReport(target, options);
      await commands.run(command, target, options);
      if (command === COMMANDS.explainRule)
        await connection.window.showDocument({ uri: ruleUrl(target), external: true });
      return null;
    });
    if (done === undefined) tell(MessageType.Error, `${command} failed. The log of Seedwise says why.`);
    return done ?? null;
  });

  async function runReport(uri?: string, options?: ReportOptions): Promise<unknown> {
    await workspace.complete();
    const settings = await settingsOf(uri ?? folders[0] ?? '');
    for (let round = 1; ; round++) {
      const checked = uri ? await check(uri) : undefined; // The workspace then knows the document as it is now.
      const answer = answerReport(checked?.document.uri ?? uri, options, {
        index,
        settings,
        folders,
        file: checked?.python?.file,
      });
      if (!(await index.readMissing()) || round === MAX_ROUNDS) return answer;
    }
  }

  /** Works something out from an open document; once more when texts of other files were missing and have been read. */
  async function withPython<R>(uri: string, otherwise: R, work: (python: Python, checked: Checked) => R): Promise<R> {
    for (let round = 1; ; round++) {
      const checked = await check(uri);
      if (!checked?.python) return otherwise;
      const result = work(checked.python, checked);
      if (!(await index.readMissing()) || round === MAX_ROUNDS) return result;
    }
  }

  /** Analyses what the document holds now; nothing if it is not open, or not ours to judge. */
  async function check(uri: string): Promise<Checked | undefined> {
    for (let round = 1; ; round++) {
      const before = openDocument(uri);
      if (!isLinted(before)) return undefined;
      await syntax;
      await workspace.settled();
      const user = await settingsOf(before.uri);
      const settings = isInWorkspace(before.uri)
        ? index.workspace.manifests.settingsOf(pathOf(before.uri), user)
        : user;
      const document = openDocument(uri);
      if (!isLinted(document)) return undefined;
      const checked = checkNow(document, settings);
      if (checked.complete || round === MAX_ROUNDS) return checked;
      await index.readMissing();
    }
  }

  function checkNow(document: TextDocument, settings: Settings): Checked {
    const { uri, version } = document;
    const before = checkedByUri.get(uri);
    const sameText = before?.document === document && before.version === version;
    const sameWorld = before?.settings === settings && workspace.holds(before.state);
    if (before?.complete && sameText && sameWorld) return before;

    const config = isInWorkspace(uri) ? index.workspace.manifests.configOf(pathOf(uri)) : null;
    if (config) complain('pyproject.toml: ', config.problems);
    checkedByUri.delete(uri); // An update that throws leaves no file to go on with.
    const python = understand(document, settings, before?.python?.file);
    const diagnostics = new Map<string, Diagnostic[]>();
    for (const finding of python?.analysis.findings ?? []) {
      const { uri: home } = placeOf(finding, document);
      diagnostics.set(home, [...(diagnostics.get(home) ?? []), diagnosticOf(finding, document)]);
    }
    const unchanged = before && JSON.stringify([...before.diagnostics]) === JSON.stringify([...diagnostics]);
    const resultId = unchanged ? before.resultId : `${session}-${++resultCount}`;
    const { state, lacksTexts } = index;
    const checked: Checked = {
      ...{ document, version, settings, state, python, diagnostics, resultId },
      complete: !lacksTexts,
    };
    checkedByUri.set(uri, checked);
    return checked;
  }

  function understand(document: TextDocument, settings: Settings, before?: PythonFile): Python | undefined {
    const text = document.getText();
    const reason = reasonToSkip(text);
    if (reason) {
      if (before) closeFile(before);
      once(`${document.uri} is not analysed: it is ${reason}.`, logWarning);
      return undefined;
    }
    const source = sourceOf(document);
    const file = before ? updateFile(before, source) : openFile(pathOf(document.uri), source);
    const generation = index.generation;
    if (isInWorkspace(document.uri)) index.edited(file, document.uri);
    // What this document does has changed, so what the others were told may be wrong.
    if (index.generation !== generation && checkedByUri.size > 0) lookAgain();
    const project = projectOf(file, settings, isInWorkspace(document.uri) ? index.workspace : undefined);
    const analysis = analyze(file, project, settings);
    for (const problem of analysis.problems) once(problem, logWarning);
    return { file, project, analysis };
  }

  function settingsOf(uri: string): Promise<Settings> {
    const settings = settingsByUri.get(uri) ?? readSettings(uri);
    settingsByUri.set(uri, settings);
    return settings;
  }

  async function readSettings(uri?: string): Promise<Settings> {
    const item = { ...(uri !== undefined && { scopeUri: uri }), section: 'seedwise' };
    const given = client.answersConfiguration
      ? await connection.workspace.getConfiguration(item).catch(logError)
      : sentSettings;
    const { settings, problems } = parseSettings(given);
    complain('', problems);
    return settings;
  }

  function complain(source: string, problems: readonly string[]): void {
    if (problems.length > 0)
      once(`Seedwise: ${source}${problems.join(' ')}`, (text) => tell(MessageType.Warning, text));
  }

  /** Publishes after a pause in typing; the first result of a document does not wait. */
  function pushSoon(uri: string): void {
    clearTimeout(pushTimers.get(uri));
    const delay = checkedByUri.has(uri) ? PUSH_DELAY_MS : 0;
    pushTimers.set(
      uri,
      setTimeout(() => guarded(undefined, () => push(uri)), delay),
    );
  }

  async function push(uri: string): Promise<void> {
    const checked = await check(uri);
    if (!checked) return;
    const { document, version, diagnostics } = checked;
    if (isNotebook(document)) notebooks.publish(document, diagnostics);
    else await connection.sendDiagnostics({ uri, version, diagnostics: diagnostics.get(uri) ?? [] });
  }

  /** What is open at an address; for a cell, its notebook. */
  const openDocument = (uri: string): TextDocument | undefined => notebooks.documentOf(uri) ?? documents.get(uri);

  const openAt = (path: string): TextDocument | undefined =>
    [...notebooks.all(), ...documents.all()].find(({ uri }) => pathOf(uri) === path);

  /** A file as a document, open or not, to make positions of offsets. */
  function documentAt(path: string): TextDocument | undefined {
    const open = openAt(path);
    const text = open ? undefined : index.textOf(path);
    return open ?? (text === undefined ? undefined : TextDocument.create(index.uriOf(path), 'python', CLOSED, text));
  }

  documents.listen(connection);
  connection.listen();
}
