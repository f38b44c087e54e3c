/**
 * Follows a value whose order is left to chance to the place where that order decides something.
 * What is sorted, counted or tested on the way is fine, and so is everything that cannot be followed.
 */

import type { Project } from '../contract/project.ts';
import type { Related } from '../contract/rule.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { handsOn, keepsElements } from '../knowledge/values.ts';
import { isShown } from '../lowering/probes.ts';
import type { Call } from '../python/call.ts';
import { type Evaluator, evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { contentsOf } from '../python/forward.ts';
import { isPath, isText } from '../python/kinds.ts';
import { isSplatted, linksOf, putsInOrder } from '../python/links.ts';
import { assignmentsTo, boundAt, targetOf } from '../python/names.ts';
import { isSortedInPlace, sorts } from '../python/reads.ts';
import { type FunctionInfo, nearestFunction } from '../python/scope.ts';
import type { Step, Value } from '../python/value.ts';
import { walk } from '../syntax/parse.ts';
import { t } from '../text/language.ts';
import {
  addedTo,
  countsUp,
  cutByCount,
  isDrawn,
  isItem,
  isOnlyDeleted,
  isPickedByNumber,
  mentions,
  numberedIn,
} from './positions.ts';

/** What a caller knows about the value it asks for. */
export interface Origin {
  /** Its first element says nothing about an order: it is the only one, or stands for all. */
  readonly hasOneElement: boolean;
  /** No element comes twice. */
  readonly isDistinct: boolean;
  /** A value that has another order than these, so that pairing it by position decides something. */
  isIndependent(value: Node, ordered: ReadonlySet<Node>): boolean;
}

/** The same seed picks the same positions, and finds something else there. */
const PICKS = namesFor('picks');
const PICKING_METHODS = new Set(['shuffle', 'permutation', 'choice', 'choices', 'sample']);
const WRITING_METHODS = new Set(['write', 'writelines', 'writerow', 'writerows', 'write_text']);
/** They write a value down as it is; a set stays a set. */
export const SAVES = namesFor('saves');
const ARCHIVES = namesFor('archives');
/** Datasets whose samples come in the order of what they are made of, and networks whose parts do. */
const KEEPS = namesFor('keeps-order');
const ENUMERATE = nameFor('enumerate');
const ZIP = nameFor('zip');
const NEXT = nameFor('next');
const WALK = nameFor('walks');
const LEN = nameFor('len');
const LIST = nameFor('list');
const RANGE = nameFor('range');
const SUM = nameFor('sum');
const DICTIONARY = nameFor('dictionary');
const TABLE = nameFor('table');
const COUNTS_UP = namesFor('counts-up');
/** What elements have in common, whichever comes first. */
const SHAPES = new Set(['shape', 'size', 'dtype', 'ndim', 'device', 'keys', 'columns']);
/** Parts of a table, in the table's order. */
const ROWS = new Set(['iloc', 'loc', 'values']);
/** What they make of a text has its order. */
const OF_TEXT = new Set(['split', 'splitlines', 'encode', 'strip', 'lower']);
/** What of a dictionary comes in the order in which it was filled. */
const LISTS_ENTRIES = new Set(['keys', 'values', 'items']);
const LONGEST_QUOTE = 40;

/** A place where an order decides something; in another file where the value went there. */
export interface OrderUse {
  readonly file: PythonFile;
  readonly node: Node;
}

/** The place as a finding of the file shows it beside its own. */
export const placeOfUse = ({ file, node }: OrderUse, from: PythonFile): Related => ({
  start: node.start,
  end: node.end,
  ...(file === from ? {} : { path: file.path }),
  message: t`The order decides here.`,
});

/** Code as a part of a sentence, where it is short. */
export const quoteOf = (code: string, otherwise: string): string =>
  code.length <= LONGEST_QUOTE && !code.includes('\n') ? `\`${code}\`` : otherwise;

export class Order {
  readonly #file: PythonFile;
  readonly #values: Evaluator;
  /** Leads on from values of any file, also into others. */
  readonly #leading: Evaluator;
  readonly #origin: Origin;
  readonly #seen: Set<string>;
  /** The nodes that stand for the value in its order. */
  readonly #ordered: Set<Node>;
  /** The value went through a loop or a parameter, where a first element only stands for the others. */
  #isRemote = false;
  /** What is collected are the names of entries, the first of which is one of the files. */
  #areNames = false;
  /** Null in the project's other files, of which only the text is asked. */
  readonly #project: Project | null;
  /** The file of the place that was found, where it is another one. */
  #usedIn: PythonFile | null = null;

  /** Of a file, or of another one that a value of it went into. */
  constructor(file: PythonFile, project: Project | null, origin: Origin, from?: Order) {
    this.#file = file;
    this.#project = project;
    this.#values = project?.values ?? evaluatorOf(file);
    this.#leading = from ? from.#leading : this.#values;
    this.#origin = origin;
    this.#seen = from ? from.#seen : new Set();
    this.#ordered = from ? from.#ordered : new Set();
    this.#isRemote = from !== undefined;
  }

  /** The place where the order of the value decides something; null if none is known. The way leads into the expression. */
  use(node: Node, ...access: readonly Step[]): OrderUse | null {
    const found = this.#use(this.#values.value(node, ...access));
    return found && { file: this.#usedIn ?? this.#file, node: found };
  }

  #use(value: Value): Node | null {
    const { file, node, access } = value;
    if (file !== this.#file) return this.#useIn(file, value);
    const key = `${file.path} ${node.start} ${node.end} ${node.type} ${access.join('')}`;
    if (!node.parent || this.#seen.has(key)) return null;
    this.#seen.add(key);
    if (access.length > 0) return this.#inside(value);
    this.#ordered.add(node);
    const found = this.#here(value, node.parent);
    return found === undefined ? this.#further(value) : found;
  }

  #useIn(file: PythonFile, value: Value): Node | null {
    const there = new Order(file, null, { ...this.#origin, isIndependent: () => false }, this);
    const found = there.#use(value);
    this.#usedIn = found && (there.#usedIn ?? file);
    return found;
  }

  /** What is done with the ordered value where it stands; undefined where it is only handed on. */
  #here(value: Value, parent: Node): Node | null | undefined {
    const { node } = value;
    switch (parent.type) {
      case 'binary_operator':
        // An array that is computed with keeps its rows where they are.
        return /^(\+|\*|\/|\*\*|@)$/.test(parent.get('operator')?.type ?? '')
          ? this.#use({ ...value, node: parent })
          : null;
      case 'list_splat':
        return this.#splat(value, parent.parent);
      case 'list':
      case 'tuple':
        return isSplatted(node) ? this.#splat(value, parent) : undefined;
      case 'argument_list':
        return parent.parent ? this.#passed(this.#file.call(parent.parent), value) : null;
      case 'keyword_argument':
        return parent.parent?.parent?.type === 'call'
          ? this.#passed(this.#file.call(parent.parent.parent), value)
          : null;
      case 'call':
        return node.field === 'arguments' ? this.#passed(this.#file.call(parent), value) : null;
      case 'attribute':
        return this.#method(value, parent);
      case 'subscript':
        return node.field === 'value' ? this.#element(value, parent) : undefined;
      case 'for_statement':
        return node.field === 'right' ? this.#loop(value, parent, null) : null;
      case 'for_in_clause':
        return node.field === 'right' ? this.#comprehension(value, parent) : null;
      case 'augmented_assignment': {
        const left = parent.get('left');
        return node.field === 'right' ? this.#grown(value, left) : null;
      }
      case 'yield':
        return this.#function(parent)?.name === '__iter__' ? parent : undefined;
      default:
        return undefined;
    }
  }

  /** Where the value stands next, by whatever name. */
  #further(value: Value): Node | null {
    const next = this.#leading.next(value);
    if (!next) return null;
    const kept = value.node.field === 'right' && value.node.parent?.get('left');
    if (kept && kept.type === 'attribute' && next.length === 0) return this.#isKeptByDataset(kept) ? kept : null;
    return this.#anyUse(next);
  }

  /** It lies in a container; where that is put behind others its order is a part of theirs. */
  #inside(value: Value): Node | null {
    const { node, access } = value;
    const call =
      node.parent?.type === 'argument_list' && node.parent.parent ? this.#file.call(node.parent.parent) : null;
    // A list of lists is made one, and a list is made a column of a table.
    const isColumn = call?.name === TABLE && /^\["/.test(access[0] ?? '');
    if (call && (flattens(call) || isColumn) && access.length === 1)
      return this.#use({ ...value, node: call.node, access: [] });
    return this.#further(value);
  }

  #splat(value: Value, parent: Node | null): Node | null {
    if (parent?.type === 'list' || parent?.type === 'tuple') return this.#use({ ...value, node: parent });
    return parent?.type === 'argument_list' && parent.parent
      ? this.#passed(this.#file.call(parent.parent), value)
      : null;
  }

  /** `xs += value`, `xs.extend(value)`: what becomes of a list whose end it is. */
  #grown(value: Value, list: Node | undefined): Node | null {
    const next = list ? contentsOf(value, list, []) : null;
    if (next?.length === 0 && list?.type === 'attribute') return this.#isKeptByDataset(list) ? list : null;
    return this.#anyUse(
      (next ?? []).filter(({ node }) => node.start > value.node.end || isInOtherFunction(node, value.node)),
    );
  }

  #passed(call: Call, value: Value): Node | null {
    const { name, node } = call;
    const argument = value.node.parent?.type === 'keyword_argument' ? value.node.parent : value.node;
    const result = { ...value, node };
    if (sorts(call)) return null;
    if (KEEPS.has(name)) return node;
    if (name === ENUMERATE) return this.#counted(result);
    if (name === ZIP) return this.#paired(call, value);
    const hands = handsOn(name);
    if (hands) return hands.keepsOrder ? this.#use(result) : null;
    if (flattens(call)) return this.#use(result);
    if (name === NEXT) return this.#first(call, value);
    if (SAVES.has(name)) return node;
    // A text in that order.
    if (call.method === 'join' && name === null) return this.#use(result);
    const isFirst = node.get('arguments')?.children[0] === argument;
    const picks = name === null ? isFirst && PICKING_METHODS.has(call.method ?? '') : PICKS.has(name);
    if (picks) return node;
    if (this.#writes(call)) return node;
    if (call.method === 'extend') return this.#grown(value, call.callee.get('object'));
    if (this.#isKeptElsewhere(call, value.node)) return node;
    // A function of the file reads what it is passed by other names.
    return this.#remotely(() => this.#further(value));
  }

  /** `next(value)`: the first of a walk is the folder itself, and only the names in it have no order. */
  #first({ node }: Call, value: Value): Node | null {
    const walked = value.node.type === 'call' && this.#file.call(value.node).name === WALK;
    if (walked) return this.#anyUse(['[1]', '[2]'].map((step) => ({ ...value, node, access: [step] })));
    return this.#origin.hasOneElement ? null : node;
  }

  #writes({ method, callee }: Call): boolean {
    const receiver = callee.get('object');
    if (method === null || !receiver || !WRITING_METHODS.has(method)) return false;
    // What stands in an archive is found by its name.
    if (ARCHIVES.has(this.#file.constructionOf(receiver)?.name ?? managerOf(receiver, this.#file))) return false;
    // What has a name of its own is a stream of the program's, or a library's.
    return this.#file.qualify(receiver)?.startsWith('#') !== false;
  }

  #method(value: Value, attribute: Node): Node | null {
    const call = attribute.parent;
    const method = attribute.get('attribute');
    const name = method ? this.#file.read(method) : '';
    if (ROWS.has(name) && attribute.field !== 'function') return this.#use({ ...value, node: attribute });
    if (call?.type !== 'call' || attribute.field !== 'function') return null;
    if (name === 'index') return this.#isRemote ? null : call;
    if (name === 'sample') return call;
    const keeps = name === 'copy' || OF_TEXT.has(name) || (keepsElements(name) && !sorts(this.#file.call(call)));
    return keeps ? this.#use({ ...value, node: call }) : null;
  }

  #element(value: Value, subscript: Node): Node | null {
    const index = subscript.get('subscript');
    if (!index || subscript.field === 'left' || subscript.parent?.type === 'delete_statement') return null;
    const isWhole = index.type === 'slice' && /^:(:-1)?$/.test(this.#file.read(index));
    if (isWhole) return this.#use({ ...value, node: subscript });
    if (isShown(subscript, this.#file) || isOnlyDeleted(subscript, this.#values)) return null;
    if (index.type === 'slice') return subscript;
    const position = this.#file.constant(index);
    // A column of a table, in the order of its rows.
    if (typeof position === 'string') return this.#use({ ...value, node: subscript });
    if (typeof position === 'number') return this.#certainElement(subscript, value.node) ? null : subscript;
    if (isItem(index, this.#values) || isDrawn(index, this.#values)) return subscript;
    return index.type === 'identifier' ? this.#elementOf(value, subscript, index) : null;
  }

  /** `files[i]` for each of some numbers: all of them, as a loop over the files has them, or so many. */
  #elementOf(value: Value, subscript: Node, index: Node): Node | null {
    const target = targetOf(index, this.#file);
    const loop = target?.enclosing('for_statement', 'for_in_clause');
    if (!target || !loop || loop.get('left') !== target) return null;
    const numbers = loop.get('right');
    const call = numbers?.type === 'call' ? this.#file.call(numbers) : null;
    const last = call?.name === RANGE ? call?.node.get('arguments')?.children.slice(0, 2).at(-1) : undefined;
    if (last && this.#isLengthOf(last, value.node)) {
      const each = { ...value, node: numbers ?? loop };
      if (loop.type === 'for_in_clause') return this.#comprehension(each, loop);
      const found = this.#loop(each, loop, null);
      if (found) return found;
    }
    if (loop.type === 'for_in_clause') return null;
    if (isPickedByNumber(this.#file.read(index), loop, this.#file, this.#values)) return subscript;
    return last && typeof this.#file.constant(last) === 'number' ? subscript : null;
  }

  #isLengthOf(node: Node, list: Node): boolean {
    const [passed] =
      node.type === 'call' && this.#file.call(node).name === LEN ? (node.get('arguments')?.children ?? []) : [];
    return passed !== undefined && this.#file.read(passed) === this.#file.read(list);
  }

  /** There is only one, or only what all have in common is asked for. */
  #certainElement(subscript: Node, value: Node): boolean {
    // `Image.open(paths[0]).size` asks no more of it than `images[0].size`.
    const opened = subscript.parent?.type === 'argument_list' ? subscript.parent.parent?.parent : subscript.parent;
    const attribute = opened?.type === 'attribute' ? opened.get('attribute') : undefined;
    if (attribute && SHAPES.has(this.#file.read(attribute))) return true;
    if (this.#origin.hasOneElement || (this.#isRemote && !this.#areNames)) return true;
    const name = this.#file.read(value);
    return this.#file.calls(LEN).some((call) => {
      const passed = call.node.get('arguments')?.children[0];
      const comparison = call.node.parent;
      if (!passed || comparison?.type !== 'comparison_operator' || this.#file.read(passed) !== name) return false;
      return comparison.children.some((child) => this.#file.constant(child) === 1);
    });
  }

  #comprehension(value: Value, clause: Node): Node | null {
    const comprehension = clause.parent;
    if (!comprehension || !/^(list_comprehension|generator_expression)$/.test(comprehension.type)) return null;
    return this.#use({ ...value, node: comprehension });
  }

  /** `enumerate(value)`: each element gets its position. */
  #counted(value: Value): Node | null {
    const { node } = value;
    const { parent } = node;
    if (parent?.type === 'for_in_clause' && parent.parent) {
      const numbered = numberedIn(parent, parent.parent, this.#file);
      if (numbered) return numbered;
    }
    if (parent?.type === 'for_statement' && node.field === 'right') {
      return this.#loop(value, parent, parent.get('left')?.children[0] ?? null);
    }
    if (parent?.type === 'argument_list' && parent.parent) {
      const call = this.#file.call(parent.parent);
      if (call.name === DICTIONARY) return call.node;
      if (handsOn(call.name)?.gives === 'elements') return this.#counted({ ...value, node: call.node });
    }
    return this.#use(value);
  }

  #paired(zip: Call, value: Value): Node | null {
    for (const other of zip.node.get('arguments')?.children ?? []) {
      if (other === value.node) continue;
      const name = other.type === 'call' ? this.#file.call(other).name : null;
      if (COUNTS_UP.has(name)) return zip.node;
      if (this.#origin.isIndependent(other, this.#ordered) || isDrawn(other, this.#values)) return zip.node;
    }
    return this.#use({ ...value, node: zip.node });
  }

  /** What a loop leaves behind in the order of its rounds. */
  #loop(value: Value, loop: Node, counter: Node | null): Node | null {
    const body = loop.get('body');
    const count = counter?.type === 'identifier' ? this.#file.read(counter) : null;
    let found: Node | null = null;
    if (!body) return null;
    if (count !== null && isPickedByNumber(count, body, this.#file, this.#values)) return loop;
    walk(body, (node) => {
      if (found || /^(function_definition|class_definition|lambda)$/.test(node.type)) return false;
      found = this.#leaves(value, node, loop, count);
      return undefined;
    });
    return found;
  }

  #leaves(value: Value, node: Node, loop: Node, count: string | null): Node | null {
    if (node.type === 'yield') return this.#yielded(value, node);
    if (node.type === 'break_statement' || node.type === 'return_statement')
      return this.#cutOff(value, node, loop, count);
    if (node.type === 'assignment') return this.#assigned(value, node, loop, count);
    if (node.type === 'augmented_assignment') {
      const left = node.get('left');
      const adds = /^(list|list_comprehension)$/.test(node.get('right')?.type ?? '');
      return left && (adds || this.#isText(left) || this.#isList(left)) ? this.#collected(value, left, loop) : null;
    }
    if (node.type !== 'call') return null;
    const { method, callee } = this.#file.call(node);
    const receiver = callee.get('object');
    if (method === null || !receiver) return null;
    if (putsInOrder(method)) {
      const isNumbered = count !== null && mentions(node.get('arguments'), count, this.#file);
      if (isNumbered && this.#isOutside(receiver, loop)) return node;
      return this.#origin.isDistinct && isEntryOf(loop, receiver, this.#file)
        ? null
        : this.#collected(value, receiver, loop, node.get('arguments')?.children.at(-1));
    }
    return this.#writes(this.#file.call(node)) && this.#isOutside(receiver, loop) ? node : null;
  }

  /** `table[name] = i` numbers what is listed; `table[i] = name` is a list by another name, and `table[name] = ...` has keys in order. */
  #assigned(value: Value, assignment: Node, loop: Node, count: string | null): Node | null {
    const [left, right] = [assignment.get('left'), assignment.get('right')];
    if (left?.type !== 'subscript' || !right) return null;
    if (countsUp(right, left, loop, count, this.#file)) return assignment;
    const [container, key] = [left.get('value'), left.get('subscript')];
    if (container?.type !== 'identifier' && container?.type !== 'attribute') return null;
    const isNumbered = count !== null && key?.type === 'identifier' && this.#file.read(key) === count;
    return isNumbered ? this.#collected(value, container, loop) : this.#keyed(value, container, loop);
  }

  /** What is read of a dictionary in the order in which a loop filled it. */
  #keyed(value: Value, container: Node, loop: Node): Node | null {
    if (!this.#isOutside(container, loop)) return null;
    for (const { file, node } of this.#later(value, container, loop) ?? []) {
      if (file !== this.#file) continue;
      const found = this.#remotely(() => this.#listed({ ...value, node, access: [] }));
      if (found) return found;
    }
    return null;
  }

  /** `list(table)`, `table.keys()`, `for name in table`: the entries of a dictionary, in its order. */
  #listed(value: Value): Node | null {
    const { parent } = value.node;
    if (parent?.type === 'for_statement' && value.node.field === 'right') return this.#loop(value, parent, null);
    if (parent?.type === 'for_in_clause' && value.node.field === 'right') return this.#comprehension(value, parent);
    const outer = parent?.parent?.type === 'call' ? this.#file.call(parent.parent) : null;
    if (!outer) return null;
    if (parent?.type === 'attribute' && parent.field === 'function')
      return LISTS_ENTRIES.has(outer.method ?? '') ? this.#use({ ...value, node: outer.node }) : null;
    const isList = outer.name === LIST || outer.name === ENUMERATE;
    return parent?.type === 'argument_list' && isList ? this.#passed(outer, value) : null;
  }

  /** A loop that ends by its count leaves whatever came first in what it has filled. */
  #cutOff(value: Value, exit: Node, loop: Node, count: string | null): Node | null {
    const condition = cutByCount(exit, loop, count, this.#file);
    const body = condition && loop.get('body');
    if (!condition || !body) return null;
    let isKept = false;
    walk(body, (node) => {
      if (isKept || /^(function_definition|class_definition|lambda)$/.test(node.type)) return false;
      const list = addedTo(node, this.#file);
      if (!list || !this.#isOutside(list, loop)) return true;
      isKept = contentsOf({ ...value, access: [] }, list, [])?.some((each) => this.#isTaken(each, loop)) === true;
      return !isKept;
    });
    return isKept ? condition : null;
  }

  /** A list is read behind the loop that fills it, for more than its length, and not to be looked at. */
  #isTaken({ file, node }: Value, loop: Node): boolean {
    const call = node.parent?.type === 'argument_list' && node.parent.parent ? file.call(node.parent.parent) : null;
    const isRead = node.start >= loop.end || isInOtherFunction(node, loop) || node.parent?.type === 'return_statement';
    return isRead && call?.name !== LEN && node.field !== 'left' && !isShown(node, file);
  }

  #isList(left: Node): boolean {
    const given = assignmentsTo(left, this.#file);
    return given.length > 0 && given.every(({ value }) => /^list(_comprehension)?$/.test(value?.type ?? ''));
  }

  #isText(left: Node): boolean {
    return left.type === 'identifier' && this.#values.always(isText, this.#values.value(left));
  }

  /** Nothing of the receiver was made in this round of the loop. */
  #isOutside(receiver: Node, loop: Node): boolean {
    if (receiver.type !== 'identifier') return receiver.type === 'attribute';
    const isInside = (each: Node): boolean => each.start > loop.start && each.end <= loop.end;
    const isMade = assignmentsTo(receiver, this.#file).some(({ target }) => isInside(target));
    return !isMade && !boundAt(receiver, this.#file).every(isInside);
  }

  /** What becomes of a list that each round of the loop adds to. */
  #collected(value: Value, list: Node, loop: Node, item?: Node): Node | null {
    const container = list.type === 'subscript' ? (list.get('value') ?? list) : list;
    if (!this.#isOutside(container, loop)) return null;
    const later = this.#later(value, list, loop);
    if (later?.length === 0 && list.type === 'attribute') return this.#isKeptByDataset(list) ? list : null;
    const here = later?.filter(({ node }) => !isInOtherFunction(node, loop)) ?? [];
    const elsewhere = later?.filter(({ node }) => isInOtherFunction(node, loop)) ?? [];
    if ([...here, ...elsewhere].some(({ file, node }) => isSortedInPlace(node, file))) return null;
    return (
      this.#remotely(() => this.#anyUse(here), item !== undefined && this.#isName(item)) ??
      this.#remotely(() => this.#anyUse(elsewhere))
    );
  }

  /** The mentions of what a loop fills, where it is filled. */
  #later(value: Value, container: Node, loop: Node): readonly Value[] | undefined {
    return contentsOf({ ...value, access: [] }, container, [])?.filter(
      ({ node }) => node.start >= loop.end || isInOtherFunction(node, loop),
    );
  }

  #remotely(follow: () => Node | null, areNames = false): Node | null {
    const before = [this.#isRemote, this.#areNames] as const;
    [this.#isRemote, this.#areNames] = [true, areNames];
    const found = follow();
    [this.#isRemote, this.#areNames] = before;
    return found;
  }

  /** The name or path of an entry, and not what is in it. */
  #isName(item: Node): boolean {
    return [isText, isPath].some((kind) => this.#values.always(kind, this.#values.value(item)));
  }

  #anyUse(places: readonly Value[]): Node | null {
    if (places.some(({ file, node }) => isSortedInPlace(node, file))) return null;
    for (const each of places) {
      const found = this.#use(each);
      if (found) return found;
    }
    return null;
  }

  /** The elements of a generator come in the order in which it makes them. */
  #yielded(value: Value, statement: Node): Node | null {
    const [item] = statement.children;
    if (this.#function(statement)?.name === '__iter__') return statement;
    const made = item ? this.#leading.next({ ...value, node: item, access: [], frame: null }) : null;
    return this.#anyUse((made ?? []).map((each) => ({ ...each, access: [] })));
  }

  /** What stands on an attribute of a Dataset comes to a program by its position. */
  #isKeptByDataset(attribute: Node): boolean {
    const object = attribute.get('object');
    const owner = this.#file.classOf(object ? this.#file.instanceOf(object) : null);
    if (!owner || !(owner.methods.has('__getitem__') || this.#project?.classes.isDataset(owner.id))) return false;
    // A property of a base may put it in order.
    const name = this.#file.read(attribute.get('attribute') ?? attribute);
    return this.#values.lineage(owner).every(({ methods }) => !methods.has(name));
  }

  /** A Dataset of another file keeps what its constructor is passed. */
  #isKeptElsewhere(call: Call, argument: Node): boolean {
    const { name } = call;
    if (name === null || linksOf(this.#file).target(name)) return false;
    const heir = this.#file.classOf(name.replace(/\.super\(\)\.__init__$/, ''));
    const bases = heir ? heir.bases.flatMap((base) => this.#file.qualify(base) ?? []) : [name];
    return bases.some((base) => {
      const isDataset = !base.startsWith('#') && this.#project?.classes.isDataset(base);
      const made = isDataset ? this.#project?.classes.constructorOf(base) : null;
      const keyword = argument.parent?.type === 'keyword_argument' ? argument.parent.get('name') : undefined;
      const position = call.node.get('arguments')?.children.indexOf(argument) ?? -1;
      const parameter = keyword ? this.#file.read(keyword) : made?.parameters[position];
      return parameter !== undefined && made?.keepers[parameter] !== undefined;
    });
  }

  #function(node: Node): FunctionInfo | undefined {
    return nearestFunction(this.#file.scope(node))?.owner as FunctionInfo | undefined;
  }
}

/** The call that a `with` statement enters under a name. */
function managerOf(name: Node, file: PythonFile): string | null {
  const [made] = targetOf(name, file)?.enclosing('as_pattern')?.children ?? [];
  return made?.type === 'call' ? file.call(made).name : null;
}

const isInOtherFunction = (node: Node, home: Node): boolean =>
  node.enclosing('function_definition', 'lambda') !== home.enclosing('function_definition', 'lambda');

/** `groups[x]` in `for x in ...`: a list of its own for each element. */
function isEntryOf(loop: Node, receiver: Node, file: PythonFile): boolean {
  const [target, key] = [loop.get('left'), receiver.type === 'subscript' ? receiver.get('subscript') : undefined];
  return target?.type === 'identifier' && key?.type === 'identifier' && file.read(target) === file.read(key);
}

/** `sum(lists, [])` and what concatenates its argument make one list of several. */
const flattens = ({ name, node }: Call): boolean =>
  handsOn(name)?.gives === 'parts' || (name === SUM && node.get('arguments')?.children[1]?.type === 'list');
