/** Weights that are drawn and then replaced: by those of a checkpoint, by a new draw, or by what a helper says it loads. */

import type { LoadedBy } from '../effects/events.ts';
import { EXITS } from '../knowledge/calls.ts';
import { isOfLibrary, nameFor, namesFor } from '../knowledge/names.ts';
import { loadsWeights } from '../knowledge/tables.ts';
import { saysItLoadsWeights, saysItRestores, wordsFor } from '../knowledge/words.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import { linksOf } from '../python/links.ts';
import { givenTo, mayBeParameter } from '../python/names.ts';
import { note, Remembered, WHOLE } from '../python/notes.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { NodeType } from '../syntax/node-types.ts';
import { type Node, walk } from '../syntax/parse.ts';
import { addTo } from '../text/groups.ts';
import { escapeRegExp } from '../text/patterns.ts';
import { wordsOf } from '../text/words.ts';
import { isRequiredOption } from './options.ts';
import { drawnParameters, mayFill, mayPutParameter, parametersReplacedBy } from './replaced-parameters.ts';

const TRAINS = wordsFor('trains');
/** What modules are put into: the weights of the whole are theirs. */
const WHOLES = namesFor('module-wholes');
const DRAWS_WEIGHTS = wordsFor('draws-weights');
const LOADS_FILE = namesFor('reads-weights');
const OPTIMIZERS = namesFor('optimizers');
/** Where a method has the object that it is called on, among what it is passed. */
const OBJECT = -1;
const LOADS_MODEL = nameFor('loads-model');
/** Functions that call functions are followed so far. */
const DEEPEST = 3;

/**
 * How weights are replaced: by those of a checkpoint; or by others, a new draw or what a helper says it loads. Whether the
 * helper of another file does is for its body to say.
 */
type Replacing = 'loaded' | 'otherwise' | LoadedBy;

/** How weights are replaced, and the `if` that does so only where a parameter asks for it, as `pretrained` does. */
export interface Replacement {
  readonly branch: Node | null;
  readonly how: Replacing;
}

const ENDS = new Set<NodeType>(['return_statement', 'raise_statement', 'break_statement', 'continue_statement']);
/** They may overwrite the parts of what they are called on; `module` is what stands in a parallel wrapper. */
const WHOLE_METHODS = ['load_state_dict', 'reset_parameters'].flatMap((each) => [`.${each}`, `.module.${each}`]);
const LOADING_METHODS = new Set(['load_state_dict', 'reset_parameters', 'copy_']);

/** Something in the file may replace weights: where nothing does, nobody has to look behind each draw. */
export const mayReplace = askedOfAll(
  'replaces-weights',
  (file) =>
    file.allCalls.some((call) => mayLoad(call, file) || mayFill(call)) ||
    file.scopes.assignments.some((each) => mayPutParameter(each, file)),
);

function mayLoad({ name, method, callee }: Call, file: PythonFile): boolean {
  const last = method ?? file.read(callee);
  const isLoader = name !== null && (loadsWeights(name) || name === LOADS_MODEL);
  return isLoader || LOADING_METHODS.has(last) || saysItLoadsWeights(last) || saysItRestores(last);
}

/**
 * `model = Net()`, and `init_weights(model)`, whose weights are replaced further down in the same block, or behind the
 * branch that made it.
 */
export function overwrittenBy(statement: Node, file: PythonFile): Replacement | undefined {
  if (!mayReplace(file)) return undefined;
  const expression = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const target = networkOf(statement, file);
  if (!target) return undefined;
  const right = expression?.type === 'assignment' ? expression.get('right') : undefined;
  const drawn = right ? drawnParameters(file.constructionOf(right), file) : [];
  const [first, ...others] = waysFrom(statement, target, file).map((way) => replacedOn(way, target, drawn, file));
  if (!first || others.includes(undefined)) return undefined;
  return others.some((each) => each?.how === 'otherwise') ? { ...first, how: 'otherwise' } : first;
}

/** The network whose weights a statement draws, by its name: `net = Net()`, `net.apply(init)`. */
export function networkOf(statement: Node, file: PythonFile): Node | undefined {
  const expression = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const target =
    expression?.type === 'assignment' ? expression.get('left') : expression && initialised(expression, file);
  return target && /identifier|attribute/.test(target.type) ? target : undefined;
}

