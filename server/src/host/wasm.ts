/** The parser and its Python grammar, carried inside the bundles so that no host has to find files at run time. */
import python from 'tree-sitter-python/tree-sitter-python.wasm';
import runtime from 'web-tree-sitter/web-tree-sitter.wasm';
import type { WasmBytes } from '../core/syntax/parse.ts';

export const wasm: WasmBytes = { runtime, python };
