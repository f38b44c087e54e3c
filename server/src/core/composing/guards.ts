/** Conditions that a call decides by its arguments, such as `if seed is not None:`. */

import type { Arguments, EffectValue, Environment, FunctionEffects, Guard } from '../effects/events.ts';
import type { Constant } from '../python/call.ts';

/** `home` is the file of the call: names that are passed on keep meaning what they mean there. */
export function bindArguments(callee: FunctionEffects, call: Arguments, env: Environment, home: string): Environment {
  const bound: Record<string, EffectValue> = {};
  const parameters = callee.method ? callee.parameters.slice(1) : callee.parameters;
  let position = 0;
  for (const parameter of parameters) {
    if (parameter.star) break;
    const positional = parameter.keywordOnly ? undefined : call.positional[position++];
    const given = positional !== undefined ? positional : call.keywords[parameter.name];
    if (given !== undefined) bound[parameter.name] = settle(given, env, home);
    // A decorator or `*args` may pass what nobody sees.
    else bound[parameter.name] = call.open || callee.decorated || parameter.required ? null : parameter.default;
  }
  return bound;
}

/** The parameters that a function's events name; null for one that others in it can see, who may name any. */
const NAMED = new WeakMap<FunctionEffects, ReadonlySet<string> | null>();

/** What a call passes as far as it can make a difference: two that differ in the rest alone are one. */
export function decisive(id: string, effects: FunctionEffects, env: Environment): Environment {
  let named = NAMED.get(effects);
  if (named === undefined) {
    const text = JSON.stringify(effects.events);
    const isSeen = text.includes('"nested":true') || text.includes(`${id}.`);
    named = isSeen ? null : new Set([...text.matchAll(/"parameter":"([^"]+)"/g)].map(([, name]) => name ?? ''));
    NAMED.set(effects, named);
  }
  if (named === null) return env;
  const kept: Record<string, EffectValue> = {};
  for (const name of named) if (env[name] !== undefined) kept[name] = env[name];
  return kept;
}

/** Values nested deeper than this are not passed on. */
const DEEPEST = 4;

/** The value as it is known where it leaves a file or a function: parameters bound, names tied to their file. */
export function settle(value: EffectValue, env: Environment, home: string, depth = 0): EffectValue {
  if (value === null || 'const' in value) return value;
  if (depth > DEEPEST) return null;
  const inner = (each: EffectValue): EffectValue => settle(each, env, home, depth + 1);
  if ('parameter' in value) return env[value.parameter] ?? null;
  if ('length' in value) return lengthOf(inner(value.length));
  if ('oneOf' in value) return { oneOf: value.oneOf.map(inner) };
  if ('tuple' in value) return { tuple: value.tuple.map(inner) };
  if ('table' in value) {
    const entries = Object.entries(value.table).map(([key, each]) => [key, inner(each)]);
    return { table: Object.fromEntries(entries) };
  }
  if (value.home !== undefined || 'result' in value) return value.home === undefined ? { ...value, home } : value;
  const all = (call: Arguments): Arguments => settleArguments(call, env, home, depth + 1);
  if ('function' in value) {
    return {
      ...value,
      home,
      ...(value.given ? { given: all(value.given) } : {}),
      ...(value.nested ? { closure: env } : {}),
    };
  }
  return {
    ...value,
    home,
    ...(value.parts ? { parts: value.parts.map(inner) } : {}),
    ...(value.made ? { made: all(value.made) } : {}),
    ...(value.loader
      ? { loader: { ...value.loader, sampler: inner(value.loader.sampler), dataset: inner(value.loader.dataset) } }
      : {}),
  };
}

/** A list or tuple that is written out has so many elements, whatever they are. */
function lengthOf(value: EffectValue): EffectValue {
  if (value === null) return null;
  if ('tuple' in value) return { const: value.tuple.length };
  const known = 'const' in value ? value.const : null;
  return Array.isArray(known) || typeof known === 'string' ? { const: known.length } : null;
}

export function settleArguments(call: Arguments, env: Environment, home: string, depth = 0): Arguments {
  const keywords = Object.entries(call.keywords).map(([key, each]) => [key, settle(each, env, home, depth)]);
  return {
    positional: call.positional.map((each) => settle(each, env, home, depth)),
    keywords: Object.fromEntries(keywords),
    open: call.open,
  };
}

export const settledConstant = (value: EffectValue): Constant | undefined =>
  value !== null && 'const' in value ? value.const : undefined;

/** What `partial` was given, and what the call adds. */
export const joinArguments = (given: Arguments, call: Arguments): Arguments => ({
  positional: [...given.positional, ...call.positional],
  keywords: { ...given.keywords, ...call.keywords },
  open: given.open || call.open,
});

/** True or false where the call decides the condition; undefined where it stays open. */
export function decide(
  guard: Guard,
  look: (value: EffectValue) => EffectValue,
  isEntry: () => boolean,
): boolean | undefined {
  if (guard === null) return undefined;
  switch (guard.test) {
    case 'main':
      return isEntry();
    case 'not': {
      const inner = decide(guard.guard, look, isEntry);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const parts = guard.guards.map((part) => decide(part, look, isEntry));
      const decisive = guard.test === 'or';
      if (parts.includes(decisive)) return decisive;
      return parts.includes(undefined) ? undefined : !decisive;
    }
    case 'none':
      return agreed(look(guard.value), isNone);
    case 'truth':
      return agreed(look(guard.value), isTrue);
    case 'made': {
      const value = look(guard.value);
      const all = value !== null && 'oneOf' in value ? value.oneOf : [value];
      return all.some((each) => isMadeWith(each, guard.argument, guard.in));
    }
    case 'compare': {
      const left = look(guard.left);
      const right = look(guard.right);
      if (!left || !right || !('const' in left) || !('const' in right)) return undefined;
      return compare(guard.operator, left.const, right.const);
    }
  }
}

/** What is asked of a value, where all that it may be agree. */
function agreed(value: EffectValue, ask: (value: EffectValue) => boolean | undefined): boolean | undefined {
  if (value === null || !('oneOf' in value)) return ask(value);
  const [first, ...others] = value.oneOf.map(ask);
  return others.every((each) => each === first) ? first : undefined;
}

function isNone(value: EffectValue): boolean | undefined {
  if (value === null || 'result' in value || 'oneOf' in value || 'parameter' in value) return undefined;
  return 'const' in value && value.const === null;
}

function isMadeWith(value: EffectValue, argument: string, wanted: readonly unknown[]): boolean {
  const given = value !== null && 'instance' in value ? value.made?.keywords[argument] : undefined;
  return given !== undefined && given !== null && 'const' in given && wanted.includes(given.const);
}

/** Of objects only functions are surely true. */
function isTrue(value: EffectValue): boolean | undefined {
  if (value === null) return undefined;
  if ('const' in value) return Array.isArray(value.const) ? value.const.length > 0 : Boolean(value.const);
  return 'function' in value ? true : undefined;
}

function compare(operator: string, left: unknown, right: unknown): boolean | undefined {
  if (operator === 'in' || operator === 'not in') {
    const isPart = typeof left === 'string' && (typeof right === 'string' || Array.isArray(right));
    return isPart ? right.includes(left) === (operator === 'in') : undefined;
  }
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  return operator === '<'
    ? left < right
    : operator === '<='
      ? left <= right
      : operator === '>'
        ? left > right
        : left >= right;
}
