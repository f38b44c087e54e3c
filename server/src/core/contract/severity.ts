/** What programs promise themselves, and how much a finding weighs. */

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** What the program promises itself: nothing, the same random numbers, or the same bits. */
export type Pledge = 'none' | 'seeded' | 'deterministic';
