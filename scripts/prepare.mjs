// What npm runs before it packs, and after it has installed from git: makes the bundles, in a fresh clone too. It asks for
// nothing but the Node that npm runs on; the scripts behind `bootstrap.mjs` would fetch a newer one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
if (!existsSync(path.join(ROOT, 'node_modules/esbuild/package.json'))) {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: ROOT, stdio: /** @type {const} */ (['ignore', 2, 2]), shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', args, options);
  if (status !== 0) process.exit(status ?? 1);
}
process.chdir(ROOT);
await import('../esbuild.mjs');
