/** `seedwise check`: one check from its arguments to its exit code. */
import { textsOf } from '../core/contract/rule-texts.ts';
import type { Severity } from '../core/contract/severity.ts';
import { RULES } from '../core/rules/index.ts';
import { type Message, t } from '../core/text/language.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { newOnes, readBaseline, writeBaseline } from './baseline.ts';
import { cacheOf } from './cache.ts';
import { judgeTogether, threadsOf } from './crew.ts';
import { diffOf } from './diff.ts';
import { type Found, SEVERITIES } from './findings.ts';
import { type Change, type Changes, change, ignoring, repairing, writeChanges } from './fixing.ts';
import { FORMATS } from './formats/index.ts';
import { asJson } from './formats/json.ts';
import { countsOf, pathFrom, type Results } from './formats/results.ts';
import { type Findings, findAll } from './judging.ts';
import type { Values } from './options.ts';
import { type Print, painter } from './output.ts';
import { topOf } from './projects.ts';
import { exclusive, filesIn, nameOf, problemsIn, reasonOf, say, UsageError } from './say.ts';
import { beginSession, type CheckSession, openSession } from './session.ts';

/** What the options ask for, once they are known to go together. */
interface Request {
  readonly values: Values;
  readonly format: string;
  readonly lowestFailing: number;
}

/** Options that each say what to do instead of showing findings. */
const WAYS = ['diff', 'add-ignores', 'show-files', 'statistics'] as const;

function requestOf(values: Values): Request {
  const format = typeof values.format === 'string' ? values.format : 'full';
  if (!Object.hasOwn(FORMATS, format))
    throw new UsageError(t`there is no format '${format}'${didYouMean(format, Object.keys(FORMATS), "'")}`);
  const failOn = typeof values['fail-on'] === 'string' ? values['fail-on'] : 'warning';
  const lowestFailing = SEVERITIES.indexOf(failOn as Severity);
  if (lowestFailing < 0)
    throw new UsageError(t`there is no severity '${failOn}'${didYouMean(failOn, SEVERITIES, "'")}`);
  if (values['unsafe-fixes'] && !values.fix && !values.diff)
    throw new UsageError(t`'--unsafe-fixes' needs '--fix' or '--diff'.`);
  if (values['update-baseline'] && !values.baseline) throw new UsageError(t`'--update-baseline' needs '--baseline'.`);
  const [way, another] = WAYS.filter((name) => values[name]);
  if (way && another) throw exclusive(way, another);
  if (values.fix && (values.diff || values['add-ignores']))
    throw exclusive('fix', values.diff ? 'diff' : 'add-ignores');
  if (values.statistics && !['full', 'concise', 'text', 'json'].includes(format))
    throw new UsageError(t`'--statistics' has no format '${format}'.`);
  return { values, format, lowestFailing };
}

/** Makes the check, and gives the exit code. */
export async function runCheck(
  rest: readonly string[],
  values: Values,
  version: string,
  print: Print,
): Promise<number> {
  const request = requestOf(values);
  const wantsReplacements = FORMATS[request.format]?.wantsReplacements === true;
  if (!NEEDS_ALL.some((name) => values[name]) && !rest.includes('-')) {
    const { session, ...findings } = await judgedSession(rest, values, version, wantsReplacements);
    return await show(session, findings, request, print);
  }
  const session = await openSession(rest, values, version);
  if (values['show-files']) {
    await print(session.files.map((path) => `${nameOf(path)}\n`).join(''));
    return session.isIncomplete ? 2 : 0;
  }
  if (values.diff) return await showDiff(session, values, print);
  const fixed = values.fix ? await treat(session, values, print) : undefined;
  if (values['add-ignores']) await addIgnores(session, values);
  return await show(session, findAll(session, wantsReplacements), request, print, fixed);
}

/** A session, and its findings: those that are remembered where nothing has changed. */
async function judgedSession(
  rest: readonly string[],
  values: Values,
  version: string,
  wantsReplacements: boolean,
): Promise<Findings & { readonly session: CheckSession }> {
  const cache = cacheOf(values);
  const threads = threadsOf(values);
  const session = await beginSession(rest, values, version);
  const known = cache?.recall(session, wantsReplacements);
  if (known) {
    for (const { text, path, isIncomplete } of known.problems) session.problem(text, path, isIncomplete);
    return { session, ...known };
  }
  const before = session.told.length;
  const findings = await judgeTogether(session, { rest, values, version, wantsReplacements }, threads);
  if (!session.runsOthers) cache?.keep({ ...findings, problems: session.told.slice(before) });
  return { session, ...findings };
}

/** What needs every file of the session, whatever is remembered. */
const NEEDS_ALL = ['fix', 'diff', 'add-ignores', 'show-files'] as const;

/** Shows what was found, and gives the exit code. */
async function show(
  session: CheckSession,
  { found, analysed }: Findings,
  request: Request,
  print: Print,
  fixed?: Fixed,
): Promise<number> {
  const { values } = request;
  const kept = await compare(session, found, values);
  // Repaired standard input has gone to standard output, where nothing else belongs.
  const isSpoken = fixed !== undefined && session.stdinPath !== undefined;
  const text = render(kept, analysed, session, request);
  if (isSpoken) process.stderr.write(text);
  else await print(text);
  if (fixed && !values.quiet) say(fixSummaryOf(fixed));
  if (session.isIncomplete) return 2;
  const isFailing = kept.some(({ severity }) => SEVERITIES.indexOf(severity) <= request.lowestFailing);
  return isFailing && !values['exit-zero'] ? 1 : 0;
}

