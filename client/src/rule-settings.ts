/** Commands that write what a rule's findings weigh, in the settings of the workspace, of a folder or of the user. */
import { ConfigurationTarget, commands, type Disposable, l10n, Uri, window, workspace } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { COMMANDS, OPEN_SETTINGS } from '../../server/src/protocol.ts';

const LEVELS: readonly { readonly label: string; readonly detail: string }[] = [
  { label: 'error', detail: l10n.t('A fault to mend now.') },
  { label: 'warning', detail: l10n.t('A squiggle, and a line in the problems.') },
  { label: 'information', detail: l10n.t('A line in the problems.') },
  { label: 'hint', detail: l10n.t('Three dots in the editor.') },
  { label: 'default', detail: l10n.t('What the rule says of this program.') },
  { label: 'off', detail: l10n.t('Nothing.') },
];

/** Registers the commands. */
export function registerRuleSettings(client: BaseLanguageClient): Disposable[] {
  const open = (): Thenable<unknown> =>
    commands.executeCommand('workbench.action.openSettings', '@ext:seedwise.seedwise');
  return [
    commands.registerCommand(COMMANDS.openSettings, open),
    client.onNotification(OPEN_SETTINGS, () => void open()),
    commands.registerCommand(COMMANDS.turnOffRule, (rule: string) => write(rule, 'off')),
    commands.registerCommand(COMMANDS.turnOffInFolder, (rule: string, address?: string) =>
      write(rule, 'off', address === undefined ? undefined : Uri.parse(address)),
    ),
    commands.registerCommand(COMMANDS.changeSeverity, async (rule: string) => {
      // The lightbulb gives the focus back to the text when it closes, which would close the question too.
      const options = { title: l10n.t('Severity of {0}', rule), matchOnDetail: true, ignoreFocusOut: true };
      const pick = await window.showQuickPick(LEVELS, options);
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
