/** What a keystroke costs through the real server, in the engine alone, and in a bare incremental parse of the same text; and how long a start takes. */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Edit } from 'web-tree-sitter';
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile, updateFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import { bareParser } from './bench-figures.ts';
import { Server } from './bench-server.ts';
import { applyStroke, editingTrace, type Keystroke } from './bench-trace.ts';

export const SERVER = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
export const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Keystrokes at the start that are not counted: the compiler of JavaScript is still warming up. */
const WARM_UP = 50;

interface Step {
  readonly text: string;
  readonly stroke: Keystroke;
  readonly edit: Edit;
}

/** Milliseconds for each keystroke of a trace, and how many there were. */
export interface Replay {
  readonly count: number;
  readonly server: readonly number[];
  readonly engine: readonly number[];
  readonly bare: readonly number[];
}

/** The three take turns at each keystroke, so that whatever else the machine does is shared fairly. */
export async function replay(text: string): Promise<Replay> {
  const steps = stepsOf(text);
  const times = { server: [] as number[], engine: [] as number[], bare: [] as number[] };
  const parser = await bareParser();
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
  return { count: steps.length, ...times };
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

/** Milliseconds from the start of the server's process to the first diagnostics of a text, so many times. */
export async function starts(text: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < count; time++) {
    const from = performance.now();
    const server = new Server(SERVER);
    await server.start();
    await server.open(text);
    times.push(performance.now() - from);
    await server.stop();
  }
  return times;
}

/** Milliseconds that a command takes as a process, so many times. */
export const wallTimes = (command: string, args: readonly string[], count: number): number[] =>
  Array.from({ length: count }, () => {
    const from = performance.now();
    spawnSync(command, args, { stdio: 'ignore' });
    return performance.now() - from;
  });
