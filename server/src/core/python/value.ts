/** A value as code writes it down: an expression, and the way from what it stands for into that. */

import { namesFor } from '../knowledge/names.ts';
import type { Call } from './call.ts';
import type { Node, PythonFile } from './file.ts';
import type { FunctionInfo } from './scope.ts';

/**
 * One step into a value: `*` any element by iterating, `[]` any by key, `[3]` and `["k"]` a known one, `.name` an
 * attribute, `with` what entering it as a context gives, `(7)` what the call of that number gives.
 */
export type Step = string;

export const EACH: Step = '*';
export const ANY: Step = '[]';
export const ENTERED: Step = 'with';

/** The call by which a function was entered, so that its parameters are those of this call. */
export interface EnteredBy {
  readonly file: PythonFile;
  readonly call: Node;
  /** Null for a class that gets its constructor from its fields. */
  readonly target: FunctionInfo | null;
  readonly outer: EnteredBy | null;
}

export interface Value {
  readonly file: PythonFile;
  readonly node: Node;
  /** From what the expression stands for to the value; empty where it is that itself. */
  readonly access: readonly Step[];
  readonly frame: EnteredBy | null;
  /** Nothing else can be meant, as far as the code shows. */
  readonly sure: boolean;
  /** Nothing is known of where it comes from: a parameter nobody passes, a name nobody can see bound. */
  readonly ended?: true;
}

/** What finds the functions and values of other files; who has none answers for one file alone. */
export interface Elsewhere {
  /** The file that binds a dotted name of this one, and the name there: `#f`, `#Net.forward`, `LIMIT`; null for a library's. */
  locate(name: string, from: PythonFile): { readonly file: PythonFile; readonly name: string } | null;
  /** The calls of a function of the file in the project's other files, as far as they are known. */
  callers(info: FunctionInfo, file: PythonFile): readonly { readonly file: PythonFile; readonly call: Node }[];
  /**
   * Where the project's other files mention a function of the file, called or not; a method also of objects that nobody can
   * read. Null where so many files may that nobody reads them all.
   */
  mentions(info: FunctionInfo, file: PythonFile): readonly NamedAt[] | null;
}

/** A name or attribute that means a function. */
export interface NamedAt {
  readonly file: PythonFile;
  readonly node: Node;
}

export const NOWHERE: Elsewhere = { locate: () => null, callers: () => [], mentions: () => [] };

const BUILTINS = namesFor('builtins');

/** Where another file of the project binds a canonical name; null for this file's own, a builtin, and what is a library's. */
export const located = (
  name: string | null,
  from: PythonFile,
  elsewhere: Elsewhere,
): ReturnType<Elsewhere['locate']> =>
  name === null || name.startsWith('#') || BUILTINS.has(name) ? null : elsewhere.locate(name, from);

/** True for a step to an element. */
export const isElement = (step: Step | undefined): boolean => step === EACH || step?.startsWith('[') === true;

/** True where one step may lead to what the other leads to. */
export const mayMeet = (step: Step, other: Step): boolean =>
  step === other ||
  (isElement(step) && isElement(other) && [step, other].some((each) => each === EACH || each === ANY));

/** The position or key of `[3]` and `["k"]`. */
export function keyIn(step: Step | undefined): string | number | undefined {
  return step?.startsWith('[') && step !== ANY ? (JSON.parse(step.slice(1, -1)) as string | number) : undefined;
}

/** A call as the callers of its function decide it. */
export interface Entered {
  readonly file: PythonFile;
  readonly call: Call;
  /** The call by which its function was entered; null where it stands in none, or nobody is seen to call it. */
  readonly frame: EnteredBy | null;
  /** Where it hands on the `**kwargs` of its function, and its `*args` if it has some: the call that passes them. */
  readonly rest: Entered | null;
}
