/**
 * Randomness as effects: composes events into what a whole program does, in execution order.
 *
 *   seq(a, b)   nothing if a never returns; what b draws is exposed unless a must have seeded it
 *   alt(a, b)   the other one if one never returns; draws of both, seeds that both must do
 *
 * so that a function's summary stands for every call of it.
 */
import type { Event, FileEffects, FunctionEffects, Guard, Value } from './events.ts';
import { drawOf, looksLikeSeeder, type Stream } from './knowledge.ts';

/** A place in a file: an index into the sites kept beside its effects. */
export interface Site {
  readonly path: string;
  readonly site: number;
}

/** A place the program reaches, and the calls that lead there, outermost first. */
export interface Reached {
  readonly site: Site;
  readonly via: readonly Site[];
}

export interface Exposure extends Reached {
  /** Something that only may seed came before: the draw is conditional, not wrong. */
  readonly marked: boolean;
  /** Seeds of other streams that came before the draw on every path. */
  readonly after: readonly Reached[];
}

export interface Late {
  readonly exposure: Exposure;
  readonly seed: Reached;
}

type PerStream<T> = Readonly<Partial<Record<Stream, T>>>;

export interface Summary {
  readonly exposed: PerStream<Exposure>;
  /** Streams seeded on every path, and the last seed of each. */
  readonly must: PerStream<Reached>;
  /** Streams seeded on some path. */
  readonly may: PerStream<Reached>;
  /** Streams drawn before the program seeds them for the first time. */
  readonly late: PerStream<Late>;
}

/** How a piece of code ends: by falling through, returning, leaving its loop, or ending the program. A null one never happens. */
interface Outcome {
  readonly falls: Summary | null;
  readonly returns: Summary | null;
  readonly breaks: Summary | null;
  /** Kept only for programs that end no other way, as with `sys.exit(main())`. */
  readonly stops: Summary | null;
}

const STREAMS: readonly Stream[] = ['python', 'numpy', 'torch'];
const EMPTY: Summary = { exposed: {}, must: {}, may: {}, late: {} };
const NEVER: Outcome = { falls: null, returns: null, breaks: null, stops: null };
const NOTHING: Outcome = { ...NEVER, falls: EMPTY };

export function seq(a: Summary | null, b: Summary | null): Summary | null {
  if (!a || !b) return null;
  if (a === EMPTY) return b;
  if (b === EMPTY) return a;
  const exposed: Partial<Record<Stream, Exposure>> = { ...a.exposed };
  const late: Partial<Record<Stream, Late>> = { ...a.late };
  const before = [...new Set(Object.values(a.must))];
  const placed = (exposure: Exposure, stream: Stream): Exposure => ({
    ...exposure,
    marked: exposure.marked || stream in a.may,
    after: before.length > 0 ? [...before, ...exposure.after] : exposure.after,
  });
  for (const stream of STREAMS) {
    const drawn = b.exposed[stream];
    if (drawn && !(stream in a.must) && !(stream in exposed)) exposed[stream] = placed(drawn, stream);
    const seed = b.must[stream];
    const first = a.exposed[stream];
    if (seed && first && !first.marked && !(stream in a.may) && !(stream in late))
      late[stream] = { exposure: first, seed };
    const inner = b.late[stream];
    if (inner && !(stream in a.may) && !(stream in late) && !(stream in a.exposed)) {
      late[stream] = { ...inner, exposure: placed(inner.exposure, stream) };
    }
  }
  return { exposed, late, must: { ...a.must, ...b.must }, may: { ...a.may, ...b.may } };
}

export function alt(a: Summary | null, b: Summary | null): Summary | null {
  if (!a || !b) return a ?? b;
  if (a === b) return a;
  const must: Partial<Record<Stream, Reached>> = {};
  const exposed: Partial<Record<Stream, Exposure>> = { ...b.exposed, ...a.exposed };
  for (const stream of STREAMS) {
    const seed = a.must[stream];
    if (seed && stream in b.must) must[stream] = seed;
    const both = [a.exposed[stream], b.exposed[stream]];
    const unmarked = both.find((exposure) => exposure && !exposure.marked);
    if (unmarked) exposed[stream] = unmarked;
  }
  return { exposed, must, may: { ...a.may, ...b.may }, late: { ...b.late, ...a.late } };
}

