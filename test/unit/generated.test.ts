/** Whatever can be derived is generated; this says when it is stale. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleFiles } from '../../scripts/generate.ts';

test('generated files are up to date', () => {
  assert.deepEqual(staleFiles(), [], 'run `npm run generate`');
});
