/** What rules and the subjects may ask of the project around a file; who answers stands in `program/`. */

import type { Reached, Site, Summary, TransformedDraw } from '../effects/summary.ts';
import type { Stream } from '../knowledge/tables.ts';
import type { Call, Constant } from '../python/call.ts';
import type { Evaluator } from '../python/evaluator.ts';
import type { Node, PythonFile } from '../python/file.ts';
import type { Span } from '../text/edit.ts';
import type { ProgramPromise } from './severity.ts';

/** A place in some file of the project, ready to be shown. */
export interface Location extends Span {
  readonly path: string;
}

/** How objects of a class are made. */
export interface Constructor {
  /** The names of its parameters, the object itself left out. */
  readonly parameters: readonly string[];
  /** Parameter to the attribute that keeps it. */
  readonly keepers: Readonly<Record<string, string>>;
}

/** A version that the user set. */
export interface SetVersion {
  readonly version: string;
  readonly setting: 'torchVersion';
}

/**
 * What the saved states of a program leave out: everything; the `order` of a loader with a generator of its own; the
 * `draws` beside the order that a loader's own state holds; the order of the `epochs` after a resumed one.
 */
export type LostStates = 'nothing' | 'everything' | 'order' | 'draws' | 'epochs';

/** How `use_deterministic_algorithms` is set: `strict` raises where an operation cannot comply. */
export type Determinism = 'off' | 'warn' | 'strict';

/** A version and the place that says so. */
export interface NamedVersion {
  readonly version: string;
  /** The path of the manifest. */
  readonly path: string;
  /** An offset in its text, in UTF-16 units. */
  readonly start: number;
  /** False where it is the newest of several that the manifest allows. */
  readonly isExact: boolean;
}

/** A function of another file that a loader's workers run first: plain, and kept for closed files. */
export interface PassedInitializer {
  readonly name: string;
  /** The parameters that `functools.partial` gave what is the same for all workers and epochs, by name or position. */
  readonly bound: readonly string[];
  readonly persistent: boolean;
}

/** A place that sets a switch, and to what; undefined where only the run decides. */
export interface SetSwitch extends Location {
  readonly value: Constant | undefined;
  /** Its program takes this setting on every path. */
  readonly isSure: boolean;
}

/** The switches that decide whether the same bits come out, as the programs of a file leave them. */
export interface ProjectSwitches {
  /** How `use_deterministic_algorithms` stands when a program of this file has run; the most that any of them asks for. */
  readonly deterministicAlgorithms: Determinism;
  /** Whether `cudnn.deterministic` may be on in a program of this file. */
  readonly deterministicCudnn: boolean;
  /** Where a program of this file switches deterministic algorithms on; null where that cannot be told. */
  readonly determinismSwitch: Location | null;
  /** Where the switches of this name stand when the programs of this file have run: the last settings on all paths. */
  settingsOf(name: string): readonly SetSwitch[];
  /** True where one of them may set cuBLAS’s environment variable, itself or by a helper that does. */
  readonly setsCublas: boolean;
  /** True where a Dockerfile, a shell file or the like may set cuBLAS's environment variable. */
  readonly environmentSetsCublas: boolean;
  /** True where a file of the programs this one is part of names a CUDA device, or asks something of one. */
  readonly usesCuda: boolean;
  /** True where a file of the programs this one is part of measures how long code takes that runs again and again. */
  readonly timesCode: boolean;
}

/** Classes and functions of the project, by the names they have in a file. */
export interface ProjectClasses {
  /** True for a class, by the name it has in this file, that is known to be an `nn.Module`. */
  isNetwork(name: string): boolean;
  /** True for a class, by the name it has in this file, that is known to be a Dataset. */
  isDataset(name: string): boolean;
  /** True for a class, by the name it has in this file, that is an iterable dataset of torch's. */
  isIterable(name: string): boolean;
  /** True for such a class whose `__iter__` hands out what it holds, and neither it nor what it calls asks for its worker. */
  isUnsplit(name: string): boolean;
  /** True for a class of the project, by the name it has in this file, that is made as a DataLoader is. */
  isPlainLoader(name: string): boolean;
  /** The parameters of a class's constructor, and the attributes that keep them as they are. */
  constructorOf(name: string): Constructor | null;
  /** The library whose augmentation pipeline a function of the project returns. */
  returnedPipeline(name: string): string | null;
  /** The augmentation pipeline that a class of the project makes for itself. */
  keptPipeline(name: string): { readonly attribute: string; readonly library: string } | null;
  /** True for a call that is known to build dropout, batch norm or anything else that `eval()` changes. */
  buildsModes(call: Call): boolean;
}

