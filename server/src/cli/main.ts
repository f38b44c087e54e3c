/**
 * The command line: the editor's engine over files and folders, for terminals and continuous integration.
 * Findings go to standard output and everything else to standard error, so that the JSON is always JSON.
 */
import { existsSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from '../../../package.json';
import { analyze } from '../core/analysis/analyze.ts';
import type { Finding } from '../core/contract/rule.ts';
import type { Severity } from '../core/contract/severity.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import { indexClosedFile } from '../core/program/indexed-file.ts';
import { projectOf } from '../core/program/project.ts';
import { Workspace } from '../core/program/workspace.ts';
import { closeFile, openFile, type PythonFile } from '../core/python/file.ts';
import { withinCell } from '../core/python/notebook.ts';
import type { Settings } from '../core/settings/settings.ts';
import { loadSyntax } from '../core/syntax/parse.ts';
import { findPythonFiles } from '../host/files.ts';
import { expectShortLives } from '../host/memory.ts';
import { wasm } from '../host/wasm.ts';
import { type Fixed, fixFiles } from './fixing.ts';
import { readProjects } from './projects.ts';
import { REPORT_FORMATS, type ReportFormat, reportsOf } from './report.ts';
import { projectProblems, readSettingOptions, SETTING_OPTIONS } from './settings.ts';
import { readSourceFile } from './source-file.ts';
import { verify } from './verify.ts';

const USAGE = `Seedwise shows where a PyTorch program stops being repeatable.

  seedwise check [options] [path ...]    check files, and the *.py and *.ipynb files in folders (default: .)
  seedwise report [options] [path ...]   say what each program seeds, draws and switches (default: .)
  seedwise verify [options] program      run a program twice and say where the runs part; it asks first
  seedwise server [--stdio]              serve the language server protocol to an editor

  --format text|json                         how to print the findings (default: text); a report also as markdown
  --fail-on error|warning|information|hint   the lowest severity that fails the check (default: warning)
  --fix                                      repair what can be repaired without changing what a program computes
  --unsafe-fixes                             with --fix: also repair what may change it; look at the result
  --torch-version VERSION                    the version of PyTorch the programs run with, such as 2.3
  --level auto|seeded|deterministic          what the programs promise (default: auto, which reads it from the code)
  --help, --version

Settings are read from [tool.seedwise] in the nearest pyproject.toml; options go before them.
Exits with 0 if all is well, 1 if a finding fails the check, 2 if the check could not be made.
`;

const ENDINGS = ['.py', '.ipynb'];

/** The worst first. */
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

const COLOURS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, information: 34, hint: 90 };

/** A finding as the JSON format has it. Rows and columns count from 1; columns are UTF-16 units, as in an editor. */
interface Row {
  readonly filename: string;
  /** For notebooks, whose rows count within a cell: its index among all cells, from 0. */
  readonly cell: number | null;
  readonly code: string;
  readonly subject: string | null;
  readonly severity: Severity;
  readonly message: string;
  readonly location: Place;
  readonly end_location: Place;
}

interface Place {
  readonly row: number;
  readonly column: number;
}

