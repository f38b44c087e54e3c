/** Runs the bundled command line in a folder made for one test. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const BUNDLE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** The Node that bundles are run with: the machine's own, where the tests themselves need a newer one. */
export const NODE = process.env.SEEDWISE_NODE ?? process.execPath;

/** Whatever language this machine speaks, the tests are in English. */
const ENGLISH = { LC_ALL: 'C', LANG: 'C' };

/** Writes files into a new folder that goes with the test, and gives a command line that runs there. */
export function shell(t: TestContext, files: Record<string, string | Uint8Array>, locale: NodeJS.ProcessEnv = ENGLISH) {
  const env = { ...process.env, ...locale };
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'seedwise-')));
  t.after(() => rmSync(cwd, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const given = (input: string | Uint8Array, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(NODE, [BUNDLE, ...args], { cwd, encoding: 'utf8', input, env });
    return { status, stdout, stderr };
  };
  const run = (...args: string[]) => given('', ...args);
  const names = (...args: string[]): string[] =>
    JSON.parse(run('check', '--format', 'json', ...args).stdout).map((row: { filename: string }) =>
      row.filename.startsWith(`${cwd}/`) ? row.filename.slice(cwd.length + 1) : row.filename,
    );
  return { cwd, run, given, names };
}
