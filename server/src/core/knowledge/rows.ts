/** The tables of server/data, as their schemas describe them. Written by `npm run generate`; change a schema, not this file. */

import type { Phrase } from '../text/language.ts';
import type { Condition } from './conditions.ts';
import type { Stream } from './stream-names.ts';

/** Nobody changes a table. */
type Frozen<T> = T extends Phrase | Condition
  ? T
  : T extends readonly (infer Each)[]
    ? readonly Frozen<Each>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;

interface Draws {
  $schema: string;
  /**
   * Packages whose import makes a file a machine-learning file.
   */
  packages: string[];
  /**
   * Draws whose names follow a pattern; asked after the table.
   */
  families: {
    pattern: string;
    /**
     * The package of the call that made the object.
     */
    library?: string;
    method?: string;
    /**
     * What the name of the call that made the object has to match.
     */
    maker?: string;
    /**
     * An argument that the call that made the object is known not to have, or to have as False.
     */
    without?: {
      argument: string;
    };
    /**
     * One of streams.json.
     */
    stream: Stream;
    /**
     * It draws from these too.
     *
     * @minItems 1
     */
    also?: Stream[];
    kind: 'function' | 'layer' | 'model' | 'sampler' | 'transform' | 'dropout' | 'distribution';
    /**
     * Arguments that, given and neither None nor False, take the draw off the global stream.
     *
     * @minItems 1
     */
    unless?: {
      argument: string;
      position?: number;
    }[];
    /**
     * It only draws where one of these is given and the first argument names a published checkpoint.
     *
     * @minItems 1
     */
    given?: string[];
    /**
     * It only draws when this argument has one of these values.
     */
    when?: {
      argument: string;
      position?: number;
      /**
       * @minItems 1
       */
      in: unknown[];
      default: unknown;
    };
    /**
     * Arguments by which a method is known where nobody can see what made its object: no other library has them.
     *
     * @minItems 1
     */
    told?: string[];
    /**
     * An argument that may be an object which was made with the argument of `when` instead.
     */
    settings?: string;
    via?: 'random_state';
    source: string;
  }[];
  draws: {
    name: string;
    /**
     * The package of the call that made the object.
     */
    library?: string;
    method?: string;
    /**
     * What the name of the call that made the object has to match.
     */
    maker?: string;
    /**
     * An argument that the call that made the object is known not to have, or to have as False.
     */
    without?: {
      argument: string;
    };
    /**
     * One of streams.json.
     */
    stream: Stream;
    /**
     * It draws from these too.
     *
     * @minItems 1
     */
    also?: Stream[];
    kind: 'function' | 'layer' | 'model' | 'sampler' | 'transform' | 'dropout' | 'distribution';
    /**
     * Arguments that, given and neither None nor False, take the draw off the global stream.
     *
     * @minItems 1
     */
    unless?: {
      argument: string;
      position?: number;
    }[];
    /**
     * It only draws where one of these is given and the first argument names a published checkpoint.
     *
     * @minItems 1
     */
    given?: string[];
    /**
     * It only draws when this argument has one of these values.
     */
    when?: {
      argument: string;
      position?: number;
      /**
       * @minItems 1
       */
      in: unknown[];
      default: unknown;
    };
    /**
     * Arguments by which a method is known where nobody can see what made its object: no other library has them.
     *
     * @minItems 1
     */
    told?: string[];
    /**
     * An argument that may be an object which was made with the argument of `when` instead.
     */
    settings?: string;
    via?: 'random_state';
    source: string;
  }[];
  /**
   * Methods of objects that a library made, whatever their class.
   */
  methods: {
    name?: string;
    /**
     * The package of the call that made the object.
     */
    library: string;
    method: string;
    /**
     * What the name of the call that made the object has to match.
     */
    maker?: string;
    /**
     * An argument that the call that made the object is known not to have, or to have as False.
     */
    without?: {
      argument: string;
    };
    /**
     * One of streams.json.
     */
    stream: Stream;
    /**
     * It draws from these too.
     *
     * @minItems 1
     */
    also?: Stream[];
    kind: 'function' | 'layer' | 'model' | 'sampler' | 'transform' | 'dropout' | 'distribution';
    /**
     * Arguments that, given and neither None nor False, take the draw off the global stream.
     *
     * @minItems 1
     */
    unless?: {
      argument: string;
      position?: number;
    }[];
    /**
     * It only draws where one of these is given and the first argument names a published checkpoint.
     *
     * @minItems 1
     */
    given?: string[];
    /**
     * It only draws when this argument has one of these values.
     */
    when?: {
      argument: string;
      position?: number;
      /**
       * @minItems 1
       */
      in: unknown[];
      default: unknown;
    };
    /**
     * Arguments by which a method is known where nobody can see what made its object: no other library has them.
     *
     * @minItems 1
     */
    told?: string[];
    /**
     * An argument that may be an object which was made with the argument of `when` instead.
     */
    settings?: string;
    via?: 'random_state';
    source: string;
  }[];
}

