/** Standard output and its colours: whole texts, and one line where it cannot take them. */
import { writeFileSync } from 'node:fs';
import { t } from '../core/text/language.ts';
import type { Values } from './options.ts';
import { CannotCheck, reasonOf, UsageError } from './say.ts';

/** Prints a text; resolves when it has been taken. */
export type Print = (text: string | Uint8Array) => Promise<void>;

/** Where a command prints: the file that the options name, else standard output. */
export function printer(values: Values): Print {
  const { output } = values;
  if (typeof output !== 'string') return print;
  let isFirst = true;
  return async (text) => {
    try {
      writeFileSync(output, text, { flag: isFirst ? 'w' : 'a' });
      isFirst = false;
    } catch (error) {
      throw new CannotCheck(t`'${output}' cannot be written: ${reasonOf(error)}`);
    }
  };
}

const print: Print = (text) =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve();
      // A reader that has seen enough, such as `head`, is no error.
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0);
      else reject(new CannotCheck(t`standard output cannot be written: ${reasonOf(error)}`));
    });
  });

const WHEN = ['auto', 'always', 'never'];

/** How text is coloured: by the option, else where a terminal looks on. */
export function painter(values: Values): (code: number, text: string) => string {
  const when = values.color ?? 'auto';
  if (!WHEN.includes(when as string))
    throw new UsageError(t`'--color' must be auto, always or never, not '${String(when)}'.`);
  const { stdout } = process;
  const isTerminal = values.output === undefined && stdout.isTTY === true && stdout.hasColors();
  const isColoured = when === 'always' || (when === 'auto' && isTerminal);
  return (code, text) => (isColoured && code > 0 && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text);
}
