/**
 * Draws findings of the rules about operations from packages of PyPI, with a fixed seed, as a table to be graded:
 * `npx tsx scripts/ops-sample.ts > sample.md`. Packages are downloaded into out/ops-sample once; nothing of them is run.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PACKAGES = ['timm==1.0.31', 'torchvision==0.28.0', 'torch_geometric==2.8.1'];
const RULES = new Set(['nondeterministic-op', 'throws-when-deterministic']);
const SIZE = 100;
const SEED = 20;

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'out', 'ops-sample');
const python = process.env.PYTHON ?? 'python3';

interface Row {
  readonly filename: string;
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly location: { readonly row: number; readonly column: number };
}

for (const wanted of PACKAGES) {
  const [name = ''] = wanted.split('==');
  if (existsSync(join(folder, name))) continue;
  const options = ['--quiet', '--no-deps', '--no-compile', '--target', folder];
  execFileSync(python, ['-m', 'pip', 'install', ...options, wanted], { stdio: ['ignore', 2, 2] });
}

const drawn = shuffle(PACKAGES.flatMap((wanted) => findingsOf(wanted.split('==')[0] ?? '')));
console.error(`${drawn.length} findings`);
console.log('| # | place | operation | message | verdict | reason |\n| --- | --- | --- | --- | --- | --- |');
drawn.slice(0, SIZE).forEach(({ place, row }, i) => {
  console.log(`| ${i + 1} | ${place} | ${row.subject} | ${row.message.replaceAll('|', '\\|')} | | |`);
});

/** One package at a time, as a project of its own: by path and place, whatever the order they are printed in. */
function findingsOf(name: string): { place: string; row: Row }[] {
  const cwd = join(folder, name);
  const cli = join(root, 'dist', 'cli.js');
  const done = spawnSync('node', [cli, 'check', '--format', 'json', '.'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (done.status !== 0 && done.status !== 1) throw new Error(done.stderr || 'dist/cli.js is missing: npm run build');
  const rows = (JSON.parse(done.stdout) as Row[]).filter((row) => RULES.has(row.code));
  const found = rows.map((row) => {
    const path = row.filename.replaceAll('\\', '/').split(`ops-sample/${name}/`).at(-1) ?? row.filename;
    return { place: `${name}/${path}:${row.location.row}:${row.location.column}`, row };
  });
  return found.sort((a, b) => (a.place < b.place ? -1 : 1));
}

/** Fisher and Yates, with mulberry32. */
function shuffle<T>(items: T[]): T[] {
  let state = SEED;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
