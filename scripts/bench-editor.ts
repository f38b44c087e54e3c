/** What a person in an editor waits for besides a keystroke in a lone file: hovers, programs that depend on a helper, reports. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { elapsed } from './bench-figures.ts';
import { SERVER } from './bench-keystrokes.ts';
import { HELPER, manyProjects, sharedHelper, written } from './bench-projects.ts';
import { Server } from './bench-server.ts';

const SEEDS_NUMPY = '    np.random.seed(seed)\n';
const TOGGLES = 60;
/** Edits at the start that are not counted: the compiler of JavaScript is still warming up. */
const WARM_UP = 20;
/** Reports that are asked for once all is known. */
const REPORTS = 5;

/** Milliseconds until a hover is answered, each in a version of the text that nobody has asked about, at calls all over it. */
export async function hoverTimes(text: string, count: number): Promise<number[]> {
  const server = new Server(SERVER);
  await server.start();
  await server.open(text);
  const document = TextDocument.create('file:///bench/train.py', 'python', 0, text);
  const names = [
    ...text.matchAll(/\b(randperm|random_split|interpolate|index_add_|Dropout|DataLoader|manual_seed)\b/g),
  ];
  const end = document.positionAt(text.length);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const at = document.positionAt(names[(i * 7) % names.length]!.index + 1);
    await server.change(end, end, '\n');
    times.push(await elapsed(() => server.hover(at)));
  }
  await server.stop();
  return times;
}

/** Milliseconds from a keystroke in a helper that so many programs import to the diagnostics of one that is open. */
export async function helperTimes(programs: number): Promise<number[]> {
  const folder = written(sharedHelper(programs));
  const server = await readyIn(folder);
  const [helper, program] = ['helper.py', 'train0.py'].map((name) => pathToFileURL(join(folder, name)).href);
  await server.open(HELPER, helper);
  const opened = sharedHelper(1)['train0.py']!;
  const unseeded = await server.open(opened, program);
  const end = { line: HELPER.split('\n').length - 1, character: 0 };
  const times: number[] = [];
  for (let toggle = 0; toggle < TOGGLES; toggle++) {
    const adds = toggle % 2 === 0;
    const time = await elapsed(async () => {
      const refreshed = server.refreshed();
      await server.change(end, adds ? end : { line: end.line + 1, character: 0 }, adds ? SEEDS_NUMPY : '', helper);
      await refreshed;
      const count = await server.diagnostics(program);
      if (count < unseeded !== adds) throw new Error('The program was not looked at again.');
    });
    if (toggle >= WARM_UP) times.push(time);
  }
  await server.stop();
  rmSync(folder, { recursive: true });
  return times;
}

/** Milliseconds until a program's report is there among so many files: from the server's start, and once it knows them all. */
export async function reportTimes(files: number): Promise<{ readonly first: number; readonly known: number[] }> {
  const folder = written(manyProjects(files));
  const program = (i: number): string => pathToFileURL(join(folder, `part0/programs/train${i}.py`)).href;
  let server: Server | undefined;
  const first = await elapsed(async () => {
    server = new Server(SERVER);
    await server.start(pathToFileURL(folder).href);
    await server.report(program(0));
  });
  const known: number[] = [];
  for (let i = 1; i <= REPORTS; i++) known.push(await elapsed(async () => server?.report(program(i))));
  await server?.stop();
  rmSync(folder, { recursive: true });
  return { first, known };
}

/** A server that has read a folder. */
async function readyIn(folder: string): Promise<Server> {
  const server = new Server(SERVER);
  const refreshed = server.refreshed();
  await server.start(pathToFileURL(folder).href);
  await refreshed;
  return server;
}
