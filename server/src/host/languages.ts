/** Which of the languages that there are a session speaks, and where its texts come from. */
import { type Catalogue, speak } from '../core/text/language.ts';
import { LANGUAGES, type LanguageFile } from './language-files.ts';

/** Speaks the language that is nearest to a locale such as `zh-CN` or `zh_CN.UTF-8`; English where none is near. */
export async function speakIn(locale: unknown): Promise<void> {
  const language = typeof locale === 'string' ? languageFor(locale) : undefined;
  const file = language === undefined ? undefined : await LANGUAGES[language]?.();
  if (language === undefined || !file) speak(new Map(), 'en');
  else speak(catalogueOf(file.default), language);
}

/** The tags of the languages that are spoken, English first. */
export const languages = (): readonly string[] => ['en', ...Object.keys(LANGUAGES)];

/** The tag of the language that a locale asks for; `en` for English, and undefined for a language that is not spoken. */
export function languageFor(locale: string): string | undefined {
  const wanted = scriptOf(locale);
  return wanted === undefined ? undefined : languages().find((tag) => scriptOf(tag) === wanted);
}

/** One map of all texts of a language. */
const catalogueOf = (file: LanguageFile): Catalogue =>
  new Map(Object.values(file).flatMap((texts) => Object.entries(texts).filter(([, text]) => text !== '')));

/** What is spoken and how it is written, such as `zh-Hans`; undefined for what is no locale, such as `C`. */
function scriptOf(locale: string): string | undefined {
  try {
    const { language, script } = new Intl.Locale(locale.replace(/[.@].*$/, '').replaceAll('_', '-')).maximize();
    return `${language}-${script}`;
  } catch {
    return undefined;
  }
}
