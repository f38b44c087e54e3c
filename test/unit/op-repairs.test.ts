/** What the repairs of operations write, letter by letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstFixes } from '../../server/src/core/analysis/actions.ts';
import { act, titles } from '../act.ts';
import { understand } from '../corpus.ts';

/** `x` has a gradient, and the program takes it. */
const HEAD = `import torch
import torch.nn.functional as F
from torch import nn


def step(loss):
    loss.backward()


torch.manual_seed(0)
x = nn.Parameter(load())
`;
const STRICT = `${HEAD}torch.use_deterministic_algorithms(True)\n`;

/** The repaired line of a program with this one behind its head. */
function line(code: string, needle: string, title: string, head = HEAD): string {
  const text = `${head}${code}\n`;
  const result = act(text, needle, title);
  assert.ok(result.startsWith(head), result);
  return result.slice(head.length).trimEnd();
}

test('index_add in all spellings, with alpha, and by a view in another dimension', () => {
  const cases = [
    ['x.index_add_(0, i, s)', 'x.index_put_((i,), s, accumulate=True)'],
    ['y = x.index_add(dim=0, index=i, source=s)', 'y = x.index_put((i,), s, accumulate=True)'],
    ['y = torch.index_add(x, 0, i, s, alpha=2)', 'y = x.index_put((i,), 2 * s, accumulate=True)'],
    ['(x + 1).index_add_(0, i, a - b, alpha=-c)', '(x + 1).index_put_((i,), (-c) * (a - b), accumulate=True)'],
    ['x.index_add_(1, i, s)', 'x.transpose(0, 1).index_put_((i,), s.transpose(0, 1), accumulate=True)'],
    [
      'x.index_add_(-1, i, s * 2, alpha=3)',
      'x.transpose(0, -1).index_put_((i,), 3 * (s * 2).transpose(0, -1), accumulate=True)',
    ],
  ] as const;
  for (const [before, after] of cases) assert.equal(line(before, 'index_add', 'Replace `index_add'), after);
});

test('no index_put where another dimension is returned, or nobody knows which', () => {
  for (const code of [
    'y = x.index_add_(1, i, s)',
    'x.index_add(1, i, s)',
    'x.index_add_(d, i, s)',
    'x.index_add_(0, *r)',
  ])
    assert.ok(!titles(`${HEAD}${code}\n`, 'index_add').some((title) => title.startsWith('Replace')), code);
});

test('scatter_add in one dimension only, and its title says on which condition', () => {
  const one = 'torch.zeros(8).scatter_add_(0, i, s)';
  assert.equal(line(one, 'scatter_add_', 'Replace'), 'torch.zeros(8).index_put_((i,), s, accumulate=True)');
  assert.ok(
    titles(`${HEAD}${one}\n`, 'scatter_add_').includes(
      'Replace `scatter_add_` by `index_put_` (repeatable on CUDA; on CPU `scatter_add_` already is; for `src` as long as the index)',
    ),
  );
  for (const code of ['torch.zeros(8, 2).scatter_add_(0, i, s)', 'x.scatter_add_(0, i, s)'])
    assert.ok(!titles(`${HEAD}${code}\n`, 'scatter_add_').some((title) => title.startsWith('Replace')), code);
});

test('index_select by indexing, or by one helper for any dimension', () => {
  const intent = `${HEAD}torch.backends.cudnn.deterministic = True\n`;
  assert.equal(line('y = x.index_select(1, i)', 'index_select', 'Replace', intent), 'y = x[:, i]');
  const text = `import torch\n\ntorch.manual_seed(0)\ntorch.backends.cudnn.deterministic = True\n\n\nclass Rows(torch.nn.Module):\n    def forward(self, x, d, i):\n        return torch.index_select(x, d, i) + x.index_select(-1, i)\n\n\ndef step(loss):\n    loss.backward()\n`;
  const once = act(text, 'torch.index_select', 'Replace `index_select` by `deterministic_index_select`');
  const helper = `def deterministic_index_select(x, dim, index):
    """Like torch.index_select, by indexing: its backward repeats on CUDA."""
    return x[(slice(None),) * (dim % x.dim()) + (index.reshape(-1),)]


`;
  const repaired = text
    .replace('import torch\n\n', `import torch\n\n\n${helper}`)
    .replace('torch.index_select(x', 'deterministic_index_select(x');
  assert.equal(once, repaired);
  assert.equal(
    act(once, 'index_select(-1', 'Replace `index_select` by `deterministic_index_select`'),
    repaired.replace('x.index_select(-1', 'deterministic_index_select(x, -1'),
  );
});

