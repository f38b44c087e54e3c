/** Gives tests a loaded engine: the WASM bytes come straight from the packages. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadSyntax } from '../server/src/core/syntax/parse.ts';

const require = createRequire(import.meta.url);
const bytes = (specifier: string): Uint8Array => readFileSync(require.resolve(specifier));

await loadSyntax({
  runtime: bytes('web-tree-sitter/web-tree-sitter.wasm'),
  python: bytes('tree-sitter-python/tree-sitter-python.wasm'),
});
