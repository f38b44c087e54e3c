/** Branches whose condition says what runs in them: evaluation only, or nothing on CUDA. */
import { nameFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from '../python/file.ts';

const DEVICE = nameFor('device');
const IS_CUDA_THERE = nameFor('is-cuda-there');

/** What a condition says of something: that it holds, that it does not, or nothing. */
type Says = (condition: Node, file: PythonFile) => boolean | null;

/** Under `if not self.training`, in the other branch of `if self.training`, or behind one that leaves. */
export const isInEvaluation = (node: Node, file: PythonFile): boolean => isWhere(node, file, saysEvaluation);

/** Under `if not x.is_cuda`, in the other branch of `if torch.cuda.is_available()`, or behind one that leaves. */
export const isWhereNoCuda = (node: Node, file: PythonFile): boolean => isWhere(node, file, saysNoCuda);

const saysEvaluation: Says = (condition, file) => (/^self\.training$/.test(file.read(condition)) ? false : null);

function saysNoCuda(condition: Node, file: PythonFile): boolean | null {
  if (condition.type === 'attribute') return /\.is_cuda$/.test(file.read(condition)) ? false : null;
  if (condition.type === 'call') return file.call(condition).name === IS_CUDA_THERE ? false : null;
  // `x.device.type == 'cpu'`, `x.device != torch.device('cuda')`
  if (condition.type !== 'comparison_operator') return null;
  const [left, right, ...others] = condition.children.filter((child) => child.field !== 'operators');
  const operator = condition.children.find((child) => child.field === 'operators');
  if (!left || !right || others.length > 0 || !/(^|[._])device(\.type)?$/.test(file.read(left))) return null;
  const made = right.type === 'call' ? file.call(right) : null;
  const device = made?.name === DEVICE ? made.node.get('arguments')?.children[0] : right;
  const named = device && file.constant(device);
  const isEqual = { '==': true, '!=': false }[file.read(operator ?? condition)];
  const isKnown = named === 'cpu' || named === 'cuda';
  return !isKnown || isEqual === undefined ? null : (named === 'cpu') === isEqual;
}

/** True where every way to a node goes through a branch in which the condition holds. */
function isWhere(node: Node, file: PythonFile, says: Says): boolean {
  for (let at = node; at.parent && !/_definition$/.test(at.type); at = at.parent) {
    if (isArmWhere(at, at.parent, file, says)) return true;
    if (/^(block|module)$/.test(at.parent.type) && leavesBefore(at, at.parent, file, says)) return true;
  }
  return false;
}

/** One arm of a branch, where the condition holds. */
function isArmWhere(at: Node, holder: Node, file: PythonFile, says: Says): boolean {
  if (holder.type === 'if_statement' && at.field !== 'condition') {
    const said = saidBy(holder.get('condition'), file, says);
    return at.field === 'consequence' ? said === true : said === false && !at.type.startsWith('elif');
  }
  if (holder.type !== 'conditional_expression') return false;
  const [then, condition, otherwise] = holder.children;
  const said = saidBy(condition, file, says);
  return (at === then && said === true) || (at === otherwise && said === false);
}

function leavesBefore(statement: Node, block: Node, file: PythonFile, says: Says): boolean {
  for (const each of block.children) {
    if (each.start >= statement.start) return false;
    if (each.type !== 'if_statement' || saidBy(each.get('condition'), file, says) !== false) continue;
    if (/^(return|raise)_statement$/.test(each.get('consequence')?.children.at(-1)?.type ?? '')) return true;
  }
  return false;
}

/** Null where a condition says nothing of it, or more than that. */
function saidBy(condition: Node | undefined, file: PythonFile, says: Says): boolean | null {
  if (!condition) return null;
  if (condition.type === 'parenthesized_expression') return saidBy(condition.children[0], file, says);
  if (condition.type !== 'not_operator') return says(condition, file);
  const said = saidBy(condition.get('argument') ?? condition.children[0], file, says);
  return said === null ? null : !said;
}
