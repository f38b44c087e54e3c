/** The extension in desktop and remote hosts: the language server is a Node process of its own. */
import type { ExtensionContext } from 'vscode';
import { LanguageClient, type LanguageClientOptions, State, TransportKind } from 'vscode-languageclient/node';
import { start } from './client.ts';
import { registerVerify } from './verify.ts';

/** Called by VS Code when the first Python document opens. */
export async function activate(context: ExtensionContext): Promise<void> {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.ipc };
  let client: LanguageClient | undefined;
  const held = registerVerify(context, () => client);
  const createClient = (options: LanguageClientOptions): LanguageClient => {
    client = new LanguageClient('seedwise', 'Seedwise', server, options);
    // A server that is started once more knows of no run.
    client.onDidChangeState(({ newState }) => newState === State.Running && held.tellAgain());
    return client;
  };
  await start(context, createClient, true);
  held.resume();
}
