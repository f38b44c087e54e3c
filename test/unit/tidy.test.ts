/** What the compiler and the linter do not see: who imports whom, how files begin and how rules are written up. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CORE, ROOMS, roomOf } from '../../scripts/rooms.ts';
import { RULES } from '../../server/src/core/rules/index.ts';
import { filesBelow, ROOT, readText } from '../corpus.ts';
import { libraryNamesIn } from '../library-names.ts';

const files = listFiles();
const sources = files.filter((path) => /\.(ts|mts|mjs|js)$/.test(path));

test('every source file begins by saying why it exists', () => {
  const silent = sources.filter((path) => {
    const text = readText(path).replace(/^#!.*\n/, '');
    const [comment = ''] = /^(\/\*[\s\S]*?\*\/|(\/\/.*\n)+)/.exec(text) ?? [];
    return comment.trim().split(/\s+/).length < 5;
  });
  assert.deepEqual(silent, []);
});

test('every file of the engine has a room, and every room has files', () => {
  const homes = sources.filter((path) => path.startsWith(CORE)).map(roomOf);
  assert.deepEqual([...new Set(homes)].sort(), ROOMS.map(({ name }) => name).sort());
});

test('imports follow the arrows of ARCHITECTURE.md', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter((target) => !mayImport(path, target))
      .map((target) => `${path} -> ${target}`),
  );
  assert.deepEqual(wrong, []);
});

/** Reading what a name is bound to, and the steps from there. */
const FOLLOWS = /\.definitions\(|\b(lookUp|reachingDefinitions|assignedValues|bindingOf)\(/;

test('names are looked up and definitions read in `python`, and nowhere else', () => {
  const following = filesBelow('server/src/core', '.ts').filter(
    (path) => !path.startsWith('python/') && FOLLOWS.test(readText(`${CORE}${path}`)),
  );
  assert.deepEqual(
    following,
    [],
    'ask python/names.ts what a name is given, and python/evaluator.ts what a value may stand for and where it goes',
  );
});

test('an exported name of the server means one thing', () => {
  const homes = new Map<string, string[]>();
  for (const path of filesBelow('server/src', '.ts')) {
    // A row of data is called as its schema calls it.
    if (path === 'core/knowledge/rows.ts') continue;
    for (const [, name = ''] of readText(`server/src/${path}`).matchAll(EXPORTED))
      homes.set(name, [...(homes.get(name) ?? []), path]);
  }
  const shared = [...homes].filter(([, paths]) => new Set(paths).size > 1);
  assert.deepEqual(
    shared.map(([name, paths]) => `${name}: ${paths.join(', ')}`),
    [],
    'merge them where they are one thing, or name what each is',
  );
});

const EXPORTED = /^export (?:async )?(?:abstract )?(?:const|function\*?|class|interface|type|let|enum) (\w+)/gm;

/** Whether the arrow is allowed; relative targets are paths from the repository's root. */
function mayImport(path: string, target: string): boolean {
  if (path.startsWith(CORE)) return mayImportInCore(path, target);
  if (path.startsWith('server/src/')) return mayImportInHost(path, target);
  if (path.startsWith('client/src/')) {
    if (target.startsWith('node:')) return /\/(node|verify)\.ts$/.test(path);
    return (
      target === 'vscode' ||
      /^vscode-languageclient(\/|$)/.test(target) ||
      (/^(client\/src\/|server\/src\/protocol\.ts$)/.test(target) &&
        (target !== 'client/src/verify.ts' || path === 'client/src/node.ts'))
    );
  }
  return true;
}

/** Packages and tables of data have one door each; rooms look down. */
function mayImportInCore(path: string, target: string): boolean {
  if (target in DOORS) return path === CORE + DOORS[target];
  if (target.startsWith('server/data/')) return roomOf(path) === 'knowledge';
  const [from, to] = [rankOf(path), rankOf(target)];
  if (from < 0 || to < 0) return false;
  return roomOf(path) === 'rules' && !path.endsWith('/index.ts')
    ? to < from && roomOf(target) !== 'settings'
    : to <= from;
}

const DOORS: Readonly<Record<string, string>> = {
  'web-tree-sitter': 'syntax/parse.ts',
  'js-yaml': 'text/tables.ts',
  'smol-toml': 'text/tables.ts',
};

const rankOf = (path: string): number => ROOMS.findIndex(({ name }) => name === roomOf(path));

/** The server knows no platform, hosts and the command line know theirs, and what client and server share nobody else. */
function mayImportInHost(path: string, target: string): boolean {
  const inFolder = (folder: string): boolean => path.startsWith(`server/src/${folder}/`);
  if (path === 'server/src/protocol.ts') return false;
  if (target === 'vscode-jsonrpc/node') return /\/(node|supervisor)\.ts$/.test(path);
  if (target.startsWith('vscode-languageserver')) return inFolder('lsp') || isEntry(posix.basename(path), target);
  if (target === 'ignore') return path === 'server/src/cli/gitignore.ts';
  if (target === 'jsonc-parser') return /\/lsp\/(launch|editor-settings)\.ts$/.test(path);
  if (target.startsWith('node:')) return !(inFolder('lsp') || /\/(web|folders|limits)\.ts$/.test(path));
  if (inFolder('lsp'))
    return (
      /^server\/src\/(core|lsp)\//.test(target) ||
      /^server\/src\/(protocol|host\/(limits|folders|languages|notebook-file))\.ts$/.test(target)
    );
  if (path === 'server/src/host/language-files.ts') return target.startsWith('languages/');
  if (inFolder('host')) return /^server\/src\/(core|host|protocol\.ts)/.test(target) || target.endsWith('.wasm');
  return (target.includes('/') && files.includes(target)) || target === 'package.json';
}

/** Hosts may name the connection's own entry point of their platform, to make it. */
const isEntry = (name: string, target: string): boolean =>
  (name === 'worker.ts' && target === 'vscode-languageserver/node') ||
  (name === 'web.ts' && target === 'vscode-languageserver/browser');

function importsOf(path: string): string[] {
  const text = readText(path).replace(/\/\*[\s\S]*?\*\//g, '');
  const found = text.matchAll(/^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/gm);
  return [...found].map((match) => {
    const target = match[1] ?? match[2]!;
    if (target.startsWith('.')) return posix.normalize(posix.join(posix.dirname(path), target));
    return builtinModules.includes(target) ? `node:${target}` : target;
  });
}

test('no code of the server names a library', () => {
  const found = filesBelow('server/src', '.ts').flatMap((path) =>
    libraryNamesIn(readText(`server/src/${path}`)).map(({ line, text }) => `server/src/${path}:${line}: ${text}`),
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
  for (const code of wrong) assert.equal(libraryNamesIn(code).length, 1, code);
  const right = [
    "import table from 'random.seed.json';",
    "project.versionOf('torch')",
    "const rule = { why: 'torch.load reads a file.', examples: [{ bad: 'torch.load(path)' }] };",
    'const title = `Use \\`torch.load\\``;',
    'const METHODS = /^(numpy|copy|time)$/;',
    'const LAST = /\\.load$/;',
    "type Name = 'torch.load';",
  ];
  for (const code of right) assert.deepEqual(libraryNamesIn(code), [], code);
});

test('every rule is listed, named as its file, and has fixtures', () => {
  const written = filesBelow('server/src/core/rules', '.ts').filter((path) => path !== 'index.ts');
  const names = RULES.map((rule) => rule.name);
  assert.deepEqual([...names].sort(), written.map((path) => path.replace(/\.ts$/, '')).sort());
  assert.equal(new Set(names).size, names.length, 'a name is used once');
  const bare = names.filter((name) => filesBelow(`test/fixtures/${name}`, '.py').length === 0);
  assert.deepEqual(bare, [], 'rules without a folder in test/fixtures');
});

for (const rule of RULES) {
  test(`${rule.name} is written up in sentences`, () => {
    assert.match(rule.name, /^[a-z]+(-[a-z]+)+$/);
    assert.match(rule.since, /^\d+\.\d+\.\d+$/);
    assert.match(rule.summary, /^\S*[A-Z`][^\n]*[^.]\.$/, 'the summary is one sentence on one line');
    assert.match(rule.why.trim(), /^\S*[A-Z`*][\s\S]*[.`)|]$/, 'the why is sentences');
    assert.ok(rule.never.length > 0, 'every rule stays silent on something');
    for (const line of rule.never)
      assert.match(line, /^\S*[A-Z`*"][^\n]*\.$/, 'what stays silent is a sentence on one line');
    assert.ok(rule.references.length > 0, 'a rule says where its claim comes from');
    for (const reference of rule.references) assert.match(reference, /^https:\/\/\S*[^\s.,]$/);
    for (const { title } of rule.examples) assert.match(title, /^[A-Z`].*[^.]$/, 'a title is no sentence');
    const titles = rule.examples.map((example) => example.title);
    assert.equal(new Set(titles).size, titles.length, 'examples have titles of their own');
  });
}

test('nothing tracked names a registry host or a path of one machine', () => {
  const words = [
    'registry.' + 'npmjs',
    'registry.' + 'yarnpkg',
    'pypi.org/' + 'simple',
    '/wor' + 'k/main',
    '/wor' + 'k/shared',
    '/roo' + 't/',
  ];
  const wrong = files.flatMap((path) => {
    const bytes = readFileSync(new URL(path, ROOT));
    if (bytes.includes(0)) return [];
    const text = bytes.toString('utf8');
    return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
  });
  assert.deepEqual(wrong, []);
});

test('the version is the newest of the changelog; the lock file names no host, and what each package has to be', () => {
  const { version } = JSON.parse(readText('package.json'));
  const [, newest] = /^## \[?(\d+\.\d+\.\d+)/m.exec(readText('CHANGELOG.md')) ?? [];
  assert.equal(newest, version);
  const lock = readText('package-lock.json');
  assert.equal(JSON.parse(lock).version, version);
  const packages: Record<string, { integrity?: string }> = JSON.parse(lock).packages;
  const unchecked = Object.keys(packages).filter((name) => name !== '' && !packages[name]?.integrity);
  assert.deepEqual(unchecked, [], 'packages without integrity');
  assert.ok(!lock.includes('"resolved"'), 'run `npm install --package-lock-only`; .npmrc keeps addresses out');
});

/** What is tracked or would be: everything git does not ignore. */
function listFiles(): string[] {
  const run = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: fileURLToPath(ROOT),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(run.status, 0, `git is needed to list the files: ${run.error?.message ?? run.stderr}`);
  return [...new Set(run.stdout.split('\0'))].filter((path) => path && existsSync(new URL(path, ROOT))).sort();
}
