/** Notebooks as one program: what is masked, where cells begin and end, and that cells change neither findings nor repairs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsAt, insertSeedBlock } from '../../server/src/core/analysis/actions.ts';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile, updateFile } from '../../server/src/core/python/file.ts';
import {
  cellAt,
  editsByCell,
  fitsCells,
  joinCells,
  type Notebook,
  type SourceCell,
  withinCell,
} from '../../server/src/core/python/notebook.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import type { Edit } from '../../server/src/core/text/edit.ts';
import { compileErrors, fixtures, isPython, type Subject, subjects, understand } from '../corpus.ts';
import { sampleOf } from '../sample.ts';

const sources = (...texts: string[]): SourceCell[] => texts.map((text, index) => ({ index, text }));
const join = (...texts: string[]): Notebook => joinCells(sources(...texts));

/** What is left of one cell. */
const mask = (text: string): string => {
  const { text: joined, cells } = join(text);
  return cells[0] ? joined.slice(cells[0].start, cells[0].end) : '(not Python)';
};

test('magics are masked without changing a length', () => {
  const table: [cell: string, masked: string][] = [
    ['%matplotlib inline\nimport torch', '#matplotlib inline\nimport torch'],
    ['!pip install torch \\\n  numpy\nx = 1', '#pip install torch \\\n  #umpy\nx = 1'],
    ['?torch.rand\ntorch.rand?\ntorch.rand??', '#torch.rand\n#orch.rand?\n#orch.rand??'],
    ['if x:\n    !ls -la\ny = 1', 'if x:\n    _#s -la\ny = 1'],
    ['files = !ls *.png\nprint(files)', 'files = _#s *.png\nprint(files)'],
    ['a, b = %env X\nc = %time f()', 'a, b = _#nv X\nc = _#ime f()'],
    ['home = !\\\n  ls\nx = 1', 'home = _#\n  #s\nx = 1'],
    ['%time seed(0)\n%time -n 3 f()\n    ', '_   ; seed(0)\n#time -n 3 f()\n    '],
    ['%run seed.py\nif x:\n    %run -i seed', '_#un seed.py\nif x:\n    _#un -i seed'],
    ['%%time\nx = 1', '#%time\nx = 1'],
    ['\n# Timed.\n%%capture out\nx = 1', '\n# Timed.\n#%capture out\nx = 1'],
    ['%%bash\npip install torch', '(not Python)'],
    ['%%html\n<b>?</b>', '(not Python)'],
    ['%%!\nls', '(not Python)'],
    ['%%writefile train.py\nimport torch', '(not Python)'],
    ['x = "100" \\\n  % 3', 'x = "100" \\\n  % 3'],
    ['print("%d"\n      % 3)', 'print("%d"\n      % 3)'],
    ['"""\n%matplotlib inline\n!ls\nwhy?\n"""', '"""\n%matplotlib inline\n!ls\nwhy?\n"""'],
    ['x %= 3\ny != 4\nz = x != y  # is it?', 'x %= 3\ny != 4\nz = x != y  # is it?'],
    ["s = '(' # [\n!ls", "s = '(' # [\n#ls"],
    ["s = r'\\'' ; t = '''a\n%b'''\n%c", "s = r'\\'' ; t = '''a\n%b'''\n#c"],
    ['await model.load()', 'await model.load()'],
    ['!ls\r\nx = 1\r\n', '#ls\r\nx = 1\r\n'],
    ['!', '#'],
    ['', ''],
    ['\n\n', '\n\n'],
  ];
  for (const [cell, masked] of table) {
    assert.equal(mask(cell), masked);
    if (masked !== '(not Python)') assert.equal(masked.length, cell.length);
  }
});

test('masked notebooks compile', () => {
  const cells = [
    'try:\n    import torch\nexcept ImportError:\n    !pip install torch\n    import torch',
    '%%time\nfor i in range(3):\n    %time print(i)\n    out = !ls\n    !',
    '%cd ..\nfiles = !ls\nfiles[0]',
    'def f():\n    !ls\n\n%run other.py',
  ];
  assert.deepEqual(compileErrors(cells.map((cell) => join(cell).text)), [null, null, null, null]);
});

test('offsets lead to cells and back', () => {
  const notebook = joinCells([
    { index: 1, text: 'import torch' },
    { index: 2, text: '%%bash\nls' },
    { index: 4, text: '' },
    { index: 5, text: 'x = "🎲"\ny = 1\n' },
  ]);
  assert.deepEqual(
    notebook.cells.map(({ index, start, end, hasCode }) => ({ index, start, end, hasCode })),
    [
      { index: 1, start: 0, end: 12, hasCode: true },
      { index: 4, start: 13, end: 13, hasCode: false },
      { index: 5, start: 14, end: 29, hasCode: true },
    ],
  );
  const y = notebook.text.indexOf('y');
  assert.deepEqual(
    [0, 12, 13, 14, y, 29].map((offset) => cellAt(notebook, offset)?.index),
    [1, 1, 4, 5, 5, 5],
  );
  const place = withinCell(notebook, { start: y, end: notebook.text.length });
  assert.deepEqual([place?.cell.index, place?.start, place?.end], [5, 9, 15]);
  assert.equal(cellAt(joinCells([]), 0), undefined);
});

