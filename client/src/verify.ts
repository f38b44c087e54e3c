/**
 * *Verify Reproducibility*: the one command that runs the user's program, twice, and only after a question that says so. It needs
 * a process, so only the extension on a desktop or remote machine has it.
 */
import { spawn } from 'node:child_process';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
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
  languages,
  type Progress,
  ProgressLocation,
  Range,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';

/** As `seedwise_trace` answers. */
interface Verdict {
  readonly result: 'identical' | 'parted' | 'failed';
  readonly operations: number;
  readonly draws: number;
  readonly batches: number;
  readonly place: Place | null;
  readonly cause: string | null;
  readonly evidence: readonly string[];
  readonly related?: readonly Place[];
  readonly stack?: readonly Place[];
  readonly sides?: readonly ({
    readonly operation: string;
    readonly place: Place | null;
    readonly hash: string;
  } | null)[];
  readonly timeline?: readonly Step[];
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
}

interface Program {
  readonly path: string;
  readonly folder: string;
  readonly python: string;
}

const COMMAND = 'seedwise.verify';
const PAGE_SCHEME = 'seedwise-run';
const SOURCE = 'Seedwise run';
const LIMITS = '1,000,000 operations of torch and 10 minutes a run';

/** Registers the command, and keeps what a run found until its file changes. */
export function registerVerify(context: ExtensionContext): Disposable[] {
  const found = languages.createDiagnosticCollection(SOURCE);
  // A host without processes, as a browser's, never says so, and shows no command.
  commands.executeCommand('setContext', 'seedwise.canVerify', true);
  const pages = new Map<string, string>();
  const page: TextDocumentContentProvider = { provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? '' };
  return [
    found,
    workspace.registerTextDocumentContentProvider(PAGE_SCHEME, page),
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) found.delete(document.uri);
    }),
    commands.registerCommand(COMMAND, async () => {
      const program = await chooseProgram();
      if (!program || !(await agrees(program))) return;
      found.clear();
      const verdict = await window.withProgress(
        { location: ProgressLocation.Notification, title: 'Seedwise runs the program', cancellable: true },
        (progress, token) => run(context, program, progress, token),
      );
      if (verdict.cancelled) return;
      publish(found, program, verdict);
      await tell(program, verdict, pages);
    }),
  ];
}

/** The file of the active editor, saved, with the interpreter that the Python extension has chosen for it. */
async function chooseProgram(): Promise<Program | undefined> {
  const document = window.activeNotebookEditor?.notebook ?? window.activeTextEditor?.document;
  const isPython = document && ('notebookType' in document || document.languageId === 'python');
  if (!isPython || document.uri.scheme !== 'file') {
    window.showInformationMessage('Open the Python file or notebook that is to be run.');
    return undefined;
  }
  if (document.isDirty && !(await document.save())) return undefined;
  const path = document.uri.fsPath;
  const folder = workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? dirname(path);
  const python = (await chosenInterpreter(document.uri)) ?? (await askForInterpreter());
  return python === undefined ? undefined : { path, folder, python };
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
    title: 'Verify Reproducibility',
    prompt: 'The Python interpreter that runs the program',
    value: 'python3',
  });
}

async function agrees({ path, folder, python }: Program): Promise<boolean> {
  const detail = [
    'This runs your code: twice, and up to 20 times more to name a cause.',
    `Interpreter: ${python}`,
    `Folder: a copy of ${folder}; the folder itself where it has more than 200 MB`,
    `Limits: ${LIMITS}`,
  ].join('\n');
  const answer = await window.showWarningMessage(`Run ${relative(folder, path)}?`, { modal: true, detail }, 'Run');
  return answer === 'Run';
}

