/** The workspace through the eyes of a client: folders on no disk of this machine, and files that do not hold still. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkspaceEdit } from 'vscode-languageserver/node';
import type { FolderEntry } from '../../server/src/protocol.ts';
import { CAPABLE, type Files, type Server, until, withServer } from './server.ts';

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
const UNSEEDED = ['`np.random.rand` draws from numpy’s global generator, which this program never seeds.'];

const ROOT = 'vscode-vfs://github/someone/project';
const TRAIN_URI = `${ROOT}/train.py`;
const HELPER_URI = `${ROOT}/utils/seed.py`;

/** A file system in memory; `asked` lists the addresses that were read. */
class Memory implements Files {
  readonly texts: Map<string, string>;
  readonly asked: string[] = [];

  constructor(files: Readonly<Record<string, string>>) {
    this.texts = new Map(Object.entries(files).map(([name, text]) => [`${ROOT}/${name}`, text]));
  }

  async list(folder: string): Promise<FolderEntry[] | null> {
    const below = [...this.texts.keys()].filter((uri) => uri.startsWith(`${folder}/`));
    const names = new Map<string, boolean>();
    for (const uri of below) {
      const [name = '', ...rest] = uri.slice(folder.length + 1).split('/');
      names.set(decodeURIComponent(name), rest.length > 0);
    }
    return below.length > 0 ? [...names].map(([name, isFolder]) => ({ name, isFolder })) : null;
  }

  async read(file: string): Promise<string | null> {
    this.asked.push(file);
    return this.texts.get(file) ?? null;
  }
}

const project = (helper = HELPER): Memory =>
  new Memory({ 'train.py': TRAIN, 'utils/__init__.py': '', 'utils/seed.py': helper });

async function messages(server: Server, uri: string): Promise<string[]> {
  const report = await server.pull(uri);
  assert.equal(report.kind, 'full');
  return report.items.map(({ message }) => String(message));
}

/** Opens the training script and waits until the other files count. */
async function openTrain(server: Server): Promise<void> {
  await server.open(TRAIN_URI, TRAIN);
  await server.pull(TRAIN_URI);
}

test('a program is judged with files that only the client can read', () =>
  withServer({ files: project(), folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
  }));

test('places in other files, and the repair of one, are computed from its text', () =>
  withServer({ files: project(), folders: [ROOT] }, async (server) => {
    await openTrain(server);
    const report = await server.pull(TRAIN_URI);
    assert.ok(report.kind === 'full');
    assert.deepEqual(report.items[0]?.relatedInformation, [
      {
        location: { uri: HELPER_URI, range: { start: { line: 4, character: 4 }, end: { line: 4, character: 21 } } },
        message: 'This seeds another stream.',
      },
    ]);
    const at = { line: 4, character: 8 };
    const [first] = await server.codeActions(TRAIN_URI, { start: at, end: at });
    assert.equal(first?.title, 'Seed `numpy` in `set_seed` (seed.py)');
    const { edit } = await server.resolve(first);
    assert.deepEqual(edit, {
      documentChanges: [
        {
          textDocument: { uri: HELPER_URI, version: null },
          edits: [
            { range: rangeAt(0, 0), newText: 'import numpy as np\n' },
            { range: rangeAt(4, 27), newText: '\n    np.random.seed(seed)' },
          ],
        },
      ],
    } satisfies WorkspaceEdit);
  }));

test('an edit of another file is confirmed first where the client can ask, and one of the same file is not', async () => {
  const changeAnnotationSupport = { groupsOnLabel: true };
  const capabilities = {
    ...CAPABLE,
    workspace: { ...CAPABLE.workspace, workspaceEdit: { documentChanges: true, changeAnnotationSupport } },
  };
  await withServer({ files: project(), folders: [ROOT], capabilities }, async (server) => {
    await openTrain(server);
    const at = { line: 4, character: 8 };
    const actions = await server.codeActions(TRAIN_URI, { start: at, end: at });
    const [first] = actions;
    assert.ok(first);
    const { edit } = await server.resolve(first);
    assert.deepEqual(edit, {
      documentChanges: [
        {
          textDocument: { uri: HELPER_URI, version: null },
          edits: [
            { range: rangeAt(0, 0), newText: 'import numpy as np\n', annotationId: 'other-file' },
            { range: rangeAt(4, 27), newText: '\n    np.random.seed(seed)', annotationId: 'other-file' },
          ],
        },
      ],
      changeAnnotations: { 'other-file': { label: first.title, needsConfirmation: true } },
    } satisfies WorkspaceEdit);

    const ignore = actions.find(({ title }) => title.startsWith('Ignore'));
    assert.ok(ignore);
    const own = (await server.resolve(ignore)).edit;
    assert.equal(own?.changeAnnotations, undefined);
    assert.deepEqual(
      own?.documentChanges?.map(
        (change) => 'edits' in change && [change.textDocument.uri, Object.keys(change.edits[0]!)],
      ),
      [[TRAIN_URI, ['range', 'newText']]],
    );
  });
});

