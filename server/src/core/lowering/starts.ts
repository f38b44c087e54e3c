/** How processes are started: as forks of this one, or anew. */

import { GETS_CONTEXT, SPAWNS, SPAWNS_ELSEWHERE, SPAWNS_IN_POOL } from '../knowledge/calls.ts';
import { namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { PythonFile } from '../python/file.ts';
import { askedOfAll } from '../python/holds.ts';
import { assignedTo, targetOf } from '../python/names.ts';
import { decoratorsOf } from '../syntax/node.ts';
import type { Node } from '../syntax/parse.ts';

const DELAYS = namesFor('delays-call');
const RUNS_DELAYED = namesFor('runs-delayed');
const MAKES_REMOTE = namesFor('makes-remote');

/** A file that names another way of starting uses it. */
export const startsAnew = askedOfAll('starts-anew', ({ text }) => /['"](spawn|forkserver)['"]/.test(text));

/** A fork of this process; one that begins by importing the main file anew; or one that knows nothing of it. */
type StartMethod = 'fork' | 'anew' | 'elsewhere';

/** How the call starts a process, if it does. */
export function startMethod(call: Call, file: PythonFile): StartMethod | null {
  if (call.method === REMOTE) return remoteOf(call, file) ? 'elsewhere' : null;
  const name = startedBy(call, file);
  if (name !== null) return methodNamed(name, call, file);
  // `multiprocessing.get_context("spawn").Process(...)`, or of the name that the context was given.
  const object = call.method === 'Process' ? call.callee.get('object') : undefined;
  const made = assignedTo(object, file) ?? object;
  const context = made?.type === 'call' ? file.call(made) : null;
  if (!context || !GETS_CONTEXT.has(context.name)) return null;
  const method = file.argument(context, 'method', 0);
  return typeof method !== 'string' && file.constant(method) === 'fork' ? 'fork' : usualStart(file);
}

/** What is called, as tables know it: `pool.map` also of `with Pool() as pool:`. */
export function startedBy({ name, method, callee }: Call, file: PythonFile): string | null {
  const object = callee.get('object');
  const made = name === null && method !== null && object ? madeFor(object, file) : null;
  return made ? `${made.name}.${method}` : name;
}

/** The call that made an object, also one whose context was entered. */
function madeFor(object: Node, file: PythonFile): Call | null {
  const entered = targetOf(object, file)?.enclosing('as_pattern')?.children[0];
  return file.constructionOf(entered ?? object);
}

function methodNamed(name: string, call: Call, file: PythonFile): StartMethod | null {
  if (SPAWNS_ELSEWHERE.has(name)) return DELAYS.has(name) && !isRunElsewhere(call, file) ? null : 'elsewhere';
  if (SPAWNS_IN_POOL.has(name)) return usualStart(file);
  if (!SPAWNS.has(name)) return null;
  if (name.endsWith('.Process')) return usualStart(file);
  const given = name.endsWith('.start_processes') ? file.argument(call, 'start_method', 5) : 'absent';
  return typeof given !== 'string' && file.constant(given) === 'fork' ? 'fork' : 'anew';
}

const usualStart = (file: PythonFile): 'fork' | 'anew' => (startsAnew(file) ? 'anew' : 'fork');

const REMOTE = 'remote';

/** `f.remote(x)`, `Actor.options(...).remote()`: the id of the function or class of this file that runs in another process. */
export function remoteOf(call: Call, file: PythonFile): string | null {
  if (call.method !== REMOTE) return null;
  let object = call.callee.get('object');
  const options = object?.type === 'call' ? file.call(object) : null;
  if (options?.method === 'options') object = options.callee.get('object');
  const made = assignedTo(object, file);
  // `remote_f = ray.remote(f)`
  const wrapped = made?.type === 'call' && MAKES_REMOTE.has(file.call(made).name) ? made : undefined;
  const id = file.qualify(wrapped?.get('arguments')?.children[0] ?? object ?? call.node);
  const info = file.functionOf(id) ?? file.classOf(id);
  return id !== null && info && (wrapped || isMadeRemote(info.node, file)) ? id : null;
}

const isMadeRemote = (definition: Node, file: PythonFile): boolean =>
  decoratorsOf(definition).some((each) => MAKES_REMOTE.has(file.qualify(each.get('function') ?? each)));

/** The group that a delayed call is handed to has processes of its own: it is asked for several, and not for threads. */
function isRunElsewhere({ node }: Call, file: PythonFile): boolean {
  for (let at = node.enclosing('call'); at; at = at.enclosing('call')) {
    const group = madeFor(file.call(at).callee, file);
    if (!group || !RUNS_DELAYED.has(group.name)) continue;
    const jobs = file.argument(group, 'n_jobs', 0);
    const isAlone = jobs === 'absent' || (typeof jobs !== 'string' && /^(none|1)$/i.test(file.read(jobs)));
    const kinds = ['backend', 'prefer', 'require'].map((name) => file.argument(group, name));
    return (
      !isAlone &&
      kinds.every((kind) => typeof kind === 'string' || !/thread|sequential|sharedmem/.test(file.read(kind)))
    );
  }
  return false;
}
