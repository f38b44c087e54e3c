/** One step back from a value to what it was made of: through names, parameters, returns, attributes and containers. */

import { namesFor } from '../knowledge/names.ts';
import { handsOn, keepsElements } from '../knowledge/values.ts';
import { lastValue } from '../syntax/node.ts';
import { groupBy } from '../text/groups.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import { isBound, isSelf, isSplatted, keyOf, linksOf, type Put } from './links.ts';
import { Remembered } from './notes.ts';
import { bindingOf, reachingDefinitions } from './reaching.ts';
import { type ClassInfo, type Definition, type FunctionInfo, scopeWith } from './scope.ts';
import {
  ANY,
  EACH,
  type Elsewhere,
  ENTERED,
  type Entered,
  type EnteredBy,
  isElement,
  keyIn,
  located,
  mayMeet,
  type Step,
  type Value,
} from './value.ts';

/** They make a generator function a context manager. */
const MAKES_CONTEXT = /(^|\.)(async)?contextmanager$/;
const PROPERTY = namesFor('property');
/** Stands in the way of a step: nothing further is known. */
const STOP = null;
/** Functions that hand on what they are passed to functions that do. */
const LONGEST_WAY = 4;
/** Methods of a dictionary that leave it as it is. */
const ONLY_READS = new Set(['get', 'keys', 'values', 'items', 'copy']);

export class Backward {
  readonly #elsewhere: Elsewhere;
  readonly #frames = new Map<Node, EnteredBy[]>();
  readonly #calls: { readonly file: PythonFile; readonly node: Node; readonly frame: EnteredBy | null }[] = [];
  readonly #callNumbers = new Map<Node, number>();

  constructor(elsewhere: Elsewhere) {
    this.#elsewhere = elsewhere;
  }

  /** What the value was made of; null where it was made here. */
  step(value: Value): readonly Value[] | null {
    const { node } = value;
    switch (node.type) {
      case 'parenthesized_expression':
      case 'await':
        return at(value, node.children.slice(0, 1));
      case 'named_expression':
      case 'keyword_argument':
        return at(value, [node.get('value')]);
      case 'assignment':
        return at(value, [lastValue(node)]);
      case 'conditional_expression':
        return at(value, [node.children[0], node.children[2]]);
      case 'boolean_operator':
        return at(value, [node.get('left'), node.get('right')]);
      case 'as_pattern':
        return at(value, node.children.slice(0, 1));
      case 'identifier':
        return this.#name(value);
      case 'attribute':
        return this.#attribute(value);
      case 'subscript':
        return this.#subscript(value);
      case 'call':
        return this.#call(value);
      case 'list_splat':
        return at(value, node.children.slice(0, 1));
      default:
        return isElement(value.access[0]) ? elementsOf(value) : this.#called(value);
    }
  }

  #name(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const definitions = reachingDefinitions(node, file);
    if (definitions.length === 0) return this.#outside(value, file.qualify(node));
    const found = definitions.flatMap((each) => this.#definition(value, each) ?? [ended(value, each.node)]);
    if (isElement(access[0])) found.push(...putsAt(value, linksOf(file).putsIntoName(file.definitions(node))));
    return oneOf(found);
  }

