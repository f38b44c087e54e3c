/**
 * Long runs of comments, as they are fed to the parser: it looks through all comments that follow whenever it reads one, so
 * that a few thousand of them in a row would take it seconds. From the middle of a run it gets blank lines instead.
 */

/** Lines that stay at either end of a run, where code and its indentation begin and end. */
const KEPT = 16;
/** Comments in a row, blank lines between them left out, of which the middle is fed as blank lines. */
const LONG = 64;
/** How far a tab indents, as the parser has it. */
const TAB = 8;

/** What somebody reads, and what ends or goes on with a string that only looks like comments. */
const SPEAKS = /seedwise|\\|"""|'''/;
/** In these strings even a line that looks like a comment may hold code. */
const TEMPLATE = /(?:[ft]r?|r[ft])(?:"""|''')/i;

interface Line {
  readonly start: number;
  /** How far it is indented. */
  readonly indent: number;
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
    if (first !== end && !isComment) finish();
    if (isComment) run.push({ start, indent: width(text, start, first), end: text[end - 1] === '\r' ? end - 1 : end });
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

/** How far blanks indent what follows them, as the parser counts. */
function width(text: string, start: number, end: number): number {
  let indent = 0;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20) indent++;
    else if (unit === 0x09) indent += TAB;
    else indent = 0;
  }
  return indent;
}

function blankable(run: readonly Line[], text: string, holdsTemplates: boolean): Line[] {
  const ends = endsOfBlocks(run);
  return run.slice(KEPT, -KEPT).filter(({ start, end }, i) => {
    const line = text.slice(start, end);
    const before = run[KEPT + i - 1];
    const goesOn = before !== undefined && text[before.end - 1] === '\\';
    return !ends.has(KEPT + i) && !goesOn && !SPEAKS.test(line) && !(holdsTemplates && /[{}]/.test(line));
  });
}

/**
 * The comments where a block may end: those that are indented less than all before them, and the last ones before these. A
 * block that ends among comments ends in front of the first that is indented less than it.
 */
function endsOfBlocks(run: readonly Line[]): ReadonlySet<number> {
  const ends = new Set<number>();
  let least = Number.POSITIVE_INFINITY;
  run.forEach(({ indent }, i) => {
    if (indent >= least) return;
    least = indent;
    ends.add(i - 1).add(i);
  });
  return ends;
}
