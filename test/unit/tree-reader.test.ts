/** Trees are read with shortcuts; this reads them without, and compares. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeCursor } from 'web-tree-sitter';
import { bareParser } from '../../scripts/bench-figures.ts';
import { type Node, parse } from '../../server/src/core/syntax.ts';
import { subjects } from '../corpus.ts';
import '../engine.ts';

const parser = await bareParser();

/** A node as a line, and its children below it. */
type Plain = readonly [string, readonly Plain[]];

const line = (type: string, field: string | null, start: number, end: number): string =>
  `${field ?? ''}:${type} ${start}-${end}`;

const plainOf = (node: Node): Plain => [
  line(node.type, node.field, node.start, node.end),
  [...node.children, ...(node.comments ?? [])].sort((a, b) => a.start - b.start).map(plainOf),
];

/** What the cursor says when it is asked everything. */
function read(cursor: TreeCursor, text: string): Plain {
  const { nodeType, currentFieldName, startIndex, endIndex } = cursor;
  const children: Plain[] = [];
  const isClosed = nodeType === 'string' && !/^\w*[ft]/i.test(text.slice(startIndex, endIndex));
  if (!isClosed && cursor.gotoFirstChild()) {
    do {
      const isKept = cursor.nodeIsNamed ? cursor.nodeType !== 'line_continuation' : cursor.currentFieldId !== 0;
      if (isKept) children.push(read(cursor, text));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return [line(nodeType, nodeType === 'comment' ? null : currentFieldName, startIndex, endIndex), children];
}

function compare(text: string): void {
  const tree = parser.parse(text);
  assert.ok(tree);
  const syntax = parse(text);
  assert.deepEqual(plainOf(syntax.root), read(tree.walk(), text));
  syntax.free();
  tree.delete();
}

for (const { name, text } of subjects()) {
  test(`${name}: read as it stands`, () => compare(text));
  // Whoever types leaves the end of a file unfinished.
  test(`${name}: half of it`, () => compare(text.slice(0, text.length / 2)));
}

const ODDITIES = {
  'line continuations': 'f(a, \\\n  b)\nx = a + \\\n  b\nassert a, \\\n  f"{b}"\nx = \\\n  1\nreturn \\\n  x\n',
  'comments everywhere': 'f(  # one\n  a,  # two\n  # three\n)\nx = [  # four\n]\nx: int = (  # five\n  1\n)\n',
  'blanks of other kinds': 'x\u00a0=\u00a01\nf(a,\u3000b)\nx\f=\t1\n\ufefff(\ufeffa)\n',
  'letters of other kinds': 'größe = 1\nf(größe, x.größe, größe.x, é)\nx = y.é\n',
  'line ends of Windows': 'def f(a,\r\n      b=1):\r\n    x = [\r\n        a,\r\n    ]\r\n    return x\r\n',
  numbers: 'f(1, 1.5, 1e5, 0x1F, 1_000, 1j, .5, 1., 0b1, -1, ...)\nx = 1if y else 2\nx = 10\nx[1:2, ::3, :]\n',
  literals: 'f(None, True, False, None.x, True.real)\nx: None = None\ndef f(a: None = None) -> None: ...\n',
  'soft keywords': 'f(match, case, type, print, exec, _)\nmatch = case\nx = print\nx = match.case\nprint(a)\nexec(a)\n',
  keywords: 'x = yield\nx = (yield)\nx = [await y]\nf(lambda: x, not x, *x, **x, x if y else z)\n',
  patterns:
    'match x:\n    case (a, b): pass\n    case [a, *b]: pass\n    case {"k": v}: pass\n    case A.b | C(d=e): pass\n',
  'spread dots': 'a . b\na.b .c\n(a\n .b\n .c)\na.b.c(d.e.f, g = h.i)\nimport a . b as c\n',
  'empty brackets': 'f()\nf( )\nf(\n)\nx = []\nx = {}\nx = ()\ndef f(): pass\nclass A(): pass\n',
  assignments: 'a = b = c\na: int\na: b.C = d\na: list[int] = [b]\na += b\na = b == c\n(a := b)\nx[a:=b]\n',
  strings: `f'{a!r:>{b}} {c.d}  {e=}'\nx = 'a' 'b'\nx = rb'a' f' b' "c\\n"\nf('''a\n b''', u'c')\nt'{a}'\n`,
  subscripts: 'x[a]\nx[a, b]\nx[a:b, c]\nx[:, None]\nx[a.b][c](d)\nx[()]\nx[*a]\n',
  'unwritten blocks': 'def f():\n\nclass A:\n    def g(self):\n\nif x:\n',
  definitions: '@a.b\n@c(d)\ndef f(a, /, b: int, *, c=d.e, **k: x.y) -> z.w:\n    return\nlambda a, b=c: a\n',
  imports: 'import a, b.c as d\nfrom . import (e, f as g,)\nfrom ..h import *\nfrom i.j import k\n',
};

for (const [name, text] of Object.entries(ODDITIES)) test(`${name} are read as they stand`, () => compare(text));
