/** `%run` in notebooks: what IPython takes for the file, where it stands, and that it moves with the cells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { indexClosedFile, indexFile } from '../../server/src/core/program/indexed-file.ts';
import { Workspace } from '../../server/src/core/program/workspace.ts';
import { closeFile, openFile, updateFile } from '../../server/src/core/python/file.ts';
import { joinCells, type Notebook } from '../../server/src/core/python/notebook.ts';
import { readRun } from '../../server/src/core/python/run-magic.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { resolve } from '../../server/src/core/text/paths.ts';
import { understand } from '../corpus.ts';

const join = (...texts: string[]): Notebook => joinCells(texts.map((text, index) => ({ index, text })));

test('the file of a `%run`, and whether its main guard holds', () => {
  const table: [line: string, written: string, file: string | null, isMain: boolean][] = [
    ['%run other.py', 'other.py', './other.py', true],
    ['  %run  other', 'other', './other.py', true],
    ['%run ./helpers/seed.py --lr 0.1', './helpers/seed.py', './helpers/seed.py', true],
    ['%run ../setup.ipynb', '../setup.ipynb', '../setup.ipynb', true],
    ['%run /home/me/seed.py', '/home/me/seed.py', '/home/me/seed.py', true],
    ['%run helpers\\seed.py', 'helpers\\seed.py', './helpers/seed.py', true],
    ['%run "my helpers/seed.py" x', '"my helpers/seed.py"', './my helpers/seed.py', true],
    ['%run v1.2/seed.py', 'v1.2/seed.py', './v1.2/seed.py', true],
    ['%run -i other.py', 'other.py', './other.py', true],
    ['%run -n other.py', 'other.py', './other.py', false],
    ['%run -ine other.py -n', 'other.py', './other.py', false],
    ['%run -t -N3 other.py', 'other.py', './other.py', true],
    ['%run -tN 3 other.py', 'other.py', './other.py', true],
    ['%run -d -b 40 other.py', 'other.py', './other.py', true],
    ['%run -- other.py', 'other.py', './other.py', true],
    ['%run -m pkg.seed', 'pkg.seed', './pkg/seed.py', true],
    ['%run -mpkg.seed', '-mpkg.seed', null, true],
    ['%run $script', '$script', null, true],
    ['%run {folder}/seed.py', '{folder}/seed.py', null, true],
    ['%run ~/seed.py', '~/seed.py', null, true],
    ['%run C:\\seed.py', 'C:\\seed.py', null, true],
    ['%run lines.ipy', 'lines.ipy', null, true],
  ];
  for (const [line, written, file, isMain] of table) {
    const run = readRun(line);
    assert.ok(run, line);
    assert.deepEqual(
      { written: line.slice(run.start, run.end), file: run.file, isMain: run.isMain, magic: line[run.magic] },
      { written, file, isMain, magic: '%' },
      line,
    );
  }
  for (const line of ['%run', '%run ', '%run -i', '%runner x.py', '!python x.py', '%load_ext x', 'x = 1'])
    assert.equal(readRun(line), null, line);
});

test('the folder that a `%run` starts from', () => {
  const table: [lines: string, file: string | null][] = [
    ['%cd src', './src/other.py'],
    ['%cd -q "my src"', './my src/other.py'],
    ['%cd src/\n%cd ..', './src/../other.py'],
    ['%cd .', './other.py'],
    ['%cd /content/src', '/content/src/other.py'],
    ['import os\nos.chdir("src")', './src/other.py'],
    ['os.chdir(folder)', null],
    ['%cd', null],
    ['%cd -', null],
    ['%cd $folder', null],
    ['%pushd src', null],
    ['if in_colab:\n    %cd src', null],
    ['%cd $folder\n%cd /content', '/content/other.py'],
  ];
  for (const [lines, file] of table) {
    const inOneCell = join(`${lines}\n%run other.py`);
    assert.deepEqual(
      inOneCell.runs.map((run) => run.file),
      [file],
      lines,
    );
    assert.deepEqual(
      join(lines, '%run other.py').runs.map((run) => run.file),
      [file],
      lines,
    );
  }
  assert.equal(join('%cd src\n%run /lib/a.py').runs[0]?.file, '/lib/a.py');
});

test('paths with dots lead somewhere, but not above the top', () => {
  assert.equal(resolve('/a/b', './c/d.py'), '/a/b/c/d.py');
  assert.equal(resolve('/a/b', '../d.py'), '/a/d.py');
  assert.equal(resolve('/a', '/b/c.py'), '/b/c.py');
  assert.equal(resolve('', './a.py'), 'a.py');
  assert.equal(resolve('', '../a.py'), null);
});

test('a run file is a statement, whose cell holds code', () => {
  const notebook = join('%matplotlib inline', '%run other.py \\\n  1', 'if x:\n    %run -i other');
  assert.equal(notebook.text, '#matplotlib inline\n_#un other.py \\\n  #\nif x:\n    _#un -i other\n');
  assert.deepEqual(
    notebook.cells.map(({ hasCode }) => hasCode),
    [false, true, true],
  );
  assert.deepEqual(
    notebook.runs.map(({ start, end, magic }) => [notebook.text.slice(start, end), notebook.text[magic]]),
    [
      ['other.py', '_'],
      ['other', '_'],
    ],
  );
});

/** A notebook among these files. */
function workspaceWith(files: Readonly<Record<string, string>>): Workspace {
  const workspace = new Workspace();
  for (const [path, text] of Object.entries(files)) {
    const file = openFile(path, text);
    workspace.set(path, indexClosedFile(file));
    closeFile(file);
  }
  workspace.open = (path) => (files[path] === undefined ? null : openFile(path, files[path]));
  return workspace;
}

const DRAW = 'import torch\n\ntorch.rand(3)\n';

test('the repair seeds before the file is run, and leaves the magic as it is', () => {
  const workspace = workspaceWith({ 'draw.py': DRAW });
  const notebook = join('%run draw.py\nimport torch', 'torch.rand(1)');
  const opened = openFile('a.ipynb', notebook);
  workspace.set('a.ipynb', indexFile(opened));
  closeFile(opened);
  understand(
    'a.ipynb',
    notebook,
    ({ analysis }) => {
      const [finding, ...others] = analysis.findings;
      assert.equal(others.length, 0);
      assert.equal(finding?.message, '`draw.py` draws from torch’s global generator, which this program never seeds.');
      const [fix] = finding.fixes ?? [];
      assert.equal(
        fix && applyEdits(notebook.text, fix.edits()),
        'import torch\n\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n\n\nseed_everything(42)\n\n_#un draw.py\nimport torch\ntorch.rand(1)\n',
      );
    },
    DEFAULT_SETTINGS,
    workspace,
  );
});

test('a file that a function runs keeps its place while cells above are edited', () => {
  const cell = 'def start():\n    %run draw.py\n\n\nstart()';
  let file = openFile('a.ipynb', join('x = 1', cell));
  indexFile(file);
  for (const above of ['x = 12', 'x = 1\ny = 2', 'x = 1\ny = 2\nz = 3']) {
    file = updateFile(file, join(above, cell));
    const { sites } = indexFile(file);
    const span = sites.get('#start:0');
    assert.equal(span && file.read(span), 'draw.py', above);
  }
  file = updateFile(file, join('x = 1', cell.replace('draw', 'seed')));
  assert.deepEqual(indexFile(file).effects.functions.get('#start')?.events, [
    { kind: 'run', file: './seed.py', isMain: true, site: '#start:0' },
  ]);
  closeFile(file);
});
