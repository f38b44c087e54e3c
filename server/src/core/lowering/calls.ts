/** What one call, or one assignment to a switch, does to randomness. */

import { type Arguments, type CallEvent, type Event, NOTHING_PASSED, type Value } from '../effects/events.ts';
import {
  ALGORITHMS,
  CUDNN_DETERMINISTIC,
  EXITS,
  GETS_CONTEXT,
  HOLDS_SETTINGS,
  KEEPS_FUNCTION,
  KEEPS_FUNCTION_METHOD,
  KEEPS_SEED,
  LIBRARY,
  NOTES_SEED,
  SEEDS_ITS_OBJECT,
  SPAWNS,
} from '../knowledge/calls.ts';
import { type Flags, looksLikeSeeder, type Seeder, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { lastValue, type Node } from '../syntax/parse.ts';
import { appOf, commandMaker, fireEvents } from './command-apps.ts';
import { drawEvents } from './draws.ts';
import { argumentValues, knownValue } from './values.ts';

/** Gives a place a name that stays when the file moves around it. */
type Sites = (node: Node) => string;

/** The events of a call, after its arguments have been evaluated. */
export function callEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  const taken = calleesInTurn(call, file);
  if (taken) return taken.flatMap((callee) => eventsOf({ ...call, callee, name: file.qualify(callee) }, file, site));
  return eventsOf(call, file, site);
}

function eventsOf(call: Call, file: PythonFile, site: Sites): Event[] {
  const name = call.name;
  if (name !== null && EXITS.has(name)) return [{ kind: 'never' }];
  const method = startMethod(call, file);
  if (method) {
    const body = callbacks(call, argumentValues(call, file), file, site);
    return [{ kind: 'spawn', forked: method === 'fork', body, site: site(call.callee) }];
  }
  const known = seedEvents(call, file, site) ?? drawEvents(call, file, site(call.callee));
  return known ?? fireEvents(call, file, site) ?? unknownCall(call, file, site);
}

/** How the call starts a process, if it does: a fork of this one, or anew. */
function startMethod(call: Call, file: PythonFile): 'fork' | 'anew' | null {
  if (call.name !== null)
    return !SPAWNS.test(call.name) ? null : call.name.endsWith('.Process') ? usualStart(file) : 'anew';
  // `multiprocessing.get_context("spawn").Process(...)`, or of the name that the context was given.
  const object = call.method === 'Process' ? call.callee.get('object') : undefined;
  const [only, ...others] = object?.type === 'identifier' ? file.definitions(object) : [];
  const made = only?.kind === 'assignment' && others.length === 0 ? only.value : object;
  const context = made?.type === 'call' ? file.call(made) : null;
  if (!context || !GETS_CONTEXT.test(context.name ?? '')) return null;
  const method = file.argument(context, 'method', 0);
  return typeof method !== 'string' && file.constant(method) === 'fork' ? 'fork' : usualStart(file);
}

