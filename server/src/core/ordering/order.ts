/**
 * Follows a value whose order is left to chance to the place where that order decides something.
 * What is sorted, counted or tested on the way is fine, and so is everything that cannot be followed.
 */
import type { Project } from '../contract/project.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSortedInPlace, Reads, sorts } from '../python/reads.ts';
import { type ClassInfo, type Definition, type FunctionInfo, nearestFunction } from '../python/scope.ts';
import { walk } from '../syntax/parse.ts';
import { isCount, isDrawn, isItem, isPickedByNumber, isShown, mentions, numberedIn } from './positions.ts';

/** What a caller knows about the value it asks for. */
export interface Origin {
  /** Its first element says nothing about an order: it is the only one, or stands for all. */
  readonly hasOneElement: boolean;
  /** A value that has an order of its own, so that pairing it by position decides something. */
  isIndependent(value: Node): boolean;
  /** Lines of a file in this order count too. */
  readonly inFiles: boolean;
}

/** These give an ordered result in the order of what they are given. */
const TRANSPARENT = new Set(
  'builtins.list builtins.tuple builtins.iter builtins.reversed builtins.filter builtins.map copy.copy copy.deepcopy itertools.chain itertools.chain.from_iterable numpy.array numpy.asarray numpy.concatenate numpy.stack numpy.vstack torch.tensor torch.stack torch.cat torch.concat pandas.concat tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm rich.progress.track'.split(
    ' ',
  ),
);
/** The same seed picks the same positions, and finds something else there. */
const PICKS =
  /^(random\.(shuffle|sample|choices?)|numpy\.random\.(shuffle|permutation|choice)|torch\.utils\.data\.random_split|sklearn\.model_selection\.train_test_split)$/;
const PICKING_METHODS = new Set(['shuffle', 'permutation', 'choice', 'choices', 'sample']);
const ADDING_METHODS = new Set(['append', 'extend', 'insert']);
const WRITING_METHODS = new Set(['write', 'writelines', 'writerow', 'writerows']);
/** They write a value down as it is; a set stays a set. */
export const SAVES = /^(json\.dump|pickle\.dump|yaml\.(safe_)?dump|torch\.save|numpy\.save(txt)?|joblib\.dump)$/;
/** Datasets whose samples come in the order of what they are made of. */
const KEEPS = /^torch\.utils\.data\.(Concat|Chain|Stack|Tensor)Dataset$/;
/** What elements have in common, whichever comes first. */
const SHAPES = new Set(['shape', 'size', 'dtype', 'ndim', 'device', 'keys', 'columns']);

/** `sum(lists, [])` and `chain.from_iterable(lists)` are one list after the other. */
const flattens = ({ name, node }: Call): boolean =>
  name === 'itertools.chain.from_iterable' ||
  (name === 'builtins.sum' && node.get('arguments')?.children[1]?.type === 'list');

export class Order {
  readonly #file: PythonFile;
  readonly #origin: Origin;
  readonly #seen = new Set<Node>();
  /** The value went through a loop or a parameter, where a first element only stands for the others. */
  #isRemote = false;
  readonly #reads: Reads;
  readonly #project: Project;

  constructor(file: PythonFile, project: Project, origin: Origin) {
    this.#file = file;
    this.#project = project;
    this.#origin = origin;
    this.#reads = new Reads(file);
  }

