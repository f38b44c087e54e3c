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
/** Objects that, when they are called, call what they were made of, one after the other. */
export const CALLS_ITS_PARTS = namesFor('calls-its-parts');
/** Objects that only hold what they were made of. */
export const HOLDS_PARTS = namesFor('holds-parts');
/** Calls that run a function in another process. */
export const SPAWNS = namesFor('starts-process');
/** The same in processes that know nothing of this one, and in those of a pool. */
export const SPAWNS_ELSEWHERE = namesFor('starts-process-elsewhere');
export const SPAWNS_IN_POOL = namesFor('starts-process-in-pool');
/** Of these, calls that run it in several processes at once. */
export const SPAWNS_MANY = namesFor('starts-many-processes');
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
/** Libraries whose calls keep the seed they take to themselves; what of them seeds global generators is in the table. */
export const KEEPS_SEED = namesFor('keeps-seed');
