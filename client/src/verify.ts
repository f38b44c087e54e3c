/**
 * *Verify Reproducibility*: the one command that runs the user's program, twice, and only after a question that says so. It needs
 * a process, so only the extension on a desktop or remote machine has it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type CancellationToken,
  commands,
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Disposable,
  type ExtensionContext,
  env,
  extensions,
  Location,
  l10n,
  languages,
  type Memento,
  type NotebookDocument,
  type Progress,
  ProgressLocation,
  Range,
  type TextDocument,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { COMMANDS, type CommandsOf, INSTALLED_COMMANDS, RUN, type RunOf, VERIFY } from '../../server/src/protocol.ts';
import { chooseWay, type RunWay } from './run-ways.ts';

/** As `seedwise_trace` answers. */
interface Verdict {
  readonly result: 'identical' | 'parted' | 'failed';
  readonly operations: number;
  readonly draws: number;
  readonly batches: number;
  readonly place: Place | null;
  readonly cause: string | null;
  readonly evidence: readonly string[];
  readonly said?: { readonly evidence?: readonly Said[] };
  readonly related?: readonly Place[];
  readonly stack?: readonly Place[];
  readonly sides?: readonly ({
    readonly operation: string;
    readonly place: Place | null;
    readonly hash: string;
  } | null)[];
  readonly timeline?: readonly Step[];
  /** Calls of compiled regions, forward and backward, among the operations. */
  readonly regions?: number;
  /** The SHA-256 of the text of each file that ran. */
  readonly files?: Readonly<Record<string, string>>;
  readonly traceback?: string;
  readonly cancelled?: boolean;
}

/** Seeds or draws of one stream that follow one another at one place. */
interface Step {
  readonly process: string;
  readonly stream: string;
  readonly what: string;
  readonly times: number;
  /** Operations of torch before it. */
  readonly after: number;
  readonly differs: boolean;
  readonly place: Place | null;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly cell?: number;
  readonly message?: string;
  readonly said?: Said;
}

/** A text of the tracer's: what is no prose, or words in English and what stands in for `{0}`, `{1}` in them. */
type Said = string | { readonly text: string; readonly values: readonly Said[] };

interface Program {
  /** The file that it begins in. */
  readonly path: string;
  readonly folder: string;
  readonly python: string;
  readonly way: RunWay;
}

const PAGE_SCHEME = 'seedwise-run';
const SOURCE = l10n.t('Seedwise run');

/** Registers the command, and keeps what a run found until a file of its program changes. */
export function registerVerify(context: ExtensionContext, client: () => BaseLanguageClient | undefined): HeldRun {
  // A host without processes, as a browser's, never says so, and shows no command.
  commands.executeCommand('setContext', 'seedwise.canVerify', true);
  const pages = new Map<string, string>();
  const held = new HeldRun(context, client);
  const page: TextDocumentContentProvider = { provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? '' };
  context.subscriptions.push(
    held,
    workspace.registerTextDocumentContentProvider(PAGE_SCHEME, page),
    commands.registerCommand(VERIFY, async (given?: unknown) => {
      // Other extensions may run a command that has no place in any menu.
      if (!workspace.isTrusted) return;
      const program = await chooseProgram(context, client(), given);
      if (!program || !(await agrees(program))) return;
      held.drop();
      const verdict = await window.withProgress(
        { location: ProgressLocation.Notification, title: l10n.t('Seedwise runs the program'), cancellable: true },
        (progress, token) => run(context, program, progress, token),
      );
      if (verdict.cancelled) return;
      held.hold(program, verdict);
      await tell(program, verdict, pages);
    }),
  );
  return held;
}

/** What stays when the window is closed. */
interface Kept {
  /** Of the extension: another one may read verdicts otherwise. */
  readonly version: string;
  readonly program: Program;
  readonly verdict: Verdict;
}

/** Where a workspace keeps it. */
const KEPT = 'seedwise.run';

/**
 * What the last pair of runs has shown, in the editor and in the server's report, for as long as every file of the program stays
 * what it was; a window that is opened again takes it up.
 */
class HeldRun implements Disposable {
  readonly #client: () => BaseLanguageClient | undefined;
  readonly #memory: Memento;
  readonly #version: string;
  readonly #found = languages.createDiagnosticCollection(SOURCE);
  readonly #listeners: Disposable[];
  #run: { readonly told: RunOf; readonly paths: ReadonlySet<string> } | undefined;

