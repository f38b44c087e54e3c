/** What is known about PyTorch and its neighbours: typed look-ups over the larger tables of server/data. */
import drawTable from '../../../data/draws.json' with { type: 'json' };
import opTable from '../../../data/ops.json' with { type: 'json' };
import pipelineTable from '../../../data/pipelines.json' with { type: 'json' };
import seederTable from '../../../data/seeders.json' with { type: 'json' };
import versionTable from '../../../data/versions.json' with { type: 'json' };
import weightTable from '../../../data/weights.json' with { type: 'json' };
import type { Phrase } from '../text/language.ts';
import { ALIASES, nameFor } from './names.ts';
import type { Stream } from './streams.ts';

export { STREAMS, type Stream } from './streams.ts';

/** An argument of a call; without a position it is keyword-only. */
export interface Where {
  readonly argument: string;
  readonly position?: number;
}

/** Something that takes random numbers. */
export interface Draw {
  readonly name: string;
  readonly stream: Stream;
  /** It draws from these too. */
  readonly also?: readonly Stream[];
  /**
   * When it draws: `function` when called; `layer` and `model` when constructed (initial weights); `sampler` when
   * iterated; `transform` when the instance is called; `dropout` when the module is called in training;
   * `distribution` when the instance is sampled.
   */
  readonly kind: 'function' | 'layer' | 'model' | 'sampler' | 'transform' | 'dropout' | 'distribution';
  /** Arguments that, given and neither `None` nor `False`, take the draw off the global stream (or make it vain). */
  readonly unless?: readonly Where[];
  /** It only draws when this argument has one of these values. */
  readonly when?: Where & { readonly in: readonly unknown[]; readonly default: unknown };
  /** It only draws where one of these is given, as a new head asks for, and the checkpoint is a published one. */
  readonly given?: readonly string[];
  /** The call falls back to numpy's global state because its `random_state` is absent (scikit-learn and kin). */
  readonly via?: 'random_state';
  readonly source: string;
}

/** A method that draws, of any object that a library made. */
export interface MethodDraw extends Omit<Draw, 'name'> {
  readonly library: string;
  readonly method: string;
  /** An argument that the call that made the object is known not to have, or to have as `False`. */
  readonly without?: { readonly argument: string };
}

/** Switches by the name PyTorch has for them. */
export interface Flags {
  readonly use_deterministic_algorithms?: boolean | 'warn';
  readonly cudnn_deterministic?: boolean;
  readonly cudnn_benchmark?: boolean;
  readonly cublas_workspace_config?: string;
  readonly pythonhashseed?: boolean;
}

/** What an absent or `None` seed means; `entropy` is no seed at all, `off` undoes an earlier one. */
export type NoSeed = 'entropy' | 'default' | 'error' | 'off' | 'required';

/** Something that seeds global generators, restores their states, or sets switches. */
export interface Seeder {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The streams whose global generator it seeds. */
  readonly streams: readonly Stream[];
  readonly device?: 'cuda'; // seeds generators of CUDA devices only
  readonly argument?: { readonly name: string; readonly position?: number };
  readonly none: NoSeed;
  /** What an absent seed means where that differs from `None`. */
  readonly absent?: NoSeed;
  /** Versions of these packages that are older than this take fresh entropy without a seed. */
  readonly entropyBefore?: { readonly packages: readonly string[]; readonly version: string };
  /** The streams that it seeds besides, under conditions that the code does not show. */
  readonly may?: readonly Stream[];
  /** An attribute, which seeds when it is assigned. */
  readonly assigned?: true;
  /** It calls what the file says that it is given by `argument`. */
  readonly applies?: true;
  /** It seeds in passing, as a trainer's constructor does: no promise of the user's. */
  readonly implicit?: boolean;
  /** It seeds with something new in each run. */
  readonly varying?: boolean;
  /** A context manager at whose end these streams have their old state again. */
  readonly restores?: readonly Stream[];
  /** It restores a saved state, which counts as seeding. */
  readonly state?: boolean;
  /** Switches it sets in every call. */
  readonly flags?: Flags;
  /** Switches it sets when an argument has a value; `default` is what an absent argument means; later entries win. */
  readonly flagsWhen?: readonly (Where & {
    readonly equals: unknown;
    readonly default?: unknown;
    readonly flags: Flags;
  })[];
  readonly source: string;
  /** The function's body was read, or the claim executed. */
  readonly verified: boolean;
  readonly note?: string;
  /** What a hover says of it besides. */
  readonly says?: Phrase;
}