  #definition(value: Value, definition: Definition): readonly Value[] | null {
    switch (definition.kind) {
      case 'assignment':
        return at(value, [definition.value]);
      case 'parameter':
        return this.#parameter(value, definition);
      case 'import':
        return this.#outside(value, definition.qualified);
      case 'opaque':
        return this.#bound(value, definition.node);
      case 'function':
        return value.access.length > 0 ? this.#called(value, definition.function) : STOP;
      case 'class': {
        const [step] = value.access;
        return step?.startsWith('.') ? this.#member(value, definition.class, value.file, step.slice(1), false) : STOP;
      }
      default:
        return STOP;
    }
  }

  /** A loop's variable, one of several names on the left, the name after `as`. */
  #bound(value: Value, target: Node): readonly Value[] | null {
    const { holder, path } = bindingOf(target);
    const steps = path.map((index) => `[${index}]`);
    if (!holder) {
      const pattern = target.enclosing('as_pattern');
      const isContext = pattern?.parent?.type === 'with_item' && target.parent?.type === 'as_pattern_target';
      return isContext ? at(value, pattern.children.slice(0, 1), [ENTERED, ...value.access]) : STOP;
    }
    const right = holder.type === 'assignment' ? lastValue(holder) : holder.get('right');
    if (holder.type === 'augmented_assignment') {
      return isElement(value.access[0]) ? at(value, [right], [EACH, ...value.access.slice(1)]) : at(value, [holder]);
    }
    const through = holder.type === 'assignment' ? steps : [EACH, ...steps];
    return at(value, [right], [...through, ...value.access]);
  }

  #parameter(value: Value, { node: name, parameter }: Definition & { kind: 'parameter' }): readonly Value[] | null {
    const { file, access, frame } = value;
    const info = linksOf(file).bodyAround(name);
    if (!info) return STOP;
    if (isSelf(info, parameter.name, file)) {
      const step = access[0];
      return info.class && step?.startsWith('.') ? this.#member(value, info.class, file, step.slice(1), true) : STOP;
    }
    if (frame?.target === info) return this.#passed(value, info, parameter.name, frame);
    const links = linksOf(file);
    const here = links.callsOf(info).map((each) => ({ file, call: each.node }));
    const elsewhere = this.#elsewhere.callers(info, file).map((each) => ({ file: each.file, call: each.call }));
    const found = [...here, ...elsewhere].flatMap(
      (each) =>
        this.#passed({ ...value, sure: false }, info, parameter.name, { ...each, outer: null, target: info }) ?? [],
    );
    if (!info.class && info.parameters[0] === parameter) {
      const names = links.decoratedBy(info).map((each) => each.node.get('name') ?? each.node);
      found.push(...names.map((each) => ({ ...value, node: each, frame: null, sure: false })));
    }
    if (found.length > 0) return found;
    const fallback = parameter.default ? [{ ...value, node: parameter.default, sure: false }] : [];
    return [...fallback, ended(value, name)];
  }

  /** What a call passes for a parameter, or the default. */
  #passed(
    value: Value,
    info: FunctionInfo,
    name: string,
    { file, call: node, outer }: EnteredBy,
  ): readonly Value[] | null {
    const own = isBound(info, value.file) ? 1 : 0;
    const positional = info.parameters.filter(({ star, keywordOnly }) => star === '' && !keywordOnly);
    const parameter = info.parameters.find((each) => each.name === name);
    const there = { ...value, file, frame: outer };
    if (parameter && parameter.star !== '') {
      if (!isElement(value.access[0])) return STOP;
      const key = keyIn(value.access[0]);
      const list = node.get('arguments')?.children ?? [];
      const rest =
        parameter.star === '*' ? list.filter(isPositional).slice(positional.length - own) : list.filter(isKeyword);
      const isChosen = (each: Node, index: number): boolean =>
        key === undefined || key === (parameter.star === '*' ? index : file.read(each.get('name') ?? each));
      return oneOf(at(there, rest.filter(isChosen), value.access.slice(1)));
    }
    const index = positional.findIndex((each) => each.name === name) - own;
    const given = file.argument(file.call(node), name, index < 0 ? undefined : index);
    if (given === 'absent') return parameter?.default ? at(value, [parameter.default]) : STOP;
    return given === 'unknown' ? STOP : at(there, [given]);
  }

  #attribute(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const name = file.qualify(node);
    if (name !== null && !name.startsWith('#')) return this.#outside(value, name);
    const attribute = node.get('attribute');
    const object = node.get('object');
    return attribute && object ? at(value, [object], [`.${file.read(attribute)}`, ...access]) : STOP;
  }

  /** What methods, subclasses and others keep in an attribute of an object. */
  #member(
    value: Value,
    info: ClassInfo,
    home: PythonFile,
    name: string,
    isAnyObject: boolean,
  ): readonly Value[] | null {
    const rest = value.access.slice(1);
    const found: Value[] = [];
    const links = linksOf(home);
    const lineage = [...links.ancestors(info), ...(isAnyObject ? links.descendants(info) : [])];
    for (const each of lineage) {
      const method = each.methods.get(name);
      if (method && isPropertyLike(method, home)) {
        found.push(...this.#results(method, { ...value, file: home, access: rest, frame: value.frame }));
      }
      for (const kept of each.attributes.get(name) ?? []) found.push(...this.#kept(value, kept, home, rest));
      for (const definition of home.scopes.byNode.get(each.node)?.names.get(name) ?? []) {
        if (definition.kind === 'assignment')
          found.push({ ...value, file: home, node: definition.value, access: rest });
      }
      found.push(...this.#field(value, each, home, name, rest));
    }
    for (const base of lineage.flatMap((each) => each.bases)) {
      const place = this.#locate(home.qualify(base), home);
      const other = place?.file.classOf(place.name);
      if (place && other && place.file !== home)
        found.push(...(this.#member(value, other, place.file, name, false) ?? []));
    }
    if (isElement(rest[0])) {
      const puts = links.putsIntoAttribute(name).filter(({ container }) => {
        const of = container.get('object');
        const owner = of ? home.classOf(home.instanceOf(of)) : undefined;
        return owner !== undefined && lineage.includes(owner);
      });
      found.push(...putsAt({ ...value, file: home, access: rest, frame: null }, puts));
    }
    return found.length > 0 ? oneOf(found) : STOP;
  }

  /** A class and its bases, in other files too. */
  lineage(info: ClassInfo, home: PythonFile, seen = new Set<ClassInfo>()): readonly ClassInfo[] {
    for (const each of linksOf(home).ancestors(info)) {
      if (seen.has(each)) continue;
      seen.add(each);
      for (const base of each.bases) {
        const place = this.#classElsewhere(home.qualify(base), home);
        if (place) this.lineage(place.info, place.file, seen);
      }
    }
    return [...seen];
  }

  /** The value kept for an attribute; the target itself where several are unpacked. */
  #kept(value: Value, kept: Node, file: PythonFile, access: readonly Step[]): readonly Value[] {
    const { holder } = bindingOf(kept);
    if (!holder) return [{ ...value, file, node: kept, access }];
    return this.#bound({ ...value, file, node: kept, access }, kept) ?? [];
  }

  /** `name: type` in the body of a dataclass is what the constructor is passed. */
  #field(value: Value, info: ClassInfo, file: PythonFile, name: string, access: readonly Step[]): readonly Value[] {
    const made = value.frame;
    if (made === null || made.target !== null) return [];
    const fields = (info.node.get('body')?.children ?? []).flatMap((each) => {
      const field = each.type === 'expression_statement' ? each.children[0] : each;
      return field?.type === 'assignment' && field.get('type') ? [file.read(field.get('left') ?? field)] : [];
    });
    const index = fields.indexOf(name);
    if (index < 0) return [];
    const given = made.file.argument(made.file.call(made.call), name, index);
    return typeof given === 'string' ? [] : [{ ...value, file: made.file, node: given, access, frame: made.outer }];
  }

  #subscript(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const [key, ...others] = node.children.filter(({ field }) => field === 'subscript');
    const of = node.get('value');
    if (!key || !of || others.length > 0) return STOP;
    if (key.type !== 'slice') return at(value, [of], [keyOf(key, file), ...access]);
    // A part of a sequence: its elements are the whole's, at other positions.
    return isElement(access[0]) ? at(value, [of], [ANY, ...access.slice(1)]) : STOP;
  }

  #call(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const call = file.call(node);
    const target = this.#target(call.name, file) ?? this.#calledObject(call.callee, file);
    if (target) return this.#run(value, target.file, target.info);
    const own = file.classOf(call.name);
    const made = own ? { file, info: own } : this.#classElsewhere(call.name, file);
    if (made && access[0]?.startsWith('.')) {
      const frame = this.#frame(value, null);
      return frame ? this.#member({ ...value, frame }, made.info, made.file, access[0].slice(1), false) : [];
    }
    const handed = this.#handed(value) ?? this.#method(value);
    if (handed) return handed;
    if (access[0] === ENTERED) return at(value, [node], access.slice(1));
    const isKept = call.name === null ? call.method === null : call.name.startsWith('#') && !own;
    return isKept ? at(value, [call.callee], [`(${this.#number(value)})`, ...access]) : STOP;
  }

  #classElsewhere(name: string | null, file: PythonFile): { file: PythonFile; info: ClassInfo } | undefined {
    const place = this.#locate(name, file);
    const info = place?.file.classOf(place.name);
    return place && info ? { file: place.file, info } : undefined;
  }

  #number(value: Value): number {
    let number = this.#callNumbers.get(value.node);
    if (number === undefined) {
      number = this.#calls.push({ file: value.file, node: value.node, frame: value.frame }) - 1;
      this.#callNumbers.set(value.node, number);
    }
    return number;
  }

  /** A value that is called: a function of the file that was kept somewhere. */
  #called(value: Value, known?: FunctionInfo): readonly Value[] | null {
    const step = value.access[0];
    if (!step?.startsWith('(')) return STOP;
    const call = this.#calls[Number(step.slice(1, -1))];
    const info = known ?? (value.node.type === 'lambda' ? value.file.functionAt(value.node) : undefined);
    if (!call || !info) return STOP;
    const entered = { ...value, file: call.file, node: call.node, frame: call.frame, access: value.access.slice(1) };
    return this.#run(entered, value.file, info);
  }

  /** The value at the call whose result could not be followed into what is called. */
  unentered(value: Value): Value {
    const index = value.access.findIndex((step) => step.startsWith('('));
    const call = this.#calls[Number(value.access[index]?.slice(1, -1))];
    return call ? { ...value, ...call, access: value.access.slice(index + 1), ended: true } : value;
  }

  /** What running a function gives; a constructor gives an object whose attributes can be asked for. */
  #run(value: Value, file: PythonFile, info: FunctionInfo): readonly Value[] | null {
    const [step] = value.access;
    const frame = this.#frame(value, info);
    if (!frame) return [];
    if (info.name === '__init__' && info.class) {
      const made = value.file.classOf(value.file.call(value.node).name);
      if (!step?.startsWith('.')) return step === ENTERED ? at(value, [value.node], value.access.slice(1)) : STOP;
      return this.#member({ ...value, frame }, made ?? info.class, made ? value.file : file, step.slice(1), false);
    }
    const found = this.#results(info, { ...value, file, frame });
    return found.length > 0 ? oneOf(found) : STOP;
  }

  #results(info: FunctionInfo, value: Value): Value[] {
    const { returned, yielded, delegated } = linksOf(value.file).results(info);
    const [step, ...rest] = value.access;
    if (yielded.length + delegated.length === 0) return returned.map((node) => ({ ...value, node }));
    const isContext =
      step === ENTERED && info.decorators.some((each) => MAKES_CONTEXT.test(value.file.read(each.children[0] ?? each)));
    if (step !== EACH && !isContext) return [];
    return [
      ...yielded.map((node) => ({ ...value, node, access: rest })),
      ...delegated.map((node) => ({ ...value, node })),
    ];
  }

  /** One frame for each way in; null where the function is being run already, or the call being made. */
  #frame(value: Value, target: FunctionInfo | null): EnteredBy | null {
    for (let frame = value.frame; frame; frame = frame.outer) {
      if (frame.call === value.node || (target && frame.target === target)) return null;
    }
    const known = this.#frames.get(value.node) ?? [];
    const same = known.find((each) => each.outer === value.frame && each.target === target);
    if (same) return same;
    const frame: EnteredBy = { file: value.file, call: value.node, target, outer: value.frame };
    this.#frames.set(value.node, [...known, frame]);
    return frame;
  }

  #handed(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const hands = handsOn(file.call(node).name);
    if (!hands) return null;
    const list = node.get('arguments');
    const passed =
      list?.type === 'generator_expression'
        ? [list]
        : (list?.children ?? []).filter(({ type }) => type !== 'keyword_argument');
    const [step, ...rest] = access;
    const of = passed[hands.of];
    if (hands.gives === 'same') return of ? at(value, [of]) : null;
    if (!isElement(step)) return null;
    // What is ordered anew has other elements at a position.
    const place = hands.keepsOrder && step !== undefined ? step : EACH;
    switch (hands.gives) {
      case 'elements':
        return at(value, of ? [of] : [], [place, ...rest]);
      case 'parts':
        return at(value, of ? [of] : [], [EACH, EACH, ...rest]);
      case 'chained':
        return at(value, passed, [EACH, ...rest]);
      case 'numbered':
        return rest[0] === '[1]' && of ? at(value, [of], [EACH, ...rest.slice(1)]) : null;
      case 'paired': {
        const index = keyIn(rest[0]);
        const chosen = typeof index === 'number' ? passed[index] : undefined;
        return chosen ? at(value, [chosen], [EACH, ...rest.slice(1)]) : null;
      }
      default: {
        const [made] = passed;
        return made && /^(lambda|identifier)$/.test(made.type) && of ? this.#mapped(value, made, rest) : null;
      }
    }
  }

  /** `map(f, values)` of a function of this file: what it returns. */
  #mapped(value: Value, made: Node, access: readonly Step[]): readonly Value[] | null {
    const { file } = value;
    const links = linksOf(file);
    const info = made.type === 'lambda' ? file.functionAt(made) : links.target(file.qualify(made));
    return info ? this.#results(info, { ...value, access, frame: null, sure: false }) : null;
  }

  #method(value: Value): readonly Value[] | null {
    const { file, node, access } = value;
    const { method, callee, name } = file.call(node);
    const object = callee.get('object');
    if (!object || method === null || (name !== null && !name.startsWith('#'))) return STOP;
    const [step, ...rest] = access;
    const [first] = node.get('arguments')?.children ?? [];
    if (/^(get|pop|setdefault)$/.test(method) && first) return at(value, [object], [keyOf(first, file), ...access]);
    if (/^(pop|popleft)$/.test(method)) return at(value, [object], [ANY, ...access]);
    if (step === EACH && method === 'keys') return at(value, [object], [EACH, ...rest]);
    if (step === EACH && method === 'values') return at(value, [object], [ANY, ...rest]);
    if (step === EACH && method === 'items' && keyIn(rest[0]) !== undefined) {
      return at(value, [object], [keyIn(rest[0]) === 0 ? EACH : ANY, ...rest.slice(1)]);
    }
    if (method === 'copy' || (isElement(step) && keepsElements(method))) {
      const others = /^(union|symmetric_difference)$/.test(method) ? (node.get('arguments')?.children ?? []) : [];
      return at(value, [object, ...others]);
    }
    return STOP;
  }

  /** A function of this file or another that a name leads to. */
  #target(name: string | null, file: PythonFile): { file: PythonFile; info: FunctionInfo } | undefined {
    const own = linksOf(file).target(name);
    if (own) return { file, info: own };
    const place = this.#locate(name, file);
    const info = place && linksOf(place.file).target(place.name);
    return place && info ? { file: place.file, info } : undefined;
  }

  /** What a call of an object runs whose class is in this file or another: `self.gate(x)`. */
  #calledObject(callee: Node, file: PythonFile): { file: PythonFile; info: FunctionInfo } | undefined {
    const id = file.instanceOf(callee);
    const place = file.classOf(id) ? { file, name: id } : this.#locate(id, file);
    const info = place && linksOf(place.file).calledObject(place.name);
    return place && info ? { file: place.file, info } : undefined;
  }

  #locate(name: string | null, from: PythonFile) {
    return located(name, from, this.#elsewhere);
  }

  /** A call by each caller of its function, followed further where it hands on what that was passed besides. */
  entriesOf(file: PythonFile, call: Call, depth = 0): readonly Entered[] {
    const info = linksOf(file).bodyAround(call.node);
    const callers = info
      ? [
          ...linksOf(file)
            .callsOf(info)
            .map((each) => ({ file, call: each })),
          ...this.#elsewhere.callers(info, file).map((each) => ({ file: each.file, call: each.file.call(each.call) })),
        ]
      : [];
    if (!info || callers.length === 0) return [{ file, call, frame: null, rest: null }];
    const handsOn = depth < LONGEST_WAY && handsOnRest(call, info, file);
    return callers.flatMap((by) => {
      const outside = handsOn ? this.entriesOf(by.file, by.call, depth + 1) : [{ ...by, frame: null, rest: null }];
      return outside.map((rest): Entered => {
        const frame = { file: by.file, call: by.call.node, target: info, outer: rest.frame };
        return { file, call, frame, rest: handsOn ? rest : null };
      });
    });
  }

  /** A name that another file of the project binds. */
  #outside(value: Value, name: string | null): readonly Value[] | null {
    const place = this.#locate(name, value.file);
    if (!place) return STOP;
    const own = linksOf(place.file).target(place.name);
    if (own) return this.#called({ ...value, file: place.file }, own);
    const [first = '', ...attributes] = place.name.replace(/^#/, '').split('.');
    const definitions = place.file.scopes.module.names.get(first) ?? [];
    const access = [...attributes.map((each) => `.${each}`), ...value.access];
    const inside = { ...value, file: place.file, access, frame: null };
    const found = definitions.flatMap((each) => this.#definition(inside, each) ?? []);
    return found.length > 0 ? oneOf(found) : STOP;
  }
}

