/** One run over a project: its settings, its files as effects, and what was found out about them on the way. */
import { resolve, sep } from 'node:path';
import { unknownRules, unmetVersion } from '../core/analysis/config-problems.ts';
import { type Silence, silenceOf, staysSilent } from '../core/analysis/silence.ts';
import { vocabularyOf } from '../core/lowering/own-functions.ts';
import type { FileFacts } from '../core/program/facts.ts';
import { indexClosedFile } from '../core/program/indexed-file.ts';
import { projectOf } from '../core/program/project.ts';
import { Workspace } from '../core/program/workspace.ts';
import { closeFile, openFile, type PythonFile } from '../core/python/file.ts';
import { withinCell } from '../core/python/notebook.ts';
import { type ProjectConfig, readConfig } from '../core/settings/pyproject.ts';
import type { Settings } from '../core/settings/settings.ts';
import { type Message, phrase, sentences, series, t } from '../core/text/language.ts';
import type { Fence } from '../host/fence.ts';
import { readRegular } from './disk.ts';
import { findInputs, homeOf, isExcluded, targetsOf } from './inputs.ts';
import type { Values } from './options.ts';
import { progress } from './progress.ts';
import { fenceOf, readProjects } from './projects.ts';
import { CannotCheck, exclusive, nameOf, reasonOf, say, UsageError } from './say.ts';
import { readSettingOptions } from './settings.ts';
import { type SourceFile, sourceFile } from './source-file.ts';

/** So many letters of files that will be looked at again stay parsed, at some thirty bytes each; of more, the text does. */
const MOST_PARSED = 2_500_000;

/** What went wrong, as it was said on standard error. */
export interface Problem {
  /** The file it is about. */
  readonly path?: string;
  readonly text: Message;
}

