/** One pass over the tree that binds every name to its scope, as Python does, and collects what rules ask for. */

import { lastValue, type Node } from '../syntax/parse.ts';
import { isCellsOwn, type MarimoCell, marimoCells } from './marimo.ts';
import { note, noteFor } from './notes.ts';
import {
  type ClassInfo,
  type Definition,
  enclosingClass,
  type FunctionInfo,
  nearestFunction,
  type Parameter,
  type Scope,
  type Scopes,
  setterOf,
} from './scope.ts';

const COMPREHENSIONS = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** The scopes of a parsed text, and what stands in them. */
export const buildScopes = (root: Node, text: string): Scopes => new Binder(root, text).scopes();

/** One pass over one tree. */
class Binder {
  readonly #root: Node;
  readonly #text: string;
  readonly #cells: readonly MarimoCell[];
  readonly #cellNodes: ReadonlySet<Node>;
  readonly #byNode = new Map<Node, Scope>();
  readonly #functions = new Map<string, FunctionInfo>();
  readonly #classes = new Map<string, ClassInfo>();
  readonly #calls: Node[] = [];
  readonly #assignments: Node[] = [];
  readonly #stars: string[] = [];
  readonly #imports: Node[] = [];
  readonly #sets: Node[] = [];
  readonly #module: Scope;

  constructor(root: Node, text: string) {
    this.#root = root;
    this.#text = text;
    this.#cells = marimoCells(root, text);
    this.#cellNodes = new Set(this.#cells.map(({ definition }) => definition));
    this.#module = this.#open('module', root, null, null);
  }

  scopes(): Scopes {
    this.#visitAll(this.#root.children, this.#module);
    return {
      module: this.#module,
      byNode: this.#byNode,
      functions: this.#functions,
      classes: this.#classes,
      calls: this.#calls,
      assignments: this.#assignments,
      stars: this.#stars,
      imports: this.#imports,
      sets: this.#sets,
      cells: this.#cells,
    };
  }