/** The call hands on the `**kwargs` of its function as they are, its `*args` perhaps too, and nothing else in it is hidden. */
function handsOnRest(call: Call, info: FunctionInfo, file: PythonFile): boolean {
  const hidden = (call.node.get('arguments')?.children ?? []).filter(({ type }) => /_splat$/.test(type));
  const isRest = (type: string, star: '*' | '**'): boolean => {
    const [rest, ...others] = hidden
      .filter((each) => each.type === type)
      .flatMap(({ children }) => children.slice(0, 1));
    if (rest?.type !== 'identifier' || others.length > 0) return false;
    const definitions = file.definitions(rest);
    const [only, ...more] = definitions;
    const isGiven = only?.kind === 'parameter' && more.length === 0 && only.parameter.star === star;
    if (!isGiven || !info.parameters.includes(only.parameter)) return false;
    return (
      linksOf(file).putsIntoName(definitions).length === 0 && (star === '*' || isOnlyRead(rest, definitions, file))
    );
  };
  const isPlain = hidden.every(({ type }) => type === 'dictionary_splat');
  return isRest('dictionary_splat', '**') && (isPlain || isRest('list_splat', '*'));
}

/** Nothing that the function does to the dictionary, or lets others do, may take an item away or change one. */
function isOnlyRead(name: Node, definitions: readonly Definition[], file: PythonFile): boolean {
  const text = file.read(name);
  const mentions = linksOf(file).reads.within(text, scopeWith(text, file.scope(name)));
  return mentions.every((mention) => file.definitions(mention) !== definitions || leavesAsItIs(mention, file));
}

