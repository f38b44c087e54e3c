/** A report as the body of a web page. Whatever comes from the user's files is escaped; the host supplies the page around it. */

import { type Message, sentences, t } from '../text/language.ts';
import type { Inline, Line, Page, Repair, Section } from './sections.ts';
import { type Place, placeName } from './source.ts';

export interface HtmlOptions {
  readonly nameOf: (path: string) => string;
  /** Addresses for links. */
  readonly placeHref: (place: Place) => string;
  readonly ruleHref: (rule: string) => string;
  readonly repairHref: (repair: Repair) => string;
  /** Buttons on top of the page. */
  readonly actions: readonly { readonly title: Message; readonly href: string }[];
}

/** Headings, tables and links, with classes and without styles or scripts. Places in the program's own file are lines. */
export function renderHtml(page: Page, options: HtmlOptions): string {
  const actions = options.actions.map(({ title, href }) => link(href, escaped(title), 'action'));
  const body = [
    `<header><h1>${escaped(options.nameOf(page.path))}</h1><nav>${actions.join('')}</nav></header>`,
    '<main>',
    `<p class="verdict ${page.tone}">${prose(page.verdict)}</p>`,
    page.facts.length > 0 ? `<p class="facts">${prose(sentences(page.facts))}</p>` : '',
    ...page.sections.map((section) => renderSection(section, options, page.path)),
    '</main>',
  ];
  return body.filter((block) => block !== '').join('\n');
}

function renderSection({ title, columns, rows, note }: Section, options: HtmlOptions, own: string): string {
  const heading = `<h2>${escaped(title)}</h2>`;
  const below = note === '' ? '' : `<p class="note">${prose(note)}</p>`;
  if (rows.length === 0) return `<section>${heading}${below}</section>`;
  const text = ({ parts, isDetail }: Line): string => {
    const html = parts.map((each) => inline(each, options, own)).join('');
    return isDetail ? `<p class="detail">${html}</p>` : `<p>${html}</p>`;
  };
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('');
  const body = rows.map(({ tone, cells }) => {
    const data = cells.map(
      (cell, i) => `<td data-column="${escaped(columns[i] ?? '')}"><div>${cell.map(text).join('')}</div></td>`,
    );
    return `<tr class="${tone}">${data.join('')}</tr>`;
  });
  return `<section>${heading}<table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>${below}</section>`;
}

function inline(part: Inline, { nameOf, placeHref, ruleHref, repairHref }: HtmlOptions, own: string): string {
  if (typeof part === 'string') return prose(part);
  if ('code' in part) return `<code>${escaped(part.code)}</code>`;
  if ('repair' in part) return link(repairHref(part.repair), prose(part.repair.title), 'repair');
  if ('rule' in part) return link(ruleHref(part.rule), escaped(part.rule), 'rule');
  const { path, cell, line } = part.place;
  const here = cell === undefined ? t`line ${line}` : t`cell ${cell + 1}, line ${line}`;
  return link(placeHref(part.place), escaped(path === own ? here : placeName(part.place, nameOf(path))), 'place');
}

const link = (href: string, html: string, kind: string): string =>
  `<a class="${kind}" href="${escaped(href)}">${html}</a>`;

/** Prose with code in backticks. */
const prose = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (/^`.+`$/.test(part) ? `<code>${escaped(part.slice(1, -1))}</code>` : escaped(part)))
    .join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
