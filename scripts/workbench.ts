/** VS Code's workbench in a headless Chromium: what a person does with mouse and keyboard, for the scripts and the browser test. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { fetchChromium } from './vscode.ts';

/** Where pictures go. */
export const SCREENSHOTS = path.resolve(import.meta.dirname, '../out/screenshots');

/** Only the page of our own server is shown, on any machine: no sandbox (root has none), no graphics card, no network. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export interface Workbench {
  readonly page: Page;
  close(): Promise<void>;
}

/** An empty page; the workbench appears in it by `page.goto(server.address(...))`. */
export async function openBrowser(): Promise<Workbench> {
  const browser = await chromium.launch({ executablePath: fetchChromium(), headless: true, args: FLAGS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  return { page, close: () => browser.close() };
}

export type Clip = NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>;

export const squiggles = (page: Page): Locator =>
  page.locator('.monaco-editor').locator('.squiggly-error, .squiggly-warning, .squiggly-info, .squiggly-hint');

/** The squiggles once they stand still, so that a picture shows them all. */
export async function waitForSquiggles(page: Page): Promise<void> {
  await squiggles(page).first().waitFor({ timeout: 120_000 });
  for (let before = -1, now = 0; before !== now; before = now, now = await squiggles(page).count()) {
    await page.waitForTimeout(500);
  }
}

/** How long an attempt may take, in milliseconds: the later ones are for slow machines. */
const patience = (attempt: number): number => 2000 * 2 ** attempt;

/**
 * Opens the quick input by a key and fills it. It tries more than once: an editor or a webview that takes the focus late,
 * as after a click on a link, closes the quick input again.
 */
export async function quickInput(page: Page, key: string, text: string): Promise<Locator> {
  const input = page.locator('.quick-input-widget input').first();
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press(key);
    try {
      await input.fill(text, { timeout: patience(attempt) });
      return input;
    } catch (error) {
      if (attempt === 5) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Takes an entry of the list of the quick input by typing what it says: what an entry shows when it is hovered lies over others. */
export async function pick(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input[type="text"]').first();
  await input.fill(title);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).first().waitFor();
  await input.press('Enter');
}

/** Shows a file of the workspace by its name. The list shows what was open last before it shows what is asked for. */
export async function openFile(page: Page, name: string): Promise<void> {
  const tab = page.locator(`.tab.active[data-resource-name="${name}"]`);
  for (let attempt = 1; attempt <= 5; attempt++) {
    const input = await quickInput(page, 'Control+P', name);
    const asked = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).first();
    // The focus of an editor that has just been shown may close the list before it is read.
    const shown = await asked
      .waitFor({ timeout: patience(attempt) })
      .then(() => input.press('Enter', { timeout: patience(attempt) }))
      .then(() => tab.waitFor({ timeout: patience(attempt) }))
      .then(
        () => true,
        () => false,
      );
    if (shown) return;
    await page.keyboard.press('Escape');
  }
  throw new Error(`${name} is not shown`);
}

/** Puts the cursor on a line and column, both from 1, and the keyboard into the text. */
export async function goTo(page: Page, line: number, column: number): Promise<void> {
  const there = page.locator('.statusbar-item', { hasText: new RegExp(`Ln ${line}, Col ${column}\\b`) });
  const focused = page.locator('.editor-group-container.active .monaco-editor.focused');
  for (let attempt = 1; attempt <= 5; attempt++) {
    const input = await quickInput(page, 'Control+G', `:${line}:${column}`);
    // Enter does nothing as long as the list does not offer the place.
    const place = new RegExp(`\\b${line}\\D+${column}\\b`);
    const offered = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: place }).first();
    const arrived = await offered
      .waitFor({ timeout: patience(attempt) })
      .then(() => input.press('Enter', { timeout: patience(attempt) }))
      .then(() => input.waitFor({ state: 'hidden', timeout: patience(attempt) }))
      .then(() => there.waitFor({ timeout: patience(attempt) }))
      .then(() => focused.first().waitFor({ timeout: patience(attempt) }))
      .then(
        () => true,
        () => false,
      );
    if (arrived) return;
    await page.keyboard.press('Escape');
  }
  throw new Error(`The cursor does not go to ${line}:${column}`);
}

