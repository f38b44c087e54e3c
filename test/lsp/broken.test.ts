/** A server that cannot start its parser says so once, and goes on answering. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import {
  createConnection,
  createProtocolConnection,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  InitializedNotification,
  InitializeRequest,
  LogMessageNotification,
  ShowMessageNotification,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { serve } from '../../server/src/lsp/server.ts';
import { until } from './server.ts';

test('a parser that does not start is reported once', async () => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const junk = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 7]);
  serve(createConnection(new StreamMessageReader(there), new StreamMessageWriter(back)), {
    version: '0.0.0',
    wasm: { runtime: junk, python: junk },
  });
  const client = createProtocolConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  const messages: string[] = [];
  const logs: string[] = [];
  client.onNotification(ShowMessageNotification.type, ({ message }) => void messages.push(message));
  client.onNotification(LogMessageNotification.type, ({ message }) => void logs.push(message));
  client.listen();
  await client.sendRequest(InitializeRequest.type, { processId: null, rootUri: null, capabilities: {} });
  await client.sendNotification(InitializedNotification.type, {});
  const uri = 'file:///project/train.py';
  const textDocument = { uri, languageId: 'python', version: 1, text: 'import torch\n' };
  await client.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await client.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } }), {
      kind: 'full',
      items: [],
    });
  }
  await until(() => messages.length > 0);
  assert.deepEqual(messages, ['The parser did not start, so nothing is checked. The log says why.']);
  assert.equal(logs.filter((line) => line.includes('CompileError')).length, 1, 'and once in the log');
  client.dispose();
});
