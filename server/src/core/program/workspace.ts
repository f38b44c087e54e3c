/**
 * All Python files of the workspace as effects, and which file a dotted name leads to.
 * Closed files keep no tree: their effects and the places of their sites, those of functions once somebody asks.
 */

import type { Commands, Configuration, Modules } from '../composing/callees.ts';
import { Composer, type Doing } from '../composing/composer.ts';
import { SharedOutcomes } from '../composing/shared.ts';
import { isStandardModule } from '../edits/imports.ts';
import type { FileEffects } from '../effects/events.ts';
import type { Summary, TransformedDraw } from '../effects/summary.ts';
import { isLibrary } from '../knowledge/names.ts';
import { drawOf, isMlPackage, seederOf } from '../knowledge/tables.ts';
import { appliedBy, hasTags, isConfiguration } from '../lowering/configurations.ts';
import { Manifests, type Script } from '../manifests/manifests.ts';
import { argumentsOfUnknown, type CallsOfOther, type CallsOfOthers } from '../operations/calls-of-others.ts';
import { closeFile, type HandedOn, type PythonFile } from '../python/file.ts';
import { mentionsCublas } from '../switches/environment.ts';
import { isTooDeep } from '../text/depth.ts';
import type { Span } from '../text/edit.ts';
import { addTo } from '../text/groups.ts';
import { folderOf, join, resolve } from '../text/paths.ts';
import type { FileFacts } from './facts.ts';
import type { FileRecord } from './packed-file.ts';

/** What is kept of a file. */
export interface IndexedFile {
  readonly effects: FileEffects;
  /** Where each site of the effects is. */
  readonly sites: Pick<ReadonlyMap<string, Span>, 'get'>;
  readonly facts: FileFacts;
  readonly calls: CallsElsewhere;
  /** The same where names that modules of the project hand on mean what they stand for there. */
  readonly seenBy: (by: HandedOn) => IndexedFile;
  /** Of a closed file, all that is kept of it as plain data. */
  readonly record?: FileRecord;
}

/** A question about the calls whose name ends so, `.helper` or `.Net.forward`, and about the arguments wanted. */
export interface CallsQuestion {
  readonly ending: string;
  readonly wanted: readonly (number | string)[];
}

/** How a file calls what other files define. */
export interface CallsElsewhere {
  /** The last parts of the names by which it may call them; empty for a test, and where no machine learning is near. */
  readonly words: ReadonlySet<string>;
  answer(question: CallsQuestion): CallsOfOthers;
  /** What somebody has asked. */
  readonly asked: Iterable<CallsQuestion>;
}

/** Names of libraries in a module: those it imports by name, and the libraries that it imports with a star. */
interface OutsideNames {
  readonly names: ReadonlyMap<string, string>;
  readonly stars: readonly string[];
}

const NOTHING_OUTSIDE: OutsideNames = { names: new Map(), stars: [] };

/** The star imports of a file, by their places among them, the last first: those that may bring any name, and the others by name. */
interface Starred {
  readonly stars: readonly string[];
  readonly open: readonly number[];
  readonly byName: ReadonlyMap<string, readonly number[]>;
}

/** A call of a method of an object that nobody knows, and how many arguments it passes: NaN where that is open. */
interface UnknownCall {
  readonly given: number;
  readonly how: CallsOfOther;
}

interface Located {
  readonly path: string;
  readonly name: string;
}

/** What running a file as a program does, and which files its body runs. */
export interface ProgramEffects {
  readonly summary: Summary | null;
  readonly reached: ReadonlySet<string>;
  /** The functions that it runs, as far as it can be followed: `path\0#id`. */
  readonly entered: ReadonlySet<string>;
  /** Every file that had a say in this. */
  readonly asked: ReadonlySet<string>;
  /** Draws in transformed code. */
  readonly transformed: readonly TransformedDraw[];
  /** There was too much to compose: what comes behind it is not certain. */
  readonly isCut: boolean;
}

const LONGEST_CHAIN = 12;
/** So many parsed files are kept for values that lead into them; they weigh far more than their effects. */
const MOST_PARSED = 24;
/** What `%run` names, unlike an import. */
const IS_PATH = /^(\.\.?)?\//;
const NO_COMMANDS: Commands = { ids: [], packages: [] };

const NOBODY: ReadonlySet<string> = new Set();

