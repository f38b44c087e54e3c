/** A server as far as the supervisor can tell one: it keeps what it is told, and gets stuck or falls over where a text says so. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ProtocolMessage } from '../../server/src/lsp/record.ts';
import type { WorkerNews, WorkerStart } from '../../server/src/supervisor.ts';

const { port, leftAlone } = workerData as WorkerStart;
const tell = (news: WorkerNews): void => parentPort?.postMessage(news);
parentPort?.on('message', () => tell({ alive: true }));

const heard: ProtocolMessage[] = [];

function analyse(uri: string, text: string): void {
  tell({ working: uri });
  if (text === 'loop') for (;;);
  if (text === 'throw') throw new Error('as the text says');
  tell({ working: undefined });
}

port.onmessage = ({ data }: MessageEvent): void => {
  const message = data as ProtocolMessage;
  heard.push(message);
  const send = (fields: object): void => port.postMessage({ jsonrpc: '2.0', ...fields });
  const params = message.params as {
    textDocument: { uri: string; text: string };
    contentChanges?: readonly { text: string }[];
  };
  if (message.method === 'initialize') send({ id: message.id, result: { leftAlone } });
  else if (message.method === 'heard') send({ id: message.id, result: { heard, leftAlone } });
  else if (message.method === 'ask') send({ id: 0, method: 'question' });
  else if (message.method === 'textDocument/didOpen' && !leftAlone.includes(params.textDocument.uri))
    analyse(params.textDocument.uri, params.textDocument.text);
  else if (message.method === 'textDocument/didChange')
    analyse(params.textDocument.uri, params.contentChanges?.[0]?.text ?? '');
  else if (message.method === 'exit') process.exit(0);
};