  /** The place where the order of the expression's value decides something; null if none is known. */
  use(node: Node): Node | null {
    const parent = node.parent;
    if (!parent || this.#seen.has(node)) return null;
    this.#seen.add(node);
    switch (parent.type) {
      case 'parenthesized_expression':
      case 'boolean_operator':
        return this.use(parent);
      case 'list_splat':
        return parent.parent && /^(list|tuple)$/.test(parent.parent.type) ? this.use(parent.parent) : null;
      case 'conditional_expression':
        return parent.children[1] === node ? null : this.use(parent);
      case 'binary_operator':
        return parent.get('operator')?.type === '+' ? this.use(parent) : null;
      case 'list_comprehension':
      case 'generator_expression':
        return node.field === 'body' ? this.#listed(parent) : null;
      case 'argument_list':
        return parent.parent ? this.#passed(this.#file.call(parent.parent), node) : null;
      case 'keyword_argument':
        return node.field === 'value' && parent.parent?.parent
          ? this.#passed(this.#file.call(parent.parent.parent), parent)
          : null;
      case 'call':
        return node.field === 'arguments' ? this.#passed(this.#file.call(parent), node) : null;
      case 'attribute':
        return this.#method(parent);
      case 'subscript':
        return node.field === 'value' ? this.#element(parent, node) : null;
      case 'for_statement':
        return node.field === 'right' ? this.#loop(parent, null) : null;
      case 'for_in_clause':
        return node.field === 'right' ? this.#comprehension(parent) : null;
      case 'as_pattern':
      case 'named_expression':
      case 'assignment':
      case 'augmented_assignment':
        return this.#bound(parent, node);
      case 'return_statement':
      case 'yield':
        return this.#returned(parent);
      default:
        return null;
    }
  }

  #passed(call: Call, argument: Node): Node | null {
    const { name } = call;
    if (sorts(call)) return null;
    if (name !== null && TRANSPARENT.has(name)) return this.use(call.node);
    if (flattens(call)) return this.use(call.node);
    if (name !== null && KEEPS.test(name)) return call.node;
    if (name === 'builtins.enumerate') return this.#counted(call.node);
    if (name === 'builtins.zip') return this.#paired(call, argument);
    if (name === 'builtins.next') return this.#origin.hasOneElement ? null : call.node;
    if (this.#origin.inFiles && name !== null && SAVES.test(name)) return call.node;
    if (call.method === 'join' && name !== 'os.path.join') return this.#joined(call.node);
    const isFirst = call.node.get('arguments')?.children[0] === argument;
    const picks = name === null ? isFirst && PICKING_METHODS.has(call.method ?? '') : PICKS.test(name);
    if (picks) return call.node;
    const owner = this.#file.classOf(name);
    const target = owner ? owner.methods.get('__init__') : this.#file.functionOf(name);
    return target ? this.#parameter(target, call, argument) : null;
  }

  /** One of several lists, which are put behind each other. */
  #listed(lists: Node): Node | null {
    const call = lists.parent?.type === 'argument_list' ? lists.parent.parent : lists.parent;
    return call?.type === 'call' && flattens(this.#file.call(call)) ? this.use(call) : null;
  }

  /** `"\n".join(value)` counts where it is written to a file. */
  #joined(text: Node): Node | null {
    const parent = text.parent?.type === 'binary_operator' ? text.parent.parent : text.parent;
    const call = parent?.type === 'argument_list' && parent.parent ? this.#file.call(parent.parent) : null;
    return this.#origin.inFiles && call && this.#writes(call) ? call.node : null;
  }

  #writes({ method, callee }: Call): boolean {
    const receiver = callee.get('object');
    if (method === null || !receiver || !(WRITING_METHODS.has(method) || method === 'write_text')) return false;
    return !(this.#file.qualify(receiver) ?? '').startsWith('sys.');
  }

  #parameter(target: FunctionInfo, call: Call, argument: Node): Node | null {
    const isStatic = target.decorators.some((decorator) => this.#file.read(decorator).includes('staticmethod'));
    const shift = target.class && !isStatic ? 1 : 0;
    const keyword = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    const position = call.node.get('arguments')?.children.indexOf(argument) ?? -1;
    const parameter = keyword
      ? target.parameters.find((each) => each.name === this.#file.read(keyword))
      : target.parameters[position + shift];
    const scope = this.#file.scopes.byNode.get(target.node);
    const definitions = parameter && parameter.star === '' ? scope?.names.get(parameter.name) : undefined;
    if (!parameter || !definitions) return null;
    return this.#remotely(() => this.#name(parameter.name, definitions, target.node.start, false));
  }

  #method(attribute: Node): Node | null {
    const call = attribute.parent;
    const method = attribute.get('attribute');
    if (call?.type !== 'call' || attribute.field !== 'function' || !method) return null;
    const name = this.#file.read(method);
    if (name === 'index') return this.#isRemote ? null : call;
    return name === 'copy' ? this.use(call) : null;
  }

