/** Incremental is fresh: whatever is typed, pasted and deleted, the findings are those of the text as if just opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile, type PythonFile, updateFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { type Subject, subjects } from '../corpus.ts';
import { seedOf } from '../fuzz/random.ts';
import { renderMarks } from '../marks.ts';
import { sampleOf } from '../sample.ts';

const TYPED = 24;
const RANDOM_EDITS = 8;
const PASTES = ['\n', '    ', '"', "'''", '(', ')', ':', '# ', 'torch.manual_seed(0)\n', 'import random\n', 'é😀'];

const { chosen, about } = sampleOf([...subjects()], 60);

for (const subject of chosen) {
  test(`typing in ${subject.name} (${about})`, () => {
    const fresh = new Map<string, string | null>();
    replay(subject, typing(subject.text), fresh);
    // By its name, so that a new fixture leaves the edits of all others as they were.
    replay(subject, randomEdits(subject.text, seedOf(1, subject.name, 0)), fresh);
  });
}

/** The end of the text typed character by character, then deleted again in larger steps, then pasted back. */
function* typing(text: string): Generator<string> {
  const from = Math.max(0, text.length - TYPED);
  for (let end = from; end <= text.length; end++) yield text.slice(0, end);
  for (let end = text.length; end > from; end -= 7) yield text.slice(0, end);
  yield text.slice(0, from);
  yield text;
}

/** Inserts and deletes at places drawn from a fixed seed; each wrong turn is undone, so that valid texts come often. */
function* randomEdits(text: string, seed: number): Generator<string> {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [''];
  for (let count = 0; count < RANDOM_EDITS; count++) {
    const at = below(text.length + 1);
    const kind = below(4);
    if (kind === 0) yield text.slice(0, at) + PASTES[below(PASTES.length)] + text.slice(at);
    if (kind === 1) yield text.slice(0, at) + text.slice(at + 1 + below(12));
    if (kind === 2) {
      const first = below(lines.length);
      const size = 1 + below(4);
      yield [...lines.slice(0, first), ...lines.slice(first + size)].join('');
      yield [...lines.slice(0, first), ...lines.slice(first, first + size), ...lines.slice(first)].join('');
    }
    if (kind === 3) {
      const other = below(lines.length);
      yield [...lines.slice(0, other), lines[below(lines.length)], ...lines.slice(other)].join('');
    }
    yield text;
  }
}

/** `fresh` remembers the marked text of each text as just opened; null where it has a syntax error. */
function replay(subject: Subject, texts: Iterable<string>, fresh: Map<string, string | null>): void {
  let live: PythonFile | undefined;
  try {
    for (const text of texts) {
      live = live === undefined ? openFile(subject.path, text) : updateFile(live, text);
      const found = findingsOf(live);
      if (!fresh.has(text)) fresh.set(text, findingsOfOpened(subject.path, text));
      const expected = fresh.get(text);
      if (expected === null) continue;
      assert.ok(!live.hasSyntaxErrors, `${subject.name}: a syntax error stayed behind in:\n${text}`);
      assert.equal(found, expected, `${subject.name}: the findings are not those of the text just opened`);
    }
  } finally {
    if (live) closeFile(live);
  }
}

function findingsOfOpened(path: string, text: string): string | null {
  const file = openFile(path, text);
  try {
    return file.hasSyntaxErrors ? null : findingsOf(file);
  } finally {
    closeFile(file);
  }
}

function findingsOf(file: PythonFile): string {
  const { findings, problems } = analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
  assert.deepEqual(problems, [], `a rule threw on:\n${file.text}`);
  return renderMarks(file.text, findings);
}
