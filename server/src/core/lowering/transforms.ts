/** Which calls and decorators compile, trace, batch or checkpoint a function, and what they hand it. */

import type { EffectValue, Event, Transformation } from '../effects/events.ts';
import { TAKES_NO_GRADIENT } from '../knowledge/calls.ts';
import { DRAWING_METHODS, generatorMadeBy } from '../knowledge/generators.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import {
  checkpointsItself,
  leavesUntouched,
  type Transform,
  transformingMethod,
  transformNamed,
} from '../knowledge/transforms.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { assignedTo } from '../python/names.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Node } from '../syntax/parse.ts';

const PARTIAL = nameFor('partial');

const OTHER_STREAMS = namesFor('other-global-streams');

/** How a call transforms what: through a name that `functools.partial` gave it, too. */
interface Applied {
  readonly transform: Transform;
  readonly function: Argument;
  /** The calls that hand it arguments; what `partial` was given comes last. */
  readonly calls: readonly Call[];
}

/** How a call transforms a function; null where it does not. */
export function appliedTransform(call: Call, file: PythonFile): Applied | null {
  const applied = namedTransform(call, file) ?? methodTransform(call, file);
  return applied && !isOff(applied, file) ? applied : null;
}

function namedTransform(call: Call, file: PythonFile): Applied | null {
  const named = call.name === null ? undefined : transformNamed(call.name);
  if (named) return apply(named, [call], file);
  // `torch.compile(mode="reduce-overhead")(step)`, or `run = partial(checkpoint, use_reentrant=False)` and `run(block, x)`.
  const maker = makerOf(call.callee, file);
  if (!maker) return null;
  const isPartial = maker.name === PARTIAL;
  const target = isPartial ? file.argument(maker, '', 0) : null;
  const name = isPartial ? (target && typeof target !== 'string' ? file.qualify(target) : null) : maker.name;
  const transform = name === null ? undefined : transformNamed(name);
  if (!transform || (!isPartial && given(transform, [maker], file) !== 'absent')) return null;
  return apply(transform, [call, maker], file);
}

/** The call that made what is called, as it is written or by the one name it got. */
function makerOf(callee: Node, file: PythonFile): Call | null {
  if (callee.type === 'call') return file.call(callee);
  const made = assignedTo(callee, file);
  return made?.type === 'call' ? file.call(made) : null;
}

function methodTransform(call: Call, file: PythonFile): Applied | null {
  const transform = call.method === null ? undefined : transformingMethod(call.method);
  const object = call.callee.get('object');
  if (!transform || !object || file.functionOf(call.name)) return null;
  return transform.function === undefined
    ? { transform, function: object, calls: [call] }
    : apply(transform, [call], file);
}

/** Without a function it makes a decorator, and transforms nothing yet. */
function apply(transform: Transform, calls: readonly Call[], file: PythonFile): Applied | null {
  const function_ = given(transform, calls.slice(0, 1), file);
  return function_ === 'absent' ? null : { transform, function: function_, calls };
}

function given(transform: Transform, calls: readonly Call[], file: PythonFile): Argument {
  const { function: where } = transform;
  const [call] = calls;
  return where === undefined || !call ? 'absent' : file.argument(call, where.argument, where.position);
}

function isOff({ transform, calls }: Applied, file: PythonFile): boolean {
  const { off } = transform;
  return off?.in.includes(settingOf(off.argument, calls, file)) === true;
}

/** What an argument is set to; undefined where it is left out or nobody can tell. */
function settingOf(argument: string, calls: readonly Call[], file: PythonFile): unknown {
  for (const call of calls) {
    const value = file.argument(call, argument);
    if (typeof value !== 'string') return file.constant(value);
  }
  return undefined;
}

/** True unless the checkpoint says that it does not put torch's own streams back. */
const preserves = ({ transform, calls }: Applied, file: PythonFile): boolean =>
  transform.preserves === undefined || settingOf(transform.preserves.argument, calls, file) !== false;

