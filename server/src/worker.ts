/** The thread in which the language server works: it talks to its client through the port it is given. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { createConnection, PortMessageReader, PortMessageWriter } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { t } from './core/text/language.ts';
import { diskFiles } from './host/files.ts';
import { collectGarbage, expectShortLives } from './host/memory.ts';
import { printable } from './host/printable.ts';
import { isProject, isTooWide, projectRoot } from './host/project-root.ts';
import { wasm } from './host/wasm.ts';
import { serve } from './lsp/server.ts';
import type { WorkerNews, WorkerStart } from './supervisor.ts';

/** How many paths the log names that lead elsewhere. */
const MOST_NAMED = 20;

const { port, leftAlone }: WorkerStart = workerData;
const tell = (news: WorkerNews): void => parentPort?.postMessage(news);
parentPort?.on('message', () => tell({ alive: true }));

expectShortLives();
const connection = createConnection(new PortMessageReader(port as never), new PortMessageWriter(port as never));
const outside = new Set<string>();
const nameOutside = (path: string): void => {
  if (outside.size > MOST_NAMED || outside.has(path)) return;
  outside.add(path);
  connection.console.info(t`${printable(path)} leads out of the open folders, and is not read.`);
};

serve(connection, {
  version,
  platform: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  wasm,
  files: diskFiles(() => {}, { onOutside: nameOutside }),
  projectAround,
  isTooWide: (uri) => {
    const path = pathAt(uri);
    return path !== undefined && isTooWide(path);
  },
  collectGarbage,
  leftAlone,
  working: (uri) => tell({ working: uri }),
});

function projectAround(uri: string): { folder: string; isLoose: boolean } | undefined {
  const path = pathAt(uri);
  if (path === undefined) return undefined;
  const root = projectRoot(path);
  return { folder: pathToFileURL(root).href, isLoose: !isProject(root) };
}

/** The path of an address on a disk of this machine. */
function pathAt(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}
