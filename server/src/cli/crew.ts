/**
 * Several threads that check together. Each reads a share of the files and hands what is kept of them to all others, so
 * that every thread knows the whole project; then each looks at files that stand beside each other, which are likely to be
 * part of the same programs: what one thread composes no other one has to. What they find is put together in the order of
 * the files, whoever found it.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Silence } from '../core/analysis/silence.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import { indexRecord } from '../core/program/indexed-file.ts';
import type { FileRecord } from '../core/program/packed-file.ts';
import { loadSyntax } from '../core/syntax/parse.ts';
import { t } from '../core/text/language.ts';
import { wasm } from '../host/wasm.ts';
import { DEEP_STACK } from './deep.ts';
import { type Findings, findAll, gather, type Judged, judgeOne } from './judging.ts';
import { speakAs } from './locale.ts';
import type { Values } from './options.ts';
import { UsageError } from './say.ts';
import { type CheckSession, type Outline, type Reading, type SaidProblem, sessionLike } from './session.ts';
import { asShared, fromShared, type SharedFile } from './shared-file.ts';

/** A thread for fewer files would take longer to start than to check them. */
const FEWEST_FILES = 40;
/** More threads than these rather wait for memory than for a processor. */
const MOST_THREADS = 8;
/** So few files are taken from a pile at once. */
const HANDFUL = 8;

/** The piles that all threads take from: files to read, and files to look at. */
type Pile = 'read' | 'judged';
const PILES: readonly Pile[] = ['read', 'judged'];

/** What the main thread was asked. */
export interface CrewTask {
  readonly rest: readonly string[];
  readonly values: Values;
  readonly version: string;
  readonly wantsReplacements: boolean;
}

/** What a thread is given at its start. */
interface Task extends CrewTask, Outline {
  readonly argv: readonly string[];
  readonly threads: number;
  /** How many files were taken from each pile. */
  readonly taken: Int32Array;
}

/** A reading as it goes from thread to thread. */
interface Sent {
  readonly path: string;
  readonly record: FileRecord | null;
  readonly silence: Silence;
  readonly problems: readonly SaidProblem[];
  /** The file itself, parsed: whoever composes a program with it need not read it again. */
  readonly file: SharedFile | undefined;
}

/** What a thread has read, and what it was kept from. */
interface Share {
  readonly sent: readonly Sent[];
  readonly outside: readonly string[];
}

/** How many threads the options ask for; without a word, as many as there are processors, up to a limit. */
export function threadsOf({ threads }: Values): number {
  if (threads === undefined) return Math.min(availableParallelism(), MOST_THREADS);
  const count = Number(threads);
  if (!Number.isInteger(count) || count < 1) throw new UsageError(t`'--threads' needs a number of at least 1.`);
  return count;
}

/** The findings of a session of which nothing but the names of its files is known yet. */
export async function judgeTogether(session: CheckSession, order: CrewTask, threads: number): Promise<Findings> {
  const { all, files, near, named, notes } = session;
  const count = Math.min(threads, Math.floor(all.length / FEWEST_FILES));
  if (count < 2) {
    await loadSyntax(wasm);
    session.index();
    return findAll(session, order.wantsReplacements);
  }
  const taken = new Int32Array(new SharedArrayBuffer(PILES.length * Int32Array.BYTES_PER_ELEMENT));
  const task: Task = { ...order, argv: process.argv.slice(2), files, near, named, notes, threads: count, taken };
  const others = Array.from({ length: count - 1 }, () => new Other(task));
  try {
    await loadSyntax(wasm);
    const own = readShare(session, task);
    const shares = [shareOf(session, own), ...(await Promise.all(others.map((other) => other.next<Share>())))];
    for (const other of others) other.send(shares);
    takeAll(session, own, shares);
    for (const path of shares.flatMap(({ outside }) => outside)) session.fence.outside.add(path);
    session.complete();
    const judged = [judgeShare(session, task), ...(await Promise.all(others.map((other) => other.next<Judged[]>())))];
    const byPath = new Map(judged.flat().map((each) => [each.path, each]));
    return gather(
      session,
      files.flatMap((path) => byPath.get(path) ?? judgeOne(session, path, order.wantsReplacements)),
    );
  } finally {
    await Promise.all(others.map((other) => other.end()));
  }
}

