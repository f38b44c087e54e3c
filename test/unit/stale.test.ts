/** No answer is stale: lines are typed one after the other, those at the margin in pairs, and the findings are those of the text as if just opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyze } from '../../server/src/core/analysis/analyze.ts';
import { projectOf } from '../../server/src/core/program/project.ts';
import { closeFile, openFile, type PythonFile, updateFile } from '../../server/src/core/python/file.ts';
import { DEFAULT_SETTINGS } from '../../server/src/core/settings/settings.ts';
import { subjects } from '../corpus.ts';
import { renderMarks } from '../marks.ts';
import { sampleOf } from '../sample.ts';

interface Pair {
  readonly name: string;
  readonly lines: readonly string[];
  readonly first: number;
  readonly second: number;
}

function* pairs(): Generator<Pair> {
  for (const { name, text } of subjects()) {
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    const margin = [...lines.keys()].filter(
      (i) => /^\w/.test(lines[i] ?? '') && !/^(def|class|else|elif|except|finally|async)\b/.test(lines[i] ?? ''),
    );
    for (const first of margin) for (const second of margin) if (first !== second) yield { name, lines, first, second };
  }
}

function findingsOf(file: PythonFile): string {
  const { findings } = analyze(projectOf(file, DEFAULT_SETTINGS), DEFAULT_SETTINGS);
  return renderMarks(file.text, findings);
}

function fresh(text: string): string | null {
  const file = openFile('train.py', text);
  const found = file.hasSyntaxErrors ? null : findingsOf(file);
  closeFile(file);
  return found;
}

const { chosen, about } = sampleOf([...pairs()], 60, 3000);

test(`lines at the margin, typed in pairs (${about})`, () => {
  for (const { name, lines, first, second } of chosen) {
    const without = (...left: number[]): string => lines.filter((_, i) => !left.includes(i)).join('');
    let live = openFile('train.py', without(first, second));
    findingsOf(live);
    for (const text of [without(second), without(), without(first), without()]) {
      live = updateFile(live, text);
      const expected = fresh(text);
      const found = findingsOf(live);
      if (expected !== null) assert.equal(found, expected, `${name}: lines ${first + 1} and ${second + 1}`);
    }
    closeFile(live);
  }
});

interface Line {
  readonly name: string;
  readonly lines: readonly string[];
  readonly number: number;
}

/** Lines inside of functions and classes, which others may have read. */
function* innerLines(): Generator<Line> {
  for (const { name, text } of subjects()) {
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    for (const [number, line] of lines.entries()) if (/^\s+\w/.test(line)) yield { name, lines, number };
  }
}

const inner = sampleOf([...innerLines()], 60, 2000);

test(`lines inside of functions, deleted and typed again (${inner.about})`, () => {
  for (const { name, lines, number } of inner.chosen) {
    let live = openFile('train.py', lines.join(''));
    findingsOf(live);
    for (const text of [lines.filter((_, i) => i !== number).join(''), lines.join('')]) {
      live = updateFile(live, text);
      const expected = fresh(text);
      const found = findingsOf(live);
      if (expected !== null) assert.equal(found, expected, `${name}: line ${number + 1}`);
    }
    closeFile(live);
  }
});

test('how processes start may be told by any of its names', () => {
  const text = (method: string): string =>
    `import multiprocessing as mp\n\nimport torch\n\nmp.set_start_method("${method}")\n\n\ndef work():\n    print(torch.rand(1))\n\n\ndef main():\n    torch.manual_seed(0)\n    process = mp.Process(target=work)\n    process.start()\n\n\nif __name__ == "__main__":\n    main()\n`;
  for (const method of ['spawn', 'forkserver']) {
    const before = openFile('train.py', text('fork'));
    assert.equal(findingsOf(before), fresh(text('fork')));
    const live = updateFile(before, text(method));
    assert.equal(findingsOf(live), fresh(text(method)));
    assert.match(findingsOf(live), /unseeded-child-process/);
    closeFile(live);
  }
});

test('a class that looked like a function while the line above it was typed has its methods again', () => {
  const text = (colon: string): string =>
    `import torch\nfrom torch import nn\n\n\ndef set_seed(seed)${colon}\n    torch.manual_seed(seed)\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.head = nn.Linear(4, 2)\n\n    def forward(self, x):\n        return self.head(x)\n\n\ndef main():\n    model = Net()\n    set_seed(0)\n    print(model(torch.randn(1, 4)))\n\n\nif __name__ == "__main__":\n    main()\n`;
  let live = openFile('train.py', text(':'));
  const found = findingsOf(live);
  assert.match(found, /late-seed/);
  for (const colon of ['# :', ':']) {
    live = updateFile(live, text(colon));
    if (colon === ':') assert.equal(findingsOf(live), found);
    else findingsOf(live);
  }
  closeFile(live);
});
