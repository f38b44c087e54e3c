/**
 * A file before the rest of its project is known: it answers rules what the file shows by itself, and tries an answer for
 * each question that only the project can answer. A rule that is silent is silent in every project that answers alike.
 */
import type { Determinism, LostStates, ProjectVersions, SetSwitch } from '../contract/project.ts';
import { PROMISES, type ProgramPromise } from '../contract/severity.ts';
import type { Summary, TransformedDraw } from '../effects/summary.ts';
import type { Stream } from '../knowledge/tables.ts';
import { mayDrawTransformed } from '../lowering/transforms.ts';
import { argumentsTaken } from '../operations/gradients.ts';
import type { Call } from '../python/call.ts';
import { Evaluator } from '../python/evaluator.ts';
import type { PythonFile } from '../python/file.ts';
import { runsItself } from './demos.ts';
import type { FileFacts } from './facts.ts';
import { buildsModes } from './networks.ts';
import { type Answers, OneForAll } from './one-for-all.ts';

/** What is asked of the project around a file, and can be answered without a look at the file. */
export type Question =
  | keyof Pick<
      UnseenProject,
      | 'deterministicAlgorithms'
      | 'deterministicCudnn'
      | 'environmentSetsCublas'
      | 'fillsParametersElsewhere'
      | 'goesOnWithStates'
      | 'hasRanks'
      | 'isImported'
      | 'isInProgram'
      | 'isIterable'
      | 'isModeSetElsewhere'
      | 'isNetwork'
      | 'isPlainLoader'
      | 'isProgram'
      | 'isUnsplit'
      | 'lostStates'
      | 'makesCheckpoint'
      | 'promise'
      | 'resumes'
      | 'setsCublas'
      | 'takesGradients'
      | 'tellsEpoch'
      | 'timesCode'
      | 'usesCuda'
    >
  /** Modules of the project hand names of libraries on to the file. */
  | 'isHandedNames'
  /** Whether there is something that is none by itself: a command, a setting of a switch, a caller, and so on. */
  | 'hasCallers'
  | 'hasCommands'
  | 'hasConstructor'
  | 'hasInitializers'
  | 'hasKeptPipeline'
  | 'hasReturnedPipeline'
  | 'hasRounds'
  | 'hasSettings'
  | 'isCalledElsewhere'
  | 'isDataset'
  | 'isLocated'
  | 'isMethodLoud'
  | 'isPassedElsewhere'
  | 'isReadable'
  | 'isTransformed'
  | 'nameBuildsModes';

export type Answer = boolean | string;

/** One thing that was asked, about what, and how it was answered. */
export interface Asked {
  readonly question: Question;
  readonly about: readonly (string | number)[];
  readonly answer: Answer;
}

/** What a rule asked on its way, in that order: it goes this way in each project that answers alike. */
export type AskedWay = readonly Asked[];

/** Thrown for a question that only a look at other files answers; it needs no stack. */
const UNSEEN = { name: 'Unseen' };

const unseen = (): never => {
  throw UNSEEN;
};

const YES_OR_NO = [false, true] as const;
const LOST_STATES: readonly LostStates[] = ['everything', 'order', 'draws', 'epochs', 'nothing'];
const DETERMINISMS: readonly Determinism[] = ['off', 'warn', 'strict'];

export class UnseenProject extends OneForAll implements Answers {
  readonly file: PythonFile;
  readonly versionOf: ProjectVersions['versionOf'];
  readonly #facts: FileFacts;
  readonly #given: AskedWay;
  readonly #asked: Asked[] = [];
  /** Ways that other answers would have led, still to be gone. */
  readonly others: AskedWay[] = [];
  /** Ways that nobody can go without the project. */
  readonly closed: AskedWay[] = [];
  #values: Evaluator | undefined;

  /** The facts are the file's own; the manifests answer for versions; the first questions are answered as is given. */
  constructor(file: PythonFile, facts: FileFacts, versionOf: ProjectVersions['versionOf'], given: AskedWay) {
    super();
    this.file = file;
    this.#facts = facts;
    this.versionOf = versionOf;
    this.#given = given;
  }

