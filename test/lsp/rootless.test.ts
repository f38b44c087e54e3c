/** Clients that open no folder, and that watch no files: the project around a file is found, followed, and not left. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { applyTo, CAPABLE, type Server, until, withServer } from './server.ts';

const TRAIN = 'import numpy as np\nimport torch\nfrom seeds import seed_all\n\nseed_all(0)\nprint(np.random.rand(2))\n';
const SEEDS = 'import torch\n\n\ndef seed_all(value):\n    torch.manual_seed(value)\n';
const WHOLE = SEEDS.replace('import torch', 'import numpy as np\nimport torch').concat('    np.random.seed(value)\n');

/** An editor of few gifts: it opens no folder, watches nothing, and is sent diagnostics. */
const PLAIN = { capabilities: {} };

function onDisk(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'seedwise-')));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const uriOf = (...parts: string[]): string => pathToFileURL(path.join(...parts)).href;

const rulesShown = ({ said }: Server, uri: string): string[] | undefined =>
  said.published.findLast((each) => each.uri === uri)?.diagnostics.map(({ code }) => String(code));

async function shows(server: Server, uri: string, rules: readonly string[]): Promise<void> {
  await until(() => rulesShown(server, uri)?.join() === rules.join()).catch(() =>
    assert.deepEqual(rulesShown(server, uri), rules),
  );
}

test('without a root the nearest project above a file counts, for each file its own', async (t) => {
  const folder = onDisk(t, {
    'a/pyproject.toml': '[tool.seedwise.rules]\nincomplete-seeding = "error"\n',
    'a/src/train.py': TRAIN,
    'a/src/seeds.py': SEEDS,
    'b/setup.cfg': '',
    'b/train.py': TRAIN,
    'b/seeds.py': WHOLE,
  });
  await withServer(PLAIN, async (server) => {
    const [a, b] = [uriOf(folder, 'a/src/train.py'), uriOf(folder, 'b/train.py')];
    await server.open(a, TRAIN);
    await server.open(b, TRAIN);
    await shows(server, a, ['incomplete-seeding']);
    await shows(server, b, []);
    assert.equal(server.said.published.findLast(({ uri }) => uri === a)!.diagnostics[0]!.severity, 1, 'its settings');
    assert.ok(server.said.notes.includes(`Folder: ${uriOf(folder, 'a')} (the project of ${a})`));
  });
});

test('a home that a client names as its root is nobody’s project', async (t) => {
  const home = onDisk(t, {
    '.git/HEAD': '',
    'other.py': '',
    'a/pyproject.toml': '',
    'a/train.py': TRAIN,
    'a/seeds.py': SEEDS,
  });
  const env = { HOME: home, USERPROFILE: home };
  await withServer({ ...PLAIN, env, rootUri: uriOf(home) }, async (server) => {
    const train = uriOf(home, 'a/train.py');
    await server.open(train, TRAIN);
    await shows(server, train, ['incomplete-seeding']);
    assert.deepEqual(
      server.said.notes.filter((note) => note.startsWith('Folder: ')),
      [`Folder: ${uriOf(home, 'a')} (the project of ${train})`],
    );
  });
});

test('of a file in no project only so much is read as may belong to it', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`other/${i}.txt`, '']));
  const near = onDisk(t, { 'train.py': TRAIN, 'src/seeds.py': SEEDS });
  const far = onDisk(t, { 'train.py': TRAIN, 'src/seeds.py': SEEDS, ...many });
  await withServer(PLAIN, async (server) => {
    for (const folder of [near, far]) await server.open(uriOf(folder, 'train.py'), TRAIN);
    await shows(server, uriOf(near, 'train.py'), ['incomplete-seeding']);
    await shows(server, uriOf(far, 'train.py'), []);
  });
});

