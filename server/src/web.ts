/** The language server as a web worker: it reads no file itself, since only its client knows where the workspace is. */
/// <reference lib="webworker" />
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { version } from '../../package.json';
import { wasm } from './host/wasm.ts';
import { serve } from './lsp/server.ts';

serve(createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self)), {
  version,
  platform: 'a web worker',
  wasm,
});
