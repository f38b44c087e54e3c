/** What both hosts of the extension share: the client's options, and the commands that need VS Code's own interface. */
import {
  type CodeAction,
  commands,
  type Diagnostic,
  type ExtensionContext,
  env,
  l10n,
  languages,
  Range,
  Uri,
  version,
  window,
  workspace,
} from 'vscode';
import {
  type BaseLanguageClient,
  CodeLensRequest,
  ExecuteCommandRequest,
  type LanguageClientOptions,
} from 'vscode-languageclient';
import {
  COMMANDS,
  DEBUG_INFO,
  type InitializationOptions,
  type SeedBlockOptions,
  VERIFY,
} from '../../server/src/protocol.ts';
import { activePython } from './active.ts';
import { answerFiles } from './files.ts';
import { registerPrograms } from './programs.ts';
import { registerReport } from './report.ts';
import { registerRuleSettings } from './rule-settings.ts';
import { showStatus } from './status.ts';
import { registerWorkspaceCheck } from './workspace-check.ts';

/** Starts the language client a host makes, registers the commands, and ties all of it to the extension's life. */
export async function start(
  context: ExtensionContext,
  createClient: (options: LanguageClientOptions) => BaseLanguageClient,
  canVerify = false,
): Promise<void> {
  const log = window.createOutputChannel('Seedwise', { log: true });
  const initializationOptions: InitializationOptions = {
    commands: [...Object.values(COMMANDS), ...(canVerify ? [VERIFY] : [])],
    readsFiles: true,
    showsStatus: true,
  };
  const client = createClient({
    // Of files with settings of ours the server says what is wrong in them.
    documentSelector: [
      { language: 'python' },
      { pattern: '**/pyproject.toml' },
      { language: 'jsonc', pattern: '**/{settings.json,*.code-workspace}' },
    ],
    diagnosticPullOptions: { onChange: true },
    outputChannel: log,
    initializationOptions,
    middleware: {
      provideCodeLenses: async (document, token, next) => {
        const isWanted = workspace.getConfiguration('seedwise', document).get('codeLens', true);
        const lenses = (isWanted && (await next(document, token))) || [];
        return workspace.isTrusted ? lenses : lenses.filter(({ command }) => command?.command !== VERIFY);
      },
    },
  });

  context.subscriptions.push(
    client,
    ...answerFiles(client),
    ...showStatus(client),
    commands.registerCommand(COMMANDS.insertSeedBlock, (address?: string) => insertSeedBlock(client, address)),
    commands.registerCommand(COMMANDS.fixInWorkspace, (rule: string) => execute(client, COMMANDS.fixInWorkspace, rule)),
    commands.registerCommand(COMMANDS.insertRunComparison, () => insertRunComparison(client)),
    commands.registerCommand('seedwise.fixAll', fixAll),
    ...REWRITES.map((command) => commands.registerCommand(command, () => rewriteAtCursor(client, command))),
    commands.registerCommand(COMMANDS.explainRule, (rule?: string, url?: string) => explainRule(context, rule, url)),
    // What stands above programs is more where they may be run.
    workspace.onDidGrantWorkspaceTrust(() => lookAtLensesAgain(client)),
    ...registerRuleSettings(client),
    ...registerWorkspaceCheck(client),
    ...registerPrograms(client),
    ...registerReport(context, client),
    commands.registerCommand('seedwise.restartServer', async () => {
      await client.stop().catch(() => {}); // A server that does not answer is a reason to restart it.
      await client.start();
    }),
    commands.registerCommand('seedwise.showLog', () => log.show()),
    commands.registerCommand('seedwise.copyDebugInfo', () => copyDebugInfo(client)),
    commands.registerCommand('seedwise.openIssue', () =>
      env.openExternal(Uri.parse(`${context.extension.packageJSON.bugs.url}/new`)),
    ),
    log,
  );
  await commands.executeCommand('setContext', 'seedwise.isActive', true);
  // The client has told the user why, and Restart Server stays at hand.
  await client.start().catch(() => {});
}

/** For a report of a fault: what runs where, without any code. */
async function copyDebugInfo(client: BaseLanguageClient): Promise<void> {
  const info = await client.sendRequest<string>(DEBUG_INFO, {}).catch(() => l10n.t('The server does not answer.'));
  await env.clipboard.writeText(`${info}\nVS Code ${version} (${env.appHost})`);
  const open = l10n.t('Open Issue');
  const chosen = await window.showInformationMessage(l10n.t('What an issue should say is on the clipboard.'), open);
  if (chosen === open) await commands.executeCommand('seedwise.openIssue');
}

function lookAtLensesAgain(client: BaseLanguageClient): void {
  const feature = client.getFeature(CodeLensRequest.method);
  for (const document of workspace.textDocuments) feature.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
}