test('nearest takes the arguments away that only interpolating modes have', () => {
  const title = 'Interpolate with';
  const cases = [
    ["y = F.interpolate(x, 9, mode='bicubic', align_corners=False)", "y = F.interpolate(x, 9, mode='nearest')"],
    ['y = F.interpolate(x, align_corners=True, mode="area", size=9)', 'y = F.interpolate(x, mode="nearest", size=9)'],
    ['y = nn.Upsample(None, 2, "trilinear", align_corners=True)(x)', 'y = nn.Upsample(None, 2, "nearest")(x)'],
    ['y = nn.UpsamplingBilinear2d(scale_factor=2)(x)', 'y = nn.UpsamplingNearest2d(scale_factor=2)(x)'],
    [
      'y = F.interpolate(\n    x,\n    size=9,\n    mode="bilinear",  # smooth\n    align_corners=False,\n    antialias=True,\n)',
      'y = F.interpolate(\n    x,\n    size=9,\n    mode="nearest",  # smooth\n)',
    ],
  ] as const;
  for (const [before, after] of cases) assert.equal(line(before, /F\.inter|nn\.Up/.exec(before)![0], title), after);
  for (const code of [
    'F.interpolate(x, 9, None, "bilinear", False)',
    'm = "area"\nF.interpolate(x, 9, mode=m)',
    'o = {"mode": "area"}\nF.interpolate(x, 9, **o)',
  ])
    assert.ok(!titles(`${HEAD}${code}\n`, 'F.inter').some((each) => each.startsWith(title)), code);
});

test('the switch comes first where it helps, and is spelled as the version does', () => {
  const text = `${HEAD}nn.Upsample(9, mode="bilinear")(x)\n`;
  assert.equal(titles(text, 'nn.Upsample')[0], 'Add `torch.use_deterministic_algorithms(True)`');
  assert.ok(!titles(text.replace('bilinear', 'area'), 'nn.Upsample').some((title) => title.startsWith('Add')));
});

test('what raises is switched off around a forward, not around a backward', () => {
  assert.equal(
    line('c = torch.bincount(i, w)', 'torch.bincount', 'Switch', STRICT),
    'torch.use_deterministic_algorithms(False)\nc = torch.bincount(i, w)\ntorch.use_deterministic_algorithms(True)',
  );
  for (const code of [
    'nn.AvgPool3d(2)(x)',
    'def f():\n    return torch.bincount(i, w)',
    'f = lambda: torch.bincount(i, w)',
  ]) {
    const needle = /nn\.Avg|torch\.binc/.exec(code)![0];
    assert.ok(!titles(`${STRICT}${code}\n`, needle).some((title) => title.startsWith('Switch')), code);
  }
});

test('the switch can warn instead', () => {
  const text = `${STRICT}pool = nn.AvgPool3d(2)(x)\n`;
  assert.equal(act(text, 'nn.AvgPool3d', 'Let the switch warn'), text.replace('(True)', '(True, warn_only=True)'));
  const explicit = text.replace('(True)', '(mode=True, warn_only=False)');
  assert.equal(
    act(explicit, 'nn.AvgPool3d', 'Let the switch warn'),
    explicit.replace('warn_only=False', 'warn_only=True'),
  );
});

test("flash-attn's own switch", () => {
  const text =
    'import torch\nfrom flash_attn import flash_attn_func\n\nq = torch.nn.Parameter(load())\ny = flash_attn_func(q, k, v, causal=True)\n';
  assert.equal(
    act(text, 'flash_attn_func(q', 'Pass `deterministic=True`'),
    text.replace('causal=True', 'causal=True, deterministic=True'),
  );
});

test('nearest is only offered in a program, and no command takes it', () => {
  const body = 'F.interpolate(x, 9, mode="area")';
  const library = `import torch.nn.functional as F\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return ${body}\n`;
  assert.ok(!titles(library, 'F.inter').some((each) => each.startsWith('Interpolate with')));
  const text = `${STRICT}y = ${body}\n`;
  const { fixes } = understand('train.py', text, ({ analysis }) => ({
    fixes: firstFixes(analysis, true).edits.map((edit) => edit.text),
  }));
  assert.ok(titles(text, 'F.inter').some((each) => each.startsWith('Interpolate with')));
  assert.ok(!fixes.some((each) => each.includes('nearest')), fixes.join());
});
