/**
 * Stands between an editor and its server, which works in a thread of its own: whatever that thread is doing, the process
 * ends with its client, and a server that no longer answers is replaced by one that knows all that is open.
 */
import { Worker } from 'node:worker_threads';
import type { MessageReader, MessageWriter } from 'vscode-jsonrpc/node';
import { type Phrase, phrase, t, translate } from './core/text/language.ts';
import { speakIn } from './host/languages.ts';
import { type ProtocolMessage, SessionRecord } from './lsp/record.ts';

/** Megabytes of stack, of which the thread takes what deeply nested code needs. */
const STACK_MB = 256;
/** How often the server has to show that it is alive, in milliseconds. */
export const PULSE_MS = 1000;
/** How long it may be busy. A report of a large workspace may take a while; a loop without an end takes longer. */
const PATIENCE_MS = 60_000;
/** How long it may take to end by itself. */
export const GRACE_MS = 1500;
/** A server that fails more often than this has a fault that starting it again does not mend. */
const MAX_RESTARTS = 5;

const SERVER_CANCELLED = -32802;
const WARNING = 2;

/** How a server may end. */
type Failure = 'ended' | 'failed' | 'full' | 'stuck';

const FAILURES: Readonly<Record<Failure, Phrase>> = {
  ended: phrase`Seedwise ended`,
  failed: phrase`Seedwise failed`,
  full: phrase`Seedwise ran out of memory`,
  stuck: phrase`Seedwise stopped answering`,
};

/** What a thread of the server is given when it starts. */
export interface WorkerStart {
  readonly port: MessagePort;
  /** Addresses of documents over which another one got stuck: they are not analysed before they change. */
  readonly leftAlone: readonly string[];
}

/** What it tells about itself: that it is alive, or which document it is about to analyse (none: it is done). */
export type WorkerNews = { readonly alive: true } | { readonly working: string | undefined };

interface Options {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  /** The file of the server's thread. */
  readonly script: string;
  /** Milliseconds without an answer after which the server counts as stuck. */
  readonly patience?: number;
}

/** Serves a client until it leaves; ends the process then. */
export function supervise(options: Options): void {
  new Supervisor(options).start();
}