export type DrawsTable = Frozen<Draws>;

interface Generators {
  $schema: string;
  generators: {
    name: string;
    /**
     * A generator that is made to be drawn from, an object that draws from one of its own, or a call that draws from a fresh one.
     */
    kind: 'generator' | 'object' | 'call';
    /**
     * The global generator it stands beside.
     */
    stream?: Stream;
    seed?: {
      argument: string;
      position?: number;
    };
    /**
     * What it starts from without a seed: fresh entropy, a constant, or the system's entropy whatever it is given.
     */
    unseeded: 'entropy' | 'constant' | 'system';
    /**
     * The method that seeds it, and where that takes the seed.
     */
    seeding?: {
      method: string;
      argument: string;
      position?: number;
    };
    /**
     * Its methods that seed it or set its state.
     *
     * @minItems 1
     */
    reseed?: string[];
    /**
     * Other arguments that take a seed or a generator.
     *
     * @minItems 1
     */
    others?: string[];
    /**
     * It only draws where this argument has one of these values, or is given at all.
     */
    when?: {
      argument: string;
      position?: number;
      /**
       * @minItems 1
       */
      in?: unknown[];
      default?: unknown;
      given?: true;
    };
    /**
     * What a repair writes around the seed, or in place of a generator that takes none.
     */
    write?: string;
    /**
     * How many of a seed's low bits it takes, where it drops the others without a word.
     */
    bits?: number;
    source: string;
  }[];
  /**
   * Classes whose objects are generators, and what their methods do: which draw, seed anew and put into another order.
   */
  classes: {
    name: string;
    aliases?: string[];
    stream: 'python' | 'numpy' | 'torch';
    reseeds: string[];
    /**
     * Draws whose number compiled code keeps from its trace.
     */
    frozen: string[];
    source: string;
    /**
     * Methods that put what they are passed into another order, and methods that return it so.
     */
    shuffles: string[];
    permutes: string[];
    /**
     * Methods that draw; a torch.Generator is drawn from by functions that are passed it.
     */
    draws: string[];
  }[];
  /**
   * Methods that draw from a fresh generator, of any object that a library made.
   */
  methods: {
    library: string;
    method: string;
    /**
     * An argument that the call that made the object has as True.
     */
    with?: {
      argument: string;
    };
    seed?: {
      argument: string;
      position?: number;
    };
    /**
     * @minItems 1
     */
    others?: string[];
    source: string;
  }[];
  /**
   * Objects of these libraries whose parts keep generators of their own, each with a method that seeds it.
   */
  environments: {
    /**
     * @minItems 1
     */
    libraries: string[];
    /**
     * Takes the seed of the environment.
     */
    reset: string;
    /**
     * The argument, and the method of a space.
     */
    seed: string;
    /**
     * @minItems 1
     */
    spaces: string[];
    /**
     * Draws from a space.
     */
    sample: string;
    source: string;
  }[];
}

export type GeneratorsTable = Frozen<Generators>;

