/** Composes events into what a whole program does, in execution order, through every call it can follow. */

import { EMPTY, imported, type Paths, perhapsSeeds, type Site, seenFrom } from '../effects/algebra.ts';
import {
  type Arguments,
  type CallEvent,
  type EffectValue,
  type Event,
  type InstanceValue,
  OF_SELF,
  type RunEvent,
} from '../effects/events.ts';
import { type Summary, summaryOf, type TransformedDraw } from '../effects/summary.ts';
import { HOLDS_PARTS, PROCESSES, THREADS } from '../knowledge/calls.ts';
import type { Names } from '../knowledge/names.ts';
import { drawOf, looksLikeSeeder, seederOf } from '../knowledge/tables.ts';
import { type Applied, streamsApplied } from '../lowering/configurations.ts';
import { asProgram, ended, inQuiet, inScope, looped, spawned, tried, written } from './blocks.ts';
import { Bodies } from './bodies.ts';
import {
  type App,
  Callees,
  type Commands,
  type Configuration,
  type FoundFunction,
  type Invocation,
  LAYER,
  type Meaning,
  type Modules,
  NO_ARGUMENTS,
  SEEDS_IN_PASSING,
} from './callees.ts';
import { between, inContext } from './contexts.ts';
import { bindArguments, decide, decisive, joinArguments, settle, settleArguments, settledConstant } from './guards.ts';
import { handedOver, iterated, type Steps } from './iterating.ts';
import { around, close, ENDS, type Frame, falls, NOTHING, type Outcome, then, whole } from './outcomes.ts';
import type { Needs, SharedOutcomes } from './shared.ts';
import { Recorder, type Trace } from './trace.ts';
import { Transforms } from './transforms.ts';

/** Calls through values that lead to values; deeper than this nothing is followed. */
const DEEPEST = 8;

/** A module's body in its imports, each by itself, and in what stands between them. */
const PARTS = new WeakMap<readonly Event[], readonly (readonly Event[])[]>();

function partsOf(module: readonly Event[]): readonly (readonly Event[])[] {
  const known = PARTS.get(module);
  if (known) return known;
  const parts: Event[][] = [];
  for (const event of module) {
    const last = parts.at(-1);
    if (event.kind !== 'import' && last && last[0]?.kind !== 'import') last.push(event);
    else parts.push([event]);
  }
  PARTS.set(module, parts);
  return parts;
}

const isForward = ({ id }: FoundFunction): boolean => id.endsWith('.forward');

const isPlainValue = (value: EffectValue): boolean => value === null || 'const' in value;

/** The events of one kind. */
type Kind<Name extends Event['kind']> = Extract<Event, { readonly kind: Name }>;

/** The streams that a body may draw from or seed, and the switches that it sets. */
export interface Doing {
  readonly streams: readonly string[];
  /** Those of them that it draws from before it seeds them. */
  readonly draws: readonly string[];
  readonly switches: readonly string[];
}

export class Composer {
  readonly #modules: Modules;
  readonly #callees: Callees;
  readonly #entry: string;
  /** The files whose bodies the program has run. */
  readonly reached: Set<string>;
  /** Nothing is imported. */
  #isAlone = false;
  /** The files whose main guard holds. */
  readonly #scripts: Set<string>;
  readonly #bodies: Bodies;
  readonly #shared: SharedOutcomes | null;
  #startedUp: Paths | undefined;
  readonly #record: Recorder;
  readonly #steps: Steps;
  readonly #transforms = new Transforms();