function leavesAsItIs({ parent }: Node, file: PythonFile): boolean {
  switch (parent?.type) {
    case 'dictionary_splat':
    case 'dictionary_splat_pattern':
    case 'comparison_operator':
      return true;
    case 'subscript':
      return parent.parent?.type !== 'delete_statement';
    case 'attribute':
      return ONLY_READS.has(file.read(parent.get('attribute') ?? parent));
    default:
      return false;
  }
}

const unsure = (value: Value): Value => (value.sure ? { ...value, sure: false } : value);

/** Several are possible, so none is sure. */
const oneOf = (values: readonly Value[]): readonly Value[] => (values.length > 1 ? values.map(unsure) : values);

/** The same way into other expressions. */
const at = (value: Value, nodes: readonly (Node | undefined)[], access = value.access): readonly Value[] =>
  oneOf(nodes.flatMap((node) => (node ? [{ ...value, node, access }] : [])));

const ended = (value: Value, node: Node): Value => ({ ...value, node, ended: true });

const isKeyword = ({ type }: Node): boolean => type === 'keyword_argument';
const isPositional = ({ type }: Node): boolean => !/^(keyword_argument|dictionary_splat)$/.test(type);

const isPropertyLike = (method: FunctionInfo, file: PythonFile): boolean =>
  method.decorators.some((each) => PROPERTY.has(file.qualify(each.children[0] ?? each)));

