/** `seedwise rule NAME` and `seedwise rules`: what the rules are, from the rules themselves. */

import type { Rule } from '../core/contract/rule.ts';
import { nameOfSeverity, textsOf } from '../core/contract/rule-texts.ts';
import type { ProgramPromise } from '../core/contract/severity.ts';
import { RULES, ruleUrl } from '../core/rules/index.ts';
import { type Phrase, phrase, t, translate } from '../core/text/language.ts';
import { didYouMean } from '../core/text/spelling.ts';
import { asJson } from './formats/json.ts';
import type { Values } from './options.ts';
import { UsageError } from './say.ts';

const WEIGHED: readonly (readonly [ProgramPromise, Phrase])[] = [
  ['none', phrase`a program that never seeds: {0}`],
  ['seeded', phrase`a program that seeds: {0}`],
  ['deterministic', phrase`a program that shows determinism intent: {0}`],
];

const sorted = [...RULES].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Throws a `UsageError` for a name that no rule has. */
export function explainRule(names: readonly string[], values: Values): string {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw new UsageError(t`'rule' needs the name of one rule.`);
  const rule = RULES.find((each) => each.name === name);
  if (!rule)
    throw new UsageError(
      t`there is no rule '${name}'${didYouMean(
        name,
        RULES.map((each) => each.name),
        "'",
      )}`,
    );
  return isJson(values) ? asJson(asValue(rule)) : pageOf(rule);
}

/** All rules, one a line. */
export function listRules(rest: readonly string[], values: Values): string {
  if (rest.length > 0) throw new UsageError(t`'rules' takes no names; 'seedwise rule ${rest[0] ?? ''}' explains one.`);
  if (isJson(values)) return asJson(sorted.map(asValue));
  const width = Math.max(...sorted.map(({ name }) => name.length));
  return sorted.map((rule) => `${rule.name.padEnd(width)}  ${textsOf(rule).summary}\n`).join('');
}

function isJson({ format }: Values): boolean {
  if (format !== undefined && format !== 'text' && format !== 'json') {
    throw new UsageError(t`there is no format '${String(format)}'; rules are shown as 'text' or 'json'.`);
  }
  return format === 'json';
}

function asValue(rule: Rule) {
  const { name, since, severity, references } = rule;
  const { summary, why, never } = textsOf(rule);
  return { name, summary, since, severity, why, never, references, url: ruleUrl(name) };
}

function pageOf(rule: Rule): string {
  const { name, since, severity, references, examples } = rule;
  const { summary, why, never, titles } = textsOf(rule);
  const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ');
  const weights = WEIGHED.map(([promise, text]) => `  ${translate(text, nameOfSeverity(severity[promise]))}`);
  const shown = examples.map(({ bad, good }, i) => {
    const after = good === undefined ? '' : `\n\n  ${t`becomes`}\n\n${indented(good)}`;
    return `  ${titles[i]}\n\n${indented(bad)}${after}`;
  });
  return `${[
    `${t`${name} (since ${since})`}\n${summary}`,
    weights.join('\n'),
    why,
    `${t`Examples`}\n\n${shown.join('\n\n')}`,
    `${t`Stays silent on`}\n${never.map((line) => `  - ${line}`).join('\n')}`,
    `${t`Silence it`}\n  # seedwise: ignore[${name}] ${t`the reason`}`,
    [ruleUrl(name), ...references].join('\n'),
  ].join('\n\n')}\n`;
}
