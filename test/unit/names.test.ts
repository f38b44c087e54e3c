/** No code of the server names a library: that is data, so that a reader finds each fact in one place, with its source. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parseSync } from 'oxc-parser';
import { namesFor, patternOf } from '../../server/src/core/knowledge/names.ts';
import { filesBelow, ROOT, readText } from '../corpus.ts';

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

test('no code of the server names a library', () => {
  const found = filesBelow('server/src', '.ts').flatMap((path) =>
    namesIn(readText(`server/src/${path}`)).map(({ line, text }) => `server/src/${path}:${line}: ${text}`),
  );
  assert.deepEqual(found, [], 'put them into server/data (most belong to a group of names.json)');
});

test('the search for names finds what it is there for, and nothing else', () => {
  const wrong = [
    "call.name === 'torch.load'",
    'names.map((name) => `torch.nn.$' + '{name}`)',
    "name.startsWith('numpy.')",
    'const READS = /^(torch\\.load|joblib\\.load)$/;',
    'const WEIGHTS = /\\btorch\\.hub\\b/;',
    'const f = { why: { of: name }, other: "random.seed" }',
  ];
  for (const code of wrong) assert.equal(namesIn(code).length, 1, code);
  const right = [
    "import table from 'random.seed.json';",
    "project.versionOf('torch')",
    "const rule = { why: 'torch.load reads a file.', examples: [{ bad: 'torch.load(path)' }] };",
    'const title = `Use \\`torch.load\\``;',
    'const METHODS = /^(numpy|copy|time)$/;',
    'const LAST = /\\.load$/;',
    "type Name = 'torch.load';",
  ];
  for (const code of right) assert.deepEqual(namesIn(code), [], code);
});

test('patterns of names match what they say', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.**', 'a.b.c', true],
    ['a.**', 'a', false],
    ['a.**.b', 'a.b', true],
    ['a.**.b', 'a.x.y.b', true],
    ['a.**.b', 'a.X.b', false],
    ['a{,.**}', 'a', true],
    ['a.{b,c{d,}}', 'a.cd', true],
    ['a.{b,c{d,}}', 'a.d', false],
    ['a.[A-Z]*', 'a.Bc', true],
    ['a.[A-Z]*', 'a.bc', false],
    ['a.b', 'aXb', false],
  ];
  for (const [pattern, name, expected] of cases)
    assert.equal(patternOf(pattern).test(name), expected, `${pattern} ${name}`);
});

test('a group has what its rows have, but for what it excepts, and no name of the project', () => {
  const optimizers = namesFor('optimizers');
  assert.ok(optimizers.has('torch.optim.AdamW'));
  assert.ok(!optimizers.has('torch.optim.lr_scheduler.StepLR'));
  assert.ok(!optimizers.has('#torch.optim.AdamW'));
  assert.ok(!optimizers.has(null));
  assert.deepEqual(namesFor('seeds-cuda-by-value').all, ['torch.cuda.manual_seed', 'torch.cuda.manual_seed_all']);
});

test('every group of names is used', () => {
  const code = filesBelow('server/src', '.ts').map((path) => readText(`server/src/${path}`));
  const { groups } = JSON.parse(readText('server/data/names.json')) as { groups: Record<string, unknown> };
  const unused = Object.keys(groups).filter((group) => !code.some((text) => text.includes(`'${group}'`)));
  assert.deepEqual(unused, []);
  assert.deepEqual(Object.keys(groups), Object.keys(groups).sort());
});

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

function namesIn(code: string): { line: number; text: string }[] {
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