test('an edit fits where it stays in a cell of code and leaves magics alone', () => {
  const notebook = join('%%time\nimport torch\n!ls\nx = 1', '%matplotlib inline', 'y = 2');
  const at = (needle: string, length = 0): Edit => {
    const start = notebook.text.indexOf(needle);
    return { start, end: start + length, text: 'z' };
  };
  const fits = (...edits: Edit[]): boolean => fitsCells(notebook, edits, 'a.ipynb');
  assert.ok(fits(at('import')));
  assert.ok(fits(at('import'), at('y = 2', 5)));
  assert.ok(fits({ start: 9_999, end: 9_999, text: '', path: 'seed.py' }), 'another file has no cells');
  assert.ok(!fits(at('#%time')), 'nothing goes above a cell magic');
  assert.ok(!fits(at('#ls', 4)));
  assert.ok(!fits(at('#matplotlib')), 'a cell of magics stays one');
  assert.ok(!fits(at('x = 1', 9)), 'no edit reaches the next cell');
});

test('a broken cell leaves the others as they are', () => {
  const flag = 'torch.backends.cudnn.benchmark = True';
  const rules = (...texts: string[]): (string | undefined)[] =>
    understand('a.ipynb', join(...texts), ({ file, analysis }) =>
      analysis.findings.map((finding) => `${withinCell(file.notebook!, finding)?.cell.index} ${finding.rule}`),
    );
  const head = 'import torch\ntorch.manual_seed(0)';
  const expected = ['2 cudnn-benchmark'];
  const broken = [
    'x = foo(1, [2',
    'x = """open',
    "x = 'open",
    'def f(',
    'class A:',
    'for i in range(3):',
    'x = (  # why [',
    'try:\n    pass',
    'x = \\',
    'x = )',
    'if x\n  y',
    '@',
    'x = {"a": (1, """b',
    'import',
    'lambda',
  ];
  for (const text of broken) assert.deepEqual(rules(head, text, `${flag}\ntorch.rand(3)`), expected, text);
});

test('typing in a cell gives what a fresh notebook gives', () => {
  const former = 'import torch\nx = 1';
  const later = 'torch.backends.cudnn.benchmark = True';
  const typed = 'y = foo("a[", (1, 2))\n%time z = {3: """4"""}';
  let file = openFile('a.ipynb', join(former, '', later));
  for (let length = 1; length <= typed.length; length++) {
    const notebook = join(former, typed.slice(0, length), later);
    file = updateFile(file, notebook);
    assert.equal(file.text, notebook.text);
    assert.equal(file.notebook, notebook);
  }
  const fresh = openFile('a.ipynb', join(former, typed, later));
  assert.ok(!file.hasSyntaxErrors && !fresh.hasSyntaxErrors);
  assert.deepEqual(
    file.allCalls.map(({ node, name }) => [node.start, name]),
    fresh.allCalls.map(({ node, name }) => [node.start, name]),
  );
  file = updateFile(file, join(former, typed, later, ''));
  assert.equal(file.notebook?.cells.length, 4, 'an empty cell changes the cells, but not the text');
  closeFile(file);
  closeFile(fresh);
});

/** Repairs as a reader sees them, and the text each leaves. */
const repairsOf = ({ fixes = [] }: Finding, apply: (edits: readonly Edit[]) => string): Map<string, string> =>
  new Map(fixes.map((fix) => [fix.title, apply(fix.edits())]));

/** A notebook's worker function cannot be imported by a process that is spawned. */
const OTHERWISE_IN_NOTEBOOKS = /worker_init_fn|^Reseed it in|DataLoader deterministic/;

const { chosen: all, about } = sampleOf(subjects(), 100);

