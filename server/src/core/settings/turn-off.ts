/** Writes into a `pyproject.toml` that a rule is off, wherever its author keeps such things; every other byte stays. */
import { applyEdits } from '../edits/edit-text.ts';
import type { Edit } from '../text/edit.ts';
import { escapeRegExp } from '../text/patterns.ts';
import { at, canonicalText, isTable, parseToml } from '../text/tables.ts';

const PATH = ['tool', 'seedwise', 'rules'] as const;
const HEADER = /^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*seedwise[ \t]*(\.[^\]\n]*)?\][^\n]*$/gm;

/** The edits, none where the text says so already; null for a text that is no TOML, or leaves no room for it. */
export function turnOffEdits(text: string, rule: string): readonly Edit[] | null {
  const before = parseToml(text);
  if ('brokenAt' in before) return null;
  if (at(before.root, ...PATH, rule) === 'off') return [];
  const wanted = canonicalText(withValue(before.root, [...PATH, rule], 'off'));
  // Ways to write it, the most natural first: the first that says nothing else is taken.
  for (const edit of [...waysToReplace(text, rule), ...waysToInsert(text, rule)]) {
    const after = parseToml(applyEdits(text, [edit]));
    if (!('brokenAt' in after) && canonicalText(after.root) === wanted) return [edit];
  }
  return null;
}

/** Other values of the same name. */
function waysToReplace(text: string, rule: string): Edit[] {
  const value = new RegExp(`(\\b${escapeRegExp(rule)}["']?[ \\t]*=[ \\t]*)(["'])[^"'\\n]*\\2`, 'g');
  return [...text.matchAll(value)].map(({ 0: all, 1: head = '', index }) => ({
    start: index + head.length,
    end: index + all.length,
    text: '"off"',
  }));
}

function waysToInsert(text: string, rule: string): Edit[] {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const insert = (start: number, lines: string): Edit => ({ start, end: start, text: lines });
  const sections = [...text.matchAll(HEADER)].map(({ 0: header, 1: rest = '', index }) => ({
    isRules: /^\.[ \t]*["']?rules["']?[ \t]*$/.test(rest),
    isTop: rest === '',
    end: endOfSection(text, index + header.length),
  }));
  /** A line of its own behind what stands before. */
  const behind = (end: number, line: string): Edit => insert(end, `${eol}${line}`);
  const last = sections.at(-1);
  const table = `[${PATH.join('.')}]${eol}${rule} = "off"`;
  const inBraces = [...text.matchAll(/\brules[ \t]*=[ \t]*\{([^}\n]*)\}/g)].map(({ 0: all, 1: inner = '', index }) => {
    const close = index + all.length - 1 - (inner.length - inner.trimEnd().length);
    return insert(close, inner.trim() === '' ? ` ${rule} = "off" ` : `, ${rule} = "off"`);
  });
  const trimmed = text.trimEnd().length;
  return [
    ...sections.filter(({ isRules }) => isRules).map(({ end }) => behind(end, `${rule} = "off"`)),
    ...inBraces,
    ...(last ? [behind(last.end, eol + table)] : []),
    insert(text.length, trimmed === 0 ? table + eol : `${/\n$/.test(text) ? '' : eol}${eol}${table}${eol}`),
    ...sections.filter(({ isTop }) => isTop).map(({ end }) => behind(end, `rules.${rule} = "off"`)),
  ];
}

/** Behind the last line of a section that is neither empty nor a comment, which may be about the next one. */
function endOfSection(text: string, headerEnd: number): number {
  let end = headerEnd;
  for (let start = headerEnd; start < text.length; ) {
    const next = text.indexOf('\n', start);
    const line = text.slice(start, next < 0 ? text.length : next);
    if (start > headerEnd && /^[ \t]*\[/.test(line)) break;
    if (!/^\s*(#.*)?$/.test(line)) end = start + line.trimEnd().length;
    if (next < 0) break;
    start = next + 1;
  }
  return end;
}

/** A copy of tables with a value at a path, which may be new. */
function withValue(tables: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const table = isTable(tables) ? tables : {};
  return { ...table, [key]: withValue(Object.hasOwn(table, key) ? table[key] : undefined, rest, value) };
}
