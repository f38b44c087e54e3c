/** Hovers over the real protocol: Markdown, the token's range, and silence wherever there is nothing to say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BAD, URI } from './samples.ts';
import { withServer } from './server.ts';

test('a hover is Markdown about one token', () =>
  withServer({}, async (server) => {
    await server.open(URI, `# 🎲\n${BAD.replace('torch.manual_seed', '"🎲"; torch.manual_seed')}`);
    const hover = await server.hover(URI, 3, 15);
    assert.deepEqual(hover?.range, { start: { line: 3, character: 12 }, end: { line: 3, character: 23 } });
    assert.deepEqual(hover?.contents, {
      kind: 'markdown',
      value: [
        '**`manual_seed`** seeds torch’s global generator. It leaves out Python’s `random` and numpy’s global generator.',
        'It seeds all CUDA devices too. The order and the workers of a `DataLoader` follow it, objects of `torch.Generator()` do not.',
      ].join('\n\n'),
    });
  }));

test('a hover is about the text as it is now, and the version that is set', () =>
  withServer({ settings: { torchVersion: '1.8.1' } }, async (server) => {
    await server.open(URI, 'import torch\n');
    assert.equal(await server.hover(URI, 1, 0), null);
    const text = 'torch.bincount(x, weights=w)\n';
    await server.change(URI, 2, { range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text });
    const hover = await server.hover(URI, 1, 8);
    assert.match(JSON.stringify(hover?.contents), /\| 1\.8\.1 \(this project\) \| \*\*differs\*\* \| raises \|/);
  }));

test('a hover is silent on other tokens, other languages and closed documents', () =>
  withServer({}, async (server) => {
    assert.equal(await server.hover(URI, 0, 0), null);
    await server.open(URI, BAD);
    for (const [line, character] of [
      [0, 8],
      [1, 0],
      [2, 2],
      [4, 34],
      [5, 1],
      [99, 0],
    ] as const) {
      assert.equal(await server.hover(URI, line, character), null, `${line}:${character}`);
    }
    await server.open('file:///project/notes.md', BAD, 'markdown');
    assert.equal(await server.hover('file:///project/notes.md', 2, 8), null);
    await server.close(URI);
    assert.equal(await server.hover(URI, 2, 8), null);
    assert.deepEqual(server.said.logs, []);
  }));
