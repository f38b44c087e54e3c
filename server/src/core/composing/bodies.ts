/** The bodies that run while a program is composed: none within itself, none twice for the same call, and in which mode of modules. */

import { perhapsSeeds, type Site } from '../effects/algebra.ts';
import { Identities } from './identities.ts';
import { called, either, falls, NOTHING, type Outcome } from './outcomes.ts';
import { AFTER_NOTHING, type Known, Needs, type SharedOutcomes } from './shared.ts';
import type { Recorder } from './trace.ts';

/** Calls within calls; what lies deeper would take more of the stack than there is. */
const MOST_RUNNING = 150;

/** Events of a program; one of a few thousand files that reach each other has some ten thousand. */
const MOST_EVENTS = 400_000;

/** Ways in which one place calls a function; where it calls it in still another one, it may pass anything. */
const MOST_WAYS = 64;

/** How far out the part of the program lies that an outcome depends on: nothing outside of the body itself, or all of it. */
const ON_NOTHING = Number.POSITIVE_INFINITY;
const ON_THE_PROGRAM = -1;

/** What tells a call of a function from another one. */
interface Deciding {
  readonly decided: readonly unknown[];
  /** Nothing around it runs it in another way than it is written. */
  readonly isPlain: boolean;
  readonly at: Site;
}

export class Bodies {
  readonly #known = new Map<string, Known>();
  readonly #shared: SharedOutcomes | null;
  readonly #identities: Identities;
  /** What runs, and how many bodies run around it. */
  readonly #running: Map<string, number>;
  readonly #record: Recorder;
  /** By function and place, the ways in which this program calls it there: many places are no reason to give up. */
  readonly #ways = new Map<string, Set<string>>();
  #depth = ON_NOTHING;
  #events = 0;
  /** The files that had a say in what runs now. */
  needs = new Needs();
  /** The files whose bodies the program has run, and those of them that what runs now imports once more. */
  readonly #reached: ReadonlySet<string>;
  #after: Set<string> | null = null;
  /** Whether modules are in training mode; undefined where nobody can tell. */
  training: boolean | undefined;
  /** Code was left out as there is too much of it: nothing that comes behind it is certain. */
  isCut = false;

  /** What the program has reached, which is its entry first; what is shared with other programs, unless every step is recorded. */
  constructor(reached: ReadonlySet<string>, record: Recorder, shared: SharedOutcomes | null) {
    this.#reached = reached;
    this.#running = new Map([...reached].map((entry) => [entry, 0]));
    this.#record = record;
    this.#shared = shared;
    this.#identities = shared?.identities ?? new Identities();
  }

  /** How many events have been composed, as a measure of work. */
  get events(): number {
    return this.#events;
  }

  /** Counts an event; false once there were too many. */
  count(): boolean {
    if (++this.#events > MOST_EVENTS) this.#cut();
    return this.#events <= MOST_EVENTS;
  }

  /** What is found now holds for this program only, as it depends on what has run before or on where it began. */
  dependsOnProgram(): void {
    this.#depth = ON_THE_PROGRAM;
  }

  /** What is found now holds for programs that have run the body of the file before. */
  dependsOnReached(path: string): void {
    // What holds for this program only holds whatever it has run.
    if (this.#depth === ON_THE_PROGRAM) return;
    this.#after ??= new Set();
    this.#after.add(path);
  }

  /** One of several things happens; afterwards only what all of them agree on is known. */
  either(alternatives: readonly (() => Outcome)[]): Outcome {
    const before = this.training;
    const modes: (boolean | undefined)[] = [];
    const outcomes = alternatives.map((run) => {
      this.training = before;
      const outcome = run();
      if (outcome.falls || outcome.returns || outcome.breaks) modes.push(this.training);
      return outcome;
    });
    const first = modes.length > 0 ? modes[0] : before;
    this.training = modes.every((mode) => mode === first) ? first : undefined;
    return outcomes.reduce(either);
  }

  /** Nothing where it runs already. */
  once(name: string, run: () => Outcome): Outcome {
    const around = this.#running.get(name);
    if (around !== undefined) {
      this.#depth = Math.min(this.#depth, around);
      return NOTHING;
    }
    this.#running.set(name, this.#running.size);
    const outcome = run();
    this.#running.delete(name);
    return outcome;
  }

  /**
   * A function, by its name and what its call decides. In too many ways it is run as one that is passed anything; what is
   * called too deep in others may seed.
   */
  function(name: string, call: Deciding, run: (isAny: boolean) => Outcome): Outcome {
    const { decided, isPlain, at } = call;
    if (!isPlain) this.dependsOnProgram();
    const way = this.#identities.of(decided);
    const place = `${name}\0${at.path}\0${at.site}`;
    const ways = this.#ways.get(place) ?? new Set();
    const isAny = ways.size === MOST_WAYS && !ways.has(way);
    if (isAny) this.#cut();
    else this.#ways.set(place, ways.add(way));
    return this.#remembered(`${name}\0${isAny ? 'any' : way}`, isPlain && !isAny ? this.#shared : null, () => {
      this.needs.add(name);
      // A cycle adds nothing that its first round did not.
      if (this.#running.size <= MOST_RUNNING || this.#running.has(name)) {
        return called(this.once(name, () => run(isAny)));
      }
      this.#cut();
      return falls(perhapsSeeds(at));
    });
  }

  #cut(): void {
    this.isCut = true;
    this.dependsOnProgram();
  }

  /** A part of a module's body, which runs but once in a program: only what other programs share is kept. */
  part(name: string, isPlain: boolean, run: () => Outcome): Outcome {
    return isPlain && this.#shared ? this.#remembered(name, this.#shared, run, false) : run();
  }

  #remembered(name: string, shared: SharedOutcomes | null, run: () => Outcome, isAgain = true): Outcome {
    const key = `${name}\0${this.training}`;
    const known = shared?.get(key, this.#reached) ?? this.#known.get(key);
    if (known) {
      this.#record.repeat(key);
      this.training = known.training;
      this.needs.parts.add(known.needs);
      for (const path of known.after) this.dependsOnReached(path);
      this.#depth = Math.min(this.#depth, known.depth);
      return known.outcome;
    }
    const [depth, needs, mark, own] = [this.#depth, this.needs, this.#record.mark(), this.#running.size];
    const after = this.#after;
    this.#depth = ON_NOTHING;
    this.#after = null;
    this.needs = new Needs();
    let outcome: Outcome;
    try {
      outcome = run();
    } catch (error) {
      // Too deep for the stack: the program is given up, but not who has a say in that.
      needs.parts.add(this.needs);
      this.needs = needs;
      throw error;
    }
    // What was cut short within a body that runs around this one is whole somewhere else.
    const isFree = this.#depth >= own;
    const found: Known = {
      outcome,
      training: this.training,
      needs: this.#shared?.needs(this.needs) ?? this.needs,
      after: (this.#depth !== ON_THE_PROGRAM && this.#after) || AFTER_NOTHING,
      depth: isFree ? ON_NOTHING : this.#depth,
    };
    if (isFree && shared) shared.set(key, found);
    else if (isAgain) this.#known.set(key, found);
    this.#record.remember(key, mark);
    needs.parts.add(found.needs);
    this.needs = needs;
    this.#after = after;
    this.#depth = Math.min(depth, found.depth);
    for (const path of found.after) this.dependsOnReached(path);
    return outcome;
  }
}