/** What a call that transforms a function does: it runs it so, or hands on what will run so. */
export function transformEvents(
  call: Call,
  file: PythonFile,
  known: (expression: Node) => EffectValue,
  passed: (call: Call) => {
    readonly positional: readonly EffectValue[];
    readonly keywords: Readonly<Record<string, EffectValue>>;
  },
  site: (node: Node) => string,
): Event[] | null {
  const applied = appliedTransform(call, file);
  if (!applied || typeof applied.function === 'string') return null;
  const { transform } = applied;
  const method = ownMethod(applied.function, file);
  const functions = checkpointed(known(applied.function), applied, file);
  const isKept = transform.passes === undefined;
  const { positional, keywords } = passed(call);
  const handed = transform.passes === 'arguments' ? { positional: positional.slice(1), keywords } : null;
  const target = preserves(applied, file) ? call.callee : (preserveArgument(applied, file) ?? call.callee);
  const at = site(target);
  const body = functions.flatMap((value): Event[] =>
    value === null || 'const' in value
      ? []
      : [
          {
            kind: 'call',
            target: method ?? { of: value, method: '__call__' },
            positional: handed?.positional ?? [],
            keywords: handed?.keywords ?? {},
            open: true,
            takesSeed: false,
            site: at,
          },
        ],
  );
  if (body.length === 0) return null;
  // Without a backward pass nothing is recomputed.
  if (transform.kind === 'checkpoint' && isWithoutGradient(call.node, file)) return body;
  const how: Transformation = { kind: transform.kind, ...(preserves(applied, file) ? {} : { preserves: false }) };
  return [{ kind: 'transform', how, ...(isKept ? { isKept: true as const } : {}), body, site: at }];
}

/** In a `with` or under a decorator that takes no gradient. */
function isWithoutGradient(node: Node, file: PythonFile): boolean {
  const takesNone = (expression: Node | undefined): boolean =>
    expression !== undefined && TAKES_NO_GRADIENT.has(file.qualify(expression.get('function') ?? expression) ?? '');
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'with_statement') {
      const items = at.children.find(({ type }) => type === 'with_clause')?.children ?? [];
      if (items.some((item) => takesNone(item.get('value')))) return true;
    }
    if (at.type === 'decorated_definition')
      if (at.children.some((each) => each.type === 'decorator' && takesNone(each.children[0]))) return true;
  }
  return false;
}

/** `self._block`: the one that the object's own class has. */
function ownMethod(expression: Node, file: PythonFile): string | null {
  const name = expression.type === 'attribute' ? file.qualify(expression) : null;
  return file.functionOf(name)?.class ? name : null;
}

/** The argument that says that streams are not put back. */
function preserveArgument({ transform, calls }: Applied, file: PythonFile): Node | null {
  for (const call of calls) {
    const value = transform.preserves && file.argument(call, transform.preserves.argument);
    if (value && typeof value !== 'string') return value;
  }
  return null;
}

/**
 * Of a sequence that is cut into segments, the functions that are surely recomputed: all but those of the last segment,
 * which takes what is left over.
 */
function checkpointed(value: EffectValue, { transform, calls }: Applied, file: PythonFile): readonly EffectValue[] {
  if (transform.segments === undefined) return [value];
  const parts = value === null ? [] : 'tuple' in value ? value.tuple : 'instance' in value ? (value.parts ?? []) : [];
  const { argument, position } = transform.segments;
  const count = calls[0] ? file.argument(calls[0], argument, position) : 'absent';
  const segments = typeof count === 'string' ? undefined : file.constant(count);
  const cut = typeof segments === 'number' && segments > 0 ? segments : 2;
  const kept = Math.floor(parts.length / cut) * (cut - 1);
  return parts.slice(0, typeof segments === 'number' ? kept : Math.min(kept, 1));
}

/** The expression that a call transforms and hands on, so that the call stands for it. */
export function wrappedBy(call: Call, file: PythonFile): Node | null {
  const applied = appliedTransform(call, file);
  return applied &&
    applied.transform.passes === undefined &&
    typeof applied.function !== 'string' &&
    call.method !== 'compile'
    ? applied.function
    : null;
}

