/**
 * What a program does on its way, step by step: each seed, draw and switch, with the calls that lead there and the
 * conditions it stands under. The composer tells it only where somebody wants to read it; a keystroke records nothing.
 */
import type { Stream } from './knowledge.ts';
import type { Constant } from './model.ts';
import type { Site } from './summary.ts';

/** What a step is inside of. */
export type Frame =
  | { readonly kind: 'call' | 'import'; readonly site: Site }
  /** A condition nobody can decide, and whether it holds here; without a site it is none that was written out. */
  | { readonly kind: 'condition'; readonly site: Site | null; readonly holds: boolean }
  /** What is seeded inside does not last, reaches another process only, or what is drawn inside does not count. */
  | { readonly kind: 'scope' | 'process' | 'quiet' | 'worker' };

export interface Step {
  readonly kind: 'draw' | 'seed' | 'flag';
  readonly site: Site;
  /** Outermost first. */
  readonly frames: readonly Frame[];
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
  readonly steps: Step[] = [];
  readonly #frames: Frame[] = [];
  readonly #known = new Map<string, readonly Step[]>();

  enter(frame: Frame): void {
    this.#frames.push(frame);
  }

  leave(): void {
    this.#frames.pop();
  }

  add(step: Omit<Step, 'frames'>): void {
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
