/** Which device a tensor is on, where a call says so. */

import { nameFor, namesFor } from '../knowledge/names.ts';
import type { Call } from '../python/call.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { assignedTo } from '../python/names.ts';

/** `x.to(torch.float)` moves nothing. */
const DTYPE = namesFor('dtypes');
const DEVICE = nameFor('device');

/** True where a function or method of torch gives a tensor on the CPU; `isThere` says that it keeps one where it is. */
export function isMadeOnCpu(last: string, isThere: boolean, call: Call, file: PythonFile): boolean {
  if (last === 'cpu' || last === 'from_numpy') return true;
  const device = file.argument(call, 'device', last === 'to' ? 0 : undefined);
  const isCast = typeof device !== 'string' && DTYPE.has(file.qualify(device));
  if (device !== 'absent' && !isCast) return typeof device !== 'string' && isCpuDevice(device, file);
  return last !== 'cuda' && isThere;
}

/** True for `'cpu'` and `torch.device('cpu')`, also by name. */
export function isCpuDevice(device: Node, file: PythonFile): boolean {
  if (file.constant(device) === 'cpu') return true;
  const made = assignedTo(device, file) ?? device;
  if (made.type !== 'call' || file.call(made).name !== DEVICE) return false;
  const name = file.argument(file.call(made), 'device', 0);
  return typeof name !== 'string' && file.constant(name) === 'cpu';
}