  /** The trace, if there is one, is told of every step; otherwise outcomes may be shared with other programs. */
  constructor(modules: Modules, entry: string, { trace, shared }: { trace?: Trace; shared?: SharedOutcomes } = {}) {
    this.#shared = trace ? null : (shared ?? null);
    this.#modules = {
      effects: (path) => {
        this.#bodies.needs.add(path);
        return modules.effects(path);
      },
      locate: (name, from) => modules.locate(name, from),
      starsBringing: (name, from) => modules.starsBringing(name, from),
      importedFiles: (names, from) => modules.importedFiles(names, from),
      configurations: (name, from) => modules.configurations(name, from),
    };
    this.#callees = new Callees(this.#modules);
    this.#entry = entry;
    this.reached = new Set([entry]);
    this.#scripts = new Set([entry]);
    this.#record = new Recorder(trace);
    this.#bodies = new Bodies(this.reached, this.#record, this.#shared);
    this.#steps = {
      record: this.#record,
      resolved: (value, from) => this.#callees.resolved(value, from),
      isLoader: (object, from) => this.#callees.isLoader(object.instance, object.home ?? from),
      method: (object, name, call, at) => this.#method(object, name, call, at, 0),
      apply: (value, call, at) => this.#apply(value, call, at),
    };
  }

  /** What running the entry file as a program does, as a script or by its commands; null if it can only raise. */
  program(commands: Commands = { ids: [], packages: [] }): Summary | null {
    const { ids, packages } = commands;
    const isScript = ids.length === 0;
    if (!isScript) this.#scripts.delete(this.#entry);
    for (const each of packages) this.reached.add(each);
    const body = [...packages, this.#entry].map((each) => this.#module(each)).reduce(then);
    const frame: Frame = { path: this.#entry, env: {}, unit: '', self: null };
    const call = { kind: 'call', ...NO_ARGUMENTS, open: false, takesSeed: false, site: '' } as const;
    const run = (target: string) => () => this.#call({ ...call, target }, frame);
    const outcome = isScript ? body : then(body, this.#bodies.either(ids.map(run).map(asProgram)));
    const paths = whole(outcome);
    return paths && summaryOf(isScript ? paths : seenFrom(this.#entry, paths), this.#entry);
  }

  /** Every file that had a say in what was composed, and the functions that it runs, `path\0#id`. */
  get needs(): ReturnType<Needs['all']> {
    return this.#bodies.needs.all();
  }

  /** There was too much to compose: what comes behind it is not certain. */
  get isCut(): boolean {
    return this.#bodies.isCut;
  }

  /** The events that were composed, as a measure of work. */
  get work(): number {
    return this.#bodies.events;
  }

  /** What the file's own body may do to randomness, whatever the modules do that it imports. */
  doesItself(): Doing {
    this.#isAlone = true;
    const paths = whole(this.#module(this.#entry));
    return {
      streams: Object.keys(paths?.streams ?? {}),
      draws: Object.keys((paths && summaryOf(paths, this.#entry).exposed) ?? {}),
      switches: Object.keys(paths?.flags ?? {}),
    };
  }

  /** What a call of a function does, whatever it is passed; null where nobody can read it, or it only raises. */
  call(name: string, from: string): Summary | null {
    const outcome = this.#apply({ function: name }, NO_ARGUMENTS, { path: from, site: '' });
    const paths = outcome && close(outcome);
    return paths && summaryOf(paths, from);
  }

  /** The draws in transformed code that the program has met. */
  get transformed(): readonly TransformedDraw[] {
    return this.#transforms.found;
  }

  /** Meets the draws of transformed code in functions that nobody may call, as far as the functions alone tell. */
  visit(path: string, ids: Iterable<string>): void {
    const file = this.#modules.effects(path);
    for (const id of ids) {
      if (id === '') this.#module(path);
      const effects = file?.functions.get(id);
      const owner = effects?.method ? id.slice(0, id.lastIndexOf('.')) : '';
      const self = file?.classes[owner] ? { instance: owner, home: path } : null;
      if (effects)
        this.#runFunction({ path, id, effects }, { call: NO_ARGUMENTS, closure: {}, self, at: { path, site: '' } });
    }
  }

  /** What a process that is started anew runs before its target: the entry file as a module, if it is a file. */
  #startUp(): Paths {
    this.#bodies.dependsOnProgram();
    if (this.#startedUp) return this.#startedUp;
    const child = new Composer(this.#modules, this.#entry);
    child.#isAlone = this.#isAlone;
    child.#scripts.clear();
    child.#startedUp = EMPTY; // It starts no process of its own before it has started up.
    this.#startedUp = (!/\.ipynb$/i.test(this.#entry) && close(child.#module(this.#entry))) || EMPTY;
    return this.#startedUp;
  }

  /** A function of the file that is run is handed over as it is; one of a module has the worker import that first. */
  #isSentAlone(event: Event & { kind: 'spawn' }, path: string): boolean {
    const isOwn = (each: Event): boolean =>
      each.kind !== 'call' || typeof each.target !== 'string' || each.target.startsWith('#');
    return event.isElsewhere === true && path === this.#entry && event.body.every(isOwn);
  }

  #module(path: string): Outcome {
    const file = this.#modules.effects(path);
    if (!file) return NOTHING;
    const frame: Frame = { path, env: {}, unit: '', self: null };
    const isScript = this.#scripts.has(path);
    let outcome = NOTHING;
    for (const [index, part] of partsOf(file.module).entries()) {
      const run = (): Outcome => this.#run(part, frame);
      const isImport = part[0]?.kind === 'import';
      outcome = then(
        outcome,
        isImport ? run() : this.#bodies.part(`${path}\0${index}\0${isScript}`, this.#transforms.isPlain, run),
      );
      if (!outcome.falls) break;
    }
    return outcome;
  }

  #run(events: readonly Event[], frame: Frame): Outcome {
    let outcome = NOTHING;
    for (const event of events) {
      outcome = then(outcome, this.#event(event, frame));
      if (!outcome.falls) break;
    }
    return outcome;
  }

  #draw(event: Kind<'draw'>, path: string): Outcome {
    const at: Site = { path, site: event.site };
    if (!(event.training && this.#bodies.training === false)) this.#transforms.draws(event, at);
    if (event.training && !this.#bodies.training) return NOTHING;
    return falls(this.#record.draws(this.#transforms.streamOf(event), at));
  }

  #iterate(event: Kind<'iterate'>, frame: Frame): Outcome {
    const { path, env } = frame;
    const given = event.value;
    const isKept = given !== null && 'parameter' in given && given.parameter.startsWith(OF_SELF);
    const value = isKept ? this.#callees.look(given, frame) : settle(given, env, path);
    const at: Site = { path, site: event.site };
    const generated = event.maker ? this.#call(event.maker, frame, 'generators') : this.#generated(value, at);
    return then(generated, iterated(value, at, this.#steps));
  }

  #branch(event: Kind<'branch'>, frame: Frame): Outcome {
    const decided = decide(
      event.guard,
      (value) => this.#callees.look(value, frame),
      () => this.#isScript(frame),
    );
    if (decided !== undefined) return this.#run(decided ? event.body : event.otherwise, frame);
    const site = event.site === undefined ? null : { path: frame.path, site: event.site };
    const arm = (events: readonly Event[], holds: boolean) => () =>
      this.#record.inside({ kind: 'condition', site, holds }, () => this.#run(events, frame));
    const arms = [arm(event.body, true), arm(event.otherwise, false)];
    return this.#bodies.either(event.isChoice ? arms.map(asProgram) : arms);
  }

  #event(event: Event, frame: Frame): Outcome {
    const { path } = frame;
    if (!this.#bodies.count()) return 'site' in event ? falls(perhapsSeeds({ path, site: event.site ?? '' })) : NOTHING;
    const look = (value: EffectValue): EffectValue => this.#callees.look(value, frame);
    switch (event.kind) {
      case 'draw':
        return this.#draw(event, path);
      case 'mode':
        this.#bodies.training = event.training;
        return NOTHING;
      case 'seed': {
        const value = settledConstant(look(event.value));
        if (value === null && event.noneIsEntropy) return NOTHING;
        const kind = event.restores ? 'restore' : 'seed';
        return falls(
          this.#record.seeds(this.#transforms.seeds(event.streams), { path, site: event.site }, value, kind),
        );
      }
      case 'unknown-seeder':
        return falls(this.#record.maySeed({ path, site: event.site }));
      case 'call':
        return this.#call(event, frame);
      case 'iterate':
        return this.#iterate(event, frame);
      case 'branch':
        return this.#branch(event, frame);
      case 'loop':
        return looped(this.#run(event.body, frame));
      case 'try':
        return tried(event, (events) => this.#run(events, frame));
      case 'with':
        return this.#with(event.call, () => this.#run(event.body, frame), frame);
      case 'yield':
        return frame.inside?.() ?? NOTHING;
      case 'scope':
        return inScope(this.#record.inside({ kind: 'scope' }, () => this.#run(event.body, frame)));
      case 'transform':
        return this.#transformed(event, frame);
      case 'spawn': {
        const body = this.#record.inside({ kind: 'process' }, () => this.#run(event.body, frame));
        return spawned(
          body,
          { path, site: event.site },
          event.forked ? null : this.#isSentAlone(event, path) ? EMPTY : this.#startUp(),
        );
      }
      case 'quiet': {
        const isLoaded = event.by !== undefined && this.#callees.loads(event.by, path);
        if (event.by?.isPerhaps && !isLoaded) return this.#run(event.body, frame);
        const body = this.#record.inside({ kind: 'quiet' }, () => this.#run(event.body, frame));
        return inQuiet(body, event.isReplaced === true && !isLoaded);
      }
      case 'flag':
        return falls(this.#record.flagged(event.name, settledConstant(look(event.value)), { path, site: event.site }));
      case 'import':
        return this.#record.reached('import', { path, site: event.site }, () => this.#import(event.modules, path));
      case 'run':
        return this.#script(event, path);
      case 'configure':
        return this.#configured(event.file, { path, site: event.site });
      default:
        return ENDS[event.kind];
    }
  }

  /** Whether the main guard of the file holds. Its module is told apart by that already. */
  #isScript({ path, unit }: Frame): boolean {
    if (unit !== '') this.#bodies.dependsOnProgram();
    return this.#scripts.has(path);
  }

  /** Runs the bodies of modules that the program imports for the first time, parents first. */
  #import(modules: readonly string[], from: string): Outcome {
    let outcome = NOTHING;
    const files = this.#isAlone ? [] : this.#modules.importedFiles(modules, from);
    for (const path of files) {
      // What has been imported before is not imported again.
      if (this.reached.has(path)) {
        this.#bodies.dependsOnReached(path);
        continue;
      }
      this.#bodies.dependsOnProgram();
      this.reached.add(path);
      // A module whose body raises is taken for one that does not: somebody catches it, or nothing matters any more.
      outcome = then(outcome, around(ended(this.#module(path)), imported));
    }
    return outcome;
  }

  /** Runs what is transformed; what is only kept runs for what it draws, and does nothing here. */
  #transformed({ how, isKept, body, site }: Event & { kind: 'transform' }, frame: Frame): Outcome {
    const context = { how, by: { path: frame.path, site } };
    // What is met in it is noted for this program.
    this.#bodies.dependsOnProgram();
    const run = (): Outcome => this.#run(body, frame);
    if (!isKept) return this.#transforms.within(context, run);
    const before = this.#bodies.training;
    this.#record.aside(() => this.#transforms.keep(context, run));
    this.#bodies.training = before;
    return NOTHING;
  }

  /** Runs a file once more, as a script or not. What nobody can find may seed. */
  #script({ file, isMain, site }: RunEvent, from: string): Outcome {
    const at: Site = { path: from, site };
    this.#bodies.dependsOnProgram();
    const path = this.#modules.locate(file, from)?.path;
    if (path === undefined) return falls(this.#record.maySeed(at));
    return this.#bodies.once(path, () => {
      this.reached.add(path);
      if (isMain) this.#scripts.add(path);
      const outcome = this.#record.reached('run', at, () => ended(this.#module(path)));
      this.#scripts.delete(path);
      return outcome;
    });
  }

  /** Calls what a configuration says; where the run decides which one it is, any of them. One that nobody can find may seed. */
  #configured(name: string | null, at: Site): Outcome {
    this.#bodies.dependsOnProgram();
    const found = this.#modules.configurations(name, at.path);
    if (found.length === 0) return falls(this.#record.maySeed(at));
    const load = ({ applied }: Configuration): Outcome =>
      applied.map((each) => this.#applied(each, at)).reduce(then, NOTHING);
    return this.#bodies.either(found.map((each) => () => load(each)));
  }

  #applied(applied: Applied, at: Site): Outcome {
    const streams = streamsApplied(applied);
    if (streams) return streams.length === 0 ? NOTHING : falls(this.#record.seeds(streams, at, undefined, 'seed'));
    const meaning = this.#callees.meaning(applied.name, at.path);
    if (meaning) return this.#meant(meaning, { call: NO_ARGUMENTS, closure: {}, self: null, at }, 0) ?? NOTHING;
    return looksLikeSeeder(applied.name) ? falls(this.#record.maySeed(at)) : NOTHING;
  }

  /** Runs a generator whose name is iterated; where it was called, nothing ran. */
  #generated(value: EffectValue, at: Site): Outcome {
    const meaning =
      value !== null && 'result' in value ? this.#callees.meaning(value.result, value.home ?? at.path) : null;
    const call: Arguments = { ...NO_ARGUMENTS, runsOnly: 'generators' };
    return (meaning && this.#meant(meaning, { call, closure: {}, self: null, at }, 0)) ?? NOTHING;
  }

  #call(event: CallEvent, frame: Frame, runsOnly = event.isNamed && ('functions' as Arguments['runsOnly'])): Outcome {
    const { path, env } = frame;
    const at: Site = { path, site: event.site };
    const how = event.startsAnew ? { startsAnew: event.startsAnew } : {};
    const call: Arguments = { ...settleArguments(event, env, path), ...(runsOnly ? { runsOnly } : {}), ...how };
    const name = typeof event.target === 'string' ? event.target : '';
    const outcome =
      typeof event.target === 'string'
        ? this.#named(name, call, at, frame)
        : this.#memberOf(this.#callees.look(event.target.of, frame), event.target.method, call, at);
    const app = name === '' ? null : this.#callees.app(name, path);
    if (app) return then(outcome ?? NOTHING, this.#command(app, at));
    if (outcome) return outcome;
    if (runsOnly === 'generators' || (name !== '' && this.#callees.isOwn(name, path))) return NOTHING;
    // What a call nobody knows is handed, it may iterate.
    const handed = [...call.positional, ...Object.values(call.keywords)].map((each) =>
      then(this.#generated(each, at), handedOver(each, at, this.#steps)),
    );
    return handed.reduce(then, event.takesSeed ? falls(this.#record.maySeed(at)) : NOTHING);
  }

  /** Runs one of the commands of an app. */
  #command({ path, events }: App, at: Site): Outcome {
    const run = () => this.#run(events, { path, env: {}, unit: '', self: null });
    return this.#bodies.once(`${path}\0${JSON.stringify(events)}`, () => this.#record.reached('call', at, run));
  }

  /** A call by name; null where nobody knows what it does. */
  #named(name: string, call: Arguments, at: Site, frame: Frame): Outcome | null {
    const meaning = this.#callees.meaning(name, at.path);
    const owner = frame.unit.slice(0, Math.max(0, frame.unit.lastIndexOf('.')));
    // A method that calls another one of its object means the one that the object's own class has.
    const ownMethod = frame.self && owner !== '' && name.startsWith(`${owner}.`) ? name.slice(owner.length + 1) : '';
    if (frame.self && ownMethod !== '' && !ownMethod.startsWith('super()')) {
      const own = this.#follow(frame.self, ownMethod.split('.'), call, at);
      if (own) return own;
    }
    // How a module is called leads to the `forward` that the object's own class has.
    if (frame.self && name.endsWith('.super().__call__') && meaning?.kind === 'function' && isForward(meaning.found)) {
      const own = this.#method(frame.self, 'forward', call, at, 0);
      if (own) return own;
    }
    const closure = frame.unit !== '' && name.startsWith(`${frame.unit}.`) ? frame.env : {};
    const self = name.includes('.super().') ? frame.self : null;
    return meaning && this.#meant(meaning, { call, closure, self, at }, 0);
  }

  #meant(meaning: Meaning, { call, closure, self, at }: Invocation, depth: number): Outcome | null {
    switch (meaning.kind) {
      case 'function':
        return this.#record.reached('call', at, () => this.#invoke(meaning.found, { call, closure, self, at }));
      case 'class': {
        const { init, instance } = meaning;
        const { runsOnly: _, ...made } = call;
        const self: InstanceValue = { ...instance, made };
        const make = (): Outcome => (init ? this.#invoke(init, { call, closure: {}, self, at }) : NOTHING);
        return init && this.#record.reached('call', at, make);
      }
      case 'member':
        return this.#follow(meaning.object, meaning.members, call, at);
      case 'value':
        return this.#apply(meaning.value, call, at, depth + 1);
    }
  }

  /** `engine.masker.mask()`: through what attributes hold to a method. */
  #follow(object: InstanceValue, members: readonly string[], call: Arguments, at: Site, depth = 0): Outcome | null {
    const [first = '', ...rest] = members;
    if (rest.length === 0) return this.#method(object, first, call, at, depth);
    return this.#followIn(this.#callees.held(object, first, at.path), rest, call, at, depth + 1);
  }

  #followIn(value: EffectValue, members: readonly string[], call: Arguments, at: Site, depth: number): Outcome | null {
    const held = this.#callees.resolved(value, at.path);
    if (held === null || depth > DEEPEST) return null;
    if ('oneOf' in held) return this.#oneOf(held.oneOf, (each) => this.#followIn(each, members, call, at, depth + 1));
    return 'instance' in held ? this.#follow(held, members, call, at, depth) : null;
  }

  #memberOf(value: EffectValue, name: string, call: Arguments, at: Site, depth = 0): Outcome | null {
    if (name === '__call__') return this.#apply(value, call, at, depth);
    const object = this.#callees.resolved(value, at.path);
    if (object === null || depth > DEEPEST) return null;
    if ('oneOf' in object) {
      return this.#oneOf(object.oneOf, (each) => this.#memberOf(each, name, call, at, depth + 1));
    }
    if ('instance' in object) return this.#method(object, name, call, at, depth);
    if (!('function' in object)) return null;
    // `Seeder.apply(...)` on a class, or a function of a module.
    const meaning = this.#callees.meaning(`${object.function}.${name}`, object.home ?? at.path);
    return meaning && this.#meant(meaning, { call, closure: {}, self: null, at }, depth);
  }

  #oneOf(values: readonly EffectValue[], run: (value: EffectValue) => Outcome | null): Outcome | null {
    let isKnown = false;
    const outcome = this.#bodies.either(
      values.map((each) => () => {
        const known = run(each);
        isKnown ||= known !== null;
        return known ?? NOTHING;
      }),
    );
    return isKnown ? outcome : null;
  }

  /** Calls a value; null where nobody knows what it does. */
  #apply(value: EffectValue, call: Arguments, at: Site, depth = 0): Outcome | null {
    const known = this.#callees.resolved(value, at.path);
    if (known === null || depth > DEEPEST) return null;
    if ('oneOf' in known) return this.#oneOf(known.oneOf, (each) => this.#apply(each, call, at, depth + 1));
    if ('instance' in known) return this.#method(known, '__call__', call, at, depth);
    if (!('function' in known)) return null;
    const meaning = this.#callees.meaning(known.function, known.home ?? at.path);
    if (!meaning) return call.runsOnly === 'generators' ? null : this.#seeder(known.function, at);
    const given = known.given ? joinArguments(known.given, call) : call;
    const invocation: Invocation = { call: given, closure: known.closure ?? {}, self: null, at };
    if (meaning.kind !== 'function' || !known.bare) return this.#meant(meaning, invocation, depth);
    return this.#record.reached('call', at, () => this.#runFunction(meaning.found, invocation));
  }

  /** `begin(torch.manual_seed, 0)`: a seeder of a library that is called by another name; null for any other function. */
  #seeder(name: string, at: Site): Outcome | null {
    const seeder = seederOf(name);
    if (!seeder) return null;
    return falls(seeder.varying ? this.#record.maySeed(at) : this.#record.seeds(seeder.streams, at, undefined, 'seed'));
  }

  #method(object: InstanceValue, name: string, call: Arguments, at: Site, depth: number): Outcome | null {
    const home = object.home ?? at.path;
    this.#transforms.uses(object, name, at);
    const found = this.#callees.method(object.instance, name, home);
    if (found) {
      const self = this.#callees.canonical(object);
      return this.#record.reached('call', at, () => this.#invoke(found, { call, closure: {}, self, at }));
    }
    const started = name === 'start' ? this.#started(object, call, at) : null;
    if (started) return started;
    const held = this.#callees.held(object, name, at.path);
    if (held !== null) return this.#apply(held, call, at, depth + 1);
    if (name !== '__call__' || call.runsOnly === 'generators') return null;
    if (object.parts && !HOLDS_PARTS.has(object.instance)) {
      const parts = object.parts.map((part) => this.#apply(part, NO_ARGUMENTS, at, depth + 1) ?? NOTHING);
      return parts.reduce(then, NOTHING);
    }
    const draw = drawOf(object.instance);
    if (draw?.kind === 'dropout' && this.#bodies.training !== false) this.#transforms.draws(draw, at);
    const isDrawn = draw?.kind === 'transform' || (draw?.kind === 'dropout' && this.#bodies.training === true);
    if (!draw || !isDrawn) return null;
    const streams = [draw.stream, ...(draw.also ?? [])];
    return streams.map((stream) => falls(this.#record.draws(stream, at))).reduce(then, NOTHING);
  }

  /** `start` of a thread or process of the project's own runs its `run`; null for another object. */
  #started(object: InstanceValue, { startsAnew }: Arguments, at: Site): Outcome | null {
    const home = object.home ?? at.path;
    const found = this.#callees.method(object.instance, 'run', home);
    const isOf = (classes: Names): boolean =>
      found !== null && this.#callees.descends(object.instance, home, (base) => classes.has(base));
    const run = (): Outcome => this.#method(object, 'run', NO_ARGUMENTS, at, 0) ?? NOTHING;
    if (isOf(THREADS)) return run();
    if (!isOf(PROCESSES)) return null;
    const body = this.#record.inside({ kind: 'process' }, run);
    return spawned(body, at, startsAnew ? this.#startUp() : null);
  }

  /** Enters what the call makes, runs the body, leaves. */
  #with(call: CallEvent, body: () => Outcome, frame: Frame): Outcome {
    const at: Site = { path: frame.path, site: call.site };
    const given = settleArguments(call, frame.env, frame.path);
    const meaning = typeof call.target === 'string' ? this.#callees.meaning(call.target, frame.path) : null;
    if (meaning?.kind === 'function' && meaning.found.effects.isContext) {
      return this.#inContext(meaning.found, given, body, at);
    }
    const made = this.#call(call, frame);
    return meaning?.kind === 'class'
      ? between(meaning.instance, given, made, body, at, this.#steps)
      : then(made, body());
  }

  #inContext(manager: FoundFunction, call: Arguments, body: () => Outcome, at: Site): Outcome {
    return inContext(manager, call, body, at, (events, frame) => this.#run(events, frame));
  }

  #invoke(callee: FoundFunction, invocation: Invocation): Outcome {
    const { effects } = callee;
    const { runsOnly, ...call } = invocation.call;
    if (runsOnly && (runsOnly === 'generators') !== (effects.isGenerator === true)) return NOTHING;
    if (effects === LAYER) return falls(this.#record.draws('torch', invocation.at));
    if (effects === SEEDS_IN_PASSING) {
      return falls(this.#record.seeds(seederOf(callee.id)?.streams ?? [], invocation.at, undefined, 'seed'));
    }
    const isDecorated = effects.decorators.length > 0;
    const direct: Invocation = { ...invocation, call };
    return isDecorated ? this.#decorated(callee, direct) : this.#runFunction(callee, direct);
  }

  /** What the decorators made of a function is called. */
  #decorated(callee: FoundFunction, invocation: Invocation): Outcome {
    const { call, closure, at } = invocation;
    let run = (): Outcome => this.#runFunction(callee, invocation);
    for (const layer of this.#callees.layers(callee, closure)) {
      const inner = run;
      if (layer.kind === 'unknown') run = (): Outcome => then(falls(this.#record.maySeed(at)), inner());
      else if (layer.kind === 'context') run = () => this.#inContext(layer.found, layer.call, inner, at);
      else run = () => this.#apply(layer.value, call, at) ?? inner();
    }
    return run();
  }

  #runFunction(callee: FoundFunction, { call, closure, self, at }: Invocation): Outcome {
    const { effects } = callee;
    // A method that only raises is one that subclasses have to write.
    if (effects.method && effects.events.length === 1 && effects.events[0]?.kind === 'never') return NOTHING;
    const variants = this.#callees.variants(callee);
    if (variants.length > 0) {
      const others = variants.map((each) => () => this.#runFunction(each, { call, closure, self, at }));
      return this.#bodies.either([() => this.#runBody(callee, { call, closure, self, at }), ...others]);
    }
    return written(effects, this.#runBody(callee, { call, closure, self, at }));
  }

  #runBody({ path, id, effects }: FoundFunction, { call, closure, self, at }: Invocation): Outcome {
    const env = decisive(id, effects, { ...closure, ...bindArguments(effects, call, {}, at.path) });
    const object = effects.method ? self : null;
    const name = `${path}\0${id}`;
    const run = (isAny: boolean): Outcome => {
      if (!isAny) return this.#run(effects.events, { path, env, unit: id, self: object });
      const body = this.#run(effects.events, { path, env: {}, unit: id, self: object });
      // What was passed to be called may have seeded.
      return Object.values(env).every(isPlainValue) ? body : then(falls(this.#record.maySeed(at)), body);
    };
    return this.#transforms.function(name, effects, path, () => {
      const decided = [env, object, this.#transforms.key];
      return this.#bodies.function(name, { decided, isPlain: this.#transforms.isPlain, at }, run);
    });
  }
}
