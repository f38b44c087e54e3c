/**
 * Turns rules off for clients that write no settings themselves: in the nearest `pyproject.toml` with a table of ours,
 * else in the nearest one, else in a new one at the top of the folder.
 */
import type { CreateFile, WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Action } from '../core/analysis/actions.ts';
import { readConfig } from '../core/settings/pyproject.ts';
import { turnOffEdits } from '../core/settings/turn-off.ts';
import { type Message, t } from '../core/text/language.ts';
import { addressIn, type FileAccess } from '../host/folders.ts';
import { COMMANDS } from '../protocol.ts';
import { type clientOf, isInWorkspace, rangeOf } from './client.ts';
import { pathOf, type WorkspaceIndex } from './workspace-index.ts';

const FILE = 'pyproject.toml';

interface Surroundings {
  readonly index: WorkspaceIndex;
  client(): ReturnType<typeof clientOf>;
  files(): FileAccess;
}

/** Where a rule can be turned off; without a text where the file is yet to be made. */
export interface SettingsFile {
  readonly address: string;
  readonly text: string | undefined;
}

export function ruleSwitch({ index, client, files }: Surroundings) {
  const isOurs = (): boolean => !client().commands.has(COMMANDS.turnOffRule);

  return {
    /** The rule that an action turns off where the client leaves that to us. */
    ruleOf: ({ command }: Action): string | undefined =>
      isOurs() && command?.name === 'turnOff' ? command.rule : undefined,

    /** The file for a document; undefined where there is no place for one, or the client does it. */
    async fileFor(uri: string): Promise<SettingsFile | undefined> {
      if (!isOurs()) return undefined;
      const folder = isInWorkspace(uri) ? index.folderOf(pathOf(uri))?.replace(/\/+$/, '') : undefined;
      if (folder === undefined) return undefined;
      const inside = pathOf(uri).slice(pathOf(folder).length).split('/').slice(1, -1);
      const folders = inside.map((_, i) => addressIn(folder, inside.slice(0, inside.length - i).join('/')));
      const addresses = [...folders, folder].map((each) => addressIn(each, FILE));
      const texts = await files().read(addresses);
      const ofOurs = texts.findIndex((text) => text !== undefined && readConfig(FILE, text) !== null);
      const at = ofOurs < 0 ? texts.findIndex((text) => text !== undefined) : ofOurs;
      if (at >= 0) return { address: addresses[at]!, text: texts[at] };
      const isFree = (await files().list([folder]))[0]?.every(({ name }) => name !== FILE);
      return isFree && client().createsFiles ? { address: addressIn(folder, FILE), text: undefined } : undefined;
    },

    titleOf: (rule: string): Message => t`Turn \`${rule}\` off in \`${FILE}\``,

    /** The edit that does it; undefined where the file cannot be understood, or says so already. */
    editOf(rule: string, { address, text }: SettingsFile): WorkspaceEdit | undefined {
      const edits = turnOffEdits(text ?? '', rule);
      if (!edits?.length) return undefined;
      const document = TextDocument.create(address, 'toml', 0, text ?? '');
      const changes = edits.map((edit) => ({ range: rangeOf(edit, document), newText: edit.text }));
      if (!client().takesVersionedEdits) return { changes: { [address]: changes } };
      const create: CreateFile = { kind: 'create', uri: address };
      const change = { textDocument: { uri: address, version: null }, edits: changes };
      return { documentChanges: text === undefined ? [create, change] : [change] };
    },
  };
}
