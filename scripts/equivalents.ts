/**
 * The repairs that claim to compute the same, each as a function before and after it: what the engine writes, for
 * `evidence/equivalents.py` to compare on many inputs.
 */
import { act } from '../test/act.ts';

interface Claim {
  readonly operation: 'index_add' | 'index_select' | 'scatter_add';
  /** The dimension that is written out; null where it is an argument. */
  readonly dim: number | null;
  readonly body: readonly string[];
}

export interface Equivalent extends Claim {
  readonly before: string;
  readonly after: string;
}

const add = (dim: number, ...body: string[]): Claim => ({ operation: 'index_add', dim, body });
const select = (dim: number | null, call: string): Claim => ({
  operation: 'index_select',
  dim,
  body: [`return ${call}`],
});
const scatter = (...body: string[]): Claim => ({ operation: 'scatter_add', dim: 0, body });

const CLAIMS: readonly Claim[] = [
  add(0, 'x.index_add_(0, index, source)', 'return x'),
  add(0, 'x.index_add_(0, index, source, alpha=alpha)', 'return x'),
  add(0, 'return x.index_add(dim=0, index=index, source=source)'),
  add(0, 'return x.index_add_(0, index, source + source, alpha=-alpha)'),
  add(0, 'return torch.index_add(x, 0, index, source, alpha=alpha + alpha)'),
  add(0, 'return (x + x).index_add(0, index, source, alpha=2)'),
  ...[1, 2, -1, -2].flatMap((dim) => [
    add(dim, `x.index_add_(${dim}, index, source)`, 'return x'),
    add(dim, `x.index_add_(${dim}, index, source - 3 * source, alpha=alpha)`, 'return x'),
  ]),
  ...[0, 1, 2, 3].map((dim) => select(dim, `torch.index_select(x, ${dim}, index)`)),
  select(1, 'x.index_select(1, index)'),
  select(0, '(x + x).index_select(dim=0, index=index)'),
  select(null, 'torch.index_select(x, dim, index)'),
  select(-1, 'x.index_select(-1, index)'),
  ...['', '_'].flatMap((ending) => [
    scatter(`return torch.ones(8, dtype=source.dtype).scatter_add${ending}(0, index, source)`),
    scatter('out = torch.ones(8, dtype=source.dtype)', `return out.scatter_add${ending}(-1, index=index, src=source)`),
  ]),
];

/** A gradient flows, so that the backward counts too; whoever only wants the function does not run it. */
const CALLED = [
  'if __name__ == "__main__":',
  '    weights = torch.nn.Parameter(torch.ones(8, 3))',
  '    run(weights, 0, torch.tensor([0, 0]), torch.nn.Parameter(torch.ones(2, 3)), 1).sum().backward()',
];

/** Each claim with the texts; throws where the engine makes no such repair. */
export function equivalents(): Equivalent[] {
  return CLAIMS.map((claim) => {
    const lines = ['torch.backends.cudnn.deterministic = True', '', '', 'def run(x, dim, index, source, alpha):'];
    const body = claim.body.map((line) => `    ${line}`);
    const text = ['import torch', '', 'torch.manual_seed(0)', ...lines, ...body, '', '', ...CALLED, ''];
    const before = text.join('\n');
    return { ...claim, before, after: act(before, claim.operation, 'Replace `') };
  });
}
