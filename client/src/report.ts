/** The page of the reproducibility report: asks the server for it, shows it beside the code, and keeps it up to date. */
import {
  type CodeAction,
  CodeActionKind,
  commands,
  type Disposable,
  type ExtensionContext,
  env,
  l10n,
  NotebookRange,
  ProgressLocation,
  Range,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { type BaseLanguageClient, ExecuteCommandRequest } from 'vscode-languageclient';
import { COMMANDS, type PlaceArguments, type ReportOptions, type ReportPage } from '../../server/src/protocol.ts';

/** How long the page waits for the next keystroke before it is made anew. */
const REFRESH_DELAY_MS = 500;

/** So many actions of the lightbulb are worked out to find a repair among them. */
const MOST_ACTIONS = 20;

/** Registers the commands; there is one page at most. */
export function registerReport(context: ExtensionContext, client: BaseLanguageClient): Disposable[] {
  let shown: ReportPanel | undefined;
  return [
    commands.registerCommand(COMMANDS.report, async (address?: unknown) => {
      const asked = typeof address === 'string' ? address : activeAddress(client);
      if (asked === undefined) {
        window.showInformationMessage(l10n.t('Open the Python file or notebook whose report you want.'));
        return;
      }
      shown ??= new ReportPanel(context.extensionUri, client, () => {
        shown = undefined;
      });
      const panel = shown;
      const settle = panel.expect(asked);
      const found = await window
        .withProgress({ location: ProgressLocation.Window, title: l10n.t('Seedwise: report') }, () =>
          findProgram(client, asked),
        )
        .then(undefined, (error) => {
          settle(undefined);
          throw error;
        });
      settle(found);
    }),
    commands.registerCommand(COMMANDS.openPlace, openPlace),
    commands.registerCommand(COMMANDS.repairAt, repairAt),
    commands.registerCommand(COMMANDS.refreshReport, () => shown?.refresh()),
    commands.registerCommand(COMMANDS.copyReport, () => shown?.copy()),
    { dispose: () => shown?.dispose() },
  ];
}

function activeAddress(client: BaseLanguageClient): string | undefined {
  const editor = window.activeTextEditor?.document;
  const document = window.activeNotebookEditor?.notebook ?? (editor?.languageId === 'python' ? editor : undefined);
  return document && client.code2ProtocolConverter.asUri(document.uri);
}

interface Found {
  readonly uri: string;
  readonly page: ReportPage;
}

/** The program at the address; for a library the user chooses one of those that reach it. */
async function findProgram(client: BaseLanguageClient, uri: string): Promise<Found | undefined> {
  const page = await askFor(client, uri);
  if (!page) return undefined;
  if (page.isProgram) return { uri, page };
  if (page.programs.length === 0) {
    window.showInformationMessage(page.summary);
    return undefined;
  }
  const picks = page.programs.map((program) => ({ label: program.name, uri: program.uri }));
  const placeHolder = l10n.t('{0} is a library. These programs reach it.', page.name);
  const pick = await window.showQuickPick(picks, { title: l10n.t('Show Reproducibility Report'), placeHolder });
  const chosen = pick && (await askFor(client, pick.uri));
  return pick && chosen ? { uri: pick.uri, page: chosen } : undefined;
}

function askFor(client: BaseLanguageClient, uri: string): Promise<ReportPage | null> {
  const options: ReportOptions = { page: true };
  return client.sendRequest(ExecuteCommandRequest.type, { command: COMMANDS.report, arguments: [uri, options] });
}

class ReportPanel {
  readonly #client: BaseLanguageClient;
  readonly #panel: WebviewPanel;
  readonly #style: Uri;
  readonly #listeners: Disposable[];
  #uri = '';
  /** Missing while the first one is on its way. */
  #page: ReportPage | undefined;
  /** How often a report was asked for. */
  #asked = 0;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(extensionUri: Uri, client: BaseLanguageClient, onClosed: () => void) {
    this.#client = client;
    const media = Uri.joinPath(extensionUri, 'media');
    // Links are the only thing that acts on this page, and these commands all that they can run.
    const enableCommandUris = [
      ...[COMMANDS.openPlace, COMMANDS.repairAt, COMMANDS.copyReport, COMMANDS.refreshReport, COMMANDS.explainRule],
    ];
    this.#panel = window.createWebviewPanel(
      'seedwise.report',
      l10n.t('Reproducibility Report'),
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      { enableScripts: false, enableCommandUris, localResourceRoots: [media], enableFindWidget: true },
    );
    this.#style = this.#panel.webview.asWebviewUri(Uri.joinPath(media, 'report.css'));
    this.#listeners = [
      workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'python' && this.#refreshSoon()),
      this.#panel.onDidChangeViewState(() => this.#panel.visible && this.#refreshSoon()),
      this.#panel.onDidDispose(() => {
        this.#isClosed = true;
        clearTimeout(this.#timer);
        for (const listener of this.#listeners) listener.dispose();
        onClosed();
      }),
    ];
  }

  /**
   * Shows at once that the report of a program is on its way. What is given back takes what has come: without it, the page is
   * again what it was before, or goes.
   */
  expect(uri: string): (found: Found | undefined) => void {
    const before = this.#page && { uri: this.#uri, page: this.#page };
    const asked = ++this.#asked;
    if (!before || before.uri !== uri) {
      this.#page = undefined;
      const { path } = Uri.parse(uri);
      const name = path.slice(path.lastIndexOf('/') + 1);
      const status = escaped(l10n.t('The report is being made…'));
      this.#write(
        name,
        `<header><h1>${escaped(name)}</h1></header>\n<main><p class="note" role="status">${status}</p></main>`,
      );
    }
    this.#panel.reveal(undefined, true);
    return (found) => {
      if (asked !== this.#asked || this.#isClosed) return; // Another program was asked for since, or none is wanted.
      const shown = found ?? before;
      if (!shown) return this.dispose();
      this.#uri = shown.uri;
      this.#render(shown.page);
    };
  }

  async refresh(): Promise<void> {
    const uri = this.#uri;
    if (!this.#page) return; // It is on its way.
    const page = await askFor(this.#client, uri);
    if (page && this.#page && uri === this.#uri) this.#render(page);
  }

  async copy(): Promise<void> {
    if (!this.#page) return;
    await env.clipboard.writeText(this.#page.markdown);
    window.setStatusBarMessage(l10n.t('The report is on the clipboard.'), 3000);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer);
    if (!this.#panel.visible) return;
    this.#timer = setTimeout(() => this.refresh().catch(() => {}), REFRESH_DELAY_MS);
  }

  #render(page: ReportPage): void {
    // The same page again would lose the reader's place and selection.
    if (this.#page?.html === page.html) return;
    this.#page = page;
    this.#write(page.name.slice(page.name.lastIndexOf('/') + 1), page.html);
  }

  #write(name: string, body: string): void {
    this.#panel.title = l10n.t('Report: {0}', name);
    const { cspSource } = this.#panel.webview;
    this.#panel.webview.html = `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${cspSource}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${this.#style}">
<title>${l10n.t('Reproducibility Report')}</title>
</head>
<body>
${body}
</body>
</html>`;
  }
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Shows the place of a finding and takes its first repair there, as the lightbulb would. */
async function repairAt(title: string, ...place: PlaceArguments): Promise<void> {
  await openPlace(...place);
  const [uri, line, column, cell] = place;
  const target = Uri.parse(uri);
  const document =
    cell === undefined
      ? await workspace.openTextDocument(target)
      : (await workspace.openNotebookDocument(target)).cellAt(cell).document;
  const range = new Range(line - 1, column - 1, line - 1, column - 1);
  const actions = await commands.executeCommand<CodeAction[]>(
    ...([
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      CodeActionKind.QuickFix.value,
      MOST_ACTIONS,
    ] as const),
  );
  const repair = actions.find((each) => each.title === title);
  if (repair?.edit) await workspace.applyEdit(repair.edit);
  else window.showInformationMessage(l10n.t('The program has changed: nothing is to be repaired there now.'));
}

/** Opens a file where it is shown already, or in the first column, with the cursor at the place; a notebook at the cell. */
async function openPlace(...[uri, line, column, cell]: PlaceArguments): Promise<void> {
  const target = Uri.parse(uri);
  if (cell !== undefined) {
    const selections = [new NotebookRange(cell, cell + 1)];
    const notebook = await workspace.openNotebookDocument(target);
    await window.showNotebookDocument(notebook, { viewColumn: ViewColumn.One, selections });
    return;
  }
  const isTarget = (each: Uri): boolean => each.toString() === target.toString();
  const shown = window.visibleTextEditors.find((editor) => isTarget(editor.document.uri));
  const selection = new Range(line - 1, column - 1, line - 1, column - 1);
  await window.showTextDocument(target, { viewColumn: shown?.viewColumn ?? ViewColumn.One, selection });
}
