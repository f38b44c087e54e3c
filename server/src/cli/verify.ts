/**
 * `seedwise verify`: runs a program twice and says where the two runs part. The only part of Seedwise that runs the user's code,
 * so it says what it will run and asks first. The work is done in Python, by `seedwise_trace`, which the program's own
 * interpreter runs; this file asks, hands over, and shows the verdict.
 */
import { spawn } from 'node:child_process';
import { existsSync, fstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface as createLines } from 'node:readline';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { englishPhrase, languageTag, type Message, t, translate } from '../core/text/language.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { keepRun } from './runs.ts';
import { reasonOf, say, UsageError } from './say.ts';

const usage =
  (): Message => t`Runs a program twice and says where the two runs part, and why. It is the only part of Seedwise that runs your code.

  seedwise verify [options] train.py [-- arguments]       a file or a notebook
  seedwise verify [options] -m package.train [-- arguments]
  seedwise verify [options] torchrun -- --nproc_per_node 2 train.py
  seedwise verify [options] pkg.cli:main [-- arguments]   a command of the project; by its name, if it is installed

  --yes                     run without asking
  --python PATH             the interpreter that runs the program (default: python3)
  --format text|json|junit  how to print the verdict (default: text)
  --max-operations N        stop a run after so many operations of torch (default: 1000000)
  --max-minutes N           stop a run after so many minutes (default: 10)
  --max-memory MB           stop a run that takes more memory (default: no limit)
  --record FILE             run once and write a trace, to be compared with on another machine
  --against FILE            run once and compare with such a trace
  --seeds N [N ...]         run under each of these seeds and compare the numbers that are printed
  --seed-argument NAME      the program's argument that takes the seed (default: --seed, if it has one)

Exits with 0 if the runs are identical, 1 if they part, 2 if the program could not be run.
`;

const FORMATS = ['text', 'json', 'junit'];
/** Milliseconds in which a pipe that has something to say has begun to. */
const PIPE_PATIENCE = 1000;

interface Place {
  readonly file: string;
  readonly line: number;
  /** Of a notebook: the cell, from 0; lines count within it. */
  readonly cell?: number;
  readonly function?: string;
  readonly message?: string;
  readonly said?: Said;
}

/** A text of the tracer's: what is no prose, or words in English and what stands in for `{0}`, `{1}` in them. */
type Said = string | { readonly text: string; readonly values: readonly Said[] };

/** What `seedwise_trace` answers. */
export interface RunVerdict {
  readonly result: 'identical' | 'parted' | 'failed';
  readonly operations: number;
  readonly draws: number;
  readonly batches: number;
  readonly place: Place | null;
  readonly cause: string | null;
  readonly evidence: readonly string[];
  /** The parts of the sentences in other fields. */
  readonly said?: Partial<Record<'evidence' | 'differences' | 'troubles', readonly Said[]>>;
  readonly related?: readonly Place[];
  readonly stack?: readonly Place[];
  readonly operation?: string;
  readonly confirmed?: boolean;
  readonly traceback?: string;
  readonly limit?: string;
  readonly written?: readonly string[];
  /** What the tracer could not watch. */
  readonly troubles?: readonly string[];
  /** Calls of compiled regions, forward and backward, among the operations. */
  readonly regions?: number;
  readonly differences?: readonly string[];
  readonly seeds?: readonly Metric[];
  /** The user's file that the program begins in. */
  readonly program?: string | null;
}

interface Metric {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
  readonly values: readonly number[];
}

interface Request {
  readonly words: readonly string[];
  readonly python: string;
  readonly format: string;
  readonly yes: boolean;
  readonly options: readonly string[];
  readonly limits: string;
  readonly times: string;
  /** Two runs are compared, and nothing else is done. */
  readonly isPair: boolean;
}