  #element(subscript: Node, value: Node): Node | null {
    const index = subscript.get('subscript');
    if (!index || subscript.field === 'left' || subscript.parent?.type === 'delete_statement') return null;
    const isWhole = index.type === 'slice' && /^:(:-1)?$/.test(this.#file.read(index));
    if (isWhole) return this.use(subscript);
    if (isShown(subscript, this.#file)) return null;
    if (index.type === 'slice') return subscript;
    if (typeof this.#file.constant(index) === 'number')
      return this.#certainElement(subscript, value) ? null : subscript;
    if (isItem(index, this.#file) || isDrawn(index, this.#file)) return subscript;
    const counter = index.type === 'identifier' ? this.#loopOf(index) : null;
    return counter && isPickedByNumber(this.#file.read(index), counter, this.#file) ? subscript : null;
  }

  /** The `for` statement that gives a name its values. */
  #loopOf(name: Node): Node | null {
    const [only, ...others] = this.#file.definitions(name);
    const loop = only?.kind === 'opaque' && others.length === 0 ? only.node.enclosing('for_statement') : null;
    return loop?.get('left') === only?.node ? loop : null;
  }

  /** There is only one, or only what all have in common is asked for. */
  #certainElement(subscript: Node, value: Node): boolean {
    // `Image.open(paths[0]).size` asks no more of it than `images[0].size`.
    const opened = subscript.parent?.type === 'argument_list' ? subscript.parent.parent?.parent : subscript.parent;
    const attribute = opened?.type === 'attribute' ? opened.get('attribute') : undefined;
    if (attribute && SHAPES.has(this.#file.read(attribute))) return true;
    if (this.#origin.hasOneElement || this.#isRemote) return true;
    const name = this.#file.read(value);
    return this.#file.calls('builtins.len').some((call) => {
      const passed = call.node.get('arguments')?.children[0];
      const comparison = call.node.parent;
      if (!passed || comparison?.type !== 'comparison_operator' || this.#file.read(passed) !== name) return false;
      return comparison.children.some((child) => this.#file.constant(child) === 1);
    });
  }

  #comprehension(clause: Node): Node | null {
    const comprehension = clause.parent;
    if (!comprehension || !/^(list_comprehension|generator_expression)$/.test(comprehension.type)) return null;
    return this.use(comprehension);
  }

  /** `enumerate(value)`: each element gets its position. */
  #counted(node: Node): Node | null {
    const parent = node.parent;
    if (parent?.type === 'for_in_clause' && parent.parent) {
      const numbered = numberedIn(parent, parent.parent, this.#file);
      if (numbered) return numbered;
    }
    if (parent?.type === 'for_statement' && node.field === 'right') {
      return this.#loop(parent, parent.get('left')?.children[0] ?? null);
    }
    if (parent?.type === 'argument_list' && parent.parent) {
      const call = this.#file.call(parent.parent);
      if (call.name === 'builtins.dict') return call.node;
      if (/^tqdm\./.test(call.name ?? '')) return this.#counted(call.node);
    }
    return this.use(node);
  }

  #paired(zip: Call, argument: Node): Node | null {
    for (const other of zip.node.get('arguments')?.children ?? []) {
      if (other === argument) continue;
      const name = other.type === 'call' ? this.#file.call(other).name : null;
      if (name === 'builtins.range' || name === 'itertools.count') return zip.node;
      if (this.#origin.isIndependent(other) || isDrawn(other, this.#file)) return zip.node;
    }
    return this.use(zip.node);
  }

  /** What a loop leaves behind in the order of its rounds. */
  #loop(loop: Node, counter: Node | null): Node | null {
    const body = loop.get('body');
    const count = counter?.type === 'identifier' ? this.#file.read(counter) : null;
    let found: Node | null = null;
    if (!body) return null;
    if (count !== null && isPickedByNumber(count, body, this.#file)) return loop;
    walk(body, (node) => {
      if (found || /^(function_definition|class_definition|lambda)$/.test(node.type)) return false;
      found = this.#leaves(node, loop, count);
      return undefined;
    });
    return found;
  }

  #leaves(node: Node, loop: Node, count: string | null): Node | null {
    if (node.type === 'yield') return this.#returned(node);
    if (node.type === 'assignment') {
      const left = node.get('left');
      const right = node.get('right');
      return left?.type === 'subscript' && right && isCount(right, left, loop, count, this.#file) ? node : null;
    }
    if (node.type === 'augmented_assignment') {
      const left = node.get('left');
      const adds = /^(list|list_comprehension)$/.test(node.get('right')?.type ?? '');
      return left && adds ? this.#collected(left, loop) : null;
    }
    if (node.type !== 'call') return null;
    const { method, callee } = this.#file.call(node);
    const receiver = callee.get('object');
    if (method === null || !receiver) return null;
    if (ADDING_METHODS.has(method)) {
      const isNumbered = count !== null && mentions(node.get('arguments'), count, this.#file);
      return isNumbered && this.#isOutside(receiver, loop) ? node : this.#collected(receiver, loop);
    }
    return this.#origin.inFiles && this.#writes(this.#file.call(node)) && this.#isOutside(receiver, loop) ? node : null;
  }

  /** Nothing of the receiver was made in this round of the loop. */
  #isOutside(receiver: Node, loop: Node): boolean {
    if (receiver.type !== 'identifier') return receiver.type === 'attribute';
    const definitions = this.#file.definitions(receiver);
    const inside = definitions.filter((each) => each.node.start > loop.start && each.node.end <= loop.end);
    return inside.length < definitions.length && !inside.some((each) => each.kind === 'assignment');
  }

  #collected(list: Node, loop: Node): Node | null {
    const container = list.type === 'subscript' ? (list.get('value') ?? list) : list;
    return this.#isOutside(container, loop) ? this.#remotely(() => this.#target(list, loop.end)) : null;
  }

  #remotely(follow: () => Node | null): Node | null {
    const before = this.#isRemote;
    this.#isRemote = true;
    const found = follow();
    this.#isRemote = before;
    return found;
  }

  #bound(binding: Node, node: Node): Node | null {
    if (binding.type === 'as_pattern') {
      const target = binding.get('alias')?.children[0];
      return target && target !== node ? this.#target(target, binding.end) : null;
    }
    if (binding.type === 'named_expression') {
      const target = binding.get('name');
      return (target && this.#target(target, binding.end)) ?? this.use(binding);
    }
    const target = binding.get('left');
    if (!target || node.field !== 'right') return null;
    const found = this.#target(target, binding.end);
    return found ?? (binding.parent?.type === 'assignment' ? this.#bound(binding.parent, binding) : null);
  }

  /** What becomes of a name, an attribute or an entry of one that holds the value from an offset on. */
  #target(target: Node, from: number): Node | null {
    if (target.type === 'identifier') {
      return this.#name(this.#file.read(target), this.#file.definitions(target), from, false, target);
    }
    if (target.type === 'attribute') return this.#attribute(target, false);
    const container = target.type === 'subscript' ? target.get('value') : undefined;
    if (container?.type === 'identifier') {
      return this.#name(this.#file.read(container), this.#file.definitions(container), from, true);
    }
    return container?.type === 'attribute' ? this.#attribute(container, true) : null;
  }

  #name(name: string, definitions: readonly Definition[], from: number, inside: boolean, at?: Node): Node | null {
    const until = at ? this.#reboundAt(definitions, at, from) : Number.POSITIVE_INFINITY;
    const uses = this.#reads
      .of(name)
      .filter(
        (each) =>
          each.type === 'identifier' &&
          each.start >= from &&
          each.start < until &&
          !(each.field === 'left' && each.parent?.type === 'augmented_assignment') &&
          this.#file.definitions(each) === definitions,
      );
    return this.#anyUse(uses, inside);
  }

  /** Where the same block gives the name another value. */
  #reboundAt(definitions: readonly Definition[], at: Node, from: number): number {
    const block = at.enclosing('block', 'module');
    const later = definitions
      .filter((each) => each.kind === 'assignment' && each.node.start > from)
      .filter((each) => each.node.enclosing('block', 'module') === block)
      .map((each) => each.node.enclosing('assignment')?.end ?? each.node.end);
    return Math.min(...later, Number.POSITIVE_INFINITY);
  }

  #attribute(target: Node, inside: boolean): Node | null {
    const object = target.get('object');
    const attribute = target.get('attribute');
    const owner = this.#file.classOf(object ? this.#file.instanceOf(object) : null);
    if (!owner || !attribute) return null;
    const name = this.#file.read(attribute);
    const uses = this.#reads.of(name).filter((each) => {
      const of = each.type === 'attribute' ? each.get('object') : undefined;
      return of !== undefined && this.#file.instanceOf(of) === owner.id;
    });
    if (uses.length === 0) return this.#isDataset(owner) ? target : null;
    return this.#anyUse(uses, inside);
  }

  #anyUse(uses: readonly Node[], inside: boolean): Node | null {
    if (uses.some((each) => isSortedInPlace(each, this.#file))) return null;
    for (const each of uses) {
      const element = each.parent?.type === 'subscript' && each.field === 'value' ? each.parent : null;
      const found = inside ? element && this.use(element) : this.use(each);
      if (found) return found;
    }
    return null;
  }

  #returned(statement: Node): Node | null {
    const owner = this.#function(statement);
    if (!owner) return null;
    if (owner.name === '__iter__' && statement.type === 'yield') return statement;
    for (const call of this.#file.calls(owner.id)) {
      const found = this.use(call.node);
      if (found) return found;
    }
    return null;
  }

  /** What stands on it comes to a program by its position. */
  #isDataset(owner: ClassInfo): boolean {
    return owner.methods.has('__getitem__') || this.#project.isDataset(owner.id);
  }

  #function(node: Node): FunctionInfo | undefined {
    return nearestFunction(this.#file.scope(node))?.owner as FunctionInfo | undefined;
  }
}