interface Loaders {
  $schema: string;
  loaders: {
    name: string;
    /**
     * @minItems 1
     */
    aliases?: string[];
    /**
     * Positions of torch's arguments, by torch's names; the others are keywords.
     */
    positions: {
      [k: string]: number;
    };
    /**
     * The stream it shuffles by, where it is not torch's; it takes no generator then.
     */
    stream?: Stream;
    /**
     * The library whose transforms it seeds from torch's generator.
     */
    reseeds?: string;
    /**
     * Its `state_dict` holds how far it has come in its order.
     */
    keepsOrder?: true;
    source: string;
  }[];
}

export type LoadersTable = Frozen<Loaders>;

interface Modules {
  $schema: string;
  modules: {
    module: string;
    /**
     * All that any version has; absent where they are too many, and only the name of a switch that stands elsewhere is known to mean nothing.
     *
     * @minItems 1
     */
    attributes?: string[];
    /**
     * Those of them that are there to be assigned.
     *
     * @minItems 1
     */
    switches?: string[];
    /**
     * Functions that set what they are named after, and beside what the table of seeders has.
     *
     * @minItems 1
     */
    functions?: string[];
    source: string;
  }[];
}

export type ModulesTable = Frozen<Modules>;

interface Names {
  $schema: string;
  /**
   * Groups of names, each under the name by which code asks for it.
   */
  groups: {
    [k: string]: {
      /**
       * What the names have in common, as a sentence.
       */
      holds: string;
      /**
       * @minItems 1
       */
      rows: {
        /**
         * Qualified names: * is any piece of one part, .**. any number of modules, in lower case, .** at the end one or more, {a,b} one of several, [A-Z] one letter of those.
         *
         * @minItems 1
         */
        names: string[];
        source: string;
      }[];
      /**
       * Qualified names: * is any piece of one part, .**. any number of modules, in lower case, .** at the end one or more, {a,b} one of several, [A-Z] one letter of those.
       *
       * @minItems 1
       */
      except?: string[];
    };
  };
  /**
   * Names under which libraries have the same thing again, and what the tables call it.
   */
  aliases: {
    /**
     * @minItems 1
     */
    packages: string[];
    pattern: string;
    name: string;
    source: string;
  }[];
  /**
   * Layers with a dropout inside, which an argument named dropout sets: its position, and the probability where none is passed.
   */
  dropouts: {
    name: string;
    position?: number;
    usual: number;
    source: string;
  }[];
  /**
   * Names that mean the same module in every file that does not say otherwise.
   */
  usual: {
    name: string;
    module: string;
    /**
     * It is what an import of the module is written as.
     */
    alias?: true;
    source: string;
  }[];
}

export type NamesTable = Frozen<Names>;

interface Ops {
  $schema: string;
  ops: {
    api: string;
    case: string;
    /**
     * @minItems 1
     */
    spellings: {
      name: string;
      kind: 'function' | 'method' | 'module';
      ambiguous?: true;
      positions?: {
        [k: string]: number;
      };
      fixed?: Readonly<Record<string, unknown>>;
    }[];
    package: 'torch' | 'torchvision' | 'torch_geometric' | 'torch_scatter' | 'flash_attn' | 'dgl' | 'mamba_ssm';
    /**
     * @minItems 1
     */
    devices: ('cpu' | 'cuda' | 'mps' | 'xpu')[];
    pass: 'forward' | 'backward' | 'both';
    when: Condition[];
    report: 'always' | 'with-intent' | 'hover';
    nondeterministic: boolean;
    cudnn?: true;
    gradient?: string;
    sums?: string;
    indices?: true;
    collides?: string;
    addends?: {
      kind: 'windows' | 'adaptive' | 'mirrored' | 'repeated' | 'resized' | 'areas';
      axes: 1 | 2 | 3;
      argument?: string;
      none?: true;
      reach?: number;
      gathers?: true;
    };
    rows?: string;
    counts?: boolean;
    accumulates?: string;
    /**
     * @minItems 1
     */
    behaviour: {
      since: string;
      until: null | string;
      flag: 'error' | 'deterministic' | 'uncovered';
      warn?: 'uncovered';
      nondeterministic?: boolean;
      alert?: string;
      /**
       * @minItems 1
       */
      when?: Condition[];
      note?: string;
    }[];
    reason: Phrase;
    remedy: Phrase;
    /**
     * @minItems 1
     */
    source: string[];
    confidence: 'source' | 'docs' | 'secondary';
    cause?: string;
    note?: string;
    /**
     * @minItems 1
     */
    tests?: string[];
    documented: boolean;
  }[];
}