/** What surely runs after a statement, on each of the ways on: behind a function that draws for the module, behind its calls. */
function waysFrom(statement: Node, target: Node, file: PythonFile, depth = 0): readonly (readonly Node[])[] {
  const home = linksOf(file).bodyAround(statement);
  const after = statementsAfter(statement);
  const isOfModule = home ? isForModule(home, target, file) : file.scope(statement).kind === 'module';
  // What runs behind a call may stand anywhere in the file.
  if (home && isOfModule) note(WHOLE);
  const following = isOfModule ? withBodiesCalled(after, target, file) : after;
  if (!isOfModule || depth > DEEPEST || statement.parent !== home?.node.get('body')) return [following];
  const calls = file.calls(home.id).map(({ node }) => node.parent);
  if (calls.length === 0 || calls.some((each) => each?.type !== 'expression_statement')) return [following];
  return calls.flatMap((call) =>
    call ? waysFrom(call, target, file, depth + 1).map((way) => [...following, ...way.filter(isCertain)]) : [],
  );
}

/** A plain function that means the module's object by the name. */
const isForModule = (info: FunctionInfo, target: Node, file: PythonFile): boolean =>
  info.decorators.length === 0 && !info.class && !isOwn(target, info, file);

/** The function has the object under a name of its own. */
function isOwn(target: Node, { node }: FunctionInfo, file: PythonFile): boolean {
  const [root = ''] = file.read(target).split('.', 1);
  return file.scopes.byNode.get(node)?.names.has(root) === true;
}

/** What a condition of the module decides is not the function's to say. */
const isCertain = ({ type }: Node): boolean => type !== 'if_statement';

/** What replaces the weights first; nothing where the way ends before, or training comes between. `drawn` are a layer's. */
function replacedOn(
  way: readonly Node[],
  target: Node,
  drawn: readonly string[],
  file: PythonFile,
): Replacement | undefined {
  const names = new Set([file.read(target)]);
  let sought = waysToName(file.read(target));
  let pattern = patternOf(sought);
  let left = drawn;
  for (const [i, next] of way.entries()) {
    if (ENDS.has(next.type)) return undefined;
    // Whatever replaces the weights names the network, or the whole that it is a part of.
    if (!pattern.test(namedBy(next, file).text) || !isNamedIn(next, sought, file)) continue;
    const still = stillDrawn(next, file.read(target), left, file);
    const isGone = left.length > 0 && still.length === 0;
    // What one branch replaces is still there behind it.
    if (next.type !== 'if_statement') left = still;
    const isLoaded = isGone || isTemplate(next, way.slice(i + 1), file.read(target), file);
    const replacement: Replacement | undefined = isLoaded
      ? { branch: next.type === 'if_statement' ? next : null, how: 'loaded' }
      : [...names].map((name) => replaces(next, name, file)).find((each) => each !== undefined);
    const whole = wholeOf(next, names, file);
    if (whole !== undefined && !names.has(whole)) {
      names.add(whole);
      sought = [...sought, ...waysToName(whole)];
      pattern = patternOf(sought);
    }
    // What training left behind, the best of its weights too, comes from the weights it began with.
    if (replacement) return trainsIn(way.slice(0, i), file) ? undefined : replacement;
  }
  return undefined;
}

/** How code names an object, or a whole that it is a part of: as it is written, or by calling a method of the file's on it. */
interface WayToName {
  readonly written: string;
  readonly callsOwn: boolean;
}

/** The object itself; what loads into a whole that it is a part of; and a method of that. */
function waysToName(name: string): readonly WayToName[] {
  const ways: WayToName[] = [{ written: name, callsOwn: false }];
  for (let dot = name.length; dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const whole = name.slice(0, dot);
    for (const method of WHOLE_METHODS) ways.push({ written: `${whole}${method}`, callsOwn: false });
    ways.push({ written: whole, callsOwn: true });
  }
  return ways;
}

const CALLED = '()';

