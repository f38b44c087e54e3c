/** The dictionaries from which training can go on: states of a model and an optimizer, and how far it has come. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { evaluatorOf, type Fact } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';

/** Keys and names that say how far training has come. */
export const PROGRESS = /epoch|step|(\b|_)iter/i;
const OPTIMIZER = namesFor('optimizers');
const TORCH = namesFor('torch');
const DICTIONARY = nameFor('dictionary');

export interface Checkpoint {
  /**
   * A dictionary, a call of `dict`, or of a function that is passed its entries; or the last assignment that puts one
   * into it.
   */
  readonly made: Node;
  readonly how: 'written' | 'passed' | 'assigned';
}

/** By what made it, or by its name where nobody can tell. */
export function isOptimizer(node: Node | undefined, file: PythonFile): boolean {
  if (!node || !/^(identifier|attribute)$/.test(node.type)) return false;
  const made = file.constructionOf(node)?.name;
  if (made) return OPTIMIZER.has(made) || (!TORCH.has(made) && /optim/i.test(made));
  const last = node.type === 'attribute' ? (node.get('attribute') ?? node) : node;
  return /^(optim|opt$|opt_|optimi[sz]er)/i.test(file.read(last)) || /_optim(izer)?$/i.test(file.read(last));
}

/** The dictionaries with the states of a model and an optimizer, and how far training has come. */
export function checkpoints(file: PythonFile): Checkpoint[] {
  const found = new Map<Node, Checkpoint>();
  for (const call of file.methodCalls('state_dict')) {
    if (!isOptimizer(call.callee.get('object'), file)) continue;
    const checkpoint = holderOf(call.node, file);
    if (!checkpoint) continue;
    const others = checkpoint.entries.filter(({ value }) => value !== call.node);
    const saysProgress = others.some(({ key }) => PROGRESS.test(file.read(key)));
    const hasProgress = saysProgress || (checkpoint.how === 'written' && isBesideProgress(checkpoint.made, file));
    if (hasProgress && others.some((each) => holdsModel(each, file))) found.set(checkpoint.made, checkpoint);
  }
  return [...found.values()].map(({ made, how }) => ({ made, how }));
}

/** `{**states, 'epoch': epoch}`, `states['epoch'] = epoch`: the dictionary goes into another one, or gets one entry more. */
function isBesideProgress(made: Node, file: PythonFile): boolean {
  const evaluator = evaluatorOf(file);
  const isBeside: Fact = ({ node, access }) => {
    const around = node.parent;
    if (access.length > 0 || !around) return undefined;
    if (around.type === 'subscript' && around.field === 'left') {
      return PROGRESS.test(file.read(around.get('subscript') ?? around)) || undefined;
    }
    const whole = /^(dictionary_splat|pair)$/.test(around.type) ? around.parent : null;
    return (whole !== null && entriesOf(whole).some(({ key }) => PROGRESS.test(file.read(key)))) || undefined;
  };
  return evaluator.findUse(isBeside, evaluator.value(made)) !== null;
}

interface Entry {
  readonly key: Node;
  readonly value: Node | undefined;
}

/** The dictionary that a state is put into, with all its entries. */
function holderOf(state: Node, file: PythonFile): (Checkpoint & { readonly entries: readonly Entry[] }) | null {
  const entry = state.parent;
  const holder = entry?.parent;
  if (!entry || !holder) return null;
  const target = entry.type === 'assignment' ? entry.get('left') : undefined;
  if (target?.type === 'subscript') return assignedInto(target, file);
  if (!/^(pair|keyword_argument)$/.test(entry.type)) return null;
  const entries = entriesOf(holder);
  const made = entry.type === 'pair' ? holder : holder.parent;
  const isWritten = entry.type === 'pair' || (made?.type === 'call' && file.call(made).name === DICTIONARY);
  return made && { made, how: isWritten ? 'written' : 'passed', entries };
}

const entriesOf = (holder: Node): Entry[] =>
  holder.children.map((each) => ({ key: each.get('key') ?? each.get('name') ?? each, value: each.get('value') }));

/** `state['optimizer'] = ...`, beside the other entries that the same block puts into the same dictionary. */
function assignedInto(target: Node, file: PythonFile): ReturnType<typeof holderOf> {
  const holder = (node: Node | undefined): string => (node ? file.read(node.get('value') ?? node) : '');
  const statement = target.parent?.parent;
  const siblings = statement?.parent?.children.flatMap((each) => each.children[0] ?? []) ?? [];
  const all = siblings.filter((each) => {
    const left = each.type === 'assignment' ? each.get('left') : undefined;
    return left?.type === 'subscript' && holder(left) === holder(target);
  });
  const made = all.at(-1);
  const entries = all.flatMap((each) => {
    const key = each.get('left')?.get('subscript');
    return key ? [{ key, value: each.get('right') }] : [];
  });
  return made ? { made, how: 'assigned', entries } : null;
}

function holdsModel({ key, value }: Entry, file: PythonFile): boolean {
  if (!value) return false;
  if (value.type === 'call' && file.call(value).method === 'state_dict')
    return (
      !/sched|scaler|loss|optim/i.test(file.read(value)) && !isOptimizer(file.call(value).callee.get('object'), file)
    );
  return /model|net|weights|state_dict/i.test(file.read(key));
}

/** Training goes on in a file: the state of an optimizer is put back. */
export const resumesTraining = (file: PythonFile): boolean =>
  file.methodCalls('load_state_dict').some(({ callee }) => isOptimizer(callee.get('object'), file));