/** Runs the command with the arguments behind its name; gives the exit code. */
export async function verify(argv: readonly string[]): Promise<number> {
  let request: Request | undefined;
  try {
    request = readRequest(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(error.message);
    return 2;
  }
  if (!request) {
    process.stdout.write(usage());
    return 0;
  }
  if (!request.yes && !(await agrees(request))) return 2;
  const verdict = await run(request);
  // What came of two runs as they are; a comparison with another machine or another seed says nothing of these files.
  if (request.isPair && verdict.result !== 'failed') keepRun(process.cwd(), verdict);
  const name = request.words.join(' ');
  const render = { text: textOf, json: jsonOf, junit: junitOf }[request.format]!;
  process.stdout.write(render(verdict, name));
  return { identical: 0, parted: 1, failed: 2 }[verdict.result];
}

/** Nothing where help is asked for. */
function readRequest(argv: readonly string[]): Request | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? [...argv] : argv.slice(0, end);
  const seeds = takeSeeds(own);
  const { values, positionals } = parsed(own);
  if (values.help) return undefined;
  const module = values.module;
  const words = [...(module === undefined ? [] : [module]), ...positionals, ...(end < 0 ? [] : argv.slice(end + 1))];
  if (words.length === 0) throw new UsageError(t`a program is missing`);
  if (!FORMATS.includes(values.format)) throw new UsageError(t`there is no format '${values.format}'`);
  const limits = ['max-operations', 'max-minutes', 'max-memory'] as const;
  for (const name of limits)
    if (values[name] !== undefined && !(Number(values[name]) > 0))
      throw new UsageError(t`'--${name}' needs a number above 0`);
  const modes = [values.record, values.against, seeds].filter((mode) => mode !== undefined);
  if (modes.length > 1) throw new UsageError(t`'--record', '--against' and '--seeds' exclude each other`);
  const options = limits.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
  if (module !== undefined) options.push('-m');
  for (const name of ['record', 'against', 'seed-argument'] as const)
    if (values[name] !== undefined) options.push(`--${name}`, values[name]);
  if (seeds) options.push('--seeds', seeds.join(','));
  const operations = values['max-operations'] ?? 1_000_000;
  const minutes = values['max-minutes'] ?? 10;
  const memory = values['max-memory'];
  return {
    words,
    python: values.python ?? 'python3',
    format: values.format,
    yes: values.yes,
    options,
    limits:
      memory === undefined
        ? t`${operations} operations, ${minutes} minutes a run`
        : t`${operations} operations, ${minutes} minutes, ${memory} MB a run`,
    times: seeds
      ? t`Seedwise runs this program ${seeds.length} times:`
      : modes.length > 0
        ? t`Seedwise runs this program once:`
        : t`Seedwise runs this program twice, and up to 20 times more to name a cause:`,
    isPair: modes.length === 0,
  };
}

