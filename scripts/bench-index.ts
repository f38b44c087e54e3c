/**
 * Measures what a large workspace costs: reading its files in, the memory they take, and what a keystroke costs then.
 * The workspace is six packages from PyPI, kept in `out/bench`. It is bundled to `out/` first, as the engine is for its
 * users: what runs it from its sources adds calls of its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { indexClosedFile } from '../server/src/core/program/indexed-file.ts';
import { Workspace } from '../server/src/core/program/workspace.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { findPythonFiles } from '../server/src/host/files.ts';
import { reasonToSkip } from '../server/src/host/limits.ts';
import { expectShortLives } from '../server/src/host/memory.ts';
import { bareParser, elapsed, median, processorTime, quantile } from './bench-figures.ts';
import { download, FOLDER } from './bench-packages.ts';
import { Server } from './bench-server.ts';
import { applyStroke, editingTrace, trainingScript } from './bench-trace.ts';
import '../test/engine.ts';

const SERVER = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
const ROUNDS = 3;
const TOGGLES = 40;
const SETTLING_MS = 3000;

if (!existsSync(SERVER)) throw new Error(`${SERVER} is not there: run \`npm run build\` first.`);
expectShortLives();
if (download()) {
  await measureIndex();
  await measureMemory();
  await measureKeystrokes();
  await measureDependants();
}

async function measureIndex(): Promise<void> {
  const files = (await findPythonFiles([FOLDER], () => {}))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => !reasonToSkip(text));
  const parser = await bareParser();
  const bare: number[] = [];
  const index: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(
      processorTime(() => {
        for (const { text } of files) parser.parse(text)?.delete();
      }),
    );
    index.push(
      processorTime(() => {
        const workspace = new Workspace();
        for (const { path, text } of files) {
          const file = openFile(path, text);
          workspace.set(path, indexClosedFile(file));
          closeFile(file);
        }
      }),
    );
  }
  console.log(`index of ${files.length} files, median of ${ROUNDS}, processor time in ms`);
  print('bare parse', median(bare).toFixed(0));
  print('index', median(index).toFixed(0), `x ${(median(index) / median(bare)).toFixed(2)}`);
}

async function measureMemory(): Promise<void> {
  const alone = new Server(SERVER);
  await alone.start();
  await alone.open('import torch\n');
  const before = residentMegabytes(alone.pid);
  await alone.stop();
  const server = await indexed();
  // What reading left behind is given back right after.
  await setTimeout(SETTLING_MS);
  print('resident memory, MB', before.toFixed(0), `+ ${(residentMegabytes(server.pid) - before).toFixed(0)}`);
  await server.stop();
}

/** The same edits in a file of its own and in one among the packages. */
async function measureKeystrokes(): Promise<void> {
  const text = trainingScript(600);
  const lone = new Server(SERVER);
  await lone.start();
  const among = await indexed();
  const uri = pathToFileURL(join(FOLDER, 'train.py')).href;
  await Promise.all([lone.open(text), among.open(text, uri)]);
  const times = { lone: [] as number[], among: [] as number[] };
  let document = TextDocument.create(uri, 'python', 0, text);
  for (const stroke of editingTrace(text)) {
    const [start, end] = [document.positionAt(stroke.start), document.positionAt(stroke.end)];
    times.lone.push(await elapsed(() => lone.change(start, end, stroke.text)));
    times.among.push(await elapsed(() => among.change(start, end, stroke.text, uri)));
    document = TextDocument.create(uri, 'python', 0, applyStroke(document.getText(), stroke));
  }
  await Promise.all([lone.stop(), among.stop()]);
  const [alone, together] = [median(times.lone), median(times.among)];
  console.log(`\na keystroke in ${document.lineCount} lines, ${times.lone.length} edits, p50 in ms`);
  print('in a lone file', alone.toFixed(1));
  print('among the packages', together.toFixed(1), `x ${(together / alone).toFixed(2)}`);
}

/** From a keystroke in a helper to the diagnostics of an open program that imports it. */
async function measureDependants(): Promise<void> {
  const server = await indexed();
  const helper = pathToFileURL(join(FOLDER, 'seeding.py')).href;
  const program = pathToFileURL(join(FOLDER, 'main.py')).href;
  const line = '    np.random.seed(seed)\n';
  const head = 'import numpy as np\n\n\ndef set_all(seed):\n';
  await server.open(`${head}    print(seed)\n`, helper);
  const main =
    'import numpy as np\nimport torch\nfrom seeding import set_all\n\nset_all(1)\ntorch.manual_seed(1)\nprint(np.random.rand(3))\n';
  await server.open(main, program);
  const times: number[] = [];
  for (let toggle = 0; toggle < TOGGLES; toggle++) {
    const isSeeded = toggle % 2 === 1;
    const at = { line: 4, character: 0 };
    times.push(
      await elapsed(async () => {
        const refreshed = server.refreshed();
        await server.change(at, isSeeded ? { line: 5, character: 0 } : at, isSeeded ? '' : line, helper);
        await refreshed;
        const count = await server.diagnostics(program);
        if (count > 0 !== isSeeded) throw new Error('The program was not looked at again.');
      }),
    );
  }
  await server.stop();
  console.log('\na keystroke in a helper to the diagnostics of an open program that imports it, in ms');
  print(`p50 and p95 of ${TOGGLES}`, median(times).toFixed(0), quantile(times, 0.95).toFixed(0));
}

/** A server that knows all files of the folder. */
async function indexed(): Promise<Server> {
  const server = new Server(SERVER);
  const refreshed = server.refreshed();
  await server.start(pathToFileURL(FOLDER).href);
  await refreshed;
  return server;
}

function residentMegabytes(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout) / 1024;
}

function print(...cells: readonly string[]): void {
  const [first = '', ...rest] = cells;
  console.log(`${first.padEnd(24)}${rest.map((cell) => cell.padStart(12)).join('')}`);
}
