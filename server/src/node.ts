/** The language server as a process: VS Code talks to it over IPC, any other editor with `--stdio`, `--pipe` or `--socket`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  createServerPipeTransport,
  createServerSocketTransport,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { supervise } from './supervisor.ts';

const { values } = parseArgs({
  options: {
    'node-ipc': { type: 'boolean' },
    stdio: { type: 'boolean' },
    pipe: { type: 'string' },
    socket: { type: 'string' },
    /** Milliseconds without an answer after which the server is started again. */
    patience: { type: 'string' },
  },
  strict: false,
});

function transport(): [MessageReader, MessageWriter] {
  if (values['node-ipc']) return [new IPCMessageReader(process), new IPCMessageWriter(process)];
  if (typeof values.pipe === 'string') return createServerPipeTransport(values.pipe);
  if (typeof values.socket === 'string') return createServerSocketTransport(Number(values.socket));
  return [new StreamMessageReader(process.stdin), new StreamMessageWriter(process.stdout)];
}

const [reader, writer] = transport();
const patience = Number(values.patience);
supervise({
  reader,
  writer,
  script: path.join(import.meta.dirname ?? __dirname, 'server-worker.cjs'),
  ...(patience > 0 && { patience }),
});
