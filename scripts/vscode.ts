/**
 * A real VS Code without its vendor's download: the npm package `code-server` carries VS Code's own server, workbench and
 * extension host, and any Chromium shows it. `npm start`, the extension-host tests and the browser test all come here.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** 4.x.y of code-server is VS Code 1.x.y. */
const CODE_SERVER = '4.139.1';
const ROOT = path.resolve(import.meta.dirname, '..');
const HOME = path.join(ROOT, '.vscode-test', `code-server-${CODE_SERVER}`);
const SERVER = path.join(HOME, 'lib/vscode/out/server-main.js');

/** Takes desktop VS Code's own arguments, see `code.ts`. */
export const CODE = path.join(import.meta.dirname, 'code');
/** Made by `npm run package`. */
export const VSIX = path.join(ROOT, 'seedwise.vsix');
export const VERSION = `VS Code 1.${CODE_SERVER.slice(2)}`;

/** Large, or made for compiling, and never run here. */
const UNWANTED = [
  ...[
    '@devcontainers/cli',
    '@github/copilot-sdk',
    '@microsoft/mxc-sdk',
    '@vscode/copilot-api',
    '@vscode/sandbox-runtime',
  ],
  ...['@vscode/sqlite3', '@vscode/windows-process-tree', '@vscode/windows-registry', '@microsoft/1ds-post-js'],
  ...['kerberos', 'ssh2', 'node-addon-api'],
];

