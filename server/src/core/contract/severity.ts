/** What programs promise themselves, and how much a finding weighs. */

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** What the program promises itself: nothing, the same random numbers, or the same bits. */
export type ProgramPromise = (typeof PROMISES)[number];

/** From the least to the most. */
export const PROMISES = ['none', 'seeded', 'deterministic'] as const;
