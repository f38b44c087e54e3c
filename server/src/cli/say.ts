/** What the command line says besides its results: on standard error, one line each, with nobody's voice but its own. */
import { relative, sep } from 'node:path';
import { isTooDeep } from '../core/text/depth.ts';
import { asIs, type Message, type Phrase, phrase, t, translate } from '../core/text/language.ts';
import { printable, printableName } from '../host/printable.ts';
import { isNew } from './deep.ts';

/** A sentence on standard error; a second line where there is something to add. */
export function say(text: Message, more?: Message): void {
  const line = `seedwise: ${printable(text)}\n${more === undefined ? '' : `${printable(more)}\n`}`;
  if (isNew(line)) process.stderr.write(line);
}

/** The call of the command line was wrong; the message completes "seedwise: ", and a hint may follow on its own line. */
export class UsageError extends Error {
  declare readonly message: Message;

  constructor(message: Message) {
    super(message);
  }
}

/** For two options that do not go together. */
export const exclusive = (one: string, other: string): UsageError =>
  new UsageError(t`'--${one}' and '--${other}' exclude each other.`);

/** The check cannot be made for a reason that is no fault of the call. */
export class CannotCheck extends Error {
  declare readonly message: Message;

  constructor(message: Message) {
    super(message);
  }
}

const REASONS: Readonly<Record<string, Phrase>> = {
  EACCES: phrase`permission denied`,
  EPERM: phrase`permission denied`,
  ENOENT: phrase`there is no such file`,
  ENOTDIR: phrase`there is no such file`,
  EISDIR: phrase`it is a folder`,
  ELOOP: phrase`its links lead in a circle`,
  EMFILE: phrase`too many files are open`,
  ENFILE: phrase`too many files are open`,
  ENOSPC: phrase`the disk is full`,
  EDQUOT: phrase`the quota of the disk is used up`,
  EROFS: phrase`the disk is read-only`,
  EIO: phrase`the disk cannot be read`,
  EBUSY: phrase`it is in use`,
};

/** Why something failed, as a sentence without a stack. */
export function reasonOf(error: unknown): Message {
  if (!(error instanceof Error)) return asIs(String(error));
  const { code } = error as NodeJS.ErrnoException;
  if (isTooDeep(error)) return t`it is nested too deep.`;
  if (code === undefined) return asIs(error.message);
  const reason = REASONS[code];
  return reason === undefined ? asIs(`${error.message.split('\n', 1)[0]}.`) : t`${translate(reason)}.`;
}

/** A path as printed: relative inside the current folder, with forward slashes everywhere, and nothing unseen. */
export function nameOf(path: string): string {
  const name = relative('.', path);
  return printableName((name.startsWith('..') || name === '' ? path : name).split(sep).join('/'));
}

/** `1 file`, `2 files` */
export const filesIn = (count: number): Message => (count === 1 ? t`1 file` : t`${count} files`);

/** `1 problem`, `2 problems` */
export const problemsIn = (count: number): Message => (count === 1 ? t`1 problem` : t`${count} problems`);
