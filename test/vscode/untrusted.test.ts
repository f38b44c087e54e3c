/** What an untrusted workspace has of the extension: all that reads code, and nothing that runs it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { quickInput, screenshot, waitForSquiggles } from '../../scripts/workbench.ts';
import { TRAIN, VERIFY } from './expectations.ts';
import { stage } from './stage.ts';

const { workspace, server, step } = stage({ pictures: 'untrusted-', isUntrusted: true });

const restricted = (page: Page): Locator => page.locator('.statusbar-item', { hasText: 'Restricted Mode' });

const lens = (page: Page, title: string): Locator => page.locator('.codelens-decoration a', { hasText: title });

/** The commands of ours that the palette lists for a program, which are the report's and its like. */
async function listed(page: Page): Promise<string> {
  await quickInput(page, 'F1', '>Seedwise: Reproducibility');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.filter({ hasText: 'Show Reproducibility Report' }).first().waitFor();
  const all = await rows.allInnerTexts();
  await page.keyboard.press('Escape');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  return all.join();
}

step('code is read where it is not trusted, and nothing offers to run it', async ({ page }) => {
  await page.goto(
    server().address(workspace, [
      ['openFile', server().uri(path.join(workspace, TRAIN))],
      ['skipWelcome', 'true'],
    ]),
  );
  await restricted(page).waitFor();
  await waitForSquiggles(page);
  await lens(page, 'report').first().waitFor();
  await screenshot(page, 'untrusted');
  assert.equal(await lens(page, 'run it twice').count(), 0);
  assert.ok(!(await listed(page)).includes(VERIFY.title), 'it is not in the palette');
});

step('once it is trusted, the line above the program offers it', async ({ page }) => {
  await restricted(page).locator('a').click();
  await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await restricted(page).waitFor({ state: 'detached' });
  await lens(page, 'run it twice').waitFor();
});
