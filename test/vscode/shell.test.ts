/**
 * What stands around the squiggles in the real VS Code: the line above a program, the view of the programs, the check of the
 * workspace, settings that are wrong, notebooks by VS Code's own serializer, and who cannot see or use a mouse.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import {
  openFile,
  openLightbulb,
  pick,
  pickFromLightbulb,
  quickInput,
  runCommand,
  screenshot,
  showProblems,
  squiggles,
  waitForSquiggles,
  webview,
} from '../../scripts/workbench.ts';
import { FAULT, FAULTY, TRAIN } from './expectations.ts';
import { column, line, stage } from './stage.ts';

const FIT = 'fit.py';
const FILES: Readonly<Record<string, string>> = {
  'unseeded.py': 'import torch\n\nprint(torch.rand(2))\n',
  [FIT]: `import torch\n\n\ndef main():\n    torch.manual_seed(7)\n    loss = torch.rand(1)\n    return loss\n\n\nif __name__ == '__main__':\n    main()\n`,
  'timed.py': FAULTY,
  'pyproject.toml': '[tool.seedwise.rules]\nlate-sed = "off"\n',
  '.vscode/settings.json': '{ "seedwise.rules": { "late-sed": "off", "split-*": "hint" } }\n',
};

const { workspace, server, step } = stage({
  pictures: 'shell-',
  showsEnds: true,
  patience: 30_000,
  fill: (folder) => {
    mkdirSync(path.join(folder, '.vscode'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, name), text);
  },
});
const at = (name: string): string => path.join(workspace, name);
/** Waits for the page of a report among the frames, of which a notebook has one for its outputs. */
async function frameWith(page: Page, title: string): Promise<void> {
  const frames = page.locator('iframe.webview');
  for (let turn = 0; turn < 300; turn++) {
    for (let i = 0; i < (await frames.count()); i++) {
      const inner = frames.nth(i).contentFrame().locator('#active-frame').contentFrame();
      if ((await inner.locator('h1', { hasText: title }).count()) > 0) return;
    }
    await page.waitForTimeout(200);
  }
  assert.fail(`no page shows ${title}`);
}

const problems = (page: Page): Locator => page.locator('.markers-panel .monaco-list-row');

step('a click on the line above a program opens its report', async ({ page }) => {
  await page.goto(
    server().address(workspace, [
      ['openFile', server().uri(at(TRAIN))],
      ['skipWelcome', 'true'],
    ]),
  );
  await waitForSquiggles(page);
  const lens = page.locator('.codelens-decoration a', { hasText: 'Seedwise: 1 finding needs a look' });
  await lens.click();
  await webview(page).locator('.verdict').waitFor();
  assert.equal(await webview(page).locator('h1').textContent(), TRAIN);
});

step('a link of the report takes the repair', async ({ page }) => {
  await webview(page).locator('a.repair', { hasText: 'Set benchmark to False' }).click();
  await page.locator('.view-line', { hasText: 'benchmark' }).getByText('False').first().waitFor();
  await squiggles(page).first().waitFor({ state: 'detached' });
  assert.equal(readFileSync(at(TRAIN), 'utf8'), FAULTY, 'nothing is saved');
  await page.locator('.view-line', { hasText: 'benchmark' }).click();
  await page.keyboard.press('Control+Z');
  await waitForSquiggles(page);
});

step('the view of the programs says what each promises, and leads to its findings', async ({ page }) => {
  await page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();
  await page.locator('.pane-header', { hasText: 'Programs (Seedwise)' }).click();
  const tree = page.locator('.pane', { hasText: 'Programs (Seedwise)' }).last();
  const program = tree.locator('.monaco-list-row[aria-level="1"]', { hasText: 'unseeded.py' });
  await program.waitFor();
  assert.match((await program.textContent()) ?? '', /torch is never seeded/);
  await program.locator('.monaco-tl-twistie').click();
  const finding = tree.locator('.monaco-list-row', { hasText: '3: `torch.rand`' });
  await program.hover();
  await page.mouse.wheel(0, 200);
  await finding.waitFor();
  assert.match((await finding.getAttribute('aria-label')) ?? '', /^information, line 3: `torch\.rand`/);
  await finding.click();
  await page.locator('.tab.active', { hasText: 'unseeded.py' }).waitFor();
  await page.locator('.statusbar-item', { hasText: 'Ln 3, Col 1' }).waitFor();
});

step('the report of a program is opened from the view', async ({ page }) => {
  const tree = page.locator('.pane', { hasText: 'Programs (Seedwise)' }).last();
  const program = tree.locator('.monaco-list-row[aria-level="1"]', { hasText: 'unseeded.py' });
  await program.hover();
  await program.locator('.action-label[aria-label="Show Reproducibility Report"]').click();
  await webview(page).locator('h1', { hasText: 'unseeded.py' }).waitFor();
  await page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();
});

