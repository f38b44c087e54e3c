/** What tests in a browser share: the installed extension, a copy of the workspace, and steps that leave a picture where they fail. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  CODE,
  copyInto,
  fetchVSCode,
  makeProfile,
  removeProfile,
  run,
  type Server,
  startServer,
  tail,
  VSIX,
} from '../../scripts/vscode.ts';
import { openBrowser, screenshot, type Workbench } from '../../scripts/workbench.ts';
import { FAULT, FAULTY } from './expectations.ts';

type Profile = ReturnType<typeof makeProfile>;

interface Setting {
  /** What the names of the pictures begin with. */
  readonly pictures?: string;
  /** Every step leaves a picture of its end. */
  readonly showsEnds?: true;
  readonly locale?: string;
  /** Nobody has said that the workspace is trusted. */
  readonly isUntrusted?: true;
  /** Before VS Code looks for files: what it has listed, it does not list again for a while. */
  fill?(workspace: string): void;
  /** Once the extension is installed. */
  ready?(profile: Profile): void;
  /** Milliseconds that the page waits for what it is asked; without a word Playwright's own. */
  readonly patience?: number;
  /** Milliseconds that a step may take. */
  readonly limit?: number;
}

/** VS Code in a browser for the tests of a file, from before the first one until after the last one. */
export function stage({
  pictures = '',
  showsEnds,
  locale,
  isUntrusted,
  fill,
  ready,
  patience,
  limit = 400_000,
}: Setting = {}) {
  const profile = makeProfile();
  const workspace = copyInto(profile, path.join(import.meta.dirname, 'workspace'));
  let server: Server;
  let workbench: Workbench;

  before(async () => {
    fill?.(workspace);
    fetchVSCode();
    run(CODE, [...profile.args, '--install-extension', VSIX, '--force']);
    ready?.(profile);
    if (isUntrusted) askForTrust(profile);
    server = await startServer(profile, {
      asksForTrust: isUntrusted === true,
      ...(locale === undefined ? {} : { locale }),
    });
    workbench = await openBrowser();
    if (patience !== undefined) workbench.page.setDefaultTimeout(patience);
  });

  after(async () => {
    await workbench?.close();
    server?.close();
    removeProfile(profile);
  });

  return {
    workspace,
    /** The server, once the steps run. */
    server: (): Server => server,
    /** A step; a picture and the server's last words tell why it failed. */
    step: (name: string, act: (workbench: Workbench) => Promise<void>): void =>
      void test(name, { timeout: limit }, async () => {
        const picture = `${pictures}${name.replaceAll(/\W+/g, '-')}`;
        try {
          await act(workbench);
          if (showsEnds) await screenshot(workbench.page, picture);
        } catch (error) {
          await screenshot(workbench.page, `failed-${picture}`).catch(() => {});
          console.error(tail(server.log(), 15));
          throw error;
        }
      }),
  };
}

/** VS Code then neither trusts a folder nor asks at its start. */
function askForTrust({ userData }: Profile): void {
  for (const place of ['User', 'data/User']) {
    const file = path.join(userData, place, 'settings.json');
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    const trust = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' };
    writeFileSync(file, JSON.stringify({ ...settings, ...trust }));
  }
}

/** Where the fault of the sample stands, from 1 on. */
export const line = FAULTY.split('\n').indexOf(FAULT.line) + 1;
export const column = FAULT.line.indexOf(FAULT.token) + 1;
