/**
 * Takes over the events of functions that an edit left alone. What a function's events depend on besides its own nodes,
 * which a parse reuses, was noted while they were read off; where any of it says something else, it is lowered again.
 */

import type { LoweredFunction } from '../effects/events.ts';
import type { PythonFile } from '../python/file.ts';
import { type Note, noted, noteFor, unnoted } from '../python/notes.ts';
import { readingOf } from '../python/readings.ts';
import type { FunctionInfo } from '../python/scope.ts';
import type { Node } from '../syntax/parse.ts';
import type { Vocabulary } from './own-functions.ts';

/** The places are nodes, which move with an edit, but for the files that `%run` runs. */
interface Kept extends LoweredFunction {
  readonly id: string;
  /** The function that it stood in, or itself: a class that is being typed may look like a function around its methods. */
  readonly outermost: Node;
  readonly decorators: string;
  readonly notes: readonly Note[];
}

/** What a file keeps from version to version. */
interface LoweringMemory {
  /** What no note names: the settings, and the files that are run from within functions. */
  readonly circumstances: string;
  readonly functions: Map<Node, Kept>;
  /** What the notes said. */
  readonly readings: Map<Note, string>;
}

/** Lowers the functions of a file, but those whose events its former version had and nothing has changed. */
export function recall(file: PythonFile, vocabulary: Vocabulary, lower: (info: FunctionInfo) => LoweredFunction) {
  const circumstances = JSON.stringify([vocabulary, runsInside(file)]);
  const memory = file.memory as LoweringMemory | undefined;
  const former = memory?.circumstances === circumstances ? memory : undefined;
  const functions = new Map<Node, Kept>();
  const readings = new Map<Note, string>();
  const read = (note: Note): string => {
    let reading = readings.get(note);
    if (reading === undefined) {
      reading = unnoted(() => readingOf(note, file));
      readings.set(note, reading);
    }
    return reading;
  };
  const isSame = (note: Note): boolean => read(note) === former?.readings.get(note);
  file.memory = { circumstances, functions, readings } satisfies LoweringMemory;
  return (info: FunctionInfo): LoweredFunction => {
    const { node } = info;
    const decorators = info.decorators.map((decorator) => file.read(decorator)).join();
    const outermost = outermostFunction(node);
    const known = former?.functions.get(node);
    const isKept =
      known?.id === info.id &&
      known.outermost === outermost &&
      known.decorators === decorators &&
      // A function inside another one sees that one's names.
      former?.functions.has(outermost) === true &&
      known.notes.every(isSame);
    if (isKept) {
      functions.set(node, known);
      return known;
    }
    const { value, notes } = noted(() => lower(info));
    const owner = file.scopes.byNode.get(outermost)?.owner;
    const own = noteFor('function', owner?.id ?? info.id);
    const others = [...notes].filter((each) => each !== own && !each.startsWith(`${own}.`));
    functions.set(node, { ...value, id: info.id, outermost, decorators, notes: others });
    for (const each of others) read(each);
    return value;
  };
}

function outermostFunction(node: Node): Node {
  let outermost = node;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'function_definition' || at.type === 'lambda') outermost = at;
  }
  return outermost;
}

/** The runs that do not stand at the margin: one in a function is no node that moves with it. */
function runsInside({ notebook }: PythonFile): readonly unknown[] {
  return notebook?.runs.filter(({ magic }) => /[ \t]/.test(notebook.text[magic - 1] ?? '')) ?? [];
}
