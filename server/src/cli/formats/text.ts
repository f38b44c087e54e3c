/** Findings for people: one line each, or with the code they are about. */

import { nameOfSeverity } from '../../core/contract/rule-texts.ts';
import type { Severity } from '../../core/contract/severity.ts';
import { ruleUrl } from '../../core/rules/index.ts';
import { type Message, t } from '../../core/text/language.ts';
import { printable } from '../../host/printable.ts';
import type { Found } from '../findings.ts';
import { filesIn, problemsIn } from '../say.ts';
import { countsOf, placeText, type Results } from './results.ts';

const COLOURS: Readonly<Record<Severity, number>> = { error: 31, warning: 33, information: 34, hint: 90 };
const BOLD = 1;
const FAINT = 90;

/** Longer lines are shown around the place. */
const WIDEST = 200;

export const concise = (results: Results): string =>
  results.found.map((each) => headOf(each, results, each.severity)).join('') + end(results);

export const full = (results: Results): string =>
  results.found
    .map((each) => `${headOf(each, results, nameOfSeverity(each.severity))}${bodyOf(each, results)}\n`)
    .join('') + end(results);

/** `weight` is what the severity is called: tools that read a line each know the English names. */
const headOf = (found: Found, { paint }: Results, weight: string): string => {
  const { severity, rule, message } = found;
  return `${paint(BOLD, `${placeText(found)}:`)} ${paint(COLOURS[severity], weight)} ${rule} ${printable(message)}\n`;
};

function bodyOf(found: Found, { paint }: Results): string {
  const { start, end, related, fixes } = found;
  const margin = String(start.row).length;
  const bar = paint(FAINT, '|');
  const { shown, indent, length } = excerpt(
    found.line,
    start.column - 1,
    end.row === start.row ? end.column - 1 : undefined,
  );
  const note = (kind: Message, text: string): string =>
    `  ${' '.repeat(margin)} ${paint(FAINT, '=')} ${kind}: ${text}\n`;
  return [
    `  ${paint(FAINT, String(start.row))} ${bar} ${shown}\n`,
    `  ${' '.repeat(margin)} ${bar} ${' '.repeat(indent)}${paint(COLOURS[found.severity], '^'.repeat(Math.max(1, length)))}\n`,
    ...related.map((each) => note(t`see`, `${placeText(each)}: ${printable(each.message)}`)),
    ...fixes.map(({ title, safe }, i) => {
      const how = i > 0 ? t`in an editor` : safe ? '--fix' : '--fix --unsafe-fixes';
      return note(t`fix`, `${printable(title)} (${how})`);
    }),
    note(t`help`, ruleUrl(found.rule)),
  ].join('');
}

/** The line made fit to be printed, how far the span is in it, and how long. */
function excerpt(line: string, start: number, end = line.length): { shown: string; indent: number; length: number } {
  const from = start > WIDEST / 2 ? start - 20 : 0;
  const to = Math.min(line.length, from + WIDEST);
  const clean = (text: string): string => printable(text.replaceAll('\t', '    '));
  const before = (from > 0 ? '… ' : '') + clean(line.slice(from, start));
  const marked = clean(line.slice(start, Math.min(end, to)));
  const shown = before + marked + clean(line.slice(Math.min(end, to), to)) + (to < line.length ? ' …' : '');
  return { shown, indent: before.length, length: marked.length };
}

function end(results: Results): string {
  const { found, files, isQuiet } = results;
  if (isQuiet) return '';
  const count = filesIn(files.length);
  if (files.length === 0) return `${t`No file is checked.`}\n`;
  if (found.length === 0) return `${t`No problems in ${count}.`}\n`;
  return `${t`Found ${problemsIn(found.length)} (${countsOf(found)}) in ${count}.`}\n${fixable(found)}`;
}

/** How many findings a repair would end, by their first repairs. */
function fixable(found: readonly Found[]): string {
  const safe = found.filter(({ fixes }) => fixes[0]?.safe === true).length;
  const unsafe = found.filter(({ fixes }) => fixes[0]?.safe === false).length;
  if (safe + unsafe === 0) return '';
  if (unsafe === 0) return `${t`${safe} fixable with --fix.`}\n`;
  if (safe === 0) return `${t`${unsafe} fixable with --fix --unsafe-fixes.`}\n`;
  return `${t`${safe} fixable with --fix, ${unsafe} more with --unsafe-fixes.`}\n`;
}
