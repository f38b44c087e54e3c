/** `seedwise rule NAME` and `seedwise rules`: what the rules are, from the rules themselves. */

import type { Rule } from '../core/contract/rule.ts';
import type { Pledge } from '../core/contract/severity.ts';
import { RULES, ruleUrl } from '../core/rules/index.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { asJson } from './formats/json.ts';
import type { Values } from './options.ts';
import { UsageError } from './say.ts';

const PLEDGES: readonly (readonly [Pledge, string])[] = [
  ['none', 'never seeds'],
  ['seeded', 'seeds'],
  ['deterministic', 'shows determinism intent'],
];

const sorted = [...RULES].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Throws a `UsageError` for a name that no rule has. */
export function explainRule(names: readonly string[], values: Values): string {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw new UsageError("'rule' needs the name of one rule.");
  const rule = RULES.find((each) => each.name === name);
  if (!rule)
    throw new UsageError(
      `there is no rule '${name}'${didYouMean(
        name,
        RULES.map((each) => each.name),
        "'",
      )}`,
    );
  return isJson(values) ? asJson(asValue(rule)) : pageOf(rule);
}

/** All rules, one a line. */
export function listRules(rest: readonly string[], values: Values): string {
  if (rest.length > 0) throw new UsageError(`'rules' takes no names; 'seedwise rule ${rest[0]}' explains one.`);
  if (isJson(values)) return asJson(sorted.map(asValue));
  const width = Math.max(...sorted.map(({ name }) => name.length));
  return sorted.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('');
}

function isJson({ format }: Values): boolean {
  if (format !== undefined && format !== 'text' && format !== 'json') {
    throw new UsageError(`there is no format '${format}'; rules are shown as 'text' or 'json'.`);
  }
  return format === 'json';
}

const asValue = ({ name, summary, since, severity, why, never, references }: Rule) => ({
  name,
  summary,
  since,
  severity,
  why: why.trim(),
  never,
  references,
  url: ruleUrl(name),
});

function pageOf({ name, summary, since, severity, why, never, references, examples }: Rule): string {
  const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');
  const weights = PLEDGES.map(([pledge, text]) => `  a program that ${text}: ${severity[pledge] ?? 'silent'}`);
  const shown = examples.map(({ title, bad, good }) => {
    const after = good === undefined ? '' : `\n\n  becomes\n\n${indented(good)}`;
    return `  ${title}\n\n${indented(bad)}${after}`;
  });
  return `${[
    `${name} (since ${since})\n${summary}`,
    weights.join('\n'),
    why.trim(),
    `Examples\n\n${shown.join('\n\n')}`,
    `Stays silent on\n${never.map((line) => `  - ${line}`).join('\n')}`,
    `Silence it\n  # seedwise: ignore[${name}] the reason`,
    [ruleUrl(name), ...references].join('\n'),
  ].join('\n\n')}\n`;
}
