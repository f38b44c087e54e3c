/**
 * The one place that follows values: what an expression may stand for, and where a value goes.
 * Rules ask it for facts; names are followed nowhere else. Every question is a walk over values that have been looked at
 * once, so cycles end by themselves; a question that would take too long has no answer.
 */

import { Backward } from './backward.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import { stepOn } from './forward.ts';
import { linksOf } from './links.ts';
import { type Note, note, noted, Remembered } from './notes.ts';
import type { ClassInfo, FunctionInfo } from './scope.ts';
import { type Elsewhere, type Entered, located, type NamedAt, NOWHERE, type Step, type Value } from './value.ts';

/** So many values are looked at for one question. */
const MOST_WORK = 3000;
/** A part of a part so many times over is what grows in each round of a cycle: `x = x[0]`. */
const DEEPEST = 24;

/**
 * What is asked of a value on the way back to where it was made: decided here, or by these other values, or by what it
 * was made of (undefined).
 */
export type Fact = (value: Value, evaluator: Evaluator) => boolean | readonly Value[] | undefined;

/** Called with each value, and whether the way ends there. */
type Visit = (value: Value, isEnd: boolean) => boolean | readonly Value[] | undefined;

/** What an expression may stand for, or where a value is used. */
export interface Origins {
  readonly values: readonly Value[];
  /** False where following it would have taken too long; there may be more. */
  readonly isComplete: boolean;
}

/**
 * Whether a fact holds of all that a value may stand for; unknown where that would have taken too long to follow, and while
 * a fact asks for itself on the way to its answer.
 */
type Verdict = 'holds' | 'fails' | 'unknown';

const NOTHING: Origins = { values: [], isComplete: true };
const ENDLESS: Origins = { values: [], isComplete: false };

const memory = new WeakMap<PythonFile, Evaluator>();

/** The evaluator of one version of a file, that sees this file only. */
export function evaluatorOf(file: PythonFile): Evaluator {
  let evaluator = memory.get(file);
  if (!evaluator) {
    evaluator = new Evaluator(file);
    memory.set(file, evaluator);
  }
  return evaluator;
}

/** Lives as long as one version of a file, and of those that `elsewhere` finds. */
export class Evaluator {
  readonly #file: PythonFile;
  readonly #backward: Backward;
  readonly #elsewhere: Elsewhere;
  readonly #numbers = new Map<object, number>();
  readonly #origins = new Remembered<string, Origins>();
  readonly #verdicts = new Map<Fact, Remembered<string, Verdict>>();
  readonly #findings = new Map<Fact, Remembered<string, boolean>>();
  #isCut = false;

  constructor(file: PythonFile, elsewhere: Elsewhere = NOWHERE) {
    this.#file = file;
    this.#elsewhere = elsewhere;
    this.#backward = new Backward(elsewhere);
  }

  /** True once a question had so many values to look at that it was given up. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** An expression of the file, or what a way into it leads to. */
  value(node: Node, ...access: readonly Step[]): Value {
    return { file: this.#file, node, access, frame: null, sure: true };
  }

  /**
   * Everything the value may stand for, as it is written where it was made. A value that leads to one other alone stands for
   * what that one does, so that a chain of names is followed once, whoever asks along it.
   */
  origins(value: Value): Origins {
    const way = new Map<string, ReadonlySet<Note>>();
    let at = value;
    let answer: Origins | undefined;
    while (!answer) {
      const key = this.#key(at);
      answer = way.has(key) ? NOTHING : at.access.length > DEEPEST ? ENDLESS : this.#origins.known(key);
      if (answer) break;
      const { value: further, notes } = noted(() => this.#stepBack(at));
      const [only, ...others] = further ?? [];
      if (only && others.length === 0) {
        way.set(key, notes);
        at = only;
      } else answer = this.#origins.learn(key, () => this.#ends(at));
    }
    let next = this.#key(at);
    for (const [key, notes] of [...way].reverse()) {
      answer = this.#origins.learn(key, () => {
        for (const each of notes) note(each);
        return this.#origins.known(next) ?? answer!;
      });
      next = key;
    }
    return answer;
  }

