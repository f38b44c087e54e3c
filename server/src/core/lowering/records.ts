/**
 * What a record holds under a name, where its file writes down all of it: a dictionary, a class of settings or an object
 * of one, a named tuple. Whatever may change it elsewhere leaves it open.
 */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { wordsFor } from '../knowledge/words.ts';
import type { Constant } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { linksOf } from '../python/links.ts';
import { isProgramByItself } from '../python/main-guard.ts';
import { assignedTo, boundAt } from '../python/names.ts';
import { Remembered } from '../python/notes.ts';
import type { ClassInfo } from '../python/scope.ts';
import { decoratorsOf } from '../syntax/node.ts';
import type { Node } from '../syntax/parse.ts';

/** Calls that make a record of their keywords. */
const MAKES_RECORD = namesFor('makes-record');
const RECORD_CLASS = nameFor('makes-record-class');
/** Decorators of classes whose objects hold what the class body says. */
const DATA_CLASS = namesFor('data-class');
const SHOWS_TEXT = namesFor('shows-text');
const FILLS = wordsFor('fills-object');
/** Methods of a record that leave it as it is. */
const READS = new Set(['get', 'items', 'keys', 'values', 'copy', '_asdict', '_replace']);
/** What binds its left side, and what binds or deletes whatever stands in it. */
const WRITES = /assignment$|^for_/;
const CHANGES = /_pattern$|^pattern_list$|^delete_statement$/;
/** Records in records are followed so far. */
const DEEPEST = 4;

/** `config["noise"]`, `CONFIG.noise`, `config.get("noise", False)`; undefined where more than the file decides. */
export function recordedConstant(expression: Node, file: PythonFile): Constant | undefined {
  const value = entryValue(expression, file, 0);
  return value && file.constant(value);
}

interface Asked {
  readonly holder: Node;
  readonly key: string;
}

function entryValue(expression: Node, file: PythonFile, depth: number): Node | undefined {
  const asked = depth > DEEPEST ? undefined : askedOf(expression, file);
  if (!asked) return undefined;
  const { holder, key } = asked;
  if (holder.type !== 'identifier') {
    const inner = entryValue(holder, file, depth + 1);
    return inner?.type === 'dictionary' ? itemOf(inner, key, file) : undefined;
  }
  const settings = file.classOf(file.qualify(holder));
  if (settings) return isOpen(settings.node, expression, file) ? undefined : settingOf(settings, key, file);
  const made = assignedTo(holder, file);
  const [bound] = boundAt(holder, file);
  if (!made || !bound || isOpen(bound, expression, file) || !isLeftAlone(bound, file.read(holder), file))
    return undefined;
  if (made.type === 'dictionary') return itemOf(made, key, file);
  return made.type === 'call' ? fieldOf(made, key, file) : undefined;
}

/** What the body of a module binds and its functions read, other files may have changed between, unless it is the program. */
const isOpen = (bound: Node, read: Node, file: PythonFile): boolean =>
  isInFunction(read) && !isInFunction(bound) && !isProgramByItself(file);

const isInFunction = (node: Node): boolean => node.enclosing('function_definition', 'lambda') !== null;

/** What is asked of which record. */
function askedOf(expression: Node, file: PythonFile): Asked | undefined {
  if (expression.type === 'attribute') {
    const [holder, name] = [expression.get('object'), expression.get('attribute')];
    return holder && name && { holder, key: file.read(name) };
  }
  const isGet = expression.type === 'call' && file.call(expression).method === 'get';
  const holder = isGet ? expression.get('function')?.get('object') : expression.get('value');
  const given = isGet ? expression.get('arguments')?.children[0] : expression.get('subscript');
  const key = given && file.constant(given);
  const isEntry = isGet || expression.type === 'subscript';
  return isEntry && holder && typeof key === 'string' ? { holder, key } : undefined;
}

const items = new WeakMap<Node, ReadonlyMap<string, Node> | null>();

/** The item of a dictionary that is written out, of which nothing is spread in. */
function itemOf(dictionary: Node, key: string, file: PythonFile): Node | undefined {
  let known = items.get(dictionary);
  if (known === undefined) {
    known = itemsOf(dictionary, file);
    items.set(dictionary, known);
  }
  return known?.get(key);
}

/** By their keys, where all of these are texts. */
function itemsOf(dictionary: Node, file: PythonFile): ReadonlyMap<string, Node> | null {
  const found = new Map<string, Node>();
  for (const pair of dictionary.children) {
    if (pair.type === 'comment') continue;
    const [name, value] = [pair.get('key'), pair.get('value')];
    const key = name?.type === 'string' ? file.constant(name) : undefined;
    if (typeof key !== 'string' || !value) return null;
    found.set(key, value);
  }
  return found;
}

