/** Seeds that differ between the processes of a distributed run. */

import { isLibrary } from '../knowledge/names.ts';
import { looksLikeSeeder, seederOf } from '../knowledge/tables.ts';
import type { Call } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import { parameterOf } from '../python/names.ts';
import { isPlain, isVisible } from '../seeding/quotable.ts';
import { dependsOnRank, mentionsRank } from '../seeding/ranks.ts';
import { type SeedTaker, takersOf } from '../seeding/seed-takers.ts';

/** A seed of torch's global generator, itself or in a helper of this file. */
interface TorchSeed {
  readonly call: Call;
  /** What depends on the rank; null where every rank gets the same seed, or nobody can tell. */
  readonly rank: Node | null;
}

const memory = new WeakMap<Evaluator, WeakMap<PythonFile, readonly TorchSeed[]>>();

/** Found once for a file of a project: each split and each sampler asks for all of them. */
function torchSeeds(file: PythonFile, values: Evaluator): readonly TorchSeed[] {
  const ofFiles = memory.get(values) ?? new WeakMap<PythonFile, readonly TorchSeed[]>();
  memory.set(values, ofFiles);
  const known = ofFiles.get(file) ?? findTorchSeeds(file, values);
  ofFiles.set(file, known);
  return known;
}

function findTorchSeeds(file: PythonFile, values: Evaluator): readonly TorchSeed[] {
  const direct = file.allCalls.flatMap((call): TorchSeed[] => {
    const seeder = call.name === null ? undefined : seederOf(call.name);
    if (!seeder?.streams.includes('torch') || seeder.device === 'cuda' || seeder.restores) return [];
    const perDevice = file.argument(call, 'device_specific');
    if (typeof perDevice !== 'string' && file.constant(perDevice) === true) return [{ call, rank: perDevice }];
    const given = call.node.get('arguments')?.children ?? [];
    return [{ call, rank: given.find((argument) => dependsOnRank(argument, file)) ?? null }];
  });
  const own = [...direct, ...handedOn(direct, file)];
  // Where a rank has no say in what a call is given, no seed differs by it, and nobody has to follow what others seed with.
  const isRanked =
    own.some(({ rank }) => rank !== null) ||
    (mentionsRank(file) && callsElsewhere(file).some((call) => rankIn(call, file)));
  if (!isRanked) return own;
  const all = [...direct, ...seedsElsewhere(file, values)].sort((a, b) => a.call.node.start - b.call.node.start);
  return [...all, ...handedOn(all, file)];
}

/** The calls of this file's functions that seed last with what they are passed, in the order of the seeds. */
function handedOn(seeds: readonly TorchSeed[], file: PythonFile): readonly TorchSeed[] {
  const last = new Map(seeds.flatMap((seed) => idAround(seed, file).map((id) => [id, seed] as const)));
  // What a function makes of the rank by itself is said already.
  const helpers = [...last].flatMap(([id, { rank }]) => (rank === null ? [id] : []));
  return helpers.flatMap((id) =>
    file.calls(id).map((call): TorchSeed => {
      const given = call.node.get('arguments')?.children ?? [];
      // Only what is called a seed in the call or in the helper is passed on to the seed.
      const rank = given.find((argument, i) => {
        const key = argument.get('name');
        const name = key ? file.read(key) : (file.functionOf(id)?.parameters[i]?.name ?? '');
        return /seed/i.test(name) && dependsOnRank(argument, file);
      });
      return { call, rank: rank ?? null };
    }),
  );
}

function idAround({ call }: TorchSeed, file: PythonFile): readonly string[] {
  const id = file.functionAround(call.node)?.id;
  return id === undefined ? [] : [id];
}

/** Calls of what other files have, seeders left out. */
const callsElsewhere = (file: PythonFile): readonly Call[] =>
  file.allCalls.filter(({ name }) => name !== null && !name.startsWith('#') && !seederOf(name));

const rankIn = ({ node }: Call, file: PythonFile): boolean =>
  (node.get('arguments')?.children ?? []).some((each) => dependsOnRank(each, file));

/**
 * Calls of other files' functions that hand what they are passed on to a seed of torch. One that says in its name that it
 * seeds, and is not seen to, may give all ranks the same seed.
 */
function seedsElsewhere(file: PythonFile, values: Evaluator): readonly TorchSeed[] {
  return callsElsewhere(file).flatMap((call): TorchSeed[] => {
    const given = call.node.get('arguments')?.children ?? [];
    const seed = given.find((each) => takersOf(each.get('value') ?? each, values).some(seedsTorch));
    if (seed) return [{ call, rank: dependsOnRank(seed, file) ? seed : null }];
    const { name } = call;
    return name !== null && !isLibrary(name) && looksLikeSeeder(name) ? [{ call, rank: null }] : [];
  });
}

const seedsTorch = ({ seeder }: SeedTaker): boolean =>
  seeder.streams.includes('torch') && seeder.device !== 'cuda' && !seeder.restores;

/** The last seed of torch in front of a node, if it depends on the rank. */
export function rankSeedBefore(node: Node, file: PythonFile, values: Evaluator): { call: Call; rank: Node } | null {
  const paths = torchSeeds(file, values).flatMap((seed) => {
    const places = [...placesOf(seed.call.node, file)];
    return (isHelperBody(seed.call, file) ? places.slice(0, 1) : places).map((place) => ({ seed, place }));
  });
  // In the innermost function that both are reached from, the later seed counts.
  for (const [home, at] of placesOf(node, file)) {
    const before = paths.filter(({ place }) => place[0] === home && place[1].end <= at.start);
    const last = before.sort((a, b) => a.place[1].start - b.place[1].start).at(-1);
    if (last) return last.seed.rank ? { call: last.seed.call, rank: last.seed.rank } : null;
  }
  return null;
}

/** `torch.manual_seed(seed)` in a helper: outside of it, the argument of its calls is what counts. */
function isHelperBody(call: Call, file: PythonFile): boolean {
  const home = file.functionAround(call.node);
  const given = parameterOf(call.node.get('arguments')?.children[0], file);
  return home !== undefined && given?.owner === home;
}

/** The functions a node is reached from, innermost first, each with the place in it. */
function placesOf(node: Node, file: PythonFile, found = new Map<Node, Node>()): Map<Node, Node> {
  const home = node.enclosing('function_definition') ?? file.syntax.root;
  if (found.has(home) || found.size > 20) return found;
  found.set(home, node);
  const id = file.functionAt(home)?.id;
  for (const call of id === undefined ? [] : file.calls(id)) placesOf(call.node, file, found);
  return found;
}

/** What all ranks share of `args.seed + rank`, as it can be written at a place: `args.seed`. */
export function sharedPart(rank: Node, file: PythonFile, place: Node): string | null {
  const value = rank.type === 'keyword_argument' ? rank.get('value') : rank;
  const sides = value?.type === 'binary_operator' ? [value.get('left'), value.get('right')] : [];
  const shared = sides.find((side) => side && !dependsOnRank(side, file));
  return shared && isPlain(shared) && isVisible(shared, file, place) ? file.read(shared) : null;
}
