/** The lightbulb: actions without their edits, and the edits of the one that was chosen. */
import type { CodeAction, CodeActionParams } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type Action, actionsOf } from '../core/analysis/actions.ts';
import type { Finding } from '../core/contract/rule.ts';
import { confirmedFindings } from '../core/report/marks.ts';
import type { PairOfRuns } from '../core/report/run.ts';
import { SourceFiles } from '../core/report/source.ts';
import type { Span } from '../core/text/edit.ts';
import { type ActionSource, isInWorkspace } from './client.ts';
import { launcher } from './launch.ts';
import { placeOf, spanOf } from './notebooks.ts';
import type { Checked, Python, Session } from './session.ts';
import { ruleSwitch, type SettingsFile } from './turn-off.ts';
import { pathOf } from './workspace-index.ts';

/** Registers both requests. */
export function serveActions(session: Session): void {
  const { connection, speaker } = session;
  const surroundings = { index: session.index, client: () => session.client, files: () => session.files };
  const launch = launcher({ ...surroundings, tell: speaker.tell });
  const rules = ruleSwitch(surroundings);
  const parts: Parts = { session, launch, rules };

  connection.onCodeAction((params) =>
    speaker.guarded<CodeAction[]>([], async () => {
      const { uri } = params.textDocument;
      const file = await rules.fileFor(uri);
      const here = await session.withPython(uri, [], (python, checked) =>
        offered(parts, params, python, checked, file),
      );
      return [...here, ...(await repairsOfRuns(parts, params))];
    }),
  );

  connection.onCodeActionResolve((codeAction) =>
    speaker.guarded(codeAction, async () => {
      const { uri } = codeAction.data as ActionSource;
      const file = await rules.fileFor(uri);
      return await session.withPython<CodeAction | Promise<CodeAction>>(uri, codeAction, (python, checked) =>
        resolved(parts, codeAction, python, checked, file),
      );
    }),
  );
}

interface Parts {
  readonly session: Session;
  readonly launch: ReturnType<typeof launcher>;
  readonly rules: ReturnType<typeof ruleSwitch>;
}

function offered(
  parts: Parts,
  { textDocument: { uri }, range, context }: CodeActionParams,
  python: Python,
  { document, version }: Checked,
  file: SettingsFile | undefined,
): CodeAction[] {
  const span = spanOf(uri, range, document);
  if (!span) return [];
  return actionsOf(python, span).flatMap((action, index) => {
    const isWanted = !context.only || context.only.some((kind) => `${action.kind}.`.startsWith(`${kind}.`));
    return isWanted ? shown(parts, action, document, { uri, version, span, index }, file) : [];
  });
}

/**
 * Where two runs part, the repairs of what they confirmed are offered too, wherever in the open documents it stands: as a
 * draw that parts does not stand where its seed is missing.
 */
async function repairsOfRuns(
  parts: Parts,
  { textDocument: { uri }, range, context }: CodeActionParams,
): Promise<CodeAction[]> {
  const { session } = parts;
  const isWanted = !context.only || context.only.some((kind) => 'quickfix.'.startsWith(`${kind}.`));
  if (!isWanted || session.runs.size === 0) return [];
  const where = await session.withPython(uri, undefined, (python, { document }) => {
    const span = spanOf(uri, range, document);
    return span && { span, document, runs: runsThatPartAt(session, python, span) };
  });
  if (!where || where.runs.length === 0) return [];
  const isShown = ({ start, end }: Finding, document: TextDocument): boolean =>
    document === where.document && start <= where.span.end && where.span.start <= end;
  const found: CodeAction[] = [];
  for (const { uri: home } of [...session.documents.all(), ...session.notebooks.all()]) {
    const repairs = await session.withPython<CodeAction[]>(home, [], (python, checked) =>
      confirmedFindings(python.analysis.findings, python.file, session.index.workspace, where.runs)
        .filter((finding) => !isShown(finding, checked.document))
        .flatMap((finding) => repairsOf(parts, finding, python, checked)),
    );
    found.push(...repairs);
  }
  return found;
}

/** The repairs of a finding, as at its own place. */
function repairsOf(parts: Parts, finding: Finding, python: Python, { document, version }: Checked): CodeAction[] {
  const span = { start: finding.start, end: finding.end };
  const { uri } = placeOf(finding, document);
  const titles = new Set(finding.fixes?.map(({ title }) => title));
  return actionsOf(python, span).flatMap((action, index) => {
    const isRepair = action.finding === finding && titles.has(action.title);
    return isRepair ? shown(parts, action, document, { uri, version, span, index }, undefined) : [];
  });
}

function runsThatPartAt({ runs, index }: Session, { file }: Python, span: Span): PairOfRuns[] {
  const source = new SourceFiles(index.workspace);
  const [first, last] = [source.place(file, span.start), source.place(file, span.end)];
  return [...runs.values()].filter(
    ({ result, place }) =>
      result === 'parted' &&
      place?.path === file.path &&
      place.cell === first.cell &&
      first.line <= place.line &&
      place.line <= last.line,
  );
}

/** The action as the client is told of it; none where it cannot be done there. */
function shown(
  { session: { translator, client, index }, launch, rules }: Parts,
  action: Action,
  document: TextDocument,
  source: ActionSource,
  file: SettingsFile | undefined,
): CodeAction[] {
  const rule = rules.ruleOf(action);
  if (rule === undefined) {
    const isInProject = isInWorkspace(source.uri) && index.isInProject(pathOf(source.uri));
    const isOffered =
      translator.offers(action) &&
      launch.offers(action, source.uri) &&
      (action.command?.name !== 'fixInWorkspace' || isInProject);
    return isOffered ? [translator.codeActionOf(action, document, source)] : [];
  }
  const edit = file && rules.editOf(rule, file);
  if (!edit || !action.finding) return [];
  const diagnostics = [translator.diagnosticOf(action.finding, document)];
  return [
    {
      title: rules.titleOf(rule),
      kind: action.kind,
      diagnostics,
      ...(client.resolvesEdits ? { data: source } : { edit }),
    },
  ];
}

/** The action with its edit; as it came where the document is another one by now. */
function resolved(
  { session: { translator }, launch, rules }: Parts,
  codeAction: CodeAction,
  python: Python,
  { document, version }: Checked,
  file: SettingsFile | undefined,
): CodeAction | Promise<CodeAction> {
  const source = codeAction.data as ActionSource;
  const action = version === source.version ? actionsOf(python, source.span)[source.index] : undefined;
  if (!action) return codeAction;
  const rule = rules.ruleOf(action);
  if (codeAction.title !== (rule === undefined ? action.title : rules.titleOf(rule))) return codeAction;
  if (action.startWith) return launch.resolve(codeAction, action.startWith, source.uri);
  const edit =
    rule === undefined ? translator.editOf(action.edits(), document, action.title) : file && rules.editOf(rule, file);
  return edit ? { ...codeAction, edit } : codeAction;
}
