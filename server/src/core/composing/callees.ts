/** Which function a name or a method of an object means, through other files and the bases of classes. */

import type { Site } from '../effects/algebra.ts';
import {
  type Arguments,
  type EffectValue,
  type Environment,
  type Event,
  type FileEffects,
  type FunctionEffects,
  type InstanceValue,
  type LoadedBy,
  NOTHING_PASSED,
  OF_SELF,
} from '../effects/events.ts';
import { loaderRow } from '../knowledge/loaders.ts';
import { namesFor } from '../knowledge/names.ts';
import { drawOf, looksLikeSeeder, seedsInPassing } from '../knowledge/tables.ts';
import type { Applied } from '../lowering/configurations.ts';
import { looksLikeClass } from '../python/file.ts';
import { bindArguments, settle, settleArguments } from './guards.ts';

/** The files a program may consist of, and which of them a name leads to. */
export interface Modules {
  effects(path: string): FileEffects | undefined;
  /** Where a dotted name is defined: a `#name` of that file, or the file itself by an empty name; null for what lies outside. */
  locate(name: string, from: string): { readonly path: string; readonly name: string } | null;
  /** The modules of a file's star imports that may bring a name, the last first. */
  starsBringing(name: string, from: string): readonly string[];
  /** The files that importing these modules runs, parents first. */
  importedFiles(modules: readonly string[], from: string): readonly string[];
  /** The configurations that a file may load by a path, or by one that its code does not show. */
  configurations(name: string | null, from: string): readonly Configuration[];
}

/** A file that may be loaded for what it configures, and what it calls meanwhile. */
export interface Configuration {
  readonly path: string;
  readonly applied: readonly Applied[];
  /** It has tags that only a file of this kind has. */
  readonly hasTags: boolean;
}

export interface FoundFunction {
  readonly path: string;
  readonly id: string;
  readonly effects: FunctionEffects;
}

/** What a name means: a function, a method or attribute of an object, a class that does nothing when it is made, or a value. */
export type Meaning =
  | { readonly kind: 'function'; readonly found: FoundFunction }
  | { readonly kind: 'class'; readonly instance: InstanceValue; readonly init: FoundFunction | null }
  | { readonly kind: 'member'; readonly object: InstanceValue; readonly members: readonly string[] }
  | { readonly kind: 'value'; readonly value: EffectValue };

/** What stands around a decorated function: a function of the project's, its context manager, or something nobody can tell. */
export type Layer =
  | { readonly kind: 'wrapper'; readonly value: EffectValue }
  | { readonly kind: 'context'; readonly found: FoundFunction; readonly call: Arguments }
  | { readonly kind: 'unknown' };

/** Functions and command line apps of a file that a project installs as commands, and the packages that importing the file runs. */
export interface Commands {
  readonly ids: readonly string[];
  /** The outermost first. */
  readonly packages: readonly string[];
}

/** What a command line app runs when it is called, and in which file. */
export interface App {
  readonly path: string;
  readonly events: readonly Event[];
}

export const NO_ARGUMENTS: Arguments = NOTHING_PASSED;
/** Stands for the constructor of a layer of torch's, which draws its weights. */
export const LAYER: FunctionEffects = {
  parameters: [],
  decorators: [],
  decorated: false,
  isContext: false,
  returns: null,
  method: true,
  events: [],
};
/** Stands for the constructor of a library's class that seeds in passing, as a trainer's does. */
export const SEEDS_IN_PASSING: FunctionEffects = { ...LAYER };
/** What runs when an object is made; a data class has the second or third, which its own constructor calls. */
const CONSTRUCTORS = ['__init__', '__post_init__', '__attrs_post_init__'];
/** Decorators of a function that stands for others, which are registered for types. */
const DISPATCHES = namesFor('dispatches');
const DEEPEST_CLASS = 8;
const MOST_CLASSES = 40;
/** One call of a function: what it passes, what the function sees around it, and whose method it is. */
export interface Invocation {
  readonly call: Arguments;
  readonly closure: Environment;
  readonly self: InstanceValue | null;
  readonly at: Site;
}

/** The function that a value stands in: its file, its parameters, and the object whose method it is. */
interface Around {
  readonly path: string;
  readonly env: Environment;
  readonly self: InstanceValue | null;
}

