/** The experiments on operations: every row has one, and what was recorded on a device agrees with the table. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { Op } from '../../server/src/core/knowledge/tables.ts';

const EVIDENCE = path.resolve(import.meta.dirname, '../../evidence');
const { ops } = JSON.parse(readFileSync(path.join(EVIDENCE, '../server/data/ops.json'), 'utf8')) as { ops: Op[] };
const titleOf = (op: Op): string => `${op.api} ${op.case}`.trimEnd();
const folder = mkdtempSync(path.join(tmpdir(), 'seedwise-'));
after(() => rmSync(folder, { recursive: true }));

function python(program: string, ...rest: string[]) {
  const run = spawnSync('python3', [path.join(EVIDENCE, program), ...rest], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  assert.equal(run.error, undefined);
  assert.equal(run.stderr, '');
  return run;
}

describe('cases on a device', () => {
  // What the other rows need is not to be had from a registry for every machine.
  const packages = ['torch', 'torchvision', 'torch_geometric', 'torch_scatter'];
  const rows = JSON.parse(python('op_cases.py').stdout) as string[];

  it('are there for every row, also for those about the CPU', () => {
    const wanted = ops.filter((op) => packages.includes(op.package)).map(titleOf);
    assert.deepEqual(rows, wanted.sort());
  });
});

interface Seen {
  readonly outcome: 'deterministic' | 'differs' | 'throws';
  readonly text?: string;
}
type Observed = Readonly<Record<'off' | 'on' | 'warn_only', Readonly<Record<string, Seen>>>>;

const SAME: Seen = { outcome: 'deterministic' };
const DIFFERS: Seen = { outcome: 'differs' };
const alert = (kernel: string): string => `${kernel} does not have a deterministic implementation, but you set`;
const throws = (kernel: string): Seen => ({ outcome: 'throws', text: alert(kernel) });
const warns = (kernel: string): Seen => ({ outcome: 'differs', text: alert(kernel) });

/** What `op_rows.py` says of one recorded case. */
function verdict(row: string, observed: Observed, torch = '2.13.0+cu130'): string[] {
  const file = path.join(folder, 'device.json');
  const versions = { torch, torchvision: '0.28.0' };
  writeFileSync(file, JSON.stringify({ device: 'made up', versions, operations: { it: { row, observed } } }));
  const run = python('op_rows.py', file);
  const lines = run.stdout.trimEnd().split('\n');
  const counts = lines.pop();
  assert.equal(counts, lines.length ? '0 passed, 1 failed' : '1 passed, 0 failed');
  assert.equal(run.status, lines.length ? 1 : 0);
  return lines.map((line) => line.replace('device.json: it: ', ''));
}

describe('what was recorded', () => {
  it('agrees with the table', () => {
    const run = python('op_rows.py');
    assert.match(run.stdout, /^\d+ passed, 0 failed\n$/);
    assert.equal(run.status, 0);
  });

  const AVG = 'avg_pool3d_backward_cuda';
  const added: Observed = { off: { forward: DIFFERS }, on: { forward: SAME }, warn_only: { forward: SAME } };
  const pooled: Observed = {
    off: { forward: SAME, backward: DIFFERS },
    on: { forward: SAME, backward: throws(AVG) },
    warn_only: { forward: SAME, backward: warns(AVG) },
  };
  const silent: Observed = { off: { forward: SAME }, on: { forward: SAME }, warn_only: { forward: SAME } };
  const ADD = 'torch.Tensor.index_add_';
  const POOL = 'torch.nn.AvgPool3d';

  const cases: [what: string, row: string, observed: Observed, wanted: string[], torch?: string][] = [
    ['an operation that the switch makes repeat', ADD, added, []],
    ['one that was not seen to differ, though it may', ADD, silent, []],
    ['one that raises', POOL, pooled, []],
    ['a control', '', silent, []],
    [
      'it raises, and the row says that it repeats',
      ADD,
      { ...added, on: { forward: throws('index_add_cuda_') } },
      [`on: its forward raises: ${alert('index_add_cuda_')}`],
    ],
    [
      'it warns, and the row says that it repeats',
      ADD,
      { ...added, warn_only: { forward: { ...SAME, text: alert('index_add_cuda_') } } },
      [`warn_only: its forward warns: ${alert('index_add_cuda_')}`],
    ],
    [
      'it differs, and the row says that it repeats',
      ADD,
      { ...added, on: { forward: DIFFERS } },
      ['on: its forward differs'],
    ],
    [
      'an older version, whose row says that it raises',
      ADD,
      added,
      ['on: its forward should raise, and says: nothing', 'warn_only: its forward should warn, and says: nothing'],
      '1.8.1',
    ],
    ['a version before the row', POOL, pooled, [], '1.6.0'],
    [
      'it repeats, and the row says that it raises',
      POOL,
      { ...pooled, on: { forward: SAME, backward: SAME } },
      ['on: its backward should raise, and says: nothing'],
    ],
    [
      'it raises in another kernel',
      POOL,
      { ...pooled, on: { forward: SAME, backward: throws('another_kernel') } },
      [`on: its backward should raise, and says: ${alert('another_kernel')}`],
    ],
    [
      'it raises in the forward',
      POOL,
      { ...pooled, on: { forward: throws(AVG) } },
      [`on: its backward should raise, and says: ${alert(AVG)}`],
    ],
    [
      'it raises where it should warn',
      POOL,
      { ...pooled, warn_only: { forward: SAME, backward: throws(AVG) } },
      [`warn_only: its backward raises: ${alert(AVG)}`],
    ],
    [
      'it raises without the switch',
      POOL,
      { ...pooled, off: { forward: SAME, backward: throws(AVG) } },
      [`off: its backward raises: ${alert(AVG)}`],
    ],
    [
      'the forward differs, and the row is about the backward',
      POOL,
      { ...pooled, off: { forward: DIFFERS, backward: DIFFERS } },
      ['off: its forward differs'],
    ],
    [
      'it differs, and the row says that it is deterministic anyway',
      'torch.bincount counts',
      added,
      ['off: its forward differs'],
    ],
    [
      'it differs in a version from which on it is deterministic',
      'torch.kthvalue',
      added,
      ['off: its forward differs'],
    ],
    [
      'it differs in the version before',
      'torch.kthvalue',
      { ...added, on: { forward: throws('kthvalue CUDA') }, warn_only: { forward: warns('kthvalue CUDA') } },
      [],
      '2.10.0',
    ],
    [
      'a row that leaves it as it is under warn_only',
      'torch.nn.functional.scaled_dot_product_attention flash',
      {
        off: { forward: SAME, backward: DIFFERS },
        on: { forward: SAME, backward: SAME },
        warn_only: { forward: SAME, backward: DIFFERS },
      },
      [],
    ],
    ['a control that differs', '', added, ['off: its forward differs']],
    [
      'a row of another package',
      'torchvision.ops.roi_pool',
      pooled,
      [
        `on: its backward should raise, and says: ${alert(AVG)}`,
        `warn_only: its backward should warn, and says: ${alert(AVG)}`,
      ],
    ],
    ['a row that is gone', 'torch.gone', added, ['there is no row torch.gone']],
  ];
  for (const [what, row, observed, wanted, torch] of cases)
    it(wanted.length ? `fails: ${what}` : `passes: ${what}`, () =>
      assert.deepEqual(verdict(row, observed, torch), wanted),
    );
});
