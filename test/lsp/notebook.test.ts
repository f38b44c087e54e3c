/** Notebooks over the protocol: cells are judged together, told apart, and never told twice. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction, Diagnostic, TextDocumentEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { ReportPage } from '../../server/src/protocol.ts';
import { CAPABLE, type Cell, notebookCell, type Server, textDocument, until, withServer } from './server.ts';

const NOTEBOOK = 'file:///project/train.ipynb';
const OTHER = 'file:///project/other.ipynb';
const OTHER_CELL = 'vscode-notebook-cell:/project/other.ipynb#only';
const cellUri = (name: string): string => `vscode-notebook-cell:/project/train.ipynb#${name}`;
const CAPABILITIES = { ...CAPABLE, notebookDocument: { synchronization: {} } };

const cell = (name: string, text: string, languageId?: string): Cell => ({
  uri: cellUri(name),
  text,
  ...(languageId && { languageId }),
});
const CELLS = [
  cell('title', '# Title', 'markdown'),
  cell('imports', '%matplotlib inline\nimport torch\nfrom torch import nn'),
  cell('model', 'model = nn.Linear(8, 2)'),
  cell('seed', 'torch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)'),
];
const at = (line: number, character: number) => ({ line, character });
const nowhere = { start: at(0, 0), end: at(0, 0) };

/** What each cell was told last. */
function told({ said }: Server): Record<string, string[]> {
  const own = said.published.filter(({ uri }) => uri !== OTHER_CELL);
  const last = new Map(own.map(({ uri, diagnostics }) => [uri, diagnostics]));
  return Object.fromEntries([...last].map(([uri, diagnostics]) => [uri.split('#')[1], diagnostics.map(codeOf)]));
}
const codeOf = ({ code, range }: Diagnostic): string =>
  `${code} ${range.start.line}:${range.start.character}-${range.end.line}:${range.end.character}`;

/** Waits for the next publishing, and for whatever would come with it. */
async function news(server: Server, act: () => Promise<void>): Promise<{ uri: string; codes: string[] }[]> {
  const before = server.said.published.length;
  await act();
  await until(() => server.said.published.length > before);
  await server.pull('file:///project/other.py');
  return server.said.published
    .slice(before)
    .map(({ uri, diagnostics }) => ({ uri: uri.split('#')[1] ?? uri, codes: diagnostics.map(codeOf) }));
}

/**
 * Opens another notebook, and gives a way to wait for what the server has still to say: it tells what an edit there changes
 * after what is asked of it before.
 */
async function openOther(server: Server): Promise<() => Promise<void>> {
  const uri = OTHER_CELL;
  let version = 1;
  const isTold = (): boolean => server.said.published.some((each) => each.uri === uri && each.version === version);
  await server.openNotebook(OTHER, [{ uri, text: 'import torch\ntorch.rand(3)' }]);
  await until(isTold);
  return async () => {
    version++;
    const changes = [{ range: nowhere, text: '\n' }];
    await server.changeNotebook(OTHER, version, { textContent: [{ document: { uri, version }, changes }] });
    await until(isTold);
  };
}

const LATE = 'late-seed 0:8-0:17';
const REDUNDANT = 'redundant-cuda-seed 1:0-1:26';

async function withNotebook(use: (server: Server) => Promise<void>, cells = CELLS): Promise<void> {
  await withServer({ capabilities: CAPABILITIES }, async (server) => {
    await news(server, () => server.openNotebook(NOTEBOOK, cells));
    await use(server);
  });
}

/** Cells after an edit, by name. */
function edited(action: CodeAction | undefined, cells = CELLS): Record<string, string> {
  const changes = (action?.edit?.documentChanges ?? []) as TextDocumentEdit[];
  return Object.fromEntries(
    changes.map(({ textDocument: { uri }, edits }) => {
      const found = cells.find((each) => each.uri === uri);
      assert.ok(found, `no cell ${uri}`);
      const text = TextDocument.applyEdits(TextDocument.create(uri, 'python', 1, found.text), edits as never);
      return [uri.split('#')[1], text];
    }),
  );
}

