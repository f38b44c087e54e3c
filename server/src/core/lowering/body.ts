/** Reduces a body to its events: what a function, a class or a module does to randomness, in execution order. */

import {
  branches,
  type DecoratorEffects,
  type Event,
  type FileEffects,
  type FunctionEffects,
  type Guard,
  type LoweredFunction,
  markedSite,
  SITE_MARKS,
} from '../effects/events.ts';
import { ITERATES, MAKES_CONTEXT, RESTORES } from '../knowledge/calls.ts';
import { nameFor } from '../knowledge/names.ts';
import { seederOf } from '../knowledge/tables.ts';
import type { PythonFile } from '../python/file.ts';
import { ignoredAt } from '../python/ignores.ts';
import type { MagicRun } from '../python/run-magic.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Node } from '../syntax/parse.ts';
import type { Span } from '../text/edit.ts';
import { callEvents } from './calls.ts';
import { appEvents } from './command-apps.ts';
import { loadedBeforeUse } from './loaded-before-use.ts';
import { importedModules } from './modules.ts';
import { namedEvents, type Vocabulary } from './own-functions.ts';
import { isOnlyLookedAt, isOnlyProbed } from './probes.ts';
import { loadedParameters, overwrittenBy } from './replaced-weights.ts';
import { setterEvents } from './setters.ts';
import { assignmentEvents } from './switch-events.ts';
import { transformationOf } from './transforms.ts';
import { argumentValues, guardOf, isProperty, keptValue, knownValue, makingCall, returnedValue } from './values.ts';

const UNWRITTEN = nameFor('unwritten');

const NO_RUNS: ReadonlyMap<number, MagicRun> = new Map();

const runsOf = ({ notebook }: PythonFile): ReadonlyMap<number, MagicRun> =>
  notebook && notebook.runs.length > 0 ? new Map(notebook.runs.map((run) => [run.magic, run])) : NO_RUNS;

const isAbstract = true as const;

/** Shared by the many expressions that do nothing; nobody adds to it. */
const NOTHING: Event[] = [];

/** One body at a time: of a function, or of the module, whose unit is empty. */
export class Lowering {
  readonly #file: PythonFile;
  readonly #unit: string;
  readonly #vocabulary: Vocabulary;
  /** What `%run` runs, by where it begins. */
  readonly #runs: ReadonlyMap<number, MagicRun>;
  /** The function is a generator that a `with` statement runs. */
  #isContext = false;
  #yields = false;
  readonly places: Span[] = [];

  constructor(file: PythonFile, unit: string, vocabulary: Vocabulary) {
    this.#file = file;
    this.#unit = unit;
    this.#vocabulary = vocabulary;
    this.#runs = runsOf(file);
  }

