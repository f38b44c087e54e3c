/** What sets a switch of determinism, or an environment variable that is one: calls of the table, and assignments. */

import type { EffectValue, Event } from '../effects/events.ts';
import { ALGORITHMS, CUDNN_BENCHMARK, CUDNN_DETERMINISTIC } from '../knowledge/calls.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { canonical, type Seeder, type SwitchValues, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { assignedBy } from '../python/targets.ts';
import type { Node } from '../syntax/parse.ts';
import { knownValue } from './values.ts';

const ENVIRONMENT = nameFor('environment');
const SETS_VARIABLE = namesFor('sets-variable');
const SETATTR = nameFor('sets-attribute');
const BACKENDS = namesFor('backends');

/** Gives a place a name that stays when the file moves around it. */
export type Sites = (node: Node) => string;

/** Switches as the table of seeders calls them. */
const SWITCHES: Readonly<Record<keyof SwitchValues, string>> = {
  use_deterministic_algorithms: ALGORITHMS,
  cudnn_deterministic: CUDNN_DETERMINISTIC,
  cudnn_benchmark: CUDNN_BENCHMARK,
  cublas_workspace_config: 'CUBLAS_WORKSPACE_CONFIG',
  pythonhashseed: 'PYTHONHASHSEED',
};

/** The switches that a call sets: always, or where an argument has a value. */
export function switchEvents(seeder: Seeder, call: Call, file: PythonFile, site: Sites): Event[] {
  if (call.name === ALGORITHMS) return algorithmsEvents(call, file, site);
  const set = (flags: SwitchValues): Event[] =>
    Object.entries(flags).map(([key, value]) => ({
      kind: 'flag',
      name: SWITCHES[key as keyof SwitchValues],
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
  const value: EffectValue =
    isStrict || (known !== null && 'const' in known && known.const === false) ? known : { const: 'warn' };
  return [{ kind: 'flag', name: call.name ?? '', value, site: site(call.callee) }];
}

/** `torch.backends.cudnn.deterministic = True`, `os.environ['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8'`; or a seed. */
export function assignmentEvents(assignment: Node, file: PythonFile, site: Sites): Event[] {
  return assignedBy(assignment).flatMap(({ target, value }) => settingEvents(target, value, file, site));
}

function settingEvents(target: Node, given: Node, file: PythonFile, site: Sites): Event[] {
  if (target.type === 'subscript') {
    const object = target.get('value');
    const key = target.get('subscript');
    const name = object && key && file.qualify(object) === ENVIRONMENT ? file.constant(key) : undefined;
    const isSwitch = name === SWITCHES.cublas_workspace_config || name === SWITCHES.pythonhashseed;
    return isSwitch ? [{ kind: 'flag', name, value: knownValue(given, file), site: site(target) }] : [];
  }
  const name = target.type === 'attribute' ? file.qualify(target) : null;
  return name === null ? [] : attributeEvents(name, knownValue(given, file), site(target));
}

/** What setting an attribute of a module does: a switch of torch's, or a seed. */
function attributeEvents(name: string, value: EffectValue, site: string): Event[] {
  const seeder = seederOf(name);
  if (seeder?.assigned) return [{ kind: 'seed', streams: seeder.streams, value, noneIsEntropy: true, site }];
  return BACKENDS.has(name) ? [{ kind: 'flag', name, value, site }] : [];
}

/** `setattr(torch.backends.cudnn, 'benchmark', True)` */
export function setattrEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  const [object, key, value] = call.name === SETATTR ? (call.node.get('arguments')?.children ?? []) : [];
  const owner = object ? file.qualify(object) : null;
  const name = key && file.constant(key);
  if (!value || owner === null || typeof name !== 'string') return [];
  return attributeEvents(canonical(`${owner}.${name}`), knownValue(value, file), site(call.callee));
}

/** `os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')` */
export function environmentEvents(call: Call, file: PythonFile, site: Sites): Event[] {
  if (!SETS_VARIABLE.has(call.name)) return [];
  const [key, value] = call.node.get('arguments')?.children ?? [];
  const name = key && file.constant(key);
  const isSwitch = name === SWITCHES.cublas_workspace_config || name === SWITCHES.pythonhashseed;
  return isSwitch && value ? [{ kind: 'flag', name, value: knownValue(value, file), site: site(call.callee) }] : [];
}
