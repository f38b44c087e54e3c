/** Values that are only probed: their shape is looked at, an assertion checks them, a tool counts or traces with them. */
import { namesFor } from '../knowledge/names.ts';
import { FLUENT, type PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import { linksOf } from '../python/links.ts';
import { Remembered } from '../python/notes.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { NodeType } from '../syntax/node-types.ts';
import { type Node, wholeOperation } from '../syntax/parse.ts';
import { contains } from '../text/edit.ts';

/** Functions that look at shapes or wait, by their last name. */
export const HARMLESS_CONSUMERS = new Set(
  'sleep export summary profile add_graph FlopCountAnalysis get_model_complexity_info count_params'.split(' '),
);
/** What a tensor says of itself without its values. */
const SHAPES = new Set(
  'shape size dim ndim ndimension dtype device numel nelement element_size nbytes is_cuda requires_grad'.split(' '),
);
const ASKS_KIND = namesFor('asks-kind');
/** What shows an object as a text. */
const SHOWS_TEXT = namesFor('shows-text');
/** Calls whose work is more than their result, by their last name. */
const WORKS = /train|fit|learn|step|update|backward|push|append|store|save|write|add$/i;
const DEEPEST = 6;

const OPERATORS = new Set<NodeType>(['binary_operator']);

type Use = 'matters' | 'probe' | 'none';

/** True where the code around an expression shows that its value is probed, and nothing else. */
export const isOnlyProbed = (value: Node, file: PythonFile): boolean => useOf(value, file, looking()) === 'probe';

/**
 * True where an object is made to be looked at: it is printed, or its parameters are counted, and nothing of it is kept.
 * Only asked of what stands where such an object may.
 */
export function isOnlyLookedAt(made: Node, file: PythonFile): boolean {
  const callee = made.parent?.type === 'argument_list' ? made.parent.parent?.get('function') : undefined;
  const isShown = callee !== undefined && HARMLESS_CONSUMERS.has(file.read(callee.get('attribute') ?? callee));
  if (!isShown && (made.parent?.type !== 'assignment' || !countsParameters(file))) return false;
  const look = looking();
  return useOf(made, file, look, true) === 'probe' && (isShown || look.isCounted);
}

/** What gives the parameters of a network, to be counted. */
const PARAMETERS = ['parameters', 'named_parameters'];
/** Somewhere in the file. */
const countsParameters = askedOfAll('counts-parameters', (file) =>
  PARAMETERS.some((name) => file.methodCalls(name).length > 0),
);

/** A look at all that is done with a value: the names it has had, by where they are bound, and whether its parameters were asked for. */
interface Look {
  readonly seen: Set<string>;
  isCounted: boolean;
}

const looking = (): Look => ({ seen: new Set(), isCounted: false });

/** What stands around a value and says no more of its use than what stands around that. */
const HANDS_UP =
  /^(call|keyword_argument|subscript|slice|parenthesized_expression|tuple|list|expression_list|list_splat|(binary|unary|comparison)_operator)$/;

/** `isObject`: what is made is an object, of which a loop over its parameters asks no more than the loop does of each. */
function useOf(value: Node, file: PythonFile, look: Look, isObject = false): Use {
  for (let node = wholeOperation(value, OPERATORS); node.parent; node = wholeOperation(node.parent, OPERATORS)) {
    const use = useAt(node, node.parent, file, look, isObject);
    if (use) return use;
  }
  return 'matters';
}

/** What the parent does with a value; undefined where that depends on what stands around it. */
function useAt(node: Node, parent: Node, file: PythonFile, look: Look, isObject: boolean): Use | undefined {
  switch (parent.type) {
    case 'assert_statement':
      return 'probe';
    case 'attribute':
      return useByAttribute(file.read(parent.get('attribute') ?? parent), look);
    case 'argument_list':
      return parent.parent?.type === 'call' ? useByCall(parent.parent, node, file, look, isObject) : 'matters';
    case 'assignment':
      return node.field === 'right' ? usesOfNames(parent.get('left'), file, look, isObject) : 'matters';
    case 'for_statement':
    case 'for_in_clause': {
      const left = parent.get('left');
      // Of `name, parameter in net.named_parameters()` the last one is the tensor.
      const each = left?.type === 'identifier' ? left : left?.children.at(-1);
      return isObject && node.field === 'right' ? usesOfNames(each, file, look) : 'matters';
    }
    case 'expression_statement':
      return isObject && node.type === 'call' && FLUENT.has(file.call(node).method ?? '') ? 'none' : 'matters';
    default:
      return HANDS_UP.test(parent.type) ? undefined : 'matters';
  }
}

function useByAttribute(name: string, look: Look): Use | undefined {
  if (PARAMETERS.includes(name)) look.isCounted = true;
  return SHAPES.has(name) ? 'probe' : undefined;
}

function useByCall(node: Node, given: Node, file: PythonFile, look: Look, isObject: boolean): Use | undefined {
  const { name, callee } = file.call(node);
  const last = file.read(callee.get('attribute') ?? callee);
  if ((isObject && SHOWS_TEXT.has(name)) || HARMLESS_CONSUMERS.has(last) || ASKS_KIND.has(name)) return 'probe';
  if (WORKS.test(last)) return 'matters';
  if (isWarmUp(node, file)) return 'probe';
  const helper = node.parent?.type === 'expression_statement' ? file.functionOf(name) : undefined;
  return helper && useInside(helper, node, given, file, look, isObject);
}

/** What a function of the file does with what it is passed. */
function useInside(
  { node, parameters, class: owner }: FunctionInfo,
  call: Node,
  given: Node,
  file: PythonFile,
  look: Look,
  isObject: boolean,
): Use | undefined {
  const key = given.type === 'keyword_argument' ? given.get('name') : undefined;
  const position = call.get('arguments')?.children.indexOf(given) ?? -1;
  const parameter = key
    ? parameters.find(({ name }) => name === file.read(key))
    : parameters[position + (owner ? 1 : 0)];
  return parameter?.star === '' ? usesOfName(parameter.name, node, file, look, isObject) : undefined;
}

/** A network that is run without a gradient, and whose result nobody takes. */
function isWarmUp(call: Node, file: PythonFile): boolean {
  const callee = call.get('function');
  const isObject = callee !== undefined && file.functionOf(file.qualify(callee)) === undefined && isModel(callee, file);
  if (call.parent?.type !== 'expression_statement' || !isObject) return false;
  for (let at: Node | null = call.enclosing('with_statement'); at; at = at.enclosing('with_statement')) {
    const managers = at.children.find((child) => child.type === 'with_clause');
    if (managers && /\b(no_grad|inference_mode)\(/.test(file.read(managers))) return true;
  }
  return false;
}

/** Not a function of a library or of another file: an object of this one, or what somebody passed. */
const isModel = (callee: Node, file: PythonFile): boolean =>
  file.instanceOf(callee) !== null || file.qualify(callee) === null || callee.type === 'attribute';

const usesOfTargets = new WeakMap<PythonFile, Remembered<Node, { readonly use: Use; readonly isCounted: boolean }>>();

/** How the names of a target are used in their function, or in the body of the file; all that it unpacks ask together. */
function usesOfNames(target: Node | undefined, file: PythonFile, look: Look, isObject = false): Use {
  if (!target || isObject || look.seen.size > 0) return usesOf(target, file, look, isObject);
  const known = usesOfTargets.get(file) ?? new Remembered();
  usesOfTargets.set(file, known);
  const { use, isCounted } = known.get(target, () => {
    const own = looking();
    return { use: usesOf(target, file, own, false), isCounted: own.isCounted };
  });
  look.isCounted ||= isCounted;
  return use;
}

function usesOf(target: Node | undefined, file: PythonFile, look: Look, isObject: boolean): Use {
  const names = target?.type === 'identifier' ? [target] : (target?.children ?? []);
  if (!target || names.some((each) => each.type !== 'identifier')) return 'matters';
  const scope = target.enclosing('function_definition', 'class_definition', 'module') ?? file.syntax.root;
  if (scope.type === 'class_definition') return 'matters';
  let use: Use = 'none';
  for (const each of names) {
    const found = usesOfName(file.read(each), scope, file, look, isObject);
    if (found !== 'none') use = found;
    if (use === 'matters') return use;
  }
  return use;
}

/** How a variable of a function, or of the file, is used. */
function usesOfName(name: string, scope: Node, file: PythonFile, look: Look, isObject: boolean): Use {
  const key = `${scope.start} ${name}`;
  if (look.seen.has(key)) return 'none';
  if (look.seen.size > DEEPEST) return 'matters';
  look.seen.add(key);
  let use: Use = 'none';
  for (const node of mentionsIn(scope, name, file)) {
    const isShared = /^(global|nonlocal)_statement$/.test(node.parent?.type ?? '');
    const found = isShared ? 'matters' : useOf(node, file, look, isObject);
    if (found !== 'none') use = found;
    if (use === 'matters') return use;
  }
  return use;
}

function* mentionsIn(scope: Node, name: string, file: PythonFile): Iterable<Node> {
  for (const node of linksOf(file).reads.within(name, file.scopes.byNode.get(scope))) {
    if (node.type === 'identifier' && contains(scope, node) && !isNoUse(node)) yield node;
  }
}

/** A target of an assignment, or a word that only looks like the name. */
function isNoUse(node: Node): boolean {
  const parent = node.parent;
  if (node.field === 'attribute' || (parent?.type === 'keyword_argument' && node.field === 'name')) return true;
  if (node.field === 'left' && /^(assignment|for_statement|for_in_clause)$/.test(parent?.type ?? '')) return true;
  return /^(pattern_list|tuple_pattern|parameters)$/.test(parent?.type ?? '');
}

const SHOWS = namesFor('shows-value');

/** The value is only shown: printed, in a text that is, or the last line of a cell. */
export function isShown(value: Node, file: PythonFile): boolean {
  const outside = (node: Node): Node | null => wholeOperation(node, OPERATORS).parent;
  for (let parent = outside(value); parent; parent = outside(parent)) {
    if (parent.type === 'expression_statement') return true;
    if (parent.type === 'argument_list') {
      const call = parent.parent ? file.call(parent.parent) : null;
      if (call?.name && SHOWS.has(call.name)) return true;
      if (call?.method !== 'format' || !parent.parent) return false;
      parent = parent.parent;
    } else if (
      !/^(attribute|interpolation|string|concatenated_string|binary_operator|parenthesized_expression|tuple)$/.test(
        parent.type,
      )
    )
      return false;
  }
  return false;
}
