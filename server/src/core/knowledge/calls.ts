/** Calls of Python and its libraries that the order of execution has to know about; what they draw and seed is data. */

import { nameFor, namesFor } from './names.ts';

/** The switches by which a program says that it wants the same bits. */
export const ALGORITHMS = nameFor('algorithms');
/** What the first was called before torch 1.8. */
export const OLD_ALGORITHMS = nameFor('algorithms-before-1.8');
export const CUDNN_DETERMINISTIC = nameFor('cudnn-deterministic');
/** The switch that has cuDNN time its algorithms. */
export const CUDNN_BENCHMARK = nameFor('cudnn-benchmark');

/** Calls that keep a function for later, or run it in a worker: handing it over runs nothing here. */
export const KEEPS_FUNCTION = namesFor('keeps-function');
/** The same for methods of objects nobody knows, and for functions of a registry. */
export const KEEPS_FUNCTION_METHOD =
  /^(add_argument|set_defaults|add_parser|add_command|add_typer|setdefault|register\w*|connect|subscribe|on|add_\w*(hook|handler|listener|callback)s?)$/;
export const REGISTERS = /\.\w+\.register\w*$/;
/** Objects that, when they are called, call what they were made of, one after the other. */
export const CALLS_ITS_PARTS = namesFor('calls-its-parts');
/** Objects that only hold what they were made of. */
export const HOLDS_PARTS = namesFor('holds-parts');
/** Calls that run a function in another process. */
export const SPAWNS = namesFor('starts-process');
/** Classes whose `start` runs their `run`: in another process, or in this one. */
export const PROCESSES = namesFor('processes');
export const THREADS = namesFor('threads');
/** Classes of settings that say whether a call draws. */
export const DRAW_SETTINGS = namesFor('draw-settings');
/** Gives each rank its part of an order, which is the same in every epoch until it is told the epoch. */
export const RANK_SAMPLER = nameFor('distributed-sampler');
/** Gives an object that starts processes in one way. */
export const GETS_CONTEXT = namesFor('process-context');
/** Ends the program. */
export const EXITS = namesFor('exits');
/** Gives back what it gets, in the same order, ready for the devices it runs on. */
export const HANDS_ON = namesFor('hands-on');
/** Decorators that make a context manager of a generator. */
export const MAKES_CONTEXT = namesFor('makes-context');
/** Context managers at whose end the generators are what they were. */
export const RESTORES = namesFor('restores-generators');
/** Context managers and decorators under which no gradient is taken. */
export const TAKES_NO_GRADIENT = namesFor('takes-no-gradient');
/** Hands on the elements of what it gets. */
export const ITERATES = namesFor('iterates');
/** On an object nobody knows these seed that object, not the global generators. */
export const SEEDS_ITS_OBJECT = new Set([
  'seed',
  'manual_seed',
  'reset',
  'shuffle',
  'train_test_split',
  'sample',
  'split',
  'set_rng_state',
  'map',
  'select',
]);
/** What draws from a generator of its own, by the last word of its name: no method of it seeds a global one. */
export const HAS_OWN_STREAM = new Set(
  'env envs environment environments space sampler dataset loader dataloader datamodule split splitter kfold folds buffer memory noise generator rng gen augmenter transform transforms'.split(
    ' ',
  ),
);
/** What a function makes or prepares, by the last word of its name: it is no program. */
export const NAMES_A_PRODUCT = new Set(
  'data model net network weights weight parameters params batch batches sample samples image images graph mask masks array matrix table index indices vocab tokens token tensor tensors features labels embedding embeddings df dataframe'.split(
    ' ',
  ),
);
/** Functions that run in the workers of a loader, by the name they have or are passed by. */
export const RUNS_IN_WORKERS = /worker\w*$/i;
/** Words of functions and classes that set a program up or are all of it: handed a seed, they may seed everything. */
export const SETS_UP = new Set(
  'init initialize initialise initializing setup set prepare configure start launch bootstrap main run runner train trainer training learner fit experiment pipeline session engine framework'.split(
    ' ',
  ),
);
/** Libraries whose calls keep the seed they take to themselves; what of them seeds global generators is in the table. */
export const KEEPS_SEED = namesFor('keeps-seed');
/** Methods that write a seed down or keep it for later, whatever object they belong to. */
export const NOTES_SEED =
  /^(format|join|append|extend|insert|replace|update|get|pop|put|add|add_\w+|log\w*|print\w*|write\w*|info|debug|warn|warning|error|critical|exception|echo|set_(description|postfix)\w*|save\w*|dump\w*|to_\w+|strip|startswith|endswith)$/;
/** Classes and functions that only hold settings, by the end of their names. */
export const HOLDS_SETTINGS =
  /(Config|HParams|Hyperparameters|Namespace|Dict|Args|Arguments|Params|Options|Settings|CfgNode|^CN)$/i;
