/** Composes events into what a whole program does, in execution order, through every call it can follow. */
import type { Event, FileEffects, FunctionEffects, Value } from './events.ts';
import { type Arguments, bind, bindArguments, decide, type Environment } from './guards.ts';
import { drawOf, looksLikeSeeder, type Stream } from './knowledge.ts';
import type { Constant } from './model.ts';
import {
  alt,
  draws,
  EMPTY,
  flagged,
  imported,
  led,
  maybe,
  maySeed,
  type Site,
  STREAMS,
  type Summary,
  seeds,
  seq,
  startsProcess,
} from './summary.ts';
import type { Frame, Trace } from './trace.ts';

/** How a piece of code ends: by falling through, returning, leaving its loop, or ending the program. A null one never happens. */
interface Outcome {
  readonly falls: Summary | null;
  readonly returns: Summary | null;
  readonly breaks: Summary | null;
  /** Kept only for programs that end no other way, as with `sys.exit(main())`. */
  readonly stops: Summary | null;
}

const NEVER: Outcome = { falls: null, returns: null, breaks: null, stops: null };
const NOTHING: Outcome = { ...NEVER, falls: EMPTY };

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

/** The files a program may consist of, and which of them a name leads to. */
export interface Modules {
  effects(path: string): FileEffects | undefined;
  /** Where a dotted name is defined: a `#name` of that file, or the file itself by an empty name; null for what lies outside. */
  locate(name: string, from: string): { readonly path: string; readonly name: string } | null;
}

export class Composer {
  readonly #modules: Modules;
  readonly #entry: string;
  readonly #imported: Set<string>;
  readonly #known = new Map<string, Outcome>();
  readonly #running = new Set<string>();
  readonly #trace: Trace | undefined;

  /** The trace, if there is one, is told of every step. */
  constructor(modules: Modules, entry: string, trace?: Trace) {
    this.#modules = modules;
    this.#entry = entry;
    this.#trace = trace;
    this.#imported = new Set([entry]);
  }

  /** The files whose bodies the program has run. */
  get reached(): ReadonlySet<string> {
    return this.#imported;
  }

  /** What running the entry file as a program does; null if it can only raise. */
  program(): Summary | null {
    const file = this.#modules.effects(this.#entry);
    const outcome = file ? this.#run(file.module, this.#entry, {}) : NOTHING;
    return close(outcome) ?? outcome.stops;
  }

