/** `seedwise report`: the reproducibility reports of programs, as text, Markdown or JSON. */

import type { Workspace } from '../core/program/workspace.ts';
import { renderMarkdown } from '../core/report/markdown.ts';
import { programsOf, reportOf } from '../core/report/report.ts';
import { type Page, pageOf } from '../core/report/sections.ts';
import { renderText, type TextOptions } from '../core/report/text.ts';
import type { Settings } from '../core/settings/settings.ts';
import { t } from '../core/text/language.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { printable } from '../host/printable.ts';
import { asJson } from './formats/json.ts';
import type { Values } from './options.ts';
import { type Print, painter } from './output.ts';
import { lastRun } from './runs.ts';
import { nameOf, UsageError } from './say.ts';
import { openSession } from './session.ts';

export const REPORT_FORMATS = ['text', 'markdown', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Reports on files and folders, and gives the exit code. */
export async function runReport(
  rest: readonly string[],
  values: Values,
  version: string,
  print: Print,
): Promise<number> {
  const format = typeof values.format === 'string' ? values.format : 'text';
  if (!(REPORT_FORMATS as readonly string[]).includes(format))
    throw new UsageError(t`there is no format '${format}'${didYouMean(format, REPORT_FORMATS, "'")}`);
  const session = await openSession(rest, values, version);
  const { workspace, settings, files, named } = session;
  const paint = painter(values);
  await print(
    reportsOf({
      workspace,
      settings,
      named: files.filter((path) => named.has(path)),
      found: files.filter((path) => !named.has(path)),
      format: format as ReportFormat,
      nameOf,
      paint: (tone, text) => paint(CODES[tone], text),
    }),
  );
  return session.isIncomplete ? 2 : 0;
}

export interface ReportRequest {
  readonly workspace: Workspace;
  readonly settings: Settings;
  /** Files that were named: each gets its report, or the sentence that says why it has none. */
  readonly named: readonly string[];
  /** Files of folders that were named: the programs among them get reports. */
  readonly found: readonly string[];
  readonly format: ReportFormat;
  /** What paths are called. */
  readonly nameOf: (path: string) => string;
  readonly paint: NonNullable<TextOptions['paint']>;
}

/** Paths are those of the workspace. A file that is no program has a sentence; of folders only programs are shown. */
function reportsOf({ workspace, settings, named, found, format, nameOf, paint }: ReportRequest): string {
  const programs = new Set(found.length > 0 ? programsOf(workspace) : []);
  const paths = [...new Set([...named, ...found.filter((path) => programs.has(path))])];
  const reports = paths.map((path) => reportOf(workspace, path, settings, lastRun(path)));
  if (format === 'json') return asJson(reports);
  if (reports.length === 0) return `${t`There is no training program here.`}\n`;
  const pages = reports.map((report) => unspoken(pageOf(report, nameOf)));
  const options: TextOptions = { width: process.stdout.columns ?? UNSEEN_WIDTH, nameOf };
  return pages
    .map((page) => (format === 'markdown' ? renderMarkdown(page, nameOf) : renderText(page, { ...options, paint })))
    .join('\n');
}

/** A page whose texts can be printed as they are; it is plain data. */
const unspoken = (page: Page): Page =>
  JSON.parse(JSON.stringify(page), (_, value) => (typeof value === 'string' ? printable(value) : value));

/** For what is not printed on a terminal. */
const UNSEEN_WIDTH = 120;

const CODES = { title: 1, faint: 2, bad: 31, open: 33, good: 32, plain: 0 } as const;