/** What code puts into a container besides what it was made of, where the way in may lead to it. */
function putsAt(value: Value, puts: readonly Put[]): readonly Value[] {
  return putsBehind(value.access[0], puts).flatMap(({ value: node, places, isSpread }) => {
    const meets = places.every((place, i) => mayMeet(place, value.access[i] ?? ''));
    const rest = value.access.slice(places.length);
    if (!meets || (isSpread && !isElement(rest[0]))) return [];
    return [{ ...value, node, access: isSpread ? [EACH, ...rest.slice(1)] : rest, frame: value.frame, sure: false }];
  });
}

/** The puts that a first step may meet: many may ask a container that was filled key by key for an item each. */
function putsBehind(step: Step | undefined, puts: readonly Put[]): readonly Put[] {
  if (keyIn(step) === undefined || puts.length <= FEW_PUTS) return puts;
  let byPlace = placed.get(puts);
  if (!byPlace) {
    byPlace = groupBy(puts.entries(), ([, { places }]) => (keyIn(places[0]) === undefined ? null : places[0]));
    placed.set(puts, byPlace);
  }
  const met = [...(byPlace.get(step) ?? []), ...(byPlace.get(null) ?? [])];
  return met.sort(([a], [b]) => a - b).map(([, put]) => put);
}