/** Presses keys, one after the other, until something shows; a view that is still being opened takes none. */
export async function pressUntil(page: Page, keys: readonly string[], shown: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    for (const key of keys) await page.keyboard.press(key);
    try {
      return await shown.first().waitFor({ timeout: patience(attempt) });
    } catch (error) {
      if (attempt === 5) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Opens the list of problems; it has no key that only opens it. */
export async function showProblems(page: Page): Promise<void> {
  const panel = page.locator('.markers-panel');
  if (!(await panel.isVisible())) await pressUntil(page, ['Control+Shift+M'], panel);
}

/**
 * Types at a line and column, both from 1, until the text shows a line with `shown`. It tries more than once: what takes
 * the focus late, as a list of problems that has just been opened, takes the keys too.
 */
export async function typeAt(page: Page, line: number, column: number, text: string, shown = text): Promise<void> {
  const typed = page.locator('.editor-group-container.active .view-line', { hasText: shown }).first();
  for (let attempt = 1; attempt <= 5; attempt++) {
    await goTo(page, line, column);
    await page.keyboard.type(text);
    const isThere = await typed.waitFor({ timeout: patience(attempt) }).then(
      () => true,
      () => false,
    );
    if (isThere) return;
  }
  throw new Error(`${text} is not typed at ${line}:${column}`);
}

/**
 * Opens the menu of Ctrl+. at a place and gives its titles; Enter then takes the first. It tries more than once: right
 * after the page has loaded, the text does not always have the focus.
 */
export async function openLightbulb(page: Page, line: number, column: number): Promise<string[]> {
  const entries = page.locator('.action-widget .monaco-list-row.action');
  for (let attempt = 1; attempt <= 5; attempt++) {
    await goTo(page, line, column);
    await page.keyboard.press('Control+.');
    const shown = await entries
      .first()
      .waitFor({ timeout: patience(attempt) })
      .then(() => true)
      .catch(() => false);
    if (shown) return (await entries.allInnerTexts()).map((title) => title.trim());
    await page.keyboard.press('Escape');
  }
  throw new Error(`Ctrl+. shows no menu at ${line}:${column}`);
}

/**
 * Takes an entry of the menu of Ctrl+. that opens a picker. It tries more than once: an editor that takes the focus late
 * closes the picker again.
 */
export async function pickFromLightbulb(page: Page, line: number, column: number, title: string): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const shown = await openLightbulb(page, line, column)
      .then(() => page.locator('.action-widget .monaco-list-row.action', { hasText: title }).click())
      .then(() =>
        page
          .locator('.quick-input-list .monaco-list-row')
          .first()
          .waitFor({ timeout: patience(attempt) }),
      )
      .then(
        () => true,
        () => false,
      );
    if (shown) return;
    await page.keyboard.press('Escape');
  }
  throw new Error(`${title} opens no picker`);
}

/** Saves the edit that is on its way: waits for it, presses Ctrl+S, waits for the file; gives the file’s new text. */
export async function save(page: Page, file: string): Promise<string> {
  const before = readFileSync(file, 'utf8');
  await page.locator('.tab.active.dirty').waitFor();
  await page.keyboard.press('Control+S');
  for (let attempt = 0; attempt < 600; attempt++) {
    const after = existsSync(file) ? readFileSync(file, 'utf8') : before;
    if (after !== before && after !== '') return after;
    await page.waitForTimeout(100);
  }
  throw new Error(`${path.basename(file)} was not saved with a change`);
}

/** A picture of the window, or of a part of it, in `out/screenshots/`. */
export async function screenshot(page: Page, name: string, clip?: Clip): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const file = path.join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled', caret: 'initial', ...(clip && { clip }) });
}

/** Runs a command by its title, as the palette shows it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = await quickInput(page, 'F1', `>${title}`);
  await page.locator('.quick-input-list .monaco-list-row.focused').first().getByText(title).waitFor();
  await input.press('Enter');
  // The command may ask something in the same place.
  await page.getByPlaceholder('Type the name of a command to run.').waitFor({ state: 'hidden' });
}

/** The page that a webview shows. */
export const webview = (page: Page): FrameLocator => page.frameLocator('iframe.webview').frameLocator('#active-frame');
