/**
 * One Python file understood: what a name stands for, which calls reach which function, which arguments they pass.
 * Rules ask; nobody walks. A rule about `DataLoader` costs nothing in a file without one.
 */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { canonical } from '../knowledge/tables.ts';
import { builtinNamed, usualModule } from '../knowledge/usual-names.ts';
import { packTree } from '../syntax/packed-tree.ts';
import { type Node, parse, type Syntax, unpacked } from '../syntax/parse.ts';
import { nodesWithin } from '../syntax/within.ts';
import { contains, type Span } from '../text/edit.ts';
import { argumentOf } from './arguments.ts';
import { buildScopes } from './binder.ts';
import type { Argument, Call, Constant } from './call.ts';
import { constantOf } from './constants.ts';
import { cellAt, type Notebook, partsOf, type Source } from './notebook.ts';
import { isNoting, note, noteOf, Remembered, unnoted, WHOLE } from './notes.ts';
import {
  assignedValues,
  type ClassInfo,
  type Definition,
  enclosingClass,
  type FunctionInfo,
  lookUp,
  nearestFunction,
  type Scope,
  type Scopes,
  scopeOf,
  scopeWith,
} from './scope.ts';

export type { Node } from '../syntax/parse.ts';

/** UTF-16 units; no training script is longer, and a generated file of that size would only cost time. */
export const MAX_FILE_LENGTH = 1_000_000;

/** Methods that return the object they are called on, as far as its class goes. */
export const FLUENT = new Set([
  'to',
  'cuda',
  'cpu',
  'train',
  'eval',
  'float',
  'half',
  'double',
  'bfloat16',
  'requires_grad_',
  'share_memory',
  'manual_seed',
  'compile',
  'apply',
]);
/** Calls that wrap a module without changing what it is. */
const WRAPPERS = namesFor('wraps-module');
const EVAL = nameFor('evaluates');
const GLOBALS = nameFor('module-names');
const IMPORT = nameFor('imports-module');
const IMPORT_WORD = IMPORT.split('.').at(-1);

/** What modules of the project hand on to a file. */
export interface HandedOn {
  /**
   * What a name that an import brings in stands for: itself, or what a module has of a library. Null where a module of the
   * project has nothing of this name, undefined for a library's own.
   */
  meaning(name: string): string | null | undefined;
  /** The modules of the file's star imports that may bring a name, the last first. */
  starsBringing(name: string): readonly string[];
}

/** So many names that are handed on are followed one from the other. */
const LONG_CHAIN = 64;

export class PythonFile {
  readonly path: string;
  readonly #text: string;
  readonly #syntax: Syntax;
  /** Each name, function and class is noted by itself where it is asked for here. */
  readonly #names: Scopes;
  /** What is bound, as others may ask for it: what they read of it is noted. */
  readonly scopes: Scopes;
  /** The cells the text is joined from, where it is a notebook's. */
  readonly notebook: Notebook | null;
  #calls: readonly Call[] | undefined;
  #byName: Map<string, Call[]> | undefined;
  #byMethod: Map<string, Call[]> | undefined;
  readonly #callOf = new Remembered<Node, Call>();
  /** What lowering keeps from version to version; nobody else looks into it. */
  memory: unknown;
  readonly #qualified = new Remembered<Node, string | null>();
  readonly #constructions = new Remembered<Node, Call | null>();
  /** By all that a name is bound to, which its mentions have in common: what it stands for, and whether some is an import. */
  readonly #boundNames = new Remembered<readonly Definition[], string | null>();
  readonly #areImports = new Remembered<readonly Definition[], boolean>();
  /** The same by all that a name is bound to, which its mentions have in common. */
  readonly #boundConstructions = new Remembered<readonly Definition[], Call | null>();
  readonly #handedOn: HandedOn | null;
  /** This file with the names that other modules hand on. */
  #seen: { readonly by: HandedOn; readonly file: PythonFile } | undefined;

