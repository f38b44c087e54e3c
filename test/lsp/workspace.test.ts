/** Programs across files over the real protocol: what another file does decides, saved or not. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { WorkspaceEdit } from 'vscode-languageserver/node';
import { type Server, until, withServer } from './server.ts';

const HELPER = `import torch


def set_seed(seed):
    torch.manual_seed(seed)
`;
const SEEDED = `import numpy as np
${HELPER}    np.random.seed(seed)
`;
const TRAIN = `import numpy as np
from utils.seed import set_seed

set_seed(3)
print(np.random.rand(2))
`;

/** A folder with a training script whose seeds live in another file. */
function project(t: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, 'utils'));
  writeFileSync(path.join(root, 'utils/__init__.py'), '');
  writeFileSync(path.join(root, 'utils/seed.py'), HELPER);
  writeFileSync(path.join(root, 'train.py'), TRAIN);
  const uri = (name: string): string => pathToFileURL(path.join(root, name)).href;
  return { root, rootUri: pathToFileURL(root).href, train: uri('train.py'), helper: uri('utils/seed.py') };
}

async function messages(server: Server, uri: string): Promise<string[]> {
  const report = await server.pull(uri);
  assert.equal(report.kind, 'full');
  return report.items.map(({ message }) => String(message));
}

const UNSEEDED = ['`np.random.rand` draws from numpy’s global generator, which this program never seeds.'];

test('a seed in another file counts, in an unsaved editor and on disk', (t) => {
  const { root, rootUri, train, helper } = project(t);
  return withServer({ rootUri }, async (server) => {
    await server.open(train, TRAIN);
    assert.deepEqual(await messages(server, train), UNSEEDED);

    await server.open(helper, HELPER);
    await server.change(helper, 2, { text: SEEDED });
    await server.pull(helper);
    assert.deepEqual(await messages(server, train), []);

    const { refreshes } = server.said;
    await server.close(helper);
    await until(() => server.said.refreshes > refreshes);
    assert.deepEqual(await messages(server, train), UNSEEDED);

    writeFileSync(path.join(root, 'utils/seed.py'), SEEDED);
    await server.touched(helper);
    assert.deepEqual(await messages(server, train), []);

    rmSync(path.join(root, 'utils/seed.py'));
    await server.touched(helper);
    // Nobody can read the helper now, and its name says that it seeds.
    assert.deepEqual(await messages(server, train), []);
  });
});

test('an edit that changes no effects asks for nothing', (t) => {
  const { rootUri, train, helper } = project(t);
  return withServer({ rootUri }, async (server) => {
    await server.open(train, TRAIN);
    await server.pull(train);
    await server.open(helper, HELPER);
    await server.pull(helper);
    const { refreshes } = server.said;
    await server.change(helper, 2, { text: `# A comment moves everything.\n${HELPER}` });
    await server.pull(helper);
    assert.deepEqual(await messages(server, train), UNSEEDED);
    assert.equal(server.said.refreshes, refreshes);
  });
});

test('the repair extends the helper in its own file', (t) => {
  const { rootUri, train, helper } = project(t);
  return withServer({ rootUri }, async (server) => {
    await server.open(train, TRAIN);
    await server.pull(train);
    const at = { line: 4, character: 8 };
    const [first] = await server.codeActions(train, { start: at, end: at });
    assert.equal(first?.title, 'Seed `numpy` in `set_seed` (seed.py)');
    const { edit } = await server.resolve(first);
    assert.deepEqual(edit, {
      documentChanges: [
        {
          textDocument: { uri: helper, version: null },
          edits: [
            { range: rangeAt(0, 0), newText: 'import numpy as np\n' },
            { range: rangeAt(4, 27), newText: '\n    np.random.seed(seed)' },
          ],
        },
      ],
    } satisfies WorkspaceEdit);
  });
});

function rangeAt(line: number, character: number) {
  return { start: { line, character }, end: { line, character } };
}