/** How a function runs by its decorators, or as the `forward` of a class that checkpoints itself; null where as it is written. */
export function transformationOf(info: FunctionInfo, file: PythonFile): Transformation | 'untouched' | null {
  for (const decorator of info.decorators) {
    const expression = decorator.children[0];
    if (!expression) continue;
    const call = expression.type === 'call' ? file.call(expression) : null;
    const name = call ? call.name : file.qualify(expression);
    if (name !== null && leavesUntouched(name)) return 'untouched';
    const transform =
      (name !== null && transformNamed(name)) || (call ? partialOf(call, file) : aliasOf(expression, file));
    if (!transform || transform.passes !== undefined) continue;
    if (call && isOff({ transform, function: 'absent', calls: [call] }, file)) continue;
    return { kind: transform.kind };
  }
  const isForward = info.name === 'forward' && info.class !== null;
  const bases = isForward ? (info.class?.bases ?? []) : [];
  return bases.some((base) => checkpointsItself(file.qualify(base) ?? '')) ? { kind: 'checkpoint' } : null;
}

/** `@partial(torch.compile, backend="eager")` */
function partialOf(call: Call, file: PythonFile): Transform | undefined {
  const target = call.name === PARTIAL ? file.argument(call, '', 0) : 'absent';
  return typeof target === 'string' ? undefined : transformNamed(file.qualify(target) ?? '');
}

/** `fast = torch.compile(mode="max-autotune")` or `fast = partial(torch.compile, ...)`, and `@fast`. */
function aliasOf(expression: Node, file: PythonFile): Transform | undefined {
  const maker = makerOf(expression, file);
  if (!maker) return undefined;
  return partialOf(maker, file) ?? (maker.name === null ? undefined : transformNamed(maker.name));
}

/** True for a call that hands functions to somebody who runs them as they are, in the midst of transformed code. */
export const keepsUntouched = (call: Call): boolean => call.name !== null && leavesUntouched(call.name);

/** The function whose body makes a generator, empty for the module's; null for what makes none. */
export const madeIn = (call: Call, file: PythonFile): string | null =>
  call.name !== null && generatorMadeBy(call.name) ? homeOf(call.node, file) : null;

/** The calls' callees and decorators of a file that compile something. */
export function compilingNodes(file: PythonFile): Node[] {
  const calls = file.allCalls.filter((call) => appliedTransform(call, file)?.transform.kind === 'compile');
  const decorated = [...file.scopes.functions.values()].filter((info) => {
    const how = transformationOf(info, file);
    return how !== null && how !== 'untouched' && how.kind === 'compile';
  });
  const decorators = decorated.flatMap(({ decorators }) => decorators[0]?.children[0] ?? []);
  return [...calls.map(({ callee }) => callee), ...decorators].sort((a, b) => a.start - b.start);
}

/** True for a file with a draw that transformed code may keep or repeat. */
export function mayDrawTransformed(file: PythonFile): boolean {
  if (/\bgenerator\s*=|\bpreserve_rng_state\b/.test(file.text)) return true;
  if ([...DRAWING_METHODS].some((method) => file.methodCalls(method).length > 0)) return true;
  return [...file.callsByName.keys()].some((name) => OTHER_STREAMS.has(name));
}

/** The functions, by their ids, whose decorators or calls transform something; the module's body is empty. */
export function transformingFunctions(file: PythonFile): string[] {
  const found = file.allCalls.filter((call) => appliedTransform(call, file)).map((call) => homeOf(call.node, file));
  for (const info of file.scopes.functions.values()) {
    const how = transformationOf(info, file);
    if (how !== null && how !== 'untouched') found.push(info.id);
  }
  return [...new Set(found)];
}

/** The id of the function a node stands in. */
function homeOf(node: Node, file: PythonFile): string {
  const home = node.enclosing('function_definition', 'lambda');
  return (home && file.functionAt(home)?.id) ?? '';
}