step('the check of the workspace fills the problems of files that are not open', async ({ page }) => {
  await runCommand(page, 'Seedwise: Check Workspace');
  await page.locator('.notification-list-item-message', { hasText: /Seedwise found \d+ in \d+ files?/ }).waitFor();
  await showProblems(page);
  await problems(page).filter({ hasText: 'timed.py' }).first().waitFor();
  await problems(page).filter({ hasText: 'cuDNN pick its algorithm' }).first().waitFor();
});

step('a rule that is none is marked in pyproject.toml', async ({ page }) => {
  await openFile(page, 'pyproject.toml');
  await waitForSquiggles(page);
  await showProblems(page);
  const problem = problems(page).filter({ hasText: '`late-sed` is no rule; did you mean `late-seed`?' });
  await problem.first().waitFor();
});

step('and in settings.json', async ({ page }) => {
  await openFile(page, 'settings.json');
  const problem = problems(page).filter({ hasText: 'late-sed' }).filter({ hasText: 'not allowed' });
  await problem.first().waitFor();
  assert.equal(await problems(page).filter({ hasText: 'split-*' }).count(), 0, 'a pattern is no mistake');
});

step('the message about wrong settings leads to them', async ({ page }) => {
  await openFile(page, TRAIN);
  await runCommand(page, 'Notifications: Show Notifications');
  const told = page.locator('.notification-list-item', { hasText: '`late-sed` is no rule' });
  await told.getByRole('button', { name: 'Open Settings' }).first().waitFor();
  await screenshot(page, 'shell-open-settings');
  await told.getByRole('button', { name: 'Open Settings' }).first().click();
  await page.locator('.settings-editor, .tab.active:has-text("pyproject.toml")').first().waitFor();
  await page.keyboard.press('Escape');
  writeFileSync(at('pyproject.toml'), '');
});

step('the severity of a rule is changed from the lightbulb', async ({ page }) => {
  writeFileSync(at('.vscode/settings.json'), '{}\n');
  await openFile(page, TRAIN);
  await page.keyboard.press('Escape');
  const titles = await openLightbulb(page, line, column);
  assert.equal(titles[0], FAULT.fix);
  for (const title of ['Change the severity of', 'off in this folder', 'Fix all of `cudnn-benchmark` in the workspace'])
    assert.ok(
      titles.some((each) => each.includes(title)),
      String(titles),
    );
  await page.keyboard.press('Escape');
  await pickFromLightbulb(page, line, column, 'Change the severity');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'hint' }).first().click();
  for (let turn = 0; turn < 100 && !/hint/.test(readFileSync(at('.vscode/settings.json'), 'utf8')); turn++)
    await page.waitForTimeout(100);
  const settings = JSON.parse(readFileSync(at('.vscode/settings.json'), 'utf8'));
  assert.deepEqual(settings['seedwise.rules'], { [FAULT.rule]: 'hint' });
  await page.locator('.squiggly-hint').first().waitFor();
  writeFileSync(at('.vscode/settings.json'), '{ "seedwise.inlayHints": true }\n');
});

step('all of a rule is repaired in the workspace, after a question', async ({ page }) => {
  await openLightbulb(page, line, column);
  await page.locator('.action-widget .monaco-list-row.action', { hasText: 'in the workspace' }).click();
  const question = page.locator('.notification-list-item', { hasText: /Repair \d findings of/ });
  await question.waitFor();
  await screenshot(page, 'shell-fix-workspace');
  await question.getByRole('button', { name: 'Repair' }).click();
  await page.locator('.view-line', { hasText: 'benchmark' }).getByText('False').first().waitFor();
  await openFile(page, 'timed.py');
  await page.locator('.tab.active.dirty', { hasText: 'timed.py' }).waitFor();
  assert.equal(readFileSync(at('timed.py'), 'utf8'), FAULTY, 'nothing is saved');
});

step('behind each draw stands its stream', async ({ page }) => {
  await openFile(page, 'unseeded.py');
  await page.locator('.view-line', { hasText: /torch\.rand\(2\)\s*torch/ }).waitFor();
});

step('a comparison of runs is written beside the program', async ({ page }) => {
  await openFile(page, FIT);
  await page.locator('.view-line', { hasText: 'manual_seed' }).click();
  await runCommand(page, 'Seedwise: Insert Run Comparison');
  await page.locator('.tab.active', { hasText: 'compare_runs.py' }).waitFor();
  await page.locator('.view-line', { hasText: 'SummaryWriter' }).first().waitFor();
  await page.locator('.view-line', { hasText: 'SummaryWriter' }).first().click();
  await page.keyboard.press('Control+S');
  for (let turn = 0; turn < 600 && !existsSync(at('compare_runs.py')); turn++) await page.waitForTimeout(100);
  await page.locator('.tab', { hasText: FIT }).first().click();
  await page.locator('.view-line', { hasText: 'def main(seed=7)' }).waitFor();
});

