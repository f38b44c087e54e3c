/**
 * A file before the rest of its project is known: it answers rules what the file shows by itself, as if it were part of no
 * program, notes which of that they have asked, and gives up where only other files could answer. A rule that is silent
 * then is silent in every project in which what was noted holds.
 */
import type { Determinism, LostStates, Project, SetSwitch } from '../contract/project.ts';
import type { Pledge } from '../contract/severity.ts';
import type { Summary, TransformedDraw } from '../effects/summary.ts';
import type { Stream } from '../knowledge/tables.ts';
import { mayDrawTransformed } from '../lowering/transforms.ts';
import { Evaluator } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import type { FileFacts } from './facts.ts';

/** What is taken for granted about a file: that it is no program, is in none, is imported, and so on. */
export type Assumption =
  | 'no program'
  | 'in no program'
  | 'imported'
  | 'not transformed'
  | 'initializes no workers'
  | 'handed no names';

/** Thrown for a question that only other files answer; it needs no stack. */
const UNSEEN = { name: 'Unseen' };

const unseen = (): never => {
  throw UNSEEN;
};

export class UnseenProject implements Project {
  readonly file: PythonFile;
  readonly versionOf: Project['versionOf'];
  readonly #facts: FileFacts;
  /** What the answers up to now depend on. */
  readonly assumes = new Set<Assumption>(['handed no names']);
  #values: Evaluator | undefined;

  /** The facts are the file's own; the manifests answer for versions. */
  constructor(file: PythonFile, facts: FileFacts, versionOf: Project['versionOf']) {
    this.file = file;
    this.#facts = facts;
    this.versionOf = versionOf;
  }

  #inNoProgram(): FileFacts {
    this.assumes.add('in no program');
    return this.#facts;
  }

  get values(): Evaluator {
    this.#values ??= new Evaluator(this.file, { locate: unseen, callers: unseen });
    return this.#values;
  }

  get isTest(): boolean {
    return this.#facts.isTest;
  }

  get isProgram(): boolean {
    this.assumes.add('no program');
    return false;
  }

  get isCut(): boolean {
    return this.isProgram;
  }

  get summary(): Summary | null {
    this.assumes.add('no program');
    return null;
  }

  get isInProgram(): boolean {
    this.#inNoProgram();
    return false;
  }

  get reachesMl(): boolean {
    return this.#facts.reachesMl || this.isInProgram;
  }

  /** In a library that no program reaches, whatever is written counts. */
  get promise(): Pledge {
    return this.#inNoProgram().intent === 'none' ? 'none' : 'deterministic';
  }

  get deterministicAlgorithms(): Determinism {
    return this.#inNoProgram().determinism;
  }

  get deterministicCudnn(): boolean {
    return this.#inNoProgram().deterministicCudnn;
  }

  get usesCuda(): boolean {
    return this.#inNoProgram().usesCuda;
  }

  get setsCublas(): boolean {
    return this.#inNoProgram().setsCublas;
  }

  get lostStates(): LostStates {
    const { any, statefulLoaders } = this.#inNoProgram().randomStates;
    return any || statefulLoaders !== 'none' ? unseen() : 'everything';
  }

  get makesCheckpoint(): boolean {
    return this.#inNoProgram().makesCheckpoint;
  }

  get hasRanks(): boolean {
    return this.#inNoProgram().joinsGroup;
  }

  get resumes(): boolean {
    return this.#inNoProgram().resumes;
  }

  get isModeSetElsewhere(): boolean {
    return this.isInProgram;
  }

  get takesGradients(): boolean {
    return !this.isInProgram;
  }

  get streams(): ReadonlySet<Stream> {
    this.#inNoProgram();
    return new Set();
  }

  settingsOf(): readonly SetSwitch[] {
    this.#inNoProgram();
    return [];
  }

  roundsOf(): readonly never[] {
    this.#inNoProgram();
    return [];
  }

  get tellsEpoch(): boolean {
    return this.#inNoProgram().tellsEpoch;
  }

  callsElsewhere(): null {
    this.#inNoProgram();
    return null;
  }

  get transformedDraws(): readonly TransformedDraw[] {
    if (mayDrawTransformed(this.file)) this.assumes.add('not transformed');
    return [];
  }

  get commands(): never {
    return unseen();
  }

  get isImported(): boolean {
    this.assumes.add('imported');
    return true;
  }

  get determinismSwitch(): never {
    return unseen();
  }

  get environmentSetsCublas(): never {
    return unseen();
  }

  get fillsParametersElsewhere(): never {
    return unseen();
  }

  get goesOnWithStates(): never {
    return unseen();
  }

  get passedInitializers(): readonly never[] {
    this.assumes.add('initializes no workers');
    return [];
  }

  readonly runs = unseen;
  readonly callOf = unseen;
  readonly constructorOf = unseen;
  readonly returnedPipeline = unseen;
  readonly keptPipeline = unseen;
  readonly isNetwork = unseen;
  readonly isDataset = unseen;
  readonly isIterable = unseen;
  readonly isUnsplit = unseen;
  readonly passesGradient = unseen;
  readonly buildsModes = unseen;
  readonly versionSource = unseen;
  readonly locate = unseen;
  readonly anchor = unseen;
  readonly fileAt = unseen;
}
