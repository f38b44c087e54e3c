/** Each row of the table of operations that can be a finding: its call is found in the right versions, its twin never. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Op } from '../../server/src/core/knowledge/tables.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { understand, workspaceOf } from '../corpus.ts';
import { OP_CASES } from '../op-cases.ts';

const { ops } = JSON.parse(readFileSync(new URL('../../server/data/ops.json', import.meta.url), 'utf8')) as {
  ops: Op[];
};
const titleOf = (op: Op): string => `${op.api} ${op.case}`.trimEnd();
const byTitle = new Map(ops.map((op) => [titleOf(op), op]));
const RULES = { D: 'nondeterministic-op', R: 'throws-when-deterministic' } as const;
const FLAG = 'torch.use_deterministic_algorithms(True)';

/**
 * A seeded program with a network that computes an expression, and runs a module that it makes; `x` and `s` are floating,
 * `i` integers, and nobody knows the type of the others.
 */
function program(expression: string, flag: boolean): string {
  return `import dgl
import flash_attn
import mamba_ssm
import numpy as np
import torch
import torch.nn.functional as F
import torch_geometric
import torch_scatter
import torchvision
from torch import nn

torch.manual_seed(0)
${flag ? FLAG : ''}


class Net(nn.Module):
    def forward(
        self, x: torch.FloatTensor, s: torch.FloatTensor, i: torch.LongTensor,
        a: object, k: object, m: object, n: object, p: object, q: object, v: object,
    ):
        return ${expression}${/^(\w+\.)*[A-Z]\w*\(/.test(expression) ? '(x)' : ''}


def step(loss):
    loss.backward()
`;
}

/** What the operation rules say about the expression, with the text they point at. */
function found(expression: string, op: Op, version: string, flag: boolean, level: 'auto' | 'deterministic') {
  const text = program(expression, flag);
  const pinned = op.api.startsWith(op.package) ? op.package : 'torch';
  const requirements = { path: 'requirements.txt', text: version ? `${pinned}==${version}\n` : '' };
  const workspace = workspaceOf([{ path: 'train.py', text }, requirements]);
  const settings = { ...DEFAULT_SETTINGS, level };
  return understand(
    'train.py',
    text,
    ({ analysis }) =>
      analysis.findings
        .filter(({ rule }) => rule === RULES.D || rule === RULES.R)
        .map(({ rule, start, end, subject }) => ({ rule, text: text.slice(start, end), subject })),
    settings,
    workspace,
  );
}

for (const [row, marked, twin, outcomes] of OP_CASES) {
  test(row, () => {
    const op = byTitle.get(row);
    assert.ok(op, `no row "${row}"`);
    const token = /\[([\w.]+)\]\(/.exec(marked)?.[1];
    const written = marked.replace(`[${token}](`, `${token}(`);
    assert.ok(token, marked);
    const level = op.report === 'with-intent' ? 'deterministic' : 'auto';
    for (const [version, outcome] of Object.entries(outcomes)) {
      for (const [at, letter] of [outcome[0], outcome[2]].entries()) {
        const rule = letter === 'D' || letter === 'R' ? RULES[letter] : null;
        const place: string = `${written}, ${op.package} ${version || 'newest'}, ${at === 0 ? 'without' : 'with'} the flag`;
        const findings = found(written, op, version, at === 1, level);
        assert.deepEqual(
          findings.map((each) => ({ rule: each.rule, text: each.text })),
          rule ? [{ rule, text: token }] : [],
          place,
        );
        assert.deepEqual(found(twin, op, version, at === 1, 'auto'), [], `${twin}, ${place}`);
      }
    }
    if (op.report === 'with-intent')
      assert.deepEqual(found(written, op, '', false, 'auto'), [], `${written}, in a program without intent`);
  });
}

test('every row that can be a finding has its case', () => {
  const covered = OP_CASES.map(([row]) => row);
  assert.deepEqual(covered, [...new Set(covered)]);
  const wanted = ops.filter((op) => op.report !== 'hover').map(titleOf);
  assert.deepEqual([...covered].sort(), wanted.sort());
});

test('a row whose behaviour changes is tried in at least three versions', () => {
  for (const [row, , , outcomes] of OP_CASES) {
    const kinds = new Set(byTitle.get(row)?.behaviour.map((each) => `${each.flag} ${each.nondeterministic}`));
    if (kinds.size > 1) assert.ok(Object.keys(outcomes).length >= 3, row);
  }
});
