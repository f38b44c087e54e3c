/** Where an object goes within its file: through names, attributes, returns and the file's own functions, until it is used. */

import { ITERATES } from '../knowledge/calls.ts';
import { namesFor } from '../knowledge/names.ts';
import type { Node, PythonFile } from './file.ts';

export interface Uses {
  /** The `for` statements and comprehensions that iterate it. */
  readonly loops: Set<Node>;
  /** The expressions that stand for it. */
  readonly seen: Set<Node>;
  /** The calls of it: `model(x)`. */
  readonly calls: Set<Node>;
  /** It went where nobody can follow. */
  escapes: boolean;
}

const READS_ONLY = namesFor('reads-only');

/** Follows an object from the expression that makes it. `carries` names calls that hand on what they get, or are methods of. */
export function usesOf(made: Node, file: PythonFile, carries: (call: Node, argument: Node) => boolean): Uses {
  const uses: Uses = { loops: new Set(), seen: new Set(), calls: new Set(), escapes: false };
  follow(made, file, carries, uses);
  return uses;
}

function follow(value: Node, file: PythonFile, carries: (call: Node, argument: Node) => boolean, uses: Uses): void {
  if (uses.seen.has(value) || uses.escapes) return;
  uses.seen.add(value);
  const go = (node: Node): void => follow(node, file, carries, uses);
  const parent = value.parent;
  if (!parent || uses.seen.size > 500) uses.escapes = true;
  else useIn(parent, value, file, carries, go, uses);
}

type Go = (node: Node) => void;

/** They look at a value, and keep nothing of it. */
const LOOKS =
  /^(if_statement|elif_clause|while_statement|not_operator|comparison_operator|expression_statement|assert_statement|interpolation)$/;

/** What the code around a value does with it. */
function useIn(
  parent: Node,
  value: Node,
  file: PythonFile,
  carries: (call: Node, argument: Node) => boolean,
  go: Go,
  uses: Uses,
): void {
  const { field } = value;
  switch (parent.type) {
    case 'for_statement':
    case 'for_in_clause':
      if (field === 'right') uses.loops.add(parent);
      return;
    case 'conditional_expression':
      if (parent.children[1] !== value) go(parent);
      return;
    case 'parenthesized_expression':
    case 'boolean_operator':
      go(parent);
      return;
    case 'return_statement':
      returned(value, null, file, go, uses);
      return;
    case 'argument_list':
    case 'keyword_argument':
      passed(value, file, carries, go, uses);
      return;
  }
  const isOfSeveral = parent.type === 'expression_list' || parent.type === 'tuple';
  if (parent.type === 'assignment' && field === 'right') bind(parent.get('left'), file, go, uses);
  else if (isOfSeveral && parent.parent?.type === 'return_statement')
    returned(parent, parent.children.indexOf(value), file, go, uses);
  else if (parent.type === 'attribute' && field === 'object') {
    // Unless a method hands the object on, this is a look at what it holds.
    const call = parent.field === 'function' ? parent.parent : null;
    if (call && carries(call, value)) go(call);
  } else if (parent.type === 'call' && field === 'function') uses.calls.add(parent);
  else if (!LOOKS.test(parent.type)) uses.escapes = true;
}

/** Every mention of a name or attribute that is bound to the object. */
function bind(target: Node | undefined, file: PythonFile, go: Go, uses: Uses): void {
  const attribute = target?.get('attribute');
  if (target?.type === 'identifier') mentions(target, file).forEach(go);
  else if (target?.type === 'attribute' && attribute) {
    const name = file.read(attribute);
    each(file.syntax.root, (node) => {
      const isSame = node.type === 'attribute' && file.read(node.get('attribute') ?? node) === name;
      if (isSame && node.field !== 'left') go(node);
    });
  } else uses.escapes = true;
}

function mentions(target: Node, file: PythonFile): Node[] {
  const found: Node[] = [];
  const definitions = file.definitions(target);
  const name = file.read(target);
  each(file.syntax.root, (node) => {
    if (node.type !== 'identifier' || node === target || file.read(node) !== name) return;
    const isName = !/^(left|name|attribute)$/.test(node.field ?? '') || node.parent?.type === 'interpolation';
    if (isName && file.definitions(node) === definitions) found.push(node);
  });
  return found;
}

function returned(value: Node, index: number | null, file: PythonFile, go: Go, uses: Uses): void {
  const info = file.functionAround(value);
  const calls = info ? file.calls(info.id) : [];
  if (calls.length === 0) uses.escapes = true;
  for (const call of calls) {
    if (index === null) go(call.node);
    else {
      const left = call.node.parent?.type === 'assignment' ? call.node.parent.get('left') : undefined;
      const target = /^(pattern_list|tuple_pattern)$/.test(left?.type ?? '') ? left?.children[index] : undefined;
      if (target) bind(target, file, go, uses);
      else uses.escapes = true;
    }
  }
}

function passed(
  value: Node,
  file: PythonFile,
  carries: (call: Node, argument: Node) => boolean,
  go: Go,
  uses: Uses,
): void {
  const node = value.enclosing('call');
  if (!node) return;
  const call = file.call(node);
  const keyword = value.parent?.type === 'keyword_argument' ? value.parent.get('name') : undefined;
  if (carries(node, value) || ITERATES.has(call.name)) {
    go(node);
    return;
  }
  if (READS_ONLY.has(call.name)) return;
  const owner = file.classOf(call.name);
  const info = owner ? owner.methods.get('__init__') : file.functionOf(call.name);
  const isBound = info?.class && !info.decorators.some((each) => file.read(each).includes('staticmethod'));
  const parameters = isBound ? info.parameters.slice(1) : (info?.parameters ?? []);
  const index = node.get('arguments')?.children.indexOf(value) ?? -1;
  const parameter = keyword
    ? parameters.find(({ name }) => name === file.read(keyword))
    : parameters.filter(({ star }) => star === '')[index];
  const name = parameter && parameterNode(info?.node, parameter.name, file);
  if (name) mentions(name, file).forEach(go);
  else uses.escapes = true;
}

function parameterNode(definition: Node | undefined, name: string, file: PythonFile): Node | undefined {
  const scope = definition && file.scopes.byNode.get(definition);
  return scope?.names.get(name)?.find(({ kind }) => kind === 'parameter')?.node;
}

function each(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const child of node.children) each(child, visit);
}
