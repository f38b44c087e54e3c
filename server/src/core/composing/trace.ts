/**
 * What a program does on its way, step by step: each seed, draw and switch, with the calls that lead there and the
 * conditions it stands under. The composer tells it only where somebody wants to read it; a keystroke records nothing.
 */

import { draws, flagged, type Paths, perhapsSeeds, type Site, seeds } from '../effects/algebra.ts';
import { STREAMS, type Stream } from '../knowledge/tables.ts';
import type { Constant } from '../python/call.ts';
import { type Outcome, reachedBy } from './outcomes.ts';

/** What a step is reached by. */
export interface Way {
  readonly kind: 'call' | 'import' | 'run';
  readonly site: Site;
}

/** True for what leads to other code, and decides nothing. */
export const isWay = (frame: TraceFrame): frame is Way =>
  frame.kind === 'call' || frame.kind === 'import' || frame.kind === 'run';

/** What a step is inside of. */
export type TraceFrame =
  | Way
  /** A condition nobody can decide, and whether it holds here; without a site it is none that was written out. */
  | { readonly kind: 'condition'; readonly site: Site | null; readonly holds: boolean }
  /** What is seeded inside does not last, reaches another process only, or what is drawn inside does not count. */
  | { readonly kind: 'scope' | 'process' | 'quiet' | 'worker' };

export interface TraceStep {
  readonly kind: 'draw' | 'seed' | 'flag';
  readonly site: Site;
  /** Outermost first. */
  readonly frames: readonly TraceFrame[];
  /** Drawn or seeded. */
  readonly streams: readonly Stream[];
  /** The switch that is set. */
  readonly flag?: string;
  /** The seed, or what the switch is set to, as far as it is known. */
  readonly value?: Constant | undefined;
  /** Nobody can read what is called: it may seed, by its name. */
  readonly unsure?: true;
}

/** A program that calls the same helpers from everywhere says nothing new after so many steps. */
const MOST_STEPS = 5000;

/** Where recording stood when a function was entered. */
export interface Mark {
  readonly step: number;
  readonly depth: number;
}

export class Trace {
  /** In the order of execution, each branch after the other. */
  readonly steps: TraceStep[] = [];
  readonly #frames: TraceFrame[] = [];
  readonly #known = new Map<string, readonly TraceStep[]>();

  enter(frame: TraceFrame): void {
    this.#frames.push(frame);
  }

  leave(): void {
    this.#frames.pop();
  }

  add(step: Omit<TraceStep, 'frames'>): void {
    if (this.steps.length < MOST_STEPS) this.steps.push({ ...step, frames: [...this.#frames] });
  }

  mark(): Mark {
    return { step: this.steps.length, depth: this.#frames.length };
  }

  /** Keeps what a call did, by its callee and arguments. */
  remember(call: string, { step, depth }: Mark): void {
    const steps = this.steps.slice(step);
    this.#known.set(
      call,
      steps.map((each) => ({ ...each, frames: each.frames.slice(depth) })),
    );
  }

  /** The same call from elsewhere does the same. */
  repeat(call: string): void {
    for (const step of this.#known.get(call) ?? []) {
      if (this.steps.length >= MOST_STEPS) return;
      this.steps.push({ ...step, frames: [...this.#frames, ...step.frames] });
    }
  }
}

/** Makes the paths of each step, and tells the trace of it if there is one. */
export class Recorder {
  #trace: Trace | undefined;

  constructor(trace: Trace | undefined) {
    this.#trace = trace;
  }

  draws(stream: Stream, site: Site): Paths {
    this.#trace?.add({ kind: 'draw', site, streams: [stream] });
    return draws(stream, site);
  }

  seeds(streams: readonly Stream[], site: Site, value: Constant | undefined, kind: 'seed' | 'restore'): Paths {
    this.#trace?.add({ kind: 'seed', site, streams, value });
    return seeds(streams, site, kind);
  }

  maySeed(site: Site): Paths {
    this.#trace?.add({ kind: 'seed', site, streams: STREAMS, unsure: true });
    return perhapsSeeds(site);
  }

  flagged(flag: string, value: Constant | undefined, site: Site): Paths {
    this.#trace?.add({ kind: 'flag', site, streams: [], flag, value });
    return flagged(flag, value, site);
  }

  inside<T>(frame: TraceFrame, run: () => T): T {
    this.#trace?.enter(frame);
    const result = run();
    this.#trace?.leave();
    return result;
  }

  /** Runs what does not happen here, and tells nobody. */
  aside(run: () => void): void {
    const trace = this.#trace;
    this.#trace = undefined;
    run();
    this.#trace = trace;
  }

  /** What is reached by a call, an import, or a file that is run. */
  reached(kind: Way['kind'], site: Site, run: () => Outcome): Outcome {
    // A command is run from outside, where there is no place to show.
    return site.site === '' ? run() : reachedBy(site, this.inside({ kind, site }, run));
  }

  mark(): Mark | undefined {
    return this.#trace?.mark();
  }

  remember(call: string, mark: Mark | undefined): void {
    if (mark) this.#trace?.remember(call, mark);
  }

  repeat(call: string): void {
    this.#trace?.repeat(call);
  }
}