  constructor(
    path: string,
    text: string,
    syntax: Syntax,
    notebook: Notebook | null,
    handedOn: { readonly by: HandedOn; readonly scopes: Scopes } | null = null,
  ) {
    this.path = path;
    this.#text = text;
    this.#syntax = syntax;
    this.notebook = notebook;
    this.#handedOn = handedOn?.by ?? null;
    const own = handedOn?.scopes ?? buildScopes(syntax.root, text);
    // The names of a file that a notebook runs are its own, as by a star import.
    const runs = handedOn ? [] : (notebook?.runs.flatMap((run) => run.file ?? []) ?? []);
    this.#names = runs.length > 0 ? { ...own, stars: [...own.stars, ...runs] } : own;
    this.scopes = new NotedScopes(this.#names);
  }

  get text(): string {
    note(WHOLE);
    return this.#text;
  }

  get syntax(): Syntax {
    note(WHOLE);
    return this.#syntax;
  }

  /** Nothing has been asked of it yet. */
  get isUnread(): boolean {
    return this.#callOf.isEmpty && this.#qualified.isEmpty && this.#constructions.isEmpty;
  }

  /** The same file where names that modules of the project hand on mean what they stand for there. */
  seenBy(by: HandedOn): PythonFile {
    if (this.#seen?.by !== by) {
      const handedOn = { by, scopes: this.#names };
      this.#seen = { by, file: new PythonFile(this.path, this.#text, this.#syntax, this.notebook, handedOn) };
    }
    return this.#seen.file;
  }

  get hasSyntaxErrors(): boolean {
    return this.#syntax.hasErrors;
  }

  /** What an edit at the offset has to stay within: its cell, or the whole text. */
  bounds(offset: number): Span {
    const cell = this.notebook && cellAt(this.notebook, offset);
    return cell ? { start: cell.bodyStart, end: cell.end } : { start: 0, end: this.#text.length };
  }

  read(span: Span): string {
    return this.#text.slice(span.start, span.end);
  }

  /** What stands between the quotes of a string. */
  quoted(string: Node): string {
    const [, before = '', quotes = ''] = /^(\w*)('''|"""|'|")/.exec(this.read(string)) ?? [];
    return this.#text.slice(string.start + before.length + quotes.length, string.end - quotes.length);
  }

  scope(node: Node): Scope {
    return scopeOf(node, this.#names);
  }

  definitions(identifier: Node): readonly Definition[] {
    const name = this.read(identifier);
    const from = this.scope(identifier);
    if (isNoting()) note(scopeWith(name, from)?.readAs ?? name);
    return lookUp(name, from);
  }

  /** Every call, in source order. */
  get allCalls(): readonly Call[] {
    note(WHOLE);
    return this.#everyCall();
  }

  #everyCall(): readonly Call[] {
    this.#calls ??= unnoted(() => this.#names.calls.map((node) => this.call(node)));
    return this.#calls;
  }

  /** Those that stand in a node, itself too, in source order; what reads the node notes it. */
  callsWithin(node: Node): readonly Call[] {
    return nodesWithin(node, this.#names.calls).map((each) => this.call(each));
  }

  /** The calls whose callee has this canonical name. */
  calls(name: string): readonly Call[] {
    noteOf('calls', name);
    return this.#callsByName().get(name) ?? [];
  }

  /** All calls whose callee is known: there are far fewer names than calls. */
  get callsByName(): ReadonlyMap<string, readonly Call[]> {
    note(WHOLE);
    return this.#callsByName();
  }

  #callsByName(): ReadonlyMap<string, readonly Call[]> {
    this.#byName ??= group(this.#everyCall(), (call) => call.name);
    return this.#byName;
  }

  /** The calls written `something.method(...)`, whatever the something is. */
  methodCalls(method: string): readonly Call[] {
    noteOf('methods', method);
    this.#byMethod ??= group(this.#everyCall(), (call) => call.method);
    return this.#byMethod.get(method) ?? [];
  }

  call(node: Node): Call {
    return this.#callOf.known(node) ?? this.#callOf.learn(node, () => this.#readCall(node));
  }

  #readCall(node: Node): Call {
    const callee = node.get('function') ?? node;
    const attribute = callee.type === 'attribute' ? callee.get('attribute') : undefined;
    return { node, callee, name: this.qualify(callee), method: attribute ? this.read(attribute) : null };
  }

  /** The canonical dotted name an expression stands for, through imports and aliases; null when nobody can tell. */
  qualify(expression: Node): string | null {
    const known = this.#qualified.known(expression);
    if (known !== undefined) return known;
    // An alias of itself stands for nothing.
    return this.#qualified.learn(expression, () => this.#canonical(this.#resolve(expression)), null);
  }

  #canonical(name: string | null): string | null {
    return name === null || name.startsWith('#') ? name : canonical(this.#handedOn?.meaning(name) ?? name);
  }

  #resolve(expression: Node): string | null {
    switch (expression.type) {
      case 'identifier':
        return this.#resolveName(expression);
      case 'attribute':
        return this.#resolveMember(expression);
      case 'call':
        return this.#named(expression);
      case 'subscript':
        return this.#entry(expression);
      // The grammar reads `[*f(x)]` as a call of `*f`.
      case 'parenthesized_expression':
      case 'list_splat':
        return expression.children[0] ? this.qualify(expression.children[0]) : null;
      default:
        return null;
    }
  }

  #resolveMember(member: Node): string | null {
    const object = member.get('object');
    const attribute = member.get('attribute');
    if (!object || !attribute) return null;
    const name = this.read(attribute);
    const base = this.qualify(object);
    if (base !== null) return `${base}.${name}`;
    const instance = this.instanceOf(object);
    return instance === null ? null : `${instance}.${name}`;
  }

  /** `super()`, `eval('Net')`, `getattr(models, arch)` */
  #named(call: Node): string | null {
    const callee = call.get('function');
    if (callee && this.read(callee) === 'super') {
      const owner = enclosingClass(this.scope(call));
      return owner ? `${owner.id}.super()` : null;
    }
    const [object, key] = call.get('arguments')?.children ?? [];
    if (callee && this.#means(callee, EVAL)) return this.#nameByKey(object);
    const module = this.#moduleNamed(call);
    if (module !== null) return module;
    return callee && this.read(callee) === 'getattr' ? this.#memberByKey(object, key) : null;
  }

  /** `importlib.import_module('nets.deep')`; null for any other call, and for a module that the run decides. */
  #moduleNamed(call: Node): string | null {
    const callee = call.get('function');
    // The last word is compared first: every call is asked, and a chain of calls is a long text.
    if (!callee || this.read(callee.get('attribute') ?? callee) !== IMPORT_WORD) return null;
    if (this.qualify(callee) !== IMPORT) return null;
    const [given] = call.get('arguments')?.children ?? [];
    const name = given && this.constant(given);
    return typeof name === 'string' && /^\w+(\.\w+)*$/.test(name) ? name : null;
  }

  /** `globals()['Net']`, `models.__dict__[arch]` */
  #entry(subscript: Node): string | null {
    const [table, key] = [subscript.get('value'), subscript.get('subscript')];
    const maker = table?.type === 'call' ? table.get('function') : undefined;
    if (maker && this.#means(maker, GLOBALS)) return this.#nameByKey(key);
    const object = table?.type === 'attribute' && this.read(table).endsWith('.__dict__') ? table.get('object') : null;
    return this.#memberByKey(object, key);
  }

  #means(callee: Node, name: string): boolean {
    return callee.type === 'identifier' && this.qualify(callee) === name;
  }

  /** `eval(args.model)`, `globals()['Net']`: a name of this file's; `#.*` where only the run decides which one. */
  #nameByKey(key: Node | undefined): string | null {
    const name = key && this.constant(key);
    // What is put together may be any expression.
    if (typeof name !== 'string') return key && /^(identifier|attribute|subscript)$/.test(key.type) ? '#.*' : null;
    const [only, ...others] = this.#names.module.names.get(name) ?? [];
    note(WHOLE);
    if (only === undefined) return this.#fromStar(name);
    if (others.length > 0) return null;
    if (only.kind === 'import') return only.qualified;
    return only.kind === 'class' ? only.class.id : only.kind === 'function' ? only.function.id : null;
  }

  /** `getattr(torch, 'manual_seed')`; `.*` where only the run decides which name of a module it is. */
  #memberByKey(object: Node | null | undefined, key: Node | undefined): string | null {
    if (!object || !key) return null;
    const base = this.qualify(object);
    const name = this.constant(key);
    if (base === null || (typeof name !== 'string' && base.startsWith('#'))) return null;
    return `${base}.${typeof name === 'string' ? name : '*'}`;
  }

  /** A name that only `from helpers import *` can have brought: `np` is numpy then, as everywhere. */
  #fromStar(name: string): string | null {
    noteOf('stars');
    const { stars } = this.#names;
    const star = stars.at(-1);
    if (star === undefined) return null;
    const usual = usualModule(name, stars);
    if (usual !== null && usual !== undefined) return usual;
    const from = (module: string): string => `${module}${module.endsWith('.') ? '' : '.'}${name}`;
    const by = this.#handedOn;
    if (!by || stars.length === 1) return from(star);
    const all = by.starsBringing(name).map(from);
    const isKnown = (each: string): boolean => typeof by.meaning(each) === 'string';
    return all.find(isKnown) ?? all.find((each) => by.meaning(each) === undefined) ?? from(star);
  }

  /** `import model`, then `model = model.Net()`: up to there, the name in the module's body means what was imported. */
  #isYetToCome({ node }: Definition, mention: Node): boolean {
    // A function that assigns to a global name has not run yet where nothing else did.
    if (node.enclosing('function_definition', 'lambda')) return true;
    for (let arm = node; arm.parent; arm = arm.parent) {
      if (arm.parent.type === 'if_statement' && contains(arm.parent, mention) && !contains(arm, mention)) return true;
    }
    return (node.enclosing('assignment', 'for_statement', 'with_statement')?.end ?? node.end) > mention.start;
  }

  #resolveName(identifier: Node): string | null {
    const name = this.read(identifier);
    const definitions = this.definitions(identifier);
    if (definitions.length === 0) return builtinNamed(name) ?? this.#fromStar(name);
    this.#followChain(definitions, this.#qualified, (each) => this.qualify(each));
    const isImported = this.#areImports.get(definitions, () => definitions.some((each) => each.kind === 'import'));
    if (!isImported || this.scope(identifier).kind !== 'module')
      return this.#boundNames.get(definitions, () => this.#meaningOf(definitions), null);
    return this.#meaningOf(
      definitions.filter((each) => each.kind === 'import' || !this.#isYetToCome(each, identifier)),
    );
  }

  /** A name that is handed on many times is asked about from its end on: each asks the one before, which would fill the stack. */
  #followChain<Answer extends object | string | null>(
    start: readonly Definition[],
    known: Remembered<Node, Answer>,
    ask: (name: Node) => Answer,
  ): void {
    let chain: Set<Node> | undefined;
    for (let at = start; at.length === 1; ) {
      const [only] = at;
      const name = only?.kind === 'assignment' && only.value.type === 'identifier' ? only.value : undefined;
      if (!name || chain?.has(name) || known.known(name) !== undefined) break;
      chain ??= new Set();
      chain.add(name);
      at = this.definitions(name);
    }
    if (chain && chain.size > LONG_CHAIN) for (const each of [...chain].reverse()) ask(each);
  }

  /** What a name stands for that is bound so. */
  #meaningOf(bindings: readonly Definition[]): string | null {
    // `try: from a import f / except ImportError: f = None` means a.f to every reader.
    const telling = bindings.filter((each) => !(each.kind === 'assignment' && each.value.type === 'none'));
    const imported = telling.filter((each) => each.kind === 'import');
    if (imported[0] && imported.length === telling.length) return imported[0].qualified;
    const last = telling.at(-1);
    if (last?.kind === 'function' && telling.every((each) => each.kind === 'function' || each.kind === 'import'))
      return last.function.id;
    if (last?.kind === 'class' && telling.every((each) => each.kind === 'class' || each.kind === 'import'))
      return last.class.id;
    if (telling.length !== 1 || !last) return null;
    if (last.kind !== 'assignment') return null;
    if (last.value.type === 'identifier' || last.value.type === 'attribute') return this.qualify(last.value);
    return last.value.type === 'call' ? this.#moduleNamed(last.value) : null;
  }

  /** The class an expression is an instance of: `#Net`, `torch.utils.data.DataLoader`; null when nobody can tell. */
  instanceOf(expression: Node): string | null {
    const construction = this.constructionOf(expression);
    if (construction) return construction.name;
    if (expression.type !== 'identifier') return null;
    const [definition, ...others] = this.definitions(expression);
    if (definition?.kind !== 'parameter' || others.length > 0) return null;
    // The first parameter of a method is the object itself.
    const owner = nearestFunction(this.scope(expression))?.owner as FunctionInfo | undefined;
    const method = owner && this.functionAround(definition.node);
    return method?.class && method.parameters[0]?.name === definition.parameter.name && !isStatic(method, this)
      ? method.class.id
      : null;
  }

  /** The call that made the object an expression stands for, seen through assignments, `.to(...)` and wrappers. */
  constructionOf(expression: Node): Call | null {
    const known = this.#constructions.known(expression);
    if (known !== undefined) return known;
    // What is made of itself is made by nobody.
    return this.#constructions.learn(expression, () => this.#findConstruction(expression), null);
  }

  #findConstruction(expression: Node): Call | null {
    if (expression.type === 'parenthesized_expression' && expression.children[0]) {
      return this.constructionOf(expression.children[0]);
    }
    if (expression.type === 'call') return this.#constructionBy(this.call(expression));
    if (expression.type === 'identifier') {
      const bindings = this.definitions(expression);
      this.#followChain(bindings, this.#constructions, (each) => this.constructionOf(each));
      return this.#boundConstructions.get(bindings, () => this.#sameConstruction(assignedValues(bindings)), null);
    }
    if (expression.type === 'attribute') {
      const object = expression.get('object');
      const attribute = expression.get('attribute');
      if (!object || !attribute || object.type !== 'identifier') return null;
      const owner = this.instanceOf(object);
      const values = this.classOf(owner)?.attributes.get(this.read(attribute));
      return values ? this.#sameConstruction(values) : null;
    }
    return null;
  }

  /** The call itself, if it makes an object, or what made the object that it hands on. */
  #constructionBy(call: Call): Call | null {
    if (WRAPPERS.has(call.name)) {
      const inner = this.argument(call, 'module', 0);
      return typeof inner === 'string' ? null : this.constructionOf(inner);
    }
    const object = call.callee.get('object');
    const handedOn = call.method !== null && FLUENT.has(call.method) && object ? this.constructionOf(object) : null;
    if (handedOn) return handedOn;
    if (call.name === null) return null;
    const isClass = call.name.startsWith('#') ? this.classOf(call.name) !== undefined : looksLikeClass(call.name);
    return isClass ? call : null;
  }

  /** `model = Net(); model = model.to(device)` is one object; two different classes are none. */
  #sameConstruction(values: readonly Node[] | null): Call | null {
    let found: Call | null = null;
    for (const value of values ?? []) {
      const construction = isSelfUpdate(value, this) ? null : this.constructionOf(value);
      if (!construction) {
        if (!isSelfUpdate(value, this) && value.type !== 'none') return null;
      } else if (found && found.name !== construction.name) return null;
      else found ??= construction;
    }
    return found;
  }

  /** The value passed for a parameter, by keyword or position, through a `**kwargs` dict of this file. */
  argument(call: Call, name: string, position?: number): Argument {
    return argumentOf(this, call, name, position);
  }

  /** The value of a literal, or of a name that is assigned one literal once; undefined when nobody can tell. */
  constant(expression: Node, depth = 0): Constant | undefined {
    return constantOf(expression, this, depth);
  }

  functionOf(id: string | null): FunctionInfo | undefined {
    if (id === null) return undefined;
    noteOf('head', id);
    return this.#names.functions.get(id);
  }

  /** The function or method that the node is the definition of. */
  functionAt(definition: Node): FunctionInfo | undefined {
    const owner = this.#names.byNode.get(definition)?.owner;
    return owner && 'parameters' in owner ? owner : undefined;
  }

  /** The innermost function or method around the node, lambdas left out; undefined in the body of a module or a class. */
  functionAround(node: Node): FunctionInfo | undefined {
    const home = node.enclosing('function_definition');
    return home ? this.functionAt(home) : undefined;
  }

  classOf(id: string | null): ClassInfo | undefined {
    if (id === null) return undefined;
    noteOf('members', id);
    return this.#names.classes.get(id);
  }
}

/** What the scopes of a file hold, with a note of what is read. */
class NotedScopes implements Scopes {
  readonly #scopes: Scopes;

  constructor(scopes: Scopes) {
    this.#scopes = scopes;
  }

  /** Whoever has a node has read it. */
  get byNode() {
    return this.#scopes.byNode;
  }
  get functions() {
    noteOf('heads');
    return this.#scopes.functions;
  }
  get classes() {
    noteOf('classes');
    return this.#scopes.classes;
  }
  get stars() {
    noteOf('stars');
    return this.#scopes.stars;
  }
  get module() {
    note(WHOLE);
    return this.#scopes.module;
  }
  get calls() {
    note(WHOLE);
    return this.#scopes.calls;
  }
  get assignments() {
    note(WHOLE);
    return this.#scopes.assignments;
  }
  get imports() {
    noteOf('imports');
    return this.#scopes.imports;
  }
  get sets() {
    note(WHOLE);
    return this.#scopes.sets;
  }
  get cells() {
    note(WHOLE);
    return this.#scopes.cells;
  }
}

/** Parses and understands a text. Broken Python is not an error: what parses is understood. */
export function openFile(path: string, source: Source): PythonFile {
  const { text, notebook } = partsOf(source);
  return new PythonFile(path, text, parse(text), notebook);
}

/** A file that was parsed, in little room. */
export interface KeptFile {
  readonly path: string;
  readonly source: Source;
  readonly tree: Uint8Array;
}

export const keptFile = ({ path, notebook, text, syntax }: PythonFile): KeptFile => ({
  path,
  source: notebook ?? text,
  tree: packTree(syntax.root),
});

/** The same file, as it was when it was kept. */
export function reopenFile({ path, source, tree }: KeptFile): PythonFile {
  const { text, notebook } = partsOf(source);
  return new PythonFile(path, text, unpacked(tree), notebook);
}

/** The file after an edit. The old object gave its tree away and must not be used any more. */
export function updateFile(file: PythonFile, source: Source): PythonFile {
  const { text, notebook } = partsOf(source);
  if (text === file.text && !notebook) return file;
  const syntax = text === file.text ? file.syntax : file.syntax.update(text);
  const updated = new PythonFile(file.path, text, syntax, notebook);
  updated.memory = file.memory;
  return updated;
}

/** Frees the tree, which lives outside the JS heap. */
export function closeFile(file: PythonFile): void {
  file.syntax.free();
}

function group(calls: readonly Call[], key: (call: Call) => string | null): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const name = key(call);
    if (name === null) continue;
    const known = groups.get(name);
    if (known) known.push(call);
    else groups.set(name, [call]);
  }
  return groups;
}

/** `model = model.to(device)`, `model = nn.DataParallel(model)`: the object stays what it was. */
export function isSelfUpdate(value: Node, file: PythonFile): boolean {
  const target = value.parent?.get('left');
  if (value.type !== 'call' || !target) return false;
  const name = file.read(target);
  const object = value.get('function')?.get('object');
  if (object && file.read(object) === name) return true;
  const first = value.get('arguments')?.children[0];
  return first !== undefined && file.read(first) === name;
}

/** A class by convention: a name that begins with a capital. */
export const looksLikeClass = (name: string): boolean => /^[A-Z]/.test(name.slice(name.lastIndexOf('.') + 1));

function isStatic(method: FunctionInfo, file: PythonFile): boolean {
  return method.decorators.some((decorator) => file.read(decorator).includes('staticmethod'));
}
