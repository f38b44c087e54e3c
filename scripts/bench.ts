/**
 * Measures what a keystroke costs: through the real server, in the engine alone, and in a bare incremental parse of the
 * same text, so that the figures of two machines can be compared by their ratio.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Edit } from 'web-tree-sitter';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile, updateFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import { bareParser, quantile } from './bench-figures.ts';
import { Server } from './bench-server.ts';
import { applyStroke, editingTrace, type Keystroke, trainingScript } from './bench-trace.ts';
import '../test/engine.ts';

const SERVER = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const STARTS = 9;
/** Keystrokes at the start that are not counted: the compiler of JavaScript is still warming up. */
const WARM_UP = 50;

interface Step {
  readonly text: string;
  readonly stroke: Keystroke;
  readonly edit: Edit;
}

for (const bundle of [SERVER, COMMAND_LINE]) {
  if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run \`npm run build\` first.`);
}

const parser = await bareParser();
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}; times in ms\n`);
print(['file', 'path', 'p50', 'p95', 'to bare parse']);
const scripts = [600, 2000].map(trainingScript);
for (const text of scripts) {
  const steps = stepsOf(text);
  const { server, engine, bare } = await replay(text, steps);
  const rows: [string, number[]][] = [
    ['change to diagnostics, server', server],
    ['change to findings, engine', engine],
    ['incremental bare parse', bare],
  ];
  const name = `${text.split('\n').length} lines, ${steps.length} edits`;
  for (const [path, times] of rows) {
    print([name, path, ms(quantile(times, 0.5)), ms(quantile(times, 0.95)), ratio(times, bare)]);
  }
}

console.log(`\nprocess start to first diagnostics, median of ${STARTS}`);
for (const text of scripts) {
  print([`${text.split('\n').length} lines`, 'server', ms(quantile(await starts(text), 0.5))]);
}

console.log(`\na whole run of the command line on both files, median of ${STARTS}, against other linters`);
commandLines();

/** The three take turns at each keystroke, so that whatever else the machine does is shared fairly. */
async function replay(text: string, steps: readonly Step[]): Promise<Record<'server' | 'engine' | 'bare', number[]>> {
  const times = { server: [] as number[], engine: [] as number[], bare: [] as number[] };
  let tree = parser.parse(text)!;
  let file = openFile('train.py', text);
  const server = new Server(SERVER);
  await server.start();
  await server.open(text);
  let document = TextDocument.create('file:///bench/train.py', 'python', 0, text);

  for (const { stroke, edit, text: after } of steps) {
    const beforeParse = performance.now();
    tree.edit(edit);
    const next = parser.parse(after, tree)!;
    times.bare.push(performance.now() - beforeParse);
    tree.delete();
    tree = next;

    const beforeEngine = performance.now();
    file = updateFile(file, after);
    analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
    times.engine.push(performance.now() - beforeEngine);

    const [start, end] = [document.positionAt(stroke.start), document.positionAt(stroke.end)];
    const beforeServer = performance.now();
    await server.change(start, end, stroke.text);
    times.server.push(performance.now() - beforeServer);
    document = TextDocument.create(document.uri, 'python', 0, after);
  }

  await server.stop();
  closeFile(file);
  tree.delete();
  for (const each of Object.values(times)) each.splice(0, WARM_UP);
  return times;
}

/** The trace with the text after each keystroke and what tree-sitter must be told of it. */
function stepsOf(text: string): Step[] {
  let before = text;
  return editingTrace(text).map((stroke) => {
    const after = applyStroke(before, stroke);
    const newEndIndex = stroke.start + stroke.text.length;
    const edit = new Edit({
      startIndex: stroke.start,
      oldEndIndex: stroke.end,
      newEndIndex,
      startPosition: pointAt(before, stroke.start),
      oldEndPosition: pointAt(before, stroke.end),
      newEndPosition: pointAt(after, newEndIndex),
    });
    before = after;
    return { text: after, stroke, edit };
  });
}

function pointAt(text: string, offset: number): { row: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { row: lines.length - 1, column: lines.at(-1)!.length };
}

async function starts(text: string): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < STARTS; time++) {
    const from = performance.now();
    const server = new Server(SERVER);
    await server.start();
    await server.open(text);
    times.push(performance.now() - from);
    await server.stop();
  }
  return times;
}

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
    const times = Array.from({ length: STARTS }, () => {
      const from = performance.now();
      spawnSync(command, args, { stdio: 'ignore' });
      return performance.now() - from;
    });
    print([name, '', ms(quantile(times, 0.5))]);
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