/** Leaves out what the baseline knows; writes it where there is none. */
async function compare(session: CheckSession, found: readonly Found[], values: Values): Promise<readonly Found[]> {
  const { baseline } = values;
  if (typeof baseline !== 'string') return found;
  const known = values['update-baseline'] ? null : readBaseline(baseline);
  if (known) return newOnes(baseline, known, found);
  try {
    writeBaseline(baseline, found);
    const name = nameOf(baseline);
    say(
      found.length === 1
        ? t`wrote the baseline ${name} with 1 finding; from now on only new ones are shown.`
        : t`wrote the baseline ${name} with ${found.length} findings; from now on only new ones are shown.`,
    );
    return [];
  } catch (error) {
    session.problem(t`the baseline ${nameOf(baseline)} cannot be written: ${reasonOf(error)}`, undefined, true);
    return found;
  }
}

function render(found: readonly Found[], files: readonly string[], session: CheckSession, request: Request): string {
  const { values, format, lowestFailing } = request;
  if (values.statistics) return statistics(found, format);
  const results: Results = {
    found,
    files,
    problems: session.problems,
    fails: (severity) => SEVERITIES.indexOf(severity) <= lowestFailing,
    base: topOf(process.cwd()),
    version: session.version,
    isQuiet: values.quiet === true,
    paint: painter(values),
    cut: (text) => session.problem(text),
  };
  return FORMATS[format]!.render(results);
}

/** How often each rule speaks, the most frequent first. */
function statistics(found: readonly Found[], format: string): string {
  const rows = RULES.flatMap((rule) => {
    const { name } = rule;
    const own = found.filter((each) => each.rule === name);
    const fixable = own.filter(({ fixes }) => fixes.length > 0).length;
    return own.length > 0 ? [{ code: name, count: own.length, fixable, summary: textsOf(rule).summary }] : [];
  }).sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  if (format === 'json') return asJson(rows);
  const width = String(rows[0]?.count ?? 0).length;
  const longest = Math.max(0, ...rows.map(({ code }) => code.length));
  const lines = rows.map(
    ({ code, count, summary }) => `${String(count).padStart(width)}  ${code.padEnd(longest)}  ${summary}\n`,
  );
  const sum = found.length === 0 ? t`No problems.` : t`Found ${problemsIn(found.length)} (${countsOf(found)}).`;
  return `${lines.join('')}${sum}\n`;
}

/** `--fix`: repairs and writes; of standard input the repaired text goes to standard output. */
async function treat(session: CheckSession, values: Values, print: Print): Promise<Fixed> {
  const changes = change(session, repairing(values['unsafe-fixes'] === true));
  const { stdinPath } = session;
  const { problems } = changes;
  const done = (files: readonly Change[]): Fixed => ({ problems, files, missed: changes.files.length - files.length });
  if (stdinPath === undefined) return done(await write(session, changes));
  const own = changes.files.find(({ path }) => path === stdinPath);
  // What else the repair needs would have to be written to a file, which nobody named.
  const others = changes.files.filter((each) => each !== own);
  for (const { path } of others) {
    session.problem(t`${nameOf(path)} is not fixed: only standard input is repaired.`, path, true);
    session.reread(path);
  }
  const { bytes } = (own?.after ?? session.read(stdinPath)).decoded;
  session.replaceStdin(bytes);
  await print(bytes);
  return done(own ? [own] : []);
}

interface Fixed {
  readonly problems: number;
  readonly files: readonly Change[];
  /** How many more files were to be repaired, and could not be written. */
  readonly missed: number;
}

function fixSummaryOf({ problems, files, missed }: Fixed): Message {
  if (problems === 0) return t`nothing to fix.`;
  if (missed === 0) return t`fixed ${problemsIn(problems)} in ${filesIn(files.length)}.`;
  return t`repaired ${filesIn(files.length)}; not written: ${filesIn(missed)}.`;
}

const write = (session: CheckSession, changes: Changes): Promise<Change[]> => writeChanges(session, changes);

async function addIgnores(session: CheckSession, values: Values): Promise<void> {
  if (session.stdinPath !== undefined) throw new UsageError(t`'--add-ignores' writes files, and '-' is none.`);
  const changes = change(session, ignoring);
  const written = await write(session, changes);
  const { problems } = changes;
  const files = filesIn(written.length);
  if (!values.quiet) say(problems === 1 ? t`added 1 ignore in ${files}.` : t`added ${problems} ignores in ${files}.`);
}

/** `--diff`: what would be repaired, as a diff; 1 where that is something. */
async function showDiff(session: CheckSession, values: Values, print: Print): Promise<number> {
  const { problems, files } = change(session, repairing(values['unsafe-fixes'] === true));
  const base = topOf(process.cwd());
  const diffs = files.map(({ path, before, after }) =>
    diffOf(pathFrom(base, path).replace(/^\//, ''), before.decoded.text, after.decoded.text),
  );
  await print(diffs.join(''));
  if (!values.quiet)
    say(problems === 0 ? t`nothing to fix.` : t`would fix ${problemsIn(problems)} in ${filesIn(files.length)}.`);
  if (session.isIncomplete) return 2;
  return files.length > 0 && !values['exit-zero'] ? 1 : 0;
}
