/** Reads the cells out of an `.ipynb` file, and writes cells back without touching anything else in it. */
import { applyEdits } from '../core/edits/edit-text.ts';
import type { SourceCell } from '../core/python/notebook.ts';
import type { Edit } from '../core/text/edit.ts';
import { t } from '../core/text/language.ts';

/** A notebook's file as far as its code goes. */
export interface NotebookFile {
  readonly json: string;
  /** False where its kernel runs another language. */
  readonly isPython: boolean;
  /** The code cells; `index` counts all cells. */
  readonly cells: readonly SourceCell[];
  /** Where in the JSON each code cell's source is, by its index. */
  readonly sources: ReadonlyMap<number, JsonSpan>;
}

/** A value's place in the JSON. */
interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** Reads notebook formats 3 and 4; throws an error that completes "is not analysed:" where there is no notebook. */
export function readNotebook(json: string): NotebookFile {
  let root: unknown;
  try {
    root = parseJson(json);
  } catch {
    throw new Error(t`it is not JSON.`);
  }
  const whole = membersOf(json, 0);
  const lists = whole.has('cells')
    ? [whole.get('cells')]
    : itemsOf(json, whole.get('worksheets')).map((sheet) => membersOf(json, sheet.start).get('cells'));
  if (!isObject(root) || json[lists[0]?.start ?? 0] !== '[') throw new Error(t`it is not a notebook.`);
  const cells: SourceCell[] = [];
  const sources = new Map<number, JsonSpan>();
  for (const [index, cell] of lists.flatMap((list) => itemsOf(json, list)).entries()) {
    const members = membersOf(json, cell.start);
    const source = members.get('source') ?? members.get('input');
    if (!source || valueAt(json, members.get('cell_type')) !== 'code' || !isPythonCell(json, members)) continue;
    const value = valueAt(json, source);
    // A list of anything but lines is no source, and could not be written back.
    const text = Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('') : value;
    if (typeof text !== 'string') continue;
    cells.push({ index, text });
    sources.set(index, source);
  }
  return { json, isPython: isPython(root), cells, sources };
}

/** The JSON after edits of some cells, by index; all that they leave alone stays as it was written. */
export function writeNotebook(
  { json, sources }: NotebookFile,
  editsByIndex: ReadonlyMap<number, readonly Edit[]>,
): string {
  let written = '';
  let at = 0;
  for (const [index, span] of sources) {
    const edits = editsByIndex.get(index) ?? [];
    if (edits.length === 0) continue;
    const former = json.slice(span.start, span.end);
    written +=
      json.slice(at, span.start) +
      (former.startsWith('[') ? editList(former, edits, json) : editString(former, edits, json));
    at = span.end;
  }
  return written + json.slice(at);
}

function editString(former: string, edits: readonly Edit[], json: string): string {
  const lines = encodeLines(applyEdits(JSON.parse(former), edits), [former.slice(1, -1)], json);
  return `"${lines.join('')}"`;
}

/** A string literal in a list, what it says, and where that is in the cell's text. */
interface Literal extends JsonSpan {
  readonly text: string;
  readonly from: number;
}

/** Literals that no edit touches stay, and so does what stands between two of them. */
function editList(former: string, edits: readonly Edit[], json: string): string {
  const spans = itemsOf(former, { start: 0, end: former.length });
  let length = 0;
  const literals = spans.map(({ start, end }): Literal => {
    const text: string = JSON.parse(former.slice(start, end));
    length += text.length;
    return { start, end, text, from: length - text.length };
  });
  const [first, second] = literals;
  if (!first)
    return `[${encodeLines(applyEdits('', edits), [], json)
      .map((line) => `"${line}"`)
      .join(', ')}]`;
  const opening = former.slice(0, first.start);
  const between = second ? former.slice(first.end, second.start) : `,${opening.slice(1) || ' '}`;
  let written = '';
  let end = 0;
  let isEmpty = true;
  for (let i = 0; i < literals.length; ) {
    const { count, lines } = runAt(literals, i, edits, former, json);
    const start = literals[i]!.start;
    // What stood before a literal stands before what it became, and goes with what it was if nothing is left of it.
    if (lines.length > 0) {
      const before = end === 0 ? opening : former.slice(end, start);
      written += isEmpty && end > 0 ? opening : before;
      written += lines.join(between);
      isEmpty = false;
    }
    i += count;
    end = literals[i - 1]!.end;
  }
  return (isEmpty ? opening : written) + former.slice(end);
}

/** The literals from one on that edits change together, and what they become; one alone that stays as it is. */
function runAt(
  literals: readonly Literal[],
  at: number,
  edits: readonly Edit[],
  former: string,
  json: string,
): { count: number; lines: readonly string[] } {
  const isLast = (i: number): boolean => i === literals.length - 1;
  const endOf = ({ from, text }: Literal): number => from + text.length;
  const touches = (i: number, { start, end }: Edit): boolean => {
    const each = literals[i]!;
    return (
      (start < endOf(each) && end > each.from) ||
      (start >= each.from && (start < endOf(each) || isLast(i)) && start === end)
    );
  };
  const first = literals[at]!;
  const own = new Set(edits.filter((edit) => touches(at, edit)));
  if (own.size === 0) return { count: 1, lines: [former.slice(first.start, first.end)] };
  for (let count = 1; ; count++) {
    const run = literals.slice(at, at + count);
    const shifted = [...own].map((edit) => ({ ...edit, start: edit.start - first.from, end: edit.end - first.from }));
    const next = at + count;
    const reaches = next < literals.length && [...own].some((edit) => edit.end > literals[next]!.from);
    const text = reaches ? '' : applyEdits(run.map((each) => each.text).join(''), shifted);
    // A line that lost its end is one with the next.
    if (next < literals.length && (reaches || (text !== '' && !text.endsWith('\n')))) {
      for (const edit of edits) if (touches(next, edit)) own.add(edit);
      continue;
    }
    const bodies = run.map(({ start, end }) => former.slice(start + 1, end - 1));
    return { count, lines: encodeLines(text, bodies, json).map((line) => `"${line}"`) };
  }
}

