/**
 * Bundles the extension's client, the language server and the command line into dist/, each one file with all it needs.
 * `--dev` adds source maps and leaves the code readable; `--watch` does the same and rebuilds on every change.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { context } from 'esbuild';
import { noticesOf } from './scripts/notices.mjs';

const require = createRequire(import.meta.url);
const watch = process.argv.includes('--watch');
const production = !watch && !process.argv.includes('--dev');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  loader: { '.wasm': 'binary' },
  minify: production,
  sourcemap: !production,
  sourcesContent: false,
  // The licences are in NOTICES.md.
  legalComments: 'none',
  metafile: true,
  logLevel: 'info',
};

// The package's ES module asks for `import.meta.url`, which is empty in a bundle that is none.
const alias = {
  // What Node would take asks for its parts at run time.
  'jsonc-parser': require.resolve('jsonc-parser/lib/esm/main.js'),
  'web-tree-sitter': require.resolve('web-tree-sitter'),
  'web-tree-sitter/web-tree-sitter.wasm': require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
};

/**
 * For the browser, where a module of Node's cannot be bundled: the build fails on it.
 * @type {import('esbuild').BuildOptions}
 */
const web = { ...shared, platform: 'browser', target: 'es2022' };

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...shared,
    entryPoints: ['client/src/node.ts'],
    outfile: 'dist/client.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...shared,
    entryPoints: ['server/src/node.ts'],
    outfile: 'dist/server.cjs',
    format: 'cjs',
    // CommonJS has the folder under another name.
    define: { 'import.meta.dirname': '__dirname' },
  },
  {
    ...shared,
    entryPoints: ['server/src/worker.ts'],
    outfile: 'dist/server-worker.cjs',
    format: 'cjs',
    alias,
  },
  {
    ...web,
    entryPoints: ['client/src/web.ts'],
    // VS Code takes `.cjs` for CommonJS although our package's files are ES modules, which it does not run in browsers.
    outfile: 'dist/client.web.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...web,
    entryPoints: ['server/src/web.ts'],
    outfile: 'dist/server.web.js',
    format: 'iife',
    alias,
  },
  {
    ...shared,
    entryPoints: ['server/src/cli/main.ts'],
    outfile: 'dist/cli.js',
    format: 'esm',
    banner: { js: '#!/usr/bin/env node' },
  },
];

rmSync('dist', { recursive: true, force: true });
const metafiles = [];
for (const bundle of bundles) {
  const builder = await context(bundle);
  const { metafile } = await builder.rebuild();
  if (metafile) metafiles.push(metafile);
  if (watch) await builder.watch();
  else await builder.dispose();
}
chmodSync('dist/cli.js', 0o755);
writeFileSync('dist/NOTICES.md', noticesOf(metafiles));
