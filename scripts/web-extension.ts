/**
 * Has a workbench run an extension, and its tests, in the browser's own extension host. A built workbench takes such an
 * extension only from the configuration in its page, and only over HTTP: both are given to it on the way.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.json': 'application/json' };

/** Serves the folder of the extension, in which its tests lie too, and names both in the page that is opened next. */
export async function developInBrowser(page: Page, origin: string, extension: string, tests: string): Promise<void> {
  await page.context().route(`${origin}/packaged/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const file = path.join(extension, path.posix.normalize(decodeURIComponent(pathname.slice('/packaged'.length))));
    if (!existsSync(file) || !statSync(file).isFile()) return route.fulfill({ status: 404, body: '' });
    return route.fulfill({ body: readFileSync(file), contentType: TYPES[path.extname(file)] ?? 'text/plain' });
  });
  const { protocol, host } = new URL(origin);
  const at = (file: string) => ({
    scheme: protocol.slice(0, -1),
    authority: host,
    path: path.posix.join('/packaged', path.relative(extension, file).split(path.sep).join('/')),
  });
  await page.addInitScript(configure, { extensions: [at(extension)], extensionTestsPath: at(tests) });
}

/** Runs in the page. To answer for the page itself instead would make it public in the browser's eyes, and cut it off. */
function configure(options: object): void {
  new MutationObserver((_, observer) => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (!element) return;
    observer.disconnect();
    const configuration = JSON.parse(element.getAttribute('data-settings') ?? '{}');
    configuration.developmentOptions = { ...configuration.developmentOptions, ...options };
    element.setAttribute('data-settings', JSON.stringify(configuration));
  }).observe(document, { childList: true, subtree: true });
}
