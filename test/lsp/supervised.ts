/** The process of `supervisor.test.ts`: a supervisor whose server is `stub-worker.ts`. */
import { fileURLToPath } from 'node:url';
import { StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { supervise } from '../../server/src/supervisor.ts';

supervise({
  reader: new StreamMessageReader(process.stdin),
  writer: new StreamMessageWriter(process.stdout),
  script: fileURLToPath(new URL('stub-worker.ts', import.meta.url)),
  patience: 2000,
});
