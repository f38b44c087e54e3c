/**
 * `npm test`: every check there is, in the order in which they build on each other. A failing one does not hide the rest;
 * the last line adds up what all of them counted.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { endGroup } from './vscode.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Stage {
  readonly name: string;
  /** Of package.json, with its arguments. */
  readonly script: readonly [string, ...string[]];
  /** Counts its tests itself; else the stage is one check. */
  readonly counts?: true;
}

const STAGES: readonly Stage[] = [
  { name: 'types', script: ['typecheck'] },
  { name: 'lint', script: ['lint'] },
  { name: 'unused exports', script: ['unused'] },
  { name: 'generated files', script: ['generate', '--check'] },
  { name: 'build', script: ['build'] },
  { name: 'unit and protocol', script: ['unit'], counts: true },
  { name: 'package', script: ['package'] },
  { name: 'packages', script: ['test:packages'], counts: true },
  { name: 'extension host', script: ['test:vscode'], counts: true },
  { name: 'browser', script: ['test:browser'], counts: true },
];

const ROOT = path.resolve(import.meta.dirname, '..');
/** Milliseconds after which a stage hangs. Not a limit for slow machines, which may take five times as long as ours. */
const TIMEOUT = 1_200_000;

const results: [name: string, counts: Counts, seconds: number][] = [];
for (const stage of STAGES) {
  console.log(`\n=== ${stage.name}: npm run ${stage.script.join(' ')}`);
  const start = performance.now();
  results.push([stage.name, await runStage(stage), (performance.now() - start) / 1000]);
}

console.log('\n=== summary');
for (const [name, { passed, failed }, seconds] of results) {
  console.log(`${name.padEnd(18)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${passed} passed, ${failed} failed`);
}
const sum = (key: keyof Counts): number => results.reduce((total, [, counts]) => total + counts[key], 0);
if (sum('failed') > 0) process.exitCode = 1;
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);

async function runStage({ script: [name, ...args], counts }: Stage): Promise<Counts> {
  const { output, ok } = await runScript(name, args);
  if (counts === undefined) return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const { passed, failed } = countTests(output);
  // A runner that fell over without a failing test has failed all the same, and so has one that found no tests.
  const fine = ok && passed > 0;
  return { passed, failed: failed > 0 || fine ? failed : 1 };
}

/** Runs a script of package.json, showing its output as it comes; gives that output. */
function runScript(name: string, args: readonly string[]): Promise<{ output: string; ok: boolean }> {
  const npm = spawn('npm', ['run', '--silent', name, '--', ...args], { cwd: ROOT, detached: true });
  const stop = (): void => endGroup(npm);
  const interrupted = (): void => process.exit(130);
  process.once('exit', stop).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  let output = '';
  const hear = (data: string): void => {
    output += data;
    process.stdout.write(data);
  };
  npm.stdout.setEncoding('utf8').on('data', hear);
  npm.stderr.setEncoding('utf8').on('data', hear);
  const timer = setTimeout(() => {
    hear(`\nNo end after ${TIMEOUT / 1000} s.\n`);
    stop();
  }, TIMEOUT);
  return new Promise((resolve) => {
    npm.once('close', (code) => {
      clearTimeout(timer);
      process.off('exit', stop).off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ output, ok: code === 0 });
    });
  });
}

/** The counts of a runner: node:test's closing lines in either of its formats, or a line of our own kind. */
function countTests(output: string): Counts {
  const text = stripVTControlCharacters(output);
  const total = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
  return {
    passed: total(/^[#ℹ] pass (\d+)$/gm) + total(/^(\d+) passed, \d+ failed$/gm),
    failed: total(/^[#ℹ] (?:fail|cancelled) (\d+)$/gm) + total(/^\d+ passed, (\d+) failed$/gm),
  };
}
