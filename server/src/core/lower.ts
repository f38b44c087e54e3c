/** Reduces one file to its events: what each function, class and the module body do to randomness, in execution order. */
import { drawEvents } from './draws.ts';
import {
  alternatives,
  type ClassEffects,
  type Event,
  type FunctionEffects,
  type LocatedEffects,
  type Value,
} from './events.ts';
import { isOverwritten } from './harmless.ts';
import { looksLikeSeeder, seederOf } from './knowledge.ts';
import {
  EXITS,
  ITERATES,
  KEEPS_FUNCTION,
  KEEPS_FUNCTION_METHOD,
  LIBRARY,
  RESTORES,
  SEEDS_ITS_OBJECT,
  SPAWNS,
} from './known-calls.ts';
import { type Lowered, recall } from './lowering-memory.ts';
import type { Call, PythonFile } from './model.ts';
import { exportsOf, importedModules } from './module-imports.ts';
import type { FunctionInfo } from './scope.ts';
import type { Node } from './syntax.ts';
import { classEffects, guardOf, knownValue } from './values.ts';
import { NO_VOCABULARY, namedEvents, type Vocabulary } from './vocabulary.ts';

export function lowerFile(file: PythonFile, vocabulary: Vocabulary = NO_VOCABULARY): LocatedEffects {
  const classes: Record<string, ClassEffects> = {};
  for (const [id, info] of file.scopes.classes) classes[id] = classEffects(info, file);
  const memory = recall(file, classes, vocabulary);
  const sites = new Map<string, Node>();
  const functions = new Map<string, FunctionEffects>();
  for (const [id, info] of file.scopes.functions) {
    const { effects, places } =
      memory.function(info) ?? memory.keep(info, new Lowering(file, id, vocabulary).function(info));
    functions.set(id, effects);
    for (const [key, node] of places) sites.set(key, node);
  }
  const body = new Lowering(file, '', vocabulary);
  const module = body.statements(file.syntax.root.children);
  for (const [key, node] of body.places) sites.set(key, node);
  const imports = [...new Set(file.scopes.imports.flatMap((statement) => importedModules(statement, file)))];
  return {
    effects: { exports: exportsOf(file), stars: file.scopes.stars, imports, module, functions, classes },
    sites,
  };
}

/** Shared by the many expressions that do nothing; nobody adds to it. */
const NOTHING: Event[] = [];

class Lowering {
  readonly #file: PythonFile;
  readonly #unit: string;
  readonly #vocabulary: Vocabulary;
  /** Keys of sites, counted within the unit so that they stay when something else changes, and their nodes. */
  readonly places: [string, Node][] = [];

  constructor(file: PythonFile, unit: string, vocabulary: Vocabulary) {
    this.#file = file;
    this.#unit = unit;
    this.#vocabulary = vocabulary;
  }

