/** Runs the rules over a file: the one place where a rule may fail without taking the others with it. */
import type { Project } from '../contract/project.ts';
import type { Finding, Report, Rule } from '../contract/rule.ts';
import type { Severity } from '../contract/severity.ts';
import type { PythonFile } from '../python/file.ts';
import { fitsMarimo } from '../python/marimo.ts';
import { fitsCells } from '../python/notebook.ts';
import { RULES } from '../rules/index.ts';
import { unusedIgnore } from '../rules/unused-ignore.ts';
import { nodeAt } from '../seeding/seeds.ts';
import { ruleLevel, type Settings } from '../settings/settings.ts';
import { isTooDeep } from '../text/depth.ts';
import type { Edit } from '../text/edit.ts';
import { inOneLine } from '../text/excerpts.ts';
import { asIs, type Message, t } from '../text/language.ts';
import { suppress } from './suppress.ts';

export interface Analysis {
  /** In source order. */
  readonly findings: readonly Finding[];
  /**
   * One line for each rule that failed on this file, and one where not every way through the program was followed. A repair
   * that fails joins them when it is asked for.
   */
  readonly problems: readonly Problem[];
}

/** What went wrong in a file, as one sentence. */
export interface Problem {
  readonly text: Message;
  /** Nothing the code does should lead to it. */
  readonly isFault: boolean;
}

export function analyze(project: Project, settings: Settings): Analysis {
  const { file } = project;
  const found: Finding[] = [];
  const problems: Problem[] = [];
  for (const rule of RULES) {
    if (ruleLevel(settings, rule.name) === 'off') continue;
    try {
      for (const report of rule.check(file, project)) {
        const severity = severityOf(rule, report, project, settings);
        if (severity === null) continue;
        found.push(findingOf(report, rule.name, severity, file, problems));
      }
    } catch (error) {
      problems.push(problemOf(error, rule.name, file));
    }
  }
  if (project.isCut) {
    const text = t`${file.path}: more ways lead through this program than are followed; it is judged by what is certain`;
    problems.push({ text, isFault: false });
  }
  const { kept, unused } = suppress(file, mostSpecific(found));
  for (const { start, end, name, fix } of unused) {
    const report: Report = { start, end, message: unusedIgnore.message(name), unnecessary: true, fixes: [fix] };
    const severity = severityOf(unusedIgnore, report, project, settings);
    const isOff = ruleLevel(settings, name) === 'off' || ruleLevel(settings, unusedIgnore.name) === 'off';
    if (severity !== null && !isOff) kept.push(findingOf(report, unusedIgnore.name, severity, file, problems));
  }
  return { findings: kept.sort((a, b) => a.start - b.start || a.end - b.end), problems };
}

/**
 * A report as a finding. Its repairs are worked out each time somebody asks for them, as texts of other files may have come
 * in since: those that fit into the cells of a notebook, and none where that fails, which is then one of the problems.
 */
function findingOf(report: Report, rule: string, severity: Severity, file: PythonFile, problems: Problem[]): Finding {
  const { fixes, ...rest } = report;
  const message = asIs(inOneLine(report.message));
  if (!fixes || (typeof fixes !== 'function' && fixes.length === 0)) return { ...rest, message, rule, severity };
  const hasCells = file.notebook !== null || file.scopes.cells.length > 0;
  let hasFailed = false;
  return {
    ...{ ...rest, message, rule, severity },
    get fixes() {
      try {
        const all = typeof fixes === 'function' ? fixes() : fixes;
        return hasCells ? all.filter((fix) => staysInCells(file, fix.edits())) : all;
      } catch (error) {
        if (!hasFailed) problems.push(problemOf(error, rule, file));
        hasFailed = true;
        return [];
      }
    },
  };
}

const problemOf = (error: unknown, rule: string, { path }: PythonFile): Problem =>
  isTooDeep(error)
    ? { text: t`${path}: the code is nested too deep for rule ${rule}`, isFault: false }
    : { text: t`${path}: rule ${rule} failed: ${describe(error)}`, isFault: true };

/** True where no edit would reach from one cell of a notebook into another, or to where no cell is. */
export function staysInCells({ notebook, scopes, syntax, text, path }: PythonFile, edits: readonly Edit[]): boolean {
  if (notebook && !fitsCells(notebook, edits, path)) return false;
  const own = edits.filter((edit) => edit.path === undefined || edit.path === path);
  return scopes.cells.length === 0 || fitsMarimo(scopes.cells, syntax.root, text, own);
}

/** One place gets one finding: where a more specific rule speaks, the ones it supersedes do not. */
function mostSpecific(findings: readonly Finding[]): Finding[] {
  const specific = RULES.filter((rule) => rule.supersedes).map(({ name, supersedes }) => ({ name, supersedes }));
  const topics = ({ start, end, subject }: Finding): string[] => [
    `${start} ${end}`,
    ...(subject === undefined ? [] : [`about ${subject}`]),
  ];
  const spoken = new Set(findings.flatMap((each) => topics(each).map((topic) => `${each.rule} ${topic}`)));
  return findings.filter((finding) => {
    const above = specific.filter(({ supersedes }) => supersedes?.includes(finding.rule));
    return !topics(finding).some((topic) => above.some(({ name }) => spoken.has(`${name} ${topic}`)));
  });
}

/** How much a report weighs; null where it is no finding. */
export function severityOf(rule: Rule, report: Report, project: Project, settings: Settings): Severity | null {
  const judged = rule.inLibraries || project.isProgram || isReached(report, project);
  const usual = report.severity !== undefined ? report.severity : judged ? rule.severity[project.promise] : null;
  const level = ruleLevel(settings, rule.name);
  // A level of the user's own replaces the severity, but does not make a silent case speak.
  if (usual === null || level === 'off') return null;
  return level === 'default' ? usual : level;
}

/** A module is judged as the programs are that reach it, as far as they run it; a library is what none of them reaches. */
const isReached = (report: Report, project: Project): boolean =>
  project.isInProgram && project.runs(nodeAt(project.file, report)) !== false;

/** The message and the place it comes from, on one line. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack?.split('\n')[1]?.trim()].filter(Boolean).join(' ');
}
