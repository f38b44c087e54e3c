/** What one call does to randomness. */

import { type EffectValue, type Event, NOTHING_PASSED } from '../effects/events.ts';
import { EXITS } from '../knowledge/calls.ts';
import { generatorMadeBy } from '../knowledge/generators.ts';
import { seederOf, seedsInPassing } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { assignedTo, targetOf } from '../python/names.ts';
import type { Node } from '../syntax/parse.ts';
import { fireEvents } from './command-apps.ts';
import { configureEvent } from './configurations.ts';
import { drawEvents, streamAt } from './draws.ts';
import { moduleImportedBy } from './modules.ts';
import { remoteOf, startMethod } from './starts.ts';
import { type Sites, switchEvents } from './switch-events.ts';
import { keepsUntouched, transformEvents } from './transforms.ts';
import { callbacks, unreadCall } from './unread-calls.ts';
import { argumentValues, keptValue, knownValue } from './values.ts';

/** The events of a call, after its arguments have been evaluated. */
export function callEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  const taken = calleesInTurn(call, file);
  if (taken) return taken.flatMap((callee) => eventsOf({ ...call, callee, name: file.qualify(callee) }, file, site));
  return eventsOf(call, file, site);
}

function eventsOf(call: Call, file: PythonFile, site: Sites): Event[] {
  const name = call.name;
  if (name !== null && EXITS.has(name)) return [{ kind: 'never' }];
  const module = moduleImportedBy(call, file);
  if (module !== null) return [{ kind: 'import', modules: [module], site: site(call.callee) }];
  const method = startMethod(call, file);
  if (method) {
    const remote = remoteOf(call, file);
    const body =
      remote === null
        ? callbacks(call, argumentValues(call, file), file, site)
        : remoteEvents(remote, call, file, site);
    const how = method === 'elsewhere' ? { isElsewhere: true as const } : {};
    return [{ kind: 'spawn', forked: method === 'fork', ...how, body, site: site(call.callee) }];
  }
  const transformed = transformEvents(
    call,
    file,
    (node) => keptValue(node, file),
    (each) => argumentValues(each, file),
    site,
  );
  if (transformed) return transformed;
  if (keepsUntouched(call)) {
    const body = callbacks(call, argumentValues(call, file), file, site);
    return [{ kind: 'transform', how: 'untouched', body, site: site(call.callee) }];
  }
  const known = seedEvents(call, file, site) ?? drawEvents(call, file, site(call.callee));
  return known ?? generatorUse(call, file, site) ?? fireEvents(call, file, site) ?? unreadCall(call, file, site);
}

/** What runs in another process by `remote`: a function, or a class's constructor and then some of its methods. */
function remoteEvents(id: string, call: Call, file: PythonFile, site: Sites): Event[] {
  const of = (target: string): Event => ({
    kind: 'call',
    target,
    ...(target === id ? argumentValues(call, file) : NOTHING_PASSED),
    takesSeed: false,
    site: site(call.callee),
  });
  const methods = [...(file.classOf(id)?.methods.values() ?? [])].filter(({ name }) => name !== '__init__');
  const later = methods.map((method): Event => ({ kind: 'branch', guard: null, body: [of(method.id)], otherwise: [] }));
  return [of(id), ...later];
}

/** A method of a generator that the code makes: a draw of the object's, or a seed of it. */
function generatorUse(call: Call, file: PythonFile, site: Sites): Event[] | null {
  const object = call.method === null || call.name === null ? undefined : call.callee.get('object');
  const owner = call.name?.slice(0, -1 - (call.method?.length ?? 0)) ?? '';
  const of = object && generatorMadeBy(owner) ? knownValue(object, file) : null;
  const target = of && call.method !== null ? { of, method: call.method } : null;
  return target && [{ kind: 'call', target, ...NOTHING_PASSED, takesSeed: false, site: site(call.callee) }];
}

/** `for seeder in (random.seed, np.random.seed): seeder(0)`: what the name in the call stands for, in order. */
function calleesInTurn(call: Call, file: PythonFile): readonly Node[] | null {
  const target = targetOf(call.callee, file);
  const loop = target?.enclosing('for_statement', 'for_in_clause');
  const left = loop?.get('left');
  const iterated = loop?.get('right');
  if (!target || !left || !iterated || target.start < left.start || target.end > left.end) return null;
  const items = itemsOf(iterated, left !== target && left.children.at(-1) === target, file);
  return items && items.length > 0 && items.every((item) => file.qualify(item) !== null) ? items : null;
}

/** What is written out in a tuple, a list or the values of a dictionary. */
function itemsOf(iterated: Node, isPair: boolean, file: PythonFile): readonly Node[] | null {
  if (/^(tuple|list|set)$/.test(iterated.type)) return isPair ? null : iterated.children;
  if (iterated.type === 'dictionary') return iterated.children.flatMap((pair) => pair.get('value') ?? []);
  if (iterated.type === 'identifier') {
    const value = assignedTo(iterated, file);
    return value && value.type !== 'identifier' ? itemsOf(value, isPair, file) : null;
  }
  const method = iterated.type === 'call' ? file.call(iterated).method : null;
  const object = iterated.get('function')?.get('object');
  return object && method === (isPair ? 'items' : 'values') ? itemsOf(object, false, file) : null;
}

function seedEvents(call: Call, file: PythonFile, site: Sites): Event[] | null {
  const seeder = call.name === null ? undefined : seederOf(call.name);
  if (!seeder) return null;
  if (seeder.restores) return [];
  if (seeder.applies) return [configureEvent(seeder, call, file, site(call.callee))];
  const flags = switchEvents(seeder, call, file, site);
  // `torch.seed()` takes fresh entropy: whatever it is called, it seeds nothing.
  if (seeder.streams.length === 0 || seeder.device === 'cuda' || seeder.varying) return flags;
  const given = seeder.argument ? file.argument(call, seeder.argument.name, seeder.argument.position) : 'unknown';
  // A constructor that takes its seed from settings seeds in any case.
  const isSure = seedsInPassing(call.name ?? '');
  const perhaps: Event[] =
    seeder.may || (seeder.implicit && !isSure) ? [{ kind: 'unknown-seeder', site: site(call.callee) }] : [];
  if (seeder.implicit && !isSure)
    return given === 'absent' && seeder.none === 'entropy' ? flags : [...flags, ...perhaps];
  if (seeder.state && typeof given !== 'string' && isOwnState(given, file)) return flags;
  const isAbsent = given === 'absent';
  const value: EffectValue = isAbsent ? { const: null } : typeof given === 'string' ? null : knownValue(given, file);
  const none = isAbsent ? (seeder.absent ?? seeder.none) : seeder.none;
  const noneIsEntropy = none === 'entropy' || none === 'off';
  const streams = seeder.streams.map((stream) => streamAt(call.node, stream, file));
  const { state } = seeder;
  const restores = state ? { restores: true as const } : {};
  const seed: Event = { kind: 'seed', streams, value, noneIsEntropy, ...restores, site: site(call.callee) };
  return [...flags, seed, ...perhaps];
}

/** A state that this very code saved before: going back to it repeats nothing from run to run. */
function isOwnState(state: Node, file: PythonFile): boolean {
  const made = assignedTo(state, file);
  return made?.type === 'call' && /\.(get_rng_state(_all)?|get_state|getstate)$/.test(file.call(made).name ?? '');
}