test(`a notebook of one cell has the findings and repairs of the same text as a file (${about})`, () => {
  for (const { name, path, text } of all) {
    const code = text.trimEnd();
    const notebook = join(code);
    if (notebook.cells[0]?.masked.length !== 0 || /^#!|coding[:=]/m.test(code)) continue;
    const describe = (source: string | Notebook): unknown[] =>
      understand(path, source, ({ analysis }) =>
        analysis.findings.map((finding) => {
          const { start, end, rule, severity, message, related } = finding;
          const repairs = repairsOf(finding, (edits) => applyEdits(notebook.text, edits).trimEnd());
          const kept = [...repairs].filter(([title]) => !OTHERWISE_IN_NOTEBOOKS.test(title));
          return { start, end, rule, severity, message, related, repairs: kept };
        }),
      );
    assert.deepEqual(describe(notebook), describe(notebook.text), name);
  }
});

/** The same program in as many cells as it has paragraphs at the margin. */
function inCells({ text }: Subject): SourceCell[] {
  const file = openFile('a.py', text);
  const starts = file.syntax.root.children.map((node) => node.start);
  closeFile(file);
  const cuts = [...text.matchAll(/\n\n+(?=\S)/g)].map((match) => match.index + match[0].length);
  const at = [0, ...cuts.filter((cut) => starts.includes(cut)), text.length];
  return sources(...at.slice(1).map((end, i) => text.slice(at[i], end).replace(/\n+$/, '')));
}

const edited = (cells: readonly SourceCell[], notebook: Notebook, edits: readonly Edit[]): SourceCell[] => {
  const own = new Map([...editsByCell(notebook, edits)].map(([cell, list]) => [cell.index, list]));
  return cells.map(({ index, text }) => ({ index, text: applyEdits(text, own.get(index) ?? []) }));
};

const keyOf = ({ rule, subject }: Finding): string => `${rule} ${subject ?? ''}`;

for (const subject of all.filter(({ text }) => !/ignore\b/.test(text))) {
  const cells = inCells(subject);
  if (cells.length < 2) continue;
  test(`in cells: ${subject.name}`, () => {
    const notebook = joinCells(cells);
    const keys = understand(subject.path, subject.text, ({ analysis }) => analysis.findings.map(keyOf));
    const outputs: SourceCell[][] = [];
    understand(subject.path, notebook, ({ file, project, analysis }) => {
      assert.deepEqual(analysis.findings.map(keyOf), keys);
      for (const finding of analysis.findings) {
        for (const { title, edits } of finding.fixes ?? []) {
          const after = edited(cells, notebook, edits());
          outputs.push(after);
          const rest = understand(subject.path, joinCells(after), (there) => there.analysis.findings.map(keyOf));
          const count = (list: string[]) => list.filter((key) => key === keyOf(finding)).length;
          assert.ok(count(rest) < count(keys), `"${title}" leaves its finding:\n${show(after)}`);
        }
        for (const action of actionsAt(file, project, analysis, finding)) {
          const { title } = action;
          assert.doesNotMatch(title, /worker_init_fn|seed_worker/);
          assert.ok(fitsCells(notebook, action.edits(), file.path), `"${title}" does not fit`);
        }
      }
      const block = insertSeedBlock(file, project, { deterministic: false });
      if (!('edits' in block)) return;
      const after = edited(cells, notebook, block.edits);
      outputs.push(after);
      const rest = understand(subject.path, joinCells(after), (there) => there.analysis.findings.map(keyOf));
      assert.ok(!rest.some((key) => /^(incomplete-seeding|late-seed)/.test(key)), show(after));
    });
    compiled.push({ name: subject.name, base: notebook.text, outputs });
  });
}

const compiled: { name: string; base: string; outputs: SourceCell[][] }[] = [];
const show = (cells: readonly SourceCell[]): string => cells.map(({ text }) => `# %%\n${text}\n`).join('');

test('CPython compiles what repairs write into cells', () => {
  const bases = compileErrors(compiled.map(({ base }) => base));
  const checked = compiled.flatMap(({ name, outputs }, i) =>
    bases[i] === null ? outputs.map((cells) => ({ name, cells })) : [],
  );
  const errors = compileErrors(checked.map(({ cells }) => joinCells(cells).text));
  for (const [i, { name, cells }] of checked.entries()) assert.equal(errors[i], null, `${name}\n${show(cells)}`);
});

/** The cells after the seed block, or after the action whose title begins so at the needle. */
function after(texts: string[], act: { at: string; title: string } | 'seed block'): string[] {
  const cells = sources(...texts);
  const notebook = joinCells(cells);
  return understand('a.ipynb', notebook, ({ file, project, analysis }) => {
    const start = act === 'seed block' ? 0 : notebook.text.indexOf(act.at);
    const block = insertSeedBlock(file, project, { deterministic: false });
    const actions = actionsAt(file, project, analysis, { start, end: start });
    const chosen = act === 'seed block' ? block : actions.find(({ title }) => title.startsWith(act.title));
    assert.ok(chosen && 'edits' in chosen, actions.map(({ title }) => title).join());
    const edits = typeof chosen.edits === 'function' ? chosen.edits() : chosen.edits;
    return edited(cells, notebook, edits).map(({ text }) => text);
  });
}

test('helpers and imports go into the cell of imports, with what they need', () => {
  const cells = [
    '!pip install torch',
    'import os',
    '# ML\n%matplotlib inline\nimport torch',
    'size = 3\nimport numpy as np\nnp.random.rand(size)\ntorch.rand(3)',
  ];
  assert.deepEqual(after(cells, 'seed block'), [
    cells[0],
    cells[1],
    `# ML
%matplotlib inline
import numpy as np
import torch


def seed_everything(seed):
    np.random.seed(seed)
    torch.manual_seed(seed)


seed_everything(42)`,
    cells[3],
  ]);
  assert.deepEqual(
    after(['x = 1\nimport torch\ny = 2', '%%time\ntorch.rand(3)'], 'seed block')[0],
    'x = 1\nimport torch\n\n\ndef seed_everything(seed):\n    torch.manual_seed(seed)\n\n\nseed_everything(42)\n\n\ny = 2'.replace(
      '\n\n\ny',
      '\n\ny',
    ),
  );
});

test('a DataLoader of a notebook gets a generator, and no function for its workers', () => {
  const cells = [
    'import torch\nfrom torch.utils.data import DataLoader\ntorch.manual_seed(0)',
    '%%time\nloader = DataLoader(data, shuffle=True, num_workers=4)',
  ];
  const act = { at: 'DataLoader(data', title: 'Make this DataLoader deterministic' };
  assert.deepEqual(after(cells, act), [
    cells[0],
    '%%time\ngenerator = torch.Generator().manual_seed(0)\nloader = DataLoader(data, shuffle=True, num_workers=4, generator=generator)',
  ]);
});

test('a statement moves into another cell, and a magic above it stays', () => {
  const cells = ['import torch', 'torch.rand(3)', '%load_ext autoreload\n# The seed.\ntorch.manual_seed(0)'];
  assert.deepEqual(after(cells, { at: 'torch.rand', title: 'Move' }), [
    cells[0],
    '# The seed.\ntorch.manual_seed(0)\ntorch.rand(3)',
    '%load_ext autoreload',
  ]);
});

test('cells that are filled one after the other give what a fresh notebook gives', () => {
  for (const { files } of fixtures()) {
    for (const { path, notebook } of files) {
      if (!notebook) continue;
      const texts = notebook.cells.map((cell) => notebook.text.slice(cell.start, cell.end));
      let live = openFile(path, join(...texts.map(() => '')));
      for (let i = texts.length - 1; i >= 0; i--) {
        const filled = join(...texts.map((text, at) => (at >= i ? text : '')));
        live = updateFile(live, filled);
        const findings = analyze(projectOf(live, DEFAULT_SETTINGS), DEFAULT_SETTINGS).findings;
        const fresh = understand(path, filled, ({ analysis }) =>
          analysis.findings.map(({ start, rule }) => [start, rule]),
        );
        if (!live.hasSyntaxErrors)
          assert.deepEqual(
            findings.map(({ start, rule }) => [start, rule]),
            fresh,
            path,
          );
      }
      closeFile(live);
    }
  }
});

test('a suppression stays in its cell', () => {
  const seeded = ['import torch', 'torch.manual_seed(0)\ntorch.rand(3)'];
  const fault = 'torch.backends.cudnn.benchmark = True';
  const rules = (...texts: string[]): string[] =>
    understand('a.ipynb', join(...texts), ({ analysis }) => analysis.findings.map(({ rule }) => rule));
  assert.deepEqual(rules(...seeded, fault), ['cudnn-benchmark']);
  assert.deepEqual(rules(...seeded, `# seedwise: ignore[cudnn-benchmark]\n${fault}`), []);
  assert.deepEqual(rules(...seeded, '# seedwise: ignore[cudnn-benchmark]', fault), [
    'unused-ignore',
    'cudnn-benchmark',
  ]);
  assert.deepEqual(rules('# seedwise: ignore-file[cudnn-benchmark]\n%load_ext x', ...seeded, fault), []);
});

test('notebooks of the fixtures have their cells', () => {
  const notebooks = fixtures().flatMap(({ files }) => files.filter((file) => file.notebook));
  assert.ok(notebooks.length > 5);
  for (const { notebook } of notebooks) assert.ok(notebook!.cells.length > 1);
  assert.ok(notebooks.every(isPython));
});

test('all of one rule is repaired in a cell or in the notebook', () => {
  const timed = 'torch.backends.cudnn.benchmark = True';
  const done = timed.replace('True', 'False');
  const cells = ['import torch\ntorch.use_deterministic_algorithms(True)', `${timed}\n${timed}`, timed];
  const act = (title: string) => after(cells, { at: `True\n${timed}`, title });
  assert.deepEqual(act('Fix all of `cudnn-benchmark` in this cell'), [cells[0], `${done}\n${done}`, timed]);
  assert.deepEqual(act('Fix all of `cudnn-benchmark` in this notebook'), [cells[0], `${done}\n${done}`, done]);
});
