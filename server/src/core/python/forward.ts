/** One step on from a value to where it stands next: in names, parameters, returns, attributes and containers. */

import { type HandsOn, handsOn } from '../knowledge/values.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import { isBound, isSplatted, keyOf, linksOf } from './links.ts';
import { Remembered } from './notes.ts';
import { MentionsByBinding, reachingDefinitions } from './reaching.ts';
import { type Definition, type FunctionInfo, scopeWith } from './scope.ts';
import {
  ANY,
  EACH,
  type Elsewhere,
  ENTERED,
  type EnteredBy,
  isElement,
  keyIn,
  located,
  mayMeet,
  type Step,
  type Value,
} from './value.ts';

/** The value is used here, and where it stood is where it ends. */
const USED = null;

type Next = readonly Value[] | null;

type Stepping = (value: Value, parent: Node, elsewhere: Elsewhere) => Next;

/** Containers in containers that are followed. What is put into itself, as code can be that is being typed, has no last one. */
const DEEPEST = 16;

/**
 * Where the value stands next, in files that `elsewhere` finds too; null where it is used. The way into an expression
 * leads to what is followed.
 */
export function stepOn(value: Value, elsewhere: Elsewhere): Next {
  if (value.access.length > DEEPEST) return USED;
  const { parent } = value.node;
  const step = parent ? STEPS[parent.type] : undefined;
  return parent && step ? step(value, parent, elsewhere) : USED;
}

const around = (value: Value, parent: Node): Next => [{ ...value, node: parent }];
const inSequence = (value: Value, parent: Node): Next =>
  isSplatted(value.node)
    ? splatted(value, parent)
    : [{ ...value, node: parent, access: [`[${parent.children.indexOf(value.node)}]`, ...value.access] }];
const inElements = (value: Value, parent: Node): Next =>
  isSplatted(value.node) ? splatted(value, parent) : [{ ...value, node: parent, access: [EACH, ...value.access] }];
/** `[*value]` holds its elements. */
const splatted = (value: Value, parent: Node): Next =>
  isElement(value.access[0]) ? [{ ...value, node: parent, access: [EACH, ...value.access.slice(1)] }] : USED;
const inComprehension = (value: Value, parent: Node): Next =>
  value.node.field === 'body' ? inElements(value, parent) : USED;
const iterated = (value: Value, parent: Node): Next =>
  value.node.field === 'right' && isElement(value.access[0])
    ? bind(value, parent.get('left'), value.access.slice(1))
    : USED;

/** By the expression or statement that the value stands in. */
const STEPS: Readonly<Record<string, Stepping>> = {
  parenthesized_expression: around,
  await: around,
  boolean_operator: around,
  conditional_expression: (value, parent) => (parent.children[1] === value.node ? USED : around(value, parent)),
  named_expression: (value, parent) => [
    { ...value, node: parent },
    ...(bind(value, parent.get('name'), value.access) ?? []),
  ],
  assignment: (value, parent) => (value.node.field === 'right' ? assigned(value, parent) : USED),
  augmented_assignment: (value, parent) =>
    value.node.field === 'right' && isElement(value.access[0])
      ? contentsOf(value, parent.get('left'), value.access)
      : USED,
  for_statement: iterated,
  for_in_clause: iterated,
  tuple: inSequence,
  list: inSequence,
  expression_list: inSequence,
  set: inElements,
  list_splat: (value, { parent }) => (parent && parent.type !== 'argument_list' ? splatted(value, parent) : USED),
  pair: inPair,
  list_comprehension: inComprehension,
  set_comprehension: inComprehension,
  generator_expression: inComprehension,
  return_statement: returned,
  yield: returned,
  as_pattern: entered,
  argument_list: passed,
  keyword_argument: passed,
  call: (value, parent, elsewhere) => (value.node.field === 'arguments' ? passed(value, parent, elsewhere) : USED),
  subscript: (value, parent) => (value.node.field === 'value' ? item(value, parent) : USED),
  attribute: (value, parent) => (value.node.field === 'object' ? member(value, parent) : USED),
};

/** `with value as name`: a context is mostly what it gives. */
function entered(value: Value, pattern: Node): Next {
  const access = value.access[0] === ENTERED ? value.access.slice(1) : value.access;
  return value.node.field === 'alias' ? USED : bind(value, pattern.get('alias')?.children[0], access);
}

/** `a = b = value` gives it to both. */
function assigned(value: Value, assignment: Node): Next {
  const bound = bind(value, assignment.get('left'), value.access);
  const outer = assignment.parent?.type === 'assignment' ? [{ ...value, node: assignment }] : [];
  return bound === USED && outer.length === 0 ? USED : [...(bound ?? []), ...outer];
}