const OPTIONS = {
  yes: { type: 'boolean', short: 'y', default: false },
  python: { type: 'string' },
  format: { type: 'string', default: 'text' },
  module: { type: 'string', short: 'm' },
  'max-operations': { type: 'string' },
  'max-minutes': { type: 'string' },
  'max-memory': { type: 'string' },
  record: { type: 'string' },
  against: { type: 'string' },
  'seed-argument': { type: 'string' },
  // Read before, by whoever chooses the language.
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Throws a `UsageError` for what is no option, and for one without its value. */
function parsed(args: string[]) {
  const given = { args, allowPositionals: true, options: OPTIONS } as const;
  const { tokens } = parseArgs({ ...given, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = (OPTIONS as Readonly<Record<string, { readonly type: string }>>)[token.name];
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    if (!option) throw new UsageError(t`there is no option '${token.rawName}'${didYouMean(token.rawName, names, "'")}`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(t`'${token.rawName}' takes no value.`);
    const isMissing = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.type === 'string' && isMissing) throw new UsageError(t`'${token.rawName}' needs a value.`);
  }
  return parseArgs(given);
}

/** Takes `--seeds` and the numbers behind it out of the arguments. */
function takeSeeds(args: string[]): string[] | undefined {
  const at = args.indexOf('--seeds');
  if (at < 0) return undefined;
  let end = at + 1;
  while (end < args.length && /^\d+$/.test(args[end]!)) end++;
  const seeds = args.slice(at + 1, end);
  if (seeds.length === 0) throw new UsageError(t`'--seeds' needs numbers`);
  args.splice(at, end - at);
  return seeds;
}

async function agrees(request: Request): Promise<boolean> {
  const { times, words, python, limits } = request;
  const where = t`with ${python}, in a copy of this folder where it has at most 200 MB`;
  process.stderr.write(`${times} ${words.join(' ')}\n  ${where}\n  ${t`within ${limits}`}\n`);
  if (!process.stdin.isTTY) {
    process.stderr.write(`seedwise: ${t`there is nobody to ask; '--yes' runs it`}\n`);
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${t`Run it?`} [y/N] `);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

const failure = (evidence: string): RunVerdict => ({
  result: 'failed',
  operations: 0,
  draws: 0,
  batches: 0,
  place: null,
  cause: null,
  evidence: [evidence],
});

async function run(request: Request): Promise<RunVerdict> {
  const home = packageFolder();
  if (home === undefined) return failure(t`The Python package \`seedwise_trace\` is not where Seedwise is installed.`);
  const scratch = mkdtempSync(join(tmpdir(), 'seedwise-stdin-'));
  try {
    const input = request.yes ? await givenInput() : undefined;
    const file = join(scratch, 'stdin');
    if (input) writeFileSync(file, input);
    const options = input ? [...request.options, '--stdin', file] : request.options;
    return await drive(request, home, options);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The folder that holds the package: beside the bundle, or one above it. */
function packageFolder(): string | undefined {
  const folders = ['../python/', './python/', '../../../python/'].map((path) => new URL(path, import.meta.url));
  const found = folders.find((folder) => existsSync(new URL('seedwise_trace/__main__.py', folder)));
  return found && fileURLToPath(found);
}

/** What was piped to the command is read once, so that each run can read it. */
async function givenInput(): Promise<Buffer | undefined> {
  if (process.stdin.isTTY) return undefined;
  try {
    const about = fstatSync(0);
    if (about.isFile()) return readFileSync(0);
    if (!about.isFIFO()) return undefined;
  } catch {
    return undefined;
  }
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      process.stdin.pause();
      process.stdin.unref?.();
      resolve(chunks.length > 0 ? Buffer.concat(chunks) : undefined);
    };
    // A pipe that nobody writes to, as a runner of tests may leave one, is no input.
    const timer = setTimeout(() => chunks.length === 0 && done(), PIPE_PATIENCE);
    process.stdin
      .on('data', (chunk) => chunks.push(chunk))
      .once('end', done)
      .once('error', done);
  });
}

/** Starts the driver and waits for its verdict. Whatever ends this process ends the driver, and that ends every run. */
function drive(request: Request, home: string, options: readonly string[]): Promise<RunVerdict> {
  const child = spawn(
    request.python,
    [join(home, 'seedwise_trace'), '--watch-stdin', '--json-progress', ...options, '--', ...request.words],
    { stdio: 'pipe' },
  );
  const stop = (): void => {
    child.stdin.destroy();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => {});
  createLines({ input: child.stderr }).on('line', (line) => process.stderr.write(`${progressOf(line)}\n`));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(failure(t`'${request.python}' cannot be started: ${reasonOf(error)}`)));
    child.once('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop);
      try {
        resolve(JSON.parse(output));
      } catch {
        resolve(failure(t`The tracer ended without a verdict, with exit code ${code ?? '?'}.`));
      }
    });
  });
}

/** What the driver says of a run, in the language of the session; whatever else Python says stays as it is. */
function progressOf(line: string): string {
  const told = /^seedwise: (\{.*\})$/.exec(line)?.[1];
  return told === undefined ? line : `seedwise: ${worded(JSON.parse(told))}`;
}

