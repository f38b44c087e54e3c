/** Findings as Markdown, for the summary of a build or a comment. */
import { nameOfSeverity } from '../../core/contract/rule-texts.ts';
import { ruleUrl } from '../../core/rules/index.ts';
import { t } from '../../core/text/language.ts';
import { printable } from '../../host/printable.ts';
import { filesIn, problemsIn } from '../say.ts';
import { countsOf, placeText, type Results } from './results.ts';

/** A summary of a build holds a megabyte. */
const MOST_ROWS = 2000;

export function markdown({ found, files, cut }: Results): string {
  const count = filesIn(files.length);
  if (found.length === 0) return `${t`**Seedwise**: no problems in ${count}.`}\n`;
  const rows = found.slice(0, MOST_ROWS).map((each) => {
    const rule = `[${each.rule}](${ruleUrl(each.rule)})`;
    return `| ${code(placeText(each))} | ${nameOfSeverity(each.severity)} | ${rule} | ${prose(each.message)} |\n`;
  });
  if (found.length > rows.length) cut(t`${found.length - rows.length} findings more than a summary takes.`);
  const head = t`**Seedwise** found ${problemsIn(found.length)} (${countsOf(found)}) in ${count}.`;
  const columns = [t`Place`, t`Severity`, t`Rule`, t`Message`].join(' | ');
  return `${head}\n\n| ${columns} |\n| --- | --- | --- | --- |\n${rows.join('')}`;
}

/** Text whose backticks stay, and in which nothing else is Markdown, HTML or a mention. */
const prose = (text: string): string =>
  printable(text)
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? code(part.slice(1, -1)) : part.replace(/[\\<>[\]*_|~#@&`]/g, '\\$&')))
    .join('');

/** A span of code in a cell of a table; the bar is escaped even there. */
function code(text: string): string {
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text.replaceAll('|', '\\|')}${pad}${fence}`;
}
