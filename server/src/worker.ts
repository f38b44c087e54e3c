/** The thread in which the language server works: it talks to its client through the port it is given. */
import { parentPort, workerData } from 'node:worker_threads';
import { createConnection, PortMessageReader, PortMessageWriter } from 'vscode-languageserver/node';
import { version } from '../../package.json';
import { diskFiles } from './host/files.ts';
import { collectGarbage, expectShortLives } from './host/memory.ts';
import { wasm } from './host/wasm.ts';
import { serve } from './lsp/server.ts';
import type { WorkerNews, WorkerStart } from './supervisor.ts';

const { port, leftAlone }: WorkerStart = workerData;
const tell = (news: WorkerNews): void => parentPort?.postMessage(news);
parentPort?.on('message', () => tell({ alive: true }));

expectShortLives();
serve(createConnection(new PortMessageReader(port as never), new PortMessageWriter(port as never)), {
  version,
  platform: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  wasm,
  files: diskFiles(() => {}),
  collectGarbage,
  leftAlone,
  working: (uri) => tell({ working: uri }),
});