const jsonOf = (verdict: RunVerdict): string => `${JSON.stringify(verdict, null, 2)}\n`;

function textOf(verdict: RunVerdict, name: string): string {
  const lines: string[] = [headOf(verdict, name), ...saidOf(verdict, 'evidence').map((each) => `  ${each}`)];
  for (const place of verdict.related ?? [])
    lines.push(`  ${whereOf(place)}: ${place.said === undefined ? place.message : spoken(place.said, place.message)}`);
  for (const place of (verdict.stack ?? []).slice(1))
    lines.push(`    ${t`called from ${whereOf(place)} in ${place.function ?? '?'}`}`);
  if (verdict.regions)
    lines.push(
      `  ${t`${verdict.regions} of the operations are calls of compiled regions, whose insides are not seen.`}`,
    );
  for (const each of saidOf(verdict, 'differences')) lines.push(`  ${each}`);
  for (const { name: metric, mean, deviation, values } of verdict.seeds ?? [])
    lines.push(`  ${metric}: ${rounded(mean)} ± ${rounded(deviation)} (${values.map(rounded).join(', ')})`);
  for (const each of saidOf(verdict, 'troubles')) lines.push(`  ${each}`);
  const limits: Readonly<Record<string, Message>> = {
    operations: t`The runs were stopped at the limit of operations.`,
    minutes: t`The runs were stopped at the limit of minutes.`,
  };
  if (verdict.limit) lines.push(`  ${limits[verdict.limit] ?? verdict.limit}`);
  if (verdict.written?.length)
    lines.push(`  ${t`The folder was too large to copy. The runs wrote ${verdict.written.join(', ')}`}`);
  if (verdict.traceback) lines.push('', verdict.traceback);
  return `${lines.join('\n')}\n`;
}

/** Sentences of the tracer's in the language of the session; in English they are as it wrote them. */
function saidOf(verdict: RunVerdict, field: 'evidence' | 'differences' | 'troubles'): string[] {
  return (verdict[field] ?? []).map((each, i) => {
    const said = verdict.said?.[field]?.[i];
    return said === undefined ? each : spoken(said, each);
  });
}

const spoken = (said: Said, english = ''): string =>
  languageTag() === 'en' && english !== '' ? english : worded(said);

const worded = (said: Said): string =>
  typeof said === 'string' ? said : translate(englishPhrase(said.text), ...said.values.map(worded));

function headOf(verdict: RunVerdict, name: string): string {
  if (verdict.result === 'failed') return t`${name} could not be run.`;
  if (verdict.seeds) return t`${name} under several seeds: mean ± standard deviation of what it printed last.`;
  const { operations, draws, batches } = verdict;
  if (verdict.result === 'identical')
    return t`Identical over ${operations} operations, ${draws} draws and ${batches} batches in this pair.`;
  const cause = verdict.cause ?? '?';
  return verdict.place ? t`${whereOf(verdict.place)}: two runs part here: ${cause}` : t`two runs part here: ${cause}`;
}

const whereOf = ({ file, line, cell }: Place): string =>
  cell === undefined ? `${file}:${line}` : t`${file}:cell ${cell + 1}:${line}`;

const rounded = (value: number): string => String(Number(value.toPrecision(5)));

function junitOf(verdict: RunVerdict, name: string): string {
  const text = escaped(textOf(verdict, name));
  const failed = verdict.result === 'parted' ? 1 : 0;
  const errors = verdict.result === 'failed' ? 1 : 0;
  const element = failed ? 'failure' : 'error';
  const message = escaped(headOf(verdict, name));
  const body = failed || errors ? `\n      <${element} message="${message}">${text}</${element}>\n    ` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="seedwise verify" tests="1" failures="${failed}" errors="${errors}">
    <testcase classname="seedwise" name="${escaped(name)}">${body}</testcase>
  </testsuite>
</testsuites>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML, without the control characters that it cannot hold. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be found
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"]/g, (each) => ENTITIES[each]!);