/**
 * Finds whether one of the ways may stand in a text of names. It says nothing that `isNamedIn` does not, but one search rules
 * out the many statements that each of many layers asks and that do not name it.
 */
const patternOf = (ways: readonly WayToName[]): RegExp =>
  new RegExp(
    `\\n(?:${ways.map(({ written, callsOwn }) => escapeRegExp(written + (callsOwn ? CALLED : ''))).join('|')})\\n`,
  );

/** What a statement names, in it or in what stands in it. */
interface Named {
  /** All of it, a line each. */
  readonly text: string;
  readonly names: ReadonlySet<string>;
  /** The calls of methods, by what they are called on. */
  readonly calls: ReadonlyMap<string, readonly Node[]>;
}

/** By statement, whose text an edit elsewhere leaves: each of many layers asks all that follow it. */
const namedIn = new WeakMap<Node, Named>();

const namedBy = (statement: Node, file: PythonFile): Named => namedIn.get(statement) ?? readNames(statement, file);

function isNamedIn(statement: Node, sought: readonly WayToName[], file: PythonFile): boolean {
  const { names, calls } = namedBy(statement, file);
  return sought.some(({ written, callsOwn }) =>
    callsOwn ? calls.get(written)?.some((call) => file.functionOf(file.call(call).name)?.class) : names.has(written),
  );
}

function readNames(statement: Node, file: PythonFile): Named {
  const names = new Set<string>();
  const calls = new Map<string, Node[]>();
  walk(statement, (node) => {
    if (node.type === 'identifier' || node.type === 'attribute') names.add(file.read(node));
    const object = node.type === 'call' ? node.get('function')?.get('object') : undefined;
    if (object) addTo(calls, file.read(object), node);
    return undefined;
  });
  // A line that ends one name begins the next: each has both of its own.
  const text = [...names, ...[...calls.keys()].map((each) => each + CALLED)].map((each) => `\n${each}\n`).join('');
  const named = { text, names, calls };
  namedIn.set(statement, named);
  return named;
}

/**
 * `state = net.state_dict()`, where that is all that is ever asked of the network and a checkpoint is read beside it: a
 * conversion takes the names from the one and the values from the other.
 */
function isTemplate(statement: Node, later: readonly Node[], name: string, file: PythonFile): boolean {
  const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const right = assignment?.type === 'assignment' ? assignment.get('right') : undefined;
  if (right?.type !== 'call' || file.read(right) !== `${name}.state_dict()`) return false;
  if (LOADS_FILE.all.every((each) => file.calls(each).length === 0)) return false;
  const isRebound = file.read(assignment?.get('left') ?? statement) === name;
  return isRebound || later.every((each) => !mentions(each, name, file));
}

/** The parameters of a layer that keep what was drawn; of an `if`, where a parameter that decides it asks for its body. */
function stillDrawn(statement: Node, layer: string, drawn: readonly string[], file: PythonFile): readonly string[] {
  const isAsked = statement.type === 'if_statement' && asksParameter(statement.get('condition'), file);
  const body = isAsked ? (statement.get('consequence')?.children ?? []) : [statement];
  const replaced = body.flatMap((each) => parametersReplacedBy(each, layer, file));
  return drawn.filter((each) => !replaced.includes(each));
}

/** `model = Whole(encoder)`: the object that a part is put into as it is made. */
function wholeOf(statement: Node, parts: ReadonlySet<string>, file: PythonFile): string | undefined {
  const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const left = assignment?.type === 'assignment' ? assignment.get('left') : undefined;
  const right = assignment?.get('right');
  if (!left || right?.type !== 'call' || !/^(identifier|attribute)$/.test(left.type)) return undefined;
  const { name } = file.call(right);
  const isMade = name !== null && (file.classOf(name) !== undefined || WHOLES.has(name));
  const given = right.get('arguments')?.children ?? [];
  return isMade && given.some((each) => parts.has(file.read(each.get('value') ?? each))) ? file.read(left) : undefined;
}

/**
 * What a function of the file runs where the module calls it and takes nothing back, as far as the function means the same
 * object by the name.
 */
