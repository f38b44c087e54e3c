/** A small language client for the bench: starts the bundled server over stdio and asks it as an editor would. */
import { type ChildProcess, spawn } from 'node:child_process';

const LONE = 'file:///bench/train.py';

interface Position {
  readonly line: number;
  readonly character: number;
}

export class Server {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #versions = new Map<string, number>();
  #received = Buffer.alloc(0);
  #lastId = 0;
  #refreshed: (() => void) | undefined;

  constructor(bundle: string) {
    this.#process = spawn(process.execPath, [bundle, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout!.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#process.on('exit', () => {
      if (this.#waiting.size > 0) throw new Error('The server ended without an answer.');
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Begins a session, in a workspace folder (a URI) or in none. */
  async start(folder: string | null = null): Promise<void> {
    await this.#request('initialize', {
      processId: process.pid,
      rootUri: folder,
      capabilities: {
        textDocument: { diagnostic: {}, synchronization: {} },
        workspace: { diagnostics: { refreshSupport: true } },
      },
    });
    this.#send({ method: 'initialized', params: {} });
  }

  /** Gives the number of diagnostics, once the server has them. */
  async open(text: string, uri = LONE): Promise<number> {
    this.#versions.set(uri, 1);
    const textDocument = { uri, languageId: 'python', version: 1, text };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    return this.diagnostics(uri);
  }

  async change(start: Position, end: Position, text: string, uri = LONE): Promise<number> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const contentChanges = [{ range: { start, end }, text }];
    this.#send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges } });
    return this.diagnostics(uri);
  }

  async diagnostics(uri = LONE): Promise<number> {
    const report = await this.#request('textDocument/diagnostic', { textDocument: { uri } });
    return (report as { items: unknown[] }).items.length;
  }

  /** What is said about a place of the text. */
  hover(position: Position, uri = LONE): Promise<unknown> {
    return this.#request('textDocument/hover', { textDocument: { uri }, position });
  }

  /** The reproducibility report of a program. */
  report(uri: string): Promise<unknown> {
    return this.#request('workspace/executeCommand', { command: 'seedwise.report', arguments: [uri] });
  }

  /** Resolves when the server next asks to be asked again, because other files have changed what it knows. */
  refreshed(): Promise<void> {
    return new Promise((resolve) => {
      this.#refreshed = resolve;
    });
  }

  async stop(): Promise<void> {
    await this.#request('shutdown', null);
    this.#send({ method: 'exit' });
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const headEnd = this.#received.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, headEnd))?.[1]);
      const end = headEnd + 4 + length;
      if (this.#received.length < end) return;
      this.#handle(JSON.parse(this.#received.toString('utf8', headEnd + 4, end)));
      this.#received = this.#received.subarray(end);
    }
  }

  #handle(message: { id?: number; method?: string; result?: unknown; error?: { message: string } }): void {
    if (message.method !== undefined) {
      if (message.method === 'workspace/diagnostic/refresh') this.#refreshed?.();
      if (message.id !== undefined) this.#send({ id: message.id, result: null });
      return;
    }
    if (message.error) throw new Error(`The server failed: ${message.error.message}`);
    this.#waiting.get(message.id!)?.(message.result);
    this.#waiting.delete(message.id!);
  }
}
