/** Where a key or a text of a list stands in a TOML text: it is written otherwise there, and the text read again. */
import type { Span } from '../text/edit.ts';
import { at, canonicalText, isTable, parseToml } from '../text/tables.ts';
import { TABLE } from './pyproject.ts';
import type { SettingProblem } from './settings.ts';

/** So often a text may occur before the place is guessed, since each one has the whole text read. */
const MOST_READINGS = 30;
const HEADER = new RegExp(`^[ \\t]*\\[[ \\t]*${TABLE.join('[ \\t]*\\.[ \\t]*')}\\b[^\\n]*`, 'm');

/** The span of UTF-16 units that a problem is about: its key, the line that is broken, or else the header of our table. */
export function spanOfProblem({ keys, line }: SettingProblem, text: string): Span {
  if (line !== undefined) return lineAt(text, line);
  const name = keys.at(-1) ?? '';
  const parsed = parseToml(text);
  if ('root' in parsed && name !== '') {
    const wanted = canonicalText(changed(parsed.root, keys, `${name}-`));
    const starts = occurrences(text, name).slice(0, MOST_READINGS);
    const found = starts.find((start) => {
      const end = start + name.length;
      const other = parseToml(`${text.slice(0, end)}-${text.slice(end)}`);
      return 'root' in other && canonicalText(other.root) === wanted;
    });
    if (found !== undefined) return { start: found, end: found + name.length };
  }
  const header = HEADER.exec(text);
  return header ? { start: header.index, end: header.index + header[0].trimEnd().length } : lineAt(text, 1);
}

function occurrences(text: string, name: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) starts.push(at);
  return starts;
}

/** A copy of tables in which the last key has another name; of a list, a text is another one. */
function changed(tables: unknown, keys: readonly string[], name: string): unknown {
  const [key = '', ...rest] = keys;
  if (Array.isArray(tables)) {
    const first = tables.indexOf(key);
    return tables.map((each, i) => (i === first ? name : each));
  }
  if (!isTable(tables)) return tables;
  const own = at(tables, key);
  const others = Object.entries(tables).filter(([each]) => each !== key);
  return Object.fromEntries([...others, rest.length > 0 ? [key, changed(own, rest, name)] : [name, own]]);
}

function lineAt(text: string, line: number): Span {
  const before = text.split('\n').slice(0, line - 1);
  const start = Math.min(text.length, before.join('\n').length + (before.length > 0 ? 1 : 0));
  const end = text.indexOf('\n', start);
  return { start, end: start + text.slice(start, end < 0 ? text.length : end).trimEnd().length };
}
