/** The extension in a browser: the language server is a web worker. */
/// <reference lib="webworker" />
import { type ExtensionContext, l10n, Uri } from 'vscode';
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from 'vscode-languageclient/browser';
import { start } from './client.ts';

/** Called by VS Code when the first Python document opens. */
export async function activate(context: ExtensionContext): Promise<void> {
  const address = Uri.joinPath(context.extensionUri, 'dist', 'server.web.js').toString(true);
  let client: LanguageClient;
  let worker: Worker | undefined;
  const end = (): void => worker?.terminate();
  // A worker serves one connection, so each start of the server has its own. The client would not know VS Code's
  // workers for what they are, and is given their ends.
  const begin = async (): Promise<MessageTransports> => {
    end();
    worker = new Worker(address, { name: 'Seedwise' });
    // Nobody answers for a worker that could not be loaded.
    worker.onerror = ({ message }) => client.error(l10n.t('The language server did not start.'), message, 'force');
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
  context.subscriptions.push({ dispose: end });
  await start(context, (options) => {
    client = new LanguageClient('seedwise', 'Seedwise', begin, options);
    return client;
  });
}
