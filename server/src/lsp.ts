/**
 * The language server: the only file that speaks LSP. It keeps one parsed file per open document, turns the
 * engine's offsets into positions, and lets neither an exception nor a result of a stale version reach the client.
 */
import {
  type ClientCapabilities,
  type CodeAction,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  DidChangeConfigurationNotification,
  type DocumentDiagnosticReport,
  MessageType,
  PositionEncodingKind,
  type Range,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Action, actionsAt, fixAll, insertSeedBlock } from './core/actions.ts';
import { type Analysis, analyze } from './core/analyze.ts';
import { closeFile, MAX_FILE_LENGTH, openFile, type PythonFile, updateFile } from './core/model.ts';
import { type Project, projectOf } from './core/project.ts';
import type { Edit, Finding, Severity, Span } from './core/rule.ts';
import { ruleUrl } from './core/rules/index.ts';
import { parseSettings, type Settings } from './core/settings.ts';
import { loadSyntax, type WasmBytes } from './core/syntax.ts';
import { COMMANDS, type InitializationOptions, type SeedBlockOptions } from './protocol.ts';

const PUSH_DELAY_MS = 100;

const ACTION_KINDS: readonly Action['kind'][] = ['quickfix', 'refactor.rewrite', 'source.fixAll.seedwise'];

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/**
 * Schemes of texts nobody edits: old versions, diffs, program output. Real documents come under many more names
 * (`file`, `untitled`, `vscode-remote`, `vscode-vfs`, ...), so these are the ones listed. A notebook's cell is here
 * because it means nothing without the cells before it.
 */
const UNLINTED =
  /^(chat-editing.*|diffview|fugitive|git.*|hg|merge-conflict.*|output|pr|review|svn|vscode-(chat-code-block|local-history|notebook-cell)):/i;

/** An open document as last analysed; `python` is missing where the text is not fit for analysis. */
interface Checked {
  readonly document: TextDocument;
  readonly version: number;
  readonly settings: Settings;
  readonly python: Python | undefined;
  readonly diagnostics: Diagnostic[];
  readonly resultId: string;
}

interface Python {
  readonly file: PythonFile;
  readonly project: Project;
  readonly analysis: Analysis;
}

/** Where a code action came from: the same version asked about the same span has the same actions again. */
interface ActionSource {
  readonly uri: string;
  readonly version: number;
  readonly span: Span;
  readonly index: number;
}

/** What the platform gives the server. */
export interface Host {
  readonly version: string;
  readonly wasm: WasmBytes;
}

/** Serves the language server protocol on a connection until its client ends it. */
export function serve(connection: Connection, host: Host): void {
  const documents = new TextDocuments(TextDocument);
  const checkedByUri = new Map<string, Checked>();
  const settingsByUri = new Map<string, Promise<Settings>>();
  const pushTimers = new Map<string, ReturnType<typeof setTimeout>>();
  const said = new Set<string>();
  const session = Date.now().toString(36);
  let resultCount = 0;
  let client = clientOf({}, {});
  let sentSettings: unknown;

  const syntax = loadSyntax(host.wasm);
  syntax.catch(() => {}); // Every request waits for it and reports its failure.

  connection.onInitialize(({ capabilities, initializationOptions }) => {
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
  });

  connection.onDidChangeConfiguration(({ settings }) => {
    sentSettings = settings?.seedwise ?? settings;
    settingsByUri.clear();
    if (!client.pullsDiagnostics) for (const { uri } of documents.all()) pushSoon(uri);
    else if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh().catch(logError);
  });

  documents.onDidChangeContent(({ document }) => {
    if (!client.pullsDiagnostics) pushSoon(document.uri);
  });

  documents.onDidClose(({ document: { uri } }) => {
    const python = checkedByUri.get(uri)?.python;
    if (python) closeFile(python.file);
    checkedByUri.delete(uri);
    settingsByUri.delete(uri);
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
    const settings = await settingsOf(uri);
    const document = documents.get(uri);
    if (!isLinted(document)) return undefined;
    const before = checkedByUri.get(uri);
    const sameText = before?.document === document && before.version === document.version;
    if (sameText && before.settings === settings) return before;

    checkedByUri.delete(uri); // An update that throws leaves no file to go on with.
    const python = understand(document, settings, before?.python?.file);
    const findings = python?.analysis.findings ?? [];
    const diagnostics = findings.map((finding) => diagnosticOf(finding, document));
    const unchanged = before && JSON.stringify(before.diagnostics) === JSON.stringify(diagnostics);
    const resultId = unchanged ? before.resultId : `${session}-${++resultCount}`;
    const checked = { document, version: document.version, settings, python, diagnostics, resultId };
    checkedByUri.set(uri, checked);
    return checked;
  }

  function understand(document: TextDocument, settings: Settings, before?: PythonFile): Python | undefined {
    const text = document.getText();
    const isTooLong = text.length > MAX_FILE_LENGTH;
    if (isTooLong || text.includes('\0')) {
      if (before) closeFile(before);
      once(`${document.uri} is not analysed: it is ${isTooLong ? 'too long' : 'not text'}.`, logWarning);
      return undefined;
    }
    const file = before ? updateFile(before, text) : openFile(pathOf(document.uri), text);
    const project = projectOf(file, settings);
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
    const { uri } = document;
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
            location: { uri, range: rangeOf(related, document) },
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
    const { uri } = document;
    const textEdits = edits.map((edit): TextEdit => ({ range: rangeOf(edit, document), newText: edit.text }));
    return client.takesVersionedEdits
      ? { documentChanges: [{ textDocument: { uri, version }, edits: textEdits }] }
      : { changes: { [uri]: textEdits } };
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

/** What the client can do, read once from its capabilities. */
function clientOf({ window, workspace, textDocument }: ClientCapabilities, options: InitializationOptions) {
  const commands = new Set(options.commands);
  const diagnostics = { ...textDocument?.publishDiagnostics, ...textDocument?.diagnostic };
  const { dataSupport, resolveSupport } = textDocument?.codeAction ?? {};
  return {
    commands,
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    takesRelatedInformation: diagnostics.relatedInformation === true,
    takesUnnecessaryTag: diagnostics.tagSupport?.valueSet.includes(DiagnosticTag.Unnecessary) === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    resolvesEdits: dataSupport === true && resolveSupport?.properties.includes('edit') === true,
    takesVersionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    showsPages: commands.has(COMMANDS.explainRule) || window?.showDocument?.support === true,
  };
}

const isLinted = (document: TextDocument | undefined): document is TextDocument =>
  document?.languageId === 'python' && !UNLINTED.test(document.uri);

const rangeOf = ({ start, end }: Span, document: TextDocument): Range => ({
  start: document.positionAt(start),
  end: document.positionAt(end),
});

/** What can be done at a span, and at last what can be done to the whole file when it is saved. */
function actionsOf({ file, project, analysis }: Python, span: Span): Action[] {
  const actions = actionsAt(file, project, analysis, span);
  const edits = fixAll(file, analysis);
  if (edits.length === 0) return actions;
  const title = 'Fix all Seedwise problems that are safe to fix';
  return [...actions, { title, kind: 'source.fixAll.seedwise', preferred: false, edits: () => edits }];
}

/** The path of a document wherever it lives; the engine only ever looks at its last parts. */
function pathOf(uri: string): string {
  try {
    return decodeURIComponent(new URL(uri).pathname);
  } catch {
    return uri;
  }
}