function bodyCalled(statement: Node, target: Node, file: PythonFile, depth = 0): readonly Node[] {
  const call = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  const called = call?.type === 'call' ? file.functionOf(file.call(call).name) : undefined;
  const body = called && called.decorators.length === 0 ? called.node.get('body') : undefined;
  if (!called || depth > DEEPEST || body?.type !== 'block' || isOwn(target, called, file)) return [];
  // What stands behind a condition of its own is decided by what it is passed.
  const isPlain = body.children.every((each) => !/^(return|if|try)_statement$/.test(each.type));
  return isPlain ? body.children.flatMap((each) => [...bodyCalled(each, target, file, depth + 1), each]) : [];
}

/** The network whose weights a call draws, by its name: `net.apply(init)`, `net.init_weights()`, `init_weights(net)`. */
function initialised(expression: Node, file: PythonFile): Node | undefined {
  const callee = expression.type === 'call' ? expression.get('function') : undefined;
  if (!callee) return undefined;
  const method = callee.get('attribute');
  const called = file.read(method ?? callee);
  if (called !== 'apply' && !wordsOf(called).some(DRAWS_WEIGHTS.has)) return undefined;
  const first = expression.get('arguments')?.children[0];
  const isFunction =
    !method || (file.qualify(callee) !== null && file.instanceOf(callee.get('object') ?? callee) === null);
  return isFunction ? first : callee.get('object');
}

/** What surely runs after a statement: the rest of its block, and what follows the branches that it stands in. */
function statementsAfter(statement: Node): Node[] {
  const siblings = statement.parent?.children ?? [];
  const after = siblings.slice(siblings.indexOf(statement) + 1);
  if (statement.parent?.type !== 'block') return after;
  const clause = statement.parent.parent;
  const branch = clause && /^(elif|else|except|except_group)_clause$/.test(clause.type) ? clause.parent : clause;
  return branch && /^(if|with|try)_statement$/.test(branch.type) ? [...after, ...statementsAfter(branch)] : after;
}

/** Statements, each behind those of the bodies that it runs. */
function withBodiesCalled(after: readonly Node[], target: Node, file: PythonFile): readonly Node[] {
  const running = runningOthers(file);
  return after.flatMap((each) => (running.has(each) ? [...bodyCalled(each, target, file), each] : each));
}

const runners = new WeakMap<PythonFile, ReadonlySet<Node>>();

/** The statements that are calls of the file's own functions. */
function runningOthers(file: PythonFile): ReadonlySet<Node> {
  const known =
    runners.get(file) ??
    new Set(
      file.allCalls.flatMap(({ node, name }) =>
        node.parent && file.functionOf(name) !== undefined ? [node.parent] : [],
      ),
    );
  runners.set(file, known);
  return known;
}

/** What a statement does to the weights: on all ways through it, or where a parameter asks for it. */
function replaces(statement: Node, name: string, file: PythonFile): Replacement | undefined {
  if (statement.type === 'with_statement') {
    const all = (statement.get('body')?.children ?? []).map((each) => replaces(each, name, file));
    return all.find((each) => each !== undefined);
  }
  const sure = surelyReplaces(statement, name, file);
  if (sure !== undefined) return { branch: null, how: sure };
  const condition = statement.type === 'if_statement' ? statement.get('condition') : undefined;
  if (!condition || !(asksParameter(condition, file) || asksRequired(condition, file))) return undefined;
  const all = (statement.get('consequence')?.children ?? []).map((each) => overwrites(each, name, file));
  const how = all.find((each) => each !== undefined);
  return how && { branch: statement, how };
}

/** The same on all ways through it: a loop is taken to run, and to replace them before it trains. */
function surelyReplaces(statement: Node, name: string, file: PythonFile): Replacing | undefined {
  switch (statement.type) {
    case 'for_statement':
      if (copiesInto(statement, name, file)) return 'loaded';
      return surelyReplaced(statement.get('body')?.children ?? [], name, file);
    case 'with_statement':
      return surelyReplaced(statement.get('body')?.children ?? [], name, file);
    case 'try_statement':
      return triedToLoad(statement, name, file);
    case 'if_statement':
      return inEachArm(statement, name, file);
    default:
      return overwrites(statement, name, file);
  }
}

