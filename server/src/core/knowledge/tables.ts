/** What is known about PyTorch and its neighbours: typed look-ups over the larger tables of server/data. */
import drawTable from '../../../data/draws.json' with { type: 'json' };
import opTable from '../../../data/ops.json' with { type: 'json' };
import pipelineTable from '../../../data/pipelines.json' with { type: 'json' };
import seederTable from '../../../data/seeders.json' with { type: 'json' };
import versionTable from '../../../data/versions.json' with { type: 'json' };
import weightTable from '../../../data/weights.json' with { type: 'json' };
import { groupBy } from '../text/groups.ts';
import { ALIASES, nameFor } from './names.ts';
import type { DrawsTable, OpsTable, PipelinesTable, SeedersTable, VersionsTable, WeightsTable } from './rows.ts';

export type { Condition, DataCondition } from './conditions.ts';
export { STREAMS, type Stream } from './streams.ts';

/** An argument of a call; without a position it is keyword-only. */
export interface Where {
  readonly argument: string;
  readonly position?: number;
}

/** Something that takes random numbers. */
export type DrawRow = DrawsTable['draws'][number];

/** A method that draws, of any object that a library made. */
export type MethodDraw = DrawsTable['methods'][number];

/** Something that seeds global generators, restores their states, or sets switches. */
export type Seeder = SeedersTable['seeders'][number];

/** Switches by the name PyTorch has for them. */
export type SwitchValues = NonNullable<Seeder['flags']>;

/** What an absent or `None` seed means; `entropy` is no seed at all, `off` undoes an earlier one. */
export type NoSeed = Seeder['none'];

/** An operation that PyTorch's determinism switches are about, under one condition. */
export type Op = OpsTable['ops'][number];

/** One way to write an operation; a method by its bare name. */
export type Spelling = Op['spellings'][number];

/** What an operation does in some versions of its package. */
export type Behaviour = Op['behaviour'][number];

/** Which sizes say how many gradients a backward adds into one element. */
export type Addends = NonNullable<Op['addends']>;

/** An operation, and how a call may write it. */
export interface Use {
  readonly op: Op;
  readonly spelling: Spelling;
}

/** An augmentation library whose objects draw from generators of their own. */
export type Pipelines = PipelinesTable['pipelines'][number];

type Family = DrawsTable['families'][number];

function buildIndex() {
  const draws = new Map((drawTable.draws as readonly DrawRow[]).map((draw) => [draw.name, draw]));
  const families = (drawTable.families as readonly Family[]).map(({ pattern, ...draw }) => ({
    pattern: new RegExp(`^(?:${pattern})$`),
    draw,
  }));
  const seeders = new Map<string, Seeder>();
  for (const row of seederTable.seeders as readonly Seeder[])
    for (const name of [row.name, ...(row.aliases ?? [])]) seeders.set(canonical(name), row);
  const uses = new Map<string, Use[]>();
  for (const op of opTable.ops as unknown as readonly Op[])
    for (const spelling of op.spellings) {
      const key = spelling.kind === 'method' ? `.${spelling.name}` : spelling.name;
      uses.set(key, [...(uses.get(key) ?? []), { op, spelling }]);
    }
  return { draws, families, seeders, uses };
}

let built: ReturnType<typeof buildIndex> | undefined;
function index(): ReturnType<typeof buildIndex> {
  built ??= buildIndex();
  return built;
}

/** The same names come with every keystroke; a server that runs for weeks meets many half-typed ones too. */
function remembered<T>(answer: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined && !known.has(name)) {
      // A name is a piece of a text, and as long as it is kept, so is all of that text.
      const copy: string = JSON.parse(JSON.stringify(name));
      found = answer(copy);
      if (known.size > 10_000) known.clear();
      known.set(copy, found);
    }
    return found as T;
  };
}

