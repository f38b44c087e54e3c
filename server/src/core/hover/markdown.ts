/** Markdown made of messages. */
import { asIs, joined, type Message } from '../text/language.ts';

/** Paragraphs below each other, without those that are not there. */
export const paragraphs = (...parts: readonly (Message | null)[]): Message =>
  joined(
    parts.filter((part) => part !== null),
    '\n\n',
  );

export const link = (label: Message, url: string): Message => asIs(`[${label}](${url})`);
