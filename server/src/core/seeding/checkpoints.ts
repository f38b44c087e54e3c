/** The dictionaries from which training can go on: states of a model and an optimizer, and how far it has come. */
import type { Node, PythonFile } from '../python/file.ts';

/** Keys and names that say how far training has come. */
export const PROGRESS = /epoch|step|(\b|_)iter/i;
const OPTIMIZER = /^(torch\.optim\.(?!lr_scheduler)\w*|bitsandbytes\.optim\.\w+|timm\.optim\.\w+)\.?[A-Z]?\w*$/;

export interface Checkpoint {
  /** A dictionary, or a call of `dict`. */
  readonly made: Node;
}

/** By what made it, or by its name where nobody can tell. */
export function isOptimizer(node: Node | undefined, file: PythonFile): boolean {
  if (!node || !/^(identifier|attribute)$/.test(node.type)) return false;
  const made = file.constructionOf(node)?.name;
  if (made) return OPTIMIZER.test(made) || (!made.startsWith('torch.') && /optim/i.test(made));
  const last = node.type === 'attribute' ? (node.get('attribute') ?? node) : node;
  return /^(optim|opt$|opt_|optimi[sz]er)/i.test(file.read(last)) || /_optim(izer)?$/i.test(file.read(last));
}

/** The dictionaries with the states of a model and an optimizer, and how far training has come. */
export function checkpoints(file: PythonFile): Checkpoint[] {
  const found = new Set<Node>();
  for (const call of file.methodCalls('state_dict')) {
    if (!isOptimizer(call.callee.get('object'), file)) continue;
    const entry = call.node.parent;
    const holder = entry?.parent;
    if (!entry || !holder || !/^(pair|keyword_argument)$/.test(entry.type)) continue;
    const made = entry.type === 'pair' ? holder : holder.parent;
    if (!made || (made.type === 'call' && file.call(made).name !== 'builtins.dict')) continue;
    const others = holder.children.filter((each) => each !== entry);
    const hasProgress = others.some((each) => PROGRESS.test(file.read(each.get('key') ?? each.get('name') ?? each)));
    if (hasProgress && others.some((each) => holdsModel(each, file))) found.add(made);
  }
  return [...found].map((made) => ({ made }));
}

function holdsModel(entry: Node, file: PythonFile): boolean {
  const value = entry.get('value');
  if (!value) return false;
  if (value.type === 'call' && file.call(value).method === 'state_dict')
    return (
      !/sched|scaler|loss|optim/i.test(file.read(value)) && !isOptimizer(file.call(value).callee.get('object'), file)
    );
  return /model|net|weights|state_dict/i.test(file.read(entry.get('key') ?? entry.get('name') ?? entry));
}