test('only Python files and files that name versions are read, and nothing in folders of other people’s code', async () => {
  const skipped = [
    'node_modules/x/a.py',
    '.git/hook.py',
    'env/pyvenv.cfg',
    'env/lib/a.py',
    '.venv/lib/b.py',
    'data.csv',
  ];
  const wanted = ['ünï (1).py', 'requirements-dev.txt', 'sub/requirements.txt', 'sub/a.py'];
  const files = new Memory(Object.fromEntries([...skipped, ...wanted].map((name) => [nameIn(name), 'x = 1\n'])));
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await until(() => files.asked.length >= wanted.length);
    await server.pull(TRAIN_URI);
    assert.deepEqual(files.asked.toSorted(), wanted.map((name) => `${ROOT}/${nameIn(name)}`).sort());
  });
});

test('a file that changes between being listed and being read counts as it was read', async () => {
  const files = project(SEEDED);
  const { list } = files;
  files.list = async (folder) => {
    const listed = await list.call(files, folder);
    files.texts.set(HELPER_URI, HELPER);
    return listed;
  };
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
  });
});

test('a file that is gone when it is read is nobody’s', async () => {
  const files = project();
  const { list } = files;
  files.list = async (folder) => {
    const listed = await list.call(files, folder);
    files.texts.delete(HELPER_URI);
    return listed;
  };
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    // Nobody can read the helper, and its name says that it seeds.
    assert.deepEqual(await messages(server, TRAIN_URI), []);
  });
});

test('a text that arrives after the file was edited is thrown away', async () => {
  const files = project(SEEDED);
  const held = holdBack(files, HELPER_URI);
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await until(() => held.waiting === 1);
    await server.open(HELPER_URI, HELPER);
    await server.pull(HELPER_URI);
    held.release();
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
  });
});

test('of two readings of a file, the one that began last counts', async () => {
  const files = project(SEEDED);
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
    const held = holdBack(files, HELPER_URI);
    await server.touched(HELPER_URI);
    await until(() => held.waiting === 1);
    files.texts.set(HELPER_URI, HELPER);
    await server.touched(HELPER_URI);
    await until(() => held.waiting === 2);
    held.release();
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
  });
});

test('a reading that a deletion overtakes is thrown away', async () => {
  const files = project();
  await withServer({ files, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    const held = holdBack(files, HELPER_URI);
    await server.touched(HELPER_URI);
    await until(() => held.waiting === 1);
    await server.deleted(HELPER_URI);
    held.release();
    assert.deepEqual(await messages(server, TRAIN_URI), []);
  });
});

test('a client that refuses leaves each document alone with itself', async () => {
  const refuse = async () => {
    throw new Error('The folder has gone to sea.');
  };
  await withServer({ files: { list: refuse, read: refuse }, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
    await server.change(TRAIN_URI, 2, { text: TRAIN.replace('from utils.seed', 'import torch  #') });
    await server.changeFolders([`${ROOT}-2`], []);
    await server.pull(TRAIN_URI);
    await until(() => server.said.logs.length > 0);
    assert.equal(server.said.logs.filter((line) => line.includes('gone to sea')).length, 1, 'said once');
    assert.deepEqual(server.said.messages, []);
  });
});

test('a client that answers nonsense is no reason to fail', async () => {
  const nonsense = async () => 7 as never;
  await withServer({ files: { list: nonsense, read: nonsense }, folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
  });
});

test('folders come and go', async () => {
  const files = project();
  await withServer({ files, folders: [] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
    await server.changeFolders([ROOT], []);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
    await server.changeFolders([], [ROOT]);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
  });
});

test('a folder inside another one that goes stays', async () => {
  await withServer({ files: project(), folders: [ROOT, `${ROOT}/utils`] }, async (server) => {
    await openTrain(server);
    await server.changeFolders([], [ROOT]);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
  });
});

test('files go with the folder they were in', async () => {
  await withServer({ files: project(), folders: [ROOT] }, async (server) => {
    await openTrain(server);
    assert.deepEqual(await messages(server, TRAIN_URI), UNSEEDED);
    await server.deleted(`${ROOT}/utils`);
    assert.deepEqual(await messages(server, TRAIN_URI), []);
  });
});

test('nothing outside the folders is read', async () => {
  const files = project();
  await withServer({ files, folders: [`${ROOT}/utils`] }, async (server) => {
    await openTrain(server);
    await server.touched(`${ROOT}/train.py`, `${ROOT}/utils-2/a.py`);
    await server.close(TRAIN_URI);
    await server.pull(TRAIN_URI);
    assert.deepEqual([...new Set(files.asked)].sort(), [`${ROOT}/utils/__init__.py`, HELPER_URI]);
  });
});

test('binary and overlong files are nobody’s', async () => {
  for (const text of ['\0\0', `${HELPER}${'#'.repeat(1_000_000)}`]) {
    await withServer({ files: project(text), folders: [ROOT] }, async (server) => {
      await openTrain(server);
      assert.deepEqual(await messages(server, TRAIN_URI), []);
    });
  }
});

/** Holds back the texts of a file as they are when asked for, and gives them in the wrong order. */
function holdBack(files: Memory, uri: string) {
  const { read } = files;
  const waiting: (() => void)[] = [];
  files.read = async (file) => {
    const text = await read.call(files, file);
    if (file === uri) await new Promise<void>((resolve) => waiting.unshift(resolve));
    return text;
  };
  return {
    get waiting() {
      return waiting.length;
    },
    release() {
      files.read = read;
      for (const give of waiting) give();
    },
  };
}

const nameIn = (path: string): string =>
  path
    .split('/')
    .map(encodeURIComponent)
    .join('/')
    .replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'));

function rangeAt(line: number, character: number) {
  return { start: { line, character }, end: { line, character } };
}
