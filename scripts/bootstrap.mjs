// The door of a fresh clone: `npm start` and `npm test` run before anything is installed and on any Node from 20 on,
// but VS Code's own tools want Node 22 and the scripts behind this door are TypeScript. So this file imports nothing
// but Node, installs the packages, finds a newer Node where needed, and runs with it what its arguments say.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NEWER_NODE = '24.21.0';

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @param {string} folder @param {string[]} args */
function npm(folder, args) {
  const options = { cwd: folder, stdio: /** @type {const} */ ('inherit'), shell: process.platform === 'win32' };
  const { status } = spawnSync(
    'npm',
    [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    options,
  );
  if (status !== 0) fail(`\`npm ${args[0]}\` failed (see above). Is the npm registry within reach?`);
}

/** Every package of the lock file is there in its version; those for other platforms may be missing. */
function packagesInstalled() {
  /** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }>} */
  const packages = (file) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
  try {
    const installed = packages('node_modules/.package-lock.json');
    return Object.entries(packages('package-lock.json')).every(
      ([name, wanted]) => name === '' || wanted.optional || installed[name]?.version === wanted.version,
    );
  } catch {
    return false;
  }
}

/** The first Node that runs TypeScript as it is: this one, or one from the npm registry kept in `.vscode-test/`. */
function newerNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  if (process.platform !== 'linux') fail('VS Code’s tools need Node 22.18 or newer here; Node 24 will do.');
  const name = `node-linux-${process.arch}`;
  const folder = path.join(ROOT, '.vscode-test', `node-${NEWER_NODE}`);
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    console.log(`Fetching Node ${NEWER_NODE} for VS Code’s tools (this one is ${process.versions.node}) ...`);
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(path.join(unfinished, 'package.json'), '{ "private": true }\n');
    npm(unfinished, ['install', '--no-save', `${name}@${NEWER_NODE}`]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  }
  return node;
}

if (Number(process.versions.node.split('.')[0]) < 20) fail(`Seedwise needs Node 20; this is ${process.versions.node}.`);
if (!packagesInstalled()) {
  console.log('Installing packages ...');
  npm(ROOT, ['ci']);
}
// What is bundled runs on the oldest Node there is: tests that start it find this one here. Each file of tests is a process
// that loads the engine: what Node makes of its TypeScript is kept.
const env = {
  ...process.env,
  SEEDWISE_NODE: process.env.SEEDWISE_NODE ?? process.execPath,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(ROOT, 'out', 'compiled'),
};
const child = spawn(newerNode(), process.argv.slice(2), { stdio: 'inherit', env });
// What ends this process is for the child to decide, which has servers and browsers to close.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill(signal));
// npm passes a signal on to its shell only, which dies of it in silence: whoever ends npm means us too.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill(), 500).unref();
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