test('notebooks of Jupyter are asked for, where the client knows notebooks', async () => {
  await withServer({ capabilities: CAPABILITIES }, async ({ capabilities }) => {
    assert.deepEqual(capabilities.notebookDocumentSync, {
      notebookSelector: [{ notebook: 'jupyter-notebook', cells: [{ language: 'python' }] }],
    });
    const { codeActionKinds } = capabilities.codeActionProvider as { codeActionKinds: string[] };
    assert.ok(codeActionKinds.includes('notebook.source.fixAll.seedwise'));
  });
  await withServer({}, async ({ capabilities }) => assert.equal(capabilities.notebookDocumentSync, undefined));
});

test('the cells are one program, and each is told its own diagnostics once', async () => {
  await withNotebook(async (server) => {
    assert.deepEqual(told(server), { model: [LATE], seed: [REDUNDANT] });
    const [diagnostic] = server.said.published.find(({ uri }) => uri === cellUri('model'))?.diagnostics ?? [];
    assert.deepEqual(diagnostic?.relatedInformation?.[0]?.location, {
      uri: cellUri('seed'),
      range: { start: at(0, 0), end: at(0, 17) },
    });
    for (const { uri } of CELLS) assert.deepEqual(await server.pull(uri), { kind: 'full', items: [] });
  });
});

test('only cells with other diagnostics are told again', async () => {
  await withNotebook(async (server) => {
    const typed = { range: { start: at(1, 0), end: at(1, 0) }, text: '\n' };
    const change = (name: string, version: number, text = typed) =>
      server.changeNotebook(NOTEBOOK, version, {
        textContent: [{ document: { uri: cellUri(name), version }, changes: [text] }],
      });
    assert.deepEqual(await news(server, () => change('seed', 2)), [
      { uri: 'seed', codes: ['redundant-cuda-seed 2:0-2:26'] },
    ]);
    assert.equal(server.said.published.at(-1)?.version, 2);
    const seeded = { range: { start: at(2, 0), end: at(2, 0) }, text: '\ntorch.manual_seed(0)\n' };
    assert.deepEqual(
      await news(server, () => change('imports', 2, { ...seeded, range: { start: at(2, 20), end: at(2, 20) } })),
      [{ uri: 'model', codes: [] }],
    );
  });
});

test('cells come, go, move and change their language', async () => {
  await withNotebook(async (server) => {
    const early = cell('early', 'torch.manual_seed(1)');
    const insert = {
      array: { start: 2, deleteCount: 0, cells: [notebookCell(early)] },
      didOpen: [textDocument(early)],
    };
    assert.deepEqual(await news(server, () => server.changeNotebook(NOTEBOOK, 2, { structure: insert })), [
      { uri: 'model', codes: [] },
    ]);
    const remove = { array: { start: 2, deleteCount: 1 }, didClose: [{ uri: early.uri }] };
    assert.deepEqual(await news(server, () => server.changeNotebook(NOTEBOOK, 3, { structure: remove })), [
      { uri: 'model', codes: [LATE] },
    ]);
    // The seed moves in front of the model.
    const [, , model, seed] = CELLS.map(notebookCell);
    const move = { array: { start: 2, deleteCount: 2, cells: [seed!, model!] } };
    assert.deepEqual(await news(server, () => server.changeNotebook(NOTEBOOK, 4, { structure: move })), [
      { uri: 'model', codes: [] },
    ]);
    // And becomes text.
    const asText = { ...seed!, kind: 1 as const };
    assert.deepEqual(await news(server, () => server.changeNotebook(NOTEBOOK, 5, { data: [asText] })), [
      { uri: 'model', codes: ['incomplete-seeding 0:8-0:17'] },
      { uri: 'seed', codes: [] },
    ]);
  });
});

test('diagnostics go with their cells, and with the notebook', async () => {
  await withNotebook(async (server) => {
    const remove = { array: { start: 2, deleteCount: 1 }, didClose: [{ uri: cellUri('model') }] };
    assert.deepEqual(await news(server, () => server.changeNotebook(NOTEBOOK, 2, { structure: remove })), [
      { uri: 'model', codes: [] },
    ]);
    assert.deepEqual(await news(server, () => server.closeNotebook(NOTEBOOK, CELLS)), [{ uri: 'seed', codes: [] }]);
    await news(server, () => server.openNotebook(NOTEBOOK, CELLS));
    assert.deepEqual(told(server), { model: [LATE], seed: [REDUNDANT] });
  });
});

