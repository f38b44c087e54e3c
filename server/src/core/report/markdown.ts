/** A report as Markdown, for the appendix of a paper or a pull request. */

import { ruleUrl } from '../rules/index.ts';
import { sentences, t } from '../text/language.ts';
import type { Inline, Line, Page, Section } from './sections.ts';
import { placeName } from './source.ts';

/** `nameOf` gives the path that links should have, relative to where the Markdown will be read. */
export function renderMarkdown(page: Page, nameOf: (path: string) => string): string {
  const blocks = [
    t`# Reproducibility of ${codeSpan(nameOf(page.path))}`,
    `**${prose(page.verdict)}**`,
    ...(page.facts.length > 0 ? [prose(sentences(page.facts))] : []),
    ...page.sections.map((section) => renderSection(section, nameOf)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function renderSection({ title, columns, rows, note }: Section, nameOf: (path: string) => string): string {
  const below = note === '' ? '' : `\n\n${prose(note)}`;
  if (rows.length === 0) return `## ${title}${below}`;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const text = ({ parts }: Line): string => parts.map((each) => inline(each, nameOf)).join('');
  const lines = rows.map(({ cells }) => row(cells.map((cell) => cell.map((line) => text(line).trim()).join('<br>'))));
  return [`## ${title}`, '', row(columns.map(prose)), row(columns.map(() => '---')), ...lines].join('\n') + below;
}

function inline(part: Inline, nameOf: (path: string) => string): string {
  if (typeof part === 'string') return prose(part.replace(/^ +$/, ' '));
  if ('code' in part) return codeSpan(part.code);
  if ('repair' in part) return prose(part.repair.title);
  if ('rule' in part) return `[${part.rule}](${ruleUrl(part.rule)})`;
  const { path, cell, line } = part.place;
  const name = nameOf(path);
  // A notebook's lines are those of its cells, which no address can name.
  const fragment = cell === undefined ? `#L${line}` : '';
  const label = plain(placeName(part.place, name));
  return `[${label}](${encodeURI(name).replace(/[()#?]/g, encodeURIComponent)}${fragment})`;
}

/** Prose with code in backticks. */
const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (/^`.+`$/.test(part) ? codeSpan(part.slice(1, -1)) : plain(part)))
    .join('');

const plain = (text: string): string => text.replace(/[\\`*_[\]<>|#~]/g, '\\$&');

/** A fence longer than any run of backticks inside; a bar would end the table's cell even there. */
function codeSpan(code: string): string {
  const longest = Math.max(0, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$/.test(code) ? ' ' : '';
  return `${fence}${pad}${code.replaceAll('|', '\\|')}${pad}${fence}`;
}
