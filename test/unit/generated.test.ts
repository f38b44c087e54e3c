/** Whatever can be derived is generated; this says when it is stale. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleFiles } from '../../scripts/generate.ts';
import { LANGUAGE_TAGS, untranslated } from '../../scripts/languages.ts';

test('generated files are up to date', () => {
  assert.deepEqual(staleFiles(), [], 'run `npm run generate`');
});

for (const tag of LANGUAGE_TAGS) {
  test(`everything that is said is said in ${tag} too`, () => {
    assert.deepEqual(untranslated(tag), []);
  });
}
