/**
 * What is read of a file on the way to an answer, written down while it is read: whoever keeps the answer asks for the
 * notes again in the next version of the file, and knows whether it still holds.
 */

/** Something of a file that can be read: a name of its module, or one of the kinds of thing that follow. */
export type Note = string;

/**
 * `head` and `function`: what a function is called with, and all of it. `members` and `class`: the bases, methods and
 * attributes of a class, and all of it. `heads` and `classes`: of all functions, of all classes. `calls`, `methods`: the
 * calls by name, by method; `callers`: by function. `puts`, `kept`: what is put into the containers of a name, of an
 * attribute. `decorates`: the functions below a decorator. `reads`: where a name is read. `imports`, `stars`:
 * the imports, those of all names. `ignores`: the comments that ignore findings. `holds`: a yes or no about all of it.
 */
export type NoteKind =
  | 'head'
  | 'function'
  | 'members'
  | 'class'
  | 'heads'
  | 'classes'
  | 'calls'
  | 'methods'
  | 'callers'
  | 'puts'
  | 'kept'
  | 'decorates'
  | 'reads'
  | 'imports'
  | 'stars'
  | 'ignores'
  | 'holds'
  | 'text';

/** No name has a space in it. */
export const noteFor = (kind: NoteKind, key: string): Note => `${kind} ${key}`;

/** All of the text: what is read so can only be kept as long as nothing changes. */
export const WHOLE = noteFor('text', '');

/** From so many on it is worth looking which of them say the same. */
const MANY = 32;

let log: Note[] | null = null;

/** Notes that something was read, where somebody wants to know. */
export function note(read: Note): void {
  if (log) log.push(read);
}

/** The same for what has a name; the two are put together only where somebody wants to know. */
export function noteOf(kind: NoteKind, key = ''): void {
  if (log) log.push(noteFor(kind, key));
}

export const isNoting = (): boolean => log !== null;

/** Does some work, and gives what was read for it. */
export function noted<T>(work: () => T): { readonly value: T; readonly notes: ReadonlySet<Note> } {
  const outer = log;
  log = [];
  try {
    const value = work();
    return { value, notes: new Set(log) };
  } finally {
    if (outer) for (const each of log) outer.push(each);
    log = outer;
  }
}

/** Does some work whose reading is noted by what is asked of the result, as of an index. */
export function unnoted<T>(work: () => T): T {
  const start = log?.length ?? 0;
  try {
    return work();
  } finally {
    if (log) log.length = start;
  }
}

/** Answers that are kept for one version of a file, each with what was read for it. */
export class Remembered<Key, Answer extends object | string | boolean | null> {
  readonly #answers = new Map<Key, Answer>();
  readonly #notes = new Map<Key, readonly Note[]>();

  /** The answer, if it has been worked out: asked first where questions are many, as it makes nothing. */
  known(key: Key): Answer | undefined {
    const known = this.#answers.get(key);
    if (log && known !== undefined) {
      const notes = this.#notes.get(key);
      if (notes) for (const each of notes) log.push(each);
    }
    return known;
  }

  /** The answer, worked out once. `meanwhile` is the answer of a question that leads to itself. */
  get(key: Key, work: () => Answer, meanwhile?: Answer): Answer {
    const known = this.known(key);
    return known === undefined ? this.learn(key, work, meanwhile) : known;
  }

  /** The same where it is known not to have been worked out. */
  learn(key: Key, work: () => Answer, meanwhile?: Answer): Answer {
    if (meanwhile !== undefined) this.#answers.set(key, meanwhile);
    const start = log?.length ?? 0;
    const answer = work();
    this.#answers.set(key, answer);
    if (log && log.length > start) {
      const notes = log.length - start > MANY ? [...new Set(log.slice(start))] : log.slice(start);
      this.#notes.set(key, notes);
      // Answers made of answers would note the same twice as often with each step.
      if (notes.length < log.length - start) {
        log.length = start;
        for (const each of notes) log.push(each);
      }
    }
    return answer;
  }

  get isEmpty(): boolean {
    return this.#answers.size === 0;
  }
}
