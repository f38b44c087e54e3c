/** A report as one value. */
import type { Determinism } from '../contract/project.ts';
import type { ProgramPromise, Severity } from '../contract/severity.ts';
import type { Op, Stream } from '../knowledge/tables.ts';
import type { Message } from '../text/language.ts';
import type { PairOfRuns, RunMark } from './run.ts';
import type { Mention, Place } from './source.ts';
import type { StreamReport } from './streams.ts';
import type { SwitchReport } from './switches.ts';

export interface Verdict {
  /** `differs`: something is missing. `open`: it depends, or the code does not show it. `repeats`: nothing is missing. */
  readonly level: 'differs' | 'open' | 'repeats';
  /** Code stands in backticks. */
  readonly sentence: Message;
}

export type RepeatabilityReport = ProgramReport | NoProgram;

export interface ProgramReport {
  readonly kind: 'program';
  readonly path: string;
  readonly verdict: Verdict;
  readonly promise: ProgramPromise;
  /** `use_deterministic_algorithms`, as the rules see it. */
  readonly determinism: Determinism;
  readonly torch: {
    /** Null is the newest known. */
    readonly version: string | null;
    /** The manifest that names it; null for a setting, or where nothing does. */
    readonly manifest: string | null;
  };
  /** The files the program runs, itself first. */
  readonly files: readonly string[];
  readonly streams: readonly StreamReport[];
  readonly switches: readonly SwitchReport[];
  readonly operations: readonly OperationReport[];
  /** More ways lead through the program than are followed. */
  readonly isCut: boolean;
  /** What compiles parts of the program. */
  readonly compiled: readonly Mention[];
  readonly loaders: readonly LoaderReport[];
  readonly findings: readonly FindingReport[];
  /** The last pair of runs, where the files are still those that ran. */
  readonly run: Pick<PairOfRuns, 'result' | 'operations' | 'draws' | 'batches' | 'cause' | 'place'> | null;
}

/** A file that is no entry point, or none of a training program. */
export interface NoProgram {
  readonly kind: 'none';
  readonly path: string;
  readonly reason: 'library' | 'test' | 'unrelated' | 'idle' | 'unreadable';
  /** The programs that reach it. */
  readonly programs: readonly string[];
}

export interface OperationReport extends Mention {
  readonly api: string;
  readonly pass: Op['pass'];
  readonly reason: Message;
  /** Under `use_deterministic_algorithms(True)` in the program's version; null where that version does not have it. */
  readonly flag: 'error' | 'deterministic' | 'uncovered' | null;
}

/** Arguments as written; null where they are left out. */
export interface LoaderReport extends Mention {
  readonly shuffle: string | null;
  readonly sampler: string | null;
  readonly generator: string | null;
  readonly workers: string | null;
  /** With workers it decides which of them draws for a sample. */
  readonly batchSize: string | null;
  readonly workerInit: string | null;
}

export interface FindingReport {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: Message;
  readonly subject: Stream | string | null;
  /** What the first repair is called; null where there is none. */
  readonly repair: Message | null;
  readonly place: Place;
  readonly run: RunMark;
}