export class Workspace implements Modules {
  /** The files that say which versions its programs run with. */
  readonly manifests = new Manifests();
  readonly #files = new Map<string, IndexedFile>();
  /** Files that use names which modules of the project hand on, as they are seen so; null for the others. */
  readonly #seen = new Map<string, { readonly by: HandedOn; readonly indexed: IndexedFile } | null>();
  /** Folders that hold Python files, at any depth. */
  readonly #folders = new Map<string, number>();
  readonly #located = new Map<string, Located | null>();
  /** By module, what its package has under the same name. */
  readonly #hidden = new Map<string, Located | null>();
  readonly #outside = new Map<string, OutsideNames>();
  readonly #starred = new Map<string, Starred>();
  /** What folders are called, for those who ask which modules may be there. */
  #folderNames: ReadonlySet<string> | undefined;
  /** By the list of modules that an import event has, which is one file's. */
  #imported = new WeakMap<readonly string[], readonly string[]>();
  readonly #programs = new Map<string, ProgramEffects>();
  readonly #visited = new Map<string, { draws: readonly TransformedDraw[]; asked: ReadonlySet<string> }>();
  readonly #doers = new Map<string, Doing | null>();
  /** What programs have in common as long as no file changes; and the same of bodies that are looked at without their imports. */
  #shared = new SharedOutcomes();
  #sharedAlone = new SharedOutcomes();
  readonly #cublasFiles = new Set<string>();
  /** What configurations call while they are loaded, by their paths. */
  readonly #configurations = new Map<string, Configuration>();
  /** By file, who imports it: modules, and the notebooks beside them. */
  #importers: { readonly modules: Map<string, Set<string>>; readonly notebooks: Map<string, Set<string>> } | undefined;
  /** By file, the functions that manifests make commands; as of which list of them. */
  #commands = new Map<string, string[]>();
  #commandsOf: readonly Script[] | undefined;
  /** How other files call the functions that were asked about, and the words by which they were sought. */
  readonly #callers = new Map<string, readonly CallsOfOther[]>();
  readonly #unknownCallers = new Map<string, readonly UnknownCall[]>();
  readonly #soughtWords = new Set<string>();
  /** Folders that some file adds to the path of modules. */
  #addedFolders: ReadonlySet<string> | undefined;
  /** Files by the last name of their module. */
  #byName: Map<string, string[]> | undefined;
  /** Parses a file for a repair in it, or for what stands in it; hosts that can read files set it. */
  open: (path: string) => PythonFile | null = () => null;
  /** Files that values of others were followed into, parsed, the latest last; and all that ever were. */
  readonly #parsed = new Map<string, PythonFile>();
  readonly #followed = new Set<string>();

  get paths(): Iterable<string> {
    return this.#files.keys();
  }

