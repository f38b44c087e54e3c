/** Questions about all of a file that one word answers: an edit seldom changes it, and what was made of it then stays. */

import type { PythonFile } from './file.ts';
import { noteOf, unnoted } from './notes.ts';

const questions = new Map<string, (file: PythonFile) => boolean>();

/** A question by its name, asked once for each version of a file; who asks is noted to have read the answer, and no more. */
export function askedOfAll(name: string, ask: (file: PythonFile) => boolean): (file: PythonFile) => boolean {
  const answers = new WeakMap<PythonFile, boolean>();
  const once = (file: PythonFile): boolean => {
    const answer = answers.get(file) ?? unnoted(() => ask(file));
    answers.set(file, answer);
    return answer;
  };
  questions.set(name, once);
  return (file) => {
    noteOf('holds', name);
    return once(file);
  };
}

/** The answer as text, for who keeps what was made of it. */
export const heldText = (name: string, file: PythonFile): string => String(questions.get(name)?.(file));
