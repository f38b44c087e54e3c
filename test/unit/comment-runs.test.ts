/** Thousands of comments in a row are fed to the parser as blank lines, and nothing else of the program changes by that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeCursor } from 'web-tree-sitter';
import { bareParser } from '../../scripts/bench-figures.ts';
import { withoutLongRuns } from '../../server/src/core/syntax/comment-runs.ts';
import { type Node, parse } from '../../server/src/core/syntax/parse.ts';
import { understand } from '../corpus.ts';

const parser = await bareParser();
const run = (count: number, indent = '', line = (i: number): string => `# ${i}: x = f(y[${i}])`): string =>
  Array.from({ length: count }, (_, i) => `${indent}${line(i)}\n`).join('');

const PROGRAMS: Readonly<Record<string, string>> = {
  'at the margin': `x = 1\n${run(300)}y = 2\n`,
  'in a block': `def f():\n    x = 1\n${run(300, '    ')}    return x\n\n\nf()\n`,
  'between two blocks': `def f():\n    return 1\n${run(300)}\n\ndef g():\n    pass\n`,
  'at the end of a block, deeper and less deep': `def f():\n    return 1\n${run(100, '    ')}${run(100)}${run(100, '        ')}g()\n`,
  'in two columns by turns': `def f():\n    x = 1\n${run(200, '', (i) => (i % 90 < 80 ? '    # deep' : '# flat'))}    y = 2\n`,
  'in another column each line': `def f():\n    for x in y:\n        x = 1\n${run(300, '', (i) => `${' '.repeat((i * 7) % 11)}# ${i}`)}    y = 2\n`,
  'deeper and less deep by turns, then out of two blocks': `def f():\n    if x:\n        x = 1\n${run(100, '', (i) => `${' '.repeat(8 + (i % 2))}# ${i}`)}${run(100, '', (i) => `${' '.repeat(4 + (i % 3))}# ${i}`)}${run(100, '', (i) => `${' '.repeat(i % 5)}# ${i}`)}g()\n`,
  'tabs and blanks by turns': `def f():\n\tif x:\n\t\tx = 1\n${run(200, '', (i) => `${['\t\t', '        ', '\t  '][i % 3]}# ${i}`)}\ty = 2\n`,
  'at the end': `x = 1\n${run(300)}`,
  'nothing else': run(300),
  'blank lines between': `x = 1\n${run(300, '', (i) => `# ${i}\n`)}y = 2\n`,
  'in brackets': `x = [\n    1,\n${run(300, '    ')}    2,\n]\n`,
  'behind the head of a block': `if x:\n${run(300, '    ')}    y = 2\nelse:\n${run(300)}    z = 3\n`,
  'line ends of Windows': `def f():\n    x = 1\n${run(300, '    ')}    return x\n`.replaceAll('\n', '\r\n'),
  'a string that looks so': `x = """\n${run(150)}# the end: """ + f(y)\n${run(150)}z = '''\n${run(300)}'''\ng(x)\n`,
  'a string over lines': `x = '\\\n${run(100, '', (i) => `# ${i} \\`)}# the end' + f(y)\n${run(100)}g(x)\n`,
  'a string with code in it': `x = f"""\n${run(100, '', (i) => `# {f(${i})} and`)}"""\n${run(100)}g(x)\n`,
  'unfinished code': `def f(:\n    x = (1,\n${run(300, '    ')}    return x\n\nf(\n`,
};

/** All of a tree but its comments. */
function shape(text: string): string[] {
  const tree = parser.parse(text);
  assert.ok(tree);
  const found: string[] = [];
  const visit = (cursor: TreeCursor): void => {
    if (cursor.nodeType !== 'comment') found.push(`${cursor.nodeType} ${cursor.startIndex} ${cursor.endIndex}`);
    if (!cursor.gotoFirstChild()) return;
    do visit(cursor);
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  };
  const cursor = tree.walk();
  visit(cursor);
  cursor.delete();
  tree.delete();
  return found;
}

for (const [name, text] of Object.entries(PROGRAMS)) {
  test(`the tree is the same but for comments: ${name}`, () => {
    const fed = withoutLongRuns(text);
    assert.equal(fed.length, text.length);
    assert.equal(fed.split('\n').length, text.split('\n').length);
    assert.notEqual(fed, text, 'something is left out');
    assert.deepEqual(shape(fed), shape(text));
  });
}

test('short runs stay, and so does what speaks to Seedwise', () => {
  assert.equal(withoutLongRuns(run(63)), run(63));
  assert.equal(withoutLongRuns(`${run(40)}x = 1\n${run(40)}`), `${run(40)}x = 1\n${run(40)}`);
  const told = `x = 1\n${run(100)}# seedwise: ignore[set-order] it is sorted later\n${run(100)}y = 2\n`;
  assert.ok(withoutLongRuns(told).includes('# seedwise: ignore[set-order] it is sorted later\n'));
});

test('of eight thousand comments few are left, however long and however indented they are', () => {
  const turns = (i: number): string => `${' '.repeat((i % 3) * 4)}# ${i}`;
  for (const comments of [run(8000), run(8000, '    '), run(8000, '', turns)]) {
    const text = `def f():\n    pass\n${comments}\n\nf()\n`;
    const syntax = parse(text);
    assert.ok(syntax.comments.length <= 40, `${syntax.comments.length}`);
    syntax.free();
  }
});

test('what is found behind a long run is found where it stands, and can be ignored from within', () => {
  const program = (comment: string): string =>
    `import torch\n\n${run(200)}${comment}\nmodel = torch.nn.Linear(2, 2)\ntorch.manual_seed(0)\n`;
  const rules = (text: string): string[] =>
    understand('train.py', text, ({ analysis }) =>
      analysis.findings.map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`),
    );
  assert.deepEqual(rules(program('# nothing')), ['late-seed torch.nn.Linear']);
  assert.deepEqual(rules(program('# seedwise: ignore[late-seed]')), []);
});

const described = ({ type, start, end, children, comments }: Node): unknown => [
  ...[type, start, end],
  ...[...children, ...(comments ?? [])].map(described),
];

test('an edit gives the tree of a fresh parse, wherever it makes a run long or short', () => {
  const program = (...lines: string[]): string => `def f():\n    x = 1\n${lines.join('')}    return x\n\n\nf()\n`;
  const steps = [
    program(run(300, '    ')),
    // In the middle of what is left out.
    program(run(150, '    '), '    # another\n', run(150, '    ')),
    program(run(150, '    '), '    y = 2\n', run(150, '    ')),
    program(run(150, '    '), '    """\n', run(150, '    ')),
    program(run(150, '    '), '    """\n', run(150, '    '), '    """\n'),
    program(run(63, '    ')),
    program(run(64, '    ')),
    program(run(20, '    ')),
    program(run(20, '    '), run(300)),
    program(),
  ];
  for (const first of steps) {
    let syntax = parse(first);
    for (const next of steps) {
      syntax = syntax.update(next);
      const fresh = parse(next);
      assert.deepEqual(described(syntax.root), described(fresh.root));
      fresh.free();
    }
    syntax.free();
  }
});
