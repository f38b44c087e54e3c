/** Operations rewritten as others that compute the same, and repeat on CUDA. */

import { indentUnit, replace } from '../edits/edit-text.ts';
import { freeName, insertHelper } from '../edits/imports.ts';
import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import type { Node } from '../syntax/parse.ts';
import { tensorOf } from '../tensors/tensors.ts';
import type { Fix } from '../text/edit.ts';
import { t } from '../text/language.ts';

const TORCH = namesFor('torch');

/** The object's method rather than a function of torch. */
const isMethod = (call: Call): boolean => !TORCH.has(call.name) || /\.[A-Z]\w*\./.test(call.name ?? '');

/** `index_add_`, of torch or of something that may be a tensor; empty for what belongs to another library. */
function operationOf(call: Call, file: PythonFile): string {
  if (!isMethod(call)) return call.name?.slice(call.name.indexOf('.') + 1) ?? '';
  const isOpen = call.name === null || call.name.startsWith('#') || TORCH.has(call.name);
  return isOpen && !file.functionOf(call.name) ? (call.method ?? '') : '';
}

interface Indexed {
  readonly input: Node;
  readonly dim: Node;
  readonly index: Node;
}

/** The arguments that `index_select`, `index_add` and `scatter_add` have in common; null where one is not to be seen. */
function indexedOf(file: PythonFile, call: Call): Indexed | null {
  const shift = isMethod(call) ? 0 : 1;
  const input = shift === 0 ? call.callee.get('object') : file.argument(call, 'input', 0);
  const dim = file.argument(call, 'dim', shift);
  const index = file.argument(call, 'index', shift + 1);
  if (typeof input !== 'object' || typeof dim !== 'object' || typeof index !== 'object') return null;
  return file.argument(call, 'out') === 'absent' ? { input, dim, index } : null;
}

/** `x.index_add_(0, i, s)` as `x.index_put_((i,), s, accumulate=True)`; null where that is not the same. */
export function indexPutFix(file: PythonFile, call: Call): Fix | null {
  const name = operationOf(call, file);
  const isIndexAdd = /^index_add_?$/.test(name);
  const indexed = isIndexAdd || /^scatter_add_?$/.test(name) ? indexedOf(file, call) : null;
  if (!indexed) return null;
  const shift = isMethod(call) ? 0 : 1;
  const source = file.argument(call, isIndexAdd ? 'source' : 'src', shift + 2);
  const alpha = isIndexAdd ? file.argument(call, 'alpha') : 'absent';
  if (typeof source !== 'object' || alpha === 'unknown') return null;
  const { input, dim, index } = indexed;
  // An element that `scatter_add_` moves may land anywhere: only in one dimension it is the same.
  if (!isIndexAdd && ![input, index, source].some((each) => tensorOf(each, file)?.rank === 1)) return null;
  const dimension = file.constant(dim);
  const isFirst = dimension === 0 || (!isIndexAdd && dimension === -1);
  const isAlone = call.node.parent?.type === 'expression_statement';
  // `index_put_` takes tensors only, so there is no way to skip a dimension; a view that is not used puts it first.
  if (!isFirst && !(isAlone && name === 'index_add_' && typeof dimension === 'number')) return null;
  const put = name.endsWith('_') ? 'index_put_' : 'index_put';
  return {
    title: isIndexAdd
      ? t`Replace \`${name}\` by \`${put}\` (repeatable on CUDA; on CPU \`${name}\` already is)`
      : t`Replace \`${name}\` by \`${put}\` (repeatable on CUDA; on CPU \`${name}\` already is; for \`src\` as long as the index)`,
    safe: false,
    edits: () => {
      const view = isFirst ? '' : `.transpose(0, ${file.read(dim)})`;
      const scale = typeof alpha === 'object' ? `${parenthesised(file, alpha)} * ` : '';
      const values = `${scale}${scale || view ? parenthesised(file, source) : file.read(source)}${view}`;
      const target = `${parenthesised(file, input)}${view}`;
      return [replace(call.node, `${target}.${put}((${file.read(index)},), ${values}, accumulate=True)`)];
    },
  };
}

/** `torch.index_select(x, 1, i)` as `x[:, i]`; null for a dimension that is not written out. */
export function indexingFix(file: PythonFile, call: Call): Fix | null {
  const indexed = operationOf(call, file) === 'index_select' ? indexedOf(file, call) : null;
  const dimension = indexed ? file.constant(indexed.dim) : undefined;
  if (!indexed || typeof dimension !== 'number' || dimension < 0 || dimension > 4) return null;
  const { input, index } = indexed;
  return {
    title: t`Replace \`index_select\` by indexing (repeatable on CUDA; for a 1-D index without negative numbers)`,
    safe: false,
    rewrite: 'replaceIndexSelect',
    edits: () => [replace(call.node, `${parenthesised(file, input)}[${':, '.repeat(dimension)}${file.read(index)}]`)],
  };
}

const HELPER = 'deterministic_index_select';

/** The same by a function of the file's own, for a dimension that is only known when it runs. */
export function indexingHelperFix(file: PythonFile, call: Call): Fix | null {
  const indexed = operationOf(call, file) === 'index_select' ? indexedOf(file, call) : null;
  if (!indexed || indexingFix(file, call)) return null;
  return {
    title: t`Replace \`index_select\` by \`${HELPER}\` (repeatable on CUDA; for an index without negative numbers)`,
    safe: false,
    rewrite: 'replaceIndexSelect',
    edits: () => {
      const existing = file.functionOf(`#${HELPER}`);
      const name = existing ? HELPER : freeName(file, [HELPER]);
      const { input, dim, index } = indexed;
      const passed = [input, dim, index].map((each) => file.read(each)).join(', ');
      const helper = existing ? [] : insertHelper(file, [], helperLines(file, name));
      return [...helper, replace(call.node, `${name}(${passed})`)];
    },
  };
}

function helperLines(file: PythonFile, name: string): string[] {
  const indent = indentUnit(file);
  return [
    `def ${name}(x, dim, index):`,
    `${indent}"""Like torch.index_select, by indexing: its backward repeats on CUDA."""`,
    `${indent}return x[(slice(None),) * (dim % x.dim()) + (index.reshape(-1),)]`,
  ];
}

/** Written so that an operator, a dot or a bracket may follow. */
function parenthesised(file: PythonFile, node: Node): string {
  const isAtom = /^(identifier|attribute|call|subscript|float|parenthesized_expression)$/.test(node.type);
  return isAtom || node.type === 'integer' ? file.read(node) : `(${file.read(node)})`;
}