export type OpsTable = Frozen<Ops>;

interface Pipelines {
  $schema: string;
  pipelines: {
    package: string;
    /**
     * The first version whose objects draw from generators of their own.
     */
    since: string;
    /**
     * The method that seeds an object and all it holds.
     */
    reseed: string;
    /**
     * The argument of a container that seeds it and all it holds.
     */
    seed?: string;
    /**
     * Classes whose names begin so draw, and no others.
     */
    draws?: string;
    /**
     * The stream whose seed a new container takes.
     */
    seeder?: Stream;
    /**
     * Another distribution with the same import name, whose workers seed themselves.
     */
    twin?: string;
    /**
     * Run all they hold; the number is the usual probability that they do.
     */
    containers: Readonly<Record<string, number>>;
    /**
     * Do the same to every sample wherever they are applied; the number is the usual probability of that.
     */
    steady: Readonly<Record<string, number>>;
    source: string;
  }[];
}

export type PipelinesTable = Frozen<Pipelines>;

interface Ranks {
  $schema: string;
  groups: {
    name: string;
    /**
     * @minItems 1
     */
    aliases?: string[];
    /**
     * Called behind it, gives the rank.
     */
    function?: string;
    /**
     * Of the object that it makes: the rank.
     */
    attribute?: string;
    /**
     * The variable that holds the rank where a launcher started the processes.
     */
    environment?: string;
    source: string;
  }[];
}

export type RanksTable = Frozen<Ranks>;

interface Seeders {
  $schema: string;
  /**
   * Lower-case names that people give to helpers of their own.
   */
  names: string[];
  seeders: {
    name: string;
    /**
     * @minItems 1
     */
    aliases?: string[];
    /**
     * Of streams.json.
     */
    streams: Stream[];
    device?: 'cuda';
    argument?: {
      name: string;
      position?: number;
    };
    /**
     * What None for a seed comes to: a fresh seed, one of the library's own, an error, nothing seeded; or there is no call without a seed. `absent` is for an argument that is left out, if that is something else.
     */
    none: 'entropy' | 'default' | 'error' | 'off' | 'required';
    /**
     * What None for a seed comes to: a fresh seed, one of the library's own, an error, nothing seeded; or there is no call without a seed. `absent` is for an argument that is left out, if that is something else.
     */
    absent?: 'entropy' | 'default' | 'error' | 'off' | 'required';
    /**
     * Streams that it seeds in some set-ups only.
     */
    may?: Stream[];
    /**
     * An attribute that takes the seed.
     */
    assigned?: true;
    /**
     * It calls what the file says that it is given.
     */
    applies?: true;
    /**
     * Older versions of these packages take fresh entropy without a seed.
     */
    entropyBefore?: {
      /**
       * @minItems 1
       */
      packages: string[];
      version: string;
    };
    /**
     * It seeds besides what it is called for.
     */
    implicit?: true;
    /**
     * It takes a fresh seed, each run another.
     */
    varying?: true;
    /**
     * Of streams.json.
     */
    restores?: Stream[];
    /**
     * It takes a state and no seed.
     */
    state?: true;
    flags?: {
      use_deterministic_algorithms?: true | false | 'warn';
      cudnn_deterministic?: boolean;
      cudnn_benchmark?: boolean;
      cublas_workspace_config?: ':4096:8' | ':16:8';
      pythonhashseed?: boolean;
    };
    /**
     * @minItems 1
     */
    flagsWhen?: {
      argument: string;
      position?: number;
      equals: unknown;
      default?: unknown;
      flags: {
        use_deterministic_algorithms?: true | false | 'warn';
        cudnn_deterministic?: boolean;
        cudnn_benchmark?: boolean;
        cublas_workspace_config?: ':4096:8' | ':16:8';
        pythonhashseed?: boolean;
      };
    }[];
    source: string;
    /**
     * Tried on the library; else read in its source.
     */
    verified: boolean;
    note?: string;
    /**
     * What a hover says of it besides.
     */
    says?: Phrase;
  }[];
}

