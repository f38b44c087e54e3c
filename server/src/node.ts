/** The language server as a process: VS Code talks to it over IPC, any other editor with `--stdio`. */
import { createConnection } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { diskFiles } from './host/files.ts';
import { collectGarbage, expectShortLives } from './host/memory.ts';
import { wasm } from './host/wasm.ts';
import { serve } from './lsp/server.ts';

expectShortLives();
serve(createConnection(), { version, wasm, files: diskFiles(() => {}), collectGarbage });
