/**
 * Where a newcomer finds Seedwise in the real VS Code, and what is there: nothing that asks for attention, the title of an editor,
 * the extension's own page, the pages of rules, the walkthrough by keyboard; and repairs that write a file or take something out.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import {
  openFile,
  openLightbulb,
  pick,
  runCommand,
  screenshot,
  waitForSquiggles,
  webview,
} from '../../scripts/workbench.ts';
import { FAULT, TRAIN } from './expectations.ts';
import { column, line, stage } from './stage.ts';

const HASHES = 'hashes.py';
const CHOICES = 'choices.py';
const WORKERS = 'workers.py';
const FILES: Readonly<Record<string, string>> = {
  [HASHES]: "import os\n\nimport torch\n\nos.environ['PYTHONHASHSEED'] = '7'\ntorch.manual_seed(7)\n",
  [CHOICES]: 'import torch\n\ntorch.backends.cudnn.benchmark = True\ntorch.manual_seed(3)\n\nprint(torch.rand(2))\n',
  [WORKERS]: `import os

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


class Noise(Dataset):
    def __len__(self):
        return 9

    def __getitem__(self, index):
        return np.random.normal()


a = os.listdir('a')[0]
b = os.listdir('b')[0]
torch.manual_seed(3)
loader = DataLoader(Noise(), shuffle=True, num_workers=2)
for x in loader:
    print(x)
`,
};
const REPORT = 'Show Reproducibility Report';

const { workspace, server, step } = stage({
  pictures: 'around-',
  showsEnds: true,
  fill: (folder) => {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, name), text);
  },
});

/** How long an attempt may take, in milliseconds: the later ones are for slow machines. */
const patience = (attempt: number): number => 2000 * 2 ** attempt;

/** What is not there yet is tried again. */
const SOON = { timeout: 5000 };

/** Does something until it shows what it should; menus and pickers close again where the focus comes late. */
async function untilShown(page: Page, act: () => Promise<void>, shown: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const isShown = await act()
      .then(() => shown.waitFor({ timeout: patience(attempt) }))
      .then(
        () => true,
        () => false,
      );
    if (isShown) return;
    if (attempt === 6) throw new Error('It is not shown');
    await page.keyboard.press('Escape');
  }
}

const closeReport = (page: Page): Promise<void> =>
  page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();

/** Waits for a page among the frames, and gives it. */
async function frameWith(page: Page, selector: string, text: string | RegExp) {
  const frames = page.locator('iframe.webview');
  for (let turn = 0; turn < 600; turn++) {
    for (let i = 0; i < (await frames.count()); i++) {
      const inner = frames.nth(i).contentFrame().locator('#active-frame').contentFrame();
      if ((await inner.locator(selector, { hasText: text }).count()) > 0) return inner;
    }
    await page.waitForTimeout(100);
  }
  return assert.fail(`no page shows ${text}`);
}

step('the first window shows the squiggle, and nothing else of ours', async ({ page }) => {
  await page.goto(
    server().address(workspace, [
      ['openFile', server().uri(path.join(workspace, TRAIN))],
      ['skipWelcome', 'true'],
    ]),
  );
  await waitForSquiggles(page);
  await page.locator('.codelens-decoration', { hasText: 'Seedwise:' }).waitFor();
  assert.equal(await page.locator('.tab').count(), 1, 'no page was opened');
  assert.equal(await page.locator('.notification-list-item', { hasText: 'Seedwise' }).count(), 0, 'nothing is asked');
});

