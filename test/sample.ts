/** Some of many cases where a person waits, many more in CI; which ones is printed, and `SEEDWISE_SAMPLE` repeats it. */

/** What chooses: another number each time where a person waits, the same in CI, which chance must not fail. */
export const SEED = Number(process.env.SEEDWISE_SAMPLE ?? (process.env.CI ? 1 : Date.now() % 1_000_000));

/** The cases chosen, and words for the name of a test. */
export function sampleOf<T>(
  cases: readonly T[],
  most: number,
  mostInCi = Number.POSITIVE_INFINITY,
): {
  chosen: readonly T[];
  about: string;
  isWhole: boolean;
} {
  const size = process.env.CI ? mostInCi : most;
  if (cases.length <= size) return { chosen: cases, about: `all ${cases.length}`, isWhole: true };
  let state = SEED;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const rest = [...cases];
  const chosen = Array.from({ length: size }, () => rest.splice(below(rest.length), 1)[0]!);
  return { chosen, about: `${size} of ${cases.length}, SEEDWISE_SAMPLE=${SEED}`, isWhole: false };
}
