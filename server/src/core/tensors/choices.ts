/** Answers that hang on what only a run or a caller decides: each way of deciding is tried, the same way all through. */
import type { Node } from '../syntax/parse.ts';

/** A loop and its callers take every way in turn; of the arms of a branch only one is taken, and nobody sees which. */
export type ChoiceKind = 'each' | 'one';

const MOST_TRIALS = 200;

const NOTHING_TAKEN: ReadonlyMap<Node, number> = new Map();

/** One trial: what was decided so far. */
export class Choices {
  readonly #taken: ReadonlyMap<Node, number>;
  #dependence = 0;
  #open: { readonly at: Node; readonly count: number; readonly kind: ChoiceKind } | null = null;

  constructor(taken: ReadonlyMap<Node, number> = NOTHING_TAKEN) {
    this.#taken = taken;
  }

  /** What is still to be decided; until then the trial's answer counts for nothing. */
  get open(): { readonly at: Node; readonly count: number; readonly kind: ChoiceKind } | null {
    return this.#open;
  }

  /** Grows with whatever makes an answer one of this trial: a choice, a limit that was met, an answer that hangs on itself. */
  get dependence(): number {
    return this.#dependence;
  }

  /** What is asked for is given up, as it lies too deep or hangs on itself. */
  giveUp(): undefined {
    this.#dependence++;
  }

  /** What was found out in this trial. */
  #values: Map<Node, unknown> | undefined;
  #reached: Map<Node, unknown> | undefined;

  /** Most trials find out nothing that is worth a map. */
  get values(): Map<Node, unknown> {
    this.#values ??= new Map();
    return this.#values;
  }

  get reached(): Map<Node, unknown> {
    this.#reached ??= new Map();
    return this.#reached;
  }

  /** Which of so many ways is taken at a place. */
  pick(at: Node, count: number, kind: ChoiceKind): number {
    if (count > 1) this.#dependence++;
    const taken = this.#taken.get(at);
    if (taken !== undefined) return Math.min(taken, count - 1);
    if (count > 1) this.#open ??= { at, count, kind };
    return 0;
  }
}

/** True where it holds some time: for one way through a loop or from a caller, and whichever arm of a branch is taken. */
export function holdsSomeTime(holds: (choices: Choices) => boolean): boolean {
  let trials = 0;
  const go = (taken: ReadonlyMap<Node, number>): boolean => {
    if (++trials > MOST_TRIALS) return false;
    const choices = new Choices(taken);
    const answer = holds(choices);
    const { open } = choices;
    if (!open) return answer;
    const ways = Array.from({ length: open.count }, (_, i) => i);
    const next = (way: number): boolean => go(new Map([...taken, [open.at, way]]));
    return open.kind === 'each' ? ways.some(next) : ways.every(next);
  };
  return go(NOTHING_TAKEN);
}
