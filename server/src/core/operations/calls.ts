/** The calls of a file that write an operation of the table: functions, methods of tensors, modules, partials. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { opsOf, opsOfMethod, type Spelling, type Use } from '../knowledge/tables.ts';
import type { Argument, Call } from '../python/call.ts';
import { evaluatorOf } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { valuesAt } from '../python/names.ts';
import { Remembered } from '../python/notes.ts';
import type { Choices } from '../tensors/choices.ts';
import { type ModuleRun, runsOf } from '../tensors/modules.ts';
import { tensorOf } from '../tensors/tensors.ts';
import { argumentThrough, type Written, writtenValue } from '../tensors/written-values.ts';

const PARTIAL = nameFor('partial');

const TORCH_USERS = namesFor('torch-users').all;

/** One call that writes an operation; `spelling` says where its arguments are. */
export interface OpCall extends Use {
  readonly call: Call;
  /** The token to look at: the method's name, or the whole dotted callee. */
  readonly token: Node;
  /** What is passed for an argument; with the choices of a trial also through `**kwargs` that a caller fills. */
  argument(name: string, choices?: Choices): Argument;
  /** The expressions passed as a tensor: of a module, by each call of it in this file. */
  operands(name: string): readonly (Node | null)[];
  /** Where it runs: the call itself, or the calls of the module. */
  readonly runs: readonly Node[];
  /** The calls of a module that what it gets was computed for by layers, as far as it stands behind them in a `Sequential`. */
  readonly behindLayers: readonly Node[];
  /** The operations that the same call may write instead, where it is decided elsewhere which function is called. */
  readonly group: readonly OpCall[];
  /** The partial that is called; where that is at fault, its calls are not. */
  readonly partial?: OpCall;
}

const MAX_STEPS = 6;

/** Whether the row of a use counts. */
type Counts = (use: Use) => boolean;

/** Rows that speak whatever the program promises, and those that speak only where it promises the same bits too. */
const COUNTS: Readonly<Record<'always' | 'with-intent', Counts>> = {
  always: ({ op }) => op.report === 'always',
  'with-intent': () => true,
};

const memory = new WeakMap<PythonFile, Map<OpReport, readonly OpCall[]>>();
const candidates = new WeakMap<PythonFile, readonly Candidate[]>();

/** Which operations count: all that could be one on CUDA, or those that speak whatever is promised. */
export type OpReport = keyof typeof COUNTS;

/** A call that the table has rows for, as far as its name tells. */
interface Candidate {
  readonly call: Call;
  readonly uses: readonly Use[];
}

/** Every call that could be an operation on CUDA, whatever its arguments say. */
export function opCalls(file: PythonFile, report: OpReport): readonly OpCall[] {
  const known = memory.get(file) ?? new Map<OpReport, readonly OpCall[]>();
  memory.set(file, known);
  let calls = known.get(report);
  if (!calls) {
    const counts = COUNTS[report];
    calls = [
      ...candidatesOf(file).flatMap((candidate) => written(candidate, file, counts)),
      ...partials(file).filter(counts),
    ];
    known.set(report, calls);
  }
  return calls;
}

/** True where some call may be of an operation, as far as names tell. */
export const namesOperations = (file: PythonFile): boolean =>
  file.calls(PARTIAL).length > 0 || candidatesOf(file).length > 0;

/** True where a call may be of a row that speaks only with intent. */
export const namesIntent = (file: PythonFile): boolean =>
  file.calls(PARTIAL).length > 0 ||
  candidatesOf(file).some(({ uses }) => uses.some(({ op }) => op.report === 'with-intent'));

function candidatesOf(file: PythonFile): readonly Candidate[] {
  let known = candidates.get(file);
  if (!known) {
    known = file.allCalls
      .map((call) => ({ call, uses: usesNamed(call, file, canBeFound) }))
      .filter(({ uses }) => uses.length > 0);
    candidates.set(file, known);
  }
  return known;
}

/** The operations that one call writes, also those that are never a finding. */
export const opsWrittenBy = (call: Call, file: PythonFile): readonly OpCall[] =>
  written({ call, uses: usesNamed(call, file, () => true) }, file, () => true);

/** What is called may be one of a few functions, which branches or a table decide. */
const isOpen = ({ name, method }: Call): boolean => name === null && method === null;

function written(candidate: Candidate, file: PythonFile, counts: Counts): OpCall[] {
  const { call, uses } = candidate;
  const all: OpCall[] = [];
  if (isOpen(call)) {
    for (const use of uses) all.push(new WrittenOp(use, call, all, file));
    return all.filter(counts);
  }
  for (const use of usesMeant(candidate, file, counts)) {
    // What one name says of one function stands for itself.
    const group: OpCall[] = [];
    group.push(new WrittenOp(use, call, group, file));
    all.push(...group);
  }
  return all;
}

