/** The languages beside English, written by `npm run generate` from the folder `languages`. */

/** The English texts by the file they stand in, with their translations. */
export type LanguageFile = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const LANGUAGES: Readonly<Record<string, () => Promise<{ readonly default: LanguageFile }>>> = {
  'zh-cn': () => import('../../../languages/zh-cn.json'),
};
