/** One run over a project: its settings, its files as effects, and what was found out about them on the way. */

import { resolve, sep } from 'node:path';
import { unknownRules, unmetVersion } from '../core/analysis/config-problems.ts';
import { type Silence, silenceOf, staysSilent } from '../core/analysis/silence.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import type { FileFacts } from '../core/program/facts.ts';
import { indexClosedFile, openKept } from '../core/program/indexed-file.ts';
import { projectOf } from '../core/program/project.ts';
import { type IndexedFile, Workspace } from '../core/program/workspace.ts';
import { closeFile, type KeptFile, keptFile, openFile, type PythonFile } from '../core/python/file.ts';
import { withinCell } from '../core/python/notebook.ts';
import { type ProjectConfig, readConfig } from '../core/settings/pyproject.ts';
import type { Settings } from '../core/settings/settings.ts';
import { loadSyntax } from '../core/syntax/parse.ts';
import { type Message, phrase, sentences, series, t } from '../core/text/language.ts';
import type { Fence } from '../host/fence.ts';
import { wasm } from '../host/wasm.ts';
import { mindDepth } from './deep.ts';
import { readRegular } from './disk.ts';
import { findInputs, homeOf, isExcluded, targetsOf } from './inputs.ts';
import type { Values } from './options.ts';
import { progress } from './progress.ts';
import { fenceOf, heed, type ReadBeside, readProjects } from './projects.ts';
import { CannotCheck, exclusive, nameOf, reasonOf, say, UsageError } from './say.ts';
import { readSettingOptions } from './settings.ts';
import { type SourceFile, sourceFile } from './source-file.ts';

/** What went wrong, as it was said on standard error. */
export interface SaidProblem {
  /** The file it is about. */
  readonly path?: string;
  readonly text: Message;
  /** Although what it is about was named, the run is complete. */
  readonly isHarmless?: true;
}

/** A problem that was told, and whether it has left the run incomplete. */
export interface Told extends SaidProblem {
  readonly isIncomplete: boolean;
}

/** What reading a file gave. */
export interface Reading {
  readonly path: string;
  /** Null where it could not be read. */
  readonly indexed: IndexedFile | null;
  readonly silence: Silence;
  readonly problems: readonly SaidProblem[];
}

export class CheckSession {
  readonly workspace = new Workspace();
  readonly settings: Settings;
  readonly fence: Fence;
  readonly version: string;
  /** The files to check, as the workspace has their paths, and those of their projects. */
  files: readonly string[] = [];
  near: readonly string[] = [];
  named: ReadonlySet<string> = new Set();
  readonly told: Told[] = [];
  /** Hears each problem. */
  says: (text: Message) => void = say;
  /** What was read beside the Python files. */
  readonly notes: ReadBeside[] = [];
  /** Notebooks run files that nobody has listed. */
  runsOthers = false;
  /** True when something that was named has not been done. */
  isIncomplete = false;
  /** The files as they were read: most are looked at once, but nobody can tell before which ones are not. */
  readonly #kept = new Map<string, KeptFile>();
  /** Of the files that were read. */
  readonly #silences = new Map<string, Silence>();
  #stdin: { readonly path: string; readonly bytes: Buffer } | undefined;
  #checked: ReadonlySet<string> | undefined;
  readonly isQuiet: boolean;

  constructor(
    settings: Settings,
    fence: Fence,
    version: string,
    values: Values,
    stdin?: { path: string; bytes: Buffer },
  ) {
    this.settings = settings;
    this.fence = fence;
    this.version = version;
    this.#stdin = stdin;
    this.isQuiet = values.quiet === true;
    this.workspace.open = (path) => {
      try {
        return this.open(path) ?? null;
      } catch {
        return null;
      }
    };
  }

  get problems(): readonly SaidProblem[] {
    return this.told;
  }

  get stdinPath(): string | undefined {
    return this.#stdin?.path;
  }

  /** Says what went wrong; where it is about something that was named, the run is incomplete. */
  problem(text: Message, path?: string, isNamed = path !== undefined && this.named.has(path)): void {
    mindDepth();
    this.told.push({ text, ...(path !== undefined && { path }), isIncomplete: isNamed });
    if (isNamed) this.isIncomplete = true;
    this.says(text);
  }

  settingsOf(path: string): Settings {
    return this.workspace.manifests.settingsOf(path, this.settings);
  }

