/** What the command line says besides its results: on standard error, one line each, with nobody's voice but its own. */
import { relative, sep } from 'node:path';
import { printable, printableName } from '../host/printable.ts';

/** A sentence on standard error; a second line where there is something to add. */
export function say(text: string, more?: string): void {
  process.stderr.write(`seedwise: ${printable(text)}\n${more === undefined ? '' : `${printable(more)}\n`}`);
}

/** The call of the command line was wrong; the message completes "seedwise: ", and a hint may follow on its own line. */
export class UsageError extends Error {}

/** The check cannot be made for a reason that is no fault of the call. */
export class CannotCheck extends Error {}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk cannot be read',
  EBUSY: 'it is in use',
};

/** Why something failed, as a sentence without a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const reason = REASONS[code];
  return reason === undefined ? `${error.message.split('\n', 1)[0]}.` : `${reason}.`;
}

/** A path as printed: relative inside the current folder, with forward slashes everywhere, and nothing unseen. */
export function nameOf(path: string): string {
  const name = relative('.', path);
  return printableName((name.startsWith('..') || name === '' ? path : name).split(sep).join('/'));
}

/** `1 file`, `2 files` */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