  /** What a walk back from the value ends at. */
  #ends(value: Value): Origins {
    const values: Value[] = [];
    const isComplete = this.#walk(value, (each, isMadeHere) => {
      if (isMadeHere) values.push(each);
      return undefined;
    });
    return { values, isComplete };
  }

  /** The fact holds of everything that the value may stand for. */
  always(fact: Fact, value: Value): boolean {
    return this.#judge(fact, value) === 'holds';
  }

  /** It does, or following the value would have taken too long to say: what keeps a rule silent asks this. */
  alwaysOrUnknown(fact: Fact, value: Value): boolean {
    return this.#judge(fact, value) !== 'fails';
  }

  #judge(fact: Fact, value: Value): Verdict {
    return this.#remember(this.#verdicts, fact, this.#key(value), 'unknown', () => {
      let holds = false;
      let fails = false;
      const isComplete = this.#walk(value, (each, isMadeHere) => {
        const answer = fact(each, this);
        if (answer === true) holds = true;
        if (answer === false || (answer === undefined && isMadeHere)) fails = true;
        return fails ? false : answer;
      });
      if (!isComplete) return 'unknown';
      return holds && !fails ? 'holds' : 'fails';
    });
  }

  /** The fact holds of something that the value may stand for. */
  may(fact: Fact, value: Value): boolean {
    return this.#remember(this.#findings, fact, this.#key(value), false, () => this.find(fact, value) !== null);
  }

  /** The first thing of which the fact holds; null if none is known. */
  find(fact: Fact, value: Value): Value | null {
    let found: Value | null = null;
    this.#walk(value, (each) => {
      const answer = fact(each, this);
      if (answer === true) found = each;
      return found ? false : answer === false ? [] : answer;
    });
    return found;
  }

  /** A call once for each way into its function: its parameters, and the `**kwargs` that it hands on, are those of one caller. */
  entriesOf(call: Call): readonly Entered[] {
    return this.#backward.entriesOf(this.#file, call);
  }

  /** A class of this file and its bases, in other files too. */
  lineage(info: ClassInfo): readonly ClassInfo[] {
    return this.#backward.lineage(info, this.#file);
  }

  /** The function that a call runs, in whichever file of the project it stands; null for all others. */
  runBy(call: Call, file: PythonFile): { readonly info: FunctionInfo; readonly file: PythonFile } | null {
    const own = linksOf(file).runBy(call);
    if (own) return { info: own, file };
    const found = located(call.name, file, this.#elsewhere);
    const info = found && linksOf(found.file).target(found.name);
    return found && info ? { info, file: found.file } : null;
  }

  /** Where other files mention a function of a file; null where so many may that nobody reads them all. */
  mentionsElsewhere(info: FunctionInfo, file: PythonFile): readonly NamedAt[] | null {
    return this.#elsewhere.mentions(info, file);
  }

  /** Where the value stands next; null where it is used. */
  next(value: Value): readonly Value[] | null {
    return stepOn(value, this.#elsewhere);
  }

  /**
   * Visits every place on the value's way, and says whether it is used there; the visit may say where to go on instead, and
   * ends the way by `false`. False where that was cut short for its length.
   */
  followUses(value: Value, visit: Visit): boolean {
    return this.#follow(value, (each) => this.next(each), visit);
  }

  /** Every place where the value is used at last: what its parent does with it is no handing on. */
  uses(value: Value): Origins {
    const values: Value[] = [];
    const isComplete = this.followUses(value, (each, isUsed) => {
      if (isUsed) values.push(each);
      return undefined;
    });
    return { values, isComplete };
  }

  /** The first place on the value's way where the fact holds; null if none is known. The fact may say where to go on. */
  findUse(fact: Fact, value: Value): Value | null {
    let found: Value | null = null;
    this.followUses(value, (each) => {
      const answer = fact(each, this);
      if (answer === true) found = each;
      return found ? false : answer === false ? [] : answer;
    });
    return found;
  }

  /** `meanwhile` is the answer where a fact of a part asks for the whole: `value = value or other` in a loop. */
  #remember<Answer extends string | boolean>(
    known: Map<Fact, Remembered<string, Answer>>,
    fact: Fact,
    key: string,
    meanwhile: Answer,
    work: () => Answer,
  ): Answer {
    let answers = known.get(fact);
    if (!answers) {
      answers = new Remembered();
      known.set(fact, answers);
    }
    return answers.get(key, work, meanwhile);
  }

  #stepBack(value: Value): readonly Value[] | null {
    return value.ended ? null : this.#backward.step(value);
  }

  #walk(start: Value, visit: Visit): boolean {
    return this.#follow(
      start,
      (each) => this.#stepBack(each),
      (each, isMadeHere) => visit(isMadeHere ? this.#backward.unentered(each) : each, isMadeHere),
    );
  }

  /**
   * Visits the value and all that it leads to, each once. `visit` ends the walk by `false`, and says by values where to
   * go on instead. False where the walk was cut short for its length.
   */
  #follow(start: Value, step: (value: Value) => readonly Value[] | null, visit: Visit): boolean {
    const seen = new Set<string>();
    const queue: Value[] = [start];
    for (let next = queue.pop(); next; next = queue.pop()) {
      const key = this.#key(next);
      if (seen.has(key)) continue;
      if (seen.size >= MOST_WORK) this.#isCut = true;
      if (seen.size >= MOST_WORK || next.access.length > DEEPEST) return false;
      seen.add(key);
      const further = step(next);
      const answer = visit(next, further === null);
      if (answer === false) return true;
      // The first one written is the first one looked at.
      if (answer !== true) queue.push(...[...(answer ?? further ?? [])].reverse());
    }
    return true;
  }

  #key({ node, access, frame, ended }: Value): string {
    const way = access.length > 0 ? ` ${access.join('')}` : '';
    return `${this.#number(node)}${way}${frame ? ` ${this.#number(frame)}` : ''}${ended ? '.' : ''}`;
  }

  #number(each: object): number {
    let number = this.#numbers.get(each);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(each, number);
    }
    return number;
  }
}
