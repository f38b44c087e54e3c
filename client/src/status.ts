/** The status item of Python files: the version of torch they are judged by, and where that comes from. */
import { type Command, type Disposable, l10n, languages, Position, Range, Uri, window } from 'vscode';
import { type BaseLanguageClient, State } from 'vscode-languageclient';
import { STATUS, type Status, type StatusOf } from '../../server/src/protocol.ts';

/** Keeps the item true while editors, manifests and settings change. */
export function showStatus(client: BaseLanguageClient): Disposable[] {
  const item = languages.createLanguageStatusItem('seedwise.torch', { language: 'python' });
  item.name = 'Seedwise';
  item.text = 'torch';

  let latest = 0;
  async function refresh(): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (document?.languageId !== 'python' || client.state !== State.Running) return;
    const asked = ++latest;
    item.busy = true;
    const params: StatusOf = { uri: client.code2ProtocolConverter.asUri(document.uri) };
    const status = await client.sendRequest<Status | null>(STATUS.of, params).catch(() => null);
    if (asked !== latest) return; // A later question has a newer answer.
    item.busy = false;
    if (!status) return;
    item.text = status.from === 'nothing' ? l10n.t('torch: newest known ({0})', status.torch) : `torch ${status.torch}`;
    item.detail = detailOf(status);
    item.command = commandOf(status);
  }

  return [
    item,
    client.onNotification(STATUS.changed, refresh),
    client.onDidChangeState(({ newState }) => newState === State.Running && refresh()),
    window.onDidChangeActiveTextEditor(refresh),
  ];
}

function detailOf({ from, isExact, place }: Status): string {
  if (from === 'setting') return l10n.t('from the settings');
  if (from === 'nothing') return l10n.t('no file names a version');
  const name = place ? nameOf(Uri.parse(place.uri)) : '';
  return isExact ? l10n.t('from {0}', name) : l10n.t('the newest that {0} allows', name);
}

/** What is installed is known by the name of its folder. */
const nameOf = ({ path }: Uri): string =>
  /\/([^/]+)\/(?:lib\/[^/]+|Lib)\/site-packages\//.exec(path)?.[1] ?? path.slice(path.lastIndexOf('/') + 1);

function commandOf({ from, place }: Status): Command {
  if (from !== 'manifest' || !place || /\/site-packages\//.test(place.uri))
    return {
      title: l10n.t('Set Version'),
      command: 'workbench.action.openSettings',
      arguments: ['seedwise.torchVersion'],
    };
  const position = new Position(place.line, place.character);
  const options = { selection: new Range(position, position) };
  return { title: l10n.t('Show'), command: 'vscode.open', arguments: [Uri.parse(place.uri), options] };
}
