/** A place in a text, a change of it, and a repair made of such changes. */

import type { Message } from './language.ts';

/** A half-open range of UTF-16 offsets into the file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** True where one span lies in another, or is the same. */
export const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** Replaces a span by a text; an empty span inserts. */
export interface Edit extends Span {
  readonly text: string;
  /** The file, where it is another one than the finding's. */
  readonly path?: string;
}

/** What the palette offers at the cursor. */
export type Rewrite = 'insertSeedWorker' | 'makeDeterministic' | 'replaceIndexSelect';

/** A repair. Edits are computed when asked for, since most findings are only ever looked at. */
export interface Fix {
  readonly title: Message;
  /** A safe fix keeps what the program computes; only safe fixes are part of *fix all*. */
  readonly safe: boolean;
  /** It makes another program, and is only taken by who has chosen it: no command takes it. */
  readonly byHand?: true;
  /** The command of the palette that does the same. */
  readonly rewrite?: Rewrite;
  edits(): readonly Edit[];
}