class Supervisor {
  readonly #options: Options;
  readonly #record = new SessionRecord();
  /** Requests of the client that no server has answered yet, by their ids. */
  readonly #asked = new Map<number | string, string>();
  /** Requests of servers, by the ids their client knows them by: which server asked, and how it calls them. */
  readonly #asking = new Map<string, { readonly generation: number; readonly id: number | string }>();
  readonly #leftAlone = new Set<string>();
  #generation = 0;
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #working: string | undefined;
  #missedPulses = 0;
  #parent: number | undefined;
  #wasShutDown = false;
  #ending = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    const { reader, writer } = this.#options;
    this.#run();
    reader.listen((message) => this.#fromClient(message as ProtocolMessage));
    reader.onClose(() => this.end());
    writer.onError(() => this.end());
    process.stdin.once('end', () => this.end());
    process.once('disconnect', () => this.end());
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent || (this.#parent !== undefined && !isAlive(this.#parent))) this.end();
      else this.#feelPulse();
    }, PULSE_MS);
  }

  /** Ends the process: as soon as the server has ended, or without it. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    const leave = (): never => process.exit(this.#wasShutDown ? 0 : 1);
    this.#worker?.once('exit', leave);
    this.#port?.postMessage({ jsonrpc: '2.0', method: 'exit' });
    setTimeout(leave, GRACE_MS);
  }

  #run(): void {
    const generation = ++this.#generation;
    const { port1, port2 } = new MessageChannel();
    const start: WorkerStart = { port: port2, leftAlone: [...this.#leftAlone] };
    // What the server prints must not get between the messages.
    const worker = new Worker(this.#options.script, {
      workerData: start,
      transferList: [port2 as never],
      stdout: true,
      resourceLimits: { stackSizeMb: STACK_MB },
    });
    worker.stdout.pipe(process.stderr);
    worker.on('message', (news: WorkerNews) => {
      if (generation !== this.#generation) return;
      if ('alive' in news) this.#missedPulses = 0;
      else this.#working = news.working;
    });
    // An error is news of its own and may overtake the last message; the end comes after both.
    let failure: Failure = 'ended';
    worker.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'full' : 'failed';
    });
    worker.on('exit', () => this.#replace(generation, failure));
    port1.onmessage = ({ data }: { data: ProtocolMessage }): void => {
      if (generation === this.#generation) this.#fromServer(data);
    };
    this.#worker = worker;
    this.#port = port1;
    this.#working = undefined;
    this.#missedPulses = 0;
  }

  #feelPulse(): void {
    // Missed pulses are counted, not time: a machine that slept has not answered either.
    if (this.#missedPulses++ * PULSE_MS >= (this.#options.patience ?? PATIENCE_MS)) {
      this.#replace(this.#generation, 'stuck');
    } else this.#worker?.postMessage('pulse');
  }

  /** Puts a new server in the place of one that failed, says so, and lets the client ask again. */
  #replace(generation: number, failure: Failure): void {
    if (generation !== this.#generation || this.#ending) return;
    if (generation > MAX_RESTARTS) {
      this.end();
      return;
    }
    const stuck = this.#working;
    if (stuck !== undefined) this.#leftAlone.add(stuck);
    this.#worker?.terminate();
    this.#port?.close();
    this.#run();
    const [initialize, ...rest] = this.#record.replay();
    const unanswered = initialize && this.#asked.has(initialize.id ?? '');
    if (initialize) this.#port?.postMessage(unanswered ? initialize : { ...initialize, id: REPLAYED });
    for (const message of rest) this.#port?.postMessage(message);
    for (const [id, method] of this.#asked) if (method !== 'initialize') this.#refuse(id, failure);
    const happened = translate(FAILURES[failure]);
    const message =
      stuck === undefined
        ? t`${happened}, and was started again.`
        : t`${happened} while it read ${nameOf(stuck)}, and was started again. That file is left alone until it changes.`;
    this.#send({ method: 'window/logMessage', params: { type: WARNING, message } });
    this.#send({ method: 'window/showMessage', params: { type: WARNING, message } });
  }

  #refuse(id: number | string, failure: Failure): void {
    this.#asked.delete(id);
    const error = {
      code: SERVER_CANCELLED,
      message: t`${translate(FAILURES[failure])}.`,
      data: { retriggerRequest: true },
    };
    this.#send({ id, error });
  }

  #fromClient(message: ProtocolMessage): void {
    try {
      this.#record.hear(message);
    } catch {
      // What is no message of the protocol is for the server to refuse.
    }
    const { id, method } = message;
    if (method === undefined) {
      this.#answer(message);
      return;
    }
    if (id !== undefined && id !== null) this.#asked.set(id, method);
    if (method === 'initialize') {
      this.#parent = processOf(message.params);
      void speakIn((message.params as { readonly locale?: unknown } | undefined)?.locale);
    }
    if (method === 'shutdown') this.#wasShutDown = true;
    if (method === 'exit') this.end();
    else this.#port?.postMessage(message);
  }

  /** Gives an answer of the client to the server that asked, if that is still there. */
  #answer(message: ProtocolMessage): void {
    const asked = this.#asking.get(String(message.id));
    this.#asking.delete(String(message.id));
    if (asked?.generation === this.#generation) this.#port?.postMessage({ ...message, id: asked.id });
  }

  #fromServer(message: ProtocolMessage): void {
    const { id, method } = message;
    if (id === undefined || id === null) this.#send(message);
    else if (method === undefined) {
      this.#asked.delete(id);
      if (id !== REPLAYED) this.#send(message);
    } else if (method === 'client/registerCapability' && this.#generation > 1) {
      // The client knows since the first server asked for it.
      this.#port?.postMessage({ jsonrpc: '2.0', id, result: null });
    } else {
      // Two servers count their requests from the same number.
      const name = `${this.#generation}:${id}`;
      this.#asking.set(name, { generation: this.#generation, id });
      this.#send({ ...message, id: name });
    }
  }

  #send(message: ProtocolMessage): void {
    this.#options.writer.write({ jsonrpc: '2.0', ...message } as never).catch(() => this.end());
  }
}

const REPLAYED = 'seedwise:replayed';

const nameOf = (uri: string): string => decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));

/** The client's process, as it says; undefined where it has none. */
function processOf(params: unknown): number | undefined {
  const id = (params as { processId?: unknown } | null | undefined)?.processId;
  return typeof id === 'number' && Number.isInteger(id) && id > 0 ? id : undefined;
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch (error) {
    // One that belongs to somebody else is alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
