/**
 * Desktop VS Code's command line on the VS Code of `vscode.ts`: installs extensions, and runs an extension's tests in a
 * headless browser, ending with their exit code. `@vscode/test-electron` cannot tell the difference.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeProfile, type Profile, serverArgs, startServer, tail } from './vscode.ts';
import { developInBrowser } from './web-extension.ts';
import { openBrowser, screenshot } from './workbench.ts';

const TIMEOUT = 900_000;
/** A page may be slow to load on a machine that does much else. */
const START_TIMEOUT = 90_000;

/** What a workbench without a window, a vendor or an account says about that. */
const NOISE =
  /^\[(AgentHost|ChatModelSelection|AccountPolicyGate|reconnection-grace-time|Service Worker|RemoteAgentHost|driver)|^(Creating a socket|Resolv(ing|ed) connection token|Updating additional builtin|Started local extension host|Remote configuration data|Invoking resolveAuthority|Error: Could not locate the bindings file|Cannot find (module|package)|Ignoring fetching additional|Timed out waiting for authentication provider|Creation of workbench contribution)|web worker extension host/i;

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
    extensionDevelopmentPath: { type: 'string' },
    extensionDevelopmentKind: { type: 'string' },
    extensionTestsPath: { type: 'string' },
  },
});
const option = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);

const temporary = mkdtempSync(path.join(tmpdir(), 'seedwise-code-'));
const own = makeProfile(temporary);
const profile: Profile = {
  ...own,
  userData: option('user-data-dir') ?? own.userData,
  extensions: option('extensions-dir') ?? own.extensions,
};

const verbs = process.argv.slice(2).filter((arg) => !/^--(user-data-dir|extensions-dir)/.test(arg));
const status = option('extensionTestsPath') === undefined ? await runVerbs() : await runExtensionTests();
rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
process.exit(status);

/** `--install-extension` and its like are the server's own. */
function runVerbs(): Promise<number> {
  const server = spawn(process.execPath, [...serverArgs(profile), ...verbs], { stdio: 'inherit', timeout: TIMEOUT });
  return new Promise((resolve) => server.once('exit', (code) => resolve(code ?? 1)));
}

async function runExtensionTests(): Promise<number> {
  const server = await startServer(profile, { tests: true });
  const { page, close } = await openBrowser();
  let end: (status: number) => void = () => {};
  const ended = new Promise<number>((resolve, reject) => {
    end = resolve;
    setTimeout(() => reject(new Error(`The tests did not end within ${TIMEOUT / 1000} s.`)), TIMEOUT).unref();
    page.once('crash', () => reject(new Error('The page crashed.')));
    void server.ended.then(() => reject(new Error('VS Code’s server ended.')));
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(130));
  // The workbench calls these two where an extension is under test: the extension host's console, and the tests' end.
  await page.exposeFunction('codeAutomationLog', (type: 'log' | 'error', args: unknown[]) => {
    if (!NOISE.test(String(args[0]))) (console[type] ?? console.log)(...args);
  });
  await page.exposeFunction('codeAutomationExit', (status: number) => end(status));
  const isWeb = option('extensionDevelopmentKind') === 'web';
  if (isWeb) {
    const [extension = '', tests = ''] = ['extensionDevelopmentPath', 'extensionTestsPath'].map(option);
    await developInBrowser(page, server.origin, path.resolve(extension), path.resolve(tests));
  }
  const names = isWeb ? [] : ['extensionDevelopmentPath', 'extensionTestsPath'];
  const payload = names.flatMap((name): [string, string][] => {
    const value = option(name);
    return value === undefined ? [] : [[name, server.uri(value)]];
  });
  try {
    await page.goto(
      server.address(path.resolve(positionals[0] ?? profile.folder), [...payload, ['skipWelcome', 'true']]),
      { timeout: START_TIMEOUT },
    );
    return await ended;
  } catch (error) {
    console.error(error, `\nVS Code’s server said:\n${tail(server.log())}`);
    await screenshot(page, 'extension-tests-failed').catch(() => {});
    return 1;
  } finally {
    await close().catch(() => {});
    server.close();
  }
}
