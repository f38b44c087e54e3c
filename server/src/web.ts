/** The language server as a web worker: it reads no file itself, since only its client knows where the workspace is. */
/// <reference lib="webworker" />
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { version } from '../../package.json';
import { serve } from './lsp.ts';
import { wasm } from './wasm.ts';

serve(createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self)), { version, wasm });
