/** *Verify* takes the interpreter that the Python extension has chosen, and asks for none; a stand-in has that extension's interface. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Profile } from '../../scripts/vscode.ts';
import { runCommand, waitForSquiggles } from '../../scripts/workbench.ts';
import { TRAIN, VERIFY } from './expectations.ts';
import { stage } from './stage.ts';

const PYTHON = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const ID = 'ms-python.python';

const MANIFEST = {
  ...{ name: 'python', publisher: 'ms-python', version: '1.0.0', engines: { vscode: '^1.100.0' } },
  ...{ main: './main.js', activationEvents: [], extensionKind: ['workspace'] },
};
/** What the extension says of an environment is known by its path alone until it is asked for more. */
const MAIN = `exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: (uri) => ({ id: 'chosen', path: 'of ' + uri.path.split('/').pop() }),
    resolveEnvironment: async ({ path }) =>
      path === ${JSON.stringify(`of ${TRAIN}`)} ? { executable: { uri: require('vscode').Uri.file(${JSON.stringify(PYTHON)}) } } : undefined,
  },
});
`;

/** As VS Code installs one: a folder, and a line in its list. */
function install({ extensions }: Profile): void {
  const name = `${ID}-${MANIFEST.version}`;
  const folder = path.join(extensions, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(MANIFEST));
  writeFileSync(path.join(folder, 'main.js'), MAIN);
  const list = path.join(extensions, 'extensions.json');
  const location = { $mid: 1, path: folder, scheme: 'file' };
  const entry = { identifier: { id: ID }, version: MANIFEST.version, location, relativeLocation: name, metadata: {} };
  writeFileSync(list, JSON.stringify([...JSON.parse(readFileSync(list, 'utf8')), entry]));
}

const { workspace, server, step } = stage({ pictures: 'interpreter-', ready: install });

step('the question names the interpreter that is chosen for the file', async ({ page }) => {
  await page.goto(
    server().address(workspace, [
      ['openFile', server().uri(path.join(workspace, TRAIN))],
      ['skipWelcome', 'true'],
    ]),
  );
  await waitForSquiggles(page);
  await runCommand(page, VERIFY.title);
  await page.locator('.quick-input-widget', { hasText: `How is ${TRAIN} run?` }).waitFor();
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: `python ${TRAIN}` })
    .first()
    .click();
  const question = page.locator('.monaco-dialog-box');
  await question.waitFor();
  const text = (await question.textContent()) ?? '';
  assert.ok(text.includes(`Interpreter: ${PYTHON}`), text);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
});