step('the title of an editor has the report, and the way to run it twice beside it', async ({ page }) => {
  const title = page.locator('.editor-group-container.active .title .editor-actions');
  const items = page.locator('.monaco-menu .action-item');
  await untilShown(
    page,
    () => title.getByLabel('Run or Debug...').first().click(SOON),
    items.filter({ hasText: 'Verify Reproducibility' }),
  );
  await items.filter({ hasText: REPORT }).waitFor();
  await screenshot(page, 'around-title-run');
  await page.keyboard.press('Escape');
  await items.first().waitFor({ state: 'detached' });
  await untilShown(
    page,
    () => title.getByLabel('More Actions...').first().click(SOON),
    items.filter({ hasText: REPORT }),
  );
  await screenshot(page, 'around-title-more');
  await items.filter({ hasText: REPORT }).click();
  await webview(page).locator('h1', { hasText: TRAIN }).waitFor();
});

step('the page of a rule is opened from the report, beside it and from this machine', async ({ page }) => {
  await webview(page).locator('a', { hasText: FAULT.rule }).first().click();
  const rule = await frameWith(page, 'h1', FAULT.rule);
  await rule.locator('h2', { hasText: 'Example' }).first().waitFor();
  assert.equal(await page.locator('.monaco-dialog-box').count(), 0, 'no address elsewhere is asked about');
  await screenshot(page, 'around-rule-from-report');
  await runCommand(page, 'View: Close All Editors');
});

step('and from the lightbulb, beside the code', async ({ page }) => {
  await openFile(page, TRAIN);
  await waitForSquiggles(page);
  const explain = page.locator('.action-widget .monaco-list-row.action', { hasText: `Explain \`${FAULT.rule}\`` });
  const preview = page.locator('.tab', { hasText: `Preview ${FAULT.rule}` });
  await untilShown(page, () => openLightbulb(page, line, column).then(() => explain.click(SOON)), preview);
  await frameWith(page, 'h1', FAULT.rule);
  assert.equal(await page.locator('.editor-group-container').count(), 2, 'the code stays where it was');
  await page.locator('.view-line', { hasText: 'benchmark' }).first().waitFor();
  await screenshot(page, 'around-rule-beside');
  await preview.locator('.action-label').click();
});

step(
  'a hash seed is removed at first; where it is wanted, it goes into launch.json without another question',
  async ({ page }) => {
    await openFile(page, HASHES);
    await waitForSquiggles(page);
    const row = FILES[HASHES]!.split('\n').findIndex((each) => each.includes('PYTHONHASHSEED')) + 1;
    const titles = await openLightbulb(page, row, 14);
    assert.match(titles[0] ?? '', /^Remove/, String(titles));
    await screenshot(page, 'around-hash-seed');
    await page.keyboard.press('Escape');
    const write = page.locator('.action-widget .monaco-list-row.action', { hasText: 'launch.json' });
    const launch = path.join(workspace, '.vscode/launch.json');
    const written = async (): Promise<string> =>
      existsSync(launch) ? readFileSync(launch, 'utf8') : (await page.locator('.tab.dirty').allTextContents()).join();
    await untilShown(
      page,
      () => openLightbulb(page, row, 14).then(() => write.click(SOON)),
      page.locator('.explorer-folders-view .monaco-list-row, .tab', { hasText: /\.vscode|launch\.json/ }).first(),
    );
    assert.equal(await page.locator('.refactor-preview, .monaco-dialog-box').count(), 0, 'nothing is asked');
    for (let turn = 0; turn < 600 && !(await written()).includes('PYTHONHASHSEED'); turn++) {
      // What is not stored yet is open.
      await runCommand(page, 'File: Save All').catch(() => {});
      await page.waitForTimeout(100);
    }
    assert.match(readFileSync(launch, 'utf8'), /"PYTHONHASHSEED": "7"/);
  },
);