class UsageError extends Error {}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'server') return startServer();
  if (argv[0] === 'verify') return verify(argv.slice(1));
  const { values, positionals } = readArguments(argv);
  if (values.help) return print(USAGE);
  if (values.version) return print(`seedwise ${version}\n`);

  const [command, ...given] = positionals;
  const { format, 'fail-on': failOn, fix, 'unsafe-fixes': unsafe } = values;
  const lowestFailing = SEVERITIES.indexOf(failOn as Severity);
  const paths = given.length > 0 ? given : ['.'];
  const missing = paths.find((path) => !existsSync(path));
  const options = readSettingOptions(values);
  if (command === undefined) throw new UsageError('a command is missing');
  if (command !== 'check' && command !== 'report') throw new UsageError(`there is no command '${command}'`);
  const formats: readonly string[] = command === 'report' ? REPORT_FORMATS : ['text', 'json'];
  if (!formats.includes(format)) throw new UsageError(`there is no format '${format}'`);
  if (lowestFailing < 0) throw new UsageError(`there is no severity '${failOn}'`);
  if (unsafe && !fix) throw new UsageError("'--unsafe-fixes' needs '--fix'");
  if (options.problem !== undefined) throw new UsageError(options.problem);
  if (missing !== undefined) throw new UsageError(`there is no file or folder '${missing}'`);

  expectShortLives();
  await loadSyntax(wasm);
  const files = await findPythonFiles(paths, reportSkipped, ENDINGS);
  const parsed = new Map<string, PythonFile>();
  const workspace = new Workspace();
  const near = await readProjects(paths, workspace);
  for (const problem of projectProblems(workspace.manifests)) process.stderr.write(`seedwise: ${problem}\n`);
  indexAll(new Set([...near, ...files]), workspace, options.settings, parsed);
  if (command === 'report') return print(reportOn(paths, files, workspace, format as ReportFormat, options.settings));
  const fixed = fix ? fixAll(files, workspace, options.settings, unsafe) : undefined;
  if (fixed) parsed.clear();
  const checks = files.map((path) => checkFile(path, workspace, options.settings, parsed.get(path)));
  const rows = checks.flatMap((found) => found ?? []);
  const fileCount = checks.filter((found) => found).length;
  print(format === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : textOf(rows, fileCount));
  if (fixed) process.stderr.write(`seedwise: ${fixSummaryOf(fixed)}\n`);
  if (fixed?.failed || paths.some((path) => unread.has(resolve(path)))) return 2;
  return rows.some(({ severity }) => SEVERITIES.indexOf(severity) <= lowestFailing) ? 1 : 0;
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'text' },
        'fail-on': { type: 'string', default: 'warning' },
        fix: { type: 'boolean', default: false },
        'unsafe-fixes': { type: 'boolean', default: false },
        ...SETTING_OPTIONS,
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'V' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A file that was named and is no program has a sentence instead of a report; of folders only programs are shown. */
function reportOn(
  paths: readonly string[],
  files: readonly string[],
  workspace: Workspace,
  format: ReportFormat,
  options: Settings,
): string {
  const isNamed = new Set(paths.filter((path) => statSync(path).isFile()).map(nameInWorkspace));
  const all = files.map(nameInWorkspace);
  workspace.open = (path) => {
    try {
      return openPython(path) ?? null;
    } catch {
      return null;
    }
  };
  const named = all.filter((path) => isNamed.has(path));
  const found = all.filter((path) => !isNamed.has(path));
  return reportsOf({ workspace, settings: options, named, found, format, nameOf });
}

/** Hands this process to the language server, which reads its transport from the arguments. */
async function startServer(): Promise<number> {
  if (process.argv.length === 3) process.argv.push('--stdio');
  await import(new URL('./server.cjs', import.meta.url).href);
  return 0;
}

/** The findings of one file; nothing if it cannot be analysed, which is said on standard error, or is not Python. */
function checkFile(path: string, workspace: Workspace, options: Settings, parsed?: PythonFile): Row[] | undefined {
  try {
    const file = parsed ?? openPython(path);
    if (!file) return undefined;
    const settings = workspace.manifests.settingsOf(file.path, options);
    const { findings, problems } = analyze(file, projectOf(file, settings, workspace), settings);
    if (!parsed) closeFile(file);
    for (const problem of problems) process.stderr.write(`seedwise: ${problem}\n`);
    return findings.map((finding) => rowOf(finding, file));
  } catch (error) {
    reportSkipped(path, error);
    return undefined;
  }
}

/** Nothing for a notebook in another language. */
function openPython(path: string): PythonFile | undefined {
  const { source } = readSourceFile(path);
  return source === null ? undefined : openFile(nameInWorkspace(path), source);
}

