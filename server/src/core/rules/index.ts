/** All rules, in the order of the documentation. */
import type { Rule } from '../contract/rule.ts';
import { languageTag } from '../text/language.ts';
import { completionOrder } from './completion-order.ts';
import { constantWorkerSeed } from './constant-worker-seed.ts';
import { cublasWorkspaceConfig } from './cublas-workspace-config.ts';
import { cudaOnlySeed } from './cuda-only-seed.ts';
import { cudnnBenchmark } from './cudnn-benchmark.ts';
import { dropoutAlwaysOn } from './dropout-always-on.ts';
import { frozenDraw } from './frozen-draw.ts';
import { incompleteDeterminism } from './incomplete-determinism.ts';
import { incompleteSeeding } from './incomplete-seeding.ts';
import { ineffectiveHashSeed } from './ineffective-hash-seed.ts';
import { inertAssignment } from './inert-assignment.ts';
import { inferenceWithoutEval } from './inference-without-eval.ts';
import { invalidDeterminismCall } from './invalid-determinism-call.ts';
import { lateSeed } from './late-seed.ts';
import { missingRandomState } from './missing-random-state.ts';
import { missingSetEpoch } from './missing-set-epoch.ts';
import { nondeterministicCudnn } from './nondeterministic-cudnn.ts';
import { nondeterministicOp } from './nondeterministic-op.ts';
import { randomizedHash } from './randomized-hash.ts';
import { rankDependentSplit } from './rank-dependent-split.ts';
import { recomputedDraw } from './recomputed-draw.ts';
import { redundantCudaSeed } from './redundant-cuda-seed.ts';
import { resumeWithoutRngState } from './resume-without-rng-state.ts';
import { setOrder } from './set-order.ts';
import { sharedWorkerRng } from './shared-worker-rng.ts';
import { splitShuffle } from './split-shuffle.ts';
import { throwsWhenDeterministic } from './throws-when-deterministic.ts';
import { truncatedSeed } from './truncated-seed.ts';
import { uninitializedParameter } from './uninitialized-parameter.ts';
import { unseededChildProcess } from './unseeded-child-process.ts';
import { unseededGenerator } from './unseeded-generator.ts';
import { unseededShuffle } from './unseeded-shuffle.ts';
import { unseededSplit } from './unseeded-split.ts';
import { unseededWorkers } from './unseeded-workers.ts';
import { unsortedListing } from './unsorted-listing.ts';
import { unsplitStream } from './unsplit-stream.ts';
import { unsynchronizedCopy } from './unsynchronized-copy.ts';
import { unusedIgnore } from './unused-ignore.ts';
import { varyingSeed } from './varying-seed.ts';

export const RULES: readonly Rule[] = [
  incompleteSeeding,
  lateSeed,
  unseededChildProcess,
  varyingSeed,
  unseededGenerator,
  ineffectiveHashSeed,
  redundantCudaSeed,
  cudaOnlySeed,
  inertAssignment,
  truncatedSeed,
  missingRandomState,
  randomizedHash,
  cudnnBenchmark,
  nondeterministicCudnn,
  incompleteDeterminism,
  invalidDeterminismCall,
  cublasWorkspaceConfig,
  unseededShuffle,
  unseededWorkers,
  sharedWorkerRng,
  constantWorkerSeed,
  unseededSplit,
  rankDependentSplit,
  missingSetEpoch,
  splitShuffle,
  unsplitStream,
  frozenDraw,
  recomputedDraw,
  unsortedListing,
  setOrder,
  completionOrder,
  nondeterministicOp,
  throwsWhenDeterministic,
  dropoutAlwaysOn,
  uninitializedParameter,
  unsynchronizedCopy,
  inferenceWithoutEval,
  resumeWithoutRngState,
  unusedIgnore,
];

/** The rule of a name; undefined for any other text. */
export const ruleNamed = (name: string): Rule | undefined => RULES.find((rule) => rule.name === name);

/** The address of a rule's page, in the language of the session. */
export function ruleUrl(rule: string): string {
  const folder = languageTag() === 'en' ? '' : `${languageTag()}/`;
  return `https://github.com/seedwise/seedwise/blob/main/docs/rules/${folder}${rule}.md`;
}