/** What axe finds in the page of the report, in its theme's colours; the page is taken out of the frame that lets no script run. */
async function faultsOf(page: Page): Promise<string[]> {
  const shown = webview(page);
  const [style, kind, body] = await Promise.all([
    shown.locator('html').getAttribute('style'),
    shown.locator('body').getAttribute('class'),
    shown.locator('body').innerHTML(),
  ]);
  const css = readFileSync(path.resolve(import.meta.dirname, '../../media/report.css'), 'utf8');
  const own = await page.context().browser()!.newPage();
  try {
    await own.setContent(
      `<!DOCTYPE html><html lang="en" style="${(style ?? '').replaceAll('"', '&quot;')}"><head><title>Report</title>
<style>body { background: var(--vscode-editor-background); }${css}</style></head><body class="${kind}">${body}</body></html>`,
    );
    await own.evaluate(axe.source);
    const { violations, passes } = await own.evaluate(async () => {
      const found = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      const told = ({ id, nodes }: (typeof found.violations)[number]) =>
        `${id}: ${nodes.map(({ html }) => html).join(' ')}`;
      return { violations: found.violations.map(told), passes: found.passes.map(({ id }) => id) };
    });
    assert.ok(passes.includes('color-contrast'), 'the colours were looked at');
    return violations;
  } finally {
    await own.close();
  }
}

/** Each with what a page says of itself once it has its colours. */
const THEMES = {
  'Light Modern': 'vscode-light',
  'Dark Modern': 'vscode-dark',
  'Default High Contrast': 'vscode-high-contrast',
  'Default High Contrast Light': 'vscode-high-contrast-light',
};

for (const [theme, kind] of Object.entries(THEMES)) {
  step(`the report in ${theme} can be read by everybody`, async ({ page }) => {
    writeFileSync(at('.vscode/settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    await openFile(page, 'unseeded.py');
    await runCommand(page, 'Seedwise: Show Reproducibility Report');
    await webview(page).locator('h1', { hasText: 'unseeded.py' }).waitFor();
    await webview(page).locator(`body[data-vscode-theme-kind="${kind}"]`).waitFor();
    assert.deepEqual(await faultsOf(page), []);
  });
}

step('the report is used by the keyboard alone', async ({ page }) => {
  await page.locator('.tab', { hasText: 'Report:' }).click();
  const links = webview(page).locator('a');
  await webview(page).locator('h1').click();
  const reached: string[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await page.keyboard.press('Tab');
    reached.push((await webview(page).locator('a:focus').textContent()) ?? '');
  }
  assert.deepEqual(reached, (await links.allTextContents()).slice(0, 5), 'in the order of the page');
  const place = webview(page).locator('a.place').first();
  await place.focus();
  await page.keyboard.press('Enter');
  await page.locator('.statusbar-item', { hasText: 'Ln 3, Col 7' }).waitFor();
});

step('the walkthrough has four steps with pictures that say what they show', async ({ page }) => {
  await page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();
  await runCommand(page, 'View: Hide Panel');
  await runCommand(page, 'Welcome: Open Walkthrough...');
  await pick(page, 'Get Started with Seedwise');
  const steps = page.locator('.gettingStartedContainer .getting-started-step');
  await steps.first().waitFor();
  assert.equal(await steps.count(), 4);
  // VS Code shows pictures where there is room for them.
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.locator('.gettingStartedContainer img[alt*="squiggles under the calls"]').waitFor();
});

const cell = (page: Page, text: string): Locator =>
  page.locator('.notebook-editor .cell .view-line', { hasText: text });

step('the toolbar of a notebook has the report, and the palette all that it has for a file', async ({ page }) => {
  await openFile(page, 'train.ipynb');
  await cell(page, 'benchmark').first().waitFor();
  await waitForSquiggles(page);
  const input = await quickInput(page, 'F1', '>Seedwise: ');
  const rows = page.locator('.quick-input-list .monaco-list-row .label-name');
  await rows.first().waitFor();
  const listed: string[] = [];
  for (const title of [
    'Insert Seed Block',
    'Insert seed_worker',
    'Make This DataLoader',
    'Replace index_select',
    'Verify',
  ]) {
    await input.fill(`>Seedwise: ${title}`);
    await rows.first().waitFor();
    listed.push(...(await rows.allInnerTexts()));
  }
  for (const title of [
    'Insert Seed Block',
    'Insert seed_worker',
    'Make This DataLoader',
    'Replace index_select',
    'Verify',
  ])
    assert.ok(
      listed.some((each) => each.includes(title)),
      `${title} in ${listed}`,
    );
  await input.press('Escape');
  const action = page.locator('.notebook-toolbar-container, .editor-actions').getByLabel('Show Reproducibility Report');
  await action.first().click();
  await frameWith(page, 'train.ipynb');
});

step('a seed block goes into a cell of the notebook', async ({ page }) => {
  await page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();
  await cell(page, 'no fault').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('print(torch.rand(2))');
  await cell(page, 'print(torch.rand(2))').first().waitFor();
  await runCommand(page, 'Seedwise: Insert Seed Block');
  await pick(page, 'Seeds only');
  await cell(page, 'seed_everything(42)').first().waitFor();
});