  function(info: FunctionInfo): Lowered {
    const body = info.node.get('body');
    const isStatic = info.decorators.some((each) => this.#file.read(each).includes('staticmethod'));
    const effects: FunctionEffects = {
      parameters: info.parameters.map((parameter) => ({
        name: parameter.name,
        default: parameter.default ? knownValue(parameter.default, this.#file) : null,
        required: parameter.default === null && parameter.star === '',
        star: parameter.star,
        keywordOnly: parameter.keywordOnly,
      })),
      decorated: info.decorators.length > 0,
      method: info.class !== null && !isStatic,
      events: !body ? [] : body.type === 'block' ? this.statements(body.children) : this.expression(body),
    };
    return { effects, places: this.places };
  }

  statements(nodes: readonly Node[]): Event[] {
    const events: Event[] = [];
    nodes.forEach((node, i) => {
      const body = this.#statement(node);
      const quiet = body.length > 0 && isOverwritten(node, nodes.slice(i + 1), this.#file);
      if (quiet) events.push({ kind: 'quiet', body });
      else events.push(...body);
    });
    return events;
  }

  #statement(node: Node): Event[] {
    switch (node.type) {
      case 'decorated_definition':
        return node.children.flatMap((child) =>
          child.type === 'decorator' ? this.#decorator(child) : this.#statement(child),
        );
      case 'function_definition': {
        const defaults = node.get('parameters')?.children ?? [];
        return defaults.flatMap((parameter) => this.#optional(parameter.get('value')));
      }
      case 'class_definition':
        return [...this.#optional(node.get('superclasses')), ...this.statements(node.get('body')?.children ?? [])];
      case 'if_statement':
        return this.#if(
          node,
          node.children.filter((child) => child.field === 'alternative'),
        );
      case 'for_statement': {
        const iterated = node.get('right');
        const body: Event[] = [...this.statements(node.get('body')?.children ?? [])];
        return [
          ...this.#optional(iterated),
          { kind: 'loop', body: [...(iterated ? this.#iteration(iterated) : []), ...body] },
          ...this.#else(node),
        ];
      }
      case 'while_statement': {
        const body = [...this.#optional(node.get('condition')), ...this.statements(node.get('body')?.children ?? [])];
        return [{ kind: 'loop', body }, ...this.#else(node)];
      }
      case 'try_statement':
        return this.#try(node);
      case 'with_statement': {
        const clause = node.children.find((child) => child.type === 'with_clause');
        const body = this.statements(node.get('body')?.children ?? []);
        const managers = this.#optional(clause);
        return clause && this.#restores(clause) ? [...managers, { kind: 'scope', body }] : [...managers, ...body];
      }
      case 'match_statement': {
        const cases = (node.get('body')?.children ?? []).filter((child) => child.type === 'case_clause');
        const arms = cases.map((each) => this.statements(each.get('consequence')?.children ?? []));
        return [...this.#optional(node.get('subject')), ...alternatives(arms)];
      }
      case 'return_statement':
        return [...node.children.flatMap((child) => this.expression(child)), { kind: 'return' }];
      case 'raise_statement':
        return [...node.children.flatMap((child) => this.expression(child)), { kind: 'never' }];
      case 'break_statement':
      case 'continue_statement':
        return [{ kind: 'break' }];
      case 'import_statement':
      case 'import_from_statement': {
        const modules = importedModules(node, this.#file);
        return modules.length > 0
          ? [{ kind: 'import', modules, site: this.#site(node.get('module_name') ?? node.get('name') ?? node) }]
          : [];
      }
      case 'global_statement':
      case 'nonlocal_statement':
      case 'pass_statement':
        return [];
      default:
        return this.expression(node);
    }
  }

  #optional(node: Node | undefined): Event[] {
    return node ? this.expression(node) : [];
  }

  #else(node: Node): Event[] {
    const clause = node.children.find((child) => child.type === 'else_clause');
    return this.statements(clause?.get('body')?.children ?? []);
  }

  /** `@decorator(...)` runs where the function is defined. */
  #decorator(node: Node): Event[] {
    const inner = node.children[0];
    return inner?.type === 'call' ? this.expression(inner) : [];
  }

  #if(node: Node, alternatives: readonly Node[]): Event[] {
    const condition = node.get('condition');
    const body = this.statements(node.get('consequence')?.children ?? []);
    const [next, ...rest] = alternatives;
    const otherwise =
      next?.type === 'elif_clause' ? this.#if(next, rest) : this.statements(next?.get('body')?.children ?? []);
    const before = this.#optional(condition);
    if (body.length === 0 && otherwise.length === 0) return before;
    if (!condition) return [...before, { kind: 'branch', guard: null, body, otherwise }];
    const site = this.#site(condition);
    return [...before, { kind: 'branch', guard: guardOf(condition, this.#file), site, body, otherwise }];
  }

  #try(node: Node): Event[] {
    const clauses = (type: string) => node.children.filter((child) => child.type === type);
    const block = (clause: Node) => clause.children.find((child) => child.type === 'block')?.children ?? [];
    return [
      {
        kind: 'try',
        body: [...this.statements(node.get('body')?.children ?? []), ...this.#else(node)],
        handlers: [...clauses('except_clause'), ...clauses('except_group_clause')].map((each) =>
          this.statements(block(each)),
        ),
        finally: clauses('finally_clause').flatMap((each) => this.statements(block(each))),
      },
    ];
  }

  #restores(clause: Node): boolean {
    return clause.children.some((item) => {
      const value = item.get('value');
      const call = value?.type === 'as_pattern' ? value.children[0] : value;
      const name = call?.type === 'call' ? this.#file.call(call).name : null;
      return name !== null && (RESTORES.has(name) || seederOf(name)?.restores !== undefined);
    });
  }

  /** The events of evaluating an expression, or of any statement that only evaluates expressions. */
  expression(node: Node): Event[] {
    if (!node.active) return NOTHING;
    switch (node.type) {
      case 'lambda':
      case 'identifier':
      case 'type':
        return [];
      case 'function_definition':
      case 'class_definition':
      case 'if_statement':
        return this.#statement(node);
      case 'assignment':
        return [...this.#optional(node.get('right')), ...this.#optional(node.get('left')), ...this.#flag(node)];
      case 'conditional_expression': {
        const [then, condition, otherwise] = node.children;
        if (!then || !condition || !otherwise) return [];
        return [
          ...this.expression(condition),
          {
            kind: 'branch',
            guard: guardOf(condition, this.#file),
            site: this.#site(condition),
            body: this.expression(then),
            otherwise: this.expression(otherwise),
          },
        ];
      }
      case 'boolean_operator': {
        const right = this.#optional(node.get('right'));
        const left = this.#optional(node.get('left'));
        return right.length > 0 ? [...left, { kind: 'branch', guard: null, body: right, otherwise: [] }] : left;
      }
      case 'list_comprehension':
      case 'set_comprehension':
      case 'dictionary_comprehension':
      case 'generator_expression':
        return this.#comprehension(node);
      case 'call':
        return this.#call(node);
      default:
        return node.children.flatMap((child) => this.expression(child));
    }
  }

  #comprehension(node: Node): Event[] {
    const clauses = node.children.filter((child) => child.field !== 'body');
    const body = node.children.filter((child) => child.field === 'body');
    const iterated = clauses.flatMap((clause) => {
      const right = clause.type === 'for_in_clause' ? clause.get('right') : undefined;
      return right ? [...this.expression(right), ...this.#iteration(right)] : this.expression(clause);
    });
    const events = [...iterated, ...body.flatMap((child) => this.expression(child))];
    return events.length > 0 ? [{ kind: 'loop', body: events }] : [];
  }

  #iteration(expression: Node): Event[] {
    if (expression.type === 'call') {
      const call = this.#file.call(expression);
      if (call.name !== null && ITERATES.test(call.name)) {
        const passed = expression.get('arguments')?.children ?? [];
        return passed.flatMap((argument) => this.#iteration(argument));
      }
    }
    const value = knownValue(expression, this.#file);
    if (value === null || !('parameter' in value || 'instance' in value)) return [];
    return [{ kind: 'iterate', value, site: this.#site(expression) }];
  }

  #flag(assignment: Node): Event[] {
    const left = assignment.get('left');
    const right = assignment.get('right');
    const name = left?.type === 'attribute' ? this.#file.qualify(left) : null;
    if (!left || !right || !name?.startsWith('torch.backends.')) return [];
    return [{ kind: 'flag', name, value: knownValue(right, this.#file), site: this.#site(left) }];
  }

  #call(node: Node): Event[] {
    const call = this.#file.call(node);
    const passed = node.get('arguments');
    const before = [
      ...this.expression(call.callee),
      ...(passed ? passed.children.flatMap((child) => this.expression(child.get('value') ?? child)) : []),
    ];
    const name = call.name;
    if (name !== null && EXITS.has(name)) return [...before, { kind: 'never' }];
    if (name !== null && SPAWNS.test(name)) {
      const forked =
        name.endsWith('.Process') && !this.#file.text.includes("'spawn'") && !this.#file.text.includes('"spawn"');
      return [...before, { kind: 'spawn', forked, body: this.#callbacks(call), site: this.#site(call.callee) }];
    }
    const iterated =
      name !== null && ITERATES.test(name) && passed ? passed.children.flatMap((each) => this.#iteration(each)) : [];
    const own =
      namedEvents(call, this.#vocabulary, this.#file, () => this.#site(call.callee)) ??
      this.#seed(call) ??
      drawEvents(call, this.#file, this.#site(call.callee)) ??
      this.#unknownCall(call);
    return [...before, ...iterated, ...own];
  }

  #seed(call: Call): Event[] | null {
    if (call.name === 'torch.use_deterministic_algorithms') {
      const mode = this.#file.argument(call, 'mode', 0);
      if (mode === 'absent') return []; // The bare call raises.
      return [
        {
          kind: 'flag',
          name: call.name,
          value: typeof mode === 'string' ? null : this.#mode(call, mode),
          site: this.#site(call.callee),
        },
      ];
    }
    const seeder = call.name === null ? undefined : seederOf(call.name);
    if (!seeder) return null;
    if (seeder.restores) return [];
    // `torch.seed()` takes fresh entropy: whatever it is called, it seeds nothing.
    if (seeder.streams.length === 0 || seeder.device === 'cuda' || seeder.varying) return [];
    if (seeder.implicit) return [{ kind: 'unknown-seeder', site: this.#site(call.callee) }];
    const given = seeder.argument
      ? this.#file.argument(call, seeder.argument.name, seeder.argument.position)
      : 'unknown';
    const isAbsent = given === 'absent';
    const value: Value = isAbsent ? { const: null } : typeof given === 'string' ? null : knownValue(given, this.#file);
    const none = isAbsent ? (seeder.absent ?? seeder.none) : seeder.none;
    const noneIsEntropy = none === 'entropy' || none === 'off';
    return [{ kind: 'seed', streams: seeder.streams, value, noneIsEntropy, site: this.#site(call.callee) }];
  }

  #mode(call: Call, mode: Node): Value {
    const warnOnly = this.#file.argument(call, 'warn_only');
    const value = knownValue(mode, this.#file);
    const isStrict = warnOnly === 'absent' || (typeof warnOnly !== 'string' && this.#file.constant(warnOnly) === false);
    return isStrict || (value !== null && 'const' in value && value.const === false) ? value : { const: 'warn' };
  }

  /** Functions handed to a call nobody knows are assumed to run. */
  #callbacks(call: Call): Event[] {
    const passed = call.node.get('arguments')?.children ?? [];
    return passed.flatMap((argument): Event[] => {
      const value = knownValue(argument.get('value') ?? argument, this.#file);
      if (value === null || !('function' in value)) return [];
      const site = this.#site(call.callee);
      return [
        { kind: 'call', target: value.function, positional: [], keywords: {}, open: true, takesSeed: false, site },
      ];
    });
  }

  #unknownCall(call: Call): Event[] {
    const keeps = KEEPS_FUNCTION.test(call.name ?? '') || KEEPS_FUNCTION_METHOD.test(call.method ?? '');
    const callbacks = keeps ? [] : this.#callbacks(call);
    const positional: Value[] = [];
    const keywords: Record<string, Value> = {};
    let open = false;
    let takesSeed = false;
    for (const argument of call.node.get('arguments')?.children ?? []) {
      const key = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
      const value = key ? argument.get('value') : argument;
      if (argument.type === 'list_splat' || argument.type === 'dictionary_splat') open = true;
      else if (key && value) keywords[this.#file.read(key)] = knownValue(value, this.#file);
      else if (value) positional.push(knownValue(value, this.#file));
      const word = key ?? value?.get('attribute') ?? value;
      if (word && /identifier/.test(word.type) && /seed/i.test(this.#file.read(word))) takesSeed = true;
    }
    const site = this.#site(call.callee);
    const event = (target: string | { parameter: string }): Event[] => [
      { kind: 'call', target, positional, keywords, open, takesSeed, site },
      ...callbacks,
    ];
    if (call.name !== null) return LIBRARY.test(call.name) ? callbacks : event(call.name);
    const callee = knownValue(call.callee, this.#file);
    if (callee !== null && 'parameter' in callee) return event(callee);
    if (callee !== null && 'instance' in callee) return event(`${callee.instance}.__call__`);
    const last = call.method ?? this.#file.read(call.callee);
    const seeds = call.method !== null && SEEDS_ITS_OBJECT.has(last) ? false : takesSeed || looksLikeSeeder(last);
    return seeds ? [{ kind: 'unknown-seeder', site }, ...callbacks] : callbacks;
  }

  #site(node: Node): string {
    const key = `${this.#unit}:${this.places.length}`;
    this.places.push([key, node]);
    return key;
  }
}