function then(a: Outcome, b: Outcome): Outcome {
  if (!a.falls) return a;
  return {
    falls: b.falls && seq(a.falls, b.falls),
    returns: alt(a.returns, b.returns && seq(a.falls, b.returns)),
    breaks: alt(a.breaks, b.breaks && seq(a.falls, b.breaks)),
    stops: alt(a.stops, b.stops && seq(a.falls, b.stops)),
  };
}

function either(a: Outcome, b: Outcome): Outcome {
  return {
    falls: alt(a.falls, b.falls),
    returns: alt(a.returns, b.returns),
    breaks: alt(a.breaks, b.breaks),
    stops: alt(a.stops, b.stops),
  };
}

/** The values of a function's parameters at one call. */
type Environment = Readonly<Record<string, Value>>;

/** Where a name is defined, as the project sees it; null for what lies outside. */
export type Locate = (name: string, from: string) => { readonly path: string; readonly name: string } | null;

export class Composer {
  readonly #files: ReadonlyMap<string, FileEffects>;
  readonly #locate: Locate;
  readonly #known = new Map<string, Outcome>();
  readonly #running = new Set<string>();

  constructor(files: ReadonlyMap<string, FileEffects>, locate: Locate) {
    this.#files = files;
    this.#locate = locate;
  }

  /** What running the file as a program does; null if it can only raise. */
  program(path: string): Summary | null {
    const file = this.#files.get(path);
    const outcome = file ? this.#run(file.module, path, {}) : NOTHING;
    return close(outcome) ?? outcome.stops;
  }

  #run(events: readonly Event[], path: string, env: Environment): Outcome {
    let outcome = NOTHING;
    for (const event of events) {
      outcome = then(outcome, this.#event(event, path, env));
      if (!outcome.falls) break;
    }
    return outcome;
  }