step(
  'the seed block with deterministic algorithms takes out what says otherwise, and shows its call',
  async ({ page }) => {
    await openFile(page, CHOICES);
    await page.locator('.view-line', { hasText: 'benchmark' }).waitFor();
    const choice = page.locator('.quick-input-list .monaco-list-row', {
      hasText: 'Seeds and deterministic algorithms',
    });
    await untilShown(page, () => runCommand(page, 'Seedwise: Insert Seed Block'), choice.first());
    await screenshot(page, 'around-seed-block');
    await choice.first().click();
    await page.locator('.view-line', { hasText: /make_deterministic\(3\)/ }).waitFor();
    await page.locator('.view-line', { hasText: /benchmark\s=\sFalse/ }).waitFor();
    assert.equal(await page.locator('.view-line', { hasText: /benchmark\s=\sTrue/ }).count(), 0);
    assert.equal(await page.locator('.view-line', { hasText: /manual_seed\(/ }).count(), 1);
    // Its call is selected.
    await page.locator('.statusbar-item', { hasText: /\(21 selected\)/ }).waitFor();
  },
);

step('the report counts what workers draw, groups findings, and has each repair beside its line', async ({ page }) => {
  await openFile(page, WORKERS);
  await waitForSquiggles(page);
  await runCommand(page, `Seedwise: ${REPORT}`);
  const shown = webview(page);
  await shown.locator('h1', { hasText: WORKERS }).waitFor();
  await shown.getByText('drawn in workers only').first().waitFor();
  await shown.getByText('in workers of a DataLoader').first().waitFor();
  assert.equal(
    await shown.locator('a', { hasText: /^unsorted-listing$/ }).count(),
    1,
    'both findings stand under one rule',
  );
  assert.equal((await shown.locator('a.repair', { hasText: 'Sort the listing' }).count()) >= 2, true);
  await screenshot(page, 'around-report-of-workers');
  await closeReport(page);
});

step('the extension’s own page has links and pictures that need no folder around them', async ({ page }) => {
  const item = page.locator('.extensions-viewlet .monaco-list-row', { hasText: 'Seedwise' });
  await untilShown(page, () => runCommand(page, 'Extensions: Show Installed Extensions'), item.first());
  await untilShown(
    page,
    () => item.first().click(SOON),
    page.locator('.extension-editor .name', { hasText: 'Seedwise' }),
  );
  const readme = await frameWith(page, 'h1', 'Seedwise');
  await readme.locator('h2').first().waitFor();
  const targets = await readme
    .locator('a[href], img[src]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('href') ?? each.getAttribute('src') ?? ''));
  assert.ok(targets.length > 40, String(targets.length));
  assert.deepEqual(
    targets.filter((each) => !/^(https:|#)/.test(each)),
    [],
  );
  for (const category of ['Linters', 'Notebooks', 'Machine Learning', 'Data Science'])
    await page.locator('.extension-editor').getByText(category, { exact: true }).first().waitFor();
});

step('the walkthrough is used by the keyboard, and its steps have names and roles', async ({ page }) => {
  await runCommand(page, 'View: Close All Editors');
  const entry = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Seedwise' });
  await untilShown(page, () => runCommand(page, 'Welcome: Open Walkthrough...'), entry.first());
  await pick(page, 'Get Started with Seedwise');
  const steps = page.locator('.gettingStartedContainer .getting-started-step');
  await steps.nth(3).waitFor();
  const second = steps.nth(1);
  for (let attempt = 1; attempt <= 5; attempt++) {
    await second.focus();
    await page.keyboard.press('Enter');
    const isOpen = await page
      .locator('.getting-started-step.expanded', { hasText: 'Repair it from the lightbulb' })
      .waitFor({ timeout: patience(attempt) })
      .then(
        () => true,
        () => false,
      );
    if (isOpen) break;
  }
  await page.locator('.getting-started-step.expanded', { hasText: 'Repair it from the lightbulb' }).waitFor();
  for (let i = 0; i < 4; i++) {
    const each = steps.nth(i);
    assert.equal(await each.getAttribute('role'), 'button');
    assert.match(
      (await each.locator('[role="checkbox"]').getAttribute('aria-label')) ?? '',
      /\w+: (Not )?[Cc]ompleted/,
    );
  }
});
