/** Conditions that a call decides by its arguments, such as `if seed is not None:`. */
import type { Event, FunctionEffects, Guard, Value } from './events.ts';

/** The values of a function's parameters at one call. */
export type Environment = Readonly<Record<string, Value>>;

export type Arguments = Pick<Event & { kind: 'call' }, 'positional' | 'keywords' | 'open'>;

export function bind(value: Value, env: Environment): Value {
  return value !== null && 'parameter' in value ? (env[value.parameter] ?? null) : value;
}

/** `home` is the file of the call: names that are passed on keep meaning what they mean there. */
export function bindArguments(callee: FunctionEffects, call: Arguments, env: Environment, home: string): Environment {
  const bound: Record<string, Value> = {};
  const parameters = callee.method ? callee.parameters.slice(1) : callee.parameters;
  let position = 0;
  for (const parameter of parameters) {
    if (parameter.star) break;
    const positional = parameter.keywordOnly ? undefined : call.positional[position++];
    const given = positional !== undefined ? positional : call.keywords[parameter.name];
    if (given !== undefined) bound[parameter.name] = settle(bind(given, env), home);
    // A decorator or `*args` may pass what nobody sees.
    else bound[parameter.name] = call.open || callee.decorated || parameter.required ? null : parameter.default;
  }
  return bound;
}

function settle(value: Value, home: string): Value {
  if (value === null || !('function' in value || 'instance' in value) || value.home !== undefined) return value;
  return { ...value, home };
}

/** True or false where the call decides the condition; undefined where it stays open. */
export function decide(guard: Guard, env: Environment, isEntry: boolean): boolean | undefined {
  if (guard === null) return undefined;
  switch (guard.test) {
    case 'main':
      return isEntry;
    case 'not': {
      const inner = decide(guard.guard, env, isEntry);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const parts = guard.guards.map((part) => decide(part, env, isEntry));
      const decisive = guard.test === 'or';
      if (parts.includes(decisive)) return decisive;
      return parts.includes(undefined) ? undefined : !decisive;
    }
    case 'none': {
      const value = bind(guard.value, env);
      return value === null ? undefined : 'const' in value && value.const === null;
    }
    case 'truth': {
      const value = bind(guard.value, env);
      if (value === null || !('const' in value)) return undefined;
      return Array.isArray(value.const) ? value.const.length > 0 : Boolean(value.const);
    }
    case 'compare': {
      const left = bind(guard.left, env);
      const right = bind(guard.right, env);
      if (!left || !right || !('const' in left) || !('const' in right)) return undefined;
      return compare(guard.operator, left.const, right.const);
    }
  }
}

function compare(operator: string, left: unknown, right: unknown): boolean | undefined {
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