/** Where a module runs is only looked for where somebody asks. Its parts are inherited: a file has hundreds of these. */
class WrittenOp implements OpCall {
  readonly #file: PythonFile;
  readonly op: Use['op'];
  readonly spelling: Spelling;
  readonly call: Call;
  readonly token: Node;
  readonly group: readonly OpCall[];

  constructor({ op, spelling }: Use, call: Call, group: readonly OpCall[], file: PythonFile) {
    const attribute = spelling.kind === 'method' ? call.callee.get('attribute') : undefined;
    this.#file = file;
    this.op = op;
    this.spelling = spelling;
    this.call = call;
    this.token = attribute ?? call.callee;
    this.group = group;
  }

  get #isModule(): boolean {
    return this.spelling.kind === 'module';
  }

  get runs(): readonly Node[] {
    return this.#isModule ? [...new Set(nodesOf(runsOf(this.call, this.#file)))] : [this.call.node];
  }

  get behindLayers(): readonly Node[] {
    return this.#isModule ? nodesOf(runsOf(this.call, this.#file).filter((each) => each.isBehindLayers)) : [];
  }

  argument(name: string, choices?: Choices): Argument {
    return argumentThrough(this.call, name, this.spelling.positions?.[name], this.#file, choices ?? null);
  }

  operands(name: string): readonly (Node | null)[] {
    const file = this.#file;
    if (!this.#isModule) return [operand(this.call, name, this.spelling, file)];
    const spelling = moduleSpelling(this.spelling, name);
    return this.runs.map((node) => operand(file.call(node), name, spelling, file));
  }
}

const nodesOf = (ran: readonly ModuleRun[]): readonly Node[] => ran.map((each) => each.call.node);

/** Rows that are only for hovers, and those about the CPU, are no findings. */
const canBeFound: Counts = ({ op }) => op.report !== 'hover' && op.devices.includes('cuda');

/** The rows that the name of a call, or else of its method, has in the table. */
function usesNamed(call: Call, file: PythonFile, isPossible: Counts): readonly Use[] {
  const { name, method } = call;
  if (isOpen(call)) return [...new Set(namesOf(call.callee, file))].flatMap((each) => opsOf(each)).filter(isPossible);
  const named = name === null ? [] : opsOf(name).filter(isPossible);
  return named.length > 0 || method === null ? named : opsOfMethod(method).filter(isPossible);
}

/** Those of them that count, where the call is one of a method of a tensor if it has to be. */
function usesMeant({ call, uses }: Candidate, file: PythonFile, counts: Counts): readonly Use[] {
  const counted = uses.filter(counts);
  const object = call.callee.get('object');
  if (counted.length === 0 || counted[0]?.spelling.kind !== 'method') return counted;
  if (!object) return [];
  const tensor = tensorOf(object, file);
  if (tensor && !tensor.maybe) return counted;
  // A method's name alone decides only where no other library has it, and nobody knows what it is called on.
  return isUnknownObject(call, object, file) && usesTorch(file)
    ? counted.filter(({ spelling }) => !spelling.ambiguous)
    : [];
}

function isUnknownObject(call: Call, object: Node, file: PythonFile): boolean {
  if (call.name === null) return true;
  const isOwnAttribute = call.name.startsWith('#') && object.type === 'attribute';
  return isOwnAttribute && file.functionOf(call.name) === undefined && file.constructionOf(object) === null;
}

function usesTorch(file: PythonFile): boolean {
  const names = [...file.scopes.module.names.values()].flat();
  const isTorch = (name: string): boolean => TORCH_USERS.some((each) => name.includes(each));
  if (file.scopes.stars.some(isTorch)) return true;
  if (names.some((each) => each.kind === 'import' && isTorch(each.qualified))) return true;
  return file.scopes.imports.some((statement) => isTorch(file.read(statement.get('module_name') ?? statement)));
}

/** A module is called with its tensors in order; the positions of its spelling are those of its construction. */
function moduleSpelling(spelling: Spelling, name: string): Spelling {
  return { ...spelling, positions: { [name]: name === 'target' ? 1 : 0 } };
}

function operand(call: Call, name: string, spelling: Spelling, file: PythonFile): Node | null {
  if (spelling.kind === 'method' && name === 'input') return call.callee.get('object') ?? null;
  const given = file.argument(call, name, spelling.positions?.[name] ?? (name === 'input' ? 0 : undefined));
  return typeof given === 'string' ? null : given;
}

/** The names of the functions that a callee may stand for, where branches or a table decide; empty for anything else. */
function namesOf(callee: Node, file: PythonFile, steps = 0): readonly string[] {
  if (steps > MAX_STEPS) return [];
  const go = (node: Node | undefined): readonly string[] => (node ? namesOf(node, file, steps + 1) : []);
  const name = file.qualify(callee);
  if (name !== null) return [name];
  switch (callee.type) {
    case 'parenthesized_expression':
      return go(callee.children[0]);
    case 'conditional_expression':
      return [...go(callee.children[0]), ...go(callee.children[2])];
    case 'subscript':
      return go(callee.get('value'));
    case 'list':
    case 'tuple':
      return callee.children.flatMap(go);
    case 'dictionary':
      return namesIn(callee, file, steps);
    case 'identifier':
      return valuesAt(callee, file).flatMap(go);
    case 'call':
      return namesByKey(callee, file);
    default:
      return [];
  }
}

/** By file, the functions that tables hold; by their places, and by how far they were looked for. */
const tables = new WeakMap<PythonFile, Remembered<string, readonly string[]>>();

/** Those of a dictionary, each once; worked out once, since many calls may look into a large one. */
function namesIn(table: Node, file: PythonFile, steps: number): readonly string[] {
  const known = tables.get(file) ?? new Remembered();
  tables.set(file, known);
  return known.get(`${table.start} ${steps}`, () => [
    ...new Set(
      table.children.flatMap((pair) => {
        const value = pair.get('value');
        return value ? namesOf(value, file, steps + 1) : [];
      }),
    ),
  ]);
}

/** `getattr(nn, f"AvgPool{dims}d")`: those that differ in the digit. */
function namesByKey(callee: Node, file: PythonFile): readonly string[] {
  const [object, key] = callee.get('arguments')?.children ?? [];
  if (!object || key?.type !== 'string' || file.read(callee.get('function') ?? callee) !== 'getattr') return [];
  const module = file.qualify(object);
  const pattern = file.quoted(key).split(/\{[^}]*\}/);
  if (module === null || pattern.length !== 2) return [];
  return [1, 2, 3].map((digit) => `${module}.${pattern.join(String(digit))}`);
}