export type SeedersTable = Frozen<Seeders>;

interface Streams {
  $schema: string;
  /**
   * In the order findings are reported and seeds are written.
   */
  streams: {
    stream: Stream;
    /**
     * What messages call it.
     */
    module: string;
    /**
     * What messages call the generator behind it.
     */
    generator: Phrase;
    /**
     * Every program has it: a seeder that leaves it out is told so, and a setting's "all" means it.
     */
    base?: true;
    /**
     * The call that seeds it.
     */
    seed: string;
    /**
     * The seed only works inside of compiled code of the library, which no repair writes.
     */
    within?: true;
    getState?: string;
    setState?: string;
    /**
     * The call that tells which seed it was given.
     */
    getSeed?: string;
    /**
     * How many of a seed's low bits the generator takes, where it drops the others without a word.
     */
    bits?: number;
    /**
     * What a forked child has: a copy of the state, or fresh entropy.
     */
    fork: 'copied' | 'reseeded';
    /**
     * What a DataLoader's workers have: a seed of torch's, a copy or the start that all processes have, or fresh entropy.
     */
    workers: 'seeded' | 'copied' | 'fresh';
    /**
     * The first torch whose workers do.
     */
    workersSince?: string;
    source: string;
  }[];
  /**
   * Decorators whose functions draw from a stream of the library's, whatever module they name.
   */
  compiled: {
    /**
     * @minItems 1
     */
    decorators: string[];
    /**
     * The one to write.
     */
    decorator: string;
    stream: Stream;
    /**
     * @minItems 1
     */
    replaces: Stream[];
    source: string;
  }[];
}

export type StreamsTable = Frozen<Streams>;

interface Transforms {
  $schema: string;
  transforms: {
    name: string;
    aliases?: string[];
    /**
     * compile: traced, Python's objects kept; trace: the body runs once for all calls; rows: once for all rows of a batch; steps: once for all rounds of a loop; checkpoint: runs again in the backward pass.
     */
    kind: 'compile' | 'trace' | 'rows' | 'steps' | 'checkpoint';
    function: {
      argument: string;
      position?: number;
    };
    /**
     * It does nothing where this argument has one of these values.
     */
    off?: {
      argument: string;
      position?: number;
      in: unknown[];
    };
    /**
     * It runs the function itself, with the arguments behind it or with what nobody sees.
     */
    passes?: 'arguments' | 'nothing';
    segments?: {
      argument: string;
      position?: number;
    };
    preserves?: {
      argument: string;
      position?: number;
    };
    source: string;
  }[];
  /**
   * Methods that transform what they are called on, or a function that they are passed.
   */
  methods: {
    method: string;
    /**
     * compile: traced, Python's objects kept; trace: the body runs once for all calls; rows: once for all rows of a batch; steps: once for all rounds of a loop; checkpoint: runs again in the backward pass.
     */
    kind: 'compile' | 'trace' | 'rows' | 'steps' | 'checkpoint';
    function?: {
      argument: string;
      position?: number;
    };
    /**
     * It does nothing where this argument has one of these values.
     */
    off?: {
      argument: string;
      position?: number;
      in: unknown[];
    };
    /**
     * It runs the function itself, with the arguments behind it or with what nobody sees.
     */
    passes?: 'arguments' | 'nothing';
    source: string;
  }[];
  /**
   * Classes whose subclasses have their forward transformed.
   */
  bases: {
    name: string;
    aliases?: string[];
    /**
     * compile: traced, Python's objects kept; trace: the body runs once for all calls; rows: once for all rows of a batch; steps: once for all rounds of a loop; checkpoint: runs again in the backward pass.
     */
    kind: 'compile' | 'trace' | 'rows' | 'steps' | 'checkpoint';
    source: string;
  }[];
  /**
   * Decorators and calls that keep a function as it is within transformed code.
   */
  untouched: {
    name: string;
    aliases?: string[];
    source: string;
  }[];
  /**
   * Functions of numpy that draw from torch's stream in compiled code where a size is given; and its position.
   */
  arrays: {
    name: string;
    size: number;
    source: string;
  }[];
  /**
   * Functions that put what they are passed into another order, or return it so.
   */
  shuffles: {
    name: string;
    stream: 'python' | 'numpy' | 'torch';
    inPlace: boolean;
    source: string;
  }[];
  /**
   * What a hover says of calls that change what a draw means, or draw in a way of their own.
   */
  notes: {
    names: string[];
    note: Phrase;
    source: string;
  }[];
}

