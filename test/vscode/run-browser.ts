/**
 * `npm run test:browser`: the steps of each file, in a VS Code of the file's own. On a machine under load the workbench takes
 * a key for something else now and then, and the steps behind it stand on it. So a file in which one fails begins anew, once,
 * and says so; what fails in both fails.
 */
import path from 'node:path';
import { Readable } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

/** An event of the runner. */
interface Told {
  readonly type: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'test-name-pattern': { type: 'string', multiple: true } },
});

/** Runs the steps of a file, which are told as they end, and gives how many passed and failed. */
async function tryFile(file: string): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 };
  const events = run({
    files: [path.resolve(file)],
    concurrency: 1,
    ...(values['test-name-pattern'] && { testNamePatterns: values['test-name-pattern'] }),
  });
  // The sums of one attempt are not those of the file.
  const steps = async function* (source: AsyncIterable<Told>): AsyncGenerator<Told> {
    for await (const event of source) {
      if (event.type === 'test:pass') counts.passed++;
      if (event.type === 'test:fail') counts.failed++;
      if (event.type !== 'test:diagnostic' && event.type !== 'test:summary') yield event;
    }
  };
  for await (const line of Readable.from(steps(events)).pipe(new spec())) process.stdout.write(line);
  return counts;
}

let passed = 0;
let failed = 0;
for (const file of positionals) {
  const first = await tryFile(file);
  if (first.failed > 0) console.log(`\n${file}: ${first.failed} failed; all of it once more.`);
  const counts = first.failed > 0 ? await tryFile(file) : first;
  passed += counts.passed;
  failed += counts.failed;
}
console.log(`\n${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
