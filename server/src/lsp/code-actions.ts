/** The lightbulb: actions without their edits, and the edits of the one that was chosen. */
import type { CodeAction, CodeActionParams } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type Action, actionsOf } from '../core/analysis/actions.ts';
import { type ActionSource, isInWorkspace } from './client.ts';
import { launcher } from './launch.ts';
import { spanOf } from './notebooks.ts';
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
      return await session.withPython(uri, [], (python, checked) => offered(parts, params, python, checked, file));
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