/** What a call of this name draws. */
export const drawOf = (name: string): DrawRow | undefined => (/^[#.]/.test(name) ? undefined : foreignDraw(name));

const foreignDraw = remembered((qualifiedName: string): DrawRow | undefined => {
  const name = canonical(qualifiedName);
  const { draws, families } = index();
  const family = draws.has(name) ? undefined : families.find(({ pattern }) => pattern.test(name));
  return family ? { ...family.draw, name } : draws.get(name);
});

const METHODS = drawTable.methods as readonly MethodDraw[];
const BY_METHOD: ReadonlyMap<string, readonly MethodDraw[]> = groupBy(METHODS, ({ method }) => method);
const NO_DRAWS: readonly MethodDraw[] = [];

/** The draws of a method of this name, one for each library that has it. */
export const drawsOfMethod = (method: string): readonly MethodDraw[] => BY_METHOD.get(method) ?? NO_DRAWS;

const makerPattern = remembered((maker: string): RegExp => new RegExp(maker));

/** True where what is called so makes an object whose method draws as the row says. */
export const isMaker = (name: string, { maker }: MethodDraw): boolean => !maker || makerPattern(maker).test(name);

/** The draw of a tensor method that no other library has, such as `normal_`. */
export const drawingMethod = (method: string): DrawRow | undefined => index().draws.get(`${TENSOR}.${method}`);

const TENSOR = nameFor('tensor');

export const seederOf = (qualifiedName: string): Seeder | undefined => index().seeders.get(canonical(qualifiedName));

/** True for a class whose constructor surely seeds, by its settings. */
export function seedsInPassing(qualifiedName: string): boolean {
  const seeder = seederOf(qualifiedName);
  return seeder?.implicit === true && seeder.none === 'default' && !seeder.argument;
}

/** Lower-case names that people give to helpers of their own. */
export const SEEDER_NAMES: ReadonlySet<string> = new Set(seederTable.names);

/** True for a call nobody knows whose name says that it may seed. */
export const looksLikeSeeder = remembered((name: string): boolean => {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (SEEDER_NAMES.has(last.toLowerCase())) return true;
  const spaced = last.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  const words = spaced.toLowerCase().match(/[a-z]+/g) ?? [];
  const reads = /^(get|is|are|has|check|default|initial|num|n|print|log|save|dump|validate|parse|show)$/;
  if (words.length > 1 && reads.test(words[0]!)) return false;
  return words.some(
    (word, i) =>
      /^(re)?seed|seeds?$|^rngs?$/.test(word) ||
      (word === 'state' && words[i - 1] === 'random') ||
      // An adjective in front names what follows: deterministic_index_select seeds nothing.
      (/^(determinis|reproducib)/.test(word) && (i > 0 || words.length === 1 || /(ism|ity)$/.test(word))),
  );
});

const REWRITES = ALIASES.map(({ packages, pattern, name }) => ({ packages, pattern: new RegExp(pattern), name }));

const rewritten = remembered((name: string): string =>
  REWRITES.reduce((text, { pattern, name: known }) => text.replace(pattern, known), name),
);

const RENAMED: ReadonlySet<string> = new Set(REWRITES.flatMap(({ packages }) => packages));

/** The name under which the tables know what goes by several. */
export const canonical = (qualifiedName: string): string =>
  RENAMED.has(qualifiedName.slice(0, Math.max(0, qualifiedName.indexOf('.'))))
    ? rewritten(qualifiedName)
    : qualifiedName;

const ML_PACKAGES: ReadonlySet<string> = new Set(drawTable.packages);
const WEIGHT_LOADERS: ReadonlySet<string> = new Set((weightTable as WeightsTable).loaders.map(({ name }) => name));
/** True for a call that puts a checkpoint into the networks it is handed. */
export const loadsWeights = (qualifiedName: string): boolean => WEIGHT_LOADERS.has(qualifiedName);

/** True for packages whose import makes a file a machine-learning file. */
export const isMlPackage = (topLevelName: string): boolean => ML_PACKAGES.has(topLevelName);

/** The operations that a function or module of this name stands for, one for each case. */
export const opsOf = (qualifiedName: string): readonly Use[] => index().uses.get(canonical(qualifiedName)) ?? [];

export const opsOfMethod = (method: string): readonly Use[] => index().uses.get(`.${method}`) ?? [];

/** The library of a class whose objects draw from generators of their own. */
export const pipelinesOf = (qualifiedName: string): Pipelines | undefined =>
  (pipelineTable.pipelines as readonly Pipelines[]).find((row) => qualifiedName.startsWith(`${row.package}.`));

const parts = (version: string): number[] =>
  [...(version.match(/^\d+(\.\d+)*/)?.[0] ?? '0').split('.').map(Number), 0, 0, 0].slice(0, 4);

/** The torchvision that is made for a release of torch, and installs with no other: 0.9 for 1.8, 0.16 for 2.1. */
export function torchvisionFor(torch: string): string | null {
  const [, major, minor] = /^([12])\.(\d+)/.exec(torch) ?? [];
  return major === undefined ? null : `0.${Number(minor) + (major === '1' ? 1 : 15)}`;
}

/** Below zero where the first version is the older one; local and pre-release suffixes do not count. */
export function compareVersions(a: string, b: string): number {
  const right = parts(b);
  const differences = parts(a).map((part, i) => part - right[i]!);
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** The releases of a package that we know, the oldest first; empty for packages we know nothing of. */
export function releasesOf(packageName: string): readonly string[] {
  return (versionTable as VersionsTable).packages.find((row) => row.package === packageName)?.releases.split(' ') ?? [];
}

/** The flag came with it, and the table begins there: before it, the operations were as free. */
const OLDEST_TORCH = '1.7';

/** How the operation may behave in this version of its package, by conditions on its input; null is the newest. */
export function behavioursAt(op: Op, version: string | null): readonly Behaviour[] {
  if (version === null) return op.behaviour.filter(({ until }) => until === null);
  const isOlder = op.package === 'torch' && compareVersions(version, OLDEST_TORCH) < 0;
  const known = isOlder ? OLDEST_TORCH : version;
  return op.behaviour.filter(
    ({ since, until }) => compareVersions(since, known) <= 0 && (until === null || compareVersions(known, until) < 0),
  );
}