/** By their place among others, those with a known key by that; the rest by null. */
const placed = new WeakMap<readonly Put[], Map<Step | null | undefined, [number, Put][]>>();
const FEW_PUTS = 8;

/** What stands in a dictionary. */
interface Entries {
  readonly all: readonly Node[];
  /** Those that may have the key, in their order. */
  at(key: string | number): readonly Node[];
}

const dictionaries = new WeakMap<PythonFile, Remembered<Node, Entries>>();

/** The entries of a dictionary by their keys, which are looked at once: many may ask a large one for an item each. */
function entriesOf(dictionary: Node, file: PythonFile): Entries {
  const known = dictionaries.get(file) ?? new Remembered();
  dictionaries.set(file, known);
  return known.get(dictionary, () => {
    const all = dictionary.children;
    const byKey = new Map<unknown, Node[]>();
    for (const pair of all) {
      const name = pair.get('key');
      const key = name && file.constant(name);
      const same = byKey.get(key);
      if (same) same.push(pair);
      else byKey.set(key, [pair]);
    }
    // Nobody knows which key these have.
    const open = byKey.get(undefined) ?? [];
    const at = (key: string | number): readonly Node[] => {
      const own = byKey.get(key) ?? [];
      return open.length === 0 ? own : [...own, ...open].sort((a, b) => a.start - b.start);
    };
    return { all, at };
  });
}

