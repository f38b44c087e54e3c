/** Files that are run as programs to test what others have: functions called tests, of made-up inputs alone. */

import { loaderRow } from '../knowledge/loaders.ts';
import { namesFor } from '../knowledge/names.ts';
import { drawOf } from '../knowledge/tables.ts';
import { saysItRestores } from '../knowledge/words.ts';
import { isPretrained } from '../lowering/draws.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { FunctionInfo } from '../python/scope.ts';
import { holdsSomeTime } from '../tensors/choices.ts';
import { writtenValue } from '../tensors/written-values.ts';
import { wordsOf } from '../text/words.ts';

const READS_WEIGHTS = namesFor('reads-weights');
const OPENS = namesFor('opens-file');
const DATASETS = namesFor('library-datasets');
const OPTIMIZERS = namesFor('optimizers');
const SAVES = namesFor('saves');
const FROM_STORED = /^from_(pretrained|checkpoint|file|disk)/;

/**
 * True where the file has functions that are called tests and whose arguments it writes down itself, and that neither read
 * what is stored nor train. What evaluates or trains a network is called a test too: it gets its weights, or its data, from
 * somewhere, and changes or keeps them.
 */
export function testsItself(file: PythonFile): boolean {
  const tests = [...file.scopes.functions.values()].filter(isTest);
  return (
    tests.length > 0 &&
    tests.every((each) => file.calls(each.id).every((call) => passesWritten(call, file))) &&
    tests.every((each) => file.calls(each.id).length > 0 || each.parameters.length === 0) &&
    !file.allCalls.some((call) => getsStored(call, file) || trains(call))
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

function getsStored(call: Call, file: PythonFile): boolean {
  const { name, method, callee } = call;
  if ([READS_WEIGHTS, OPENS, DATASETS].some((group) => group.has(name)) || loaderRow(name)) return true;
  const last = method ?? file.read(callee);
  const isRead = saysItRestores(last) || wordsOf(last)[0] === 'read' || FROM_STORED.test(last);
  return isRead || getsWeights(call, file);
}

/** A model that is made with weights, or what is asked for them by a name that nothing else has. */
const getsWeights = (call: Call, file: PythonFile): boolean =>
  (drawOf(call.name ?? '')?.kind === 'model' || typeof file.argument(call, 'pretrained') !== 'string') &&
  isPretrained(call, file);

/** It changes weights, or keeps what it did. Gradients alone are what a test looks at, too. */
const trains = ({ name, method, node }: Call): boolean =>
  OPTIMIZERS.has(name) || SAVES.has(name) || (method === 'step' && node.get('arguments')?.children.length === 0);
