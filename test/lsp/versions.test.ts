/** Manifests over the real protocol: versions, settings of a project, and what the client is told of them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { STREAMS } from '../../server/src/core/knowledge/tables.ts';
import { type Server, until, withServer } from './server.ts';

const OLD_NAME = `import torch

torch.manual_seed(0)
torch.set_deterministic(True)
print(torch.rand(2))
`;

function project(t: TestContext, files: Record<string, string>) {
  const root = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(root, { recursive: true }));
  const uri = (name: string): string => pathToFileURL(path.join(root, name)).href;
  const write = (name: string, text: string): string => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
    return uri(name);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { options: { rootUri: uri(''), initializationOptions: { showsStatus: true } }, uri, write };
}

async function findings(server: Server, uri: string): Promise<string[]> {
  const report = await server.pull(uri);
  assert.equal(report.kind, 'full');
  return report.items.map(({ code, severity }) => `${code} ${severity}`);
}

/** Waits until the server has read what it needs for that version; a loaded machine takes its time. */
async function untilTorch(server: Server, uri: string, version: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  let torch: string | undefined;
  while (torch !== version && Date.now() < deadline) torch = (await server.status(uri))?.torch;
  assert.equal(torch, version);
}

async function untilFindings(server: Server, uri: string, expected: string[]): Promise<void> {
  const deadline = Date.now() + 120_000;
  let found = await findings(server, uri);
  while (found.join() !== expected.join() && Date.now() < deadline) found = await findings(server, uri);
  assert.deepEqual(found, expected);
}

test('a version that is written down decides, and its change is heard', (t) => {
  const { options, uri, write } = project(t, { 'requirements.txt': 'numpy\ntorch==1.7.1\n', 'src/train.py': OLD_NAME });
  return withServer(options, async (server) => {
    const train = uri('src/train.py');
    await server.open(train, OLD_NAME);
    await untilFindings(server, train, []);
    assert.deepEqual(await server.status(train), {
      torch: '1.7.1',
      from: 'manifest',
      isExact: true,
      place: { uri: uri('requirements.txt'), line: 1, character: 0 },
    });

    const { refreshes, statusChanges } = server.said;
    await server.touched(write('requirements.txt', 'torch>=1.7,<2\n'));
    await until(() => server.said.refreshes > refreshes && server.said.statusChanges > statusChanges);
    await untilFindings(server, train, ['invalid-determinism-call 1']);
    assert.deepEqual(await server.status(train), {
      torch: '1.13.1',
      from: 'manifest',
      isExact: false,
      place: { uri: uri('requirements.txt'), line: 0, character: 0 },
    });

    await server.deleted(uri('requirements.txt'));
    await untilTorch(server, train, '2.15.0');
    assert.deepEqual(await server.status(train), { torch: '2.15.0', from: 'nothing', isExact: false });
  });
});

test('a lock file, an included file and an environment are read as well', (t) => {
  const { options, uri, write } = project(t, {
    'requirements.txt': '-r more/deps.list\n',
    'more/deps.list': 'torch==1.7.0',
  });
  return withServer(options, async (server) => {
    const train = uri('train.py');
    await server.open(train, OLD_NAME);
    await server.pull(train);
    await untilTorch(server, train, '1.7.0');
    const { statusChanges } = server.said;
    await server.touched(write('uv.lock', '[[package]]\nname = "torch"\nversion = "1.7.1"\n'));
    await until(() => server.said.statusChanges > statusChanges);
    await untilTorch(server, train, '1.7.1');
  });
});

test('a lock file may be long, and a project may have many packages installed', (t) => {
  const filler = '[[package]]\nname = "other"\nversion = "1.0"\n\n'.repeat(60_000);
  const { options, uri } = project(t, {
    'poetry.lock': `${filler}[[package]]\nname = "torch"\nversion = "1.7.1"\n`,
    ...Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`.venv/lib/python3.8/site-packages/p${i}-1.0.dist-info/METADATA`, '']),
    ),
  });
  return withServer(options, async (server) => {
    const train = uri('train.py');
    await server.open(train, OLD_NAME);
    await untilTorch(server, train, '1.7.1');
    const status = await server.status(train);
    assert.deepEqual([status?.torch, status?.place?.line], ['1.7.1', 240_000]);
  });
});