/** Whether the callee is this operation of several, as a trial decides it. */
export function isChosen(use: OpCall, file: PythonFile, choices: Choices): boolean {
  const written: Written | undefined = writtenValue(use.call.callee, file, choices);
  return typeof written === 'object' && written !== null && 'name' in written && written.name === use.spelling.name;
}

/** `partial(F.interpolate, mode='bilinear')`, and the calls of a partial that has not decided yet. */
function partials(file: PythonFile): OpCall[] {
  const made = partialsOfOperations(file);
  const callsOf = callsOfPartials(made, file);
  return made.flatMap(({ call, token, uses }) =>
    uses.flatMap((use) => {
      const position = (argument: string): number | undefined => use.spelling.positions?.[argument];
      const bound = (argument: string): Argument => {
        const at = position(argument);
        return file.argument(call, argument, at === undefined ? undefined : at + 1);
      };
      const later = callsOf.get(call.node) ?? [];
      const base = { ...use, runs: later.map((each) => each.node), behindLayers: [], group: [] };
      const given =
        (call.node.get('arguments')?.children ?? []).filter((each) => each.type !== 'keyword_argument').length - 1;
      const operandOf = (each: Call, argument: string): Node | null =>
        given > 0 ? null : operand(each, argument, use.spelling, file);
      const operands = (argument: string): (Node | null)[] => later.map((each) => operandOf(each, argument));
      const at = { ...base, call, token, argument: bound, operands };
      return [
        at,
        ...later.map((each) => ({
          ...base,
          partial: at,
          call: each,
          token: each.callee,
          runs: [each.node],
          argument: (argument: string): Argument => {
            const where = position(argument);
            const own = file.argument(each, argument, where === undefined || where < given ? undefined : where - given);
            return own === 'absent' ? bound(argument) : own;
          },
          operands: (argument: string) => [operandOf(each, argument)],
        })),
      ];
    }),
  );
}

/** A partial of what the table has rows for. */
interface PartialMade extends Candidate {
  readonly token: Node;
}

function partialsOfOperations(file: PythonFile): readonly PartialMade[] {
  return file.calls(PARTIAL).flatMap((call): PartialMade[] => {
    const token = call.node.get('arguments')?.children[0];
    const name = token && token.type !== 'keyword_argument' ? file.qualify(token) : null;
    const uses = name === null ? [] : opsOf(name).filter(canBeFound);
    return token && uses.length > 0 ? [{ call, token, uses }] : [];
  });
}

/** The calls of what each partial made, also where an attribute keeps it or a function of the file returned it. */
function callsOfPartials(made: readonly PartialMade[], file: PythonFile): ReadonlyMap<Node, readonly Call[]> {
  const found = new Map<Node, Call[]>(made.map(({ call }) => [call.node, []]));
  const evaluator = evaluatorOf(file);
  for (const call of found.size > 0 ? file.allCalls : []) {
    const { name, callee } = call;
    const isObject = name === null || (name.startsWith('#') && !file.functionOf(name) && !file.classOf(name));
    if (!isObject || !/^(identifier|attribute)$/.test(callee.type)) continue;
    for (const { node, access } of evaluator.origins(evaluator.value(callee)).values)
      if (access.length === 0) found.get(node)?.push(call);
  }
  return found;
}
