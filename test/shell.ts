/** Runs the bundled command line in a folder made for one test. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

export const BUNDLE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** The Node that bundles are run with: the machine's own, where the tests themselves need a newer one. */
export const NODE = process.env.SEEDWISE_NODE ?? process.execPath;

/** Whatever language this machine speaks, the tests are in English. */
const ENGLISH = { LC_ALL: 'C', LANG: 'C' };

/** What the command line remembers while the tests of one file run; a user's own runs have another folder. */
export const CACHE = mkdtempSync(join(tmpdir(), 'seedwise-cache-'));
process.once('exit', () => rmSync(CACHE, { recursive: true, force: true }));
const CACHING = { XDG_CACHE_HOME: CACHE, LOCALAPPDATA: CACHE };

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Ask = (cwd: string, args: readonly string[], input: string | Uint8Array) => Ran;

let ask: Ask | undefined;

/** The command line in a process that stays, one for each file of tests; it is asked, and waited for. */
function resident(): Ask {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./cli-worker.mjs', import.meta.url), {
    workerData: { node: NODE, port: port2, flag, env: { ...process.env, ...CACHING, ...ENGLISH } },
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  port1.unref();
  return (cwd, args, input) => {
    Atomics.store(flag, 0, 0);
    port1.postMessage({ bundle: BUNDLE, cwd, args, input: Buffer.from(input) });
    Atomics.wait(flag, 0, 0, 60_000);
    const answer = receiveMessageOnPort(port1)?.message as Ran | undefined;
    if (!answer) throw new Error(`No answer within a minute: ${args.join(' ')}`);
    return answer;
  };
}

/**
 * Writes files into a new folder that goes with the test, and gives a command line that runs there: in a process that
 * stays, or, where another language is asked for, in one of its own.
 */
export function shell(t: TestContext, files: Record<string, string | Uint8Array>, locale?: NodeJS.ProcessEnv) {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'seedwise-')));
  t.after(() => rmSync(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const given = (input: string | Uint8Array, ...args: string[]): Ran => {
    if (locale) {
      const env = { ...process.env, ...CACHING, ...locale };
      const { status, stdout, stderr } = spawnSync(NODE, [BUNDLE, ...args], { cwd, encoding: 'utf8', input, env });
      return { status, stdout, stderr };
    }
    ask ??= resident();
    return ask(cwd, args, input);
  };
  const run = (...args: string[]) => given('', ...args);
  const names = (...args: string[]): string[] =>
    JSON.parse(run('check', '--format', 'json', ...args).stdout).map((row: { filename: string }) =>
      row.filename.startsWith(`${cwd}/`) ? row.filename.slice(cwd.length + 1) : row.filename,
    );
  return { cwd, run, given, names };
}
