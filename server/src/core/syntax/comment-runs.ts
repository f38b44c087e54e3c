/**
 * Long runs of comments, as they are fed to the parser: it looks through all comments that follow whenever it reads one, so
 * that a few thousand of them in a row would take it seconds. From the middle of a run it gets blank lines instead.
 */

/** Lines that stay at either end of a run, where code and its indentation begin and end. */
const KEPT = 16;
/**
 * Comments in a row and indented alike, blank lines between them left out, of which the middle is fed as blank lines. Where the
 * indentation changes, a block may end.
 */
const LONG = 64;

/** What somebody reads, and what ends or goes on with a string that only looks like comments. */
const SPEAKS = /seedwise|\\|"""|'''/;
/** In these strings even a line that looks like a comment may hold code. */
const TEMPLATE = /(?:[ft]r?|r[ft])(?:"""|''')/i;

interface Line {
  readonly start: number;
  /** What stands in front of it in its line. */
  readonly indent: string;
  /** Without the end of the line. */
  readonly end: number;
}

/** The text with blanks in the middle of long runs of comments: as long as before, with the same lines and the same code. */
export function withoutLongRuns(text: string): string {
  const parts: string[] = [];
  let done = 0;
  let run: Line[] = [];
  /** Looked for once, and only where there is a long run. */
  let holdsTemplates: boolean | undefined;
  const finish = (): void => {
    if (run.length >= LONG) {
      holdsTemplates ??= TEMPLATE.test(text);
      for (const { start, end } of blankable(run, text, holdsTemplates)) {
        parts.push(text.slice(done, start), ' '.repeat(end - start));
        done = end;
      }
    }
    run = [];
  };
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    const first = firstLetter(text, start, end);
    const isComment = first !== end && text[first] === '#';
    if (first !== end && run.length > 0 && !(isComment && run[0]?.indent === text.slice(start, first))) finish();
    if (isComment) run.push({ start, indent: text.slice(start, first), end: text[end - 1] === '\r' ? end - 1 : end });
    start = end + 1;
  }
  finish();
  return done === 0 ? text : parts.join('') + text.slice(done);
}

/** The end of the line where it is blank. */
function firstLetter(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    // Blank, tab, form feed and the first half of a line's end.
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0c && unit !== 0x0d) return at;
  }
  return end;
}

function blankable(run: readonly Line[], text: string, holdsTemplates: boolean): Line[] {
  return run.slice(KEPT, -KEPT).filter(({ start, end }, i) => {
    const line = text.slice(start, end);
    const before = run[KEPT + i - 1];
    const goesOn = before !== undefined && text[before.end - 1] === '\\';
    return !goesOn && !SPEAKS.test(line) && !(holdsTemplates && /[{}]/.test(line));
  });
}
