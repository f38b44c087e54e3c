/**
 * `npm start`: Seedwise in a real VS Code, from a fresh clone, on the sample programs. `npm start -- --headless` looks at the
 * same thing without a person: it takes pictures of the squiggles, the lightbulb, the report and the repaired file, and
 * ends. With `--locale zh-cn` VS Code speaks that language, and the pictures go to `docs/images/zh-cn`, for its README.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { addLanguage } from './language-pack.ts';
import type { Report } from './reporter.ts';
import {
  CODE,
  copyInto,
  fetchVSCode,
  findChromium,
  makeProfile,
  removeProfile,
  run,
  type Server,
  startServer,
  tail,
  VERSION,
  VSIX,
  which,
} from './vscode.ts';
import {
  goTo,
  openBrowser,
  openLightbulb,
  runCommand,
  save,
  screenshot,
  waitForSquiggles,
  webview,
} from './workbench.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const EXAMPLES = path.join(ROOT, 'examples');
const headless = process.argv.includes('--headless');
const named = process.argv.indexOf('--locale');
const locale = named < 0 ? undefined : process.argv[named + 1];

const profile = makeProfile(headless ? undefined : path.join(ROOT, '.vscode-test/start'));
const report = path.join(profile.folder, 'report.json');
const env = { SEEDWISE_REPORT: report };
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

try {
  rmSync(report, { force: true });
  console.log('Building and packaging Seedwise ...');
  run('npm', ['run', 'package']);
  const packages = [VSIX, await packageReporter()];
  // The user's own VS Code program, but not their settings and extensions: a try must leave nothing behind in them.
  // (A remote terminal has a `code` too, which cannot open such a window; it is told by the missing display.)
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const desktop = headless || !display ? undefined : which('code');
  if (desktop === undefined || !(await openDesktop(desktop, packages))) await openInBrowser(packages);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
} finally {
  if (headless) removeProfile(profile);
}
// Nobody waits any more for a report that has not come.
process.exit();

/** Opens the samples in desktop VS Code; false if it cannot start here, as for root, or no window reported anything. */
async function openDesktop(code: string, packages: readonly string[]): Promise<boolean> {
  console.log(`Opening VS Code (${code}) ...`);
  try {
    install(code, packages);
    const options: SpawnOptions = { detached: true, stdio: 'ignore', env: { ...process.env, ...env } };
    spawn(code, [...profile.args, '--new-window', EXAMPLES], options).unref();
    if ((await printReport(EXAMPLES, 60_000)) === undefined) throw new Error('no window answered');
  } catch (error) {
    console.log(`The desktop VS Code does not work here (${messageOf(error)}): going on with the one in the browser.`);
    return false;
  }
  const vsix = path.relative(ROOT, VSIX);
  console.log(`\nVS Code is open on examples/. To keep Seedwise in your own: code --install-extension ${vsix}`);
  return true;
}

async function openInBrowser(packages: readonly string[]): Promise<void> {
  fetchVSCode();
  install(CODE, packages);
  if (locale !== undefined) addLanguage(profile, locale);
  const server = await startServer(profile, { env, ...(locale && { locale }) });
  const folder = headless ? copyInto(profile, EXAMPLES) : EXAMPLES;
  try {
    if (headless) await lookAround(server, folder);
    else await stayOpen(server, folder);
  } catch (error) {
    console.error(`VS Code’s server said:\n${tail(server.log())}\n`);
    throw error;
  } finally {
    server.close();
  }
}

/** Shows the samples to a person until Ctrl+C. */
async function stayOpen(server: Server, folder: string): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
  const shown = await reportUnseen(server, folder);
  const address = server.address(folder, shown === undefined ? [] : [['openFile', server.uri(shown)]]);
  console.log(`\n${VERSION} is open on examples/ at\n  ${address}\n(Ctrl+C ends it.)`);
  if (shown === undefined) void printReport(folder, Number.POSITIVE_INFINITY);
  await Promise.race([asked, server.ended]);
}

/**
 * Opens the samples in a browser of our own, for the report alone, and gives the file worth looking at. Without such a
 * browser the diagnostics, which are made where the samples are shown, come when the person looks.
 */
