/** The reader of marks is what every other test trusts, so it has a test of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../server/src/core/contract/rule.ts';
import { asIs } from '../../server/src/core/text/language.ts';
import { compareMarks, parseMarks, renderMarks } from '../marks.ts';

const BENCHMARK = `import torch
torch.backends.cudnn.benchmark = True
#                                ^^^^ cudnn-benchmark warning: timing
print(1)
`;

const finding = (start: number, end: number): Finding => ({
  rule: 'cudnn-benchmark',
  severity: 'warning',
  message: asIs('Picks algorithms by timing.'),
  start,
  end,
});

test('a mark gives the span, the rule, the severity and a piece of the message', () => {
  const [file] = parseMarks(BENCHMARK);
  assert.equal(file?.text, BENCHMARK.replace(/#.*\n/, ''));
  assert.deepEqual(file?.marks, [
    { start: 46, end: 50, open: false, rule: 'cudnn-benchmark', severity: 'warning', message: 'timing' },
  ]);
  assert.equal(file?.text.slice(46, 50), 'True');
});

test('where the span starts in the column of the #, it is the first caret', () => {
  const [file] = parseMarks('if x:\n    step()\n    #^^^^^ late-seed\n');
  assert.deepEqual(file?.marks, [{ start: 10, end: 16, open: false, rule: 'late-seed' }]);
});

test('several marks under one line, marks yet to come, spans that go on', () => {
  const [file] = parseMarks(
    'a = first(second(\n#   ^^^^^ one: x y\n#         ^^^^^^^... two\n# later:  ^^^^^^ three hint\n#^ later: four\n1))\n',
  );
  assert.deepEqual(
    file?.marks.map(({ rule, open, message }) => ({ rule, open, message })),
    [
      { rule: 'one', open: false, message: 'x y' },
      { rule: 'two', open: true, message: undefined },
    ],
  );
  assert.deepEqual(
    file?.later.map(({ start, end, rule }) => ({ start, end, rule })),
    [
      { start: 10, end: 16, rule: 'three' },
      { start: 0, end: 2, rule: 'four' },
    ],
  );
});

test('several files, CRLF and tabs', () => {
  const files = parseMarks('#- pkg/a.py\r\nimport a\r\n#      ^ one\r\n#- b.py\n\tx\n\ty = 1\n\t#   ^ two\n');
  assert.deepEqual(
    files.map(({ path, text, marks }) => [path, text, marks.map((mark) => text.slice(mark.start, mark.end))]),
    [
      ['pkg/a.py', 'import a\r\n', ['a']],
      ['b.py', '\tx\n\ty = 1\n', ['1']],
    ],
  );
});

test('what looks like a mark but is none is an error', () => {
  assert.throws(() => parseMarks('x = 1\n#   ^\n'), /not a mark/);
  assert.throws(() => parseMarks('x = 1\n#   ^^^ one\n'), /longer than the line/);
  assert.throws(() => parseMarks('#   ^^^ one\n'), /without a line above/);
});

test('printed marks are read back as they were', () => {
  const [file] = parseMarks(BENCHMARK);
  const printed = renderMarks(file!.text, [finding(46, 50)]);
  assert.match(printed, /\^\^\^\^ cudnn-benchmark warning: Picks algorithms by timing\.\n/);
  assert.equal(parseMarks(printed)[0]?.marks[0]?.start, 46);
});

test('the comparison shows only what differs', () => {
  const [file] = parseMarks(BENCHMARK.replace(': timing', ''));
  const same = compareMarks(file!, [finding(46, 50)]);
  assert.equal(same.actual, same.expected);
  for (const findings of [[], [finding(46, 49)], [finding(46, 50), finding(46, 50)]]) {
    const { actual, expected } = compareMarks(file!, findings);
    assert.notEqual(actual, expected);
  }
});