function fixAll(files: readonly string[], workspace: Workspace, options: Settings, unsafe: boolean): Fixed {
  const onError = (path: string, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`seedwise: ${nameOf(path)} is not fixed: ${reason}\n`);
  };
  const settingsOf = (path: string): Settings => workspace.manifests.settingsOf(path, options);
  return fixFiles(files.map(nameInWorkspace), workspace, { unsafe, settingsOf, onError });
}

/**
 * All files as effects, so that a program is judged with the modules it imports. What cannot be read is left out.
 * The first files stay parsed; a large workspace is rather parsed twice than held in memory.
 */
function indexAll(
  paths: ReadonlySet<string>,
  workspace: Workspace,
  options: Settings,
  parsed: Map<string, PythonFile>,
): void {
  const all = new Set(paths);
  for (const path of all) {
    try {
      const file = openPython(path);
      if (!file) continue;
      workspace.set(file.path, indexClosedFile(file, vocabularyOf(workspace.manifests.settingsOf(file.path, options))));
      closeFile(file);
      for (const each of workspace.unreadRuns(file.path)) all.add(each);
      if (parsed.size < MOST_PARSED) parsed.set(path, file);
    } catch {} // The check of the file itself says so, if it was asked for.
  }
}

const MOST_PARSED = 300;

const nameInWorkspace = (path: string): string => resolve(path).split(sep).join('/');

/** What the file system does not give. One that was named for the check leaves the check unmade. */
const unread = new Set<string>();

function reportSkipped(path: string, error: unknown): void {
  if (error instanceof Error && 'code' in error) unread.add(resolve(path));
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`seedwise: ${nameOf(path)} is not analysed: ${reason}\n`);
}

function rowOf(finding: Finding, file: PythonFile): Row {
  const place = file.notebook && withinCell(file.notebook, finding);
  const text = place ? file.read(place.cell) : file.text;
  const { start, end } = place ?? finding;
  return {
    filename: file.path,
    cell: place ? place.cell.index : null,
    code: finding.rule,
    subject: finding.subject ?? null,
    severity: finding.severity,
    message: finding.message,
    location: placeOf(start, text),
    end_location: placeOf(end, text),
  };
}

function placeOf(offset: number, text: string): Place {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { row: lines.length, column: lines.at(-1)!.length + 1 };
}

/** A path as printed: relative inside the current folder, with forward slashes everywhere. */
function nameOf(path: string): string {
  const name = relative('.', path);
  return (name.startsWith('..') ? path : name).split(sep).join('/');
}

function textOf(rows: readonly Row[], fileCount: number): string {
  const colour = process.stdout.isTTY && process.stdout.hasColors();
  const paint = (code: number, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const lines = rows.map(({ filename, cell, location, severity, code, message }) => {
    // People count cells from 1, as Ruff does.
    const within = cell === null ? '' : `cell ${cell + 1}:`;
    const place = `${nameOf(filename)}:${within}${location.row}:${location.column}:`;
    return `${paint(1, place)} ${paint(COLOURS[severity], severity)} ${code} ${message}\n`;
  });
  return `${lines.join('')}${summaryOf(rows, fileCount)}\n`;
}

function summaryOf(rows: readonly Row[], fileCount: number): string {
  const files = plural(fileCount, 'file');
  if (rows.length === 0) return `No problems in ${files}.`;
  const counts = SEVERITIES.flatMap((severity) => {
    const count = rows.filter((row) => row.severity === severity).length;
    if (count === 0) return [];
    return severity === 'information' ? [`${count} information`] : [plural(count, severity)];
  });
  return `Found ${plural(rows.length, 'problem')} (${counts.join(', ')}) in ${files}.`;
}

function fixSummaryOf({ problems, files }: Fixed): string {
  return problems === 0 ? 'nothing to fix.' : `fixed ${plural(problems, 'problem')} in ${plural(files, 'file')}.`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // A reader that has seen enough, such as `head`, is no error.
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError ? `${error.message}\nRun 'seedwise --help' for help.` : undefined;
  process.stderr.write(`seedwise: ${usage ?? (error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 2;
}