async function reportUnseen(server: Server, folder: string): Promise<string | undefined> {
  if (findChromium() === undefined) return undefined;
  try {
    const { page, close } = await openBrowser();
    try {
      await page.goto(server.address(folder));
      return (await printReport(folder, 120_000))?.shown;
    } finally {
      await close();
    }
  } catch (error) {
    console.log(`Chromium does not work here (${messageOf(error)}): the diagnostics follow when you open the address.`);
    return undefined;
  }
}

/** Does what the person would: looks at a sample, opens the lightbulb, takes the first repair, saves. */
async function lookAround(server: Server, folder: string): Promise<void> {
  const { page, close } = await openBrowser();
  try {
    console.log(`Opening ${VERSION} ...`);
    await page.goto(server.address(folder, [['skipWelcome', 'true']]));
    const written = await printReport(folder, 120_000);
    const shown = written?.findings.filter(({ file }) => file === written.shown) ?? [];
    const finding = shown.find(({ severity }) => severity === 'error') ?? shown[0];
    if (finding === undefined)
      throw new Error(written ? 'The samples are free of findings.' : 'VS Code reported nothing.');
    await goTo(page, finding.line, finding.column);
    await waitForSquiggles(page);
    await picture(page, 'squiggles');
    const [title] = await openLightbulb(page, finding.line, finding.column);
    await picture(page, 'lightbulb');
    await page.keyboard.press('Enter');
    await save(page, finding.file);
    await pause(500);
    await picture(page, 'after');
    await runCommand(page, `Seedwise: ${titleOfReport()}`);
    await webview(page).locator('.verdict').waitFor();
    await pause(1000);
    await picture(page, 'report');
    const where = locale === undefined ? 'out/screenshots/' : `docs/images/${locale}/`;
    console.log(`\n“${title}” was applied to ${path.relative(folder, finding.file)} and saved. Screenshots: ${where}`);
  } catch (error) {
    await screenshot(page, 'failed').catch(() => {});
    throw error;
  } finally {
    await close();
  }
}

/** A picture of the window; of a language, where its README finds it. */
async function picture(page: Page, name: string): Promise<void> {
  await screenshot(page, name);
  if (locale === undefined) return;
  const folder = path.join(ROOT, 'docs/images', locale);
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(ROOT, `out/screenshots/${name}.png`), path.join(folder, `${name}.png`));
}

/** What the palette calls the command, in the language of the window. */
function titleOfReport(): string {
  const file = path.join(ROOT, locale === undefined ? 'package.nls.json' : `package.nls.${locale}.json`);
  return JSON.parse(readFileSync(file, 'utf8'))['contributes.commands.seedwise.report.title'];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function install(code: string, packages: readonly string[]): void {
  for (const vsix of packages) run(code, [...profile.args, '--install-extension', vsix, '--force']);
}

/** The reporter as a package of its own. */
async function packageReporter(): Promise<string> {
  const folder = path.join(profile.folder, 'reporter');
  await build({
    entryPoints: [path.join(ROOT, 'scripts/reporter.ts')],
    outfile: path.join(folder, 'reporter.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  const manifest = {
    ...{ name: 'reporter', displayName: 'Seedwise Reporter', publisher: 'seedwise', version: '0.0.1', license: 'MIT' },
    description: 'Prints the diagnostics of the samples in the terminal of `npm start`.',
    ...{ engines: { vscode: '^1.100.0' }, main: './reporter.js', activationEvents: ['onStartupFinished'] },
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const vsix = path.join(profile.folder, 'reporter.vsix');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix];
  run(process.execPath, [path.join(ROOT, 'node_modules/@vscode/vsce/vsce'), 'package', ...options], folder);
  return vsix;
}

/** Waits for the reporter's file and prints what is in it, as compilers do. */
async function printReport(folder: string, milliseconds: number): Promise<Report | undefined> {
  for (const end = Date.now() + milliseconds; !existsSync(report); await pause(100)) {
    if (Date.now() > end) return undefined;
  }
  const written: Report = JSON.parse(readFileSync(report, 'utf8'));
  console.log('\nVS Code reports:');
  for (const { file, line, column, severity, message, rule } of written.findings) {
    console.log(`examples/${path.relative(folder, file)}:${line}:${column} ${severity} ${message} [${rule}]`);
  }
  return written;
}
