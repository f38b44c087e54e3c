/**
 * Measures what a keystroke costs: through the real server, in the engine alone, and in a bare incremental parse of the
 * same text, so that the figures of two machines can be compared by their ratio.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from './bench-figures.ts';
import { COMMAND_LINE, replay, SERVER, starts, wallTimes } from './bench-keystrokes.ts';
import { trainingScript } from './bench-trace.ts';
import '../test/engine.ts';

const STARTS = 5;

for (const bundle of [SERVER, COMMAND_LINE]) {
  if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run \`npm run build\` first.`);
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; times in ms\n`);
print(['file', 'path', 'p50', 'p95', 'to bare parse']);
const scripts = [600, 2000].map(trainingScript);
for (const text of scripts) {
  const { count, server, engine, bare } = await replay(text);
  const rows: [string, readonly number[]][] = [
    ['change to diagnostics, server', server],
    ['change to findings, engine', engine],
    ['incremental bare parse', bare],
  ];
  const name = `${text.split('\n').length} lines, ${count} edits`;
  for (const [path, times] of rows) {
    print([name, path, ms(quantile(times, 0.5)), ms(quantile(times, 0.95)), ratio(times, bare)]);
  }
}

console.log(`\nprocess start to first diagnostics, median of ${STARTS}`);
for (const text of scripts) {
  print([`${text.split('\n').length} lines`, 'server', ms(quantile(await starts(text, STARTS), 0.5))]);
}

console.log(`\na whole run of the command line on both files, median of ${STARTS}, against other linters`);
commandLines();

/** Other linters look for other things; their times only say what people are used to waiting. */
function commandLines(): void {
  const folder = mkdtempSync(join(tmpdir(), 'seedwise-bench-'));
  const paths = scripts.map((text, index) => {
    const path = join(folder, `train_${index + 1}.py`);
    writeFileSync(path, text);
    return path;
  });
  const linters: [string, string, string[]][] = [
    ['seedwise check', process.execPath, [COMMAND_LINE, 'check', ...paths]],
    ['ruff check', 'ruff', ['check', '--no-cache', '--isolated', '--exit-zero', ...paths]],
    ['torchfix', 'torchfix', ['--select=ALL', ...paths]],
  ];
  for (const [name, command, args] of linters) {
    const isThere = spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
    if (!isThere) {
      print([name, 'skipped: not installed']);
      continue;
    }
    print([name, '', ms(quantile(wallTimes(command, args, STARTS), 0.5))]);
  }
  rmSync(folder, { recursive: true });
}

function ratio(times: readonly number[], bare: readonly number[]): string {
  return `x ${(quantile(times, 0.5) / quantile(bare, 0.5)).toFixed(1)}`;
}

function ms(time: number): string {
  return time.toFixed(time < 10 ? 2 : 0);
}

function print([first = '', second = '', ...rest]: readonly string[]): void {
  console.log(`${first.padEnd(24)}${second.padEnd(32)}${rest.map((cell) => cell.padStart(15)).join('')}`.trimEnd());
}
