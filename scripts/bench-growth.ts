/** Measures how the time for a program grows with the program, for families that once took twice as long for one step more. */
import { analyze } from '../server/src/core/analysis/analyze.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { closeFile, openFile } from '../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../server/src/core/settings/settings.ts';
import { workspaceOf } from '../test/corpus.ts';
import { FAMILIES, type Files } from '../test/families.ts';
import { processorTime } from './bench-figures.ts';

const TRIES = 2;
const TARGET = 1.2;

/** The exponent by which the time grows from a program to one that is twice as large. */
function exponentOf(make: (n: number) => Files, sizes: readonly number[]): number {
  const [small, large] = sizes.map((n) => Math.min(...Array.from({ length: TRIES }, () => timeOf(make(n)))));
  return Math.log2(large! / small!);
}

function timeOf(files: Files): number {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return processorTime(() => {
    const workspace = workspaceOf(texts);
    const file = openFile('train.py', files['train.py']!);
    analyze(projectOf(file, DEFAULT_SETTINGS, workspace), DEFAULT_SETTINGS);
    closeFile(file);
  });
}

/** Prints one row for each family. */
export function measureGrowth(): void {
  console.log(`\nhow the time grows with the program, as an exponent (target ${TARGET})`);
  for (const [name, { make, sizes }] of Object.entries(FAMILIES)) {
    const exponent = exponentOf(make, sizes);
    console.log(
      `    ${name.padEnd(34)}${exponent.toFixed(2)}  from ${sizes.join(' to ')}${exponent <= TARGET ? '' : ' (missed)'}`,
    );
  }
}