/** A `try` that loads, and whose handlers load what the body could not, or raise. */
function triedToLoad(statement: Node, name: string, file: PythonFile): Replacing | undefined {
  const [body, ...handlers] = statement.children.flatMap((each) => {
    if (each.type === 'block') return [each.children];
    return /^except/.test(each.type) ? [each.children.find(({ type }) => type === 'block')?.children ?? []] : [];
  });
  const loads = (statements: readonly Node[]): Replacing | undefined =>
    statements.map((each) => overwrites(each, name, file)).find((how) => how !== undefined);
  const isSure = handlers.every((each) => loads(each) || each.some(({ type }) => type === 'raise_statement'));
  return isSure ? loads(body ?? []) : undefined;
}

interface Training {
  readonly known: Remembered<Node, boolean>;
  /** Statements that neither train nor call a function of the file's: many layers may ask about the same ones. */
  readonly quiet: Set<Node>;
}

const training = new WeakMap<PythonFile, Training>();

function trainingOf(file: PythonFile): Training {
  const known = training.get(file) ?? { known: new Remembered(), quiet: new Set() };
  training.set(file, known);
  return known;
}

/** Some of the statements train. */
function trainsIn(way: readonly Node[], file: PythonFile): boolean {
  const { quiet } = trainingOf(file);
  return way.some((each) => !quiet.has(each) && trains(each, file));
}

/** Something in the statement, or in a function of the file that it leads to, is called as if it trained. */
function trains(statement: Node, file: PythonFile): boolean {
  return trainingOf(file).known.get(statement, () => isTraining(statement, file));
}

function isTraining(statement: Node, file: PythonFile): boolean {
  if (/^(function|class|decorated)_definition$/.test(statement.type)) return false;
  const own = workOf([statement], file);
  if (!own.isTraining && own.calls.length === 0) trainingOf(file).quiet.add(statement);
  const reached = new Set(own.calls);
  let found = own.isTraining;
  for (const each of reached) {
    if (found) break;
    const inside = workIn(each, file);
    found = inside.isTraining;
    for (const further of inside.calls) reached.add(further);
  }
  return found;
}

/** Whether some call is named as if it trained, and the functions of the file that are called. */
interface Work {
  readonly isTraining: boolean;
  readonly calls: readonly FunctionInfo[];
}

const works = new WeakMap<PythonFile, Remembered<FunctionInfo, Work>>();

function workIn(info: FunctionInfo, file: PythonFile): Work {
  const known = works.get(file) ?? new Remembered();
  works.set(file, known);
  return known.get(info, () => workOf(info.node.get('body')?.children ?? [], file));
}

function workOf(statements: readonly Node[], file: PythonFile): Work {
  const calls = new Set<FunctionInfo>();
  let isTraining = false;
  for (const statement of statements) {
    walk(statement, (node) => {
      if (node.type !== 'call') return !/^(function|class)_definition$/.test(node.type);
      const callee = node.get('function');
      const last = callee ? file.read(callee.get('attribute') ?? callee) : '';
      const isGiven = node.get('arguments')?.children.length !== 0;
      // `model.train()` only sets a mode, and `env.step(action)` is no optimizer's.
      isTraining ||= TRAINS.has(last) && (last === 'step' ? !isGiven : isGiven || last !== 'train');
      const own = file.functionOf(file.call(node).name);
      if (own) calls.add(own);
      return undefined;
    });
  }
  return { isTraining, calls: [...calls] };
}

/** The condition holds for whatever the command line has to give: `args.checkpoint is not None`. */
function asksRequired(condition: Node, file: PythonFile): boolean {
  if (isRequiredOption(condition, file)) return true;
  const [left] = condition.type === 'comparison_operator' ? condition.children : [];
  return left !== undefined && isRequiredOption(left, file) && /\bis\s+not\s+None$/.test(file.read(condition));
}

/** The condition is a parameter, or a test of one. */
function asksParameter(condition: Node | undefined, file: PythonFile): boolean {
  if (condition?.type === 'parenthesized_expression') return asksParameter(condition.children[0], file);
  const names = condition?.type === 'identifier' ? [condition] : (condition?.children ?? []);
  return names.some((each) => mayBeParameter(each, file));
}

