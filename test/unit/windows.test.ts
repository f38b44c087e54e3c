/** Paths of Windows through the whole command line: drive letters, both kinds of slash, upper and lower case, and CRLF. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WINDOWS = fileURLToPath(new URL('../windows.mjs', import.meta.url));
const HOME = fs.mkdtempSync(path.join(tmpdir(), 'seedwise-windows-'));
const PROGRAM = path.join(HOME, 'cli.mjs');
after(() => fs.rmSync(HOME, { recursive: true }));

/** What Node's modules are there. */
const MODULES: Readonly<Record<string, { readonly name: string; readonly keys: readonly string[] }>> = {
  'node:fs': { name: 'fs', keys: Object.keys(fs) },
  'node:fs/promises': { name: 'promises', keys: Object.keys(fs.promises) },
  'node:path': { name: 'path', keys: Object.keys(path) },
  'node:url': { name: 'url', keys: ['fileURLToPath', 'pathToFileURL'] },
};

const built = build({
  entryPoints: [fileURLToPath(new URL('../../server/src/cli/main.ts', import.meta.url))],
  outfile: PROGRAM,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  loader: { '.wasm': 'binary' },
  define: { 'process.cwd': 'globalThis.windowsFolder' },
  logLevel: 'error',
  plugins: [
    {
      name: 'windows',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node:(fs|fs\/promises|path|url)$/ }, ({ path: name, importer, namespace }) =>
          importer === WINDOWS || namespace === 'windows' ? undefined : { path: name, namespace: 'windows' },
        );
        onLoad({ filter: /.*/, namespace: 'windows' }, ({ path: module }) => {
          const { name, keys } = MODULES[module]!;
          const names = keys.filter((key) => /^[a-z]\w*$/i.test(key));
          return {
            contents: `import { ${name} as all } from ${JSON.stringify(WINDOWS)};\nexport const { ${names.join(', ')} } = all;\nexport default all;\n`,
            resolveDir: path.dirname(WINDOWS),
          };
        });
      },
    },
  ],
});

const FILES = {
  'Project/pyproject.toml': '[project]\nname = "x"\n\n[tool.seedwise]\nexclude = ["Lib/skipped.py"]\n',
  'Project/Train.py': 'import torch\nfrom Lib.model import build\n\nbuild()\ntorch.manual_seed(0)\n',
  'Project/Lib/__init__.py': '',
  'Project/Lib/model.py': 'import torch\n\n\ndef build():\n    return torch.nn.Linear(2, 2)\n',
  'Project/Lib/skipped.py': 'import torch\ntorch.rand(1)\n',
  'Other/outside.py': 'import torch\ntorch.rand(1)\n',
};

let drives = 0;

/** A drive of its own with the files, whose lines end in CRLF, and the command line on it. */
async function windows(): Promise<{
  drive: string;
  run(...args: string[]): { status: number | null; stdout: string; stderr: string };
}> {
  await built;
  const drive = path.join(HOME, `drive${drives++}`);
  for (const [name, text] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(drive, name)), { recursive: true });
    fs.writeFileSync(path.join(drive, name), text.replaceAll('\n', '\r\n'));
  }
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], {
      encoding: 'utf8',
      env: { ...process.env, SEEDWISE_DRIVE: drive, LANG: 'C', LOCALAPPDATA: '' },
    });
  return { drive, run };
}

const LATE =
  'Train.py:4:1: warning late-seed `build` draws from torch’s global generator before `torch.manual_seed` seeds it.\n';
const CHECK = ['check', '--threads', '1', '--format', 'concise', '-q'];

test('the project in the current folder, its own exclusions too', async () => {
  const { run } = await windows();
  const { stdout, stderr, status } = run(...CHECK);
  assert.deepEqual([stdout, stderr, status], [LATE, '', 1]);
});

test('a file by its drive, in another case and with either slash, is judged by its project', async () => {
  const { run } = await windows();
  for (const name of [
    'C:\\Project\\Train.py',
    'c:\\project\\train.py',
    'C:/Project/Train.py',
    '.\\Train.py',
    '..\\Project\\Train.py',
  ]) {
    const { stdout, stderr } = run(...CHECK, name);
    assert.deepEqual([stdout.toLowerCase(), stderr], [LATE.toLowerCase(), ''], name);
  }
});

test('what lies outside, on another drive or nowhere', async () => {
  const { run } = await windows();
  assert.match(run(...CHECK, '..\\Other').stdout, /^C:\/Other\/outside\.py:2:1: /);
  assert.deepEqual(
    run(...CHECK, 'D:\\Train.py').stderr.split('\n')[0],
    "seedwise: there is no file or folder 'D:\\Train.py'.",
  );
  // What is excluded is left out of its folder, by a pattern with either slash too, and not where it is named.
  for (const name of ['Lib', 'lib\\*.py', 'Lib/*.py']) assert.equal(run(...CHECK, name).stdout, '', name);
  assert.match(run(...CHECK, 'lib\\Skipped.py').stdout, /^Lib\/skipped\.py:2:1: |^lib\/Skipped\.py:2:1: /);
});

test('a repair keeps CRLF, and addresses have forward slashes', async () => {
  const { drive, run } = await windows();
  const sarif = JSON.parse(run('check', '--threads', '1', '--format', 'sarif', 'c:\\Project').stdout);
  const [{ locations, relatedLocations }] = sarif.runs[0].results;
  const uris = [...locations, ...relatedLocations].map((each) => each.physicalLocation.artifactLocation.uri);
  assert.deepEqual([...new Set(uris)].sort(), ['Lib/model.py', 'Train.py']);
  run('check', '--threads', '1', '--fix', '--unsafe-fixes', '-q', 'C:\\PROJECT');
  const text = fs.readFileSync(path.join(drive, 'Project/Train.py'), 'utf8');
  assert.equal(text, 'import torch\r\nfrom Lib.model import build\r\n\r\ntorch.manual_seed(0)\r\nbuild()\r\n');
});
