/** The bodies that run while a program is composed: none within itself, none twice for the same call, and in which mode of modules. */
import { called, either, NOTHING, type Outcome } from './outcomes.ts';
import type { Recorder } from './trace.ts';

const MOST_RUNNING = 60;

export class Bodies {
  readonly #known = new Map<string, { outcome: Outcome; training: boolean | undefined }>();
  readonly #running: Set<string>;
  /** The functions that have run, by file and id. */
  readonly entered = new Set<string>();
  readonly #record: Recorder;
  /** Whether modules are in training mode; undefined where nobody can tell. */
  training: boolean | undefined;

  constructor(entry: string, record: Recorder) {
    this.#running = new Set([entry]);
    this.#record = record;
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
    if (this.#running.has(name)) return NOTHING;
    this.#running.add(name);
    const outcome = run();
    this.#running.delete(name);
    return outcome;
  }

  /** A function, by its name and what its call decides. */
  function(name: string, decided: readonly unknown[], run: () => Outcome): Outcome {
    this.entered.add(name);
    const key = JSON.stringify([name, decided, this.training]);
    const known = this.#known.get(key);
    if (known) {
      this.#record.repeat(key);
      this.training = known.training;
      return known.outcome;
    }
    // A cycle adds nothing that its first round did not.
    if (this.#running.has(name) || this.#running.size > MOST_RUNNING) return NOTHING;
    const mark = this.#record.mark();
    const outcome = this.once(name, run);
    const ending = called(outcome);
    this.#known.set(key, { outcome: ending, training: this.training });
    this.#record.remember(key, mark);
    return ending;
  }
}