/** Gradients, parameters and modes, as far as other files have a say in them. */
export interface ProjectTraining {
  /** For a function of this file: whether the project's other files call it only without a gradient; null if none does. */
  callsElsewhere(id: string): boolean | null;
  /** The same of a method, on objects of any class that nobody can tell; false too for a file that is part of no program. */
  callsMethodElsewhere(id: string): boolean | null;
  /** Whether other files pass what has a gradient for a parameter of a function of this file; null if none is seen to call it. */
  passesGradient(id: string, parameter: string): boolean | null;
  /** True where another file that imports this one, or is part of its programs, fills parameters that it does not name. */
  readonly fillsParametersElsewhere: boolean;
  /** False where no file of the programs of this one takes gradients in a way anybody sees. */
  readonly takesGradients: boolean;
  /** True where another file of a program of this one trains, or switches the mode of something. */
  readonly isModeSetElsewhere: boolean;
}

/** What programs save, and what they go on with. */
export interface ProjectStates {
  /** What this file and its programs leave out of the states of random generators that they save and restore. */
  readonly lostStates: LostStates;
  /** True where this file and its programs go on with the states of the global generators, and seed no epoch or step anew. */
  readonly goesOnWithStates: boolean;
  /** True where this file or one of its programs makes a checkpoint that training can go on from. */
  readonly makesCheckpoint: boolean;
  /** True where the training of this file or one of its programs goes on from a checkpoint. */
  readonly resumes: boolean;
}

/** How other files use the loaders and samplers that a file makes, or what it makes for them. */
export interface ProjectLoaders {
  /** The functions of this file, by their names in it, that loaders of other files pass to their workers. */
  readonly passedInitializers: readonly (PassedInitializer & { readonly id: string })[];
  /** Where programs of this file iterate, in a loop, what one of its samplers shuffles alike in every round. */
  roundsOf(number: number): readonly Location[];
  /** True where a file of its programs tells a sampler the epoch, or has a library do it. */
  readonly tellsEpoch: boolean;
}

/** The versions of packages that a program runs with. */
export interface ProjectVersions {
  /** The version of a package the program runs with, by its name on PyPI; null where nothing says, which is the newest. */
  versionOf(packageName: string): string | null;
  /** The same with what says so: a manifest, or the setting; null where nothing does. */
  versionSource(packageName: string): NamedVersion | SetVersion | null;
}

/** Where things are, and the texts they stand in. */
export interface ProjectPlaces {
  /** Where a site of the effects is, in today's text. */
  locate(site: Site): Location;
  /** The place in this file from which something is reached: the thing itself if it is here. */
  anchor(reached: Reached): Location;
  /** Another file of the workspace, parsed; null where nobody can read it now. */
  fileAt(path: string): PythonFile | null;
}

/** What rules and the subjects may ask, by subject; the file and its programs come first. */
export interface Project {
  readonly file: PythonFile;
  /** What the file's expressions may stand for, and where its values go, through the project's other files too. */
  readonly values: Evaluator;
  /** True for an entry point that reaches a machine-learning library: the only files that seeding rules judge. */
  readonly isProgram: boolean;
  /** The functions of this file that the project installs as commands, by which it is run. */
  readonly commands: readonly string[];
  readonly isTest: boolean;
  /** True where another file of the project imports this one, tests left out. */
  readonly isImported: boolean;
  /** True where machine learning is near: in this file, or in a program that reaches it. */
  readonly reachesMl: boolean;
  /** What the program does to randomness; null for a file that is no program, or one that can only raise. */
  readonly summary: Summary | null;
  /** True where more ways lead through the program, or from a value of the file, than are followed: what is certain counts. */
  readonly isCut: boolean;
  /** What the program promises itself; for a library module, the most that a program which reaches it promises. */
  readonly promise: ProgramPromise;
  /** True for a program, and for a module that one reaches. */
  readonly isInProgram: boolean;
  /** Whether a program of this file runs a place in it; undefined where nobody can tell, as a framework may. */
  runs(place: Node): boolean | undefined;
  /** What a call of a function or method of the project does to randomness; null where nobody can read it. */
  callOf(name: string): Summary | null;
  /** True where a program of this file runs in several processes at once, which a rank tells apart. */
  readonly hasRanks: boolean;
  /** The draws of this file that happen in transformed code, whichever file transforms it. */
  readonly transformedDraws: readonly TransformedDraw[];
  /** The streams that a program of this file draws from or seeds. */
  readonly streams: ReadonlySet<Stream>;
  readonly switches: ProjectSwitches;
  readonly classes: ProjectClasses;
  readonly training: ProjectTraining;
  readonly states: ProjectStates;
  readonly loaders: ProjectLoaders;
  readonly versions: ProjectVersions;
  readonly places: ProjectPlaces;
}
