/**
 * `npm run fuzz -- --cases 1000 --seed 1 [--kind text] [--only 17]`: tries what nobody thought of. Each case is made from the
 * seed, its kind and its number, so that one that failed can be repeated alone; what it was made of is kept in `out/fuzz`.
 * A case that does not end is ended by a second thread, which says which it was.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { KINDS } from '../test/fuzz/kinds.ts';
import { Random, seedOf } from '../test/fuzz/random.ts';

const OUT = new URL('../out/fuzz/', import.meta.url);
/** Milliseconds of CPU after which a case counts as endless; one takes some hundredths of a second. A busy machine costs none. */
const PATIENCE_MS = 60_000;
/** Milliseconds of the clock after which a case that waits for something counts as endless. */
const SILENCE_MS = 600_000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kind: { type: 'string' },
    only: { type: 'string' },
  },
});

/** What the working thread tells: which case it is at, that one failed, or how many there were. */
type News =
  | { readonly at: string; readonly input?: string }
  | { readonly failed: string; readonly input: string; readonly error: string }
  | { readonly tried: Readonly<Record<string, number>> };

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, count) => all + count, 0);

if (isMainThread) watch();
else await work();

function watch(): void {
  console.log(`seed ${values.seed}`);
  rmSync(OUT, { recursive: true, force: true });
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  let at = '';
  let input = '';
  const failed = new Map<string, number>();
  const spent = (): number => Math.round((process.cpuUsage().user + process.cpuUsage().system) / 1000);
  let began = { clock: Date.now(), cpu: spent() };
  setInterval(() => {
    if (spent() - began.cpu < PATIENCE_MS && Date.now() - began.clock < SILENCE_MS) return;
    fail(at, input, `No end after ${(spent() - began.cpu) / 1000} s of CPU.`);
    console.log(`\n0 passed, ${sum(failed.values())} failed`);
    process.exit(1);
  }, 1000);
  worker.on('message', (news: News) => {
    began = { clock: Date.now(), cpu: spent() };
    if ('failed' in news) fail(news.failed, news.input, news.error);
    if ('at' in news) {
      at = news.at;
      input = news.input ?? '';
    }
    if ('tried' in news) finish(news.tried);
  });
  worker.on('error', (error) => {
    fail(at, input, String(error.stack ?? error));
    process.exit(1);
  });

  function fail(name: string, made: string, error: string): void {
    const [kind = '', number] = name.split(' ');
    failed.set(kind, (failed.get(kind) ?? 0) + 1);
    mkdirSync(OUT, { recursive: true });
    const file = new URL(`${name.replaceAll(/\W+/g, '-')}.txt`, OUT);
    writeFileSync(file, `${error}\n\n${made}\n`);
    console.log(`${name}: ${error.split('\n')[0]}`);
    console.log(`  npm run fuzz -- --seed ${values.seed} --kind ${kind} --only ${number}`);
  }

  function finish(tried: Readonly<Record<string, number>>): void {
    for (const [kind, count] of Object.entries(tried))
      console.log(`${kind.padEnd(10)} ${String(count).padStart(7)} tried, ${failed.get(kind) ?? 0} failed`);
    const failures = sum(failed.values());
    console.log(`\n${sum(Object.values(tried)) - failures} passed, ${failures} failed`);
    process.exit(failures > 0 ? 1 : 0);
  }
}

async function work(): Promise<void> {
  const tell = (news: News): void => parentPort?.postMessage(news);
  const kinds = Object.entries(KINDS).filter(([kind]) => values.kind === undefined || kind === values.kind);
  const tried: Record<string, number> = {};
  const first = values.only === undefined ? 0 : Number(values.only);
  const cases = values.only === undefined ? Math.ceil(Number(values.cases) / kinds.length) : 1;
  for (const [kind, attempt] of kinds) {
    for (let index = first; index < first + cases; index++) {
      const name = `${kind} ${index}`;
      let input = '';
      tell({ at: name });
      try {
        await attempt(new Random(seedOf(Number(values.seed), kind, index)), (made) => {
          input = made;
          tell({ at: name, input: made });
        });
      } catch (error) {
        tell({ failed: name, input, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
      tried[kind] = (tried[kind] ?? 0) + 1;
    }
  }
  tell({ tried });
}
