/** `.ipynb` files: which cells they hold, and that writing cells back changes nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Edit } from '../../server/src/core/text/edit.ts';
import { type NotebookFile, readNotebook, writeNotebook } from '../../server/src/host/notebook-file.ts';

/** Writes whole cells anew. */
const rewrite = (notebook: NotebookFile, texts: ReadonlyMap<number, string>): string => {
  const whole = notebook.cells.flatMap(({ index, text }): [number, Edit[]][] => {
    const own = texts.get(index);
    return own === undefined ? [] : [[index, [{ start: 0, end: text.length, text: own }]]];
  });
  return writeNotebook(notebook, new Map(whole));
};

/** A notebook as Jupyter writes it, with what a rewriting of the whole JSON would lose. */
const JUPYTER = String.raw`{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a",
   "metadata": {},
   "source": ["# Caf\u00e9"]
  },
  {
   "cell_type": "code",
   "execution_count": 1.0,
   "id": "b",
   "metadata": {"n": 12345678901234567890, "e": 1E5, "dup": 1, "dup": 2},
   "outputs": [
    {"data": {"image/png": "iVBORw0KGgo=\n"}, "text": ["\"source\": [\n", "\/"]}
   ],
   "source": [
    "import torch\n",
    "x = '\u00e9\ud83c\udfb2'\n",
    "y = \"a\\nb\"\n",
    "z = 1"
   ]
  },
  {"cell_type": "code", "metadata": {}, "outputs": [], "source": "import os\nz = \"\u00fc\""},
  {"cell_type": "code", "metadata": {}, "source": []},
  {"cell_type": "raw", "metadata": {}, "source": "raw"},
  {"cell_type": "code", "metadata": {"vscode": {"languageId": "julia"}}, "source": "x"}
 ],
 "metadata": {"kernelspec": {"language": "python"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

test('code cells are numbered among all cells', () => {
  const { cells, isPython } = readNotebook(JUPYTER);
  assert.ok(isPython);
  assert.deepEqual(cells, [
    { index: 1, text: 'import torch\nx = \'é🎲\'\ny = "a\\nb"\nz = 1' },
    { index: 2, text: 'import os\nz = "ü"' },
    { index: 3, text: '' },
  ]);
});

test('what is not replaced, or replaced by itself, stays as it is, byte for byte', () => {
  const crlf = JUPYTER.replaceAll('\n', '\r\n').trimEnd();
  const tabs = JUPYTER.replace(/^ +/gm, (indent) => '\t'.repeat(indent.length));
  for (const json of [JUPYTER, crlf, tabs, JSON.stringify(JSON.parse(JUPYTER))]) {
    const notebook = readNotebook(json);
    assert.equal(writeNotebook(notebook, new Map()), json);
    assert.equal(rewrite(notebook, new Map(notebook.cells.map(({ index, text }) => [index, text]))), json);
  }
});

test('a new text is written in the form of the old one, and only its new lines are new', () => {
  const notebook = readNotebook(JUPYTER);
  const [first = '', second = ''] = notebook.cells.map(({ text }) => text);
  const written = rewrite(
    notebook,
    new Map([
      [1, first.replace('z = 1', 'w = "ß"\nz = 2\n')],
      [2, second.replace('import os\n', 'import os\nimport re\t\n')],
    ]),
  );
  assert.equal(
    written,
    JUPYTER.replace(
      '    "z = 1"\n',
      String.raw`    "w = \"\u00df\"\n",
    "z = 2\n"