  /** Takes a file in, or its new version; true when programs may behave differently now. */
  set(path: string, file: IndexedFile): boolean {
    const old = this.#files.get(path);
    const before = old && (this.#seen.get(path)?.indexed ?? old);
    this.#files.set(path, file);
    this.#seen.delete(path);
    if (!old) this.#countFolders(path, 1);
    // What was read in it may have been said of other files.
    const wasFollowed = this.#followed.delete(path);
    this.#parsed.delete(path);
    if (old && shapeOf(old) === shapeOf(file)) {
      const now = this.#indexed(path) ?? file;
      if (
        before &&
        sameEffects(before.effects, now.effects) &&
        JSON.stringify(before.facts) === JSON.stringify(now.facts)
      ) {
        if (!this.#callsDiffer(before.calls, now.calls)) return wasFollowed;
        this.#forgetCallers();
        return true;
      }
      this.#forgetPrograms(path);
    } else this.#forget();
    this.#forgetShared();
    // What is written inside functions changes no name, and matters only to programs that have read it.
    for (const [each, { asked }] of this.#visited) if (each === path || asked.has(path)) this.#visited.delete(each);
    return true;
  }

  /** True when the file was known. */
  delete(path: string): boolean {
    if (!this.#files.delete(path)) return false;
    this.#parsed.delete(path);
    this.#countFolders(path, -1);
    this.#forget();
    return true;
  }

  /** Takes in what a file besides Python says of how programs run, null once it is gone; true when that is news. */
  setEnvironment(path: string, text: string | null): boolean {
    const mentions = text !== null && mentionsCublas(text);
    const isNews = mentions !== this.#cublasFiles.has(path);
    if (mentions) this.#cublasFiles.add(path);
    else this.#cublasFiles.delete(path);
    return this.#setConfiguration(path, text) || isNews;
  }

  #setConfiguration(path: string, text: string | null): boolean {
    if (!isConfiguration(path)) return false;
    const before = this.#configurations.get(path);
    if (text === null) this.#configurations.delete(path);
    else this.#configurations.set(path, { path, applied: appliedBy(text), hasTags: hasTags(text) });
    const isPlain = (each: Configuration | undefined): boolean => each?.hasTags !== true;
    const now = this.#configurations.get(path);
    if (isPlain(before) && isPlain(now)) return false;
    if (JSON.stringify(before) === JSON.stringify(now)) return false;
    this.#forgetShared();
    this.#programs.clear();
    return true;
  }

  /** True where a Dockerfile, a shell file or the like may set cuBLAS's variable, for whichever program. */
  get setsCublas(): boolean {
    return this.#cublasFiles.size > 0;
  }

  /** A file to follow values into; null where nobody can read it now. Its tree is freed: the nodes are enough. */
  follow(path: string): PythonFile | null {
    const known = this.#parsed.get(path);
    const file = known ?? this.open(path);
    this.#followed.add(path);
    if (!file) return null;
    if (!known) closeFile(file);
    this.#parsed.delete(path);
    this.#parsed.set(path, file);
    const [oldest] = this.#parsed.keys();
    if (oldest !== undefined && this.#parsed.size > MOST_PARSED) this.#parsed.delete(oldest);
    return this.see(file);
  }

  /** A version of a file, with the names that modules of the project hand on to it. */
  see(file: PythonFile): PythonFile {
    this.#indexed(file.path);
    const seen = this.#seen.get(file.path);
    return seen ? file.seenBy(seen.by) : file;
  }

  /** Modules of the project hand names of libraries on to a file. */
  isHandedNames(path: string): boolean {
    this.#indexed(path);
    return (this.#seen.get(path) ?? null) !== null;
  }

  effects(path: string): FileEffects | undefined {
    return this.#indexed(path)?.effects;
  }

  facts(path: string): FileFacts | undefined {
    return this.#indexed(path)?.facts;
  }

  site(path: string, site: string): Span | undefined {
    return this.#indexed(path)?.sites.get(site);
  }

  #indexed(path: string): IndexedFile | undefined {
    const plain = this.#files.get(path);
    if (!plain) return undefined;
    let seen = this.#seen.get(path);
    if (seen === undefined) {
      this.#seen.set(path, null); // While it is looked at, it is what it is.
      const by: HandedOn = {
        meaning: (name) => this.#handedOn(name, path),
        starsBringing: (name) => this.starsBringing(name, path),
      };
      seen = this.#usesHandedOn(path, plain, by) ? { by, indexed: plain.seenBy(by) } : null;
      this.#seen.set(path, seen);
    }
    return seen?.indexed ?? plain;
  }

  /** Some name that the file imports from a module of the project, or reaches through one, is a library's. */
  #usesHandedOn(path: string, { effects: { stars, imports }, facts }: IndexedFile, by: HandedOn): boolean {
    const ownStars = stars.flatMap((star) => this.#module(star, path) ?? []);
    return (
      (ownStars.length > 0 && stars.length > 1) ||
      [...imports, ...facts.reachedThrough].some((name) => (by.meaning(name) ?? name) !== name) ||
      ownStars.some((star) => this.#handsOnAny(star))
    );
  }

  /** A star import of the module brings in names of libraries. */
  #handsOnAny(path: string): boolean {
    const { names, stars } = this.#outsideNames(path);
    return names.size > 0 || stars.length > 0;
  }

  starsBringing(name: string, path: string): readonly string[] {
    let starred = this.#starred.get(path);
    if (!starred) {
      starred = this.#starsOf(path);
      this.#starred.set(path, starred);
    }
    const { stars, open, byName } = starred;
    const own = byName.get(name) ?? [];
    const all = own.length === 0 ? open : [...open, ...own].sort((a, b) => b - a);
    return all.map((index) => stars[index]!);
  }

  /** Worked out once for each file: many names may come out of many stars. */
  #starsOf(path: string): Starred {
    const stars = this.#files.get(path)?.effects.stars ?? [];
    this.#folderNames ??= new Set([...this.#folders.keys()].map((each) => each.slice(each.lastIndexOf('/') + 1)));
    const open: number[] = [];
    const byName = new Map<string, number[]>();
    let hasOutside = false;
    for (let index = stars.length - 1; index >= 0; index--) {
      const star = stars[index]!;
      const [first = '', ...more] = star.split('.');
      const module = this.#module(star, path);
      const names = module === null ? null : this.#plainNames(module);
      const isOfLibrary = isLibrary(first) || isMlPackage(first) || isStandardModule(first);
      const isOutside = module === null && (isOfLibrary || (more.length === 0 && !this.#folderNames.has(first)));
      if (names) for (const each of names) addTo(byName, each, index);
      // Of modules that nobody sees into, the last brings whatever they bring.
      else if (!isOutside || !hasOutside) open.push(index);
      hasOutside ||= isOutside;
    }
    return { stars, open, byName };
  }

  /** All names that a module has; null where it may have more: those of its own stars, or of the modules in its package. */
  #plainNames(path: string): ReadonlySet<string> | null {
    const effects = this.#files.get(path)?.effects;
    if (!effects || effects.stars.length > 0 || path.endsWith('__init__.py')) return null;
    const { functions, classes, apps, values, exports } = effects;
    const defined = [...functions.keys(), ...Object.keys(classes), ...Object.keys(apps)];
    return new Set([...defined.map((id) => id.slice(1)), ...Object.keys(values), ...Object.keys(exports)]);
  }

  /** As `HandedOn` says, for names of one file. */
  #handedOn(name: string, path: string): string | null | undefined {
    const parts = name.split('.');
    const first = parts[0] ?? '';
    if (isLibrary(first) || isMlPackage(first) || isStandardModule(first)) return undefined;
    const own = this.locate(name, path);
    // Whoever has a `trainer.py` does not mean the library of that name.
    if (own) return seederOf(name) || drawOf(name) ? relativeName(own, path) : name;
    for (let count = parts.length - 1; count > 0; count--) {
      const module = this.#module(parts.slice(0, count).join('.') || '.', path);
      if (module !== null) return this.#outsideIn(module, parts.slice(count));
    }
    return undefined;
  }

  /** What of a library a module has under a name; null where it has nothing of the kind. */
  #outsideIn(path: string, [first = '', ...more]: readonly string[]): string | null {
    const { names, stars } = this.#outsideNames(path);
    const base = names.get(first) ?? (stars.length > 0 ? `${stars.at(-1)}.${first}` : undefined);
    return base === undefined ? null : [base, ...more].join('.');
  }

  /** The names of libraries that a module hands on, by the names they have in it; worked out once for each module. */
  #outsideNames(path: string): OutsideNames {
    const known = this.#outside.get(path);
    if (known) return known;
    this.#outside.set(path, NOTHING_OUTSIDE); // Modules that star-import each other have no more of each other.
    const { exports = {}, stars = [] } = this.#files.get(path)?.effects ?? {};
    const names = new Map<string, string>();
    const outsideStars: string[] = [];
    for (const star of stars) {
      const module = this.#module(star, path);
      const inside = module === null ? null : this.#outsideNames(module);
      for (const [name, outside] of inside?.names ?? []) names.set(name, outside);
      outsideStars.push(...(inside?.stars ?? []));
      if (module === null && !star.startsWith('.') && !IS_PATH.test(star)) outsideStars.push(star);
    }
    for (const [name, exported] of Object.entries(exports)) {
      const found = this.#handedOn(exported, path);
      const outside = found === undefined && !exported.startsWith('.') ? exported : found === exported ? null : found;
      if (outside) names.set(name, outside);
      else names.delete(name);
    }
    const made = { names, stars: [...new Set(outsideStars)] };
    this.#outside.set(path, made);
    return made;
  }

  program(path: string): ProgramEffects {
    const commands = this.commands(path);
    let program = this.#programs.get(path);
    if (!program) {
      const composer = new Composer(this.modules, path, { shared: this.#shared });
      const summary = withinReason(() => composer.program(commands));
      const { reached, transformed, isCut } = composer;
      const { files: asked, functions: entered } = composer.needs;
      program = { summary, reached, entered, asked, transformed, isCut };
      this.#programs.set(path, program);
    }
    return program;
  }

  /** What composing asks of the files. */
  get modules(): Modules {
    return {
      effects: (path) => this.effects(path),
      locate: (name, from) => this.locate(name, from),
      starsBringing: (name, from) => this.starsBringing(name, from),
      importedFiles: (modules, from) => this.importedFiles(modules, from),
      configurations: (name, from) => this.configurations(name, from),
    };
  }

  /** What the file's own body may do to randomness: a cheap question, before the program is composed. Null where that is too much to follow. */
  doesItself(path: string): Doing | null {
    let does = this.#doers.get(path);
    if (does === undefined) {
      const composer = new Composer(this.modules, path, { shared: this.#sharedAlone });
      does = withinReason(() => composer.doesItself());
      this.#doers.set(path, does);
    }
    return does;
  }

  /** The files that a notebook runs by `%run` and that are not known. */
  unreadRuns(path: string): string[] {
    const runs = this.effects(path)?.stars.filter((each) => IS_PATH.test(each)) ?? [];
    return runs.flatMap((each) => resolve(folderOf(path), each) ?? []).filter((each) => !this.#files.has(each));
  }

  /** What a call of a function or method does to randomness, as a file names it; null where nobody can read it. */
  call(name: string, from: string): Summary | null {
    return withinReason(() => new Composer(this, from, { shared: this.#shared }).call(name, from));
  }

  /** Draws in what a file's own functions transform, whoever calls them. */
  visited(path: string): readonly TransformedDraw[] {
    let found = this.#visited.get(path);
    if (!found) {
      const composer = new Composer(this.modules, path, { shared: this.#shared });
      const ids = this.facts(path)?.transforming ?? [];
      withinReason(() => composer.visit(path, ids));
      found = { draws: composer.transformed, asked: composer.needs.files };
      this.#visited.set(path, found);
    }
    return found.draws;
  }

  /** Files that import this one, at any level of their code. */
  importers(path: string): ReadonlySet<string> {
    this.#importers ??= this.#collectImporters();
    return this.#importers.modules.get(path) ?? NOBODY;
  }

  /** Files and notebooks that import this one: what a notebook imports stays the program it is, and is part of the notebook's too. */
  users(path: string): ReadonlySet<string> {
    const importers = this.importers(path);
    const notebooks = this.#importers?.notebooks.get(path);
    return notebooks ? new Set([...importers, ...notebooks]) : importers;
  }

  /**
   * The functions of a file that the project installs as commands, unless it is run as a script besides: then its main
   * guard says what the program is.
   */
  commands(path: string): Commands {
    const { scripts } = this.manifests;
    if (this.#commandsOf !== scripts) {
      this.#commandsOf = scripts;
      this.#programs.clear();
      this.#commands.clear();
      for (const { target, path: manifest } of scripts) {
        const found = this.locate(target.replace(':', '.'), manifest);
        const effects = found && this.effects(found.path);
        if (!found || !effects || !(effects.functions.has(found.name) || effects.apps[found.name])) continue;
        this.#commands.set(found.path, [...(this.#commands.get(found.path) ?? []), found.name]);
      }
    }
    const ids = this.#commands.get(path) ?? [];
    const isScript = this.facts(path)?.hasMainGuard === true && this.importers(path).size === 0;
    return isScript || ids.length === 0 ? NO_COMMANDS : { ids, packages: this.#packagesOf(path) };
  }

  /** The packages a file is in, the outermost first: importing the file runs them. */
  #packagesOf(path: string): string[] {
    const packages: string[] = [];
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
      const init = join(folder, '__init__.py');
      if (!this.#files.has(init)) break;
      if (init !== path) packages.unshift(init);
    }
    return packages;
  }

  /** The entry points that reach the file by imports, itself included if nobody imports it, or it is one nevertheless. */
  programsReaching(path: string): readonly string[] {
    const seen = new Set([path]);
    for (const each of seen) for (const user of this.users(each)) seen.add(user);
    const isEntry = (each: string): boolean =>
      this.importers(each).size === 0 ||
      this.facts(each)?.hasCommandLine === true ||
      this.commands(each).ids.length > 0;
    return [...seen].filter(isEntry);
  }

  /** Whether other files call a function only where no gradient is taken; null where none is seen to. */
  callsElsewhere(path: string, id: string): boolean | null {
    const calls = this.#callsOf(path, id, []);
    return calls.length === 0 ? null : calls.every(({ isQuiet }) => isQuiet);
  }

  /**
   * Whether other files call a method of a class only where no gradient is taken, by its class or on an object that nobody
   * knows, as far as what they pass fits; null where none is seen to.
   */
  callsMethodElsewhere(path: string, id: string, [least, most]: readonly [number, number]): boolean | null {
    const named = this.#callsOf(path, id, []);
    const unknown = this.#unknownCallsOf(path, id.slice(id.lastIndexOf('.') + 1));
    const fitting = unknown.filter(({ given }) => Number.isNaN(given) || (least <= given && given <= most));
    const all = [...named, ...fitting.map(({ how }) => how)];
    return all.length === 0 ? null : all.every(({ isQuiet }) => isQuiet);
  }

  /** How other files call a method of objects that nobody knows; each method of that name in a file asks. */
  #unknownCallsOf(path: string, method: string): readonly UnknownCall[] {
    const key = `${path}\0${method}`;
    const known = this.#unknownCallers.get(key);
    if (known) return known;
    this.#soughtWords.add(method);
    const found = [...this.#files.keys()].flatMap((other): readonly UnknownCall[] => {
      const calls = other === path ? undefined : this.#indexed(other)?.calls;
      if (!calls?.words.has(method)) return [];
      return Object.entries(calls.answer({ ending: `.${method}`, wanted: [] })).flatMap(([name, how]) => {
        const given = argumentsOfUnknown(name);
        return given === null ? [] : [{ given, how }];
      });
    });
    this.#unknownCallers.set(key, found);
    return found;
  }

  /** Whether other files pass what has a gradient for a parameter of a function; null where none is seen to call it. */
  passesGradient(path: string, id: string, parameter: string, position: number): boolean | null {
    const calls = this.#callsOf(path, id, [parameter, position]);
    if (calls.length === 0) return null;
    return calls.some(({ gradients }) => gradients.includes(parameter) || gradients.includes(position));
  }

  /** How other files, tests left out, call a function or a network's `forward` of a file. */
  #callsOf(path: string, id: string, wanted: CallsQuestion['wanted']): readonly CallsOfOther[] {
    const key = `${path}\0${id}\0${wanted.join()}`;
    const known = this.#callers.get(key);
    if (known) return known;
    const ending = `.${id.slice(1)}`;
    // A network is called by its own name, or by that of its `forward`.
    const words = ending.split('.').slice(ending.endsWith('.forward') ? -2 : -1);
    for (const word of words) this.#soughtWords.add(word);
    const found: CallsOfOther[] = [];
    for (const other of this.#files.keys()) {
      const calls = other === path ? undefined : this.#indexed(other)?.calls;
      if (!calls || !words.some((word) => calls.words.has(word))) continue;
      for (const [name, how] of Object.entries(calls.answer({ ending, wanted }))) {
        if (this.#names(name, other, path, id)) found.push(how);
      }
    }
    this.#callers.set(key, found);
    return found;
  }

  /** Whether a file calls what has been asked about in another way than it did. */
  #callsDiffer(old: CallsElsewhere, now: CallsElsewhere): boolean {
    for (const question of old.asked) {
      if (JSON.stringify(old.answer(question)) !== JSON.stringify(now.answer(question))) return true;
    }
    return [...this.#soughtWords].some((word) => old.words.has(word) !== now.words.has(word));
  }

  #names(name: string, from: string, path: string, id: string): boolean {
    const isForward = name.endsWith('.forward');
    const found = this.locate(isForward ? name.slice(0, -'.forward'.length) : name, from);
    return found?.path === path && (isForward ? `${found.name}.forward` : found.name) === id;
  }

  /** What a name means where it is used: what a package hands on under the name of its own module hides the module. */
  locate(name: string, from: string, depth = 0): Located | null {
    const found = this.#imports(name, from, depth);
    return found?.name === '' ? (this.#hiding(found.path, depth) ?? found) : found;
  }

  /** The file that an import of this name runs; null for what is no module. */
  #module(name: string, from: string, depth = 0): string | null {
    const found = this.#imports(name, from, depth);
    return found?.name === '' ? found.path : null;
  }

  /** `from .train import train` in `pkg/__init__.py`: from then on `pkg.train` is the function. */
  #hiding(path: string, depth: number): Located | null {
    const module = path.replace(/(\/__init__)?\.py$/, '');
    const folder = folderOf(module);
    const init = join(folder, '__init__.py');
    const name = module.slice(folder === '' ? 0 : folder.length + 1);
    if (init === path || !this.#files.has(init)) return null;
    let hiding = this.#hidden.get(path);
    if (hiding === undefined) {
      this.#hidden.set(path, null); // A module that its package imports hides nothing.
      const member = this.#member(init, [name], depth + 1);
      hiding = member?.name === '' ? null : member;
      this.#hidden.set(path, hiding);
    }
    return hiding;
  }

  #imports(name: string, from: string, depth: number): Located | null {
    if (depth > LONGEST_CHAIN) return null;
    const folder = folderOf(from);
    const key = `${name.startsWith('.') ? from : folder}\0${name}`;
    const known = this.#located.get(key);
    if (known !== undefined) return known;
    this.#located.set(key, null); // A cycle of re-exports leads nowhere.
    const found = this.#find(name, folder, depth);
    this.#located.set(key, found);
    return found;
  }

  importedFiles(modules: readonly string[], from: string): readonly string[] {
    let files = this.#imported.get(modules);
    if (!files) {
      files = modules.flatMap((module) => this.#filesOf(module.split('.'), from));
      this.#imported.set(modules, files);
    }
    return files;
  }

  configurations(name: string | null, from: string): readonly Configuration[] {
    const folder = folderOf(from);
    const exact = name === null ? null : this.#configurations.get(resolve(folder, name) ?? '');
    if (exact) return [exact];
    const ending = name === null ? null : `/${name.replace(/^(\.*\/)+/, '')}`;
    return [...this.#configurations.values()].filter(({ path, hasTags }) =>
      ending === null ? hasTags && path.startsWith(join(folder, '')) : `/${path}`.endsWith(ending),
    );
  }

  #filesOf(parts: readonly string[], from: string): string[] {
    return parts.flatMap((part, i) => {
      const module = part === '' ? null : this.#module(parts.slice(0, i + 1).join('.'), from);
      return module !== null && this.#files.has(module) ? [module] : [];
    });
  }

  #find(name: string, folder: string, depth: number): Located | null {
    if (IS_PATH.test(name)) return this.#inFile(name, folder, depth);
    return name.startsWith('.') ? this.#relative(name, folder, depth) : this.#absolute(name, folder, depth);
  }

  /** A file by its path, or a name in it: `./helpers/seed.py.set_seed`. */
  #inFile(name: string, folder: string, depth: number): Located | null {
    const [, file = '', rest] = /^(.*?\.(?:py|ipynb))(?:\.(.+))?$/i.exec(name) ?? [];
    const path = resolve(folder, file);
    if (path === null || !this.#files.has(path)) return null;
    return rest === undefined ? { path, name: '' } : this.#member(path, rest.split('.'), depth);
  }

  #relative(name: string, folder: string, depth: number): Located | null {
    const dots = /^\.+/.exec(name)?.[0].length ?? 1;
    let base = folder;
    for (let i = 1; i < dots; i++) base = folderOf(base);
    const parts = name
      .slice(dots)
      .split('.')
      .filter((part) => part !== '');
    return this.#below(base, parts, depth);
  }

  /**
   * From the importing file's folder outwards, as for a script; `src/` layouts too. A package does not see its own
   * modules by their bare names, unless a file in it is run as a script, so its folders come last; and after them the
   * folders that a file adds to the path.
   */
  #absolute(name: string, folder: string, depth: number): Located | null {
    const parts = name.split('.');
    const first = parts[0] ?? '';
    // Nobody means a file of theirs by `typing`, although one may be called so.
    if (isStandardModule(first)) return null;
    const bases: string[] = [];
    for (let base = folder; ; base = folderOf(base)) {
      bases.push(base);
      if (base === '' || !this.#folders.has(base)) break;
    }
    const isPackage = (base: string): boolean => this.#files.has(join(base, '__init__.py'));
    const usual = [...bases.filter((each) => !isPackage(each)), ...bases.filter(isPackage)];
    for (const root of [...usual.flatMap((base) => [base, join(base, 'src')]), ...this.#added(bases)]) {
      const top = join(root, first);
      if (!this.#files.has(`${top}.py`) && !this.#folders.has(top)) continue;
      const found = this.#below(root, parts, depth);
      if (found) return found;
    }
    return isMlPackage(first) || isLibrary(first) ? null : this.#bySuffix(parts, depth);
  }

  /**
   * `company.project.engine.seeding` where the project's files begin at `engine`: the longest end of the name that one
   * file alone has for a path. A single name says too little.
   */
  #bySuffix(parts: readonly string[], depth: number): Located | null {
    for (let from = 1; from < parts.length - 1; from++) {
      for (let count = parts.length; count > from + 1; count--) {
        const module = parts.slice(from, count);
        const files = this.#filesCalled(module.at(-1) ?? '').filter((path) => {
          const ending = `/${module.join('/')}`;
          return `/${path}`.endsWith(`${ending}.py`) || `/${path}`.endsWith(`${ending}/__init__.py`);
        });
        const [path, ...others] = files;
        if (path === undefined || others.length > 0) continue;
        const rest = parts.slice(count);
        const found = rest.length === 0 ? { path, name: '' } : this.#member(path, rest, depth);
        if (found) return found;
      }
    }
    return null;
  }

  /** The modules of a name, in whichever folder. */
  #filesCalled(name: string): readonly string[] {
    if (!this.#byName) {
      this.#byName = new Map();
      for (const path of this.#files.keys()) {
        const called = path.replace(/(\/__init__)?\.py$/, '').replace(/.*\//, '');
        const known = this.#byName.get(called);
        if (known) known.push(path);
        else this.#byName.set(called, [path]);
      }
    }
    return this.#byName.get(name) ?? [];
  }

  #added(bases: readonly string[]): string[] {
    this.#addedFolders ??= new Set([...this.#files.values()].flatMap(({ facts }) => facts.addedFolders));
    const added = [...this.#addedFolders];
    return bases.flatMap((base) => added.map((each) => join(base, each)).filter((each) => this.#folders.has(each)));
  }

  /** The longest module that the parts name below a folder, and in it what the rest names. */
  #below(base: string, parts: readonly string[], depth: number): Located | null {
    for (let count = parts.length; count >= 0; count--) {
      const module = join(base, parts.slice(0, count).join('/'));
      const path = [`${module}.py`, `${module}/__init__.py`].find((each) => this.#files.has(each));
      if (path === undefined || (count === 0 && path === `${module}.py`)) continue;
      const rest = parts.slice(count);
      if (rest.length === 0) return { path, name: '' };
      const member = this.#member(path, rest, depth);
      if (member) return member;
    }
    return null;
  }

  #member(path: string, rest: readonly string[], depth: number, seen = new Set<string>()): Located | null {
    // Packages that star-import each other would be searched again and again.
    if (seen.has(path)) return null;
    seen.add(path);
    // Which names there are does not hang on what they are.
    const effects = this.#files.get(path)?.effects;
    const [first = '', ...more] = rest;
    const id = `#${first}`;
    const isOwn =
      effects &&
      (effects.functions.has(id) || effects.classes[id] || effects.apps[id] || Object.hasOwn(effects.values, first));
    if (isOwn) return { path, name: [id, ...more].join('.') };
    const exported = effects?.exports[first];
    if (exported !== undefined) return this.locate([exported, ...more].join('.'), path, depth + 1);
    for (const star of effects && effects.stars.length > 0 ? [...this.starsBringing(first, path)].reverse() : []) {
      const module = this.#module(star, path, depth + 1);
      const found = module === null ? null : this.#member(module, rest, depth + 1, seen);
      if (found) return found;
    }
    return null;
  }

  #collectImporters() {
    const importers = { modules: new Map<string, Set<string>>(), notebooks: new Map<string, Set<string>>() };
    for (const [path, { effects, facts }] of this.#files) {
      // Neither a test of an entry point nor a notebook that looks into it makes it a library.
      if (facts.isTest) continue;
      const by = facts.isNotebook ? importers.notebooks : importers.modules;
      for (const module of effects.imports) {
        const located = this.#imports(module, path, 0);
        if (!located || located.path === path) continue;
        const known = by.get(located.path);
        if (known) known.add(path);
        else by.set(located.path, new Set([path]));
      }
    }
    return importers;
  }

  #countFolders(path: string, change: 1 | -1): void {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
      const count = (this.#folders.get(folder) ?? 0) + change;
      if (count > 0) this.#folders.set(folder, count);
      else this.#folders.delete(folder);
    }
  }

  #forgetCallers(): void {
    this.#callers.clear();
    this.#unknownCallers.clear();
  }

  #forgetShared(): void {
    this.#forgetCallers();
    this.#shared = new SharedOutcomes();
    this.#sharedAlone = new SharedOutcomes();
    this.#doers.clear();
  }

  #forgetPrograms(path: string): void {
    for (const [entry, { asked, reached }] of this.#programs) {
      if (asked.has(path) || reached.has(path)) this.#programs.delete(entry);
    }
  }