/** The elements of something that is written out, or computed from what has elements. */
function elementsOf(value: Value): readonly Value[] | null {
  const { file, node } = value;
  const [step = EACH, ...rest] = value.access;
  const key = keyIn(step);
  switch (node.type) {
    case 'tuple':
    case 'list':
    case 'set':
    case 'expression_list': {
      const item = typeof key === 'number' ? node.children.at(key) : undefined;
      const isPlain = !node.children.some(isSplatted);
      return at(value, item && isPlain ? [item] : node.children, rest).flatMap((each) =>
        isSplatted(each.node)
          ? at(each, [each.node.type === 'list_splat' ? each.node.children[0] : each.node], [EACH, ...rest])
          : [each],
      );
    }
    case 'dictionary': {
      const entries = entriesOf(node, file);
      return oneOf(
        (key === undefined ? entries.all : entries.at(key)).flatMap((pair) =>
          pair.type === 'dictionary_splat'
            ? at(value, pair.children.slice(0, 1))
            : at(value, [pair.get(step === EACH ? 'key' : 'value')], rest),
        ),
      );
    }
    case 'list_comprehension':
    case 'set_comprehension':
    case 'generator_expression':
      return at(value, [node.get('body')], rest);
    case 'dictionary_comprehension':
      return at(value, [node.get('body')?.get(step === EACH ? 'key' : 'value')], rest);
    case 'binary_operator': {
      const operator = node.get('operator')?.type ?? '';
      const sides = /^[+|^]$/.test(operator)
        ? [node.get('left'), node.get('right')]
        : /^[-&*]$/.test(operator)
          ? [node.get('left')]
          : [];
      // `a + b` moves the positions of b.
      return sides.length > 0 ? at(value, sides, [EACH, ...rest]) : STOP;
    }
    default:
      return STOP;
  }
}