/** Another thread, seen from the main one. */
class Other {
  readonly #worker: Worker;
  readonly #messages: unknown[] = [];
  #wanting: { resolve(message: unknown): void; reject(error: unknown): void } | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(task: Task) {
    this.#worker = new Worker(fileURLToPath(import.meta.url), { workerData: task, resourceLimits: DEEP_STACK });
    this.#worker.on('message', (message) => {
      if (this.#wanting) this.#wanting.resolve(message);
      else this.#messages.push(message);
      this.#wanting = undefined;
    });
    const fail = (error: unknown): void => {
      this.#failure ??= { error };
      this.#wanting?.reject(error);
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', () => fail(new Error('A thread of the check has ended.')));
  }

  send(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** The next message; rejects where the thread has failed. */
  next<T>(): Promise<T> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift() as T);
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#wanting = { resolve: resolve as (message: unknown) => void, reject };
    });
  }

  async end(): Promise<void> {
    this.#wanting = undefined;
    await this.#worker.terminate();
  }
}

/** The work of a thread that is not the main one. */
export async function workAlong(): Promise<void> {
  const port = parentPort!;
  const task = workerData as Task;
  await speakAs(task.argv, process.env);
  await loadSyntax(wasm);
  const session = sessionLike(task, task.rest, task.values, task.version);
  const own = readShare(session, task);
  const answer = new Promise<readonly Share[]>((resolve) => port.once('message', resolve));
  port.postMessage(shareOf(session, own));
  takeAll(session, own, await answer);
  session.complete();
  port.postMessage(judgeShare(session, task));
}

/**
 * Takes from a pile until nothing is left: few of many files at once where each is as good as another, or else as many
 * beside each other as leave enough for the others.
 */
function* takenFrom(pile: Pile, all: readonly string[], { taken, threads }: Task): Iterable<string> {
  const index = PILES.indexOf(pile);
  for (let start = Atomics.load(taken, index); start < all.length; start = Atomics.load(taken, index)) {
    const share = pile === 'read' ? 0 : Math.ceil((all.length - start) / (2 * threads));
    const end = start + Math.max(HANDFUL, share);
    if (Atomics.compareExchange(taken, index, start, end) === start) yield* all.slice(start, end);
  }
}

/** Reads files until all are read. */
function readShare(session: CheckSession, task: Task): Map<string, Reading> {
  const own = new Map<string, Reading>();
  for (const path of takenFrom('read', session.all, task)) own.set(path, session.readOne(path));
  return own;
}

const shareOf = (session: CheckSession, own: ReadonlyMap<string, Reading>): Share => ({
  sent: [...own.values()].map(({ path, indexed, silence, problems }) => ({
    path,
    record: indexed?.record ?? null,
    silence,
    problems,
    file: share(session, path),
  })),
  outside: [...session.fence.outside],
});

/** Puts what was read of a file where all threads can read it, this one too. */
function share(session: CheckSession, path: string): SharedFile | undefined {
  const kept = session.kept(path);
  const shared = kept && asShared(kept);
  if (shared) session.keep(fromShared(shared));
  return shared;
}

/** Takes all files in, in the order in which one thread would. */
function takeAll(session: CheckSession, own: ReadonlyMap<string, Reading>, shares: readonly Share[]): void {
  const byPath = new Map(shares.flatMap(({ sent }) => sent).map((each) => [each.path, each]));
  for (const path of session.all) {
    const sent = byPath.get(path);
    const reading = own.get(path) ?? (sent && receive(session, sent));
    if (reading) session.take(reading);
  }
}

function receive(session: CheckSession, { path, record, silence, problems, file }: Sent): Reading {
  const vocabulary = vocabularyOf(session.settingsOf(path));
  if (file) session.keep(fromShared(file));
  const indexed =
    record && indexRecord(record, vocabulary, () => session.kept(path) ?? session.read(path).source ?? '');
  return { path, indexed, silence, problems };
}

/** Looks at files until all are looked at. */
function judgeShare(session: CheckSession, task: Task): Judged[] {
  const judged: Judged[] = [];
  for (const path of takenFrom('judged', session.files, task))
    judged.push(judgeOne(session, path, task.wantsReplacements));
  return judged;
}
