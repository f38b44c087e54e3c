/**
 * `npm run soak -- --edits 50000 --files 200 --seed 1`: a long day in an editor. All files are open, each edit is asked about,
 * and in the end the diagnostics are those of a server that has just been started, and memory is what it was after the
 * first fifth: at most a twentieth more, after a collection, both times with the same texts.
 */
import { PassThrough } from 'node:stream';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createConnection,
  createProtocolConnection,
  DocumentDiagnosticRequest,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { serve } from '../server/src/lsp/server.ts';
import { subjects } from '../test/corpus.ts';
import { Random } from '../test/fuzz/random.ts';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '50000' },
    files: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const EDITS = Number(values.edits);
/** Bytes that memory may grow by, as a part of what it was. */
const MOST_GROWTH = 0.05;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function connect(): Promise<ProtocolConnection> {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const none = new Uint8Array();
  // The parser is loaded by the tests' engine.
  serve(createConnection(new StreamMessageReader(there), new StreamMessageWriter(back)), {
    version: '0.0.0',
    wasm: { runtime: none, python: none },
  });
  const connection = createProtocolConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  connection.listen();
  const capabilities = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities });
  await connection.sendNotification('initialized', {});
  return connection;
}

const open = (connection: ProtocolConnection, document: TextDocument): Promise<void> =>
  connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri: document.uri, version: document.version, languageId: 'python', text: document.getText() },
  });

async function shown(connection: ProtocolConnection, uri: string): Promise<string> {
  const report = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
  return report.kind === 'full' ? JSON.stringify(report.items) : 'unchanged';
}

/** Bytes in use after a collection: of the heap, and outside of it, where the trees are. */
async function memory(): Promise<{ heap: number; outside: number }> {
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, outside: external };
}

const random = new Random(Number(values.seed));
const texts = subjects().map(({ text }) => text);
const PIECES = [...new Set(texts.flatMap((text) => text.split('\n').slice(0, 30)))].map((line) => `${line}\n`);
const documents = Array.from({ length: Number(values.files) }, (_, i) =>
  TextDocument.create(`file:///soak/f${i}.py`, 'python', 1, random.pick(texts)),
);

/** A piece comes in, or as much goes; a file that has grown long begins anew. */
function change(document: TextDocument): { start: number; end: number; text: string } {
  const text = document.getText();
  if (text.length > 8000) return { start: 0, end: text.length, text: random.pick(texts) };
  const start = random.below(text.length + 1);
  if (random.chance(0.4)) return { start, end: Math.min(text.length, start + random.below(60)), text: '' };
  const line = text.lastIndexOf('\n', start) + 1;
  return random.chance(0.5)
    ? { start: line, end: line, text: random.pick(PIECES) }
    : { start, end: start, text: random.pick(['x', '(', ')', ' ', '\n', '"', '#', ':', 'torch', '.seed']) };
}

/** The same texts, whatever has become of them. */
const FIRST = documents.map((document) => document.getText());

async function edit(at: number, { start, end, text }: ReturnType<typeof change>): Promise<void> {
  const document = documents[at]!;
  const range = { start: document.positionAt(start), end: document.positionAt(end) };
  const changed = TextDocument.update(document, [{ range, text }], document.version + 1);
  documents[at] = changed;
  await server.sendNotification('textDocument/didChange', {
    textDocument: { uri: changed.uri, version: changed.version },
    contentChanges: [{ range, text }],
  });
  await shown(server, changed.uri);
}

/** Memory with the texts of the beginning. */
async function memoryAtRest(): Promise<Awaited<ReturnType<typeof memory>>> {
  for (const [at, text] of FIRST.entries()) await edit(at, { start: 0, end: documents[at]!.getText().length, text });
  return memory();
}

const server = await connect();
for (const document of documents) await open(server, document);
let early = await memoryAtRest();
const began = performance.now();
for (let count = 1; count <= EDITS; count++) {
  const at = random.below(documents.length);
  await edit(at, change(documents[at]!));
  if (count === Math.floor(EDITS / 5)) early = await memoryAtRest();
  if (count % Math.max(1, Math.floor(EDITS / 10)) === 0)
    console.log(`${count} edits, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
}
const seconds = (performance.now() - began) / 1000;
const fresh = await connect();
for (const document of documents) await open(fresh, document);
let differ = 0;
for (const { uri } of documents) if ((await shown(server, uri)) !== (await shown(fresh, uri))) differ++;
for (const { uri } of documents) await fresh.sendNotification('textDocument/didClose', { textDocument: { uri } });
fresh.dispose();
const late = await memoryAtRest();

const growth = (key: keyof typeof early): number => late[key] / early[key] - 1;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(
  `${EDITS} edits of ${documents.length} files in ${seconds.toFixed(0)} s: heap ${mb(early.heap)} to ${mb(late.heap)} (${percent(growth('heap'))}), outside ${mb(early.outside)} to ${mb(late.outside)} (${percent(growth('outside'))}), ${differ} files differ from a fresh server`,
);
const failed = [growth('heap') > MOST_GROWTH, growth('outside') > MOST_GROWTH, differ > 0].filter(Boolean).length;
console.log(`${3 - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