/** The statement loads weights into the object, or into one that it is a part of; or it draws all of them anew. */
export function overwrites(statement: Node, name: string, file: PythonFile): Replacing | undefined {
  const expression = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  // `missing = model.load_state_dict(...)` keeps what did not fit.
  const value = expression?.type === 'assignment' ? expression.get('right') : expression;
  return value && overwrittenIn(value, name, file);
}

/** What evaluating an expression does to the weights; of one or the other, what both do. */
function overwrittenIn(value: Node, name: string, file: PythonFile): Replacing | undefined {
  if (value.type === 'parenthesized_expression')
    return value.children[0] && overwrittenIn(value.children[0], name, file);
  if (value.type !== 'conditional_expression') return overwrittenByCall(value, name, file);
  const [then, , otherwise] = value.children;
  return inAll([then, otherwise].map((each) => each && overwrittenIn(each, name, file)));
}

function overwrittenByCall(call: Node, name: string, file: PythonFile): Replacing | undefined {
  if (call.type !== 'call') return undefined;
  const loaded = file.call(call);
  if (isLoadedBy(call, name, file)) return 'loaded';
  const into = loaded.name === LOADS_MODEL ? file.argument(loaded, 'model', 0) : 'absent';
  if (typeof into !== 'string') return file.read(into) === name ? 'loaded' : undefined;
  const byHelper = helperReplaces(loaded, name, file);
  if (byHelper !== undefined) return byHelper;
  const object = call.get('function')?.get('object');
  if (object && file.read(object) === name) {
    if (loadsItself(loaded, file) || saysItLoads(loaded, file)) return 'loaded';
    const elsewhere = methodElsewhere(loaded, file);
    if (elsewhere !== null) return { function: elsewhere, parameter: OBJECT };
  }
  const byOwner =
    object && name.startsWith(`${file.read(object)}.`) ? partReplaced(loaded, object, name, file) : undefined;
  if (byOwner !== undefined) return byOwner;
  const how =
    loaded.method === 'load_state_dict' ? 'loaded' : loaded.method === 'reset_parameters' ? 'otherwise' : undefined;
  // A part is overwritten with the whole.
  const isWhole = object && `${name}.`.startsWith(`${file.read(object).replace(/\.module$/, '')}.`);
  return isWhole ? how : undefined;
}

const partsReplaced = new WeakMap<PythonFile, Remembered<string, Replacing | false>>();

/** What a method of the file surely does to a part of its object: `self.load(path)` to `self.model`. */
function partReplaced(call: Call, object: Node, name: string, file: PythonFile): Replacing | undefined {
  const method = file.functionOf(call.name);
  const [self] = method?.class ? method.parameters : [];
  const body = self && method?.node.get('body');
  if (!method || !self || body?.type !== 'block') return undefined;
  const part = `${self.name}${name.slice(file.read(object).length)}`;
  const known = partsReplaced.get(file) ?? new Remembered();
  partsReplaced.set(file, known);
  return (
    known.get(`${method.id} ${part}`, () => surelyReplaced(body.children, part, file) ?? false, false) || undefined
  );
}

/** What a helper does to a network it is passed: by its body, where that is in sight, or by what its name says. */
function helperReplaces(call: Call, name: string, file: PythonFile): Replacing | undefined {
  const given = (call.node.get('arguments')?.children ?? []).filter(({ type }) => !/_splat$/.test(type));
  const at = given.findIndex((each) => file.read(each.get('value') ?? each) === name);
  if (at < 0) return undefined;
  const key = given[at]?.type === 'keyword_argument' ? given[at].get('name') : undefined;
  const own = file.functionOf(call.name);
  const last = call.method ?? file.read(call.callee);
  const saysSo = saysItLoadsWeights(last);
  if (own) {
    const parameter = key ? file.read(key) : own.parameters[at + (own.class ? 1 : 0)]?.name;
    const how = parameter === undefined ? undefined : replacedParameters(own, file)[parameter];
    return how === 'loaded' || !saysSo ? how : 'otherwise';
  }
  // What only says that it restores, its body has to load.
  if (!saysSo && (!saysItRestores(last) || isOfLibrary(call.name))) return undefined;
  if (call.name === null || call.name.startsWith('#')) return saysSo ? 'otherwise' : undefined;
  return { function: call.name, parameter: key ? file.read(key) : at, ...(saysSo ? {} : { isPerhaps: true }) };
}