/** Starts the driver. Closing its standard input ends it and every process of the program. */
function run(
  context: ExtensionContext,
  { path, folder, python }: Program,
  progress: Progress<{ message?: string }>,
  token: CancellationToken,
): Promise<Verdict> {
  const driver = context.asAbsolutePath('python/seedwise_trace');
  const child = spawn(python, [driver, '--watch-stdin', '--', relative(folder, path)], { cwd: folder });
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
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const message = /^seedwise: (run .*)$/m.exec(text)?.[1];
    if (message !== undefined) progress.report({ message });
  });
  return new Promise((resolve) => {
    const fail = (reason: string): void =>
      resolve({ ...NOTHING, evidence: [reason], cancelled: token.isCancellationRequested });
    child.once('error', (error) => fail(`${python} cannot be started: ${error.message}.`));
    child.once('close', (code) => {
      for (const listener of listeners) listener.dispose();
      try {
        resolve(JSON.parse(output));
      } catch {
        fail(`The tracer ended without a verdict, with exit code ${code}.`);
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
  const message = `Two runs part here: ${verdict.cause}.\n${verdict.evidence.join('\n')}`;
  const diagnostic = new Diagnostic(place.range, message, DiagnosticSeverity.Warning);
  diagnostic.source = SOURCE;
  if (verdict.cause !== null) diagnostic.code = verdict.cause;
  diagnostic.relatedInformation = [
    ...(verdict.related ?? []).map((each) => new DiagnosticRelatedInformation(locationOf(each), each.message ?? '')),
    ...(verdict.stack ?? [])
      .slice(1)
      .map((each) => new DiagnosticRelatedInformation(locationOf(each), 'called from here')),
  ];
  found.set(place.uri, [diagnostic]);
}

async function tell({ path, folder }: Program, verdict: Verdict, pages: Map<string, string>): Promise<void> {
  const name = relative(folder, path);
  const markdown = pageOf(name, verdict);
  const show = verdict.result === 'identical' ? window.showInformationMessage : window.showWarningMessage;
  const answer = await show(headOf(name, verdict), 'Show Page', 'Copy as Markdown');
  if (answer === 'Copy as Markdown') await env.clipboard.writeText(markdown);
  if (answer !== 'Show Page') return;
  // A page for each run: what an older tab shows stays what it was.
  const uri = Uri.from({ scheme: PAGE_SCHEME, path: `/${pages.size + 1}/${basename(path)}.md` });
  pages.set(uri.toString(), markdown);
  await commands.executeCommand('markdown.showPreviewToSide', uri);
}

function headOf(name: string, verdict: Verdict): string {
  const { operations, draws, batches, place, cause } = verdict;
  if (verdict.result === 'failed') return `${name} could not be run. ${verdict.evidence.join(' ')}`;
  if (verdict.result === 'identical')
    return `Identical over ${operations} operations, ${draws} draws and ${batches} batches in this pair.`;
  return `Two runs of ${name} part${place ? ` at ${place.file}:${place.line}` : ''}: ${cause}.`;
}

const nameOf = ({ file, line, cell }: Place): string =>
  cell === undefined ? `${file}:${line}` : `${file}, cell ${cell + 1}, line ${line}`;

const placeOf = (place: Place | null): string => (place ? nameOf(place) : 'no line of yours');

/** Both runs side by side, what was seen, the calls that led there, and what the streams did before. */
function pageOf(name: string, verdict: Verdict): string {
  const lines = [`# ${name}`, '', headOf(name, verdict), '', ...verdict.evidence.map((each) => `- ${each}`)];
  const [first, second] = verdict.sides ?? [];
  if (first || second) {
    const cells = [first, second].map((side) =>
      side ? `\`${side.operation}\`, ${placeOf(side.place)}, \`${side.hash}\`` : 'has ended',
    );
    lines.push('', '| Run 1 | Run 2 |', '| --- | --- |', `| ${cells.join(' | ')} |`);
  }
  for (const place of verdict.related ?? []) lines.push('', `${nameOf(place)}: ${place.message}`);
  if (verdict.stack?.length) {
    lines.push('', '## Calls', '');
    for (const place of verdict.stack) lines.push(`- ${nameOf(place)}`);
  }
  lines.push(...timelineOf(verdict.timeline ?? []));
  if (verdict.traceback) lines.push('', '```', verdict.traceback, '```');
  return `${lines.join('\n')}\n`;
}

/** A table of what the streams did, in its order. */
function timelineOf(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ process, stream, what, times, after, differs, place }) => {
    const often = times > 1 ? ` × ${times}` : '';
    const same = differs ? '**other values**' : 'the same';
    return `| ${same} | ${stream} | ${what}${often} | ${placeOf(place)} | ${after} | ${process} |`;
  });
  const head = [
    '| In run 2 | Stream | | Place | After operation | Process |',
    '| --- | --- | --- | --- | ---: | --- |',
  ];
  return ['', '## Streams', '', ...head, ...rows];
}
