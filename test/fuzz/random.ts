/** Random choices that a seed repeats; for tests that try what nobody thought of. */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below the limit (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  chance(share: number): boolean {
    return this.below(1_000_000) < share * 1_000_000;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** The seed of one case of a run: cases of a run differ, and one can be repeated alone. */
export function seedOf(seed: number, kind: string, index: number): number {
  let hash = 2166136261 ^ seed;
  for (const unit of `${kind}:${index}`) hash = Math.imul(hash ^ unit.charCodeAt(0), 16777619);
  return hash >>> 0;
}
