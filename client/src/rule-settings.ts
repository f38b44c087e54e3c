/** Commands that write what a rule's findings weigh, in the settings of the workspace, of a folder or of the user. */
import { ConfigurationTarget, commands, type Disposable, Uri, window, workspace } from 'vscode';
import { COMMANDS } from '../../server/src/protocol.ts';

const LEVELS: readonly { readonly label: string; readonly detail: string }[] = [
  { label: 'error', detail: 'A fault to mend now.' },
  { label: 'warning', detail: 'A squiggle, and a line in the problems.' },
  { label: 'information', detail: 'A line in the problems.' },
  { label: 'hint', detail: 'Three dots in the editor.' },
  { label: 'default', detail: 'What the rule says of this program.' },
  { label: 'off', detail: 'Nothing.' },
];

/** Registers the commands. */
export function registerRuleSettings(): Disposable[] {
  return [
    commands.registerCommand(COMMANDS.turnOffRule, (rule: string) => write(rule, 'off')),
    commands.registerCommand(COMMANDS.turnOffInFolder, (rule: string, address?: string) =>
      write(rule, 'off', address === undefined ? undefined : Uri.parse(address)),
    ),
    commands.registerCommand(COMMANDS.changeSeverity, async (rule: string) => {
      const pick = await window.showQuickPick(LEVELS, { title: `Severity of ${rule}`, matchOnDetail: true });
      if (pick) await write(rule, pick.label);
    }),
  ];
}

/** Where a document is given, the settings of its folder are meant; a workspace of one folder has no others. */
async function write(rule: string, level: string, document?: Uri): Promise<void> {
  const folder = document && workspace.getWorkspaceFolder(document);
  const settings = workspace.getConfiguration('seedwise', folder?.uri);
  const values = settings.inspect<Record<string, string>>('rules');
  const target = folder
    ? ConfigurationTarget.WorkspaceFolder
    : workspace.workspaceFolders
      ? ConfigurationTarget.Workspace
      : ConfigurationTarget.Global;
  const before = {
    [ConfigurationTarget.WorkspaceFolder]: values?.workspaceFolderValue,
    [ConfigurationTarget.Workspace]: values?.workspaceValue,
    [ConfigurationTarget.Global]: values?.globalValue,
  }[target];
  await settings.update('rules', { ...before, [rule]: level }, target);
}
