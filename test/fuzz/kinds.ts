/** What is fuzzed: each kind makes a case of a random source, and throws where something is wrong. */
import assert from 'node:assert/strict';
import { actionsAt, fixAll } from '../../server/src/core/analysis/actions.ts';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { hoverAt } from '../../server/src/core/hover/hover.ts';
import { MANIFEST_GLOBS } from '../../server/src/core/manifests/manifests.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile, type PythonFile, updateFile } from '../../server/src/core/python/file.ts';
import { joinCells } from '../../server/src/core/python/notebook.ts';
import { renderMarkdown } from '../../server/src/core/report/markdown.ts';
import { programsOf, reportOf } from '../../server/src/core/report/report.ts';
import { pageOf } from '../../server/src/core/report/sections.ts';
import { readConfig } from '../../server/src/core/settings/pyproject.ts';
import { DEFAULT_SETTINGS, mergeSettings, parseSettings } from '../../server/src/core/settings/settings.ts';
import { readNotebook, writeNotebook } from '../../server/src/host/notebook-file.ts';
import { fixtures, subjects, workspaceOf } from '../corpus.ts';
import { renderMarks } from '../marks.ts';
import { mutate } from './mutations.ts';
import { protocol } from './protocol.ts';
import type { Random } from './random.ts';

/** Tries one case; `say` takes what the case is made of, for whoever has to repeat it. */
export type Kind = (random: Random, say: (text: string) => void) => void | Promise<void>;

const TEXTS = subjects().map(({ text }) => text);
const PROJECTS = fixtures().filter(({ files }) => files.length > 1);

/** All that a user may ask of a file at one place. */
function ask(file: PythonFile, random: Random): void {
  const project = projectOf(file, DEFAULT_SETTINGS);
  const analysis = analyze(project, DEFAULT_SETTINGS);
  assert.deepEqual(analysis.problems, []);
  for (const finding of analysis.findings) {
    assert.ok(finding.start <= finding.end && finding.end <= file.text.length, `${finding.rule} lies outside`);
  }
  applyEdits(file.text, fixAll(analysis));
  const places = [random.below(file.text.length + 1), ...analysis.findings.map(({ start }) => start)];
  for (const at of places.slice(0, 6)) {
    hoverAt(file, project, at);
    for (const action of actionsAt(file, project, analysis, { start: at, end: at })) {
      const here = action.edits().filter((edit) => !('path' in edit) || edit.path === undefined);
      applyEdits(file.text, here);
    }
  }
}

function text(random: Random, say: (text: string) => void): void {
  const spoilt = mutate(random.pick(TEXTS), random, random.pick(TEXTS));
  say(spoilt);
  const file = openFile('train.py', spoilt);
  try {
    ask(file, random);
  } finally {
    closeFile(file);
  }
}

