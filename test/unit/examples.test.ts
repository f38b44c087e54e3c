/** Each rule's own examples: the marks are its findings, the first fixes turn bad into good, and good is clean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Example } from '../../server/src/core/contract/rule.ts';
import { applyEdits } from '../../server/src/core/edits/edit-text.ts';
import { RULES } from '../../server/src/core/rules/index.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/core/settings/settings.ts';
import { compileErrors, type Understood, understand } from '../corpus.ts';
import { compareMarks, parseMarks, renderMarks } from '../marks.ts';

const ROUNDS = 10;

for (const rule of RULES) {
  for (const example of rule.examples) test(`${rule.name}: ${example.title}`, () => checkExample(rule.name, example));
}

function checkExample(rule: string, { bad, good, torch: torchVersion = '' }: Example): void {
  const settings: Settings = { ...DEFAULT_SETTINGS, torchVersion };
  const files = parseMarks(bad);
  assert.equal(files.length, 1, 'an example is one file');
  const [file] = files;
  assert.deepEqual(file!.later, [], 'an example has no marks of later rules');
  assert.ok(
    file!.marks.some((mark) => mark.rule === rule),
    'an example shows its own rule',
  );
  const judgeBad = ({ file: python, analysis }: Understood): boolean => {
    const { actual, expected } = compareMarks(file!, analysis.findings);
    assert.equal(actual, expected, 'the findings are not those marked');
    if (good === undefined) {
      const fixed = analysis.findings.filter((finding) => finding.fixes?.length);
      assert.deepEqual(fixed, [], 'a finding has a fix, so the example needs its `good`');
    }
    return python.hasSyntaxErrors;
  };
  const badHasErrors = understand('train.py', file!.text, judgeBad, settings);
  if (good === undefined) return;
  assert.equal(fixAllByFirst(file!.text, settings), good, 'the first fixes do not give `good`');
  const judgeGood = ({ file: python, analysis }: Understood): void => {
    assert.equal(renderMarks(good, analysis.findings), good, '`good` is not clean');
    assert.ok(badHasErrors || !python.hasSyntaxErrors, '`good` has a syntax error');
  };
  understand('train.py', good, judgeGood, settings);
  const [badError, goodError] = compileErrors([file!.text, good]);
  assert.ok(badError !== null || goodError === null, `CPython cannot compile \`good\`: ${goodError}`);
}

/** Applies the first fix of the first finding that has one, as a user would, until there is none. */
function fixAllByFirst(bad: string, settings: Settings): string {
  let text = bad;
  for (let round = 0; round < ROUNDS; round++) {
    const first = ({ analysis }: Understood) =>
      analysis.findings.find((finding) => finding.fixes?.length)?.fixes?.[0]?.edits();
    const edits = understand('train.py', text, first, settings);
    if (edits === undefined) return text;
    text = applyEdits(text, edits);
  }
  return assert.fail(`still not done after ${ROUNDS} fixes:\n${text}`);
}
