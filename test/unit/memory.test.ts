/** What is collected is really gone, and the process can end afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../../server/src/host/memory.ts';

/** Milliseconds; nothing else makes this process collect that soon, since it allocates next to nothing. */
const PATIENCE = 120_000;

test('what nobody holds is given back when it is asked for', async () => {
  const dropped = new WeakRef({ of: 'no use' });
  await setTimeout(1);
  assert.ok(dropped.deref(), 'it stays until somebody asks');
  await setTimeout(1);
  collectGarbage();
  const end = performance.now() + PATIENCE;
  while (dropped.deref() && performance.now() < end) await setTimeout(5);
  assert.equal(dropped.deref(), undefined);
});
