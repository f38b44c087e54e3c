/** Checks all programs and modules of the workspace when asked to, and lists the programs there are. */
import {
  type CancellationToken,
  type Diagnostic,
  LSPErrorCodes,
  ResponseError,
  type WorkDoneProgressReporter,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, analyze } from '../core/analysis/analyze.ts';
import { glanceOf } from '../core/analysis/glance.ts';
import { projectOf } from '../core/program/project.ts';
import type { PythonFile } from '../core/python/file.ts';
import { programsOf } from '../core/report/report.ts';
import type { Settings } from '../core/settings/settings.ts';
import { t } from '../core/text/language.ts';
import { PROGRAMS, type ProgramEntry } from '../protocol.ts';
import { CLOSED } from './edits.ts';
import { placeOf } from './notebooks.ts';
import { namesBelow } from './report.ts';
import type { Session } from './session.ts';
import type { IndexState } from './workspace-index.ts';

/** Milliseconds of work between two looks at what else the client wants. */
const SLICE_MS = 40;

/** Registers both requests. */
export function serveWorkspaceChecks(session: Session): void {
  const { connection, speaker } = session;
  connection.languages.diagnostics.onWorkspace(workspaceChecker(session));
  connection.onRequest(PROGRAMS, () => speaker.guarded<ProgramEntry[]>([], () => programEntries(session)));
}

/** What the last check was of, and how its results are called. */
interface LastCheck {
  readonly state: IndexState;
  readonly settings: Settings;
  readonly resultId: string;
  /** Nothing was found, so the client has no result to name when it asks again. */
  readonly isEmpty: boolean;
}

/** Answers with the findings of every file of Python that is not open; open ones have theirs. */
function workspaceChecker(session: Session) {
  const { index, translator, workspace } = session;
  let last: LastCheck | undefined;
  let count = 0;
  return async (
    { previousResultIds = [] }: WorkspaceDiagnosticParams,
    token: CancellationToken,
    progress: WorkDoneProgressReporter,
  ): Promise<WorkspaceDiagnosticReport> => {
    await workspace.complete();
    const settings = await session.settingsOf(session.folders[0] ?? '');
    const known = last && last.settings === settings && workspace.holds(last.state) ? last : undefined;
    const isNews =
      previousResultIds.length === 0
        ? !known?.isEmpty
        : previousResultIds.some(({ value }) => value !== known?.resultId);
    // Some clients ask again and again.
    if (!isNews) return { items: previousResultIds.map(({ uri, value }) => unchanged(uri, value)) };
    const { state } = index;
    const resultId = `${session.name}-workspace-${++count}`;
    const found = new Map<string, Diagnostic[]>(previousResultIds.map(({ uri }) => [uri, []]));
    progress.begin(t`Seedwise: checking the workspace`, 0, undefined, true);
    const tell = (done: number, total: number): void =>
      progress.report(Math.floor((100 * done) / total), t`${done} of ${total} files`);
    try {
      for await (const { path, file, analysis } of visitClosed(session, token, tell)) {
        const document = TextDocument.create(index.uriOf(path), 'python', CLOSED, file.text);
        const diagnosticsOf = (): Diagnostic[] =>
          analysis.findings.map((finding) => translator.diagnosticOf(finding, document));
        let diagnostics = diagnosticsOf();
        // Places in others are told where their texts are at hand.
        if (await index.readMissing()) diagnostics = diagnosticsOf();
        if (diagnostics.length > 0) found.set(index.uriOf(path), diagnostics);
      }
    } finally {
      progress.done();
    }
    last = { state, settings, resultId, isEmpty: [...found.values()].every((items) => items.length === 0) };
    return { items: [...found].map(([uri, items]) => ({ kind: 'full', uri, version: null, resultId, items })) };
  };
}

const unchanged = (uri: string, resultId: string) => ({ kind: 'unchanged', uri, version: null, resultId }) as const;

/** A file that no editor holds, analysed. */
interface Closed {
  readonly path: string;
  readonly file: PythonFile;
  readonly analysis: Analysis;
}

/** Every file of Python of the workspace that is not open, one after the other; `tell` hears how many there are and were. */
export async function* visitClosed(
  session: Session,
  token: CancellationToken,
  tell: (done: number, total: number) => void = () => {},
): AsyncGenerator<Closed> {
  const { index } = session;
  const settings = await session.settingsOf(session.folders[0] ?? '');
  const paths = [...index.workspace.paths]
    .filter((path) => path.endsWith('.py') && !index.isOpen(index.uriOf(path)))
    .sort();
  let since = Number.NEGATIVE_INFINITY;
  for (const [at, path] of paths.entries()) {
    if (performance.now() - since > SLICE_MS) {
      tell(at, paths.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, t`Cancelled.`);
      since = performance.now();
    }
    const closed = await session.speaker.guarded(null, () => analysed(session, path, settings));
    if (closed) yield closed;
  }
}

/** A file's text is read when it is its turn; once more where texts of others were missing. */
async function analysed(session: Session, path: string, user: Settings): Promise<Closed | null> {
  const { index } = session;
  const settings = index.workspace.manifests.settingsOf(path, user);
  for (let round = 1; ; round++) {
    const file = index.workspace.open?.(path);
    if (!file) {
      if (!(await index.readMissing()) || round > 1) return null;
      continue;
    }
    const analysis = analyze(projectOf(file, settings, index.workspace), settings);
    if (!(await index.readMissing()) || round > 1) return { path, file, analysis };
  }
}

/** Each program with its promise and what an editor says above it. */
async function programEntries(session: Session): Promise<ProgramEntry[]> {
  await session.workspace.complete();
  const { index } = session;
  const user = await session.settingsOf(session.folders[0] ?? '');
  const nameOf = namesBelow(session.folders);
  const entries: ProgramEntry[] = [];
  for (const path of programsOf(index.workspace)) {
    const open = () => index.workspace.open?.(path);
    const file = open() ?? ((await index.readMissing()) ? open() : null);
    if (!file) continue;
    const settings = index.workspace.manifests.settingsOf(path, user);
    const project = projectOf(file, settings, index.workspace);
    const analysis = analyze(project, settings);
    const glance = glanceOf(file, project, analysis);
    const document = TextDocument.create(index.uriOf(path), 'python', CLOSED, file.text);
    const findings = analysis.findings.map((finding) => {
      const { range } = placeOf(finding, document);
      return { rule: finding.rule, message: finding.message, severity: finding.severity, line: range.start.line + 1 };
    });
    const streams = Object.keys(project.summary?.must ?? {});
    entries.push({
      uri: index.uriOf(path),
      name: nameOf(path),
      text: glance?.text ?? t`draws no random numbers, as far as the code shows`,
      promise: project.promise,
      streams,
      findings,
    });
  }
  return entries;
}
