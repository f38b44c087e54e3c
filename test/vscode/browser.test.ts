/** `npm run test:browser`: a person's hands on the installed extension, from the squiggle to the repaired file on disk. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import {
  goTo,
  openFile,
  openLightbulb,
  pressUntil,
  runCommand,
  save,
  screenshot,
  showProblems,
  squiggles,
  typeAt,
  waitForSquiggles,
  webview,
} from '../../scripts/workbench.ts';
import { FAULT, FAULTY, HELPER, REPORT, TRAIN, VERIFY } from './expectations.ts';
import { column, line, stage } from './stage.ts';

const { workspace, server, step } = stage({
  fill: (folder) => {
    writeFileSync(path.join(folder, VERIFY.name), VERIFY.program);
    writeFileSync(path.join(folder, VERIFY.imported), VERIFY.importedText);
    writeFileSync(path.join(folder, VERIFY.endless), VERIFY.sleeps);
    writeFileSync(path.join(folder, VERIFY.marked), VERIFY.markedText);
    mkdirSync(path.join(folder, path.dirname(VERIFY.module)));
    writeFileSync(path.join(folder, VERIFY.module, '../__init__.py'), VERIFY.importedText);
    writeFileSync(path.join(folder, VERIFY.module), VERIFY.moduleText);
  },
});
const file = path.join(workspace, TRAIN);
step('the faulty token has a squiggle', async ({ page }) => {
  await page.goto(
    server().address(workspace, [
      ['openFile', server().uri(file)],
      ['skipWelcome', 'true'],
    ]),
  );
  await waitForSquiggles(page);
  assert.equal(await squiggles(page).count(), 1);
  const squiggle = await squiggles(page).first().boundingBox();
  const token = await page.locator('.view-line', { hasText: 'benchmark' }).getByText(FAULT.token).last().boundingBox();
  assert.ok(squiggle && token);
  assert.ok(Math.abs(squiggle.x - token.x) < 3 && Math.abs(squiggle.y - token.y) < 30, 'it is under the token');
});

step('the language status names the version of torch, and leads to where it stands', async ({ page }) => {
  const status = page.locator('[id="status.languageStatus"]');
  await status.hover();
  const entry = page.locator('.hover-language-status', { hasText: 'torch' });
  await entry.waitFor();
  assert.match((await entry.textContent()) ?? '', /^torch 2\.3\.1\s*from requirements\.txt\s*Show$/);
  await entry.getByText('Show').click();
  await page.locator('.tab.active', { hasText: 'requirements.txt' }).waitFor();
  await page.locator('.statusbar-item', { hasText: 'Ln 2, Col 1' }).waitFor();
  await page.keyboard.press('Control+W');
  await page.locator('.tab.active', { hasText: TRAIN }).waitFor();
});

step('F8 shows the message and the rule', async ({ page }) => {
  await goTo(page, 1, 1);
  const peek = page.locator('.marker-widget');
  await pressUntil(page, ['F8'], peek.getByText(FAULT.rule));
  await page.keyboard.press('Escape');
  await peek.waitFor({ state: 'detached' });
});

step('Ctrl+K Ctrl+I shows what a switch covers', async ({ page }) => {
  const [row, text] = [FAULTY.split('\n').findIndex((each) => each.includes('use_deterministic')), 'torch.use_det'];
  await goTo(page, row + 1, text.length + 1);
  const hover = page.locator('.monaco-hover').getByText('Deterministic algorithms');
  await pressUntil(page, ['Control+K', 'Control+I'], hover);
  await screenshot(page, 'hover');
  await page.keyboard.press('Escape');
});

step('Ctrl+. offers the repair first, and Enter applies it', async ({ page }) => {
  const [title] = await openLightbulb(page, line, column);
  assert.equal(title, FAULT.fix);
  await page.keyboard.press('Enter');
  await page.locator('.view-line', { hasText: 'benchmark' }).getByText('False').first().waitFor();
  await squiggles(page).first().waitFor({ state: 'detached' });
});

step('Ctrl+S writes the repaired file', async ({ page }) => {
  assert.equal(await save(page, file), FAULTY.replace(FAULT.line, FAULT.repaired));
});

step('the report shows what the program does', async ({ page }) => {
  await runCommand(page, 'Seedwise: Show Reproducibility Report');
  const report = webview(page);
  await report.locator('.verdict').waitFor();
  assert.equal(await report.locator('.verdict').textContent(), REPORT.verdict);
  assert.equal(await report.locator('h1').textContent(), TRAIN);
  const switches = report.locator('section', { hasText: 'Determinism switches' });
  assert.deepEqual(await switches.locator('td p').allTextContents(), REPORT.switches);
});

step('a link of the report opens the file at the place', async ({ page }) => {
  await webview(page).locator('a.place', { hasText: REPORT.link }).click();
  await page.locator('.monaco-editor.focused .line-numbers.active-line-number', { hasText: REPORT.line }).waitFor();
});

step('the report follows what is typed', async ({ page }) => {
  await typeAt(page, 2, 1, REPORT.typed);
  await webview(page).locator('.verdict', { hasText: REPORT.verdictThen }).waitFor();
});

step('a library offers the programs that reach it', async ({ page }) => {
  await openFile(page, HELPER);
  await page.locator('.view-line', { hasText: 'def helper' }).click();
  await runCommand(page, 'Seedwise: Show Reproducibility Report');
  const pick = page.locator('.quick-input-list .monaco-list-row', { hasText: 'user.py' });
  await pick.waitFor();
  await page.keyboard.press('Enter');
  await webview(page).locator('h1', { hasText: 'user.py' }).waitFor();
});

/** Opens a program that the tests have written, and asks for its verification up to the ways it may be run in. */
async function waysToVerify(page: Page, name: string): Promise<Locator> {
  await openFile(page, path.basename(name));
  await runCommand(page, VERIFY.title);
  await page.locator('.quick-input-widget', { hasText: `How is ${name} run?` }).waitFor();
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor();
  return rows;
}

