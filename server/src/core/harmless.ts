/** Draws that cannot change a result: they make a name, a port, a delay, the next seed, or only probe a shape. */
import { looksLikeSeeder } from './knowledge.ts';
import type { Call, PythonFile } from './model.ts';
import type { Node } from './syntax.ts';

/** Words of a variable or keyword whose value no result depends on. */
const HARMLESS_WORDS = new Set(
  'seed port suffix uuid uid jitter delay wait salt token nonce dummy probe fname filename dirname tmpdir'.split(' '),
);
const HARMLESS_NAMES =
  /(^|_)(run|exp|tmp|temp|experiment|job|trial|session|project|save|log|ckpt|checkpoint|file|dir|folder)_?(id|name|dir|path|tag)$|^(example|sample)_inputs?$/i;
/** Functions that look at shapes or wait, by their last name. */
const HARMLESS_CONSUMERS = new Set(
  'sleep export summary profile add_graph FlopCountAnalysis get_model_complexity_info count_params'.split(' '),
);

export function isHarmlessDraw(call: Call, file: PythonFile): boolean {
  for (let node: Node = call.node; node.parent; node = node.parent) {
    const parent: Node = node.parent;
    switch (parent.type) {
      case 'interpolation':
        return true;
      case 'keyword_argument': {
        const name = parent.get('name');
        if (name && namesHarmless(file.read(name))) return true;
        break;
      }
      case 'assignment': {
        const left = parent.get('left');
        const target = left?.get('attribute') ?? left;
        return target !== undefined && node.field === 'right' && namesHarmless(file.read(target));
      }
      case 'call': {
        const callee = parent.get('function');
        const last = callee && file.read(callee.get('attribute') ?? callee);
        if (last && callee !== node && (HARMLESS_CONSUMERS.has(last) || looksLikeSeeder(last))) return true;
        break;
      }
      case 'block':
      case 'module':
        return false;
    }
  }
  return false;
}

function namesHarmless(name: string): boolean {
  if (HARMLESS_NAMES.test(name)) return true;
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => HARMLESS_WORDS.has(word));
}

/** `model = Net()` whose weights a checkpoint replaces further down in the same block. */
export function isOverwritten(statement: Node, following: readonly Node[], file: PythonFile): boolean {
  const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
  if (!target || !/identifier|attribute/.test(target.type)) return false;
  const name = file.read(target);
  return following.some((next) => {
    const first = next.type === 'expression_statement' ? next.children[0] : undefined;
    // `missing = model.load_state_dict(...)` keeps what did not fit.
    const call = first?.type === 'assignment' ? first.get('right') : first;
    const callee = call?.type === 'call' ? call.get('function') : undefined;
    const object = callee?.get('object');
    const method = callee?.get('attribute');
    if (!object || !method || file.read(method) !== 'load_state_dict') return false;
    return file.read(object).replace(/\.module$/, '') === name;
  });
}