  constructor(context: ExtensionContext, client: () => BaseLanguageClient | undefined) {
    this.#client = client;
    this.#memory = context.workspaceState;
    this.#version = String(context.extension.packageJSON.version);
    const files = workspace.createFileSystemWatcher('**/*.{py,ipynb}');
    const changed = ({ fsPath }: Uri): void => {
      if (this.#run?.paths.has(fsPath)) this.drop();
    };
    this.#listeners = [
      this.#found,
      files,
      files.onDidChange(changed),
      files.onDidDelete(changed),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) changed(document.uri);
      }),
    ];
  }

  /** Shows what a verdict says and keeps it; one whose files have changed meanwhile speaks of lines that are no more. */
  hold(program: Program, verdict: Verdict): void {
    this.drop();
    if (this.#show(program, verdict)) this.#keep({ version: this.#version, program, verdict });
  }

  /** Takes up what an earlier window has kept, where nothing has changed since. */
  resume(): void {
    const kept = this.#memory.get<Kept>(KEPT);
    if (kept && !(kept.version === this.#version && this.#show(kept.program, kept.verdict))) this.#keep(undefined);
  }

  /** To a server that has just been started. */
  tellAgain(): void {
    if (this.#run) this.#tell(this.#run.told);
  }

  drop(): void {
    const run = this.#run;
    this.#run = undefined;
    this.#found.clear();
    if (!run) return;
    this.#keep(undefined);
    this.#tell({ ...run.told, verdict: null });
  }

  #show(program: Program, verdict: Verdict): boolean {
    const { folder, path } = program;
    const prints = Object.entries(verdict.files ?? {}).map(([file, print]) => ({ path: join(folder, file), print }));
    const edited = new Set(workspace.textDocuments.filter((each) => each.isDirty).map((each) => each.uri.fsPath));
    const holds = prints.every((each) => !edited.has(each.path) && printOf(each.path) === each.print);
    if (prints.length === 0 || !holds) return false;
    const told: RunOf = { uri: Uri.file(path).toString(), folder: Uri.file(folder).toString(), verdict };
    this.#run = { told, paths: new Set(prints.map((each) => each.path)) };
    publish(this.#found, program, verdict);
    this.#tell(told);
    return true;
  }

  #keep(kept: Kept | undefined): void {
    this.#memory.update(KEPT, kept).then(undefined, () => {}); // It is shown all the same.
  }

  #tell(run: RunOf): void {
    // A server that is not there has no report either.
    this.#client()
      ?.sendNotification(RUN, run)
      .then(() => commands.executeCommand(COMMANDS.refreshReport))
      .catch(() => {});
  }

  dispose(): void {
    for (const each of this.#listeners) each.dispose();
  }
}

/** As the tracer has it: of a text without a byte order mark, with line ends of one kind; null where there is none. */
function printOf(path: string): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return createHash('sha256').update(text.replace(/\r\n?/g, '\n')).digest('hex');
  } catch {
    return null;
  }
}

/** The file that is named, or else that of the active editor, saved, how it is run, and the interpreter that the Python extension has chosen for it. */
async function chooseProgram(
  context: ExtensionContext,
  client: BaseLanguageClient | undefined,
  given: unknown,
): Promise<Program | undefined> {
  const document = documentOf(given) ?? window.activeNotebookEditor?.notebook ?? window.activeTextEditor?.document;
  const isPython = document && ('notebookType' in document || document.languageId === 'python');
  if (!isPython || document.uri.scheme !== 'file') {
    window.showInformationMessage(l10n.t('Open the Python file or notebook that is to be run.'));
    return undefined;
  }
  if (document.isDirty && !(await document.save())) return undefined;
  const path = document.uri.fsPath;
  const folder = workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? dirname(path);
  // Without a server the commands of the project are not known.
  const commandsOf: CommandsOf = { uri: document.uri.toString() };
  const installed = await client?.sendRequest<readonly string[]>(INSTALLED_COMMANDS, commandsOf).catch(() => []);
  const way = await chooseWay(relative(folder, path), installed ?? [], context.workspaceState);
  const python = way && ((await chosenInterpreter(document.uri)) ?? (await askForInterpreter()));
  return way && python !== undefined ? { path, folder, python, way } : undefined;
}

/** What the line above a program or a menu names by its address: of a cell, its notebook. */
function documentOf(given: unknown): NotebookDocument | TextDocument | undefined {
  if (typeof given !== 'string' && !(given instanceof Uri)) return undefined;
  const address = Uri.parse(String(given)).toString();
  const isMeant = ({ uri }: { readonly uri: Uri }): boolean => uri.toString() === address;
  const ofCell = (each: NotebookDocument): boolean => each.getCells().some(({ document }) => isMeant(document));
  const notebook = workspace.notebookDocuments.find((each) => isMeant(each) || ofCell(each));
  return notebook ?? workspace.textDocuments.find(isMeant);
}

interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(uri: Uri): { readonly path: string };
    resolveEnvironment(path: {
      readonly path: string;
    }): Promise<{ readonly executable?: { readonly uri?: Uri } } | undefined>;
  };
}

async function chosenInterpreter(uri: Uri): Promise<string | undefined> {
  const extension = extensions.getExtension<PythonApi>('ms-python.python');
  try {
    const environments = (await extension?.activate())?.environments;
    const path = environments?.getActiveEnvironmentPath(uri);
    return path && (await environments?.resolveEnvironment(path))?.executable?.uri?.fsPath;
  } catch {
    return undefined;
  }
}

function askForInterpreter(): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t('Verify Reproducibility'),
    prompt: l10n.t('The Python interpreter that runs the program'),
    value: 'python3',
  });
}

async function agrees({ path, folder, python, way }: Program): Promise<boolean> {
  const detail = [
    l10n.t('This runs your code: twice, and up to 20 times more to name a cause.'),
    l10n.t('Command: {0}', way.line),
    l10n.t('Interpreter: {0}', python),
    l10n.t('Folder: a copy of {0}; the folder itself where it has more than 200 MB', folder),
    l10n.t('Limits: 1,000,000 operations of torch and 10 minutes a run'),
  ].join('\n');
  const question = l10n.t('Run {0}?', relative(folder, path));
  const yes = l10n.t('Run');
  return (await window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

/** Starts the driver. Closing its standard input ends it and every process of the program. */
function run(
  context: ExtensionContext,
  { folder, python, way }: Program,
  progress: Progress<{ message?: string }>,
  token: CancellationToken,
): Promise<Verdict> {
  const driver = context.asAbsolutePath('python/seedwise_trace');
  const options = ['--watch-stdin', '--json-progress', ...(way.isModule ? ['-m'] : [])];
  const child = spawn(python, [driver, ...options, '--', ...way.words], { cwd: folder });
  const stop = (): void => {
    child.stdin.destroy();
  };
  const listeners = [token.onCancellationRequested(stop), { dispose: stop }];
  context.subscriptions.push(listeners[1]!);
  let output = '';
  child.stdin.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    const told = /^seedwise: (\{.*\})$/.exec(line)?.[1];
    if (told !== undefined) progress.report({ message: worded(JSON.parse(told)) });
  });
  return new Promise((resolve) => {
    const fail = (reason: string): void =>
      resolve({ ...NOTHING, evidence: [reason], cancelled: token.isCancellationRequested });
    child.once('error', (error) => fail(l10n.t('{0} cannot be started: {1}.', python, error.message)));
    child.once('close', (code) => {
      for (const listener of listeners) listener.dispose();
      try {
        resolve(JSON.parse(output));
      } catch {
        fail(l10n.t('The tracer ended without a verdict, with exit code {0}.', String(code)));
      }
    });
  });
}

const NOTHING: Verdict = {
  result: 'failed',
  operations: 0,
  draws: 0,
  batches: 0,
  place: null,
  cause: null,
  evidence: [],
};

function publish(found: { set(uri: Uri, all: Diagnostic[]): void }, { folder }: Program, verdict: Verdict): void {
  if (verdict.result !== 'parted' || !verdict.place) return;
  const locationOf = ({ file, line, cell }: Place): Location => {
    const path = isAbsolute(file) ? file : join(folder, file);
    const notebook =
      cell === undefined ? undefined : workspace.notebookDocuments.find(({ uri }) => uri.fsPath === path);
    const uri = notebook && cell !== undefined ? notebook.cellAt(cell).document.uri : Uri.file(path);
    return new Location(uri, new Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER));
  };
  const place = locationOf(verdict.place);
  const head = l10n.t('Two runs part here: {0}.', verdict.cause ?? '');
  const message = `${head}\n${evidenceOf(verdict).join('\n')}`;
  const diagnostic = new Diagnostic(place.range, message, DiagnosticSeverity.Warning);
  diagnostic.source = SOURCE;
  if (verdict.cause !== null) diagnostic.code = verdict.cause;
  diagnostic.relatedInformation = [
    ...(verdict.related ?? []).map((each) => new DiagnosticRelatedInformation(locationOf(each), messageOf(each))),
    ...(verdict.stack ?? [])
      .slice(1)
      .map((each) => new DiagnosticRelatedInformation(locationOf(each), l10n.t('called from here'))),
  ];
  found.set(place.uri, [diagnostic]);
}

