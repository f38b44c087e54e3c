/** Text surgery: applies edits, and writes statements and arguments the way the file around them is written. */
import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import { contains, type Edit, type Fix } from '../text/edit.ts';
import { lineStart } from '../text/lines.ts';

const ASKS_FOR_CUDA = namesFor('asks-for-cuda');

/** The text after the edits, which must not overlap; insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.map((edit, i) => ({ edit, i })).sort((a, b) => a.edit.start - b.edit.start || a.i - b.i);
  let result = '';
  let at = 0;
  for (const { edit } of ordered) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The fixes' edits, leaving out every fix that touches what an earlier one touches; and how many fixes that are. */
export function compatibleEdits(fixes: readonly Fix[]): { edits: Edit[]; count: number } {
  const taken: Edit[] = [];
  const isSame = (a: Edit, b: Edit) => a.path === b.path && a.start === b.start && a.end === b.end && a.text === b.text;
  // Whole lines inserted at one place stand below each other.
  const isLine = (edit: Edit) => edit.start === edit.end && /^\r?\n|\n$/.test(edit.text);
  const clash = (a: Edit, b: Edit) =>
    a.path === b.path && !isSame(a, b) && !(isLine(a) && isLine(b)) && a.start <= b.end && b.start <= a.end;
  let count = 0;
  for (const fix of fixes) {
    const edits = fix.edits();
    if (edits.some((edit) => taken.some((other) => clash(edit, other)))) continue;
    taken.push(...edits.filter((edit) => !taken.some((other) => isSame(edit, other))));
    count++;
  }
  return { edits: taken, count };
}

export const replace = (node: Node, text: string): Edit => ({ start: node.start, end: node.end, text });

export const insertAt = (offset: number, text: string): Edit => ({ start: offset, end: offset, text });

/** The line ending the file uses. */
export function eolOf(file: PythonFile): string {
  return file.text.includes('\r\n') ? '\r\n' : '\n';
}