/** What a call that makes a record passes for one of its names, or what the class of the record says. */
function fieldOf(made: Node, key: string, file: PythonFile): Node | undefined {
  const call = file.call(made);
  const settings = file.classOf(call.name);
  const given = made.get('arguments')?.children ?? [];
  const passed = file.argument(call, key, settings ? fieldsOf(settings, file).indexOf(key) : undefined);
  if (passed === 'unknown') return undefined;
  if (settings) {
    const isData = isDataClass(settings, file);
    if (passed !== 'absent') return isData ? passed : undefined;
    // Objects of a data class have their values by themselves; those of another class read the class, whenever that is.
    const isFixed = isData || (given.length === 0 && !isOpen(settings.node, made, file));
    return isFixed ? settingOf(settings, key, file) : undefined;
  }
  const maker = call.callee.type === 'identifier' ? assignedTo(call.callee, file) : null;
  const isTuple = maker?.type === 'call' && file.call(maker).name === RECORD_CLASS;
  return (MAKES_RECORD.has(call.name) || isTuple) && passed !== 'absent' ? passed : undefined;
}

const isDataClass = (info: ClassInfo, file: PythonFile): boolean =>
  decoratorsOf(info.node).some((each) => DATA_CLASS.has(file.qualify(each.get('function') ?? each)));

const namesOf = (info: ClassInfo, file: PythonFile) => file.scopes.byNode.get(info.node)?.names;

/** The names that the body of a class assigns, in their order. */
const fieldsOf = (info: ClassInfo, file: PythonFile): readonly string[] => [...(namesOf(info, file)?.keys() ?? [])];

/** What the body of a plain class assigns once, where its name only reads it, makes objects of it, or annotates. */
function settingOf(info: ClassInfo, key: string, file: PythonFile): Node | undefined {
  const isDecorated = decoratorsOf(info.node).length > 0;
  if (info.bases.length > 0 || info.methods.has('__init__') || info.attributes.has(key)) return undefined;
  if ((isDecorated && !isDataClass(info, file)) || info.methods.has('__post_init__')) return undefined;
  const [only, ...others] = namesOf(info, file)?.get(key) ?? [];
  const name = info.node.get('name');
  if (only?.kind !== 'assignment' || others.length > 0 || !name) return undefined;
  return mentionsOf(name, info.name, file).every((each) => isReading(each, file) || isAnnotation(each))
    ? only.value
    : undefined;
}

const alone = new WeakMap<PythonFile, Remembered<Node, boolean>>();

/** Every place that names the record only reads it. */
function isLeftAlone(bound: Node, name: string, file: PythonFile): boolean {
  const known = alone.get(file) ?? new Remembered();
  alone.set(file, known);
  // A function that hands on to itself reads no more than the rest of its body does.
  return known.get(bound, () => mentionsOf(bound, name, file).every((each) => isReading(each, file)), true);
}

/** Where a name is read that is bound at a node. */
function mentionsOf(bound: Node, name: string, file: PythonFile): readonly Node[] {
  const home = bound.enclosing('function_definition', 'lambda') ?? file.syntax.root;
  const all = linksOf(file).reads.within(name, file.scopes.byNode.get(home));
  return all.filter((each) => each.start !== bound.start && boundAt(each, file).includes(bound));
}

function isReading(mention: Node, file: PythonFile): boolean {
  let at = mention;
  while (at.parent && /^(attribute|subscript)$/.test(at.parent.type) && /^(object|value)$/.test(at.field ?? ''))
    at = at.parent;
  const { parent } = at;
  if (!parent || CHANGES.test(parent.type) || (at.field === 'left' && WRITES.test(parent.type))) return false;
  if (parent.type === 'call' && at.field === 'function')
    return at.type !== 'attribute' || READS.has(file.call(parent).method ?? '');
  if (at !== mention) return true;
  if (/^(interpolation|dictionary_splat|comparison_operator)$/.test(parent.type)) return true;
  const list = parent.type === 'keyword_argument' ? parent.parent : parent;
  return list?.type === 'argument_list' && list.parent?.type === 'call' && isReadBy(list.parent, mention, file);
}

/** A function of the file that only reads what it is passed, or another one that fills in nothing and is not called for its own sake. */
function isReadBy(node: Node, mention: Node, file: PythonFile): boolean {
  const call = file.call(node);
  const own = file.functionOf(call.name) ?? file.classOf(call.name)?.methods.get('__init__');
  if (!own) return SHOWS_TEXT.has(call.name) || isOnlyAsked(node, file);
  const key = mention.parent?.type === 'keyword_argument' ? mention.parent.get('name') : undefined;
  const at = (node.get('arguments')?.children ?? []).indexOf(mention) + (own.class ? 1 : 0);
  const parameter = key ? own.parameters.find(({ name }) => name === file.read(key)) : own.parameters[at];
  const bound = parameter?.star === '' ? boundIn(own.node, parameter.name, file) : undefined;
  return parameter !== undefined && bound !== undefined && isLeftAlone(bound, parameter.name, file);
}

/** A call of a function of another file that is handed the record leaves it alone, as far as its place tells. */
function isOnlyAsked(node: Node, file: PythonFile): boolean {
  if (FILLS.has(file.call(node).method)) return false;
  // What is called for its own sake may fill in what it is handed, and `vars` gives the record itself.
  const type = node.parent?.type ?? '';
  return /^(attribute|subscript)$/.test(type) ? isReading(node, file) : type !== 'expression_statement';
}

/** Where a parameter is bound. */
const boundIn = (definition: Node, name: string, file: PythonFile): Node | undefined =>
  file.scopes.byNode.get(definition)?.names.get(name)?.[0]?.node;

const isAnnotation = (mention: Node): boolean => mention.enclosing('type') !== null;
