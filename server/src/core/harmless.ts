/** Draws that cannot change a result: they make a name, a port, a delay, colours, the next seed, or only probe a shape. */
import { looksLikeSeeder } from './knowledge.ts';
import type { Call, PythonFile } from './model.ts';
import { type Node, walk } from './syntax.ts';

/** Words of a variable or keyword whose value no result depends on. */
const HARMLESS_WORDS = new Set(
  'seed port suffix uuid uid jitter delay wait salt token nonce dummy probe fname filename dirname tmpdir'.split(' '),
);
const HARMLESS_NAMES =
  /(^|_)(run|exp|tmp|temp|experiment|job|trial|session|project|save|log|ckpt|checkpoint|file|dir|folder)_?(id|name|dir|path|tag)$|^(example|sample)_inputs?$|(^|_)(colou?rs|palette)$/i;
/** Functions that look at shapes or wait, by their last name. */
const HARMLESS_CONSUMERS = new Set(
  'sleep export summary profile add_graph FlopCountAnalysis get_model_complexity_info count_params'.split(' '),
);

/** Functions that return a name, a port or a seed. */
const MAKES_NAME = new RegExp(`${HARMLESS_NAMES.source}|(^|_)(port|uuid|suffix|seed)$`, 'i');
const TRAINS = /^(fit|learn|backward|step|train(_\w+)?|training|\w+_train|run_epoch|run_training|do_train\w*)$/;
const LETTERS = /^string\.(ascii_(letters|lowercase|uppercase)|digits|hexdigits|octdigits)$/;

export function isHarmlessDraw(call: Call, file: PythonFile): boolean {
  // Letters and digits make names.
  const given = call.node.get('arguments')?.children ?? [];
  if (given.some((each) => LETTERS.test(file.qualify(each) ?? ''))) return true;
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
      case 'return_statement': {
        const owner = parent.enclosing('function_definition', 'lambda');
        const name = owner?.get('name');
        return name !== undefined && MAKES_NAME.test(file.read(name));
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

/**
 * `model = Net()` whose weights a checkpoint replaces further down in the same block: the statement that does so. An
 * `if` is one where a parameter decides, as `pretrained` does.
 */
export function overwrittenBy(statement: Node, following: readonly Node[], file: PythonFile): Node | undefined {
  const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const target = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
  if (!target || !/identifier|attribute/.test(target.type)) return undefined;
  const name = file.read(target);
  const loading = following.findIndex((next) => {
    if (next.type !== 'if_statement') return overwrites(next, name, file);
    const body = asksParameter(next.get('condition'), file) ? next.get('consequence')?.children : undefined;
    return body?.some((each) => overwrites(each, name, file));
  });
  // What training left behind, the best of its weights too, comes from the weights it began with.
  return following.slice(0, Math.max(0, loading)).some((each) => trains(each, file)) ? undefined : following[loading];
}

/** Something in the statement is called as if it trained; `model.train()` only sets a mode. */
function trains(statement: Node, file: PythonFile): boolean {
  if (/^(function|class|decorated)_definition$/.test(statement.type)) return false;
  let found = false;
  walk(statement, (node) => {
    if (found || node.type !== 'call') return !found;
    const callee = node.get('function');
    const last = callee ? file.read(callee.get('attribute') ?? callee) : '';
    found = TRAINS.test(last) && (node.get('arguments')?.children.length !== 0 || last !== 'train');
    return undefined;
  });
  return found;
}

/** The condition is a parameter, or a test of one. */
function asksParameter(condition: Node | undefined, file: PythonFile): boolean {
  const names = condition?.type === 'identifier' ? [condition] : (condition?.children ?? []);
  return names.some((each) => {
    const [only] = each.type === 'identifier' ? file.definitions(each) : [];
    return only?.kind === 'parameter';
  });
}

/** The statement loads weights into the object, or into one that it is a part of. */
function overwrites(statement: Node, name: string, file: PythonFile): boolean {
  const expression = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  // `missing = model.load_state_dict(...)` keeps what did not fit.
  const call = expression?.type === 'assignment' ? expression.get('right') : expression;
  if (call?.type !== 'call') return false;
  const loaded = file.call(call);
  const into = loaded.name === 'safetensors.torch.load_model' ? file.argument(loaded, 'model', 0) : 'absent';
  if (typeof into !== 'string') return file.read(into) === name;
  const callee = call.get('function');
  const object = callee?.get('object');
  const method = callee?.get('attribute');
  if (!object || !method || file.read(method) !== 'load_state_dict') return false;
  // A part is overwritten with the whole.
  return `${name}.`.startsWith(`${file.read(object).replace(/\.module$/, '')}.`);
}