/** The offset behind the line's last character, in front of its line ending. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' && newline > offset ? newline - 1 : newline;
}

/** The white space in front of the first token of the offset's line. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), lineEnd(text, offset)))?.[0] ?? '';
}

/** One level of indentation, as the first indented block of the file has it. */
export function indentUnit(file: PythonFile): string {
  return /^(?:\t|[ ]{2,8})(?=\S)/m.exec(file.text.replace(/^[ \t]*#.*$/gm, ''))?.[0] ?? '    ';
}

/** The statement a node is part of: the child of a block or of the module. */
export function statementOf(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'block' && at.parent.type !== 'module') at = at.parent;
  return at;
}

/** Takes an argument out of its list: its line where it has one for itself, else with the comma in front of it. */
export function removeArgument(file: PythonFile, argument: Node): Edit {
  const { text } = file;
  const passed = argument.parent?.children ?? [];
  const start = lineStart(text, argument.start);
  const end = lineEnd(text, argument.end);
  const isAlone = text.slice(start, argument.start).trim() === '' && /^,?\s*$/.test(text.slice(argument.end, end));
  const ending = text.startsWith('\r\n', end) ? 2 : 1;
  if (isAlone && end < text.length) return { start, end: end + ending, text: '' };
  const before = passed[passed.indexOf(argument) - 1];
  const next = passed[passed.indexOf(argument) + 1];
  if (before) return { start: before.end, end: argument.end, text: '' };
  return { start: argument.start, end: next?.start ?? argument.end, text: '' };
}

/** True when the statement has its lines for itself, so that whole lines can go before it, after it or away. */
export function ownsItsLines(file: PythonFile, statement: Node): boolean {
  const before = file.text.slice(lineStart(file.text, statement.start), statement.start);
  const after = file.text.slice(statement.end, lineEnd(file.text, statement.end));
  return before.trim() === '' && /^\s*(#.*)?$/.test(after);
}

/** Inserts lines as statements of the same block, behind the statement. */
export function insertAfter(file: PythonFile, statement: Node, lines: readonly string[]): Edit {
  if (!ownsItsLines(file, statement)) return insertAt(statement.end, `; ${lines.join('; ')}`);
  const indent = indentAt(file.text, statement.start);
  const eol = eolOf(file);
  return insertAt(lineEnd(file.text, statement.end), lines.map((line) => eol + indent + line).join(''));
}

/** Inserts lines as statements of the same block, in front of the statement. */
export function insertBefore(file: PythonFile, statement: Node, lines: readonly string[]): Edit {
  const start = lineStart(file.text, statement.start);
  if (file.text.slice(start, statement.start).trim() !== '') return insertAt(statement.start, `${lines.join('; ')}; `);
  const indent = file.text.slice(start, statement.start);
  return insertAt(start, lines.map((line) => indent + line + eolOf(file)).join(''));
}

/** Moves a statement, with the comment right above it, in front of another one; null when lines are shared. */
export function moveBefore(file: PythonFile, statement: Node, target: Node): readonly Edit[] | null {
  const { text } = file;
  if (!ownsItsLines(file, statement) || text.slice(lineStart(text, target.start), target.start).trim() !== '')
    return null;
  const indent = indentAt(text, statement.start);
  const bounds = file.bounds(statement.start);
  let start = lineStart(text, statement.start);
  for (;;) {
    const above = lineStart(text, start - 1);
    const line = text.slice(above, start);
    if (
      start <= bounds.start ||
      isMagic(file, above) ||
      !line.trim().startsWith('#') ||
      indentAt(text, above) !== indent
    )
      break;
    if (above <= target.start) break;
    start = above;
  }
  const eol = eolOf(file);
  const lines = text.slice(start, lineEnd(text, statement.end)).split(/\r?\n/);
  const newIndent = indentAt(text, target.start);
  const moved = lines.map((line) => (line.startsWith(indent) ? newIndent + line.slice(indent.length) : line) + eol);
  return [insertAt(lineStart(text, target.start), moved.join('')), removeLines(file, start, statement.end)];
}

/** Takes lines out, from the start of one to the end of another; the edit stays within file or cell. */
export function removeLines(file: PythonFile, from: number, to: number): Edit {
  const { text } = file;
  const bounds = file.bounds(from);
  const last = lineEnd(text, to);
  if (last < bounds.end) return { start: from, end: last + (text[last] === '\r' ? 2 : 1), text: '' };
  // At the end without a line ending, the one in front goes instead.
  const start = from > bounds.start ? from - (text.endsWith('\r\n', from) ? 2 : 1) : from;
  return { start, end: last, text: '' };
}

/** True where the notebook has a magic that the text has a comment for. */
function isMagic(file: PythonFile, lineStart: number): boolean {
  return file.notebook?.cells.some(({ masked }) => masked.some(({ start }) => start === lineStart)) === true;
}

/**
 * Takes a statement out. An `if` whose condition calls nothing but CUDA's own questions goes with its last statement;
 * another block that would be left empty keeps a `pass`. Null where the statement shares its line.
 */
export function removeStatement(file: PythonFile, statement: Node): Edit | null {
  const block = statement.parent;
  const holder = block?.parent;
  if (block?.type === 'block' && block.children.length === 1 && holder) {
    const isPlainIf = holder.type === 'if_statement' && holder.children.every((child) => child.field !== 'alternative');
    const condition = holder.get('condition');
    const calls = condition ? file.callsWithin(condition) : [];
    const onlyAsks = calls.every(({ name }) => ASKS_FOR_CUDA.has(name));
    return isPlainIf && onlyAsks ? removeStatement(file, holder) : replace(statement, 'pass');
  }
  if (!ownsItsLines(file, statement)) return null;
  return removeLines(file, lineStart(file.text, statement.start), statement.end);
}

/**
 * Adds keyword arguments at the end of a call, in its own layout and with its own trailing comma; `inside` are edits of the
 * arguments that are there.
 */
export function addArguments(
  file: PythonFile,
  call: Call,
  keywords: readonly string[],
  inside: readonly Edit[] = [],
): Edit[] {
  const list = call.node.get('arguments');
  if (list?.type !== 'argument_list') return [];
  const spaced = spacesKeywords(file, list) ? keywords.map((each) => each.replace('=', ' = ')) : keywords;
  return addItems(file, list, spaced, inside);
}

/** `f(a = 1, b = 2)`: all keyword arguments that are there have spaces around their sign. */
function spacesKeywords(file: PythonFile, list: Node): boolean {
  const signs = list.children.flatMap((each) => {
    const [name, value] = [each.get('name'), each.get('value')];
    return each.type === 'keyword_argument' && name && value ? file.text.slice(name.end, value.start) : [];
  });
  return signs.length > 0 && signs.every((sign) => /^ += +$/.test(sign));
}

/** The same for whatever stands between two brackets: the arguments of a call, the entries of a dictionary. */
export function addItems(
  file: PythonFile,
  list: Node,
  keywords: readonly string[],
  inside: readonly Edit[] = [],
): Edit[] {
  if (keywords.length === 0) return [...inside];
  const hanging = hangingItems(file, list, keywords, inside);
  return hanging ? [hanging] : [...inside, ...addedItems(file, list, keywords)];
}

function addedItems(file: PythonFile, list: Node, keywords: readonly string[]): Edit[] {
  const last = list.children.at(-1);
  if (!last) return [insertAt(list.start + 1, keywords.join(', '))];
  const tail = file.text.slice(last.end, list.end - 1);
  const comma = tail.replace(/#.*/g, (comment) => ' '.repeat(comment.length)).indexOf(',');
  const ownLines = file.text.slice(list.start + 1, last.start).includes('\n') && onOwnLine(file, last);
  if (!ownLines) {
    return [
      comma === -1
        ? insertAt(last.end, `, ${keywords.join(', ')}`)
        : insertAt(last.end + comma + 1, ` ${keywords.join(', ')},`),
    ];
  }
  const eol = eolOf(file);
  const indent = indentAt(file.text, last.start);
  const lines = keywords.map((keyword) => eol + indent + keyword).join(',');
  if (comma !== -1) {
    // Behind a comment on the last argument's line, if there is one.
    return [insertAt(lineEnd(file.text, last.end + comma), `${lines},`)];
  }
  const end = lineEnd(file.text, last.end);
  return end >= list.end || end === last.end
    ? [insertAt(last.end, `,${lines}`)]
    : [insertAt(last.end, ','), insertAt(end, lines)];
}

/** Lines are this long as a rule, or as long as the longest that the file has up to the second. */
const USUAL_LINE = 88;
const LONGEST_LINE = 120;

/** All items on lines of their own, where they stand on one line that more of them would make too long; null elsewhere. */
function hangingItems(file: PythonFile, list: Node, more: readonly string[], inside: readonly Edit[]): Edit | null {
  const { text } = file;
  const [from, to] = [lineStart(text, list.start), lineEnd(text, list.end)];
  const length = to - from;
  const longest = Math.max(0, ...text.split('\n').map((line) => line.trimEnd().length));
  const limit = Math.max(USUAL_LINE, Math.min(longest, LONGEST_LINE));
  const added = more.join(', ').length + 2;
  if (file.read(list).includes('\n') || length > limit || length + added <= limit) return null;
  const items = [...list.children.map((each) => editedText(file, each, inside)), ...more];
  const indent = indentAt(text, list.start);
  const inner = indent + indentUnit(file);
  const eol = eolOf(file);
  const [open, close] = [text[list.start], text[list.end - 1]];
  const oneLine = items.join(', ');
  const lines = inner.length + oneLine.length <= limit ? [oneLine] : items.map((each) => `${each},`);
  return replace(list, `${open}${eol}${lines.map((line) => inner + line).join(eol)}${eol}${indent}${close}`);
}

function editedText(file: PythonFile, node: Node, edits: readonly Edit[]): string {
  const own = edits.filter((edit) => contains(node, edit));
  const moved = own.map((edit) => ({ ...edit, start: edit.start - node.start, end: edit.end - node.start }));
  return applyEdits(file.read(node), moved);
}

function onOwnLine(file: PythonFile, argument: Node): boolean {
  return file.text.slice(lineStart(file.text, argument.start), argument.start).trim() === '';
}

/** A text in the quotes that the file uses most. */
export function quoted(file: PythonFile, text: string): string {
  const count = (quote: string): number => file.text.split(quote).length;
  const quote = count("'") > count('"') ? "'" : '"';
  return `${quote}${text}${quote}`;
}
