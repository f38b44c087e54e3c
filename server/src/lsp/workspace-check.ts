/** Checks all programs and modules of the workspace when asked to, and lists the programs there are. */
import { type CancellationToken, type Diagnostic, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, analyze } from '../core/analysis/analyze.ts';
import { glanceOf } from '../core/analysis/glance.ts';
import { projectOf } from '../core/program/project.ts';
import type { PythonFile } from '../core/python/file.ts';
import { programsOf } from '../core/report/report.ts';
import type { Settings } from '../core/settings/settings.ts';
import { t } from '../core/text/language.ts';
import {
  type FileFindings,
  PROGRAMS,
  type ProgramEntry,
  WORKSPACE_CHECK,
  type WorkspaceProgress,
} from '../protocol.ts';
import { CLOSED } from './edits.ts';
import { placeOf } from './notebooks.ts';
import { namesBelow } from './report.ts';
import type { Session } from './session.ts';

/** Milliseconds of work between two looks at what else the client wants. */
const SLICE_MS = 40;

/** Registers both requests. */
export function serveWorkspaceChecks(session: Session): void {
  const { connection, speaker } = session;
  connection.onRequest(WORKSPACE_CHECK.run, (_: unknown, token: CancellationToken) => checkWorkspace(session, token));
  connection.onRequest(PROGRAMS, () => speaker.guarded<ProgramEntry[]>([], () => programEntries(session)));
}

/** The findings of every file of Python that is not open; open ones have theirs. */
async function checkWorkspace(session: Session, token: CancellationToken): Promise<FileFindings[]> {
  await session.workspace.complete();
  const { index, translator } = session;
  const found: FileFindings[] = [];
  for await (const { path, file, analysis } of visitClosed(session, token)) {
    const document = TextDocument.create(index.uriOf(path), 'python', CLOSED, file.text);
    const diagnosticsOf = (): Diagnostic[] =>
      analysis.findings.map((finding) => translator.diagnosticOf(finding, document));
    let diagnostics = diagnosticsOf();
    // Places in others are told where their texts are at hand.
    if (await index.readMissing()) diagnostics = diagnosticsOf();
    if (diagnostics.length > 0) found.push({ uri: index.uriOf(path), diagnostics });
  }
  return found;
}

/** A file that no editor holds, analysed. */
interface Closed {
  readonly path: string;
  readonly file: PythonFile;
  readonly analysis: Analysis;
}

/** Every file of Python of the workspace that is not open, one after the other. Progress is told file by file. */
export async function* visitClosed(session: Session, token: CancellationToken): AsyncGenerator<Closed> {
  const { index, connection } = session;
  const settings = await session.settingsOf(session.folders[0] ?? '');
  const paths = [...index.workspace.paths]
    .filter((path) => path.endsWith('.py') && !index.isOpen(index.uriOf(path)))
    .sort();
  let since = performance.now();
  for (const [at, path] of paths.entries()) {
    if (performance.now() - since > SLICE_MS) {
      const progress: WorkspaceProgress = { done: at, total: paths.length };
      connection.sendNotification(WORKSPACE_CHECK.progress, progress).catch(session.speaker.logError);
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