  #forget(): void {
    this.#forgetShared();
    this.#seen.clear();
    this.#located.clear();
    this.#hidden.clear();
    this.#outside.clear();
    this.#starred.clear();
    this.#folderNames = undefined;
    this.#imported = new WeakMap();
    this.#programs.clear();
    this.#visited.clear();
    this.#importers = undefined;
    this.#commandsOf = undefined;
    this.#addedFolders = undefined;
    this.#byName = undefined;
  }
}

/**
 * What of each part of a file's effects decides which names lead where, and who imports whom: all of it, the names in it,
 * or nothing. A part that is not decided does not compile.
 */
const SHAPE: Readonly<Record<keyof FileEffects, 'whole' | 'names' | 'nothing'>> = {
  exports: 'whole',
  stars: 'whole',
  imports: 'whole',
  module: 'nothing',
  functions: 'names',
  classes: 'names',
  values: 'names',
  apps: 'names',
};

const PARTS = Object.keys(SHAPE) as (keyof FileEffects)[];
const PLAIN_PARTS = PARTS.filter((part) => part !== 'functions');

function shapeOf({ effects, facts }: IndexedFile): string {
  const names = (part: keyof FileEffects): string[] =>
    part === 'functions' ? [...effects.functions.keys()] : Object.keys(effects[part]);
  const shape = PARTS.map((part) =>
    SHAPE[part] === 'whole' ? effects[part] : SHAPE[part] === 'names' ? names(part) : null,
  );
  return JSON.stringify([shape, facts.isTest, facts.addedFolders]);
}