/** What an attribute holds, and the class that says so, by the name and the file it stands in. */
interface Held {
  readonly value: EffectValue;
  readonly owner: string;
  readonly path: string;
}

/** True for an event that seeds, or one of whose parts does; `isSeeder` says it of what is called. */
function maySeed(event: Event, isSeeder: (name: string) => boolean): boolean {
  if (event.kind === 'seed' || event.kind === 'unknown-seeder') return true;
  if (event.kind === 'call') return event.takesSeed || (typeof event.target === 'string' && isSeeder(event.target));
  const some = (events: readonly Event[]): boolean => events.some((each) => maySeed(each, isSeeder));
  if (event.kind === 'try') return some([...event.body, ...event.handlers.flat(), ...event.finally]);
  return some('body' in event ? event.body : []) || (event.kind === 'branch' && some(event.otherwise));
}

/** Values that lead to values. */
const DEEPEST = 8;

const NO_PARTS: readonly string[] = [];

/** What stands in a tuple at a place, or in a dictionary under a key. */
function partOf(whole: EffectValue, at: number | string): EffectValue {
  if (whole === null) return null;
  if (typeof at === 'number') return 'tuple' in whole ? (whole.tuple[at] ?? null) : null;
  return 'table' in whole ? (whole.table[at] ?? null) : null;
}

export class Callees {
  readonly #modules: Modules;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  meaning(name: string, from: string): Meaning | null {
    if (name.endsWith('.*')) return this.#anyClass(name.slice(0, -2), from);
    const located = this.#place(name, from);
    if (!located) return null;
    const { path } = located;
    const file = this.#modules.effects(path);
    const effects = file?.functions.get(located.name);
    if (effects) return { kind: 'function', found: { path, id: located.name, effects } };
    const parent = /^(#.+)\.super\(\)\.(\w+)$/.exec(located.name);
    if (parent) {
      const [, owner = '', method = ''] = parent;
      const inherited = this.#inherited(owner, method, path, 0);
      const found = inherited ?? (method === '__call__' ? this.#method(owner, 'forward', path, 0) : null);
      return found && { kind: 'function', found };
    }
    const [head = '', ...members] = this.#splitClass(located.name, file);
    if (file?.classes[head]) {
      const object: InstanceValue = { instance: head, home: path };
      if (members.length > 0) return { kind: 'member', object, members };
      const [init] = CONSTRUCTORS.flatMap((name) => this.method(head, name, path) ?? []);
      return { kind: 'class', instance: object, init: init ?? null };
    }
    const [held = '', ...further] = located.name.startsWith('#') ? located.name.slice(1).split('.') : [];
    const value = held === '' ? undefined : file?.values[held];
    if (value === undefined) return null;
    const settled = settle(value, {}, path);
    if (further.length === 0) return { kind: 'value', value: settled };
    return settled && 'instance' in settled ? { kind: 'member', object: settled, members: further } : null;
  }

  /** One of the classes of a module; only the run decides which. */
  #anyClass(module: string, from: string): Meaning | null {
    const located = module === '#' ? { path: from, name: '' } : this.#place(module, from);
    const file = located?.name === '' ? this.#modules.effects(located.path) : undefined;
    if (!located || !file) return null;
    const own = Object.keys(file.classes).filter((id) => !id.includes('.'));
    const handedOn = Object.entries(file.exports).filter(([name]) => looksLikeClass(name));
    const names = [...own, ...handedOn.map(([, name]) => name)];
    if (names.length === 0 || names.length > MOST_CLASSES) return null;
    return { kind: 'value', value: { oneOf: names.map((name) => ({ function: name, home: located.path })) } };
  }

  /** An object of a class of the project's by the name that the class has where it stands: the same, whoever made it. */
  canonical(object: InstanceValue): InstanceValue {
    const { instance, home } = object;
    if (home === undefined || instance.startsWith('#')) return object;
    const located = this.#modules.locate(instance, home);
    const isClass = located !== null && this.#modules.effects(located.path)?.classes[located.name] !== undefined;
    return isClass ? { ...object, instance: located.name, home: located.path } : object;
  }