  function(info: FunctionInfo): LoweredFunction {
    const body = info.node.get('body');
    const decorators = info.decorators.flatMap((each) => this.#decoratorOf(each));
    this.#isContext = decorators.some(({ name }) => MAKES_CONTEXT.has(name));
    const isStatic = info.decorators.some((each) => this.#file.read(each).includes('staticmethod'));
    const how = transformationOf(info, this.#file);
    const loads = loadedParameters(info, this.#file);
    const events = !body ? [] : body.type === 'block' ? this.statements(body.children) : this.expression(body);
    const effects: FunctionEffects = {
      parameters: info.parameters.map((parameter) => ({
        name: parameter.name,
        default: parameter.default ? knownValue(parameter.default, this.#file) : null,
        required: parameter.default === null && parameter.star === '',
        star: parameter.star,
        keywordOnly: parameter.keywordOnly,
      })),
      decorators: decorators.filter(({ name }) => !MAKES_CONTEXT.has(name)),
      decorated: info.decorators.length > 0,
      isContext: this.#isContext,
      ...(isProperty(info, this.#file) ? { isProperty: true } : {}),
      ...(this.#yields && !this.#isContext ? { isGenerator: true } : {}),
      ...(loads.length > 0 ? { loads } : {}),
      ...(how ? { transform: { how, site: this.#site(info.decorators[0] ?? info.node) } } : {}),
      returns: returnedValue(info, this.#file),
      method: info.class !== null && !isStatic,
      events,
    };
    return { effects, places: this.places };
  }

  #decoratorOf(decorator: Node): DecoratorEffects[] {
    const expression = decorator.children[0];
    const call = expression?.type === 'call' ? this.#file.call(expression) : null;
    const name = call ? call.name : expression ? this.#file.qualify(expression) : null;
    return name === null ? [] : [{ name, given: call && argumentValues(call, this.#file) }];
  }

  apps(): FileEffects['apps'] {
    return appEvents(this.#file, (at) => this.#site(at));
  }

  statements(nodes: readonly Node[]): Event[] {
    const events: Event[] = [];
    nodes.forEach((node) => {
      const body = this.#statement(node);
      const replaced = body.length > 0 && (overwrittenBy(node, this.#file) ?? loadedBeforeUse(node, this.#file));
      if (!replaced) {
        events.push(...body);
        return;
      }
      const { branch, how } = replaced;
      const quiet: Event = {
        kind: 'quiet',
        ...(how === 'loaded' ? {} : { isReplaced: true }),
        ...(typeof how === 'string' ? {} : { by: how }),
        body,
      };
      if (branch) events.push({ kind: 'branch', guard: this.#guard(branch), body: [quiet], otherwise: body });
      else events.push(quiet);
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
        return [
          ...this.#optional(iterated),
          {
            kind: 'loop',
            body: [
              ...(iterated ? this.#iteration(iterated) : []),
              ...this.statements(node.get('body')?.children ?? []),
            ],
          },
          ...this.#else(node),
        ];
      }
      case 'while_statement': {
        const body = [...this.#optional(node.get('condition')), ...this.statements(node.get('body')?.children ?? [])];
        return [{ kind: 'loop', body }, ...this.#else(node)];
      }
      case 'try_statement':
        return this.#try(node);
      case 'with_statement':
        return this.#with(node);
      case 'match_statement': {
        const cases = (node.get('body')?.children ?? []).filter((child) => child.type === 'case_clause');
        const before = this.#optional(node.get('subject'));
        const arms = cases.map((each) => this.statements(each.get('consequence')?.children ?? []));
        return [...before, ...branches(arms)];
      }
      case 'expression_statement':
        return this.#runs.size > 0 ? this.#ran(node) : this.expression(node);
      case 'return_statement':
        return [...this.#expressions(node.children), { kind: 'return' }];
      case 'raise_statement':
        return [
          ...this.#expressions(node.children),
          { kind: 'never', ...(this.#isUnwritten(node) ? { isAbstract } : {}) },
        ];
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

  /** `raise NotImplementedError`: a body that somebody else has to write. */
  #isUnwritten(node: Node): boolean {
    const [raised] = node.children;
    const error = raised?.type === 'call' ? raised.get('function') : raised;
    return error !== undefined && this.#file.qualify(error) === UNWRITTEN;
  }

  /** `%run` stands as a name that means nothing. */
  #ran(node: Node): Event[] {
    const run = this.#runs.get(node.start);
    if (!run) return this.expression(node);
    const { file, isMain } = run;
    const site = this.#site({ start: run.start, end: run.end });
    return [file === null ? { kind: 'unknown-seeder', site } : { kind: 'run', file, isMain, site }];
  }

  /** Most expressions do nothing, and make no list. */
  #expressions(nodes: readonly Node[]): Event[] {
    let all = NOTHING;
    for (const node of nodes) {
      if (!node.active) continue;
      const events = this.expression(node);
      if (events.length > 0) all = all.length > 0 ? all.concat(events) : events;
    }
    return all;
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
    const before = this.#optional(condition);
    const body = this.statements(node.get('consequence')?.children ?? []);
    const [next, ...rest] = alternatives;
    const otherwise =
      next?.type === 'elif_clause' ? this.#if(next, rest) : this.statements(next?.get('body')?.children ?? []);
    if (body.length === 0 && otherwise.length === 0) return before;
    if (!condition) return [...before, { kind: 'branch', guard: null, body, otherwise }];
    const site = this.#site(condition);
    return [...before, { kind: 'branch', guard: guardOf(condition, this.#file), site, body, otherwise }];
  }

  #guard(branch: Node): Guard {
    const condition = branch.get('condition');
    return condition ? guardOf(condition, this.#file) : null;
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

  /** Managers are entered from the first to the last; the body runs inside all of them. */
  #with(node: Node): Event[] {
    const clause = node.children.find((child) => child.type === 'with_clause');
    const managers = (clause?.children ?? []).map((item) => this.#manager(item));
    const body = this.statements(node.get('body')?.children ?? []);
    return managers.reduceRight((inside, wrap) => wrap(inside), body);
  }

  /** Evaluates what a `with` statement enters, and puts it around the body. */
  #manager(item: Node): (body: Event[]) => Event[] {
    const value = item.get('value');
    const manager = value?.type === 'as_pattern' ? value.children[0] : value;
    const before = this.#optional(value);
    const name = manager?.type === 'call' ? this.#file.call(manager).name : null;
    const restores = name !== null && (RESTORES.has(name) || seederOf(name)?.restores !== undefined);
    if (restores) return (body) => [...before, { kind: 'scope', body }];
    const last = before.at(-1);
    if (last?.kind !== 'call') return (body) => [...before, ...body];
    return (body) => [...before.slice(0, -1), { kind: 'with', call: last, body }];
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
        return [
          ...this.#optional(node.get('right')),
          ...this.#optional(node.get('left')),
          ...assignmentEvents(node, this.#file, (at) => this.#site(at)),
          ...setterEvents(node, this.#file, (at) => this.#site(at)),
        ];
      case 'yield': {
        const before = this.#expressions(node.children);
        this.#yields = true;
        return this.#isContext ? [...before, { kind: 'yield' }] : before;
      }
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
        const left = this.#optional(node.get('left'));
        const right = this.#optional(node.get('right'));
        if (right.length === 0) return left;
        const tested = node.get('left');
        const holds = tested && !isLongChain(tested) ? guardOf(tested, this.#file) : null;
        const guard: Guard = node.get('operator')?.type === 'or' ? { test: 'not', guard: holds } : holds;
        return [...left, { kind: 'branch', guard, body: right, otherwise: [] }];
      }
      case 'list_comprehension':
      case 'set_comprehension':
      case 'dictionary_comprehension':
      case 'generator_expression':
        return this.#comprehension(node);
      case 'call':
        return this.#call(node);
      default:
        return this.#expressions(node.children);
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
      if (ITERATES.has(call.name)) {
        const passed = expression.get('arguments')?.children ?? [];
        return passed.flatMap((argument) => this.#iteration(argument));
      }
    }
    const value = keptValue(expression, this.#file);
    if (value !== null && ('const' in value || 'function' in value)) return [];
    const made = makingCall(expression, this.#file);
    const maker = made && callEvents(this.#file.call(made), this.#file, () => this.#site(expression))[0];
    if (maker?.kind === 'call') return [{ kind: 'iterate', value, maker, site: maker.site }];
    return value === null ? [] : [{ kind: 'iterate', value, site: this.#site(expression) }];
  }

  #call(node: Node): Event[] {
    const call = this.#file.call(node);
    const passed = node.get('arguments');
    const events = [...this.expression(call.callee)];
    // `sum(x for x in loader)` passes the one thing, without brackets of its own.
    if (passed?.type === 'generator_expression') events.push(...this.expression(passed));
    else
      for (const child of passed?.children ?? []) {
        if (child.active) events.push(...this.expression(child.get('value') ?? child));
      }
    if (ITERATES.has(call.name) && !isOnlyProbed(node, this.#file)) {
      for (const child of passed?.children ?? []) events.push(...this.#iteration(child));
    }
    const named = namedEvents(call, this.#vocabulary, this.#file, () => this.#site(call.callee));
    const own = named ?? callEvents(call, this.#file, (at) => this.#site(at));
    const isVain = own.some(({ kind }) => kind === 'call') && isOnlyLookedAt(node, this.#file);
    if (isVain) events.push({ kind: 'quiet', body: own });
    else events.push(...own);
    return events;
  }

  #site(place: Span): string {
    const key = `${this.#unit}:${this.places.length}`;
    this.places.push(place);
    return markedSite(key, this.#marksAt(place.start));
  }

  /** The rules about draws that the line ignores. */
  #marksAt(offset: number): string {
    const ignored = ignoredAt(this.#file, offset);
    if (!ignored) return '';
    const marks = Object.entries(SITE_MARKS).filter(([, rule]) => ignored.length === 0 || ignored.includes(rule));
    return marks.map(([mark]) => mark).join('');
  }
}

/** What more conditions than this decide together is left open: each draw behind them would repeat all of them. */
const MOST_CONDITIONS = 16;

/** `a or b or c ...`, of which the grammar makes an operation of two over and over. */
function isLongChain(condition: Node): boolean {
  let length = 0;
  for (let at: Node | undefined = condition; at?.type === 'boolean_operator'; at = at.get('left')) {
    if (++length >= MOST_CONDITIONS) return true;
  }
  return false;
}
