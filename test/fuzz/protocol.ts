/** A client that does what clients do, in any order and with any arguments: each request is answered, and the truth told. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import {
  createConnection,
  createProtocolConnection,
  type ProtocolConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { serve } from '../../server/src/lsp/server.ts';
import { COMMANDS } from '../../server/src/protocol.ts';
import { subjects, understand } from '../corpus.ts';
import { mutate } from './mutations.ts';
import type { Random } from './random.ts';

const TEXTS = subjects().map(({ text }) => text);
const URIS = [
  'file:///project/train.py',
  'file:///project/helper.py',
  'untitled:Untitled-1',
  'file:///project/a%20b.py',
];
const ODD: readonly unknown[] = [null, undefined, 0, -1, 'x', [], {}, { uri: 5 }, [null], 1e99];

let client: Promise<ProtocolConnection> | undefined;

/** The parser is loaded by now, so the bytes are not asked for. */
async function connect(): Promise<ProtocolConnection> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const none = new Uint8Array();
  serve(createConnection(new StreamMessageReader(there), new StreamMessageWriter(back)), {
    version: '0.0.0',
    wasm: { runtime: none, python: none },
  });
  const connection = createProtocolConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  connection.onRequest('workspace/applyEdit', () => ({ applied: true }));
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.onRequest('window/showDocument', () => ({ success: true }));
  connection.onError(() => {});
  connection.listen();
  const diagnostics = { refreshSupport: true };
  await connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {
      textDocument: { diagnostic: {}, codeAction: { dataSupport: true, resolveSupport: { properties: ['edit'] } } },
      workspace: { diagnostics, workspaceEdit: { documentChanges: true } },
    },
  });
  await connection.sendNotification('initialized', {});
  return connection;
}

/** One client's session over some documents. */
export async function protocol(random: Random, say: (text: string) => void): Promise<void> {
  client ??= connect();
  const connection = await client;
  const open = new Map<string, TextDocument>();
  const log: unknown[] = [];
  const note = (...entry: unknown[]): void => {
    log.push(entry);
    say(log.map((each) => JSON.stringify(each)).join('\n'));
  };
  const request = async (method: string, params: unknown): Promise<unknown> => {
    note(method, params);
    try {
      return await connection.sendRequest(method, params);
    } catch (error) {
      // Arguments of a wrong shape may be refused, in words; nothing may be left unanswered.
      assert.ok(error instanceof ResponseError, String(error));
      return undefined;
    }
  };

  for (let count = 0; count < 25; count++) {
    const uri = random.pick(URIS);
    const position = { line: random.below(40), character: random.below(60) };
    const place = { textDocument: { uri }, position };
    const range = { start: position, end: random.chance(0.5) ? position : { line: random.below(60), character: 3 } };
    await random.pick<() => unknown>([
      () => openOrChange(connection, open, uri, random, note),
      () => openOrChange(connection, open, uri, random, note),
      () => close(connection, open, uri, note),
      () =>
        request('textDocument/diagnostic', { textDocument: { uri }, previousResultId: random.pick(['x', undefined]) }),
      () => request('textDocument/hover', place),
      () => actions(request, { textDocument: { uri }, range, context: { diagnostics: [] } }, random),
      () =>
        request('workspace/executeCommand', {
          command: random.pick(Object.values(COMMANDS)),
          arguments: [uri, position],
        }),
      () =>
        request('workspace/executeCommand', {
          command: random.pick(Object.values(COMMANDS)),
          arguments: [random.pick(ODD)],
        }),
      () =>
        request(
          random.pick(['textDocument/hover', 'textDocument/codeAction', 'codeAction/resolve']),
          random.pick(ODD) ?? {},
        ),
      () => connection.sendNotification('workspace/didChangeConfiguration', { settings: random.pick(ODD) }),
    ])();
  }

  await connection.sendNotification('workspace/didChangeConfiguration', { settings: {} });
  for (const [uri, document] of open) {
    const report = (await request('textDocument/diagnostic', { textDocument: { uri } })) as {
      items: { code: string }[];
    };
    if (uri.startsWith('untitled:'))
      expectFresh(
        document.getText(),
        report.items.map(({ code }) => code),
      );
  }
  for (const uri of open.keys()) await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
}

/** A document that no other file can touch has the findings of its text as just opened. */
function expectFresh(text: string, codes: readonly string[]): void {
  understand('Untitled-1', text, ({ file, analysis }) => {
    if (file.hasSyntaxErrors) return;
    assert.deepEqual([...codes].sort(), analysis.findings.map(({ rule }) => rule).sort());
  });
}

async function openOrChange(
  connection: ProtocolConnection,
  open: Map<string, TextDocument>,
  uri: string,
  random: Random,
  note: (...entry: unknown[]) => void,
): Promise<void> {
  const before = open.get(uri);
  if (!before) {
    const text = random.chance(0.5) ? random.pick(TEXTS) : mutate(random.pick(TEXTS), random, random.pick(TEXTS));
    const document = TextDocument.create(uri, 'python', 1, text);
    open.set(uri, document);
    note('open', uri, text);
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'python', version: 1, text },
    });
    return;
  }
  const version = before.version + 1;
  const at = (): { line: number; character: number } => ({
    line: random.below(before.lineCount + 2),
    character: random.below(50),
  });
  const ranged = {
    range: { start: at(), end: at() },
    text: random.pick(['\n', 'x = 1\n', '', 'torch.manual_seed(0)\n', ')']),
  };
  const isWhole = random.chance(0.3);
  const change = isWhole ? { text: mutate(before.getText(), random, random.pick(TEXTS)) } : ranged;
  note('change', uri, change);
  open.set(uri, TextDocument.update(before, [structuredClone(change)], version));
  await connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version },
    contentChanges: [change],
  });
}

async function close(
  connection: ProtocolConnection,
  open: Map<string, TextDocument>,
  uri: string,
  note: (...entry: unknown[]) => void,
): Promise<void> {
  if (!open.delete(uri)) return;
  note('close', uri);
  await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
}

async function actions(
  request: (method: string, params: unknown) => Promise<unknown>,
  params: unknown,
  random: Random,
): Promise<void> {
  const found = await request('textDocument/codeAction', params);
  if (Array.isArray(found) && found.length > 0) await request('codeAction/resolve', random.pick(found));
}