/**
 * Native modules that would have to be compiled, in the little JavaScript that the server needs of them.
 * Each export is an assignment of its own, since ES modules see no others.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  '@vscode/native-watchdog': 'exports.start = () => {};',
  '@vscode/fs-copyfile': `
const { copyFile } = require('node:fs/promises');
exports.isCloneSupported = () => false;
exports.copyFile = exports.cloneFile = (from, to) => copyFile(from, to);
`,
  '@vscode/spdlog': `
const { appendFile, mkdirSync } = require('node:fs');
const { dirname } = require('node:path');
class Logger {
  constructor(file) { this.file = file; this.level = 2; this.raw = false; mkdirSync(dirname(file), { recursive: true }); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  clearFormatters() { this.raw = true; }
  setPattern() {}
  flush() {}
  drop() {}
}
['trace', 'debug', 'info', 'warn', 'error', 'critical'].forEach((name, level) => {
  Logger.prototype[name] = function (text) {
    if (level >= this.level) appendFile(this.file, this.raw ? text : name + ' ' + text + '\\n', () => {});
  };
});
const nothing = () => {};
const create = async (name, file) => new Logger(file);
exports.version = 0;
exports.setLevel = nothing;
exports.setFlushOn = nothing;
exports.shutdown = nothing;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`,
};

/** Fetches VS Code from the npm registry into `.vscode-test/`, once. */
export function fetchVSCode(): void {
  if (existsSync(SERVER)) return;
  console.log(`Fetching ${VERSION} from the npm registry ...`);
  const folder = `${HOME}.${process.pid}`;
  const vscode = path.join(folder, 'lib/vscode');
  mkdirSync(folder, { recursive: true });
  // Packed, not installed: installing would compile native modules and fetch more than the registry has.
  run('npm', ['pack', '--silent', `code-server@${CODE_SERVER}`], folder);
  run('tar', ['xzf', `code-server-${CODE_SERVER}.tgz`, '--strip-components=1'], folder);
  rmSync(path.join(folder, `code-server-${CODE_SERVER}.tgz`));
  const manifest = JSON.parse(readFileSync(path.join(vscode, 'package.json'), 'utf8'));
  for (const name of [...UNWANTED, ...Object.keys(STAND_INS)]) delete manifest.dependencies[name];
  writeFileSync(path.join(vscode, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], vscode);
  for (const [name, code] of Object.entries(STAND_INS)) {
    const module = path.join(vscode, 'node_modules', name);
    mkdirSync(module, { recursive: true });
    writeFileSync(path.join(module, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
    writeFileSync(path.join(module, 'index.js'), code);
  }
  for (const name of ['copilot', 'mermaid-markdown-features']) {
    rmSync(path.join(vscode, 'extensions', name), { recursive: true, force: true });
  }
  rmSync(HOME, { recursive: true, force: true });
  renameSync(folder, HOME);
}

/** Runs a command to its end; what it says is shown only if it fails. */
export function run(command: string, args: readonly string[], cwd = ROOT): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (status === 0) return stdout;
  throw new Error(
    `\`${path.basename(command)} ${args.join(' ')}\` failed: ${error?.message ?? ''}\n${tail(stdout + stderr)}`,
  );
}

export const tail = (log: string, lines = 40): string => log.trimEnd().split('\n').slice(-lines).join('\n');

/** A VS Code of its own: settings and extensions that have nothing to do with the user's. */
export interface Profile {
  readonly folder: string;
  readonly userData: string;
  readonly extensions: string;
  /** As arguments of VS Code's command line. */
  readonly args: readonly string[];
}

/** Someone opening one folder to look at it, and nothing that asks for attention. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.colorTheme': 'Default Light Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

export function makeProfile(folder = mkdtempSync(path.join(tmpdir(), 'seedwise-'))): Profile {
  const userData = path.join(folder, 'data');
  const extensions = path.join(folder, 'extensions');
  mkdirSync(extensions, { recursive: true });
  // The desktop keeps its settings in the first place, the server in the second.
  for (const place of ['User', 'data/User']) {
    const file = path.join(userData, place, 'settings.json');
    mkdirSync(path.dirname(file), { recursive: true });
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(SETTINGS, null, 2));
  }
  return { folder, userData, extensions, args: [`--user-data-dir=${userData}`, `--extensions-dir=${extensions}`] };
}

/** Copies a folder into the profile's, so that what is tried there never changes the original. */
export function copyInto(profile: Profile, folder: string): string {
  const copy = path.join(profile.folder, path.basename(folder));
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export const removeProfile = (profile: Profile): void =>
  rmSync(profile.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

export interface Server {
  readonly origin: string;
  /** What names a file of this machine inside the workbench. */
  uri(file: string): string;
  /** The address that shows a folder, and in it the files. */
  address(folder: string, payload?: readonly (readonly [string, string])[]): string;
  log(): string;
  ended: Promise<void>;
  close(): void;
}

/** The server's command line up to where the verbs begin. */
export const serverArgs = ({ userData, extensions }: Pick<Profile, 'userData' | 'extensions'>): string[] => [
  ...[SERVER, '--accept-server-license-terms'],
  ...['--server-data-dir', userData, '--extensions-dir', extensions],
];

/**
 * VS Code's server on a port of its own. `tests`: let the page name an extension under development and its tests.
 * `locale`: the language of a pack that is installed. `asksForTrust`: no workspace is trusted until somebody says so, where the
 * settings of the profile agree.
 */
export async function startServer(
  profile: Profile,
  options: { tests?: boolean; env?: NodeJS.ProcessEnv; locale?: string; asksForTrust?: boolean } = {},
): Promise<Server> {
  const token = randomUUID();
  const temporary = path.join(profile.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const server = spawn(
    process.execPath,
    [
      ...serverArgs(profile),
      ...['--host', '127.0.0.1', '--port', '0', '--connection-token', token],
      ...['--disable-telemetry', ...(options.asksForTrust ? [] : ['--disable-workspace-trust'])],
      ...(options.tests ? ['--enable-smoke-test-driver'] : []),
      ...(options.locale === undefined ? [] : ['--locale', options.locale]),
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        EXTENSIONS_GALLERY: '{"serviceUrl":""}',
        TMPDIR: temporary,
        XDG_RUNTIME_DIR: temporary,
        ...options.env,
      },
    },
  );
  const close = (): void => endGroup(server);
  process.once('exit', close);
  let log = '';
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    const listen = (data: Buffer): void => {
      log += data;
      const port = /Extension host agent listening on (\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(port);
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    server.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code}:\n${tail(log)}`)));
    setTimeout(() => reject(new Error(`VS Code's server did not start:\n${tail(log)}`)), 60_000).unref();
  });
  const uri = (file: string): string => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  return {
    origin: `http://127.0.0.1:${port}`,
    uri,
    address(folder, payload = []) {
      const query = new URLSearchParams({ tkn: token, folder });
      if (payload.length > 0) query.set('payload', JSON.stringify(payload));
      return `http://127.0.0.1:${port}/?${query}`;
    },
    log: () => log,
    ended,
    close,
  };
}

/** Ends a detached process and everything it started. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const CHROMIUM_ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** A program on the PATH. */
export function which(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

export const findChromium = (): string | undefined =>
  process.env.CHROMIUM || which(...CHROMIUMS) || CHROMIUM_ELSEWHERE.find((file) => existsSync(file));

/** Chromium as it is here, else from Debian's packages where that asks nobody for a password. */
export function fetchChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [command = '', ...args] = [
    ...sudo,
    'sh',
    '-c',
    'apt-get update && apt-get install -y --no-install-recommends chromium',
  ];
  if (which('apt-get') !== undefined && (sudo.length === 0 || spawnSync('sudo', ['-n', 'true']).status === 0)) {
    console.log('Installing Chromium from Debian’s packages ...');
    run(command, args);
  }
  const installed = findChromium();
  if (installed === undefined)
    throw new Error('No Chromium here. Install one (`apt-get install chromium`), or set CHROMIUM to its path.');
  return installed;
}
