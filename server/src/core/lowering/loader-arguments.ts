/** What a call that makes a loader passes it, by the rows of the table, and what it means where nothing is passed. */

import { type LoaderRow, loaderRow } from '../knowledge/loaders.ts';
import { nameFor } from '../knowledge/names.ts';
import type { Argument, Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';

/** torch's own, after which all others take their arguments. */
export const DATA_LOADER = nameFor('data-loader');

/** What the table knows a position of. */
type LoaderParameter = keyof LoaderRow['positions'] & string;

/** The argument of a loader, also where it has another position than torch's. */
export function loaderArgument(file: PythonFile, call: Call, name: LoaderParameter): Argument {
  return file.argument(call, name, (loaderRow(call.name) ?? loaderRow(DATA_LOADER))?.positions[name]);
}

/** True where the call is known to leave the argument out, or passes `None`. */
export function isLeftOut(argument: Argument): boolean {
  return argument === 'absent' || (typeof argument !== 'string' && argument.type === 'none');
}

/** False where the loader is known to start no workers. */
export function startsWorkers(file: PythonFile, call: Call): boolean {
  const workers = loaderArgument(file, call, 'num_workers');
  if (workers === 'absent') return false;
  return typeof workers === 'string' || file.constant(workers) !== 0;
}
