/** What is found in a project does not depend on who asks, nor on which of its files were named. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from 'vscode-languageserver/node';
import { fixtures } from '../corpus.ts';
import { withServer } from '../lsp/server.ts';
import { sampleOf } from '../sample.ts';
import { shell } from '../shell.ts';

const { chosen, about } = sampleOf(
  fixtures().filter(({ files }) => files.every((file) => !file.notebook && !/(^|\/)\.|build|dist/.test(file.path))),
  5,
  20,
);

interface Row {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
  readonly severity: string;
  readonly location: { readonly row: number; readonly column: number };
}

const SEVERITIES = ['', 'error', 'warning', 'information', 'hint'];

test(`command line, whatever is named, and server agree on ${about} fixtures`, async (t) => {
  for (const { name, files } of chosen) {
    const { cwd, run } = shell(t, Object.fromEntries(files.map((file) => [file.path, file.text])));
    // A project of its own.
    writeFileSync(path.join(cwd, 'setup.cfg'), '');
    const check = (...named: string[]): Map<string, string[]> => {
      const found = new Map<string, string[]>();
      for (const row of JSON.parse(run('check', '--format', 'json', '--preview', ...named).stdout) as Row[]) {
        const { filename, code, severity, message, location } = row;
        const file = path.relative(cwd, filename);
        const line = `${location.row}:${location.column} ${severity} ${code} ${message}`;
        found.set(file, [...(found.get(file) ?? []), line].sort());
      }
      return found;
    };
    const all = check();
    const python = files.filter((file) => file.path.endsWith('.py'));
    for (const file of python) {
      assert.deepEqual(check(file.path).get(file.path), all.get(file.path), `${name}: ${file.path} alone`);
    }
    await withServer({ rootUri: pathToFileURL(cwd).href, settings: { preview: true } }, async (server) => {
      for (const file of python) {
        const uri = pathToFileURL(path.join(cwd, file.path)).href;
        await server.open(uri, file.text);
        const shown = async (): Promise<string[]> => {
          const report = await server.pull(uri);
          assert.ok(report.kind === 'full');
          return report.items.map(lineOf).sort();
        };
        const expected = all.get(file.path) ?? [];
        // A first answer may come before all files are read.
        const end = Date.now() + 120_000;
        while ((await shown()).join() !== expected.join() && Date.now() < end)
          await new Promise((resolve) => setTimeout(resolve, 50));
        assert.deepEqual(await shown(), expected, `${name}: ${file.path} in the server`);
      }
    });
  }
});

const lineOf = ({ range: { start }, severity = 1, code, message }: Diagnostic): string =>
  `${start.line + 1}:${start.character + 1} ${SEVERITIES[severity]} ${code} ${message}`;
