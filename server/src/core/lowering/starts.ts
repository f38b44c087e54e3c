/** How processes are started: as forks of this one, or anew. */

import { GETS_CONTEXT, SPAWNS } from '../knowledge/calls.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import { assignedTo } from '../python/names.ts';

/** A file that names another way of starting uses it. */
export const startsAnew = askedOfAll('starts-anew', ({ text }) => /['"](spawn|forkserver)['"]/.test(text));

/** How the call starts a process, if it does: a fork of this one, or anew. */
export function startMethod(call: Call, file: PythonFile): 'fork' | 'anew' | null {
  if (call.name !== null) {
    if (!SPAWNS.has(call.name)) return null;
    if (call.name.endsWith('.Process')) return usualStart(file);
    const given = call.name.endsWith('.start_processes') ? file.argument(call, 'start_method', 5) : 'absent';
    return typeof given !== 'string' && file.constant(given) === 'fork' ? 'fork' : 'anew';
  }
  // `multiprocessing.get_context("spawn").Process(...)`, or of the name that the context was given.
  const object = call.method === 'Process' ? call.callee.get('object') : undefined;
  const made = assignedTo(object, file) ?? object;
  const context = made?.type === 'call' ? file.call(made) : null;
  if (!context || !GETS_CONTEXT.has(context.name)) return null;
  const method = file.argument(context, 'method', 0);
  return typeof method !== 'string' && file.constant(method) === 'fork' ? 'fork' : usualStart(file);
}

const usualStart = (file: PythonFile): 'fork' | 'anew' => (startsAnew(file) ? 'anew' : 'fork');
