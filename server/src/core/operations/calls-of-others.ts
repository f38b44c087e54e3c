/** Which functions of other files a file calls, and whether a gradient may be taken through what they compute there. */

import { LIBRARY } from '../knowledge/calls.ts';
import type { PythonFile } from '../python/file.ts';
import { isNotTrainedThrough } from './gradients.ts';

/** By the name the file has for a function: true where every mention is a call that no backward pass follows. */
export type CallsOfOthers = Readonly<Record<string, boolean>>;

export function callsOfOthers(file: PythonFile): CallsOfOthers {
  const found: Record<string, boolean> = {};
  for (const [name, calls] of file.callsByName) {
    const last = name.slice(name.lastIndexOf('.') + 1);
    if (name.startsWith('#') || LIBRARY.test(name) || !/^[a-z_]\w*$/.test(last)) continue;
    const isQuiet = calls.every((call) => isNotTrainedThrough(call.node, file, { isWhole: false }));
    // Whoever hands a function on may have it run anywhere.
    found[name] = isQuiet && isOnlyCalled(last, calls.length, file);
  }
  return found;
}

/** Besides the calls the file names it at most where it imports it. */
function isOnlyCalled(name: string, calls: number, file: PythonFile): boolean {
  return (file.text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length <= calls + 1;
}
