/**
 * The language server: the only file that speaks LSP. It keeps one parsed file per open document, turns the
 * engine's offsets into positions, and lets neither an exception nor a result of a stale version reach the client.
 */
import {
  type CodeAction,
  type Connection,
  type Diagnostic,
  DiagnosticTag,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type DocumentDiagnosticReport,
  type Location,
  MessageType,
  PositionEncodingKind,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Action, actionsAt, insertSeedBlock, safeFixes } from './core/actions.ts';
import { type Analysis, analyze } from './core/analyze.ts';
import { closeFile, openFile, type PythonFile, updateFile } from './core/model.ts';
import { type Project, projectOf } from './core/project.ts';
import type { Edit, Finding, Span } from './core/rule.ts';
import { ruleUrl } from './core/rules/index.ts';
import { parseSettings, type Settings } from './core/settings.ts';
import { loadSyntax, type WasmBytes } from './core/syntax.ts';
import { reasonToSkip } from './limits.ts';
import { type ActionSource, clientOf, isInWorkspace, isLinted, rangeOf, SEVERITIES } from './lsp-client.ts';
import { serveHovers } from './lsp-hover.ts';
import { COMMANDS, type InitializationOptions, type SeedBlockOptions } from './protocol.ts';
import { type FileAccess, pathOf, WorkspaceIndex } from './workspace-index.ts';

const PUSH_DELAY_MS = 100;
/** How long the first diagnostics wait for the other files; in a larger workspace they come again when all are known. */
const INDEX_PATIENCE_MS = 300;

const ACTION_KINDS: readonly Action['kind'][] = ['quickfix', 'refactor.rewrite', 'source.fixAll.seedwise'];

/** An open document as last analysed; `python` is missing where the text is not fit for analysis. */
interface Checked {
  readonly document: TextDocument;
  readonly version: number;
  readonly settings: Settings;
  /** The state of the other files it was judged with. */
  readonly generation: number;
  readonly python: Python | undefined;
  readonly diagnostics: Diagnostic[];
  readonly resultId: string;
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
  /** Left out where files cannot be reached: each document is then judged alone. */
  readonly files?: FileAccess;
}

