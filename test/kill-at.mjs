/** Ends its process by SIGKILL at one call of a function of `node:fs`: `SEEDWISE_KILL_AT=renameSync:3`, the third one. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [name, count] = (process.env.SEEDWISE_KILL_AT ?? '').split(':');
const real = fs[name];
let left = Number(count);
fs[name] = (...passed) => {
  left--;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  return real(...passed);
};
syncBuiltinESMExports();
