/** The language server as a process: VS Code talks to it over IPC, any other editor with `--stdio`. */
import { createConnection } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { diskFiles } from './files.ts';
import { serve } from './lsp.ts';
import { collectGarbage, expectShortLives } from './memory.ts';
import { wasm } from './wasm.ts';

expectShortLives();
serve(createConnection(), { version, wasm, files: diskFiles(() => {}), collectGarbage });