test('a module that the notebook imports is a part of it, and the notebook none of the module', async () => {
  await withServer({ capabilities: CAPABILITIES }, async (server) => {
    const cells = [cell('a', 'import torch\nfrom seeds import seed\nseed()'), cell('b', 'torch.rand(3)')];
    const module = 'file:///project/seeds.py';
    const text = 'import torch\n\n\ndef seed():\n    torch.manual_seed(0)\n';
    await server.open(module, text);
    await server.pull(module);
    const settled = await openOther(server);
    await server.openNotebook(NOTEBOOK, cells);
    await settled();
    assert.deepEqual(told(server), {});
    const { refreshes } = server.said;
    await server.changeNotebook(NOTEBOOK, 2, {
      textContent: [
        { document: { uri: cellUri('b'), version: 2 }, changes: [{ text: 'torch.rand(4)\ntorch.rand(5)' }] },
      ],
    });
    await settled();
    assert.equal(server.said.refreshes, refreshes, 'no other document is looked at again');
    await server.change(module, 2, { text: text.replace('torch.manual_seed(0)', 'pass') });
    const changed = await news(server, async () => void (await server.pull(module)));
    assert.deepEqual(changed, [{ uri: 'b', codes: ['incomplete-seeding 0:0-0:10'] }]);
  });
});

test('repairs are edits of cells, computed when one is chosen', async () => {
  await withNotebook(async (server) => {
    const actions = await server.codeActions(cellUri('model'), { start: at(0, 9), end: at(0, 9) });
    const [move] = actions;
    assert.equal(move?.edit, undefined);
    const resolved = await server.resolve(move!);
    assert.deepEqual(edited(resolved), {
      model: 'torch.manual_seed(0)\nmodel = nn.Linear(8, 2)',
      seed: 'torch.cuda.manual_seed_all(0)',
    });
    const versions = (resolved.edit!.documentChanges as TextDocumentEdit[]).map(
      ({ textDocument }) => textDocument.version,
    );
    assert.deepEqual(versions, [1, 1]);
    const ignore = actions.find(({ title }) => title.endsWith('in this notebook'));
    assert.deepEqual(edited(await server.resolve(ignore!)), {
      imports: '# seedwise: ignore-file[late-seed]\n%matplotlib inline\nimport torch\nfrom torch import nn',
    });
    await server.changeNotebook(NOTEBOOK, 2, {
      textContent: [{ document: { uri: cellUri('seed'), version: 2 }, changes: [{ text: 'pass' }] }],
    });
    assert.deepEqual(await server.resolve(move!), move, 'an action of a version that is gone');
    assert.deepEqual(await server.codeActions(cellUri('title'), nowhere), []);
    assert.deepEqual(await server.codeActions(cellUri('nobody'), nowhere), []);
  });
});

test('on save, a cell repairs itself, and the notebook all of them', async () => {
  await withNotebook(async (server) => {
    const fixes = async (name: string, kind: string): Promise<CodeAction[]> =>
      Promise.all((await server.codeActions(cellUri(name), nowhere, [kind])).map((action) => server.resolve(action)));
    assert.deepEqual(await fixes('model', 'source.fixAll'), []);
    assert.deepEqual(
      (await fixes('seed', 'source.fixAll')).map((each) => edited(each)),
      [{ seed: 'torch.manual_seed(0)' }],
    );
    assert.deepEqual(
      (await fixes('imports', 'notebook.source.fixAll')).map((each) => edited(each)),
      [{ seed: 'torch.manual_seed(0)' }],
    );
  });
});

test('a seed block goes into the cell of imports', async () => {
  const cells = CELLS.slice(0, 3);
  await withNotebook(async (server) => {
    await server.execute('seedwise.insertSeedBlock', cellUri('model'));
    const [edit] = server.said.edits;
    assert.deepEqual(edited({ title: '', edit: edit! }, cells), {
      imports: `%matplotlib inline\nimport torch\nfrom torch import nn\n\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n\n\nseed_everything(42)`,
    });
  }, cells);
});

test('half-written, empty and large notebooks, and other kinds of them, do no harm', async () => {
  await withServer({ capabilities: CAPABILITIES }, async (server) => {
    await server.openNotebook('file:///project/empty.ipynb', []);
    await server.changeNotebook('file:///project/unknown.ipynb', 2, {
      structure: { array: { start: 3, deleteCount: 9 } },
    });
    await server.closeNotebook('file:///project/unknown.ipynb', []);
    const many = Array.from({ length: 100 }, (_, i) => cell(`c${i}`, i % 2 ? `x${i} = foo(${i}, [` : `y${i} = ${i}`));
    const cells = [
      cell('a', 'import torch\ntorch.manual_seed(0)'),
      ...many,
      cell('z', 'torch.backends.cudnn.benchmark = True\ntorch.rand(1)'),
    ];
    await news(server, () => server.openNotebook(NOTEBOOK, cells));
    assert.deepEqual(told(server), { z: ['cudnn-benchmark 0:33-0:37'] });
    assert.deepEqual(server.said.logs, []);
  });
});

