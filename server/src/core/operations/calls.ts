/** The calls of a file that write an operation of the table: functions, methods of tensors, modules, partials. */

import { opsOf, opsOfMethod, type Spelling, type Use } from '../knowledge/tables.ts';
import type { Argument, Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { tensorOf } from '../tensors/tensors.ts';

/** One call that writes an operation; `spelling` says where its arguments are. */
export interface OpCall extends Use {
  readonly call: Call;
  /** The token to look at: the method's name, or the whole dotted callee. */
  readonly token: Node;
  argument(name: string): Argument;
  /** The expressions passed as a tensor: of a module, by each call of it in this file. */
  operands(name: string): readonly (Node | null)[];
  /** Where it runs: the call itself, or the calls of the module. */
  readonly runs: readonly Node[];
  /** The partial that is called; where that is at fault, its calls are not. */
  readonly partial?: OpCall;
}

const PARTIAL = 'functools.partial';
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
  return usesOf(call, file, isWanted).map((use) => {
    const isModule = use.spelling.kind === 'module';
    const runs = isModule ? callsOfModule(call, file) : [call.node];
    return {
      ...use,
      call,
      token: use.spelling.kind === 'method' && token ? token : call.callee,
      runs,
      argument: (name) => file.argument(call, name, use.spelling.positions?.[name]),
      operands: (name) =>
        isModule
          ? runs.map((node) => operand(file.call(node), name, moduleSpelling(use.spelling, name), file))
          : [operand(call, name, use.spelling, file)],
    };
  });
}

/** Rows that are only for hovers, and those about the CPU, are no findings. */
const canBeFound = ({ op }: Use): boolean => op.report !== 'hover' && op.devices.includes('cuda');

function usesOf(call: Call, file: PythonFile, isWanted: (use: Use) => boolean): readonly Use[] {
  if (call.name !== null) {
    const uses = opsOf(call.name).filter(isWanted);
    if (uses.length > 0) return uses;
  }
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
  const isTorch = (name: string): boolean => /torch|lightning|accelerate/.test(name);
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

const modules = new WeakMap<PythonFile, ReadonlyMap<Node, readonly Node[]>>();

/** The calls, in this file, of the module that a call constructs. */
function callsOfModule(construction: Call, file: PythonFile): readonly Node[] {
  let known = modules.get(file);
  if (!known) {
    const found = new Map<Node, Node[]>();
    for (const call of file.allCalls) {
      // Only what is called by a name, an attribute or on the spot can be a module's instance.
      if (call.name !== null && !call.name.startsWith('#')) continue;
      const made = file.constructionOf(call.callee);
      if (made) found.set(made.node, [...(found.get(made.node) ?? []), call.node]);
    }
    known = found;
    modules.set(file, known);
  }
  return known.get(construction.node) ?? [];
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
        const base = { ...use, runs: later.map((each) => each.node) };
        const at = { ...base, call, token, argument: bound, operands: (): null[] => [] };
        const given =
          (call.node.get('arguments')?.children ?? []).filter((each) => each.type !== 'keyword_argument').length - 1;
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
            operands: (argument: string) => [given > 0 ? null : operand(each, argument, use.spelling, file)],
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
