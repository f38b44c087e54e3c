/** Seeds that are new in every run: which calls take a seed, and which part of one comes from the clock, entropy or chance. */

import { seedOfGenerator } from '../knowledge/generators.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { looksLikeSeeder, type Stream, seederOf } from '../knowledge/tables.ts';
import { findDraw } from '../lowering/draws.ts';
import { callTaking } from '../python/arguments.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { assignedTo, belongsTo, isSameVariable } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { type Node, walk } from '../syntax/parse.ts';
import { itemsWithin } from '../syntax/within.ts';
import { contains } from '../text/edit.ts';

/** A call that takes a seed, and the seed it gets. */
export interface SeedUse {
  readonly call: Call;
  readonly value: Argument;
  /** The global generators it seeds; empty for generator objects and for what nobody knows. */
  readonly streams: readonly Stream[];
}

/** The part of a seed that is new in every run. */
export interface Varying {
  readonly node: Node;
  /** The global generator it is drawn from; it varies only as long as that has no seed itself. */
  readonly stream?: Stream;
  /** The names it went through on its way into the seed. */
  readonly names: readonly Node[];
}

const SEED_KEYWORD = /^(random_|manual_|global_)?seed$|^random_state$/;

/** Every seed of the file, also what its own helpers, and helpers of others, are given for one. */
export function seedUses(file: PythonFile): SeedUse[] {
  const direct: SeedUse[] = [];
  const own: { call: Call; helper: FunctionInfo }[] = [];
  for (const call of file.allCalls) {
    const use = directUse(call, file);
    if (use) direct.push(use);
    const helper = file.functionOf(call.name);
    if (helper) own.push({ call, helper });
  }
  const seedParameter = new Map<string, number>();
  const usesOf = ({ call, helper }: (typeof own)[number]): SeedUse[] => {
    const index = indexIn(helper);
    const parameter = parametersOf(helper)[index];
    if (!parameter) return [];
    const given = file.argument(call, parameter.name, index);
    return [{ call, value: (given === 'absent' && parameter.default) || given, streams: [] }];
  };
  const indexIn = (helper: FunctionInfo): number => {
    const known = seedParameter.get(helper.id);
    if (known !== undefined) return known;
    // One that calls itself takes no other seed than the rest of its body does.
    seedParameter.set(helper.id, -1);
    const uses = [...callsWithin(helper.node, direct), ...callsWithin(helper.node, own).flatMap(usesOf)];
    const index = parametersOf(helper).findIndex(({ name }) => uses.some((use) => takesParameter(use, name, file)));
    seedParameter.set(helper.id, index);
    return index;
  };
  const passed = own.flatMap(usesOf);
  return [...direct, ...passed];
}

/** Those whose call, which come in source order, stands in a node. */
const callsWithin = <Item extends { readonly call: Call }>(node: Node, items: readonly Item[]): readonly Item[] =>
  itemsWithin(node, items, ({ call }) => call.node);

/** The expression is the seed that a call takes where it stands. */
export function isTakenAsSeed(node: Node, file: PythonFile): boolean {
  const call = callTaking(node, file);
  return call !== null && directUse(call, file)?.value === node;
}

/** Without the object itself. */
const parametersOf = (helper: FunctionInfo) => (helper.class ? helper.parameters.slice(1) : helper.parameters);

function directUse(call: Call, file: PythonFile): SeedUse | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (seeder?.argument && !seeder.state && !seeder.varying) {
    const value = file.argument(call, seeder.argument.name, seeder.argument.position);
    return { call, value, streams: seeder.streams };
  }
  const generator = call.name === null ? undefined : seedOfGenerator(call.name);
  if (generator) return { call, value: file.argument(call, generator.argument, generator.position), streams: [] };
  const named = seedKeyword(call, file)?.get('value');
  if (named) return { call, value: named, streams: [] };
  const last = call.method ?? file.read(call.callee);
  const isSeeder = !call.name?.startsWith('#') && seeder === undefined && looksLikeSeeder(last);
  return isSeeder ? { call, value: file.argument(call, 'seed', 0), streams: [] } : null;
}

function seedKeyword({ node }: Call, file: PythonFile): Node | undefined {
  for (const each of node.get('arguments')?.children ?? []) {
    if (each.type === 'keyword_argument' && SEED_KEYWORD.test(file.read(each.get('name') ?? each))) return each;
  }
  return undefined;
}

const takesParameter = ({ value }: SeedUse, name: string, file: PythonFile): boolean =>
  typeof value !== 'string' && identifiers(value).some((each) => file.read(each) === name);

const SOURCES = namesFor('varies');
const ARITHMETIC = namesFor('arithmetic');
const TURNS_INTO_NUMBER = namesFor('turns-into-number');
const CUDA_GENERATORS = nameFor('cuda-generators');

/** What of the expression is new in every run; null when nothing is known to be, or when there is a choice. */
export function varyingPart(expression: Node, file: PythonFile, names: readonly Node[] = []): Varying | null {
  switch (expression.type) {
    case 'identifier': {
      const value = assignedTo(expression, file);
      return value && names.length <= 3 ? varyingPart(value, file, [...names, expression]) : null;
    }
    case 'call':
      return varyingCall(file.call(expression), file, names);
    case 'attribute': {
      const object = expression.get('object');
      const part = object && varyingPart(object, file, names);
      return part && part.stream === undefined ? within(expression, part) : null;
    }
    case 'parenthesized_expression':
    case 'unary_operator':
    case 'binary_operator':
    case 'subscript':
    case 'list':
    case 'tuple':
    case 'keyword_argument':
      return first(expression.children, file, names);
    default:
      return null;
  }
}