test('what a client does not watch is seen all the same: files that come, change and go', async (t) => {
  const folder = onDisk(t, { 'pyproject.toml': '', 'train.py': TRAIN });
  const train = uriOf(folder, 'train.py');
  await withServer({ ...PLAIN, rootUri: uriOf(folder) }, async (server) => {
    await server.open(train, TRAIN);
    await shows(server, train, []);
    writeFileSync(path.join(folder, 'seeds.py'), SEEDS);
    await shows(server, train, ['incomplete-seeding']);
    writeFileSync(path.join(folder, 'seeds.py'), WHOLE);
    await shows(server, train, []);
    writeFileSync(path.join(folder, 'seeds.py'), SEEDS);
    await shows(server, train, ['incomplete-seeding']);
    writeFileSync(path.join(folder, 'pyproject.toml'), '[tool.seedwise]\nignore = ["incomplete-seeding"]\n');
    await shows(server, train, []);
    rmSync(path.join(folder, 'pyproject.toml'));
    await shows(server, train, ['incomplete-seeding']);
  });
});

test('what leads out of the open folders is not read, and the log names it', {
  skip: process.platform === 'win32',
}, async (t) => {
  const outside = onDisk(t, { 'seeds.py': SEEDS, 'requirements.txt': 'torch==1.8.0\n' });
  const folder = onDisk(t, { 'train.py': TRAIN });
  for (const name of ['seeds.py', 'requirements.txt']) symlinkSync(path.join(outside, name), path.join(folder, name));
  const train = uriOf(folder, 'train.py');
  await withServer({ rootUri: uriOf(folder) }, async (server) => {
    await server.open(train, TRAIN);
    const report = await server.pull(train);
    assert.deepEqual(report.kind === 'full' && report.items, [], 'nobody can say what the helper seeds');
    assert.notEqual((await server.status(train))?.torch, '1.8.0');
    for (const name of ['seeds.py', 'requirements.txt']) {
      const line = `${path.join(folder, name)} leads out of the open folders, and is not read.`;
      assert.ok(server.said.notes.includes(line), server.said.notes.join('\n'));
    }
  });
  assert.equal(readFileSync(path.join(outside, 'seeds.py'), 'utf8'), SEEDS);
});

test('*Turn the rule off* writes the settings of the project, for clients that write none themselves', async (t) => {
  const folder = onDisk(t, {
    'pyproject.toml': '[tool.seedwise]\nlevel = "auto"\n',
    'pkg/pyproject.toml': '[project]\nname = "pkg"\n',
    'pkg/train.py': TRAIN,
    'pkg/seeds.py': SEEDS,
  });
  const train = uriOf(folder, 'pkg/train.py');
  const place = { start: { line: 5, character: 8 }, end: { line: 5, character: 8 } };
  const title = 'Turn `incomplete-seeding` off in `pyproject.toml`';
  const written = '[tool.seedwise]\nlevel = "auto"\n\n[tool.seedwise.rules]\nincomplete-seeding = "off"\n';
  for (const capabilities of [{}, CAPABLE]) {
    await withServer({ capabilities, rootUri: uriOf(folder) }, async (server) => {
      await server.open(train, TRAIN);
      const offered = async () => (await server.codeActions(train, place)).find((each) => each.title === title);
      let action = await offered();
      for (let tries = 0; !action && tries < 1000; tries++) action = await offered();
      assert.ok(action, title);
      const { edit } = capabilities === CAPABLE ? await server.resolve(action) : action;
      const text = readFileSync(path.join(folder, 'pyproject.toml'), 'utf8');
      assert.equal(applyTo(text, edit), written);
      assert.match(JSON.stringify(edit), new RegExp(uriOf(folder, 'pyproject.toml')));
    });
  }
  // Without a file, one is made where the client can make one.
  rmSync(path.join(folder, 'pyproject.toml'));
  rmSync(path.join(folder, 'pkg/pyproject.toml'));
  const creating = { workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create' as const] } } };
  for (const [capabilities, isOffered] of [[{}, false] as const, [creating, true] as const]) {
    await withServer({ capabilities, rootUri: uriOf(folder) }, async (server) => {
      await server.open(train, TRAIN);
      await shows(server, train, ['incomplete-seeding']);
      const action = (await server.codeActions(train, place)).find((each) => each.title === title);
      assert.equal(action !== undefined, isOffered);
      if (!action) return;
      assert.deepEqual(action.edit?.documentChanges?.[0], { kind: 'create', uri: uriOf(folder, 'pyproject.toml') });
      assert.equal(applyTo('', action.edit), '[tool.seedwise.rules]\nincomplete-seeding = "off"\n');
    });
  }
});