/** The server does it, and asks before it changes what is not shown. */
async function execute(client: BaseLanguageClient, command: string, argument: string): Promise<void> {
  await client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] });
}

async function insertRunComparison(client: BaseLanguageClient): Promise<void> {
  const active = activePython();
  if (active)
    await execute(client, COMMANDS.insertRunComparison, client.code2ProtocolConverter.asUri(active.document.uri));
  else window.showInformationMessage(l10n.t('Open the Python file or notebook that is meant.'));
}

/** Takes all repairs that are safe, in the file or the notebook that is shown. */
async function fixAll(): Promise<void> {
  const active = activePython();
  if (!active) {
    window.showInformationMessage(l10n.t('Open the Python file or notebook that is meant.'));
    return;
  }
  const { uri, lineCount } = active.document;
  const kind = window.activeNotebookEditor ? 'notebook.source.fixAll.seedwise' : 'source.fixAll.seedwise';
  const [action] = await commands.executeCommand<CodeAction[]>(
    ...(['vscode.executeCodeActionProvider', uri, new Range(0, 0, lineCount, 0), kind, 1] as const),
  );
  if (action?.edit) await workspace.applyEdit(action.edit);
  else window.showInformationMessage(l10n.t('There is nothing that is safe to fix.'));
}

/** Rewrites of what is at the cursor. */
const REWRITES = [COMMANDS.insertSeedWorker, COMMANDS.makeDeterministic, COMMANDS.replaceIndexSelect];

async function rewriteAtCursor(client: BaseLanguageClient, command: string): Promise<void> {
  const active = activePython();
  if (!active) {
    window.showInformationMessage(l10n.t('Open the Python file or notebook that is meant.'));
    return;
  }
  const { asUri, asPosition } = client.code2ProtocolConverter;
  await client.sendRequest(ExecuteCommandRequest.type, {
    command,
    arguments: [asUri(active.document.uri), asPosition(active.selection.active)],
  });
}

/** Into the document at the address, else into the one that is shown. */
async function insertSeedBlock(client: BaseLanguageClient, address?: string): Promise<void> {
  const { asUri } = client.code2ProtocolConverter;
  const active = activePython();
  const uri = typeof address === 'string' ? address : active && asUri(active.document.uri);
  if (uri === undefined) {
    window.showInformationMessage(l10n.t('Open the Python file or notebook the seed block is for.'));
    return;
  }
  const picks = [
    { label: l10n.t('Seeds only'), detail: l10n.t('The same random numbers on every run.'), deterministic: false },
    {
      label: l10n.t('Seeds and deterministic algorithms'),
      detail: l10n.t('The same bits on every run, on a GPU too; some operations get slower.'),
      deterministic: true,
    },
  ];
  const pick = await window.showQuickPick(picks, { title: l10n.t('Insert Seed Block') });
  if (!pick) return;
  const options: SeedBlockOptions = { deterministic: pick.deterministic };
  await client.sendRequest(ExecuteCommandRequest.type, {
    command: COMMANDS.insertSeedBlock,
    arguments: [uri, options],
  });
}

/** Without a rule, that of the diagnostic at the cursor is meant, or else the user is asked. */
async function explainRule(context: ExtensionContext, rule?: string, url?: string): Promise<void> {
  const pages = Uri.joinPath(context.extensionUri, 'docs', 'rules');
  const name = rule ?? ruleAtCursor() ?? (await pickRule(pages));
  if (!name) return;
  const page = await firstThatExists([
    Uri.joinPath(pages, env.language, `${name}.md`),
    Uri.joinPath(pages, `${name}.md`),
  ]);
  if (page) await commands.executeCommand('markdown.showPreviewToSide', page);
  else if (url) await env.openExternal(Uri.parse(url));
}

async function firstThatExists(files: readonly Uri[]): Promise<Uri | undefined> {
  for (const file of files) {
    const exists = await workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (exists) return file;
  }
  return undefined;
}

function ruleAtCursor(): string | undefined {
  const editor = window.activeTextEditor;
  if (!editor) return undefined;
  const atCursor = ({ source, range }: Diagnostic) => source === 'Seedwise' && range.contains(editor.selection.active);
  const code = languages.getDiagnostics(editor.document.uri).find(atCursor)?.code;
  return typeof code === 'object' ? String(code.value) : undefined;
}

async function pickRule(pages: Uri): Promise<string | undefined> {
  const files = await workspace.fs.readDirectory(pages);
  const rules = files.flatMap(([file]) => (/^[a-z].*\.md$/.test(file) ? [file.slice(0, -'.md'.length)] : []));
  return window.showQuickPick(rules, { title: l10n.t('Explain This Rule') });
}
