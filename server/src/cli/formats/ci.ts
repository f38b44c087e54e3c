/** Findings as other services of builds take them: GitHub's commands, GitLab's code quality, JUnit. */
import { createHash } from 'node:crypto';
import type { Severity } from '../../core/contract/severity.ts';
import { ruleUrl } from '../../core/rules/index.ts';
import { t } from '../../core/text/language.ts';
import { printable } from '../../host/printable.ts';
import type { Found } from '../findings.ts';
import { asJson } from './json.ts';
import { inFile, messageOf, pathFrom, type Results } from './results.ts';

const COMMANDS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  information: 'notice',
  hint: 'notice',
};

/** Commands to GitHub's runner, one line each. */
export function github({ found, base }: Results): string {
  const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  return found
    .map((each) => {
      const { start, end } = inFile(each);
      // A range of columns holds within one line only.
      const columns = start.row === end.row && each.cell === null ? `,col=${start.column},endColumn=${end.column}` : '';
      const place = `file=${property(printable(pathFrom(base, each.path)))},line=${start.row},endLine=${end.row}${columns}`;
      return `::${COMMANDS[each.severity]} title=${property(`Seedwise (${each.rule})`)},${place}::${data(`${messageOf(each)} ${ruleUrl(each.rule)}`)}\n`;
    })
    .join('');
}

const WEIGHTS: Readonly<Record<Severity, string>> = {
  error: 'critical',
  warning: 'major',
  information: 'minor',
  hint: 'info',
};

/** GitLab's code quality report. Its fingerprints are of the file too, and each is there once. */
export function gitlab({ found, base }: Results): string {
  const rows = found.map((each) => {
    const path = pathFrom(base, each.path);
    const { start, end } = inFile(each);
    return {
      description: messageOf(each),
      check_name: each.rule,
      fingerprint: createHash('sha256').update(`${path}\0${each.rule}\0${each.fingerprint}`).digest('hex').slice(0, 40),
      severity: WEIGHTS[each.severity],
      location: { path, lines: { begin: start.row, end: end.row } },
    };
  });
  return asJson(rows);
}

/** JUnit's XML: a suite for each file, a case for each finding, and one for a file without any. */
export function junit({ found, files, fails, base }: Results): string {
  const byFile = new Map<string, Found[]>(files.map((path) => [path, []]));
  for (const each of found) byFile.set(each.path, [...(byFile.get(each.path) ?? []), each]);
  const suites = [...byFile].map(([path, own]) => suiteOf(printable(pathFrom(base, path)), own, fails));
  const failures = found.filter(({ severity }) => fails(severity)).length;
  const tests = [...byFile.values()].reduce((sum, own) => sum + Math.max(1, own.length), 0);
  const head = `<testsuites name="seedwise" tests="${tests}" failures="${failures}" errors="0">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`;
}

function suiteOf(name: string, found: readonly Found[], fails: Results['fails']): string {
  const failures = found.filter(({ severity }) => fails(severity)).length;
  const cases = found.map((each) => {
    const place = t`line ${each.start.row}, column ${each.start.column}`;
    const text = xml(`${place}: ${messageOf(each)}`);
    const body = fails(each.severity)
      ? `<failure type="${each.severity}" message="${xml(messageOf(each))}">${text}</failure>`
      : `<system-out>${text}</system-out>`;
    const title = xml(`${each.rule} (${place})`);
    return `    <testcase name="${title}" classname="${xml(name)}" file="${xml(name)}" line="${each.start.row}">${body}</testcase>\n`;
  });
  const whole =
    found.length === 0 ? `    <testcase name="seedwise" classname="${xml(name)}" file="${xml(name)}"/>\n` : '';
  const head = `  <testsuite name="${xml(name)}" tests="${Math.max(1, found.length)}" failures="${failures}" errors="0">\n`;
  return `${head}${cases.join('')}${whole}  </testsuite>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML cannot hold at all is a question mark. */
const xml = (text: string): string =>
  text
    .replace(/(?![\t\r\n])\p{Cc}|[\ufffe\uffff]|\p{Cs}/gu, '?')
    .replace(/[&<>"]/g, (each) => ENTITIES[each] ?? each)
    .replace(/[\t\r\n]/g, (each) => `&#${each.charCodeAt(0)};`);