export class Session {
  readonly workspace = new Workspace();
  readonly settings: Settings;
  readonly fence: Fence;
  readonly version: string;
  /** The files to check, as the workspace has their paths. */
  files: readonly string[] = [];
  named: ReadonlySet<string> = new Set();
  readonly problems: Problem[] = [];
  /** True when something that was named has not been done. */
  isIncomplete = false;
  readonly #parsed = new Map<string, PythonFile>();
  #parsedLength = 0;
  /** Of the files that were read. */
  readonly #silences = new Map<string, Silence>();
  #stdin: { readonly path: string; readonly bytes: Buffer } | undefined;
  readonly #isQuiet: boolean;

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
    this.#isQuiet = values.quiet === true;
    this.workspace.open = (path) => {
      try {
        return this.open(path) ?? null;
      } catch {
        return null;
      }
    };
  }

  get stdinPath(): string | undefined {
    return this.#stdin?.path;
  }

  /** Says what went wrong; where it is about something that was named, the run is incomplete. */
  problem(text: Message, path?: string, isNamed = path !== undefined && this.named.has(path)): void {
    this.problems.push({ text, ...(path !== undefined && { path }) });
    if (isNamed) this.isIncomplete = true;
    say(text);
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

  /** Undefined for a notebook in another language. */
  open(path: string): PythonFile | undefined {
    const parsed = this.#parsed.get(path);
    if (parsed) return parsed;
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
    const file = this.workspace.open(path);
    if (file) this.workspace.set(path, indexClosedFile(file, vocabularyOf(this.settingsOf(path))));
    else this.workspace.delete(path);
  }

  /** What was parsed before is not what the files hold now. */
  forget(): void {
    this.#parsed.clear();
    this.#silences.clear();
  }

  /** All files as effects, so that a program is judged with the modules it imports; what cannot be read is left out. */
  index(near: readonly string[]): void {
    const checked = new Set(this.files);
    const all = new Set([...near, ...checked]);
    const tick = progress(phrase`read {0} of {1} files`, () => all.size, this.#isQuiet);
    for (const path of all) {
      tick();
      try {
        const file = this.open(path);
        if (!file) {
          if (this.named.has(path))
            this.problem(t`${nameOf(path)} is not analysed: it is a notebook in another language.`, path, false);
          continue;
        }
        if (checked.has(path) && file.hasSyntaxErrors) this.#nameSyntaxError(file);
        const settings = this.settingsOf(path);
        const indexed = indexClosedFile(file, vocabularyOf(settings), () => this.#parsed.get(path));
        this.workspace.set(path, indexed);
        for (const each of this.workspace.unreadRuns(path)) if (this.fence.holds(each)) all.add(each);
        if (checked.has(path)) this.#noteSilence(file, indexed.facts, settings);
      } catch (error) {
        if (checked.has(path)) this.problem(t`${nameOf(path)} is not analysed: ${reasonOf(error)}`, path);
      }
    }
    tick.done();
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

  /** Notes when nothing can be said of a file; where that cannot be told it stays parsed. */
  #noteSilence(file: PythonFile, facts: FileFacts, settings: Settings): void {
    const { path, text } = file;
    const project = projectOf(file, settings, this.workspace);
    const silence = silenceOf(file, facts, settings, (name) => project.versionOf(name));
    this.#silences.set(path, silence);
    if (silence !== null || this.#parsedLength + text.length > MOST_PARSED) return;
    this.#parsedLength += text.length;
    this.#parsed.set(path, file);
  }

  /** True where nothing can be found in a file as it was read, in the workspace as it is. */
  staysSilent(path: string): boolean {
    return staysSilent(this.#silences.get(path) ?? null, path, this.workspace);
  }

  #nameSyntaxError(file: PythonFile): void {
    let node = file.syntax.root;
    for (let inner = node; inner; ) {
      node = inner;
      inner = node.children.find((child) => child.broken)!;
    }
    const place = file.notebook && withinCell(file.notebook, node);
    const text = place ? file.read(place.cell) : file.text;
    const line = text.slice(0, place ? place.start : node.start).split(/\r\n|\r|\n/).length;
    const where = `${nameOf(file.path)}:${place ? t`cell ${place.cell.index + 1}:` : ''}${line}`;
    this.problem(t`${where} is not valid Python; what can be parsed is checked.`, file.path);
  }
}

const MOST_NAMED = 5;

const inWorkspace = (path: string): string => path.split(sep).join('/');

/** Reads the projects of the paths that were given, and says what is wrong with their settings. */
export async function openSession(rest: readonly string[], values: Values, version: string): Promise<Session> {
  const { settings, problem } = readSettingOptions(values);
  if (problem !== undefined) throw new UsageError(problem);
  const targets = targetsOf(rest.length > 0 ? rest : ['.'], values['stdin-filename'] as string | undefined);
  const paths = targets.map(({ path }) => path);
  const stdin =
    targets[0]?.kind === 'stdin' ? { path: inWorkspace(targets[0].path), bytes: await readStdin() } : undefined;
  const session = new Session(settings, fenceOf(paths), version, values, stdin);
  const { workspace, fence } = session;
  const unknown = unknownRules(settings);
  if (unknown.length > 0) throw new UsageError(sentences(unknown));
  workspace.manifests.override = overrideOf(values);
  const near = await readProjects(paths, workspace, fence);
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
  session.index(near.map(inWorkspace));
  return session;
}

/** Settings are named once, where a file that is checked has them. */
function checkConfigs(session: Session): void {
  const { manifests } = session.workspace;
  const used = new Set(session.files.map((path) => manifests.configOf(path)));
  for (const config of used) {
    if (!config) continue;
    const unmet = unmetVersion(config.settings, session.version);
    if (unmet !== null) throw new CannotCheck(t`${nameOf(config.path)}: ${unmet}`);
    for (const text of [...config.problems, ...unknownRules(config.settings)])
      session.problem(t`${nameOf(config.path)}: ${text}`, config.path, true);
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

function excludes({ workspace }: Session, path: string, values: Values): boolean {
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