  /** What has been asked up to now, and how it was answered. */
  get asked(): AskedWay {
    return this.#asked;
  }

  /** The answer as is given, or the first of all there are: the others are tried another time. */
  #ask<T extends Answer>(question: Question, answers: readonly T[], ...about: Asked['about']): T {
    const isSame = (each: Asked | undefined): boolean =>
      each?.question === question && each.about.every((part, i) => part === about[i]);
    const known = this.#asked.find(isSame);
    if (known) return known.answer as T;
    const given = this.#given[this.#asked.length];
    if (given && !isSame(given)) return unseen();
    const way = [...this.#asked];
    if (!given) for (const answer of answers.slice(1)) this.others.push([...way, { question, about, answer }]);
    const answer = given ? (given.answer as T) : answers[0]!;
    this.#asked.push({ question, about, answer });
    return answer;
  }

  /** Goes on as if there were none; where there is one, only a look tells. */
  #none(question: Question, ...about: Asked['about']): void {
    const way = [...this.#asked];
    this.#ask(question, [false], ...about);
    if (this.#asked.length > way.length && !this.#given[way.length])
      this.closed.push([...way, { question, about, answer: true }]);
  }

  /** Whether it holds of the file or of one of its programs. */
  #some(question: Question, isOwn: boolean): boolean {
    return isOwn || (this.isInProgram && this.#ask(question, YES_OR_NO));
  }

  get values(): Evaluator {
    this.#values ??= new Evaluator(this.file, {
      locate: (name) => {
        this.#none('isLocated', name);
        return null;
      },
      callers: ({ name, class: owner }) => {
        this.#none('hasCallers', name === '__init__' && owner ? owner.name : name);
        return [];
      },
      mentions: unseen,
    });
    return this.#values;
  }

  get isTest(): boolean {
    return this.#facts.isTest;
  }

  get isProgram(): boolean {
    this.#none('isProgram');
    return false;
  }

  get isCut(): boolean {
    return this.#values?.isCut === true || this.isProgram;
  }

  get summary(): Summary | null {
    this.#none('isProgram');
    return null;
  }

  get isInProgram(): boolean {
    return this.#ask('isInProgram', YES_OR_NO);
  }

  /** A program reaches machine learning, or is none. */
  get reachesMl(): boolean {
    return this.#facts.reachesMl || this.isInProgram;
  }

  /** In a library that no program reaches, whatever is written counts. */
  get promise(): ProgramPromise {
    const { asksDeterminism } = this.#facts;
    if (asksDeterminism === 'hidden') return 'deterministic';
    if (this.isInProgram) return this.#ask('promise', PROMISES);
    return asksDeterminism === 'none' ? 'none' : 'deterministic';
  }

  get deterministicAlgorithms(): Determinism {
    return this.isInProgram ? this.#ask('deterministicAlgorithms', DETERMINISMS) : this.#facts.determinism;
  }

  get deterministicCudnn(): boolean {
    return this.#some('deterministicCudnn', this.#facts.deterministicCudnn);
  }

  get usesCuda(): boolean {
    return this.#some('usesCuda', this.#facts.usesCuda);
  }

  get timesCode(): boolean {
    return this.#some('timesCode', this.#facts.timesCode);
  }

  get setsCublas(): boolean {
    return this.#some('setsCublas', this.#facts.setsCublas);
  }

  get environmentSetsCublas(): boolean {
    return this.#ask('environmentSetsCublas', YES_OR_NO);
  }

  get lostStates(): LostStates {
    const { any, statefulLoaders } = this.#facts.randomStates;
    const isAlone = !any && statefulLoaders === 'none' && !this.isInProgram;
    return isAlone ? 'everything' : this.#ask('lostStates', LOST_STATES);
  }

  get goesOnWithStates(): boolean {
    return this.#ask('goesOnWithStates', YES_OR_NO);
  }

  get makesCheckpoint(): boolean {
    return this.#some('makesCheckpoint', this.#facts.makesCheckpoint);
  }

  get hasRanks(): boolean {
    return this.#some('hasRanks', this.#facts.joinsGroup);
  }

  get resumes(): boolean {
    return this.#some('resumes', this.#facts.resumes);
  }

  get isModeSetElsewhere(): boolean {
    return this.#some('isModeSetElsewhere', false);
  }

  get takesGradients(): boolean {
    const isOwn = this.#facts.takesGradients;
    if (this.isInProgram) return this.#some('takesGradients', isOwn);
    return isOwn || !runsItself(this.file) || this.isImported;
  }

  get streams(): ReadonlySet<Stream> {
    if (this.isInProgram) return unseen();
    return new Set();
  }

  settingsOf(name: string): readonly SetSwitch[] {
    if (this.isInProgram) this.#none('hasSettings', name);
    return [];
  }

  roundsOf(number: number): readonly never[] {
    if (this.isInProgram) this.#none('hasRounds', number);
    return [];
  }

  get tellsEpoch(): boolean {
    return this.#some('tellsEpoch', this.#facts.tellsEpoch);
  }

  callsElsewhere(id: string): null {
    if (this.isInProgram) this.#none('isCalledElsewhere', id);
    return null;
  }

  callsMethodElsewhere(id: string): false | null {
    const info = this.file.functionOf(id);
    if (!info || !this.isInProgram) return false;
    const [least, most] = argumentsTaken(info);
    return this.#ask('isMethodLoud', YES_OR_NO, id, String(least), most) ? false : null;
  }

  passesGradient(id: string, parameter: string): null {
    const info = this.file.functionOf(id);
    if (info) this.#none('isPassedElsewhere', id, parameter, positionOf(info, parameter));
    return null;
  }

  get transformedDraws(): readonly TransformedDraw[] {
    if (mayDrawTransformed(this.file)) this.#none('isTransformed');
    return [];
  }

  get commands(): readonly string[] {
    this.#none('hasCommands');
    return [];
  }

  get isImported(): boolean {
    return this.#ask('isImported', YES_OR_NO);
  }

  get fillsParametersElsewhere(): boolean {
    return this.#ask('fillsParametersElsewhere', YES_OR_NO);
  }

  get passedInitializers(): readonly never[] {
    this.#none('hasInitializers');
    return [];
  }

  isNetwork(name: string): boolean {
    return this.#ask('isNetwork', YES_OR_NO, name);
  }

  isDataset(name: string): boolean {
    this.#none('isDataset', name);
    return false;
  }

  isPlainLoader(name: string): boolean {
    this.#none('isPlainLoader', name);
    return false;
  }

  isIterable(name: string): boolean {
    return this.#ask('isIterable', YES_OR_NO, name);
  }

  isUnsplit(name: string): boolean {
    return this.#ask('isUnsplit', YES_OR_NO, name);
  }

  buildsModes(call: Call): boolean {
    return buildsModes(call, this.file, (name) => this.#ask('nameBuildsModes', YES_OR_NO, name));
  }

  callOf(name: string): Summary | null {
    this.#none('isReadable', name);
    return null;
  }

  constructorOf(name: string): null {
    this.#none('hasConstructor', name);
    return null;
  }

  returnedPipeline(name: string): null {
    this.#none('hasReturnedPipeline', name);
    return null;
  }

  keptPipeline(name: string): null {
    this.#none('hasKeptPipeline', name);
    return null;
  }

  get determinismSwitch(): never {
    return unseen();
  }

  readonly runs = unseen;
  readonly versionSource = unseen;
  readonly locate = unseen;
  readonly anchor = unseen;
  readonly fileAt = unseen;
}

/** Where a parameter stands among the arguments of a call, the object itself left out. */
export function positionOf(
  { parameters, class: owner }: NonNullable<ReturnType<PythonFile['functionOf']>>,
  parameter: string,
): number {
  return parameters.findIndex(({ name }) => name === parameter) - (owner ? 1 : 0);
}