async function tell({ path, folder }: Program, verdict: Verdict, pages: Map<string, string>): Promise<void> {
  const name = relative(folder, path);
  const markdown = pageOf(name, verdict);
  const show = verdict.result === 'identical' ? window.showInformationMessage : window.showWarningMessage;
  const showPage = l10n.t('Show Page');
  const copy = l10n.t('Copy as Markdown');
  const answer = await show(headOf(name, verdict), showPage, copy);
  if (answer === copy) await env.clipboard.writeText(markdown);
  if (answer !== showPage) return;
  // A page for each run: what an older tab shows stays what it was.
  const uri = Uri.from({ scheme: PAGE_SCHEME, path: `/${pages.size + 1}/${basename(path)}.md` });
  pages.set(uri.toString(), markdown);
  await commands.executeCommand('markdown.showPreviewToSide', uri);
}

/** A text of the tracer's in VS Code's language; in English it is as it was written. */
const spoken = (said: Said | undefined, english: string): string =>
  said === undefined || env.language.startsWith('en') ? english : worded(said);

// The texts themselves stand in the files of the tracer, where `scripts/languages.ts` finds them.
const { t: translated } = l10n;

const worded = (said: Said): string =>
  typeof said === 'string' ? said : translated(said.text, ...said.values.map(worded));

const evidenceOf = ({ evidence, said }: Verdict): string[] =>
  evidence.map((each, i) => spoken(said?.evidence?.[i], each));

const messageOf = ({ message, said }: Place): string => spoken(said, message ?? '');

function headOf(name: string, verdict: Verdict): string {
  const { operations, draws, batches, place, cause } = verdict;
  if (verdict.result === 'failed') return l10n.t('{0} could not be run. {1}', name, evidenceOf(verdict).join(' '));
  if (verdict.result === 'identical')
    return l10n.t('Identical over {0} operations, {1} draws and {2} batches in this pair.', operations, draws, batches);
  return place
    ? l10n.t('Two runs of {0} part at {1}:{2}: {3}.', name, place.file, place.line, cause ?? '')
    : l10n.t('Two runs of {0} part: {1}.', name, cause ?? '');
}

const rowOf = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const nameOf = ({ file, line, cell }: Place): string =>
  cell === undefined ? `${file}:${line}` : l10n.t('{0}, cell {1}, line {2}', file, cell + 1, line);

const placeOf = (place: Place | null): string => (place ? nameOf(place) : l10n.t('no line of yours'));

/** Both runs side by side, what was seen, the calls that led there, and what the streams did before. */
function pageOf(name: string, verdict: Verdict): string {
  const lines = [`# ${name}`, '', headOf(name, verdict), '', ...evidenceOf(verdict).map((each) => `- ${each}`)];
  const [first, second] = verdict.sides ?? [];
  if (first || second) {
    const cells = [first, second].map((side) =>
      side ? `\`${side.operation}\`, ${placeOf(side.place)}, \`${side.hash}\`` : l10n.t('has ended'),
    );
    lines.push('', rowOf(l10n.t('Run 1'), l10n.t('Run 2')), '| --- | --- |', rowOf(...cells));
  }
  if (verdict.regions)
    lines.push(
      '',
      l10n.t('{0} of the operations are calls of compiled regions, whose insides are not seen.', verdict.regions),
    );
  for (const place of verdict.related ?? []) lines.push('', `${nameOf(place)}: ${messageOf(place)}`);
  if (verdict.stack?.length) {
    lines.push('', `## ${l10n.t('Calls')}`, '');
    for (const place of verdict.stack) lines.push(`- ${nameOf(place)}`);
  }
  lines.push(...timelineOf(verdict.timeline ?? []));
  if (verdict.traceback) lines.push('', '```', verdict.traceback, '```');
  return `${lines.join('\n')}\n`;
}

/** What is done to a stream, as the tracer calls it. */
const DONE: Readonly<Record<string, string>> = {
  seed: l10n.t('seed'),
  draw: l10n.t('draw'),
  'made without a seed': l10n.t('made without a seed'),
};

/** A table of what the streams did, in its order. */
function timelineOf(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ process, stream, what, times, after, differs, place }) => {
    const often = times > 1 ? ` × ${times}` : '';
    const same = differs ? `**${l10n.t('other values')}**` : l10n.t('the same');
    return rowOf(same, stream, `${DONE[what] ?? what}${often}`, placeOf(place), String(after), process);
  });
  const head = [
    l10n.t('In run 2'),
    l10n.t('Stream'),
    '',
    l10n.t('Place'),
    l10n.t('After operation'),
    l10n.t('Process'),
  ];
  return ['', `## ${l10n.t('Streams')}`, '', rowOf(...head), '| --- | --- | --- | --- | ---: | --- |', ...rows];
}
