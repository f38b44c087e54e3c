/**
 * `npm run test:launchers`: the launchers that VS Code offers to run a program with, run from there and on the command line, on
 * the Python with torch and accelerate that `PYTHON` names.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openFile, runCommand, screenshot } from '../../scripts/workbench.ts';
import { VERIFY } from '../vscode/expectations.ts';
import { stage } from '../vscode/stage.ts';

const PYTHON = process.env.PYTHON ?? 'python3';
const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');
/** Milliseconds for some runs of a launcher whose ranks each import torch, on a slow machine. */
const PATIENCE = 1_200_000;

/** Each rank draws; with the seed they repeat. */
const DRAWS = 'print("a number", torch.rand(2).sum().item(), flush=True)\n';
const FILES = {
  'parts.py': `import torch\n\n${DRAWS}`,
  'steady.py': `import torch\n\ntorch.manual_seed(0)\n${DRAWS}`,
} as const;
const write = (folder: string): void => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, name), text);
};

const { workspace, server, step } = stage({
  pictures: 'launchers-',
  fill: write,
  patience: 120_000,
  limit: 2 * PATIENCE,
});

interface Told {
  readonly result: string;
  readonly operations: number;
  readonly draws: number;
  readonly place: { readonly file: string; readonly line: number } | null;
  readonly cause: string | null;
}

/** What the command line says of the same line. */
function onCommandLine([launcher = '', ...words]: readonly string[]): Told {
  const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-launchers-'));
  try {
    write(folder);
    const given = ['verify', '--yes', '--python', PYTHON, '--format', 'json', launcher, '--', ...words];
    const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...given], { cwd: folder, encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Takes the way among those that are offered, with the interpreter, and gives what VS Code tells at the end. */
async function inVSCode(page: Page, name: string, way: string, told: string): Promise<void> {
  await openFile(page, name);
  await runCommand(page, VERIFY.title);
  await page.locator('.quick-input-widget', { hasText: `How is ${name} run?` }).waitFor();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: way }).first().click();
  await page.locator('.quick-input-widget', { hasText: VERIFY.prompt }).waitFor();
  const interpreter = page.locator('.quick-input-widget input').first();
  await interpreter.fill(PYTHON);
  await interpreter.press('Enter');
  const question = page.locator('.monaco-dialog-box');
  await question.waitFor();
  const text = (await question.textContent()) ?? '';
  for (const part of [`Command: ${way}`, `Interpreter: ${PYTHON}`])
    assert.ok(text.includes(part), `${part} in ${text}`);
  await question.getByRole('button', { name: 'Run' }).click();
  await page.locator('.notification-list-item', { hasText: told }).waitFor({ timeout: PATIENCE });
}

const OFFERED = [
  ['torchrun', '--nproc_per_node', '2'],
  ['accelerate', 'launch'],
] as const;

step('the line above a program asks how it is run', async ({ page }) => {
  const uri = server().uri(path.join(workspace, 'parts.py'));
  await page.goto(
    server().address(workspace, [
      ['openFile', uri],
      ['skipWelcome', 'true'],
    ]),
  );
  await page.locator('.codelens-decoration a', { hasText: 'run it twice' }).click();
  const ways = page.locator('.quick-input-widget', { hasText: 'How is parts.py run?' });
  await ways.waitFor();
  await page.keyboard.press('Escape');
  await ways.waitFor({ state: 'hidden' });
});

for (const words of OFFERED) {
  const [launcher] = words;

  step(`what ${launcher} starts parts at its line, there and on the command line`, async ({ page }) => {
    const way = [...words, 'parts.py'];
    await inVSCode(page, 'parts.py', way.join(' '), 'Two runs of parts.py part at parts.py:3: unseeded-stream.');
    await screenshot(page, `launchers-${launcher}`);
    const { result, place, cause } = onCommandLine(way);
    assert.deepEqual([result, place?.file, place?.line, cause], ['parted', 'parts.py', 3, 'unseeded-stream']);
  });

  step(`what ${launcher} starts and seeds repeats, there and on the command line`, async ({ page }) => {
    const way = [...words, 'steady.py'];
    const { result, operations, draws } = onCommandLine(way);
    assert.equal(result, 'identical');
    assert.ok(draws > 0);
    const told = `Identical over ${operations} operations, ${draws} draws and 0 batches in this pair.`;
    await inVSCode(page, 'steady.py', way.join(' '), told);
  });
}
