/** Trees are read from memory, where tree-sitter's own structures lie: what is found there must be what its cursor says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeCursor } from 'web-tree-sitter';
import { bareParser } from '../../scripts/bench-figures.ts';
import { type Node, parse } from '../../server/src/core/syntax/parse.ts';
import { subjects } from '../corpus.ts';

const parser = await bareParser();

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

test('types, places and fields are those of tree-sitter, also in broken text', () => {
  const odd = Object.entries(ODDITIES).map(([name, text]) => ({ name, text }));
  for (const { name, text } of [...subjects(), ...odd]) {
    const broken = text.slice(0, text.length * 0.4) + text.slice(text.length * 0.45);
    // Whoever types leaves the end of a file unfinished.
    for (const each of [text, broken, text.slice(0, text.length / 2), `é = 1\n${text}`]) {
      const syntax = parse(each);
      const tree = parser.parse(each);
      assert.ok(tree);
      const cursor = tree.walk();
      compare(syntax.root, cursor, name);
      cursor.delete();
      tree.delete();
      syntax.free();
    }
  }
});

function compare(node: Node, cursor: TreeCursor, name: string): void {
  const seen = [node.type, node.start, node.end];
  assert.deepEqual(seen, [cursor.nodeType, cursor.startIndex, cursor.endIndex], name);
  assert.equal(node.field, cursor.currentFieldName ?? null, `${name}: ${node.type}`);
  const isPlainString = node.type === 'string' && node.children.length === 0;
  if (isPlainString || node.type === 'identifier') return;
  const children = [...node.children, ...(node.comments ?? [])].sort((a, b) => a.start - b.start || a.end - b.end);
  if (cursor.gotoFirstChild()) {
    do {
      const isOperator = cursor.currentFieldId !== 0 && !/^[()[\]{},.:;=]$/.test(cursor.nodeType);
      if (cursor.nodeType === 'line_continuation' || (!cursor.nodeIsNamed && (cursor.nodeIsMissing || !isOperator)))
        continue;
      const child = children.shift();
      assert.ok(child, `${name}: ${cursor.nodeType} is missing`);
      compare(child, cursor, name);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  assert.deepEqual(children, [], `${name}: too many children in ${node.type}`);
}
