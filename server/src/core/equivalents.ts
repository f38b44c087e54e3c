/** Operations rewritten as others that compute the same, and repeat on CUDA. */
import { replace } from './fix.ts';
import type { Call, PythonFile } from './model.ts';
import type { Fix } from './rule.ts';
import type { Node } from './syntax.ts';

/** `x.index_add_(0, i, s)` as `x.index_put_((i,), s, accumulate=True)`; null for a dimension that is not written out. */
export function indexPutFix(file: PythonFile, call: Call): Fix | null {
  const object = call.callee.get('object');
  const [dim, index, source, alpha] = (
    [
      ['dim', 0],
      ['index', 1],
      ['source', 2],
      ['alpha', undefined],
    ] as const
  ).map(([name, position]) => file.argument(call, name, position));
  const dimension = typeof dim === 'object' ? file.constant(dim) : undefined;
  if (call.method !== 'index_add_' || !object || typeof index !== 'object' || typeof source !== 'object') return null;
  // `index_put_` takes tensors only, so there is no way to skip a dimension.
  if (dimension !== 0 || alpha === 'unknown') return null;
  return {
    title: 'Replace `index_add_` by `index_put_` (repeatable on CUDA; on CPU `index_add_` already is)',
    safe: false,
    edits: () => {
      const scale = typeof alpha === 'object' ? `${parenthesised(file, alpha)} * ` : '';
      const values = scale + (scale ? parenthesised(file, source) : file.read(source));
      return [
        replace(call.node, `${file.read(object)}.index_put_((${file.read(index)},), ${values}, accumulate=True)`),
      ];
    },
  };
}

/** `torch.index_select(x, 1, i)` as `x[:, i]`; null for a dimension that is not written out. */
export function indexingFix(file: PythonFile, call: Call): Fix | null {
  const isMethod = call.name === null && call.method === 'index_select';
  if (!isMethod && call.name !== 'torch.index_select') return null;
  const shift = isMethod ? 0 : 1;
  const input = isMethod ? call.callee.get('object') : file.argument(call, 'input', 0);
  const dim = file.argument(call, 'dim', shift);
  const index = file.argument(call, 'index', shift + 1);
  const dimension = typeof dim === 'object' ? file.constant(dim) : undefined;
  if (typeof input !== 'object' || typeof index !== 'object' || file.argument(call, 'out') !== 'absent') return null;
  if (typeof dimension !== 'number' || dimension < 0 || dimension > 4) return null;
  return {
    title: 'Replace `index_select` by indexing (repeatable on CUDA; for a 1-D index without negative numbers)',
    safe: false,
    edits: () => [replace(call.node, `${parenthesised(file, input)}[${':, '.repeat(dimension)}${file.read(index)}]`)],
  };
}

/** Written so that an operator or a bracket may follow. */
function parenthesised(file: PythonFile, node: Node): string {
  const isAtom = /^(identifier|attribute|call|subscript|integer|float|parenthesized_expression)$/.test(node.type);
  return isAtom ? file.read(node) : `(${file.read(node)})`;
}