`,
    ).replace(String.raw`import os\nz`, String.raw`import os\nimport re\t\nz`),
  );
  assert.deepEqual(readNotebook(written).cells[1]?.text, 'import os\nimport re\t\nz = "ü"');
});

test('new lines are escaped only where the file escapes', () => {
  const write = (json: string): string => rewrite(readNotebook(json), new Map([[0, 'é\nx']]));
  const cell = (source: string, more = ''): string =>
    `{"cells": [{"cell_type": "code", "source": ${source}}], "metadata": {${more}}}`;
  assert.equal(write(cell('["x"]')), cell('["é\\n", "x"]'));
  assert.equal(write(cell('"x"', '"a": "\\u00e4"')), cell('"\\u00e9\\nx"', '"a": "\\u00e4"'));
  assert.equal(write(cell('[\n  "x"\n ]', '"a": "ä"')), cell('[\n  "é\\n",\n  "x"\n ]', '"a": "ä"'));
  assert.equal(write(cell('[]')), cell('["é\\n", "x"]'));
});

test('format 3 has worksheets', () => {
  const json = `{"metadata": {"name": ""}, "nbformat": 3, "worksheets": [
    {"cells": [{"cell_type": "heading", "source": "Title"}, {"cell_type": "code", "input": ["x = 1\\n", "y"], "language": "python"}]},
    {"cells": [{"cell_type": "code", "input": "z", "language": "python"}, {"cell_type": "code", "input": "w", "language": "R"}]}
  ]}`;
  const notebook = readNotebook(json);
  assert.deepEqual(notebook.cells, [
    { index: 1, text: 'x = 1\ny' },
    { index: 2, text: 'z' },
  ]);
  assert.equal(rewrite(notebook, new Map([[2, 'q']])), json.replace('"z"', '"q"'));
});

test('the kernel decides the language, and none means Python', () => {
  const isPython = (metadata: unknown): boolean => readNotebook(JSON.stringify({ cells: [], metadata })).isPython;
  assert.ok(isPython({}));
  assert.ok(isPython(undefined));
  assert.ok(isPython({ kernelspec: { language: 'python' } }));
  assert.ok(isPython({ language_info: { name: 'ipython3' } }));
  assert.ok(!isPython({ kernelspec: { language: 'R', name: 'ir' } }));
  assert.ok(!isPython({ language_info: { name: 'julia' } }));
});

test('what is no notebook says so', () => {
  for (const text of ['', '{', 'import torch']) assert.throws(() => readNotebook(text), /^Error: it is not JSON\.$/);
  for (const text of ['{}', '[]', '3', 'null', '{"cells": 3}', '{"worksheets": []}', '{"cells": {}}'])
    assert.throws(() => readNotebook(text), /^Error: it is not a notebook\.$/, text);
  const odd = '{"cells": [3, null, {"cell_type": "code"}, {"cell_type": "code", "source": 7}, {"source": "x"}]}';
  assert.deepEqual(readNotebook(odd).cells, []);
});

test('a cell whose source is a list of anything but lines is no cell of code', () => {
  const json = JSON.stringify({
    cells: [
      { cell_type: 'code', source: ['import torch\n', ['import random\n']] },
      { cell_type: 'code', source: ['x = 1\n', 2] },
      { cell_type: 'code', source: ['y = 1'] },
    ],
  });
  assert.deepEqual(readNotebook(json).cells, [{ index: 2, text: 'y = 1' }]);
});

test('edits change the lines they touch, and keep separators that differ', () => {
  const json = '{"cells": [{"cell_type": "code", "source": ["a\\n",\n "b\\n" ,  "c\\n",\t"d"]}], "metadata": {}}';
  const source = (...edits: Edit[]): string =>
    /"source": ([\s\S]*)\}\], /.exec(writeNotebook(readNotebook(json), new Map([[0, edits]])))![1]!;
  assert.equal(source({ start: 2, end: 3, text: 'B' }), '["a\\n",\n "B\\n" ,  "c\\n",\t"d"]');
  assert.equal(source({ start: 2, end: 4, text: '' }), '["a\\n" ,  "c\\n",\t"d"]');
  assert.equal(source({ start: 0, end: 2, text: '' }), '["b\\n" ,  "c\\n",\t"d"]');
  assert.equal(source({ start: 4, end: 4, text: 'x\n' }), '["a\\n",\n "b\\n" ,  "x\\n",\n "c\\n",\t"d"]');
  assert.equal(source({ start: 3, end: 5, text: '' }), '["a\\n",\n "b\\n",\t"d"]');
  assert.equal(source({ start: 7, end: 7, text: '\ne' }), '["a\\n",\n "b\\n" ,  "c\\n",\t"d\\n",\n "e"]');
  assert.equal(source({ start: 0, end: 7, text: '' }), '[]');
  assert.equal(
    source({ start: 0, end: 1, text: 'A' }, { start: 6, end: 7, text: 'D' }),
    '["A\\n",\n "b\\n" ,  "c\\n",\t"D"]',
  );
});

test('numbers that only Python writes are read, and stay', () => {
  const json =
    '{"cells": [{"cell_type": "code", "outputs": [{"x": [NaN, -Infinity, "NaN \\" Infinity"]}], "metadata": {"n": NaN}, "source": "x"}], "metadata": {"n": Infinity}}';
  const notebook = readNotebook(json);
  assert.deepEqual(notebook.cells, [{ index: 0, text: 'x' }]);
  assert.equal(rewrite(notebook, new Map([[0, 'y']])), json.replace('"x"}]', '"y"}]'));
  for (const text of ['{"cells": [Nan]}', '{"cells": NaN NaN}', '{"cells": ["', 'NaN"'])
    assert.throws(() => readNotebook(text));
});
