/**
 * What people see of Seedwise while it works, in the real VS Code, and what it says of itself: how far it is, a page that fills, a
 * check that can be called off, the log, and what an issue should say. Its process is held where it is for a moment, so that
 * nothing depends on how fast a machine is.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { openFile, runCommand, screenshot, webview } from '../../scripts/workbench.ts';
import { TRAIN } from './expectations.ts';
import { stage } from './stage.ts';

/** So many files take a while to read anywhere. */
const MANY = 1500;
const READING = 'Seedwise: reading the workspace';
const CHECKING = 'Seedwise: checking the workspace';
const MAKING = 'The report is being made…';
const OWN = 'many/part_0.py';
/** With something to read and to find. */
const PART = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x):
        return self.layer(x) + torch.rand(8)


print(Net()(torch.rand(8)))
`;
const LOG = [
  'Seedwise 0.',
  'Client: code-server',
  'Folder: file:///',
  'Settings that differ: rules = {"late-seed":"off"}.',
  'files of Python read in',
  'torch 2.3.1, from requirements.txt.',
];

const { workspace, server, step } = stage({
  pictures: 'waiting-',
  fill: (folder) => {
    mkdirSync(path.join(folder, 'many'));
    mkdirSync(path.join(folder, '.vscode'));
    for (let i = 0; i < MANY; i++) writeFileSync(path.join(folder, `many/part_${i}.py`), PART);
    writeFileSync(path.join(folder, '.vscode/settings.json'), '{ "seedwise.rules": { "late-seed": "off" } }\n');
  },
});

/** The processes of this window's language server. */
function serverProcesses(): number[] {
  const extensions = path.join(path.dirname(workspace), 'extensions');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.some((word) => word.startsWith(extensions) && word.endsWith('server.cjs'));
      } catch {
        return false; // It has ended.
      }
    })
    .map(Number);
}

const signal = (name: NodeJS.Signals): void => {
  for (const pid of serverProcesses()) process.kill(pid, name);
};

after(() => signal('SIGCONT'));

/** Does something while the server stands still. */
async function held<R>(work: () => Promise<R>): Promise<R> {
  signal('SIGSTOP');
  try {
    return await work();
  } finally {
    signal('SIGCONT');
  }
}

/** Keeps what was shown for however short a time: texts of notifications. */
async function record(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seen });
    const look = (): void => {
      for (const each of document.querySelectorAll('.notification-list-item-message')) seen.add(each.textContent ?? '');
    };
    const watch = (): void =>
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    watch();
  });
}

const recorded = (page: Page): Promise<string[]> =>
  page.evaluate(() => [...(globalThis as unknown as { seen: Set<string> }).seen]);

const inStatusBar = (page: Page, text: string) => page.locator('.statusbar-item', { hasText: text });
const busy = (page: Page) => page.locator('[id="status.languageStatus"] .codicon-modifier-spin');

step(
  'while the workspace is read, the window says how far it is, and the language status is busy',
  async ({ page }) => {
    await record(page);
    await page.goto(
      server().address(workspace, [
        ['openFile', server().uri(path.join(workspace, TRAIN))],
        ['skipWelcome', 'true'],
      ]),
    );
    let seen = false;
    for (let attempt = 1; attempt <= 5 && !seen; attempt++) {
      if (attempt > 1) await runCommand(page, 'Seedwise: Restart Server');
      await inStatusBar(page, READING).first().waitFor();
      seen = await held(async () => {
        // It may have been done just before it was held.
        const isReading = await inStatusBar(page, /files/.source)
          .first()
          .waitFor({ timeout: 2000 * attempt })
          .then(
            () => true,
            () => false,
          );
        if (!isReading) return false;
        await busy(page).first().waitFor();
        await screenshot(page, 'waiting-reading');
        return true;
      });
    }
    assert.ok(seen, 'the window said that the workspace is read');
    await inStatusBar(page, READING).first().waitFor({ state: 'detached' });
    await busy(page).first().waitFor({ state: 'detached' });
  },
);

step('the page of a report is there at once, and fills', async ({ page }) => {
  await openFile(page, path.basename(OWN));
  const making = webview(page).getByRole('status').filter({ hasText: MAKING });
  await held(async () => {
    await runCommand(page, 'Seedwise: Show Reproducibility Report');
    await making.waitFor();
    assert.equal(await webview(page).locator('h1').textContent(), path.basename(OWN));
    await inStatusBar(page, 'Seedwise: report').first().waitFor();
    await screenshot(page, 'waiting-report');
  });
  await webview(page).locator('.verdict', { hasText: 'torch is never seeded' }).waitFor();
  await making.waitFor({ state: 'detached' });
  await page.locator('.tab', { hasText: 'Report:' }).locator('.action-label').click();
});

const checking = (page: Page) => page.locator('.notification-list-item', { hasText: CHECKING });

step('a check of the workspace is called off at once, and then leaves nothing behind', async ({ page }) => {
  await held(async () => {
    await runCommand(page, 'Seedwise: Check Workspace');
    await checking(page).first().waitFor();
    await screenshot(page, 'waiting-check');
    await checking(page).getByRole('button', { name: 'Cancel' }).first().click();
    await checking(page).first().waitFor({ state: 'detached' });
  });
  // Whatever is answered now was asked for later.
  await runCommand(page, 'Seedwise: Copy Debug Info');
  await page.locator('.notification-list-item', { hasText: 'on the clipboard' }).first().waitFor();
  assert.deepEqual(
    (await recorded(page)).filter((text) => /Seedwise found/.test(text)),
    [],
  );
  await runCommand(page, 'Notifications: Clear All Notifications');
});

step('a check that goes on says how far it is, and how much it found', async ({ page }) => {
  await runCommand(page, 'Seedwise: Check Workspace');
  const told = page.locator('.notification-list-item', { hasText: /Seedwise found \d+ in \d+ files/ }).first();
  await told.waitFor({ timeout: 200_000 });
  const seen = await recorded(page);
  assert.ok(
    seen.some((text) => text.startsWith(CHECKING) && /\d+ of \d+ files/.test(text)),
    seen.join('\n'),
  );
  await screenshot(page, 'waiting-checked');
  assert.match((await told.textContent()) ?? '', /in 1[45]\d\d files/);
  await runCommand(page, 'Notifications: Clear All Notifications');
  await runCommand(page, 'View: Hide Panel');
});

step('the log is shown, and says what runs where', async ({ page }) => {
  await runCommand(page, 'Seedwise: Show Log');
  const lines = page.locator('.output-view .view-line, .panel .view-line');
  for (const text of LOG) await lines.filter({ hasText: text }).first().waitFor();
  await screenshot(page, 'waiting-log');
  await runCommand(page, 'View: Hide Panel');
});

step('what an issue should say is copied, and the way to write it leads to the tracker', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await runCommand(page, 'Seedwise: Copy Debug Info');
  const told = page.locator('.notification-list-item', { hasText: 'on the clipboard' }).first();
  await told.waitFor();
  const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
  for (const line of [
    /^Seedwise \d+\.\d+\.\d+ on Node \d+/,
    /^Client: .*\d+\.\d+/m,
    /^Folders: 1; files of Python: 15\d\d; read in \d+ ms$/m,
    /^torch: 2\.3\.1 \(from requirements\.txt\)$/m,
    /^Open documents: \d+; notebooks: 0$/m,
    /^Settings that differ: rules = \{"late-seed":"off"\}$/m,
    /^Slow files: /m,
    /^VS Code \d+\.\d+\.\d+ \(.+\)$/m,
  ])
    assert.match(copied, line);
  assert.doesNotMatch(copied, /import|class Net|\/tmp|workspace/, 'no code and no folder is named');
  await screenshot(page, 'waiting-debug-info');
  await told.getByRole('button', { name: 'Open Issue' }).click();
  // VS Code asks before it opens a page elsewhere.
  const question = page.locator('.monaco-dialog-box', { hasText: 'github.com/seedwise/seedwise/issues/new' });
  await question.waitFor();
  await screenshot(page, 'waiting-open-issue');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
});
