/** `seedwise report`: the reproducibility reports of programs, as text, Markdown or JSON. */

import type { Workspace } from '../core/program/workspace.ts';
import { renderMarkdown } from '../core/report/markdown.ts';
import { programsOf, reportOf } from '../core/report/report.ts';
import { pageOf } from '../core/report/sections.ts';
import { renderText, type TextOptions } from '../core/report/text.ts';
import type { Settings } from '../core/settings/settings.ts';

export const REPORT_FORMATS = ['text', 'markdown', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

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
}

/** Paths are those of the workspace. */
export function reportsOf({ workspace, settings, named, found, format, nameOf }: ReportRequest): string {
  const programs = new Set(found.length > 0 ? programsOf(workspace) : []);
  const paths = [...new Set([...named, ...found.filter((path) => programs.has(path))])];
  const reports = paths.map((path) => reportOf(workspace, path, settings));
  if (format === 'json') return `${JSON.stringify(reports, null, 2)}\n`;
  if (reports.length === 0) return 'There is no training program here.\n';
  const pages = reports.map((report) => pageOf(report, nameOf));
  const { stdout } = process;
  const options: TextOptions = { width: stdout.columns ?? UNSEEN_WIDTH, nameOf, paint: painter() };
  return pages
    .map((page) => (format === 'markdown' ? renderMarkdown(page, nameOf) : renderText(page, options)))
    .join('\n');
}

/** For what is not printed on a terminal. */
const UNSEEN_WIDTH = 120;

const CODES = { title: 1, faint: 2, bad: 31, open: 33, good: 32, plain: 0 } as const;

function painter(): NonNullable<TextOptions['paint']> {
  const colours = process.stdout.isTTY && process.stdout.hasColors();
  return (tone, text) => (colours && CODES[tone] > 0 ? `\x1b[${CODES[tone]}m${text}\x1b[0m` : text);
}