/** The parameters of a function into which it loads weights, whatever else it is passed. */
export function loadedParameters(info: FunctionInfo, file: PythonFile): readonly string[] {
  if (file.methodCalls('load_state_dict').length === 0) return [];
  const all = replacedParameters(info, file);
  const loaded = Object.keys(all).filter((name) => all[name] === 'loaded');
  const [object] = info.class ? info.parameters : [];
  return object && putsIntoObject(info, file) ? [...new Set([object.name, ...loaded])] : loaded;
}

type ReplacedParameters = Readonly<Record<string, Replacing>>;

const replacedIn = new WeakMap<PythonFile, Remembered<FunctionInfo, ReplacedParameters>>();

/** The parameters of a function whose weights it surely replaces, whatever else it is passed, and how. */
function replacedParameters(info: FunctionInfo, file: PythonFile): ReplacedParameters {
  const known = replacedIn.get(file) ?? new Remembered();
  replacedIn.set(file, known);
  // A function that calls itself replaces no more than the rest of its body does.
  return known.get(info, () => findReplaced(info, file), {});
}

function findReplaced(info: FunctionInfo, file: PythonFile): ReplacedParameters {
  const body = info.node.get('body');
  if (body?.type !== 'block' || !mayReplace(file)) return {};
  const found: Record<string, Replacing> = {};
  for (const { name } of info.parameters) {
    const how = surelyReplaced(body.children, name, file);
    if (how !== undefined) found[name] = how;
  }
  return found;
}

/** How statements replace the weights, whatever their conditions say, before something trains or leaves. */
function surelyReplaced(statements: readonly Node[], name: string, file: PythonFile): Replacing | undefined {
  for (const each of statements) {
    const how = surelyReplaces(each, name, file);
    if (how !== undefined) return how;
    if (mayLeave(each, file) || trains(each, file)) return undefined;
  }
  return undefined;
}

/** Statements, and the parts of them, that hold others. */
const HOLDS = /(_statement|_clause|block)$/;

/** It may return before what follows, or leave the loop around both; what a parameter asks for is the caller's to say. */
function mayLeave(statement: Node, file: PythonFile, isInLoop = false): boolean {
  const { type } = statement;
  if (type === 'return_statement') return true;
  if (type === 'break_statement' || type === 'continue_statement') return !isInLoop;
  if (type === 'if_statement' && asksParameter(statement.get('condition'), file)) return false;
  const isLoop = type === 'for_statement' || type === 'while_statement';
  return statement.children.some(
    (each) => HOLDS.test(each.type) && mayLeave(each, file, isInLoop || (isLoop && each.field === 'body')),
  );
}

/** The bodies of an `if`, and those of its other conditions. */
const armsOf = (branch: Node): readonly (readonly Node[])[] => [
  branch.get('consequence')?.children ?? [],
  ...alternativesOf(branch).map((arm) => (arm.get('consequence') ?? arm.get('body'))?.children ?? []),
];

const alternativesOf = (branch: Node): readonly Node[] =>
  branch.children.filter(({ field }) => field === 'alternative');

/** What all arms do that do not end the program or the function by an error. */
function inEachArm(branch: Node, name: string, file: PythonFile): Replacing | undefined {
  if (alternativesOf(branch).at(-1)?.type !== 'else_clause') return undefined;
  const arms = armsOf(branch).filter((arm) => !arm.some((each) => isFailure(each, file)));
  return inAll(arms.map((arm) => surelyReplaced(arm, name, file)));
}

/** What is done in all cases; where that differs, by something else than loading in some. */
function inAll(all: readonly (Replacing | undefined)[]): Replacing | undefined {
  if (all.length === 0 || all.includes(undefined)) return undefined;
  return all.find((how) => how !== 'loaded') ?? 'loaded';
}