/** A history of edits: whenever the text has no syntax error, the findings are those of a fresh parse. */
function edits(random: Random, say: (text: string) => void): void {
  let now = random.pick(TEXTS);
  let file = openFile('train.py', now);
  const history = [now];
  try {
    for (let count = 0; count < 6; count++) {
      now = random.chance(0.3) ? history[random.below(history.length)]! : mutate(now, random, random.pick(TEXTS));
      history.push(now);
      say(history.map((each) => JSON.stringify(each)).join('\n'));
      file = updateFile(file, now);
      const { findings } = analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
      const fresh = openFile('train.py', now);
      const again = analyze(projectOf(fresh, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
      const expected = renderMarks(now, again.findings);
      const isWhole = !fresh.hasSyntaxErrors;
      closeFile(fresh);
      if (isWhole) assert.equal(renderMarks(now, findings), expected, 'the findings are not those of a fresh parse');
    }
  } finally {
    closeFile(file);
  }
}

/** Several files, some of them spoilt: programs across them, and their reports. */
function project(random: Random, say: (text: string) => void): void {
  const files = random
    .pick(PROJECTS)
    .files.map((each) =>
      random.chance(0.5) ? { ...each, text: mutate(each.text, random, random.pick(TEXTS)), notebook: undefined } : each,
    );
  say(JSON.stringify(files.map(({ path, text }) => ({ path, text }))));
  const workspace = workspaceOf(files as Parameters<typeof workspaceOf>[0]);
  for (const path of programsOf(workspace).slice(0, 2)) {
    renderMarkdown(pageOf(reportOf(workspace, path, DEFAULT_SETTINGS), String), String);
  }
}

/** A notebook whose cells or whose JSON is spoilt: it is read and written back, or refused with a reason. */
function notebook(random: Random, say: (text: string) => void): void {
  const cells = Array.from({ length: 1 + random.below(4) }, () => ({
    cell_type: random.chance(0.9) ? 'code' : 'markdown',
    metadata: {},
    source: random.chance(0.5) ? random.pick(TEXTS) : random.pick(TEXTS).split(/(?<=\n)/),
  }));
  const whole = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, random.below(3));
  const json = random.chance(0.3) ? whole : mutate(whole, random, whole);
  say(json);
  let read: ReturnType<typeof readNotebook>;
  try {
    read = readNotebook(json);
  } catch (error) {
    assert.match(String(error), /it is (not JSON|not a notebook)/);
    return;
  }
  const same = new Map(read.cells.map(({ index, text: own }) => [index, [{ start: 0, end: own.length, text: own }]]));
  assert.equal(writeNotebook(read, new Map()), json, 'nothing written, nothing changed');
  const rewritten = readNotebook(writeNotebook(read, same));
  assert.deepEqual(rewritten.cells, read.cells, 'what is written is what is read');
  const file = openFile('train.ipynb', joinCells(read.cells));
  try {
    ask(file, random);
  } finally {
    closeFile(file);
  }
}

const KEYS = [
  'rules',
  'level',
  'torchVersion',
  'seedFunctions',
  'randomFunctions',
  '__proto__',
  'constructor',
  'toString',
  'x',
];
const VALUES = ['off', 'warning', 'auto', '2.3', '', '*', '***********', 'seed_*', 'all', 'torch', '\u0000', 'é'];

function value(random: Random, depth: number): unknown {
  const kind = random.below(depth > 2 ? 5 : 8);
  if (kind < 3) return random.pick(VALUES);
  if (kind === 3) return random.pick([null, true, 0, -1, 1e99, Number.NaN]);
  if (kind === 4) return random.pick(VALUES).repeat(random.below(30));
  if (kind === 5) return Array.from({ length: random.below(4) }, () => value(random, depth + 1));
  const keys = Array.from({ length: random.below(5) }, () => random.pick(random.chance(0.5) ? KEYS : VALUES));
  return JSON.parse(
    `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value(random, depth + 1))}`).join(',')}}`,
  );
}

function settings(random: Random, say: (text: string) => void): void {
  const given = value(random, 0);
  say(JSON.stringify(given));
  const parsed = parseSettings(given);
  assert.deepEqual(Object.keys(parsed.settings).sort(), Object.keys(DEFAULT_SETTINGS).sort());
  const file = openFile('train.py', random.pick(TEXTS));
  try {
    const { problems } = analyze(projectOf(file, parsed.settings), parsed.settings);
    assert.deepEqual(problems, []);
  } finally {
    closeFile(file);
  }
  assert.deepEqual(Object.keys(Object.prototype), [], 'no prototype was touched');
}

const PYPROJECT =
  '[tool.seedwise]\nlevel = "seeded"\ntorch-version = "2.3"\n\n[tool.seedwise.rules]\nlate-seed = "off"\n"unseeded-*" = "warning"\n\n[project]\ndependencies = ["torch>=2.1,<2.4", "numpy"]\n\n[project.scripts]\ntrain = "pkg.train:main"\n';
const MANIFESTS: readonly string[] = [
  PYPROJECT,
  'torch==2.3.1\nnumpy>=1.20 ; python_version < "3.9"\n-r other.txt\n--hash=sha256:00\n',
  'name: env\ndependencies:\n  - pytorch=2.1\n  - pip:\n      - torch==2.2.0\n',
  '[[package]]\nname = "torch"\nversion = "2.4.0"\n',
  '{"default": {"torch": {"version": "==2.1.0"}}}',
  '[options]\ninstall_requires =\n    torch>=1.9\n[options.entry_points]\nconsole_scripts =\n    train = a.b:main\n',
];

function manifest(random: Random, say: (text: string) => void): void {
  const spoilt = mutate(random.pick(MANIFESTS), random, random.pick(MANIFESTS));
  const path = random
    .pick(MANIFEST_GLOBS)
    .replace('**/', '')
    .replaceAll('*', 'x')
    .replace(/\{([^,}]*)[^}]*\}/g, '$1');
  say(`${path}\n${spoilt}`);
  const workspace = workspaceOf([{ path: 'train.py', text: 'import torch\ntorch.rand(1)\n' }]);
  workspace.manifests.set(path, spoilt);
  mergeSettings(readConfig('pyproject.toml', spoilt)?.settings ?? {}, DEFAULT_SETTINGS);
  const file = openFile('train.py', 'import torch\ntorch.rand(1)\n');
  try {
    const judged = workspace.manifests.settingsOf('train.py', DEFAULT_SETTINGS);
    assert.deepEqual(analyze(projectOf(file, judged, workspace), judged).problems, []);
  } finally {
    closeFile(file);
  }
}

export const KINDS: Readonly<Record<string, Kind>> = { text, edits, project, notebook, settings, manifest, protocol };
