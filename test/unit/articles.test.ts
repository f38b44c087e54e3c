/**
 * The five articles on seeding that the project set out from: each listing, in words of our own, is a fixture whose head
 * says what the article claims and how much of it is true. What is found in them is checked with all other fixtures.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixtures } from '../corpus.ts';

const listings = fixtures().filter(({ name }) => name.startsWith('articles/'));

test('each of the five articles has its listings', () => {
  const articles = new Set(listings.map(({ name }) => name.slice('articles/'.length, 'articles/'.length + 3)));
  assert.deepEqual([...articles].sort(), ['000', '001', '002', '003', '004']);
});

for (const { name, files } of listings) {
  test(`${name} says what it shows`, () => {
    assert.match(name, /^articles\/\d{3}-[a-z]+(-[a-z]+)*\.py$/);
    const [head = ''] = files[0]!.text.split('\n');
    assert.match(head, /^# \S.*\.$/, 'the first line is a comment, in sentences');
    if (head.startsWith('# Claims:'))
      assert.match(head, /(True|False|Wrong|Half true|Outdated)\b/, 'and judges the claim');
  });
}

test('the findings the articles are known for are there', () => {
  const marked = new Set(listings.flatMap(({ files }) => files.flatMap((file) => file.marks.map((mark) => mark.rule))));
  const rules = [
    ...['incomplete-seeding', 'varying-seed', 'redundant-cuda-seed', 'ineffective-hash-seed', 'constant-worker-seed'],
    ...['missing-set-epoch', 'rank-dependent-split', 'unseeded-split', 'cudnn-benchmark', 'incomplete-determinism'],
    ...['invalid-determinism-call', 'cublas-workspace-config', 'nondeterministic-op'],
  ];
  for (const rule of rules) {
    assert.ok(marked.has(rule), `no article has a mark of \`${rule}\``);
  }
});
