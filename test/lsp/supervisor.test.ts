/** Whatever the server is doing, its process ends with its client; and one that is stuck is replaced, and nothing open is lost. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { ProtocolMessage } from '../../server/src/lsp/record.ts';
import { RUN } from '../../server/src/protocol.ts';
import { GRACE_MS, PULSE_MS } from '../../server/src/supervisor.ts';
import { startServer, until } from './server.ts';

const HOST = fileURLToPath(new URL('supervised.ts', import.meta.url));
/** Milliseconds within which the process ends, whatever it is doing. */
const END_MS = 3000;
/** Milliseconds in which a busy machine has ended it, too. */
const BUSY_MS = 120_000;

interface Supervised {
  readonly connection: MessageConnection;
  readonly shown: string[];
  readonly process: ReturnType<typeof spawn>;
  readonly ended: Promise<unknown>;
  open(uri: string, text: string, version?: number): Promise<void>;
  heard(): Promise<{ readonly heard: readonly ProtocolMessage[]; readonly leftAlone: readonly string[] }>;
}

async function withSupervised(use: (it: Supervised) => Promise<void>, processId: number | null = process.pid) {
  const child = spawn(process.execPath, [HOST], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const shown: string[] = [];
  connection.onNotification('window/showMessage', ({ message }: { message: string }) => void shown.push(message));
  connection.onRequest('question', () => 'answer');
  connection.onError(() => {});
  connection.listen();
  await connection.sendRequest('initialize', { processId, workspaceFolders: [{ uri: 'file:///a', name: 'a' }] });
  await connection.sendNotification('initialized', {});
  try {
    await use({
      connection,
      shown,
      process: child,
      ended,
      open: (uri, text, version = 1) =>
        connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri, languageId: 'python', version, text },
        }),
      heard: () => connection.sendRequest('heard'),
    });
  } finally {
    child.kill('SIGKILL');
    connection.dispose();
  }
}

const change = (uri: string, version: number, text: string) =>
  ['textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] }] as const;

test('a server that is stuck is replaced by one that knows all that is open', () =>
  withSupervised(async ({ connection, shown, open, heard }) => {
    await open('file:///a/kept.py', 'before');
    await connection.sendNotification(...change('file:///a/kept.py', 2, 'not saved'));
    await connection.sendNotification('workspace/didChangeConfiguration', { settings: 1 });
    for (const verdict of [{ result: 'identical' }, { result: 'parted' }])
      await connection.sendNotification(RUN, { uri: 'file:///a/kept.py', folder: 'file:///a', verdict });
    for (const verdict of [{ result: 'parted' }, null])
      await connection.sendNotification(RUN, { uri: 'file:///a/gone.py', folder: 'file:///a', verdict });
    await connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [{ uri: 'file:///b', name: 'b' }], removed: [{ uri: 'file:///a', name: 'a' }] },
    });
    await connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: { uri: 'n', notebookType: 'jupyter-notebook', version: 1, cells: [{ kind: 2, document: 'c' }] },
      cellTextDocuments: [{ uri: 'c', languageId: 'python', version: 1, text: 'one' }],
    });
    await connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: 'n', version: 2 },
      change: { cells: { textContent: [{ document: { uri: 'c', version: 2 }, changes: [{ text: 'two' }] }] } },
    });
    await open('file:///a/gone.py', 'x');
    await connection.sendNotification('textDocument/didClose', { textDocument: { uri: 'file:///a/gone.py' } });
    await open('file:///a/stuck.py', 'loop');
    const refused = await connection.sendRequest('heard').catch((error: unknown) => error);
    assert.ok(refused instanceof ResponseError);
    assert.equal(refused.code, -32802, 'the client may ask again');
    assert.deepEqual(refused.data, { retriggerRequest: true });

    const now = await heard();
    const said = now.heard.map(({ method, params }) => ({
      method,
      params: JSON.parse(JSON.stringify(params ?? null)),
    }));
    assert.deepEqual(now.leftAlone, ['file:///a/stuck.py']);
    assert.deepEqual(said, [
      { method: 'initialize', params: { processId: process.pid, workspaceFolders: [{ uri: 'file:///b', name: 'b' }] } },
      { method: 'initialized', params: {} },
      { method: 'workspace/didChangeConfiguration', params: { settings: 1 } },
      opened('file:///a/kept.py', 'not saved', 2),
      opened('file:///a/stuck.py', 'loop', 1),
      {
        method: 'notebookDocument/didOpen',
        params: {
          notebookDocument: {
            uri: 'n',
            notebookType: 'jupyter-notebook',
            version: 2,
            cells: [{ kind: 2, document: 'c' }],
          },
          cellTextDocuments: [{ uri: 'c', languageId: 'python', version: 2, text: 'two' }],
        },
      },
      {
        method: RUN,
        params: { uri: 'file:///a/kept.py', folder: 'file:///a', verdict: { result: 'parted' } },
      },
      { method: 'heard', params: null },
    ]);
    assert.deepEqual(shown, [
      'Seedwise stopped answering while it read stuck.py, and was started again. That file is left alone until it changes.',
    ]);
  }));

