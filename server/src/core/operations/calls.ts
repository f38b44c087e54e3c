/** The calls of a file that write an operation of the table: functions, methods of tensors, modules, partials. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import { opsOf, opsOfMethod, type Spelling, type Use } from '../knowledge/tables.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { reachingDefinitions } from '../python/reaching.ts';
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
const memory = new WeakMap<PythonFile, readonly OpCall[]>();

/** Every call that could be an operation on CUDA, whatever its arguments say. */
export function opCalls(file: PythonFile): readonly OpCall[] {
  let calls = memory.get(file);
  if (!calls) {
    calls = [...file.allCalls.flatMap((call) => plain(call, file)), ...partials(file)];
    memory.set(file, calls);
  }
  return calls;
}

/** The operations that one call writes, also those that are never a finding. */
export const opsWrittenBy = (call: Call, file: PythonFile): readonly OpCall[] => plain(call, file, () => true);

function plain(call: Call, file: PythonFile, isWanted = canBeFound): OpCall[] {
  const token = call.callee.get('attribute');
  const group: OpCall[] = [];
  for (const use of usesOf(call, file, isWanted)) {
    const { kind, positions } = use.spelling;
    const isModule = kind === 'module';
    const ran: readonly ModuleRun[] = isModule ? runsOf(call, file) : [];
    const runs = isModule ? [...new Set(ran.map((each) => each.call.node))] : [call.node];
    group.push({
      ...use,
      call,
      token: kind === 'method' && token ? token : call.callee,
      runs,
      behindLayers: ran.filter((each) => each.isBehindLayers).map((each) => each.call.node),
      group,
      argument: (name, choices) => argumentThrough(call, name, positions?.[name], file, choices ?? null),
      operands: (name) =>
        isModule
          ? runs.map((node) => operand(file.call(node), name, moduleSpelling(use.spelling, name), file))
          : [operand(call, name, use.spelling, file)],
    });
  }
  // What one name says of one function stands for itself.
  return call.name === null && call.method === null ? group : group.map((each) => ({ ...each, group: [each] }));
}

/** Rows that are only for hovers, and those about the CPU, are no findings. */
const canBeFound = ({ op }: Use): boolean => op.report !== 'hover' && op.devices.includes('cuda');

function usesOf(call: Call, file: PythonFile, isWanted: (use: Use) => boolean): readonly Use[] {
  if (call.name !== null) {
    const uses = opsOf(call.name).filter(isWanted);
    if (uses.length > 0) return uses;
  }
  if (call.name === null && call.method === null)
    return [...new Set(namesOf(call.callee, file))].flatMap((name) => opsOf(name)).filter(isWanted);
  const object = call.callee.get('object');
  const uses = call.method === null || !object ? [] : opsOfMethod(call.method).filter(isWanted);
  if (uses.length === 0 || !object) return [];
  const tensor = tensorOf(object, file);
  if (tensor && !tensor.maybe) return uses;
  // A method's name alone decides only where no other library has it, and nobody knows what it is called on.
  return isUnknownObject(call, object, file) && usesTorch(file)
    ? uses.filter(({ spelling }) => !spelling.ambiguous)
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
      return callee.children.flatMap((pair) => go(pair.get('value')));
    case 'identifier':
      return reachingDefinitions(callee, file).flatMap((each) => (each.kind === 'assignment' ? go(each.value) : []));
    case 'call':
      return namesByKey(callee, file);
    default:
      return [];
  }
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
  return file.calls(PARTIAL).flatMap((call) => {
    const token = call.node.get('arguments')?.children[0];
    const name = token && token.type !== 'keyword_argument' ? file.qualify(token) : null;
    if (!token || name === null) return [];
    return opsOf(name)
      .filter(canBeFound)
      .flatMap((use) => {
        const position = (argument: string): number | undefined => use.spelling.positions?.[argument];
        const bound = (argument: string): Argument => {
          const at = position(argument);
          return file.argument(call, argument, at === undefined ? undefined : at + 1);
        };
        const later = file.allCalls.filter((each) => isCallOf(each, call, file));
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
              const own = file.argument(
                each,
                argument,
                where === undefined || where < given ? undefined : where - given,
              );
              return own === 'absent' ? bound(argument) : own;
            },
            operands: (argument: string) => [operandOf(each, argument)],
          })),
        ];
      });
  });
}

function isCallOf(call: Call, partial: Call, file: PythonFile): boolean {
  if (call.name !== null || call.callee.type !== 'identifier') return false;
  const [only, ...others] = file.definitions(call.callee);
  return only?.kind === 'assignment' && others.length === 0 && only.value === partial.node;
}
