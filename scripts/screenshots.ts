/**
 * `npm run screenshots`: makes the pictures of the reproducibility report anew, from the packaged extension in a real VS
 * Code. The one of the README goes to `media/report.png`; one for each kind of theme goes to `out/screenshots/`.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CODE, copyInto, fetchVSCode, makeProfile, removeProfile, run, startServer, tail, VSIX } from './vscode.ts';
import { openBrowser, runCommand, screenshot, waitForSquiggles, webview } from './workbench.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SAMPLE = process.argv[2] ?? 'reproduce_paper.py';
const THEMES = {
  'report-light': 'Default Light Modern',
  'report-dark': 'Default Dark Modern',
  'report-contrast': 'Default High Contrast',
};

const profile = makeProfile();
try {
  run('npm', ['run', 'package']);
  fetchVSCode();
  run(CODE, [...profile.args, '--install-extension', VSIX, '--force']);
  for (const [name, theme] of Object.entries(THEMES)) await shoot(name, theme);
  copyFileSync(path.join(ROOT, 'out/screenshots/report-light.png'), path.join(ROOT, 'media/report.png'));
} finally {
  removeProfile(profile);
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
