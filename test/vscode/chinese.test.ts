/** A session in Chinese of the real VS Code: a language pack that translates nothing makes it speak so, and all of ours is Chinese. */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { addLanguage } from '../../scripts/language-pack.ts';
import { flat, readLanguage } from '../../scripts/languages.ts';
import {
  goTo,
  openLightbulb,
  pick,
  pickFromLightbulb,
  pressUntil,
  quickInput,
  runCommand,
  screenshot,
  type Workbench,
  waitForSquiggles,
  webview,
} from '../../scripts/workbench.ts';
import { FAULT, FAULTY, TRAIN } from './expectations.ts';
import { column, line, stage } from './stage.ts';

const TAG = 'zh-cn';
const texts = flat(readLanguage(TAG));
const { workspace, server, step } = stage({
  pictures: 'zh-cn-',
  locale: TAG,
  ready: (profile) => addLanguage(profile, TAG),
});
/** Fails for a text of ours in which two words of English stand beside each other, code aside. */
function isChinese(text: string): void {
  const prose = text.replace(/`[^`]*`|\S+\(\S*\)|\w+[-.]\S+/g, ' _ ');
  assert.match(text, /\p{Script=Han}/u, text);
  assert.doesNotMatch(prose, /\b[A-Za-z]{3,} [a-z]{3,}\b/, text);
}

const oneLine = (text: string | null): string => (text ?? '').replace(/\s+/g, ' ').trim();

const translated = (english: string): string => texts.get(english) ?? assert.fail(`${english} is not translated`);

/** Runs a command of ours by its title in English. */
const runOurs = ({ page }: Workbench, title: string): Promise<void> =>
  runCommand(page, `Seedwise: ${translated(title)}`);

/** The texts of a picker, each line of its own; and nothing is picked. */
async function pickerTexts(page: Page): Promise<string[]> {
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  return (await rows.allInnerTexts()).flatMap((text) => text.split('\n')).filter((text) => /\p{L}/u.test(text));
}

step('the problem and its rule', async ({ page }) => {
  const file = server().uri(path.join(workspace, TRAIN));
  await page.goto(
    server().address(workspace, [
      ['openFile', file],
      ['skipWelcome', 'true'],
    ]),
  );
  await waitForSquiggles(page);
  await goTo(page, 1, 1);
  const peek = page.locator('.marker-widget');
  await pressUntil(page, ['F8'], peek.getByText(FAULT.rule));
  await screenshot(page, 'zh-cn-problem');
  isChinese(oneLine(await peek.locator('.message').first().textContent()).replace(/ of \d+.*/, ''));
  await page.keyboard.press('Escape');
  await peek.waitFor({ state: 'detached' });
});

step('the line above the program', async ({ page }) => {
  const lens = page.locator('.codelens-decoration').first();
  await lens.waitFor();
  isChinese(oneLine(await lens.textContent()).replace('Seedwise:', ''));
});

step('a hover', async ({ page }) => {
  const row = FAULTY.split('\n').findIndex((each) => each.includes('use_deterministic'));
  await goTo(page, row + 1, 'torch.use_det'.length + 1);
  const hover = page.locator('.monaco-hover .rendered-markdown').first();
  await pressUntil(page, ['Control+K', 'Control+I'], hover);
  await screenshot(page, 'zh-cn-hover');
  isChinese(oneLine(await hover.textContent()));
  await page.keyboard.press('Escape');
});

step('the lightbulb', async ({ page }) => {
  const titles = await openLightbulb(page, line, column);
  await screenshot(page, 'zh-cn-lightbulb');
  const ours = titles.filter((title) => !/^(Modify|Fix using|Generate|More Actions)/.test(title));
  assert.ok(ours.length > 3, String(titles));
  for (const title of ours) isChinese(title);
});

step('the severities of a rule', async ({ page }) => {
  const title = translated('Change the severity of `{0}` …').replace('{0}', FAULT.rule);
  await page.keyboard.press('Escape');
  await pickFromLightbulb(page, line, column, title);
  const shown = await pickerTexts(page);
  await screenshot(page, 'zh-cn-severity');
  const names = ['error', 'warning', 'information', 'hint', 'default', 'off'];
  for (const text of shown) if (!names.includes(text.trim())) isChinese(text);
  isChinese(oneLine(await page.locator('.quick-input-title').first().textContent()));
  await page.keyboard.press('Escape');
});

step('the palette', async ({ page }) => {
  const input = await quickInput(page, 'F1', '>Seedwise: ');
  // Below a title in another language, VS Code shows the English one.
  const rows = page.locator('.quick-input-list .quick-input-list-rows .quick-input-list-row:first-child .label-name');
  await rows.first().waitFor();
  await screenshot(page, 'zh-cn-palette');
  const titles = (await rows.allInnerTexts()).filter((title) => title.startsWith('Seedwise:'));
  assert.ok(titles.length > 5, String(titles));
  for (const title of titles) isChinese(title.replace('Seedwise:', ''));
  await input.press('Escape');
});

step('the choice of a seed block', async (workbench) => {
  await runOurs(workbench, 'Insert Seed Block');
  const shown = await pickerTexts(workbench.page);
  await screenshot(workbench.page, 'zh-cn-seed-block');
  for (const text of shown) isChinese(text);
  await workbench.page.keyboard.press('Escape');
});

step('the question before a run', async (workbench) => {
  const { page } = workbench;
  await runOurs(workbench, 'Verify Reproducibility');
  const ways = page.locator('.quick-input-list .monaco-list-row');
  await ways.filter({ hasText: `python ${TRAIN}` }).waitFor();
  await screenshot(page, 'zh-cn-verify-ways');
  isChinese(oneLine(await page.locator('.quick-input-title').first().textContent()).replace(TRAIN, ''));
  const described = (await ways.locator('.label-description').allInnerTexts()).filter((text) => text.trim() !== '');
  assert.ok(described.length >= 3, String(described));
  for (const text of described) isChinese(text);
  await ways.filter({ hasText: translated('Type how it is run…') }).waitFor();
  await ways.first().click();
  const interpreter = page.locator('.quick-input-widget input').first();
  const asked = page.locator('.quick-input-widget', {
    hasText: translated('The Python interpreter that runs the program'),
  });
  await asked.waitFor();
  await interpreter.press('Enter');
  const question = page.locator('.monaco-dialog-box');
  await question.waitFor();
  await screenshot(page, 'zh-cn-verify');
  const said = await question.locator('.dialog-message, .dialog-message-detail').allInnerTexts();
  for (const text of said.flatMap((each) => each.split('\n'))) isChinese(text);
  await question.getByRole('button', { name: translated('Run'), exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
});

step('the programs of the workspace', async ({ page }) => {
  await page.locator('.pane-header', { hasText: translated('Programs (Seedwise)') }).click();
  const tree = page.locator('.pane', { hasText: translated('Programs (Seedwise)') }).last();
  const program = tree.locator('.monaco-list-row', { hasText: TRAIN });
  await program.locator('.monaco-tl-twistie').click();
  await tree.locator('.monaco-list-row[aria-level="2"]').first().waitFor();
  await screenshot(page, 'zh-cn-programs');
  for (const text of await tree.locator('.monaco-list-row[aria-level="2"]').allInnerTexts()) isChinese(oneLine(text));
});

step('the check of the workspace', async (workbench) => {
  await runOurs(workbench, 'Check Workspace');
  const told = workbench.page.locator('.notification-list-item-message', { hasText: 'Seedwise' }).first();
  await told.waitFor();
  await screenshot(workbench.page, 'zh-cn-check');
  isChinese(oneLine(await told.textContent()));
});

step('the page of a rule', async (workbench) => {
  const { page } = workbench;
  await page.locator('.tab', { hasText: TRAIN }).first().click();
  await goTo(page, line, column);
  await runOurs(workbench, 'Explain This Rule');
  const shown = webview(page);
  await shown.locator('h1', { hasText: FAULT.rule }).waitFor();
  await screenshot(page, 'zh-cn-rule');
  for (const text of await shown.locator('h2, p').allInnerTexts()) isChinese(text.replace(/DataLoader/g, ''));
  await page.locator('.tab.active', { hasText: FAULT.rule }).waitFor();
  await page.keyboard.press('Control+W');
});

step('the report', async (workbench) => {
  await runOurs(workbench, 'Show Reproducibility Report');
  const report = webview(workbench.page);
  await report.locator('.verdict').waitFor();
  await screenshot(workbench.page, 'zh-cn-report');
  for (const selector of ['.verdict', '.facts', '.note', 'h2', 'th', 'nav a'])
    for (const text of await report.locator(selector).allInnerTexts()) isChinese(text.replace(/DataLoader/g, ''));
  assert.equal(await report.locator('html').getAttribute('lang'), TAG);
});

step('the walkthrough', async ({ page }) => {
  await runCommand(page, 'Welcome: Open Walkthrough...');
  await pick(page, translated('Get Started with Seedwise'));
  const steps = page.locator('.gettingStartedContainer .step-title');
  await steps.first().waitFor();
  await screenshot(page, 'zh-cn-walkthrough');
  const titles = await steps.allInnerTexts();
  assert.equal(titles.length, 4);
  for (const title of titles) isChinese(title);
  isChinese(oneLine(await page.locator('.gettingStartedContainer .step-description-container').first().textContent()));
});

/**
 * What the settings editor shows of ours, once it shows nothing else. It tries more than once: an editor that has just
 * been opened takes what is typed into its search for its own and selects it again.
 */
async function descriptionsOfOurs(page: Page): Promise<string[]> {
  const search = page.locator('.settings-editor .suggest-input-container');
  const settings = page.locator('.settings-editor .setting-item-contents');
  for (let attempt = 1; attempt <= 5; attempt++) {
    await search.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('@ext:seedwise.seedwise');
    for (let turn = 0; turn < 50 * attempt; turn++) {
      // All of it at one moment.
      const shown = await settings.evaluateAll((all) =>
        all.map((each) => ({
          category: each.querySelector('.setting-item-category')?.textContent ?? '',
          text: each.querySelector('.setting-item-description')?.textContent?.trim() ?? '',
        })),
      );
      const texts = shown.map(({ text }) => text).filter((text) => text !== '');
      if (texts.length > 2 && shown.every(({ category }) => category.startsWith('Seedwise'))) return texts;
      await page.waitForTimeout(100);
    }
  }
  throw new Error('The settings editor does not show ours alone.');
}

step('the settings', async ({ page }) => {
  await runCommand(page, 'Preferences: Open Settings (UI)');
  const shown = await descriptionsOfOurs(page);
  await screenshot(page, 'zh-cn-settings');
  for (const text of shown) isChinese(text.replace(/\{.*?\}|\(\w+\)/g, ''));
});
