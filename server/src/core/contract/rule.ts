/** The vocabulary every part of the engine shares: what a rule is, and what it says about a piece of Python. */

import type { PythonFile } from '../python/file.ts';
import type { Fix, Span } from '../text/edit.ts';
import type { Message } from '../text/language.ts';
import type { Project } from './project.ts';
import type { ProgramPromise, Severity } from './severity.ts';

/** A variable of the environment that a program is started in. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Another place that explains a finding. */
export interface Related extends Span {
  readonly message: Message;
  /** The file, where it is another one than the finding's. */
  readonly path?: string;
}

export interface Finding extends Span {
  readonly rule: string;
  readonly severity: Severity;
  /** One short sentence. */
  readonly message: Message;
  /** The stream (`torch`, `numpy`, `python`) or the qualified name the finding is about. */
  readonly subject?: string;
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
  /** What only the start of the program can set; hosts that start programs offer to write it down where they keep that. */
  readonly startWith?: Variable;
  readonly unnecessary?: boolean;
}

/** A finding as a rule yields it: the engine adds the rule's name and the severity of the program's promise. */
export interface Report extends Omit<Finding, 'rule' | 'severity' | 'fixes'> {
  /** The repairs, or how to work them out: nobody asks for them while somebody types. */
  readonly fixes?: readonly Fix[] | (() => readonly Fix[]);
  /** Overrides the rule's severity table; `null` silences. */
  readonly severity?: Severity | null;
}

/** `bad` carries a caret comment under each fault; its first fix makes it `good`, letter by letter. */
export interface Example {
  readonly title: string;
  readonly bad: string;
  /** Left out where the rule offers no repair. */
  readonly good?: string;
  /** The version of torch that the project pins, where the rule speaks of some only. */
  readonly torch?: string;
}

/** Why two runs of a program part, as `seedwise verify` names it. */
export type Cause =
  | 'unseeded-stream'
  | 'late-seed'
  | 'worker-stream'
  | 'order'
  | 'kernel'
  | 'uninitialized'
  | 'time'
  | 'entropy'
  | 'control-flow';

export interface Rule {
  /** States the fault; kebab-case; the file's name and the diagnostic's code; never reused. */
  readonly name: string;
  /** By what the program promises; `null` is silent. */
  readonly severity: Readonly<Record<ProgramPromise, Severity | null>>;
  /** True for rules that also judge library modules no program reaches. */
  readonly inLibraries: boolean;
  readonly since: string;
  /** More general rules that say nothing where this one speaks: about the same subject, or at the same place. */
  readonly supersedes?: readonly string[];
  /** What two runs part for where this fault shows; undefined where a pair of runs on one machine cannot show it. */
  readonly shows?: readonly Cause[];
  /** One line. */
  readonly summary: string;
  /** Markdown for hover and rule page: the truth about PyTorch, with versions. */
  readonly why: string;
  /** What stays silent, one line each; every line has a fixture. */
  readonly never: readonly string[];
  readonly references: readonly string[];
  readonly examples: readonly [Example, ...Example[]];
  /** Pure; usually a generator. */
  check(file: PythonFile, project: Project): Iterable<Report>;
}
