/** Reads the cells out of an `.ipynb` file, and writes cells back without touching anything else in it. */
import type { SourceCell } from '../core/python/notebook.ts';

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
    root = JSON.parse(json);
  } catch {
    throw new Error('it is not JSON.');
  }
  const whole = membersOf(json, 0);
  const lists = whole.has('cells')
    ? [whole.get('cells')]
    : itemsOf(json, whole.get('worksheets')).map((sheet) => membersOf(json, sheet.start).get('cells'));
  if (!isObject(root) || json[lists[0]?.start ?? 0] !== '[') throw new Error('it is not a notebook.');
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

/** The JSON with new texts for some cells, by index; each in the form it had, and its lines as they were written. */
export function writeNotebook({ json, sources }: NotebookFile, texts: ReadonlyMap<number, string>): string {
  let written = '';
  let at = 0;
  for (const [index, span] of sources) {
    const text = texts.get(index);
    if (text === undefined) continue;
    written += json.slice(at, span.start) + encode(text, json.slice(span.start, span.end), json);
    at = span.end;
  }
  return written + json.slice(at);
}

function encode(text: string, former: string, json: string): string {
  const isList = former.startsWith('[');
  const literals = isList ? itemsOf(former, { start: 0, end: former.length }) : [{ start: 0, end: former.length }];
  const bodies = literals.map(({ start, end }) => former.slice(start + 1, end - 1));
  const known = new Map(bodies.flatMap(linesOfBody).map((body) => [JSON.parse(`"${body}"`) as string, body]));
  const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => known.get(line) ?? encodeLine(line, json));
  if (!isList) return `"${lines.join('')}"`;
  const [first, second] = literals;
  if (!first) return `[${lines.map((line) => `"${line}"`).join(', ')}]`;
  const opening = former.slice(0, first.start);
  const between = second ? former.slice(first.end, second.start) : `,${opening.slice(1) || ' '}`;
  return opening + lines.map((line) => `"${line}"`).join(between) + former.slice(literals.at(-1)?.end);
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
  span && JSON.parse(json.slice(span.start, span.end));

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
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}