/** The same up to the question; `typed` is the way where the user says it. */
async function askToVerify(page: Page, name: string, way = `python ${name}`, typed?: string): Promise<Locator> {
  const rows = await waysToVerify(page, name);
  await rows.filter({ hasText: way }).first().click();
  if (typed !== undefined) {
    const box = page.locator('.quick-input-widget input[type="text"]').first();
    // The box that takes the place of the list begins with a way; that of the list is empty.
    for (let turn = 0; turn < 300 && (await box.inputValue().catch(() => '')) === ''; turn++)
      await page.waitForTimeout(100);
    await box.fill(typed);
    await box.press('Enter');
  }
  const interpreter = page.locator('.quick-input-widget input').first();
  await page.locator('.quick-input-widget', { hasText: VERIFY.prompt }).waitFor();
  assert.equal(await interpreter.inputValue(), 'python3');
  await interpreter.press('Enter');
  const question = page.locator('.monaco-dialog-box');
  await question.waitFor();
  return question;
}

/** Python processes of the program that a run started: its text waits under this name. */
const running = (name: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(name);
    } catch {
      return false;
    }
  });

step('a program is verified only after a question that says what will run', async ({ page }) => {
  const question = await askToVerify(page, VERIFY.name);
  const text = (await question.textContent()) ?? '';
  for (const part of VERIFY.question) assert.ok(text.includes(part), `${part} in ${text}`);
  await screenshot(page, 'verify-question');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  assert.equal(existsSync(path.join(workspace, VERIFY.ran)), false, 'nothing ran');
});

step('where two runs part has a squiggle with the cause', async ({ page }) => {
  const question = await askToVerify(page, VERIFY.name);
  await question.getByRole('button', { name: 'Run' }).click();
  const told = page.locator('.notification-list-item', { hasText: VERIFY.told });
  await told.waitFor({ timeout: 200_000 });
  await screenshot(page, 'verify-parted');
  await told.getByRole('button', { name: 'Show Page' }).click();
  const shown = webview(page);
  await shown.locator('h1', { hasText: VERIFY.name }).waitFor();
  for (const part of VERIFY.page) await shown.getByText(part).first().waitFor();
  await screenshot(page, 'verify-page');
  await page.locator('.tab', { hasText: VERIFY.name }).first().click();
  await goTo(page, 1, 1);
  const peek = page.locator('.marker-widget', { hasText: VERIFY.message });
  await pressUntil(page, ['F8'], peek);
  await peek.getByText(VERIFY.source).first().waitFor();
  await screenshot(page, 'verify-diagnostic');
  await page.keyboard.press('Escape');
});

/** What the list of problems says of the run; the list stays open. */
async function inProblems(page: Page): Promise<Locator> {
  await showProblems(page);
  return page.locator('.markers-panel', { hasText: VERIFY.message });
}

step('a window that is opened again takes up what a run has shown', async ({ page }) => {
  const uri = server().uri(path.join(workspace, VERIFY.name));
  await page.goto(
    server().address(workspace, [
      ['openFile', uri],
      ['skipWelcome', 'true'],
    ]),
  );
  await page.locator('.tab.active', { hasText: VERIFY.name }).waitFor();
  await waitForSquiggles(page);
  await (await inProblems(page)).waitFor();
});

