/** Reading a tree asks tree-sitter as little as possible; what is inferred instead must be what it would have said. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Language, Parser, type TreeCursor } from 'web-tree-sitter';
import { type Node, parse } from '../../server/src/core/syntax.ts';
import { subjects } from '../corpus.ts';

const require = createRequire(import.meta.url);
await Parser.init();
const python = await Language.load(readFileSync(require.resolve('tree-sitter-python/tree-sitter-python.wasm')));
const parser = new Parser().setLanguage(python);

test('types, places and fields are those of tree-sitter, also in broken text', () => {
  for (const { name, text } of subjects()) {
    for (const each of [text, text.slice(0, text.length * 0.4) + text.slice(text.length * 0.45), `é = 1\n${text}`]) {
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
  // A block's children fill no field, but for the cases of a `match`, whose field nobody asks for.
  if (node.type !== 'case_clause') assert.equal(node.field, cursor.currentFieldName ?? null, `${name}: ${node.type}`);
  const isPlainString = node.type === 'string' && node.children.length === 0;
  if (isPlainString || node.type === 'identifier') return;
  const children = [...node.children, ...(node.comments ?? [])].sort((a, b) => a.start - b.start || a.end - b.end);
  if (cursor.gotoFirstChild()) {
    do {
      const isOperator = cursor.currentFieldId !== 0 && !/^[()[\]{},.:;=]$/.test(cursor.nodeType);
      if (!cursor.nodeIsNamed && (cursor.nodeIsMissing || !isOperator)) continue;
      const child = children.shift();
      assert.ok(child, `${name}: ${cursor.nodeType} is missing`);
      compare(child, cursor, name);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  assert.deepEqual(children, [], `${name}: too many children in ${node.type}`);
}