  #event(event: Event, path: string, env: Environment): Outcome {
    switch (event.kind) {
      case 'draw':
        return falls(draws(event.stream, { path, site: event.site }));
      case 'seed': {
        const value = bind(event.value, env);
        const isNone = value !== null && 'const' in value && value.const === null;
        return isNone && event.noneIsEntropy ? NOTHING : falls(seeds(event.streams, { path, site: event.site }));
      }
      case 'unknown-seeder':
        return falls(maySeed({ path, site: event.site }));
      case 'call':
        return this.#call(event, path, env);
      case 'iterate':
        return falls(this.#iterate(bind(event.value, env), { path, site: event.site }));
      case 'branch': {
        const decided = decide(event.guard, env);
        if (decided !== undefined) return this.#run(decided ? event.body : event.otherwise, path, env);
        return either(this.#run(event.body, path, env), this.#run(event.otherwise, path, env));
      }
      case 'loop': {
        const { falls: end, returns, breaks, stops } = this.#run(event.body, path, env);
        // A loop that runs no time at all draws nothing; one that runs is judged by its first round.
        return { falls: alt(end, breaks) ?? EMPTY, returns, breaks: null, stops };
      }
      case 'try': {
        const body = this.#run(event.body, path, env);
        const interrupted = falls(maybe(alt(body.falls, body.returns)));
        const handled = event.handlers.map((handler) => then(interrupted, this.#run(handler, path, env)));
        return then([body, ...handled].reduce(either), this.#run(event.finally, path, env));
      }
      case 'scope': {
        const { exposed, late } = close(this.#run(event.body, path, env)) ?? EMPTY;
        return falls({ exposed, late, must: {}, may: {} });
      }
      case 'quiet': {
        const inner = close(this.#run(event.body, path, env));
        return falls(inner && { ...inner, exposed: {}, late: {} });
      }
      case 'flag':
        return NOTHING;
      case 'return':
        return { ...NEVER, returns: EMPTY };
      case 'break':
        return { ...NEVER, breaks: EMPTY };
      case 'never':
        return { ...NEVER, stops: EMPTY };
    }
  }

  #call(event: Event & { kind: 'call' }, path: string, env: Environment): Outcome {
    const site: Site = { path, site: event.site };
    const bound = typeof event.target === 'string' ? null : (env[event.target.parameter] ?? null);
    const target =
      typeof event.target === 'string'
        ? event.target
        : bound && 'function' in bound
          ? bound.function
          : bound && 'instance' in bound
            ? `${bound.instance}.__call__`
            : null;
    const found = target === null ? null : this.#find(target, path);
    if (found) return reachedBy(site, this.#invoke(found, event, env, site));
    const lastName = target?.slice(target.lastIndexOf('.') + 1) ?? '';
    const isClass = target?.startsWith('#') === true && this.#classAt(target, path) !== null;
    return !isClass && target !== null && (event.takesSeed || looksLikeSeeder(lastName))
      ? falls(maySeed(site))
      : NOTHING;
  }

  #iterate(value: Value, site: Site): Summary | null {
    if (value === null || !('instance' in value)) return EMPTY;
    if (!value.loader) {
      const found = this.#find(`${value.instance}.__iter__`, site.path);
      return found ? close(reachedBy(site, this.#invoke(found, NO_ARGUMENTS, {}, site))) : EMPTY;
    }
    const { shuffles, dataset, workers } = value.loader;
    const order = shuffles ? draws('torch', site) : EMPTY;
    const getItem = dataset === null ? null : this.#find(`${dataset}.__getitem__`, site.path);
    const items = getItem ? close(reachedBy(site, this.#invoke(getItem, NO_ARGUMENTS, {}, site))) : EMPTY;
    if (workers === 'none') return seq(order, items);
    // Workers seed all their streams from one draw of the torch generator of this process.
    const exposure = items && Object.values(items.exposed)[0];
    return exposure ? seq(order, { ...EMPTY, exposed: { torch: exposure } }) : order;
  }

  /** The function a dotted name means: a method through the bases of its class, `__init__` for a class. */
  #find(name: string, from: string): FoundFunction | null {
    const located = this.#place(name, from);
    if (!located) return null;
    const file = this.#files.get(located.path);
    const own = file?.functions[located.name];
    if (own) return { path: located.path, id: located.name, effects: own };
    if (file?.classes[located.name]) return this.#method(located.name, '__init__', located.path, 0);
    const dot = located.name.lastIndexOf('.');
    const owner = dot > 0 ? located.name.slice(0, dot) : '';
    const member = located.name.slice(dot + 1);
    if (owner.endsWith('.super()')) return this.#inherited(owner.slice(0, -'.super()'.length), member, located.path, 0);
    if (!file?.classes[owner]) return null;
    const method = this.#method(owner, member === '__call__' ? 'forward' : member, located.path, 0);
    if (method || member !== '__call__') return method ?? this.#attribute(owner, member, located.path);
    return this.#method(owner, '__call__', located.path, 0);
  }

  /** `self.net(x)`: what the attribute holds is called. */
  #attribute(owner: string, member: string, path: string): FoundFunction | null {
    const held = this.#files.get(path)?.classes[owner]?.attributes[member];
    if (held && 'instance' in held) return this.#find(`${held.instance}.__call__`, path);
    return held && 'function' in held ? this.#find(held.function, path) : null;
  }

  #method(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    const file = this.#files.get(path);
    const id = file?.classes[owner]?.methods[name];
    const effects = id === undefined ? undefined : file?.functions[id];
    if (id !== undefined && effects) return { path, id, effects };
    return this.#inherited(owner, name, path, depth + 1);
  }

  #inherited(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    if (depth > 8) return null;
    for (const base of this.#files.get(path)?.classes[owner]?.bases ?? []) {
      if (base === null) continue;
      const located = this.#place(base, path);
      const method = located && this.#method(located.name, name, located.path, depth);
      if (method) return method;
      // A class of ours that is a layer with random weights draws them when it is made.
      if (name === '__init__' && drawOf(base)?.kind === 'layer') return { path, id: `${base}()`, effects: LAYER };
    }
    return null;
  }

  #classAt(name: string, from: string): string | null {
    const located = this.#place(name, from);
    return located && this.#files.get(located.path)?.classes[located.name] ? located.name : null;
  }

  #place(name: string, from: string): { readonly path: string; readonly name: string } | null {
    return name.startsWith('#') ? { path: from, name } : this.#locate(name, from);
  }

  #invoke(callee: FoundFunction, call: Arguments, env: Environment, site: Site): Outcome {
    if (callee.effects === LAYER) return falls(draws('torch', site));
    const bound = bindArguments(callee.effects, call, env);
    const key = `${callee.path}\0${callee.id}\0${JSON.stringify(bound)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `${callee.path}\0${callee.id}`;
    // A cycle adds nothing that its first round did not.
    if (this.#running.has(name) || this.#running.size > 60) return NOTHING;
    this.#running.add(name);
    const outcome = this.#run(callee.effects.events, callee.path, bound);
    this.#running.delete(name);
    const ending: Outcome = { ...NEVER, falls: close(outcome), stops: outcome.stops };
    this.#known.set(key, ending);
    return ending;
  }
}

interface FoundFunction {
  readonly path: string;
  readonly id: string;
  readonly effects: FunctionEffects;
}

type Arguments = Pick<Event & { kind: 'call' }, 'positional' | 'keywords' | 'open'>;

const NO_ARGUMENTS: Arguments = { positional: [], keywords: {}, open: true };
const LAYER: FunctionEffects = { parameters: [], decorated: false, method: true, events: [] };

const falls = (summary: Summary | null): Outcome => ({ ...NEVER, falls: summary });
const close = (outcome: Outcome): Summary | null => alt(outcome.falls, alt(outcome.returns, outcome.breaks));

function draws(stream: Stream, site: Site): Summary {
  return { ...EMPTY, exposed: { [stream]: { site, marked: false, after: [], via: [] } } };
}

function seeds(streams: readonly Stream[], site: Site): Summary {
  const seed: Reached = { site, via: [] };
  const all = Object.fromEntries(streams.map((stream) => [stream, seed]));
  return { ...EMPTY, must: all, may: all };
}

const maySeed = (site: Site): Summary => ({ ...seeds(STREAMS, site), must: {} });

/** What is left of code that may have been interrupted: its seeds are no longer certain. */
const maybe = (summary: Summary | null): Summary | null => summary && { ...summary, must: {} };

const reachedBy = (site: Site, { falls, stops }: Outcome): Outcome => ({
  ...NEVER,
  falls: falls && led(site, falls),
  stops: stops && led(site, stops),
});

function led(site: Site, summary: Summary): Summary {
  const by = <T extends Reached>(reached: T): T => ({ ...reached, via: [site, ...reached.via] });
  // One seed call may stand for several streams, and is told apart by identity.
  const seen = new Map<Reached, Reached>();
  const seed = (reached: Reached): Reached => {
    const known = seen.get(reached) ?? by(reached);
    seen.set(reached, known);
    return known;
  };
  const exposure = (each: Exposure): Exposure => ({ ...by(each), after: each.after.map(seed) });
  return {
    exposed: mapStreams(summary.exposed, exposure),
    must: mapStreams(summary.must, seed),
    may: mapStreams(summary.may, seed),
    late: mapStreams(summary.late, (late) => ({ exposure: exposure(late.exposure), seed: seed(late.seed) })),
  };
}

function mapStreams<T>(record: PerStream<T>, change: (value: T) => T): PerStream<T> {
  const mapped: Partial<Record<Stream, T>> = {};
  for (const stream of STREAMS) {
    const value = record[stream];
    if (value !== undefined) mapped[stream] = change(value);
  }
  return mapped;
}

function bind(value: Value, env: Environment): Value {
  return value !== null && 'parameter' in value ? (env[value.parameter] ?? null) : value;
}

function bindArguments(callee: FunctionEffects, call: Arguments, env: Environment): Environment {
  const bound: Record<string, Value> = {};
  const parameters = callee.method ? callee.parameters.slice(1) : callee.parameters;
  let position = 0;
  for (const parameter of parameters) {
    if (parameter.star) break;
    const positional = parameter.keywordOnly ? undefined : call.positional[position++];
    const given = positional !== undefined ? positional : call.keywords[parameter.name];
    if (given !== undefined) bound[parameter.name] = bind(given, env);
    // A decorator or `*args` may pass what nobody sees.
    else bound[parameter.name] = call.open || callee.decorated || parameter.required ? null : parameter.default;
  }
  return bound;
}

/** True or false where the call decides the condition; undefined where it stays open. */
function decide(guard: Guard, env: Environment): boolean | undefined {
  if (guard === null) return undefined;
  switch (guard.test) {
    case 'main':
      return true;
    case 'not': {
      const inner = decide(guard.guard, env);
      return inner === undefined ? undefined : !inner;
    }
    case 'and':
    case 'or': {
      const parts = guard.guards.map((part) => decide(part, env));
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