step('the squiggle goes when a file of the program changes', async ({ page }) => {
  await openFile(page, VERIFY.imported);
  await typeAt(page, 1, 1, '# ', `# ${VERIFY.importedText.trim()}`);
  await (await inProblems(page)).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Z');
});

step('a program is run as it is run, and that is offered first the next time', async ({ page }) => {
  const rows = await waysToVerify(page, VERIFY.module);
  const offered = async () => (await rows.locator('.label-name').allInnerTexts()).map((each) => each.trim());
  for (const way of VERIFY.ways) assert.ok((await offered()).includes(way), `${way} in ${await offered()}`);
  await screenshot(page, 'verify-ways');
  await page.keyboard.press('Escape');
  const [, asModule = ''] = VERIFY.ways;
  const question = await askToVerify(page, VERIFY.module, asModule);
  assert.match((await question.textContent()) ?? '', new RegExp(`Command: ${asModule}`));
  await question.getByRole('button', { name: 'Run' }).click();
  const told = page.locator('.notification-list-item', { hasText: VERIFY.moduleTold });
  await told.waitFor({ timeout: 200_000 });
  await waysToVerify(page, VERIFY.module);
  assert.equal((await offered())[0], asModule);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'as before' }).waitFor();
  await page.keyboard.press('Escape');
  const again = await askToVerify(page, VERIFY.module, 'Type how it is run', VERIFY.typed);
  await again.getByRole('button', { name: 'Run' }).click();
  await page.locator('.notification-list-item', { hasText: VERIFY.typedTold }).waitFor({ timeout: 200_000 });
  await waysToVerify(page, VERIFY.module);
  assert.equal((await offered())[0], VERIFY.typed);
  await page.keyboard.press('Escape');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
});

step('a finding that the run confirmed says so, also to a server that is started once more', async ({ page }) => {
  const question = await askToVerify(page, VERIFY.marked);
  await question.getByRole('button', { name: 'Run' }).click();
  const told = page.locator('.notification-list-item', { hasText: VERIFY.markedTold });
  await told.waitFor({ timeout: 200_000 });
  const panel = page.locator('.markers-panel', { hasText: VERIFY.mark });
  await showProblems(page);
  await panel.waitFor();
  await screenshot(page, 'verify-marked');
  await runCommand(page, 'Seedwise: Restart Server');
  // Whatever answers now is the new server, which may not be there yet.
  const report = webview(page).getByText(VERIFY.inReport).first();
  for (let attempt = 1; attempt <= 6; attempt++) {
    await openFile(page, VERIFY.marked);
    await runCommand(page, 'Seedwise: Show Reproducibility Report');
    const isShown = await report.waitFor({ timeout: 5000 * attempt }).then(
      () => true,
      () => false,
    );
    if (isShown) break;
  }
  await report.waitFor();
  await panel.waitFor();
  await screenshot(page, 'verify-marked-restarted');
});

step('the page can be copied as Markdown', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const question = await askToVerify(page, VERIFY.name);
  await question.getByRole('button', { name: 'Run' }).click();
  const told = page.locator('.notification-list-item', { hasText: VERIFY.told });
  await told.waitFor({ timeout: 200_000 });
  await told.getByRole('button', { name: 'Copy as Markdown' }).click();
  await told.waitFor({ state: 'detached' });
  const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
  for (let turn = 0; turn < 600 && !(await copied()).startsWith(`# ${VERIFY.name}\n`); turn++)
    await page.waitForTimeout(100);
  const text = await copied();
  assert.ok(text.startsWith(`# ${VERIFY.name}\n\n${VERIFY.told}\n`), text);
  assert.match(text, /^\| \*\*other values\*\* \| .* \| parts\.py:4 \|/m);
});

step('Cancel ends every process of the program', async ({ page }) => {
  const question = await askToVerify(page, VERIFY.endless);
  await question.getByRole('button', { name: 'Run' }).click();
  const progress = page.locator('.notification-list-item', { hasText: 'Seedwise runs the program' });
  await progress.waitFor();
  for (let turn = 0; turn < 300 && running(VERIFY.endless).length < 2; turn++) await page.waitForTimeout(100);
  assert.ok(running(VERIFY.endless).length >= 2, 'the program runs');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'detached' });
  for (let turn = 0; turn < 600 && running(VERIFY.endless).length > 0; turn++) await page.waitForTimeout(100);
  assert.deepEqual(running(VERIFY.endless), []);
});
