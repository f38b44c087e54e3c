/** Calls that divide or order a dataset at random, and the generators that repair them. */

import { spell } from '../edits/imports.ts';
import { nameFor, namesFor } from '../knowledge/names.ts';
import { type DrawRow, drawOf } from '../knowledge/tables.ts';
import { isLeftOut } from '../lowering/loader-arguments.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { isSameVariable } from '../python/names.ts';
import type { ClassInfo, FunctionInfo } from '../python/scope.ts';
import { orNone, type SeedValue } from '../seeding/seed-values.ts';
import type { Edit } from '../text/edit.ts';
import { madeOnce, passArgument, seededGenerator } from './loaders.ts';

const RANDOM_SPLIT = nameFor('random-split');
const RANDPERM = nameFor('permutation');
const GENERATOR = nameFor('generator');
const DEFAULT_DEVICE = nameFor('default-device');
const RANDOM_SAMPLERS = namesFor('random-samplers').all;
const SAMPLERS = namesFor('samplers');
/** Methods that run for each batch: what they permute is no split of the data. */
const PER_BATCH = new Set(['forward', '__call__', '__getitem__', 'training_step', 'step', 'loss']);

/** Splits that draw from torch's global generator. */
export function globalSplits(file: PythonFile): Call[] {
  const permutations = file.calls(RANDPERM).filter((call) => isSplitUp(call, file));
  return [...file.calls(RANDOM_SPLIT), ...permutations].filter((call) => isOnGlobalGenerator(call, file));
}

/** Samplers that draw from torch's global generator. */
export function globalSamplers(file: PythonFile): Call[] {
  return RANDOM_SAMPLERS.flatMap((name) => file.calls(name)).filter((call) => isOnGlobalGenerator(call, file));
}

/** What a file's own Sampler, or a function of the file for it, draws from a global generator when it is iterated. */
export function drawsOfOwnSamplers(file: PythonFile): { call: Call; draw: DrawRow; sampler: ClassInfo }[] {
  return [...file.scopes.classes.values()]
    .filter((each) => isSampler(each, file))
    .flatMap((sampler) =>
      callsUnder(sampler.methods.get('__iter__'), file).flatMap((call) => {
        const draw = call.name === null ? undefined : drawOf(call.name);
        return draw?.kind === 'function' && isOnGlobalGenerator(call, file) ? [{ call, draw, sampler }] : [];
      }),
    );
}

/** The calls in a function, and in those of this file that it calls. */
function callsUnder(info: FunctionInfo | undefined, file: PythonFile): readonly Call[] {
  const bodies = new Set(info ? [info.node] : []);
  const found = new Set<Call>();
  for (const { start, end } of bodies) {
    for (const call of file.allCalls) {
      if (call.node.start <= start || call.node.end > end) continue;
      found.add(call);
      const called = file.functionOf(call.name);
      if (called) bodies.add(called.node);
    }
  }
  return [...found];
}

function isSampler(info: ClassInfo, file: PythonFile, depth = 0): boolean {
  return info.bases.some((base) => {
    const name = file.qualify(base.type === 'subscript' ? (base.get('value') ?? base) : base);
    const own = file.classOf(name);
    if (own) return depth < 5 && own !== info && isSampler(own, file, depth + 1);
    return SAMPLERS.has(name);
  });
}

function isOnGlobalGenerator(call: Call, file: PythonFile): boolean {
  const unless = drawOf(call.name ?? '')?.unless ?? [];
  return unless.every(({ argument, position }) => isLeftOut(file.argument(call, argument, position)));
}

/** The permutation is cut in two or more: `order[:n]` and `order[n:]`, or `torch.split(order, ...)`. */
function isSplitUp(call: Call, file: PythonFile): boolean {
  const home = call.node.enclosing('function_definition', 'lambda', 'for_statement', 'while_statement');
  if (home && home.type !== 'function_definition') return false;
  if (home && PER_BATCH.has(file.read(home.get('name') ?? home))) return false;
  // `.to(device)` and the like hand on the same permutation.
  let value = call.node;
  while (value.field === 'object' && value.parent?.parent?.type === 'call') value = value.parent.parent;
  const target = value.parent?.type === 'assignment' && value.field === 'right' ? value.parent.get('left') : undefined;
  if (target?.type !== 'identifier') return false;
  const name = file.read(target);
  let heads = 0;
  let tails = 0;
  for (const slice of slicesOf(home ?? file.syntax.root, name, file)) {
    const cut = slice.get('subscript');
    const object = slice.get('value');
    if (!object || !isSameVariable(object, target, file) || !cut || slice.enclosing('for_statement')) continue;
    const text = file.read(cut);
    if (/^:[^:]+$/.test(text)) heads++;
    if (/^[^:]+:$/.test(text)) tails++;
  }
  return heads > 0 && tails > 0;
}

function slicesOf(node: Node, name: string, file: PythonFile, found: Node[] = []): Node[] {
  if (node.type === 'subscript' && node.get('subscript')?.type === 'slice') {
    const value = node.get('value');
    if (value?.type === 'identifier' && file.read(value) === name) found.push(node);
  }
  for (const child of node.children) slicesOf(child, name, file, found);
  return found;
}

/** Gives the call a generator of its own; null where each epoch would then repeat the last. */
export function ownGenerator(file: PythonFile, call: Call, seed: SeedValue, values: Evaluator): (() => Edit[]) | null {
  const unless = drawOf(call.name ?? '')?.unless?.[0];
  if (!unless || !madeOnce(file, call.node, values)) return null;
  const given = file.argument(call, unless.argument, unless.position);
  return () => {
    const existing = isOnDevice(file, call) ? null : seededGenerator(file, call.node);
    const made = existing ? { text: existing, edits: [] } : newGenerator(file, call, seed);
    const passed = passArgument(file, call, 'generator', made.text, given);
    return [...made.edits, ...passed];
  };
}

/** `torch.randperm(n, device=device)` takes a generator of that device only. */
const isOnDevice = (file: PythonFile, call: Call): boolean => file.argument(call, 'device') !== 'absent';

function newGenerator(file: PythonFile, call: Call, seed: SeedValue): { text: string; edits: readonly Edit[] } {
  const { text, edits } = spell(file, GENERATOR, call.node.start);
  const usual = file.calls(DEFAULT_DEVICE)[0];
  const own = file.argument(call, 'device');
  const device = own !== 'absent' || !usual ? own : file.argument(usual, 'device', 0);
  const where = typeof device === 'string' ? '' : `device=${file.read(device)}`;
  return { text: orNone({ ...seed, text: `${text}(${where}).manual_seed(${seed.text})` }, file), edits };
}