/** A file that names another way of starting uses it. */
const usualStart = (file: PythonFile): 'fork' | 'anew' =>
  /['"](spawn|forkserver)['"]/.test(file.text) ? 'anew' : 'fork';

/** `for seeder in (random.seed, np.random.seed): seeder(0)`: what the name in the call stands for, in order. */
function calleesInTurn(call: Call, file: PythonFile): readonly Node[] | null {
  const [only, ...others] = call.callee.type === 'identifier' ? file.definitions(call.callee) : [];
  if (only?.kind !== 'opaque' || others.length > 0) return null;
  const loop = only.node.enclosing('for_statement', 'for_in_clause');
  const left = loop?.get('left');
  const iterated = loop?.get('right');
  if (!left || !iterated || only.node.start < left.start || only.node.end > left.end) return null;
  const items = itemsOf(iterated, left !== only.node && left.children.at(-1) === only.node, file);
  return items && items.length > 0 && items.every((item) => file.qualify(item) !== null) ? items : null;
}

/** What is written out in a tuple, a list or the values of a dictionary. */
function itemsOf(iterated: Node, isPair: boolean, file: PythonFile): readonly Node[] | null {
  if (/^(tuple|list|set)$/.test(iterated.type)) return isPair ? null : iterated.children;
  if (iterated.type === 'dictionary') return iterated.children.flatMap((pair) => pair.get('value') ?? []);
  if (iterated.type === 'identifier') {
    const [only, ...others] = file.definitions(iterated);
    return only?.kind === 'assignment' && others.length === 0 && only.value.type !== 'identifier'
      ? itemsOf(only.value, isPair, file)
      : null;
  }
  const method = iterated.type === 'call' ? file.call(iterated).method : null;
  const object = iterated.get('function')?.get('object');
  return object && method === (isPair ? 'items' : 'values') ? itemsOf(object, false, file) : null;
}

function seedEvents(call: Call, file: PythonFile, site: Sites): Event[] | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (!seeder) return null;
  if (seeder.restores) return [];
  const flags = switchEvents(seeder, call, file, site);
  // `torch.seed()` takes fresh entropy: whatever it is called, it seeds nothing.
  if (seeder.streams.length === 0 || seeder.device === 'cuda' || seeder.varying) return flags;
  const given = seeder.argument ? file.argument(call, seeder.argument.name, seeder.argument.position) : 'unknown';
  const perhaps: Event[] = seeder.may || seeder.implicit ? [{ kind: 'unknown-seeder', site: site(call.callee) }] : [];
  if (seeder.implicit) return given === 'absent' && seeder.none === 'entropy' ? flags : [...flags, ...perhaps];
  if (seeder.state && typeof given !== 'string' && isOwnState(given, file)) return flags;
  const isAbsent = given === 'absent';
  const value: Value = isAbsent ? { const: null } : typeof given === 'string' ? null : knownValue(given, file);
  const none = isAbsent ? (seeder.absent ?? seeder.none) : seeder.none;
  const noneIsEntropy = none === 'entropy' || none === 'off';
  const { streams, state } = seeder;
  const restores = state ? { restores: true as const } : {};
  const seed: Event = { kind: 'seed', streams, value, noneIsEntropy, ...restores, site: site(call.callee) };
  return [...flags, seed, ...perhaps];
}

/** A state that this very code saved before: going back to it repeats nothing from run to run. */
function isOwnState(state: Node, file: PythonFile): boolean {
  const [only, ...others] = state.type === 'identifier' ? file.definitions(state) : [];
  if (only?.kind !== 'assignment' || others.length > 0 || only.value.type !== 'call') return false;
  return /\.(get_rng_state(_all)?|get_state|getstate)$/.test(file.call(only.value).name ?? '');
}

/** Switches as the table of seeders calls them. */
export const SWITCHES: Readonly<Record<keyof Flags, string>> = {
  use_deterministic_algorithms: ALGORITHMS,
  cudnn_deterministic: CUDNN_DETERMINISTIC,
  cudnn_benchmark: 'torch.backends.cudnn.benchmark',
  cublas_workspace_config: 'CUBLAS_WORKSPACE_CONFIG',
  pythonhashseed: 'PYTHONHASHSEED',
};

/** The switches that a call sets: always, or where an argument has a value. */
function switchEvents(seeder: Seeder, call: Call, file: PythonFile, site: Sites): Event[] {
  if (call.name === ALGORITHMS) return algorithmsEvents(call, file, site);
  const set = (flags: Flags): Event[] =>
    Object.entries(flags).map(([key, value]) => ({
      kind: 'flag',
      name: SWITCHES[key as keyof Flags],
      value: { const: value },
      site: site(call.callee),
    }));
  const conditional = (seeder.flagsWhen ?? []).flatMap((when): Event[] => {
    const given = file.argument(call, when.argument, when.position);
    if (given === 'absent') return when.default === when.equals ? set(when.flags) : [];
    const value = given === 'unknown' ? null : knownValue(given, file);
    const constant = { const: when.equals as null | boolean | number | string };
    if (value !== null && 'const' in value) return value.const === constant.const ? set(when.flags) : [];
    // What nobody can see is not taken for a wish.
    if (value === null && given === 'unknown') return [];
    const guard = { test: 'compare' as const, operator: '==', left: value, right: constant };
    return [{ kind: 'branch', guard, body: set(when.flags), otherwise: [] }];
  });
  return [...set(seeder.flags ?? {}), ...conditional];
}

function algorithmsEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  const mode = file.argument(call, 'mode', 0);
  if (mode === 'absent') return []; // The bare call raises.
  const warnOnly = file.argument(call, 'warn_only');
  const known = typeof mode === 'string' ? null : knownValue(mode, file);
  const isStrict = warnOnly === 'absent' || (typeof warnOnly !== 'string' && file.constant(warnOnly) === false);
  const value: Value =
    isStrict || (known !== null && 'const' in known && known.const === false) ? known : { const: 'warn' };
  return [{ kind: 'flag', name: call.name ?? '', value, site: site(call.callee) }];
}

/** `torch.backends.cudnn.deterministic = True`, `os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'`; or a seed. */
export function assignmentEvents(assignment: Node, file: PythonFile, site: Sites): Event[] {
  const left = assignment.get('left');
  const right = lastValue(assignment);
  if (!left || !right) return [];
  if (left.type === 'subscript') {
    const object = left.get('value');
    const key = left.get('subscript');
    const name = object && key && file.qualify(object) === 'os.environ' ? file.constant(key) : undefined;
    const isSwitch = name === SWITCHES.cublas_workspace_config || name === SWITCHES.pythonhashseed;
    return isSwitch ? [{ kind: 'flag', name, value: knownValue(right, file), site: site(left) }] : [];
  }
  const name = left.type === 'attribute' ? file.qualify(left) : null;
  const seeder = name === null ? undefined : seederOf(name);
  const isSeed = seeder?.assigned === true;
  if (name === null || !(isSeed || name.startsWith('torch.backends.'))) return [];
  const value = knownValue(right, file);
  if (isSeed) return [{ kind: 'seed', streams: seeder.streams, value, noneIsEntropy: true, site: site(left) }];
  return [{ kind: 'flag', name, value, site: site(left) }];
}

/** `os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')` */
function environmentEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  if (call.name !== 'os.environ.setdefault' && call.name !== 'os.putenv') return [];
  const [key, value] = call.node.get('arguments')?.children ?? [];
  const name = key && file.constant(key);
  const isSwitch = name === SWITCHES.cublas_workspace_config || name === SWITCHES.pythonhashseed;
  return isSwitch && value ? [{ kind: 'flag', name, value: knownValue(value, file), site: site(call.callee) }] : [];
}