  /** A method of a class, its own or inherited; for an instance that is called, the `forward` of a module. */
  method(owner: string, name: string, from: string): FoundFunction | null {
    const located = this.#place(owner, from);
    if (!located) return null;
    const found = this.#method(located.name, name, located.path, 0);
    // A module's own way of being called, which its class has of torch.
    return found ?? (name === '__call__' ? this.#method(located.name, 'forward', located.path, 0) : null);
  }

  /** What an attribute holds; where it was passed to the constructor, what was passed. */
  held(object: InstanceValue, name: string, from: string): EffectValue {
    const home = object.home ?? from;
    const held = this.#attribute(object, name, home);
    if (!held) {
      const read = this.method(object.instance, name, home);
      return read?.effects.isProperty ? settle(read.effects.returns, {}, read.path) : null;
    }
    return settle(held.value, this.#madeWith(object, home, held), held.path);
  }

  /** What the constructor was passed that keeps an attribute: the object's own, or that of a base which it hands on to. */
  #madeWith(object: InstanceValue, home: string, { owner, path }: Held): Environment {
    const own = object.made && this.method(object.instance, '__init__', home);
    if (!own || !object.made) return {};
    let init: FoundFunction = own;
    let env = bindArguments(init.effects, object.made, {}, home);
    for (let depth = 0; depth < DEEPEST_CLASS; depth++) {
      if (init.path === path && init.id === `${owner}.__init__`) return env;
      const above: Event | undefined = init.effects.events.find(
        (each) => each.kind === 'call' && typeof each.target === 'string' && each.target.endsWith('.super().__init__'),
      );
      const meaning: Meaning | null = above?.kind === 'call' ? this.meaning(String(above.target), init.path) : null;
      if (above?.kind !== 'call' || meaning?.kind !== 'function') return env;
      env = bindArguments(meaning.found.effects, settleArguments(above, env, init.path), {}, init.path);
      init = meaning.found;
    }
    return env;
  }

  /** What a value is where a function runs: its parameters bound, and those of its object, and followed. */
  look(value: EffectValue, { path, env, self }: Around): EffectValue {
    const isKept = value !== null && 'parameter' in value && value.parameter.startsWith(OF_SELF);
    const known = isKept
      ? self && this.held(self, value.parameter.slice(OF_SELF.length), path)
      : settle(value, env, path);
    return this.resolved(known, path);
  }

  /** What a value comes to: what a function returns, what another file has under this name. */
  resolved(value: EffectValue, from: string, depth = 0): EffectValue {
    if (value === null || depth > DEEPEST) return null;
    if ('function' in value) {
      if (value.function.startsWith('#')) return value;
      const meaning = this.meaning(value.function, value.home ?? from);
      return meaning?.kind === 'value' ? this.resolved(meaning.value, from, depth + 1) : value;
    }
    if (!('result' in value)) return value;
    const home = value.home ?? from;
    const meaning = this.meaning(value.result, home);
    if (meaning?.kind === 'class') return value.key === undefined ? meaning.instance : null;
    let found = meaning?.kind === 'function' ? meaning.found : null;
    if (meaning?.kind === 'member' && meaning.members.length === 1) {
      found = this.method(meaning.object.instance, meaning.members[0] ?? '', meaning.object.home ?? home);
    }
    if (!found) return null;
    const returned = this.resolved(settle(found.effects.returns, {}, found.path), found.path, depth + 1);
    if (value.item === undefined && value.key === undefined) return returned;
    return this.resolved(partOf(returned, value.key ?? value.item ?? 0), found.path, depth + 1);
  }

  /** Whether the function puts the weights of a checkpoint into what it is passed. */
  loads({ function: name, parameter }: LoadedBy, from: string): boolean {
    const meaning = this.meaning(name, from);
    const found =
      meaning?.kind === 'member'
        ? this.#methodOf(meaning.object, meaning.members, from)
        : meaning?.kind === 'function'
          ? meaning.found
          : null;
    if (!found) return false;
    const { loads = [], parameters, method } = found.effects;
    const passed = typeof parameter === 'string' ? parameter : parameters[parameter + (method ? 1 : 0)]?.name;
    return passed !== undefined && loads.includes(passed);
  }

  /** `engine.agent.load`: a method of what attributes hold. */
  #methodOf(object: InstanceValue, [first = '', ...rest]: readonly string[], from: string): FoundFunction | null {
    if (rest.length === 0) return this.method(object.instance, first, object.home ?? from);
    const held = this.resolved(this.held(object, first, from), object.home ?? from);
    return held !== null && 'instance' in held ? this.#methodOf(held, rest, from) : null;
  }