test('a virtual environment decides where no file does', (t) => {
  const { options, uri } = project(t, {
    'requirements.txt': 'torch\n',
    'my env/pyvenv.cfg': '',
    'my env/lib/python3.8/site-packages/torch-1.7.1+cu101.dist-info/METADATA': 'Name: torch',
  });
  return withServer(options, async (server) => {
    const train = uri('train.py');
    await server.open(train, OLD_NAME);
    await untilFindings(server, train, []);
    await untilTorch(server, train, '1.7.1');
    const { torch, from, place } = (await server.status(train)) ?? {};
    assert.deepEqual([torch, from, place?.line], ['1.7.1', 'manifest', 0]);
    assert.match(
      place?.uri ?? '',
      /\/my%20env\/lib\/python3\.8\/site-packages\/torch-1\.7\.1(%2B|\+)cu101\.dist-info/i,
    );
  });
});

test('the setting goes before the files', (t) => {
  const { options, uri } = project(t, { 'requirements.txt': 'torch==2.1.0\n' });
  return withServer({ ...options, settings: { torchVersion: '1.7' } }, async (server) => {
    const train = uri('train.py');
    await server.open(train, OLD_NAME);
    await untilFindings(server, train, []);
    assert.deepEqual(await server.status(train), { torch: '1.7', from: 'setting', isExact: true });
    await server.changeSettings({});
    await untilTorch(server, train, '2.1.0');
  });
});

test('a file that is not judged has no status', (t) => {
  const { options, uri } = project(t, {});
  return withServer(options, async (server) => {
    assert.equal(await server.status(uri('train.py')), null);
  });
});

const OWN_SEEDER = `import torch
from mylib.repro import init

init(0)
print(torch.rand(2))
`;

test('settings of the project hold below what the user set, and a wrong one is told', (t) => {
  const { options, uri, write } = project(t, {
    'pyproject.toml': '[tool.seedwise]\nlevel = "loud"\nrules = { incomplete-seeding = "error" }\n',
  });
  return withServer(options, async (server) => {
    const train = uri('train.py');
    await server.open(train, OWN_SEEDER);
    await untilFindings(server, train, ['incomplete-seeding 1']);
    await until(() => server.said.messages.length > 0);
    assert.deepEqual(server.said.messages, [
      'Seedwise: pyproject.toml: `tool.seedwise.level` must be "auto", "seeded" or "deterministic".',
    ]);
    await server.changeSettings({ rules: { 'incomplete-seeding': 'hint' }, level: 'auto' });
    await untilFindings(server, train, ['incomplete-seeding 4']);

    await server.changeSettings({});
    const { refreshes } = server.said;
    await server.touched(write('pyproject.toml', '[tool.seedwise.seed-functions]\n"mylib.*.init" = ["torch"]\n'));
    await until(() => server.said.refreshes > refreshes);
    await untilFindings(server, train, []);
  });
});

test('functions that the user names count in closed files, too, as soon as they are named', (t) => {
  const { options, uri } = project(t, { 'seeds.py': 'from mylib.repro import init\n\n\ndef start():\n    init(0)\n' });
  const text = 'import torch\nfrom seeds import start\n\nstart()\nprint(torch.rand(2))\n';
  return withServer(options, async (server) => {
    const train = uri('train.py');
    await server.open(train, text);
    await untilFindings(server, train, ['incomplete-seeding 3']);
    await server.changeSettings({ seedFunctions: { 'mylib.repro.init': 'all' } });
    await untilFindings(server, train, []);
    await server.changeSettings({
      seedFunctions: { 'mylib.repro.init': ['numpy'] },
      randomFunctions: { print: ['python'] },
    });
    await untilFindings(server, train, ['incomplete-seeding 2', 'incomplete-seeding 2']);
    await server.changeSettings({ seedFunctions: { 'mylib.repro.init': 'everything' } });
    await until(() => server.said.messages.length > 0);
    assert.deepEqual(server.said.messages, [
      `Seedwise: \`seedwise.seedFunctions.mylib.repro.init\` must be the name of a function with "all" or a list of ${STREAMS.map((stream) => `"${stream}"`).join(', ')}.`,
    ]);
  });
});