export type TransformsTable = Frozen<Transforms>;

interface Values {
  $schema: string;
  /**
   * Calls whose result holds what they were given.
   */
  hands: {
    /**
     * @minItems 1
     */
    names: string[];
    /**
     * same: the argument itself; elements: its elements; parts: the elements of its elements; chained: the elements of all arguments; numbered: pairs of a position and an element; paired: tuples of elements, one of each argument; mapped: what the first argument makes of each element.
     */
    gives: 'same' | 'elements' | 'parts' | 'chained' | 'numbered' | 'paired' | 'mapped';
    /**
     * The position of the argument, 0 where it is left out.
     */
    of?: number;
    /**
     * Elements come in the order of the argument's; left out where they have another order or none.
     */
    order?: 'kept';
    source: string;
  }[];
  /**
   * Methods whose result holds the elements of the object they are called on.
   */
  methods: {
    /**
     * @minItems 1
     */
    names: string[];
    source: string;
  }[];
  /**
   * Calls whose result is of a known kind; a name without a dot is a method's.
   */
  makes: {
    /**
     * @minItems 1
     */
    names: string[];
    /**
     * number: one whose hash is the same in every process; text, bytes, path: these; listing: entries of a folder in no fixed order.
     */
    kind: 'number' | 'text' | 'bytes' | 'path' | 'listing';
    /**
     * elements: its elements are of the kind, not the result itself.
     */
    in?: 'elements';
    source: string;
  }[];
  /**
   * Calls that delete the file they are given; a name without a dot is a method's.
   */
  deletes: {
    /**
     * @minItems 1
     */
    names: string[];
    source: string;
  }[];
  /**
   * Methods of a library's tables whose rows come in another order in every run.
   */
  unordered: {
    library: string;
    /**
     * @minItems 1
     */
    methods: string[];
    /**
     * The argument that keeps the order.
     */
    keptBy: string;
    /**
     * @minItems 1
     */
    hands: string[];
    /**
     * @minItems 1
     */
    picks: string[];
    source: string;
  }[];
  /**
   * Calls that give results in the order in which they are ready; a name without a dot is a method's.
   */
  finishing: {
    /**
     * @minItems 1
     */
    names: string[];
    /**
     * The parts of the result that do, as steps into it; the result itself where it is left out.
     *
     * @minItems 1
     */
    in?: string[];
    /**
     * What gives them in the order in which they were asked for: the first argument itself, or a method of this name.
     */
    instead?: 'argument' | 'imap';
    source: string;
  }[];
}

export type ValuesTable = Frozen<Values>;

interface Versions {
  $schema: string;
  /**
   * @minItems 1
   */
  packages: {
    /**
     * As PyPI normalises it.
     */
    package: string;
    /**
     * Final releases, the oldest first, separated by blanks; those of torch end with the newest that ops.json covers.
     */
    releases: string;
    source: string;
  }[];
}

export type VersionsTable = Frozen<Versions>;

interface Weights {
  $schema: string;
  loaders: {
    name: string;
    source: string;
  }[];
}

export type WeightsTable = Frozen<Weights>;

interface Words {
  $schema: string;
  /**
   * Groups of words, each under the name by which code asks for it.
   */
  groups: {
    [k: string]: {
      /**
       * What the words have in common, as a sentence.
       */
      holds: string;
      /**
       * @minItems 1
       */
      rows: {
        /**
         * Whole names or words of them: * is any piece of one, or none.
         *
         * @minItems 1
         */
        names: string[];
        /**
         * The library whose word it is, or why a name says so.
         */
        source: string;
      }[];
    };
  };
}

export type WordsTable = Frozen<Words>;