function isFailure(statement: Node, file: PythonFile): boolean {
  const call = statement.type === 'expression_statement' ? statement.children[0] : undefined;
  return statement.type === 'raise_statement' || (call?.type === 'call' && EXITS.has(file.call(call).name));
}

/** A loader of a library's, at any place of the statement's call, that is handed the network. */
function isLoadedBy(statement: Node, name: string, file: PythonFile): boolean {
  let found = false;
  walk(statement, (node) => {
    const known = node.type === 'call' ? file.call(node).name : null;
    if (known !== null && loadsWeights(known)) found ||= mentions(node.get('arguments'), name, file);
    return !found;
  });
  return found;
}

/** A loop over the parameters of a network that gives each the values of something else. */
function copiesInto(loop: Node, name: string, file: PythonFile): boolean {
  const left = loop.get('left');
  const right = loop.get('right');
  const body = loop.get('body');
  if (!left || !right || !body) return false;
  const isOver = new RegExp(`(^|[^\\w.])${name.replace(/\W/g, '\\$&')}\\.(named_parameters|parameters|state_dict)\\(`);
  if (!isOver.test(file.read(right))) return false;
  const targets = left.type === 'identifier' ? [left] : left.children;
  const own = new Set(targets.map((each) => file.read(each)));
  let found = false;
  walk(body, (node) => {
    const isCopy = node.type === 'call' && file.call(node).method === 'copy_';
    const object = isCopy ? node.get('function')?.get('object') : undefined;
    const filled = object ? file.read(object).replace(/\.data$/, '') : '';
    // A moving average keeps a part of what was there.
    if (own.has(filled) && !mentions(node.get('arguments'), filled, file)) found = true;
    return !found;
  });
  return found;
}

/** A method that stands elsewhere and says that it loads what it is given into its own object. */
const saysItLoads = ({ name, method, node }: Call, file: PythonFile): boolean =>
  method !== null &&
  saysItLoadsWeights(method) &&
  file.functionOf(name) === undefined &&
  (node.get('arguments')?.children.length ?? 0) > 0;

/** A method of another file's class that may put a checkpoint into its object: `agent.load(path)`. Its body says whether it does. */
const methodElsewhere = ({ name, method }: Call, file: PythonFile): string | null =>
  name !== null && saysItRestores(method ?? '') && !isOfLibrary(name) && !file.functionOf(name) ? name : null;

/** A method of the file that puts a checkpoint into its own object, or into networks that this keeps. */
function loadsItself(call: Call, file: PythonFile): boolean {
  const method = file.functionOf(call.name);
  return method?.class != null && putsIntoObject(method, file);
}

function putsIntoObject(method: FunctionInfo, file: PythonFile): boolean {
  const body = method.node.get('body');
  const self = method.parameters[0]?.name ?? '';
  let found = false;
  if (body) {
    walk(body, (node) => {
      const callee = node.type === 'call' ? node.get('function') : undefined;
      const object = callee && file.read(callee).endsWith('.load_state_dict') ? callee.get('object') : undefined;
      const isOwn = object !== undefined && `${file.read(object)}.`.startsWith(`${self}.`);
      found ||= isOwn && !OPTIMIZERS.has(file.instanceOf(object)) && !handsWeightsOn(node, file);
      return !found;
    });
  }
  return found;
}

/** What is loaded are weights of the running program, of another network or of an earlier round, and no file's. */
function handsWeightsOn(load: Node, file: PythonFile): boolean {
  const given = load.get('arguments')?.children[0];
  const isTaken = (value: Node): boolean => {
    let found = false;
    walk(value, (each) => {
      found ||= each.type === 'call' && file.call(each).method === 'state_dict';
      return !found;
    });
    return found;
  };
  if (given?.type !== 'identifier') return given !== undefined && isTaken(given);
  return givenTo(given, file).some((each) => each.kind === 'assignment' && isTaken(each.value));
}

function mentions(node: Node | undefined, name: string, file: PythonFile): boolean {
  let found = false;
  if (node) {
    walk(node, (each) => {
      found ||= /^(identifier|attribute)$/.test(each.type) && file.read(each) === name;
      return !found;
    });
  }
  return found;
}