/** Functions handed to a call nobody knows are assumed to run. */
function callbacks(call: Call, given: Arguments, file: PythonFile, site: Sites): CallEvent[] {
  const handed: CallEvent[] = [];
  let position = 0;
  for (const argument of call.node.get('arguments')?.children ?? []) {
    if (argument.type === 'list_splat' || argument.type === 'dictionary_splat') continue;
    const key = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    const positional = key ? undefined : given.positional[position++];
    // What is looked up in a table may be anything that the table holds.
    const table = key ? undefined : argument.get('value');
    const value = key ? given.keywords[file.read(key)] : table ? knownValue(table, file) : positional;
    if (!value || !('function' in value)) continue;
    if (/(^|[.#])[A-Z]\w*$/.test(value.function) || file.classOf(value.function)) continue;
    handed.push(callOf(value.given ? { of: value, method: '__call__' } : value.function, site(call.callee)));
  }
  return handed;
}

/** The call that made what a name stands for. */
export function makerOf(name: Node | undefined, file: PythonFile): Node | null {
  const [only, ...others] = name?.type === 'identifier' ? file.definitions(name) : [];
  return only?.kind === 'assignment' && others.length === 0 && only.value.type === 'call' ? only.value : null;
}

const callOf = (target: CallEvent['target'], site: string): CallEvent => ({
  kind: 'call',
  target,
  ...NOTHING_PASSED,
  takesSeed: false,
  site,
});

function unknownCall(call: Call, file: PythonFile, site: Sites): Event[] {
  const keeps =
    KEEPS_FUNCTION.test(call.name ?? '') ||
    KEEPS_FUNCTION_METHOD.test(call.method ?? '') ||
    commandMaker(call, file) !== null;
  const given = argumentValues(call, file);
  const handed = keeps ? [] : callbacks(call, given, file, site);
  if (call.name !== null && LIBRARY.test(call.name)) {
    return [...environmentEvents(call, file, site), ...modeEvents(call, file), ...handed];
  }
  const takesSeed = namesSeed(call, file);
  const at = site(call.callee);
  const holder = call.node.field === 'right' ? call.node.parent?.get('left') : undefined;
  const isNamed = makerOf(holder, file) === call.node ? { isNamed: true as const } : {};
  const event = (target: CallEvent['target'], maySeed = takesSeed): Event[] => [
    { kind: 'call', target, ...given, takesSeed: maySeed, ...isNamed, site: at },
    ...modeEvents(call, file),
    ...handed,
  ];
  const named = call.name ?? appOf(call.callee, file);
  if (named !== null) return event(named);
  const object = call.callee.get('object');
  const last = call.method ?? file.read(call.callee);
  const seeds = call.method !== null && SEEDS_ITS_OBJECT.has(last) ? false : takesSeed || looksLikeSeeder(last);
  const of = object && call.method !== null ? knownValue(object, file) : null;
  if (of !== null && !('const' in of)) return event({ of, method: last }, seeds);
  const looked = call.callee.type === 'call' && file.call(call.callee).name === 'builtins.getattr';
  const place = looked ? call.callee.get('arguments')?.children[0] : undefined;
  if (place) {
    const module = knownValue(place, file);
    if (module !== null && 'parameter' in module) return event({ of: module, method: '*' }, seeds);
  }
  const callee = object ? null : knownValue(call.callee, file);
  if (callee !== null && !('const' in callee)) return event({ of: callee, method: '__call__' }, seeds);
  const rest = [...modeEvents(call, file), ...handed];
  // The import is gone, and the call raises.
  if (call.callee.type === 'identifier' && file.definitions(call.callee).length === 0) return rest;
  return seeds ? [{ kind: 'unknown-seeder', site: at }, ...rest] : rest;
}

/** Somebody passes a seed on, and not only to have it written down. */
function namesSeed(call: Call, file: PythonFile): boolean {
  const last = call.method ?? file.read(call.callee);
  if (NOTES_SEED.test(last) || HOLDS_SETTINGS.test(last) || KEEPS_SEED.test(call.name ?? '')) return false;
  return (call.node.get('arguments')?.children ?? []).some((argument) => {
    const key = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    const word = key ?? argument.get('attribute') ?? argument;
    const name = file.read(word);
    // Noise of a schedule, and the seeds of parts, are not the program's.
    return /identifier/.test(word.type) && /seed/i.test(name) && !/^(noise_seed|seeds)$/.test(name);
  });
}

/** `model.train()` and `model.eval()`, unless the method is the file's own. */
function modeEvents(call: Call, file: PythonFile): Event[] {
  if (call.method !== 'train' && call.method !== 'eval') return [];
  const owner = call.name === null ? undefined : file.classOf(call.name.slice(0, call.name.lastIndexOf('.')));
  const mode = call.method === 'eval' ? false : file.argument(call, 'mode', 0);
  const value =
    mode === false ? false : mode === 'absent' ? true : typeof mode === 'string' ? null : file.constant(mode);
  return typeof value !== 'boolean' || owner?.methods.has(call.method) ? [] : [{ kind: 'mode', training: value }];
}
