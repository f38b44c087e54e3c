/** What formats are given, and what they share. */
import { relative, sep } from 'node:path';
import type { Severity } from '../../core/contract/severity.ts';
import { type Message, type Phrase, phrase, series, t, translate } from '../../core/text/language.ts';
import { printable } from '../../host/printable.ts';
import { type Found, type Region, SEVERITIES } from '../findings.ts';
import { nameOf } from '../say.ts';
import type { SaidProblem } from '../session.ts';

export interface Results {
  readonly found: readonly Found[];
  /** The files that were analysed. */
  readonly files: readonly string[];
  readonly problems: readonly SaidProblem[];
  /** Whether a severity fails the check. */
  fails(severity: Severity): boolean;
  /** The folder that paths for machines are from. */
  readonly base: string;
  readonly version: string;
  readonly isQuiet: boolean;
  paint(code: number, text: string): string;
  /** Says what a format could not take. */
  cut(text: Message): void;
}

export interface Formatter {
  readonly text: Phrase;
  /** Whether repairs have to be worked out. */
  readonly wantsReplacements?: true;
  render(results: Results): string;
}

/** `train.py:3:5`, or `train.ipynb:cell 2:3:5`; people count cells from 1, as Ruff does. */
export const placeText = ({ path, cell, start }: Region): string =>
  `${nameOf(path)}:${cell === null ? '' : t`cell ${cell + 1}:`}${start.row}:${start.column}`;

/** A path for machines: from the base, with forward slashes; outside it the whole path. */
export function pathFrom(base: string, path: string): string {
  const name = relative(base, path);
  return (name.startsWith('..') ? path : name).split(sep).join('/');
}

/** A region in the lines of its file. Those of a notebook are lines of its JSON, which say nothing: its first one. */
export const inFile = ({ cell, start, end }: Region): Pick<Region, 'start' | 'end'> =>
  cell === null ? { start, end } : { start: { row: 1, column: 1 }, end: { row: 1, column: 1 } };

/** The message, with the place in the notebook where the format has none for it. */
export const messageOf = ({ cell, start, message }: Found): string =>
  printable(cell === null ? message : t`cell ${cell + 1}, line ${start.row}: ${message}`);

/** `2 warnings, 1 hint`, the worst first. */
export const countsOf = (found: readonly Found[]): Message =>
  series(
    SEVERITIES.flatMap((severity) => {
      const count = found.filter((each) => each.severity === severity).length;
      return count === 0 ? [] : [translate(COUNTS[severity][count === 1 ? 0 : 1], count)];
    }),
  );

const COUNTS: Readonly<Record<Severity, readonly [one: Phrase, more: Phrase]>> = {
  error: [phrase`1 error`, phrase`{0} errors`],
  warning: [phrase`1 warning`, phrase`{0} warnings`],
  information: [phrase`1 information`, phrase`{0} information`],
  hint: [phrase`1 hint`, phrase`{0} hints`],
};