  #read(node: Node): string {
    return this.#text.slice(node.start, node.end);
  }

  #open(kind: Scope['kind'], node: Node, parent: Scope | null, owner: Scope['owner']): Scope {
    const own = owner === null ? null : noteFor(kind === 'class' ? 'class' : 'function', owner.id);
    const readAs = parent?.readAs?.startsWith('function ') || own === null ? (parent?.readAs ?? null) : own;
    const scope: Scope = { kind, node, parent, names: new Map(), owner, elsewhere: new Map(), readAs };
    this.#byNode.set(node, scope);
    return scope;
  }

  #define(scope: Scope, name: string, definition: Definition): void {
    // What a cell of marimo binds is the notebook's.
    const isShared = this.#cellNodes.has(scope.node) && !isCellsOwn(name);
    const target = scope.elsewhere.get(name) ?? (isShared ? this.#module : scope);
    const known = target.names.get(name);
    if (known) known.push(definition);
    else target.names.set(name, [definition]);
  }

  #idIn(scope: Scope, name: string, taken: ReadonlyMap<string, unknown>): string {
    let at: Scope | null = scope;
    while (at && !at.owner) at = at.parent;
    const id = at?.owner ? `${at.owner.id}.${name}` : `#${name}`;
    // A second definition of one name gets an id of its own; the last one is what the name means.
    let unique = id;
    for (let copy = 2; taken.has(unique); copy++) unique = `${id}~${copy}`;
    return unique;
  }

  #bindTarget(target: Node, value: Node | null, scope: Scope): void {
    switch (target.type) {
      case 'identifier':
        this.#define(
          scope,
          this.#read(target),
          value ? { kind: 'assignment', node: target, value } : { kind: 'opaque', node: target },
        );
        return;
      case 'pattern_list':
      case 'tuple_pattern':
      case 'list_pattern':
      case 'tuple':
      case 'list':
      case 'expression_list': {
        // `a, b = 1, 2` binds one by one; anything else cannot be seen through.
        const values =
          value && /^(expression_list|tuple|list)$/.test(value.type) && value.children.length === target.children.length
            ? value.children
            : null;
        target.children.forEach((child, i) => {
          this.#bindTarget(child, values?.[i] ?? null, scope);
        });
        return;
      }
      case 'list_splat_pattern':
      case 'list_splat':
      case 'parenthesized_expression':
      case 'as_pattern_target':
        for (const child of target.children) this.#bindTarget(child, null, scope);
        return;
      case 'attribute': {
        const owner = enclosingClass(scope);
        const object = target.get('object');
        if (owner && object?.type === 'identifier' && this.#read(object) === this.#selfName(scope)) {
          const name = this.#read(target.get('attribute') ?? target);
          const known = owner.attributes.get(name);
          if (known) known.push(value ?? target);
          else owner.attributes.set(name, [value ?? target]);
        }
        this.#visit(target, scope);
        return;
      }
      default:
        this.#visit(target, scope);
    }
  }

  #selfName(scope: Scope): string | undefined {
    const owner = nearestFunction(scope)?.owner as FunctionInfo | undefined;
    return owner?.class ? owner.parameters[0]?.name : undefined;
  }

  #visitAll(nodes: readonly Node[], scope: Scope): void {
    for (const node of nodes) if (node.active) this.#visit(node, scope);
  }

  #visitFunction(node: Node, scope: Scope, decorators: readonly Node[]): void {
    const name = node.type === 'lambda' ? 'lambda' : this.#read(node.get('name') ?? node);
    const list = node.get('parameters');
    const parameters = list ? readParameters(list, (each) => this.#read(each)) : [];
    const owner = scope.owner && scope.kind === 'class' ? (scope.owner as ClassInfo) : null;
    const id = this.#idIn(scope, name, this.#functions);
    const read = noteFor('function', id);
    const info: FunctionInfo = {
      id,
      name,
      get node() {
        note(read);
        return node;
      },
      parameters,
      decorators,
      class: owner,
    };
    this.#functions.set(info.id, info);
    if (node.type !== 'lambda') this.#nameFunction(info, node, scope);
    const inner = this.#open('function', node, scope, info);
    // Of two of one name, which is no Python, the first counts.
    const byName = new Map([...parameters].reverse().map((each) => [each.name, each]));
    for (const parameter of list?.children ?? []) {
      const value = parameter.get('value');
      if (value) this.#visit(value, scope);
      const identifier = parameterName(parameter);
      const named = identifier && byName.get(this.#read(identifier));
      if (identifier && named)
        this.#define(inner, named.name, { kind: 'parameter', node: identifier, parameter: named });
    }
    const body = node.get('body');
    if (body) this.#visit(body, inner);
  }

  #nameFunction(info: FunctionInfo, node: Node, scope: Scope): void {
    const { name, decorators, class: owner } = info;
    this.#define(scope, name, { kind: 'function', node: node.get('name') ?? node, function: info });
    const last = decorators.map((each) => /\.(setter|deleter)$/.exec(this.#read(each))?.[1]).find((each) => each);
    // What sets a property is no method that is read under its name.
    if (last !== 'deleter') owner?.methods.set(last === 'setter' ? setterOf(name) : name, info);
  }

  /** A cell is no function: its names are the module's, but for those that begin with an underscore. */
  #visitCell(node: Node, scope: Scope): void {
    const body = node.get('body');
    if (body) this.#visit(body, this.#open('comprehension', node, scope, null));
  }

  #visitClass(node: Node, scope: Scope): void {
    const name = this.#read(node.get('name') ?? node);
    const bases = node.get('superclasses')?.children ?? [];
    this.#visitAll(bases, scope);
    const id = this.#idIn(scope, name, this.#classes);
    const read = noteFor('class', id);
    const info: ClassInfo = {
      id,
      name,
      get node() {
        note(read);
        return node;
      },
      bases: bases.filter((base) => base.type !== 'keyword_argument'),
      methods: new Map(),
      attributes: new Map(),
    };
    this.#classes.set(info.id, info);
    this.#define(scope, name, { kind: 'class', node: node.get('name') ?? node, class: info });
    const body = node.get('body');
    if (body) this.#visit(body, this.#open('class', node, scope, info));
  }

  #visitImport(node: Node, scope: Scope): void {
    this.#imports.push(node);
    const module = node.get('module_name');
    const prefix = module ? this.#read(module) : '';
    for (const child of node.children) {
      if (child.type === 'wildcard_import') this.#stars.push(prefix);
      if (child.field === 'name') this.#bindImport(child, module ? prefix : null, node, scope);
    }
  }

  /** One name of an import; `prefix` is the module it comes from, null for a module itself. */
  #bindImport(child: Node, prefix: string | null, statement: Node, scope: Scope): void {
    const dotted = child.type === 'aliased_import' ? (child.get('name') ?? child) : child;
    const alias = child.type === 'aliased_import' ? child.get('alias') : undefined;
    const path = this.#read(dotted).replace(/\s/g, '');
    const define = (node: Node, name: string, qualified: string): void =>
      this.#define(scope, name, { kind: 'import', node, statement, qualified });
    if (prefix !== null) {
      const qualified = prefix.endsWith('.') ? prefix + path : `${prefix}.${path}`;
      define(alias ?? dotted, this.#read(alias ?? dotted), qualified);
    } else if (alias) define(alias, this.#read(alias), path);
    else {
      // `import a.b` binds `a`, and `a.b` is then reached by its attributes.
      const top = path.split('.')[0] ?? path;
      define(dotted, top, top);
    }
  }

  #visit(node: Node, scope: Scope): void {
    switch (node.type) {
      case 'decorated_definition':
        this.#visitDecorated(node, scope);
        return;
      case 'function_definition':
      case 'lambda':
        this.#visitFunction(node, scope, []);
        return;
      case 'class_definition':
        this.#visitClass(node, scope);
        return;
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        this.#visitImport(node, scope);
        return;
      case 'global_statement':
      case 'nonlocal_statement':
        this.#visitElsewhere(node, scope);
        return;
      case 'assignment':
        this.#assignments.push(node);
        if (node.get('right')) this.#visitBinding(node.get('left'), node.get('right'), lastValue(node), scope);
        return;
      case 'augmented_assignment':
        this.#visitBinding(node.get('left'), node.get('right'), undefined, scope);
        return;
      case 'named_expression':
        this.#visitBinding(node.get('name'), node.get('value'), node.get('value'), scope, outOfComprehensions(scope));
        return;
      case 'for_statement':
      case 'for_in_clause':
        this.#visitAround(node, node.get('left'), scope);
        return;
      case 'as_pattern':
        this.#visitAround(node, node.get('alias'), scope);
        return;
      case 'case_pattern':
        this.#bindPattern(node, scope);
        return;
      case 'call':
        this.#calls.push(node);
        this.#visitAll(node.children, scope);
        return;
      default:
        if (node.type === 'set' || node.type === 'set_comprehension') this.#sets.push(node);
        this.#visitAll(
          node.children,
          COMPREHENSIONS.has(node.type) ? this.#open('comprehension', node, scope, null) : scope,
        );
    }
  }

  #visitDecorated(node: Node, scope: Scope): void {
    const decorators = node.children.filter((child) => child.type === 'decorator');
    this.#visitAll(decorators, scope);
    const definition = node.get('definition');
    if (definition && this.#cellNodes.has(definition)) this.#visitCell(definition, scope);
    else if (definition?.type === 'function_definition') this.#visitFunction(definition, scope, decorators);
    else if (definition) this.#visitClass(definition, scope);
  }

  /** `global` and `nonlocal`: the names are those of another scope. */
  #visitElsewhere(node: Node, scope: Scope): void {
    for (const child of node.children) {
      const home = node.type === 'global_statement' ? this.#module : scope.parent && nearestFunction(scope.parent);
      scope.elsewhere.set(this.#read(child), home ?? this.#module);
    }
  }

  /** The right side is evaluated first, then the target is bound, to a value if that can be seen. */
  #visitBinding(
    target: Node | undefined,
    right: Node | undefined,
    value: Node | undefined,
    scope: Scope,
    home: Scope = scope,
  ): void {
    if (right) this.#visit(right, scope);
    if (target) this.#bindTarget(target, value ?? null, home);
  }

  /** All of a node but a target, which is bound to what nobody can see. */
  #visitAround(node: Node, target: Node | undefined, scope: Scope): void {
    for (const child of node.children) if (child !== target) this.#visit(child, scope);
    if (target) this.#bindTarget(target, null, scope);
  }

  /** Captures in a `match` pattern bind like assignments; a dotted name is a value and binds nothing. */
  #bindPattern(node: Node, scope: Scope): void {
    if (node.type === 'dotted_name' && node.children.length === 1 && node.parent?.type !== 'class_pattern') {
      this.#define(scope, this.#read(node), { kind: 'opaque', node });
    }
    for (const child of node.children) this.#bindPattern(child, scope);
  }
}

/** `:=` binds in the scope around comprehensions. */
function outOfComprehensions(scope: Scope): Scope {
  let target = scope;
  while (target.kind === 'comprehension' && target.parent) target = target.parent;
  return target;
}

function parameterName(parameter: Node): Node | undefined {
  if (parameter.type === 'identifier') return parameter;
  const name = parameter.get('name') ?? parameter.children[0];
  return name && name !== parameter ? parameterName(name) : undefined;
}

function readParameters(list: Node, read: (node: Node) => string): Parameter[] {
  const parameters: Parameter[] = [];
  let keywordOnly = false;
  for (const node of list.children) {
    if (node.type === 'keyword_separator') keywordOnly = true;
    const name = parameterName(node);
    if (!name) continue;
    const inner = node.type === 'typed_parameter' ? (node.children[0] ?? node) : node;
    const star = inner.type === 'list_splat_pattern' ? '*' : inner.type === 'dictionary_splat_pattern' ? '**' : '';
    parameters.push({
      name: read(name),
      default: node.get('value') ?? null,
      star,
      keywordOnly: keywordOnly && star === '',
    });
    if (star === '*') keywordOnly = true;
  }
  return parameters;
}
