/** Finds names of libraries in code of ours, where they are not wanted. */
import { readdirSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { ROOT, readText } from './corpus.ts';

/**
 * What counts: a string, or the head of a template, that begins with a module of the tables and a dot; and a regular
 * expression that is anchored and matches such a name by the module's own letters. What does not: imports, types, and the
 * texts of rules (below). Code that a repair writes has its names by `spell` from the tables; what stays around them
 * (`() % 2**32`) is Python, and no name. Messages quote what they name, so they do not begin with it. A module alone
 * (`'torch'`) is the name of a package or of a stream, which types know.
 */
const TEXTS = new Set(['summary', 'why', 'references', 'never', 'examples']);

interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

const names = namesInTables();
const modules = [...new Set(names.map((name) => name.split('.', 1)[0]!))];
const begins = new RegExp(`^(${modules.join('|')})\\.`);
const inPattern = new RegExp(`(?<![\\w.\\\\])(${modules.join('|')})(?!\\w)`, 'g');

/** Every qualified name of a library that the tables have. */
function namesInTables(): string[] {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && /^[A-Za-z_]\w*(\.\w+)+$/.test(value)) found.add(value);
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) collect(each);
  };
  const tables = readdirSync(new URL('server/data/', ROOT)).filter((name) => /(?<!\.schema)\.json$/.test(name));
  for (const name of tables) collect(JSON.parse(readText(`server/data/${name}`)));
  // Groups write some of theirs as patterns.
  for (const [, name] of readText('server/data/names.json').matchAll(/"([a-z_]\w*\.\w+)[^"/:]*"/g)) found.add(name!);
  return [...found].filter((name) => !/\.(json|html|py)$/.test(name));
}

/** What of a source text names a library, with its line. */
export function libraryNamesIn(code: string): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = [];
  const visit = (node: Syntax): void => {
    if (/^(Import|Export\w+Declaration$)/.test(node.type) && node.source) return;
    if (/^TS(Type|Interface|Literal|Union)/.test(node.type) && !/Assertion|Satisfies|As/.test(node.type)) return;
    if (node.type === 'Property' && TEXTS.has((node.key as { name?: string }).name ?? '')) return;
    const text = code.slice(node.start, node.end as number);
    if (namesLibrary(node)) found.push({ line: code.slice(0, node.start).split('\n').length, text });
    for (const [field, value] of Object.entries(node)) {
      if (field === 'parent') continue;
      for (const each of Array.isArray(value) ? value : [value]) if (isSyntax(each)) visit(each);
    }
  };
  visit(parseSync('code.ts', code).program as unknown as Syntax);
  return found;
}

const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

function namesLibrary(node: Syntax): boolean {
  if (node.type === 'Literal' && node.regex) return matchesName((node.regex as { pattern: string }).pattern);
  if (node.type === 'Literal') return typeof node.value === 'string' && begins.test(node.value);
  return node.type === 'TemplateElement' ? begins.test((node.value as { raw: string }).raw) : false;
}

/** It is tied to the begin of a name or word, has a module's letters, and matches a name of that module. */
function matchesName(pattern: string): boolean {
  if (!/\^|\\b/.test(pattern.replaceAll('[^', '['))) return false;
  const mentioned = new Set([...pattern.replace(/\\[bBdDwWsS]/g, ' ').matchAll(inPattern)].map(([, module]) => module));
  const regexp = new RegExp(pattern);
  return names.some((name) => mentioned.has(name.split('.', 1)[0]) && regexp.test(name));
}
