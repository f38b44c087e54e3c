/** The status item of Python files: the version of torch they are judged by, and where that comes from. */
import { type Command, type Disposable, languages, Position, Range, Uri, window } from 'vscode';
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
    item.text = status.from === 'nothing' ? `torch: newest known (${status.torch})` : `torch ${status.torch}`;
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
  if (from === 'setting') return 'from the settings';
  if (from === 'nothing') return 'no file names a version';
  const name = place ? nameOf(Uri.parse(place.uri)) : '';
  return isExact ? `from ${name}` : `the newest that ${name} allows`;
}

/** What is installed is known by the name of its folder. */
const nameOf = ({ path }: Uri): string =>
  /\/([^/]+)\/(?:lib\/[^/]+|Lib)\/site-packages\//.exec(path)?.[1] ?? path.slice(path.lastIndexOf('/') + 1);

function commandOf({ from, place }: Status): Command {
  if (from !== 'manifest' || !place || /\/site-packages\//.test(place.uri))
    return { title: 'Set Version', command: 'workbench.action.openSettings', arguments: ['seedwise.torchVersion'] };
  const position = new Position(place.line, place.character);
  const options = { selection: new Range(position, position) };
  return { title: 'Show', command: 'vscode.open', arguments: [Uri.parse(place.uri), options] };
}