/** Serves the language server protocol on a connection until its client ends it. */
export function serve(connection: Connection, host: Host): void {
  const documents = new TextDocuments(TextDocument);
  const checkedByUri = new Map<string, Checked>();
  const settingsByUri = new Map<string, Promise<Settings>>();
  const pushTimers = new Map<string, ReturnType<typeof setTimeout>>();
  const said = new Set<string>();
  const files = host.files && {
    ...host.files,
    read: (uri: string) => documents.get(uri)?.getText() ?? host.files?.read(uri),
  };
  const index = new WorkspaceIndex(files);
  let indexed: Promise<unknown> = Promise.resolve();
  const session = Date.now().toString(36);
  let resultCount = 0;
  let client = clientOf({}, {});
  let sentSettings: unknown;

  const syntax = loadSyntax(host.wasm);
  syntax.catch(() => {}); // Every request waits for it and reports its failure.

  connection.onInitialize(({ capabilities, initializationOptions, workspaceFolders, rootUri }) => {
    const folders = workspaceFolders?.map((folder) => folder.uri) ?? (rootUri ? [rootUri] : []);
    const complete = syntax.then(() => index.add(folders)).then(() => index.generation > 0 && lookAgain(), logError);
    indexed = Promise.race([complete, new Promise((resolve) => setTimeout(resolve, INDEX_PATIENCE_MS))]);
    const options: InitializationOptions = initializationOptions ?? {};
    client = clientOf(capabilities, options);
    sentSettings = options.settings;
    const commands = [COMMANDS.insertSeedBlock, ...(client.showsPages ? [COMMANDS.explainRule] : [])];
    return {
      serverInfo: { name: 'Seedwise', version: host.version },
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        codeActionProvider: { codeActionKinds: [...ACTION_KINDS], resolveProvider: client.resolvesEdits },
        hoverProvider: true,
        executeCommandProvider: { commands: commands.filter((command) => !client.commands.has(command)) },
        ...(client.pullsDiagnostics && {
          diagnosticProvider: { identifier: 'seedwise', interFileDependencies: true, workspaceDiagnostics: false },
        }),
      },
    };
  });

  connection.onInitialized(() => {
    if (client.registersConfiguration) {
      connection.client.register(DidChangeConfigurationNotification.type, { section: 'seedwise' }).catch(logError);
    }
    if (client.registersWatchers) {
      const watchers = [{ globPattern: '**/*.py' }];
      connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(logError);
    }
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    sentSettings = settings?.seedwise ?? settings;
    settingsByUri.clear();
    lookAgain();
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    const before = index.generation;
    for (const { uri } of changes) if (!index.isOpen(uri)) index.reread(uri);
    if (index.generation !== before) lookAgain();
  });

  /** Has the client ask for all diagnostics once more, or sends them. */
  function lookAgain(): void {
    if (!client.pullsDiagnostics) for (const { uri } of documents.all()) pushSoon(uri);
    else if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh().catch(logError);
  }

  documents.onDidChangeContent(({ document }) => {
    if (!client.pullsDiagnostics) pushSoon(document.uri);
  });

  documents.onDidClose(({ document: { uri } }) => {
    const python = checkedByUri.get(uri)?.python;
    if (python) closeFile(python.file);
    checkedByUri.delete(uri);
    settingsByUri.delete(uri);
    const before = index.generation;
    if (python && isInWorkspace(uri)) index.closed(uri);
    if (index.generation !== before) lookAgain();
    clearTimeout(pushTimers.get(uri));
    if (!client.pullsDiagnostics) connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  connection.languages.diagnostics.on(({ textDocument, previousResultId }) =>
    guarded<DocumentDiagnosticReport>({ kind: 'full', items: [] }, async () => {
      const checked = await check(textDocument.uri);
      if (!checked) return { kind: 'full', items: [] };
      const { resultId, diagnostics } = checked;
      return resultId === previousResultId
        ? { kind: 'unchanged', resultId }
        : { kind: 'full', resultId, items: diagnostics };
    }),
  );

  connection.onCodeAction(({ textDocument: { uri }, range, context }) =>
    guarded<CodeAction[]>([], async () => {
      const checked = await check(uri);
      if (!checked?.python) return [];
      const { document, version } = checked;
      const span = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
      return actionsOf(checked.python, span).flatMap((action, index) => {
        const wanted = !context.only || context.only.some((kind) => `${action.kind}.`.startsWith(`${kind}.`));
        return wanted && offers(action) ? [codeActionOf(action, checked, { uri, version, span, index })] : [];
      });
    }),
  );

  serveHovers(connection, check, guarded);

  connection.onCodeActionResolve((codeAction) =>
    guarded(codeAction, async () => {
      const { uri, version, span, index }: ActionSource = codeAction.data;
      const checked = await check(uri);
      if (!checked?.python || checked.version !== version) return codeAction;
      const action = actionsOf(checked.python, span)[index];
      return action?.title === codeAction.title ? { ...codeAction, edit: editOf(checked, action.edits()) } : codeAction;
    }),
  );

  connection.onExecuteCommand(async ({ command, arguments: [target, options] = [] }) => {
    const done = await guarded(false, async () => {
      if (command === COMMANDS.insertSeedBlock) await runInsertSeedBlock(target, options);
      if (command === COMMANDS.explainRule)
        await connection.window.showDocument({ uri: ruleUrl(target), external: true });
      return true;
    });
    if (!done) tell(MessageType.Error, `${command} failed. The log of Seedwise says why.`);
    return null;
  });

  async function runInsertSeedBlock(uri: string, options?: SeedBlockOptions): Promise<void> {
    const checked = await check(uri);
    if (!checked?.python) {
      return tell(MessageType.Warning, 'A seed block can only be inserted into an open Python file.');
    }
    const { file, project } = checked.python;
    const outcome = insertSeedBlock(file, project, { deterministic: options?.deterministic === true });
    if ('message' in outcome) return tell(MessageType.Info, outcome.message);
    const edit = { label: 'Insert seed block', edit: editOf(checked, outcome.edits) };
    const { applied, failureReason } = await connection.workspace.applyEdit(edit);
    if (applied) return;
    tell(MessageType.Warning, `The seed block was not inserted${failureReason ? `: ${failureReason}` : '.'}`);
  }

  /** Analyses what the document holds now; nothing if it is not open, or not ours to judge. */
  async function check(uri: string): Promise<Checked | undefined> {
    if (!isLinted(documents.get(uri))) return undefined;
    await syntax;
    await indexed;
    const settings = await settingsOf(uri);
    const document = documents.get(uri);
    if (!isLinted(document)) return undefined;
    const before = checkedByUri.get(uri);
    const sameText = before?.document === document && before.version === document.version;
    if (sameText && before.settings === settings && before.generation === index.generation) return before;

    checkedByUri.delete(uri); // An update that throws leaves no file to go on with.
    const python = understand(document, settings, before?.python?.file);
    const findings = python?.analysis.findings ?? [];
    const diagnostics = findings.map((finding) => diagnosticOf(finding, document));
    const unchanged = before && JSON.stringify(before.diagnostics) === JSON.stringify(diagnostics);
    const resultId = unchanged ? before.resultId : `${session}-${++resultCount}`;
    const { generation } = index;
    const checked = { document, version: document.version, settings, generation, python, diagnostics, resultId };
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
    const file = before ? updateFile(before, text) : openFile(pathOf(document.uri), text);
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

  async function readSettings(uri: string): Promise<Settings> {
    const item = { scopeUri: uri, section: 'seedwise' };
    const given = client.answersConfiguration
      ? await connection.workspace.getConfiguration(item).catch(logError)
      : sentSettings;
    const { settings, problems } = parseSettings(given);
    if (problems.length > 0) once(`Seedwise: ${problems.join(' ')}`, (text) => tell(MessageType.Warning, text));
    return settings;
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
    if (checked) await connection.sendDiagnostics({ uri, version: checked.version, diagnostics: checked.diagnostics });
  }

  function diagnosticOf(finding: Finding, document: TextDocument): Diagnostic {
    return {
      range: rangeOf(finding, document),
      severity: SEVERITIES[finding.severity],
      code: finding.rule,
      codeDescription: { href: ruleUrl(finding.rule) },
      source: 'Seedwise',
      message: finding.message,
      ...(client.takesUnnecessaryTag && finding.unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
      ...(client.takesRelatedInformation &&
        finding.related && {
          relatedInformation: finding.related.map((related) => ({
            location: locationOf(related, document),
            message: related.message,
          })),
        }),
    };
  }

  function offers({ command }: Action): boolean {
    if (command?.name === 'explain') return client.showsPages;
    return command?.name !== 'turnOff' || client.commands.has(COMMANDS.turnOffRule);
  }

  function codeActionOf(action: Action, checked: Checked, source: ActionSource): CodeAction {
    const { title, kind, preferred, finding, command } = action;
    const codeAction: CodeAction = { title, kind };
    if (preferred) codeAction.isPreferred = true;
    if (finding) codeAction.diagnostics = [diagnosticOf(finding, checked.document)];
    if (command?.name === 'explain') {
      codeAction.command = { title, command: COMMANDS.explainRule, arguments: [command.rule, ruleUrl(command.rule)] };
    } else if (command?.name === 'turnOff') {
      codeAction.command = { title, command: COMMANDS.turnOffRule, arguments: [command.rule] };
    } else if (client.resolvesEdits) {
      codeAction.data = source;
    } else {
      codeAction.edit = editOf(checked, action.edits());
    }
    return codeAction;
  }

  function editOf({ document, version }: Checked, edits: readonly Edit[]): WorkspaceEdit {
    const changes: Record<string, TextEdit[]> = {};
    for (const edit of edits) {
      const { uri, range } = locationOf(edit, document);
      changes[uri] = [...(changes[uri] ?? []), { range, newText: edit.text }];
    }
    if (!client.takesVersionedEdits) return { changes };
    const versionOf = (uri: string) => (uri === document.uri ? version : (documents.get(uri)?.version ?? null));
    const documentChanges = Object.entries(changes).map(([uri, textEdits]) => ({
      textDocument: { uri, version: versionOf(uri) },
      edits: textEdits,
    }));
    return { documentChanges };
  }

  /** A place in the document, or in another file that the engine names by its path. */
  function locationOf(place: Span & { readonly path?: string }, document: TextDocument): Location {
    const uri =
      place.path === undefined || place.path === pathOf(document.uri) ? document.uri : index.uriOf(place.path);
    const open = uri === document.uri ? document : documents.get(uri);
    const text = open ?? TextDocument.create(uri, 'python', 0, files?.read(uri) ?? '');
    return { uri, range: rangeOf(place, text) };
  }

  async function guarded<R>(fallback: R, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      logError(error);
      return fallback;
    }
  }

  const logWarning = (text: string): void => connection.console.warn(text);

  function logError(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    once(text, () => connection.console.error(text));
  }

  function once(text: string, say: (text: string) => void): void {
    if (said.has(text)) return;
    said.add(text);
    say(text);
  }

  function tell(type: MessageType, message: string): void {
    connection.sendNotification(ShowMessageNotification.type, { type, message });
  }

  documents.listen(connection);
  connection.listen();
}

/** What can be done at a span, and at last what can be done to the whole file when it is saved. */
const actionsOf = ({ file, project, analysis }: Python, span: Span): Action[] => [
  ...actionsAt(file, project, analysis, span),
  ...safeFixes(analysis),
];