test('a client without versions or resolving gets plain edits', async () => {
  const { workspace: _, textDocument: __, ...rest } = CAPABILITIES;
  await withServer({ capabilities: rest }, async (server) => {
    await news(server, () => server.openNotebook(NOTEBOOK, CELLS));
    const [move] = await server.codeActions(cellUri('model'), { start: at(0, 9), end: at(0, 9) });
    assert.deepEqual(Object.keys(move?.edit?.changes ?? {}).sort(), [cellUri('model'), cellUri('seed')]);
  });
});

test('the report of a notebook names cells among all of them, and links to the notebook', () =>
  withNotebook(async (server) => {
    const page: ReportPage = await server.execute('seedwise.report', cellUri('model'), { page: true });
    assert.equal(page.isProgram, true);
    assert.match(page.html, />cell 3, line 1<\/a>/);
    const place = encodeURIComponent(JSON.stringify([NOTEBOOK, 1, 9, 2]));
    assert.ok(page.html.includes(`command:seedwise.openPlace?${place}`), page.html);
    assert.match(page.markdown, /\[train\.ipynb:cell 4:1\]\(train\.ipynb\)/);
  }));

/** A notebook's file with one cell of code. */
const stored = (source: string): string =>
  JSON.stringify({
    cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });

test('a file that the notebook runs is part of it, another notebook too, open or not', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
  t.after(() => rmSync(root, { recursive: true }));
  const write = (name: string, text: string): void => writeFileSync(path.join(root, name), text);
  const uri = (name: string): string => pathToFileURL(path.join(root, name)).href;
  const main = "if __name__ == '__main__':\n    ";
  write('seed.py', `import torch\n${main}torch.manual_seed(0)\n`);
  write('setup.ipynb', stored('import numpy as np\nnp.random.seed(0)'));
  const cells: Cell[] = [
    { uri: `${uri('train.ipynb')}#run`, text: '%run seed.py\n%run setup.ipynb' },
    { uri: `${uri('train.ipynb')}#draw`, text: 'import torch\nimport numpy as np\ntorch.rand(1)\nnp.random.rand()' },
  ];
  const TORCH = 'incomplete-seeding 2:0-2:10';
  const NUMPY = 'incomplete-seeding 3:0-3:14';
  await withServer({ capabilities: CAPABILITIES, rootUri: pathToFileURL(root).href }, async (server) => {
    // A cell without diagnostics is told nothing at first.
    const drawn = (): string[] => told(server).draw ?? [];
    await server.openNotebook(uri('train.ipynb'), cells);
    await server.codeActions(cells[1]!.uri, nowhere);
    assert.deepEqual(drawn(), []);

    write('seed.py', 'import torch\n');
    await server.touched(uri('seed.py'));
    await until(() => drawn().includes(TORCH));
    assert.deepEqual(drawn(), [TORCH]);

    write('setup.ipynb', stored('import numpy as np'));
    await server.touched(uri('setup.ipynb'));
    await until(() => drawn().includes(NUMPY));
    assert.deepEqual(drawn(), [TORCH, NUMPY]);

    const setup: Cell = { uri: `${uri('setup.ipynb')}#one`, text: 'import numpy as np\nnp.random.seed(1)' };
    await server.openNotebook(uri('setup.ipynb'), [setup]);
    await until(() => !drawn().includes(NUMPY));
    assert.deepEqual(drawn(), [TORCH]);

    await server.closeNotebook(uri('setup.ipynb'), [setup]);
    await until(() => drawn().includes(NUMPY));

    // Nobody knows what a file that is gone has seeded.
    rmSync(path.join(root, 'setup.ipynb'));
    await server.deleted(uri('setup.ipynb'));
    await until(() => drawn().length === 0);

    write('setup.ipynb', stored('import numpy as np'));
    await server.touched(uri('setup.ipynb'));
    await until(() => drawn().length === 2);
    assert.deepEqual(server.said.logs, []);
  });
});
