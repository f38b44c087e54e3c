/** What a pair of runs has shown, as `seedwise verify` tells it, and what that says of a finding. */

import type { Cause, Finding, Rule } from '../contract/rule.ts';
import type { Lines, Place } from './source.ts';

/** A line of a file, or of a cell. */
export type RunPlace = Pick<Place, 'path' | 'cell' | 'line'>;

/** A place of the program that both runs came by, and whether anything there was another value in the second one. */
export interface Seen {
  readonly what: 'seed' | 'draw' | 'made without a seed' | 'listing';
  readonly stream: string | null;
  readonly differs: boolean;
  readonly place: RunPlace;
}

/** Two runs of a program whose files are still those that ran. */
export interface PairOfRuns {
  readonly result: 'identical' | 'parted';
  readonly operations: number;
  readonly draws: number;
  readonly batches: number;
  readonly cause: Cause | null;
  /** The global generator that the cause is about. */
  readonly stream: string | null;
  /** Whether the difference was gone once the cause was taken away. */
  readonly confirmed: boolean;
  readonly place: RunPlace | null;
  /** Where the cause is, and what explains it. */
  readonly places: readonly RunPlace[];
  readonly seen: readonly Seen[];
  /** What a further run had in another order or state and came to the same end. */
  readonly disturbed: readonly ('listings' | 'memory')[];
}

/** What a run says of a finding; null where it says nothing. */
export type RunMark = 'confirmed' | 'refuted' | null;

type Told = Partial<Record<keyof PairOfRuns | 'related', unknown>>;

/** The answer of `seedwise verify` with files as the workspace has them; undefined where it found nothing to go by. */
export function runOf(verdict: unknown, pathOf: (file: string) => string): PairOfRuns | undefined {
  const told = (typeof verdict === 'object' && verdict !== null ? verdict : {}) as Told;
  const { result } = told;
  if (result !== 'identical' && result !== 'parted') return undefined;
  const place = (given: unknown): RunPlace | null => {
    const { file, line, cell } = (given ?? {}) as { file?: unknown; line?: unknown; cell?: unknown };
    if (typeof file !== 'string' || typeof line !== 'number') return null;
    return typeof cell === 'number' ? { path: pathOf(file), line, cell } : { path: pathOf(file), line };
  };
  const places = [told.place, ...list(told.related)].map(place).filter((each) => each !== null);
  const seen = list(told.seen).flatMap((each): Seen[] => {
    const at = place((each as { place?: unknown }).place);
    return at ? [{ ...(each as Seen), place: at }] : [];
  });
  return {
    result,
    operations: Number(told.operations ?? 0),
    draws: Number(told.draws ?? 0),
    batches: Number(told.batches ?? 0),
    cause: (told.cause ?? null) as Cause | null,
    stream: (told.stream ?? null) as string | null,
    confirmed: told.confirmed === true,
    place: place(told.place),
    places,
    seen,
    disturbed: list(told.disturbed) as PairOfRuns['disturbed'],
  };
}

const list = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : []);

const OF_STREAMS: ReadonlySet<Cause> = new Set(['unseeded-stream', 'late-seed', 'worker-stream']);
/** What gives another value in each run, as good as surely, wherever it is not held still. */
const SURE: ReadonlySet<Cause> = new Set([...OF_STREAMS, 'time', 'entropy'] as const);

/**
 * Confirmed where the runs part at this fault; refuted where they came by and nothing differed that would have. A run
 * that never came by says nothing, nor does one that happens to be alike in what may be alike by luck.
 */
export function markOf(
  run: PairOfRuns | undefined,
  rule: Rule | undefined,
  finding: Pick<Finding, 'subject'>,
  lines: readonly Lines[],
): RunMark {
  const shows = rule?.shows;
  if (!run || !shows) return null;
  const isHere = ({ path, cell, line }: RunPlace): boolean =>
    lines.some((each) => each.path === path && each.cell === cell && each.first <= line && line <= each.last);
  const isOfStream = shows.some((cause) => OF_STREAMS.has(cause));
  if (run.result === 'parted') {
    const { cause, stream } = run;
    if (!run.confirmed || cause === null) return null;
    if (cause !== 'control-flow' && !shows.includes(cause)) return null;
    const isSubject = isOfStream && stream !== null && finding.subject === stream;
    return isSubject || run.places.some(isHere) ? 'confirmed' : null;
  }
  const ofSubject = isOfStream
    ? run.seen.filter((each) => each.what === 'draw' && each.stream === finding.subject)
    : [];
  const near = ofSubject.length > 0 ? ofSubject : run.seen.filter(({ place }) => isHere(place));
  const telling = near.filter(({ what }) =>
    what === 'listing'
      ? shows.includes('order') && run.disturbed.includes('listings')
      : shows.some((cause) => SURE.has(cause)),
  );
  return telling.length > 0 && telling.every((each) => each.what === 'listing' || !each.differs) ? 'refuted' : null;
}