  /** What a call of the function returns. */
  returned(found: FoundFunction, call: Arguments, closure: Environment = {}): EffectValue {
    const env = { ...closure, ...bindArguments(found.effects, call, {}, found.path) };
    return settle(found.effects.returns, env, found.path);
  }

  /** What a call of a value returns. */
  returnedBy(maker: EffectValue, call: Arguments): EffectValue {
    if (maker === null || !('function' in maker)) return null;
    const meaning = this.meaning(maker.function, maker.home ?? '');
    return meaning?.kind === 'function' ? this.returned(meaning.found, call, maker.closure) : null;
  }

  /** What `self.<name>` holds, as far as the object's class and what it was made of tell; with the file that says so. */
  #attribute(object: InstanceValue, name: string, from: string, depth = 0): Held | null {
    const located = this.#place(object.instance, from);
    const owner = located && this.#modules.effects(located.path)?.classes[located.name];
    if (!located || !owner || depth > DEEPEST_CLASS) return null;
    const value = owner.attributes[name];
    if (value !== undefined) return { value, owner: located.name, path: located.path };
    for (const base of owner.bases) {
      const inherited = base !== null && this.#attribute({ ...object, instance: base }, name, located.path, depth + 1);
      if (inherited) return inherited;
    }
    return null;
  }

  /** What decorators put around a function, innermost first; those that keep the function are left out. */
  layers(callee: FoundFunction, closure: Environment): Layer[] {
    const { path, id, effects } = callee;
    let value: EffectValue = { function: id, bare: true, home: path, closure };
    const layers: Layer[] = [];
    for (const { name, given } of [...effects.decorators].reverse()) {
      const found = this.#decorator(name, path);
      const call = given && settleArguments(given, {}, path);
      if (!found) {
        // A decorator that nobody can read keeps the function, unless its name says more.
        if (looksLikeSeeder(name)) layers.push({ kind: 'unknown' });
        continue;
      }
      if (found.effects.isContext) {
        layers.push({ kind: 'context', found, call: call ?? NO_ARGUMENTS });
        continue;
      }
      const passed: Arguments = { positional: [value], keywords: {}, open: false };
      const made = call ? this.returnedBy(this.returned(found, call), passed) : this.returned(found, passed);
      if (made === null || !('function' in made)) {
        if (this.#seedsWithin(found)) layers.push({ kind: 'unknown' });
      } else if (!made.bare || made.function !== id) {
        value = made;
        layers.push({ kind: 'wrapper', value });
      }
    }
    return layers;
  }

  /** The function that decorates: one of the project's, a method of an object, or what a class does when it is called. */
  #decorator(name: string, path: string): FoundFunction | null {
    const meaning = this.meaning(name, path);
    if (meaning?.kind === 'function') return meaning.found;
    if (meaning?.kind === 'class')
      return this.method(meaning.instance.instance, '__call__', meaning.instance.home ?? path);
    if (meaning?.kind !== 'member' || meaning.members.length !== 1) return null;
    return this.method(meaning.object.instance, meaning.members[0] ?? '', meaning.object.home ?? path);
  }

  /** True where the body of a function, or of one inside it, seeds or may, or calls one that does. */
  #seedsWithin({ path, id }: FoundFunction, seen = new Set<string>()): boolean {
    if (seen.has(`${path}\0${id}`)) return false;
    seen.add(`${path}\0${id}`);
    const isSeeder = (name: string): boolean => {
      const meaning = looksLikeSeeder(name) ? null : this.meaning(name, path);
      return meaning === null
        ? looksLikeSeeder(name)
        : meaning.kind === 'function' && this.#seedsWithin(meaning.found, seen);
    };
    const functions = this.#modules.effects(path)?.functions;
    const inside = [...(functions?.keys() ?? [])].filter((each) => each === id || each.startsWith(`${id}.`));
    return inside.some((each) => functions?.get(each)?.events.some((event) => maySeed(event, isSeeder)));
  }

  /** What a call of a function that dispatches by type may run besides its own body. */
  variants({ path, id, effects }: FoundFunction): FoundFunction[] {
    if (!effects.decorators.some(({ name }) => DISPATCHES.has(name))) return [];
    const functions = this.#modules.effects(path)?.functions;
    return [...(functions?.keys() ?? [])].flatMap((each) => {
      const other = functions?.get(each);
      const isVariant = other?.decorators.some(({ name }) => name === `${id}.register`);
      return other && isVariant ? [{ path, id: each, effects: other }] : [];
    });
  }

  /** Null for what is no command line app. */
  app(name: string, from: string): App | null {
    const located = this.#place(name, from);
    const events = located && this.#modules.effects(located.path)?.apps[located.name];
    return located && events ? { path: located.path, events } : null;
  }

  /** Whether a class of the project's descends from a DataLoader that shuffles by torch's stream. */
  isLoader(name: string, from: string): boolean {
    return this.descends(name, from, (base) => {
      const row = loaderRow(base);
      return row !== undefined && row.stream === undefined;
    });
  }

  /** Whether a class of the project's has a base, or a base of one, that is asked for. */
  descends(name: string, from: string, isIt: (base: string) => boolean, depth = 0): boolean {
    const located = depth > DEEPEST_CLASS ? null : this.#place(name, from);
    const bases = located ? this.#modules.effects(located.path)?.classes[located.name]?.bases : undefined;
    return (
      bases?.some(
        (base) => base !== null && (isIt(base) || this.descends(base, located?.path ?? from, isIt, depth + 1)),
      ) === true
    );
  }

  /** Whether the class is the project's. */
  isOwn(name: string, from: string): boolean {
    const located = this.#place(name, from);
    return located !== null && this.#modules.effects(located.path)?.classes[located.name] !== undefined;
  }

  #method(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    const file = this.#modules.effects(path);
    const id = file?.classes[owner]?.methods[name];
    const effects = id === undefined ? undefined : file?.functions.get(id);
    if (id !== undefined && effects) return { path, id, effects };
    return this.#inherited(owner, name, path, depth + 1);
  }

  #inherited(owner: string, name: string, path: string, depth: number): FoundFunction | null {
    if (depth > DEEPEST_CLASS) return null;
    for (const base of this.#modules.effects(path)?.classes[owner]?.bases ?? []) {
      if (base === null) continue;
      const located = this.#place(base, path);
      const method = located && this.#method(located.name, name, located.path, depth);
      if (method) return method;
      // A class of ours that is a layer or network with random weights draws them when it is made.
      if (name === '__init__' && /^(layer|model)$/.test(drawOf(base)?.kind ?? ''))
        return { path, id: `${base}()`, effects: LAYER };
      if (name === '__init__' && seedsInPassing(base)) return { path, id: base, effects: SEEDS_IN_PASSING };
    }
    return null;
  }

  /** `#Engine.masker.mask` as the class and what follows. */
  #splitClass(name: string, file: FileEffects | undefined): readonly string[] {
    if (!file || !name.includes('.')) return file?.classes[name] ? [name] : NO_PARTS;
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const head = name.slice(0, end);
      if (file.classes[head])
        return [
          head,
          ...name
            .slice(end + 1)
            .split('.')
            .filter((part) => part !== ''),
        ];
    }
    return NO_PARTS;
  }

  #place(name: string, from: string): { readonly path: string; readonly name: string } | null {
    if (name.startsWith('#')) return { path: from, name };
    const located = this.#modules.locate(name, from);
    if (located) return located;
    // A name that comes out of a star may come out of any of them.
    const stars = this.#modules.effects(from)?.stars ?? [];
    if (stars.length < 2) return null;
    const last = stars.at(-1) ?? '';
    const rest = name.startsWith(last) ? name.slice(last.length).replace(/^\./, '') : '';
    if (rest === '') return null;
    for (const star of this.#modules.starsBringing(rest.split('.', 1)[0] ?? rest, from)) {
      const found = this.#modules.locate(star.endsWith('.') ? star + rest : `${star}.${rest}`, from);
      if (found) return found;
    }
    return null;
  }
}
