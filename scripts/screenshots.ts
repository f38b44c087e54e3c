/**
 * `npm run screenshots`: makes the README's pictures anew, from the packaged extension in a real VS Code: the report, the
 * lightbulb, and a short recording. One of the report for each kind of theme goes to `out/screenshots/`.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Frame, writeGif } from './recording.ts';
import { CODE, copyInto, fetchVSCode, makeProfile, removeProfile, run, startServer, tail, VSIX } from './vscode.ts';
import {
  goTo,
  openBrowser,
  openLightbulb,
  runCommand,
  SCREENSHOTS,
  screenshot,
  waitForSquiggles,
  webview,
} from './workbench.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SAMPLE = process.argv[2] ?? 'reproduce_paper.py';
/** The call in the sample that raises. */
const FAULT = { line: 25, column: 9 };
const THEMES = {
  'report-light': 'Light Modern',
  'report-dark': 'Dark Modern',
  'report-contrast': 'Default High Contrast',
  'report-contrast-light': 'Default High Contrast Light',
};

const profile = makeProfile();
try {
  run('npm', ['run', 'package']);
  fetchVSCode();
  run(CODE, [...profile.args, '--install-extension', VSIX, '--force']);
  await record();
  for (const [name, theme] of Object.entries(THEMES)) await shoot(name, theme);
  copyFileSync(path.join(ROOT, 'out/screenshots/report-light.png'), path.join(ROOT, 'media/report.png'));
} finally {
  removeProfile(profile);
}

/** From the squiggle to the repaired program: the lightbulb, the report, and a repair from there. */
async function record(): Promise<void> {
  const folder = copyInto(profile, path.join(ROOT, 'examples'));
  const server = await startServer(profile);
  const { page, close } = await openBrowser();
  const frames: Frame[] = [];
  const frame = async (name: string, milliseconds: number): Promise<void> => {
    await page.waitForTimeout(600);
    await screenshot(page, name);
    frames.push({ file: path.join(SCREENSHOTS, `${name}.png`), milliseconds });
  };
  try {
    const payload = [['openFile', server.uri(path.join(folder, SAMPLE))] as const, ['skipWelcome', 'true'] as const];
    await page.goto(server.address(folder, payload));
    await waitForSquiggles(page);
    const { line, column } = FAULT;
    await goTo(page, line, column);
    await frame('demo-squiggles', 1500);
    await page.keyboard.press('F8');
    await page.locator('.marker-widget').waitFor();
    await frame('demo-message', 2500);
    await page.keyboard.press('Escape');
    await openLightbulb(page, line, column);
    await frame('demo-lightbulb', 2500);
    await page.keyboard.press('Enter');
    await page.locator('.tab.active.dirty').waitFor();
    await frame('demo-repaired', 1500);
    await runCommand(page, 'Seedwise: Show Reproducibility Report');
    await webview(page).locator('.verdict').waitFor();
    await frame('demo-report', 3000);
    const before = await webview(page).locator('.verdict').textContent();
    await webview(page).locator('a.repair').first().click();
    await webview(page)
      .locator('.verdict')
      .filter({ hasNotText: before ?? '' })
      .waitFor();
    await frame('demo-report-repaired', 3500);
    copyFileSync(path.join(SCREENSHOTS, 'demo-lightbulb.png'), path.join(ROOT, 'docs/images/squiggles.png'));
    const blank = await page.context().browser()!.newPage();
    await writeGif(blank, frames, 960, path.join(ROOT, 'docs/images/demo.gif'));
  } catch (error) {
    await screenshot(page, 'demo-failed').catch(() => {});
    console.error(tail(server.log()));
    throw error;
  } finally {
    await close();
    server.close();
  }
}

/** The report alone, and beside the code. */
async function shoot(name: string, theme: string): Promise<void> {
  const folder = copyInto(profile, path.join(ROOT, 'examples'));
  mkdirSync(path.join(folder, '.vscode'), { recursive: true });
  const settings = { 'workbench.colorTheme': theme, 'workbench.statusBar.visible': false };
  writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
  const server = await startServer(profile);
  const { page, close } = await openBrowser();
  await page.setViewportSize({ width: 1180, height: 1000 });
  try {
    const file = server.uri(path.join(folder, SAMPLE));
    await page.goto(
      server.address(folder, [
        ['openFile', file],
        ['skipWelcome', 'true'],
      ]),
    );
    await waitForSquiggles(page);
    await runCommand(page, 'View: Close Primary Side Bar').catch(() => page.keyboard.press('Escape'));
    await runCommand(page, 'Seedwise: Show Reproducibility Report');
    await webview(page).locator('.verdict').waitFor();
    await page.waitForTimeout(1000);
    await screenshot(page, `${name}-beside`);
    // Without the code, the page has the window to itself.
    await page.locator('.tab', { hasText: 'Report:' }).click();
    await runCommand(page, 'View: Toggle Maximize Editor Group');
    await page.waitForTimeout(1000);
    const editor = await page.locator('.editor-group-container').last().locator('.editor-container').boundingBox();
    // What follows the third table would be cut off somewhere.
    const next = await webview(page).locator('h2').nth(3).boundingBox();
    if (!editor || !next) throw new Error('The page has no place in the window.');
    await screenshot(page, name, { ...editor, height: Math.min(editor.height, next.y - editor.y - 12) });
  } catch (error) {
    await screenshot(page, `${name}-failed`).catch(() => {});
    console.error(tail(server.log()));
    throw error;
  } finally {
    await close();
    server.close();
  }
}