/** A condition of a call; it does not hold where it is about a value that cannot be read from the code. */
export type Condition =
  /** The value is one of these; `default` is what an absent argument means (none: the condition does not hold). */
  | { readonly argument: string; readonly in: readonly unknown[]; readonly default?: unknown }
  | { readonly argument: string; readonly notIn: readonly unknown[]; readonly default?: unknown }
  | { readonly argument: string; readonly present: boolean }
  /** A tuple or list written out with so many elements; null is one that is not. */
  | { readonly argument: string; readonly length: number | null }
  /** An output size that is 1 or all ones. */
  | { readonly argument: string; readonly allOnes: boolean }
  /** Given, and written out as a literal or not. */
  | { readonly argument: string; readonly literal: boolean }
  /** One of these is passed, and the code does not show what it is. */
  | { readonly anyUnknown: readonly string[] }
  | DataCondition;

/** What depends on data, in words. Code that shows the opposite breaks it; `known` says that code has to show it. */
export interface DataCondition {
  readonly data: Phrase;
  /** The tensor it is about: an argument, of a method its object (`input`), of a module an argument of its calls. */
  readonly tensor?: string;
  readonly dtype?: 'floating' | 'integer';
  /** The fewest and the most dimensions; null is no limit. */
  readonly rank?: readonly [number, number | null];
  readonly known?: true;
}

/** One way to write an operation; a method by its bare name. */
export interface Spelling {
  readonly name: string;
  readonly kind: 'function' | 'method' | 'module';
  /** numpy, pandas, lists or users' classes have a method of this name too. */
  readonly ambiguous?: boolean;
  /** Positions of the arguments that conditions look at (methods: without self); others are keyword-only. */
  readonly positions?: Readonly<Record<string, number>>;
  /** Arguments this spelling implies. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

export interface Behaviour {
  /** Versions of the operation's package: `since` included, `until` not. */
  readonly since: string;
  readonly until: string | null;
  /** Under `use_deterministic_algorithms(True)`: throws, is deterministic, or is not looked at. */
  readonly flag: 'error' | 'deterministic' | 'uncovered';
  /** Under `warn_only=True` it stays as free as without the flag. */
  readonly warn?: 'uncovered';
  readonly nondeterministic?: boolean; // without the flag, where these versions differ from the row
  readonly alert?: string;
  readonly when?: readonly Condition[];
  readonly note?: string;
}

/** Which sizes say how many gradients a backward adds into one element. */
export interface Addends {
  /** Sliding windows; parts of an axis; mirrored or repeated pads; interpolation between neighbours, or over areas. */
  readonly kind: 'windows' | 'adaptive' | 'mirrored' | 'repeated' | 'resized' | 'areas';
  readonly axes: number;
  /** The argument with the sizes, where it has another name than usual. */
  readonly argument?: string;
  /** Where it is not passed, nothing is padded. */
  readonly none?: true;
  /** How many neighbours on an axis an interpolation reads. */
  readonly reach?: number;
  /** With stride 1 and no padding it adds in a fixed order. */
  readonly gathers?: true;
}

