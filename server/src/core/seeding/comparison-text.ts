/** The text of a program that runs something under several seeds and compares what comes of it, however that is run. */

import { quoted } from '../edits/edit-text.ts';
import { isStandardModule } from '../edits/imports.ts';
import { nameFor } from '../knowledge/names.ts';
import type { PythonFile } from '../python/file.ts';
import { t } from '../text/language.ts';

const WRITER = nameFor('summary-writer');
const OTHER_WRITER = nameFor('summary-writer-else');

/** What differs between such programs; lines of Python, without the indentation of the place they go to. */
export interface ComparisonParts {
  /** What is run, as people call it. */
  readonly name: string;
  /** Imports of modules. */
  readonly modules: readonly string[];
  /** Other imports, behind those. */
  readonly imports: readonly string[];
  readonly constants: readonly string[];
  /** The seeds, where they are not just five. */
  readonly seeds?: string | null;
  /** Functions, each with what stands in it. */
  readonly functions: readonly (readonly string[])[];
  /** Statements before the loop over seeds, and at the beginning of each round. */
  readonly setup: readonly string[];
  readonly before: readonly string[];
  /** What one run is. */
  readonly call: string;
  /** What makes curves by name of its `result`. */
  readonly curves: string;
}

/** The program, in the quotes of the file that it is for. */
export function comparisonText(parts: ComparisonParts, file: PythonFile): string {
  const from = (qualified: string): string =>
    `from ${qualified.slice(0, qualified.lastIndexOf('.'))} import ${qualified.slice(qualified.lastIndexOf('.') + 1)}`;
  const isStandard = (line: string): boolean => isStandardModule(line.split(' ')[1]?.split('.')[0] ?? '');
  const modules = [...new Set([...parts.modules, 'import statistics'])];
  const others = modules.filter((line) => !isStandard(line));
  const lines = [
    `"""${t`Runs \`${parts.name}\` under several seeds, records each run for TensorBoard, and prints mean and deviation.`}"""`,
    // As sorters of imports have it: `from` behind what is imported whole.
    ...modules.filter(isStandard).sort((a, b) => Number(/^from/.test(a)) - Number(/^from/.test(b)) || (a < b ? -1 : 1)),
    '',
    ...(others.length > 0 ? [...others, ''] : []),
    'try:',
    `    ${from(WRITER)}`,
    'except ImportError:',
    `    ${from(OTHER_WRITER)}`,
    '',
    ...(parts.imports.length > 0 ? [...parts.imports, ''] : []),
    ...parts.constants,
    `SEEDS = ${parts.seeds ?? 'range(5)'}`,
    ...parts.functions.flatMap((each) => ['', '', ...each]),
    '',
    '',
    'def compare():',
    ...parts.setup.map((line) => `    ${line}`),
    '    results = {}',
    '    for seed in SEEDS:',
    ...parts.before.map((line) => `        ${line}`),
    `        result = ${parts.call}`,
    "        with SummaryWriter(f'runs/seed-{seed}') as writer:",
    `            for name, values in ${parts.curves}.items():`,
    '                for step, value in enumerate(values):',
    '                    writer.add_scalar(name, float(value), step)',
    '                results.setdefault(name, []).append(float(values[-1]))',
    '    for name, values in results.items():',
    "        print(f'{name}: {statistics.mean(values):.4g} ± {statistics.stdev(values):.4g} ({len(values)} seeds)')",
    '',
    '',
    "if __name__ == '__main__':",
    '    compare()',
    '',
  ];
  const quote = quoted(file, '')[0] ?? "'";
  // No line of ours has the other quote in it, but for those of documentation.
  return lines.map((line) => (/"""/.test(line) || quote === "'" ? line : line.replaceAll("'", quote))).join('\n');
}
