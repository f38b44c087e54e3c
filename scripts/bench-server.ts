/** A language client of forty lines for the bench: starts the bundled server over stdio and asks it as an editor would. */
import { type ChildProcess, spawn } from 'node:child_process';

const URI = 'file:///bench/train.py';

interface Position {
  readonly line: number;
  readonly character: number;
}

export class Server {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #received = Buffer.alloc(0);
  #lastId = 0;
  #version = 0;

  constructor(bundle: string) {
    this.#process = spawn(process.execPath, [bundle, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout!.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#process.on('exit', () => {
      if (this.#waiting.size > 0) throw new Error('The server ended without an answer.');
    });
  }

  /** Gives the number of diagnostics, once the server has them. */
  async open(text: string): Promise<number> {
    await this.#request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument: { diagnostic: {}, synchronization: {} } },
    });
    this.#send({ method: 'initialized', params: {} });
    const textDocument = { uri: URI, languageId: 'python', version: ++this.#version, text };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    return this.#diagnostics();
  }

  async change(start: Position, end: Position, text: string): Promise<number> {
    const textDocument = { uri: URI, version: ++this.#version };
    const contentChanges = [{ range: { start, end }, text }];
    this.#send({ method: 'textDocument/didChange', params: { textDocument, contentChanges } });
    return this.#diagnostics();
  }

  async stop(): Promise<void> {
    await this.#request('shutdown', null);
    this.#send({ method: 'exit' });
  }

  async #diagnostics(): Promise<number> {
    const report = await this.#request('textDocument/diagnostic', { textDocument: { uri: URI } });
    return (report as { items: unknown[] }).items.length;
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
      if (message.id !== undefined) this.#send({ id: message.id, result: null });
      return;
    }
    if (message.error) throw new Error(`The server failed: ${message.error.message}`);
    this.#waiting.get(message.id!)?.(message.result);
    this.#waiting.delete(message.id!);
  }
}