/** The places that read what a target of an assignment or a loop is given. */
function bind(value: Value, target: Node | undefined, access: readonly Step[]): Next {
  if (!target) return USED;
  switch (target.type) {
    case 'identifier':
      return readsOf(target, value.file).map((node) => ({ ...value, node, access }));
    case 'attribute':
      return attributeReads(target, value.file)?.map((node) => ({ ...value, node, access, frame: null })) ?? USED;
    case 'subscript':
      return contentsOf(value, target, access);
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'tuple':
    case 'list': {
      const [step, ...rest] = access;
      if (!isElement(step)) return USED;
      const key = keyIn(step);
      const targets = typeof key === 'number' ? [target.children.at(key)] : target.children;
      return targets.flatMap((each) => bind(value, each, rest) ?? []);
    }
    default:
      return USED;
  }
}

/** All mentions of a container that the value was put into: `xs` of `xs.append(value)`, `d` of `d["k"] = value`. */
export function contentsOf(value: Value, container: Node | undefined, access: readonly Step[]): Next {
  const { file } = value;
  if (container?.type === 'subscript') {
    const key = container.get('subscript');
    const step = key && key.type !== 'slice' ? [keyOf(key, file)] : [];
    return contentsOf(value, container.get('value'), [...step, ...access]);
  }
  if (container?.type === 'attribute')
    return attributeReads(container, file)?.map((node) => ({ ...value, node, access, frame: null })) ?? USED;
  if (container?.type !== 'identifier') return USED;
  const definitions = file.definitions(container);
  const own = new Set(reachingDefinitions(container, file));
  const isSame = (each: Node): boolean =>
    each !== container &&
    each.type === 'identifier' &&
    file.definitions(each) === definitions &&
    reachingDefinitions(each, file).some((definition) => own.has(definition));
  return namesakes(container, file)
    .filter(isSame)
    .map((node) => ({ ...value, node, access }));
}

/** The reads of the same name that may mean the same: nobody sees a function's own names from outside of it. */
function namesakes(identifier: Node, file: PythonFile): readonly Node[] {
  const name = file.read(identifier);
  return linksOf(file).reads.within(name, scopeWith(name, file.scope(identifier)));
}

const mentions = new WeakMap<PythonFile, Remembered<readonly Definition[], MentionsByBinding>>();

/** The mentions of a name that may see this binding of it; all bindings of the name ask together. */
function readsOf(target: Node, file: PythonFile): Node[] {
  let ofNames = mentions.get(file);
  if (!ofNames) {
    ofNames = new Remembered();
    mentions.set(file, ofNames);
  }
  const definitions = file.definitions(target);
  const all = ofNames.get(definitions, () => mentionsOf(target, definitions, file));
  return all.of(target).filter((each) => each !== target);
}

function mentionsOf(target: Node, definitions: readonly Definition[], file: PythonFile): MentionsByBinding {
  const all = new MentionsByBinding(file);
  for (const each of namesakes(target, file))
    if (each.type === 'identifier' && file.definitions(each) === definitions) all.add(each);
  return all;
}

/** The places that read an attribute of objects of the class, its bases and what is made from it; null for an unknown object. */
function attributeReads(target: Node, file: PythonFile): Node[] | null {
  const object = target.get('object');
  const owner = file.classOf(object ? file.instanceOf(object) : null);
  if (!owner) return null;
  const links = linksOf(file);
  const lineage = new Set([...links.ancestors(owner), ...links.descendants(owner)].map(({ id }) => id));
  const name = file.read(target.get('attribute') ?? target);
  const replaced = replacedAt(target, file);
  return links.reads.of(name).filter((each) => {
    if (replaced !== null && (each.start < target.end || each.start > replaced)) return false;
    const of = each.type === 'attribute' ? each.get('object') : undefined;
    const instance = of && each !== target ? file.instanceOf(of) : null;
    return instance !== null && lineage.has(instance);
  });
}

/** Where what an attribute gets is replaced for good, before anything else of the object runs; null where it may stay. */
function replacedAt(target: Node, file: PythonFile): number | null {
  const home = target.enclosing('function_definition');
  if (target.field !== 'left' || !home) return null;
  const text = file.read(target);
  const next = file.scopes.assignments.find((each) => {
    const block = each.parent?.parent;
    const isBehind = each.start > target.end && each.enclosing('function_definition') === home;
    return (
      isBehind && file.read(each.get('left') ?? each) === text && block?.type === 'block' && block.start <= target.start
    );
  });
  const object = target.get('object');
  if (!next || !object) return null;
  const isOwn = ({ node, callee }: Call): boolean =>
    target.end < node.start && node.start < next.start && file.read(callee).startsWith(`${file.read(object)}.`);
  return file.allCalls.some(isOwn) ? null : next.end;
}

function inPair(value: Value, pair: Node): Next {
  const { file, node, access } = value;
  const dictionary = pair.parent;
  const key = pair.get('key');
  if (node.field !== 'value' || !dictionary || !key) return USED;
  const step = dictionary.type === 'dictionary' ? keyOf(key, file) : ANY;
  return [{ ...value, node: dictionary, access: [step, ...access] }];
}