  /** Reads a file of the workspace, or standard input in its place; throws an error that completes "is not analysed:". */
  read(path: string): SourceFile {
    if (path === this.#stdin?.path) return sourceFile(this.#stdin.bytes, path.endsWith('.ipynb'));
    if (!this.named.has(path) && !this.fence.holds(path)) throw new Error(t`it lies outside the project.`);
    return sourceFile(readRegular(path), path.endsWith('.ipynb'));
  }

  /** A file as it was read; undefined for one that was not. */
  kept(path: string): KeptFile | undefined {
    return this.#kept.get(path);
  }

  /** Has a file as somebody read it stand for what is on disk. */
  keep(file: KeptFile): void {
    this.#kept.set(file.path, file);
  }

  /** Undefined for a notebook in another language. */
  open(path: string): PythonFile | undefined {
    const kept = this.#kept.get(path);
    if (kept) return openKept(kept);
    const { source } = this.read(path);
    if (source === null) return undefined;
    const file = openFile(path, source);
    closeFile(file); // What has been read of its tree stays.
    return file;
  }

  /** Standard input as it is after its repair. */
  replaceStdin(bytes: Buffer): void {
    if (this.#stdin) this.#stdin = { path: this.#stdin.path, bytes };
  }

  /** Has the workspace know a file as it is on disk, whatever it was taken for. */
  reread(path: string): void {
    this.#silences.delete(path);
    this.#kept.delete(path);
    const file = this.workspace.open(path);
    if (file) this.workspace.set(path, indexClosedFile(file, vocabularyOf(this.settingsOf(path))));
    else this.workspace.delete(path);
  }

  /** What was parsed before is not what the files hold now. */
  forget(): void {
    this.#kept.clear();
    this.#silences.clear();
  }

  /** All files that have a say, in a fixed order. */
  get all(): readonly string[] {
    return [...new Set([...this.near, ...this.files])];
  }

  /** All files as effects, so that a program is judged with the modules it imports; what cannot be read is left out. */
  index(): void {
    const { all } = this;
    const tick = progress(phrase`read {0} of {1} files`, () => all.length, this.isQuiet);
    for (const path of all) {
      tick();
      this.take(this.readOne(path));
    }
    tick.done();
    this.complete();
  }

  /** What is left when all files have been taken in: the files that notebooks run, and a word on what lies outside. */
  complete(): void {
    const known = new Set(this.all);
    const all = new Set(known);
    for (const path of all) {
      if (!known.has(path)) this.take(this.readOne(path));
      for (const each of this.workspace.unreadRuns(path)) if (this.fence.holds(each)) all.add(each);
    }
    this.runsOthers = all.size > known.size;
    const left = [...this.fence.outside].map(nameOf).sort();
    if (left.length === 0) return;
    const named = series(left.slice(0, MOST_NAMED));
    const more = left.length - MOST_NAMED;
    this.problem(
      more > 0
        ? t`outside the project, and not followed: ${named} and ${more} more.`
        : t`outside the project, and not followed: ${named}.`,
    );
  }

  /** Reads a file for the workspace, and says nothing itself. */
  readOne(path: string): Reading {
    const problems: SaidProblem[] = [];
    const isChecked = this.#isChecked(path);
    try {
      const file = this.open(path);
      if (!file) {
        const text = t`${nameOf(path)} is not analysed: it is a notebook in another language.`;
        return {
          path,
          indexed: null,
          silence: null,
          problems: this.named.has(path) ? [{ path, text, isHarmless: true }] : [],
        };
      }
      if (isChecked && file.hasSyntaxErrors) problems.push(syntaxError(file));
      const settings = this.settingsOf(path);
      const kept = keptFile(file);
      this.#kept.set(path, kept);
      const indexed = indexClosedFile(file, vocabularyOf(settings), kept);
      return { path, indexed, silence: isChecked ? this.#silenceOf(file, indexed.facts, settings) : null, problems };
    } catch (error) {
      const text = t`${nameOf(path)} is not analysed: ${reasonOf(error)}`;
      return { path, indexed: null, silence: null, problems: isChecked ? [{ path, text }] : [] };
    }
  }

  take({ path, indexed, silence, problems }: Reading): void {
    for (const { text, isHarmless } of problems) this.problem(text, path, !isHarmless && this.named.has(path));
    if (!indexed) return;
    this.workspace.set(path, indexed);
    if (this.#isChecked(path)) this.#silences.set(path, silence);
  }

  #isChecked(path: string): boolean {
    this.#checked ??= new Set(this.files);
    return this.#checked.has(path);
  }

  /** When nothing can be said of a file. */
  #silenceOf(file: PythonFile, facts: FileFacts, settings: Settings): Silence {
    const project = projectOf(file, settings, this.workspace);
    return silenceOf(file, facts, settings, (name) => project.versions.versionOf(name));
  }

  /** True where nothing can be found in a file as it was read, in the workspace as it is. */
  staysSilent(path: string): boolean {
    return staysSilent(this.#silences.get(path) ?? null, path, this.settingsOf(path), this.workspace);
  }
}

function syntaxError(file: PythonFile): SaidProblem {
  let node = file.syntax.root;
  for (let inner = node; inner; ) {
    node = inner;
    inner = node.children.find((child) => child.broken)!;
  }
  const place = file.notebook && withinCell(file.notebook, node);
  const text = place ? file.read(place.cell) : file.text;
  const line = text.slice(0, place ? place.start : node.start).split(/\r\n|\r|\n/).length;
  const where = `${nameOf(file.path)}:${place ? t`cell ${place.cell.index + 1}:` : ''}${line}`;
  return { path: file.path, text: t`${where} is not valid Python; what can be parsed is checked.` };
}

const MOST_NAMED = 5;

const inWorkspace = (path: string): string => path.split(sep).join('/');

/** Reads the projects of the paths that were given, says what is wrong with their settings, and takes all files in. */
export async function openSession(rest: readonly string[], values: Values, version: string): Promise<CheckSession> {
  const session = await beginSession(rest, values, version);
  await loadSyntax(wasm);
  session.index();
  return session;
}

/** The same without a look at their Python files. */
export async function beginSession(rest: readonly string[], values: Values, version: string): Promise<CheckSession> {
  const { settings, problem } = readSettingOptions(values);
  if (problem !== undefined) throw new UsageError(problem);
  const targets = targetsOf(rest.length > 0 ? rest : ['.'], values['stdin-filename'] as string | undefined);
  const paths = targets.map(({ path }) => path);
  const stdin =
    targets[0]?.kind === 'stdin' ? { path: inWorkspace(targets[0].path), bytes: await readStdin() } : undefined;
  const session = new CheckSession(settings, fenceOf(paths), version, values, stdin);
  const { workspace, fence } = session;
  const unknown = unknownRules(settings);
  if (unknown.length > 0) throw new UsageError(sentences(unknown.map(({ message }) => message)));
  workspace.manifests.override = overrideOf(values);
  const near = await readProjects(paths, workspace, fence, (note) => session.notes.push(note));
  const inputs = await findInputs(targets, {
    fence,
    honoursGitignore: values['no-gitignore'] !== true,
    excludesNamed: values['force-exclude'] === true,
    excludes: (path) => excludes(session, path, values),
    onError: (path, error) => {
      const isGiven = paths.includes(path);
      session.problem(t`${nameOf(path)} is not analysed: ${reasonOf(error)}`, path, isGiven);
    },
  });
  session.files = inputs.files.map(inWorkspace);
  session.named = new Set([...inputs.named].map(inWorkspace));
  for (const { given, kind } of inputs.empty) {
    const text =
      kind === 'glob'
        ? t`no Python file or notebook matches '${given}'; nothing is checked there.`
        : t`no Python file or notebook is in '${given}'; nothing is checked there.`;
    session.problem(text, undefined, true);
  }
  checkConfigs(session);
  session.near = near.map(inWorkspace);
  return session;
}

/** What a session of another thread is made of. */
export type Outline = Pick<CheckSession, 'files' | 'near' | 'named' | 'notes'>;

/** A session over the same files as one of another thread, which says all there is to say. */
export function sessionLike(outline: Outline, rest: readonly string[], values: Values, version: string): CheckSession {
  const { settings } = readSettingOptions(values);
  const fence = fenceOf(targetsOf(rest.length > 0 ? rest : ['.'], undefined).map(({ path }) => path));
  const session = new CheckSession(settings, fence, version, { ...values, quiet: true });
  session.says = () => {};
  session.workspace.manifests.override = overrideOf(values);
  for (const note of outline.notes) heed(note, session.workspace);
  session.files = outline.files;
  session.near = outline.near;
  session.named = outline.named;
  return session;
}

/** Settings are named once, where a file that is checked has them. */
function checkConfigs(session: CheckSession): void {
  const { manifests } = session.workspace;
  const used = new Set(session.files.map((path) => manifests.configOf(path)));
  for (const config of used) {
    if (!config) continue;
    const unmet = unmetVersion(config.settings, session.version);
    if (unmet !== null) throw new CannotCheck(t`${nameOf(config.path)}: ${unmet}`);
    for (const { message } of [...config.problems, ...unknownRules(config.settings)])
      session.problem(t`${nameOf(config.path)}: ${message}`, config.path, true);
  }
}

function overrideOf(values: Values): ProjectConfig | null | undefined {
  if (values.isolated === true) {
    if (values.config !== undefined) throw exclusive('isolated', 'config');
    return null;
  }
  if (typeof values.config !== 'string') return undefined;
  const path = resolve(values.config);
  let text: string;
  try {
    text = readRegular(path).toString('utf8');
  } catch (error) {
    throw new UsageError(t`'--config' ${values.config} cannot be read: ${reasonOf(error)}`);
  }
  const config = readConfig(inWorkspace(path), text);
  if (!config) throw new UsageError(t`'--config' ${values.config} has no table [tool.seedwise].`);
  return config;
}

function excludes({ workspace }: CheckSession, path: string, values: Values): boolean {
  const { exclude, 'extend-exclude': more = [] } = values as Readonly<Record<string, readonly string[] | undefined>>;
  if (isExcluded(path, process.cwd(), [...(exclude ?? []), ...more])) return true;
  const config = workspace.manifests.configOf(inWorkspace(path));
  if (!config) return false;
  const own = [...(exclude ? [] : (config.settings.exclude ?? [])), ...(config.settings.extendExclude ?? [])];
  return isExcluded(path, homeOf(config), own);
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
