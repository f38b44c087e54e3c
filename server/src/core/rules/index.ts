/** All rules, in the order of the documentation. */
import type { Rule } from '../rule.ts';
import { cudnnBenchmark } from './cudnn-benchmark.ts';
import { incompleteSeeding } from './incomplete-seeding.ts';
import { invalidDeterminismCall } from './invalid-determinism-call.ts';
import { lateSeed } from './late-seed.ts';
import { nondeterministicOp } from './nondeterministic-op.ts';
import { unseededChildProcess } from './unseeded-child-process.ts';
import { unseededShuffle } from './unseeded-shuffle.ts';
import { unusedIgnore } from './unused-ignore.ts';

export const RULES: readonly Rule[] = [
  incompleteSeeding,
  lateSeed,
  unseededChildProcess,
  cudnnBenchmark,
  invalidDeterminismCall,
  unseededShuffle,
  nondeterministicOp,
  unusedIgnore,
];

/** The address of a rule's page. */
export function ruleUrl(rule: string): string {
  return `https://github.com/seedwise/seedwise/blob/main/docs/rules/${rule}.md`;
}