  /** What a call of a function does, whatever it is passed; null where nobody can read it, or it only raises. */
  call(name: string, from: string): Summary | null {
    const found = this.#find(name, from);
    return found ? close(this.#invoke(found, NO_ARGUMENTS, {}, { path: from, site: '' })) : null;
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
        return falls(this.#draws(event.stream, { path, site: event.site }));
      case 'seed': {
        const value = bind(event.value, env);
        const isNone = value !== null && 'const' in value && value.const === null;
        if (isNone && event.noneIsEntropy) return NOTHING;
        const site: Site = { path, site: event.site };
        this.#trace?.add({ kind: 'seed', site, streams: event.streams, value: constantOf(value) });
        return falls(seeds(event.streams, site));
      }
      case 'unknown-seeder':
        return falls(this.#maySeed({ path, site: event.site }));
      case 'call':
        return this.#call(event, path, env);
      case 'iterate':
        return falls(this.#iterate(bind(event.value, env), { path, site: event.site }));
      case 'branch': {
        const decided = decide(event.guard, env, path === this.#entry);
        if (decided !== undefined) return this.#run(decided ? event.body : event.otherwise, path, env);
        const condition = event.site === undefined ? null : { path, site: event.site };
        const body = this.#inside({ kind: 'condition', site: condition, holds: true }, event.body, path, env);
        const otherwise = { kind: 'condition', site: condition, holds: false } as const;
        return either(body, this.#inside(otherwise, event.otherwise, path, env));
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
        const { exposed, late } = close(this.#inside({ kind: 'scope' }, event.body, path, env)) ?? EMPTY;
        return falls({ ...EMPTY, exposed, late });
      }
      case 'spawn': {
        const inner = close(this.#inside({ kind: 'process' }, event.body, path, env));
        return inner ? falls(startsProcess(inner, { path, site: event.site }, event.forked)) : NOTHING;
      }
      case 'quiet': {
        const inner = close(this.#inside({ kind: 'quiet' }, event.body, path, env));
        return falls(inner && { ...inner, exposed: {}, late: {} });
      }
      case 'flag': {
        const value = constantOf(bind(event.value, env));
        this.#trace?.add({ kind: 'flag', site: { path, site: event.site }, streams: [], flag: event.name, value });
        return falls(flagged(event.name, value));
      }
      case 'import': {
        const site: Site = { path, site: event.site };
        this.#trace?.enter({ kind: 'import', site });
        const body = this.#import(event.modules, path);
        this.#trace?.leave();
        return reachedBy(site, falls(body));
      }
      case 'return':
        return { ...NEVER, returns: EMPTY };
      case 'break':
        return { ...NEVER, breaks: EMPTY };
      case 'never':
        return { ...NEVER, stops: EMPTY };
    }
  }

  #inside(frame: Frame, events: readonly Event[], path: string, env: Environment): Outcome {
    this.#trace?.enter(frame);
    const outcome = this.#run(events, path, env);
    this.#trace?.leave();
    return outcome;
  }

  #draws(stream: Stream, site: Site): Summary {
    this.#trace?.add({ kind: 'draw', site, streams: [stream] });
    return draws(stream, site);
  }

  #maySeed(site: Site): Summary {
    this.#trace?.add({ kind: 'seed', site, streams: STREAMS, unsure: true });
    return maySeed(site);
  }

  /** Runs the bodies of modules that the program imports for the first time, parents first. */
  #import(modules: readonly string[], from: string): Summary | null {
    let summary: Summary | null = EMPTY;
    for (const module of modules) {
      const parts = module.split('.');
      for (let i = 1; i <= parts.length; i++) {
        const located = parts[i - 1] === '' ? null : this.#modules.locate(parts.slice(0, i).join('.'), from);
        const file = located?.name === '' ? this.#modules.effects(located.path) : undefined;
        if (!located || !file || this.#imported.has(located.path)) continue;
        this.#imported.add(located.path);
        // A module whose body raises is taken for one that does not: somebody catches it, or nothing matters any more.
        summary = seq(summary, imported(close(this.#run(file.module, located.path, {})) ?? EMPTY));
      }
    }
    return summary;
  }

  #call(event: Event & { kind: 'call' }, path: string, env: Environment): Outcome {
    const site: Site = { path, site: event.site };
    const bound = typeof event.target === 'string' ? null : (env[event.target.parameter] ?? null);
    const target = typeof event.target === 'string' ? event.target : calledName(bound);
    const home = bound && 'home' in bound ? (bound.home ?? path) : path;
    const found = target === null ? null : this.#find(target, home);
    if (found) return this.#reach(found, event, env, site);
    const lastName = target?.slice(target.lastIndexOf('.') + 1) ?? '';
    const isClass = target !== null && this.#isClass(target, home);
    return !isClass && target !== null && (event.takesSeed || looksLikeSeeder(lastName))
      ? falls(this.#maySeed(site))
      : NOTHING;
  }

  #iterate(value: Value, site: Site): Summary | null {
    if (value === null || !('instance' in value)) return EMPTY;
    if (!value.loader) {
      const found = this.#find(`${value.instance}.__iter__`, value.home ?? site.path);
      return found ? close(this.#reach(found, NO_ARGUMENTS, {}, site)) : EMPTY;
    }
    const { shuffles, sampler, dataset, workers } = value.loader;
    const run = (owner: string | null, method: string): Summary | null => {
      const found = owner === null ? null : this.#find(`${owner}.${method}`, value.home ?? site.path);
      return found ? close(this.#reach(found, NO_ARGUMENTS, {}, site)) : EMPTY;
    };
    const order = seq(shuffles ? this.#draws('torch', site) : EMPTY, run(sampler, '__iter__'));
    if (workers !== 'none') this.#trace?.enter({ kind: 'worker' });
    const items = run(dataset, '__getitem__');
    if (workers === 'none') return seq(order, items);
    this.#trace?.leave();
    // Workers seed all their streams from one draw of the torch generator of this process.
    const exposure = items && Object.values(items.exposed)[0];
    return exposure ? seq(order, { ...EMPTY, exposed: { torch: exposure } }) : order;
  }

  #reach(callee: FoundFunction, call: Arguments, env: Environment, site: Site): Outcome {
    this.#trace?.enter({ kind: 'call', site });
    const outcome = this.#invoke(callee, call, env, site);
    this.#trace?.leave();
    return reachedBy(site, outcome);
  }

  /** The function a dotted name means: a method through the bases of its class, `__init__` for a class. */
  #find(name: string, from: string): FoundFunction | null {
    const located = this.#place(name, from);
    if (!located) return null;
    const file = this.#modules.effects(located.path);
    const own = file?.functions.get(located.name);
    if (own) return { path: located.path, id: located.name, effects: own };
    if (file?.classes[located.name]) return this.#method(located.name, '__init__', located.path, 0);
    const dot = located.name.lastIndexOf('.');
    const owner = dot > 0 ? located.name.slice(0, dot) : '';
    const member = located.name.slice(dot + 1);
    if (owner.endsWith('.super()')) return this.#inherited(owner.slice(0, -'.super()'.length), member, located.path, 0);
    if (!file?.classes[owner]) return this.#memberOfAttribute(owner, member, located.path);
    const method = this.#method(owner, member === '__call__' ? 'forward' : member, located.path, 0);
    if (method || member !== '__call__') return method ?? this.#attribute(owner, member, located.path);
    return this.#method(owner, '__call__', located.path, 0);
  }

  /** `self.net(x)`: what the attribute holds is called. */
  #attribute(owner: string, member: string, path: string): FoundFunction | null {
    const held = this.#modules.effects(path)?.classes[owner]?.attributes[member];
    if (held && 'instance' in held) return this.#find(`${held.instance}.__call__`, path);
    return held && 'function' in held ? this.#find(held.function, path) : null;
  }

  /** `self.trainer.fit()`: a method of what the attribute holds. */
  #memberOfAttribute(owner: string, member: string, path: string): FoundFunction | null {
    const dot = owner.lastIndexOf('.');
    const held = this.#modules.effects(path)?.classes[owner.slice(0, dot)]?.attributes[owner.slice(dot + 1)];
    return held && 'instance' in held ? this.#find(`${held.instance}.${member}`, path) : null;
  }

  #method(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    const file = this.#modules.effects(path);
    const id = file?.classes[owner]?.methods[name];
    const effects = id === undefined ? undefined : file?.functions.get(id);
    if (id !== undefined && effects) return { path, id, effects };
    return this.#inherited(owner, name, path, depth + 1);
  }

  #inherited(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    if (depth > 8) return null;
    for (const base of this.#modules.effects(path)?.classes[owner]?.bases ?? []) {
      if (base === null) continue;
      const located = this.#place(base, path);
      const method = located && this.#method(located.name, name, located.path, depth);
      if (method) return method;
      // A class of ours that is a layer with random weights draws them when it is made.
      if (name === '__init__' && drawOf(base)?.kind === 'layer') return { path, id: `${base}()`, effects: LAYER };
    }
    return null;
  }

  #isClass(name: string, from: string): boolean {
    const located = this.#place(name, from);
    return located !== null && this.#modules.effects(located.path)?.classes[located.name] !== undefined;
  }

  #place(name: string, from: string): { readonly path: string; readonly name: string } | null {
    return name.startsWith('#') ? { path: from, name } : this.#modules.locate(name, from);
  }

  #invoke(callee: FoundFunction, call: Arguments, env: Environment, site: Site): Outcome {
    if (callee.effects === LAYER) return falls(this.#draws('torch', site));
    const bound = bindArguments(callee.effects, call, env, site.path);
    const key = `${callee.path}\0${callee.id}\0${JSON.stringify(bound)}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#trace?.repeat(key);
      return known;
    }
    const name = `${callee.path}\0${callee.id}`;
    // A cycle adds nothing that its first round did not.
    if (this.#running.has(name) || this.#running.size > 60) return NOTHING;
    this.#running.add(name);
    const mark = this.#trace?.mark();
    const outcome = this.#run(callee.effects.events, callee.path, bound);
    this.#running.delete(name);
    const ending: Outcome = { ...NEVER, falls: close(outcome), stops: outcome.stops };
    this.#known.set(key, ending);
    if (mark) this.#trace?.remember(key, mark);
    return ending;
  }
}

const constantOf = (value: Value): Constant | undefined =>
  value !== null && 'const' in value ? value.const : undefined;

/** What calling a value calls. */
function calledName(value: Value): string | null {
  if (value !== null && 'function' in value) return value.function;
  return value !== null && 'instance' in value ? `${value.instance}.__call__` : null;
}

interface FoundFunction {
  readonly path: string;
  readonly id: string;
  readonly effects: FunctionEffects;
}

const NO_ARGUMENTS: Arguments = { positional: [], keywords: {}, open: true };
const LAYER: FunctionEffects = { parameters: [], decorated: false, method: true, events: [] };

const falls = (summary: Summary | null): Outcome => ({ ...NEVER, falls: summary });
const close = (outcome: Outcome): Summary | null => alt(outcome.falls, alt(outcome.returns, outcome.breaks));

const reachedBy = (site: Site, { falls, stops }: Outcome): Outcome => ({
  ...NEVER,
  falls: falls && led(site, falls),
  stops: stops && led(site, stops),
});
