/** `seedwise debug`: what the engine makes of a file, or of the expression at a place in it. */
import { debugOf, explainExpression } from '../core/report/debug.ts';
import { t } from '../core/text/language.ts';
import { printable } from '../host/printable.ts';
import type { Values } from './options.ts';
import type { Print } from './output.ts';
import { nameOf, UsageError } from './say.ts';
import { openSession } from './session.ts';

/** Line and column count from 1; the column in UTF-16 units. */
const PLACE = /^(.+?):(\d+):(\d+)$/;

/** Prints the events, the summaries and the program of each file, or explains one expression. */
export async function runDebug(
  rest: readonly string[],
  values: Values,
  version: string,
  print: Print,
): Promise<number> {
  const places = rest.map((each) => PLACE.exec(each));
  if (rest.length === 0) throw new UsageError(t`name the file that is meant.`);
  const session = await openSession(
    rest.map((each, i) => places[i]?.[1] ?? each),
    values,
    version,
  );
  for (const path of session.files) {
    const file = session.open(path);
    if (!file) continue;
    const place = places.find((each) => each && session.named.has(path));
    const text = place
      ? explainExpression(file, offsetOf(file.text, Number(place[2]), Number(place[3])))
      : debugOf(session.workspace, file).replaceAll(path, nameOf(path));
    await print(text.split('\n').map(printable).join('\n'));
  }
  return session.isIncomplete ? 2 : 0;
}

/** A place behind the end of the text is its end. */
function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(text.length, start + column - 1);
}
