/** Files that are run as programs to test what others have: functions called tests, of made-up inputs alone. */

import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { holdsSomeTime } from '../tensors/choices.ts';
import { writtenValue } from '../tensors/written-values.ts';
import { wordsOf } from '../text/words.ts';

const READS_WEIGHTS = namesFor('reads-weights');
const OPENS = namesFor('opens-file');
/** What gets something that is stored, by the first word of its name. */
const GETS_STORED = new Set(['load', 'restore', 'resume', 'read']);
const FROM_STORED = /^from_(pretrained|checkpoint|file|disk)|^load_from_/;

/**
 * True where the file has functions that are called tests and whose arguments it writes down itself, and reads nothing that
 * is stored. What evaluates a network is called a test too: it gets its weights, or its data, from somewhere.
 */
export function testsItself(file: PythonFile): boolean {
  const tests = [...file.scopes.functions.values()].filter(isTest);
  return (
    tests.length > 0 &&
    tests.every((each) => file.calls(each.id).every((call) => passesWritten(call, file))) &&
    tests.every((each) => file.calls(each.id).length > 0 || each.parameters.length === 0) &&
    !file.allCalls.some((call) => getsStored(call, file))
  );
}

const isTest = ({ name, class: owner }: FunctionInfo): boolean => {
  const [first, ...others] = wordsOf(name);
  return owner === null && first === 'test' && others.length > 0;
};

const passesWritten = ({ node }: Call, file: PythonFile): boolean =>
  (node.get('arguments')?.children ?? []).every((each) => isWritten(each.get('value') ?? each, file));

const isWritten = (value: Node, file: PythonFile): boolean =>
  holdsSomeTime((choices) => writtenValue(value, file, choices) !== undefined);

function getsStored({ name, method, callee }: Call, file: PythonFile): boolean {
  if (READS_WEIGHTS.has(name) || OPENS.has(name)) return true;
  const last = method ?? file.read(callee);
  return GETS_STORED.has(wordsOf(last)[0] ?? '') || FROM_STORED.test(last);
}
