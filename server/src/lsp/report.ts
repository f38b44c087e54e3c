/** The reproducibility report as the language server gives it: Markdown for any editor, a page for VS Code's webview. */

import { aloneOf } from '../core/program/project.ts';
import type { PythonFile } from '../core/python/file.ts';
import { renderHtml } from '../core/report/html.ts';
import { renderMarkdown } from '../core/report/markdown.ts';
import { programsOf, reportOf } from '../core/report/report.ts';
import type { PairOfRuns } from '../core/report/run.ts';
import { pageOf } from '../core/report/sections.ts';
import type { Place } from '../core/report/source.ts';
import { ruleUrl } from '../core/rules/index.ts';
import type { Settings } from '../core/settings/settings.ts';
import { t } from '../core/text/language.ts';
import { COMMANDS, type PlaceArguments, type ReportOptions, type ReportPage } from '../protocol.ts';
import { isInWorkspace } from './client.ts';
import { pathOf, type WorkspaceIndex } from './workspace-index.ts';

/** What the server knows around a document. */
export interface ReportSurroundings {
  readonly index: WorkspaceIndex;
  readonly settings: Settings;
  /** The workspace's folders, of which names are relative. */
  readonly folders: readonly string[];
  /** The document as it is open. */
  readonly file: PythonFile | undefined;
  /** By path: the last pair of runs of a program, where nothing has changed since. */
  readonly runs: ReadonlyMap<string, PairOfRuns>;
}

/** The report of a document, or of every program of the workspace. */
export function answerReport(
  uri: string | undefined,
  options: ReportOptions | undefined,
  around: ReportSurroundings,
): string | ReportPage {
  if (!uri) return allReports(around);
  const page = reportPage(uri, around);
  return options?.page ? page : page.markdown;
}

const actions = () => [
  { title: t`Copy as Markdown`, href: `command:${COMMANDS.copyReport}` },
  { title: t`Refresh`, href: `command:${COMMANDS.refreshReport}` },
];

/** For a document that is no program: the sentence that says why, and the programs that reach it. */
function reportPage(uri: string, { index, settings, folders, file, runs }: ReportSurroundings): ReportPage {
  const path = pathOf(uri);
  const uriOf = (each: string): string => (each === path ? uri : index.uriOf(each));
  const nameOf = namesBelow(folders);
  const workspace = file && !isInWorkspace(uri) ? aloneOf(file, settings) : index.workspace;
  const report = reportOf(workspace, path, settings, runs.get(path));
  const page = pageOf(report, nameOf);
  const placeOf = ({ path: file, line, column, cell }: Place): PlaceArguments => {
    const own = [uriOf(file), line, column] as const;
    return cell === undefined ? own : [...own, cell];
  };
  const programs = report.kind === 'program' ? [] : report.programs;
  return {
    name: nameOf(path),
    isProgram: report.kind === 'program',
    summary: page.verdict,
    markdown: renderMarkdown(page, nameOf),
    html: renderHtml(page, {
      nameOf,
      placeHref: (place) => commandHref(COMMANDS.openPlace, placeOf(place)),
      repairHref: ({ title, place }) => commandHref(COMMANDS.repairAt, [title, ...placeOf(place)]),
      ruleHref: (rule) => commandHref(COMMANDS.explainRule, [rule, ruleUrl(rule)]),
      actions: actions(),
    }),
    programs: programs.map((each) => ({ name: nameOf(each), uri: uriOf(each) })),
  };
}

/** The reports of all programs of the workspace as one text. */
function allReports({ index: { workspace }, settings, folders, runs }: ReportSurroundings): string {
  const nameOf = namesBelow(folders);
  const programs = programsOf(workspace);
  if (programs.length === 0) return `${t`There is no training program in this workspace.`}\n`;
  return programs
    .map((path) => reportOf(workspace, path, settings, runs.get(path)))
    .map((report) => renderMarkdown(pageOf(report, nameOf), nameOf))
    .join('\n');
}

const commandHref = (command: string, argument: readonly unknown[]): string =>
  `command:${command}?${encodeURIComponent(JSON.stringify(argument))}`;

/** Names paths relative to the workspace folder they are in; a file in none of them by its own name. */
export function namesBelow(folders: readonly string[]): (path: string) => string {
  const inside = folders.map((uri) => `${pathOf(uri).replace(/\/$/, '')}/`).sort((a, b) => b.length - a.length);
  return (path) => {
    const folder = inside.find((each) => path.startsWith(each));
    return path.slice(folder === undefined ? path.lastIndexOf('/') + 1 : folder.length);
  };
}