const opened = (uri: string, text: string, version: number) => ({
  method: 'textDocument/didOpen',
  params: { textDocument: { uri, languageId: 'python', version, text } },
});

test('a server that falls over is replaced, and what it asked before is not answered to the next one', () =>
  withSupervised(async ({ connection, shown, open, heard }) => {
    await connection.sendNotification('ask');
    const answered = async () => (await heard()).heard.filter((message) => message.result === 'answer');
    while ((await answered()).length === 0);
    assert.deepEqual(await answered(), [{ jsonrpc: '2.0', id: 0, result: 'answer' }], 'by the number it had');
    await open('file:///a/bad.py', 'throw');
    await until(() => shown.length === 1);
    assert.match(shown[0] ?? '', /^Seedwise failed while it read bad\.py, and was started again\./);
    assert.deepEqual(await answered(), []);
    await connection.sendNotification('ask');
    while ((await answered()).length === 0);
    assert.equal((await answered()).length, 1);
  }));

const ENDS: Readonly<Record<string, (it: Supervised) => Promise<unknown>>> = {
  'the client says exit': ({ connection }) => connection.sendNotification('exit'),
  'the connection is closed': async ({ process: child }) => child.stdin?.end(),
};

/** It ends though nobody kills it. */
async function ends({ ended }: Supervised): Promise<void> {
  const patience = new AbortController();
  const late = setTimeout(BUSY_MS, 'late', { signal: patience.signal }).catch(() => 'ended');
  assert.notEqual(await Promise.race([ended, late]), 'late', 'it is still there');
  patience.abort();
}

test('what ends a server waits no longer than it may', () => assert.ok(PULSE_MS + GRACE_MS < END_MS));

for (const [name, end] of Object.entries(ENDS)) {
  test(`a stuck server is gone when ${name}`, () =>
    withSupervised(async (it) => {
      await it.open('file:///a/stuck.py', 'loop');
      await end(it);
      await ends(it);
    }));
}

test('a stuck server is gone when its client is', async () => {
  const client = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await withSupervised(async (it) => {
    await it.open('file:///a/stuck.py', 'loop');
    client.kill('SIGKILL');
    await ends(it);
  }, client.pid);
});

/** Milliseconds in which even a slow machine has started the server as often as it is started. */
const PATIENCE_MS = 240_000;

test('a server that cannot live is not started for ever', () =>
  withSupervised(async ({ open, connection, ended }) => {
    await open('file:///a/bad.py', 'x');
    let isOver = false;
    ended.then(() => {
      isOver = true;
    });
    const end = Date.now() + PATIENCE_MS;
    for (let version = 2; Date.now() < end && !isOver; version++) {
      try {
        await connection.sendNotification(...change('file:///a/bad.py', version, 'throw'));
      } catch {
        // The connection is closed, as it should be in the end.
      }
      await setTimeout(300);
    }
    assert.ok(isOver);
  }));

test('the real server ends as it should', async () => {
  const server = await startServer();
  await server.shutDown();
  assert.equal(await server.exit(), 0);
  const rude = await startServer();
  assert.equal(await rude.exit(), 1, 'without a request to shut down');
});