/** The name by which a file could import what another one has, which no library can have: `..trainer.Trainer`. */
function relativeName({ path, name }: Located, from: string): string {
  const module = path.replace(/(\/__init__)?\.py$/, '');
  let dots = '.';
  let base = folderOf(from);
  for (; base !== '' && !module.startsWith(`${base}/`); base = folderOf(base)) dots += '.';
  const parts = module.slice(base === '' ? 0 : base.length + 1).split('/');
  return `${dots}${parts.join('.')}${name.replace('#', '.')}`;
}

/** Compared by value, whatever parts there are, except for functions that lowering took over as they were. */
function sameEffects(a: FileEffects, b: FileEffects): boolean {
  const plain = (effects: FileEffects): string =>
    JSON.stringify([PLAIN_PARTS.map((part) => effects[part]), [...effects.functions.keys()]]);
  if (plain(a) !== plain(b)) return false;
  return [...a.functions.keys()].every((id) => {
    const [before, after] = [a.functions.get(id), b.functions.get(id)];
    return before === after || JSON.stringify(before) === JSON.stringify(after);
  });
}

/** Code that is nested thousands deep cannot be followed; nothing is said about what cannot be followed. */
function withinReason<T>(follow: () => T): T | null {
  try {
    return follow();
  } catch (error) {
    if (isTooDeep(error)) return null;
    throw error;
  }
}
