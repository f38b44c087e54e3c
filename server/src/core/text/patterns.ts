/** Texts as parts of regular expressions. */

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The source of an expression for a pattern of the settings, whose `*` stands for any text that `any` matches. */
export const wildcard = (pattern: string, any: string): string => pattern.split('*').map(escapeRegExp).join(any);
