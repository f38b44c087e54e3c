/** All Python the tests are run over, and the few steps every test takes with it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Analysis, analyze } from '../server/src/core/analysis/analyze.ts';
import type { Project } from '../server/src/core/contract/project.ts';
import { isManifest } from '../server/src/core/manifests/manifests.ts';
import { indexClosedFile } from '../server/src/core/program/indexed-file.ts';
import { projectOf } from '../server/src/core/program/project.ts';
import { Workspace } from '../server/src/core/program/workspace.ts';
import { closeFile, openFile, type PythonFile } from '../server/src/core/python/file.ts';
import type { Source } from '../server/src/core/python/notebook.ts';
import { RULES } from '../server/src/core/rules/index.ts';
import { DEFAULT_SETTINGS, type Settings } from '../server/src/core/settings/settings.ts';
import { namesEnvironment } from '../server/src/core/switches/environment.ts';
import { type MarkedFile, parseMarks } from './marks.ts';
import { sampleOf } from './sample.ts';
import './engine.ts';

export const ROOT = new URL('..', import.meta.url);

/** A Python text as an editor would open it. */
export interface Subject {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

export interface Fixture {
  /** The path below `test/fixtures`. */
  readonly name: string;
  readonly files: readonly MarkedFile[];
}

export const readText = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Paths, relative to the folder, of the files below it that end so; sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  const url = new URL(`${folder}/`, ROOT);
  if (!existsSync(url)) return [];
  return readdirSync(url, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending) && !path.includes('__pycache__'))
    .sort();
}

export function fixtures(): Fixture[] {
  return filesBelow('test/fixtures', '.py').map((name) => ({
    name,
    files: parseMarks(readText(`test/fixtures/${name}`), name.split('/').at(-1)),
  }));
}

/** Files of installed packages that are tried in one run, of which those count in which something is found. */
const MOST_OF_PACKAGES = 600;

/** The files below a folder of installed packages in which something is found; the sample is printed. */
function ofPackages(folder: string): Subject[] {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py') && !/(^|\/)tests?\//.test(name))
    .sort()
    .map((name) => ({ name, path: name, text: readFileSync(`${folder}/${name}`, 'utf8').replace(/\r\n?/g, '\n') }))
    .filter(({ text }) => text.length < 60_000 && /\b(torch|random|numpy)\b/.test(text));
  const { chosen, about } = sampleOf(texts, MOST_OF_PACKAGES, MOST_OF_PACKAGES);
  const found = chosen.filter(({ path, text }) =>
    understand(path, text, ({ analysis }) => analysis.findings.length > 0),
  );
  console.log(`${found.length} files with findings, of ${about} in ${folder}`);
  assert.ok(found.length > 0, `${folder}: nothing is found`);
  return found;
}

/** Every fixture, every text of a rule's examples and every sample; or files of the packages in `SEEDWISE_PACKAGES`. */
export function subjects(): Subject[] {
  const { SEEDWISE_PACKAGES: packages } = process.env;
  if (packages) return ofPackages(packages);
  const fromFixtures = fixtures().flatMap(({ name, files }) =>
    files
      .filter((file) => file.path.endsWith('.py'))
      .map(({ path, text }) => ({ name: files.length > 1 ? `${name} ${path}` : name, path, text })),
  );
  const fromExamples = RULES.flatMap((rule) =>
    rule.examples.flatMap(({ title, bad, good }) => {
      const name = `${rule.name}: ${title}`;
      const parts = parseMarks(bad).map(({ path, text }) => ({ name: `${name} (bad)`, path, text }));
      return good === undefined ? parts : [...parts, { name: `${name} (good)`, path: 'train.py', text: good }];
    }),
  );
  const fromSamples = filesBelow('examples', '.py').map((path) => ({
    name: `examples/${path}`,
    path,
    text: readText(`examples/${path}`),
  }));
  return [...fromFixtures, ...fromExamples, ...fromSamples];
}

export interface Understood {
  readonly file: PythonFile;
  readonly project: Project;
  readonly analysis: Analysis;
}

/** Opens and analyses a text, and frees it when `use` is done. A rule that throws fails the test. */
export function understand<T>(
  path: string,
  source: Source,
  use: (understood: Understood) => T,
  settings: Settings = DEFAULT_SETTINGS,
  workspace?: Workspace,
): T {
  const file = openFile(path, source);
  try {
    const project = projectOf(file, settings, workspace);
    const analysis = analyze(project, settings);
    assert.deepEqual(analysis.problems, [], `${path}: a rule threw`);
    const used = use({ file, project, analysis });
    assert.deepEqual(analysis.problems, [], `${path}: a repair threw`);
    return used;
  } finally {
    closeFile(file);
  }
}

export const isPython = ({ path }: { readonly path: string }): boolean => /\.(py|ipynb)$/.test(path);

/** The files as one workspace, which can open each of them for a repair. */
export function workspaceOf(files: readonly Pick<MarkedFile, 'path' | 'text' | 'notebook'>[]): Workspace {
  const workspace = new Workspace();
  for (const { path, text, notebook } of files.filter(isPython)) {
    const file = openFile(path, notebook ?? text);
    workspace.set(path, indexClosedFile(file));
    closeFile(file);
  }
  for (const { path, text } of files.filter((each) => isManifest(each.path))) workspace.manifests.set(path, text);
  for (const { path, text } of files.filter((each) => namesEnvironment(each.path))) {
    workspace.setEnvironment(path, text);
  }
  workspace.open = (path) => {
    const found = files.find((each) => each.path === path);
    return found ? openFile(path, found.notebook ?? found.text) : null;
  };
  return workspace;
}

const COMPILE = `
import json, sys, warnings
warnings.simplefilter('ignore')
def error(text):
    try:
        compile(text, 'text', 'exec', dont_inherit=True)
    except (SyntaxError, ValueError) as e:
        return f'{type(e).__name__}: {e}'
print(json.dumps([error(text) for text in json.load(sys.stdin)]))
`;

/** What CPython's compiler says about each text: null where it has no objection. One process for all. */
export function compileErrors(texts: readonly string[]): (string | null)[] {
  const run = spawnSync('python3', ['-c', COMPILE], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  assert.equal(run.status, 0, `python3 is needed to check what fixes write: ${run.error?.message ?? run.stderr}`);
  return JSON.parse(run.stdout);
}
