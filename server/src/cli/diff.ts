/** Unified diffs of files, for `--diff`. */
import { printable, printableCode } from '../host/printable.ts';

/** Lines around a change. */
const AROUND = 3;

/** Tables of more cells are not made; what lies between the first and the last change is then one change. */
const MOST_CELLS = 4_000_000;

/** A change as a diff that `patch -p1` and `git apply` take; empty where nothing changed. */
export function diffOf(name: string, before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  const steps = compare(a, b);
  if (steps.every(({ kind }) => kind === ' ')) return '';
  const shown = printable(name);
  return [`--- a/${shown}\n`, `+++ b/${shown}\n`, ...hunksOf(steps)].join('');
}

interface Step {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The longest common subsequence, once what begins and ends alike is left out. */
function compare(a: readonly string[], b: readonly string[]): Step[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [old, now] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const same = (text: string): Step => ({ kind: ' ', text });
  return [...a.slice(0, head).map(same), ...between(old, now), ...a.slice(a.length - tail).map(same)];
}

function between(a: readonly string[], b: readonly string[]): Step[] {
  const drop = (text: string): Step => ({ kind: '-', text });
  const add = (text: string): Step => ({ kind: '+', text });
  const width = b.length + 1;
  if (a.length * b.length > MOST_CELLS) return [...a.map(drop), ...b.map(add)];
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] = a[i] === b[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!);
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      steps.push({ kind: ' ', text: a[i]! });
      i++;
      j++;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) steps.push(drop(a[i++]!));
    else steps.push(add(b[j++]!));
  }
  return [...steps, ...a.slice(i).map(drop), ...b.slice(j).map(add)];
}

function hunksOf(steps: readonly Step[]): string[] {
  const isNear = steps.map(() => false);
  for (const [i, { kind }] of steps.entries()) {
    if (kind !== ' ') isNear.fill(true, Math.max(0, i - AROUND), Math.min(steps.length, i + AROUND + 1));
  }
  const hunks: string[] = [];
  let [oldRow, newRow] = [1, 1];
  for (let i = 0; i < steps.length; ) {
    if (!isNear[i]) {
      oldRow++;
      newRow++;
      i++;
      continue;
    }
    const end = isNear.indexOf(false, i);
    const own = steps.slice(i, end < 0 ? steps.length : end);
    const [removed, added] = [
      own.filter(({ kind }) => kind !== '+').length,
      own.filter(({ kind }) => kind !== '-').length,
    ];
    const at = (row: number, count: number): string => `${count === 0 ? row - 1 : row},${count}`;
    hunks.push(`@@ -${at(oldRow, removed)} +${at(newRow, added)} @@\n`, ...own.map(lineOf));
    oldRow += removed;
    newRow += added;
    i += own.length;
  }
  return hunks;
}

/** Only lines that would speak for themselves are not shown as they are. */
function lineOf({ kind, text }: Step): string {
  const line = kind + printableCode(text);
  return text.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`;
}
