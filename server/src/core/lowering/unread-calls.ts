/**
 * Calls that no table knows: what is called may stand in another file, which is looked up when the program is composed.
 * Where it stands in none, the call may seed only if its name says so and a global generator is within its reach.
 */

import {
  type Arguments,
  type CallEvent,
  type EffectValue,
  type Event,
  type InstanceValue,
  NOTHING_PASSED,
} from '../effects/events.ts';
import { KEEPS_FUNCTION, KEEPS_SEED } from '../knowledge/calls.ts';
import { isOfLibrary, nameFor } from '../knowledge/names.ts';
import { looksLikeSeeder } from '../knowledge/tables.ts';
import { wordsFor } from '../knowledge/words.ts';
import type { Call } from '../python/call.ts';
import { looksLikeClass, type PythonFile } from '../python/file.ts';
import { boundAt } from '../python/names.ts';
import type { Node } from '../syntax/parse.ts';
import { wordsOf } from '../text/words.ts';
import { appOf, commandMaker } from './command-apps.ts';
import { startsAnew } from './starts.ts';
import { environmentEvents, type Sites, setattrEvents } from './switch-events.ts';
import { argumentValues, knownValue, makingCall } from './values.ts';

const GETATTR = nameFor('gets-attribute');
const HAS_OWN_STREAM = wordsFor('has-own-stream');
const HOLDS_SETTINGS = wordsFor('holds-settings');
const KEEPS_FUNCTION_METHOD = wordsFor('keeps-function');
const NAMES_A_PRODUCT = wordsFor('names-a-product');
const NOTES_SEED = wordsFor('notes-seed');
const REGISTERS = wordsFor('registers');
const RUNS_IN_WORKERS = wordsFor('runs-in-workers');
const SEEDS_ITS_OBJECT = wordsFor('seeds-its-object');
const SETS_UP = wordsFor('sets-up');
/** The last part of a qualified name, or of one that only this file knows. */
const LAST_PART = /[^.#]*$/;
const lastPart = (name: string): string => LAST_PART.exec(name)?.[0] ?? name;

/** `models.BACKBONES.register`: a function of an object that a module has. */
const isOfRegistry = (name: string | null): boolean =>
  name !== null && /\.\w+\.\w+$/.test(name) && REGISTERS.has(lastPart(name));

/** The events of a call that no table knows, after its arguments have been evaluated. */
export function unreadCall(call: Call, file: PythonFile, site: Sites): Event[] {
  const keeps =
    KEEPS_FUNCTION.has(call.name) ||
    isOfRegistry(call.name) ||
    KEEPS_FUNCTION_METHOD.has(call.method) ||
    commandMaker(call, file) !== null;
  const given = argumentValues(call, file);
  const rest = [...modeEvents(call, file), ...(keeps ? [] : handedFunctions(call, given, file, site))];
  if (isOfLibrary(call.name)) {
    return [...environmentEvents(call, file, site), ...setattrEvents(call, file, site), ...rest];
  }
  const target = targetOf(call, file);
  const at = site(call.callee);
  const takesSeed = maySeedUnread(call, file);
  if (target !== null) {
    const holder = call.node.field === 'right' ? call.node.parent?.get('left') : undefined;
    const isNamed = makingCall(holder, file) === call.node ? { isNamed: true as const } : {};
    const how = call.method === 'start' && startsAnew(file) ? { startsAnew: true as const } : {};
    return [{ kind: 'call', target, ...given, takesSeed, ...isNamed, ...how, site: at }, ...rest];
  }
  const all = [...given.positional, ...Object.values(given.keywords)];
  if (!takesSeed && all.some(mayBeLoader)) {
    return [{ kind: 'call', target: { of: null, method: '' }, ...given, takesSeed, site: at }, ...rest];
  }
  // The import is gone, and the call raises.
  const isGone = call.callee.type === 'identifier' && boundAt(call.callee, file).length === 0;
  return takesSeed && !isGone ? [{ kind: 'unknown-seeder', site: at }, ...rest] : rest;
}

/** What is called: a name, or a method of a value; null where nobody can tell. */
function targetOf(call: Call, file: PythonFile): CallEvent['target'] | null {
  const named = call.name ?? appOf(call.callee, file);
  const object = call.callee.get('object');
  const made = object && named !== null && call.method !== null ? knownValue(object, file) : null;
  // What an object was made of decides what its methods do.
  if (made !== null && 'instance' in made && keepsSomething(made)) return { of: made, method: call.method ?? '' };
  if (named !== null) return named;
  const isTelling = (value: EffectValue): boolean => value !== null && !('const' in value);
  if (object) {
    const of = call.method === null ? null : knownValue(object, file);
    return isTelling(of) ? { of, method: call.method ?? '' } : null;
  }
  const looked = call.callee.type === 'call' && file.call(call.callee).name === GETATTR;
  const place = looked ? call.callee.get('arguments')?.children[0] : undefined;
  const module = place ? knownValue(place, file) : null;
  if (module !== null && 'parameter' in module) return { of: module, method: '*' };
  const callee = knownValue(call.callee, file);
  return isTelling(callee) ? { of: callee, method: '__call__' } : null;
}

/** What such a call is handed matters only where it may be a loader or a sampler. */
const mayBeLoader = (value: EffectValue): boolean =>
  value !== null &&
  (('instance' in value && (value.loader !== undefined || value.sampler !== undefined)) ||
    'result' in value ||
    ('parameter' in value && /load|sampl|data|batch|iter/i.test(value.parameter)));

const keepsSomething = ({ made }: InstanceValue): boolean =>
  made !== undefined && [...made.positional, ...Object.values(made.keywords)].some((each) => each !== null);

/** A class keeps the functions that its constructor is handed: they run some time later, after whatever seeds come then. */
function handedFunctions(call: Call, given: Arguments, file: PythonFile, site: Sites): Event[] {
  const body = callbacks(call, given, file, site);
  const isKept = body.length > 0 && call.name !== null && !call.name.startsWith('#') && looksLikeClass(call.name);
  return isKept ? [{ kind: 'quiet', isReplaced: true, body }] : body;
}

/** Functions handed to a call nobody knows are assumed to run. */
export function callbacks(call: Call, given: Arguments, file: PythonFile, site: Sites): CallEvent[] {
  return handedTo(call, given, file).flatMap(({ key, value }): CallEvent[] => {
    if (!value || !('function' in value)) return [];
    if (/(^|[.#])[A-Z]\w*$/.test(value.function) || file.classOf(value.function)) return [];
    const isWorkers = [key, value.function].some((each) => RUNS_IN_WORKERS.has(lastPart(each).toLowerCase()));
    return [
      {
        kind: 'call',
        target: value.given ? { of: value, method: '__call__' } : value.function,
        ...NOTHING_PASSED,
        // What workers run seeds them alone.
        takesSeed: !isWorkers && looksLikeSeeder(value.function),
        site: site(call.callee),
      },
    ];
  });
}

/** The arguments of a call in their order, each with its keyword, which is empty for the others. */
function handedTo(
  call: Call,
  given: Arguments,
  file: PythonFile,
): { readonly key: string; readonly value: EffectValue | undefined }[] {
  const plain = (call.node.get('arguments')?.children ?? []).filter(
    ({ type }) => !/^(list|dictionary)_splat$/.test(type),
  );
  let position = 0;
  return plain.map((argument) => {
    const name = argument.type === 'keyword_argument' ? argument.get('name') : undefined;
    if (name) return { key: file.read(name), value: given.keywords[file.read(name)] };
    const positional = given.positional[position++];
    // What is looked up in a table may be anything that the table holds.
    const table = argument.get('value');
    return { key: '', value: table ? knownValue(table, file) : positional };
  });
}

/** If nobody can read what is called: its name says that it seeds, or that it sets a program up, which is handed a seed. */
function maySeedUnread(call: Call, file: PythonFile): boolean {
  const last = call.method ?? file.read(call.callee);
  const object = call.callee.get('object');
  // A method of an object that draws for itself seeds the object.
  if (object && isObject(object, file) && (SEEDS_ITS_OBJECT.has(last) || ownsStream(object, file))) return false;
  if (looksLikeSeeder(call.name ?? last)) return true;
  const words = wordsOf(last);
  const end = words.at(-1) ?? '';
  const makesOwn = NAMES_A_PRODUCT.has(end) || (HAS_OWN_STREAM.has(end) && !/^env/.test(end));
  return !makesOwn && words.some((word) => SETS_UP.has(word)) && namesSeed(call, last, file);
}

/** Not a module, nor a class. */
const isObject = (expression: Node, file: PythonFile): boolean =>
  file.instanceOf(expression) !== null ||
  file.qualify(expression) === null ||
  /^#/.test(file.qualify(expression) ?? '');

/** By the class that it is made of, or by its name: an environment, a sampler, a dataset. */
function ownsStream(object: Node, file: PythonFile): boolean {
  const name = file.instanceOf(object) ?? file.read(object.get('attribute') ?? object);
  const words = wordsOf(name.slice(name.lastIndexOf('.') + 1));
  return HAS_OWN_STREAM.has(words.at(-1) ?? '');
}

/** Somebody passes a seed on, and not only to have it written down. */
function namesSeed(call: Call, last: string, file: PythonFile): boolean {
  if (NOTES_SEED.has(last) || HOLDS_SETTINGS.has(lastPart(last).toLowerCase()) || KEEPS_SEED.has(call.name))
    return false;
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