/** To the call that ran the function where that is known, else to all of them. */
function returned(value: Value, statement: Node, elsewhere: Elsewhere): Next {
  const { file, frame } = value;
  const info = linksOf(file).bodyAround(statement);
  if (!info) return USED;
  const isDelegating = statement.type === 'yield' && /^yield\s+from\b/.test(file.read(statement));
  const access = statement.type === 'yield' && !isDelegating ? [EACH, ...value.access] : value.access;
  if (frame?.target === info) return [{ ...value, file: frame.file, node: frame.call, access, frame: frame.outer }];
  const here = linksOf(file).callsOf(info);
  const calls = [...here.map((call) => ({ file, call: call.node })), ...elsewhere.callers(info, file)];
  return calls.length > 0
    ? calls.map((each) => ({ ...value, file: each.file, node: each.call, access, frame: null }))
    : USED;
}

function passed(value: Value, _: Node, elsewhere: Elsewhere): Next {
  const { file, node } = value;
  const outer = node.parent?.type === 'keyword_argument' ? node.parent.enclosing('call') : node.enclosing('call');
  if (!outer) return USED;
  const call = file.call(outer);
  const list = outer.get('arguments');
  const position = list === node ? 0 : (list?.children.indexOf(node) ?? -1);
  const target = linksOf(file).target(call.name);
  if (target) return parameter(value, target, file, outer, position);
  const hands = handsOn(call.name);
  if (hands) return handedOn(value, hands, outer, position) ?? put(value, call, position);
  const there = located(call.name, file, elsewhere);
  const other = there && linksOf(there.file).target(there.name);
  return there && other ? parameter(value, other, there.file, outer, position) : put(value, call, position);
}

/** To the result of a call that hands on what it is passed. */
function handedOn(value: Value, hands: HandsOn, outer: Node, position: number): Next {
  const [step, ...rest] = value.access;
  const next = (...access: readonly Step[]): Next => [{ ...value, node: outer, access: [...access, ...rest] }];
  if (hands.gives === 'same') return position === hands.of ? [{ ...value, node: outer }] : USED;
  if (!isElement(step)) return USED;
  if (hands.gives === 'elements') return position === hands.of ? next(EACH) : USED;
  if (hands.gives === 'chained') return next(EACH);
  if (hands.gives === 'numbered') return position === 0 ? next(EACH, '[1]') : USED;
  return hands.gives === 'paired' ? next(EACH, `[${position}]`) : USED;
}

/** Into the container that the call puts it into. */
function put(value: Value, call: Call, position: number): Next {
  const { file, access } = value;
  const places = linksOf(file).placesOf(call, position);
  if (!places || (places.isSpread && !isElement(access[0]))) return USED;
  return contentsOf(value, call.callee.get('object'), [...places.places, ...access]);
}

/** The parameter of a function of the file `home` that a call passes the value for. */
function parameter(value: Value, target: FunctionInfo, home: PythonFile, outer: Node, position: number): Next {
  const { file, node } = value;
  const keyword = node.parent?.type === 'keyword_argument' ? node.parent.get('name') : undefined;
  const positional = target.parameters.filter(({ star, keywordOnly }) => star === '' && !keywordOnly);
  const found = keyword
    ? target.parameters.find(({ name, star }) => star === '' && name === file.read(keyword))
    : positional[position + (isBound(target, home) ? 1 : 0)];
  const name =
    found &&
    home.scopes.byNode
      .get(target.node)
      ?.names.get(found.name)
      ?.find(({ kind }) => kind === 'parameter');
  if (!name || position + (keyword ? 1 : 0) < 0) return USED;
  for (let frame = value.frame; frame; frame = frame.outer) if (frame.target === target) return [];
  const frame: EnteredBy = { file, call: outer, target, outer: value.frame };
  return readsOf(name.node, home).map((each) => ({ ...value, file: home, node: each, frame }));
}

function item(value: Value, subscript: Node): Next {
  const { file, access } = value;
  const [step, ...rest] = access;
  const [key, ...others] = subscript.children.filter(({ field }) => field === 'subscript');
  if (!key || others.length > 0 || subscript.field === 'left' || step === undefined || !isElement(step)) return USED;
  if (key.type === 'slice') return [{ ...value, node: subscript, access: [ANY, ...rest] }];
  return mayMeet(step, keyOf(key, file)) ? [{ ...value, node: subscript, access: rest }] : [];
}

/** `value.name`, and methods that give what is in the object. */
function member(value: Value, attribute: Node): Next {
  const { file, access } = value;
  const [step, ...rest] = access;
  const name = file.read(attribute.get('attribute') ?? attribute);
  if (step?.startsWith('.')) return step === `.${name}` ? [{ ...value, node: attribute, access: rest }] : [];
  const call = attribute.field === 'function' ? attribute.parent : null;
  if (!call) return USED;
  if (name === 'copy') return [{ ...value, node: call }];
  if (!isElement(step)) return USED;
  const [first] = call.get('arguments')?.children ?? [];
  if (/^(get|pop)$/.test(name))
    return !first || mayMeet(step ?? ANY, keyOf(first, file)) ? [{ ...value, node: call, access: rest }] : [];
  if (name === 'values') return [{ ...value, node: call, access: [EACH, ...rest] }];
  if (name === 'items') return [{ ...value, node: call, access: [EACH, '[1]', ...rest] }];
  return USED;
}
