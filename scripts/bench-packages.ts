/** The six packages from PyPI that the benches check, kept in `out/bench`. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FOLDER = fileURLToPath(new URL('../out/bench', import.meta.url));
const PACKAGES = [
  ...['timm==1.0.31', 'torch_geometric==2.8.1', 'torchmetrics==1.9.0', 'accelerate==1.15.0', 'trl==1.16.0'],
  'lightning==2.6.6',
];

/** False, with the reason printed, where the packages cannot be had. */
export function download(): boolean {
  if (existsSync(join(FOLDER, 'timm'))) return true;
  mkdirSync(FOLDER, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', '--target', FOLDER, ...PACKAGES];
  const { status, error, stderr } = spawnSync('python3', pip, { encoding: 'utf8' });
  if (status === 0) return true;
  console.log(`skipped: the packages could not be installed (${error?.message ?? stderr.trim().split('\n').at(-1)})`);
  return false;
}
