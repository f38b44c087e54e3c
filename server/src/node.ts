/** The language server as a process: VS Code talks to it over IPC, any other editor with `--stdio`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createConnection } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { findPythonFiles } from './files.ts';
import { serve } from './lsp.ts';
import { wasm } from './wasm.ts';
import type { FileAccess } from './workspace-index.ts';

/** Folders that are not on this machine's disk are simply empty. */
const files: FileAccess = {
  list(folder) {
    if (!folder.startsWith('file:')) return [];
    return findPythonFiles([fileURLToPath(folder)], () => {}).map((path) => pathToFileURL(path).href);
  },
  read(uri) {
    try {
      return new TextDecoder().decode(readFileSync(fileURLToPath(uri)));
    } catch {
      return undefined;
    }
  },
};

serve(createConnection(), { version, wasm, files });
