// A thread that waits for the process of `cli-host.mjs`, so that a test can ask it and stand still until it answers.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';

/** @type {{ node: string, port: import('node:worker_threads').MessagePort, flag: Int32Array, env: NodeJS.ProcessEnv }} */
const { node, port, flag, env } = workerData;
const host = fileURLToPath(new URL('./cli-host.mjs', import.meta.url));

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;

function started() {
  const made = fork(host, { execPath: node, execArgv: [], env, serialization: 'advanced' });
  made.on('message', answer);
  // A process that ends in the middle is what its exit code says, and the next question gets a new one.
  made.on('exit', (status) => {
    if (child !== made) return;
    child = undefined;
    answer({ status, stdout: '', stderr: 'the process ended' });
  });
  return made;
}

/** @param {unknown} result */
function answer(result) {
  port.postMessage(result);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

port.on('message', (request) => {
  child ??= started();
  child.send(request);
});
