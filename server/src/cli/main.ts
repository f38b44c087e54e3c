/**
 * The command line: the editor's engine over files and folders, for terminals and continuous integration.
 * Findings go to standard output and everything else to standard error, so that the JSON is always JSON.
 */
import { isMainThread } from 'node:worker_threads';
import { version } from '../../../package.json';
import { t } from '../core/text/language.ts';
import { expectShortRun } from '../host/memory.ts';
import { runCheck } from './check.ts';
import { workAlong } from './crew.ts';
import { runDebug } from './debug.ts';
import { isDeeper, lookDeeper, mindDepth, TooDeep } from './deep.ts';
import { explainRule, listRules } from './explain.ts';
import { speakAs } from './locale.ts';
import { CLI_COMMANDS, help, readArguments, type Values } from './options.ts';
import { type Print, painter, printer } from './output.ts';
import { runReport } from './report.ts';
import { CannotCheck, reasonOf, say, UsageError } from './say.ts';
import { verify } from './verify.ts';
import { watching } from './watch.ts';

type Run = (rest: readonly string[], values: Values, print: Print) => Promise<number>;

/** What each command of the table does; those that are raw take their arguments as they are. */
const RUNS: Readonly<Record<string, Run>> = {
  check: (rest, values, print) => judging(() => runCheck(rest, values, version, print), rest, values),
  report: (rest, values, print) => judging(() => runReport(rest, values, version, print), rest, values),
  debug: (rest, values, print) => judging(() => runDebug(rest, values, version, print), rest, values),
  rule: async (rest, values, print) => {
    await print(explainRule(rest, values));
    return 0;
  },
  rules: async (rest, values, print) => {
    await print(listRules(rest, values));
    return 0;
  },
  verify: (rest) => verify(rest),
  server: startServer,
};

async function main(argv: readonly string[]): Promise<number> {
  await speakAs(argv, process.env);
  const raw = CLI_COMMANDS.find(({ name, isRaw }) => isRaw && name === argv[0]);
  if (raw) return await RUNS[raw.name]!(argv.slice(1), {}, printer({}));
  const { command, values, rest } = readArguments(argv);
  const show = printer(values);
  const print: Print = (text) => {
    mindDepth();
    return show(text);
  };
  if (values.help) return await told(print, help(command));
  if (values.version) return await told(print, `seedwise ${version}\n`);
  if (command === undefined) throw new UsageError(t`a command is missing.`);
  painter(values); // A wrong colour is said before anything is done.
  return await RUNS[command]!(rest, values, print);
}

async function told(print: Print, text: string): Promise<number> {
  await print(text);
  return 0;
}

async function judging(run: () => Promise<number>, rest: readonly string[], values: Values): Promise<number> {
  expectShortRun();
  return values.watch ? await watching(rest, run) : await run();
}

/** Hands this process to the language server, which reads its transport from the arguments. */
async function startServer(): Promise<number> {
  if (process.argv.length === 3) process.argv.push('--stdio');
  await import(new URL('./server.cjs', import.meta.url).href);
  return 0;
}

/** One line, never a stack. */
function failed(error: unknown): void {
  if (error instanceof UsageError) say(error.message, t`Run 'seedwise --help' for help.`);
  else if (error instanceof CannotCheck) say(error.message);
  else if (error instanceof Error && !('code' in error)) {
    const [where = ''] = /\(.*\)|at .*/.exec(error.stack?.split('\n')[1] ?? '') ?? [];
    say(t`the check failed: ${error.message} ${where} This is a fault of Seedwise; please report it.`);
  } else say(reasonOf(error));
  process.exitCode = 2;
}

/** The main thread's part: what the arguments say, and never a stack. */
async function start(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough, such as `head`, is no error; what cannot be printed is told by whoever prints.
      if (error.code === 'EPIPE') process.exit(0);
    });
  }
  process.on('uncaughtException', (error) => {
    failed(error);
    process.exit();
  });
  await runOnce(process.argv.slice(2));
}

/**
 * Does what the arguments say, and sets the exit code; once for the process itself.
 * @public Tests call it again where what they try is not the process.
 */
export async function runOnce(argv: readonly string[]): Promise<void> {
  try {
    process.exitCode = await main(argv).catch((error) => {
      if (error instanceof TooDeep) return lookDeeper(argv);
      throw error;
    });
  } catch (error) {
    failed(error);
  }
}

await (isMainThread || isDeeper() ? start() : workAlong());