function varyingCall(call: Call, file: PythonFile, names: readonly Node[]): Varying | null {
  const { node, name, callee } = call;
  if (SOURCES.has(name) || reseedsDevice(call, file)) return { node, names };
  const draw = findDraw(call, file);
  if (draw) return draw.kind === 'function' && !draw.via ? { node, names, stream: draw.stream } : null;
  if (ARITHMETIC.has(name)) return first(node.get('arguments')?.children ?? [], file, names);
  const object = callee.get('object');
  const part = name === null && object ? varyingPart(object, file, names) : null;
  return part && within(node, part);
}

/** `torch.cuda.default_generators[i].seed()` takes fresh entropy, as `torch.seed()` does. */
function reseedsDevice({ method, callee }: Call, file: PythonFile): boolean {
  const table = method === 'seed' ? callee.get('object')?.get('value') : undefined;
  return table !== undefined && file.qualify(table) === CUDA_GENERATORS;
}

/** `now.timestamp()` of a `now` that was taken elsewhere: the number is made here. */
const within = (node: Node, part: Varying): Varying => (contains(node, part.node) ? part : { ...part, node });

function first(nodes: readonly Node[], file: PythonFile, names: readonly Node[]): Varying | null {
  for (const node of nodes) {
    const part = varyingPart(node.get('value') ?? node, file, names);
    if (part) return part;
  }
  return null;
}

/** The part with what only turns it into a number around it: `int(time.time()) % 1000`. */
export function wholeExpression({ node }: Varying, file: PythonFile): Node {
  let at = node;
  for (;;) {
    const parent = at.parent;
    if (!parent) return at;
    const isAlone = parent.type === 'argument_list' && parent.children.length === 1;
    const outer = isAlone ? parent.parent : null;
    if (outer?.type === 'call' && TURNS_INTO_NUMBER.has(file.call(outer).name)) at = outer;
    else if (parent.type === 'parenthesized_expression' || parent.type === 'attribute') at = parent;
    else if (parent.type === 'call' && at.field === 'function') at = parent;
    else if (parent.type === 'binary_operator' && parent.children.every((each) => each === at || isNumber(each)))
      at = parent;
    else if (parent.type === 'subscript' && at.field === 'value') at = parent;
    else return at;
  }
}

/** A number written out, or made of such: `2**32 - 1`; or an operator between them. */
const isNumber = (node: Node): boolean =>
  /^(integer|float|[-+*%/&|^]|\*\*|\/\/|<<|>>)$/.test(node.type) ||
  (/^(binary_operator|unary_operator|parenthesized_expression)$/.test(node.type) && node.children.every(isNumber));

/** True where somebody can look the seed up: one of its names, here or in a helper, is used for more than seeding. */
export function isRecorded(varying: Varying, uses: readonly SeedUse[], file: PythonFile): boolean {
  const helpers = helpersGiven(varying, uses, file);
  if (varying.names.length === 0 && helpers.length === 0) return false;
  const inSeeds = uses.flatMap(({ value }) => (typeof value === 'string' ? [] : [value]));
  return identifiers(file.syntax.root).some((each) => {
    if (each.field === 'left' || each.field === 'attribute') return false;
    if (!isNameOf(each, varying, helpers, file)) return false;
    const isTakenAsSeed = inSeeds.some((value) => contains(value, each));
    const assignment = each.enclosing('assignment');
    const isOwn = varying.names.includes(each);
    const isHashSeed = assignment && /\bPYTHONHASHSEED\b/.test(file.read(assignment.get('left') ?? each));
    return !isTakenAsSeed && !isOwn && !isHashSeed;
  });
}

/** A helper that is given a seed, and the parameter that has it there. */
interface GivenHelper {
  readonly helper: FunctionInfo;
  readonly parameter: string;
}

const isNameOf = (each: Node, varying: Varying, helpers: readonly GivenHelper[], file: PythonFile): boolean =>
  varying.names.some((name) => isSameVariable(each, name, file)) ||
  helpers.some(
    ({ helper, parameter }) =>
      file.read(each) === parameter &&
      belongsTo(each, helper, file) &&
      !each.enclosing('parameters', 'lambda_parameters'),
  );

/** The helpers that are given the varying part, by its names or as it stands, and those that they give it to. */
function helpersGiven(varying: Varying, uses: readonly SeedUse[], file: PythonFile): readonly GivenHelper[] {
  const found: GivenHelper[] = [];
  const open = new Set(uses.filter(({ call }) => file.functionOf(call.name)));
  const isGiven = ({ value }: SeedUse): boolean =>
    typeof value !== 'string' &&
    (contains(value, varying.node) || identifiers(value).some((each) => isNameOf(each, varying, found, file)));
  for (let count = -1; count !== found.length; ) {
    count = found.length;
    for (const use of open) {
      const helper = isGiven(use) ? file.functionOf(use.call.name) : undefined;
      const parameter = helper && parametersOf(helper).find((each, i) => passes(use, each.name, i, file));
      if (!helper || !parameter) continue;
      open.delete(use);
      found.push({ helper, parameter: parameter.name });
    }
  }
  return found;
}

const passes = ({ call, value }: SeedUse, name: string, position: number, file: PythonFile): boolean =>
  file.argument(call, name, position) === value;

function identifiers(node: Node): Node[] {
  const found: Node[] = [];
  walk(node, (each) => {
    if (each.type === 'identifier') found.push(each);
    return true;
  });
  return found;
}
