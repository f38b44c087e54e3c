/**
 * The language of the session. Texts for people are written in English where they are said, and a host chooses once,
 * before anything is said, in which language that is.
 */

declare const translated: unique symbol;

/** A text for people. What is a plain string does not compile where one is wanted, so that none is left untranslated. */
export type Message = string & { readonly [translated]: 'said' };

/** The English of a text that is said later, by `translate`; so that it is not forgotten, it is no string for the compiler. */
export interface Phrase {
  readonly [translated]: 'later';
}

/** Translations by their English, in both of which `{0}`, `{1}` stand for what is put in. */
export type Catalogue = ReadonlyMap<string, string>;

let tag = 'en';
let catalogue: Catalogue = new Map();

/** Chooses the language of everything that is said from now on, by its translations and its tag, such as `zh-cn`. */
export function speak(translations: Catalogue, language: string): void {
  tag = language;
  catalogue = translations;
}

/** The tag of the language that is spoken. */
export const languageTag = (): string => tag;

/** t`...`: a text in the language of the session; what stands in `${}` is put in as it is. */
export function t(english: TemplateStringsArray, ...values: readonly (string | number)[]): Message {
  return translate(keyOf(english), ...values);
}

/** phrase`...`: marks a text that is said later, such as one in a table. */
export const phrase = (english: TemplateStringsArray): Phrase => englishPhrase(english[0] ?? '');

/** The same of a text that comes from elsewhere, such as a rule. */
export const englishPhrase = (text: string): Phrase => text as unknown as Phrase;

/** Says what was marked before. A text that no translation is known of is said in English. */
export function translate(english: Phrase, ...values: readonly (string | number)[]): Message {
  const key = english as unknown as string;
  const text = catalogue.get(key) ?? key;
  return asIs(
    text.replace(/\{(\d+)\}/g, (placeholder, i, offset: number) => {
      const value = String(values[Number(i)] ?? placeholder);
      return apart(text[offset - 1], value[0]) + value + apart(text[offset + placeholder.length], value.at(-1));
    }),
  );
}

/** Chinese characters stand apart from other letters, digits and code. */
const apart = (outside = '', inside = ''): string =>
  (/\p{Script=Han}/u.test(outside) && /[\w`]/.test(inside)) || (/\w/.test(outside) && /\p{Script=Han}/u.test(inside))
    ? ' '
    : '';

/** What is no prose, such as code, a version, or what an operating system says. */
export const asIs = (text: string): Message => text as Message;

/** Several messages as one, with something between them that is no prose. */
export const joined = (messages: readonly Message[], separator: string): Message => messages.join(separator) as Message;

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): Message {
  const [before, last] = split(items);
  return before === '' ? asIs(last) : t`${before} and ${last}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(items: readonly string[]): Message {
  const [before, last] = split(items);
  return before === '' ? asIs(last) : t`${before} or ${last}`;
}

/** `a, b, c`. */
export const series = (items: readonly string[]): Message =>
  asIs(items.length === 0 ? '' : items.reduce((list, item) => t`${list}, ${item}`));

/** Sentences behind each other. */
export const sentences = (all: readonly Message[]): Message =>
  all.length === 0 ? asIs('') : all.reduce((before, sentence) => t`${before} ${sentence}`);

const split = (items: readonly string[]): [before: string, last: string] => [
  series(items.slice(0, -1)),
  items.at(-1) ?? '',
];

const keys = new WeakMap<TemplateStringsArray, Phrase>();

function keyOf(english: TemplateStringsArray): Phrase {
  const known = keys.get(english);
  if (known !== undefined) return known;
  const key = englishPhrase(english.reduce((text, part, i) => `${text}{${i - 1}}${part}`));
  keys.set(english, key);
  return key;
}
