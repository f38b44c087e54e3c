/** What a rule says of itself, in the language of the session. */
import { englishPhrase, type Message, type Phrase, phrase, t, translate } from '../text/language.ts';
import type { Rule } from './rule.ts';
import type { Severity } from './severity.ts';

export interface RuleTexts {
  readonly summary: string;
  /** Markdown. */
  readonly why: string;
  readonly never: readonly string[];
  /** Of the examples, in their order. */
  readonly titles: readonly string[];
}

/** The texts of a rule; a paragraph that no translation is known of is the rule's own. */
export const textsOf = ({ summary, why, never, examples }: Rule): RuleTexts => ({
  summary: translated(summary),
  why: paragraphsOf(why).map(translated).join('\n\n'),
  never: never.map(translated),
  titles: examples.map(({ title }) => translated(title)),
});

/** The English of all that `textsOf` translates. */
export const englishOf = ({ summary, why, never, examples }: Rule): string[] => [
  summary,
  ...paragraphsOf(why).map(onOneLine),
  ...never,
  ...examples.map(({ title }) => title),
];

const paragraphsOf = (text: string): string[] => text.trim().split(/\n{2,}/);

/** Where a line ends in the source is no matter of the text. */
const onOneLine = (paragraph: string): string => paragraph.replaceAll('\n', ' ');

function translated(english: string): string {
  const key = onOneLine(english);
  const text = translate(englishPhrase(key));
  return text === key ? english : text;
}

const SEVERITIES: Readonly<Record<Severity, Phrase>> = {
  error: phrase`error`,
  warning: phrase`warning`,
  information: phrase`information`,
  hint: phrase`hint`,
};

/** The name of a severity; of none, that a rule is silent. */
export const nameOfSeverity = (severity: Severity | null): Message =>
  severity === null ? t`silent` : translate(SEVERITIES[severity]);