/** An operation that PyTorch's determinism switches are about, under one condition. */
export interface Op {
  readonly api: string;
  /** The condition's short name, unique with `api`; empty if there is one only. */
  readonly case: string;
  readonly spellings: readonly Spelling[];
  /** Whose versions the behaviours speak of. */
  readonly package: 'torch' | 'torchvision' | 'torch_geometric' | 'torch_scatter' | 'flash_attn' | 'dgl' | 'mamba_ssm';
  readonly devices: readonly string[];
  readonly pass: 'forward' | 'backward' | 'both';
  readonly when: readonly Condition[]; // all must hold
  readonly report: 'always' | 'with-intent' | 'hover';
  readonly nondeterministic: boolean; // without any flag, when the conditions hold
  /** `torch.backends.cudnn.deterministic = True` makes it deterministic too. */
  readonly cudnn?: boolean;
  /** The one tensor whose gradient the backward computes; without a gradient there is no backward. */
  readonly gradient?: string;
  /** The tensor whose values it adds up: sums of whole numbers are exact in any order. */
  readonly sums?: string;
  /** Only the indices it returns differ, and with them the gradient; the values do not. */
  readonly indices?: boolean;
  /** The argument whose entries along `dim` collide; where there is one, or all differ, none do. */
  readonly collides?: string;
  /** How many gradients meet in one element follows from the sizes. */
  readonly addends?: Addends;
  /** The tensor that has to be one row for its sum to be without an order. */
  readonly rows?: string;
  /** It adds ones, which is exact as long as a count fits the type. */
  readonly counts?: boolean;
  /** The tensor into whose gradient the backward adds; where only another one has a gradient, nothing collides. */
  readonly accumulates?: string;
  readonly behaviour: readonly Behaviour[];
  readonly reason: Phrase;
  readonly remedy: Phrase;
  readonly source: readonly string[];
  readonly confidence: string;
  readonly cause?: string;
  readonly note?: string;
  readonly tests?: readonly string[];
  readonly documented: boolean; // in PyTorch's own list
}

/** An operation, and how a call may write it. */
export interface Use {
  readonly op: Op;
  readonly spelling: Spelling;
}

/** An augmentation library whose objects draw from generators of their own. */
export interface Pipelines {
  readonly package: string;
  /** The first version that does. */
  readonly since: string;
  /** The method that seeds an object and all it holds. */
  readonly reseed: string;
  /** The argument of a container that does. */
  readonly seed?: string;
  /** Classes whose names begin so draw, and no others. */
  readonly draws?: string;
  /** The stream whose seed a new container takes. */
  readonly seeder?: Stream;
  /** Another distribution with the same import name, whose workers seed themselves. */
  readonly twin?: string;
  /** Classes that run all they hold, and the usual probability that they do. */
  readonly containers: Readonly<Record<string, number>>;
  /** Classes that do the same to every sample they are applied to, and the usual probability of that. */
  readonly steady: Readonly<Record<string, number>>;
  readonly source: string;
}

type Family = Omit<Draw, 'name'> & { readonly pattern: string };

function buildIndex() {
  const draws = new Map((drawTable.draws as readonly Draw[]).map((draw) => [draw.name, draw]));
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
export const drawOf = (name: string): Draw | undefined => (/^[#.]/.test(name) ? undefined : foreignDraw(name));

const foreignDraw = remembered((qualifiedName: string): Draw | undefined => {
  const name = canonical(qualifiedName);
  const { draws, families } = index();
  const family = draws.has(name) ? undefined : families.find(({ pattern }) => pattern.test(name));
  return family ? { ...family.draw, name } : draws.get(name);
});

const METHODS = drawTable.methods as readonly MethodDraw[];
const METHOD_NAMES: readonly string[] = [...new Set(METHODS.map(({ method }) => method))];

/** The names of methods that draw on the objects of some library. */
export const drawingMethods = (): readonly string[] => METHOD_NAMES;

/** The draws of a method of this name, one for each library that has it. */
export const drawsOfMethod = (method: string): readonly MethodDraw[] =>
  METHOD_NAMES.includes(method) ? METHODS.filter((row) => row.method === method) : [];

/** The draw of a tensor method that no other library has, such as `normal_`. */
export const drawingMethod = (method: string): Draw | undefined => index().draws.get(`${TENSOR}.${method}`);

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
const WEIGHT_LOADERS: ReadonlySet<string> = new Set(weightTable.loaders.map(({ name }) => name));
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
  return versionTable.packages.find((row) => row.package === packageName)?.releases.split(' ') ?? [];
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