/** The lines of a text as the insides of literals; those that stood in the former ones as they were written there. */
function encodeLines(text: string, bodies: readonly string[], json: string): string[] {
  const known = new Map(bodies.flatMap(linesOfBody).map((body) => [JSON.parse(`"${body}"`) as string, body]));
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => known.get(line) ?? encodeLine(line, json));
}

/** A string literal's inside, cut behind each escaped line end. */
const linesOfBody = (body: string): string[] => body.match(/(?:[^\\]|\\[^n])*?\\n|(?:[^\\]|\\[^n])+$/g) ?? [];

/** As the file's writer would: it either escapes what is not ASCII or it does not. */
function encodeLine(line: string, json: string): string {
  const body = JSON.stringify(line).slice(1, -1);
  const isRaw = /[^\0-\x7f]/.test(json) || !/\\u00[8-9a-f]|\\u0[1-9a-f]|\\u[1-9a-f]/i.test(json);
  const unit = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return isRaw ? body : body.replace(/[^\0-\x7f]/g, unit);
}

function isPython(root: Record<string, unknown>): boolean {
  const metadata = isObject(root.metadata) ? root.metadata : {};
  const { kernelspec, language_info: info } = metadata;
  const named = [isObject(kernelspec) ? kernelspec.language : undefined, isObject(info) ? info.name : undefined];
  const languages = named.filter((name) => typeof name === 'string' && name !== '');
  return languages.length === 0 || languages.some((name) => /^i?python\d*$/i.test(String(name)));
}

/** Where one notebook holds cells of several languages, the cell says so. */
function isPythonCell(json: string, members: ReadonlyMap<string, JsonSpan>): boolean {
  const metadata = valueAt(json, members.get('metadata'));
  const vscode = isObject(metadata) && isObject(metadata.vscode) ? metadata.vscode.languageId : undefined;
  const language = valueAt(json, members.get('language')) ?? vscode;
  return typeof language !== 'string' || /^python\d*$/i.test(language);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const valueAt = (json: string, span: JsonSpan | undefined): unknown =>
  span && parseJson(json.slice(span.start, span.end));

/** Also with the numbers that Python's `json` writes and JSON has no names for. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const token = /"|-?\b(?:NaN|Infinity)\b/g;
    let plain = '';
    let at = 0;
    for (let found = token.exec(json); found; found = token.exec(json)) {
      if (found[0] === '"') token.lastIndex = endOfString(json, found.index);
      else {
        plain += `${json.slice(at, found.index)}null`;
        at = token.lastIndex;
      }
    }
    if (at === 0) throw error;
    return JSON.parse(plain + json.slice(at));
  }
}

/** The members of the object at an offset, with the places of their values; the last of equal names, as in JSON. */
function membersOf(json: string, offset: number): Map<string, JsonSpan> {
  const members = new Map<string, JsonSpan>();
  let at = skipSpace(json, offset);
  if (json[at] !== '{') return members;
  for (at = skipSpace(json, at + 1); json[at] === '"'; at = skipSpace(json, at)) {
    const keyEnd = endOfValue(json, at);
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const end = endOfValue(json, start);
    members.set(JSON.parse(json.slice(at, keyEnd)), { start, end });
    at = skipSpace(json, end);
    if (json[at] === ',') at++;
  }
  return members;
}

/** The places of an array's items. */
function itemsOf(json: string, span: JsonSpan | undefined): JsonSpan[] {
  const items: JsonSpan[] = [];
  if (!span || json[span.start] !== '[') return items;
  for (let at = skipSpace(json, span.start + 1); at < span.end - 1; at = skipSpace(json, at)) {
    const end = endOfValue(json, at);
    items.push({ start: at, end });
    at = skipSpace(json, end);
    if (json[at] === ',') at++;
  }
  return items;
}

function skipSpace(json: string, offset: number): number {
  let at = offset;
  while (/[\s\uFEFF]/.test(json[at] ?? '')) at++;
  return at;
}

/** The offset behind the value that begins here; the JSON is known to be valid. */
function endOfValue(json: string, start: number): number {
  const token = /["[{\]}]|[^\s",:[\]{}]+/g;
  token.lastIndex = start;
  for (let depth = 0; ; ) {
    const found = token.exec(json);
    if (!found) return json.length;
    if (found[0] === '[' || found[0] === '{') depth++;
    else if (found[0] === ']' || found[0] === '}') depth--;
    else if (found[0] === '"') token.lastIndex = endOfString(json, found.index);
    if (depth === 0) return token.lastIndex;
  }
}

/** Pictures are strings of megabytes, which a regular expression should not step through. */
function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); ; quote = json.indexOf('"', quote + 1)) {
    if (quote < 0) return json.length;
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}
