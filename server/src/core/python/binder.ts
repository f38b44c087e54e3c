/** One pass over the tree that binds every name to its scope, as Python does, and collects what rules ask for. */

import { lastValue, type Node } from '../syntax/parse.ts';
import { isCellsOwn, marimoCells } from './marimo.ts';
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

export function buildScopes(root: Node, text: string): Scopes {
  const byNode = new Map<Node, Scope>();
  const functions = new Map<string, FunctionInfo>();
  const classes = new Map<string, ClassInfo>();
  const calls: Node[] = [];
  const assignments: Node[] = [];
  const stars: string[] = [];
  const imports: Node[] = [];
  const sets: Node[] = [];
  const cells = marimoCells(root, text);
  const cellNodes = new Set(cells.map(({ definition }) => definition));
  const read = (node: Node): string => text.slice(node.start, node.end);

  const open = (kind: Scope['kind'], node: Node, parent: Scope | null, owner: Scope['owner']): Scope => {
    const scope: Scope = { kind, node, parent, names: new Map(), owner, elsewhere: new Map() };
    byNode.set(node, scope);
    return scope;
  };

  const define = (scope: Scope, name: string, definition: Definition): void => {
    // What a cell of marimo binds is the notebook's.
    const isShared = cellNodes.has(scope.node) && !isCellsOwn(name);
    const target = scope.elsewhere.get(name) ?? (isShared ? module : scope);
    const known = target.names.get(name);
    if (known) known.push(definition);
    else target.names.set(name, [definition]);
  };

  const idIn = (scope: Scope, name: string, taken: ReadonlyMap<string, unknown>): string => {
    let at: Scope | null = scope;
    while (at && !at.owner) at = at.parent;
    const id = at?.owner ? `${at.owner.id}.${name}` : `#${name}`;
    // A second definition of one name gets an id of its own; the last one is what the name means.
    let unique = id;
    for (let copy = 2; taken.has(unique); copy++) unique = `${id}~${copy}`;
    return unique;
  };

  const bindTarget = (target: Node, value: Node | null, scope: Scope): void => {
    switch (target.type) {
      case 'identifier':
        define(
          scope,
          read(target),
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
          bindTarget(child, values?.[i] ?? null, scope);
        });
        return;
      }
      case 'list_splat_pattern':
      case 'list_splat':
      case 'parenthesized_expression':
      case 'as_pattern_target':
        for (const child of target.children) bindTarget(child, null, scope);
        return;
      case 'attribute': {
        const owner = enclosingClass(scope);
        const object = target.get('object');
        if (owner && object?.type === 'identifier' && read(object) === selfName(scope)) {
          const name = read(target.get('attribute') ?? target);
          const known = owner.attributes.get(name);
          if (known) known.push(value ?? target);
          else owner.attributes.set(name, [value ?? target]);
        }
        visit(target, scope);
        return;
      }
      default:
        visit(target, scope);
    }
  };

  const selfName = (scope: Scope): string | undefined => {
    const owner = nearestFunction(scope)?.owner as FunctionInfo | undefined;
    return owner?.class ? owner.parameters[0]?.name : undefined;
  };

  const visitAll = (nodes: readonly Node[], scope: Scope): void => {
    for (const node of nodes) if (node.active) visit(node, scope);
  };

  const visitFunction = (node: Node, scope: Scope, decorators: readonly Node[]): void => {
    const name = node.type === 'lambda' ? 'lambda' : read(node.get('name') ?? node);
    const list = node.get('parameters');
    const parameters = list ? readParameters(list, read) : [];
    const owner = scope.owner && scope.kind === 'class' ? (scope.owner as ClassInfo) : null;
    const info: FunctionInfo = {
      id: idIn(scope, name, functions),
      name,
      node,
      parameters,
      decorators,
      class: owner,
    };
    functions.set(info.id, info);
    if (node.type !== 'lambda') {
      define(scope, name, { kind: 'function', node: node.get('name') ?? node, function: info });
      const last = decorators.map((each) => /\.(setter|deleter)$/.exec(read(each))?.[1]).find((each) => each);
      // What sets a property is no method that is read under its name.
      if (last !== 'deleter') owner?.methods.set(last === 'setter' ? setterOf(name) : name, info);
    }
    const inner = open('function', node, scope, info);
    for (const parameter of list?.children ?? []) {
      const value = parameter.get('value');
      if (value) visit(value, scope);
      const identifier = parameterName(parameter);
      const named = identifier && parameters.find((candidate) => candidate.name === read(identifier));
      if (identifier && named) define(inner, named.name, { kind: 'parameter', node: identifier, parameter: named });
    }
    const body = node.get('body');
    if (body) visit(body, inner);
  };

  /** A cell is no function: its names are the module's, but for those that begin with an underscore. */
  const visitCell = (node: Node, scope: Scope): void => {
    const body = node.get('body');
    if (body) visit(body, open('comprehension', node, scope, null));
  };

  const visitClass = (node: Node, scope: Scope): void => {
    const name = read(node.get('name') ?? node);
    const bases = node.get('superclasses')?.children ?? [];
    visitAll(bases, scope);
    const info: ClassInfo = {
      id: idIn(scope, name, classes),
      name,
      node,
      bases: bases.filter((base) => base.type !== 'keyword_argument'),
      methods: new Map(),
      attributes: new Map(),
    };
    classes.set(info.id, info);
    define(scope, name, { kind: 'class', node: node.get('name') ?? node, class: info });
    const body = node.get('body');
    if (body) visit(body, open('class', node, scope, info));
  };

  const visitImport = (node: Node, scope: Scope): void => {
    imports.push(node);
    const module = node.get('module_name');
    const prefix = module ? read(module) : '';
    for (const child of node.children) {
      if (child.type === 'wildcard_import') stars.push(prefix);
      if (child.field !== 'name') continue;
      const dotted = child.type === 'aliased_import' ? (child.get('name') ?? child) : child;
      const alias = child.type === 'aliased_import' ? child.get('alias') : undefined;
      const path = read(dotted).replace(/\s/g, '');
      if (module) {
        const qualified = prefix.endsWith('.') ? prefix + path : `${prefix}.${path}`;
        define(scope, read(alias ?? dotted), { kind: 'import', node: alias ?? dotted, statement: node, qualified });
      } else if (alias) {
        define(scope, read(alias), { kind: 'import', node: alias, statement: node, qualified: path });
      } else {
        // `import a.b` binds `a`, and `a.b` is then reached by its attributes.
        const top = path.split('.')[0] ?? path;
        define(scope, top, { kind: 'import', node: dotted, statement: node, qualified: top });
      }
    }
  };

  const visit = (node: Node, scope: Scope): void => {
    switch (node.type) {
      case 'decorated_definition': {
        const decorators = node.children.filter((child) => child.type === 'decorator');
        visitAll(decorators, scope);
        const definition = node.get('definition');
        if (definition && cellNodes.has(definition)) visitCell(definition, scope);
        else if (definition?.type === 'function_definition') visitFunction(definition, scope, decorators);
        else if (definition) visitClass(definition, scope);
        return;
      }
      case 'function_definition':
      case 'lambda':
        visitFunction(node, scope, []);
        return;
      case 'class_definition':
        visitClass(node, scope);
        return;
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        visitImport(node, scope);
        return;
      case 'global_statement':
      case 'nonlocal_statement':
        for (const child of node.children) {
          const home = node.type === 'global_statement' ? module : scope.parent && nearestFunction(scope.parent);
          scope.elsewhere.set(read(child), home ?? module);
        }
        return;
      case 'assignment': {
        assignments.push(node);
        const left = node.get('left');
        const right = node.get('right');
        if (right) visit(right, scope);
        if (left && right) bindTarget(left, lastValue(node) ?? null, scope);
        return;
      }
      case 'augmented_assignment': {
        const left = node.get('left');
        const right = node.get('right');
        if (right) visit(right, scope);
        if (left) bindTarget(left, null, scope);
        return;
      }
      case 'named_expression': {
        const name = node.get('name');
        const value = node.get('value');
        if (value) visit(value, scope);
        let target = scope;
        while (target.kind === 'comprehension' && target.parent) target = target.parent;
        if (name) bindTarget(name, value ?? null, target);
        return;
      }
      case 'for_statement':
      case 'for_in_clause': {
        const left = node.get('left');
        for (const child of node.children) if (child !== left) visit(child, scope);
        if (left) bindTarget(left, null, scope);
        return;
      }
      case 'as_pattern': {
        const target = node.get('alias');
        for (const child of node.children) if (child !== target) visit(child, scope);
        if (target) bindTarget(target, null, scope);
        return;
      }
      case 'case_pattern':
        bindPattern(node, scope);
        return;
      case 'call':
        calls.push(node);
        visitAll(node.children, scope);
        return;
      default:
        if (node.type === 'set' || node.type === 'set_comprehension') sets.push(node);
        visitAll(node.children, COMPREHENSIONS.has(node.type) ? open('comprehension', node, scope, null) : scope);
    }
  };

  /** Captures in a `match` pattern bind like assignments; a dotted name is a value and binds nothing. */
  const bindPattern = (node: Node, scope: Scope): void => {
    if (node.type === 'dotted_name' && node.children.length === 1 && node.parent?.type !== 'class_pattern') {
      define(scope, read(node), { kind: 'opaque', node });
    }
    for (const child of node.children) bindPattern(child, scope);
  };

  const module = open('module', root, null, null);
  visitAll(root.children, module);
  return { module, byNode, functions, classes, calls, assignments, stars, imports, sets, cells };
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
